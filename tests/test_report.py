"""What a planner reads as numbers: text, workbook, CSV and JSON of one small made-up world."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from gdcoverage.assess import assess
from gdcoverage.files import Source
from gdcoverage.gaps import find_gaps
from gdcoverage.network import WalkNetwork
from gdcoverage.policy import Standard
from gdcoverage.problems import Problem
from gdcoverage.report import Report

DATA = Path(__file__).parent / "data"
M_LAT, M_LON = 1 / 110_750, 1 / 102_520  # degrees per metre at 23 N


def at(x: float, y: float) -> tuple[float, float]:
    """Metres east and north of the first outlet's corner, as degrees."""
    return 113.0 + x * M_LON, 23.0 + y * M_LAT


def write_streets(path: Path) -> Path:
    """A street of four kilometres, and one of 800 m that nothing links to it.

    ::

        0 ==== 800        island, y = 2000

        0 ==== 1000 ==== 2000 ==== 3000 ==== 4000     main, y = 0
    """
    ways = {1: [(x, 0) for x in range(0, 4001, 500)], 2: [(0, 2000), (800, 2000)]}
    nodes, lines, number = [], [], 0
    for way, points in ways.items():
        refs = []
        for x, y in points:
            number += 1
            lon, lat = at(x, y)
            nodes.append(f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>')
            refs.append(f'<nd ref="{number}"/>')
        tag = '<tag k="highway" v="residential"/>'
        lines.append(f'<way id="{way}" version="1">{"".join(refs)}{tag}</way>')
    path.write_text(f'<osm version="0.6">{"".join(nodes)}{"".join(lines)}</osm>', "utf-8")
    return path


def frame(rows: list[dict]) -> gpd.GeoDataFrame:
    places = [shapely.Point(*at(*row.pop("at"))) for row in rows]
    return gpd.GeoDataFrame(rows, geometry=places, crs="EPSG:4326")


def outlet(number: int, place: tuple, status: str = "active", **more: object) -> dict:
    row = {
        "outlet_id": f"W{number}",
        "name": f"合成第{number}支行",
        "bank": "合成银行",
        "address": f"长街{number}号",
        "status": status,
        "source_row": number + 2,
        "at": place,
    }
    return row | more


def point(number: int, place: tuple, people: float, settlement: str, **more: object) -> dict:
    row = {
        "demand_id": f"D{number:02d}",
        "name": "",
        "population": people,
        "elderly": people / 5,
        "settlement": settlement,
        "town": False,
        "area_km2": 0.25,
        "at": place,
    }
    return row | more


OUTLETS = [
    outlet(1, (0, 20)),
    outlet(2, (800, -20), name="=合成第2支行"),
    outlet(3, (2500, 10), "suspended"),
    outlet(4, (9000, 0), "planned"),
]
DEMAND = [
    point(1, (0, 10), 12_000, "urban"),
    point(2, (1600, 10), 8_000, "urban", town=True),
    point(3, (2500, 10), 6_000, "urban", name="[bold]石围社区[/bold]", town=True),
    point(4, (3950, 10), 3_000, "urban", name="=HYPERLINK(0)"),
    point(5, (400, 2010), 900, "urban", name="河心岛"),
    point(6, (1500, 1000), 700, "urban", name="后山"),
    point(7, (0, -4000), 1_500, "rural", name="南村"),
    point(8, (12_000, 0), 2_400.4, "rural", name="东村"),
    point(9, (-4500, 0), 600, "rural", name="西村"),
    point(10, (14_000, 0), 0, "rural"),
]


def box(west: float, east: float, south: float, north: float) -> shapely.Polygon:
    return shapely.box(*at(west, south), *at(east, north))


COUNTIES = gpd.GeoDataFrame(
    {
        "adcode": ["449901", "449902", "449903"],
        "name": ["合成甲县", "合成乙县", "合成丙县"],
        "city": "合成市",
    },
    geometry=[
        box(-3000, 6000, -6000, 6000),
        box(6000, 20_000, -6000, 6000),
        box(20_000, 30_000, -6000, 6000),
    ],
    crs="EPSG:4326",
)
SOURCES = (Source("网点", "网点.xlsx", "ab" * 32), Source("步行路网", "（下载）", ""))
PROBLEMS = (
    Problem("coordinate_missing", "没有坐标", "请补填经纬度", "error", "网点.xlsx", "表1", 7),
    Problem("status_unknown", "状态不明", "请改正", "warning", "网点.xlsx", "", 9, "状态", "=1+1"),
)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> WalkNetwork:
    return WalkNetwork.from_osm(write_streets(tmp_path_factory.mktemp("streets") / "s.osm"))


def report_of(network, *, outlets=OUTLETS, demand=DEMAND, counties=COUNTIES, **standard) -> Report:
    outlets, demand = (frame([dict(r) for r in rows]) for rows in (outlets, demand))
    coverage = assess(outlets, demand, network, Standard(**standard), counties)
    return Report(
        "合成示例", coverage, find_gaps(coverage), SOURCES, PROBLEMS, "0.1.0", "2026-01-02"
    )


@pytest.fixture(scope="session")
def province(network: WalkNetwork) -> Report:
    return report_of(network)


@pytest.fixture(scope="session")
def county(province: Report) -> Report:
    return province.for_county("449901")
