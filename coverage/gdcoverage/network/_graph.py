"""Street segments from an osmnx graph: every shape put right and checked, each street once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import networkx as nx
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats
from gdcoverage.geo.ellipsoid import short_m
from gdcoverage.network._compact import Segments
from gdcoverage.network._graph_faults import degrees, faults_of, joins, require_places
from gdcoverage.network._graph_ground import across
from gdcoverage.network._graph_tags import (
    Attributes,
    barriers_kept,
    ground_uncrossed,
    judged,
    stopping,
    tags_absent,
    told_of,
    way_of_each,
    ways_of,
)
from gdcoverage.network._profile import Profile
from gdcoverage.network._ways import BARRIER, WATER, Barriers, Ways
from gdcoverage.problems import Problem


@dataclass(frozen=True)
class _Edge:
    """An edge that is walked on, or a barrier; `xy` is its geometry, in the CRS of the graph."""

    u: int
    v: int
    tags: Attributes
    xy: Floats
    look: int


class _Line(NamedTuple):
    """An edge from its lower node.

    Parameters
    ----------
    u, v : its nodes.
    key, inner : its own shape points, as bytes and as degrees.
    look : bits of `_ways`.
    way : id of the way of each piece; -1 unknown.
    ahead : its way runs as it does, as far as the graph says.
    """

    u: int
    v: int
    key: bytes
    look: int
    way: tuple[int, ...]
    ahead: bool
    inner: Floats


class Read(NamedTuple):
    """What a graph holds: streets as pieces, their ways, barriers, and what there is to say."""

    segments: Segments
    ways: Ways
    barriers: Barriers
    problems: tuple[Problem, ...]


def read_graph(
    graph: nx.MultiDiGraph | nx.MultiGraph, profile: Profile = "walk", file: str = "osmnx"
) -> Read:
    """Every walkable edge of a graph as straight pieces, each street once, and every barrier.

    Shape points inside an edge become nodes of that edge alone, so that streets which cross
    without a common node stay apart. The two directions of a street are one. A geometry may run
    either way between its ends, as it does in an undirected graph. Where simplifying made one
    edge of several ways, which piece is of which is unknown, except in graphs of ours (`RUNS`);
    the edge is walked on if all its ways are.

    Returns
    -------
    Among the problems: edges that may not be walked on and edges whose geometry does not join
    their nodes (both are left out), edges that are not as long as the graph says, and tags that
    the rules look at and the graph does not carry.

    Raises
    ------
    InputError : no CRS, or one that is unknown; nodes without a place on earth or a number.
    """
    require_places(graph, file)
    found = [(u, v, tags, judged(tags, profile)) for u, v, tags in graph.edges(data=True)]
    edges = [
        _Edge(u, v, tags, _coordinates(tags.get("geometry")), said.obstacle or said.look or 0)
        for u, v, tags, said in found
        if said.look is not None or said.obstacle
    ]
    node_ids = np.array(sorted({end for edge in edges for end in (edge.u, edge.v)}), np.int64)
    xy = np.array([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in node_ids.tolist()], float)
    every = np.concatenate([xy.reshape(-1, 2), *(edge.xy for edge in edges)])
    places = degrees(graph.graph["crs"], every, file)
    place = dict(zip(node_ids.tolist(), places, strict=False))
    first = len(node_ids) + np.cumsum([0, *(len(edge.xy) for edge in edges)])
    joined = [
        _joined(edge, places[start:stop], place)
        for edge, start, stop in zip(edges, first[:-1].tolist(), first[1:].tolist(), strict=True)
    ]
    lines, gaps = [line for line, _ in joined], [gap for _, gap in joined]
    ends, stated = [(e.u, e.v) for e in edges], (e.tags.get("length") for e in edges)
    faults = faults_of(ends, gaps, _metres(lines, place), stated, file)
    fit = {line[:6]: line for line, gap in zip(lines, gaps, strict=True) if joins(gap)}.values()
    barred = _each_once(line for line in fit if line.look & BARRIER)
    streets = [line for line in fit if not line.look & BARRIER]
    stops = stopping(graph, profile)
    grounds = {way_of_each(tags, 1)[0] for _, _, tags, said in found if said.open_ground}
    straight, uncrossed = _across(streets, grounds, place, stops)
    return Read(
        _segments(_each_once([*streets, *straight]), place, stops),
        ways_of(edge.tags for edge in edges),
        _barriers(barred, place, barriers_kept(graph, file)),
        (
            *told_of((said for *_, said in found), file),
            *faults,
            *ground_uncrossed(uncrossed, file),
            *tags_absent(graph, profile, file),
        ),
    )


def _coordinates(geometry: object) -> Floats:
    """Shape points of a geometry; none where there is none, a single one where it is no line."""
    if not isinstance(geometry, BaseGeometry):
        return np.empty((0, 2))
    several = geometry.geom_type != "LineString"
    line = shapely.line_merge(geometry) if several else geometry
    if line.geom_type == "LineString":
        return shapely.get_coordinates(line)
    return shapely.get_coordinates(geometry)[:1]


def _joined(edge: _Edge, drawn: Floats, place: Mapping[int, Floats]) -> tuple[_Line, float]:
    """An edge from its lower node, and how many metres its geometry ends from its nodes."""
    ends = np.array([place[edge.u], place[edge.v]])
    drawn = drawn if len(drawn) else ends
    # A loop fits both ways.
    loop = bool((ends[0] == ends[1]).all())
    gap = _apart(drawn[[0, -1]], ends)
    back = math.inf if loop or not gap else _apart(drawn[[-1, 0]], ends)
    inner = drawn[1:-1]
    way = way_of_each(edge.tags, len(inner) + 1)
    turned = (edge.u > edge.v) != (back < gap)
    if loop:  # the same one of both, however the graph has it
        turned = (_key(inner[::-1]), way[::-1]) < (_key(inner), way)
    if turned:
        inner, way = inner[::-1], way[::-1]
    low, high = sorted((edge.u, edge.v))
    gap = min(gap, back) if len(drawn) > 1 else math.inf
    ahead = turned == (str(edge.tags.get("reversed")) == "True")
    return _Line(low, high, _key(inner), edge.look, way, ahead, inner), gap


def _apart(one: Floats, other: Floats) -> float:
    """The larger of the distances between two pairs of points, metres."""
    return 0.0 if (one == other).all() else float(short_m(*one.T, *other.T).max())


def _whole(line: _Line, place: Mapping[int, Floats]) -> Floats:
    return np.concatenate([place[line.u][None], line.inner, place[line.v][None]])


def _metres(lines: list[_Line], place: Mapping[int, Floats]) -> Floats:
    """Length of each line."""
    whole = np.concatenate([np.empty((0, 2)), *(_whole(line, place) for line in lines)])
    first = np.cumsum([0, *(len(line.inner) + 2 for line in lines)])
    run = np.concatenate([[0.0], short_m(*whole[:-1].T, *whole[1:].T).cumsum()])
    return run[first[1:] - 1] - run[first[:-1]]


def _key(inner: Floats) -> bytes:
    """What tells shapes apart: points to the tenth of a millimetre."""
    return (np.round(inner, 9) + 0.0).tobytes() if len(inner) else b""


def _each_once(lines: Iterable[_Line]) -> list[_Line]:
    """Of several ways along one line the one that looks best, then the lowest id that is known."""
    once: dict[tuple[int, int, bytes], _Line] = {}
    for line in sorted(lines, key=lambda s: (*s[:4], -1 in s.way, *s[4:6])):
        once.setdefault(line[:3], line)
    return list(once.values())


def _across(
    streets: list[_Line], grounds: set[int], place: Mapping[int, Floats], stops: set[int]
) -> tuple[list[_Line], int]:
    """Lines across open ground, by the ids of its ways, and how many grounds one walks around."""
    met: dict[int, set[int]] = {}
    rims: dict[int, list[_Line]] = {way: [] for way in grounds}
    for street in streets:
        for end in street[:2]:
            met.setdefault(end, set()).update(street.way)
        for way in rims.keys() & set(street.way):
            rims[way].append(street)
    lines, uncrossed = list[_Line](), 0
    for way, rim in rims.items():
        nodes = {end for side in rim for end in side[:2]} - stops
        places = [node for node in nodes if len(met[node]) > 1]
        pairs = across([(s.u, s.v, s.inner) for s in rim], place, places) if way >= 0 else None
        uncrossed += pairs is None
        lines += [_Line(u, v, b"", rim[0].look, (way,), True, _NOTHING) for u, v in pairs or ()]
    return lines, uncrossed


_NOTHING = np.empty((0, 2))


def _segments(streets: list[_Line], place: Mapping[int, Floats], stops: set[int]) -> Segments:
    """Streets as pieces; the nodes of the graph come first, then the points of each shape.

    A node that nobody walks past is one of its own for each street that ends there.
    """
    ids = sorted({end for street in streets for end in street[:2]} - stops)
    position = {node: i for i, node in enumerate(ids)}
    places, a, b = [place[node] for node in ids], list[int](), list[int]()
    alone: list[tuple[int, bool, int]] = []
    for street in streets:
        inner = range(len(places), len(places) + len(street.inner))
        places += [*street.inner]
        ends = []
        for node, way, onward in (
            (street.u, street.way[0], street.ahead),
            (street.v, street.way[-1], not street.ahead),
        ):
            if node in stops:
                alone.append((-way, not onward, len(places)))
                places.append(place[node])
            ends.append(position.get(node, len(places) - 1))
        chain = [ends[0], *inner, ends[1]]
        a += chain[:-1]
        b += chain[1:]
    lon, lat = np.array(places).reshape(-1, 2).T.copy()
    number = np.arange(len(ids) - len(places), 0)
    number = np.concatenate([np.array(ids, np.int64), number])
    # Where several lie at one place their numbers order them, as `severed` does those of a file.
    for rank, (*_, at) in enumerate(sorted(alone)):
        number[at] = rank - len(places) - len(alone)
    pieces = [len(street.way) for street in streets]
    return Segments(
        number,
        *(lon, lat),
        *(np.array(a, np.int64), np.array(b, np.int64)),
        np.array([way for street in streets for way in street.way], np.int64),
        np.repeat(np.array([street.look for street in streets], np.uint8), pieces),
    )


def _barriers(
    barred: list[_Line], place: Mapping[int, Floats], kept: list[tuple[int, Floats]]
) -> Barriers:
    """The barriers that a graph of ours keeps, then those among its edges."""
    known = list(kept)
    for line in sorted(barred, key=lambda s: (s.way, *s[:3])):
        closed = line.u == line.v
        look = line.look if closed else line.look & ~WATER
        known.append((look, _whole(line, place)))
    lon, lat = np.concatenate([np.empty((0, 2)), *(line for _, line in known)]).T.copy()
    start = np.cumsum([0, *(len(line) for _, line in known)])
    return Barriers(start, lon, lat, np.array([look for look, _ in known], np.uint8))
