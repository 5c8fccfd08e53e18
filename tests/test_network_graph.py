"""Graphs of osmnx: whatever shape one has, its streets are the same; what does not fit is told."""

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.network import WalkNetwork
from gdcoverage.network._walk_network import _ARRAYS
from gdcoverage.network._ways import BARRIER, DOUBTFUL, NOT_JOINED
from gdcoverage.problems import InputError

REAL = {
    "nanshan": "data/gd-osm-extracts/shenzhen_nanshan_2021_walk.graphml",
    "xiangmihu": "data/sz-xiangmihu-osmnx/shenzhen_xiangmihu_2023.graphml",
}


def assert_equal(one, other, but=()):
    differ = [
        name
        for name in _ARRAYS
        if name not in but and not np.array_equal(getattr(one, name), getattr(other, name))
    ]
    assert not differ


def saved_and_loaded(graph, folder):
    ox.save_graphml(graph, folder / "graph.graphml")
    return ox.load_graphml(folder / "graph.graphml")


def drawn_backwards(graph):
    """The same graph with every geometry from the other end."""
    graph = graph.copy()
    for _, _, tags in graph.edges(data=True):
        if "geometry" in tags:
            tags["geometry"] = tags["geometry"].reverse()
    return graph


def listed_backwards(graph):
    """The same graph with nodes and edges in the opposite order."""
    other = type(graph)(**graph.graph)
    other.add_nodes_from(reversed(list(graph.nodes(data=True))))
    other.add_edges_from(reversed(list(graph.edges(keys=True, data=True))))
    return other


def through_frames(graph):
    return ox.convert.graph_from_gdfs(*ox.convert.graph_to_gdfs(graph))


# Each leaves the streets as they are.
CHANGES = {
    "undirected": ox.convert.to_undirected,
    "reversed": lambda graph: graph.reverse(),
    "projected": ox.project_graph,
    "drawn backwards": drawn_backwards,
    "listed backwards": listed_backwards,
    "through frames": through_frames,
}
DIRECTED = {"reversed", "through frames"}


def changed(graph, names):
    for name in names:
        if not (name in DIRECTED and not graph.is_directed()) and not (
            name == "undirected" and not graph.is_directed()
        ):
            graph = CHANGES[name](graph)
    return graph


def lattice(bent, one_way, loop=True, parallel=True):
    """Streets on a grid of 3 by 3, 100 m apart.

    Parameters
    ----------
    bent : per street, whether it has a bend of 20 m to its left.
    one_way : per street, whether it has an edge from its first node to its last alone.
    loop, parallel : with a street that ends where it begins; with a second one between 1 and 2.
    """
    spots = {i * 3 + j + 1: (i * 100.0, j * 100.0) for i in range(3) for j in range(3)}
    pairs = [(i * 3 + j + 1, i * 3 + j + 2) for i in range(3) for j in range(2)]
    pairs += [(i * 3 + j + 1, i * 3 + j + 4) for i in range(2) for j in range(3)]
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, spot in spots.items():
        graph.add_node(node, **dict(zip("xy", as_in_osm(spot), strict=True)))

    def add(u, v, way, *bends, back=True):
        line = [as_in_osm(spot) for spot in (spots[u], *bends, spots[v])]
        shape = shapely.LineString(line)
        told = {"osmid": way, "highway": "residential", "length": ox_length(line)}
        ahead = {"geometry": shape} if bends else {}
        graph.add_edge(u, v, **told, **ahead)
        if back:
            graph.add_edge(v, u, **told, **({"geometry": shape.reverse()} if bends else {}))

    for way, ((u, v), bend, once) in enumerate(zip(pairs, bent, one_way, strict=True), 1):
        (x, y), (x2, y2) = spots[u], spots[v]
        middle = ((x + x2) / 2 - (y2 - y) / 5, (y + y2) / 2 + (x2 - x) / 5)
        add(u, v, way, *([middle] if bend else []), back=not once)
    if loop:
        add(9, 9, 90, (250, 200), (250, 250), (200, 240))
    if parallel:
        add(1, 2, 91, (-70, 50))
    return graph


def as_in_osm(spot):
    lon, lat = worlds.degrees(*spot)
    return round(lon, 7), round(lat, 7)


def ox_length(line):
    lon, lat = np.array(line).T
    return float(ox.distance.great_circle(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())


STREETS = 12
BENDS = st.lists(st.booleans(), min_size=STREETS, max_size=STREETS)


@settings(max_examples=12)
@given(BENDS, BENDS, st.lists(st.sampled_from(sorted(CHANGES)), max_size=4, unique=True))
def test_streets_of_a_lattice_do_not_depend_on_the_shape_of_the_graph(bent, one_way, names):
    graph = lattice(bent, one_way)
    network = WalkNetwork.from_osmnx(graph)
    # Straight streets of 100 m; 2 * hypot(50, 20) with a bend; the loop; the parallel street.
    on_paper = sum(2 * np.hypot(50, 20) if bend else 100 for bend in bent)
    on_paper += 50 + 50 + np.hypot(50, 10) + 40 + 2 * np.hypot(70, 50)
    assert network.length_m == pytest.approx(on_paper, rel=1e-4)
    again = WalkNetwork.from_osmnx(changed(graph, names))
    assert_equal(network, again)
    assert again.problems == network.problems


@pytest.mark.parametrize("graph", ["directed", "undirected"])
def test_graphml_gives_the_same(tmp_path, graph):
    given = lattice([True, False] * 6, [False] * 9 + [True] * 3)
    network = WalkNetwork.from_osmnx(given)
    other = given if graph == "directed" else ox.convert.to_undirected(given)
    assert_equal(network, WalkNetwork.from_osmnx(saved_and_loaded(other, tmp_path)))


def test_simplified_gives_the_same_streets_of_unknown_ways():
    """Both streets of a corner of the lattice become one edge, of two ways."""
    graph = lattice([False] * STREETS, [False] * STREETS, loop=False, parallel=False)
    simple = ox.simplify_graph(graph)
    assert len(simple) == 5
    whole, merged = WalkNetwork.from_osmnx(graph), WalkNetwork.from_osmnx(simple)
    assert_equal(whole, merged, but={"shape_way", *(n for n in _ARRAYS if n.startswith("way_"))})
    known = merged.ways.id[merged.shape_way[merged.shape_way >= 0]]
    assert len(known) == 4
    assert set(whole.ways.id[whole.shape_way[whole.shape_way >= 0]]) == set(range(1, 13))


@pytest.mark.parametrize("place", sorted(REAL))
def test_real_graphs_do_not_depend_on_their_shape(shared, tmp_path, place):
    graph = ox.load_graphml(shared / REAL[place])
    network = WalkNetwork.from_osmnx(graph)
    undirected = ox.convert.to_undirected(graph)
    other = ox.project_graph(listed_backwards(drawn_backwards(graph.reverse())))
    assert_equal(network, WalkNetwork.from_osmnx(other))
    assert_equal(network, WalkNetwork.from_osmnx(saved_and_loaded(undirected, tmp_path)))
    by_hand = {
        (min(u, v), max(u, v), min(str(line), str(line.reverse()))): tags["length"]
        for u, v, tags in undirected.edges(data=True)
        for line in [tags["geometry"]]
    }
    excluded = [p for p in network.problems if p.kind == "edges_excluded"]
    if not excluded:
        assert network.length_m == pytest.approx(sum(by_hand.values()), rel=5e-3)
    assert network.length_m < sum(by_hand.values()) * 1.005


# What does not fit -----------------------------------------------------------------------------


def street(**tags):
    """A street of 100 m from node 1 to node 2, and one of 200 m on to node 3."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, x in {1: 0, 2: 100, 3: 300}.items():
        lon, lat = worlds.degrees(x, 0)
        graph.add_node(node, x=lon, y=lat)
    graph.add_edge(1, 2, osmid=1, **{"highway": "residential", "length": 100.0} | tags)
    graph.add_edge(2, 3, osmid=2, highway="residential", length=200.0)
    return graph


def line(*spots):
    return shapely.LineString([worlds.degrees(*spot) for spot in spots])


def told(graph, kind):
    return [p for p in WalkNetwork.from_osmnx(graph).problems if p.kind == kind]


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (line((0, 0), (50, 0)), r"1–2（相差 50 米）"),
        (line((1000, 0), (1100, 0)), r"1–2（相差 1,000 米）"),
        (line((0, 0), (100, 3)), r"1–2（相差 3 米）"),
        (shapely.Point(113, 23), "不是一条线"),
        (shapely.MultiLineString([line((0, 0), (40, 0)), line((60, 0), (100, 0))]), "不是一条线"),
    ],
    ids=["short", "elsewhere", "askew", "point", "broken"],
)
def test_geometry_that_does_not_join_its_nodes_is_named_and_left_out(geometry, said):
    graph = street(geometry=geometry)
    (problem,) = told(graph, "edges_misplaced")
    assert said in problem.what
    assert problem.severity == "error"
    assert WalkNetwork.from_osmnx(graph).length_m == pytest.approx(200, rel=1e-6)


def test_pieces_that_join_are_one_line():
    pieces = shapely.MultiLineString([line((50, 30), (100, 0)), line((0, 0), (50, 30))])
    network = WalkNetwork.from_osmnx(street(geometry=pieces, length=2 * np.hypot(50, 30)))
    assert network.length_m == pytest.approx(200 + 2 * np.hypot(50, 30), rel=1e-4)


@pytest.mark.parametrize(
    ("length", "differs"),
    [(100.0, False), (101.9, False), (98.1, False), (103.0, True), (97.0, True), ("?", True)],
)
def test_length_that_is_not_as_stated_is_named(length, differs):
    problems = told(street(length=length), "edge_lengths_differ")
    assert [("1–2" in p.what and "100.0 米" in p.what) for p in problems] == [True] * differs


def test_many_edges_are_counted_and_the_first_are_named():
    graph = lattice([False] * STREETS, [False] * STREETS, loop=False, parallel=False)
    nx.set_edge_attributes(graph, 500.0, "length")
    (problem,) = told(graph, "edge_lengths_differ")
    assert "有 24 条边" in problem.what
    assert "等 24 条" in problem.what
    assert problem.what.count("量得 100.0 米") == 5


def test_loop_without_geometry_is_told():
    graph = street()
    graph.add_edge(3, 3, osmid=7, highway="residential", length=80.0)
    (problem,) = told(graph, "edge_lengths_differ")
    assert "3–3（量得 0.0 米，标注 80.0）" in problem.what


# What tags say ---------------------------------------------------------------------------------


def looks(**tags):
    network = WalkNetwork.from_osmnx(street(**tags))
    return sorted(network.edge_look.tolist())


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "cycleway", "foot": "yes"}, [0]),
        ({"highway": "trunk"}, [0, DOUBTFUL]),
        ({"bridge": "yes"}, [0, NOT_JOINED]),
        ({"highway": ["trunk", "residential"], "tunnel": "yes"}, [0, DOUBTFUL | NOT_JOINED]),
        ({"highway": ["residential", "service"], "access": "private"}, [0]),
        ({"highway": "motorway"}, [0]),
    ],
)
def test_edges_look_as_the_profile_says(tags, expected):
    assert looks(**tags) == expected


def test_edge_of_which_one_way_is_out_is_out_and_told():
    graph = street(highway=["residential", "construction"])
    assert WalkNetwork.from_osmnx(graph).length_m == pytest.approx(200, rel=1e-6)
    (problem,) = told(graph, "edges_excluded")
    assert "其中 1 条由多条道路合并而成" in problem.what


def test_edge_of_more_mixtures_than_can_be_judged_is_out_and_told():
    keys = ("surface", "service", "access", "foot", "bridge", "tunnel", "layer")
    graph = street(**{key: [f"{i}" for i in range(30)] for key in keys})
    (problem,) = told(graph, "edges_excluded")
    assert "其中 1 条" in problem.what


def test_motorways_and_railways_of_a_graph_are_barriers():
    graph = street(highway="motorway", geometry=line((0, 0), (50, 30), (100, 0)))
    graph.add_edge(2, 1, railway="rail")
    network = WalkNetwork.from_osmnx(graph)
    barriers = network.barriers
    assert np.diff(barriers.start).tolist() == [2, 3]
    assert barriers.look.tolist() == [BARRIER] * 2
    assert network.edges == 1
    assert WalkNetwork.from_osmnx(graph, profile="osmnx").barriers.look.tolist() == []


def test_nobody_passes_a_locked_gate():
    graph = street()
    nx.set_node_attributes(graph, {2: {"barrier": "gate", "locked": "yes"}})
    assert len(WalkNetwork.from_osmnx(graph).component_m) == 2
    assert len(WalkNetwork.from_osmnx(graph, profile="osmnx").component_m) == 1
    graph.nodes[2]["foot"] = "yes"
    assert len(WalkNetwork.from_osmnx(graph).component_m) == 1


def test_open_ground_of_a_graph_is_walked_across():
    """A square of 100 m, its rim in four edges or two; streets meet it at opposite corners."""
    spots = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100), 5: (-50, 0), 6: (150, 100)}
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, spot in spots.items():
        graph.add_node(node, **dict(zip("xy", as_in_osm(spot), strict=True)))
    for u, v, way in [(5, 1, 7), (3, 6, 8)]:
        graph.add_edge(u, v, osmid=way, highway="footway")
    simple = graph.copy()
    rim = {"osmid": 9, "highway": "pedestrian", "area": "yes"}
    for u, v in [(1, 2), (2, 3), (3, 4), (4, 1)]:
        graph.add_edge(u, v, **rim)
    simple.remove_nodes_from([2, 4])
    simple.add_edge(1, 3, **rim, geometry=line((0, 0), (100, 0), (100, 100)))
    simple.add_edge(1, 3, **rim, geometry=line((0, 0), (0, 100), (100, 100)))
    for whole in (graph, simple):
        network = WalkNetwork.from_osmnx(whole)
        assert network.length_m == pytest.approx(500 + 100 * np.sqrt(2), rel=1e-5)
        assert not [p for p in network.problems if p.kind == "ground_uncrossed"]
    graph.remove_edge(4, 1)
    assert len(told(graph, "ground_uncrossed")) == 1
    assert WalkNetwork.from_osmnx(graph).length_m == pytest.approx(400, rel=1e-5)


def test_tags_that_the_graph_does_not_carry_are_told():
    (problem,) = told(street(), "tags_absent")
    assert problem.severity == "warning"
    assert "foot" in problem.what
    assert "节点标签 barrier" in problem.what
    assert "highway" not in problem.what
    (problem,) = told(street(foot="yes", railway=""), "tags_absent")
    assert "、foot" not in problem.what.partition("；节点标签")[0]
    assert "铁路" not in problem.what


def test_numbers_of_ways_that_are_none_are_unknown():
    for osmid in (None, [1, 2], "text", -5, 2**70):
        network = WalkNetwork.from_osmnx(street(osmid_=1) if osmid is None else with_id(osmid))
        assert network.edges == 1
    network = WalkNetwork.from_osmnx(with_id([1, 1]))
    assert network.ways.id.tolist() == [1, 2]


def with_id(osmid):
    graph = street()
    graph.edges[1, 2, 0]["osmid"] = osmid
    return graph


def test_names_and_kinds_are_those_of_the_ways():
    graph = street(name="东街")
    ways = WalkNetwork.from_osmnx(graph).ways
    texts = ways.texts()
    assert ways.id.tolist() == [1, 2]
    assert [texts[t] for t in ways.name] == ["东街", ""]
    assert [texts[t] for t in ways.highway] == ["residential"] * 2


def test_frames_that_are_no_graph_are_refused():
    nodes, edges = ox.convert.graph_to_gdfs(street())
    with pytest.raises(InputError, match="没有 u、v"):
        WalkNetwork.from_gdfs(nodes, edges.reset_index(drop=True))
    with pytest.raises(InputError, match="重复的编号"):
        WalkNetwork.from_gdfs(nodes.iloc[[0, 0, 1, 2]], edges)
    with pytest.raises(InputError, match="节点 3"):
        WalkNetwork.from_gdfs(nodes.iloc[:2], edges)
    plain = WalkNetwork.from_gdfs(nodes.drop(columns=["x", "y"]), edges.reset_index())
    assert_equal(plain, WalkNetwork.from_osmnx(street()))
