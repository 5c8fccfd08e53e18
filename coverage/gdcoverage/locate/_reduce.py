"""The same question made smaller: what is decided applied, rows merged, dominated sites dropped."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Ints
from gdcoverage.kernels import kernel
from gdcoverage.locate._containment import contained, twins
from gdcoverage.locate._model import (
    CoverModel,
    Lists,
    appended,
    picked,
    renaming,
    times_covered,
    transposed,
    with_rows,
    with_sites,
)

# Relative size of the rounding that sums of costs in another order may show.
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
    row implies go too.
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
        keep = ~_dominated(model)
        if not keep.all():
            model, names = with_sites(model, np.flatnonzero(keep)), names[keep]
            model = _with_fewer_rows(model, total)
        forced = np.empty(0, np.int64)
        if total:
            rows = len(model.weight)
            model = model._replace(weight=np.ones(rows), target=float(rows))
            if not len(model.limits):
                forced = np.unique(
                    model.sites.items[model.sites.start[:-1]][model.sites.sizes() == 1]
                )
        if not len(forced):
            return Reduced(model, names, np.sort(np.concatenate(found)), value, cost)
        found.append(names[forced])
        allowed = np.ones(len(names), np.bool_)
        allowed[forced] = False


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
    model = with_sites(model, sites)
    model = with_rows(model, np.flatnonzero(model.sites.sizes() > 0))
    here = np.bincount(model.groups.items, minlength=len(model.limits)) > 0
    model = model._replace(least=np.where(here, model.least, 0))
    return model._replace(target=float(model.weight.sum())) if total else model


def _chosen(model: CoverModel, sites: Ints) -> tuple[CoverModel, float, float]:
    """The model once `sites` are chosen (they stay in it, useless), their value and cost."""
    if not len(sites):
        return model, 0.0, 0.0
    taken = np.zeros(len(model.cost), np.bool_)
    taken[sites] = True
    covered = times_covered(model, taken) > 0
    used = np.bincount(
        model.groups.items[np.repeat(taken, model.groups.sizes())], minlength=len(model.limits)
    )
    value = float(model.weight[covered].sum())
    reached = np.bincount(
        model.floors.items,
        np.where(covered, model.weight, 0.0)[model.floors.owners()],
        len(model.needed),
    )
    cost = float(model.cost[sites].sum())
    changed = model._replace(
        weight=np.where(covered, 0.0, model.weight),
        limits=model.limits - used,
        least=np.maximum(model.least - used, 0),
        needed=model.needed - reached,
        budget=model.budget - cost,
        target=model.target - value,
    )
    return changed, value, cost


def _without_idle(model: CoverModel, allowed: Bools) -> tuple[CoverModel, Ints]:
    """Without sites that may not be chosen or add nothing, groups that cannot bind, empty rows,
    and floors that are reached.
    """
    full = np.bincount(
        model.groups.owners()[model.limits[model.groups.items] <= 0], minlength=len(allowed)
    )
    useful = model.weight > 0
    gives = np.bincount(model.rows.owners()[useful[model.rows.items]], minlength=len(allowed))
    fits = model.cost <= model.budget * (1 + ROUNDING) + ROUNDING
    asked = np.bincount(
        model.groups.owners()[model.least[model.groups.items] > 0], minlength=len(allowed)
    )
    sites = np.flatnonzero(allowed & (full == 0) & fits & ((gives > 0) | (asked > 0)))
    model = with_sites(model, sites)
    members = np.bincount(model.groups.items, minlength=len(model.limits))
    binding = np.flatnonzero((members > model.limits) | (model.least > 0))
    names = renaming(binding, len(model.limits))
    groups = picked(model.groups, np.arange(len(sites)), names)
    open_ = np.flatnonzero(model.needed > 0)
    names = renaming(open_, len(model.needed))
    model = model._replace(
        groups=groups,
        limits=model.limits[binding],
        least=model.least[binding],
        floors=picked(model.floors, np.arange(len(model.weight)), names),
        needed=model.needed[open_],
    )
    return with_rows(model, np.flatnonzero((model.weight > 0) & (model.sites.sizes() > 0))), sites


def _dominated(model: CoverModel) -> Bools:
    """Sites that some best plan does without: another one does as much and is as free.

    One of a group that must have sites gives way to sites of that group only; and where that
    could leave the group too few, not at all.
    """
    asked = np.flatnonzero(model.least > 0)
    rows, holders = model.rows, model.sites
    if len(asked):
        own = picked(model.groups, np.arange(len(model.cost)), renaming(asked, len(model.least)))
        rows = appended(rows, own, len(model.weight))
        holders = transposed(rows, len(model.weight) + len(asked))
    gone = contained(rows, holders, model.cost, model.groups, False)
    if not len(asked):
        return gone
    alone = (model.groups.sizes() <= 1).all() and (model.cost == model.cost[:1]).all()
    members = transposed(model.groups, len(model.least))
    for group in asked:
        own_sites = members.items[members.start[group] : members.start[group + 1]]
        spare = own_sites[gone[own_sites]]
        lacking = int(model.least[group]) - (len(own_sites) - len(spare))
        gone[spare[: max(lacking, 0)] if alone else spare] = False
    return gone


def _with_fewer_rows(model: CoverModel, total: bool) -> CoverModel:
    """Rows with the same sites and floors made one; those implied dropped where all are covered."""
    if total:
        free = np.zeros(len(model.weight))
        alone = Lists(np.zeros(len(free) + 1, np.int64), np.empty(0, np.int32))
        implied = contained(model.sites, model.rows, free, alone, True)
        return with_rows(model, np.flatnonzero(~implied))
    alike, kinds = model.sites, len(model.cost)
    if len(model.needed):
        alike, kinds = appended(alike, model.floors, kinds), kinds + len(model.needed)
    twin = twins(alike, kinds)
    kept = np.flatnonzero(twin == np.arange(len(twin)))
    weight = np.bincount(twin, model.weight, len(twin))[kept].astype(float)
    return with_rows(model, kept)._replace(weight=weight)


@kernel
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
