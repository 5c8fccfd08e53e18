import base64
import gzip
import hashlib
import json
import re

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.emap import (
    EMap,
    Ground,
    build_index_map,
    build_map,
    build_public_map,
    write_map,
)
from gdcoverage.emap._base import base_block, simplified
from gdcoverage.emap._pack import GRID, block, packed_area, packed_lines
from gdcoverage.emap._styles import styles
from gdcoverage.gaps import find_gaps
from gdcoverage.geo.lines import Lines
from gdcoverage.places.counties import one_county
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


@pytest.fixture
def counties():
    """Two squares that share an edge, which one of them bends a little."""
    west = shapely.Polygon([(113, 23), (114, 23), (114.00001, 23.5), (114, 24), (113, 24)])
    east = shapely.Polygon([(114, 23), (115, 23), (115, 24), (114, 24), (114.00001, 23.5)])
    return gpd.GeoDataFrame(
        {"adcode": ["440001", "440002"], "name": ["西县", "东县"], "city": ["某市", "某市"]},
        geometry=[west, east],
        crs="EPSG:4326",
    )


def page_data(html):
    """The blocks of a page by name, unpacked."""
    pattern = r'(?s)<script type="application/(json|gzip)"[^>]*data-block="(\w+)">(.*?)</script>'
    blocks = {}
    for kind, name, text in re.findall(pattern, html):
        plain = gzip.decompress(base64.b64decode(text)) if kind == "gzip" else text
        blocks[name] = json.loads(plain)
    return blocks


def data_of(emap):
    return page_data(emap.get_root().render())


def unpacked(packed):
    """Lines from steps that go on from line to line."""
    steps = [np.array(line).reshape(-1, 2) for line in packed]
    points = np.cumsum(np.vstack(steps), axis=0) / GRID
    return np.split(points, np.cumsum([len(line) for line in steps])[:-1])


# The page -------------------------------------------------------------------------------------


def test_is_a_folium_map_to_which_one_can_add_layers(coverage):
    emap = build_map(coverage, find_gaps(coverage), title="示例")
    assert isinstance(emap, EMap)
    assert isinstance(emap, folium.Map)
    folium.CircleMarker((0.01, 0.01), radius=5).add_to(emap)
    html = emap.get_root().render()
    assert f".addTo({emap.get_name()})" in html


def test_page_loads_nothing_and_forbids_requests(emap, tmp_path):
    write_map(emap, tmp_path / "地图.html")
    html = (tmp_path / "地图.html").read_text(encoding="utf-8")
    assert 'lang="zh-CN"' in html
    assert "default-src 'none'" in html
    assert "connect-src 'none'" in html
    assert "img-src data:;" in html
    assert "user-scalable=no" not in html
    assert not re.findall(r"<link|<script[^>]+src=", html)


def test_a_page_that_would_load_something_is_not_written(coverage, tmp_path):
    gaps = find_gaps(coverage)
    emap = build_map(coverage, gaps, title="示例")
    emap.add_js_link("jquery", "https://example.invalid/jquery.js")
    with pytest.raises(ValueError, match="电子地图不联网"):
        write_map(emap, tmp_path / "m.html")
    assert list(tmp_path.iterdir()) == []
    write_map(build_map(coverage, gaps, title="示例"), tmp_path / "m.html")


def test_same_data_make_the_same_page(coverage, tmp_path):
    pages = []
    for _ in range(2):
        emap = build_map(coverage, find_gaps(coverage), title="示例", made_on="2024-06-14")
        write_map(emap, tmp_path / "m.html")
        pages.append(hashlib.sha256((tmp_path / "m.html").read_bytes()).hexdigest())
    assert pages[0] == pages[1]


def test_hostile_names_stay_text(emap):
    html = emap.get_root().render()
    assert "</script><img" not in html
    assert page_data(html)["outlets"]["name"][0] == HOSTILE


# The planner's edition ------------------------------------------------------------------------


def test_data_say_what_the_assessment_found(emap, coverage):
    data = data_of(emap)
    assert data["head"]["phrase"] == f"「{PHRASE}」"
    assert data["head"]["standard"] == str(coverage.standard)
    demand = data["planner"]["demand"]
    assert demand["covered"] == coverage.demand["covered"].astype(int).tolist()
    assert demand["people"] == [500, 800, 90]
    assert data["outlets"]["active"] == [1, 0]
    assert [gap["people"] for gap in data["planner"]["gaps"]] == [800]
    assert [label["name"] for label in data["base"]["labels"]] == ["示例县"]


def test_legend_and_layers_come_from_one_table(emap):
    data = data_of(emap)
    table = styles(Standard())
    # Drawn only with an answered siting question.
    del table["sites"], table["alternatives"]
    assert [style["key"] for style in data["head"]["styles"]] == list(table)
    planner = data["planner"]
    drawn = {*planner["lines"], *planner["areas"], "counties", "gaps", "covered", "uncovered"}
    assert drawn | {"uncovered_rural", "outlets", "idle"} == set(table)
    assert table["walk_3"].label == "步行15分钟服务区"
    assert styles(Standard(minutes=20, rural_radius_m=3500))["radius"].label == "乡村3.5公里辐射"


@pytest.mark.parametrize(("sites", "spots"), [([], [(0, 0)]), ([(0, 0)], []), ([], [])])
def test_maps_of_little_or_nothing(tmp_path, sites, spots):
    network = worlds.lattice(tmp_path)
    result = assess(worlds.outlets(sites), worlds.demand(spots), network)
    write_map(build_map(result, find_gaps(result), title="空"), tmp_path / "m.html")
    data = page_data((tmp_path / "m.html").read_text(encoding="utf-8"))
    assert data["head"]["subtitle"] == "空"
    assert len(data["outlets"]["id"]) == len(sites)


# The public's edition -------------------------------------------------------------------------


def test_public_edition_knows_outlets_in_service_and_nothing_else(coverage):
    outlets = coverage.outlets.assign(
        inspection="存在问题", complaint="张某投诉", source_row=7, agreement_end="2025-01-01"
    )
    html = build_public_map(outlets, coverage.counties, title="示例").get_root().render()
    data = page_data(html)
    assert set(data) == {"head", "outlets", "names", "base"}
    assert data["outlets"]["name"] == [HOSTILE]
    text = json.dumps(data, ensure_ascii=False)
    for secret in ("存在问题", "张某", "2025-01-01", "exited", "若退出", "inspection", "complaint"):
        assert secret not in text
    assert set(data["outlets"]) == {
        *("id", "name", "lon", "lat", "address", "phone", "bank", "county", "hours"),
        *("schedules", "modes", "items", "status", "active", "modeNames", "itemNames"),
        *("aliases", "everyday", "pinyin", "sounds", "simple", "calendar"),
    }


def test_of_telephones_only_numbers_of_offices_are_published():
    cells = [
        "0752-7780001转801/7780002（李四）",
        "张经理13800138000",
        "大堂经理欧阳 0752-7780001、13800138000；值班手机13900139000",
        "详询网点",
        "",
    ]
    outlets = worlds.outlets([(10 * i, 0) for i in range(5)]).assign(phone=cells)
    html = build_public_map(outlets, title="t").get_root().render()
    assert data_of(build_public_map(outlets, title="t"))["outlets"]["phone"] == [
        "0752-7780001转801、7780002",
        "",
        "0752-7780001、139 0013 9000",
        "",
        "",
    ]
    text = html + json.dumps(page_data(html), ensure_ascii=False)
    for person in ("李四", "张经理", "欧阳", "13800138000", "138 0013 8000"):
        assert person not in text


def test_outlets_travel_column_by_column(counties):
    outlets = worlds.outlets([(0, 0), (10, 0), (20, 0)]).assign(
        geometry=gpd.points_from_xy([114.5, 113.5, 113.25], [23.5, 23.25, 23.75]),
        window=[True, False, True],
        door_to_door=[False, False, True],
        pension=[True, True, False],
        social_card=[True, False, False],
        bank=["甲", "乙", "甲"],
    )
    outlets = outlets.set_crs("EPSG:4326", allow_override=True)
    data = data_of(build_public_map(outlets, counties, title="t"))["outlets"]
    ids = outlets["outlet_id"].tolist()
    # By county, then by number.
    assert data["id"] == [*sorted(ids[1:]), ids[0]]
    row = data["id"].index(ids[2])
    assert (data["lon"][row], data["lat"][row]) == (11325000, 2375000)
    named = [name for bit, name in enumerate(data["modeNames"]) if data["modes"][row] >> bit & 1]
    assert named == ["窗口办", "上门"]
    row = data["id"].index(ids[0])
    named = [name for bit, name in enumerate(data["itemNames"]) if data["items"][row] >> bit & 1]
    assert named == ["基本养老保险", "社会保障卡"]
    assert data["county"]["values"][data["county"]["codes"][row]]["name"] == "东县"
    assert [data["bank"]["values"][code] for code in data["bank"]["codes"]] == ["乙", "甲", "甲"]


def test_columns_that_are_absent_are_unknown_not_an_error():
    outlets = gpd.GeoDataFrame(
        {"outlet_id": ["A"], "status": ["active"]},
        geometry=gpd.points_from_xy([113.3], [23.1]),
        crs="EPSG:4326",
    )
    data = data_of(build_public_map(outlets, title="t"))["outlets"]
    assert data["name"] == ["A"]
    assert data["schedules"] == [None]
    assert data["modes"] == data["items"] == [0]


def test_tiles_are_wanted_by_name_and_admit_one_host(coverage):
    outlets = coverage.outlets
    emap = build_public_map(outlets, title="t", ground=Ground(tiles="tianditu", key="k1"))
    html = emap.get_root().render()
    assert "img-src data: https://t0.tianditu.gov.cn;" in html
    tiles = page_data(html)["head"]["tiles"]
    assert tiles["datum"] == "wgs84"
    assert all("tk=k1" in url and url.startswith(tiles["host"]) for url in tiles["urls"])
    assert build_public_map(outlets, title="t", ground=Ground(tiles="amap")).head["tiles"][
        "datum"
    ] == ("gcj02")
    with pytest.raises(ValueError, match="密钥"):
        build_public_map(outlets, title="t", ground=Ground(tiles="tianditu"))
    with pytest.raises(ValueError, match="底图应为"):
        build_public_map(outlets, title="t", ground=Ground(tiles="bing"))


# The province ---------------------------------------------------------------------------------


def test_index_map_gives_every_county_its_class_and_its_numbers(counties, tmp_path):
    numbers = counties.assign(
        rate=[0.85, np.nan],
        population=[1000.0, 0.0],
        covered_population=[850.0, 0.0],
        urban_population=[400.0, 0.0],
        urban_rate=[0.9, np.nan],
        rural_population=[600.0, 0.0],
        rural_rate=[0.8167, np.nan],
        outlets=[3, 0],
    )
    total = {"population": 1000.0, "rate": 0.85, "urban_population": 0, "rural_population": 0}
    emap = build_index_map(
        numbers,
        worlds.outlets([]),
        title="全省",
        standard=Standard(),
        total=total,
        links={"440001": "县区/440001_西县/地图.html"},
    )
    write_map(emap, tmp_path / "m.html")
    west, east = data_of(emap)["planner"]["counties"]
    assert (west["style"], east["style"]) == ("rate_1", "rate_unknown")
    assert west["missed"] == 150
    assert ["不达标人口", "150 人"] in west["facts"]
    assert west["link"] == "县区/440001_西县/地图.html"
    assert east["link"] == ""


# Packing --------------------------------------------------------------------------------------


def test_packed_shapes_unpack_to_within_a_metre():
    line = shapely.LineString([(113.123456, 23.1), (113.2, 23.2), (113.25, 23.15)])
    lines = np.array([line, shapely.affinity.translate(line, 0.5, -0.25)])
    for there, back in zip(lines, unpacked(packed_lines(Lines.of(lines))), strict=True):
        assert shapely.LineString(back).hausdorff_distance(there) < 1e-5
    assert packed_lines(Lines.of(lines[:0])) == []
    ring = shapely.Point(113, 23).buffer(0.1) - shapely.Point(113, 23).buffer(0.05)
    assert [len(polygon) for polygon in packed_area(ring)] == [2]
    assert packed_area(shapely.MultiPolygon()) == []


def test_neighbours_keep_one_border_when_simplified(counties):
    shapes, _ = simplified(counties)
    assert shapely.area(shapely.intersection(*shapes)) == 0
    assert shapely.union_all(shapes).geom_type == "Polygon"
    borders = base_block(counties)["borders"]
    length = sum(shapely.LineString(line).length for line in unpacked(borders))
    # Around both, and once between them.
    assert length == pytest.approx(7, abs=1e-3)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=50))
def test_blocks_hold_what_was_put_in_and_cannot_end_their_element(data):
    for plain in (False, True):
        packed = block(data, plain)
        assert "<" not in packed.text
        raw = packed.text
        if packed.kind == "application/gzip":
            raw = gzip.decompress(base64.b64decode(raw)).decode()
        assert json.loads(raw) == data
    assert block(data) == block(data)


def test_blocks_are_compressed_where_that_is_shorter():
    assert block(["甲支行"] * 500).kind == "application/gzip"
    assert block([1]).kind == "application/json"


@pytest.mark.parametrize("title", ["甲{{7*7}}乙", "{% if %}", "{#注", "{{{", "{{ ''.__class__ }}"])
def test_a_text_that_looks_like_a_template_stays_text(title, coverage):
    outlets = coverage.outlets.iloc[:1].assign(name=title)
    data = page_data(build_public_map(outlets, coverage.counties, title=title).get_root().render())
    assert data["head"]["subtitle"] == title
    assert data["outlets"]["name"] == [title]
