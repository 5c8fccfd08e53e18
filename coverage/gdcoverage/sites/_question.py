"""The question that a planner asks: whose coverage counts, which candidates may, must, must not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gdcoverage.assessment import Coverage
from gdcoverage.problems import InputError, Problem
from gdcoverage.sites._candidates import candidate_covers, complete_candidates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# People are compared to the millionth, so that the order of a sum decides nothing.
PEOPLE_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Question:
    """A siting question with the existing outlets' work already taken off.

    Candidates are sorted by id and demand points by theirs, so answers do not follow row order.

    Parameters
    ----------
    coverage : the assessment asked about.
    candidates : frame of `complete_candidates`, sorted by candidate_id.
    missed : rows of ``coverage.demand`` that are uncovered and count.
    covers : bool, (missed, candidates).
    people : people of the missed points, float64.
    counties : adcodes asked about.
    population, covered_population : of the counties asked about, before.
    fixed, forbidden : bool per candidate: must be, must not be in the plan.
    bank : number of each candidate's bank in `caps`, -1 without a cap.
    caps : most sites of each capped bank.
    """

    coverage: Coverage
    candidates: gpd.GeoDataFrame
    missed: Ints
    covers: csr_array
    people: Floats
    counties: frozenset[str]
    population: float
    covered_population: float
    fixed: Bools
    forbidden: Bools
    bank: Ints
    caps: Ints

    @cached_property
    def by_site(self) -> csr_array:
        """The covers turned, (candidates, missed)."""
        return csr_array(self.covers.T)

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

    def uncoverable_population(self) -> float:
        """Missed people whom no candidate covers that may be in a plan."""
        allowed = np.flatnonzero(~self.forbidden)
        return float(self.people[self.times(allowed) == 0].sum())

    def rate_with(self, added: float) -> float:
        """Coverage rate of the counties asked about with so many people more; NaN without any."""
        return (self.covered_population + added) / self.population if self.population else np.nan


def ask(
    coverage: Coverage,
    candidates: gpd.GeoDataFrame,
    *,
    covers: csr_array | None = None,
    county: str | Collection[str] | None = None,
    bank_caps: Mapping[str, int] | None = None,
    fixed: Collection[str] = (),
    forbidden: Collection[str] = (),
    counted: Bools | None = None,
) -> Question:
    """Put a question in terms of uncovered demand points and candidates.

    Parameters
    ----------
    covers : result of `candidate_covers`, where it is at hand.
    county : adcodes of the counties whose people count; all if not given.
    bank_caps : most sites of a bank.
    fixed, forbidden : ids of candidates that must, must not be in the plan.
    counted : demand points whose people count; all of the counties if not given.

    Raises
    ------
    ValueError : candidates not in EPSG:4326, or covers of another shape.
    InputError : an unknown county, bank or candidate; terms that contradict one another.
    """
    if covers is None:
        covers = candidate_covers(coverage, candidates)
    if covers.shape != (len(coverage.demand), len(candidates)):
        raise ValueError(f"covers must be (demand, candidates), not {covers.shape}")
    frame = complete_candidates(coverage, candidates)
    order = np.argsort(frame["candidate_id"].to_numpy(str), kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)

    counties = _counties(coverage, county)
    asked = coverage.demand["county"].isin(counties).to_numpy()
    covered = coverage.demand["covered"].to_numpy(bool)
    people = coverage.demand["population"].to_numpy(float)
    missed = np.flatnonzero(
        asked & ~covered & (people > 0) & (True if counted is None else counted)
    )
    missed = missed[np.argsort(coverage.demand["demand_id"].to_numpy(str)[missed], kind="stable")]
    bank, caps = _caps(coverage, frame, bank_caps or {})
    question = Question(
        coverage,
        frame,
        missed,
        csr_array(covers)[missed][:, order],
        people[missed],
        counties,
        float(people[asked].sum()),
        float(people[asked & covered].sum()),
        _flags(frame, fixed),
        _flags(frame, forbidden),
        bank,
        caps,
    )
    _refuse_contradictions(question)
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
        raise _bad("county_unknown", "评估结果里没有这个县区", "请核对县区代码", "county", adcode)
    return frozenset(wanted)


def _caps(
    coverage: Coverage, candidates: gpd.GeoDataFrame, bank_caps: Mapping[str, int]
) -> tuple[Ints, Ints]:
    known = set(candidates["bank"]) | set(coverage.outlets.get("bank", ()))
    banks = sorted(bank_caps)
    for name in banks:
        if name not in known:
            action = "请按候选点表里的写法填写银行"
            raise _bad("bank_unknown", "没有这家银行的候选点或网点", action, "bank_caps", name)
        if bank_caps[name] < 0:
            raise _bad("cap_negative", "银行上限不能小于零", "请改正上限", "bank_caps", name)
    number = {name: i for i, name in enumerate(banks)}
    bank = candidates["bank"].map(lambda name: number.get(name, -1)).to_numpy(np.int64)
    return bank, np.array([bank_caps[name] for name in banks], np.int64)


def _flags(candidates: gpd.GeoDataFrame, ids: Collection[str]) -> Bools:
    wanted = {ids} if isinstance(ids, str) else set(ids)
    for candidate_id in sorted(wanted - set(candidates["candidate_id"])):
        action = "请核对候选点编号"
        raise _bad("candidate_unknown", "没有这个候选点", action, "candidate_id", candidate_id)
    return candidates["candidate_id"].isin(wanted).to_numpy()


def _refuse_contradictions(question: Question) -> None:
    both = question.fixed & question.forbidden
    if both.any():
        value = str(question.candidates["candidate_id"][both].iloc[0])
        action = "请从其中一处删去"
        raise _bad("fixed_and_forbidden", "候选点既必选又禁选", action, "candidate_id", value)
    capped = question.fixed & (question.bank >= 0)
    if (np.bincount(question.bank[capped], minlength=len(question.caps)) > question.caps).any():
        action = "请提高上限或减少必选点"
        raise _bad("cap_below_fixed", "必选候选点超过所属银行的上限", action, "bank_caps", "")


def _bad(kind: str, what: str, action: str, column: str, value: str) -> InputError:
    return InputError(Problem(kind, what, action, column=column, value=value))
