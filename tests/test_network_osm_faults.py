"""OSM files with damaged elements: what is sound is read, what is not is told."""

import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Node, Way
from pyproj import Geod

from gdcoverage.emap.basemap import read_base
from gdcoverage.emap.names import read_names
from gdcoverage.network import WalkNetwork, read_places
from gdcoverage.problems import InputError

# Two pieces of street along the meridian.
STREET = {1: (113.1, 23.1), 2: (113.1, 23.101), 3: (113.1, 23.102)}
GEOD = Geod(ellps="WGS84")
STREET_M = GEOD.line_length(*np.transpose(list(STREET.values())))


def xml(path, more_nodes, refs, *, version="1"):
    nodes = "".join(
        f'<node id="{i}" version="{version}" lat="{lat}" lon="{lon}"/>'
        for i, (lon, lat) in STREET.items()
    )
    ways = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    path.write_text(
        f'<osm version="0.6">{nodes}{more_nodes}<way id="10" version="1">{ways}'
        '<tag k="highway" v="tertiary"/></way></osm>',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("lon", "lat"), [(113.1, 95), (113.1, 91.5), (113.1, -90.1), (200, 23.1), (-180.5, 23.1)]
)
def test_node_that_lies_nowhere_on_earth_is_told_and_the_street_goes_on(tmp_path, lon, lat):
    node = f'<node id="4" version="1" lat="{lat}" lon="{lon}"/>'
    path = xml(tmp_path / "s.osm", node, [1, 2, 4, 2, 3])
    network = WalkNetwork.from_osm(path)
    assert network.length_m == pytest.approx(STREET_M, abs=0.01)
    (problem,) = network.problems
    assert (problem.kind, problem.severity, problem.file) == ("osm_damaged", "warning", "s.osm")
    assert "节点 4" in problem.what
    assert len(read_base(path)) == 0


def test_place_that_lies_nowhere_is_no_place(tmp_path):
    tags = '<tag k="place" v="town"/><tag k="name" v="甲镇"/>'
    nodes = f'<node id="4" lat="95" lon="113.1">{tags}</node>'
    nodes += f'<node id="5" lat="23.1" lon="113.1">{tags.replace("甲", "乙")}</node>'
    path = xml(tmp_path / "s.osm", nodes, [1, 2, 3])
    assert list(read_places(path)["name"]) == ["乙镇"]
    assert [problem.kind for problem in WalkNetwork.from_osm(path).problems] == ["osm_damaged"]


def test_piece_of_street_across_the_province_is_not_walked(tmp_path):
    """0.44 degrees of latitude are 48.7 km, 0.46 are 50.9 km."""
    nodes = '<node id="4" lat="23.542" lon="113.1"/><node id="5" lat="24.002" lon="113.1"/>'
    network = WalkNetwork.from_osm(xml(tmp_path / "s.osm", nodes, [1, 2, 3, 4, 5]))
    assert network.length_m == pytest.approx(
        GEOD.line_length([113.1, 113.1], [23.1, 23.542]), abs=0.01
    )
    (problem,) = network.problems
    assert "50 公里" in problem.what
    assert "节点 4 与 5" in problem.what


def test_street_across_the_date_line_is_short(tmp_path):
    nodes = '<node id="4" lat="-16.9" lon="179.9995"/><node id="5" lat="-16.9" lon="-179.9995"/>'
    network = WalkNetwork.from_osm(xml(tmp_path / "s.osm", nodes, [4, 5]))
    assert network.length_m == pytest.approx(
        GEOD.inv(179.9995, -16.9, -179.9995, -16.9)[2], abs=0.001
    )
    assert network.problems == ()


def test_text_that_is_no_utf8_costs_its_element_alone(tmp_path):
    path = tmp_path / "s.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for i, place in STREET.items():
            writer.add_node(Node(id=i, location=place))
        bad = {"place": "town", "name": b"\xff\xfe"}
        writer.add_node(Node(id=7, location=STREET[1], tags=bad))
        writer.add_way(Way(id=10, nodes=[1, 2], tags={"highway": "primary"}))
        writer.add_way(Way(id=11, nodes=[2, 3], tags={"highway": b"\xc3\x28"}))
        writer.add_way(Way(id=12, nodes=[2, 3], tags={"highway": "primary", "name": b"\xff"}))
    network = WalkNetwork.from_osm(path)
    assert network.length_m == pytest.approx(STREET_M, abs=0.01)
    (problem,) = network.problems
    assert "地名 7、道路 11，" in problem.what
    assert len(read_places(path)) == 0
    assert list(read_base(path).frame()["kind"]) == ["road", "road"]


def test_five_of_many_are_named_and_all_counted(tmp_path):
    nodes = "".join(f'<node id="{i}" lat="95" lon="113"/>' for i in range(20, 28))
    path = xml(tmp_path / "s.osm", nodes, [1, 2, 3, *range(20, 28), *range(20, 28)])
    (problem,) = WalkNetwork.from_osm(path).problems
    assert "节点 20、节点 21、节点 22、节点 23、节点 24等 8 处" in problem.what


@pytest.mark.parametrize("read", [WalkNetwork.from_osm, read_places, read_base, read_names])
@pytest.mark.parametrize("version", ["abc", "-5", "99999999999"])
def test_what_libosmium_gives_up_is_unusable_in_chinese(tmp_path, read, version):
    path = xml(tmp_path / "s.osm", "", [1, 2, 3], version=version)
    with pytest.raises(InputError, match="路网文件无法读取"):
        read(path)
