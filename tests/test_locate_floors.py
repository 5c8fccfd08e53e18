"""Groups with a least, floors and costs: against every plan of small worlds, and bounds that hold.

``python tests/test_locate_floors.py 1500`` tries so many worlds with every model.
"""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import made_up
from gdcoverage.locate import (
    Floor,
    Group,
    NoPlanError,
    backup_covering,
    maximal_covering,
    partial_covering,
    worst_covering,
)
from gdcoverage.locate._lagrange import relaxed
from gdcoverage.locate._question import asked


def drawn(random):
    """A question that all conditions bear on: people or adverse weights, costs, caps, floors."""
    demand, sites = int(random.integers(1, 13)), int(random.integers(1, 9))
    weights = made_up.weights(random, demand)
    costs = [None, random.integers(0, 5, sites), np.round(random.random(sites) * 3, 2)]
    state = random.choice(list("......fx"), sites)
    county, home = random.integers(0, 3, sites), random.integers(0, 3, demand)
    groups = []
    for part in range(3):
        least = int(random.integers(0, 3)) * int(random.random() < 0.4)
        limit = least + int(random.integers(0, 3))
        groups.append(Group(np.flatnonzero(county == part), limit, least))
    if random.random() < 0.5:
        some = random.choice(sites, random.integers(1, sites + 1), replace=False)
        groups.append(Group(some, int(random.integers(0, 4))))
    covers = random.random((demand, sites)) < random.uniform(0.1, 0.6)
    floors = []
    for part in range(3):
        rows = np.flatnonzero(home == part)
        there = weights[rows][covers[rows].any(axis=1)].sum()
        if random.random() < 0.6:
            floors.append(Floor(rows, float(there * random.choice([0, 0.3, 0.7, 1.0, 1.05]))))
    if random.random() < 0.2:
        rows = random.choice(demand, random.integers(1, demand + 1), replace=False)
        floors.append(Floor(rows, float(weights[rows].sum() * random.random() / 2)))
    return covers, weights, {
        "costs": costs[random.integers(3)],
        "fixed": np.flatnonzero(state == "f"),
        "forbidden": np.flatnonzero(state == "x"),
        "groups": groups[random.integers(2) :] if random.random() < 0.8 else [],
        "floors": floors,
    }  # fmt: skip


class Plans:
    """Every plan that keeps the conditions, but for its budget: what it costs and covers."""

    def __init__(self, covers, weights, conditions):
        sites = covers.shape[1]
        costs = conditions["costs"]
        costs = np.ones(sites) if costs is None else np.asarray(costs, float)
        chosen = (np.arange(2**sites)[:, None] >> np.arange(sites)) % 2 == 1
        kept = chosen[:, conditions["fixed"]].all(axis=1)
        kept &= ~chosen[:, conditions["forbidden"]].any(axis=1)
        added = chosen.copy()
        added[:, conditions["fixed"]] = False
        times = chosen.astype(int) @ covers.T.astype(int)
        for group in conditions["groups"]:
            count = added[:, group.sites].sum(axis=1)
            kept &= (count <= group.limit) & (count >= group.least)
        for rows, least in conditions["floors"]:
            kept &= (times[:, rows] > 0) @ weights[rows] >= least * (1 - 1e-9)
        self.chosen, self.covered = chosen[kept], times[kept] > 0
        self.cost = (added @ costs)[kept]
        self.value = ((times > 0) @ weights)[kept]
        self.twice = ((times > 1) @ weights)[kept]

    def within(self, budget):
        return self.cost <= budget + 1e-9


def answer(model, *question, **conditions):
    """The solution, or None where it is proven that no plan keeps the conditions."""
    try:
        return model(*question, **conditions)
    except NoPlanError as error:
        assert error.proven
        return None


def fault(number):  # noqa: PLR0911 - a line a fault
    """What is wrong with the answers to a world: empty where nothing is."""
    random = np.random.default_rng(number)
    covers, weights, conditions = drawn(random)
    p, share = float(random.integers(0, 5)), float(random.choice([0, 0.3, 0.8, 0.95, 1.0]))
    plans, matrix = Plans(covers, weights, conditions), sparse.csc_array(covers)
    within = plans.within(p)
    most = answer(maximal_covering, matrix, weights, p, **conditions)
    if (most is None) == within.any():
        return "maximal: whether there is a plan"
    if most is not None:
        best = plans.value[within].max()
        if most.objective != pytest.approx(best, rel=1e-9) or most.bound < best * (1 - 1e-9):
            return f"maximal: {most.objective} of {best}, bound {most.bound}"
        if most.status != "optimal":
            return f"maximal: {most.status}, gap {most.gap}"
        second = backup_covering(matrix, weights, p, most.sites, **conditions)
        best = plans.twice[within & (plans.value >= best * (1 - 1e-9))].max()
        if second.objective != pytest.approx(best, rel=1e-9, abs=1e-9):
            return f"backup: {second.objective} of {best}"
    fewest = answer(partial_covering, matrix, weights, share, **conditions)
    if (fewest is None) == bool(len(plans.cost)):
        return "partial: whether there is a plan"
    if fewest is not None:
        aim = min(share * weights.sum(), plans.value.max()) * (1 - 1e-9)
        best = plans.cost[plans.value >= aim].min()
        if fewest.objective != pytest.approx(best) or fewest.bound > best + 1e-9:
            return f"partial: {fewest.objective} of {best}, bound {fewest.bound}"
    return ""


def test_answers_are_as_good_as_brute_force_under_all_conditions():
    assert {n: found for n in range(250) if (found := fault(n))} == {}


@pytest.mark.filterwarnings("error")
def test_prices_stay_finite_where_the_plan_all_but_stands_still():
    assert fault(514) == ""


def worst_fault(number):
    """What is wrong with the best plan for the scenario that fares worst: empty if nothing is."""
    random = np.random.default_rng(number)
    covers, weights, conditions = drawn(random)
    scenario = np.arange(len(weights)) % random.integers(1, 4)
    sums = np.bincount(scenario, weights)
    shares = weights / np.where(sums > 0, sums, 1.0)[scenario]
    floors = []
    for rows, least in conditions["floors"]:
        part = least / weights[rows].sum() if weights[rows].sum() else 0.0
        floors.append(Floor(rows, float(part * shares[rows].sum())))
    conditions = conditions | {"floors": floors}
    p = float(random.integers(0, 5))
    plans = Plans(covers, shares, conditions)
    within = np.flatnonzero(plans.within(p))
    if not len(within):
        return ""
    worst = np.array(
        [np.bincount(scenario, shares * covered).min() for covered in plans.covered[within]]
    )
    start = np.flatnonzero(plans.chosen[within[random.integers(len(within))]])
    matrix = sparse.csc_array(covers)
    found = worst_covering(matrix, shares, scenario, p, start, **conditions)
    if found.objective != pytest.approx(worst.max(), abs=2e-8):
        return f"worst: {found.objective} of {worst.max()}"
    return f"bound {found.bound}" if found.bound < worst.max() - 2e-8 else ""


def test_the_best_plan_for_the_worst_scenario_keeps_all_conditions():
    assert {n: told for n in range(60) if (told := worst_fault(n))} == {}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_prices_fees_and_lifts_bound_every_plan(seed):
    random = np.random.default_rng(seed)
    covers, weights, conditions = drawn(random)
    plans = Plans(covers, weights, conditions | {"fixed": [], "forbidden": []})
    question = asked(
        sparse.csc_array(covers), weights, **conditions | {"fixed": (), "forbidden": ()}
    )
    p = float(random.integers(0, 6))
    model = question.model(weights, p, np.inf)
    price = random.random(len(weights)) * weights * 2
    fee = random.normal(size=len(model.limits)) * weights.mean()
    fee = np.where(model.least > 0, fee, np.abs(fee))
    lift = random.exponential(size=len(model.needed))
    bound = relaxed(model, price, fee, lift).bound
    scale = weights.sum() * (1 + lift.sum()) + np.abs(fee).sum() * 20
    value = plans.value[plans.within(p)]
    assert not len(value) or bound >= value.max() - 1e-9 * scale
    if len(plans.value):
        target = float(np.quantile(plans.value, random.random()))
        model = question.model(weights, np.inf, target * (1 - 1e-9))
        bound = relaxed(model, price / 100, fee / 100, lift / 100).bound
        assert bound <= plans.cost[plans.value >= target * (1 - 1e-9)].min() + 1e-9 * scale


def test_a_least_and_a_floor_change_the_plan_and_a_group_may_not_contradict_itself():
    """Site 0 covers 9 in one county; 1 and 2 in another cover 3 and 1."""
    covers = sparse.csc_array(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    weights = [9.0, 3.0, 1.0]
    there = Group(np.array([1, 2]), 2, 1)
    assert maximal_covering(covers, weights, 1).sites.tolist() == [0]
    assert maximal_covering(covers, weights, 1, groups=[there]).sites.tolist() == [1]
    floor = Floor(np.array([1, 2]), 4.0)
    assert maximal_covering(covers, weights, 2, floors=[floor]).sites.tolist() == [1, 2]
    with pytest.raises(NoPlanError, match="there is none"):
        maximal_covering(covers, weights, 1, floors=[floor])
    with pytest.raises(ValueError, match="at least 2 and at most 1"):
        maximal_covering(covers, weights, 1, groups=[Group(np.array([1, 2]), 1, 2)])


if __name__ == "__main__":
    found = {n: what for n in range(int(sys.argv[1])) if (what := fault(n))}
    print(f"{sys.argv[1]} worlds: {len(found)} wrong", found)
