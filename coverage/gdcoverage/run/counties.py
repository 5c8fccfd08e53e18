"""The counties' numbers: taken from what is kept, or found and kept at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gdcoverage.kernels import are_kept
from gdcoverage.problems import Problem
from gdcoverage.run.how import How, failure, outcomes
from gdcoverage.run.inputs import Say
from gdcoverage.run.job import KINDS, Done, Job, find_numbers, is_final
from gdcoverage.run.kept import Kept, packed
from gdcoverage.run.plan import Plan


@dataclass(eq=False)
class Found:
    """The jobs with their numbers, and why others have none."""

    jobs: dict[str, Job] = field(default_factory=dict)
    failures: dict[str, Problem] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    peak_mb: dict[str, float | None] = field(default_factory=dict)

    @property
    def mostly_again(self) -> bool:
        """Whether the numbers of most counties were there."""
        return 2 * len(self.again) > len(self.jobs)

    @property
    def refused(self) -> list[Problem]:
        """Why siting questions of counties have no answer."""
        return [job.refused for job in self.jobs.values() if job.refused is not None]

    def told(self, adcode: str, done: Done) -> None:
        """What a piece of work says of itself."""
        spent = self.seconds.setdefault(adcode, {})
        for phase, seconds in done.seconds.items():
            spent[phase] = round(spent.get(phase, 0.0) + seconds, 3)
        self.peak_mb[adcode] = max(
            filter(None, (self.peak_mb.get(adcode), done.peak_mb)), default=None
        )


def results_of(plan: Plan, say: Say = lambda _: None) -> Kept:
    """Where a plan's results are kept."""
    return Kept(plan.cache / "results", KINDS, say)


def find(plan: Plan, jobs: Sequence[Job], how: How, say: Say) -> Found:
    """The numbers of all jobs, telling the progress; what is found is kept at once."""
    kept, found = results_of(plan, say), Found()
    kept.let_go()
    ready = list(jobs) if how.fresh else [_with_kept(job, kept) for job in jobs]
    left = [job for job in ready if not job.is_done]
    found.again = {job.task.adcode for job in ready if job.is_done}
    done = {job.task.adcode: job for job in ready if job.is_done}
    for job in done.values():
        _say_refused(job, say)
    if done:
        say(f"沿用上次已完成的 {len(done)} 个县区（--fresh 可全部重算）")
    if left:
        unkept = "没有可写的文件夹存放编译结果，每次运行都要编译；可用 NUMBA_CACHE_DIR 指定一个"
        say(f"计算覆盖、空白区与布点{'' if are_kept() else f'（{unkept}）'}")
    begun = time.monotonic()
    for count, (number, outcome) in enumerate(outcomes(find_numbers, left, how), 1):
        job, task = left[number], left[number].task
        if isinstance(outcome, Done):
            found.told(task.adcode, outcome)
            done[task.adcode] = _keeping(job, outcome, kept)
            _say_refused(done[task.adcode], say)
        else:
            found.failures[task.adcode] = failure(task, outcome)
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


def _say_refused(job: Job, say: Say) -> None:
    if job.refused is not None:
        say(str(job.refused))


def _with_kept(job: Job, kept: Kept) -> Job:
    """The job with what is kept of its numbers."""
    assessed = kept.body(job.assessed_id)
    if assessed is None or job.siting_id is None:
        return replace(job, assessed=assessed)
    siting = kept.body(job.siting_id)
    if siting is None and job.refused_id is not None:
        refused = kept.get(job.refused_id)
        if refused is not None:
            return replace(job, assessed=assessed).without_siting(refused)
    return replace(job, assessed=assessed, siting=siting)


def _keeping(job: Job, done: Done, kept: Kept) -> Job:
    """The job with the numbers just found, which are kept."""
    assessed = done.bodies.get("assessed", job.assessed)
    siting = done.bodies.get("siting", job.siting)
    for identity, body in ((job.assessed_id, assessed), (job.siting_id, siting)):
        if identity is not None and body is not None:
            kept.put(identity, body)
    if done.refused is not None and job.refused_id is not None and is_final(done.refused):
        kept.put(job.refused_id, packed(done.refused))
    job = replace(job, assessed=assessed, siting=siting)
    return job if done.refused is None else job.without_siting(done.refused)
