"""Which streets a point joins: all that one may walk to straight, and none through a barrier."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.network import WalkNetwork, reach
from gdcoverage.network._ways import BARRIER, DOUBTFUL, NOT_JOINED, WATER
from joining import by_brute_force, looking, with_barriers, with_looks
from references import walk_matrix


def joined(network, *spots, limit_m=300.0):
    return network.snap(worlds.points(spots), limit_m, 0.0)


def feet(snap, p=0):
    """Where a point joins, in whole metres."""
    rows = slice(snap.start[p], snap.start[p + 1])
    spots = zip(snap.joins.lon[rows], snap.joins.lat[rows], strict=True)
    return {tuple(np.round(worlds.metres(*spot)).astype(int).tolist()) for spot in spots}


@pytest.fixture(scope="module")
def block(tmp_path_factory):
    """One block, 100 m wide and 200 m tall, between streets that go on.

    ::

        300     |     |
        200 ----+-----+----
                |  .  |
          0 ----+-----+----
                |     |
                0    100
    """
    nodes = {1: (0, 0), 2: (100, 0), 3: (0, 200), 4: (100, 200)}
    rays = {5: (-100, 0), 6: (200, 0), 7: (-100, 200), 8: (200, 200)}
    rays |= {9: (0, -100), 10: (100, -100), 11: (0, 300), 12: (100, 300)}
    ways = [[5, 1, 2, 6], [7, 3, 4, 8], [9, 1, 3, 11], [10, 2, 4, 12]]
    return worlds.network(tmp_path_factory.mktemp("block"), nodes | rays, ways)


def test_a_point_leaves_its_block_on_every_side_and_at_every_corner(block):
    snap = joined(block, (30, 120))
    sides = {(0, 120), (100, 120), (30, 0), (30, 200)}
    assert feet(snap) == sides | {(0, 0), (100, 0), (0, 200), (100, 200)}
    # The nearest comes first; each is named once, though three other edges meet at a corner.
    assert len(snap.joins) == 8
    assert snap.access_m == pytest.approx([30], abs=0.01)
    assert (np.diff(snap.joins.access_m) >= 0).all()


def test_only_places_within_the_limit_are_joined(block):
    assert feet(joined(block, (30, 120), limit_m=75)) == {(0, 120), (100, 120)}


def test_who_stands_on_a_street_joins_it_alone(block):
    assert feet(joined(block, (0, 120))) == {(0, 120)}
    assert feet(joined(block, (100, 200))) == {(100, 200)}


def test_a_tunnel_is_passed_over_for_a_street_farther_off(tmp_path):
    """A point 25 m from a tunnel and 35 m from a street beyond it; the tunnel bars nothing.

    ::

         35  +-----------+     the street
         25  +===========+     the tunnel
          0        .
    """
    nodes = {1: (0, 35), 2: (400, 35), 3: (0, 25), 4: (400, 25)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    assert feet(joined(network, (200, 0))) == {(200, 25)}
    assert feet(joined(looking(network, NOT_JOINED, (200, 25)), (200, 0))) == {(200, 35)}


def test_the_way_to_a_street_over_a_river_is_refused_and_another_is_taken(tmp_path):
    """A river between a point and the street 90 m off; another street 190 m off on its side.

    ::

         90  +-----------+
         50  ~~~~~~~~~~~~~~~
          0        .
       -190  +-----------+
    """
    nodes = {1: (0, 90), 2: (400, 90), 3: (0, -190), 4: (400, -190)}
    river = [(-1000, 50), (1000, 50)], BARRIER
    network = with_barriers(worlds.network(tmp_path, nodes, [[1, 2], [3, 4]]), river)
    snap = joined(network, (200, 0), (200, 70), (200, 0), limit_m=300)
    assert [feet(snap, p) for p in range(2)] == [{(200, -190)}, {(200, 90)}]
    # Nearer than 190 m there is only the street over the river, and nearer than 90 m none.
    assert joined(network, (200, 0), limit_m=180).status.tolist() == ["barred"]
    assert joined(network, (200, 0), limit_m=80).status.tolist() == ["off_network"]


def test_a_ring_of_barriers_bars_all_and_the_street_is_found_all_the_same(tmp_path):
    """All directions shut at 10 m; the street lies 250 m off, beyond cells never needed else."""
    network = worlds.network(tmp_path, {1: (-500, 250), 2: (500, 250)}, [[1, 2]])
    ring = [(-10, -10), (10, -10), (10, 10), (-10, 10), (-10, -10)]
    fenced = with_barriers(network, (ring, BARRIER))
    assert joined(fenced, (0, 0)).status.tolist() == ["barred"]
    assert joined(fenced, (0, 0), limit_m=240).status.tolist() == ["off_network"]
    metres = fenced.metres_to_street(worlds.points([(0, 0), (0, -100)]), 300.0, 0.0)
    assert metres[0] == pytest.approx(250, abs=0.01)
    assert np.isinf(metres[1])


def test_a_point_in_a_pond_leaves_it_but_crosses_no_other(tmp_path):
    """The middle of a raster's cell lies in a pond; a second pond bars the way east.

    ::

         100  +-----------------+
               (.)   (  )   |
           0                250
    """
    nodes = {1: (-200, 100), 2: (250, 100), 3: (250, -100)}
    network = worlds.network(tmp_path, nodes, [[1, 2, 3]])

    def pond(x):
        return [(x - 20, -20), (x + 20, -20), (x + 20, 20), (x - 20, 20), (x - 20, -20)]

    streets = looking(network, 0)
    fields = with_barriers(streets, (pond(0), BARRIER | WATER), (pond(100), BARRIER | WATER))
    assert feet(joined(fields, (0, 0))) == {(0, 100)}
    # A fence around the same ground holds whoever is within.
    fence = with_barriers(streets, (pond(0), BARRIER))
    assert joined(fence, (0, 0)).status.tolist() == ["barred"]


def test_on_an_island_in_a_lake_one_is_on_land(tmp_path):
    """The lake's rim and, within it, the island's: nobody walks over the water to the street."""
    network = worlds.network(tmp_path, {1: (-300, 100), 2: (300, 100)}, [[1, 2]])

    def square(half):
        return [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]

    lake = with_barriers(network, (square(80), BARRIER | WATER), (square(20), BARRIER | WATER))
    snap = joined(lake, (0, 0), (0, 50), (0, 90))
    assert snap.status.tolist() == ["barred", "ok", "ok"]


def test_the_street_on_a_bank_is_joined_from_the_land_and_not_over_the_water(tmp_path):
    """A street along a river's rim, through the same nodes."""
    bank = [(0, 0), (100, 10), (200, 0)]
    network = worlds.network(tmp_path, dict(enumerate(bank, 1)), [[1, 2, 3]])
    rim = [*bank, (200, -80), (0, -80), (0, 0)]
    lake = with_barriers(network, (rim, BARRIER | WATER))
    snap = joined(lake, (50, 60), (100, -100))
    assert snap.status.tolist() == ["ok", "barred"]


def test_a_doubtful_alley_is_joined_and_bars_nobody_from_the_street_beyond(tmp_path):
    """An alley at 30 m that may be private, the street at 60 m.

    ::

         60  +-----------+
         30  + - - - - - +
          0        .
    """
    nodes = {1: (0, 60), 2: (400, 60), 3: (0, 30), 4: (400, 30)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    assert feet(joined(network, (200, 0))) == {(200, 30)}
    alley = looking(network, DOUBTFUL, (200, 30))
    assert feet(joined(alley, (200, 0))) == {(200, 30), (200, 60)}


def test_a_walk_leaves_on_the_side_that_is_shorter_in_all(block):
    """10 m from the street on the west, 90 m from that on the east, where the outlet is."""
    outlet, point = joined(block, (100, 120), limit_m=95), joined(block, (10, 120), limit_m=95)
    found = reach.nearest_to_points(block, outlet, point)
    assert found.metres == pytest.approx([90], abs=0.01)
    assert point.joins.access_m[found.own_join] == pytest.approx([90], abs=0.01)
    near = reach.nearest_to_points(block, outlet, joined(block, (10, 120), limit_m=15))
    assert near.metres == pytest.approx([10 + 80 + 100 + 80], abs=0.01)


def test_some_points_of_many_are_what_they_were_among_them(block):
    every = joined(block, (30, 120), (5_000, 0), (50, 100), (-20, -20))
    some = every[np.array([2, 1])]
    assert some.status.tolist() == ["ok", "off_network"]
    alone = joined(block, (50, 100))
    assert some.joins.access_m.tolist() == alone.joins.access_m.tolist()
    assert (
        every[every.component >= 0].point.tolist()
        == joined(block, (30, 120), (50, 100), (-20, -20)).point.tolist()
    )


def test_frames_of_walks_carry_the_labels_of_their_frames(block):
    outlets = worlds.outlets([(0, 0), (100, 0), (0, 200)]).set_index("outlet_id")
    people = worlds.demand([(0, 20), (100, 190), (9_000, 0)]).set_index("demand_id")
    pairs = reach.distances(block, outlets, people, 150.0)
    assert pairs[["point", "source"]].to_numpy().tolist() == [
        ["D0", "W0"],
        ["D0", "W1"],
        ["D1", "W2"],
    ]
    assert pairs["walk_m"].tolist() == pytest.approx([20, 120, 110], abs=0.01)
    first = reach.nearest(block, outlets, people, 2)
    assert first[["point", "source", "rank"]].to_numpy().tolist() == [
        ["D0", "W0", 1],
        ["D0", "W1", 2],
        ["D1", "W2", 1],
        ["D1", "W1", 2],
    ]


def strewn(seed: int) -> tuple[WalkNetwork, np.random.Generator]:
    """Crooked streets that cross and meet, some doubtful, some not joined; two walls and a pond."""
    rng = np.random.default_rng(seed)
    nodes = {i + 1: tuple(spot) for i, spot in enumerate(rng.uniform(0, 500, (16, 2)))}
    ways = [rng.choice(16, rng.integers(2, 5), replace=False) + 1 for _ in range(7)]
    with tempfile.TemporaryDirectory() as folder:
        streets = worlds.network(Path(folder), nodes, [way.tolist() for way in ways])
    looks = rng.choice([0, DOUBTFUL, NOT_JOINED], streets.edges, p=[0.7, 0.2, 0.1])
    walls = [[tuple(spot) for spot in rng.uniform(0, 500, (3, 2))] for _ in range(2)]
    # One wall ends where streets meet.
    walls[0][0] = nodes[int(ways[0][0])]
    middle, turn = rng.uniform(100, 400, 2), np.sort(rng.uniform(0, 2 * np.pi, 5))
    rim = middle + rng.uniform(30, 120) * np.column_stack([np.cos(turn), np.sin(turn)])
    pond = [tuple(spot) for spot in rim]
    lines = [(wall, BARRIER) for wall in walls] + [([*pond, pond[0]], BARRIER | WATER)]
    return with_barriers(with_looks(streets, looks), *lines), rng


def places(snap, p):
    """Where a point joins, to the millimetre, as one multipoint; corners once."""
    rows = slice(snap.start[p], snap.start[p + 1])
    found = np.column_stack([snap.joins.lon[rows], snap.joins.lat[rows]])
    return np.unique((found * 1e7).round(0), axis=0)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_joins_and_walks_are_those_of_brute_force(seed):
    network, rng = strewn(seed)
    spots = [tuple(spot) for spot in rng.uniform(-100, 600, (14, 2))]
    points = worlds.points(spots)
    snap = network.snap(points, 250.0, 0.0)
    expected = by_brute_force(network, points.tolist(), 250.0)
    assert snap.status.tolist() == expected.status.tolist()
    assert snap.component.tolist() == expected.component.tolist()
    for p in range(len(spots)):
        got, want = places(snap, p), places(expected, p)
        assert len(got) == len(want), (p, got - got[:1], want - want[:1])
        assert np.abs(got - want).max(initial=0) <= 0.02
    outlets, people = np.arange(4), np.arange(4, len(spots))
    metres = walk_matrix(network, expected[outlets], expected[people])
    covers = reach.cover_sets(network, snap[outlets], snap[people], 1e6).tocoo()
    walks = np.full(metres.shape, np.inf)
    walks[covers.row, covers.col] = covers.data
    assert (np.isinf(walks) == np.isinf(metres)).all()
    some = np.isfinite(metres)
    assert np.abs(walks[some] - metres[some]).max(initial=0) <= 1e-3
    nearest = reach.nearest_to_points(network, snap[outlets], snap[people])
    least = metres.min(axis=0)
    assert nearest.metres[np.isfinite(least)] == pytest.approx(least[np.isfinite(least)], abs=1e-3)
    assert (nearest.source == np.where(np.isfinite(least), metres.argmin(axis=0), -1)).all()


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_barriers_points_and_edges_changes_nothing(seed):
    network, rng = strewn(seed)
    points = worlds.points([tuple(spot) for spot in rng.uniform(-100, 600, (20, 2))])
    snap = network.snap(points, 250.0, 0.0)
    order = rng.permutation(len(points))
    again = network.snap(points.iloc[order], 250.0, 0.0)
    assert (again.joins.access_m == snap[order].joins.access_m).all()
    # Edges the other way round, in another order; and the barriers.
    edges, lines = rng.permutation(network.edges), rng.permutation(3)
    turned = _in_another_order(network, edges, lines)
    other = turned.snap(points, 250.0, 0.0)
    assert other.status.tolist() == snap.status.tolist()
    assert other.start.tolist() == snap.start.tolist()
    assert other.joins.access_m == pytest.approx(snap.joins.access_m, abs=1e-6)


def _in_another_order(network, edges, lines):
    def parts(start, order, *values):
        rows = np.concatenate([np.arange(start[k], start[k + 1])[::-1] for k in order])
        sizes = np.cumsum([0, *np.diff(start)[order]])
        return sizes, *(value[rows] for value in values)

    start, lon, lat, m = parts(
        network.shape_start, edges, network.shape_lon, network.shape_lat, network.shape_m
    )
    barrier = parts(network.barrier_start, lines, network.barrier_lon, network.barrier_lat)
    return dataclasses.replace(
        network,
        edge_u=network.edge_v[edges],
        edge_v=network.edge_u[edges],
        edge_look=network.edge_look[edges],
        shape_start=start,
        shape_lon=lon,
        shape_lat=lat,
        shape_m=np.repeat(network.edge_m[edges], np.diff(start)) - m,
        barrier_start=barrier[0],
        barrier_lon=barrier[1],
        barrier_lat=barrier[2],
        barrier_look=network.barrier_look[lines],
        _indexes={},
    )


def test_who_lies_far_from_all_streets_or_nowhere_joins_none(block):
    points = worlds.points([(0, 1e5), (-3e4, 0)])
    nowhere = type(points)([*points, shapely.Point(), None], crs=points.crs)
    assert block.snap(nowhere, 5_000.0, 0.0).status.tolist() == ["off_network"] * 4
