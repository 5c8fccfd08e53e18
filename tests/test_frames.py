"""Frames come through the door that files come through: nothing of theirs is believed unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.demand import read_demand
from gdcoverage.emap import build_map, build_public_map
from gdcoverage.findings import RESULT_COLUMNS, Coverage
from gdcoverage.gaps import find_gaps
from gdcoverage.network import WalkNetwork
from gdcoverage.outlets import read_outlets
from gdcoverage.places.counties import one_county, read_counties
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.report import Report
from gdcoverage.report._data import json_text
from gdcoverage.sites import Terms, complete_candidates, exit_impact, recommend_sites
from gdcoverage.tables import Reading
from often import costly

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
SPOTS = [(0, 0), (300, 400), (1500, 900), (1990, 2000), (700, 1800), (1200, 100)]


@pytest.fixture(scope="module")
def lattice(tmp_path_factory: pytest.TempPathFactory) -> WalkNetwork:
    """Eleven by eleven crossings, 200 m apart."""
    return worlds.lattice(tmp_path_factory.mktemp("frames"), 11, 11, 200.0)


def people(**columns: object) -> gpd.GeoDataFrame:
    """Six demand points, some columns as the test has them."""
    kinds = ["urban", "rural"] * 3
    return worlds.demand(SPOTS, [10, 20, 30, 40, 50, 60], kinds).assign(**columns)


def two_outlets(**columns: object) -> gpd.GeoDataFrame:
    return worlds.outlets([(0, 0), (2000, 2000)]).assign(**columns)


def moved(frame: gpd.GeoDataFrame, lon: float, lat: float) -> gpd.GeoDataFrame:
    """The frame with its third point somewhere else."""
    shapes = frame.geometry.to_numpy().copy()
    shapes[2] = shapely.Point(lon, lat)
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=frame.crs))


def refused(lattice: WalkNetwork, outlets: object, demand: object) -> InputError:
    with pytest.raises(InputError) as caught:
        assess(outlets, demand, lattice)  # type: ignore[arg-type]
    return caught.value


# --- The same from a file and from its reading -------------------------------------------------


def again(reading: Reading, source: Reading) -> None:
    pd.testing.assert_frame_equal(reading.frame, source.frame)
    assert reading.frame.geometry.geom_equals_exact(source.frame.geometry, 0).all()
    assert {p.kind for p in reading.problems} <= {p.kind for p in source.problems}


def test_the_reading_of_a_file_read_again_is_the_same() -> None:
    outlets = read_outlets(SAMPLE / "outlets.xlsx", datum="gcj02")
    again(read_outlets(outlets.frame, datum="wgs84"), outlets)
    demand = read_demand(SAMPLE / "population.csv")
    again(read_demand(demand.frame), demand)
    counties = read_counties(adcodes=["440305", "440304", "441324"])
    pd.testing.assert_frame_equal(read_counties(counties), counties)
    shapes = shapely.equals_exact(read_counties(counties).geometry, counties.geometry)
    assert shapes.all()


def test_what_is_in_wgs84_already_is_not_shifted_again() -> None:
    read = read_outlets(SAMPLE / "outlets.xlsx", datum="gcj02").frame
    with pytest.raises(InputError) as caught:
        read_outlets(read, datum="gcj02")
    assert caught.value.problem.kind == "datum_twice"


ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["A", "B", "", "7", "村 1"]),
        "人口": st.sampled_from(["12", "3.5", "", "-1", "inf", "0", "１２"]),
        "60岁以上": st.sampled_from(["", "1", "99"]),
        "城乡": st.sampled_from(["111", "121", "220", "城区", "镇", "Urban", "rural", "？"]),
        "经度": st.floats(112.9, 113.1).map(repr),
        "纬度": st.sampled_from(["23.1", "22.95", "", "0"]),
    }
)


@costly(60)
@given(st.lists(ROW, min_size=1, max_size=8), st.sampled_from(["urban", "rural", "both"]))
def test_a_file_and_a_frame_of_the_same_rows_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], rule: str
) -> None:
    path = tmp_path_factory.mktemp("rows") / "人口.csv"
    table = pd.DataFrame(rows)
    table.to_csv(path, index=False, encoding="utf-8-sig")
    standard = Standard(town_rule=rule)  # type: ignore[arg-type]
    try:
        file = read_demand(path, standard=standard)
    except InputError as error:
        with pytest.raises(InputError) as caught:
            read_demand(table, standard=standard)
        assert caught.value.problem.kind == error.problem.kind
        return
    frame = read_demand(table, standard=standard)
    rest = ["demand_id", "source_row"]
    same = frame.frame.reset_index(drop=True).drop(columns=rest)
    pd.testing.assert_frame_equal(same, file.frame.drop(columns=rest))
    assert frame.frame.index.tolist() == (file.frame["source_row"] - 2).tolist()
    assert [p.kind for p in frame.problems] == [p.kind for p in file.problems]
    if len(file.frame):
        again(read_demand(file.frame, standard=standard), file)


# --- Any order, index and coordinate system ----------------------------------------------------


SPOT = st.tuples(st.integers(-400, 2400), st.integers(-400, 2400))
LABELS: dict[str, Callable[[int], Any]] = {
    "range": pd.RangeIndex,
    "names": lambda n: pd.Index([f"行{i}" for i in range(n)]),
    "backwards": lambda n: pd.Index(range(n, 0, -1)),
    "pairs": lambda n: pd.MultiIndex.from_tuples([(i % 2, i) for i in range(n)]),
}


@costly(30)
@given(
    st.lists(SPOT, min_size=2, max_size=5, unique=True),
    st.lists(SPOT, min_size=8, max_size=8),
    st.permutations(range(8)),
    st.sampled_from(sorted(LABELS)),
    st.sampled_from([4326, 3857, 4547, 4490]),
)
def test_order_index_and_crs_change_no_answer(
    lattice: WalkNetwork,
    sites: list[tuple[int, int]],
    spots: list[tuple[int, int]],
    order: list[int],
    labels: str,
    crs: int,
) -> None:
    demand = worlds.demand(spots, list(range(1, 9)), ["urban", "rural"] * 4)
    outlets = worlds.outlets(sites)
    plain = assess(outlets, demand, lattice)
    frame = demand.iloc[order].set_index(LABELS[labels](8)).to_crs(crs)
    turned = outlets.iloc[::-1].set_index(LABELS[labels](len(sites))).to_crs(crs)
    found = assess(turned, frame, lattice)

    assert found.demand.index.equals(frame.index)
    assert found.outlets.index.equals(turned.index)
    mine = frame[["demand_id"]].join(found.demand[list(RESULT_COLUMNS)])
    mine = mine.set_index("demand_id").loc[plain.demand["demand_id"]]
    theirs = plain.demand.set_index("demand_id")[list(RESULT_COLUMNS)]
    pd.testing.assert_frame_equal(mine, theirs, rtol=0, atol=0.0011)
    rates = [coverage.total()["rate"] for coverage in (found, plain)]
    assert rates[0] == rates[1]
    away = found.demand.set_index("demand_id").geometry.loc[plain.demand["demand_id"]].to_numpy()
    assert shapely.distance(away, demand.geometry.to_numpy()).max() < 1e-11  # degrees: a µm


def test_what_follows_an_assessment_does_not_see_the_index(lattice: WalkNetwork) -> None:
    """Gaps, sites, exits, report and map of rows with odd labels are those of plain rows."""
    counties = one_county("示例县", people())
    offered = worlds.outlets([(700, 1700), (1500, 800), (2000, 0)]).assign(bank="甲")

    def all_of_it(coverage: Coverage) -> list[str]:
        gaps = find_gaps(coverage)
        report = Report("某县", coverage, gaps, (), (), "1", "2026-01-01")
        plan = recommend_sites(coverage, offered, Terms(add=2))
        impact = exit_impact(coverage)
        page = build_map(coverage, gaps, title="某县").get_root().render()
        tables = (gaps, plan.sites, plan.bank_share, impact, coverage.by_county())
        county = coverage.in_county("000000").by_settlement()
        return [json_text(report), page, *(t.to_csv() for t in (*tables, county))]

    standard = Standard(rural_radius_m=900.0, minutes=10)
    plain = assess(two_outlets(), people(), lattice, standard, counties)
    odd_outlets = two_outlets().set_index(pd.Index([1, 0]))
    odd = assess(
        odd_outlets, people().set_index(pd.Index(range(5, -1, -1))), lattice, standard, counties
    )
    for one, other in zip(all_of_it(plain), all_of_it(odd), strict=True):
        assert one == other
    # What is reported of one county still carries the labels.
    assert odd.in_county("000000").demand.index.tolist() == [5, 4, 3, 2, 1, 0]


# --- Words, codes, numbers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("urban", "active"),
    [
        *(("城区", "在营"), ("Urban", "营业中"), ("urban", "Active"), (" 城区 ", "active")),
        *(("111", None), (111, "在营"), (111.0, None), ("城市", "营业中")),
    ],
)
def test_words_and_codes_mean_one_thing(
    lattice: WalkNetwork, urban: object, active: str | None
) -> None:
    plain = assess(two_outlets(), people(settlement="urban"), lattice)
    outlets = two_outlets().drop(columns="status")
    outlets = outlets if active is None else outlets.assign(status=active)
    found = assess(outlets, people(settlement=urban), lattice)
    assert found.demand["settlement"].tolist() == ["urban"] * 6
    assert found.outlets["status"].tolist() == ["active"] * 2
    assert found.total()["rate"] == plain.total()["rate"]


def test_towns_go_by_the_standard_that_judges(lattice: WalkNetwork) -> None:
    rural = Standard(town_rule="rural")
    for frame in (people(settlement="镇区"), people(settlement="121"), people(town=True)):
        found = assess(two_outlets(), frame, lattice, rural).demand
        assert found["settlement"].tolist() == ["rural"] * 6
        assert found["town"].all()
    read = read_demand(people(settlement="121")).frame
    assert set(read["settlement"]) == {"urban"}
    assert set(assess(two_outlets(), read, lattice, rural).demand["settlement"]) == {"rural"}


def test_what_may_be_missing_is_made_up_for(lattice: WalkNetwork) -> None:
    bare = people()[["population", "settlement", "geometry"]]
    found = assess(two_outlets()[["geometry"]], bare, lattice)
    assert found.demand["demand_id"].tolist() == [f"R{i}" for i in range(1, 7)]
    assert not found.demand["town"].any()
    assert found.demand["elderly"].isna().all()
    assert found.outlets["outlet_id"].is_unique
    assert found.total()["population"] == 210


def test_plain_frames_with_degrees_and_other_names(lattice: WalkNetwork) -> None:
    frame = pd.DataFrame(people().drop(columns="geometry")).rename(
        columns={"population": "pop2020"}
    )
    frame["X"], frame["Y"] = people().geometry.x, people().geometry.y
    reading = read_demand(frame, columns={"pop2020": "population"})
    assert reading.frame["population"].tolist() == [10, 20, 30, 40, 50, 60]
    found = assess(two_outlets(), reading.frame, lattice)
    assert found.total()["rate"] == assess(two_outlets(), people(), lattice).total()["rate"]
    for columns in ({"pop": "population"}, {"pop2020": "people"}):
        with pytest.raises(InputError) as caught:
            read_demand(frame, columns=columns)
        assert caught.value.problem.kind == "column_unknown"


def test_other_names_in_files(tmp_path: Path) -> None:
    path = tmp_path / "网点.csv"
    path.write_text("甲,名称,lon,lat\nW7,某支行,113.1,23.1\n", encoding="utf-8")
    assert read_outlets(path, datum="wgs84", columns={"甲": "outlet_id"}).frame[
        "outlet_id"
    ].tolist() == ["W7"]


def test_settlement_is_declared_or_found_by_polygon_for_frames_too() -> None:
    bare = people().drop(columns=["settlement", "town"])
    with pytest.raises(InputError, match="settlement"):
        read_demand(bare)
    assert set(read_demand(bare, settlement="rural").frame["settlement"]) == {"rural"}
    west = shapely.box(112.9, 22.9, worlds.degrees(1000, 0)[0], 23.1)
    polygons = gpd.GeoDataFrame({"settlement": ["111"]}, geometry=[west], crs=4326)
    found = read_demand(bare, settlement_polygons=polygons.to_crs(4547)).frame
    assert found["settlement"].tolist() == ["urban", "urban", "rural", "rural", "urban", "rural"]
    assert set(found["settlement_source"]) == {"polygon"}


def test_files_may_be_assessed_as_they_are(lattice: WalkNetwork, tmp_path: Path) -> None:
    two_outlets().to_file(tmp_path / "网点.gpkg")
    people().drop(columns="name").to_file(tmp_path / "人口.gpkg")
    found = assess(tmp_path / "网点.gpkg", str(tmp_path / "人口.gpkg"), lattice)
    assert found.total()["rate"] == assess(two_outlets(), people(), lattice).total()["rate"]
    people(population=-1.0).to_file(tmp_path / "坏.gpkg")
    assert "6 行" in str(refused(lattice, two_outlets(), tmp_path / "坏.gpkg"))


# --- Faults, row by row ------------------------------------------------------------------------


def with_third(column: str, value: object) -> gpd.GeoDataFrame:
    values: list[object] = list(people()[column])
    values[2] = value
    return people(**{column: values})


BAD_DEMAND = {
    "people unknown": (with_third("population", np.nan), "population_missing"),
    "people negative": (with_third("population", -5.0), "population_negative"),
    "people endless": (with_third("population", np.inf), "population_unreadable"),
    "people in words": (with_third("population", "约五百"), "population_unreadable"),
    "class unknown": (with_third("settlement", "suburb"), "settlement_unknown"),
    "class missing": (with_third("settlement", None), "settlement_missing"),
    "place missing": (
        people().set_geometry(
            gpd.GeoSeries([*people().geometry[:2], None, *people().geometry[3:]], crs=4326)
        ),
        "coordinate_missing",
    ),
    "place empty": (
        people().set_geometry(
            gpd.GeoSeries(
                [*people().geometry[:2], shapely.Point(), *people().geometry[3:]], crs=4326
            )
        ),
        "coordinate_missing",
    ),
    "place endless": (moved(people(), np.inf, np.inf), "coordinate_unreadable"),
    "place at nought": (moved(people(), 0, 0), "coordinate_zero"),
    "turned": (moved(people(), 23.0, 113.0), "coordinate_swapped"),
}


@pytest.mark.parametrize(("frame", "kind"), BAD_DEMAND.values(), ids=BAD_DEMAND)
def test_a_bad_row_of_demand_is_told_and_left_out_or_refused(
    lattice: WalkNetwork, frame: gpd.GeoDataFrame, kind: str
) -> None:
    frame = frame.set_index(pd.Index(list("abcdef")))
    reading = read_demand(frame)
    [problem] = [p for p in reading.problems if p.kind == kind]
    assert problem.row == 3
    assert "索引 c" in problem.value
    kept = list("abcdef") if problem.severity == "warning" else list("abdef")
    assert reading.frame.index.tolist() == kept

    error = refused(lattice, two_outlets(), frame)
    assert isinstance(error, ValueError)
    assert {p.kind for p in error.rows} == {kind}
    assert "1 行" in str(error)
    assert "索引 c" in str(error)
    if problem.severity == "error":
        assert assess(two_outlets(), reading.frame, lattice).total()["population"] == 180


def test_older_people_beyond_all_people_are_unknown_or_refused(lattice: WalkNetwork) -> None:
    frame = with_third("elderly", 31.0)
    assert read_demand(frame).frame["elderly"].isna().all()
    assert refused(lattice, two_outlets(), frame).rows[0].kind == "elderly_unusable"


def test_many_bad_rows_are_counted(lattice: WalkNetwork) -> None:
    error = refused(lattice, two_outlets(), people(population=-1.0))
    assert "6 行" in str(error)
    assert len(error.rows) == 6
    assert error.problem.kind == "rows_unusable"


def test_ids_that_come_twice_are_refused(lattice: WalkNetwork) -> None:
    error = refused(lattice, two_outlets(), with_third("demand_id", "D0"))
    assert [(p.kind, p.row) for p in error.rows] == [("duplicate_id", 3)]
    error = refused(lattice, two_outlets(outlet_id="W"), people())
    assert [(p.kind, p.row) for p in error.rows] == [("duplicate_id", 2)]
    kinds = {p.kind for p in read_outlets(two_outlets(outlet_id="W"), datum="wgs84").problems}
    assert "duplicate_id" in kinds


def test_a_status_that_is_not_known_is_refused_and_the_word_for_it_is_not(
    lattice: WalkNetwork,
) -> None:
    error = refused(lattice, two_outlets(status=["在营", "开放？"]), people())
    assert [(p.kind, p.row) for p in error.rows] == [("status_unknown", 2)]
    assert refused(lattice, two_outlets(status=["active", None]), people()).rows[0].row == 2
    found = assess(two_outlets(status=["active", "状态不明"]), people(), lattice)
    assert found.outlets["status"].tolist() == ["active", "unknown"]


def test_areas_are_read_but_not_assessed(lattice: WalkNetwork) -> None:
    wide = people().to_crs(3857)
    wide = wide.set_geometry(wide.geometry.buffer(20)).to_crs(4326)
    read = read_demand(wide.drop(columns="area_km2")).frame
    assert (read.geometry.geom_type == "Point").all()
    assert read["area_km2"].between(0.0009, 0.0012).all()
    assert {p.kind for p in refused(lattice, two_outlets(), wide).rows} == {"not_a_point"}


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (people().set_crs(None, allow_override=True), "crs_missing"),
        (people().set_index(pd.Index([0, 1, 1, 2, 3, 4])), "labels_repeated"),
        (people().drop(columns="population"), "population_heading_missing"),
        (people().drop(columns="settlement"), "settlement_missing"),
        (pd.DataFrame(people().drop(columns="geometry")), "coordinate_heading_missing"),
        (people(status="旧"), "columns_taken"),
        (people(walk_m=1.0, covered=True), "columns_taken"),
        (people(county="福田区"), "county_unusable"),
        (people(town="沙头街道"), "town_unusable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_frame_that_is_no_demand_says_what_to_do(
    lattice: WalkNetwork, frame: pd.DataFrame, kind: str
) -> None:
    error = refused(lattice, two_outlets(), frame)
    assert error.problem.kind == kind
    assert error.problem.action


def test_columns_of_the_caller_stay_as_they_are(lattice: WalkNetwork) -> None:
    frame = people(note=list("uvwxyz"), 备注=range(6), population=[1, 2, 3, 4, 5, 6])
    before = frame.copy()
    found = assess(two_outlets(), frame, lattice)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(found.demand[["note", "备注"]], frame[["note", "备注"]])
    # An earlier result is no column of theirs: it is made anew.
    renewed = assess(found.outlets, found.demand, lattice)
    pd.testing.assert_frame_equal(renewed.demand[list(found.demand)], found.demand)


def test_a_geometry_by_another_name_or_in_a_plain_frame_serves(lattice: WalkNetwork) -> None:
    frame = people().rename_geometry("place")
    found = assess(two_outlets().rename_geometry("where"), frame, lattice)
    pd.testing.assert_frame_equal(found.demand, assess(two_outlets(), people(), lattice).demand)
    find_gaps(found)
    found = assess(pd.DataFrame(two_outlets()), pd.DataFrame(people().to_crs(4547)), lattice)
    assert (
        found.demand["covered"].tolist()
        == assess(two_outlets(), people(), lattice).demand["covered"].tolist()
    )


# --- Counties and candidates -------------------------------------------------------------------


def counties() -> gpd.GeoDataFrame:
    """Two counties, one on either side of 1,000 m east."""
    (west, south), (east, north) = worlds.degrees(-900, -900), worlds.degrees(3000, 3000)
    middle = worlds.degrees(1000, 0)[0]
    return gpd.GeoDataFrame(
        {"adcode": ["990101", "990102"], "name": ["西县", "东县"], "city": ""},
        geometry=[shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)],
        crs="EPSG:4326",
    )


@pytest.mark.parametrize("crs", [3857, 4547])
def test_counties_in_another_crs_are_the_same_counties(lattice: WalkNetwork, crs: int) -> None:
    plain = assess(two_outlets(), people(), lattice, counties=counties())
    found = assess(two_outlets(), people(), lattice, counties=counties().to_crs(crs))
    pd.testing.assert_frame_equal(found.by_county(), plain.by_county())
    assert "县区外" not in set(found.by_county()["county_name"])


def test_counties_by_other_names_and_as_numbers() -> None:
    frame = counties().assign(adcode=[990101, 990102]).rename(columns={"adcode": "KEY"})
    assert read_counties(frame, columns={"KEY": "adcode"})["adcode"].tolist() == [
        "990101",
        "990102",
    ]


@pytest.mark.parametrize(
    "frame",
    [
        counties().drop(columns="adcode"),
        counties().assign(adcode="990101"),
        counties().assign(adcode=["990101", "西"]),
        counties().set_geometry(counties().geometry.boundary),
        counties().set_geometry(shapely.buffer(counties().geometry.to_numpy(), 0.01), crs=4326),
        counties().set_crs(None, allow_override=True),
        pd.DataFrame(counties().drop(columns="geometry")),
    ],
    ids=["no code", "twice", "no adcode", "lines", "overlap", "no crs", "no geometry"],
)
def test_a_frame_that_is_no_counties_is_refused(
    lattice: WalkNetwork, frame: gpd.GeoDataFrame
) -> None:
    with pytest.raises(InputError):
        assess(two_outlets(), people(), lattice, counties=frame)


def test_a_county_that_a_row_carries_is_not_believed(lattice: WalkNetwork) -> None:
    plain = assess(two_outlets(), people(), lattice, counties=counties())
    carried = people(county=["990102", "990101", "440305", "", None, 990102])
    outlets = two_outlets(county=["990102", "123456"])
    found = assess(outlets, carried, lattice, counties=counties())
    pd.testing.assert_series_equal(found.demand["county"], plain.demand["county"])
    assert found.outlets["county"].tolist() == ["990101", "990102"]
    shown = [
        build_public_map(frame, counties(), title="某县").blocks["outlets"].text
        for frame in (outlets, two_outlets())
    ]
    assert shown[0] == shown[1]
    # Without counties there is nothing to check by.
    alone = assess(outlets, carried, lattice)
    assert alone.demand["county"].tolist() == ["990102", "990101", "440305", "", "", "990102"]


def test_candidates_come_through_the_same_door(lattice: WalkNetwork, tmp_path: Path) -> None:
    coverage = assess(two_outlets(), people(), lattice, Standard(rural_radius_m=900.0))
    offered = worlds.outlets([(700, 1700), (1500, 800), (2000, 0)])
    plain = recommend_sites(coverage, offered, Terms(add=2)).sites
    odd = offered.set_index(pd.Index(list("xyz"))).to_crs(4547)
    for given_ in (odd, offered.to_crs(3857)):
        found = recommend_sites(coverage, given_, Terms(add=2)).sites
        columns = plain.columns.drop("geometry")
        pd.testing.assert_frame_equal(found[columns], plain[columns], rtol=1e-9)
    offered.to_file(tmp_path / "候选点.gpkg")
    found = recommend_sites(coverage, tmp_path / "候选点.gpkg", Terms(add=2)).sites
    assert found["candidate_id"].tolist() == plain["candidate_id"].tolist()
    for bad, kind in (
        (moved(odd.to_crs(4326), np.inf, np.inf), "coordinate_unreadable"),
        (odd.set_geometry(odd.geometry.buffer(5)), "not_a_point"),
    ):
        with pytest.raises(InputError, match="索引 z") as caught:
            complete_candidates(coverage, bad)
        assert kind in {p.kind for p in caught.value.rows}
    wrong = offered.assign(county="440305")
    area = assess(two_outlets(), people(), lattice, counties=counties())
    assert complete_candidates(area, wrong)["county"].tolist() == ["990101", "990102", "990102"]
