"""Shortest ways among plans that cover as much: against every plan.

``python tests/test_locate_nearest.py 3000`` tries so many worlds.
"""

import sys
from itertools import combinations

import numpy as np
from scipy import sparse

import made_up
from gdcoverage.locate import Group, NoPlanError, maximal_covering, nearest_covering


def drawn(random):
    demand, sites = int(random.integers(1, 12)), int(random.integers(1, 8))
    weights = made_up.weights(random, demand)
    # Many sites cover the same, so that many plans do.
    covers = random.random((demand, sites)) < random.uniform(0.2, 0.9)
    lengths = np.where(covers, random.integers(0, 1000, (demand, sites)), 0).astype(float)
    there = np.where(random.random(demand) < 0.4, random.integers(0, 1000, demand), np.inf)
    state = random.choice(list(".....fx"), sites)
    groups = []
    if random.random() < 0.5:
        members = np.flatnonzero(random.random(sites) < 0.5)
        least = int(random.integers(0, 2) and random.random() < 0.3 and len(members) > 0)
        groups = [Group(members, int(random.integers(least, 3)), least)]
    return covers, weights, lengths, there, made_up.conditions(random, state, groups)


def fault(number):
    """What is wrong with the answer to a world: empty where nothing is."""
    random = np.random.default_rng(number)
    covers, weights, lengths, there, conditions = drawn(random)
    sites, p = covers.shape[1], float(random.integers(1, 5))
    costs = np.ones(sites) if conditions["costs"] is None else conditions["costs"]
    missed = np.flatnonzero(np.isinf(there))
    matrix = sparse.csc_array(covers)
    try:
        first = maximal_covering(sparse.csc_array(covers[missed]), weights[missed], p, **conditions)
    except NoPlanError:
        return ""
    pairs = sparse.coo_array(covers)
    stored = sparse.csc_array((lengths[pairs.row, pairs.col], (pairs.row, pairs.col)), covers.shape)
    found = nearest_covering(matrix, weights, stored, there, p, first.sites, **conditions)

    def walked(plan):
        near = np.minimum(there, np.where(covers, lengths, np.inf)[:, plan].min(1, initial=np.inf))
        sure = np.isfinite(near)
        return weights[sure].sum(), (weights[sure] * near[sure]).sum()

    free = np.setdiff1d(np.arange(sites), np.append(conditions["fixed"], conditions["forbidden"]))
    ways = []
    for size in range(len(free) + 1):
        for added in combinations(free, size):
            counts = [(np.isin(added, g.sites).sum(), g) for g in conditions["groups"]]
            kept = all(g.least <= count <= g.limit for count, g in counts)
            if kept and costs[list(added)].sum() <= p + 1e-9:
                ways.append(walked([*conditions["fixed"], *added]))
    most = max(covered for covered, _ in ways)
    best = min(total for covered, total in ways if covered >= most * (1 - 1e-9))
    near = max(1e-6 * best, 4e-7 * (weights[:, None] * lengths).max(), 1e-6)
    if abs(found.total - best) > near:
        return f"{found.total} of {best}, bound {found.bound}, gap {found.gap}"
    if found.bound > best + near:
        return f"bound {found.bound} above {best}"
    if found.gap:
        return f"gap {found.gap}"
    return ""


def test_no_plan_that_covers_as_much_has_shorter_ways():
    assert {n: found for n in range(60) if (found := fault(n))} == {}


if __name__ == "__main__":
    wrong = {n: found for n in range(int(sys.argv[1])) if (found := fault(n))}
    print(len(wrong), wrong)
