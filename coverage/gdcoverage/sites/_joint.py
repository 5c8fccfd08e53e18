"""One budget over many counties: the joint plan, and what dividing it beforehand would lose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.locate import CoverSolution
from gdcoverage.policy import Standard
from gdcoverage.showing import Shown
from gdcoverage.sites._alternatives import Alternatives, alternatives_to
from gdcoverage.sites._candidates import kinds_of
from gdcoverage.sites._capacity import Capacity, capacity_of
from gdcoverage.sites._plan import SitePlan
from gdcoverage.sites._question import Denser, Question
from gdcoverage.sites._reached import Reached, joined, scenarios_of_all, widened
from gdcoverage.sites._recommend import plan_for
from gdcoverage.sites._redesign import Redesign, redesigned
from gdcoverage.sites._robust import Robust, robust_of
from gdcoverage.sites._sizes import Won, people_by_sizes
from gdcoverage.sites._solve import most_people
from gdcoverage.sites._terms import Terms
from gdcoverage.sites._whereabouts import by_landmarks

# Finds street locations for some people of each county, and whom these reach: of each county
# whose people of the part they are, by row, and the letter that their ids begin with.
More: TypeAlias = Callable[[Sequence[Bools], str], Sequence[Reached]]
# Sites, bound, gap and status of a way to divide the budget.
_Found: TypeAlias = tuple[Ints, float, float, str]


@dataclass(frozen=True, eq=False, repr=False)
class JointPlan(Shown):
    """Sites for many counties from one budget, beside the same budget divided beforehand.

    Parameters
    ----------
    candidates, generated, excluded : as in `Siting`.
    plan : the recommended sites, proof included.
    counties : one row per county: ``county``, ``population``, ``rate_before``, ``rate_after``,
        ``sites`` (of the plan, in the county), ``won`` (people living there newly covered, by
        whichever sites), ``missed`` (people there still uncovered), and for each other way
        ``<way>_sites``, ``<way>_won``.
    ways : one row per way of dividing the budget: ``way`` (``joint``; ``without_floors``: jointly,
        but for what the terms ask at least, where they ask it, so that the difference is what
        that costs; ``equal``: as many to each county; ``by_people``: as the counties' people; in
        these two nothing is asked at least either), ``sites``,
        ``population`` (people newly covered), ``rate``, ``bound``, ``gap``, ``status``,
        ``below_joint`` (people fewer than jointly), ``least_rate`` (of the county with the
        lowest rate then), ``least_county``, ``counties_without`` (without a site).
    service : what all of it is asked about; empty for whatever outlets offer.
    kinds : as in `Siting`.
    frontier : people won by the number of sites, up to the plan's, or None: ``sites``,
        ``population`` (people newly covered by the best plan found that need not keep what the
        terms ask at least), ``added`` (more than in the row before), ``rate``, ``bound`` (no plan
        of so many sites covers more), ``gap``, ``status`` (as of a `SitePlan`); where the terms
        ask something at least also ``floors_population``, ``floors_rate``, ``floors_bound``,
        ``floors_gap`` (of the best plan that keeps it; NaN where none is known), ``price``
        (people fewer for it).
    alternatives : further plans, or None.
    robust : the plan that stays good in every scenario, or None.
    redesign : outlets of all counties that close and sites that open, or None.
    capacity : who finds room at outlets that serve so many people, or None.
    """

    candidates: int
    generated: bool
    excluded: int
    plan: SitePlan
    counties: pd.DataFrame
    ways: pd.DataFrame
    service: str = ""
    kinds: tuple[tuple[str, int], ...] = ()
    frontier: pd.DataFrame | None = None
    alternatives: Alternatives | None = None
    robust: Robust | None = None
    redesign: Redesign | None = None
    capacity: Capacity | None = None

    def _line(self) -> str:
        return f"{self.candidates:,} candidates of {len(self.counties)} counties; {self.plan!r}"

    def _table(self) -> pd.DataFrame:
        return self.counties


def _robust(
    question: Question,
    plan: SitePlan,
    gaps: pd.DataFrame,
    parts: Sequence[Reached],
    landmarks: gpd.GeoDataFrame | None,
) -> Robust | None:
    if not question.terms.robust:
        return None
    robust = robust_of(question, plan, gaps, scenarios_of_all(parts, question.candidates))
    told = by_landmarks(robust.plan.sites, question.coverage, landmarks)
    return replace(robust, plan=replace(robust.plan, sites=told))


def plan_jointly(
    parts: Sequence[Reached],
    standard: Standard,
    terms: Terms,
    generated: bool,
    counties: gpd.GeoDataFrame | None = None,
    service: str = "",
    landmarks: gpd.GeoDataFrame | None = None,
    more: More | None = None,
) -> JointPlan:
    """The sites of all counties from one budget, and what other ways of dividing it would win.

    Parameters
    ----------
    parts : of the counties, by adcode.
    terms : with `add` or `target`, of all counties together.
    counties : these, with their names, or None.
    service : what the parts are about, in official terms.
    landmarks : of `landmarks_of`, by which to say where sites are, or None.
    more : finds street locations for people whose outlets may close or are full. Without it the
        candidates are those of the parts.

    Raises
    ------
    ValueError, InputError : as for `recommend_sites`, and for `redesign`.
    """

    def denser(question: Question, left: Bools, letter: str) -> Question:
        if more is None:
            return question
        ends = np.cumsum([len(part.demand) for part in parts])[:-1]
        news = more(np.split(left, ends), letter)
        return joined(widened(parts, news), standard, terms, generated, counties)

    question = joined(parts, standard, terms, generated, counties)
    gaps = pd.concat([part.gaps for part in parts], ignore_index=True)
    plan = plan_for(question, gaps)
    plan = replace(plan, sites=by_landmarks(plan.sites, question.coverage, landmarks))
    ids = question.candidates["candidate_id"]
    chosen = np.flatnonzero(ids.isin(plan.sites["candidate_id"]))
    budget = len(chosen) if terms.add is None else terms.add
    home = _Counties(question)
    found: dict[str, _Found] = {
        "joint": (chosen, plan.bound if plan.aim == "people" else np.nan, plan.gap, plan.status)
    }
    free = question.without_floors() if question.is_two_sided else question
    if question.is_two_sided:
        best = most_people(free, budget)
        found["without_floors"] = (best.sites, float(best.bound), best.gap, best.status)
    for way, shares in (
        ("equal", shared(budget, np.ones(len(home.codes)), home.missed)),
        ("by_people", shared(budget, home.people, home.missed)),
    ):
        split = _divided(free, home, shares)
        found[way] = (split.sites, float(split.bound), split.gap, split.status)
    return JointPlan(
        len(question.candidates),
        generated,
        int(question.excluded.sum()),
        plan,
        home.table({way: sites for way, (sites, *_) in found.items()}),
        _ways(question, home, found),
        service,
        kinds_of(question.candidates["kind"]),
        _by_sizes(question, free, budget, found),
        _alternatives(question, len(chosen), landmarks),
        _robust(question, plan, gaps, parts, landmarks),
        _redesign(question, gaps, denser, landmarks),
        _capacity(question, plan, gaps, denser, landmarks),
    )


def _capacity(
    question: Question,
    plan: SitePlan,
    gaps: pd.DataFrame,
    denser: Denser,
    landmarks: gpd.GeoDataFrame | None,
) -> Capacity | None:
    if question.terms.capacity is None:
        return None
    found = capacity_of(question, plan, gaps, denser)
    return replace(found, sites=by_landmarks(found.sites, question.coverage, landmarks))


def _redesign(
    question: Question,
    gaps: pd.DataFrame,
    denser: Denser,
    landmarks: gpd.GeoDataFrame | None,
) -> Redesign | None:
    if not question.terms.close:
        return None
    found = redesigned(question, gaps, denser)
    return replace(found, opened=by_landmarks(found.opened, question.coverage, landmarks))


def _alternatives(
    question: Question, sites: int, landmarks: gpd.GeoDataFrame | None
) -> Alternatives | None:
    if not question.terms.alternatives or not sites:
        return None
    further = alternatives_to(question, sites)
    return replace(further, sites=by_landmarks(further.sites, question.coverage, landmarks))


def shared(total: int, amounts: Floats, then: Floats) -> Ints:
    """A whole number divided in proportion by largest remainders; equal ones by `then`."""
    exact = total * amounts / (amounts.sum() or 1.0)
    whole = np.floor(exact + 1e-9).astype(np.int64)
    order = np.lexsort((-then, -(exact - whole).round(9)))
    left = total - int(whole.sum()) if amounts.sum() else 0
    whole[order[:left]] += 1
    return whole


class _Counties:
    """The counties asked about: their people, and what sites of a plan do for each."""

    def __init__(self, question: Question) -> None:
        self.question = question
        demand = question.coverage.demand
        self.codes = np.array(sorted(question.counties - {""}), object)
        index = pd.Index(self.codes)
        self.of_site = index.get_indexer(question.candidates["county"])
        self.of_missed = index.get_indexer(demand["county"].iloc[question.missed])
        people = demand.groupby("county")["population"].sum().reindex(self.codes).fillna(0.0)
        self.people = people.to_numpy(float)
        self.missed = self._sums(np.ones(len(question.missed), bool))

    def _sums(self, rows: np.ndarray) -> Floats:
        own = rows & (self.of_missed >= 0)
        return np.bincount(
            self.of_missed[own], self.question.people[own], minlength=len(self.codes)
        ).astype(float)

    def won(self, sites: Ints) -> Floats:
        """People of each county newly covered by the sites."""
        return self._sums(self.question.times(sites) > 0)

    def sites(self, sites: Ints) -> Ints:
        """How many of the sites lie in each county."""
        inside = self.of_site[sites]
        return np.bincount(inside[inside >= 0], minlength=len(self.codes))

    def rates(self, won: Floats) -> Floats:
        """Coverage rates with so many people won; NaN without people."""
        people = np.where(self.people > 0, self.people, np.nan)
        return 1.0 - (self.missed - won) / people

    def table(self, found: dict[str, Ints]) -> pd.DataFrame:
        """The rows of `JointPlan.counties`."""
        won = self.won(found["joint"])
        columns: dict[str, np.ndarray] = {
            "county": self.codes,
            "population": self.people,
            "rate_before": self.rates(np.zeros(len(self.codes))),
            "rate_after": self.rates(won),
            "sites": self.sites(found["joint"]),
            "won": won,
            "missed": (self.missed - won).round(6),
        }
        for way, sites in found.items():
            if way != "joint":
                columns |= {f"{way}_sites": self.sites(sites), f"{way}_won": self.won(sites)}
        return pd.DataFrame(columns).astype({"county": "str"})


def _by_sizes(
    question: Question, free: Question, budget: int, found: Mapping[str, _Found]
) -> pd.DataFrame | None:
    """The frontier; what is known of its last row is not found again."""
    if not question.terms.frontier or not budget:
        return None
    known = {}
    for way in ("joint", "without_floors"):
        if way in found and np.isfinite(found[way][1]):
            sites, bound, *_ = found[way]
            known[way] = {budget: Won(sites, question.population_of(sites), bound)}
    joint = known.get("joint", {})
    known_free = known.get("without_floors", {}) if question.is_two_sided else joint
    return people_by_sizes(question, free, budget, joint, known_free)


def _divided(question: Question, counties: _Counties, shares: Ints) -> CoverSolution:
    """The best plan in which no county has more sites than its share (but for fixed ones).

    Parameters
    ----------
    question : without what is asked at least.
    """
    limits = [
        (members, max(int(share), int(question.fixed[members].sum())))
        for number, share in enumerate(shares)
        if len(members := np.flatnonzero(counties.of_site == number))
    ]
    outside = np.flatnonzero(counties.of_site < 0)
    limits += [(outside, int(question.fixed[outside].sum()))] if len(outside) else []
    return most_people(question, sum(most for _, most in limits), limits)


def _ways(
    question: Question,
    counties: _Counties,
    found: dict[str, _Found],
) -> pd.DataFrame:
    jointly = question.population_of(found["joint"][0])
    rows = []
    for way, (sites, bound, gap, status) in found.items():
        population = question.population_of(sites)
        rates = counties.rates(counties.won(sites))
        least = int(np.nanargmin(rates)) if np.isfinite(rates).any() else -1
        rows.append(
            {
                "way": way,
                "sites": len(sites),
                "population": population,
                "rate": question.rate_with(population),
                "bound": bound,
                "gap": gap,
                "status": status,
                "below_joint": round(jointly - population, 6),
                "least_rate": rates[least] if least >= 0 else np.nan,
                "least_county": counties.codes[least] if least >= 0 else "",
                "counties_without": int((counties.sites(sites) == 0).sum()),
            }
        )
    return pd.DataFrame(rows)
