"""The same question made smaller: what is decided applied, rows merged, dominated sites dropped."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gdcoverage.locate._model import (
    Bools,
    CoverModel,
    Floats,
    Ints,
    Lists,
    picked,
    renaming,
    transposed,
)

Hashes = NDArray[np.uint64]

# Relative size of the rounding that sums of weights in another order may show.
ROUNDING = 1e-10


class Reduced(NamedTuple):
    """A smaller model with the same answers, and the way back."""

    model: CoverModel
    names: Ints  # of each site left: its number in the model before
    forced: Ints  # sites (numbers before) that some best plan surely has
    value: float  # what the forced sites are worth
    cost: float  # what they cost


def reduced(model: CoverModel, allowed: Bools, forced: Ints) -> Reduced:
    """Choose `forced`, forget what is not `allowed`, and shrink while anything shrinks.

    Kept are the best worth and the limits; where every row must be covered, rows that another
    row implies go too. Dominated sites stay where a second cover counts: there a twin helps.
    """
    total = model.is_total()
    allowed = allowed.copy()
    allowed[forced] = False
    found, value, cost = [forced], 0.0, 0.0
    names = np.arange(len(model.cost))
    while True:
        model, gained, spent = _chosen(model, forced)
        value, cost = value + gained, cost + spent
        model, kept = _without_idle(model, allowed)
        names = names[kept]
        model = _with_fewer_rows(model, total)
        if not model.second.any():
            keep = ~_contained(model.rows, model.sites, model.cost, model.groups, False)
            if not keep.all():
                model, names = _subset(model, np.flatnonzero(keep)), names[keep]
                model = _with_fewer_rows(model, total)
        forced = np.empty(0, np.int64)
        if total:
            model = model._replace(first=np.ones(len(model.first)), target=float(len(model.first)))
            if not len(model.limits):
                forced = np.unique(model.sites.items[model.sites.start[:-1]][_single(model.sites)])
        if not len(forced):
            return Reduced(model, names, np.sort(np.concatenate(found)), value, cost)
        found.append(names[forced])
        allowed = np.ones(len(names), np.bool_)
        allowed[forced] = False


def canonical(model: CoverModel) -> tuple[CoverModel, Ints]:
    """Rows and sites in an order that depends on what they are, not on how they were numbered.

    Hashes of weights and costs are spread along the cover sets (Weisfeiler and Leman's colour
    refinement), so only rows or sites that are alike in every respect keep their given order.
    Returns the model and, for each of its sites, the number before.
    """
    row = _mixed(_bits(model.first) + 3 * _bits(model.second))
    members = transposed(model.groups, len(model.limits))
    group = _mixed(model.limits.astype(np.uint64))
    site = _mixed(_bits(model.cost))
    for _ in range(3):
        site = _mixed(site + _sums(model.rows, row) + 5 * _sums(model.groups, group))
        row = _mixed(row + _sums(model.sites, site))
        group = _mixed(group + _sums(members, site))
    order = np.argsort(site, kind="stable")
    model = _subset(model, order)
    return _ordered_rows(model, np.argsort(row, kind="stable")), order


def components(model: CoverModel) -> list[Ints]:
    """Sites that share rows, directly or through others; sites of one group stay together."""
    label = _labels(
        model.rows, model.sites, model.groups, transposed(model.groups, len(model.limits))
    )
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if len(order) else []


def restricted(model: CoverModel, sites: Ints) -> CoverModel:
    """The model with only these sites and the rows that they cover."""
    total = model.is_total()
    model = _subset(model, sites)
    model = _ordered_rows(model, np.flatnonzero(model.sites.sizes() > 0))
    return model._replace(target=float(model.first.sum())) if total else model


def _chosen(model: CoverModel, sites: Ints) -> tuple[CoverModel, float, float]:
    """The model once `sites` are chosen (they stay in it, useless), their value and cost."""
    if not len(sites):
        return model, 0.0, 0.0
    taken = np.zeros(len(model.cost), np.bool_)
    taken[sites] = True
    times = np.bincount(
        model.rows.items[np.repeat(taken, model.rows.sizes())], minlength=len(model.first)
    )
    used = np.bincount(
        model.groups.items[np.repeat(taken, model.groups.sizes())], minlength=len(model.limits)
    )
    value = float(model.first[times >= 1].sum() + model.second[times >= 2].sum())
    cost = float(model.cost[sites].sum())
    changed = model._replace(
        first=np.where(times == 0, model.first, np.where(times == 1, model.second, 0.0)),
        second=np.where(times == 0, model.second, 0.0),
        limits=model.limits - used,
        budget=model.budget - cost,
        target=model.target - value,
    )
    return changed, value, cost


def _without_idle(model: CoverModel, allowed: Bools) -> tuple[CoverModel, Ints]:
    """Without sites that may not be chosen or add nothing, groups that cannot bind, empty rows."""
    full = np.bincount(
        model.groups.owners()[model.limits[model.groups.items] <= 0], minlength=len(allowed)
    )
    useful = model.first > 0
    gives = np.bincount(model.rows.owners()[useful[model.rows.items]], minlength=len(allowed))
    fits = model.cost <= model.budget * (1 + ROUNDING) + ROUNDING
    sites = np.flatnonzero(allowed & (full == 0) & fits & (gives > 0))
    model = _subset(model, sites)
    members = np.bincount(model.groups.items, minlength=len(model.limits))
    binding = np.flatnonzero(members > model.limits)
    names = renaming(binding, len(model.limits))
    groups = picked(model.groups, np.arange(len(sites)), names)
    model = model._replace(groups=groups, limits=model.limits[binding])
    around = model.sites.sizes()
    model = model._replace(second=np.where(around > 1, model.second, 0.0))
    return _ordered_rows(model, np.flatnonzero((model.first > 0) & (around > 0))), sites


def _with_fewer_rows(model: CoverModel, total: bool) -> CoverModel:
    """Rows with the same sites made one; where all must be covered, implied rows dropped."""
    if total:
        free = np.zeros(len(model.first))
        alone = Lists(np.zeros(len(free) + 1, np.int64), np.empty(0, np.int32))
        implied = _contained(model.sites, model.rows, free, alone, True)
        return _ordered_rows(model, np.flatnonzero(~implied))
    number = np.arange(len(model.cost), dtype=np.uint64)
    same, group = np.unique(_sums(model.sites, _mixed(number)), return_inverse=True)
    if len(same) == len(model.first):
        return model
    twin = _twins(model.sites.start, model.sites.items, group, len(same))
    kept = np.flatnonzero(twin == np.arange(len(twin)))
    first = np.bincount(twin, model.first, len(twin))[kept].astype(float)
    second = np.bincount(twin, model.second, len(twin))[kept].astype(float)
    return _ordered_rows(model, kept)._replace(first=first, second=second)


def _subset(model: CoverModel, sites: Ints) -> CoverModel:
    """The model with only these sites, in this order."""
    if np.array_equal(sites, np.arange(len(model.cost))):
        return model
    every = np.arange(len(model.first))
    rows = picked(model.rows, sites, every)
    return model._replace(
        rows=rows,
        sites=transposed(rows, len(every)),
        cost=model.cost[sites],
        groups=picked(model.groups, sites, np.arange(len(model.limits))),
    )


def _ordered_rows(model: CoverModel, rows: Ints) -> CoverModel:
    """The model with only these rows, in this order."""
    if np.array_equal(rows, np.arange(len(model.first))):
        return model
    sites = picked(model.sites, rows, np.arange(len(model.cost)))
    return model._replace(
        rows=transposed(sites, len(model.cost)),
        sites=sites,
        first=model.first[rows],
        second=model.second[rows],
    )


def _single(lists: Lists) -> Bools:
    return lists.sizes() == 1


def _bits(values: Floats) -> Hashes:
    # Single precision, so that sums of the same weights in another order look the same.
    return values.astype(np.float32).view(np.uint32).astype(np.uint64)


def _mixed(numbers: Hashes) -> Hashes:
    """Well-spread hashes of numbers (the finaliser of SplitMix64, Steele et al. 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _sums(lists: Lists, hashes: Hashes) -> Hashes:
    return _hash_sums(lists.start, lists.items, hashes)


@njit(cache=True, nogil=True)
def _labels(rows, sites, groups, members):  # type: ignore[no-untyped-def]
    """The number of the component of each site, by search from site to site."""
    count = len(rows.start) - 1
    label = np.full(count, -1, np.int64)
    seen = np.zeros(len(sites.start) - 1, np.bool_)
    waiting = np.empty(count, np.int64)
    for root in range(count):
        if label[root] >= 0:
            continue
        label[root], waiting[0], size = root, root, 1
        while size > 0:
            size -= 1
            site = waiting[size]
            for slot in range(rows.start[site], rows.start[site + 1]):
                row = rows.items[slot]
                if seen[row]:
                    continue
                seen[row] = True
                for other in range(sites.start[row], sites.start[row + 1]):
                    k = sites.items[other]
                    if label[k] < 0:
                        label[k], waiting[size] = root, k
                        size += 1
            for slot in range(groups.start[site], groups.start[site + 1]):
                group = groups.items[slot]
                for other in range(members.start[group], members.start[group + 1]):
                    k = members.items[other]
                    if label[k] < 0:
                        label[k], waiting[size] = root, k
                        size += 1
    return label


@njit(cache=True, nogil=True)
def _hash_sums(start, items, hashes):  # type: ignore[no-untyped-def]
    sums = np.zeros(len(start) - 1, np.uint64)
    for k in range(len(sums)):
        for slot in range(start[k], start[k + 1]):
            sums[k] += hashes[items[slot]]
    return sums


@njit(cache=True, nogil=True)
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


def _contained(lists: Lists, holders: Lists, cost: Floats, groups: Lists, outer: bool) -> Bools:
    """Lists that are part of another (or, with `outer`, that have another as a part).

    Of equal lists all but the first count. A list is only part of one that costs no more and is
    in no group that it is not in itself. `holders` are the transposed lists.
    """
    return _containment(
        lists.start, lists.items, holders.start, holders.items, cost, groups.start, groups.items,
        outer,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _within_groups(start, items, inner, outer):  # type: ignore[no-untyped-def]
    for slot in range(start[inner], start[inner + 1]):
        found = False
        for other in range(start[outer], start[outer + 1]):
            found = found or items[other] == items[slot]
        if not found:
            return False
    return True


@njit(cache=True, nogil=True)
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
            other = lists[slot]
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
