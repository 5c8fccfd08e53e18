"""Walks between points computed by networkx, with the points put into the streets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx
import numpy as np
import shapely

from gdcoverage.arrays import Floats, Objects
from gdcoverage.verify._ground import GEOD, Ground, Node

# Places that are nearer than a millimetre are one.
_TOUCH_M = 0.001

Place = tuple[float, float]


class _Foot(NamedTuple):
    """Where a leg ends: the piece, the part of it from its first end, and the place."""

    piece: int
    part: float
    lon: float
    lat: float


def walks(ground: Ground, start: Place, ends: Sequence[Place], limit_m: float) -> Floats:
    """Metres on foot from a place to others; inf where there is no way.

    Parameters
    ----------
    start, ends : degrees, WGS-84.
    limit_m : longest leg between a place and a street, metres.
    """
    graph = ground.graph()
    legs: list[list[tuple[Node, float]]] = []
    on: dict[int, set[float]] = {}
    for at in [start, *ends]:
        feet = _feet(ground, at, limit_m)
        ways = [GEOD.inv(*at, foot.lon, foot.lat)[2] for foot in feet]
        legs.append(
            [
                (_node(foot.piece, foot.part), metres)
                for foot, metres in zip(feet, ways, strict=True)
            ]
        )
        for foot in feet:
            on.setdefault(foot.piece, set()).add(foot.part)
    for piece, parts in on.items():
        a, b = ground.pieces[piece]
        stops = [(0.0, a), *((part, _node(piece, part)) for part in sorted(parts)), (1.0, b)]
        for (here, one), (there, other) in pairwise(stops):
            _link(graph, one, other, float(ground.metres[piece] * (there - here)))
    # Nobody walks through another's door: the legs of the others are walked last.
    for place, metres in legs[0]:
        _link(graph, "start", place, metres)
    found: dict[Node, float] = {}
    if "start" in graph:
        found = nx.single_source_dijkstra_path_length(graph, "start", weight="length")
    return np.array(
        [min((found.get(f, np.inf) + m for f, m in leg), default=np.inf) for leg in legs[1:]]
    )


def _node(piece: int, part: float) -> Node:
    return "foot", piece, part


def _link(graph: nx.Graph, one: Node, other: Node, metres: float) -> None:
    """A way between two places; of several the shortest."""
    known = graph.get_edge_data(one, other)
    if known is None or known["length"] > metres:
        graph.add_edge(one, other, length=metres)


def _feet(ground: Ground, place: Place, limit_m: float) -> list[_Foot]:
    """The nearest place of each run of street that a straight leg reaches, unbarred."""
    point = shapely.Point(*ground.plane.transform(*place))
    # A plane around the region shows lengths to a part in a hundred thousand.
    within_m = limit_m + 0.01
    near = np.sort(ground.tree.query(point, predicate="dwithin", distance=within_m))
    near = near[ground.joinable[near]]
    walls = ground.lines[near[ground.certain[near]]]
    stands = bool(shapely.dwithin(walls, point, _TOUCH_M).any())
    bars = _bars(ground, point, within_m)
    nearest: dict[int, tuple[float, int]] = {}
    for piece in near.tolist():
        away, run = float(shapely.distance(point, ground.lines[piece])), int(ground.stretch[piece])
        nearest[run] = min(nearest.get(run, (np.inf, -1)), (away, piece))
    found = []
    for away, piece in nearest.values():
        line = ground.lines[piece]
        part = float(shapely.line_locate_point(line, point, normalized=True))
        lon, lat = ground.degrees[piece, :2] * (1 - part) + ground.degrees[piece, 2:] * part
        leg = shapely.shortest_line(point, line)
        short = shapely.LineString(
            [point, shapely.line_interpolate_point(leg, max(leg.length - _TOUCH_M, 0.0))]
        )
        if GEOD.inv(*place, lon, lat)[2] > limit_m + _TOUCH_M / 2:
            continue
        if away > _TOUCH_M and (
            stands
            or shapely.intersects(bars, short).any()
            or shapely.intersects(walls, short).any()
        ):
            continue
        found.append(_Foot(piece, part, float(lon), float(lat)))
    return found


def _bars(ground: Ground, point: shapely.Point, within_m: float) -> Objects:
    """Barriers near a point, but for those it stands on and the shores of water it lies in."""
    bars = ground.barriers[shapely.dwithin(ground.barriers, point, within_m)]
    bars = bars[~shapely.dwithin(bars, point, _TOUCH_M)]
    inside = ground.water[shapely.contains_properly(ground.water, point)]
    # Inside two rims lies an island.
    if len(inside) % 2 == 0:
        return bars
    shores = shapely.union_all(shapely.boundary(inside))
    return bars[~shapely.covered_by(bars, shores)]
