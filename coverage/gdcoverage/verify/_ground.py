"""The streets of a region as osmnx reads them, for walks that share no code with the program's."""

from __future__ import annotations

import gzip
import tempfile
import threading
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx as ox
import shapely
from pyproj import Geod, Transformer

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.network._walk_rules import Verdict
from gdcoverage.verify._region import Region
from gdcoverage.verify._rules import Rules

GEOD = Geod(ellps="WGS84")
# osmnx's settings are the whole process's.
_SETTINGS = threading.Lock()

Node = Hashable


@dataclass(frozen=True, eq=False)
class Ground:
    """Straight pieces of street on a plane around a place, and what bars the way to them.

    Parameters
    ----------
    pieces : the two nodes of each.
    degrees : (pieces, 4), lon and lat of one end and of the other.
    lines : the pieces on the plane.
    metres : length of each, on the ellipsoid.
    stretch : number of the run of street, from crossing to crossing, that each is of.
    joinable : which of them points may join.
    certain : which are no street in doubt.
    barriers : lines on the plane that no leg crosses.
    water : polygons among them; a point within one is not barred by its rim.
    plane : from degrees to the plane.
    """

    pieces: Sequence[tuple[Node, Node]]
    degrees: Floats
    lines: Objects
    metres: Floats
    stretch: Ints
    joinable: Bools
    certain: Bools
    barriers: Objects
    water: Objects
    plane: Transformer

    def graph(self) -> nx.Graph:
        """The streets, with ``length`` in metres."""
        graph = nx.Graph()
        for (a, b), metres in zip(self.pieces, self.metres.tolist(), strict=True):
            graph.add_edge(a, b, length=metres)
        return graph


def read_graph(region: Region, rules: Rules) -> nx.MultiDiGraph:
    """What osmnx makes of a region, with every tag that the rules ask for."""
    with tempfile.TemporaryDirectory(prefix="gdcoverage-") as folder:
        path = Path(folder, "region")
        path.write_bytes(gzip.decompress(region.data))
        if region.kind != "osm":
            return ox.load_graphml(path)
        with _tags_kept(rules):
            return ox.graph_from_xml(path, bidirectional=True, simplify=False, retain_all=True)


@contextmanager
def _tags_kept(rules: Rules) -> Iterator[None]:
    with _SETTINGS:
        before = ox.settings.useful_tags_way, ox.settings.useful_tags_node
        ox.settings.useful_tags_way = sorted(rules.way_keys)
        ox.settings.useful_tags_node = sorted(rules.node_keys)
        try:
            yield
        finally:
            ox.settings.useful_tags_way, ox.settings.useful_tags_node = before


def ground_of(
    graph: nx.MultiDiGraph, rules: Rules, place: tuple[float, float], smallest_m: float
) -> Ground:
    """The ground around a place.

    Parameters
    ----------
    graph : osmnx's, in degrees; not simplified, or simplified with shapes.
    place : longitude and latitude of its middle.
    smallest_m : connected streets of less than this are not joined, metres.
    """
    plane = Transformer.from_crs(
        4326, f"+proj=aeqd +lon_0={place[0]} +lat_0={place[1]} +ellps=WGS84", always_xy=True
    )
    at = {node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    shut = {node for node, data in graph.nodes(data=True) if rules.stops(_texts(data))}
    best: dict[frozenset[Node], tuple[bool, bool, tuple[Node, Node]]] = {}
    barriers: dict[Any, list[tuple[Node, Node]]] = {}
    areas: dict[Any, list[tuple[Node, Node]]] = {}
    rims: set[Any] = set()
    for u, v, data in graph.edges(data=True):
        tags, way = _texts(data), str(data.get("osmid"))
        run = _run(u, v, data, at)
        walked = rules.walked(tags)
        if walked is None:
            if rules.barrier(tags):
                barriers.setdefault(way, []).extend(run)
                rims |= {way} if rules.shore(tags) else set()
            continue
        if rules.open_ground(tags):
            areas.setdefault(way, []).extend(run)
        look = walked == Verdict.DOUBTFUL, not rules.stepped_onto(tags)
        for piece in run:
            key = frozenset(piece)
            if len(key) == 2 and (key not in best or look < best[key][:2]):
                best[key] = (*look, piece)
    for piece, look in _across(areas, at, best):
        best.setdefault(frozenset(piece), (*look, piece))
    return _settled(best, shut, at, plane, smallest_m, _lines(barriers, at, plane, rims))


def _texts(data: dict[str, Any]) -> dict[str, str]:
    """Tags of an edge or node; of several values of simplified ways, all."""
    return {
        key: ";".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in data.items()
        if key not in ("geometry", "length", "x", "y") and value is not None
    }


def _run(
    u: Node, v: Node, data: dict[str, Any], at: dict[Node, tuple[float, float]]
) -> list[tuple[Node, Node]]:
    """The straight pieces of an edge; places inside its shape become nodes of their own."""
    shape = data.get("geometry")
    if shape is None:
        return [(u, v)]
    inner = [tuple(xy) for xy in shapely.get_coordinates(shape)[1:-1].tolist()]
    ends = frozenset((u, v))
    nodes: list[Node] = [(ends, xy) for xy in inner]
    at.update(zip(nodes, inner, strict=True))
    first = shapely.get_coordinates(shape)[0]
    # Its shape may run from either end.
    near_u, near_v = (np.hypot(*(first - np.array(at[end]))) for end in (u, v))
    start, end = (u, v) if near_u <= near_v else (v, u)
    return list(pairwise([start, *nodes, end]))


def _across(
    areas: dict[Any, list[tuple[Node, Node]]],
    at: dict[Node, tuple[float, float]],
    streets: dict[frozenset[Node], Any],
) -> Iterator[tuple[tuple[Node, Node], tuple[bool, bool]]]:
    """Straight ways across open ground, between the places where streets meet its rim."""
    for run in areas.values():
        rim = {frozenset(piece) for piece in run}
        on_rim = {node for piece in rim for node in piece}
        (shape, *more) = shapely.polygonize(
            [shapely.LineString([at[a], at[b]]) for a, b in map(tuple, rim)]
        ).geoms or (None,)
        if shape is None or more:
            continue
        meeting = {node for key in streets if key not in rim for node in key if node in on_rim}
        look = max(streets[piece][:2] for piece in rim)
        for pair in combinations(sorted(meeting, key=str), 2):
            line = shapely.LineString([at[pair[0]], at[pair[1]]])
            if frozenset(pair) not in rim and shape.covers(line):
                yield pair, look


def _lines(
    barriers: dict[Any, list[tuple[Node, Node]]],
    at: dict[Node, tuple[float, float]],
    plane: Transformer,
    rims: set[Any],
) -> tuple[Objects, Objects]:
    """Barriers on the plane, and the water that has a rim."""
    lines, water = [], []
    for way, run in barriers.items():
        pieces = [
            shapely.LineString([plane.transform(*at[a]), plane.transform(*at[b])])
            for a, b in {frozenset(piece): piece for piece in run}.values()
        ]
        lines += pieces
        if way in rims:
            water += list(shapely.polygonize(pieces).geoms)
    return np.array(lines, object), np.array(water, object)


def _settled(
    best: dict[frozenset[Node], tuple[bool, bool, tuple[Node, Node]]],
    shut: set[Node],
    at: dict[Node, tuple[float, float]],
    plane: Transformer,
    smallest_m: float,
    bars: tuple[Objects, Objects],
) -> Ground:
    looks = [(doubtful, lifted) for doubtful, lifted, _ in best.values()]
    degrees = np.array([[*at[a], *at[b]] for _, _, (a, b) in best.values()], float).reshape(-1, 4)
    metres = np.asarray(GEOD.inv(*degrees.T)[2])
    # Nobody passes a shut node: each street that ends there has an end of its own.
    pieces = [
        ((a, number) if a in shut else a, (b, number) if b in shut else b)
        for number, (_, _, (a, b)) in enumerate(best.values())
    ]
    meeting: dict[Node, list[int]] = {}
    for number, ends in enumerate(pieces):
        for node in ends:
            meeting.setdefault(node, []).append(number)
    runs, linked = nx.Graph(), nx.Graph()
    runs.add_nodes_from(range(len(pieces)))
    for numbers in meeting.values():
        linked.add_nodes_from(numbers)
        nx.add_path(linked, numbers)
        if len(numbers) == 2 and looks[numbers[0]] == looks[numbers[1]]:
            runs.add_edge(*numbers)
    stretch = np.zeros(len(pieces), np.int64)
    for number, run in enumerate(nx.connected_components(runs)):
        stretch[list(run)] = number
    joinable = np.array([not lifted for _, lifted in looks], bool)
    for group in nx.connected_components(linked):
        if metres[list(group)].sum() < smallest_m:
            joinable[list(group)] = False
    xy = np.column_stack([*plane.transform(*degrees[:, :2].T), *plane.transform(*degrees[:, 2:].T)])
    return Ground(
        pieces,
        degrees,
        shapely.linestrings(xy.reshape(-1, 2, 2)),
        metres,
        stretch,
        joinable,
        np.array([not doubtful for doubtful, _ in looks], bool),
        *bars,
        plane,
    )
