"""Questions handed to `locate`: the plan with most people, the smallest plan for a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gdcoverage import locate
from gdcoverage.arrays import Ints
from gdcoverage.problems import unusable
from gdcoverage.sites._binding import refusal
from gdcoverage.sites._question import HAIR, Question

# Earlier plans, each with how many of its sites at most the new plan may hold.
Unlike = Sequence[tuple[Ints, int]]


def most_people(question: Question, sites: int, unlike: Unlike = ()) -> locate.CoverSolution:
    """At most so many sites with the most people newly covered, which are the objective.

    Raises
    ------
    InputError : more sites are fixed than there may be, or no plan keeps the terms.
    """
    fixed = int(question.fixed.sum())
    if fixed > sites:
        raise unusable(
            "too_many_fixed",
            "必选候选点多于要增加的网点数",
            "请减少必选点或增加网点数",
            value=f"{fixed} > {sites}",
        )
    try:
        return _most_people(question, sites, unlike)
    except locate.NoPlanError as error:
        raise refusal(question, sites, error) from None


def most_people_unlike(
    question: Question,
    sites: int,
    unlike: Unlike,
    time_limit: float | None = None,
    start: Ints | None = None,
) -> locate.CoverSolution | None:
    """`most_people` unlike earlier plans; None where no other is found that keeps the terms.

    Parameters
    ----------
    start : a plan to begin from.
    """
    try:
        return _most_people(question, sites, unlike, time_limit, start)
    except locate.NoPlanError:
        return None


def _most_people(
    question: Question,
    sites: int,
    unlike: Unlike,
    time_limit: float | None = None,
    start: Ints | None = None,
) -> locate.CoverSolution:
    asked = "people", sites
    # What was begun elsewhere, or had less time, is another answer where nothing is proved.
    is_plain = not unlike and time_limit is None and start is None
    if is_plain and asked in question.answers:
        return question.answers[asked]
    options = options_of(question, unlike)
    if start is not None:
        options["start"] = start
    if time_limit is not None:
        options["time_limit"] = time_limit
    room = with_room(question, options, sites)
    found = locate.maximal_covering(question.covers, question.people, room, **options)
    people = question.population_of(found.sites)
    bound = people if found.gap == 0 else max(people, float(found.bound))
    found = with_bound(replace(found, objective=people), bound)
    if not unlike:
        question.answers[asked] = found
    return found


def fewest_sites(question: Question, people: float) -> locate.CoverSolution:
    """The fewest sites, fixed ones counted, for so many people newly covered.

    Where the terms allow fewer people, as many as they allow.

    Raises
    ------
    InputError : no plan keeps the terms.
    """
    everyone = float(question.people.sum())
    share = min(max(people, 0.0) / everyone, 1.0) if everyone else 0.0
    options = options_of(question, ())
    try:
        found = locate.partial_covering(question.covers, question.people, share, **options)
    except locate.NoPlanError as error:
        raise refusal(question, None, error) from None
    # There are no parts of sites: a bound of 4.2 proves 5.
    bound = int(question.fixed.sum()) + np.ceil(float(found.bound) - 1e-6)
    size = len(found.sites)
    return with_bound(replace(found, objective=size), min(size, bound))


def with_bound(plan: locate.CoverSolution, bound: float) -> locate.CoverSolution:
    """The plan with what a bound proves of it."""
    if abs(bound - plan.objective) <= HAIR:
        return replace(plan, bound=plan.objective, gap=0.0, status="optimal")
    gap = abs(bound - plan.objective) / max(bound, plan.objective)
    return replace(plan, bound=bound, gap=gap)


def options_of(question: Question, unlike: Unlike) -> locate.Options:
    """Limits and earlier plans as sites of which so many may be added to the fixed ones."""
    fixed = question.fixed
    limits = [(np.flatnonzero(each.sites), each.most, each.least) for each in question.limits]
    groups = [*limits, *((sites, most, 0) for sites, most in unlike)]
    return {
        "fixed": fixed,
        "forbidden": question.forbidden,
        "groups": [
            (
                sites,
                min(int(min(most, len(sites))), len(sites)) - int(fixed[sites].sum()),
                max(int(least) - int(fixed[sites].sum()), 0),
            )
            for sites, most, least in groups
        ],
        "floors": [(rows, needed) for _, rows, needed in question.floors],
        "time_limit": question.terms.time_limit,
    }


def with_room(question: Question, options: locate.Options, sites: int) -> float:
    """What may be added: so many sites; where there is a budget, also as a group, and its money."""
    left = sites - int(question.fixed.sum())
    if not np.isfinite(question.budget):
        return left
    options["costs"] = question.costs
    everything = np.arange(len(question.costs))
    options["groups"] = [*options["groups"], (everything, min(left, len(everything)), 0)]
    return max(question.budget - float(question.costs[question.fixed].sum()), 0.0)
