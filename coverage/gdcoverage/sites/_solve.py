"""Questions handed to `locate`: the plan with most people, the smallest plan for a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gdcoverage import locate
from gdcoverage.problems import InputError, Problem
from gdcoverage.sites._question import PEOPLE_DIGITS, Ints, Question


class Solved(NamedTuple):
    """The best plan found and its proof; sites that must be in it count like any other.

    Parameters
    ----------
    sites : candidates of the plan, ascending.
    objective, bound : people, or sites: of the plan, and what no plan passes.
    gap : their distance as a share of the larger; 0 where proven best.
    status, seconds : as in `locate.CoverSolution`.
    """

    sites: Ints
    objective: float
    bound: float
    gap: float
    status: str
    seconds: float


def most_people(
    question: Question, sites: int, time_limit: float, unlike: Sequence[tuple[Ints, int]] = ()
) -> Solved:
    """At most so many sites with the most people newly covered.

    Parameters
    ----------
    unlike : earlier plans, each with how many of its sites at most the new plan may hold.

    Raises
    ------
    InputError : more sites are fixed than there may be.
    """
    fixed = int(question.fixed.sum())
    if fixed > sites:
        raise InputError(
            Problem(
                "too_many_fixed",
                "必选候选点多于要增加的网点数",
                "请减少必选点或增加网点数",
                value=f"{fixed} > {sites}",
            )
        )
    found = locate.maximal_covering(
        question.covers,
        question.people,
        sites - fixed,
        fixed=question.fixed,
        forbidden=question.forbidden,
        groups=_groups(question, unlike),
        time_limit=time_limit,
    )
    people = question.population_of(found.sites)
    plan = Solved(found.sites, people, people, found.gap, found.status, found.seconds)
    return with_bound(plan, people if found.gap == 0 else max(people, float(found.bound)))


def fewest_sites(question: Question, people: float, time_limit: float) -> Solved:
    """The fewest sites that newly cover so many people, or as many as the terms allow."""
    everyone = float(question.people.sum())
    found = locate.partial_covering(
        question.covers,
        question.people,
        min(max(people, 0.0) / everyone, 1.0) if everyone else 0.0,
        fixed=question.fixed,
        forbidden=question.forbidden,
        groups=_groups(question, ()),
        time_limit=time_limit,
    )
    # There are no parts of sites: a bound of 4.2 proves 5.
    bound = int(question.fixed.sum()) + np.ceil(float(found.bound) - 1e-6)
    size = len(found.sites)
    plan = Solved(found.sites, size, size, found.gap, found.status, found.seconds)
    return with_bound(plan, min(size, bound))


def with_bound(plan: Solved, bound: float) -> Solved:
    """The plan with what a bound proves of it."""
    if abs(bound - plan.objective) <= 10.0**-PEOPLE_DIGITS:
        return plan._replace(bound=plan.objective, gap=0.0, status="optimal")
    gap = abs(bound - plan.objective) / max(bound, plan.objective)
    return plan._replace(bound=bound, gap=gap)


def _groups(question: Question, unlike: Sequence[tuple[Ints, int]]) -> list[tuple[Ints, int]]:
    """Bank caps and earlier plans as sites of which so many may be added to the fixed ones."""
    of_bank = [np.flatnonzero(question.bank == bank) for bank in range(len(question.caps))]
    groups = [*zip(of_bank, question.caps.tolist(), strict=True), *unlike]
    return [(sites, most - int(question.fixed[sites].sum())) for sites, most in groups]
