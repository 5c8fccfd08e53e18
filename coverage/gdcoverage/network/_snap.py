"""Joining points to the network: the nearest place on the nearest street, within a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from gdcoverage.arrays import Bools, Floats, Int32s, Ints, Objects
from gdcoverage.geo.ellipsoid import GEOD, short_m
from gdcoverage.geo.lines import Lines
from gdcoverage.geo.plane import TOLERANCE_M, stretch, to_plane
from gdcoverage.kernels import kernel

_ES = GEOD.es  # squared eccentricity, as a number that kernels can hold


class Shapes(NamedTuple):
    """The edges as lines; `WalkNetwork` says what each array holds."""

    start: Ints
    lon: Floats
    lat: Floats
    m: Floats


@dataclass(frozen=True, eq=False)
class Snap:
    """Where points join the network, one entry per point.

    Parameters
    ----------
    edge : index of the edge joined, int32; -1 where the point is off the network.
    along_m : metres from the edge's start to the place of joining; NaN off the network.
    access_m : straight metres from the point to that place; NaN off the network.
    lon, lat : that place, degrees, WGS-84; NaN off the network.
    component : component joined, int32, 0 the one with most street; -1 off the network.
    """

    edge: Int32s
    along_m: Floats
    access_m: Floats
    lon: Floats
    lat: Floats
    component: Int32s

    @property
    def status(self) -> Objects:
        """``ok``, ``island`` (joined, but not to the largest component) or ``off_network``."""
        names = np.array(["ok", "island", "off_network"], object)
        return names[np.where(self.component < 0, 2, np.minimum(self.component, 1))]

    def __len__(self) -> int:
        return len(self.edge)

    def __getitem__(self, rows: Ints | Bools) -> Snap:
        return Snap(
            self.edge[rows],
            self.along_m[rows],
            self.access_m[rows],
            self.lon[rows],
            self.lat[rows],
            self.component[rows],
        )


class EdgeIndex:
    """Spatial index over the edges that points may join.

    Parameters
    ----------
    keep : which edges these are.
    """

    def __init__(self, shapes: Shapes, keep: Bools) -> None:
        self._shapes, self._edges = shapes, np.flatnonzero(keep)
        x, y = to_plane(shapes.lon, shapes.lat)
        size = np.diff(shapes.start)
        on_kept = np.repeat(keep, size)
        start = np.concatenate([[0], np.cumsum(size[keep])])
        self._tree = shapely.STRtree(Lines(x[on_kept], y[on_kept], start).shapes())

    def nearest(self, lon: Floats, lat: Floats, limit_m: float) -> Int32s:
        """Nearest edge of each point within about the limit, -1 for none; ties to the lowest."""
        edge = np.full(len(lon), -1, np.int32)
        ok = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) < 89))
        if not len(ok) or not len(self._edges):
            return edge
        points = shapely.points(*to_plane(lon[ok], lat[ok]))
        # A hand's breadth more than the limit: the caller measures on the ground and decides.
        reach = (limit_m + 1) * float(stretch(lat[ok]).max()) * 1.001
        point, line = self._tree.query_nearest(points, max_distance=reach)
        order = np.lexsort((line, point))
        point, first = np.unique(point[order], return_index=True)
        edge[ok[point]] = self._edges[line[order][first]]
        return edge

    def join(self, lon: Floats, lat: Floats, limit_m: float, component: Int32s) -> Snap:
        """Join points to their nearest edge; beyond the limit a point stays off the network.

        Parameters
        ----------
        component : the component of each edge.
        """
        edge = self.nearest(lon, lat, limit_m)
        along_m, at_lon, at_lat = _foot(edge, lon, lat, self._shapes)
        access_m = short_m(lon, lat, at_lon, at_lat)
        off = ~(access_m <= limit_m + TOLERANCE_M)
        edge[off] = -1
        for values in (along_m, access_m, at_lon, at_lat):
            values[off] = np.nan
        joined = np.where(off, -1, component[edge] if len(component) else -1).astype(np.int32)
        return Snap(edge, along_m, access_m, at_lon, at_lat, joined)


@kernel
def _foot(edge, lon, lat, shapes):  # type: ignore[no-untyped-def]
    """Nearest place on each point's edge, in the plane that touches the earth at the point."""
    shape_start, shape_lon, shape_lat, shape_m = shapes
    along = np.full(len(edge), np.nan)
    at_lon = np.full(len(edge), np.nan)
    at_lat = np.full(len(edge), np.nan)
    for p in np.flatnonzero(edge >= 0):
        # A degree of longitude, in degrees of latitude: by the radii of the ellipsoid here.
        phi = np.radians(lat[p])
        squeeze = np.cos(phi) * (1 - _ES * np.sin(phi) ** 2) / (1 - _ES)
        best = np.inf
        for i in range(shape_start[edge[p]], shape_start[edge[p] + 1] - 1):
            ax = (shape_lon[i] - lon[p]) * squeeze
            ay = shape_lat[i] - lat[p]
            dx = (shape_lon[i + 1] - shape_lon[i]) * squeeze
            dy = shape_lat[i + 1] - shape_lat[i]
            square = dx * dx + dy * dy
            t = 0.0
            if square > 0.0:
                t = min(max(-(ax * dx + ay * dy) / square, 0.0), 1.0)
            x, y = ax + t * dx, ay + t * dy
            away = x * x + y * y
            if away < best:
                best = away
                along[p] = shape_m[i] + t * (shape_m[i + 1] - shape_m[i])
                at_lon[p] = shape_lon[i] + t * (shape_lon[i + 1] - shape_lon[i])
                at_lat[p] = shape_lat[i] + t * (shape_lat[i + 1] - shape_lat[i])
    return along, at_lon, at_lat
