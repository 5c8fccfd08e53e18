"""A second opinion: what a plan covers and whether it keeps the conditions, from the cover sets."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from gdcoverage.arrays import Ints
from gdcoverage.locate._question import Question

# Relative size of differences that are rounding only.
ROUNDING = 1e-7


class CheckError(AssertionError):
    """A result is not what its model says: a fault of this program, never of the input."""


def times_covered(covers: Any, sites: Ints) -> Ints:
    """How many of `sites` cover each demand row, from the matrix as it was given."""
    chosen = sparse.csc_array(covers)[:, sites]
    return np.bincount(chosen.nonzero()[0], minlength=chosen.shape[0])


def check_plan(question: Question, sites: Ints, budget: float) -> None:
    """Fixed sites in, forbidden ones out, groups and budget kept. Else CheckError."""
    added = np.setdiff1d(sites, question.fixed)
    _demand(bool(np.isin(question.fixed, sites).all()), "a fixed site is missing")
    _demand(bool(question.allowed[added].all()), "a forbidden site is chosen")
    for group in question.groups:
        count = int(np.isin(added, group.sites).sum())
        _demand(count <= group.limit, "a group's limit is passed")
        _demand(count >= group.least, "a group has too few sites")
    covered = times_covered(question.given, sites) >= 1 if question.floors else None
    for floor in question.floors:
        assert covered is not None
        held = float(question.weights[floor.rows][covered[floor.rows]].sum())
        check_least("the weight of a floor", held, floor.least)
    spent = question.costs[added].sum()
    _demand(spent <= budget * (1 + ROUNDING) + ROUNDING, f"{spent} spent of {budget}")


def check_amount(name: str, claimed: float, recomputed: float) -> None:
    """Two ways to the same number agree. Else CheckError."""
    scale = max(abs(claimed), abs(recomputed), 1.0)
    _demand(
        abs(claimed - recomputed) <= ROUNDING * scale,
        f"{name} is {recomputed}, not {claimed}",
    )


def check_least(name: str, amount: float, least: float) -> None:
    """An amount reaches what it must. Else CheckError."""
    scale = max(abs(amount), abs(least), 1.0)
    _demand(amount >= least - ROUNDING * scale, f"{name} is {amount}, not at least {least}")


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise CheckError(f"the plan fails its check: {what}; please report this")
