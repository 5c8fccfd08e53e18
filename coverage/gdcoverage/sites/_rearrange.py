"""Redesigns found: the best for each number of outlets that may close, and why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from gdcoverage import locate
from gdcoverage.arrays import Ints
from gdcoverage.problems import InputError, unusable
from gdcoverage.sites._moves import Moves
from gdcoverage.sites._openings import moves_of
from gdcoverage.sites._question import HAIR, Question
from gdcoverage.sites._sizes import evenly

# How long one relaxed question may take, and each number of closings of a province but the last,
# as a share of what the whole has.
_SHARE = 0.2
_WORDS = {
    "close": "关闭网点数和相应的新增网点数",
    "close_most": "各县区、市、银行关闭上限",
    "add": "新增网点数",
    "move_most_m": "最远迁移距离",
    "merge_most_m": "合并距离",
    "bank_apart_m": "同一银行网点的间距",
    "budget": "费用上限",
    "caps": "各类上限（银行、类别、城乡、县区、市）",
    "least": "各类下限（银行、类别、城乡、县区、市）",
    "rate_least": "县区最低覆盖率",
}


class Answer(NamedTuple):
    """The best plan found with so many closings, and what is proved of it.

    Parameters
    ----------
    closings : most outlets that might close.
    plan : columns of the moves.
    people, bound : of the rows, covered by the plan and by any plan at most.
    gap : as a share of all who are covered with it.
    status : how the search ended, as of a `SitePlan`.
    seconds : spent.
    """

    closings: int
    plan: Ints
    people: float
    bound: float
    gap: float
    status: str
    seconds: float


def rearranged(moves: Moves) -> list[Answer]:
    """The best plan for each number of outlets that may close, the last all that may.

    The outlets in all are as many in each of them.

    Raises
    ------
    InputError : no plan keeps the terms.
    """
    terms, answers = moves.question.terms, list[Answer]()
    for closings in _numbers(moves):
        fewer = replace(terms, close=closings, add=closings + moves.more)
        if terms.scope == "province" and closings < moves.close:
            fewer = replace(fewer, time_limit=_SHARE * terms.time_limit)
        part = replace(moves, question=replace(moves.question, terms=fewer))
        try:
            found = _solved(part, start=answers[-1].plan if answers else None)
        except locate.NoPlanError as error:
            if closings == moves.close:
                raise _refusal(moves, error) from None
            continue
        plan = _settled(part, found.sites)
        if answers and answers[-1].people > part.won(plan) + HAIR:
            plan = answers[-1].plan
        people = part.won(plan)
        bound = people if found.gap == 0 else max(float(found.bound), people)
        gap = (bound - people) / (bound + moves.kept) if bound > people else 0.0
        answers.append(
            Answer(
                closings,
                plan,
                people,
                bound,
                gap,
                "optimal" if gap == 0 else found.status,
                found.seconds,
            )
        )
    return answers


def _numbers(moves: Moves) -> list[int]:
    """Numbers of closings that are asked about: of a province about evenly spaced."""
    least, most, count = max(-moves.more, 0), moves.close, moves.question.terms.frontier
    if moves.question.terms.scope == "province":
        return sorted({least, most, *(n for n in evenly(most, count) if n > least)})
    return sorted({*range(least, min(least + count, most)), most})


def _solved(
    moves: Moves, tolerance: float = 0.0, start: Ints | None = None
) -> locate.CoverSolution:
    """The plan that covers most of the rows' people; columns as sites.

    Raises
    ------
    NoPlanError : no plan keeps the conditions.
    """
    options = _options(moves, tolerance)
    if start is not None:
        options["start"] = start
    room: float = moves.size
    if np.isfinite(moves.question.budget):
        options["costs"], room = moves.costs, moves.question.budget
        options["groups"] = [*options["groups"], _size(moves)]
    return locate.maximal_covering(moves.covers, moves.people, room, **options)


def _settled(moves: Moves, plan: Ints) -> Ints:
    """Of the plans that cover as many, one with the fewest openings, and no outlet closed in vain.

    Fewest as far as found in time; with a budget no opening that nobody would miss.
    """
    everyone = float(moves.people.sum())
    if (moves.site[plan] >= 0).any() and not np.isfinite(moves.question.budget):
        options = _options(moves, 0.0)
        options["costs"] = (moves.site >= 0).astype(float)
        options["groups"] = [*options["groups"], _size(moves)]
        share = min(moves.won(plan) / everyone, 1.0) if everyone else 0.0
        options["start"] = plan
        fewest = locate.partial_covering(moves.covers, moves.people, share, **options).sites
        if moves.won(fewest) >= moves.won(plan) - HAIR:
            plan = fewest
    plan = _put_back(moves, plan)
    for column in plan[moves.site[plan] >= 0]:
        rest = plan[plan != column]
        if moves.won(rest) >= moves.won(plan) - HAIR and moves.keeps(rest):
            plan = rest
    return np.sort(_put_back(moves, plan))


def _put_back(moves: Moves, plan: Ints) -> Ints:
    """The plan with outlets that need not close; first those in reach of most people."""
    reach = np.asarray(moves.covers.T @ moves.people)[: len(moves.closable)].round(6)
    for place in np.argsort(-reach, kind="stable"):
        if place not in plan and moves.keeps(wider := np.append(plan, place)):
            plan = wider
    return plan


def _options(moves: Moves, tolerance: float) -> locate.Options:
    return {
        "groups": [(c.columns, c.most, c.least) for c in moves.conditions],
        "floors": moves.floors,
        "time_limit": moves.question.terms.time_limit,
        "tolerance": tolerance,
    }


def _size(moves: Moves) -> tuple[Ints, int, int]:
    columns = np.arange(len(moves.site))
    return columns, min(moves.size, len(columns)), 0


def _refusal(moves: Moves, error: locate.NoPlanError) -> InputError:
    """Why no plan keeps the terms: which of them, lifted alone, would leave one."""
    if not error.proven:
        return unusable(
            "no_plan_found",
            "在规定时间内没有找到满足全部条件的调整方案，也没有证明没有",
            "请延长求解时限，或放宽条件",
        )
    enough = [
        _WORDS[term]
        for term, question in _relaxed(moves.question, len(moves.closable)).items()
        if _has_plan(question)
    ]
    action = f"放宽其中一项即可：{'、'.join(enough)}" if enough else "请放宽各项条件"
    return unusable("no_plan", "没有调整方案能同时满足全部条件", action)


def _relaxed(question: Question, closable: int) -> dict[str, Question]:
    """The question without each term that says something."""
    terms, limits = question.terms, question.limits
    add = terms.add or 0
    every = closable + len(question.candidates)
    found = {
        "close": replace(terms, close=closable, add=max(add - terms.close + closable, add)),
        "close_most": replace(terms, close_most=None),
        "add": replace(terms, add=every),
        "move_most_m": replace(terms, move_most_m=None),
        "merge_most_m": replace(terms, merge_most_m=None),
        "bank_apart_m": replace(terms, bank_apart_m=None),
        "budget": replace(terms, budget=None, costs={}),
    }
    relaxed = {name: replace(question, terms=t) for name, t in found.items() if t != terms}
    if any(np.isfinite(limit.most) for limit in limits):
        capless = tuple(replace(limit, most=np.inf) for limit in limits)
        relaxed["caps"] = replace(question, limits=capless)
    if any(limit.least > 0 for limit in limits):
        relaxed["least"] = replace(question, limits=question.without_floors().limits)
    if question.rates:
        relaxed["rate_least"] = replace(question, rates={})
    return relaxed


def _has_plan(question: Question) -> bool:
    """Whether some plan keeps the terms; where time does not tell, none is taken to."""
    quick = replace(question.terms, time_limit=_SHARE * question.terms.time_limit)
    try:
        _solved(moves_of(replace(question, terms=quick)), tolerance=1.0)
    except locate.NoPlanError:
        return False
    return True
