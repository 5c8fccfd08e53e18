"""Least cost for a target: what can be reached is the target where the limits allow no more."""

from __future__ import annotations

import numpy as np

from gdcoverage.locate._question import Question
from gdcoverage.locate._search import ROUNDING, Answer, grain
from gdcoverage.locate._solve import solve


def solve_target(question: Question, target: float) -> tuple[Answer, float]:
    """The cheapest plan that covers weight `target`, or all that can be; and what it must cover."""
    weight = np.where(question.coverable(), question.weights, 0.0)
    all_of_it, start = float(weight.sum()), question.start
    target = min(target, all_of_it)
    if question.groups or question.floors:
        # How far the limits let us go: the most with no budget; a plan to begin with besides.
        model = question.model(weight, np.inf, np.inf)
        effort = question.effort(0.5)._replace(tolerance=0.0)
        most = solve(model, question.allowed, question.fixed, start, effort)
        target, start = min(target, most.worth), most.sites
    if target >= all_of_it * (1 - ROUNDING):
        weight = np.where(weight > 0, 1.0, 0.0)
        aim = float(weight.sum())
    elif unit := grain(weight):
        aim = float(np.ceil(target / unit - 1e-6) * unit)
    else:
        # Rounding is never worth a site.
        aim = target * (1 - ROUNDING)
    model = question.model(weight, np.inf, aim)
    answer = solve(model, question.allowed, question.fixed, start, question.effort())
    return answer, target
