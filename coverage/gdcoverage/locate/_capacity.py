"""Covering where a site serves so many people and no more: who is served, where sites help."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.locate._answer import status_of
from gdcoverage.locate._check import check_amount, check_least, check_plan
from gdcoverage.locate._highs import Program, run
from gdcoverage.locate._question import Question
from gdcoverage.locate._solution import NoPlanError, Status, relative_gap

# A share of all weight below which nobody is left over: the rounding of a linear program.
HAIR = 1e-7
# Programs with more pairs than this are not begun; then the bound is that of covering alone.
_MOST_PAIRS = 400_000


class Served(NamedTuple):
    """Who is served by sites with room for so much weight each; as much in all as can be.

    Parameters
    ----------
    rows : weight of each demand row that is served.
    sites : weight that each site serves; 0 for sites not among those asked.
    strained : of each row, whether it shares its sites with weight that finds no room: the
        same whichever way people are divided.
    full : of each site, whether strained rows fill it.
    """

    rows: Floats
    sites: Floats
    strained: Bools
    full: Bools


def serve(covers: sparse.csc_array, weights: Floats, room: Floats, sites: Ints) -> Served:
    """Divide the weight of each row among sites that cover it, none over its room.

    max sum f_ij,  sum_j f_ij <= w_i,  sum_i f_ij <= room_j,  f_ij only where j covers i.
    """
    pairs = sparse.csc_array(covers)[:, sites].tocoo()
    rows, site = pairs.row, pairs.col
    demand, count, several = len(weights), len(sites), len(rows)
    flow = np.zeros(several)
    if several:
        ones, every = np.ones(several), np.arange(several)
        limits = sparse.vstack(
            [
                sparse.csr_array((ones, (rows, every)), shape=(demand, several)),
                sparse.csr_array((ones, (site, every)), shape=(count, several)),
            ],
            format="csr",
        )
        most = np.append(weights, room[sites])
        found = linprog(-ones, A_ub=limits, b_ub=most, bounds=(0, None), method="highs")
        if found.status != 0:
            raise AssertionError(f"people cannot be divided among sites: {found.message}")
        flow = np.maximum(found.x, 0.0)
    served = np.bincount(rows, flow, minlength=demand)
    load = np.zeros(len(room))
    load[sites] = np.bincount(site, flow, minlength=count)
    strained, full = _strained(rows, sites[site], flow, weights - served, len(room))
    return Served(np.minimum(served, weights), load, strained, full)


def _strained(
    rows: Ints, site: Ints, flow: Floats, left: Floats, sites: int
) -> tuple[Bools, Bools]:
    """Rows and sites on the near side of the smallest cut: from what is left over, along pairs to
    sites, from these back to the rows that they serve.
    """
    hair = HAIR * max(float(flow.sum()), 1.0) / max(len(flow), 1)
    strained, full = left > HAIR * max(float(left.sum() + flow.sum()), 1.0), np.zeros(sites, bool)
    while True:
        full[site[strained[rows]]] = True
        reached = rows[full[site] & (flow > hair)]
        if strained[reached].all():
            return strained, full
        strained[reached] = True


class Loaded(NamedTuple):
    """The plan found that serves most weight within the sites' rooms, and its proof.

    Parameters
    ----------
    sites : ascending, fixed ones included.
    served : who is served by them.
    objective : weight served.
    bound, gap, seconds : as in `CoverSolution`.
    """

    sites: Ints
    served: Served
    objective: float
    bound: float
    gap: float
    status: Status
    seconds: float


def solve_loaded(
    question: Question, room: Floats, budget: float, plan: Ints, bound: float
) -> Loaded:
    """The plan that serves most, `plan` at the least.

    Parameters
    ----------
    room : weight that each site serves at most.
    plan : sites of a plan that keeps the conditions, fixed ones included.
    bound : what no plan covers more than, whatever the room.
    """
    covers, weights = question.covers, question.weights
    best = serve(covers, weights, room, plan)
    held = float(best.rows.sum())
    usable = question.allowed.copy()
    usable[question.fixed] = True
    bound = min(bound, float(serve(covers, weights, room, np.flatnonzero(usable)).rows.sum()))
    if bound - held > HAIR * max(bound, 1.0):
        free = np.flatnonzero(question.allowed)
        program, scale = _program(question, room, budget, free)
        if program is not None:
            outcome = run(program, None, 0.0, question.effort(), 1e-9)
            if outcome.values is None and outcome.proven:
                raise NoPlanError(proven=True)
            if outcome.values is not None:
                chosen = np.union1d(question.fixed, free[outcome.values[: len(free)] > 0.5])
                served = serve(covers, weights, room, chosen)
                if served.rows.sum() > held:
                    plan, best, held = chosen, served, float(served.rows.sum())
            if np.isfinite(outcome.bound):
                bound = min(bound, float(outcome.bound) * scale)
    check_plan(question, plan, budget)
    _check(question, room, plan, best)
    bound = max(bound, held)
    gap = relative_gap(held, bound)
    if gap <= HAIR:
        bound, gap = held, 0.0
    return Loaded(plan, best, held, bound, gap, status_of(question, gap), question.meter.seconds())


def _program(
    question: Question, room: Floats, budget: float, free: Ints
) -> tuple[Program | None, float]:
    """Columns: free sites; the share of each row that each site serves. None if too large.

    Rows that the same sites cover are one. Weights are told as shares of the second number.
    """
    usable = np.union1d(question.fixed, free)
    matrix = sparse.csr_array(question.covers)[:, usable]
    keep = np.flatnonzero((question.weights > 0) & (np.diff(matrix.indptr) > 0))
    matrix = matrix[keep]
    matrix.sort_indices()
    alike = [row.tobytes() for row in np.split(matrix.indices, matrix.indptr[1:-1])]
    _, first, kind = np.unique(np.array(alike, object), return_index=True, return_inverse=True)
    weights = np.bincount(kind, question.weights[keep])
    pairs = matrix[first].tocoo()
    rows, site = pairs.row, usable[pairs.col]
    if len(rows) > _MOST_PAIRS:
        return None, 1.0
    place = np.full(len(room), -1)
    place[free] = np.arange(len(free))
    several, scale = len(rows), float(weights.max())
    every, is_free = np.arange(several), place[site] >= 0
    width = len(free) + several

    def wide(value: Floats, row: Ints, column: Ints, height: int) -> sparse.csr_array:
        return sparse.csr_array((value, (row, column)), shape=(height, width))

    amounts = weights[rows] / scale
    divided = wide(np.ones(several), rows, len(free) + every, len(weights))
    load = wide(amounts, site, len(free) + every, len(room))
    load = load - wide(np.minimum(room[free], weights.sum()) / scale, free, place[free], len(room))
    own = np.flatnonzero(is_free)
    number = np.arange(len(own))
    tied = wide(np.ones(len(own)), number, len(free) + own, len(own))
    tied = tied - wide(np.ones(len(own)), number, place[site[own]], len(own))
    most_load = np.where(np.isin(np.arange(len(room)), question.fixed), room / scale, 0.0)
    conditions = [divided, load, tied]
    most = [np.ones(len(weights)), most_load, np.zeros(len(own))]
    least = [np.full(len(each), -np.inf) for each in most]
    for group in question.groups:
        inside = place[group.sites][place[group.sites] >= 0]
        conditions.append(wide(np.ones(len(inside)), np.zeros(len(inside), int), inside, 1))
        most.append(np.array([float(group.limit)]))
        least.append(np.array([float(group.least) if group.least else -np.inf]))
    if np.isfinite(budget):
        conditions.append(wide(question.costs[free], np.zeros(len(free), int), place[free], 1))
        most.append(np.array([budget]))
        least.append(np.array([-np.inf]))
    program = Program(
        np.append(np.zeros(len(free)), amounts),
        len(free),
        sparse.csr_array(sparse.vstack(conditions, format="csr")),
        np.concatenate(least),
        np.concatenate(most),
        True,
    )
    return program, scale


def _check(question: Question, room: Floats, plan: Ints, served: Served) -> None:
    """What is served is within rooms and weights, and the two sums agree. Else CheckError."""
    check_amount("weight served", float(served.sites.sum()), float(served.rows.sum()))
    total = float(question.weights.sum())
    over = np.maximum(served.sites[plan] - room[plan], 0.0).max(initial=0.0)
    check_least("room left", total - float(over), total)
