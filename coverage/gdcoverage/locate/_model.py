"""A covering model as plain arrays: rows of each site, what they are worth, what binds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdcoverage.arrays import Bools, Floats, Int32s, Ints
from gdcoverage.kernels import kernel


class Lists(NamedTuple):
    """Lists of integers, one after another: list k is ``items[start[k]:start[k + 1]]``."""

    start: Ints
    items: Int32s

    def sizes(self) -> Ints:
        """How long each list is."""
        return np.diff(self.start)

    def owners(self) -> Ints:
        """For each item, the list that it stands in."""
        return np.repeat(np.arange(len(self.start) - 1), self.sizes())


class CoverModel(NamedTuple):
    """Choose sites: the most value within a budget, or the least cost that reaches a target.

    A covered row is worth its weight. Both a named tuple of arrays, as kernels like it, and the
    whole statement of the problem: ``budget`` or ``target`` is infinite.
    """

    rows: Lists  # of each site
    sites: Lists  # of each row
    weight: Floats  # of each row
    cost: Floats
    groups: Lists  # of each site
    limits: Ints  # of each group: the most sites
    least: Ints  # of each group: the fewest sites
    floors: Lists  # of each row
    needed: Floats  # of each floor: covered weight
    budget: float
    target: float

    def is_targeted(self) -> bool:
        """Whether cost is minimised for a target, rather than value maximised in a budget."""
        return bool(np.isfinite(self.target))

    def is_total(self) -> bool:
        """Whether the target is that every row be covered."""
        return self.is_targeted() and self.target >= self.weight.sum()

    def without_floors(self) -> CoverModel:
        """The model without what has to be covered of some rows."""
        nothing = Lists(np.zeros(len(self.weight) + 1, np.int64), np.empty(0, np.int32))
        return self._replace(floors=nothing, needed=np.empty(0))

    def is_two_sided(self) -> bool:
        """Whether something must be in a plan that a better plan might do without."""
        return bool(len(self.needed)) or bool((self.least > 0).any())

    def size(self) -> int:
        """Pairs of site and row, and sites: how much there is to decide."""
        return self.entries() + len(self.cost)

    def entries(self) -> int:
        """How many pairs of site and row there are."""
        return len(self.rows.items)


def listed(owner: NDArray[np.integer], item: NDArray[np.integer], count: int) -> Lists:
    """`count` lists from pairs of list number and item."""
    order = np.argsort(owner, kind="stable")
    start = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=count), out=start[1:])
    return Lists(start, item[order].astype(np.int32))


def transposed(lists: Lists, count: int) -> Lists:
    """For each of `count` items, the lists that hold it, ascending."""
    return Lists(*transposed_lists(lists.start, lists.items, count))


def picked(lists: Lists, order: Ints, names: Ints) -> Lists:
    """The lists in `order`, with items renamed by `names` (negative: left out)."""
    return Lists(*_picked(lists.start, lists.items, order, names))


def renaming(order: Ints, count: int) -> Ints:
    """The new name of each of `count` things when only those in `order` stay; -1 for others."""
    names = np.full(count, -1, np.int64)
    names[order] = np.arange(len(order))
    return names


def with_sites(model: CoverModel, sites: Ints) -> CoverModel:
    """The model with only these sites, in this order; rows that lose every site stay."""
    if np.array_equal(sites, np.arange(len(model.cost))):
        return model
    every = np.arange(len(model.weight))
    rows = picked(model.rows, sites, every)
    return model._replace(
        rows=rows,
        sites=transposed(rows, len(every)),
        cost=model.cost[sites],
        groups=picked(model.groups, sites, np.arange(len(model.limits))),
    )


def with_rows(model: CoverModel, rows: Ints) -> CoverModel:
    """The model with only these rows, in this order."""
    if np.array_equal(rows, np.arange(len(model.weight))):
        return model
    sites = picked(model.sites, rows, np.arange(len(model.cost)))
    return model._replace(
        rows=transposed(sites, len(model.cost)),
        sites=sites,
        weight=model.weight[rows],
        floors=picked(model.floors, rows, np.arange(len(model.needed))),
    )


def appended(lists: Lists, more: Lists, shift: int) -> Lists:
    """Each list with another one's items, raised by `shift`, behind it."""
    return Lists(*_appended(lists.start, lists.items, more.start, more.items, shift))


def times_covered(model: CoverModel, taken: Bools) -> Ints:
    """How many of the sites `taken` (one truth value for each) cover each row."""
    rows = model.rows.items[np.repeat(taken, model.rows.sizes())]
    return np.bincount(rows, minlength=len(model.weight))


@kernel
def transposed_lists(start, items, count):  # type: ignore[no-untyped-def]
    turned = np.zeros(count + 1, np.int64)
    for item in items:
        turned[item + 1] += 1
    for k in range(count):
        turned[k + 1] += turned[k]
    at = turned[:-1].copy()
    lists = np.empty(len(items), np.int32)
    for k in range(len(start) - 1):
        for slot in range(start[k], start[k + 1]):
            item = items[slot]
            lists[at[item]] = k
            at[item] += 1
    return turned, lists


@kernel
def _picked(start, items, order, names):  # type: ignore[no-untyped-def]
    begun = np.zeros(len(order) + 1, np.int64)
    for k in range(len(order)):
        size = 0
        for slot in range(start[order[k]], start[order[k] + 1]):
            size += names[items[slot]] >= 0
        begun[k + 1] = begun[k] + size
    kept = np.empty(begun[-1], np.int32)
    at = 0
    for k in range(len(order)):
        for slot in range(start[order[k]], start[order[k] + 1]):
            name = names[items[slot]]
            if name >= 0:
                kept[at] = name
                at += 1
    return begun, kept


@kernel
def _appended(start, items, more, further, shift):  # type: ignore[no-untyped-def]
    begun = start + more
    both = np.empty(len(items) + len(further), np.int32)
    for k in range(len(start) - 1):
        at = begun[k]
        for slot in range(start[k], start[k + 1]):
            both[at] = items[slot]
            at += 1
        for slot in range(more[k], more[k + 1]):
            both[at] = further[slot] + shift
            at += 1
    return begun, both
