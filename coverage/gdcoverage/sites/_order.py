"""Build order: which site of a plan to open first, and what each adds and holds alone."""

from __future__ import annotations

import numpy as np

from gdcoverage.arrays import Floats, Ints
from gdcoverage.sites._question import PEOPLE_DIGITS, Question


def build_order(question: Question, sites: Ints, first: Ints | None = None) -> tuple[Ints, Floats]:
    """The sites, each next one the site that adds most people, and what each adds.

    Parameters
    ----------
    first : sites that stand first already, in this order, and are left out of the answer.

    Ties go to the lowest candidate.
    """
    held = question.by_site[np.sort(sites)]
    taken = np.empty(0, np.int64) if first is None else first
    worth = np.where(question.times(taken) == 0, question.people, 0.0)
    left, order, added = np.ones(len(sites), bool), [], []
    for _ in range(len(sites)):
        gains = np.where(left, np.asarray(held @ worth).round(PEOPLE_DIGITS), -np.inf)
        best = int(np.argmax(gains))
        left[best] = False
        order.append(best)
        added.append(gains[best])
        worth[held.indices[held.indptr[best] : held.indptr[best + 1]]] = 0.0
    return np.sort(sites)[np.array(order, np.int64)], np.array(added, float)


def owned_alone(question: Question, sites: Ints, amounts: Floats) -> Floats:
    """For each site the amounts of the missed points that no other site of the plan covers."""
    alone = question.times(sites) == 1
    return np.asarray(question.by_site[sites] @ np.where(alone, amounts, 0.0))
