import geopandas as gpd
import pandas as pd
import pytest
import shapely

import worlds
from gdcoverage import outlets_from_osm, read_outlets
from gdcoverage.outlets import sound_outlets
from gdcoverage.problems import InputError

NANSHAN = "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf"


def world(folder, *elements):
    """An OSM file with a square of 100 m, nodes 1 to 4, and some elements as text."""
    corners = [(0, 0), (100, 0), (100, 100), (0, 100)]
    nodes = {i: worlds.degrees(*spot) for i, spot in enumerate(corners, 1)}
    lines = [f"<node id='{i}' lat='{lat:.7f}' lon='{lon:.7f}'/>" for i, (lon, lat) in nodes.items()]
    text = "\n".join(["<osm version='0.6'>", *lines, *elements, "</osm>"])
    (folder / "world.osm").write_text(text, encoding="utf-8")
    return folder / "world.osm"


def tagged(**tags):
    return "".join(f"<tag k='{k.replace('__', ':')}' v='{v}'/>" for k, v in tags.items())


RING = "".join(f"<nd ref='{i}'/>" for i in (1, 2, 3, 4, 1))
PLACE = "lat='23.0' lon='113.0'"
BANK = tagged(amenity="bank", name="甲银行")


def test_what_is_mapped_is_told_and_what_is_not_stays_empty(tmp_path):
    told = tagged(
        amenity="bank",
        name="ABC",
        name__zh="农业银行",
        branch="东街支行",
        brand="中国农业银行",
        operator="某分行",
        addr__district="南山区",
        addr__street="东街",
        addr__housenumber="8号",
        contact__phone="0755-1234567",
        opening_hours="Mo-Fr 09:00-17:00",
    )
    other = tagged(amenity="bank", name="招商银行东街支行", branch="东街支行", operator="招商银行")
    path = world(
        tmp_path,
        f"<node id='9' {PLACE}>{told}</node>",
        f"<node id='10' {PLACE}>{other}</node>",
        f"<node id='11' {PLACE}>{tagged(amenity='bank')}</node>",
        f"<node id='12' {PLACE}>{tagged(amenity='atm', name='甲')}</node>",
    )
    frame = outlets_from_osm(path).frame
    assert frame.drop(columns="geometry").to_numpy().tolist() == [
        [
            *("node/9", "农业银行东街支行", "中国农业银行", "南山区东街8号", "南山区"),
            *("0755-1234567", "Mo-Fr 09:00-17:00", "unknown"),
        ],
        ["node/10", "招商银行东街支行", "招商银行", "", "", "", "", "unknown"],
        ["node/11", "", "", "", "", "", "", "unknown"],
    ]
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.iloc[0].equals(shapely.Point(113, 23))


def test_buildings_and_areas_stand_at_their_middle(tmp_path):
    member = "<member type='way' ref='21' role='outer'/>"
    path = world(
        tmp_path,
        f"<way id='20'>{RING}{BANK}</way>",
        f"<way id='21'>{RING}</way>",
        f"<way id='22'><nd ref='1'/><nd ref='2'/>{BANK}</way>",
        f"<relation id='30'>{member}{tagged(type='multipolygon')}{BANK}</relation>",
    )
    frame = outlets_from_osm(path).frame
    assert list(frame["outlet_id"]) == ["way/20", "way/22", "relation/30"]
    at = [worlds.metres(point.x, point.y) for point in frame.geometry]
    assert at == [pytest.approx(spot, abs=0.1) for spot in [(50, 50), (50, 0), (50, 50)]]


def test_features_without_a_place_are_named(tmp_path):
    path = world(
        tmp_path,
        f"<way id='20'><nd ref='1'/><nd ref='77'/>{BANK}</way>",
        f"<relation id='30'><member type='way' ref='21' role='outer'/>{tagged(type='multipolygon')}"
        f"{BANK}</relation>",
    )
    reading = outlets_from_osm(path)
    assert reading.frame.empty
    said = " ".join(map(str, reading.problems))
    assert "way/20" in said
    assert "relation/30" in said


def test_any_tag_may_be_asked_for(tmp_path):
    path = world(
        tmp_path,
        f"<node id='9' {PLACE}>{tagged(amenity='bank')}</node>",
        f"<node id='10' {PLACE}>{tagged(amenity='post_office')}</node>",
        f"<node id='11' {PLACE}>{tagged(office='government')}</node>",
    )

    def found(**tags):
        return [i.removeprefix("node/") for i in outlets_from_osm(path, tags).frame["outlet_id"]]

    assert found(amenity=["bank", "post_office"]) == ["9", "10"]
    assert found(office=True) == ["11"]
    assert found(amenity="bank", office=True) == ["9", "11"]
    assert found(shop=True) == []


def test_features_of_osmnx_give_the_same(tmp_path):
    path = world(
        tmp_path, f"<node id='9' {PLACE}>{BANK}</node>", f"<way id='20'>{RING}{BANK}</way>"
    )
    ring = shapely.Polygon([worlds.degrees(*s) for s in [(0, 0), (100, 0), (100, 100), (0, 100)]])
    index = pd.MultiIndex.from_tuples([("way", 20), ("node", 9)], names=["element", "id"])
    features = gpd.GeoDataFrame(
        {"amenity": ["bank", "bank"], "name": ["甲银行", "甲银行"], "brand": [None, float("nan")]},
        geometry=[ring, shapely.Point(113, 23)],
        index=index,
        crs="EPSG:4326",
    )
    of_file, of_frame = outlets_from_osm(path).frame, outlets_from_osm(features).frame
    pd.testing.assert_frame_equal(
        of_file.drop(columns="geometry"), of_frame.drop(columns="geometry")
    )
    assert of_file.geometry.geom_equals_exact(of_frame.geometry, 1e-7).all()
    with pytest.raises(InputError, match="索引不是 osmnx 的"):
        outlets_from_osm(features.reset_index(drop=True))


def test_missing_or_damaged_file(tmp_path):
    with pytest.raises(InputError, match="找不到"):
        outlets_from_osm(tmp_path / "none.osm.pbf")
    (tmp_path / "bad.osm.pbf").write_bytes(b"nothing")
    with pytest.raises(InputError, match="无法读取"):
        outlets_from_osm(tmp_path / "bad.osm.pbf")


def test_banks_of_nanshan_are_fit_to_be_assessed_and_in_doubt(shared):
    banks = outlets_from_osm(shared / NANSHAN).frame
    assert len(banks) == 14
    assert (banks["bank"] != "").sum() == 8
    assert list(sound_outlets(banks)["status"]) == ["unknown"] * 14
    read = read_outlets(banks, datum="wgs84", candidates=True)
    assert list(read.frame["outlet_id"]) == list(banks["outlet_id"])
