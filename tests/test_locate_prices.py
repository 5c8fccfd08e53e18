"""Prices bring the bound to that of the linear relaxation, which HiGHS solves as a whole."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from gdcoverage.locate._effort import Effort, Meter
from gdcoverage.locate._lagrange import first_prices, relaxed
from gdcoverage.locate._prices import tightened
from gdcoverage.locate._question import asked
from test_locate_effort import scattered


def relaxation(covers, weights, budget, target, groups, floors):
    """What the linear relaxation of the textbook's model is worth."""
    rows, sites = covers.shape
    conditions = [sparse.hstack([-covers.astype(float), sparse.eye_array(rows)])]
    most = [np.zeros(rows)]

    def ask(row, limit):
        conditions.append(sparse.csr_array(np.asarray(row, float)[None, :]))
        most.append(np.array([limit]))

    none, every = np.zeros(rows), np.ones(sites)
    for members, limit, least in groups:
        row = np.isin(np.arange(sites), members)
        ask([*row, *none], limit)
        ask([*-row.astype(float), *none], -least)
    for own, least in floors:
        ask([*(0 * every), *-np.where(np.isin(np.arange(rows), own), weights, 0.0)], -least)
    if np.isfinite(budget):
        ask([*every, *none], budget)
        cost = np.concatenate([0 * every, -weights])
    else:
        ask([*(0 * every), *-weights], -target)
        cost = np.concatenate([every, none])
    together = sparse.vstack(conditions, format="csr")
    found = linprog(cost, together, np.concatenate(most), bounds=(0, 1), method="highs")
    assert found.success
    return abs(found.fun)


@pytest.mark.parametrize("asks", ["most", "share", "everything"])
@pytest.mark.parametrize("conditions", ["none", "groups", "floors"])
@pytest.mark.parametrize("seed", range(3))
def test_prices_reach_the_bound_of_the_linear_relaxation(asks, conditions, seed):
    covers, weights = scattered(seed, 240, 80, 0.2)
    reached = np.diff(covers.tocsr().indptr) > 0
    covers, weights = sparse.csc_array(covers.tocsr()[reached]), weights[reached]
    total = float(weights.sum())
    groups = [(np.arange(30), 4, 2), (np.arange(20, 60), 9, 3)] if conditions == "groups" else []
    floors = []
    if conditions == "floors":
        floors = [
            (rows, 0.7 * float(weights[rows].sum()))
            for rows in np.array_split(np.arange(len(weights)), 4)
        ]
    if asks == "everything" and conditions != "none":
        pytest.skip("where everything is asked for, limits are lifted and floors are kept anyway")
    budget, target = (
        (11.0, np.inf)
        if asks == "most"
        else (np.inf, total if asks == "everything" else 0.85 * total)
    )
    question = asked(covers, weights, groups=groups, floors=floors, time_limit=20)
    model = question.model(question.weights, budget, target)
    nothing = np.zeros(80)
    start = relaxed(model, first_prices(model, np.arange(3)), np.zeros(len(model.limits)))
    effort = Effort(Meter(20), 2e9, 0.0)
    wanted = relaxation(covers, weights, budget, target, groups, floors)
    worst = wanted * (0.98 if asks == "most" else 1.02)
    best, shares = tightened(
        model, start, nothing, lambda share: worst, effort, lambda bound, worth: False
    )
    sign = 1 if asks == "most" else -1
    assert sign * (best.bound - wanted) >= -1e-6 * wanted
    assert best.bound == pytest.approx(wanted, rel=2e-3)
    assert shares.min() >= 0
    assert shares.max() <= 1
    if asks == "most":
        assert shares.sum() <= budget + 1e-6
