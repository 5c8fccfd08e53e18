"""What binds where no plan keeps the terms: found by relaxing one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from gdcoverage import locate
from gdcoverage.arrays import Bools, Ints
from gdcoverage.policy import SETTLEMENTS
from gdcoverage.problems import InputError, unusable
from gdcoverage.sites._limits import WHOSE, most_key
from gdcoverage.sites._question import Question
from gdcoverage.sites._terms import CITY_DIGITS

# How long one relaxed question may take, as a share of what the whole has, and seconds at most.
_SHARE, _MOST_S = 0.2, 20.0
# What may bind: first what keeps a plan back, then what is asked of it.
_RESTRAINTS = ("add", "budget", *map(most_key, WHOSE), "apart", "forbidden", "excluded")
_DEMANDS = (*(f"{kind}_least" for kind in WHOSE), "rate_least", "people_least")
WORDS = {
    "add": "新增网点数",
    "budget": "费用上限",
    "bank_caps": "各银行上限",
    "kind_most": "各类别上限",
    "class_most": "城乡上限",
    "county_most": "各县区上限",
    "city_most": "各市上限",
    "apart": "同一银行网点的间距",
    "forbidden": "禁选候选点",
    "excluded": "不布点区域",
    "bank_least": "各银行下限",
    "kind_least": "各类别下限",
    "class_least": "城乡下限",
    "county_least": "各县区下限",
    "city_least": "各市下限",
    "rate_least": "县区最低覆盖率",
    "people_least": "新增达标人口下限",
}
# So many counties are named.
_NAMED = 5


@dataclass(frozen=True)
class Binding:
    """Why no plan keeps the terms.

    Parameters
    ----------
    alone : terms of which lifting any one is enough.
    together : where none is, terms that must all be lifted, none of them for nothing; restraints
        only. Empty where lifting all of them is not enough.
    beyond : adcode -> rate of counties that all candidates together do not bring to what is asked.
    beyond_people : of whom all candidates together do not win the people asked for -> how many.
    short : whether candidates are lacking: all restraints lifted, there is still no plan.
    sites : fewest sites with which the other terms can be kept, where more would do; else None.
    """

    alone: tuple[str, ...]
    together: tuple[str, ...]
    beyond: dict[str, float]
    beyond_people: dict[str, float]
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
        *_beyond(question),
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
        told = _told(question, found.beyond, lambda rate: f"{100 * rate:.1f}%")
        what = f"现有候选点全部用上，也达不到县区最低覆盖率（{told}）"
        actions.append("请降低这些县区的最低覆盖率，或增加那里的候选点")
    elif found.beyond_people:
        told = _told(question, found.beyond_people, lambda people: f"{people:,.0f} 人")
        what = f"现有候选点全部用上，也达不到新增达标人口下限（{told}）"
        actions.append("请降低这些下限，或增加那里的候选点")
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


def _told(question: Question, most: dict[str, float], said: Callable[[float], str]) -> str:
    """Who can be brought how far at most, those least far first, by name and code."""
    names = dict(SETTLEMENTS)
    if question.coverage.counties is not None:
        known = question.coverage.counties
        names |= dict(zip(known["adcode"], known["name"], strict=True))
        names |= dict(zip(known["adcode"].str[:CITY_DIGITS], known["city"], strict=True))
    worst = sorted(most.items(), key=lambda pair: pair[1])
    parts = []
    for code, number in worst[:_NAMED]:
        name = names.get(code, "")
        who = name if code in SETTLEMENTS else f"{name}（{code}）" if name else code
        parts.append(f"{who}最高 {said(number)}")
    more = f"等 {len(worst)} 处" if len(worst) > _NAMED else ""
    return "、".join(parts) + more


def _given(question: Question, sites: int | None) -> list[str]:
    """The terms that say anything."""
    says = {
        "add": sites is not None,
        "budget": bool(np.isfinite(question.budget)),
        **{
            most_key(kind): any(
                np.isfinite(limit.most) for limit in question.limits if limit.kind == kind
            )
            for kind in WHOSE
        },
        "apart": question.terms.bank_apart_m is not None,
        "forbidden": bool(question.barred.any()),
        "excluded": bool(question.excluded.any()),
        **{
            f"{kind}_least": any(limit.least for limit in question.limits if limit.kind == kind)
            for kind in WHOSE
        },
        "rate_least": bool(question.rate_floors),
        "people_least": bool(question.people_floors),
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
        most = len(own) if most_key(limit.kind) in lifted else int(min(limit.most, len(own)))
        least = 0 if f"{limit.kind}_least" in lifted else max(limit.least - there, 0)
        if least > most - there:
            raise locate.NoPlanError(proven=True)
        groups.append((own, most - there, least))
    everything = np.arange(len(fixed))
    if sites is not None and "add" not in lifted:
        groups.append((everything, max(sites - int(fixed.sum()), 0), 0))
    floors = question.rate_floors if "rate_least" not in lifted else ()
    floors += question.people_floors if "people_least" not in lifted else ()
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


def _beyond(question: Question) -> tuple[dict[str, float], dict[str, float]]:
    """What all candidates together do not bring to what is asked, and how far they do: rates of
    counties, people of `people_asked`.
    """
    demand, everyone = question.coverage.demand, np.arange(len(question.candidates))
    reached = question.times(everyone) > 0
    people = demand["population"].to_numpy(float)
    rates, won = {}, {}

    def most(rows: Ints) -> float:
        return float(question.people[rows][reached[rows]].sum())

    for adcode, rows, needed in question.rate_floors:
        if (left := needed - most(rows)) > 0:
            total = people[(demand["county"] == adcode).to_numpy()].sum()
            rates[adcode] = question.rates[adcode] - left / total
    for name, rows, needed in question.people_floors:
        if most(rows) < needed:
            won[name] = most(rows)
    return rates, won
