"""The run that a plan file describes: inputs read, numbers found, documents written."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from gdcoverage._version import __version__
from gdcoverage.files import written_whole
from gdcoverage.findings import NO_COUNTY
from gdcoverage.kernels import compile_early
from gdcoverage.problems import InputError, Problem
from gdcoverage.progress import telling
from gdcoverage.report import Report, percent
from gdcoverage.run.busy import held
from gdcoverage.run.counties import Found, find, results_of
from gdcoverage.run.county import county_tasks
from gdcoverage.run.documents import begin_counties, deliver_province, files_of
from gdcoverage.run.earlier import MANIFEST, put_aside
from gdcoverage.run.executors import here, seldom_collecting
from gdcoverage.run.how import How
from gdcoverage.run.inputs import Inputs, Say, read_inputs, require_county
from gdcoverage.run.job import Job, Visit, report_of, walked_report_of
from gdcoverage.run.joint import Answered, answer_jointly
from gdcoverage.run.outputs import Written
from gdcoverage.run.plan import Plan
from gdcoverage.run.proposals import PROPOSALS, are_proposed, write_proposals
from gdcoverage.run.province import joined_report, require_reconciled
from gdcoverage.run.regions import begin_regions
from gdcoverage.run.streets import streets_of


@dataclass(frozen=True, eq=False)
class Ran:
    """What a run found and wrote.

    Parameters
    ----------
    report : of all counties that could be assessed.
    written : files, and those that could not be written.
    failures : counties that could not be assessed, and why.
    """

    report: Report
    written: Written
    failures: tuple[Problem, ...]


def run_plan(plan: Plan, made_on: str, how: How | None = None, say: Say = lambda _: None) -> Ran:
    """Do everything that a plan asks for, and write it to its folder.

    First the numbers of every county, then the tables and maps of all together, then the
    documents of each county, into ``县区/`` where there are several. What an earlier run has
    found of the same inputs is not found again, and what it has written is not written again;
    what it wrote to the folder and this one does not is put aside in ``旧结果/``.

    Parameters
    ----------
    made_on : date that the reports show, ISO 8601.
    how : where several counties are worked on.
    say : is told every step, in Chinese.

    Raises
    ------
    InputError : an input is unusable, no county could be assessed, sums do not agree, or
        another run is writing to the folder.
    """
    with (
        held(plan.outputs.folder),
        telling(say),
        seldom_collecting(),
        (how or How()).staffed() as staffed,
    ):
        compile_early()
        return _run(plan, made_on, staffed, say)


def _run(plan: Plan, made_on: str, how: How, say: Say) -> Ran:
    begun = time.perf_counter()
    seconds: dict[str, float] = {}

    def over(phase: str) -> None:
        seconds[phase] = time.perf_counter() - begun - sum(seconds.values())

    inputs = read_inputs(plan, say, how.crew, dt.date.fromisoformat(made_on))
    over("read")
    jobs = _jobs(plan, inputs, made_on, how, say)
    over("streets")
    found = find(plan, jobs, how, say)
    over("numbers")
    answered = answer_jointly(plan, inputs, found, how, say)
    over("joint")
    one = len(inputs.counties) == 1
    folder = plan.outputs.folder
    report = _report(plan, inputs, found, made_on, answered)
    written = Written(folder, say)
    names = files_of(plan, inputs, found, one)
    names |= {PROPOSALS} if are_proposed(plan, inputs) else set()
    files = put_aside(written, names)
    deliver: Callable[[], None] | None = None

    def begin_documents() -> None:
        nonlocal deliver
        if deliver is None and not how.only_numbers:
            deliver = begin_counties(plan, inputs, found, how, written, one)

    def maps_begun() -> None:
        # Of many the province's tables stand first; few are done while this process writes those.
        if found.mostly_again:
            begin_documents()

    def tables_stand() -> None:
        over("tables")
        begin_documents()

    if one:
        tables_stand()
    else:
        asked = None if answered is None else (answered.identity, list(answered.failures))
        stages = maps_begun, tables_stand
        deliver_province(plan, inputs, found, report, how, written, *stages, asked)
        over("maps")
    if deliver is not None:
        deliver()
    write_proposals(plan, inputs, written)
    over("documents")
    failures = (*found.failures.values(), *found.refused, *_unanswered(answered))
    with written.writing(MANIFEST) as path:
        _write_manifest(path, report, how, found, written, files, seconds, failures)
    return Ran(report, written, failures)


def make_report(
    plan: Plan,
    inputs: Inputs,
    made_on: str,
    say: Say = lambda _: None,
    county: str | None = None,
    how: How | None = None,
) -> Report:
    """Assess, find the gaps, and gather all that a report says; nothing but the cache is written.

    Parameters
    ----------
    county : adcode of the only county wanted, out of several. The report of one county has its
        streets, that of several has none.

    Raises
    ------
    InputError : the plan has no such county, or it cannot be assessed.
    """
    if county is not None:
        require_county(inputs.counties, county)
    with telling(say), (how or How()).staffed() as staffed:
        compile_early()
        jobs = _jobs(plan, inputs, made_on, staffed, say, county)
        found = find(plan, jobs, staffed, say)
        answered = answer_jointly(plan, inputs, found, staffed, say) if county is None else None
    if len(jobs) == 1 and found.failures:
        raise InputError(*found.failures.values())
    if len(jobs) == 1:
        (job,) = found.jobs.values()
        return walked_report_of(job)
    return _report(plan, inputs, found, made_on, answered)


def _jobs(
    plan: Plan, inputs: Inputs, made_on: str, how: How, say: Say, county: str | None = None
) -> list[Job]:
    """The counties' jobs, their streets cut and kept."""
    tasks = [
        task
        for task in county_tasks(plan, inputs, made_on)
        if county is None or task.adcode == county
    ]
    say("读取步行路网")
    areas = {task.key: task.area for task in tasks}
    crew = None if len(areas) == 1 else how.crew
    each = map if crew is None else crew.each
    regions = begin_regions(
        plan, tasks, results_of(plan, say), here if crew is None else crew.beside
    )
    streets = streets_of(plan, areas, plan.cache / "streets", say, each)
    ground = regions(streets)
    visits = {key: Visit(region, plan.network.witness) for key, region in ground.items()}
    return [Job.of(task, streets[task.key], visits[task.key]) for task in tasks]


def _unanswered(answered: Answered | None) -> tuple[Problem, ...]:
    """Why the question of all counties together has no answer, or not of all of them."""
    return () if answered is None else answered.failures


def _report(
    plan: Plan, inputs: Inputs, found: Found, made_on: str, answered: Answered | None
) -> Report:
    """The report of all counties; of a single one, as it stands."""
    if not found.jobs.keys() - {NO_COUNTY}:
        raise InputError(
            next(iter(found.failures.values()), None)
            or Problem("no_county", "没有可计算的县区", "请核对计划")
        )
    results = {adcode: report_of(job) for adcode, job in found.jobs.items()}
    if len(inputs.counties) == 1:
        (report,) = results.values()
    else:
        failures = (*found.failures.values(), *_unanswered(answered))
        streets = [job.streets.source for job in found.jobs.values()]
        report = joined_report(plan, inputs, results, streets, made_on, failures)
        if answered is not None:
            report = replace(report, joint=answered.joint, county_sites=_joint_sites(answered))
    require_reconciled(inputs, report, list(found.failures))
    return report


def _joint_sites(answered: Answered) -> gpd.GeoDataFrame | None:
    """The sites of all counties together, as maps show them."""
    if answered.joint is None:
        return None
    sites = answered.joint.plan.sites
    return sites.assign(asked_by=sites["county"])


def _write_manifest(
    path: Path,
    report: Report,
    how: How,
    found: Found,
    written: Written,
    files: Collection[str],
    seconds: Mapping[str, float],
    failures: Collection[Problem],
) -> None:
    """What the run stands on, and what it took; the only file that differs from run to run."""
    counties = [
        {
            "adcode": adcode,
            "name": job.task.name,
            "people": job.task.population,
            "numbers": job.assessed_id,
            "again": adcode in found.again,
            "seconds": found.seconds.get(adcode, {}),
            "peak_mb": found.peak_mb.get(adcode),
        }
        for adcode, job in found.jobs.items()
    ]
    facts: dict[str, Any] = {
        "title": report.title,
        "version": __version__,
        "made_on": report.made_on,
        "standard": vars(report.coverage.standard),
        "sources": [vars(source) for source in report.sources],
        "executor": str(how),
        "seconds": {phase: round(value, 3) for phase, value in seconds.items()},
        "coverage_rate": percent(report.total["rate"]),
        "files": list(files),
        "counties": counties if len(counties) > 1 else [],
        "failures": [vars(p) for p in (*failures, *written.failures)],
    }
    with written_whole(path) as partial:
        partial.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
