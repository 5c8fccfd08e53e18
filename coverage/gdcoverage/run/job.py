"""Doing a county's work where it lands: its report, its files, and the mark that it is done."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from gdcoverage.files import written_whole
from gdcoverage.findings import with_streets
from gdcoverage.problems import Problem
from gdcoverage.report import Report
from gdcoverage.run.county import CountyTask, network_of, report_of
from gdcoverage.run.outputs import write_county


@dataclass(frozen=True, eq=False)
class Job:
    """A county's task with the files around it.

    Parameters
    ----------
    network : saved streets.
    folder : where results go; None where none are to be written.
    state : where the result waits for the province's report, and the mark beside it.
    """

    task: CountyTask
    network: Path
    folder: Path | None
    state: Path

    @property
    def mark(self) -> Path:
        """Written last: what stands before it is whole."""
        return self.state.with_suffix(".json")


@dataclass(frozen=True)
class Done:
    """What a finished county says of itself.

    Parameters
    ----------
    people : residents of its demand points.
    files : results written.
    failures : results that could not be.
    seconds : by phase.
    peak_mb : most memory that its process has had so far; None where the system does not tell.
    again : taken over from an earlier run.
    """

    adcode: str
    name: str
    people: float
    files: list[str] = field(default_factory=list)
    failures: list[Problem] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float | None = None
    again: bool = False


def run_county(job: Job) -> Done:
    """Do a county's work, write its results, then its state, then the mark.

    Raises
    ------
    InputError : the county cannot be assessed (no streets, say).
    """
    task, seconds = job.task, {}

    @contextmanager
    def timed(phase: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        seconds[phase] = round(time.perf_counter() - begun, 3)

    job.mark.unlink(missing_ok=True)
    with timed("load"):
        network = network_of(task, job.network)
    with timed("report"):
        report = report_of(task, network)
    files: list[str] = []
    failures: list[Problem] = []
    if job.folder is not None:
        ground = task.plan.map.ground(task.base, task.places)
        for left in job.folder.glob(".partial-*"):  # of a process that was killed
            left.unlink(missing_ok=True)
        with timed("write"):
            written = write_county(report, job.folder, ground)
        files, failures = [str(path) for path in written.files], written.failures
    with timed("keep"), written_whole(job.state) as partial:
        # Streets are kept once, in the cache; nothing of a joined report walks on them.
        streetless = replace(report, coverage=with_streets(report.coverage).without_streets())
        partial.write_bytes(pickle.dumps(streetless))
    people = float(task.demand["population"].sum())
    done = Done(task.adcode, task.name, people, files, failures, seconds, _peak_mb())
    with written_whole(job.mark) as partial:
        partial.write_text(json.dumps(asdict(done), ensure_ascii=False), encoding="utf-8")
    return done


def already_done(job: Job) -> Done | None:
    """What an earlier run has left of the same work, if all of it is there."""
    try:
        facts = json.loads(job.mark.read_text(encoding="utf-8"))
        failures = [Problem(**problem) for problem in facts["failures"]]
        done = Done(**facts | {"failures": failures, "again": True})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    written = bool(done.files) or job.folder is None
    whole = job.state.exists() and all(Path(file).exists() for file in done.files)
    return done if written and whole and not failures else None


def result_of(job: Job) -> Report:
    """The report of a county whose work is done; its streets are not kept."""
    report: Report = pickle.loads(job.state.read_bytes())
    return report


def _peak_mb() -> float | None:
    """Most memory of this process so far, MB; None where the system does not tell.

    Not `ru_maxrss`: a process begins with that of the one which started it.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(peaks[0]) * 1024 / 1e6, 1) if peaks else None
