"""The ground around a place as OSM tells it, cut out untouched for a witness to walk on."""

from __future__ import annotations

import gzip
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import shapely
from osmium.filter import KeyFilter
from osmium.osm import NODE, RELATION, WAY

from gdcoverage.geo.lines import Lines
from gdcoverage.network import WalkNetwork
from gdcoverage.problems import unusable

# Ways with one of these keys may be walked on, or in the way of who walks.
WAY_KEYS = ("highway", "railway", "waterway", "natural", "route", "man_made", "public_transport")
# Nodes with one of these may be in the way.
_NODES = ("barrier", "access", "foot", "locked")
_TILE_DEG = 0.02
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
    data : what lies there, as a file of that kind in gzip; empty where nothing does.
    """

    place: Place | None
    box: Box = (0.0, 0.0, 0.0, 0.0)
    kind: Literal["osm", "graphml", "own"] = "osm"
    data: bytes = field(default=b"", repr=False)

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

    def touches(self, nodes: list[_Node]) -> bool:
        """Whether the box around these nodes touches this one."""
        west, south, east, north = self.box
        lons, lats = [node.lon for node in nodes], [node.lat for node in nodes]
        across = min(lons) <= east and max(lons) >= west
        return across and min(lats) <= north and max(lats) >= south

    def add(self, way: int, tags: dict[str, str], nodes: list[_Node], marked: _Marked) -> None:
        """Put in a way with its nodes, some of which bear tags."""
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
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def cut_regions(osm: Path, regions: Sequence[Region]) -> list[Region]:
    """Regions with what an OSM file says of them, cut out in one pass.

    Ways of streets, rails, water and shores come with their nodes and all tags. Members of
    multipolygons that say nothing of themselves are told to be what these are.

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
        for thing in _objects(osm):
            if thing.is_node():
                marked[thing.id] = dict(thing.tags)
                continue
            nodes = [
                _Node(node.ref, node.location.lon, node.location.lat)
                for node in thing.nodes
                if node.location.valid()
            ]
            near = _near(tiles, nodes)
            if not near:
                continue
            tags = dict(thing.tags)
            if not any(key in tags for key in WAY_KEYS):
                if thing.id not in rims:
                    continue
                tags = rims[thing.id]
            for cutting in near:
                if cutting.touches(nodes):
                    cutting.add(thing.id, tags, nodes, marked)
    except (RuntimeError, ValueError, UnicodeDecodeError) as error:
        raise unusable(
            "osm_unreadable",
            f"抽查步行路线时路网文件无法读取（{error}）",
            "请使用完整的 .osm.pbf 或 .osm 文件",
            file=osm.name,
        ) from error
    return [
        replace(region, data=cutting.xml())
        for region, cutting in zip(regions, cuttings, strict=True)
    ]


def cut_graph(path: Path, regions: Sequence[Region]) -> list[Region]:
    """The same of a graph that osmnx saved as GraphML."""
    import osmnx as ox

    graph = ox.load_graphml(path)
    if graph.graph.get("crs", "epsg:4326").lower() != "epsg:4326":
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


def _near(tiles: Mapping[tuple[int, int], list[_Cutting]], nodes: list[_Node]) -> list[_Cutting]:
    """Regions that a line through these nodes may touch."""
    if len(nodes) < 2:
        return []
    lons, lats = [node.lon for node in nodes], [node.lat for node in nodes]
    found: dict[int, _Cutting] = {}
    for tile in _tiles((min(lons), min(lats), max(lons), max(lats))):
        for cutting in tiles.get(tile, ()):
            found[id(cutting)] = cutting
    return list(found.values())


def _rims(osm: Path) -> dict[int, dict[str, str]]:
    """Ways that are rims of something by a relation, with what that says of itself.

    What is a rim in this way is no ground to walk across.
    """
    told = KeyFilter(*WAY_KEYS)
    told.enable_for(RELATION)
    relations: Any = osmium.FileProcessor(str(osm), RELATION).with_filter(told)
    found: dict[int, dict[str, str]] = {}
    for relation in relations:
        tags = dict(relation.tags)
        if tags.pop("type", "") == "multipolygon":
            tags.pop("area", None)
            found |= {member.ref: tags for member in relation.members if member.type == "w"}
    return found


def _objects(osm: Path) -> Iterator[Any]:
    """Nodes that may be in the way, then ways with the places of their nodes."""
    places = osmium.NodeLocationsForWays(osmium.index.create_map("sparse_mem_array"))
    places.ignore_errors()
    marked = KeyFilter(*_NODES)
    marked.enable_for(NODE)
    yield from osmium.FileProcessor(str(osm), NODE | WAY).with_filter(places).with_filter(marked)
