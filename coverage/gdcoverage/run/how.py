"""In what way many pieces of work are done, and why one was not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from gdcoverage.problems import InputError, Problem
from gdcoverage.run.executors import Processes, in_process, on_dask, on_executor
from gdcoverage.run.job import Done, Job, Work
from gdcoverage.run.streets import Streets
from gdcoverage.run.task import CountyTask


@dataclass(frozen=True)
class How:
    """In what way several counties are worked on; the results are the same.

    Parameters
    ----------
    workers : processes of this machine; one per core by default, 1 for none but this.
    scheduler : address of a Dask scheduler, instead.
    executor : any executor of `concurrent.futures`, or a Dask client, instead; it is left open.
    crew : the processes, while they are at work; see `staffed`.
    fresh : find and write everything anew, also what is kept from earlier runs.
    only_numbers : end with the province's tables; no county's documents are written.
    """

    workers: int | None = None
    scheduler: str | None = None
    fresh: bool = False
    only_numbers: bool = False
    executor: Any = None
    crew: Processes | None = None

    @contextmanager
    def staffed(self) -> Iterator[How]:
        """The same with its processes, which stay for all that is done in the block."""
        if self.processes == 1 or self.scheduler or self.executor is not None:
            yield self
            return
        with Processes(self.processes) as crew:
            yield replace(self, crew=crew)

    @property
    def processes(self) -> int:
        """How many processes work."""
        return self.workers or os.cpu_count() or 1

    def __str__(self) -> str:
        if self.executor is not None:
            return type(self.executor).__name__
        return self.scheduler or f"{self.processes} processes"


def outcomes(
    work: Callable[[Any], Done], tasks: Sequence[Any], how: How
) -> Iterator[tuple[int, Done | Exception]]:
    """What comes of each task, with its number, as they finish; those elsewhere begin at once."""
    if tasks and (how.scheduler or how.executor is not None):
        networks = {_streets(task).path for task in tasks if not _streets(task).refusal}
        files = {str(path): path.stat().st_size for path in networks}
        if how.executor is not None:
            return on_executor(work, tasks, how.executor, files, _by_value)
        assert how.scheduler is not None
        return on_dask(work, tasks, how.scheduler, files, _by_value)
    if how.crew is not None and len(tasks) > 1:
        return how.crew.outcomes(work, tasks)
    return in_process(work, tasks)


def _streets(task: Job | Work) -> Streets:
    return task.streets if isinstance(task, Job) else task.job.streets


def _by_value(task: Any) -> Any:
    return task.by_value()


def failure(task: CountyTask, error: Exception) -> Problem:
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
