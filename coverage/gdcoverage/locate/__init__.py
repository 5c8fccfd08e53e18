"""Covering-location models on sparse cover sets: where to add sites, with a bound that proves it.

Each function takes ``covers``, a scipy sparse matrix with a row for each demand point and a column
for each site, non-zero where the site covers the point, and returns a `CoverSolution`. Options that
all covering models share (`Options`):

weights : of each demand row, from 0; default 1 each.
costs : of each site, from 0; default 1 each, so that cost is the number of sites.
fixed : sites that exist; chosen whatever they add, free of cost, counted in no group.
forbidden : sites that may not be chosen.
groups : sites, the most that may be added of them, and perhaps the fewest, as `Group`; groups may
    overlap.
floors : rows and the weight of them that must be covered, as `Floor`; floors may overlap.
start : sites of a plan to begin the search with.
time_limit : seconds, which stand for so much work: the same question has the same answer whatever
    else the machine does. The best plan found is returned with its bound. Where the clock runs
    far beyond them, that ends the work, and the status says so.
tolerance : relative gap at which to stop; 0 goes on until the best plan is proven.

Sites are given as column numbers or as one truth value for each column. Whatever the input, its
ties aside, the order of its rows and columns does not matter. ValueError says what is wrong with
an input; demand that no site can cover is listed in the result and is no error. NoPlanError says
that no plan keeps the conditions, which only groups with a least and floors can do.
"""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from gdcoverage.locate._answer import concluded, concluded_worst
from gdcoverage.locate._backup import solve_backup
from gdcoverage.locate._capacity import Loaded, Served, serve, solve_loaded
from gdcoverage.locate._check import check_plan
from gdcoverage.locate._nearest import Walked, solve_nearest
from gdcoverage.locate._question import Options, amounts, asked, positive, site_numbers
from gdcoverage.locate._solution import CoverSolution, Floor, Group, NoPlanError
from gdcoverage.locate._solve import solve
from gdcoverage.locate._target import solve_target
from gdcoverage.locate._worst import solve_worst

__all__ = [
    "CoverSolution",
    "Floor",
    "Group",
    "Loaded",
    "NoPlanError",
    "Options",
    "Served",
    "Walked",
    "backup_covering",
    "capacitated_covering",
    "maximal_covering",
    "nearest_covering",
    "partial_covering",
    "serve",
    "worst_covering",
]


def maximal_covering(
    covers: Any,
    weights: ArrayLike | None,
    p: float,
    **options: Unpack[Options],
) -> CoverSolution:
    """Cover the most weight with at most `p` more sites (MCLP, Church and ReVelle 1974).

    max sum_i w_i y_i,  y_i <= sum of x_j over sites j that cover i,  sum_j c_j x_j <= p.

    Parameters
    ----------
    p : how many sites to add; with `costs`, how much they may cost. Sites that would add nothing
        are left out, so that a plan may have fewer.
    For the others see the package.

    Returns
    -------
    CoverSolution with the covered weight, fixed sites' included, as objective.
    """
    question = asked(covers, weights, **options)
    budget = positive(p, "p")
    model = question.model(question.weights, budget, np.inf)
    answer = solve(model, question.allowed, question.fixed, question.start, question.effort())
    return concluded(question, answer, "covered weight", budget=budget)


def partial_covering(
    covers: Any,
    weights: ArrayLike | None,
    target: float,
    **options: Unpack[Options],
) -> CoverSolution:
    """Cover a share of all weight with the fewest more sites (Daskin and Owen 1999).

    min sum_j c_j x_j,  sum_i w_i y_i >= target sum_i w_i,  y_i <= sum of x_j that cover i.

    Parameters
    ----------
    target : share of all weight to cover, 0 to 1, what no site can cover and what fixed sites
        cover included. Where less can be covered, or the limits of groups allow less (as far as
        found), the most that can be is the target.
    For the others see the package.

    Returns
    -------
    CoverSolution with the number of added sites (or their cost) as objective.
    """
    question = asked(covers, weights, **options)
    if not 0 <= target <= 1:
        raise ValueError(f"target is {target}; give a share from 0 to 1")
    answer, least = solve_target(question, target * float(question.weights.sum()))
    return concluded(question, answer, "cost", least=least)


def backup_covering(
    covers: Any,
    weights: ArrayLike | None,
    p: float,
    plan: ArrayLike,
    **options: Unpack[Options],
) -> CoverSolution:
    """Of the plans that cover no less weight than `plan`, the one that covers most of it twice.

    max sum_i w_i u_i,  y_i + u_i <= sum of x_j that cover i,  u_i <= y_i,  sum_i w_i y_i >= W,

    with W what `plan` covers, less a billionth. With `plan` from `maximal_covering` these are the
    plans that cover the most: BACOP1 of Hogan and ReVelle (1986) where `p` sites cover everything.
    An outlet that is there already is a fixed site: who has one needs one more.

    Parameters
    ----------
    p : how many sites to add; with `costs`, how much they may cost.
    plan : sites of a plan that keeps the conditions. It is what comes back where time does not
        suffice for a better one.
    For the others see the package.

    Returns
    -------
    CoverSolution with the weight covered twice or more as objective, fixed sites counted.

    Raises
    ------
    CheckError : `plan` breaks a condition.
    """
    question = asked(covers, weights, **options)
    budget = positive(p, "p")
    given = np.union1d(site_numbers(plan, len(question.costs), "plan"), question.fixed)
    check_plan(question, given, budget)
    answer, least = solve_backup(question, budget, given)
    return concluded(question, answer, "backup weight", budget=budget, least=least)


def capacitated_covering(
    covers: Any,
    weights: ArrayLike | None,
    room: ArrayLike,
    p: float,
    plan: ArrayLike,
    *,
    bound: float = np.inf,
    **options: Unpack[Options],
) -> Loaded:
    """Serve the most weight where each site serves so much and no more (Current and Storbeck 1988).

    max sum f_ij,  sum_j f_ij <= w_i,  sum_i f_ij <= room_j x_j,  f_ij <= w_i x_j,
    sum_j c_j x_j <= p,  f_ij only where j covers i: a row may be divided among sites.

    Parameters
    ----------
    room : weight that each site serves at most.
    p : how many sites to add; with `costs`, how much they may cost.
    plan : sites of a plan that keeps the conditions. It is what comes back where time does not
        suffice for a better one, or the program would be too large.
    bound : what no plan covers more than, if it is known.
    For the others see the package; `floors` cannot be kept.

    Raises
    ------
    CheckError : `plan` breaks a condition.
    """
    question = asked(covers, weights, **options)
    if question.floors:
        raise ValueError("floors cannot be kept together with room; leave them out")
    budget, rooms = positive(p, "p"), amounts(room, len(question.costs), "room")
    given = np.union1d(site_numbers(plan, len(question.costs), "plan"), question.fixed)
    check_plan(question, given, budget)
    return solve_loaded(question, rooms, budget, given, bound)


def nearest_covering(
    covers: Any,
    weights: ArrayLike | None,
    lengths: Any,
    there: ArrayLike,
    p: float,
    plan: ArrayLike,
    **options: Unpack[Options],
) -> Walked:
    """Of the plans that cover no less weight than `plan`, the one whose people go shortest.

    min sum w_i d_ij z_ij,  sum_j z_ij <= 1,  z_ij <= x_j,  sum w_i z_ij >= W,  with W what `plan`
    covers, less a billionth: the p-median of what is covered (Church and ReVelle 1976).

    Parameters
    ----------
    lengths : sparse matrix like `covers` that stores the length of each pair, perhaps 0.
    there : of each row the length to a site that is there already; inf where there is none.
    p : how many sites to add; with `costs`, how much they may cost.
    plan : sites of a plan that keeps the conditions. It is what comes back where time does not
        suffice for a better one, or the program would be too large.
    For the others see the package.

    Raises
    ------
    CheckError : `plan` breaks a condition.
    """
    question = asked(covers, weights, **options)
    budget, near = positive(p, "p"), np.asarray(there, np.float64)
    if near.shape != question.weights.shape or np.isnan(near).any() or (near < 0).any():
        raise ValueError("there must hold a length from 0, or inf, for each row")
    given = np.union1d(site_numbers(plan, len(question.costs), "plan"), question.fixed)
    check_plan(question, given, budget)
    return solve_nearest(question, sparse.csc_array(lengths), near, budget, given)


def worst_covering(
    covers: Any,
    weights: ArrayLike,
    scenario: ArrayLike,
    p: float,
    plan: ArrayLike,
    **options: Unpack[Options],
) -> CoverSolution:
    """Cover the most weight in the scenario that fares worst (max-min).

    max z,  z <= sum of w_i y_i over rows i of s, for every scenario s,  y_i <= sum of x_j that
    cover i,  sum_j c_j x_j <= p; floors are sums of these weights.

    With weights that are people divided by what the best plan of each scenario covers, z is the
    least share of the best, and 1 - z the largest relative regret (Kouvelis and Yu 1997).

    Parameters
    ----------
    weights : such that no plan covers more than 1 in a scenario.
    scenario : of each row, numbered from 0; every scenario has rows.
    p : how many sites to add; with `costs`, how much they may cost.
    plan : sites of a plan that keeps the conditions, to start from.
    For the others see the package.

    Returns
    -------
    CoverSolution with the least weight over scenarios as objective.

    Raises
    ------
    CheckError : `plan` breaks a condition.
    """
    question = asked(covers, weights, **options)
    budget, number = positive(p, "p"), np.asarray(scenario, np.int64)
    if number.shape != question.weights.shape or (np.bincount(number) == 0).any():
        raise ValueError("scenario must hold a number from 0 for each row, and miss none")
    given = np.union1d(site_numbers(plan, len(question.costs), "plan"), question.fixed)
    check_plan(question, given, budget)
    answer = solve_worst(question, number, budget, given)
    return concluded_worst(question, answer, number, budget)
