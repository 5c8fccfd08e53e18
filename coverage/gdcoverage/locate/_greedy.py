"""Good plans fast: the best site next, swaps until none helps, and shaking to get further."""

# Everything here is numba code on the named tuples of arrays that stand in their definitions.
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from typing import NamedTuple

import numpy as np

from gdcoverage.kernels import kernel


class State(NamedTuple):
    """A plan in the making, with the value that each site would add now."""

    count: np.ndarray  # type: ignore[assignment]  # int32, of each row: chosen sites that cover it
    gain: np.ndarray  # float64, of each site: value of choosing it
    chosen: np.ndarray  # bool, of each site
    used: np.ndarray  # int64, of each group: chosen sites in it
    total: np.ndarray  # float64: value and cost of the plan
    restless: np.ndarray  # bool, of each site: near a change since it was last tried to swap


@kernel
def empty_plan(model):
    """No site chosen."""
    sites = len(model.cost)
    gain = np.zeros(sites)
    for j in range(sites):
        for slot in range(model.rows.start[j], model.rows.start[j + 1]):
            gain[j] += model.weight[model.rows.items[slot]]
    return State(
        np.zeros(len(model.weight), np.int32),
        gain,
        np.zeros(sites, np.bool_),
        np.zeros(len(model.limits), np.int64),
        np.zeros(2),
        np.ones(sites, np.bool_),
    )


@kernel
def copy_plan(into, plan):
    """Make one plan the same as another."""
    into.count[:] = plan.count
    into.gain[:] = plan.gain
    into.chosen[:] = plan.chosen
    into.used[:] = plan.used
    into.total[:] = plan.total
    into.restless[:] = plan.restless


@kernel
def shift(model, plan, site, step):
    """Choose a site (`step` 1) or give it up (-1); only rows that change worth are followed."""
    for slot in range(model.rows.start[site], model.rows.start[site + 1]):
        row = model.rows.items[slot]
        others = min(plan.count[row], plan.count[row] + step)
        plan.count[row] += step
        if others > 0 or model.weight[row] == 0.0:
            continue
        change = step * model.weight[row]
        plan.total[0] += change
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            plan.gain[model.sites.items[other]] -= change
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        plan.used[model.groups.items[slot]] += step
    plan.chosen[site] = step > 0
    plan.total[1] += step * model.cost[site]


@kernel
def _is_open(model, plan, site):
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        group = model.groups.items[slot]
        if plan.used[group] >= model.limits[group]:
            return False
    return True


@kernel
def _next_site(model, plan, budget, noise):
    """The site of most gain for its cost that may be chosen; the first of equals; -1 for none."""
    best, best_rate = -1, 0.0
    room = budget - plan.total[1] + 1e-9
    for j in range(len(model.cost)):
        gain, cost = plan.gain[j], model.cost[j]
        if gain <= noise or plan.chosen[j] or cost > room:
            continue
        rate = gain / max(cost, 1e-12)
        if rate > best_rate and _is_open(model, plan, j):
            best, best_rate = j, rate
    return best


@kernel
def fill(model, plan, budget, target, noise, added):
    """Choose site after site, greedily, until budget or target is reached; how many, and which."""
    size = 0
    while plan.total[0] < target - noise:
        site = _next_site(model, plan, budget, noise)
        if site < 0:
            break
        shift(model, plan, site, 1)
        added[size] = site
        size += 1
    return size


@kernel
def _disturb(model, plan, site):
    """Sites that share rows with `site` may have become worth a swap."""
    for slot in range(model.rows.start[site], model.rows.start[site + 1]):
        row = model.rows.items[slot]
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            plan.restless[model.sites.items[other]] = True


@kernel
def swap(model, plan, budget, target, noise):
    """Give up each restless site in turn and fill again; keep what gains, until none does."""
    added = np.empty(len(model.cost), np.int64)
    improved = True
    while improved and plan.total[0] < target - noise:
        improved = False
        for site in np.flatnonzero(plan.chosen & plan.restless):
            value = plan.total[0]
            plan.restless[site] = False
            shift(model, plan, site, -1)
            size = fill(model, plan, budget, np.inf, noise, added)
            if plan.total[0] > value + noise:
                improved = True
                _disturb(model, plan, site)
                for k in range(size):
                    _disturb(model, plan, added[k])
            elif size != 1 or added[0] != site:
                for k in range(size):
                    shift(model, plan, added[k], -1)
                shift(model, plan, site, 1)


@kernel
def shed(model, plan, target, budget, noise):
    """Give up, least value for its cost first, what the target does not need or is over budget."""
    while True:
        dear = plan.total[1] > budget + noise
        worst, worst_rate = -1, np.inf
        for site in np.flatnonzero(plan.chosen):
            loss = 0.0
            for slot in range(model.rows.start[site], model.rows.start[site + 1]):
                row = model.rows.items[slot]
                if plan.count[row] == 1:
                    loss += model.weight[row]
            rate = (loss + noise) / max(model.cost[site], 1e-12)
            if rate < worst_rate and (dear or plan.total[0] - loss >= target - noise):
                worst, worst_rate = site, rate  # type: ignore[assignment]
        if worst < 0:
            return
        shift(model, plan, worst, -1)
        _disturb(model, plan, worst)


@kernel
def follow(model, plan, sites, budget):
    """Choose sites in the order given, as far as budget and limits allow."""
    for site in sites:
        affordable = plan.total[1] + model.cost[site] <= budget + 1e-9
        if affordable and not plan.chosen[site] and _is_open(model, plan, site):
            shift(model, plan, site, 1)


@kernel
def shake(model, plan, centre, most):
    """Choose the site `centre` and give up (up to `most`) chosen sites that share rows with it."""
    dropped = 0
    for slot in range(model.rows.start[centre], model.rows.start[centre + 1]):
        row = model.rows.items[slot]
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            site = model.sites.items[other]
            if plan.chosen[site] and site != centre and dropped < most:
                shift(model, plan, site, -1)
                _disturb(model, plan, site)
                dropped += 1
    if not plan.chosen[centre] and _is_open(model, plan, centre):
        shift(model, plan, centre, 1)
    _disturb(model, plan, centre)
