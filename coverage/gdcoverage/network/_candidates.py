"""The search for candidates around each point; `_snap` states what they are."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdcoverage.arrays import Bools, Floats, Int32s, Ints
from gdcoverage.kernels import kernel
from gdcoverage.network._grid import metres_per_degree
from gdcoverage.network._legs import (
    SECTORS,
    SHUT,
    TOUCH_M,
    bar,
    direction,
    met,
    nearest_place,
    unbarred,
)


class Bars(NamedTuple):
    """The lines that pieces are of: edges, then barriers.

    Parameters
    ----------
    edge_start : first vertex of each edge; then the number of all their vertices.
    edge_u, edge_v : their end nodes.
    bars : of each line whether legs end at it.
    start, line : point ``p`` does not heed the lines ``line[start[p]:start[p + 1]]``.
    """

    edge_start: Ints
    edge_u: Int32s
    edge_v: Int32s
    bars: Bools
    start: Ints
    line: Ints


class _Places(NamedTuple):
    """Nearest places of edges: the edge, the piece of it, so much of the piece, and metres."""

    edge: Int32s
    piece: Int32s
    part: Floats
    metres: Floats


class _Around(NamedTuple):
    """What is known around a point so far.

    Parameters
    ----------
    seen, marked : the last point for which each piece and each edge was looked at.
    row_of : where each edge is among the open ones; -1 once its nearest place is certain.
    sectors, first : see `_legs.bar`.
    open, kept : the nearest places so far, and the candidates.
    barring : pieces of the last ring that bar legs.
    """

    seen: Int32s
    marked: Int32s
    row_of: Int32s
    sectors: NDArray[np.float64]
    first: Int32s
    open: _Places
    kept: _Places
    barring: Int32s


@kernel
def candidates(lon, lat, reach_m, pieces, grid, lines):
    """The candidates of each point, nearest first, and the nearest street whatever bars it.

    Parameters
    ----------
    lon, lat : points, degrees.
    reach_m : how far to look.
    pieces, grid : of `_grid`, of joinable edges and of barriers.
    lines : what the pieces are of.

    Returns
    -------
    start : point ``p`` has the candidates ``start[p]`` up to ``start[p + 1]``.
    piece, part : the place of each: so much of the piece from its first vertex.
    near, near_part : per point the nearest place of any edge; -1 where none is within reach.
    """
    start = np.zeros(len(lon) + 1, np.int64)
    piece, part = np.empty(4 * len(lon) + 16, np.int32), np.empty(4 * len(lon) + 16)
    near, near_part = np.full(len(lon), -1, np.int32), np.zeros(len(lon))
    around = _nothing(len(pieces.lon), len(lines.edge_u))
    held = np.empty((1024, 2), np.int32)
    filled = 0
    for p in range(len(lon)):
        here = (p, lon[p], lat[p])
        unbarred(around.sectors, around.first)
        # A plain 0 is a type of its own, and what is called with it is compiled twice.
        used = opened = kept = ring = np.int64(0)
        nearest = (np.int32(-1), 0.0, np.inf)
        while True:
            opened, barring = _look(here, reach_m, ring, pieces, grid, lines, around, opened)
            while used + barring * SECTORS > len(held):
                held = np.concatenate((held, np.empty_like(held)))
            used = bar(
                around.barring,
                barring,
                (lon[p], lat[p], *metres_per_degree(lat[p])),
                pieces.lon,
                pieces.lat,
                around.sectors,
                around.first,
                held,
                used,
            )
            # No place that was not looked at is nearer than this.
            sure_m = _looked_at(here, ring, grid)
            nearest, opened, kept = _settle(
                here, sure_m, nearest, pieces, around, held, opened, kept
            )
            shut_m = 0.0
            for s in range(SECTORS):
                shut_m = max(shut_m, around.sectors[s, SHUT])
            if sure_m >= reach_m or (nearest[0] >= 0 and shut_m + TOUCH_M < sure_m):
                break
            ring += 1
        near[p], near_part[p], _ = nearest
        kept = _in_order(around.kept, kept, lines)
        while filled + kept > len(piece):
            piece = np.concatenate((piece, np.empty_like(piece)))
            part = np.concatenate((part, np.empty_like(part)))
        for k in range(kept):
            piece[filled], part[filled] = around.kept.piece[k], around.kept.part[k]
            filled += 1
        start[p + 1] = filled
    return start, piece[:filled].copy(), part[:filled].copy(), near, near_part


@kernel(inner=True)
def _nothing(vertices, edges):
    """Nothing is known yet."""
    return _Around(
        np.full(vertices, -1, np.int32),
        np.full(edges, -1, np.int32),
        np.empty(edges, np.int32),
        np.empty((SECTORS, 4)),
        np.empty(SECTORS, np.int32),
        _no_places(edges),
        _no_places(edges),
        np.empty(vertices, np.int32),
    )


@kernel(inner=True)
def _no_places(edges):
    """Room for one place of each edge."""
    numbers = np.empty((2, edges), np.int32)
    return _Places(numbers[0], numbers[1], np.empty(edges), np.empty(edges))


@kernel(inner=True)
def _cell_at(lon, lat, grid):
    """Column and row of the cell of a point, which may lie outside of them all."""
    column = int(np.floor((lon - grid.west) / grid.width))
    return column, int(np.floor((lat - grid.south) / grid.height))


@kernel(inner=True)
def _look(here, reach_m, ring, pieces, grid, lines, around, opened):  # noqa: PLR0912 - one scan
    """Take note of the pieces in a ring of cells around the point's own.

    Returns
    -------
    How many edges are open now, and how many pieces of the ring bar legs.
    """
    # Arrays are taken out of their tuples once: the compiler counts references at every use else.
    p, lon, lat = here
    lons, lats, line_of, _ = pieces
    bars, heedless, unheeded = lines.bars, lines.start, lines.line
    seen, marked, row_of, sectors, _, _, _, barring = around
    edge, piece, part, metres = around.open
    start, listed, columns = grid.start, grid.piece, grid.columns
    edges = len(lines.edge_u)
    per_lon, per_lat = metres_per_degree(lat)
    column, row = _cell_at(lon, lat, grid)
    bar_count = 0
    for r in range(max(row - ring, 0), min(row + ring, grid.rows - 1) + 1):
        step = 1 if abs(r - row) == ring else 2 * ring
        for c in range(column - ring, column + ring + 1, step):
            if c < 0 or c >= columns:
                continue
            cell = r * columns + c
            for k in range(start[cell], start[cell + 1]):
                i = listed[k]
                if seen[i] == p:
                    continue
                seen[i] = p
                ax, ay = (lons[i] - lon) * per_lon, (lats[i] - lat) * per_lat
                bx, by = (lons[i + 1] - lon) * per_lon, (lats[i + 1] - lat) * per_lat
                share, x, y = nearest_place(ax, ay, bx, by)
                away = np.sqrt(x * x + y * y)
                if away > reach_m:
                    continue
                line = line_of[i]
                if line < edges:
                    if marked[line] != p:
                        marked[line], row_of[line] = p, opened
                        edge[opened], metres[opened] = line, np.inf
                        opened += 1
                    o = row_of[line]
                    if o >= 0 and (away < metres[o] or (away == metres[o] and i < piece[o])):
                        piece[o], part[o], metres[o] = i, share, away
                elif away <= TOUCH_M or _holds(unheeded, heedless[p], heedless[p + 1], line):
                    continue
                if not bars[line]:
                    continue
                if away <= TOUCH_M:
                    for s in range(SECTORS):
                        sectors[s, SHUT] = TOUCH_M
                    continue
                barring[bar_count] = i
                bar_count += 1
    return opened, bar_count


@kernel(inner=True)
def _holds(values, first, end, value):
    """Whether a value is among some."""
    found = False
    for k in range(first, end):
        found = found or values[k] == value
    return found


@kernel(inner=True)
def _looked_at(here, ring, grid):
    """Metres to the nearest cell that was not looked at."""
    _, lon, lat = here
    per_lon, per_lat = metres_per_degree(lat)
    column, row = _cell_at(lon, lat, grid)
    metres = np.inf
    if column > ring:
        metres = min(metres, (lon - grid.west - (column - ring) * grid.width) * per_lon)
    if column + ring < grid.columns - 1:
        metres = min(metres, (grid.west + (column + ring + 1) * grid.width - lon) * per_lon)
    if row > ring:
        metres = min(metres, (lat - grid.south - (row - ring) * grid.height) * per_lat)
    if row + ring < grid.rows - 1:
        metres = min(metres, (grid.south + (row + ring + 1) * grid.height - lat) * per_lat)
    return metres


@kernel(inner=True)
def _settle(here, sure_m, nearest, pieces, around, held, opened, kept):
    """Judge the edges whose nearest place is certain.

    Parameters
    ----------
    nearest : of all so far: piece, part and metres.
    opened, kept : how many edges are open, and candidates.

    Returns
    -------
    nearest, opened, kept : as they are now.
    """
    _, lon, lat = here
    lons, lats, line_of, _ = pieces
    _, _, row_of, sectors, first, _, _, _ = around
    edge, piece, part, metres = around.open
    kept_edge, kept_piece, kept_part, kept_m = around.kept
    per_lon, per_lat = metres_per_degree(lat)
    left = 0
    for o in range(opened):
        if metres[o] >= sure_m:
            edge[left], piece[left], part[left], metres[left] = (
                edge[o],
                piece[o],
                part[o],
                metres[o],
            )
            row_of[edge[left]] = left
            left += 1
            continue
        row_of[edge[o]] = -1
        i, leg_m = piece[o], metres[o]
        if leg_m < nearest[2]:
            nearest = (i, part[o], leg_m)
        ax, ay = (lons[i] - lon) * per_lon, (lats[i] - lat) * per_lat
        bx, by = (lons[i + 1] - lon) * per_lon, (lats[i + 1] - lat) * per_lat
        x, y = ax + part[o] * (bx - ax), ay + part[o] * (by - ay)
        h = -1
        open_ = leg_m <= TOUCH_M
        if not open_:
            s = int(direction(x, y)) % SECTORS
            open_ = leg_m <= sectors[s, SHUT] + TOUCH_M
            h = first[s]
        while open_ and h >= 0:
            j = held[h, 0]
            if line_of[j] != edge[o]:
                ax, ay = (lons[j] - lon) * per_lon, (lats[j] - lat) * per_lat
                bx, by = (lons[j + 1] - lon) * per_lon, (lats[j + 1] - lat) * per_lat
                open_ = met(x, y, leg_m, ax, ay, bx, by) >= leg_m - TOUCH_M
            h = held[h, 1]
        if open_:
            kept_edge[kept], kept_piece[kept] = edge[o], i
            kept_part[kept], kept_m[kept] = part[o], leg_m
            kept += 1
    return nearest, left, kept


@kernel(inner=True)
def _in_order(places, count, lines):
    """Sort places by metres, then by edge; of those at one node a certain one, the lowest, stays.

    Returns
    -------
    How many there are then.
    """
    edge, piece, part, metres = places
    edge_start, edge_u, edge_v, bars, _, _ = lines
    stay = 0
    for k in range(count):
        e, i, t, m = edge[k], piece[k], part[k], metres[k]
        node = -1
        if t == 0.0 and i == edge_start[e]:
            node = edge_u[e]
        elif t == 1.0 and i + 2 == edge_start[e + 1]:
            node = edge_v[e]
        at = stay
        for j in range(stay):
            if node >= 0 and (
                (part[j] == 0.0 and piece[j] == edge_start[edge[j]] and edge_u[edge[j]] == node)
                or (
                    part[j] == 1.0
                    and piece[j] + 2 == edge_start[edge[j] + 1]
                    and edge_v[edge[j]] == node
                )
            ):
                at = j
        if at < stay:
            if bars[e] < bars[edge[at]] or (bars[e] == bars[edge[at]] and e > edge[at]):
                continue
        else:
            stay += 1
        edge[at], piece[at], part[at], metres[at] = e, i, t, m
    for k in range(1, stay):
        e, i, t, m = edge[k], piece[k], part[k], metres[k]
        j = k
        while j > 0 and (m < metres[j - 1] or (m == metres[j - 1] and e < edge[j - 1])):
            edge[j], piece[j] = edge[j - 1], piece[j - 1]
            part[j], metres[j] = part[j - 1], metres[j - 1]
            j -= 1
        edge[j], piece[j], part[j], metres[j] = e, i, t, m
    return stay
