"""One budget over all counties of a plan: their kept assessments put to one question.

Each county finds, on its own streets, whom the candidates near it could serve; that is kept. The
question itself is put to what was kept, and its answer is kept too, so that nothing is found
again whose grounds have not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools
from gdcoverage.problems import InputError, Problem
from gdcoverage.run.counties import Found, results_of
from gdcoverage.run.county import touching
from gdcoverage.run.how import How, failure, outcomes
from gdcoverage.run.identity import digest, program
from gdcoverage.run.inputs import Inputs, Say
from gdcoverage.run.job import Done, Job, Work, asked_of, is_final, refused_id
from gdcoverage.run.kept import Kept, packed
from gdcoverage.run.plan import Plan
from gdcoverage.sites import (
    CANDIDATE_COLUMNS,
    JointPlan,
    Reached,
    generate_candidates,
    kind_of_services,
    landmarks_of,
    plan_jointly,
)

_CANDIDATES = (*CANDIDATE_COLUMNS, "geometry")


@dataclass(frozen=True, eq=False)
class Answered:
    """The answer to the question of all counties together.

    Parameters
    ----------
    identity : of the answer.
    joint : the answer; None where the question cannot be answered.
    failures : why it cannot, or counties that it had to leave out.
    """

    identity: str
    joint: JointPlan | None
    failures: tuple[Problem, ...] = ()


def is_joint(plan: Plan, inputs: Inputs) -> bool:
    """Whether a plan asks one question of several counties."""
    return (
        plan.sites is not None and plan.sites.terms.scope == "province" and len(inputs.counties) > 1
    )


def answer_jointly(plan: Plan, inputs: Inputs, found: Found, how: How, say: Say) -> Answered | None:
    """Answer the question of all counties whose numbers are there; None where none is asked."""
    if not is_joint(plan, inputs):
        return None
    assert plan.sites is not None
    kept = results_of(plan, say)
    jobs = [job for adcode, job in sorted(found.jobs.items()) if adcode]
    say("全省布点：各县区候选点能服务谁")
    answers = _Answers(kept, how)
    generated = inputs.candidates is None
    wanted = plan.sites.terms.robust is not None, plan.sites.terms.then == "mean_walk"
    works = [_Reaching(job, _near(job, inputs.candidates), *wanted) for job in jobs]
    if generated:
        offered = answers.of(_offer, [_Offering(job) for job in jobs])
        everywhere = pd.concat(offered, ignore_index=True) if offered else None
        works = [_Reaching(job, touching(everywhere, job.task.served), *wanted) for job in jobs]
    parts = answers.of(_reach, works)
    near = [work.job for work in works if work.identity in answers.known]

    def more(left: Sequence[Bools], letter: str) -> list[Reached]:
        """Whom street locations for some people reach, which are found for these people."""
        for_whom = [_Offering(job, rows, letter) for job, rows in zip(near, left, strict=True)]
        everywhere = pd.concat(answers.every(_offer, for_whom), ignore_index=True)
        reaching = [_Reaching(job, touching(everywhere, job.task.served)) for job in near]
        return answers.every(_reach, reaching)

    terms = replace(plan.sites.terms, excluded=inputs.excluded)
    service = jobs[0].task.asked.service if jobs else ""
    ids = [work.identity for work in works if work.identity in answers.known]
    names = inputs.pictured.names
    landmarks = None if names is None else landmarks_of(names)
    own = inputs.counties[inputs.counties["adcode"].isin([job.task.adcode for job in jobs])]
    asked = (plan.standard, terms, generated, own.reset_index(drop=True), service, landmarks)
    identity = digest("joint", program(), *asked, ids)
    answer = None if how.fresh else kept.get(identity)
    failures = list(answers.failures)
    refused = None if how.fresh or answer is not None else kept.get(refused_id(identity))
    if refused is not None:
        failures += refused
    elif answer is None and parts:
        say("全省布点：求解")
        try:
            answer = plan_jointly(parts, *asked, more=more if generated else None)
            body = packed(answer)
            kept.put(identity, body)
            # As a run that goes on will find it.
            answer = kept.opened(body)
        except InputError as error:
            told = [replace(p, what=f"全省布点：{p.what}") for p in error.problems]
            if all(map(is_final, told)):
                kept.put(refused_id(identity), packed(told))
            failures += told
    return Answered(identity, answer, tuple(failures))


class _Answers:
    """What is found of the counties one by one: taken from what is kept, or found and kept."""

    def __init__(self, kept: Kept, how: How) -> None:
        self.kept, self.how = kept, how
        self.known: set[str] = set()
        self.failures: list[Problem] = []

    def of(self, find: Callable[[Any], Done], works: Sequence[Any]) -> list[Any]:
        """The values of the works in their order, without those that failed."""
        bodies: dict[str, Any] = {}
        if not self.how.fresh:
            bodies = {work.identity: self.kept.get(work.identity) for work in works}
        left = [work for work in works if bodies.get(work.identity) is None]
        for number, outcome in outcomes(find, left, self.how):
            work = left[number]
            if isinstance(outcome, Done):
                (body,) = outcome.bodies.values()
                self.kept.put(work.identity, body)
                bodies[work.identity] = self.kept.opened(body)
            else:
                self.failures.append(failure(work.job.task, outcome))
        self.known |= {name for name, body in bodies.items() if body is not None}
        return [bodies[w.identity] for w in works if bodies.get(w.identity) is not None]

    def every(self, find: Callable[[Any], Done], works: Sequence[Any]) -> list[Any]:
        """The values of all works.

        Raises
        ------
        InputError : one of them failed.
        """
        before = len(self.failures)
        found = self.of(find, works)
        if failed := self.failures[before:]:
            del self.failures[before:]
            raise InputError(*failed)
        return found


@dataclass(frozen=True, eq=False)
class _Offering(Work):
    """Street locations of a county, to be generated.

    Parameters
    ----------
    left : of its people those for whom; those without the standard if None.
    letter : that the ids begin with, behind the county's.
    """

    left: Bools | None = None
    letter: str = "G"

    @property
    def identity(self) -> str:
        terms, asked = self.job.task.asked.terms, self.job.task.asked
        assert terms is not None
        where = (terms.generate, terms.spacing_m, terms.excluded)
        left = None if self.left is None else np.packbits(self.left)
        return digest("offered", self.job.assessed_id, where, asked.without, left, self.letter)


@dataclass(frozen=True, eq=False)
class _Reaching(Work):
    """Whom the candidates near a county could serve there.

    Parameters
    ----------
    robust : whether in every scenario, for a plan that stays good in all.
    measured : whether with the lengths of the ways.
    """

    candidates: gpd.GeoDataFrame | None
    robust: bool = False
    measured: bool = False

    @property
    def identity(self) -> str:
        asked = self.job.task.asked
        wanted = asked.without, self.robust, self.measured
        return digest("reached", self.job.assessed_id, self.candidates, *wanted)


def _near(job: Job, candidates: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """The candidates of the table that could serve a county."""
    near = touching(candidates, job.task.served)
    if near is None:
        return None
    near = near.assign(candidate_id=near["outlet_id"])
    if "kind" not in near:
        near = near.assign(kind=kind_of_services(near))
    return near[[name for name in _CANDIDATES if name in near]]


def _offer(work: _Offering) -> Done:
    job = work.job
    terms = job.task.asked.terms
    assert terms is not None
    coverage, _ = asked_of(job, job.assessed, job.streets.network(job.task))
    if work.left is not None:
        coverage = replace(coverage, demand=coverage.demand.assign(covered=~work.left))
    made = generate_candidates(coverage, terms.generate, terms.spacing_m, terms.excluded)
    # Each county counts its own from 1.
    number = made["candidate_id"].str.removeprefix("G")
    made["candidate_id"] = f"{job.task.adcode}-{work.letter}" + number
    return Done({"offered": packed(made)})


def _reach(work: _Reaching) -> Done:
    job = work.job
    assert work.candidates is not None
    coverage, gaps = asked_of(job, job.assessed, job.streets.network(job.task))
    wanted = {"robust": work.robust, "measured": work.measured}
    return Done({"reached": packed(Reached.of(coverage, work.candidates, gaps, **wanted))})
