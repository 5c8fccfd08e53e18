"""Cover sets that are part of others, and rows with the same sites."""

from __future__ import annotations

import numpy as np

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.kernels import kernel
from gdcoverage.locate._canonical import set_hashes
from gdcoverage.locate._model import Lists


def twins(lists: Lists, count: int) -> Ints:
    """For each list (of `count` different items, sorted) the first that is equal to it."""
    kinds, group = np.unique(set_hashes(lists, count), return_inverse=True)
    return _twins(lists.start, lists.items, group, len(kinds))


def contained(lists: Lists, holders: Lists, cost: Floats, groups: Lists, outer: bool) -> Bools:
    """Lists that are part of another (or, with `outer`, that have another as a part).

    Of equal lists all but the first count. A list is only part of one that costs no more and is
    in no group that it is not in itself. `holders` are the transposed lists.
    """
    return _containment(
        lists.start, lists.items, holders.start, holders.items, cost, groups.start, groups.items,
        outer,
    )  # fmt: skip


@kernel(inner=True)
def _within_groups(start, items, inner, outer):  # type: ignore[no-untyped-def]
    for slot in range(start[inner], start[inner + 1]):
        found = False
        for other in range(start[outer], start[outer + 1]):
            found = found or items[other] == items[slot]
        if not found:
            return False
    return True


@kernel
def _containment(  # type: ignore[no-untyped-def]  # noqa: PLR0912
    start, items, turned, lists, cost, group_start, group_items, outer
):
    count = len(start) - 1
    gone = np.zeros(count, np.bool_)
    most = 0
    for item in range(len(turned) - 1):
        most = max(most, turned[item + 1] - turned[item])
    rivals = np.empty(most, np.int64)
    for k in range(count):
        if gone[k] or start[k] == start[k + 1]:
            continue
        # Only lists that hold the rarest item of k can hold all of k.
        rarest = items[start[k]]
        for slot in range(start[k], start[k + 1]):
            item = items[slot]
            if turned[item + 1] - turned[item] < turned[rarest + 1] - turned[rarest]:
                rarest = item
        size = 0
        for slot in range(turned[rarest], turned[rarest + 1]):
            other = np.int64(lists[slot])
            longer = (start[other + 1] - start[other]) - (start[k + 1] - start[k])
            if gone[other] or other == k or longer < 0 or cost[other] > cost[k]:
                continue
            if not _within_groups(group_start, group_items, other, k):
                continue
            equal = (
                longer == 0
                and cost[other] == cost[k]
                and _within_groups(group_start, group_items, k, other)
            )
            if equal and (other < k) == outer:
                continue
            rivals[size] = other
            size += 1
        for slot in range(start[k], start[k + 1]):
            if size == 0:
                break
            item = items[slot]
            kept, at, end = 0, turned[item], turned[item + 1]
            for r in range(size):
                while at < end and lists[at] < rivals[r]:
                    at += 1
                if at < end and lists[at] == rivals[r]:
                    rivals[kept] = rivals[r]
                    kept += 1
            size = kept
        if outer:
            for r in range(size):
                gone[rivals[r]] = True
        elif size > 0:
            gone[k] = True
    return gone


@kernel
def _twins(start, items, group, groups):  # type: ignore[no-untyped-def]
    """For each list the first of its group that is equal to it, or itself."""
    leader = np.full(groups, -1, np.int64)
    twin = np.arange(len(group))
    for k in range(len(group)):
        first = leader[group[k]]
        if first < 0:
            leader[group[k]] = k
        elif start[k + 1] - start[k] == start[first + 1] - start[first]:
            same = True
            for offset in range(start[k + 1] - start[k]):
                same = same and items[start[k] + offset] == items[start[first] + offset]
            if same:
                twin[k] = first
    return twin
