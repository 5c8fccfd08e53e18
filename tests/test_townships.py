"""Coverage by town and village, and quotas: worked out on paper, and sums that agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.places.assign_towns import assign_towns
from gdcoverage.places.towns import read_towns
from gdcoverage.townships import NO_TOWN, by_quota, by_town, villages_without
from test_places_towns import COUNTIES, people


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    """A square of 4 km with a street every 500 m: two counties of 2 km side by side."""
    return worlds.lattice(tmp_path_factory.mktemp("streets"), 9, 9, 500.0)


def found(streets, demand, outlets, towns=None):
    """The assessment of people and outlets in their towns."""
    demand, outlets, _ = assign_towns(demand, outlets, towns)
    return assess(outlets, demand, streets, counties=COUNTIES)


@pytest.fixture(scope="module")
def village(streets):
    """Two towns in a county, one next door, and somebody of whom nothing is said.

    永汉镇 has its outlet beside 上村; 下村 is 1.9 km off. 龙华镇 has none at all.
    """
    demand = people(
        [(0, 0), (1900, 0), (0, 2000), (0, 1500), (3000, 0), (1000, 2000)],
        ["441324", "441324", "441324", "441324", "441322", "441324"],
        town_name=["永汉镇", "永汉镇", "龙华镇", "龙华镇", "永汉镇", ""],
        name=["上村", "下村", "东村", "西村", "河村", "某处"],
        population=[100.0, 200.0, 400.0, 50.0, 800.0, 7.0],
    )
    outlets = worlds.outlets([(0, 0), (100, 0), (3500, 0)], ["active", "active", "suspended"])
    outlets = outlets.assign(
        bank=["农商银行", "", "农商银行"], county=["441324", "441324", "441322"]
    )
    listed = pd.DataFrame({"code": ["441324101", "441324102", "441324103"],
                           "name": ["永汉镇", "龙华镇", "平陵街道"]})  # fmt: skip
    towns = read_towns(listed, COUNTIES).frame
    return found(streets, demand, outlets, towns), towns


def test_each_town_with_its_people_outlets_and_nearest(village):
    coverage, towns = village
    table = by_town(coverage, towns).set_index(["county", "town_label"])
    columns = ["town_code", "population", "covered_population", "outlets", "banks", "outlet_id"]
    assert table[columns].to_dict("index") == {
        ("441322", "永汉镇"): dict(zip(columns, ["", 800, 0, 0, "", "W1"], strict=True)),
        ("441324", "永汉镇"): dict(
            zip(columns, ["441324101", 300, 100, 2, "农商银行 1、未写银行 1", "W1"], strict=True)
        ),
        ("441324", "龙华镇"): dict(zip(columns, ["441324102", 450, 0, 0, "", "W0"], strict=True)),
        ("441324", "平陵街道"): dict(zip(columns, ["441324103", 0, 0, 0, "", ""], strict=True)),
        ("441324", NO_TOWN): dict(zip(columns, ["", 7, 0, 0, "", "W1"], strict=True)),
    }
    # Half of 永汉镇's 300 people are beyond 上村's 100.
    assert table.loc[("441324", "永汉镇"), "radius_m"] == pytest.approx(1800, abs=1)
    assert table.loc[("441324", "龙华镇"), "radius_m"] == pytest.approx(2000, abs=1)
    assert table["rate"].isna().tolist() == [False, False, False, True, False]
    assert table["villages"].tolist() == [1, 2, 2, 0, 0]
    assert table["villages_without"].tolist() == [1, 1, 2, 0, 0]
    assert table["town_kind"].tolist() == ["镇", "镇", "镇", "街道", ""]


def test_towns_of_a_county_sum_to_it(village):
    coverage, towns = village
    sums = (
        by_town(coverage, towns)
        .groupby("county")[["population", "covered_population", "demand_points", "outlets"]]
        .sum()
    )
    counties = coverage.by_county().set_index("county")[sums.columns]
    pd.testing.assert_frame_equal(sums, counties, check_dtype=False, check_names=False)


def test_villages_in_which_nobody_is_covered_most_people_first(village):
    table = villages_without(village[0])
    assert table["village_label"].tolist() == ["河村", "东村", "下村", "西村"]
    assert table["population"].tolist() == [800, 400, 200, 50]
    assert table["outlet_id"].tolist() == ["W1", "W0", "W1", "W0"]
    assert table["town_label"].tolist() == ["永汉镇", "龙华镇", "永汉镇", "龙华镇"]


def test_a_county_alone_has_its_own_towns(village):
    coverage, towns = village
    table = by_town(coverage, towns)
    alone = by_town(coverage.in_county("441324"), towns)
    part = table[table["county"] == "441324"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, part)


def test_where_nothing_tells_towns_there_is_no_table(streets):
    coverage = found(streets, people([(0, 0)], "441324"), worlds.outlets([]).assign(county=""))
    assert by_town(coverage).empty
    assert villages_without(coverage).empty


def test_a_town_without_any_outlet_anywhere_has_none_near(streets):
    demand = people([(0, 0)], "441324", town_name="永汉镇")
    row = by_town(found(streets, demand, worlds.outlets([]).assign(county=""))).iloc[0]
    assert (row["outlet_id"], row["outlets"], row["rate"]) == ("", 0, 0)
    assert np.isnan(row["radius_m"])


SPOT = st.tuples(st.integers(0, 15), st.integers(0, 7)).map(lambda s: (s[0] * 250, s[1] * 250))


@settings(max_examples=6)
@given(st.lists(SPOT, min_size=1, max_size=12), st.integers(0, 10**6), st.randoms())
def test_sums_agree_and_the_order_of_rows_decides_nothing(streets, spots, seed, chance):
    rng = np.random.default_rng(seed)
    demand = people(
        spots,
        ["441324" if x < 2000 else "441322" for x, _ in spots],
        town_name=rng.choice(["", "永汉", "永汉镇", "龙华镇"], len(spots)),
        name=[f"{number}村" for number in range(len(spots))],
        population=rng.integers(0, 9, len(spots)).astype(float),
    )
    outlets = worlds.outlets(spots[:3]).assign(county=demand["county"][:3].to_numpy())
    coverage = found(streets, demand, outlets)
    table = by_town(coverage)
    order = chance.sample(range(len(spots)), len(spots))
    mixed = found(streets, demand.iloc[order], outlets.iloc[::-1])
    pd.testing.assert_frame_equal(by_town(mixed), table)
    pd.testing.assert_frame_equal(villages_without(mixed), villages_without(coverage))
    if len(table):
        own = coverage.by_county().set_index("county")["outlets"]
        there = table.groupby("county")["outlets"].sum()
        assert there[there > 0].to_dict() == own[own > 0].to_dict()
        sums = table.groupby("county")[["population", "covered_population"]].sum()
        counties = coverage.by_county().set_index("county")
        assert sums["population"].equals(counties.loc[sums.index, "population"])
        assert sums["covered_population"].equals(counties.loc[sums.index, "covered_population"])


def test_quotas_beside_the_outlets_that_are_there(streets):
    """Three outlets in service in town, one of them with a machine; one in the country."""
    demand = people([(0, 0), (0, 1900)], "441324", settlement=["urban", "rural"])
    outlets = worlds.outlets(
        [(0, 0), (500, 0), (0, 500), (0, 1500), (500, 500)], ["active"] * 4 + ["suspended"]
    ).assign(county="441324", self_service=[True, False, False, False, True])
    coverage = found(streets, demand, outlets)
    quotas = pd.DataFrame(
        [
            ("441324", "urban", "any", 2.0),
            ("441324", "urban", "self_service", 3.0),
            ("441324", "rural", "any", 4.0),
            ("441322", "rural", "any", 9.0),
        ],
        columns=["county", "settlement", "kind", "planned"],
    )
    table = by_quota(coverage, quotas, ["441324"])
    assert len(table) == 12
    told = table.dropna(subset=["planned"]).set_index(["settlement", "kind"])
    assert told[["planned", "present", "missing"]].to_numpy().tolist() == [
        [2, 3, 0],
        [3, 1, 2],
        [4, 1, 3],
    ]
    unplanned = table[table["planned"].isna()]
    assert unplanned["missing"].isna().all()
    assert by_quota(coverage, quotas.head(0), ["441324"]).empty


def test_a_county_where_nobody_lives_lists_its_towns_all_the_same(village, streets):
    _, towns = village
    outlets = worlds.outlets([(0, 0)]).assign(county="441324")
    coverage = found(streets, people([], "441324"), outlets, towns).in_county("441324")
    table = by_town(coverage, towns)
    assert table["town_label"].tolist() == ["永汉镇", "龙华镇", "平陵街道", NO_TOWN]
    assert table["population"].tolist() == [0, 0, 0, 0]
    # Nothing tells in which town the outlet stands; it is counted all the same.
    assert table["outlets"].tolist() == [0, 0, 0, 1]
    assert villages_without(coverage).empty
    quotas = pd.DataFrame(
        {"county": ["441324"], "settlement": ["urban"], "kind": ["any"], "planned": [1.0]}
    )
    row = by_quota(coverage, quotas, ["441324"]).iloc[0]
    # Where nobody lives an outlet has no class.
    assert (row["present"], row["missing"]) == (0, 1)
