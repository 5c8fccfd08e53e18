"""People won by the number of sites of one budget: with what is asked at least, and without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from gdcoverage.arrays import Floats, Ints
from gdcoverage.sites._question import HAIR, PEOPLE_DIGITS, Question
from gdcoverage.sites._solve import most_people_unlike

# What each number of sites may take of the time that the plan itself has.
_SHARE = 0.2


class Won(NamedTuple):
    """Sites, the people whom they win, how many no plan of so many sites passes; how that ended."""

    sites: Ints
    people: float
    bound: float
    status: str = "time_limit"


def people_by_sizes(
    question: Question,
    free: Question,
    most: int,
    known: Mapping[int, Won],
    known_free: Mapping[int, Won],
) -> pd.DataFrame:
    """The best plan of several numbers of sites, each begun from the last, as `JointPlan` has it.

    Parameters
    ----------
    free : the question without what is asked at least.
    most : sites of the largest plan.
    known, known_free : plans that were found already, by the number of sites.
    """
    fewest = max(int(question.fixed.sum()), 1)
    sizes = [size for size in evenly(most, question.terms.frontier) if size >= fewest]
    best = _each(free, sizes, known_free)
    table = _told(question, sizes, best)
    if not question.is_two_sided:
        return table
    kept = {
        size: plan
        for size, plan in zip(sizes, best, strict=True)
        if plan is not None and question.keeps_floors(plan.sites)
    }
    held = _told(question, sizes, _each(question, sizes, kept | dict(known)))
    # What bounds all plans bounds those that keep the floors.
    bound = held["bound"].where(held["bound"] < table["bound"], table["bound"])
    bound = bound.where(held["population"].notna())
    price = (table["population"] - held["population"]).round(PEOPLE_DIGITS).clip(lower=0.0)
    return table.assign(
        floors_population=held["population"],
        floors_rate=held["rate"],
        floors_bound=bound,
        floors_gap=_gaps(held["population"].to_numpy(), bound.to_numpy()),
        price=price,
    )


def evenly(most: int, count: int) -> list[int]:
    """So many whole numbers, about evenly spaced, up to the most; none is 0."""
    parts = np.ceil(most * np.arange(1, count + 1) / max(count, 1) - HAIR).astype(int)
    return sorted({int(part) for part in parts if part > 0})


def _each(question: Question, sizes: list[int], known: Mapping[int, Won]) -> list[Won | None]:
    """The plan of each size, no worse than the one before; None where none keeps the terms."""
    found: list[Won | None] = []
    last: Won | None = None
    for size in sizes:
        plan = known.get(size) or _solved(question, size, last)
        if last is not None and (plan is None or plan.people < last.people - HAIR):
            # What fewer sites do, more do too.
            plan = Won(last.sites, last.people, np.inf if plan is None else plan.bound)
        last = plan
        found.append(plan)
    return found


def _solved(question: Question, size: int, last: Won | None) -> Won | None:
    limit = _SHARE * question.terms.time_limit
    start = None if last is None else last.sites
    found = most_people_unlike(question, size, (), time_limit=limit, start=start)
    if found is None:
        return None
    return Won(found.sites, found.objective, float(found.bound), found.status)


def _told(question: Question, sizes: list[int], plans: list[Won | None]) -> pd.DataFrame:
    """A row for each size; NaN where there is no plan."""
    people = np.array([np.nan if plan is None else plan.people for plan in plans])
    bound = np.array([np.nan if plan is None else plan.bound for plan in plans])
    # More sites never cover fewer people, so a bound of more is one of fewer.
    least = np.fmin.accumulate(bound[::-1])[::-1]
    bound = np.where(np.isnan(people), np.nan, np.maximum(least, people))
    return pd.DataFrame(
        {
            "sites": sizes,
            "population": people,
            "added": np.diff(people, prepend=0.0),
            "rate": [question.rate_with(each) for each in people],
            "bound": bound,
            "gap": _gaps(people, bound),
            "status": [
                "" if plan is None else "optimal" if gap == 0 else plan.status
                for plan, gap in zip(plans, _gaps(people, bound), strict=True)
            ],
        }
    )


def _gaps(people: Floats, bound: Floats) -> Floats:
    """By which share a plan may fall short of its bound."""
    short = np.where(bound - people <= HAIR, 0.0, bound - people)
    return np.where(np.isnan(people), np.nan, short / np.where(bound > 0, bound, 1.0))
