"""The ground around a place as OSM tells it, cut out untouched for a witness to walk on."""

from __future__ import annotations

import gzip
import math
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import shapely
from osmium.filter import IdFilter, KeyFilter
from osmium.osm import NODE, RELATION, WAY

from gdcoverage.geo.lines import Lines
from gdcoverage.network import WalkNetwork
from gdcoverage.network._osm_faults import REFUSALS, refused
from gdcoverage.network._walk_rules import TABLE
from gdcoverage.network._walkable import EXCLUDED

# Ways with one of these keys may be walked on, or in the way of who walks.
WAY_KEYS = ("highway", "railway", "waterway", "natural", "route", "man_made", "public_transport")
# Nodes with one of these may be in the way.
_NODES = ("barrier", "access", "foot", "locked")
# What the rules of either profile ask of ways and nodes.
_ASKED = sorted(
    {rule.key for rules in TABLE.values() for rule in rules}
    | {*EXCLUDED, *WAY_KEYS, *_NODES, "area", "type"}
)
_TILE_DEG = 0.02
_GEOMETRY = osmium.geom.WKBFactory()
# Digits of a line's WKB before its first place, and of a place.
_WKB_HEAD, _WKB_PLACE = 18, 32
# So many ways are looked at together.
_AT_ONCE = 50_000
# More than a way has nodes.
_MOST_PARTS = 10_000
# A degree of latitude is nowhere shorter.
_M_PER_DEG = 110_500.0

# What edges of a graph of the program's own streets are like: bits of `network._ways`.
OWN_LOOK = "look"

Place = tuple[float, float]
Box = tuple[float, float, float, float]


class _Node(NamedTuple):
    ref: int
    lon: float
    lat: float


@dataclass(frozen=True)
class Region:
    """The ground around a place.

    Parameters
    ----------
    place : longitude and latitude; None where there is nothing to visit.
    box : west, south, east, north; degrees, WGS-84.
    kind : ``osm`` (XML), ``graphml`` (of osmnx), or ``own`` (of the program's network).
    fault : why it could not be cut out.
    data : what lies there, as a file of that kind in gzip; empty where nothing does.
    """

    place: Place | None
    box: Box = (0.0, 0.0, 0.0, 0.0)
    kind: Literal["osm", "graphml", "own"] = "osm"
    data: bytes = field(default=b"", repr=False)
    fault: str = ""

    @classmethod
    def around(cls, place: Place | None, metres: float) -> Region:
        """At least so many metres on every side of a place, empty yet."""
        if place is None:
            return cls(None)
        lon, lat = place
        high = metres / _M_PER_DEG
        wide = high / max(math.cos(math.radians(abs(lat) + high)), 0.01)
        return cls(place, (lon - wide, lat - high, lon + wide, lat + high))


class _Cutting:
    """What an OSM file says of a box: its ways, whole, with every tag.

    Parameters
    ----------
    box : west, south, east, north; degrees, WGS-84.
    """

    def __init__(self, box: Box) -> None:
        self.box = box
        self._ways: list[str] = []
        self._nodes: dict[int, str] = {}

    def touches(self, box: Box) -> bool:
        """Whether a box touches this one."""
        west, south, east, north = self.box
        return box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south

    def add(self, way: int, tags: Mapping[str, str], nodes: list[_Node], marked: _Marked) -> None:
        """Put in a way, or an unbroken part of it, with its nodes, some of which bear tags."""
        for ref, lon, lat in nodes:
            if ref not in self._nodes:
                said = _tags(marked.get(ref, {}))
                self._nodes[ref] = f'<node id="{ref}" lon="{lon:.7f}" lat="{lat:.7f}">{said}</node>'
        refs = "".join(f'<nd ref="{node.ref}"/>' for node in nodes)
        self._ways.append(f'<way id="{way}">{refs}{_tags(tags)}</way>')

    def xml(self) -> bytes:
        """The region as an OSM file, empty where there is nothing."""
        if not self._ways:
            return b""
        parts = ('<osm version="0.6">', *self._nodes.values(), *self._ways, "</osm>")
        return _packed("\n".join(parts).encode())


_Marked = Mapping[int, Mapping[str, str]]


def _tags(tags: Mapping[str, str]) -> str:
    # What cannot be printed cannot be XML, and is no word of the rules.
    said = {k: v for k, v in tags.items() if k.isprintable() and v.isprintable()}
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in said.items())


def cut_regions(osm: Path, regions: Sequence[Region]) -> list[Region]:
    """Regions with what an OSM file says of them, cut out in one pass.

    Ways of streets, rails, water and shores come with their nodes and every tag that the rules
    ask for; where nodes are absent a way is in parts. Members of multipolygons that say nothing of
    themselves are told to be what these are. What cannot be read is left out, as the reader of
    streets leaves it out.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.

    Raises
    ------
    InputError : the file cannot be read.
    """
    cuttings = [_Cutting(region.box) for region in regions]
    tiles: dict[tuple[int, int], list[_Cutting]] = {}
    for cutting in cuttings:
        for tile in _tiles(cutting.box):
            tiles.setdefault(tile, []).append(cutting)
    marked: dict[int, dict[str, str]] = {}
    try:
        rims = _rims(osm)
        for way in _ways_near(osm, rims, [cutting.box for cutting in cuttings], marked):
            for number, nodes in enumerate(_parts(way)):
                near = _near(tiles, cuttings, _box_of(nodes))
                if not near:
                    continue
                tags = _sound_tags(way)
                if not tags.keys() & set(WAY_KEYS):
                    tags = rims.get(way.id, {})
                # Parts have numbers that no way has.
                ref = way.id if not number else -(way.id * _MOST_PARTS + number)
                for cutting in near if tags else ():
                    cutting.add(ref, tags, nodes, marked)
    except REFUSALS as error:
        raise refused(osm, error) from error
    return [
        replace(region, data=cutting.xml())
        for region, cutting in zip(regions, cuttings, strict=True)
    ]


def cut_graph(path: Path, regions: Sequence[Region]) -> list[Region]:
    """The same of a graph that osmnx saved as GraphML."""
    import osmnx as ox

    from gdcoverage.network._osmnx import load_graphml

    graph = load_graphml(path)
    if str(graph.graph["crs"]).lower() != "epsg:4326":
        graph = ox.project_graph(graph, to_latlong=True)
    return [replace(region, kind="graphml", data=_part(graph, region.box)) for region in regions]


def cut_network(network: WalkNetwork, regions: Sequence[Region]) -> list[Region]:
    """The same of streets of which nothing else is at hand: only the walking can be checked."""
    return [replace(region, kind="own", data=_own_part(network, region.box)) for region in regions]


def _own_part(network: WalkNetwork, box: Box) -> bytes:
    """The streets and barriers that touch a box, as GraphML."""
    import networkx as nx
    import osmnx as ox

    west, south, east, north = box
    graph = nx.MultiDiGraph(crs="epsg:4326")
    bars = network.barriers
    several = (
        (Lines(bars.lon, bars.lat, bars.start), bars.look, None),
        (network.edge_lines, network.edge_look, (network.edge_u, network.edge_v)),
    )
    for lines, looks, ends in several:
        if not len(looks):
            continue
        first = lines.start[:-1]
        near = np.minimum.reduceat(lines.x, first) <= east
        near &= np.maximum.reduceat(lines.x, first) >= west
        near &= np.minimum.reduceat(lines.y, first) <= north
        near &= np.maximum.reduceat(lines.y, first) >= south
        for at in np.flatnonzero(near).tolist():
            part = slice(lines.start[at], lines.start[at + 1])
            xy = np.column_stack([lines.x[part], lines.y[part]])
            # Ends of barriers are nodes that no street has.
            u, v = (-2 * at - 1, -2 * at - 2) if ends is None else (ends[0][at], ends[1][at])
            for node, (x, y) in ((int(u), xy[0]), (int(v), xy[-1])):
                graph.add_node(node, x=float(x), y=float(y))
            told = {"osmid": at if ends else -1 - at, OWN_LOOK: int(looks[at])}
            graph.add_edge(int(u), int(v), **told, geometry=shapely.LineString(xy))
    if not graph.size():
        return b""
    with tempfile.TemporaryDirectory(prefix="gdcoverage-") as folder:
        path = Path(folder, "region.graphml")
        ox.save_graphml(graph, path)
        return _packed(path.read_bytes())


def _part(graph: Any, box: Box) -> bytes:
    """The edges of a graph that touch a box, as GraphML."""
    import osmnx as ox

    west, south, east, north = box
    near = [
        (u, v, key)
        for u, v, key in graph.edges(keys=True)
        if min(graph.nodes[n]["x"] for n in (u, v)) <= east
        and max(graph.nodes[n]["x"] for n in (u, v)) >= west
        and min(graph.nodes[n]["y"] for n in (u, v)) <= north
        and max(graph.nodes[n]["y"] for n in (u, v)) >= south
    ]
    if not near:
        return b""
    with tempfile.TemporaryDirectory(prefix="gdcoverage-") as folder:
        path = Path(folder, "region.graphml")
        ox.save_graphml(graph.edge_subgraph(near), path)
        return _packed(path.read_bytes())


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def _tiles(box: Box) -> Iterator[tuple[int, int]]:
    west, south, east, north = (int(edge // _TILE_DEG) for edge in box)
    for x in range(west, east + 1):
        for y in range(south, north + 1):
            yield x, y


def _near(
    tiles: Mapping[tuple[int, int], list[_Cutting]],
    cuttings: list[_Cutting],
    box: Box,
) -> list[_Cutting]:
    """Regions that touch a box."""
    if (box[2] - box[0]) * (box[3] - box[1]) > len(tiles) * _TILE_DEG**2:
        return [cutting for cutting in cuttings if cutting.touches(box)]
    found: dict[int, _Cutting] = {}
    for tile in _tiles(box):
        for cutting in tiles.get(tile, ()):
            if cutting.touches(box):
                found[id(cutting)] = cutting
    return list(found.values())


class _Nearby:
    """Finds the ways that may touch some boxes, which few do: looked at by the thousand."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = boxes
        self._found: set[int] = set()
        self._ways: list[int] = []
        self._lines: list[str] = []

    def add(self, way: Any) -> None:
        """Put in a way."""
        try:
            line = _GEOMETRY.create_linestring(way)
        except (osmium.InvalidLocationError, RuntimeError):  # nodes are absent; all are one place
            self._found.add(way.id)
            return
        self._ways.append(way.id)
        self._lines.append(line[_WKB_HEAD:])
        if len(self._ways) >= _AT_ONCE:
            self._look()

    def found(self) -> set[int]:
        """Ids of those that touch a box with all their nodes, or lack some of these."""
        if self._ways:
            self._look()
        return self._found

    def _look(self) -> None:
        size = np.array([len(line) for line in self._lines]) // _WKB_PLACE
        lon, lat = np.frombuffer(bytes.fromhex("".join(self._lines)), "<f8").reshape(-1, 2).T
        first = np.cumsum(size) - size
        low = [np.minimum.reduceat(axis, first) for axis in (lon, lat)]
        high = [np.maximum.reduceat(axis, first) for axis in (lon, lat)]
        near = np.zeros(len(size), bool)
        for west, south, east, north in self._boxes:
            near |= (low[0] <= east) & (high[0] >= west) & (low[1] <= north) & (high[1] >= south)
        self._found.update(np.array(self._ways)[near].tolist())
        self._ways, self._lines = [], []


def _box_of(nodes: list[_Node]) -> Box:
    """Around some nodes."""
    lons, lats = [node.lon for node in nodes], [node.lat for node in nodes]
    return min(lons), min(lats), max(lons), max(lats)


def _parts(way: Any) -> list[list[_Node]]:
    """The nodes of a way, between those that are absent or lie nowhere."""
    parts: list[list[_Node]] = [[]]
    for node in way.nodes:
        place = node.location
        if place.valid():
            parts[-1].append(_Node(node.ref, place.lon, place.lat))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if len(part) > 1]


def _sound_tags(thing: Any) -> dict[str, str]:
    """The tags that the rules ask for; none at all where one of them cannot be read."""
    tags = thing.tags
    try:
        return {key: tags[key] for key in _ASKED if key in tags}
    except UnicodeDecodeError:
        return {}


def _rims(osm: Path) -> dict[int, dict[str, str]]:
    """Ways that are rims of something by a relation, with what that says of itself.

    What is a rim in this way is no ground to walk across.
    """
    told = KeyFilter(*WAY_KEYS)
    told.enable_for(RELATION)
    relations: Any = osmium.FileProcessor(str(osm), RELATION).with_filter(told)
    found: dict[int, dict[str, str]] = {}
    for relation in relations:
        tags = _sound_tags(relation)
        if tags.pop("type", "") == "multipolygon":
            tags.pop("area", None)
            found |= {member.ref: tags for member in relation.members if member.type == "w"}
    return found


def _ways_near(
    osm: Path, rims: Collection[int], boxes: Sequence[Box], marked: dict[int, dict[str, str]]
) -> Iterator[Any]:
    """Ways that may touch a box, with the places of their nodes; rims last.

    Parameters
    ----------
    marked : gets the nodes that may be in the way, before the first way.
    """
    places = osmium.index.create_map("sparse_mem_array")

    def located() -> Any:
        filled = osmium.NodeLocationsForWays(places)
        filled.ignore_errors()
        return filled

    wanted, marks = KeyFilter(*WAY_KEYS), KeyFilter(*_NODES)
    wanted.enable_for(WAY)
    marks.enable_for(NODE)
    nearby = _Nearby(boxes)

    def mark(node: Any) -> None:
        marked[node.id] = _sound_tags(node)

    told: Any = SimpleNamespace(node=mark, way=nearby.add)
    with osmium.io.Reader(str(osm), NODE | WAY) as reader:
        # In this order: the nodes of other ways are never looked up.
        osmium.apply(reader, wanted, located(), marks, told)
    some = nearby.found()
    if some:
        again: Any = osmium.FileProcessor(str(osm), WAY).with_filter(IdFilter(some))
        yield from again.with_filter(located())
    if rims:
        bare: Any = osmium.FileProcessor(str(osm), WAY).with_filter(IdFilter(rims))
        for way in bare.with_filter(located()):
            if not any(key in way.tags for key in WAY_KEYS):
                yield way
