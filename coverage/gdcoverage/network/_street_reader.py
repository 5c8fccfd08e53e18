"""The walkable streets of an OSM file, and what bars the way to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
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
from gdcoverage.network._osm_file import Tags, having, place_of
from gdcoverage.network._outset import Outset, Rim, outset_of
from gdcoverage.network._profile import (
    WAY_KEYS,
    Profile,
    is_open_ground,
    look_of,
    obstacle_of,
    stops,
)
from gdcoverage.network._way_blocks import WayBlock, way_blocks
from gdcoverage.network._way_nodes import DEGREE, WAY_NODE, WayNodes, severed
from gdcoverage.network._ways import BARRIER, Ways
from gdcoverage.problems import Problem, unusable

# Way nodes held at once; a file of any size passes through this much memory.
_BATCH = 1_000_000
# libosmium's mark for a node that the file refers to and does not hold.
_ABSENT = 2**31 - 1
# Degrees of latitude and longitude end here.
_LAT_END, _LON_END = 90 * DEGREE, 180 * DEGREE
# Instead of a look: neither walked on nor in the way; tags that cannot be read.
_NEITHER, _DAMAGED = -1, -2
# No street goes so far without a bend: one of the two nodes is somewhere else.
_LONGEST_PIECE_M = 50_000.0
# A shorter step in both directions is a shorter piece, anywhere on earth.
_SURELY_SHORT = int(0.3 * DEGREE)
# Where libosmium keeps the places of nodes: 16 bytes each, and no room for ids that the file
# does not use.
_NODE_INDEX = "sparse_mem_array"


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
        self._ways: list[int] = []
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
        waiting: list[WayNodes] = []
        for block, look in self._ways_of_file(outset.members):
            self._note(block, look, outset.members)
            for nodes in _batches(block, look):
                waiting.append(nodes)
                if sum(map(len, waiting)) >= _BATCH:
                    yield self._settled(np.concatenate(waiting), outset.rims)
                    waiting = []
        yield self._settled(np.concatenate([np.empty(0, WAY_NODE), *waiting]), outset.rims)
        yield self._across()
        if not self._pieces:
            raise unusable(
                "no_streets",
                "文件里没有可步行的街道",
                "请检查是否选对了文件，或导出时是否包含 highway 要素",
                file=self.path.name,
            )

    def _ways_of_file(self, members: dict[int, Rim]) -> Iterator[tuple[WayBlock, Ints]]:
        """Ways and how each looks, or less than nought; nodes that stop are noted before."""
        places = osmium.index.create_map(_NODE_INDEX)
        keys = WAY_KEYS if self.profile == "walk" else ("highway",)
        marked = SimpleNamespace(node=self._note_node)
        # In this order: the nodes of other ways (houses, fields) are never looked up.
        handlers = [having(WAY, *keys), _located(places), having(NODE, "place", "barrier"), marked]
        wanted = dict(members)
        for block in way_blocks(self.path, NODE | WAY, *handlers):
            yield self._read(block, wanted)
        if wanted:
            for block in way_blocks(self.path, WAY, IdFilter(wanted), _located(places)):
                rims = [wanted[way] for way in block.way.tolist()]
                yield (
                    block._replace(kind=np.arange(len(rims)), tags=[tags for _, tags in rims]),
                    np.array([look for look, _ in rims], np.int64),
                )

    def _read(self, block: WayBlock, wanted: dict[int, Rim]) -> tuple[WayBlock, Ints]:
        """How ways look; those that are rims by a relation too have its tags if they need them."""
        looks, tags, kind = [self._look(said) for said in block.tags], [*block.tags], block.kind
        for at, way in enumerate(block.way.tolist()) if wanted else ():
            rim = wanted.pop(way, None)
            look = looks[kind[at]]
            if rim is None or look == _DAMAGED or (look >= 0 and not look & BARRIER):
                continue
            if rim[0] & BARRIER:
                rim = rim[0] | max(look, 0), tags[kind[at]]
            kind[at] = len(tags)
            looks.append(rim[0])
            tags.append(rim[1])
        look = np.array(looks, np.int64)[kind]
        self._damage.note(NOT_UTF8, *(f"道路 {way}" for way in block.way[look == _DAMAGED]))
        return block._replace(tags=tags), look

    def _look(self, tags: Tags) -> int:
        """How a way with these tags looks; less than nought where there is none to walk or bar."""
        try:
            look = look_of(tags, self.profile)
            return look if look is not None else obstacle_of(tags, self.profile) or _NEITHER
        except UnicodeDecodeError:
            return _DAMAGED

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

    def _note(self, block: WayBlock, look: Ints, members: dict[int, Rim]) -> None:
        """Remember what streets are called, and which are open ground."""
        street = np.flatnonzero((look >= 0) & (look & BARRIER == 0))
        said = {kind: _called(block.tags[kind]) for kind in np.unique(block.kind[street]).tolist()}
        self._ways.extend(block.way[street].tolist())
        kinds = block.kind[street].tolist()
        self._highways.extend(said[kind][0] for kind in kinds)
        self._names.extend(said[kind][1] for kind in kinds)
        open_ground = [kind for kind in said if is_open_ground(block.tags[kind], self.profile)]
        end = np.cumsum(block.size)
        for at in street[np.isin(block.kind[street], open_ground)].tolist():
            way, part = int(block.way[at]), slice(end[at] - block.size[at], end[at])
            ref, x, y = (axis[part].astype(np.int64) for axis in (block.ref, block.x, block.y))
            closed = len(ref) > 3 and ref[0] == ref[-1] and not _nowhere(x, y).any()
            if closed and way not in members:
                self._grounds.append(Ground(way, int(look[at]), ref, x, y))

    @property
    def ways(self) -> Ways:
        """The streets that were met."""
        return Ways.of(self._ways, self._highways, self._names)

    def _settled(self, nodes: WayNodes, rims: Ints) -> WayNodes:
        """Way nodes, each joined to the next of its way, broken where one cannot or may not go."""
        number = np.cumsum(np.append(0, ~nodes["joined"]))[:-1]
        street = (nodes["look"] & BARRIER) == 0
        absent = nodes["x"] == _ABSENT
        nowhere = _nowhere(nodes["x"], nodes["y"])
        present = ~nowhere
        nowhere &= ~absent
        nodes["joined"][:-1] &= present[:-1] & present[1:]
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


def _located(places: Any) -> osmium.NodeLocationsForWays:
    """Gives ways the places of their nodes; absent ones are marked so."""
    located = osmium.NodeLocationsForWays(places)
    located.ignore_errors()
    return located


def _called(tags: Tags) -> tuple[str, str]:
    """What sort of street one is by its tags, and its name."""
    sort = tags.get("highway") or next(tags[key] for key in WAY_KEYS if key in tags)
    try:
        return sort, tags.get("name", "")
    except UnicodeDecodeError:  # one walks there all the same
        return sort, ""


def _batches(block: WayBlock, look: Ints) -> Iterator[WayNodes]:
    """The nodes of ways that are walked on or bar the way; never parts of a way, nor too many."""
    kept = look >= 0
    of, size = np.repeat(kept, block.size), block.size[kept]
    nodes = np.empty(np.count_nonzero(of), WAY_NODE)
    nodes["ref"], nodes["x"], nodes["y"] = block.ref[of], block.x[of], block.y[of]
    nodes["way"], nodes["look"] = np.repeat(block.way[kept], size), np.repeat(look[kept], size)
    end = np.cumsum(size)
    nodes["joined"] = True
    nodes["joined"][end[size > 0] - 1] = False
    yield from np.split(nodes, end[np.diff(end // _BATCH, prepend=0) > 0])


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
