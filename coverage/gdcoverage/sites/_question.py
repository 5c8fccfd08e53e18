"""The question that a planner asks: whose coverage counts, which candidates may, must, must not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
from scipy.sparse import csr_array

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.findings import Coverage
from gdcoverage.problems import InputError, unusable
from gdcoverage.sites._candidates import (
    candidate_covers,
    complete_candidates,
    generate_candidates,
    in_areas,
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
    bank : number of each candidate's bank in `caps`, -1 without a cap.
    caps : most sites of each capped bank.
    """

    coverage: Coverage
    terms: Terms
    candidates: gpd.GeoDataFrame
    generated: bool
    reach: csr_array
    counties: frozenset[str]
    counted: Bools
    fixed: Bools
    barred: Bools
    excluded: Bools
    bank: Ints
    caps: Ints

    @property
    def forbidden(self) -> Bools:
        """Candidates that must not be in a plan."""
        return self.barred | self.excluded

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
        """Candidates that may join the plan: not in it, not forbidden, bank not at its cap."""
        capped = self.bank[plan][self.bank[plan] >= 0]
        full = np.bincount(capped, minlength=len(self.caps)) >= self.caps
        open_ = ~self.forbidden & ~np.append(full, False)[self.bank]
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
    reach = csr_array(candidate_covers(coverage, frame))
    order = np.argsort(frame["candidate_id"].to_numpy(str))
    frame = frame.iloc[order].reset_index(drop=True)
    counties = _counties(coverage, terms.county)
    bank, caps = _caps(coverage, frame, terms)
    question = Question(
        coverage,
        terms,
        frame,
        generated,
        reach[:, order],
        counties,
        coverage.demand["county"].isin(counties).to_numpy(),
        _flags(frame, terms.fixed),
        _flags(frame, terms.forbidden),
        in_areas(frame, terms.excluded),
        bank,
        caps,
    )
    refuse_contradictions(question)
    return question


def _counties(coverage: Coverage, county: str | Collection[str] | None) -> frozenset[str]:
    """Adcodes asked about."""
    known = set(coverage.demand["county"])
    if coverage.counties is not None:
        known |= set(coverage.counties["adcode"])
    if county is None:
        return frozenset(known)
    wanted = {county} if isinstance(county, str) else set(county)
    for adcode in sorted(wanted - known):
        raise _refusal("county_unknown", "评估结果里没有这个县区", "请核对县区代码", adcode)
    return frozenset(wanted)


def _caps(coverage: Coverage, candidates: gpd.GeoDataFrame, terms: Terms) -> tuple[Ints, Ints]:
    banks = sorted(terms.bank_caps)
    known = set(candidates["bank"]) | set(coverage.outlets.get("bank", ()))
    for name in banks:
        if name not in known:
            action = "请按候选点表里的写法填写银行"
            raise _refusal("bank_unknown", "没有这家银行的候选点或网点", action, name)
    number = {name: i for i, name in enumerate(banks)}
    bank = candidates["bank"].map(lambda name: number.get(name, -1)).to_numpy(np.int64)
    return bank, np.array([terms.bank_caps[name] for name in banks], np.int64)


def _flags(candidates: gpd.GeoDataFrame, ids: Collection[str]) -> Bools:
    wanted = set(ids)
    for unknown in sorted(wanted - set(candidates["candidate_id"])):
        raise _refusal("candidate_unknown", "没有这个候选点", "请核对候选点编号", unknown)
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
    ):
        if (both := question.fixed & kept_out).any():
            raise _refusal(kind, what, "请从其中一处删去", str(ids[both][0]))
    capped = question.fixed & (question.bank >= 0)
    if (np.bincount(question.bank[capped], minlength=len(question.caps)) > question.caps).any():
        what, action = "必选候选点超过所属银行的上限", "请提高上限或减少必选点"
        raise _refusal("cap_below_fixed", what, action, "")


_COLUMNS = {"county_unknown": "county", "bank_unknown": "bank_caps", "cap_below_fixed": "bank_caps"}


def _refusal(kind: str, what: str, action: str, value: str) -> InputError:
    column = _COLUMNS.get(kind, "candidate_id")
    return unusable(kind, what, action, column=column, value=value)
