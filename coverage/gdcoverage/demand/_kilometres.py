"""People of a raster on squares of 1 km², by which the degree of urbanisation is judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rasterio.transform import Affine

from gdcoverage.arrays import Floats, Int32s, Ints
from gdcoverage.demand._degurba import Degrees, degree_of_urbanisation
from gdcoverage.demand._ground import Ground
from gdcoverage.demand._land import land_share
from gdcoverage.kernels import kernel
from gdcoverage.problems import unusable

_LARGEST_GRID = 100_000_000
# What reaches so little into a square, in km, is rounding: it lies beside it.
_MILLIMETRE = 1e-6


class Kilometres:
    """People on squares of 1 km², gathered batch by batch.

    The squares are the raster's own cells where these are such (GHS-POP at 1 km); else those of
    the GHSL grid, over which the people of a cell are spread by area, exactly. Cells of 100 m of
    GHS-POP lie in one square each.

    Parameters
    ----------
    ground : where the raster's cells lie.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground, self._own = ground, ground.is_kilometre_grid
        # Line (of latitude or row), file (column) and people.
        self._parts: list[tuple[Ints, Ints, Floats]] = []

    def add(self, column: Ints, row: Ints, people: Floats) -> None:
        """Take in cells; those that lie nowhere in the plane of the squares are left out."""
        if not len(people):
            return
        if self._own:
            self._parts.append((row, column, people))
            return
        (x, y), *sides = (
            self._ground.kilometres(column + right, row + down)
            for right, down in ((0.5, 0.5), (1.0, 0.5), (0.5, 1.0))
        )
        placed = np.isfinite(x) & np.isfinite(y)
        x, y, people = x[placed], y[placed], people[placed]
        # From the middle to the middle of a side; a cell torn apart there is a point.
        (ux, uy), (vx, vy) = (
            [
                np.nan_to_num(2 * (at[placed] - middle), nan=0.0, posinf=0.0, neginf=0.0)
                for at, middle in zip(side, (x, y), strict=True)
            ]
            for side in sides
        )
        if not len(people):
            return
        wide, high = (np.abs(ux) + np.abs(vx)) / 2, (np.abs(uy) + np.abs(vy)) / 2
        west, south = int(np.floor((x - wide).min())) - 1, int(np.floor((y - high).min())) - 1
        shape = int((y + high).max()) + 2 - south, int((x + wide).max()) + 2 - west
        grid = _empty(shape)
        _spread(grid, x - west, y - south, ux, uy, vx, vy, people)
        line, file = np.nonzero(grid)
        self._parts.append((line + south, file + west, grid[line, file]))

    def squares(self, column: Ints, row: Ints) -> tuple[Int32s, Int32s]:
        """Line and file of the square in which the middle of each cell lies."""
        if self._own:
            return row.astype(np.int32), column.astype(np.int32)
        x, y = self._ground.kilometres(column + 0.5, row + 0.5)
        return np.floor(y).astype(np.int32), np.floor(x).astype(np.int32)

    def degrees(
        self, line: Int32s, file: Int32s, land: Path | None = None
    ) -> tuple[Degrees, float]:
        """Degree of urbanisation of squares, by all people that were added.

        Parameters
        ----------
        line, file : of the squares.
        land : raster of how much is land, as `land_share` reads it; all of it by default, and
            where the raster has no data.

        Returns
        -------
        degree : of each of the squares asked for.
        unknown : people on squares of which the raster of land has no data.

        Raises
        ------
        InputError : the people live too far apart for a grid in memory; `land` is unusable.
        """
        if not len(line):
            return np.zeros(0, np.int8), 0.0
        lines, files, people = map(np.concatenate, zip(*self._parts, strict=True))
        south, west = (min(a.min(), b.min()) for a, b in ((lines, line), (files, file)))
        north, east = (max(a.max(), b.max()) for a, b in ((lines, line), (files, file)))
        grid = _empty((int(north - south) + 1, int(east - west) + 1))
        np.add.at(grid, (lines - south, files - west), people)
        # A square of exactly 300 or 1,500 people counts.
        grid, share, unknown = grid.round(6), None, 0.0
        if land is not None:
            crs, t = self._ground.plane(self._own)
            x, y = t.c + t.a * west + t.b * south, t.f + t.d * west + t.e * south
            share = land_share(land, crs, Affine(t.a, t.b, x, t.d, t.e, y), grid.shape)
            unknown = float(grid[np.isnan(share)].sum())
            share = np.nan_to_num(share, nan=1.0)
        return degree_of_urbanisation(grid, share)[line - south, file - west], unknown


def _empty(shape: tuple[int, int]) -> Floats:
    if shape[0] * shape[1] > _LARGEST_GRID:
        raise unusable("raster_too_wide", "人口栅格范围过大", "请先裁剪到所需的省、市或县")
    return np.zeros(shape)


@kernel
def _sum_to(x: float) -> float:
    """Integral up to x of what is held between 0 and 1."""
    return 0.0 if x < 0.0 else x * x / 2 if x < 1.0 else x - 0.5


@kernel
def _under(px: float, py: float, qx: float, qy: float) -> float:
    """What a side adds to the area that a polygon has within the unit square (Green's theorem).

    The integral of x, held between 0 and 1, over y between 0 and 1, from p to q.
    """
    rise, run = qy - py, qx - px
    if rise == 0.0:
        return 0.0
    at_0, at_1 = -py / rise, (1.0 - py) / rise
    begin = min(max(min(at_0, at_1), 0.0), 1.0)
    end = min(max(at_0, at_1, 0.0), 1.0)
    if end <= begin:
        return 0.0
    a, b = px + begin * run, px + end * run
    if abs(run) < 1e-9:
        return rise * (end - begin) * min(max((a + b) / 2, 0.0), 1.0)
    return rise * (_sum_to(b) - _sum_to(a)) / run


@kernel
def _spread(
    grid: Floats,
    x: Floats,
    y: Floats,
    ux: Floats,
    uy: Floats,
    vx: Floats,
    vy: Floats,
    people: Floats,
) -> None:
    """Add the people of parallelograms to the unit squares that they overlap, by area.

    Parameters
    ----------
    grid : the square of line r and column c lies between y = r and r + 1, x = c and c + 1.
    x, y : middles.
    ux, uy, vx, vy : sides.
    """
    corner_x, corner_y = np.empty(5), np.empty(5)
    for i in range(len(x)):
        wide, high = (abs(ux[i]) + abs(vx[i])) / 2, (abs(uy[i]) + abs(vy[i])) / 2
        west, east = int(np.floor(x[i] - wide)), int(np.floor(x[i] + wide))
        south, north = int(np.floor(y[i] - high)), int(np.floor(y[i] + high))
        inner = np.floor(x[i] - wide + _MILLIMETRE) >= np.floor(
            x[i] + wide - _MILLIMETRE
        ) and np.floor(y[i] - high + _MILLIMETRE) >= np.floor(y[i] + high - _MILLIMETRE)
        whole = abs(ux[i] * vy[i] - uy[i] * vx[i])
        if inner or whole == 0.0:
            grid[int(np.floor(y[i])), int(np.floor(x[i]))] += people[i]
            continue
        for corner in range(5):
            a = 0.5 if corner in (1, 2) else -0.5
            b = 0.5 if corner in (2, 3) else -0.5
            corner_x[corner] = x[i] + a * ux[i] + b * vx[i]
            corner_y[corner] = y[i] + a * uy[i] + b * vy[i]
        for line in range(south, north + 1):
            for file in range(west, east + 1):
                share = 0.0
                for side in range(4):
                    share += _under(
                        corner_x[side] - file,
                        corner_y[side] - line,
                        corner_x[side + 1] - file,
                        corner_y[side + 1] - line,
                    )
                grid[line, file] += people[i] * abs(share) / whole
