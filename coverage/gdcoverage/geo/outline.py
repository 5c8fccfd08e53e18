"""The area within a distance of many lines, to draw: a distance field on a grid, and its contour.

Uniting tens of thousands of buffers takes seconds; this takes the tenth part and comes out smooth.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats, Objects
from gdcoverage.kernels import kernel

# Cells across the width, and most cells of a grid (eight bytes each).
_CELLS_ACROSS = 2.0
_MOST_CELLS = 6_000_000


def around(lines: Objects, width: float, smallest_hole: float) -> BaseGeometry:
    """The area within `width` of the lines, without holes smaller than `smallest_hole`.

    Parameters
    ----------
    lines : LineStrings in a plane.
    width : in the plane's units; kept to about a third of itself.
    smallest_hole : in square units.

    Returns
    -------
    Polygon or MultiPolygon; empty without lines.
    """
    if not len(lines):
        return shapely.MultiPolygon()
    left, low, right, high = shapely.total_bounds(lines) + np.array([-2, -2, 2, 2]) * width
    cell = max(width / _CELLS_ACROSS, np.sqrt((right - left) * (high - low) / _MOST_CELLS))
    xy = shapely.get_coordinates(shapely.segmentize(lines, 0.75 * cell))
    columns, rows = int((right - left) / cell) + 2, int((high - low) / cell) + 2
    x, y = (xy[:, 0] - left) / cell, (xy[:, 1] - low) / cell
    field = _distances(x, y, columns, rows, width / cell)
    contours = contour_generator(z=field, fill_type=FillType.OuterOffset)
    polygons = []
    for points, offsets in zip(*contours.filled(-1.0, width / cell), strict=True):
        at = points * cell + np.array([left, low])
        rings = [at[a:b] for a, b in pairwise(offsets)]
        holes = [ring for ring in rings[1:] if _area(ring) >= smallest_hole]
        polygons.append(shapely.Polygon(rings[0], holes))
    return shapely.make_valid(shapely.multipolygons(polygons))


def _area(ring: Floats) -> float:
    x, y = (ring - ring[0]).T
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


@kernel
def _distances(x, y, columns, rows, width):  # type: ignore[no-untyped-def]
    """Cells from each grid point to the nearest of the points, exact a little beyond the width."""
    reach = int(np.ceil(width)) + 1
    field = np.full((rows, columns), float(reach))
    for k in range(len(x)):
        column, row = round(x[k]), round(y[k])
        for j in range(max(row - reach, 0), min(row + reach + 1, rows)):
            for i in range(max(column - reach, 0), min(column + reach + 1, columns)):
                away = np.hypot(i - x[k], j - y[k])
                field[j, i] = min(field[j, i], away)
    return field
