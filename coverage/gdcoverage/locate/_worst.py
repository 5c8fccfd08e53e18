"""Cover as much as can be in the scenario that fares worst: an exact program, and its bound."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from gdcoverage.arrays import Floats, Ints
from gdcoverage.locate._containment import twins
from gdcoverage.locate._highs import Program, run
from gdcoverage.locate._model import Lists
from gdcoverage.locate._question import Question
from gdcoverage.locate._search import Answer

_HAIR = 1e-9
# Shares nearer to one another than this are the same: what HiGHS proves is no finer.
_SAME = 1e-8


def solve_worst(question: Question, scenario: Ints, budget: float, plan: Ints) -> Answer:
    """The plan with the largest least weight over scenarios, not less than `plan` has.

    max z,  z <= sum of w_i y_i over i of s, for every scenario s,  y_i <= sum of x_j over j that
    cover i,  sum of c_j x_j <= p,  sum of w_i y_i >= b_f over i of f, for every floor f.

    Parameters
    ----------
    scenario : of each row; weights are such that what a scenario can have is at most 1.
    plan : a plan that keeps the conditions, to start from.
    """
    free = np.flatnonzero(question.allowed)
    best, held = plan, least_of(question, scenario, plan)
    program = _program(question, scenario, free, budget)
    bound = _most(question, scenario)
    # HiGHS may bring a start back unchanged with the worth of a better plan that presolve made of
    # it; the bound holds then, and the plan is found without the start.
    for start in (_values(question, program, scenario, free, best), None):
        if bound - held <= _SAME or question.effort().is_over():
            break
        outcome = run(program.whole, start, 0.0, question.effort(), _HAIR)
        if outcome.values is not None:
            found = np.union1d(question.fixed, free[outcome.values[: len(free)] > 0.5])
            worth = least_of(question, scenario, found)
            if worth > held and _keeps(question, found):
                best, held = found, worth
        bound = min(bound, outcome.bound)
        if not outcome.proven:
            break
    if bound - held <= _SAME:
        bound = held
    return Answer(_needed(question, scenario, best, held), held, max(bound, held))


def least_of(question: Question, scenario: Ints, sites: Ints) -> float:
    """The weight that sites cover in the scenario that fares worst."""
    return float(_of_each(question, scenario, sites).min(initial=np.inf))


def _of_each(question: Question, scenario: Ints, sites: Ints) -> Floats:
    covered = np.zeros(len(scenario), bool)
    covered[question.covers[:, sites].indices] = True
    weights = np.where(covered, question.weights, 0.0)
    return np.bincount(scenario, weights, scenario.max(initial=-1) + 1).astype(np.float64)


def _most(question: Question, scenario: Ints) -> float:
    """No plan has more in every scenario: all that can be covered in each."""
    usable = np.union1d(np.flatnonzero(question.allowed), question.fixed)
    return least_of(question, scenario, usable)


class _Stacked:
    """The program, and the rows that stand in it: alike ones of a scenario merged."""

    def __init__(self, sites: sparse.csr_array, whole: Program) -> None:
        self.sites = sites
        self.whole = whole


def _program(question: Question, scenario: Ints, free: Ints, budget: float) -> _Stacked:
    """Columns: free sites, y of merged rows of scenarios and again of floors, z."""
    scenarios = scenario.max(initial=-1) + 1
    fixed = np.zeros(len(scenario), bool)
    fixed[question.covers[:, question.fixed].indices] = True
    blocks = [np.flatnonzero(scenario == s) for s in range(scenarios)]
    blocks += [floor.rows for floor in question.floors]
    given = np.array([question.weights[rows][fixed[rows]].sum() for rows in blocks])
    asked = np.concatenate([np.zeros(scenarios), [floor.least for floor in question.floors]])
    sites = sparse.csr_array(question.covers[:, free], dtype=np.float64)
    parts, sums = [], sparse.csr_array((0, 0))
    weights, owner = [], []
    wanted = ~fixed & (question.weights > 0) & (np.diff(sites.indptr) > 0)
    for s, own in enumerate(blocks):
        rows = own[wanted[own]]
        part = sites[rows]
        part.sort_indices()
        lists = Lists(part.indptr.astype(np.int64), part.indices.astype(np.int32))
        kept, kind = np.unique(twins(lists, len(free)), return_inverse=True)
        parts.append(part[kept])
        weights.append(np.bincount(kind, question.weights[rows], len(kept)))
        owner.append(np.full(len(kept), s))
    merged = sparse.vstack(parts, format="csr")
    weight, of = np.concatenate(weights), np.concatenate(owner)
    count = len(weight)
    sums = sparse.csr_array((weight, (of, np.arange(count))), shape=(len(blocks), count))
    share = (np.arange(len(blocks)) < scenarios).astype(np.float64)
    claims = sparse.hstack(
        [merged, -sparse.eye_array(count), sparse.csr_array((count, 1))], format="csr"
    )
    worst = sparse.hstack(
        [sparse.csr_array((len(blocks), len(free))), sums, -sparse.csr_array(share[:, None])]
    )
    limits = np.zeros((len(question.groups), len(free)))
    most = [float(group.limit) for group in question.groups]
    fewest = [float(group.least) or -np.inf for group in question.groups]
    for group, row in zip(question.groups, limits, strict=True):
        row[np.isin(free, group.sites)] = 1.0
    if np.isfinite(budget):
        limits = np.concatenate([limits, question.costs[free][None, :]])
        most.append(budget)
        fewest.append(-np.inf)
    bounded = sparse.csr_array(limits)
    bounded.resize((len(most), len(free) + count + 1))
    cost = np.zeros(len(free) + count + 1)
    cost[-1] = 1.0
    least = np.concatenate([np.zeros(count), asked - given, fewest])
    program = Program(
        cost,
        len(free),
        sparse.vstack([claims, worst, bounded], format="csr"),
        least,
        np.concatenate([np.full(count + len(blocks), np.inf), most]),
        True,
    )
    return _Stacked(merged, program)


def _values(
    question: Question, program: _Stacked, scenario: Ints, free: Ints, plan: Ints
) -> Floats:
    """A plan's values in the program's columns."""
    taken = np.isin(free, plan)
    covered = program.sites @ taken.astype(np.float64) >= 1
    least = min(least_of(question, scenario, plan), 1.0)
    return np.concatenate([taken, covered, [least]]).astype(np.float64)


def _needed(question: Question, scenario: Ints, sites: Ints, held: float) -> Ints:
    """The plan without added sites that the weight in the worst scenario does not need, nor
    that of any other.
    """
    every = _of_each(question, scenario, sites)
    for site in np.setdiff1d(sites, question.fixed)[::-1]:
        rest = sites[sites != site]
        if (_of_each(question, scenario, rest) >= every).all() and _keeps(question, rest):
            sites = rest
    return sites


def _keeps(question: Question, sites: Ints) -> bool:
    """Whether a plan has what groups and floors ask for at least."""
    covered = np.zeros(len(question.weights), bool)
    covered[question.covers[:, sites].indices] = True
    added = np.setdiff1d(sites, question.fixed)
    held = ((question.weights[rows][covered[rows]].sum(), least) for rows, least in question.floors)
    return all(np.isin(added, group.sites).sum() >= group.least for group in question.groups) and (
        all(weight >= least - _HAIR for weight, least in held)
    )
