"""Places that stand too near to one another: which pairs, and as groups that hold at most one."""

from __future__ import annotations

import numpy as np

from gdcoverage.arrays import Floats, Ints, Objects
from gdcoverage.geo import ellipsoid

# Distances are told to the millimetre: what is nearer by less stands as far apart as asked.
_MILLIMETRE = 0.001


def nearer(
    lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats, metres: float
) -> tuple[Ints, Ints]:
    """All pairs (place, other place) nearer than so many metres, ascending."""
    radius = metres - _MILLIMETRE
    if radius < 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return ellipsoid.pairs_within(lon, lat, other_lon, other_lat, radius)


def rivals(
    bank: Objects, lon: Floats, lat: Floats, metres: float, rival: Objects | None = None
) -> tuple[Ints, Ints]:
    """Pairs (lower, higher) of places of one bank that are nearer than so many metres.

    Parameters
    ----------
    bank : of each place; one without a bank has no rivals.
    rival : of each place, a name; places of one name are no rivals. None: they all are.
    """
    one, other = nearer(lon, lat, lon, lat, metres)
    keep = (one < other) & (bank[one] == bank[other]) & (bank[one] != "")
    if rival is not None:
        keep &= rival[one] != rival[other]
    return one[keep], other[keep]


def cliques(count: int, one: Ints, other: Ints) -> list[Ints]:
    """Sets of places, all rivals of one another, that hold every pair of rivals between them.

    A set that allows one place says more than its pairs do: half of each would satisfy every pair.
    Each set is grown from a pair that none holds yet, by the place with most rivals that is a rival
    of all in it; equal ones by number.
    """
    degree = np.bincount(np.append(one, other), minlength=count)
    # Places by number of rivals, so that the best of some is the least of their new numbers.
    order = np.lexsort((np.arange(count), -degree))
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    near: list[set[int]] = [set() for _ in range(count)]
    left: list[set[int]] = [set() for _ in range(count)]
    for a, b in zip(rank[one].tolist(), rank[other].tolist(), strict=True):
        near[a].add(b)
        near[b].add(a)
        left[min(a, b)].add(max(a, b))
    found = []
    for first, open_ in enumerate(left):
        while open_:
            second = min(open_)
            members, common = [first, second], near[first] & near[second]
            while common:
                best = min(common)
                members.append(best)
                common &= near[best]
            members.sort()
            for place, member in enumerate(members):
                left[member].difference_update(members[place + 1 :])
            found.append(np.sort(order[members]))
    return found
