"""Street segments from an osmnx graph: every shape put right and checked, each street once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats
from gdcoverage.geo.sphere import great_circle_m
from gdcoverage.network._compact import Segments
from gdcoverage.network._graph_faults import EdgeFaults, degrees, require_places
from gdcoverage.network._walkable import EXCLUDED, is_walkable
from gdcoverage.network._ways import Ways
from gdcoverage.problems import Problem

# Attributes of edges that this package writes and reads again, beside osmnx's own.
LOOK = "walk_look"  # bits of `_ways`
RUNS = "walk_ways"  # JSON: [osmid, pieces, highway, name] of each way along the edge's geometry


@dataclass(frozen=True)
class _Edge:
    """A walkable edge as the graph has it; `xy` is its own geometry, in the graph's CRS."""

    u: int
    v: int
    tags: Mapping[str, Any]
    xy: Floats
    look: int


class _Street(NamedTuple):
    """An edge from its lower node; `inner` are its own shape points, `key` the same as bytes."""

    u: int
    v: int
    key: bytes
    look: int
    way: tuple[int, ...]
    inner: Floats


def segments_of(
    graph: nx.MultiDiGraph | nx.MultiGraph, file: str = "osmnx"
) -> tuple[Segments, Ways, tuple[Problem, ...]]:
    """Every walkable edge of a graph as straight pieces, each street once.

    Shape points inside an edge become nodes of that edge alone, so that streets which cross
    without a common node stay apart. The two directions of a street are one. A geometry may run
    either way between its ends, as it does in an undirected graph. Where simplifying made one
    edge of several ways, which piece is of which is unknown, except in graphs of ours (`RUNS`).

    Returns
    -------
    Segments, ways, and problems: edges that may not be walked on and edges whose geometry does
    not join their nodes (both are left out), edges that are not as long as the graph says.

    Raises
    ------
    InputError : no CRS, or one that is unknown; nodes without a place on earth or a number.
    """
    require_places(graph, file)
    edges, excluded = _walked(graph)
    node_ids = np.array(sorted({end for edge in edges for end in (edge.u, edge.v)}), np.int64)
    xy = np.array([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in node_ids.tolist()], float)
    every = np.concatenate([xy.reshape(-1, 2), *(edge.xy for edge in edges)])
    places = degrees(graph.graph["crs"], every, file)
    place = dict(zip(node_ids.tolist(), places, strict=False))
    first = len(node_ids) + np.cumsum([0, *(len(edge.xy) for edge in edges)])
    streets, faults = [], EdgeFaults(file)
    for edge, start, stop in zip(edges, first[:-1].tolist(), first[1:].tolist(), strict=True):
        street, gap, metres = _joined(edge, places[start:stop], place)
        if faults.joins(edge.u, edge.v, gap):
            streets.append(street)
            faults.measure(edge.u, edge.v, metres, edge.tags.get("length"))
    problems = (*_excluded(excluded, file), *faults.problems())
    return _segments(_each_once(streets), place), _ways(edges), problems


def _walked(graph: nx.MultiDiGraph) -> tuple[list[_Edge], int]:
    """The edges that are walked on, and how many the rules exclude."""
    edges, excluded = [], 0
    for u, v, tags in graph.edges(data=True):
        look = _look(tags)
        if look is None:
            excluded += 1
        else:
            edges.append(_Edge(u, v, tags, _coordinates(tags.get("geometry")), look))
    return edges, excluded


def _look(tags: Mapping[str, Any]) -> int | None:
    """How an edge looks; simplifying gives several values, of which none may be out."""
    if (look := str(tags.get(LOOK, ""))).isdecimal():
        return int(look)
    if "highway" not in tags:
        return 0
    values = {key: _several(tags[key]) for key in EXCLUDED if key in tags}
    walkable = all(
        is_walkable({"highway": "", key: str(value)})
        for key, several in values.items()
        for value in several
    )
    return 0 if walkable else None


def _several(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _coordinates(geometry: object) -> Floats:
    """Shape points of a geometry; none where there is none, a single one where it is no line."""
    if not isinstance(geometry, BaseGeometry):
        return np.empty((0, 2))
    several = geometry.geom_type != "LineString"
    line = shapely.line_merge(geometry) if several else geometry
    xy = shapely.get_coordinates(line)
    return xy if line.geom_type == "LineString" else xy[:1]


def _joined(edge: _Edge, line: Floats, place: Mapping[int, Floats]) -> tuple[_Street, float, float]:
    """An edge as a street, how many metres its geometry ends from its nodes, and its length."""
    ends = np.array([place[edge.u], place[edge.v]])
    line = line if len(line) else ends
    shape = line[[0, -1]]
    ahead, back = _apart(shape, ends), _apart(shape[::-1], ends)
    gap = min(ahead, back) if len(line) > 1 else math.inf
    inner = line[1:-1]
    way = _way_of_each(edge.tags, len(inner) + 1)
    if (edge.u > edge.v) != (back < ahead):
        inner, way = inner[::-1], way[::-1]
    # A loop fits both ways: of the two the same one, however the graph has it.
    if ahead == back and (_key(inner[::-1]), way[::-1]) < (_key(inner), way):
        inner, way = inner[::-1], way[::-1]
    low, high = sorted((edge.u, edge.v))
    whole = np.concatenate([place[low][None], inner, place[high][None]])
    metres = float(great_circle_m(*whole[:-1].T, *whole[1:].T).sum())
    return _Street(low, high, _key(inner), edge.look, way, inner), gap, metres


def _apart(one: Floats, other: Floats) -> float:
    """The larger of the distances between two pairs of points, metres."""
    return float(great_circle_m(*one.T, *other.T).max())


def _key(inner: Floats) -> bytes:
    """What tells shapes apart: points to the tenth of a millimetre."""
    return (np.round(inner, 9) + 0.0).tobytes()


def _each_once(streets: Iterable[_Street]) -> list[_Street]:
    """Of several ways along one line the one that looks best, then the lowest id."""
    once: dict[tuple[int, int, bytes], _Street] = {}
    for street in sorted(streets, key=lambda s: s[:5]):
        once.setdefault(street[:3], street)
    return list(once.values())


def _segments(streets: list[_Street], place: Mapping[int, Floats]) -> Segments:
    """Streets as pieces; the nodes of the graph come first, then the points of each shape."""
    ids = np.array(sorted({end for street in streets for end in street[:2]}), np.int64)
    position = {node: i for i, node in enumerate(ids.tolist())}
    a, b = list[int](), list[int]()
    start = len(ids)
    for street in streets:
        stop = start + len(street.inner)
        chain = [position[street.u], *range(start, stop), position[street.v]]
        a += chain[:-1]
        b += chain[1:]
        start = stop
    inner = np.concatenate([np.empty((0, 2)), *(street.inner for street in streets)])
    nodes = np.array([place[node] for node in ids.tolist()]).reshape(-1, 2)
    lon, lat = np.concatenate([nodes, inner]).T.copy()
    pieces = [len(street.way) for street in streets]
    return Segments(
        np.concatenate([ids, -1 - np.arange(len(inner))]),
        *(lon, lat),
        *(np.array(a, np.int64), np.array(b, np.int64)),
        np.array([way for street in streets for way in street.way], np.int64),
        np.repeat(np.array([street.look for street in streets], np.uint8), pieces),
    )


# Ways ------------------------------------------------------------------------------------------


def _runs(tags: Mapping[str, Any]) -> list[tuple[int, int, str, str]]:
    """What `RUNS` says of an edge; nothing where another program changed it."""
    told: Any = tags.get(RUNS, [])
    try:
        runs = json.loads(told) if isinstance(told, str) else told
        return [(int(way), int(count), str(kind), str(name)) for way, count, kind, name in runs]
    except (TypeError, ValueError):
        return []


def _way_of_each(tags: Mapping[str, Any], pieces: int) -> tuple[int, ...]:
    """The way of each piece along an edge's geometry; -1 unknown."""
    runs = _runs(tags)
    if sum(run[1] for run in runs) == pieces:
        return tuple(way for way, count, _, _ in runs for _ in range(count))
    return (_single(tags),) * pieces


def _single(tags: Mapping[str, Any]) -> int:
    """The one way that an edge is of; -1 where it is of several, or nobody says."""
    # A frame with gaps turns whole numbers into others.
    ids = {str(way).removesuffix(".0") for way in _several(tags.get("osmid"))}
    text = ids.pop() if len(ids) == 1 else ""
    return int(text) if text.isdecimal() and int(text) < 2**63 else -1


def _ways(edges: Iterable[_Edge]) -> Ways:
    """The ways of edges of one way each, and of those that tell of several."""
    known = {run[:1] + run[2:] for edge in edges for run in _runs(edge.tags)}
    known |= {
        (_single(edge.tags), _text(edge.tags.get("highway")), _text(edge.tags.get("name")))
        for edge in edges
    }
    # Of a way told of twice, the most.
    told = sorted((way for way in known if way[0] >= 0), reverse=True)
    return Ways.of(*zip(*told, strict=True)) if told else Ways.of([], [], [])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _excluded(excluded: int, file: str) -> tuple[Problem, ...]:
    if not excluded:
        return ()
    return (
        Problem(
            "edges_excluded",
            f"路网图中有 {excluded} 条边不可步行（高速公路、私有道路等），未使用",
            "无需处理；若不应排除，请检查这些道路的标签",
            "warning",
            file=file,
        ),
    )
