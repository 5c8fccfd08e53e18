"""Part of a plan chosen anew: the best of all plans that are the same elsewhere, and no other."""

import numpy as np
import pytest
from scipy import sparse

from gdcoverage.locate import _search as search
from gdcoverage.locate import maximal_covering, partial_covering
from gdcoverage.locate._question import asked
from gdcoverage.locate._rework import near, reworked
from gdcoverage.locate._search import Search, grain
from test_locate_effort import scattered
from test_locate_floors import Plans, drawn


def fault(number):
    """What is wrong with a part of a plan chosen anew: empty where nothing is."""
    random = np.random.default_rng(number)
    covers, weights, conditions = drawn(random)
    nothing = np.empty(0, int)
    conditions = conditions | {"fixed": nothing, "forbidden": nothing}
    plans = Plans(covers, weights, conditions)
    p, share = float(random.integers(0, 5)), float(random.choice([0, 0.3, 0.8, 1.0]))
    targeted = bool(random.random() < 0.5)
    target = min(share * weights.sum(), plans.value.max(initial=0.0)) * (1 - 1e-9)
    kept = plans.value >= target if targeted else plans.within(p)
    if not kept.any():
        return ""
    question = asked(sparse.csc_array(covers), weights, **conditions)
    budget, target = (np.inf, target) if targeted else (p, np.inf)
    model = question.model(question.weights, budget, target)
    rows = np.flatnonzero(kept)
    plan = plans.chosen[rows[random.integers(len(rows))]]
    free = random.choice(len(plan), random.integers(len(plan) + 1), replace=False)
    found = reworked(model, plan, free, grain(model.weight), question.effort())
    same = np.delete(plans.chosen == plan, free, axis=1).all(axis=1) & kept
    if found is None or not found.proven:
        return "nothing found"
    is_it = (plans.chosen == np.isin(np.arange(len(plan)), found.sites)).all(axis=1)
    # What adds nothing is given up, even where it stood before.
    less = (plans.chosen <= plan)[:, np.setdiff1d(np.arange(len(plan)), free)].all(axis=1)
    worth = plans.cost if targeted else plans.value
    if not (is_it & kept & less).any():
        return f"{found.sites} is no plan that is the same elsewhere"
    best = worth[same].min() if targeted else worth[same].max()
    if worth[is_it][0] != pytest.approx(best, rel=1e-6, abs=1e-9):
        return f"{worth[is_it][0]} of {best}"
    return ""


def test_a_part_chosen_anew_is_the_best_that_leaves_the_rest():
    assert {n: told for n in range(300) if (told := fault(n))} == {}


def test_near_are_those_that_share_most_weight():
    covers, weights = scattered(1, 200, 40, 0.2)
    model = asked(covers, weights).model(weights, 3.0, np.inf)
    dense = covers.toarray()
    for centre in range(40):
        shared = weights[dense[:, centre]] @ dense[dense[:, centre]]
        found = near(model, centre, 9)
        assert (shared[found] > 0).all()
        assert sorted(shared[found]) == sorted(np.sort(shared)[::-1][:9][: len(found)])


@pytest.mark.parametrize("model", ["most", "share"])
def test_reworking_alone_finds_what_is_proven_best(model, monkeypatch):
    """Without swaps, prices' plans and branch and bound over all."""
    covers, weights = scattered(1, 300, 60, 0.15)

    def answer(**options):
        if model == "most":
            return maximal_covering(covers, weights, 7, **options)
        return partial_covering(covers, weights, 0.8, **options)

    best = answer()
    assert best.status == "optimal"
    monkeypatch.setattr(search, "NARROW_PATIENCE", 0)
    monkeypatch.setattr(search, "AROUND", 40.0)
    monkeypatch.setattr(Search, "_prove", lambda *_: None)
    monkeypatch.setattr(Search, "_shake", lambda *_: pytest.fail("shaken"))
    monkeypatch.setattr(search, "LIKELY", 2.0)
    found = answer(time_limit=3.0)
    assert found.objective == best.objective
