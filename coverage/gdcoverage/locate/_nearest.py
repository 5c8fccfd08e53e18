"""Cover as much as a plan does with the shortest way to the nearest site: an exact program."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from gdcoverage.arrays import Floats, Ints
from gdcoverage.locate._answer import status_of
from gdcoverage.locate._check import check_amount, check_least, check_plan
from gdcoverage.locate._highs import Program, run
from gdcoverage.locate._question import Question, least_of
from gdcoverage.locate._solution import Status, relative_gap

# A share of the least weight that the condition gives away, so that rounding decides nothing.
HAIR = 1e-9
# Lengths nearer to one another than this share are the same, and so are totals that differ by less
# than four times this share of the greatest one of a row: what HiGHS proves is no finer.
_SAME = 1e-7
# Programs with more pairs than this are not begun.
_MOST_PAIRS = 400_000


class Walked(NamedTuple):
    """The plan found, and how far its people go.

    Parameters
    ----------
    sites : ascending, fixed ones included.
    covered : weight covered.
    total : sum over covered rows of weight times the length to the nearest site.
    bound : no plan that covers as much has a smaller total.
    gap, seconds : as in `CoverSolution`.
    """

    sites: Ints
    covered: float
    total: float
    bound: float
    gap: float
    status: Status
    seconds: float


def solve_nearest(
    question: Question, lengths: sparse.csc_array, there: Floats, budget: float, plan: Ints
) -> Walked:
    """The plan with the shortest ways among those that cover as much as `plan`.

    min sum w_i d_ij z_ij,  sum_j z_ij <= 1,  z_ij <= x_j,  sum w_i z_ij >= W.

    Parameters
    ----------
    lengths : of each pair of row and site that covers it; stored where the question covers.
    there : of each row the length to what there is already; inf where nothing is.
    """
    weights, free = question.weights, np.flatnonzero(question.allowed)
    given = _nearest(lengths, there, question.fixed)
    covered, total = _walked(weights, _nearest(lengths, given, plan))
    usable = _nearest(lengths, given, free)
    # Who is covered already goes nowhere shorter than to the nearest of all sites.
    sure = np.isfinite(given)
    bound = float((weights[sure] * usable[sure]).sum())
    program, constant, scale = _program(question, lengths, given, budget, covered)
    if program is not None and total - bound > _SAME * max(total, 1.0):
        outcome = run(program, None, 0.0, question.effort(), HAIR)
        if outcome.values is not None:
            found = np.union1d(question.fixed, free[outcome.values[: len(free)] > 0.5])
            now, length = _walked(weights, _nearest(lengths, given, found))
            if now >= covered * (1 - HAIR) and length < total:
                plan, covered, total = found, now, length
        if np.isfinite(outcome.bound):
            bound = max(bound, constant - scale * (float(outcome.bound) + _SAME))
    plan = _needed(question, lengths, given, plan)
    check_plan(question, plan, budget)
    again = _walked(weights, _nearest(lengths, there, plan))
    check_least("covered weight", again[0], covered)
    check_amount("length", total, again[1])
    gap = relative_gap(total, min(bound, total))
    if gap <= _SAME or total - bound <= 4 * _SAME * scale:
        bound, gap = total, 0.0
    return Walked(
        plan,
        covered,
        total,
        min(bound, total),
        gap,
        status_of(question, gap),
        question.meter.seconds(),
    )


def _nearest(lengths: sparse.csc_array, there: Floats, sites: Ints) -> Floats:
    """The length from each row to the nearest of the sites, or to what there is."""
    chosen, near = lengths[:, sites], there.copy()
    np.minimum.at(near, chosen.indices, chosen.data)
    return near


def _walked(weights: Floats, near: Floats) -> tuple[float, float]:
    """Weight covered, and the sum of its lengths."""
    sure = np.isfinite(near)
    return float(weights[sure].sum()), float((weights[sure] * near[sure]).sum())


def _needed(question: Question, lengths: sparse.csc_array, given: Floats, sites: Ints) -> Ints:
    """The plan without added sites that are nobody's nearest."""
    near = _nearest(lengths, given, sites)
    counts = question.weights > 0
    for site in np.setdiff1d(sites, question.fixed)[::-1]:
        rest = sites[sites != site]
        added = np.setdiff1d(rest, question.fixed)
        if any(np.isin(added, group.sites).sum() < group.least for group in question.groups):
            continue
        if (_nearest(lengths, given, rest)[counts] == near[counts]).all():
            sites = rest
    return sites


def _program(
    question: Question, lengths: sparse.csc_array, given: Floats, budget: float, covered: float
) -> tuple[Program | None, float, float]:
    """The program (None: too large or empty), and constant and scale that make its worth a total:
    total = constant - scale * worth.
    """
    free, weights = np.flatnonzero(question.allowed), question.weights
    pairs = lengths[:, free].tocoo()
    missed = ~np.isfinite(given)
    saved = np.where(missed[pairs.row], 0.0, given[pairs.row]) - pairs.data
    kept = (weights[pairs.row] > 0) & (missed[pairs.row] | (saved > 0))
    rows, site = pairs.row[kept], pairs.col[kept]
    several, width = len(rows), len(free) + int(kept.sum())
    constant = float((weights[~missed] * given[~missed]).sum())
    if not several or several > _MOST_PAIRS:
        return None, constant, 1.0
    worth = weights[rows] * saved[kept]
    scale, largest = float(np.abs(worth).max()) or 1.0, float(weights.max())
    every = np.arange(several)
    ones = np.ones(several)

    def wide(value: Floats, row: Ints, column: Ints, height: int) -> sparse.csr_array:
        return sparse.csr_array((value, (row, column)), shape=(height, width))

    _, row = np.unique(rows, return_inverse=True)
    once = wide(ones, row, len(free) + every, int(row.max()) + 1)
    tied = wide(ones, every, len(free) + every, several) - wide(ones, every, site, several)
    conditions = [once, tied]
    most = [np.ones(once.shape[0]), np.zeros(several)]
    least = [np.full(len(each), -np.inf) for each in most]

    def demand(members: Ints, needed: float) -> None:
        """So much weight of some rows must be covered."""
        own = np.zeros(len(weights), bool)
        own[members] = True
        needed -= float(weights[own & ~missed].sum())
        columns = np.flatnonzero((own & missed)[rows])
        value = weights[rows[columns]] / largest
        conditions.append(wide(value, np.zeros(len(columns), int), len(free) + columns, 1))
        least.append(np.array([needed / largest]))
        most.append(np.array([np.inf]))

    demand(np.arange(len(weights)), covered * (1 - HAIR))
    for floor in question.floors:
        demand(floor.rows, least_of(floor.least, weights[floor.rows]))
    for group in question.groups:
        inside = np.flatnonzero(np.isin(free, group.sites))
        conditions.append(wide(np.ones(len(inside)), np.zeros(len(inside), int), inside, 1))
        least.append(np.array([float(group.least) if group.least else -np.inf]))
        most.append(np.array([float(group.limit)]))
    if np.isfinite(budget):
        inside = np.arange(len(free))
        conditions.append(wide(question.costs[free], np.zeros(len(free), int), inside, 1))
        least.append(np.array([-np.inf]))
        most.append(np.array([budget]))
    program = Program(
        np.append(np.zeros(len(free)), worth / scale),
        len(free),
        sparse.csr_array(sparse.vstack(conditions, format="csr")),
        np.concatenate(least),
        np.concatenate(most),
        True,
    )
    return program, constant, scale
