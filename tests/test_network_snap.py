"""Where points join the streets: the nearest place of all, the limit, and pieces too small to join.

::

    200 +-----+-----+        A lattice of streets 100 m apart; a point 30 m east of a
        |     |  .  |        street running north, a third of the way along the block.
    100 +-----+-----+
        |     |     |
      0 +-----+-----+
        0    100   200
"""

import geopandas as gpd
import numpy as np
import pytest

import worlds
from gdcoverage.network import WalkNetwork


def joined(network, spots, **how):
    return network.snap(worlds.points(spots), **how)


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    return worlds.lattice(tmp_path_factory.mktemp("snap"), 3, 3)


@pytest.mark.parametrize(
    "spot, foot",
    [
        ((110, 133), (100, 133)),  # beside a street that runs north
        ((90, 171), (100, 171)),
        ((133, 110), (133, 100)),  # beside one that runs east
        ((171, 94), (171, 100)),
        ((100, 150), (100, 150)),  # on it
        ((-40, -30), (0, 0)),  # beyond a corner: the corner itself
        ((230, 240), (200, 200)),
        ((150, 260), (150, 200)),  # outside, beside the rim
    ],
)
def test_a_point_joins_the_nearest_place_of_the_nearest_street(lattice, spot, foot):
    snap = joined(lattice, [spot])
    assert snap.access_m == pytest.approx([np.hypot(*np.subtract(spot, foot))], abs=0.02)
    there = worlds.degrees(*foot)
    first = snap.joins[snap.nearest]
    assert worlds.GEOD.inv(first.lon[0], first.lat[0], *there)[2] < 0.02
    # How far along its edge, from node u.
    edge = first.edge[0]
    u = lattice.edge_u[edge]
    from_u = worlds.GEOD.inv(lattice.node_lon[u], lattice.node_lat[u], first.lon[0], first.lat[0])
    assert first.along_m[0] == pytest.approx(from_u[2], abs=1e-3)
    assert 0 <= first.along_m[0] <= lattice.edge_m[edge]


def test_the_limit_itself_joins_and_a_centimetre_more_does_not(lattice):
    # An OSM file keeps the seventh decimal: the street lies millimetres off its place on paper.
    (metres,) = joined(lattice, [(100, 260)]).access_m
    assert metres == pytest.approx(60, abs=0.01)
    for limit_m, status in ((metres, "ok"), (metres - 0.01, "off_network")):
        snap = joined(lattice, [(100, 260)], limit_m=limit_m)
        assert snap.status.tolist() == [status]
    assert len(snap.joins) == 0
    assert snap.nearest[0] == snap.component[0] == -1
    assert np.isnan(snap.access_m[0])


def test_a_piece_with_too_little_street_is_passed_over_for_one_farther_off(tmp_path):
    """A main street, and an island of 90 m nearer to the point.

    ::

        60  +--------+              an island, 90 m
        50       .                  the point
         0  +-----------------+     the main street, 400 m
    """
    nodes = {1: (0, 0), 2: (400, 0), 3: (0, 60), 4: (90, 60)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    near = joined(network, [(45, 50)], smallest_component_m=90.0 - 0.01)
    far = joined(network, [(45, 50)], smallest_component_m=90.0 + 0.01)
    assert (near.access_m[0], far.access_m[0]) == pytest.approx((10, 50), abs=0.01)
    # The island does not keep anybody from the main street while it is none.
    assert near.joins.access_m.tolist() == pytest.approx([10, 50], abs=0.01)
    assert far.joins.access_m.tolist() == pytest.approx([50], abs=0.01)
    assert (near.component[0], far.component[0]) == (0, 0)


def test_no_place_of_any_street_is_nearer():
    """Crooked streets, strewn points: against places every half metre of every street."""
    rng = np.random.default_rng(11)
    nodes = {i + 1: tuple(spot) for i, spot in enumerate(rng.uniform(0, 900, (40, 2)))}
    ways = [list(range(first, first + 8)) for first in range(1, 40, 8)]
    spots = [tuple(spot) for spot in rng.uniform(-50, 950, (120, 2))]
    network = _in_memory(nodes, ways)
    snap = joined(network, spots, limit_m=400.0, smallest_component_m=0.0)
    lon, lat = _every_half_metre(network)
    point_lon, point_lat = np.array([worlds.degrees(*spot) for spot in spots]).T
    for p in range(len(spots)):
        here = np.full(len(lon), point_lon[p]), np.full(len(lon), point_lat[p])
        nearest = worlds.GEOD.inv(lon, lat, *here)[2].min()
        # A place half-way between two of them is nearer by less than this.
        assert snap.access_m[p] <= nearest + 1e-3
        assert snap.access_m[p] >= nearest - 0.26


def _in_memory(nodes, ways):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        return worlds.network(Path(folder), nodes, ways)


def _every_half_metre(network: WalkNetwork):
    parts = []
    for edge in range(network.edges):
        first, last = network.shape_start[edge], network.shape_start[edge + 1]
        metres = network.shape_m[first:last]
        at = np.append(np.arange(0, metres[-1], 0.5), metres[-1])
        shape = network.shape_lon[first:last], network.shape_lat[first:last]
        parts.append([np.interp(at, metres, axis) for axis in shape])
    return np.concatenate(parts, axis=1)


def test_every_piece_but_that_with_most_street_is_an_island(tmp_path):
    """Streets of 900, 800, 700 and 600 m, each on its own; a point far from all."""
    nodes: dict[int, worlds.Spot] = {}
    ways = []
    for i, metres in enumerate((700, 900, 600, 800)):
        nodes |= {2 * i + 1: (0, 1000 * i), 2 * i + 2: (metres, 1000 * i)}
        ways.append([2 * i + 1, 2 * i + 2])
    network = worlds.network(tmp_path, nodes, ways)
    snap = joined(network, [(50, 10 + 1000 * i) for i in range(4)] + [(50, 4000)])
    assert snap.component.tolist() == [2, 0, 3, 1, -1]
    assert snap.status.tolist() == ["island", "ok", "island", "island", "off_network"]


def test_with_a_limit_of_nought_only_what_is_on_a_street_joins(lattice):
    corner = gpd.points_from_xy(lattice.node_lon[:1], lattice.node_lat[:1])
    on, beside = gpd.GeoSeries(corner, crs=4326), worlds.points([(50, 1)])
    assert lattice.snap(on, 0.0, 0.0).status.tolist() == ["ok"]
    assert lattice.snap(beside, 0.0, 0.0).status.tolist() == ["off_network"]


def test_a_bend_that_stands_twice_at_one_spot_is_passed(tmp_path):
    """Mappers' slips: two nodes of a way at the same place."""
    nodes = {1: (0.0, 0.0), 2: (300.0, 0.0), 3: (300.0, 0.0), 4: (600.0, 0.0)}
    streets = worlds.network(tmp_path, nodes, [[1, 2, 3, 4]])
    snap = streets.snap(worlds.outlets([(300.0, 20.0), (450.0, 20.0)]))
    assert snap.joins.along_m[snap.nearest].tolist() == pytest.approx([300.0, 450.0], abs=1e-3)
