"""The question that a planner asks: whose coverage counts, which candidates may, must, must not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.findings import Coverage, Findings, with_streets
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.sites._apart import nearer
from gdcoverage.sites._candidates import (
    candidate_covers,
    candidate_lengths,
    complete_candidates,
    generate_candidates,
    in_areas,
)
from gdcoverage.sites._limits import (
    WHOSE,
    Limit,
    are_of,
    by_code,
    limits_of,
    most_key,
    people_asked,
    refused,
)
from gdcoverage.sites._terms import Terms
from gdcoverage.tables import Rows

# People are compared to the millionth, so that the order of a sum decides nothing.
PEOPLE_DIGITS = 6
# Fewer people than this make no difference.
HAIR = 10.0**-PEOPLE_DIGITS


@dataclass(frozen=True, eq=False)
class Question:
    """Terms asked of a coverage: made once, with the cover sets, for every answer.

    Candidates are sorted by id and demand points by theirs, so answers do not follow row order.

    Parameters
    ----------
    coverage : the assessment asked about.
    terms : what is asked.
    candidates : frame of `complete_candidates`, sorted by candidate_id.
    generated : whether they are street locations that the program chose.
    reach : bool, (demand, candidates): who is within reach of whom.
    counties : adcodes asked about.
    counted : demand points whose people are to be won: of the counties, or some of them.
    fixed : bool per candidate: must be in the plan.
    barred, excluded : bool per candidate: must not be, as forbidden; as in an excluded area.
    limits : how many sites of some candidates a plan has at most, and at least.
    costs : of each candidate.
    rates : coverage rate that a plan must give each county named.
    won_least : people whom a plan must win of each county, city or class named.
    measured : `lengths`, where they are known already.
    """

    coverage: Findings
    terms: Terms
    candidates: gpd.GeoDataFrame
    generated: bool
    reach: csr_array
    counties: frozenset[str]
    counted: Bools
    fixed: Bools
    barred: Bools
    excluded: Bools
    limits: tuple[Limit, ...]
    costs: Floats
    rates: Mapping[str, float]
    won_least: Mapping[str, float]
    measured: csr_array | None = None

    @cached_property
    def answers(self) -> dict[object, Any]:
        """What has been found so far, so that plan, frontier and alternatives share it."""
        return {}

    @property
    def forbidden(self) -> Bools:
        """Candidates that must not be in a plan."""
        return self.barred | self.excluded | self.crowded

    @cached_property
    def crowded(self) -> Bools:
        """Candidates nearer to an active outlet of their bank than the terms allow."""
        return self.too_near >= 0

    @cached_property
    def too_near(self) -> Ints:
        """Of each candidate the row of the nearest outlet of its bank that is too near; or -1."""
        found, metres = np.full(len(self.candidates), -1), self.terms.bank_apart_m
        outlets = self.coverage.outlets
        if metres is None or "bank" not in outlets:
            return found
        bank, rows = outlets["bank"].to_numpy(object), np.flatnonzero(outlets["counts"])
        own = self.candidates["bank"].to_numpy(object)
        lon, lat = lonlat(self.candidates.geometry.to_numpy())
        there = lonlat(outlets.geometry.to_numpy()[rows])
        one, other = nearer(lon, lat, *there, metres)
        alike = (own[one] != "") & (own[one] == bank[rows[other]])
        one, other = one[alike], other[alike]
        away = ellipsoid.metres(lon[one], lat[one], *(each[other] for each in there))
        # Farthest first, so that the nearest is written last.
        order = np.lexsort((-other, -away.round(3)))
        found[one[order]] = rows[other[order]]
        return found

    @property
    def walked(self) -> Coverage:
        """The coverage with its streets, without which nothing new can be walked.

        Raises
        ------
        ValueError : it was put together from several counties.
        """
        return with_streets(self.coverage)

    @cached_property
    def missed(self) -> Ints:
        """Rows of ``coverage.demand`` whose people are to be won."""
        demand = self.coverage.demand
        rows = np.flatnonzero(self.counted & ~self._covered & (self._population > 0))
        return rows[np.argsort(demand["demand_id"].to_numpy(str)[rows])]

    @cached_property
    def covers(self) -> csr_array:
        """Who of the missed is within reach of whom, (missed, candidates)."""
        return csr_array(self.reach[self.missed])

    @cached_property
    def lengths(self) -> csr_array:
        """How far everybody would have to each candidate within reach, metres by the standard."""
        if self.measured is not None:
            return self.measured
        return candidate_lengths(self.walked, self.candidates)

    @cached_property
    def by_site(self) -> csr_array:
        """The covers turned, (candidates, missed)."""
        return csr_array(self.covers.T)

    @cached_property
    def people(self) -> Floats:
        """People of the missed points."""
        return self._population[self.missed]

    @cached_property
    def population(self) -> float:
        """People of the counties asked about."""
        return float(self._population[self._asked].sum())

    @cached_property
    def covered_population(self) -> float:
        """Of them those covered before."""
        return float(self._population[self._asked & self._covered].sum())

    @property
    def _population(self) -> Floats:
        return self.coverage.demand["population"].to_numpy(float)

    @property
    def _covered(self) -> Bools:
        return self.coverage.demand["covered"].to_numpy(bool)

    @property
    def _asked(self) -> Bools:
        return self.coverage.demand["county"].isin(self.counties).to_numpy()

    @cached_property
    def rate_floors(self) -> tuple[tuple[str, Ints, float], ...]:
        """Counties that need people: adcode, rows of the missed living there, how many people."""
        demand = self.coverage.demand
        found = []
        for adcode, rate in sorted(self.rates.items()):
            here = (demand["county"] == adcode).to_numpy()
            missing = rate * self._population[here].sum()
            missing -= self._population[here & self._covered].sum() + HAIR
            if missing > 0:
                found.append((adcode, np.flatnonzero(here[self.missed]), float(missing)))
        return tuple(found)

    @cached_property
    def people_floors(self) -> tuple[tuple[str, Ints, float], ...]:
        """Of whom people must be won: name, rows of the missed among them, how many people."""
        missed = self.coverage.demand.iloc[self.missed]
        return tuple(
            (name, np.flatnonzero(are_of(missed, name)), float(people))
            for name, people in sorted(self.won_least.items())
            if people > 0
        )

    @property
    def floors(self) -> tuple[tuple[str, Ints, float], ...]:
        """Rows of the missed of whom so many people must be won, by a rate or as such."""
        return (*self.rate_floors, *self.people_floors)

    @property
    def budget(self) -> float:
        """What the sites together may cost."""
        return np.inf if self.terms.budget is None else self.terms.budget

    @property
    def is_two_sided(self) -> bool:
        """Whether a plan must have something that one that wins more might lack."""
        return bool(self.floors) or any(limit.least > 0 for limit in self.limits)

    def without_floors(self) -> Question:
        """The same, but for what a plan must have at least; fixed sites stay."""
        if not self.is_two_sided:
            return self
        limits = tuple(replace(limit, least=0) for limit in self.limits)
        return replace(self, limits=limits, rates={}, won_least={})

    def keeps_floors(self, plan: Ints) -> bool:
        """Whether a plan has what it must have at least."""
        counts = (int(limit.sites[plan].sum()) >= limit.least for limit in self.limits)
        won = self.times(plan) > 0
        return all(counts) and all(
            self.people[rows][won[rows]].sum() >= people for _, rows, people in self.floors
        )

    def gains(self, worth: Floats) -> Floats:
        """People of each candidate when the missed points are worth so much."""
        return np.asarray(self.by_site @ worth).round(PEOPLE_DIGITS)

    def times(self, sites: Ints) -> Ints:
        """How many of the sites cover each missed point."""
        return np.bincount(self.by_site[sites].indices, minlength=len(self.missed))

    def population_of(self, sites: Ints) -> float:
        """People newly covered by the sites together."""
        return float(self.people[self.times(sites) > 0].sum())

    def is_open(self, plan: Ints) -> Bools:
        """Candidates that may join the plan: not in it, not forbidden, affordable, and in no limit
        that is reached.
        """
        open_ = ~self.forbidden
        for limit in self.limits:
            if limit.sites[plan].sum() >= limit.most:
                open_ &= ~limit.sites
        if np.isfinite(self.budget):
            open_ &= self.costs <= self.budget - self.costs[plan].sum() + HAIR
        open_[plan] = False
        return open_

    def within_reach(self, kept_out: Bools) -> float:
        """Missed people within reach of some candidate that is not kept out."""
        return self.population_of(np.flatnonzero(~kept_out))

    def uncoverable_population(self) -> float:
        """Missed people whom no candidate covers that may be in a plan."""
        allowed = np.flatnonzero(~self.forbidden)
        return float(self.people[self.times(allowed) == 0].sum())

    def rate_with(self, added: float) -> float:
        """Coverage rate of the counties asked about with so many people more; NaN without any."""
        return (self.covered_population + added) / self.population if self.population else np.nan


def ask(coverage: Coverage, candidates: Rows | None, terms: Terms) -> Question:
    """Ask the terms of a coverage.

    Parameters
    ----------
    coverage : result of `assess`.
    candidates : outlet-like, see `complete_candidates`; street locations are generated if None.

    Raises
    ------
    ValueError : excluded areas not in EPSG:4326.
    InputError : a candidate without a usable place; an unknown county, bank or candidate; terms
        that contradict one another.
    """
    generated = candidates is None
    if candidates is None:
        candidates = generate_candidates(coverage, terms.generate, terms.spacing_m, terms.excluded)
    frame = complete_candidates(coverage, candidates)
    return question_on(coverage, frame, candidate_covers(coverage, frame), terms, generated)


def with_candidates_for(question: Question, left: Bools, letter: str) -> Question:
    """The question with street locations for some people more, though they may be covered.

    Parameters
    ----------
    left : of each row of the demand, whether a site should be found for it.
    letter : that the ids of these candidates begin with.
    """
    coverage, terms = question.walked, question.terms
    asked = replace(coverage, demand=coverage.demand.assign(covered=~left))
    more = generate_candidates(asked, terms.generate, terms.spacing_m, terms.excluded)
    more["candidate_id"] = more["candidate_id"].str.replace("G", letter)
    frame = pd.concat([question.candidates, more], ignore_index=True)
    return replace(ask(coverage, frame, terms), generated=True)


# Gives a question with candidates for some people more: see `with_candidates_for`.
Denser: TypeAlias = Callable[[Question, Bools, str], Question]


def question_on(
    coverage: Findings,
    candidates: gpd.GeoDataFrame,
    reach: csr_array,
    terms: Terms,
    generated: bool,
) -> Question:
    """The question whose cover sets are known.

    Parameters
    ----------
    coverage : whose people are to be won.
    candidates : frame of `complete_candidates`, in any order.
    reach : of `candidate_covers`, columns as the candidates.
    generated : whether the program chose the candidates.

    Raises
    ------
    ValueError, InputError : as for `ask`.
    """
    order = np.argsort(candidates["candidate_id"].to_numpy(str))
    frame = candidates.iloc[order].reset_index(drop=True)
    in_order = np.array_equal(order, np.arange(len(order)))
    counties = _counties(coverage, terms.county)
    question = Question(
        coverage,
        terms,
        frame,
        generated,
        csr_array(reach) if in_order else csr_array(reach)[:, order],
        counties,
        coverage.demand["county"].isin(counties).to_numpy(),
        _flags(frame, terms.fixed),
        _flags(frame, terms.forbidden),
        in_areas(frame, terms.excluded),
        limits_of(coverage, frame, terms, counties),
        _costs(frame, terms),
        by_code(terms.rate_least, sorted(counties - {""}), "rate_least", 0.0),
        people_asked(terms, counties),
    )
    refuse_contradictions(question)
    return question


def _counties(coverage: Findings, county: str | Collection[str] | None) -> frozenset[str]:
    """Adcodes asked about."""
    known = set(coverage.demand["county"])
    if coverage.counties is not None:
        known |= set(coverage.counties["adcode"])
    if county is None:
        return frozenset(known)
    wanted = {county} if isinstance(county, str) else set(county)
    for adcode in sorted(wanted - known):
        raise refused(
            "county_unknown", "评估结果里没有这个县区", "请核对县区代码", adcode, "county"
        )
    return frozenset(wanted)


def _costs(candidates: gpd.GeoDataFrame, terms: Terms) -> Floats:
    ids = candidates["candidate_id"]
    for unknown in sorted(set(terms.costs) - set(ids)):
        raise refused("candidate_unknown", "没有这个候选点", "请核对候选点编号", unknown)
    return ids.map(lambda name: terms.costs.get(name, 1.0)).to_numpy(float)


def _flags(candidates: gpd.GeoDataFrame, ids: Collection[str]) -> Bools:
    wanted = set(ids)
    for unknown in sorted(wanted - set(candidates["candidate_id"])):
        raise refused("candidate_unknown", "没有这个候选点", "请核对候选点编号", unknown)
    return candidates["candidate_id"].isin(wanted).to_numpy()


def refuse_contradictions(question: Question) -> None:
    """Refuse fixed candidates that are forbidden as well, or too many for their bank.

    Raises
    ------
    InputError : the first contradiction found.
    """
    ids = question.candidates["candidate_id"].to_numpy(str)
    for kept_out, kind, what in (
        (question.barred, "fixed_and_forbidden", "候选点既必选又禁选"),
        (question.excluded, "fixed_and_excluded", "必选候选点位于不布点区域"),
        (question.crowded, "fixed_too_near", "必选候选点离同一银行的现有网点太近"),
    ):
        if (both := question.fixed & kept_out).any():
            raise refused(kind, what, "请从其中一处删去", str(ids[both][0]))
    for limit in question.limits:
        if question.fixed[limit.sites].sum() > limit.most:
            if limit.kind == "apart":
                near = "、".join(ids[question.fixed & limit.sites])
                what, action = "必选候选点属于同一银行且相距太近", "请减少必选点或减小间距"
                raise refused("fixed_too_near", what, action, near, "bank_apart_m")
            what, action = f"必选候选点超过{WHOSE[limit.kind]}的上限", "请提高上限或减少必选点"
            raise refused("cap_below_fixed", what, action, limit.name, most_key(limit.kind))
