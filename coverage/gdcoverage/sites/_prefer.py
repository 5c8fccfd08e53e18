"""Of the plans that cover as many people, the one that the terms prefer, with its proof."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csc_array, csr_array, hstack

from gdcoverage import locate
from gdcoverage.arrays import Ints
from gdcoverage.sites._question import Question
from gdcoverage.sites._solve import Unlike, options_of, with_bound, with_room
from gdcoverage.sites._spread import spread_out
from gdcoverage.sites._widest import widest


def settled(
    question: Question, plan: Ints, sites: int, unlike: Unlike = ()
) -> tuple[Ints, locate.CoverSolution | None]:
    """Of the plans that cover as many people as this one, that which the terms prefer.

    With ``then``, also its worth by that as the objective, proved: people in reach of two or more
    outlets; mean metres of who is covered; least metres between outlets.
    """
    asked = "settled", sites, tuple(plan)
    if unlike:
        return _settled(question, plan, sites, unlike)
    if asked not in question.answers:
        question.answers[asked] = _settled(question, plan, sites, ())
    return question.answers[asked]


def _settled(
    question: Question, plan: Ints, sites: int, unlike: Unlike
) -> tuple[Ints, locate.CoverSolution | None]:
    then = question.terms.then
    if then == "two_outlets":
        return _twice_covered(question, plan, sites, unlike)
    if then == "mean_walk":
        return _shortest(question, plan, sites, unlike)
    spread = plan if unlike else spread_out(question, plan)
    return (spread, None) if then is None else widest(question, spread, sites, unlike)


def _twice_covered(
    question: Question, plan: Ints, sites: int, unlike: Unlike
) -> tuple[Ints, locate.CoverSolution]:
    """The plan with most people in reach of two or more outlets."""
    demand = question.coverage.demand
    outlets = demand["covering_outlets"].to_numpy()
    people = np.where(question.counted, demand["population"].to_numpy(float), 0.0)
    rows = np.flatnonzero((people > 0) & (outlets < 2))
    rows = rows[np.argsort(demand["demand_id"].to_numpy(str)[rows])]
    # The outlets that are there stand as one more site, which is fixed.
    there = csr_array((outlets[rows] == 1)[:, None])
    options = options_of(question, unlike)
    options["fixed"] = np.append(question.fixed, True)
    options["forbidden"] = np.append(question.forbidden, False)
    room = with_room(question, options, sites)
    if "costs" in options:
        options["costs"] = np.append(question.costs, 0.0)
    place = np.full(len(demand), -1)
    place[rows] = np.arange(len(rows))
    options["floors"] = [
        (place[question.missed[own]], needed) for _, own, needed in question.floors
    ]
    found = locate.backup_covering(
        hstack([question.reach[rows], there], format="csr"),
        people[rows],
        room,
        plan,
        **options,
    )
    twice = float(people[outlets >= 2].sum())
    found = replace(found, sites=found.sites[:-1], objective=found.objective + twice)
    return found.sites, with_bound(found, float(found.bound) + twice)


def _shortest(
    question: Question, plan: Ints, sites: int, unlike: Unlike
) -> tuple[Ints, locate.CoverSolution]:
    """The plan with the shortest way, on average, of all who are covered."""
    demand = question.coverage.demand
    people = demand["population"].to_numpy(float)
    rows = np.flatnonzero(question.counted & (people > 0))
    rows = rows[np.argsort(demand["demand_id"].to_numpy(str)[rows])]
    covered = demand["covered"].to_numpy(bool)[rows]
    there = np.where(covered, demand["distance_m"].to_numpy(float)[rows], np.inf)
    options = options_of(question, unlike)
    room = with_room(question, options, sites)
    place = np.full(len(demand), -1)
    place[rows] = np.arange(len(rows))
    options["floors"] = [
        (place[question.missed[own]], needed) for _, own, needed in question.floors
    ]
    found = locate.nearest_covering(
        csc_array(question.reach[rows]),
        people[rows],
        csc_array(question.lengths[rows]),
        there,
        room,
        plan,
        **options,
    )
    # A plan that covers more, if there were one, would have more to share the least total.
    most = max(found.covered, 1e-300)
    proof = locate.CoverSolution(
        found.sites,
        found.total / most,
        found.bound / most,
        found.gap,
        found.status,
        found.seconds,
        np.empty(0, bool),
        found.covered,
        np.empty(0, np.int64),
    )
    return found.sites, proof


def people_twice(question: Question) -> float:
    """People who count in reach of two or more outlets as it is."""
    demand = question.coverage.demand
    twice = question.counted & (demand["covering_outlets"] >= 2).to_numpy()
    return float(demand["population"].to_numpy(float)[twice].sum())
