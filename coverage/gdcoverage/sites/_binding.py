"""What binds where no plan keeps the terms: found by relaxing one after another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gdcoverage import locate
from gdcoverage.arrays import Bools
from gdcoverage.problems import InputError, unusable
from gdcoverage.sites._question import Question

# How long one relaxed question may take, as a share of what the whole has, and seconds at most.
_SHARE, _MOST_S = 0.2, 20.0
# What may bind: first what keeps a plan back, then what is asked of it.
_RESTRAINTS = ("add", "budget", "caps", "apart", "forbidden", "excluded")
_DEMANDS = ("least", "rate_least")
WORDS = {
    "add": "新增网点数",
    "budget": "费用上限",
    "caps": "各县区、市、银行的上限",
    "apart": "同一银行网点的间距",
    "forbidden": "禁选候选点",
    "excluded": "不布点区域",
    "least": "各县区、市、银行的下限",
    "rate_least": "县区最低覆盖率",
}


@dataclass(frozen=True)
class Binding:
    """Why no plan keeps the terms.

    Parameters
    ----------
    alone : terms of which lifting any one is enough.
    together : where none is, terms that must all be lifted, none of them for nothing; restraints
        only. Empty where lifting all of them is not enough.
    beyond : adcode -> rate of counties that all candidates together do not bring to what is asked.
    short : whether candidates are lacking: all restraints lifted, there is still no plan.
    sites : fewest sites with which the other terms can be kept, where more would do; else None.
    """

    alone: tuple[str, ...]
    together: tuple[str, ...]
    beyond: dict[str, float]
    short: bool
    sites: int | None


def binding(question: Question, sites: int | None) -> Binding:
    """What must give way so that a plan exists.

    Parameters
    ----------
    question : of which it is known that no plan keeps its terms.
    sites : most sites; None where any number will do.
    """
    given = _given(question, sites)
    alone = tuple(term for term in given if _has_plan(question, sites, [term]))
    restraints = [term for term in given if term in _RESTRAINTS]
    short = not _has_plan(question, sites, restraints)
    together: list[str] = []
    if not short and not set(alone) & set(restraints):
        together = list(restraints)
        for term in restraints:
            rest = [other for other in together if other != term]
            if _has_plan(question, sites, rest):
                together = rest
    return Binding(
        alone,
        tuple(together),
        _beyond(question),
        short,
        _fewest(question) if "add" in alone else None,
    )


def refusal(question: Question, sites: int | None, error: locate.NoPlanError) -> InputError:
    """Why a question has no answer, for the person who must act."""
    if not error.proven:
        return unusable(
            "no_plan_found",
            "在规定时间内没有找到满足全部条件的方案，也没有证明没有",
            "请延长求解时限，或放宽下限、上限",
        )
    found = binding(question, sites)
    what, actions = "没有方案能同时满足全部条件", []
    if found.beyond:
        worst = sorted(found.beyond.items(), key=lambda pair: pair[1])[:5]
        told = "、".join(f"{code} 最高 {100 * rate:.1f}%" for code, rate in worst)
        more = f"等 {len(found.beyond)} 个县区" if len(found.beyond) > len(worst) else ""
        what = f"现有候选点全部用上，也达不到县区最低覆盖率（{told}{more}）"
        actions.append("请降低这些县区的最低覆盖率，或增加那里的候选点")
    elif found.short:
        what += "：候选点不够"
    if found.alone:
        actions.append(f"放宽其中一项即可：{'、'.join(WORDS[term] for term in found.alone)}")
    if found.together:
        named = "、".join(WORDS[term] for term in found.together)
        actions.append(f"须同时放宽：{named}")
    if found.sites is not None:
        actions.append(f"其余条件不变，新增网点至少须 {found.sites} 个")
    return unusable("no_plan", what, "；".join(actions) or "请减少下限")


def _given(question: Question, sites: int | None) -> list[str]:
    """The terms that say anything."""
    says = {
        "add": sites is not None,
        "budget": bool(np.isfinite(question.budget)),
        "caps": any(np.isfinite(each.most) for each in question.limits if each.kind != "apart"),
        "apart": question.terms.bank_apart_m is not None,
        "forbidden": bool(question.barred.any()),
        "excluded": bool(question.excluded.any()),
        "least": any(limit.least > 0 for limit in question.limits),
        "rate_least": bool(question.floors),
    }
    return [term for term in (*_RESTRAINTS, *_DEMANDS) if says[term]]


def _has_plan(question: Question, sites: int | None, lifted: Iterable[str]) -> bool:
    """Whether some plan keeps what is not lifted; where time does not tell, none is taken to."""
    try:
        _solved(question, sites, frozenset(lifted))
    except locate.NoPlanError:
        return False
    return True


def _fewest(question: Question) -> int | None:
    """Fewest sites that keep the other terms."""
    try:
        found = _solved(question, None, frozenset(), fewest=True)
    except locate.NoPlanError:
        return None
    return len(found.sites) if found.gap == 0 else None


def _solved(
    question: Question, sites: int | None, lifted: frozenset[str], *, fewest: bool = False
) -> locate.CoverSolution:
    """A plan that keeps what is not lifted; what it wins does not matter."""
    fixed, terms = question.fixed, question.terms
    barred: Bools = np.zeros_like(fixed)
    barred |= question.barred & ("forbidden" not in lifted)
    barred |= question.excluded & ("excluded" not in lifted)
    barred |= question.crowded & ("apart" not in lifted)
    groups = []
    for limit in question.limits:
        own = np.flatnonzero(limit.sites)
        there = int(fixed[own].sum())
        term = "apart" if limit.kind == "apart" else "caps"
        most = len(own) if term in lifted else int(min(limit.most, len(own)))
        least = 0 if "least" in lifted else max(limit.least - there, 0)
        if least > most - there:
            raise locate.NoPlanError(proven=True)
        groups.append((own, most - there, least))
    everything = np.arange(len(fixed))
    if sites is not None and "add" not in lifted:
        groups.append((everything, max(sites - int(fixed.sum()), 0), 0))
    floors = question.floors if "rate_least" not in lifted else ()
    options: locate.Options = {
        "fixed": fixed,
        "forbidden": barred & ~fixed,
        "groups": groups,
        "floors": [(rows, needed) for _, rows, needed in floors],
        "time_limit": min(_SHARE * terms.time_limit, _MOST_S),
    }
    if fewest:
        return locate.partial_covering(question.covers, question.people, 0.0, **options)
    room = np.inf
    if np.isfinite(question.budget) and "budget" not in lifted:
        options["costs"] = question.costs
        room = max(question.budget - float(question.costs[fixed].sum()), 0.0)
    # Whether there is any plan, not which is best.
    options["tolerance"] = 1.0
    return locate.maximal_covering(question.covers, question.people, room, **options)


def _beyond(question: Question) -> dict[str, float]:
    """Counties whose rate all candidates together do not bring to what is asked: how far."""
    demand, everyone = question.coverage.demand, np.arange(len(question.candidates))
    reached = question.times(everyone) > 0
    people = demand["population"].to_numpy(float)
    found = {}
    for adcode, rows, needed in question.floors:
        left = needed - float(question.people[rows][reached[rows]].sum())
        if left > 0:
            total = people[(demand["county"] == adcode).to_numpy()].sum()
            found[adcode] = question.rates[adcode] - left / total
    return found
