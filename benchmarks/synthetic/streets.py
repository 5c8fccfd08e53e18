"""Streets of the made-up province: irregular grids in settlements, roads and lanes between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree
from shapely.geometry.base import BaseGeometry

from benchmarks.synthetic.settlements import Settlements, degrees

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rng = np.random.Generator

BLOCK_M = 93.0  # between crossings of a settlement's grid
MISSING = 0.09  # of a grid's links
DEAD_ENDS = 0.10  # of its crossings, one each
RIVER_FROM = 30  # columns that a town needs to have a river
BRIDGE_EVERY = 8  # rows
ROAD_STEP_M = 160.0  # between nodes of a country road
LANES = 0.25  # of a country road's nodes, one each
MORE_ROADS = 0.4  # of the pairs of neighbours, besides those that lead everywhere
LONGEST_ROAD_M = 8_000.0  # of those
SEAMS = 0.6  # of the places where two settlements touch have a link

# Classes of links; `osm` says what they are in tags.
STREET, ALLEY, ROAD, LANE = range(4)


@dataclass(frozen=True)
class Streets:
    """Nodes, and links between them in the order in which they make ways.

    Parameters
    ----------
    x, y : metres, see `settlements.plane`.
    home : position of the settlement of each node, -1 between settlements.
    a, b : nodes at the ends of each link.
    kind : class of each link.
    """

    x: Floats
    y: Floats
    home: Ints
    a: Ints
    b: Ints
    kind: NDArray[np.int8]


def lay_streets(settlements: Settlements, land: BaseGeometry, rng: Rng) -> Streets:
    """All streets on the land."""
    streets = _on_land(_grids(settlements, rng), land)
    streets = _joined(streets, _seams(streets, rng))
    built_up = len(streets.x)
    streets = _joined(streets, _roads(settlements, streets, land, rng))
    country = len(streets.x) - built_up
    alleys = np.flatnonzero(rng.random(built_up) < DEAD_ENDS)
    streets = _joined(streets, _dead_ends(streets, alleys, (25, 70), ALLEY, rng))
    lanes = built_up + np.flatnonzero(rng.random(country) < LANES)
    return _joined(streets, _dead_ends(streets, lanes, (120, 500), LANE, rng))


def _joined(*parts: Streets) -> Streets:
    """Streets of which each part counts its nodes on from those before it."""
    return Streets(*(np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])))


def _part(x: Floats, y: Floats, a: Ints, b: Ints, kind: int, home: int = -1) -> Streets:
    return Streets(x, y, np.full(len(x), home), a, b, np.full(len(a), kind, np.int8))


# Settlements ------------------------------------------------------------------------------------


def _grids(settlements: Settlements, rng: Rng) -> Streets:
    """A grid in each settlement, up to where a neighbour is nearer for its size."""
    rivals = _rivals(settlements)
    parts: list[Streets] = []
    nodes = 0
    for i, near in enumerate(rivals):
        x, y, number = _disc(settlements.radius_m[i], rng)
        x, y = x + settlements.x[i], y + settlements.y[i]
        own = np.hypot(x - settlements.x[i], y - settlements.y[i]) / settlements.radius_m[i]
        for j in near:
            theirs = np.hypot(x - settlements.x[j], y - settlements.y[j])
            number[theirs < own * settlements.radius_m[j]] = -1
        keep = number >= 0
        number[keep] = np.arange(nodes, nodes + keep.sum())
        a, b = _grid_links(number, rng)
        there = rng.random(len(a)) >= MISSING
        parts.append(_part(x[keep], y[keep], a[there], b[there], STREET, i))
        nodes += int(keep.sum())
    return _joined(*parts)


def _rivals(settlements: Settlements) -> list[list[int]]:
    """For each settlement those whose built-up area meets its own."""
    centre = np.column_stack([settlements.x, settlements.y])
    radius = settlements.radius_m
    tree = cKDTree(centre)
    widest = radius.max()
    rivals = []
    for i, near in enumerate(tree.query_ball_point(centre, radius * 1.2 + widest * 1.2)):
        others = np.array(near)
        apart = np.hypot(*(centre[others] - centre[i]).T)
        rivals.append(others[(apart < 1.2 * (radius[i] + radius[others])) & (others != i)].tolist())
    return rivals


def _disc(radius_m: float, rng: Rng) -> tuple[Floats, Floats, Ints]:
    """A turned, uneven grid, and which of its nodes lie in a lobed disc (0), or not (-1)."""
    half = max(radius_m, 1.2 * BLOCK_M)
    side = int(np.ceil(2.4 * half / BLOCK_M)) + 1
    step = (np.arange(side) - (side - 1) / 2) * BLOCK_M
    x, y = np.meshgrid(step, step)
    x = x + rng.normal(0, 0.12 * BLOCK_M, x.shape)
    y = y + rng.normal(0, 0.12 * BLOCK_M, x.shape)
    lobe, turn = rng.uniform(0, 2 * np.pi, 2)
    inside = np.hypot(x, y) <= half * (1 + 0.15 * np.sin(3 * np.arctan2(y, x) + lobe))
    cos, sin = np.cos(turn), np.sin(turn)
    return cos * x - sin * y, sin * x + cos * y, np.where(inside, 0, -1)


def _grid_links(number: Ints, rng: Rng) -> tuple[Ints, Ints]:
    """Links along the rows, then along the columns; few bridges where a river runs."""
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].T.ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].T.ravel()])
    keep = (a >= 0) & (b >= 0)
    side = len(number)
    if side >= RIVER_FROM:
        across = np.zeros((side, side - 1), bool)
        across[:, rng.integers(side // 3, 2 * side // 3)] = True
        across[::BRIDGE_EVERY] = False
        keep[: across.size] &= ~across.ravel()
    return a[keep], b[keep]


def _on_land(streets: Streets, land: BaseGeometry) -> Streets:
    shapely.prepare(land)
    keep = shapely.contains_xy(land, *degrees(streets.x, streets.y))
    number = np.where(keep, np.cumsum(keep) - 1, -1)
    a, b = number[streets.a], number[streets.b]
    both = (a >= 0) & (b >= 0)
    return Streets(
        streets.x[keep], streets.y[keep], streets.home[keep], a[both], b[both], streets.kind[both]
    )


def _seams(streets: Streets, rng: Rng) -> Streets:
    """Links across the line between settlements that touch, at most places."""
    degree = np.bincount(np.concatenate([streets.a, streets.b]), minlength=len(streets.x))
    rim = np.flatnonzero(degree <= 2)
    places = np.column_stack([streets.x[rim], streets.y[rim]])
    near, other = cKDTree(places).query_pairs(1.3 * BLOCK_M, output_type="ndarray").T
    a, b = rim[near], rim[other]
    take = (streets.home[a] != streets.home[b]) & (rng.random(len(a)) < SEAMS)
    return _part(np.empty(0), np.empty(0), a[take], b[take], STREET)


def _dead_ends(
    streets: Streets, start: Ints, reach_m: tuple[float, float], kind: int, rng: Rng
) -> Streets:
    """Ways that lead nowhere, from nodes that are there."""
    reach, way = rng.uniform(*reach_m, len(start)), rng.uniform(0, 2 * np.pi, len(start))
    x, y = streets.x[start] + reach * np.cos(way), streets.y[start] + reach * np.sin(way)
    return _part(x, y, start, len(streets.x) + np.arange(len(start)), kind)


# Between settlements ----------------------------------------------------------------------------


def _roads(settlements: Settlements, streets: Streets, land: BaseGeometry, rng: Rng) -> Streets:
    """Winding roads from settlement to settlement, from where the built-up area ends."""
    one, other = _neighbours(settlements, land, rng)
    centre = np.column_stack([settlements.x, settlements.y])
    ahead = centre[other] - centre[one]
    ahead *= (settlements.radius_m[one] / np.hypot(*ahead.T))[:, None]
    back = centre[one] - centre[other]
    back *= (settlements.radius_m[other] / np.hypot(*back.T))[:, None]
    tree = cKDTree(np.column_stack([streets.x, streets.y]))
    start, end = tree.query(centre[one] + ahead)[1], tree.query(centre[other] + back)[1]
    start, end = start[start != end], end[start != end]

    dx, dy = streets.x[end] - streets.x[start], streets.y[end] - streets.y[start]
    metres = np.hypot(dx, dy)
    inner = np.maximum(np.ceil(metres / ROAD_STEP_M).astype(np.int64) - 1, 0)
    road = np.repeat(np.arange(len(start)), inner)
    begins = np.cumsum(inner) - inner
    share = (np.arange(inner.sum()) - begins[road] + 1) / (inner[road] + 1)
    waves = 1 + np.round(metres / 2_500)[road]
    bow = rng.normal(0, 0.05, len(start))[road] * np.sin(waves * np.pi * share) * np.sqrt(1 / waves)
    x = streets.x[start][road] + share * dx[road] - bow * dy[road]
    y = streets.y[start][road] + share * dy[road] + bow * dx[road]

    chain = np.insert(len(streets.x) + np.arange(len(x)), begins, start)
    chain = np.insert(chain, np.cumsum(inner + 1), end)
    inside = np.ones(len(chain), bool)
    inside[np.cumsum(inner + 2) - 1] = False
    link = np.flatnonzero(inside)
    return _part(x, y, chain[link], chain[link + 1], ROAD)


def _neighbours(settlements: Settlements, land: BaseGeometry, rng: Rng) -> tuple[Ints, Ints]:
    """Pairs of settlements with a road: enough to get everywhere on a piece of land, and more."""
    centre = np.column_stack([settlements.x, settlements.y])
    corners = Delaunay(centre).simplices
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]))
    pairs = np.unique(pairs, axis=0)
    piece = np.full(len(settlements), -1)
    spots = shapely.points(*degrees(settlements.x, settlements.y))
    at, part = shapely.STRtree(shapely.get_parts(land)).query(spots, predicate="intersects")
    piece[at] = part
    pairs = pairs[piece[pairs[:, 0]] == piece[pairs[:, 1]]]
    metres = np.hypot(*(centre[pairs[:, 0]] - centre[pairs[:, 1]]).T)
    size = len(settlements)
    graph = coo_array((metres, pairs.T), shape=(size, size)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    more = (rng.random(len(pairs)) < MORE_ROADS) & (metres < LONGEST_ROAD_M)
    both = np.unique(np.concatenate([np.column_stack(tree.coords), pairs[more]]), axis=0)
    return both[:, 0], both[:, 1]
