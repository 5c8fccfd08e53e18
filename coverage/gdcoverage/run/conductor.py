"""The run that a plan file describes: inputs read, numbers found, documents written."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gdcoverage._version import __version__
from gdcoverage.files import written_whole
from gdcoverage.findings import NO_COUNTY
from gdcoverage.kernels import are_kept
from gdcoverage.problems import InputError, Problem
from gdcoverage.report import Report, percent
from gdcoverage.run.busy import held
from gdcoverage.run.county import CountyTask, county_tasks
from gdcoverage.run.delivered import Delivered
from gdcoverage.run.executors import in_process, in_processes, on_dask, on_executor
from gdcoverage.run.inputs import Inputs, Say, read_inputs, require_county
from gdcoverage.run.job import (
    KINDS,
    Documents,
    Done,
    Job,
    document_ids,
    find_numbers,
    make_documents,
    page_id,
    report_of,
    walked_report_of,
)
from gdcoverage.run.kept import Kept
from gdcoverage.run.outputs import Written
from gdcoverage.run.plan import Plan
from gdcoverage.run.province import joined_report, require_reconciled, write_province
from gdcoverage.run.streets import Streets, streets_of

MANIFEST = "运行清单.json"


@dataclass(frozen=True)
class How:
    """In what way several counties are worked on; the results are the same.

    Parameters
    ----------
    workers : processes of this machine; one per core by default, 1 for none but this.
    scheduler : address of a Dask scheduler, instead.
    executor : any executor of `concurrent.futures`, or a Dask client, instead; it is left open.
    fresh : find and write everything anew, also what is kept from earlier runs.
    only_numbers : end with the province's tables; no county's documents are written.
    """

    workers: int | None = None
    scheduler: str | None = None
    fresh: bool = False
    only_numbers: bool = False
    executor: Any = None

    @property
    def processes(self) -> int:
        """How many processes work."""
        return self.workers or os.cpu_count() or 1

    def __str__(self) -> str:
        if self.executor is not None:
            return type(self.executor).__name__
        return self.scheduler or f"{self.processes} processes"


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


@dataclass(eq=False)
class _Found:
    """The jobs with their numbers, and why others have none."""

    jobs: dict[str, Job] = field(default_factory=dict)
    failures: dict[str, Problem] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    peak_mb: dict[str, float | None] = field(default_factory=dict)

    def told(self, adcode: str, done: Done) -> None:
        """What a piece of work says of itself."""
        spent = self.seconds.setdefault(adcode, {})
        for phase, seconds in done.seconds.items():
            spent[phase] = round(spent.get(phase, 0.0) + seconds, 3)
        self.peak_mb[adcode] = max(
            filter(None, (self.peak_mb.get(adcode), done.peak_mb)), default=None
        )


def run_plan(plan: Plan, made_on: str, how: How | None = None, say: Say = lambda _: None) -> Ran:
    """Do everything that a plan asks for, and write it to its folder.

    First the numbers of every county, then the tables and maps of all together, then the
    documents of each county, into ``县区/`` where there are several. What an earlier run has
    found of the same inputs is not found again, and what it has written is not written again.

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
    with held(plan.outputs.folder):
        return _run(plan, made_on, how or How(), say)


def _run(plan: Plan, made_on: str, how: How, say: Say) -> Ran:
    begun = time.perf_counter()
    seconds: dict[str, float] = {}

    def over(phase: str) -> None:
        seconds[phase] = time.perf_counter() - begun - sum(seconds.values())

    inputs = read_inputs(plan, say)
    over("read")
    jobs = _jobs(plan, inputs, made_on, say)
    over("streets")
    found = _find(plan, jobs, how, say)
    over("numbers")
    one = len(inputs.counties) == 1
    folder = plan.outputs.folder
    report = _report(plan, inputs, found, made_on)
    written = Written(folder, say)
    if not one:
        folders = {adcode: _folder(plan, job.task) for adcode, job in found.jobs.items() if adcode}
        ground = plan.map.ground(inputs.base, inputs.places)
        write_province(report, written, folders, ground)
        over("province")
    if not how.only_numbers:
        _deliver(plan, found, how, written, one)
        over("documents")
    failures = tuple(found.failures.values())
    with written.writing(MANIFEST) as path:
        _write_manifest(path, report, how, found, written, seconds)
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
    jobs = _jobs(plan, inputs, made_on, say, county)
    found = _find(plan, jobs, how or How(), say)
    if len(jobs) == 1 and found.failures:
        raise InputError(*found.failures.values())
    if len(jobs) == 1:
        (job,) = found.jobs.values()
        return walked_report_of(job)
    return _report(plan, inputs, found, made_on)


def _jobs(
    plan: Plan, inputs: Inputs, made_on: str, say: Say, county: str | None = None
) -> list[Job]:
    """The counties' jobs, their streets cut and kept."""
    tasks = [
        task
        for task in county_tasks(plan, inputs, made_on)
        if county is None or task.adcode == county
    ]
    say("读取步行路网")
    streets = streets_of(plan, {task.key: task.area for task in tasks}, plan.cache / "streets", say)
    return [Job.of(task, streets[task.key]) for task in tasks]


def _folder(plan: Plan, task: CountyTask) -> Path:
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", task.name)
    return plan.outputs.folder / "县区" / f"{task.adcode}_{name}"


def _kept(plan: Plan) -> Kept:
    return Kept(plan.cache / "results", KINDS)


def _find(plan: Plan, jobs: Sequence[Job], how: How, say: Say) -> _Found:
    """The numbers of all jobs, telling the progress; what is found is kept at once."""
    kept, found = _kept(plan), _Found()
    kept.let_go()
    ready = list(jobs) if how.fresh else [_with_kept(job, kept, say) for job in jobs]
    left = [job for job in ready if not job.is_done]
    found.again = {job.task.adcode for job in ready if job.is_done}
    done = {job.task.adcode: job for job in ready if job.is_done}
    if done:
        say(f"沿用上次已完成的 {len(done)} 个县区（--fresh 可全部重算）")
    if left:
        compiling = (
            "首次运行需编译，约十秒"
            if are_kept()
            else "没有可写的文件夹存放编译结果，每次运行都要编译；可用 NUMBA_CACHE_DIR 指定一个"
        )
        say(f"计算覆盖、空白区与布点（{compiling}）")
    begun = time.monotonic()
    for count, (number, outcome) in enumerate(_outcomes(find_numbers, left, how), 1):
        job, task = left[number], left[number].task
        if isinstance(outcome, Done):
            found.told(task.adcode, outcome)
            done[task.adcode] = _keeping(job, outcome, kept)
        else:
            found.failures[task.adcode] = _failure(task, outcome)
            say(str(found.failures[task.adcode]))
        people = sum(job.task.population for job in done.values())
        wait_s = round((time.monotonic() - begun) / count * (len(left) - count))
        say(
            f"县区 {len(done) + len(found.failures)}/{len(jobs)}：{task.name}；"
            f"累计人口 {people:,.0f}；约剩 {wait_s // 60} 分 {wait_s % 60:02d} 秒"
        )
    order = [job.task.adcode for job in jobs]
    found.jobs = {adcode: done[adcode] for adcode in order if adcode in done}
    found.failures = {a: found.failures[a] for a in order if a in found.failures}
    return found


def _with_kept(job: Job, kept: Kept, say: Say) -> Job:
    """The job with what is kept of its numbers."""
    assessed = _body(kept, job.assessed_id, job.task, say)
    siting = None
    if assessed is not None and job.siting_id is not None:
        siting = _body(kept, job.siting_id, job.task, say)
    return replace(job, assessed=assessed, siting=siting)


def _body(kept: Kept, identity: str, task: CountyTask, say: Say) -> bytes | None:
    body = kept.body(identity)
    if body is None and kept.path(identity).exists():
        say(f"{task.name}：缓存的结果已损坏，重新计算")
    return body


def _keeping(job: Job, done: Done, kept: Kept) -> Job:
    """The job with the numbers just found, which are kept."""
    assessed = done.bodies.get("assessed", job.assessed)
    siting = done.bodies.get("siting", job.siting)
    for identity, body in ((job.assessed_id, assessed), (job.siting_id, siting)):
        if identity is not None and body is not None:
            kept.put(identity, body)
    return replace(job, assessed=assessed, siting=siting)


def _deliver(plan: Plan, found: _Found, how: How, written: Written, one: bool) -> None:
    """Write the documents of the counties, but for those that show the same already."""
    kept, say, work, ids, delivered = _kept(plan), written.say, [], [], []
    for adcode, job in found.jobs.items():
        if not adcode:
            continue
        folder = plan.outputs.folder if one else _folder(plan, job.task)
        marks = Delivered(kept, folder)
        wanted_ids = document_ids(job, among_others=not one)
        stale = list(wanted_ids) if how.fresh else marks.stale(wanted_ids, say)
        fresh = [name for name in wanted_ids if name not in stale]
        written.files.extend(folder / name for name in fresh if one)
        if stale:
            page = None if how.fresh else kept.body(page_id(job))
            work.append(Documents(job, tuple(stale), not one, page))
            ids.append(wanted_ids)
            delivered.append(marks)
    counties = len([adcode for adcode in found.jobs if adcode])
    if len(work) < counties:
        say(f"{counties - len(work)} 个县区的文件没有变化，不再写出")
    for count, (number, outcome) in enumerate(_outcomes(make_documents, work, how), 1):
        job, marks = work[number].job, delivered[number]
        if isinstance(outcome, Done):
            found.told(job.task.adcode, outcome)
            if "page" in outcome.bodies:
                kept.put(page_id(job), outcome.bodies["page"])
            written.failures.extend(
                replace(p, file=str(marks.folder / p.file)) for p in outcome.failures
            )
            marks.deliver(outcome.files, ids[number], written, listed=one)
        else:
            written.failures.append(_failure(job.task, outcome))
        if not one:
            say(f"文件 {count}/{len(work)}：{job.task.name}")


def _report(plan: Plan, inputs: Inputs, found: _Found, made_on: str) -> Report:
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
        failures = tuple(found.failures.values())
        report = joined_report(plan, inputs, results, made_on, failures)
    require_reconciled(inputs, report, list(found.failures))
    return report


def _outcomes(
    work: Callable[[Any], Done], tasks: Sequence[Any], how: How
) -> Iterator[tuple[int, Done | Exception]]:
    if tasks and (how.scheduler or how.executor is not None):
        networks = {_streets(task).path for task in tasks if not _streets(task).refusal}
        files = {str(path): path.stat().st_size for path in networks}
        if how.executor is not None:
            return on_executor(work, tasks, how.executor, files, _by_value)
        assert how.scheduler is not None
        return on_dask(work, tasks, how.scheduler, files, _by_value)
    workers = min(how.processes, len(tasks))
    if workers > 1:
        return in_processes(work, tasks, workers)
    return in_process(work, tasks)


def _streets(task: Job | Documents) -> Streets:
    return task.streets if isinstance(task, Job) else task.job.streets


def _by_value(task: Any) -> Any:
    return task.by_value()


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


def _write_manifest(
    path: Path,
    report: Report,
    how: How,
    found: _Found,
    written: Written,
    seconds: Mapping[str, float],
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
        "counties": counties if len(counties) > 1 else [],
        "failures": [vars(p) for p in (*found.failures.values(), *written.failures)],
    }
    with written_whole(path) as partial:
        partial.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
