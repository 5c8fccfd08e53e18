import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.network import WalkNetwork, _kernels, reach
from references import street_graph, walk_matrix


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    """Six by six crossings, 100 m apart."""
    return worlds.lattice(tmp_path_factory.mktemp("lattice"))


def snapped(network, spots, limit_m=300.0):
    return network.snap(worlds.points(spots), limit_m, 0.0)


def test_walk_is_access_leg_plus_streets_plus_access_leg(lattice):
    """From 10 m off the middle of a street, round two corners, to 20 m off another.

    ::

        o--+--+        o is 10 m above the street y=0 at x=50
        |  |  |        p is 20 m right of the street x=300 at y=150
        +--+--+-p
    """
    spots = [(50, -10)], [(320, 150)]
    outlet, point = (snapped(lattice, spot, limit_m=25) for spot in spots)
    found = reach.nearest_to_points(lattice, outlet, point)
    assert found.metres[0] == pytest.approx(10 + 250 + 150 + 20, abs=0.01)
    assert found.source.tolist() == [0]
    # Nothing bars the way to crossings farther off, and back from one.
    outlet, point = (snapped(lattice, spot) for spot in spots)
    found = reach.nearest_to_points(lattice, outlet, point)
    metres = np.hypot(250, 10) + 100 + np.hypot(20, 50)
    assert found.metres[0] == pytest.approx(metres, abs=0.01)
    assert outlet.joins.access_m[found.join] == pytest.approx([np.hypot(250, 10)], abs=0.01)
    assert point.joins.access_m[found.own_join] == pytest.approx([np.hypot(20, 50)], abs=0.01)


def test_points_on_one_edge_walk_along_it(lattice):
    outlet, point = snapped(lattice, [(20, 0)]), snapped(lattice, [(70, 0)])
    assert reach.nearest_to_points(lattice, outlet, point).metres[0] == pytest.approx(50, abs=0.01)


def test_long_way_along_one_edge_loses_to_a_short_cut(tmp_path):
    """A detour of 900 m between two crossings that a street of 100 m links too.

    ::

        1-------2      1–2: 100 m straight, and 1–5–6–2: 400 + 100 + 400 m
        |       |
        5-------6
    """
    nodes = {1: (0, 0), 2: (100, 0), 5: (0, -400), 6: (100, -400), 3: (-50, 0), 4: (150, 0)}
    network = worlds.network(tmp_path, nodes, [[3, 1, 2, 4], [1, 5, 6, 2]])
    outlet, point = (snapped(network, [spot], limit_m=1) for spot in ((0, -50), (100, -50)))
    assert outlet.joins.edge.tolist() == point.joins.edge.tolist()
    assert reach.nearest_to_points(network, outlet, point).metres[0] == pytest.approx(200, abs=0.01)


def test_walk_round_a_loop_takes_the_shorter_side(tmp_path):
    """A ring of 4 × 100 m that hangs on one crossing."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100), 5: (-100, 0)}
    network = worlds.network(tmp_path, nodes, [[1, 2, 3, 4, 1], [5, 1]])
    outlet, point = snapped(network, [(0, 10)]), snapped(network, [(10, 0)])
    found = reach.nearest_to_points(network, outlet, point)
    assert found.metres[0] == pytest.approx(20, abs=0.01)
    covers = reach.cover_sets(network, outlet, point, 25)
    assert covers[0, 0] == pytest.approx(20, abs=0.01)


def test_of_outlets_at_equal_distance_the_lower_number_serves(lattice):
    outlets = snapped(lattice, [(400, 0), (200, 0), (200, 0)])
    point = snapped(lattice, [(100, 0)])
    assert reach.nearest_to_points(lattice, outlets, point).source.tolist() == [1]


def test_exactly_the_limit_is_within_and_a_centimetre_more_is_not(lattice):
    outlet = snapped(lattice, [(0, 0)])
    points = snapped(lattice, [(500, 500)])
    metres = reach.nearest_to_points(lattice, outlet, points).metres[0]
    assert reach.cover_sets(lattice, outlet, points, metres).nnz == 1
    assert reach.cover_sets(lattice, outlet, points, metres - 0.01).nnz == 0


def test_no_way_is_infinite_and_no_source(tmp_path):
    nodes = {1: (0, 0), 2: (900, 0), 3: (0, 5000), 4: (900, 5000)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    found = reach.nearest_to_points(
        network, snapped(network, [(5, 0)]), snapped(network, [(5, 5000), (0, 2500)])
    )
    assert np.isinf(found.metres).all()
    assert found.source.tolist() == [-1, -1]


def test_without_sources_nobody_is_served(lattice):
    found = reach.nearest_to_points(lattice, snapped(lattice, []), snapped(lattice, [(0, 0)]))
    assert found.source.tolist() == [-1]
    assert reach.cover_sets(lattice, snapped(lattice, []), snapped(lattice, [(0, 0)]), 9).nnz == 0


spot = st.tuples(st.integers(-50, 550), st.integers(-50, 550))


@settings(max_examples=40, deadline=None)
@given(st.lists(spot, min_size=1, max_size=5), st.lists(spot, min_size=1, max_size=8))
def test_agrees_with_networkx_on_a_lattice(lattice, outlet_spots, point_spots):
    outlets, points = snapped(lattice, outlet_spots), snapped(lattice, point_spots)
    expected = walk_matrix(lattice, outlets, points)
    covers = reach.cover_sets(lattice, outlets, points, 600.0)
    got = np.full(expected.shape, np.inf)
    rows, columns = covers.tocoo().coords
    got[rows, columns] = covers.tocoo().data
    within = expected <= 600.0
    assert np.allclose(got[within], expected[within], atol=1e-6)
    assert np.isinf(got[expected > 600.001]).all()
    nearest = reach.nearest_to_points(lattice, outlets, points)
    assert np.allclose(nearest.metres, expected.min(axis=0), atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(spot, min_size=2, max_size=6), st.lists(spot, min_size=1, max_size=8))
def test_one_more_outlet_never_lengthens_a_walk(lattice, outlet_spots, point_spots):
    points = snapped(lattice, point_spots)
    fewer = reach.nearest_to_points(lattice, snapped(lattice, outlet_spots[:-1]), points)
    more = reach.nearest_to_points(lattice, snapped(lattice, outlet_spots), points)
    assert (more.metres <= fewer.metres).all()


EXTRACTS = {
    "portoalegre": "data/portoalegre-r5r/poa.osm.pbf",
    "longgang": "data/gd-osm-extracts/shenzhen_longgang_2019.osm.pbf",
}


@pytest.fixture(scope="module", params=sorted(EXTRACTS))
def real(request, shared):
    """Real streets, with 40 outlets and 600 demand points strewn around them."""
    network = WalkNetwork.from_osm(shared / EXTRACTS[request.param])
    rng = np.random.default_rng(7)

    def strewn(count):
        at = rng.integers(0, len(network.shape_lon), count)
        lon = network.shape_lon[at] + rng.normal(0, 8e-4, count)
        lat = network.shape_lat[at] + rng.normal(0, 8e-4, count)
        return network.snap(gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326"))

    return network, strewn(40), strewn(600)


def test_every_nearest_outlet_equals_networkx_on_real_streets(real):
    network, outlets, points = real
    found = reach.nearest_to_points(network, outlets, points)
    graph = street_graph(network, source=outlets, point=points)
    sources = {("source", s) for s in range(len(outlets))}
    expected = nx.multi_source_dijkstra_path_length(graph, sources)
    metres = np.array([expected.get(("point", p), np.inf) for p in range(len(points))])
    assert np.isfinite(metres).sum() > 500
    assert (np.isinf(metres) == np.isinf(found.metres)).all()
    served = np.isfinite(metres)
    assert np.abs(found.metres[served] - metres[served]).max() < 0.1


def test_two_hundred_pairs_and_their_cover_sets_equal_networkx_on_real_streets(real):
    network, outlets, points = real
    rows = np.arange(10)
    columns = np.random.default_rng(3).choice(len(points), 200, replace=False)
    expected = walk_matrix(network, outlets[rows], points[columns])
    covers = reach.cover_sets(network, outlets[rows], points[columns], 1000.0).tocoo()
    got = {(s, p): m for s, p, m in zip(covers.row, covers.col, covers.data, strict=True)}
    assert got.keys() == {(s, p) for s, p in np.argwhere(expected <= 1000.0005)}
    assert max(abs(metres - expected[pair]) for pair, metres in got.items()) < 0.1
    far = reach.cover_sets(network, outlets[rows], points[columns], np.inf).tocoo()
    assert len(far.data) >= 200
    assert np.abs(far.data - expected[far.row, far.col]).max() < 0.1


def test_nearest_outlet_exactly_at_the_limit_is_found_and_a_centimetre_farther_is_not(lattice):
    outlet, point = snapped(lattice, [(0, 0)]), snapped(lattice, [(500, 500)])
    metres = reach.nearest_to_points(lattice, outlet, point).metres[0]
    assert reach.nearest_to_points(lattice, outlet, point, metres).source.tolist() == [0]
    assert reach.nearest_to_points(lattice, outlet, point, metres - 0.01).source.tolist() == [-1]
    nodes = reach.nearest_to_nodes(lattice, outlet).metres
    farthest = nodes.max()
    assert np.isfinite(reach.nearest_to_nodes(lattice, outlet, farthest).metres).all()
    nearer = reach.nearest_to_nodes(lattice, outlet, farthest - 0.01).metres
    assert np.isinf(nearer).tolist() == (nodes > farthest - 0.01).tolist()


def test_everybody_on_the_only_street_finds_each_other(tmp_path):
    """One street of 1 km and nothing else; every outlet stands nearer to it than those before.

    ::

        W0  30 m off, W1 20 m, W2 10 m, W3 on it, all at x=500
        +-------------+-------------+
        P0 (100)                    P1 (900)
    """
    network = worlds.network(tmp_path, {1: (0, 0), 2: (1000, 0)}, [[1, 2]])
    outlets = snapped(network, [(500, 30), (500, 20), (500, 10), (500, 0)])
    points = snapped(network, [(100, 0), (900, 0)])
    found = reach.nearest_to_points(network, outlets, points)
    assert found.metres.tolist() == pytest.approx([400, 400], abs=0.01)
    assert found.source.tolist() == [3, 3]
    nodes = reach.nearest_to_nodes(network, outlets)
    assert nodes.metres.tolist() == pytest.approx([500, 500], abs=0.01)
    covers = reach.cover_sets(network, outlets, points, 415.0).toarray()
    assert covers == pytest.approx(np.array([[0, 0], [0, 0], [410, 410], [400, 400]]), abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=30),
    st.lists(st.booleans(), max_size=30),
)
def test_the_heap_gives_the_least_first_and_keeps_everything(entries, drops):
    """Entries come in any order, with some taken out in between, by key and then by tag."""
    keys, tags = np.full(len(entries), np.nan), np.full(len(entries), -7, np.int32)
    items = np.full(len(entries), -7, np.int32)
    held: list[int] = []
    size = 0

    def take():
        taken = int(items[0])
        assert (keys[0], tags[0]) == min(entries[i] for i in held) == entries[taken]
        held.remove(taken)
        return _kernels._drop(keys, tags, items, size)

    for i, (key, tag) in enumerate(entries):
        size = _kernels._push(keys, tags, items, size, float(key), tag, i)
        held.append(i)
        if i < len(drops) and drops[i]:
            size = take()
    while held:
        assert size == len(held)
        size = take()
    assert size == 0


@pytest.mark.parametrize(("sources", "points"), [(32, 32), (41, 25), (3, 1500)])
def test_cover_sets_hold_any_number_of_pairs(tmp_path, sources, points):
    """1,024 pairs, 1,025 and 4,500 on a street of 1 km: everybody is within reach of everybody."""
    network = worlds.network(tmp_path, {1: (0, 0), 2: (1000, 0)}, [[1, 2]])
    x, y = np.linspace(0, 1000, sources), np.linspace(0, 1000, points)
    here = snapped(network, [(spot, 0) for spot in x])
    there = snapped(network, [(spot, 0) for spot in y])
    covers = reach.cover_sets(network, here, there, 1001.0)
    assert covers.nnz == sources * points
    assert covers.toarray() == pytest.approx(np.abs(x[:, None] - y), abs=0.01)
    assert (np.diff(covers.indices.reshape(sources, points)) == 1).all()


def test_a_node_that_nobody_reaches_has_no_source(tmp_path):
    """Two streets that do not meet; the source stands on one."""
    nodes = {1: (0.0, 0.0), 2: (600.0, 0.0), 3: (0.0, 5_000.0), 4: (600.0, 5_000.0)}
    streets = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    found = reach.nearest_to_nodes(streets, streets.snap(worlds.outlets([(10.0, 0.0)])), 1e6)
    far = np.isinf(found.metres)
    assert (len(found.metres), far.sum()) == (4, 2)
    assert found.source.tolist() == np.where(far, -1, 0).tolist()
