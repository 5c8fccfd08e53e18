"""Walkable streets and named places from an OSM file (.osm.pbf, .osm), read by pyosmium."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.filter import KeyFilter
from osmium.osm import NODE, WAY

from gdcoverage.geo import ellipsoid
from gdcoverage.geo.areas import Areas
from gdcoverage.network._compact import Segments
from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, Damage, refused
from gdcoverage.network._walkable import is_walkable
from gdcoverage.network._ways import BARRIER, WATER, Barriers, Ways
from gdcoverage.problems import Problem, unusable

# Nodes of ways in the order of the file; `joined` says that a piece of the way leads to the next,
# `way` and `look` (bits of `_ways`) what way. On disk a node takes 26 bytes, in memory no object.
WAY_NODE = np.dtype(
    [
        ("ref", np.int64),
        ("x", np.int32),
        ("y", np.int32),
        ("joined", np.bool_),
        ("look", np.uint8),
        ("way", np.int64),
    ]
)
WayNodes = NDArray[np.void]

DEGREE = 10_000_000  # OSM's coordinates are whole numbers of 1e-7 degrees
# Way nodes held at once; a file of any size passes through this much memory.
_BATCH = 1_000_000
# libosmium's mark for a node that the file refers to and does not hold.
_ABSENT = 2**31 - 1
# Degrees of latitude and longitude end here.
_LAT_END, _LON_END = 90 * DEGREE, 180 * DEGREE
# No street goes so far without a bend: one of the two nodes is somewhere else.
_LONGEST_PIECE_M = 50_000.0
# A shorter step in both directions is a shorter piece, anywhere on earth.
_SURELY_SHORT = int(0.3 * DEGREE)
# Where libosmium keeps the places of nodes: 16 bytes each, and no room for ids that the file
# does not use.
_NODE_INDEX = "sparse_mem_array"

Place = tuple[str, str, float, float]


class StreetReader:
    """One pass over an OSM file; when it is over, what was met on the way is known.

    Parameters
    ----------
    path : ``.osm.pbf`` or ``.osm``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._absent = np.empty(0, np.int64)
        self._broken_ways = 0
        self._damage = Damage()
        self._pieces = 0
        self._ways = array("q")
        self._highways: list[str] = []
        self._names: list[str] = []

    def __iter__(self) -> Iterator[WayNodes]:
        """The walkable ways in batches of `WAY_NODE`.

        A way is broken where a node is absent, or lies nowhere on earth; what lies on either
        side of the hole stays.

        Raises
        ------
        InputError : the file is missing, empty, not OSM, damaged, or holds no walkable street.
        """
        # Typed arrays: a province has millions of nodes, and a Python number takes 28 bytes.
        sizes, refs, xs, ys = array("q"), array("q"), array("i"), array("i")
        for thing in _objects(self.path, ways=True):
            if self._is_street(thing):
                nodes = list(thing.nodes)
                sizes.append(len(nodes))
                self._note(thing)
                refs.extend([node.ref for node in nodes])
                places = [node.location for node in nodes]
                xs.extend([place.x for place in places])
                ys.extend([place.y for place in places])
                if len(refs) >= _BATCH:
                    yield self._batch(sizes, refs, xs, ys)
                    sizes, refs, xs, ys = array("q"), array("q"), array("i"), array("i")
        yield self._batch(sizes, refs, xs, ys)
        if not self._pieces:
            raise unusable(
                "no_streets",
                "文件里没有可步行的街道",
                "请检查是否选对了文件，或导出时是否包含 highway 要素",
                file=self.path.name,
            )

    def _is_street(self, thing: Any) -> bool:
        """Whether an object is a walkable way; whether it can be told is noted."""
        way = thing.is_way()
        try:
            if way:
                return is_walkable(thing.tags)
            _place(thing)
        except UnicodeDecodeError:
            element = f"{'道路' if way else '地名'} {thing.id}"
            self._damage.note("标签的文字编码损坏（不是 UTF-8）", element)
        except osmium.InvalidLocationError:
            self._damage.note(_NOWHERE, f"节点 {thing.id}")
        return False

    def _note(self, way: Any) -> None:
        """Remember what a way is called; of a million ways few texts are different ones."""
        self._ways.append(way.id)
        self._highways.append(sys.intern(way.tags["highway"]))
        self._names.append(sys.intern(way.tags.get("name") or ""))

    @property
    def ways(self) -> Ways:
        """The ways that were met."""
        return Ways.of(self._ways, self._highways, self._names)

    def _batch(self, sizes: Any, refs: Any, xs: Any, ys: Any) -> WayNodes:
        nodes = np.empty(len(refs), WAY_NODE)
        nodes["ref"], nodes["x"], nodes["y"] = refs, xs, ys
        nodes["look"] = 0
        absent = nodes["x"] == _ABSENT
        nowhere = (np.abs(nodes["y"].astype(np.int64)) > _LAT_END) & ~absent
        nowhere |= (np.abs(nodes["x"].astype(np.int64)) > _LON_END) & ~absent
        present = ~(absent | nowhere)
        way = np.repeat(np.arange(len(sizes)), sizes)
        nodes["way"] = np.repeat(self._ways[len(self._ways) - len(sizes) :], sizes)
        nodes["joined"] = False
        nodes["joined"][:-1] = (way[:-1] == way[1:]) & present[:-1] & present[1:]
        far = _far(nodes)
        nodes["joined"][far] = False
        self._pieces += int(nodes["joined"].sum())
        self._broken_ways += len(np.unique(way[absent]))
        self._absent = np.union1d(self._absent, nodes["ref"][absent])
        self._damage.note(_NOWHERE, *(f"节点 {ref}" for ref in nodes["ref"][nowhere]))
        pairs = zip(nodes["ref"][far], nodes["ref"][far + 1], strict=True)
        limit = f"相邻两个节点相距超过 {_LONGEST_PIECE_M / 1000:.0f} 公里"
        self._damage.note(limit, *(f"节点 {one} 与 {other}" for one, other in pairs))
        return nodes[present]

    def problems(self) -> tuple[Problem, ...]:
        """What there is to say of the file after the pass."""
        damaged = self._damage.problems(self.path.name)
        if not len(self._absent):
            return damaged
        return (
            *damaged,
            Problem(
                "absent_nodes",
                f"{self._broken_ways} 条道路引用了文件里没有的"
                f" {len(self._absent)} 个节点，断开处按不通处理",
                "请改用完整导出的路网（如 osmium extract --strategy complete_ways）",
                "warning",
                file=self.path.name,
            ),
        )


_NOWHERE = "经纬度超出地球范围（纬度 ±90、经度 ±180）"


def _far(nodes: WayNodes) -> NDArray[np.intp]:
    """Where pieces begin whose ends are farther apart than streets go."""
    joined = nodes["joined"][:-1]
    step = np.maximum(
        np.abs(np.diff(nodes["x"].astype(np.int64))), np.abs(np.diff(nodes["y"].astype(np.int64)))
    )
    far = np.flatnonzero(joined & (step > _SURELY_SHORT))
    lon, lat = nodes["x"] / DEGREE, nodes["y"] / DEGREE
    metres = ellipsoid.metres(lon[far], lat[far], lon[far + 1], lat[far + 1])
    return far[metres > _LONGEST_PIECE_M]


def parts(areas: Areas, nodes: WayNodes) -> Iterator[tuple[int, WayNodes]]:
    """Per area that way nodes touch, its number and the pieces with at least one end in it."""
    for number, inside in areas.deal(nodes["x"] / DEGREE, nodes["y"] / DEGREE):
        around = np.sort(np.concatenate([inside, inside[inside > 0] - 1]))
        piece = around[nodes["joined"][around] & (np.diff(around, prepend=-1) > 0)]
        ends = np.sort(np.concatenate([piece, piece + 1]))
        ends = ends[np.diff(ends, prepend=-1) > 0]
        part = nodes[ends]
        part["joined"] = False
        part["joined"][np.searchsorted(ends, piece)] = True
        yield number, part


def barriers_of(nodes: WayNodes) -> Barriers:
    """The barriers among way nodes, piece after piece where these lead on.

    Lines are ordered by their ways, so that they do not follow the order of a file.
    """
    piece = np.flatnonzero(nodes["joined"] & ((nodes["look"] & BARRIER) > 0))
    first = piece[np.diff(piece, prepend=-2) > 1]
    last = piece[np.diff(piece, append=len(nodes) + 1) > 1] + 1
    order = np.lexsort((nodes["y"][first], nodes["x"][first], nodes["way"][first]))
    first, last = first[order], last[order]
    size = last + 1 - first
    start = np.concatenate([[0], np.cumsum(size)])
    at = np.arange(start[-1]) + np.repeat(first - start[:-1], size)
    look = nodes["look"][first].copy()
    closed = nodes["ref"][first] == nodes["ref"][last]
    look[~closed] &= np.uint8(~WATER & 0xFF)
    return Barriers(start, nodes["x"][at] / DEGREE, nodes["y"][at] / DEGREE, look)


def segments_of(nodes: WayNodes) -> Segments:
    """Streets among way nodes, in any order of ways and with repetitions, as pieces between
    distinct nodes.
    """
    ref = np.ascontiguousarray(nodes["ref"])
    order = np.argsort(ref)
    ordered = ref[order]
    fresh = np.ones(len(ref), bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    number = np.empty(len(ref), np.int64)
    number[order] = np.cumsum(fresh) - 1
    # Any of them will do: a node has one place in a file.
    one = order[fresh]
    a = np.flatnonzero(nodes["joined"] & ((nodes["look"] & BARRIER) == 0))
    lon, lat = nodes["x"][one] / DEGREE, nodes["y"][one] / DEGREE
    return Segments(ref[one], lon, lat, number[a], number[a + 1], nodes["way"][a], nodes["look"][a])


def read_places(path: str | Path) -> gpd.GeoDataFrame:
    """Named places (``place=*`` nodes) of an OSM file.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``name``, ``kind`` (the value of ``place``), Point geometry;
    sorted by name. The Chinese name is taken where a place has several.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.
    """
    return place_frame(
        place for node in _objects(Path(path), ways=False) for place in _sound_place(node)
    )


def place_frame(places: Iterable[Place]) -> gpd.GeoDataFrame:
    """Places as the frame of `read_places`."""
    rows = sorted(places)
    name, kind, lon, lat = zip(*rows, strict=True) if rows else ((), (), (), ())
    return gpd.GeoDataFrame(
        {"name": np.array(name, object), "kind": np.array(kind, object)},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    ).astype({"name": "str", "kind": "str"})


def require_file(path: Path) -> None:
    """Raise `InputError` where there is no such file."""
    if not path.is_file():
        raise unusable("file_missing", "找不到路网文件", "请检查路径与文件名", file=str(path))


def _place(node: Any) -> list[Place]:
    """The named place that a node is, if it is one."""
    tags = node.tags
    if "name" not in tags:
        return []
    return [(tags.get("name:zh") or tags["name"], tags["place"], node.lon, node.lat)]


def _sound_place(node: Any) -> list[Place]:
    """The same; none where the node is damaged, which a `StreetReader` tells."""
    try:
        return _place(node)
    except BAD_ELEMENT:
        return []


def _objects(path: Path, *, ways: bool) -> Iterator[Any]:
    """Nodes with ``place`` and, if asked, ways with ``highway`` and the places of their nodes.

    Raises
    ------
    InputError : the file cannot be read.
    """
    require_file(path)
    try:
        if path.stat().st_size == 0:
            raise RuntimeError("empty file")
        reader = osmium.FileProcessor(str(path), NODE | WAY if ways else NODE)
        if ways:
            # In this order: the nodes of other ways (houses, fields) are never looked up.
            locations = osmium.NodeLocationsForWays(osmium.index.create_map(_NODE_INDEX))
            locations.ignore_errors()
            reader.with_filter(_has("highway", WAY)).with_filter(locations)
        yield from reader.with_filter(_has("place", NODE))
    except REFUSALS as error:
        raise refused(path, error) from error


def _has(key: str, kind: osmium.osm.osm_entity_bits) -> KeyFilter:
    """Lets objects of a kind pass if they have a key, and all others."""
    has = KeyFilter(key)
    has.enable_for(kind)
    return has
