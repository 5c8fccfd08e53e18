"""The run that a plan file describes: inputs read, counties assessed, reports and maps written."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gdcoverage._version import __version__
from gdcoverage.files import written_whole
from gdcoverage.findings import NO_COUNTY, StreetlessCoverage
from gdcoverage.problems import InputError, Problem
from gdcoverage.report import Report, percent
from gdcoverage.run.county import CountyTask, county_tasks, network_of, report_of
from gdcoverage.run.executors import in_process, in_processes, on_dask
from gdcoverage.run.inputs import Inputs, Say, read_inputs, require_county
from gdcoverage.run.job import Done, Job, already_done, result_of, run_county
from gdcoverage.run.outputs import Written, write_outputs
from gdcoverage.run.plan import Plan
from gdcoverage.run.province import joined_report, write_province
from gdcoverage.run.streets import read_network, saved_networks

MANIFEST = "运行清单.json"


@dataclass(frozen=True)
class How:
    """In what way several counties are worked on; the results are the same.

    Parameters
    ----------
    workers : processes of this machine; one per core by default, 1 for none but this.
    scheduler : address of a Dask scheduler, instead.
    fresh : do everything anew, also what an interrupted run has finished.
    """

    workers: int | None = None
    scheduler: str | None = None
    fresh: bool = False

    @property
    def processes(self) -> int:
        """How many processes work."""
        return self.workers or os.cpu_count() or 1


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

    A plan with one county is done here; of several, each is a job of its own that writes into
    ``县区/``. Finished jobs are not done again, so that an interrupted run goes on where it was.

    Parameters
    ----------
    made_on : date that the reports show, ISO 8601.
    how : where several counties are worked on.
    say : is told every step, in Chinese.

    Raises
    ------
    InputError : an input is unusable, or no county could be assessed.
    """
    how, begun = how or How(), time.perf_counter()
    inputs = read_inputs(plan, say)
    ground = plan.map.ground(inputs.base, inputs.places)
    folder, seconds = plan.outputs.folder, {"read": time.perf_counter() - begun}
    done: list[Done] = []
    failures: tuple[Problem, ...] = ()
    if len(inputs.counties) == 1:
        report = make_report(plan, inputs, made_on, say)
        written = write_outputs(report, folder, say, ground)
        seconds["counties"] = time.perf_counter() - begun - seconds["read"]
    else:
        jobs = _jobs(plan, inputs, made_on, say, write=True)
        seconds["streets"] = time.perf_counter() - begun - sum(seconds.values())
        done, failures = _run(jobs, how, say)
        seconds["counties"] = time.perf_counter() - begun - sum(seconds.values())
        report = _joined(plan, inputs, jobs, done, made_on, failures)
        folders = {job.task.adcode: job.folder for job in jobs if job.folder is not None}
        finished = {d.adcode: folders[d.adcode] for d in done if d.adcode in folders}
        written = write_province(report, folder, finished, ground, say)
        written.failures.extend(problem for d in done for problem in d.failures)
        seconds["province"] = time.perf_counter() - begun - sum(seconds.values())
    with written.writing(MANIFEST) as path:
        _write_manifest(path, report, how, done, (*failures, *written.failures), seconds)
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
    county : adcode of the only county wanted, out of several.

    Raises
    ------
    InputError : the plan has no such county, or it cannot be assessed.
    """
    if county is not None:
        require_county(inputs.counties, county)
    if len(inputs.counties) == 1:
        (task,) = county_tasks(plan, inputs, made_on)
        say("读取步行路网")
        network = read_network(plan, task.area)
        say("计算覆盖、空白区与布点（首次运行需编译，约十秒）")
        return report_of(task, network)
    jobs = _jobs(plan, inputs, made_on, say, write=False, county=county)
    done, failures = _run(jobs, how or How(), say)
    if county is not None:
        if failures:
            raise InputError(failures[0])
        return _with_streets(result_of(jobs[0]), jobs[0])
    return _joined(plan, inputs, jobs, done, made_on, failures)


def _with_streets(report: Report, job: Job) -> Report:
    assert isinstance(report.coverage, StreetlessCoverage)
    network = network_of(job.task, job.network)
    return replace(report, coverage=report.coverage.on(network))


def _jobs(
    plan: Plan,
    inputs: Inputs,
    made_on: str,
    say: Say,
    *,
    write: bool,
    county: str | None = None,
) -> list[Job]:
    """The counties' jobs, their streets cut and kept."""
    tasks = [
        task
        for task in county_tasks(plan, inputs, made_on)
        if county is None or task.adcode == county
    ]
    cache = plan.cache
    say("准备各县区的步行路网")
    networks = saved_networks(
        plan, {task.key: task.area for task in tasks if not task.area.is_empty}, cache / "路网", say
    )
    return [
        Job(
            task,
            networks.get(task.key, cache / "路网" / "none.npz"),
            _folder(plan, task) if write and task.adcode else None,
            cache / "县区" / f"{task.key}-{task.fingerprint()}{'' if write else '-只读'}.pkl",
        )
        for task in tasks
    ]


def _folder(plan: Plan, task: CountyTask) -> Path:
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", task.name)
    return plan.outputs.folder / "县区" / f"{task.adcode}_{name}"


def _run(jobs: Sequence[Job], how: How, say: Say) -> tuple[list[Done], tuple[Problem, ...]]:
    """Do the jobs that are not done yet, telling the progress."""
    kept = {} if how.fresh else {job.task.adcode: already_done(job) for job in jobs}
    done = {adcode: found for adcode, found in kept.items() if found is not None}
    if done:
        say(f"沿用上次已完成的 {len(done)} 个县区（--fresh 可全部重算）")
    left = [job for job in jobs if job.task.adcode not in done]
    failures: dict[str, Problem] = {}
    begun = time.monotonic()
    for count, (number, outcome) in enumerate(_outcomes(left, how), 1):
        task = left[number].task
        if isinstance(outcome, Done):
            done[task.adcode] = outcome
        else:
            failures[task.adcode] = _failure(task, outcome)
            say(str(failures[task.adcode]))
        people = sum(d.people for d in done.values())
        wait_s = round((time.monotonic() - begun) / count * (len(left) - count))
        say(
            f"县区 {len(done) + len(failures)}/{len(jobs)}：{task.name}；"
            f"累计人口 {people:,.0f}；约剩 {wait_s // 60} 分 {wait_s % 60:02d} 秒"
        )
    order = [job.task.adcode for job in jobs]
    return (
        [done[adcode] for adcode in order if adcode in done],
        tuple(failures[adcode] for adcode in order if adcode in failures),
    )


def _outcomes(jobs: Sequence[Job], how: How) -> Iterator[tuple[int, Done | Exception]]:
    if how.scheduler:
        return on_dask(run_county, jobs, how.scheduler)
    # The largest first, so that none is left for the end.
    workers = min(how.processes, len(jobs))
    if workers > 1:
        return in_processes(run_county, jobs, workers)
    return in_process(run_county, jobs)


def _failure(task: CountyTask, error: Exception) -> Problem:
    """Why a county has no result, for the person who must act."""
    place = f"{task.adcode} {task.name}".strip()
    if isinstance(error, InputError):
        return replace(error.problem, what=f"县区 {place} 未完成：{error.problem.what}")
    died = type(error).__name__ in ("BrokenProcessPool", "KilledWorker")
    return Problem(
        "county_failed",
        f"县区 {place} 未完成："
        + ("工作进程中途退出，多半是内存不足" if died else f"{type(error).__name__}：{error}"),
        "请减少 --workers 后重新运行，已完成的县区不会重算"
        if died
        else "请加 --debug 与 --workers 1 重新运行，并把输出发给维护人员；已完成的县区不会重算",
    )


def _joined(
    plan: Plan,
    inputs: Inputs,
    jobs: Sequence[Job],
    done: Sequence[Done],
    made_on: str,
    failures: Sequence[Problem],
) -> Report:
    finished = {d.adcode for d in done}
    results = {job.task.adcode: result_of(job) for job in jobs if job.task.adcode in finished}
    if not finished - {NO_COUNTY}:
        raise InputError(
            failures[0] if failures else Problem("no_county", "没有可计算的县区", "请核对计划")
        )
    return joined_report(plan, inputs, results, made_on, failures)


def _write_manifest(
    path: Path,
    report: Report,
    how: How,
    done: Sequence[Done],
    failures: Sequence[Problem],
    seconds: Mapping[str, float],
) -> None:
    """What the run stands on, and what it took; the only file that differs from run to run."""
    facts: dict[str, Any] = {
        "title": report.title,
        "version": __version__,
        "made_on": report.made_on,
        "standard": vars(report.coverage.standard),
        "sources": [vars(source) for source in report.sources],
        "executor": how.scheduler or f"{how.processes} processes",
        "seconds": {phase: round(value, 3) for phase, value in seconds.items()},
        "coverage_rate": percent(report.total["rate"]),
        "counties": [asdict(d) | {"failures": len(d.failures)} for d in done],
        "failures": [vars(problem) for problem in failures],
    }
    with written_whole(path) as partial:
        partial.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
