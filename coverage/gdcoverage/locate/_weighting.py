"""Fewer sites that still cover everything: local search in which rows left out grow in weight.

Gao, Weise, Li (2015), An efficient local search heuristic with row weighting for the unicost set
covering problem, European Journal of Operational Research 246; here with costs and group limits.
"""

# Everything here is numba code on the named tuples of arrays that stand in their definitions.
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from gdcoverage.kernels import kernel


@kernel
def cheaper_cover(model, best, chosen, weight, steps, seed, work):  # noqa: PLR0912
    """Walk so many steps on from `chosen`; whether a plan cheaper than `best` was found.

    `best` covers every row and is replaced by what is found; `chosen` and the rows' `weight`
    are where the walk stands, and are left where it ends. Units of effort are added to `work`.
    """
    np.random.seed(seed)
    # Loops where an array at once would do: numba takes seconds to compile what copies or sums one.
    sites, rows = len(model.cost), len(model.weight)
    found, best_cost, cost = False, 0.0, 0.0
    count = np.zeros(rows, np.int64)
    used = np.zeros(len(model.limits), np.int64)
    # Of a chosen site: weight lost without it. Of another: weight that it would add.
    score = np.zeros(sites)
    moved = np.zeros(sites, np.int64)
    barred = np.zeros(sites, np.bool_)
    missing = np.zeros(rows, np.int64)
    place = np.zeros(rows, np.int64)
    for j in range(sites):
        if best[j]:
            best_cost += model.cost[j]
        if not chosen[j]:
            continue
        cost += model.cost[j]
        for slot in range(model.rows.start[j], model.rows.start[j + 1]):
            count[model.rows.items[slot]] += 1
        for slot in range(model.groups.start[j], model.groups.start[j + 1]):
            used[model.groups.items[slot]] += 1
    for j in range(sites):
        for slot in range(model.rows.start[j], model.rows.start[j + 1]):
            row = model.rows.items[slot]
            if count[row] == (1 if chosen[j] else 0):
                score[j] += weight[row]
    # A plain 0 is a type of its own, and what is called with it is compiled twice.
    left, fresh = np.int64(0), np.int64(-1)
    for row in range(rows):
        if count[row] == 0:
            missing[left], place[row] = row, left
            left += 1
    for step in range(steps):
        while True:
            if left == 0 and cost < best_cost - 1e-9:
                _copy(chosen, best)
                best_cost, found = cost, True
            worst = _least_missed(model, chosen, score, moved, fresh)
            if worst < 0 and fresh >= 0:
                fresh = np.int64(-1)
                continue
            if worst < 0:
                return found
            left = _drop(model, worst, chosen, count, score, weight, missing, place, left, used)
            cost -= model.cost[worst]
            moved[worst] = step
            barred[worst] = True
            work[0] += sites + 2 * _free_neighbours(model, worst, barred)
            if left > 0:
                break
        row = missing[int(np.random.random() * left)]
        site = np.int64(-1)
        for slot in range(model.sites.start[row], model.sites.start[row + 1]):
            j = model.sites.items[slot]
            if barred[j] or cost + model.cost[j] > best_cost - 1e-9 or not _fits(model, used, j):
                continue
            if site < 0 or _better(model, score, moved, j, site):
                site = np.int64(j)
        if site >= 0:
            left = _add(model, site, chosen, count, score, weight, missing, place, left, used)
            cost += model.cost[site]
            moved[site] = step
            fresh = site
            work[0] += 2 * _free_neighbours(model, site, barred)
        for k in range(left):
            weight[missing[k]] += 1
            for slot in range(model.sites.start[missing[k]], model.sites.start[missing[k] + 1]):
                score[model.sites.items[slot]] += 1
    if left == 0 and cost < best_cost - 1e-9:
        _copy(chosen, best)
        found = True
    return found


@kernel(inner=True)
def _copy(one, other):
    for k in range(len(one)):
        other[k] = one[k]


@kernel(inline="always")
def _better(model, score, moved, j, k):
    a, b = score[j] * model.cost[k], score[k] * model.cost[j]
    return a > b or (a == b and moved[j] < moved[k])


@kernel(inner=True)
def _fits(model, used, site):
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        if used[model.groups.items[slot]] >= model.limits[model.groups.items[slot]]:
            return False
    return True


@kernel(inner=True)
def _least_missed(model, chosen, score, moved, fresh):
    worst = np.int64(-1)
    for j in range(len(chosen)):
        if not chosen[j] or j == fresh:
            continue
        if worst < 0:
            worst = np.int64(j)
            continue
        a, b = score[j] * model.cost[worst], score[worst] * model.cost[j]
        if a < b or (a == b and moved[j] < moved[worst]):
            worst = np.int64(j)
    return worst


@kernel(inner=True)
def _free_neighbours(model, site, barred):
    """Sites given up may come back once something near them has changed."""
    own, seen = barred[site], 0
    for slot in range(model.rows.start[site], model.rows.start[site + 1]):
        row = model.rows.items[slot]
        seen += model.sites.start[row + 1] - model.sites.start[row]
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            barred[model.sites.items[other]] = False
    barred[site] = own
    return seen


@kernel(inner=True)
def _drop(model, site, chosen, count, score, weight, missing, place, left, used):
    chosen[site] = False
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        used[model.groups.items[slot]] -= 1
    for slot in range(model.rows.start[site], model.rows.start[site + 1]):
        row = model.rows.items[slot]
        count[row] -= 1
        if count[row] > 1:
            continue
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            j = model.sites.items[other]
            if (count[row] == 0 and j != site) or (count[row] == 1 and chosen[j]):
                score[j] += weight[row]
        if count[row] == 0:
            missing[left], place[row] = row, left
            left += 1
    return left


@kernel(inner=True)
def _add(model, site, chosen, count, score, weight, missing, place, left, used):
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        used[model.groups.items[slot]] += 1
    for slot in range(model.rows.start[site], model.rows.start[site + 1]):
        row = model.rows.items[slot]
        count[row] += 1
        if count[row] > 2:
            continue
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            j = model.sites.items[other]
            if (count[row] == 1 and j != site) or (count[row] == 2 and chosen[j]):
                score[j] -= weight[row]
        if count[row] == 1:
            left -= 1
            last = missing[left]
            missing[place[row]], place[last] = last, place[row]
            place[row] = -1
    chosen[site] = True
    return left
