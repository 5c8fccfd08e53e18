"""Many lines as arrays: what draws ten thousand streets need not make a geometry of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from gdcoverage.arrays import Floats, Ints, Objects
from gdcoverage.kernels import kernel


class Lines(NamedTuple):
    """Lines one after the other.

    Parameters
    ----------
    x, y : coordinates of all their points; degrees, or of a plane.
    start : of each line, the position of its first point; then the number of all points.
    """

    x: Floats
    y: Floats
    start: Ints

    @classmethod
    def of(cls, shapes: Objects) -> Lines:
        """The lines of LineStrings."""
        xy, line = shapely.get_coordinates(shapes, return_index=True)
        x, y = np.ascontiguousarray(xy.T)
        return cls(x, y, np.searchsorted(line, np.arange(len(shapes) + 1)))

    def shapes(self) -> Objects:
        """LineStrings."""
        if len(self.start) < 2:
            return np.empty(0, object)
        line = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        return np.asarray(shapely.linestrings(self.x, self.y, indices=line), object)

    def simplified(self, tolerance: float) -> Lines:
        """Without the points that lie within the tolerance of a straight line between others.

        Ends stay, so lines that meet still do. (Douglas and Peucker 1973,
        doi:10.3138/FM57-6770-U75U-7727.)
        """
        if not len(self.x) or not tolerance > 0:
            return self
        # Copies, since views and what is read only would each have it compiled anew.
        kept = _bends(np.array(self.x), np.array(self.y), np.array(self.start), float(tolerance))
        before = np.concatenate([[0], np.cumsum(kept)])
        return Lines(self.x[kept], self.y[kept], before[self.start])


@kernel
def _bends(x, y, start, tolerance):  # type: ignore[no-untyped-def]
    """Which points a simplified line keeps."""
    kept = np.zeros(len(x), np.bool_)
    waiting = np.empty((len(x) + 1, 2), np.int64)
    for line in range(len(start) - 1):
        if start[line + 1] == start[line]:
            continue
        kept[start[line]] = kept[start[line + 1] - 1] = True
        waiting[0, 0], waiting[0, 1] = start[line], start[line + 1] - 1
        depth = 1
        while depth:
            depth -= 1
            first, last = waiting[depth, 0], waiting[depth, 1]
            farthest, at = tolerance * tolerance, -1
            dx, dy = x[last] - x[first], y[last] - y[first]
            square = dx * dx + dy * dy
            for i in range(first + 1, last):
                ax, ay = x[i] - x[first], y[i] - y[first]
                along = 0.0
                if square > 0.0:
                    along = min(max((ax * dx + ay * dy) / square, 0.0), 1.0)
                away = (ax - along * dx) ** 2 + (ay - along * dy) ** 2
                if away > farthest:
                    farthest, at = away, i
            if at >= 0:
                kept[at] = True
                waiting[depth, 0], waiting[depth, 1] = first, at
                waiting[depth + 1, 0], waiting[depth + 1, 1] = at, last
                depth += 2
    return kept
