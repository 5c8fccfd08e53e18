"""Cover the most, then the most of it twice: one model in which the first cover weighs more."""

from __future__ import annotations

import numpy as np

from gdcoverage.locate._model import Floats, Ints
from gdcoverage.locate._question import Question
from gdcoverage.locate._search import ROUNDING, Answer, solve

# How many times as much as the second cover the first one weighs, in attempt after attempt.
FIRST_WEIGHS = (2.0, 8.0, 64.0)


def solve_backup(question: Question, budget: float) -> tuple[Answer, float]:
    """The plan with most weight covered twice among those that cover most; and what they cover.

    A plan that covers W at least once and U twice is worth k W + U where the first cover weighs
    k times as much. So if W is what must be covered, a bound on that worth less k W bounds U; and
    if the plan best by that worth still covers W, it is the plan wanted.
    """
    weights, once = question.weights, np.zeros(len(question.weights))
    model = question.model(weights, once, budget, np.inf)
    effort = question.effort(0.5)
    first = solve(
        model, question.allowed, question.fixed, question.start, effort._replace(tolerance=0.0)
    )
    best, covered, twice = first.sites, *_weights_covered(question, first.sites)
    bound = float(weights.sum())
    for heavier in FIRST_WEIGHS:
        model = question.model(heavier * weights, weights.copy(), budget, np.inf)
        part = twice / max(heavier * covered + twice, 1e-300)
        effort = question.effort(0.6)._replace(tolerance=part * question.tolerance)
        answer = solve(model, question.allowed, question.fixed, best, effort)
        once_now, twice_now = _weights_covered(question, answer.sites)
        least = max(covered, once_now)
        bound = min(bound, answer.bound - heavier * least)
        rounding = ROUNDING * max(covered, 1.0)
        if once_now > covered + rounding or (once_now >= covered - rounding and twice_now > twice):
            best, covered, twice = answer.sites, once_now, twice_now
        if bound - twice <= max(question.tolerance, ROUNDING) * max(bound, 1.0):
            break
    return Answer(best, twice, max(bound, twice)), covered


def _weights_covered(question: Question, sites: Ints) -> tuple[float, float]:
    """Weight covered at least once, and at least twice."""
    times = np.bincount(question.covers[:, sites].indices, minlength=len(question.weights))
    weights: Floats = question.weights
    return float(weights[times >= 1].sum()), float(weights[times >= 2].sum())
