import json
import re

import folium
import pytest
import shapely

import worlds
from gdcoverage.assess import assess
from gdcoverage.boundaries import one_county
from gdcoverage.emap import EMap, build_map, write_map
from gdcoverage.emap._data import GRID, packed_area, packed_lines
from gdcoverage.emap._styles import styles
from gdcoverage.gaps import find_gaps
from gdcoverage.policy import PHRASE, Standard

HOSTILE = "</script><img src=x onerror=alert(1)>&\"'"


@pytest.fixture(scope="module")
def coverage(tmp_path_factory):
    """A lattice 2 km across; an outlet in a corner, one closed; people near and far."""
    network = worlds.lattice(tmp_path_factory.mktemp("emap"), 11, 11, 200.0)
    outlets = worlds.outlets([(0, 0), (2000, 2000)], ["active", "exited"]).assign(
        name=[HOSTILE, "乙支行"], bank="农商银行", hours="9:00-17:00", window=True
    )
    demand = worlds.demand([(200, 0), (1800, 1800), (0, 3000)], [500, 800, 90]).assign(
        settlement=["urban", "urban", "rural"]
    )
    return assess(outlets, demand, network, counties=one_county("示例县", demand))


@pytest.fixture(scope="module")
def emap(coverage):
    return build_map(coverage, find_gaps(coverage), title="示例", made_on="2024-06-14")


def page_data(html):
    (block,) = re.findall(r'(?s)<script type="application/json"[^>]*>(.*?)</script>', html)
    return json.loads(block)


def test_is_a_folium_map_to_which_one_can_add_layers(emap):
    assert isinstance(emap, EMap)
    assert isinstance(emap, folium.Map)
    copy = EMap(emap.data)
    folium.CircleMarker((0.01, 0.01), radius=5).add_to(copy)
    html = copy.get_root().render()
    assert f".addTo({copy.get_name()})" in html


def test_page_loads_nothing_and_forbids_requests(emap, tmp_path):
    write_map(emap, tmp_path / "地图.html")
    html = (tmp_path / "地图.html").read_text(encoding="utf-8")
    assert 'lang="zh-CN"' in html
    assert "default-src 'none'" in html
    assert "connect-src 'none'" in html
    assert "user-scalable=no" not in html
    assert not re.findall(r"<link|<script[^>]+src=", html.replace(json.dumps(HOSTILE), ""))


def test_a_page_that_would_load_something_is_not_written(emap, tmp_path):
    copy = EMap(emap.data)
    copy.add_js_link("jquery", "https://example.invalid/jquery.js")
    with pytest.raises(ValueError, match="load from elsewhere"):
        write_map(copy, tmp_path / "m.html")
    assert list(tmp_path.iterdir()) == []
    write_map(EMap(emap.data), tmp_path / "m.html")


def test_hostile_names_stay_text(emap):
    html = emap.get_root().render()
    assert "</script><img" not in html
    assert page_data(html)["outlets"][0]["name"] == HOSTILE


def test_data_says_what_the_assessment_found(emap, coverage):
    data = page_data(emap.get_root().render())
    assert data["phrase"] == f"「{PHRASE}」"
    assert data["standard"] == str(coverage.standard)
    assert data["demand"]["covered"] == coverage.demand["covered"].astype(int).tolist()
    assert data["demand"]["people"] == [500, 800, 90]
    assert [outlet["active"] for outlet in data["outlets"]] == [True, False]
    assert [gap["people"] for gap in data["gaps"]] == [800]
    assert data["countyNames"][0]["name"] == "示例县"


def test_legend_and_layers_come_from_one_table(emap):
    data = page_data(emap.get_root().render())
    table = styles(Standard())
    del table["sites"]  # drawn only with an answered siting question
    assert [style["key"] for style in data["styles"]] == list(table)
    drawn = {*data["lines"], *data["areas"], "gaps", "covered", "uncovered", "outlets", "idle"}
    assert drawn == set(table)
    assert table["walk_3"].label == "步行15分钟服务区"
    assert styles(Standard(minutes=20, rural_radius_m=3500))["radius"].label == "乡村3.5公里辐射"


def test_packed_shapes_unpack_to_within_a_metre():
    line = shapely.LineString([(113.123456, 23.1), (113.2, 23.2), (113.25, 23.15)])
    (packed,) = packed_lines([line])
    xy, x, y = [], 0, 0
    for dx, dy in zip(packed[::2], packed[1::2], strict=True):
        x, y = x + dx, y + dy
        xy.append((x / GRID, y / GRID))
    assert shapely.LineString(xy).hausdorff_distance(line) < 1e-5
    ring = shapely.Point(113, 23).buffer(0.1) - shapely.Point(113, 23).buffer(0.05)
    assert [len(polygon) for polygon in packed_area(ring)] == [2]
    assert packed_area(shapely.MultiPolygon()) == []


@pytest.mark.parametrize(("sites", "spots"), [([], [(0, 0)]), ([(0, 0)], []), ([], [])])
def test_maps_of_little_or_nothing(tmp_path, sites, spots):
    network = worlds.lattice(tmp_path)
    result = assess(worlds.outlets(sites), worlds.demand(spots), network)
    write_map(build_map(result, find_gaps(result), title="空"), tmp_path / "m.html")
    assert page_data((tmp_path / "m.html").read_text(encoding="utf-8"))["subtitle"] == "空"
