"""The walkable streets of an OSM file, and what bars the way to them."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.filter import IdFilter
from osmium.osm import NODE, WAY

from gdcoverage.arrays import Bools, Ints
from gdcoverage.geo import ellipsoid
from gdcoverage.network._open_ground import MOST_PLACES, Ground, crossings
from gdcoverage.network._osm_faults import NOT_UTF8, Damage
from gdcoverage.network._osm_file import Tags, having, objects, place_of
from gdcoverage.network._outset import Outset, Rim, outset_of
from gdcoverage.network._profile import (
    WAY_KEYS,
    Profile,
    is_open_ground,
    look_of,
    obstacle_of,
    stops,
)
from gdcoverage.network._way_nodes import DEGREE, WAY_NODE, WayNodes, severed
from gdcoverage.network._ways import BARRIER, Ways
from gdcoverage.problems import Problem, unusable

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


class _Batch:
    """Ways and their nodes, gathered. Typed arrays: a Python number takes 28 bytes."""

    def __init__(self) -> None:
        self.sizes, self.ways, self.looks = array("q"), array("q"), array("B")
        self.refs, self.xs, self.ys = array("q"), array("i"), array("i")

    def add(self, way: int, look: int, refs: list[int], xs: list[int], ys: list[int]) -> None:
        self.sizes.append(len(refs))
        self.ways.append(way)
        self.looks.append(look)
        self.refs.extend(refs)
        self.xs.extend(xs)
        self.ys.extend(ys)


class StreetReader:
    """One pass over an OSM file; when it is over, what was met on the way is known.

    A quick pass before it finds open ground and rims of multipolygons; where ways are such rims
    by nothing but their relation, another after it reads them.

    Parameters
    ----------
    path : ``.osm.pbf`` or ``.osm``.
    profile : the rules by which ways are streets.
    """

    def __init__(self, path: Path, profile: Profile = "walk") -> None:
        self.path = path
        self.profile: Profile = profile
        self._absent = np.empty(0, np.int64)
        self._broken_ways = 0
        self._damage = Damage()
        self._pieces = 0
        self._ways = array("q")
        self._highways: list[str] = []
        self._names: list[str] = []
        self._stops: set[int] = set()
        self._grounds: list[Ground] = []
        # References of nodes on rims, and the ways that have them.
        self._met: list[Ints] = [np.empty((2, 0), np.int64)]
        self._uncrossed: list[int] = []

    def __iter__(self) -> Iterator[WayNodes]:
        """The walkable ways and what bars the way to them, in batches of `WAY_NODE`.

        A way is broken where a node is absent, lies nowhere on earth, or stops who walks; what
        lies on either side stays. Lines across open ground come last.

        Raises
        ------
        InputError : the file is missing, empty, not OSM, damaged, or holds no walkable street.
        """
        walk = self.profile == "walk"
        outset = outset_of(self.path, self._damage) if walk else Outset(np.empty(0, np.int64), {})
        batch = _Batch()
        for way, look, tags in self._ways_of_file(outset.members):
            nodes = list(way.nodes)
            refs = [node.ref for node in nodes]
            places = [node.location for node in nodes]
            xs, ys = [place.x for place in places], [place.y for place in places]
            batch.add(way.id, look, refs, xs, ys)
            if not look & BARRIER:
                self._note(way.id, tags)
                if walk and way.id not in outset.members and is_open_ground(tags):
                    self._keep_ground(way.id, look, refs, xs, ys)
            if len(batch.refs) >= _BATCH:
                yield self._settled(batch, outset.rims)
                batch = _Batch()
        yield self._settled(batch, outset.rims)
        yield self._across()
        if not self._pieces:
            raise unusable(
                "no_streets",
                "文件里没有可步行的街道",
                "请检查是否选对了文件，或导出时是否包含 highway 要素",
                file=self.path.name,
            )

    def _ways_of_file(self, members: dict[int, Rim]) -> Iterator[tuple[Any, int, Tags]]:
        """Streets and obstacles, how they look and their tags; nodes that stop are noted."""
        places = osmium.index.create_map(_NODE_INDEX)
        locations = osmium.NodeLocationsForWays(places)
        locations.ignore_errors()
        keys = WAY_KEYS if self.profile == "walk" else ("highway",)
        # In this order: the nodes of other ways (houses, fields) are never looked up.
        filters = [having(WAY, *keys), locations, having(NODE, "place", "barrier")]
        wanted = dict(members)
        for thing in objects(self.path, NODE | WAY, *filters):
            if not thing.is_way():
                self._note_node(thing)
            elif (read := self._read(thing, wanted)) is not None:
                yield thing, *read
        if wanted:
            locations = osmium.NodeLocationsForWays(places)
            locations.ignore_errors()
            filters = [IdFilter(wanted), locations]
            for way in objects(self.path, WAY, *filters):
                yield way, *wanted[way.id]

    def _read(self, way: Any, wanted: dict[int, Rim]) -> tuple[int, Tags] | None:
        """How a way looks, with its tags; None where it neither is a street nor bars the way."""
        rim = wanted.pop(way.id, None) if wanted else None
        tags = way.tags
        try:
            look = look_of(tags, self.profile)
            if look is not None:
                return look, tags
            if rim and not rim[0] & BARRIER:
                return rim
            look = obstacle_of(tags, self.profile) | (rim[0] if rim else 0)
        except UnicodeDecodeError:
            self._damage.note(NOT_UTF8, f"道路 {way.id}")
            return None
        return (look, tags) if look else None

    def _note_node(self, node: Any) -> None:
        """Remember a node that stops who walks, and what is wrong with a named place."""
        try:
            if stops(node.tags, self.profile):
                self._stops.add(node.id)
            if "place" in node.tags:
                place_of(node)
        except UnicodeDecodeError:
            what = "地名" if "place" in node.tags else "节点"
            self._damage.note(NOT_UTF8, f"{what} {node.id}")
        except osmium.InvalidLocationError:
            self._damage.note(_NOWHERE, f"节点 {node.id}")

    def _note(self, way: int, tags: Tags) -> None:
        """Remember what a street is called; of a million ways few texts are different ones."""
        self._ways.append(way)
        sort = tags.get("highway") or next(tags[key] for key in WAY_KEYS if key in tags)
        self._highways.append(sys.intern(sort))
        try:
            self._names.append(sys.intern(tags.get("name", "")))
        except UnicodeDecodeError:  # one walks there all the same
            self._names.append("")

    def _keep_ground(
        self, way: int, look: int, refs: list[int], xs: list[int], ys: list[int]
    ) -> None:
        x, y = np.array(xs, np.int64), np.array(ys, np.int64)
        if len(refs) > 3 and refs[0] == refs[-1] and not _nowhere(x, y).any():
            self._grounds.append(Ground(way, look, np.array(refs, np.int64), x, y))

    @property
    def ways(self) -> Ways:
        """The streets that were met."""
        return Ways.of(self._ways, self._highways, self._names)

    def _settled(self, batch: _Batch, rims: Ints) -> WayNodes:
        """The way nodes of a batch, broken where one cannot or may not walk on."""
        nodes = np.empty(len(batch.refs), WAY_NODE)
        nodes["ref"], nodes["x"], nodes["y"] = batch.refs, batch.xs, batch.ys
        sizes = np.array(batch.sizes, np.int64)
        nodes["way"] = np.repeat(batch.ways, sizes)
        nodes["look"] = np.repeat(batch.looks, sizes)
        street = (nodes["look"] & BARRIER) == 0
        absent = nodes["x"] == _ABSENT
        nowhere = _nowhere(nodes["x"], nodes["y"])
        present = ~nowhere
        nowhere &= ~absent
        number = np.repeat(np.arange(len(sizes)), sizes)
        nodes["joined"] = False
        nodes["joined"][:-1] = (number[:-1] == number[1:]) & present[:-1] & present[1:]
        far = _far(nodes)
        nodes["joined"][far] = False
        self._pieces += int((nodes["joined"] & street).sum())
        self._broken_ways += len(np.unique(number[absent & street]))
        self._absent = np.union1d(self._absent, nodes["ref"][absent & street])
        self._damage.note(_NOWHERE, *(f"节点 {ref}" for ref in nodes["ref"][nowhere]))
        pairs = zip(nodes["ref"][far], nodes["ref"][far + 1], strict=True)
        limit = f"相邻两个节点相距超过 {_LONGEST_PIECE_M / 1000:.0f} 公里"
        self._damage.note(limit, *(f"节点 {one} 与 {other}" for one, other in pairs))
        met = nodes[street & _among(nodes["ref"], rims)]
        self._met.append(np.vstack([met["ref"], met["way"]]))
        stop = np.flatnonzero(present & street & _among(nodes["ref"], self._stopping()))
        place = stop - np.searchsorted(number, number[stop])
        gone = np.cumsum(~present)[stop]
        return severed(nodes[present], stop - gone, place)

    def _stopping(self) -> Ints:
        """References of nodes that stop who walks, ascending."""
        return np.sort(np.fromiter(self._stops, np.int64))

    def _across(self) -> WayNodes:
        """Lines across open ground, between the places where other ways meet its rim."""
        ref, way = np.concatenate(self._met, axis=1)
        order = np.lexsort((way, ref))
        ref, way = ref[order], way[order]
        shared = np.unique(ref[1:][(ref[1:] == ref[:-1]) & (way[1:] != way[:-1])])
        places = shared[~_among(shared, self._stopping())]
        crossed = []
        for ground in self._grounds:
            meet = np.count_nonzero(_among(ground.ref[1:], places))
            if meet > MOST_PLACES:
                self._uncrossed.append(ground.way)
            elif meet > 1:
                crossed.append(ground)
        return crossings(crossed, places)

    def problems(self) -> tuple[Problem, ...]:
        """What there is to say of the file after the pass."""
        told = list(self._damage.problems(self.path.name))
        if len(self._absent):
            told.append(
                Problem(
                    "absent_nodes",
                    f"{self._broken_ways} 条道路引用了文件里没有的"
                    f" {len(self._absent)} 个节点，断开处按不通处理",
                    "请改用完整导出的路网（如 osmium extract --strategy complete_ways）",
                    "warning",
                    file=self.path.name,
                )
            )
        if self._uncrossed:
            told.append(
                Problem(
                    "ground_uncrossed",
                    f"{len(self._uncrossed)} 处广场（如道路 {self._uncrossed[0]}）与街道相接超过"
                    f" {MOST_PLACES} 处，只沿边线步行，不横穿",
                    "无需处理；若广场很大，请在 OSM 里把它画成几处",
                    "warning",
                    file=self.path.name,
                )
            )
        return tuple(told)


_NOWHERE = "经纬度超出地球范围（纬度 ±90、经度 ±180）"


def _nowhere(x: NDArray[Any], y: NDArray[Any]) -> Bools:
    """Which nodes lie nowhere on earth, or are absent."""
    return (np.abs(y.astype(np.int64)) > _LAT_END) | (np.abs(x.astype(np.int64)) > _LON_END)


def _among(values: Ints, ascending: Ints) -> Bools:
    """Which values are among others, which ascend."""
    if not len(ascending):
        return np.zeros(len(values), bool)
    return ascending[np.searchsorted(ascending, values).clip(max=len(ascending) - 1)] == values


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
