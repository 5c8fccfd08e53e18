"""What a base map is drawn from, as flat arrays: a province's millions of things fit no other way.

A geometry of its own takes some 400 bytes before its first coordinate; here a thing takes 14, and
eight a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.arrays import Bools, Floats, Ints, Objects

# Units across the world, on Web Mercator's square from its north-west corner: one is a pixel at
# zoom 18, half a metre in Guangdong.
WORLD = 2.0**26

LINES = ("road", "rail", "river")
AREAS = ("water", "green", "wood", "sand", "campus", "built", "building")
POINTS = (
    *("place", "station", "exit", "stop", "hospital", "government", "school", "market", "sight"),
    *("park", "lake", "estate", "title", "house"),
)
KINDS = (*LINES, *AREAS, *POINTS)
# Points of the least ring, the first again at its end.
_RING = 4


@dataclass(frozen=True, eq=False)
class Drawn:
    """Streets, water, green, buildings and names of a base map.

    Parameters
    ----------
    kind : of each thing, its place in `KINDS`.
    rank : of each thing, 1 the greatest.
    name : of each thing, its place in `names`.
    names : each once; the first is empty.
    ring : where the lines of each thing begin, and the last one ends.
    start : where the points of each line begin, and the last one ends.
    xy : points, units of `WORLD`; a polygon's rings are closed.
    """

    kind: np.ndarray
    rank: np.ndarray
    name: np.ndarray
    names: tuple[str, ...]
    ring: np.ndarray
    start: np.ndarray
    xy: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    @classmethod
    def of(
        cls, kinds: Sequence[str], ranks: Sequence[int], names: Sequence[str], shapes: Objects
    ) -> Drawn:
        """From shapes in `WORLD`: LineStrings, Polygons with all parts, Points.

        What falls together on the units is one point; lines and areas that vanish are left out.
        """
        parts, thing = shapely.get_parts(shapes, return_index=True)
        areal = shapely.get_type_id(parts) == 3
        rings = parts.copy()
        owner = np.arange(len(parts))
        if areal.any():
            outlines, of_area = shapely.get_rings(parts[areal], return_index=True)
            rings = np.concatenate([parts[~areal], outlines])
            owner = np.concatenate([owner[~areal], owner[areal][of_area]])
            order = np.argsort(owner, kind="stable")
            rings, owner = rings[order], owner[order]
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        grid = np.round(xy).astype(np.int32)
        kept = np.diff(ring, prepend=-1) != 0
        kept[1:] |= (grid[1:] != grid[:-1]).any(axis=1)
        called: dict[str, int] = {"": 0}
        found = cls(
            np.array(_codes(kinds), np.uint8)[thing],
            np.array(ranks, np.uint8)[thing],
            np.array([called.setdefault(name, len(called)) for name in names], np.int32)[thing],
            tuple(called),
            _starts(np.bincount(owner, minlength=len(parts))),
            _starts(np.bincount(ring[kept], minlength=len(rings))),
            grid[kept],
        )
        least = np.ones(len(KINDS), np.int64)
        least[_codes(LINES)], least[_codes(AREAS)] = 2, _RING
        outline = np.diff(found.start)[found.ring[:-1]]
        return found.where(outline >= least[found.kind])

    @classmethod
    def together(cls, parts: Sequence[Drawn]) -> Drawn:
        """Parts one after the other."""
        called: dict[str, int] = {"": 0}
        codes = [np.array([called.setdefault(n, len(called)) for n in p.names]) for p in parts]
        if not parts:
            return cls.of((), (), (), np.empty(0, object))
        return cls(
            np.concatenate([part.kind for part in parts]),
            np.concatenate([part.rank for part in parts]),
            np.concatenate([c[p.name] for c, p in zip(codes, parts, strict=True)], dtype=np.int32),
            tuple(called),
            _starts(np.concatenate([np.diff(part.ring) for part in parts])),
            _starts(np.concatenate([np.diff(part.start) for part in parts])),
            np.concatenate([part.xy for part in parts]),
        )

    @cached_property
    def boxes(self) -> np.ndarray:
        """West, north, east, south of each thing."""
        first = self.start[self.ring[:-1]]
        if not len(first):
            return np.empty((0, 4), np.int32)
        low = np.minimum.reduceat(self.xy, first, axis=0)
        return np.hstack([low, np.maximum.reduceat(self.xy, first, axis=0)])

    def within(self, west: float, south: float, east: float, north: float) -> Drawn:
        """The things whose box touches a box of degrees."""
        (left, low), (right, high) = in_world(np.array([[west, south], [east, north]]))
        box = self.boxes
        inside = (box[:, 0] <= right) & (box[:, 2] >= left)
        return self.where(inside & (box[:, 1] <= low) & (box[:, 3] >= high))

    def where(self, kept: Bools) -> Drawn:
        """Some of the things."""
        return self.take(np.flatnonzero(kept))

    def take(self, rows: Ints) -> Drawn:
        """The things of some rows, in that order."""
        rings, ring = _runs(self.ring, rows)
        points, start = _runs(self.start, rings)
        used, name = np.unique(np.append(self.name[rows], 0), return_inverse=True)
        return Drawn(
            self.kind[rows],
            self.rank[rows],
            name[:-1].astype(np.int32),
            tuple(self.names[code] for code in used),
            ring,
            start,
            self.xy[points],
        )

    def shapes(self) -> Objects:
        """LineStrings, Polygons and Points in `WORLD`."""
        found = np.empty(len(self), object)
        for make, kinds in ((_points, POINTS), (_lines, LINES), (_polygons, AREAS)):
            rows = np.flatnonzero(np.isin(self.kind, _codes(kinds)))
            if len(rows):
                found[rows] = make(self.take(rows))
        return found

    def frame(self) -> gpd.GeoDataFrame:
        """As a layer, EPSG:4326: ``kind``, ``rank``, ``name`` and shapes."""
        shapes = shapely.transform(self.shapes(), from_world)
        return gpd.GeoDataFrame(
            {
                "kind": np.array(KINDS, object)[self.kind],
                "rank": self.rank.astype(int),
                "name": np.array(self.names, object)[self.name],
            },
            geometry=shapes,
            crs="EPSG:4326",
        )


def in_world(lonlat: Floats) -> Floats:
    """Degrees in Web Mercator's square."""
    x = (lonlat[:, 0] + 180) / 360
    lat = np.clip(lonlat[:, 1], -85.05, 85.05)
    y = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)
    return np.column_stack([x, y]) * WORLD


def from_world(xy: Floats) -> Floats:
    """`in_world` the other way."""
    lat = np.degrees(np.arctan(np.sinh((0.5 - xy[:, 1] / WORLD) * 2 * np.pi)))
    return np.column_stack([xy[:, 0] / WORLD * 360 - 180, lat])


def _codes(kinds: Sequence[str]) -> list[int]:
    return [KINDS.index(kind) for kind in kinds]


def _points(things: Drawn) -> Objects:
    return np.asarray(shapely.points(things.xy.astype(float)), object)


def _lines(things: Drawn) -> Objects:
    line = np.repeat(np.arange(len(things)), np.diff(things.start))
    return np.asarray(shapely.linestrings(things.xy.astype(float), indices=line), object)


def _polygons(things: Drawn) -> Objects:
    """Without yards that have vanished."""
    count = np.diff(things.start)
    thing = np.repeat(np.arange(len(things)), np.diff(things.ring))
    whole = count >= _RING
    xy = things.xy[np.repeat(whole, count)].astype(float)
    ring = np.repeat(np.arange(whole.sum()), count[whole])
    rings = shapely.linearrings(xy, indices=ring)
    return np.asarray(shapely.polygons(rings, indices=thing[whole]), object)


def _runs(starts: np.ndarray, rows: Ints) -> tuple[Ints, np.ndarray]:
    """The places of some runs one after the other, and where each begins then."""
    counts = starts[rows + 1] - starts[rows]
    begin = _starts(counts)
    return np.arange(begin[-1]) + np.repeat(starts[rows] - begin[:-1], counts), begin


def _starts(counts: Ints) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
