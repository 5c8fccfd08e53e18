"""From an answer to a solution: all recomputed from the cover sets, checked, measured."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gdcoverage.arrays import Ints
from gdcoverage.locate._check import check_amount, check_least, check_plan, times_covered
from gdcoverage.locate._question import Question
from gdcoverage.locate._search import ROUNDING, Answer
from gdcoverage.locate._solution import CoverSolution, Status, relative_gap

Aim = Literal["covered weight", "backup weight", "cost"]


def concluded(
    question: Question,
    answer: Answer,
    aim: Aim,
    *,
    budget: float = np.inf,
    least: float = 0.0,
) -> CoverSolution:
    """The solution, once it passes its checks (else CheckError).

    Parameters
    ----------
    aim : what is maximised, or minimised where it is cost.
    budget : what the plan may cost.
    least : weight that the plan must cover.
    """
    check_plan(question, answer.sites, budget)
    times = times_covered(question.given, answer.sites)
    weight = float(question.weights[times >= 1].sum())
    added = np.setdiff1d(answer.sites, question.fixed)
    objective = {
        "covered weight": weight,
        "backup weight": float(question.weights[times >= 2].sum()),
        "cost": float(question.costs[added].sum()),
    }[aim]
    check_least("covered weight", weight, least)
    return _measured(question, answer, aim, times, objective)


def concluded_worst(
    question: Question, answer: Answer, scenario: Ints, budget: float
) -> CoverSolution:
    """The solution whose objective is the least weight over scenarios, once it passes its checks.

    Parameters
    ----------
    scenario : of each row.
    """
    check_plan(question, answer.sites, budget)
    times = times_covered(question.given, answer.sites)
    objective = float(np.bincount(scenario, question.weights * (times >= 1)).min())
    return _measured(question, answer, "worst weight", times, objective)


def _measured(
    question: Question, answer: Answer, aim: str, times: Ints, objective: float
) -> CoverSolution:
    check_amount(aim, answer.worth, objective)
    sign = -1.0 if aim == "cost" else 1.0
    bound = sign * max(sign * answer.bound, sign * objective)
    gap = relative_gap(objective, bound)
    if gap <= ROUNDING:
        bound, gap = objective, 0.0
    return CoverSolution(
        answer.sites,
        objective,
        bound,
        gap,
        status_of(question, gap),
        question.meter.seconds(),
        times >= 1,
        float(question.weights[times >= 1].sum()),
        np.flatnonzero(~question.coverable()),
    )


def status_of(question: Question, gap: float) -> Status:
    """How the search ended that left such a gap."""
    if gap == 0:
        return "optimal"
    if gap <= question.tolerance:
        return "tolerance"
    return "clock" if question.meter.struck else "time_limit"
