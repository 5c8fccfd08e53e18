"""Why a walk of ours and Valhalla's differ: what differs is made equal until the walks are.

Ways that Valhalla walks on and we do not are opened here, ways that it does not walk on are shut
here, ends that it joins elsewhere are moved there. Then what is not needed is taken back, cause by
cause; what is left explains the difference.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks.valhalla.engine import NoWalkError, Place, Walk
from benchmarks.valhalla.rules import Tagged, shut_here, shut_there, stopped_here
from benchmarks.valhalla.streets import Piece, Route, Router
from gdcoverage.geo import ellipsoid
from gdcoverage.network import WalkNetwork

# Walks that differ by no more are equal: Valhalla's edges are whole metres long, and it crosses
# squares along an axis where we cross them straight.
EQUAL = 0.02
_MOVED_M = 1.0
_ROUNDS = 60
_SQUARE = "square: crossed straight here, along an axis or its rim in Valhalla"
_ONE_WAY = "one way on foot in Valhalla, both ways here"


@dataclass(frozen=True)
class Changes:
    """What is made equal, each with its cause: edges shut, ways and nodes opened, ends moved."""

    shut: dict[int, str] = field(default_factory=dict)
    ways: dict[int, str] = field(default_factory=dict)
    nodes: dict[int, str] = field(default_factory=dict)
    ends: dict[int, tuple[Place, str]] = field(default_factory=dict)

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes, each once."""
        told = [*self.shut.values(), *self.ways.values(), *self.nodes.values()]
        return tuple(dict.fromkeys([*(cause for _, cause in self.ends.values()), *told]))

    def without(self, cause: str) -> Changes:
        """The changes that have other causes."""
        shut, ways, nodes = (
            {key: why for key, why in kind.items() if why != cause}
            for kind in (self.shut, self.ways, self.nodes)
        )
        ends = {end: each for end, each in self.ends.items() if each[1] != cause}
        return Changes(shut, ways, nodes, ends)


class Engine(Protocol):
    """What is asked of `Valhalla`, which documents it."""

    def walk(self, begin: Place, end: Place) -> Walk: ...
    def ways_at(self, places: Sequence[Place]) -> list[set[int]]: ...


@dataclass(frozen=True)
class Explainer:
    """Explains differences of walks on one OSM file.

    Parameters
    ----------
    tagged : the tags in the file.
    router : our walks on it.
    engine : Valhalla's.
    """

    tagged: Tagged
    router: Router
    engine: Engine

    def causes(self, begin: Place, end: Place, walk: Walk | None) -> tuple[str, ...]:
        """Causes that together explain the difference; none where they do not.

        Parameters
        ----------
        walk : Valhalla's; None where it finds none.
        """
        wanted = np.inf if walk is None else walk.metres
        opened = Changes() if walk is None else self._opened(walk)
        ends = {} if walk is None else self._moved((begin, end), walk)
        router = self._router(opened)
        changes = replace(opened, ends=ends)

        def crossed(square: int) -> bool:
            return walk is not None and router.runs_through(walk.shape, square)

        for _ in range(_ROUNDS):
            route = _find(router, (begin, end), changes)
            unknown = self._unknown(route)
            if fresh := self._shut(router, unknown):
                changes = replace(changes, shut=changes.shut | fresh)
            elif _equal(route.metres, wanted):
                return self._needed((begin, end), changes, wanted)
            elif unknown:
                # Those that Valhalla crosses too come last.
                apart = [piece for piece in unknown if not crossed(piece.way)]
                square = _longest(apart or unknown)
                fresh = dict.fromkeys(router.edges_of(square), _SQUARE)
                changes = replace(changes, shut=changes.shut | fresh)
            else:
                break
        try:
            back = self.engine.walk(end, begin).metres
        except NoWalkError:
            return ()
        return (_ONE_WAY,) if _equal(self.router.find(begin, end).metres, back) else ()

    def _opened(self, walk: Walk) -> Changes:
        """Ways and nodes on Valhalla's walk that nobody walks on or passes here."""
        ours = set(self.router.network.way_id.tolist())
        # Axes of squares that are relations have ids that are no ways'.
        known = {way: self.tagged.ways[way] for way in walk.ways if way in self.tagged.ways}
        ways = {way: shut_here(tags) for way, tags in known.items() if way not in ours}
        met = self.tagged.on((lon, lat) for lon, lat in walk.shape.tolist())
        stops = {node: stopped_here(tags) for node, tags in met.items()}
        return Changes(ways=ways, nodes={node: why for node, why in stops.items() if why})

    def _moved(self, ends: tuple[Place, Place], walk: Walk) -> dict[int, tuple[Place, str]]:
        """Ends that Valhalla joins to other streets than those they lie on."""
        moved: dict[int, tuple[Place, str]] = {}
        for which, (own, joined) in enumerate(zip(ends, (walk.begin, walk.end), strict=True)):
            if ellipsoid.GEOD.inv(*own, *joined)[2] <= _MOVED_M:
                continue
            way = int(self.router.way_at(own))
            walked = way in self.engine.ways_at([own])[0]
            why = (
                "of a piece too small for it to join"
                if walked
                else shut_there(self.tagged.ways.get(way, {}))
            )
            moved[which] = joined, f"end joins another street in Valhalla; its own is {why}"
        return moved

    def _unknown(self, route: Route) -> list[Piece]:
        """The pieces of a walk of ours that Valhalla does not know."""
        if not route.pieces:
            return []
        known = self.engine.ways_at([piece.middle for piece in route.pieces])
        pairs = zip(route.pieces, known, strict=True)
        return [piece for piece, ways in pairs if piece.way not in ways]

    def _shut(self, router: Router, unknown: Sequence[Piece]) -> dict[int, str]:
        """The edges of the ways of pieces, but for squares: Valhalla crosses those elsewhere."""
        shut: dict[int, str] = {}
        for way in {piece.way for piece in unknown}:
            tags = self.tagged.ways.get(way, {})
            if tags.get("area") != "yes":
                shut |= dict.fromkeys(router.edges_of(way), shut_there(tags))
        return shut

    def _needed(
        self, ends: tuple[Place, Place], changes: Changes, wanted: float
    ) -> tuple[str, ...]:
        """The causes without those that the walks are equal without."""
        for cause in changes.causes:
            fewer = changes.without(cause)
            opens = (fewer.ways, fewer.nodes) != (changes.ways, changes.nodes)
            # Edges have other numbers where other ways are open.
            if opens and fewer.shut:
                continue
            if _equal(_find(self._router(fewer), ends, fewer).metres, wanted):
                changes = fewer
        return changes.causes

    def _router(self, changes: Changes) -> Router:
        if not changes.ways and not changes.nodes:
            return self.router
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "opened.osm.pbf"
            self.tagged.opened(changes.ways, changes.nodes, path)
            return Router(WalkNetwork.from_osm(path))


def _longest(pieces: Iterable[Piece]) -> int:
    """The way with most metres of some pieces."""
    metres: dict[int, float] = defaultdict(float)
    for piece in pieces:
        metres[piece.way] += piece.metres
    return max(metres, key=metres.__getitem__)


def _find(router: Router, ends: tuple[Place, Place], changes: Changes) -> Route:
    begin, end = (changes.ends[i][0] if i in changes.ends else ends[i] for i in (0, 1))
    return router.find(begin, end, changes.shut)


def _equal(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= EQUAL * other
