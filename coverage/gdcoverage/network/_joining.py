"""Which streets points join, by the rules that `_snap` states: an index, and what asks it."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from gdcoverage.arrays import Bools, Floats, Int32s, Ints
from gdcoverage.geo.ellipsoid import short_m
from gdcoverage.geo.plane import TOLERANCE_M
from gdcoverage.network._candidates import Bars, candidates
from gdcoverage.network._grid import Grid, Pieces, grid_of
from gdcoverage.network._snap import Joins, Snap
from gdcoverage.network._ways import DOUBTFUL, WATER, Barriers, Looks


class Shapes(NamedTuple):
    """The edges as lines; `WalkNetwork` says what each array holds."""

    start: Ints
    lon: Floats
    lat: Floats
    m: Floats


class Edges(NamedTuple):
    """The edges as those see them who step onto them.

    Parameters
    ----------
    shapes : as lines.
    u, v : end nodes.
    look : bits of `_ways`.
    component : of each.
    """

    shapes: Shapes
    u: Int32s
    v: Int32s
    look: Looks
    component: Int32s


class JoinIndex:
    """Streets and barriers by where they are, to be asked who joins what.

    Parameters
    ----------
    joinable : which edges may be joined.
    """

    def __init__(self, edges: Edges, barriers: Barriers, joinable: Bools) -> None:
        self._edges = edges
        shapes = edges.shapes
        start = np.concatenate([shapes.start, shapes.start[-1] + barriers.start[1:]])
        line = np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start))
        begins = np.append(joinable, np.ones(len(barriers.look), bool))[line]
        begins[start[1:] - 1] = False
        lon = np.concatenate([shapes.lon, barriers.lon])
        lat = np.concatenate([shapes.lat, barriers.lat])
        self._pieces = Pieces(lon, lat, line, np.flatnonzero(begins))
        self._grid: Grid | None = grid_of(self._pieces) if joinable.any() else None
        certain = edges.look & DOUBTFUL == 0
        self._bars = np.append(certain, np.ones(len(barriers.look), bool))
        # A rim with fewer places than a triangle holds nothing.
        wide = np.diff(barriers.start) > 3
        self._rims = np.flatnonzero(wide & (barriers.look & WATER > 0))
        on_rim = np.isin(line - len(joinable), self._rims)
        self._water = shapely.polygons(
            shapely.linearrings(
                lon[on_rim], lat[on_rim], indices=np.unique(line[on_rim], return_inverse=True)[1]
            )
        )

    def join(self, lon: Floats, lat: Floats, limit_m: float) -> Snap:
        """How points (degrees) join the streets within the limit."""
        points = len(lon)
        point, piece, part, near, near_part = self._found(lon, lat, limit_m)
        joins = self._at(lon[point], lat[point], piece, part)
        within = joins.access_m <= limit_m + TOLERANCE_M
        point, joins = point[within], joins[within]
        component = np.full(points, len(self._edges.component), np.int32)
        np.minimum.at(component, point, self._edges.component[joins.edge])
        start = np.searchsorted(point, np.arange(points + 1))
        joined = np.diff(start) > 0
        barred = ~joined & (self._near_m(lon, lat, near, near_part) <= limit_m + TOLERANCE_M)
        return Snap(start, joins, np.where(joined, component, np.int32(-1)), barred)

    def metres(self, lon: Floats, lat: Floats, limit_m: float) -> Floats:
        """Straight metres to the nearest place of any street, whatever lies between; inf beyond."""
        *_, near, near_part = self._found(lon, lat, limit_m)
        metres = self._near_m(lon, lat, near, near_part)
        return np.where(metres <= limit_m + TOLERANCE_M, metres, np.inf)

    def _found(
        self, lon: Floats, lat: Floats, limit_m: float
    ) -> tuple[Ints, Int32s, Floats, Int32s, Floats]:
        """Candidates as (point, piece, part of it), then the nearest street of each point."""
        near, near_part = np.full(len(lon), -1, np.int32), np.zeros(len(lon))
        ok = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) < 89))
        if self._grid is None or not len(ok):
            return np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0), near, near_part
        start, line = self._waters_of(lon[ok], lat[ok])
        edges = self._edges
        found = candidates(
            lon[ok],
            lat[ok],
            # A hand's breadth more than the limit: it is measured on the earth in the end.
            limit_m * 1.001 + 1.0,
            self._pieces,
            self._grid,
            Bars(edges.shapes.start, edges.u, edges.v, self._bars, start, line),
        )
        first, piece, part, near[ok], near_part[ok] = found
        return np.repeat(ok, np.diff(first)), piece, part, near, near_part

    def _waters_of(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
        """The rims that each point in water lies in, as rows of lines; on an island, in two rims,
        one is on land.
        """
        water, point = shapely.STRtree(shapely.points(lon, lat)).query(self._water, "intersects")
        wet = np.bincount(point, minlength=len(lon))[point] % 2 == 1
        water, point = water[wet], point[wet]
        order = np.lexsort((water, point))
        start = np.searchsorted(point[order], np.arange(len(lon) + 1))
        return start, len(self._edges.look) + self._rims[water[order]]

    def _at(self, lon: Floats, lat: Floats, piece: Int32s, part: Floats) -> Joins:
        """Joins of points at so much of pieces."""
        lons, lats, line, _ = self._pieces
        m = self._edges.shapes.m

        def between(values: Floats) -> Floats:
            return values[piece] + part * (values[piece + 1] - values[piece])

        at_lon, at_lat = between(lons), between(lats)
        access_m = short_m(lon, lat, at_lon, at_lat)
        return Joins(line[piece], between(m), access_m, at_lon, at_lat)

    def _near_m(self, lon: Floats, lat: Floats, near: Int32s, part: Floats) -> Floats:
        some = np.flatnonzero(near >= 0)
        metres = np.full(len(lon), np.inf)
        metres[some] = self._at(lon[some], lat[some], near[some], part[some]).access_m
        return metres
