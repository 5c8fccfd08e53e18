"""The places that one may walk to straight from a point, in all directions.

The directions are parted into narrow sectors. A sector is shut at the distance where lines bar
all of it, and farther places in it need not be tested; those that remain are tested against the
pieces of line that meet their sector, one by one.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdcoverage.kernels import kernel

# Places less than a millimetre apart are one; a line met there is touched, not crossed.
TOUCH_M = 0.001
# Lines that pass each other by less meet: far more than what rounding moves them.
_MEET_M = 1e-6

SECTORS = 64
_PER_QUARTER = SECTORS / 4
# What is known of a sector: from how many metres on it is shut; between which parts of it lines
# bar it so far, and how many metres out at most.
SHUT, _FROM, _TO, _FAR = range(4)


def _sector_rims() -> NDArray[np.float64]:
    """Unit vectors at which sectors begin, counter-clockwise from the east."""
    quarter, part = np.divmod(np.arange(SECTORS + 1) / _PER_QUARTER, 1)
    east, north = 1 - part, part
    for turns in range(1, 5):
        turned = quarter >= turns
        east[turned], north[turned] = -north[turned], east[turned]
    return np.column_stack([east, north]) / np.hypot(east, north)[:, None]


_RIM = _sector_rims()


@kernel(inner=True)
def unbarred(sectors, first):
    """Forget what bars the sectors."""
    sectors[:, SHUT], sectors[:, _FROM], sectors[:, _TO], sectors[:, _FAR] = np.inf, 2.0, 1.0, 0.0
    first[:] = -1


@kernel(inner=True)
def direction(x, y):
    """Direction of a place, in sectors, counter-clockwise from the east."""
    part = y / (abs(x) + abs(y))
    if x < 0.0:
        return (2.0 - part) * _PER_QUARTER
    return (part if y >= 0.0 else 4.0 + part) * _PER_QUARTER


@kernel(inner=True)
def _reached(rim, ax, ay, bx, by):
    """How far out the line through two places meets the rim at which a sector begins."""
    dx, dy = bx - ax, by - ay
    across = _RIM[rim, 0] * dy - _RIM[rim, 1] * dx
    return (ax * dy - ay * dx) / across if across != 0.0 else np.inf


@kernel(inner=True)
def bar(barring, count, here, lons, lats, sectors, first, held, used):
    """Let pieces bar the sectors that they meet.

    Parameters
    ----------
    barring : the first so many of these pieces; none is within `TOUCH_M` of the point.
    here : the point: degrees, and metres per degree.
    lons, lats : vertices of the pieces.
    sectors : (sectors, 4), what is known of them.
    first, held, used : each sector's list of pieces: its first row, rows (piece, next row), and
        how many rows are in use; there is room for `SECTORS` more of each piece.

    Returns
    -------
    How many rows are in use now.
    """
    lon, lat, per_lon, per_lat = here
    for k in range(count):
        i = barring[k]
        ax, ay = (lons[i] - lon) * per_lon, (lats[i] - lat) * per_lat
        bx, by = (lons[i + 1] - lon) * per_lon, (lats[i + 1] - lat) * per_lat
        if ax * by - ay * bx < 0.0:
            ax, ay, bx, by = bx, by, ax, ay
        low, high = direction(ax, ay), direction(bx, by)
        if high < low:
            high += SECTORS
        # No piece goes half round the point: one that seems to lies in a line with it.
        if high - low > 0.75 * SECTORS:
            low, high = high - SECTORS, low
        a_m, b_m = np.sqrt(ax * ax + ay * ay), np.sqrt(bx * bx + by * by)
        # Rounding leaves no piece out of the sector of a leg that meets it.
        for s in range(int(np.floor(low - 1e-9)), int(np.floor(high + 1e-9)) + 1):
            at = s % SECTORS
            begin, end = max(low - s, 0.0), min(high - s, 1.0)
            far = max(
                a_m if low > s else _reached(at, ax, ay, bx, by),
                b_m if high < s + 1 else _reached(at + 1, ax, ay, bx, by),
            )
            held[used, 0], held[used, 1] = i, first[at]
            first[at] = used
            used += 1
            if far >= sectors[at, SHUT]:
                continue
            if end >= sectors[at, _FROM] and begin <= sectors[at, _TO]:
                begin, end = min(begin, sectors[at, _FROM]), max(end, sectors[at, _TO])
                far = max(far, sectors[at, _FAR])
            elif end - begin <= sectors[at, _TO] - sectors[at, _FROM]:
                continue
            if begin <= 0.0 and end >= 1.0:
                sectors[at, SHUT] = far
                begin, end, far = 2.0, 1.0, 0.0
            sectors[at, _FROM], sectors[at, _TO], sectors[at, _FAR] = begin, end, far
    return used


@kernel(inner=True)
def met(x, y, leg_m, ax, ay, bx, by):
    """How far along the leg to (x, y) it meets a piece, metres; inf where it does not."""
    a_off, b_off = (x * ay - y * ax) / leg_m, (x * by - y * bx) / leg_m
    if (a_off > _MEET_M and b_off > _MEET_M) or (a_off < -_MEET_M and b_off < -_MEET_M):
        return np.inf
    a_on, b_on = (x * ax + y * ay) / leg_m, (x * bx + y * by) / leg_m
    if abs(a_off) <= _MEET_M and abs(b_off) <= _MEET_M:
        on = min(a_on, b_on)
    else:
        on = a_on + min(max(a_off / (a_off - b_off), 0.0), 1.0) * (b_on - a_on)
    return on if on >= 0.0 else np.inf


@kernel(inner=True)
def nearest_place(ax, ay, bx, by):
    """The place of a piece nearest to the point: so much of it, and metres east and north."""
    dx, dy = bx - ax, by - ay
    along, square = -(ax * dx + ay * dy), dx * dx + dy * dy
    if along <= 0.0 or square == 0.0:
        return 0.0, ax, ay
    if along >= square:
        return 1.0, bx, by
    part = along / square
    return part, ax + part * dx, ay + part * dy
