"""Straight pieces of lines in square cells, for those who ask what lies near a point."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Floats, Int32s, Ints
from gdcoverage.geo.ellipsoid import GEOD
from gdcoverage.kernels import kernel

# Cells are as wide as a block of a city, or wider where there would be too many.
_CELL_M = 80.0
_CELLS_PER_PIECE = 2
_FEWEST_CELLS = 1_000
# Pieces are put in cells with a rim, so that rounding leaves none out.
_RIM = 1e-9

# The ellipsoid as numbers that kernels can hold.
_A, _ES = GEOD.a, GEOD.es


class Pieces(NamedTuple):
    """The pieces of many lines: piece ``i`` leads from vertex ``i`` to the next.

    Parameters
    ----------
    lon, lat : vertices, degrees, one line after the other.
    line : the line that each vertex is of, int32.
    real : numbers of the pieces; the last vertex of a line begins none.
    """

    lon: Floats
    lat: Floats
    line: Int32s
    real: Ints


class Grid(NamedTuple):
    """Cells from the south-west corner east and north; row by row.

    Parameters
    ----------
    west, south : that corner, degrees.
    width, height : of a cell, degrees.
    columns, rows : how many.
    start, piece : cell ``c`` is met by the pieces ``piece[start[c]:start[c + 1]]``, ascending.
    """

    west: float
    south: float
    width: float
    height: float
    columns: int
    rows: int
    start: Ints
    piece: Int32s


@kernel
def metres_per_degree(lat):
    """Metres east and north in a degree, close around a place at this latitude."""
    phi = np.radians(lat)
    square = 1 - _ES * np.sin(phi) ** 2
    normal = _A / np.sqrt(square)
    per_degree = np.pi / 180
    return normal * np.cos(phi) * per_degree, normal * (1 - _ES) / square * per_degree


def grid_of(pieces: Pieces) -> Grid:
    """The cells that the pieces, of which there is one at least, meet."""
    used = np.concatenate([pieces.real, pieces.real + 1])
    west, east = pieces.lon[used].min(), pieces.lon[used].max()
    south, north = pieces.lat[used].min(), pieces.lat[used].max()
    per_lon, per_lat = metres_per_degree((south + north) / 2)
    across, up = (east - west) * per_lon, (north - south) * per_lat
    most = max(_CELLS_PER_PIECE * len(pieces.real), _FEWEST_CELLS)
    cell_m = _CELL_M
    while (across / cell_m + 1) * (up / cell_m + 1) > most:
        cell_m *= 1.25
    width, height = cell_m / per_lon, cell_m / per_lat
    columns, rows = int(across // cell_m) + 1, int(up // cell_m) + 1
    corner = float(west), float(south), float(width), float(height), columns, rows
    start, piece = _filled(pieces, corner)
    return Grid(*corner, start, piece)


@kernel
def _filled(pieces, corner):
    """Which pieces meet each cell."""
    lon, lat, _, real = pieces
    _, _, _, _, columns, rows = corner
    room = np.empty(columns + 4 * rows + 8, np.int64)
    start = np.zeros(columns * rows + 1, np.int64)
    for i in real:
        for c in range(_cells_of(lon[i], lat[i], lon[i + 1], lat[i + 1], corner, room)):
            start[room[c] + 1] += 1
    for c in range(columns * rows):
        start[c + 1] += start[c]
    piece = np.empty(start[-1], np.int32)
    free = start[:-1].copy()
    for i in real:
        for c in range(_cells_of(lon[i], lat[i], lon[i + 1], lat[i + 1], corner, room)):
            piece[free[room[c]]] = i
            free[room[c]] += 1
    return start, piece


@kernel(inner=True)
def _cells_of(lon_a, lat_a, lon_b, lat_b, corner, cells):
    """Put the cells that a piece meets into an array; returns how many."""
    west, south, width, height, columns, rows = corner
    ax, ay = (lon_a - west) / width, (lat_a - south) / height
    bx, by = (lon_b - west) / width, (lat_b - south) / height
    if by < ay:
        ax, ay, bx, by = bx, by, ax, ay
    count = 0
    for row in range(max(int(ay - _RIM), 0), min(int(by + _RIM), rows - 1) + 1):
        # The part of the piece in this row.
        low, high = ax, bx
        if by > ay:
            low = ax + (bx - ax) * min(max((row - _RIM - ay) / (by - ay), 0.0), 1.0)
            high = ax + (bx - ax) * min(max((row + 1 + _RIM - ay) / (by - ay), 0.0), 1.0)
        if high < low:
            low, high = high, low
        for column in range(max(int(low - _RIM), 0), min(int(high + _RIM), columns - 1) + 1):
            cells[count] = row * columns + column
            count += 1
    return count
