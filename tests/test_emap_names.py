"""Names of an OSM file near which one may ask for outlets, and how a page carries them."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, box

from gdcoverage.emap._names_block import names_block
from gdcoverage.emap._pack import block
from gdcoverage.emap.names import names_of_places, read_names
from gdcoverage.problems import InputError
from worlds import degrees, metres, write_osm


@pytest.fixture
def osm(tmp_path):
    """人民路 of two pieces, another 人民路 far away; a park as an area, a lane."""
    spots = {
        **{1: (0, 0), 2: (300, 0), 3: (600, 0), 4: (900, 0), 5: (1200, 0)},
        **{6: (9000, 0), 7: (9300, 0), 8: (9600, 0)},
        **{10: (0, 500), 11: (100, 500), 12: (100, 600)},
    }
    return write_osm(
        tmp_path / "n.osm",
        spots,
        [
            ((1, 2, 3), {"highway": "residential", "name": "人民路"}),
            ((3, 4, 5), {"highway": "primary", "name": "人民路"}),
            ((6, 7, 8), {"highway": "residential", "name": "人民路"}),
            ((10, 11, 12, 10), {"leisure": "park", "name": "文化公园"}),
            ((10, 11), {"highway": "residential"}),
            ((11, 12), {"highway": "service", "name": "Lane", "name:zh": "窄巷"}),
            ((11, 12), {"building": "yes", "name": "某楼"}),
        ],
        [((50, 50), "village", "东村"), ((80, 50), "town", "镇"), ((9000, 50), "town", "西镇")],
    )


def test_streets_stand_once_where_they_are_and_landmarks_too(osm):
    found = read_names(osm)
    assert set(zip(found["name"], found["kind"], strict=True)) == {
        *(("人民路", "street"), ("东村", "village"), ("西镇", "town")),
        *(("文化公园", "park"), ("窄巷", "street")),
    }
    streets = found[found["name"] == "人民路"]
    places = sorted(metres(p.x, p.y)[0] for p in streets.geometry)
    # A vertex of the street that is nearest to its middle, of two at 300 and 900 m; and the other.
    assert places == pytest.approx([300, 9300], abs=1) or places == pytest.approx(
        [900, 9300], abs=1
    )
    # Part of it is a main street, so all of it is.
    assert sorted(streets["rank"]) == [2, 4]


def test_what_is_known_farthest_comes_first(osm):
    assert list(read_names(osm)["rank"]) == [1, 2, 3, 4, 4, 4]


def test_a_file_without_names_and_none_at_all(tmp_path):
    path = write_osm(tmp_path / "e.osm", {1: (0, 0), 2: (9, 0)}, [((1, 2), {"highway": "path"})])
    assert read_names(path).empty
    with pytest.raises(InputError, match="找不到"):
        read_names(tmp_path / "none.osm")
    (tmp_path / "empty.osm").touch()
    with pytest.raises(InputError, match="无法读取"):
        read_names(tmp_path / "empty.osm")


def frame(names, kinds, ranks, spots):
    points = [Point(degrees(*spot)) for spot in spots]
    return gpd.GeoDataFrame(
        {"name": names, "kind": kinds, "rank": ranks}, geometry=points, crs="EPSG:4326"
    )


@pytest.fixture
def county():
    return gpd.GeoDataFrame(
        {"adcode": ["440199"], "name": ["甲县"], "city": ["甲市"]},
        geometry=[box(*degrees(-100, -100), *degrees(20_000, 20_000))],
        crs="EPSG:4326",
    )


def test_the_block_has_what_lies_in_the_counties_within_ten_metres(county):
    names = frame(
        ["乙街", "甲街", "外街", "丙村"],
        ["street", "street", "street", "village"],
        [4, 4, 4, 3],
        [(10, 10), (500, 700), (-900, 0), (40, 40)],
    )
    made = names_block(names, county)
    village, street = made["groups"]
    assert (village["county"], village["kind"], village["names"]) == ("甲县", "村居", "丙村")
    assert street["names"].split("\n") == ["乙街", "甲街"]
    lon = (np.array(street["lon"]) + street["west"]) / 1e4
    lat = (np.array(street["lat"]) + street["south"]) / 1e4
    for (x, y), (east, north) in zip(
        zip(lon, lat, strict=True), [(10, 10), (500, 700)], strict=True
    ):
        assert np.hypot(*np.subtract(metres(x, y), (east, north))) < 10
    assert made["pinyin"]["街"].split()[0] == "jie"


def test_a_block_keeps_within_its_bytes_by_what_is_known_farthest(county):
    rng = np.random.default_rng(1)
    count = 2_000
    names = frame(
        [f"{rng.integers(10**9)}路" for _ in range(count)],
        "street",
        np.repeat([1, 4], [10, count - 10]),
        rng.uniform(0, 20_000, (count, 2)),
    )
    made = names_block(names, county, most_bytes=10_000)
    assert len(block(made).text) <= 10_000
    assert sum(len(group["names"].split("\n")) for group in made["groups"]) == 10
    assert names_block(None, county)["groups"] == []


def test_places_alone_are_names(county):
    places = gpd.GeoDataFrame(
        {"name": ["沙湾镇", "某地"]}, geometry=[Point(degrees(1, 1))] * 2, crs="EPSG:4326"
    )
    assert set(names_of_places(places)["kind"]) == {"village"}
    kinds = names_of_places(places.assign(kind=["town", "hamlet"]))
    assert list(kinds["kind"]) == ["town", "village"]
    assert [g["kind"] for g in names_block(kinds, None)["groups"]] == ["镇街", "村居"]
