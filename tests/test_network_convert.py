"""A network given to networkx, osmnx and GeoPandas, and taken back: nothing is lost."""

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.files import Source
from gdcoverage.network import WalkNetwork
from gdcoverage.network._compact import Segments
from gdcoverage.network._ways import BARRIER, DOUBTFUL, NOT_JOINED, WATER, Barriers, Ways
from gdcoverage.problems import InputError
from known import known

NANSHAN = "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf"


def assert_equal(one, other):
    differ = [
        name
        for name, array in one.arrays.items()
        if not np.array_equal(array, getattr(other, name))
    ]
    assert not differ


@pytest.fixture
def corner(tmp_path):
    """A street of 100 m and 200 m around a corner, of two ways, and one of a trunk road."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 200), 4: (200, 200)}
    ways = [
        ([1, 2], {"highway": "residential", "name": "东街"}),
        ([2, 3], {"highway": "service", "name": "后巷&quot;"}),
        ([3, 4], {"highway": "trunk", "name": "快速路"}),
    ]
    return WalkNetwork.from_osm(worlds.write_osm(tmp_path / "corner.osm", nodes, ways))


def test_edges_say_what_one_asks_first(corner):
    graph = corner.to_networkx()
    assert isinstance(graph, nx.MultiGraph)
    assert not graph.is_directed()
    told = sorted((tags for *_, tags in graph.edges(data=True)), key=lambda tags: -tags["length"])
    assert told[0] == {
        "osmid": [1, 2],
        "highway": ["residential", "service"],
        "name": ["东街", '后巷"'],
        "length": pytest.approx(300, abs=0.01),
        "doubtful": False,
    }
    assert told[1] == {
        "osmid": 3,
        "highway": "trunk",
        "name": "快速路",
        "length": pytest.approx(100, abs=0.01),
        "doubtful": True,
    }
    for node, place in graph.nodes(data=True):
        assert place == {"lon": corner.node_lon[node], "lat": corner.node_lat[node]}


def test_osmnx_takes_the_graph_for_one_of_its_own(corner):
    graph = corner.to_osmnx()
    ends = [node for node, count in graph.nodes(data="street_count") if count == 1]
    assert len(ends) == 2
    route = ox.routing.shortest_path(graph, *ends, weight="length")
    lengths = [graph.edges[u, v, 0]["length"] for u, v in pairwise(route)]
    assert sum(lengths) == pytest.approx(400, abs=0.01)
    stats = ox.stats.basic_stats(graph)
    assert stats["n"] == corner.nodes
    assert stats["street_segment_count"] == corner.edges
    assert stats["street_length_total"] == pytest.approx(corner.length_m)
    assert ox.stats.count_streets_per_node(graph) == dict(graph.nodes(data="street_count"))
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (corner.nodes, 2 * corner.edges)
    assert set(edges["oneway"]) == {False}
    assert sorted(edges["reversed"]) == [False] * corner.edges + [True] * corner.edges


def test_osmnx_draws_the_graph_and_a_route(corner):
    pytest.importorskip("matplotlib").use("Agg")
    graph = corner.to_osmnx()
    route = known(ox.routing.shortest_path(graph, 0, corner.nodes - 1))
    figure, _ = ox.plot_graph_route(graph, route, show=False, close=True)
    assert figure is not None


def test_frames_have_a_row_for_each_edge(corner):
    nodes, edges = corner.to_gdfs()
    assert nodes.crs.to_epsg() == edges.crs.to_epsg() == 4326
    assert (len(nodes), len(edges)) == (corner.nodes, corner.edges)
    assert edges.index.names == ["u", "v", "key"]
    assert edges["length"].tolist() == corner.edge_m.tolist()
    assert edges.geometry.geom_equals_exact(corner.lines().set_axis(edges.index), 0).all()
    graph = ox.convert.graph_from_gdfs(nodes, edges)
    assert_equal(corner, WalkNetwork.from_osmnx(graph))


def through_osmnx(network, folder):
    return WalkNetwork.from_osmnx(network.to_osmnx())


def through_graphml(network, folder):
    ox.save_graphml(network.to_osmnx(), folder / "network.graphml")
    return WalkNetwork.from_graphml(folder / "network.graphml")


def through_undirected(network, folder):
    return WalkNetwork.from_osmnx(ox.convert.to_undirected(network.to_osmnx()))


def through_a_plane(network, folder):
    return WalkNetwork.from_osmnx(ox.project_graph(network.to_osmnx()))


def through_frames(network, folder):
    return WalkNetwork.from_gdfs(*network.to_gdfs())


WAYS = [through_osmnx, through_graphml, through_undirected, through_a_plane, through_frames]


@pytest.mark.parametrize("through", WAYS)
def test_a_real_network_comes_back_as_it_was(shared, tmp_path, through):
    network = WalkNetwork.from_osm(shared / NANSHAN)
    again = through(network, tmp_path)
    assert_equal(network, again)
    assert again.problems == ()


def test_frames_of_osmnx_come_back_but_for_barriers(shared):
    """These are an attribute of the graph, which osmnx's frames do not have."""
    network = WalkNetwork.from_osm(shared / NANSHAN)
    again = WalkNetwork.from_gdfs(*ox.convert.graph_to_gdfs(network.to_osmnx()))
    same = {name for name in network.arrays if not name.startswith("barrier")}
    assert all(np.array_equal(getattr(network, n), getattr(again, n)) for n in same)
    (problem,) = again.problems
    assert "不含步行规则要看的：河流、水面、铁路" in problem.what


def test_frames_survive_a_file(corner, tmp_path):
    nodes, edges = corner.to_gdfs()
    flat = edges.reset_index()
    flat[["osmid", "highway", "name"]] = flat[["osmid", "highway", "name"]].astype("str")
    nodes.to_file(tmp_path / "walk.gpkg", layer="nodes", index=True)
    flat.to_file(tmp_path / "walk.gpkg", layer="edges")
    read = [gpd.read_file(tmp_path / "walk.gpkg", layer=layer) for layer in ("nodes", "edges")]
    assert_equal(corner, WalkNetwork.from_gdfs(*read))


# Networks that no file makes: pieces at random among a few places, of ways and looks at random.
PLACES = 7


@st.composite
def networks(draw):
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, PLACES - 1), st.integers(0, PLACES - 1)).filter(
                lambda pair: pair[0] != pair[1]
            ),
            min_size=1,
            max_size=14,
        )
    )
    size = len(pairs)
    way = draw(st.lists(st.sampled_from([-1, 5, 6, 2**40]), min_size=size, max_size=size))
    looks = st.sampled_from([0, DOUBTFUL, NOT_JOINED, DOUBTFUL | NOT_JOINED])
    look = draw(st.lists(looks, min_size=size, max_size=size))
    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
    names = draw(st.lists(text, min_size=3, max_size=3))
    lon, lat = np.array([worlds.degrees(97 * i % 500, 61 * i % 300) for i in range(PLACES)]).T
    a, b = np.array(pairs, np.int64).T
    segments = Segments(
        np.arange(PLACES) * 11, lon, lat, a, b, np.array(way), np.array(look, np.uint8)
    )
    ways = Ways.of([5, 6, 2**40], ["residential", "", "steps"], names)
    barriers = Barriers(
        np.array([0, 2, 5]), lon[:5], lat[:5], np.array([BARRIER, BARRIER | WATER], np.uint8)
    )
    return WalkNetwork._from_segments(segments, ways, barriers, Source("路网", "", ""), (), "walk")


@settings(max_examples=15)
@given(networks(), st.sampled_from([through_osmnx, through_undirected, through_frames]))
def test_any_network_comes_back_as_it_was(network, through):
    assert_equal(network, through(network, None))


def test_an_attribute_that_another_program_changed_is_not_believed(corner):
    nodes, edges = corner.to_gdfs()
    for changed in ("[[1, 9]]", "no", '[[1, 9, "", ""]]', 7, '[[1, 9, "", ""], [2, -8, "", ""]]'):
        edges["walk_ways"] = changed
        again = WalkNetwork.from_gdfs(nodes, edges)
        assert again.length_m == pytest.approx(corner.length_m)
        assert set(pd.unique(again.shape_way)) == {-1, 0}


@pytest.mark.parametrize(
    "changed",
    ["no", "[[4]]", "[[9, [[113, 23]]]]", "[[4, [[113, 95]]]]", "[[4, []]]", "[" * 10_000],
)
def test_barriers_that_another_program_changed_are_refused(corner, changed):
    graph = corner.to_osmnx()
    graph.graph["walk_barriers"] = changed
    with pytest.raises(InputError, match="walk_barriers"):
        WalkNetwork.from_osmnx(graph)


def test_lists_that_a_format_gives_back_as_arrays_are_lists(corner):
    nodes, edges = corner.to_gdfs()
    for name in ("osmid", "highway", "name"):
        edges[name] = [np.array(v) if isinstance(v, list) else v for v in edges[name]]
    assert_equal(corner, WalkNetwork.from_gdfs(nodes, edges))
