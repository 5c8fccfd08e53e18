"""The bundled sample: made anew it is the same, and it holds what the documents say of it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from osmium.osm import Node, Relation, Way
from python_calamine import CalamineWorkbook
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gdcoverage.assessment import assess
from gdcoverage.demand import read_demand
from gdcoverage.findings import Coverage
from gdcoverage.network import WalkNetwork, read_places
from gdcoverage.outlets import read_outlets
from gdcoverage.places.counties import assign_counties, read_counties, stated_county_problems
from gdcoverage.policy import Standard
from gdcoverage.run import load_plan
from gdcoverage.tables import Reading

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
ADCODE = "441324"
LABEL = "合成示例"


@pytest.fixture(scope="module")
def made_anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, SAMPLE / "make_sample.py", folder], check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def network() -> WalkNetwork:
    return WalkNetwork.from_osm(SAMPLE / "streets.osm.pbf")


@pytest.fixture(scope="module")
def outlets() -> Reading:
    return read_outlets(SAMPLE / "outlets.xlsx", datum="gcj02")


@pytest.fixture(scope="module")
def demand() -> Reading:
    return read_demand(SAMPLE / "population.csv")


@pytest.fixture(scope="module")
def county() -> gpd.GeoDataFrame:
    return read_counties(adcodes=[ADCODE])


@pytest.fixture(scope="module")
def coverage(
    outlets: Reading, demand: Reading, network: WalkNetwork, county: gpd.GeoDataFrame
) -> Coverage:
    return assess(outlets.frame, demand.frame, network, Standard(), county)


def _sheets(path: Path) -> dict[str, Sequence[Sequence[object]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def _objects(path: Path) -> list[tuple[object, ...]]:
    """Every OSM object with all that it says; time and author are zero where there are none."""
    objects: list[tuple[object, ...]] = []
    for o in osmium.FileProcessor(str(path)):
        if isinstance(o, Node):
            what: object = (o.location.x, o.location.y)
        elif isinstance(o, Way):
            what = tuple(n.ref for n in o.nodes)
        else:
            assert isinstance(o, Relation)
            what = tuple((m.type, m.ref, m.role) for m in o.members)
        by = (o.version, o.changeset, o.uid, o.user, o.timestamp.timestamp())
        objects.append((o.type_str(), o.id, what, tuple(sorted((t.k, t.v) for t in o.tags)), by))
    return objects


def _ways(*, name: str) -> list[shapely.LineString]:
    ways = osmium.FileProcessor(str(SAMPLE / "streets.osm.pbf")).with_locations()
    return [
        shapely.LineString([(n.lon, n.lat) for n in o.nodes])
        for o in ways
        if isinstance(o, Way) and (o.tags.get("name") or "").startswith(name)
    ]


def _over_the_river(network: WalkNetwork) -> tuple[gpd.GeoSeries, shapely.Polygon]:
    """The walkable edges that touch the water, by number of edge, and the water."""
    [river] = _ways(name="清溪河")
    water = shapely.Polygon(river.coords)
    lines = network.lines()
    return lines[lines.intersects(water)], water


# The script -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["population.csv", "plan.toml"])
def test_text_made_anew_is_the_same_to_the_byte(made_anew: Path, name: str) -> None:
    assert (made_anew / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_workbook_made_anew_has_the_same_cells(made_anew: Path) -> None:
    assert _sheets(made_anew / "outlets.xlsx") == _sheets(SAMPLE / "outlets.xlsx")


def test_streets_made_anew_are_the_same_objects(made_anew: Path) -> None:
    assert _objects(made_anew / "streets.osm.pbf") == _objects(SAMPLE / "streets.osm.pbf")


def test_streets_say_neither_when_nor_by_whom() -> None:
    assert {by for *_, by in _objects(SAMPLE / "streets.osm.pbf")} == {(0, 0, 0, "", 0.0)}


def test_sample_stays_small() -> None:
    sizes = {p.name: p.stat().st_size for p in SAMPLE.iterdir() if p.is_file()}
    assert sizes["streets.osm.pbf"] < 400_000
    assert sum(sizes.values()) < 600_000


def test_everything_is_labelled_as_made_up(outlets: Reading, demand: Reading) -> None:
    [(sheet, cells)] = _sheets(SAMPLE / "outlets.xlsx").items()
    assert LABEL in sheet
    assert str(cells[0][0]).startswith(f"{LABEL}县社保服务合作网点登记表")
    assert outlets.frame["name"].str.contains(LABEL).all()
    assert outlets.frame["phone"].str.fullmatch(r"0752-0000\d{3}").all()
    assert demand.frame["demand_id"].str.startswith(LABEL).all()
    assert LABEL in load_plan(SAMPLE / "plan.toml").title
    assert LABEL in osmium.io.Reader(str(SAMPLE / "streets.osm.pbf")).header().get("generator")


# The outlets ----------------------------------------------------------------------------------


def test_each_typical_mistake_is_there_once(outlets: Reading) -> None:
    assert sorted(p.kind for p in outlets.problems) == [
        "coordinate_missing",
        "coordinate_swapped",
        "duplicate_outlet",
        "hours_unclear",
        *["hours_without_days"] * 3,
        "status_unknown",
    ]
    status = outlets.frame["status"].value_counts()
    assert status["unknown"] == 1
    assert status["exited"] == 1


def test_one_outlet_lies_in_another_county(outlets: Reading) -> None:
    [problem] = stated_county_problems(outlets.frame, read_counties())
    assert problem.kind == "county_mismatch"


def test_odd_cells_are_read_as_they_are_meant(outlets: Reading) -> None:
    rows = _sheets(SAMPLE / "outlets.xlsx").popitem()[1]
    longitudes = [str(row[6]) for row in rows]
    assert sum("°" in text for text in longitudes) == 1
    assert sum("１" in text for text in longitudes) == 1
    assert sum(row[8] == "以网点公告为准" for row in rows) == 1
    assert rows[-1][0] == "合计"
    registered = len(rows) - 3  # title, headings, total
    assert 28 <= registered <= 36
    assert len(outlets.frame) == registered - 2  # no coordinate, duplicate
    assert (outlets.frame["stated_county"] == "龙门县").all()


def test_outlets_stand_beside_streets_in_their_true_datum_only(
    outlets: Reading, network: WalkNetwork, county: gpd.GeoDataFrame
) -> None:
    def median_leg(frame: gpd.GeoDataFrame) -> float:
        inside = frame[assign_counties(frame, county) == ADCODE]
        return float(np.median(network.snap(inside, limit_m=2_000).access_m))

    raw = read_outlets(SAMPLE / "outlets.xlsx", datum="wgs84").frame
    assert median_leg(outlets.frame) < 20
    assert median_leg(raw) > 40


# The people -----------------------------------------------------------------------------------


def test_people_are_those_of_a_county(demand: Reading, county: gpd.GeoDataFrame) -> None:
    frame = demand.frame
    assert not demand.problems
    assert 600 <= len(frame) <= 1_200
    assert 250_000 <= frame["population"].sum() <= 400_000
    assert (frame["elderly"] <= frame["population"]).all()
    assert set(frame["settlement_code"]) >= {"111", "112", "121", "122", "123", "220"}
    assert (assign_counties(frame, county) == ADCODE).all()


def test_table_of_people_opens_in_a_spreadsheet_as_chinese() -> None:
    assert (SAMPLE / "population.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(SAMPLE / "population.csv")
    assert list(table) == [
        *("编号", "名称", "常住人口", "60岁以上人口", "城乡分类代码", "经度", "纬度"),
        "面积(平方公里)",
    ]


# The streets ----------------------------------------------------------------------------------


def test_network_is_one_body_one_islet_one_fragment(network: WalkNetwork) -> None:
    body, islet, fragment = network.component_m
    assert body > 300_000
    assert 500 < islet < 2_000
    assert fragment < 500


def test_just_two_bridges_lead_over_the_river(network: WalkNetwork) -> None:
    wet, water = _over_the_river(network)
    bridges = shapely.union_all(_ways(name="示例西桥") + _ways(name="示例东桥")).buffer(1e-6)
    assert len(wet) == 2
    assert wet.intersection(water).within(bridges).all()


def test_without_the_bridges_the_banks_fall_apart(network: WalkNetwork) -> None:
    wet, _ = _over_the_river(network)
    u, v = network.edge_u, network.edge_v
    dry = np.delete(np.arange(len(u)), wet.index)
    links = coo_array((np.ones(len(dry)), (u[dry], v[dry])), shape=(len(network.node_lon),) * 2)
    _, piece = connected_components(links, directed=False)
    assert (piece[u[wet.index]] != piece[v[wet.index]]).all()


def test_villages_and_two_towns_are_named() -> None:
    kinds = read_places(SAMPLE / "streets.osm.pbf")["kind"].value_counts()
    assert 25 <= kinds["village"] <= 60
    assert kinds["town"] == 2


# The result -----------------------------------------------------------------------------------


def test_coverage_is_that_of_a_believable_county(coverage: Coverage) -> None:
    [county] = coverage.by_county().to_dict("records")
    assert 0.75 < county["rate"] < 0.88
    assert 0.70 < county["urban_rate"] < 0.90
    assert 0.70 < county["rural_rate"] < 0.90
    people = coverage.demand.groupby("status")["population"].sum()
    assert people["island"] > 0
    assert 0 < people["off_network"] < 0.03 * people.sum()


def test_north_bank_is_near_as_the_crow_flies_and_far_on_foot(coverage: Coverage) -> None:
    quarter = coverage.demand[coverage.demand["name"].str.startswith("河北街")]
    lost = quarter[~quarter["covered"]]
    fooled = lost.loc[lost["radius_m"] < 1_000, "population"].sum()
    nearest = lost.loc[lost["radius_m"].idxmin()]
    assert fooled > 10_000
    assert nearest["walk_m"] > 4 * nearest["radius_m"]
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert f"{lost['population'].sum():,.0f} 人不达标，其中 {fooled:,.0f} 人" in text
    assert (
        f"到对岸网点直线 {nearest['radius_m']:.0f} 米，\n"
        f"  走到最近的网点却要 {nearest['walk_m']:,.0f} 米"
    ) in text


def test_rural_gaps_lie_beyond_the_radius(coverage: Coverage) -> None:
    rural = coverage.demand[coverage.demand["settlement"] == "rural"]
    assert rural.loc[~rural["covered"], "population"].sum() > 10_000
    assert rural.loc[~rural["covered"], "radius_m"].min() > 5_000


def test_readme_gives_the_numbers_of_the_result(coverage: Coverage, demand: Reading) -> None:
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    [county] = coverage.by_county().to_dict("records")
    lost = county["population"] - county["covered_population"]
    assert f"{len(demand.frame)} 个需求点，{county['population']:,.0f} 人" in text
    assert (
        f"全县覆盖率 {county['rate']:.1%}：城区 {county['urban_rate']:.1%}，"
        f"乡村 {county['rural_rate']:.1%}，{lost:,.0f} 人未达标"
    ) in text
