"""The streets of a region as osmnx reads them, for walks that share no code with the program's."""

from __future__ import annotations

import gzip
import tempfile
import threading
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import osmnx as ox
import shapely
from pyproj import Geod, Transformer

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.network._walk_rules import Verdict
from gdcoverage.verify._region import WAY_KEYS, Region
from gdcoverage.verify._rules import Rules

GEOD = Geod(ellps="WGS84")
# osmnx's settings are the whole process's.
_SETTINGS = threading.Lock()

# Open ground with more places on its rim is walked along the rim alone.
MOST_PLACES = 150

Node = Hashable
Piece = tuple[Node, Node]


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

    pieces: Sequence[Piece]
    degrees: Floats
    lines: Objects
    metres: Floats
    stretch: Ints
    joinable: Bools
    certain: Bools
    barriers: Objects
    water: Objects
    plane: Transformer

    @cached_property
    def tree(self) -> shapely.STRtree:
        """To find the pieces near a place."""
        return shapely.STRtree(self.lines)

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
        ox.settings.useful_tags_way = sorted({*rules.way_keys, *WAY_KEYS})
        ox.settings.useful_tags_node = sorted(rules.node_keys)
        try:
            yield
        finally:
            ox.settings.useful_tags_way, ox.settings.useful_tags_node = before


def ground_of(
    graph: nx.MultiDiGraph,
    rules: Rules,
    place: tuple[float, float],
    smallest_m: float,
    *,
    whole_rims: bool = True,
) -> Ground:
    """The ground around a place.

    Parameters
    ----------
    graph : osmnx's, in degrees; not simplified, or simplified with shapes.
    place : longitude and latitude of its middle.
    smallest_m : connected streets of less than this are not joined, metres.
    whole_rims : whether shores go all around water; in a graph they are edges by themselves.
    """
    plane = Transformer.from_crs(
        4326, f"+proj=aeqd +lon_0={place[0]} +lat_0={place[1]} +ellps=WGS84", always_xy=True
    )
    at = {node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    shut = {node for node, data in graph.nodes(data=True) if rules.stops(_texts(data))}
    streets, areas = _Streets(), dict[Any, tuple[_Look, list[Piece]]]()
    barriers, rims = dict[Any, list[Piece]](), set[Any]()
    said = _Sayings(rules)
    for u, v, data in _each_way_once(graph):
        told, way = [said.of(tags) for tags in _readings(data)], str(data.get("osmid"))
        run = _run(u, v, data, at)
        walked = [one.walked for one in told]
        if None not in walked:
            look = _Look(any(one.lifted for one in told), Verdict.DOUBTFUL in walked)
            streets.add(run, look, way)
            if any(one.open_ground for one in told):
                areas.setdefault(way, (look, []))[1].extend(run)
        elif not any(one is not None for one in walked) and any(one.barrier for one in told):
            barriers.setdefault(way, []).extend(run)
            rims |= {way} if whole_rims and any(one.shore for one in told) else set()
    places = streets.meetings() - shut
    for way, (look, run) in areas.items():
        streets.add(_across(run, at, places), look, way)
    return _settled(streets.best, shut, at, plane, smallest_m, _lines(barriers, at, plane, rims))


def _each_way_once(graph: nx.MultiDiGraph) -> Iterator[tuple[Node, Node, dict[str, Any]]]:
    """The edges; of those that go there and back along one way, straight, only one."""
    seen = set()
    for u, v, data in graph.edges(data=True):
        key = frozenset((u, v)), str(data.get("osmid"))
        if data.get("geometry") is None:
            if key in seen:
                continue
            seen.add(key)
        yield u, v, data


class _Said(NamedTuple):
    """What the rules say of some tags."""

    walked: Verdict | None
    lifted: bool
    open_ground: bool
    barrier: bool
    shore: bool


class _Sayings:
    """What the rules say, asked once of the same tags."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[frozenset[tuple[str, str]], _Said] = {}

    def of(self, tags: dict[str, str]) -> _Said:
        """What they say of some tags."""
        key, rules = frozenset(tags.items()), self._rules
        if key not in self._known:
            self._known[key] = _Said(
                rules.walked(tags),
                not rules.stepped_onto(tags),
                rules.open_ground(tags),
                rules.barrier(tags),
                rules.shore(tags),
            )
        return self._known[key]


class _Look(NamedTuple):
    """What a piece is like; of several ways along it the least of these counts."""

    lifted: bool
    doubtful: bool


class _Streets:
    """Pieces, each once, and the ways that have been along them."""

    def __init__(self) -> None:
        self.best: dict[frozenset[Node], tuple[_Look, Piece]] = {}
        self._ways: dict[Node, set[Any]] = {}

    def add(self, run: list[Piece], look: _Look, way: Any) -> None:
        """Put in the pieces of a way."""
        for piece in run:
            key = frozenset(piece)
            if len(key) == 2 and (key not in self.best or look < self.best[key][0]):
                self.best[key] = (look, piece)
            for node in piece:
                self._ways.setdefault(node, set()).add(way)

    def meetings(self) -> set[Node]:
        """Nodes of more than one way."""
        return {node for node, ways in self._ways.items() if len(ways) > 1}


def _texts(data: dict[str, Any]) -> dict[str, str]:
    """Tags of a node."""
    return {key: str(value) for key, value in data.items() if key not in ("x", "y")}


def _readings(data: dict[str, Any]) -> list[dict[str, str]]:
    """Tags of an edge; of one that simplifying made of several ways, all that each may have."""
    known = {k: v for k, v in data.items() if k not in ("geometry", "length") and v is not None}
    if not set(WAY_KEYS) & set(known):
        # An edge of a graph is a street if it does not say what it is.
        known["highway"] = "road"
    several = {key: value if isinstance(value, list) else [value] for key, value in known.items()}
    several["osmid"] = [""]
    return [
        dict(zip(several, map(str, values), strict=True)) for values in product(*several.values())
    ]


def _run(
    u: Node, v: Node, data: dict[str, Any], at: dict[Node, tuple[float, float]]
) -> list[Piece]:
    """The straight pieces of an edge; places inside its shape become nodes of their own."""
    shape = data.get("geometry")
    if shape is None:
        return [(u, v)]
    first, *inner, _ = [tuple(xy) for xy in shapely.get_coordinates(shape).tolist()]
    nodes: list[Node] = [(frozenset((u, v)), xy) for xy in inner]
    at.update(zip(nodes, inner, strict=True))
    # Its shape may run from either end.
    start, end = (u, v) if _apart(first, at[u]) <= _apart(first, at[v]) else (v, u)
    return list(pairwise([start, *nodes, end]))


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _across(
    run: list[Piece], at: dict[Node, tuple[float, float]], places: set[Node]
) -> list[Piece]:
    """Straight ways across open ground, between the places where streets meet its rim."""
    rim = {frozenset(piece): piece for piece in run}
    shapes = shapely.polygonize([_line(piece, at) for piece in rim.values()]).geoms
    meeting = sorted(places & {node for piece in run for node in piece}, key=str)
    if len(shapes) != 1 or len(meeting) > MOST_PLACES:
        return []
    return [pair for pair in combinations(meeting, 2) if shapes[0].covers(_line(pair, at))]


def _line(piece: Piece, at: dict[Node, tuple[float, float]]) -> shapely.LineString:
    return shapely.LineString([at[piece[0]], at[piece[1]]])


def _lines(
    barriers: dict[Any, list[Piece]],
    at: dict[Node, tuple[float, float]],
    plane: Transformer,
    rims: set[Any],
) -> tuple[Objects, Objects]:
    """Barriers on the plane, and the water that has a rim."""
    barriers = {way: list({frozenset(p): p for p in run}.values()) for way, run in barriers.items()}
    run = [piece for pieces in barriers.values() for piece in pieces]
    ends = np.array([[*at[a], *at[b]] for a, b in run], float).reshape(-1, 4)
    xy = np.column_stack([*plane.transform(*ends[:, :2].T), *plane.transform(*ends[:, 2:].T)])
    lines = np.asarray(shapely.linestrings(xy.reshape(-1, 2, 2)), object)
    way = np.repeat(np.arange(len(barriers)), [len(pieces) for pieces in barriers.values()])
    closed = [number for number, name in enumerate(barriers) if name in rims]
    water = [shapely.polygonize(lines[way == number]).geoms for number in closed]
    return lines, np.array([shape for shapes in water for shape in shapes], object)


def _settled(
    best: dict[frozenset[Node], tuple[_Look, Piece]],
    shut: set[Node],
    at: dict[Node, tuple[float, float]],
    plane: Transformer,
    smallest_m: float,
    bars: tuple[Objects, Objects],
) -> Ground:
    looks = [look for look, _ in best.values()]
    degrees = np.array([[*at[a], *at[b]] for _, (a, b) in best.values()], float).reshape(-1, 4)
    metres = np.asarray(GEOD.inv(*degrees.T)[2])
    # Nobody passes a shut node: each street that ends there has an end of its own.
    pieces = [
        ((a, number) if a in shut else a, (b, number) if b in shut else b)
        for number, (_, (a, b)) in enumerate(best.values())
    ]
    meeting: dict[Node, list[int]] = {}
    for number, ends in enumerate(pieces):
        for node in ends:
            meeting.setdefault(node, []).append(number)
    runs, linked = nx.Graph(), nx.Graph()
    runs.add_nodes_from(range(len(pieces)))
    for numbers in meeting.values():
        nx.add_path(linked, numbers)
        if len(numbers) == 2 and looks[numbers[0]] == looks[numbers[1]]:
            runs.add_edge(*numbers)
    stretch = np.zeros(len(pieces), np.int64)
    for number, run in enumerate(nx.connected_components(runs)):
        stretch[list(run)] = number
    joinable = np.array([not look.lifted for look in looks], bool)
    for group in nx.connected_components(linked):
        if metres[list(group)].sum() < smallest_m:
            joinable[list(group)] = False
    xy = np.column_stack([*plane.transform(*degrees[:, :2].T), *plane.transform(*degrees[:, 2:].T)])
    certain = np.array([not look.doubtful for look in looks], bool)
    lines = shapely.linestrings(xy.reshape(-1, 2, 2))
    return Ground(pieces, degrees, lines, metres, stretch, joinable, certain, *bars, plane)
