"""Items by modes at certain hours: each combination is an assessment of those that offer it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import worlds
from gdcoverage.assessment import assess, for_service
from gdcoverage.demand import read_demand
from gdcoverage.network import WalkNetwork
from gdcoverage.outlets import read_outlets
from gdcoverage.outlets.offers import SERVICES, Service, offers_of, service_called, unsaid_of
from gdcoverage.outlets.when import WHEN
from gdcoverage.policy import ITEMS, MODES
from gdcoverage.problems import InputError
from gdcoverage.services import served_by, service_table, unsaid_outlets

OFFICE, ALL_WEEK, SATURDAY = "周一至周五 9:00-17:00", "每天 9:00-20:00", "周六 9:00-12:00"
HOURS = [
    OFFICE,
    ALL_WEEK,
    SATURDAY,
    "9:00-17:00",
    "周一至周五 9:00-12:00 14:00-17:00",
    "",
    "看门口",
]


def offering(outlets, items, modes, hours):
    """Outlets with what each of them offers, by keys."""
    flags = {name: [name in each for each in items] for name in ITEMS}
    flags |= {name: [name in each for each in modes] for name in MODES}
    return outlets.assign(**flags, hours=list(hours))


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    """A square of 2 km with a street every 500 m."""
    return worlds.lattice(tmp_path_factory.mktemp("streets"), 5, 5, 500.0)


@pytest.fixture
def town(streets):
    """Three outlets 2 km from one another, people beside each and between.

    ::

        D3 100           W2 (500 beside)
        .
        W0 (100 beside) . D2 700 . W1 (200 beside, 300 of the 700 m away)
    """
    spots = [(0, 0), (2000, 0), (2000, 2000)]
    outlets = offering(
        worlds.outlets(spots),
        [["pension", "unemployment"], ["unemployment"], []],
        [["window"], ["window", "self_service"], ["window"]],
        [OFFICE, SATURDAY, ALL_WEEK],
    )
    people = worlds.demand([*spots, (1000, 0), (0, 2000)], [100, 200, 500, 700, 900])
    return assess(outlets, people, streets)


def cell(table, item, mode, when):
    rows = table[(table["item"] == item) & (table["mode"] == mode) & (table["when"] == when)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_who_is_covered_by_an_item_at_a_mode_at_an_hour(town):
    table = town.by_service()
    assert len(table) == len(SERVICES) == 96
    # Both ends of the street do unemployment at the window; the middle is 1000 m from either.
    row = cell(table, "unemployment", "window", "any")
    assert (row["outlets"], row["covered_population"], row["population"]) == (2, 1000, 2400)
    assert row["below_headline"] == pytest.approx(500 / 2400)
    assert cell(table, "pension", "window", "any")["covered_population"] == 800
    assert cell(table, "unemployment", "self_service", "any")["covered_population"] == 900
    assert cell(table, "unemployment", "window", "saturday")["covered_population"] == 900
    assert cell(table, "unemployment", "window", "weekday")["covered_population"] == 800
    assert cell(table, "pension", "window", "saturday")["outlets"] == 0
    assert cell(table, "social_card", "window", "any")["covered_population"] == 0


def test_an_outlet_that_does_not_say_counts_beside(town):
    """W2 names no item: it might do any."""
    table = town.by_service()
    row = cell(table, "social_card", "window", "sunday")
    assert (row["outlets"], row["unsaid_outlets"]) == (0, 1)
    assert row["rate_with_unsaid"] == pytest.approx(500 / 2400)
    row = cell(table, "unemployment", "window", "any")
    assert row["rate_with_unsaid"] == pytest.approx(1500 / 2400)
    # It is known not to have a machine.
    assert cell(table, "unemployment", "self_service", "any")["unsaid_outlets"] == 0
    told = unsaid_outlets(town.outlets)
    assert dict(zip(told["outlet_id"], told["unsaid"], strict=True)) == {"W2": "业务事项"}


def test_one_combination_is_asked_for_in_words(town):
    row = town.of("失业金", "窗口", "星期六上午").iloc[0]
    assert row["covered_population"] == 900
    assert (row["item_name"], row["mode_name"], row["when_name"]) == (
        "失业保险",
        "窗口办",
        "星期六上午",
    )
    assert town.of()["covered_population"].iloc[0] == 1500
    assert town.of(when="周日")["covered_population"].iloc[0] == 500
    with pytest.raises(InputError, match="没有业务事项“医保”"):
        town.of("医保")
    with pytest.raises(InputError, match="没有服务方式"):
        town.of(mode="电话")


def test_a_village_is_covered_by_the_radius_as_ever(streets):
    outlets = offering(worlds.outlets([(0, 0)]), [["pension"]], [["window"]], [OFFICE])
    people = worlds.demand([(4999, 0), (5001, 0)], [10, 20], "rural")
    coverage = assess(outlets, people, streets)
    assert coverage.of("pension", "window")["covered_population"].iloc[0] == 10


def test_a_table_without_services_says_nothing_of_any(streets):
    coverage = assess(worlds.outlets([(0, 0)]), worlds.demand([(0, 0)]), streets)
    table = coverage.by_service()
    assert not table["outlets"].any()
    assert (table["unsaid_outlets"] == 1).all()
    assert (table["rate_with_unsaid"] == 1).all()
    assert unsaid_of(coverage.outlets) == ["业务事项、服务方式、营业时间"]


def test_nobody_and_nothing_are_tables_too(streets):
    none = assess(worlds.outlets([]), worlds.demand([(0, 0)]), streets).by_service()
    assert (len(none), none["covered_population"].sum()) == (96, 0)
    nobody = assess(worlds.outlets([(0, 0)]), worlds.demand([]), streets).by_service()
    assert len(nobody) == 0


SPOTS = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda s: (s[0] * 50, s[1] * 50))
OUTLET = st.tuples(
    SPOTS,
    st.sets(st.sampled_from(list(ITEMS))),
    st.sets(st.sampled_from(list(MODES))),
    st.sampled_from(HOURS),
    st.sampled_from(["active", "active", "active", "suspended", "unknown"]),
)
PERSON = st.tuples(SPOTS, st.integers(0, 1000), st.sampled_from(["urban", "rural"]))


def world(rows, people, streets):
    spots, items, modes, hours, status = zip(*rows, strict=True)
    outlets = offering(worlds.outlets(list(spots), list(status)), items, modes, hours)
    places, amounts, classes = zip(*people, strict=True)
    return outlets, worlds.demand(list(places), list(amounts), list(classes))


@settings(max_examples=6)
@given(
    st.lists(OUTLET, min_size=1, max_size=6), st.lists(PERSON, min_size=1, max_size=12), st.data()
)
def test_a_cell_is_the_assessment_of_the_outlets_that_offer_it(streets, rows, people, data):
    outlets, demand = world(rows, people, streets)
    coverage = assess(outlets, demand, streets)
    table = coverage.by_service()
    for at in data.draw(st.lists(st.sampled_from(range(96)), min_size=3, max_size=3)):
        service = SERVICES[at]
        kept = offers_of(outlets, [service]).known[:, 0]
        alone = assess(outlets[kept].reset_index(drop=True), demand, streets)
        assert table["covered_population"][at] == alone.total()["covered_population"]
        left = for_service(coverage, service)
        pd.testing.assert_series_equal(left.demand["covered"], alone.demand["covered"])
        pd.testing.assert_series_equal(left.demand["walk_m"], alone.demand["walk_m"])
        may = kept | offers_of(outlets, [service]).open[:, 0]
        with_unsaid = assess(outlets[may].reset_index(drop=True), demand, streets)
        np.testing.assert_equal(table["rate_with_unsaid"][at], with_unsaid.total()["rate"])


def test_the_whole_table_is_ninety_six_assessments(streets):
    rng = np.random.default_rng(5)
    rows = [
        (
            tuple(rng.integers(0, 41, 2) * 50),
            set(rng.choice(list(ITEMS), rng.integers(0, 4), replace=False)),
            set(rng.choice(list(MODES), rng.integers(0, 4), replace=False)),
            rng.choice(HOURS),
            "active",
        )
        for _ in range(12)
    ]
    people = [(tuple(rng.integers(0, 41, 2) * 50), int(rng.integers(1, 900)), kind)
              for kind in ["urban"] * 30 + ["rural"] * 2]  # fmt: skip
    outlets, demand = world(rows, people, streets)
    table = assess(outlets, demand, streets).by_service()
    offered = offers_of(outlets).known
    alone = [
        assess(outlets[offered[:, at]].reset_index(drop=True), demand, streets).total()
        for at in range(96)
    ]
    assert table["covered_population"].tolist() == [each["covered_population"] for each in alone]
    assert table["rate"].tolist() == [each["rate"] for each in alone]
    assert len(set(table["covered_population"])) > 10


@settings(max_examples=10)
@given(
    st.lists(OUTLET, min_size=1, max_size=6),
    st.lists(PERSON, min_size=1, max_size=12),
    st.randoms(),
)
def test_more_outlets_cover_no_fewer_and_what_is_part_is_no_more(streets, rows, people, chance):
    outlets, demand = world(rows, people, streets)
    coverage = assess(outlets, demand, streets)
    table = coverage.by_service()
    covered = table["covered_population"]
    any_hours = table.groupby(["item", "mode"], sort=False)["covered_population"].transform("first")
    headline = coverage.total()["covered_population"]
    assert (covered <= any_hours).all()
    assert (any_hours <= headline).all()
    assert (table["rate"].fillna(0) <= table["rate_with_unsaid"].fillna(0)).all()
    fewer = assess(outlets.iloc[:-1], demand, streets).by_service() if len(rows) > 1 else None
    if fewer is not None:
        assert (fewer["covered_population"] <= covered).all()
    order = chance.sample(range(len(outlets)), len(outlets))
    mixed = assess(outlets.iloc[order], demand.iloc[::-1], streets).by_service()
    pd.testing.assert_frame_equal(mixed, table)


@given(st.integers(0, 12), st.integers(0, 9), st.integers(1, 130), st.integers(0, 2**32 - 1))
def test_who_is_served_is_who_some_offering_outlet_covers(points, outlets, services, seed):
    rng = np.random.default_rng(seed)
    covers, offered = rng.random((points, outlets)) < 0.3, rng.random((outlets, services)) < 0.3
    expected = (covers.astype(int) @ offered.astype(int)) > 0
    found = served_by(csr_array(covers), offered)
    np.testing.assert_array_equal(found, expected)


def test_counties_sum_to_all(streets):
    rng = np.random.default_rng(1)
    spots = [tuple(spot) for spot in rng.uniform(0, 2000, (20, 2))]
    demand = worlds.demand(spots, rng.integers(1, 99, 20).tolist()).assign(
        county=["440101", "440102"] * 10
    )
    outlets = offering(
        worlds.outlets(spots[:4]), [["pension"]] * 4, [["window"]] * 4, [OFFICE] * 4
    ).assign(county=["440101", "440102", "440103", ""])
    coverage = assess(outlets, demand, streets)
    table = coverage.by_service()
    assert list(dict.fromkeys(table["county"])) == ["440101", "440102"]
    row = table[(table["item"] == "pension") & (table["mode"] == "window")]
    assert row.groupby("when")["population"].sum().eq(demand["population"].sum()).all()
    assert (
        row.loc[row["when"] == "any", "covered_population"].sum()
        == (coverage.total()["covered_population"])
    )
    assert row.loc[row["when"] == "any", "outlets"].tolist() == [1, 1]
    # A county's own report holds its own rows.
    alone = coverage.in_county("440102").by_service()
    part = table[table["county"] == "440102"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, part)


def test_a_province_is_counted_in_parts(streets, monkeypatch):
    rng = np.random.default_rng(2)
    spots = [tuple(spot) for spot in rng.uniform(0, 2000, (30, 2))]
    outlets = offering(worlds.outlets(spots[:3]), [["pension"]] * 3, [["window"]] * 3, HOURS[:3])
    coverage = assess(outlets, worlds.demand(spots), streets)
    whole = coverage.by_service()
    monkeypatch.setattr("gdcoverage.services._AT_ONCE", 7)
    pd.testing.assert_frame_equal(coverage.by_service(), whole)


def test_a_real_city_by_service(shared):
    """Porto Alegre: hexagons with census people, clinics that offer this and that."""
    folder = shared / "data/portoalegre-r5r"
    demand = read_demand(folder / "poa_hexgrid.csv", settlement="urban").frame
    clinics = pd.read_csv(folder / "poa_hexgrid.csv").query("healthcare > 0")
    rng = np.random.default_rng(8)
    outlets = demand[demand["demand_id"].isin(clinics["id"])][["geometry"]].reset_index(drop=True)
    count = len(outlets)
    outlets = offering(
        outlets.assign(outlet_id=[f"C{i}" for i in range(count)], status="active"),
        [set(rng.choice(list(ITEMS), 2)) for _ in range(count)],
        [set(rng.choice(list(MODES), 2)) for _ in range(count)],
        rng.choice(HOURS, count),
    )
    network = WalkNetwork.from_osm(folder / "poa.osm.pbf")
    coverage = assess(outlets, demand, network)
    table = coverage.by_service()
    for at in (0, 41, 95):
        kept = offers_of(outlets, [SERVICES[at]]).known[:, 0]
        alone = assess(outlets[kept].reset_index(drop=True), demand, network).total()
        assert 0 < table["covered_population"][at] < coverage.total()["covered_population"]
        assert table["covered_population"][at] == pytest.approx(alone["covered_population"])


def test_services_are_named_by_official_terms():
    assert SERVICES[0].label == "基本养老保险·窗口办·不限时段"
    assert Service().label == "不限事项·不限方式·不限时段"
    assert service_called("社会保障卡", "自助", "星期日") == Service(
        "social_card", "self_service", WHEN[-1]
    )
    assert service_table(
        worlds.demand([]), worlds.outlets([]).assign(counts=True, county=""),
        csr_array((0, 0), dtype=bool), SERVICES, [],
    ).empty  # fmt: skip


def test_words_that_are_not_understood_leave_open_what_they_may_mean(tmp_path):
    """失业登记 may be 失业保险 or not; 养老 is what it is, and a no is a no."""
    path = tmp_path / "网点.csv"
    table = pd.DataFrame(
        {
            "网点名称": ["甲支行", "乙支行", "丙支行"],
            "经度": [114.1, 114.2, 114.3],
            "纬度": [23.5, 23.5, 23.5],
            "业务事项": ["养老、失业登记", "养老", "养老"],
            "窗口办": ["是", "待定", "否"],
            "网办": ["是", "是", "是"],
        }
    )
    table.to_csv(path, index=False)
    frame = read_outlets(path, datum="wgs84").frame
    assert frame["unclear"].tolist() == ["业务事项", "服务方式", ""]
    again = read_outlets(frame, datum="wgs84").frame
    assert again["unclear"].tolist() == frame["unclear"].tolist()
    asked = [Service(item) for item in ("pension", "unemployment")]
    offers = offers_of(frame, [*asked, Service(mode="window"), Service(mode="online")])
    assert offers.known.T.tolist() == [[True] * 3, [False] * 3, [True, False, False], [True] * 3]
    assert offers.open.T.tolist() == [
        [False] * 3,
        [True, False, False],
        [False, True, False],
        [False] * 3,
    ]
    told = unsaid_of(frame.assign(hours=ALL_WEEK))
    assert told == ["业务事项", "服务方式", ""]
