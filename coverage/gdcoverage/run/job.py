"""A county's work where it lands: bytes and descriptions in, bytes out; no file is shared.

First the numbers, as small as they can be kept; then the documents that show them. Both are made
of what was kept, never of what was at hand, so that a run that goes on ends as a fresh one does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gdcoverage._version import __version__
from gdcoverage.arrays import Bools
from gdcoverage.assessment import apply_standard, without_outlets
from gdcoverage.files import Source
from gdcoverage.findings import Coverage, StreetlessCoverage, StreetsWalked
from gdcoverage.gaps import find_gaps
from gdcoverage.network import Joins, Snap, WalkNetwork
from gdcoverage.outlets.datum_fit import DatumFit, datum_fits, doubted, with_tables
from gdcoverage.problems import InputError, Problem
from gdcoverage.report import UNDATED, Report, dated
from gdcoverage.run.identity import digest, program
from gdcoverage.run.kept import packed, unpacked
from gdcoverage.run.outputs import content, county_file_names, county_files, shows_date, unwritten
from gdcoverage.run.streets import Streets
from gdcoverage.run.task import CountyTask, Subject
from gdcoverage.sites import (
    Alternatives,
    Capacity,
    Frontier,
    JointPlan,
    Preferred,
    Reached,
    Redesign,
    Refinement,
    Robust,
    Scenario,
    SitePlan,
    Siting,
    TwoOutlets,
    make_siting,
)
from gdcoverage.townships import tells_towns
from gdcoverage.verify import Region, Witness, bear_witness


@dataclass(frozen=True, eq=False)
class Assessed:
    """What an assessment added to a county's rows; with the rows it is a coverage again.

    Parameters
    ----------
    outlets, demand : the columns added, row by row.
    covers : who covers whom.
    outlets_joined, demand_joined : where they join the streets.
    gaps : frame of `find_gaps`.
    fits : how near the county's outlets lie to the streets under each datum.
    streets : what was walked on.
    witness : what came of computing some of its walks again.
    """

    outlets: pd.DataFrame
    demand: pd.DataFrame
    covers: csr_array
    outlets_joined: Snap
    demand_joined: Snap
    gaps: gpd.GeoDataFrame
    fits: tuple[DatumFit, ...]
    streets: StreetsWalked
    witness: Witness

    def found(
        self, standard: Any, outlets: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, counties: Any
    ) -> StreetlessCoverage:
        """The findings on rows that may say more of themselves than numbers need."""
        return StreetlessCoverage(
            standard,
            _beside(demand, self.demand),
            _beside(outlets, self.outlets),
            self.covers,
            counties,
        )

    def on(self, found: StreetlessCoverage, network: WalkNetwork) -> Coverage:
        """The findings with their streets."""
        return found.on(network, self.outlets_joined, self.demand_joined)


# All that may come out of what is kept.
KINDS: tuple[type, ...] = (
    *(Assessed, Snap, Joins, DatumFit, StreetsWalked, Witness, Region),
    *(Siting, SitePlan, TwoOutlets, Frontier, Alternatives, Reached, JointPlan, Robust, Refinement),
    *(Redesign, Capacity, Preferred, Scenario, Problem),
)
_BY_NAME = {kind.__name__: kind for kind in KINDS}


@dataclass(frozen=True, eq=False)
class Visit:
    """What is asked of a county's witness.

    Parameters
    ----------
    region : the ground that it walks on.
    walks : how many it compares at most.
    """

    region: Region
    walks: int

    def witness(self, coverage: Coverage) -> Witness:
        """What it says of an assessment."""
        if not self.walks:
            return Witness(unseen=("按设置不抽查",))
        found = coverage.outlets, coverage.demand
        rules = coverage.network.profile, coverage.standard
        try:
            return bear_witness(*found, self.region, *rules, self.walks)
        except Exception as error:  # other people's software, on whatever a file holds
            return Witness(unseen=(f"核对软件出错：{type(error).__name__}：{error}",))


@dataclass(frozen=True, eq=False)
class Job:
    """A county's task, its streets, and what of its numbers is there already.

    Parameters
    ----------
    assessed_id : identity of the assessment.
    siting_id : of the answer to the siting question; None where nothing is asked.
    assessed, siting : as `packed`; None where they are to be found.
    refused : why the siting question has no answer; then it is as if none were asked.
    """

    task: CountyTask
    streets: Streets
    visit: Visit
    assessed_id: str
    siting_id: str | None
    assessed: bytes | None = None
    siting: bytes | None = None
    refused: Problem | None = None

    @classmethod
    def of(cls, task: CountyTask, streets: Streets, visit: Visit) -> Job:
        """The job, with the identities of its results."""
        assessed_id = digest("assessed", program(), task.subject, streets.content, visit)
        terms = task.asked.terms
        asks = terms is not None and terms.scope == "county" and task.adcode
        siting_id = digest("siting", assessed_id, task.asked) if asks else None
        return cls(task, streets, visit, assessed_id, siting_id)

    @property
    def is_done(self) -> bool:
        """Whether all its numbers are there."""
        return self.assessed is not None and (self.siting_id is None or self.siting is not None)

    def without_siting(self, why: Problem) -> Job:
        """The same where the siting question cannot be answered: the rest stands."""
        told = replace(why, what=f"{self.task.name}布点：{why.what}")
        return replace(self, siting_id=None, siting=None, refused=told)

    @property
    def refused_id(self) -> str | None:
        """Where it is kept why the siting question has no answer; None where nothing is asked."""
        return None if self.siting_id is None else refused_id(self.siting_id)

    @property
    def tells_towns(self) -> bool:
        """Whether anything tells towns of the county."""
        return tells_towns(self.task.shown.demand, self.task.shown.towns)

    def by_value(self) -> Job:
        """The same for a worker that cannot read the saved network."""
        return replace(self, streets=self.streets.with_data())


@dataclass(frozen=True, eq=False)
class Work:
    """More work on a county whose numbers are there."""

    job: Job

    def by_value(self) -> Self:
        """The same for a worker that cannot read the saved network."""
        return replace(self, job=self.job.by_value())


@dataclass(frozen=True)
class Done:
    """What came of a piece of work.

    Parameters
    ----------
    bodies : what is to be kept, by name.
    files : what is to be delivered, by name.
    failures : what could not be made.
    seconds : by phase.
    peak_mb : most memory that its process has had so far; None where the system does not tell.
    refused : why the siting question has no answer, if it has none.
    """

    bodies: dict[str, bytes] = field(default_factory=dict, repr=False)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    failures: tuple[Problem, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float | None = None
    refused: Problem | None = None


def refused_id(identity: str) -> str:
    """Under what it is kept why the question has no answer whose answer would have an identity."""
    return digest("refused", identity)


def is_final(why: Problem) -> bool:
    """Whether a question without an answer has none with more time either."""
    return why.kind not in ("no_plan_found", "county_failed")


def find_numbers(job: Job) -> Done:
    """Assess the county and answer its siting question, as far as neither is kept.

    Raises
    ------
    InputError : the county cannot be assessed (no streets, say).
    """
    clock, subject, bodies, refused = _Clock(), job.task.subject, {}, None
    with clock("load"):
        network = job.streets.network(job.task)
    if job.assessed is None:
        with clock("assess"):
            coverage, gaps, fits = _assessed(subject, network)
        with clock("witness"):
            witness = job.visit.witness(coverage) if job.task.adcode else Witness()
        with clock("pack"):
            streets = StreetsWalked.of(coverage)
            found = _added_to(subject, coverage, gaps, fits, streets, witness)
            bodies["assessed"] = packed(found)
    if job.siting_id is not None and job.siting is None:
        with clock("sites"):
            asked = job.task.asked
            assert asked.terms is not None
            coverage, gaps = asked_of(job, job.assessed or bodies["assessed"], network)
            told = (subject.places, gaps, asked.landmarks)
            try:
                siting = make_siting(coverage, asked.terms, asked.candidates, *told)
                bodies["siting"] = packed(replace(siting, service=asked.service))
            except InputError as error:
                refused = error.problem
    return Done(bodies, seconds=clock.seconds, peak_mb=_peak_mb(), refused=refused)


def asked_of(
    job: Job, assessed: bytes | None, network: WalkNetwork
) -> tuple[Coverage, gpd.GeoDataFrame]:
    """The coverage that a siting question is asked of, and its gaps."""
    subject, asked, numbers = job.task.subject, job.task.asked, _unpacked(assessed)
    found = numbers.found(subject.standard, subject.outlets, subject.demand, subject.counties)
    coverage, gaps = numbers.on(found, network), numbers.gaps
    if asked.service:
        coverage = without_outlets(coverage, asked.without)
        gaps = find_gaps(coverage, subject.places)
    return coverage, gaps


def _assessed(
    subject: Subject, network: WalkNetwork
) -> tuple[Coverage, gpd.GeoDataFrame, tuple[DatumFit, ...]]:
    """The assessment, its gaps, and how near the outlets lie to the streets."""
    coverage = apply_standard(
        subject.outlets, subject.demand, network, subject.standard, subject.counties
    )
    fits = datum_fits(subject.outlets[_own(subject)], network)
    return coverage, find_gaps(coverage, subject.places), fits


def _own(subject: Subject) -> Bools:
    """Which outlets are the county's; what lies outside all counties has none."""
    inside = subject.outlets["county"].isin(subject.counties["adcode"])
    return np.asarray(inside & bool(subject.adcode), bool)


def _added_to(subject: Subject, coverage: Coverage, *found: Any) -> Assessed:
    return Assessed(
        _added(coverage.outlets, subject.outlets),
        _added(coverage.demand, subject.demand),
        coverage.covers,
        coverage.outlets_joined,
        coverage.demand_joined,
        *found,
    )


def _added(after: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(after[[name for name in after if name not in before]])


def _beside(rows: gpd.GeoDataFrame, added: pd.DataFrame) -> gpd.GeoDataFrame:
    shape = rows.geometry.name
    joined = pd.concat([rows.reset_index(drop=True), added], axis=1)
    return gpd.GeoDataFrame(joined, geometry=shape, crs=rows.crs)


def _unpacked(body: bytes | None) -> Any:
    assert body is not None
    return unpacked(body, _BY_NAME)


def report_of(job: Job) -> Report:
    """The report of a county whose numbers are there; without streets to walk on."""
    return _reported(job, _unpacked(job.assessed))


def walked_report_of(job: Job) -> Report:
    """The same with its streets."""
    assessed = _unpacked(job.assessed)
    return _walked(job, assessed, _reported(job, assessed))


def _reported(job: Job, assessed: Assessed) -> Report:
    subject, shown = job.task.subject, job.task.shown
    file = next(source.name for source in shown.sources if source.role == "网点")
    fits = with_tables(assessed.fits, shown.outlets["source_sheet"].to_numpy(object)[_own(subject)])
    return Report(
        title=shown.title,
        coverage=assessed.found(subject.standard, shown.outlets, shown.demand, subject.counties),
        gaps=assessed.gaps,
        sources=with_streets(shown.sources, _streets_shown(shown.sources, job.streets)),
        problems=(
            *([job.refused] if job.refused else []),
            *(*shown.problems, *doubted(fits, file), *job.streets.problems),
        ),
        version=__version__,
        made_on=shown.made_on,
        neighbours=shown.neighbours,
        siting=None if job.siting is None else _unpacked(job.siting),
        data_date=shown.data_date,
        files=shown.files,
        read_at=shown.read_at,
        fits=fits,
        streets=assessed.streets,
        witness=assessed.witness,
        towns=shown.towns,
        quotas=shown.quotas,
        supervision=shown.supervision,
    )


def _walked(job: Job, assessed: Assessed, report: Report) -> Report:
    assert isinstance(report.coverage, StreetlessCoverage)
    network = job.streets.network(job.task)
    return replace(report, coverage=assessed.on(report.coverage, network))


def _streets_shown(sources: Sequence[Source], streets: Streets) -> Source:
    """The streets' file, known by what is used of it where the others are."""
    if not any(source.part for source in sources):
        return streets.source
    return replace(streets.source, sha256=streets.content, part=True)


def with_streets(sources: tuple[Source, ...], *streets: Source) -> tuple[Source, ...]:
    """The streets behind the people, where a reader looks for them."""
    place = 1 + max(i for i, source in enumerate(sources) if source.role == "人口")
    return (*sources[:place], *streets, *sources[place:])


@dataclass(frozen=True, eq=False)
class Documents(Work):
    """The results of a county that are to be written.

    Parameters
    ----------
    wanted : names of the files.
    among_others : whether the county is one of several.
    """

    wanted: tuple[str, ...]
    among_others: bool


# Of what is shown, what the identities of documents have otherwise.
_ASIDE = ("made_on", "base", "names")


def undated_id(job: Job, among_others: bool, picture: str) -> str:
    """Identity of what the documents of a county that show the day show besides.

    Parameters
    ----------
    picture : what its maps show of the streets' file, of `Pictures`.
    """
    shown, streets = job.task.shown, job.streets
    held = {name: of for name, of in shown.digests.items() if name not in _ASIDE}
    told = (streets.problems, job.refused, _streets_shown(shown.sources, streets))
    numbers = (job.assessed_id, job.siting_id)
    return digest("undated", program(), numbers, held, told, picture, among_others)


def document_ids(job: Job, among_others: bool, picture: str) -> dict[str, str]:
    """Name of each result of a county -> identity of what it shows; see `undated_id`."""
    shown, numbers = job.task.shown, (job.assessed_id, job.siting_id)
    held = shown.digests
    on_a_day = digest("dated", undated_id(job, among_others, picture), shown.made_on)
    layered = digest("layers", program(), numbers, held["outlets"], held["demand"])
    names = county_file_names(job.siting_id is not None, among_others, job.tells_towns)
    return {name: on_a_day if shows_date(name) else layered for name in names}


def make_documents(work: Documents) -> Done:
    """Make a county's results; what cannot be made stops nothing else."""
    job, clock, bodies = work.job, _Clock(), {}
    ground = job.task.ground
    with clock("unpack"):
        assessed = _unpacked(job.assessed)
        report = replace(_reported(job, assessed), made_on=UNDATED)

    @cache
    def walked() -> Coverage:
        return _walked(job, assessed, report).walked

    makers = county_files(report, ground, walked, among_others=work.among_others)
    files: dict[str, bytes] = {}
    failures: list[Problem] = []
    for name in work.wanted:
        with clock(Path(name).suffix[1:]):
            try:
                files[name] = content(makers[name], name)
            except OSError as error:
                failures.append(unwritten(Path(name), error))
    undated = {name: data for name, data in files.items() if shows_date(name)}
    if undated.keys() == {name for name in makers if shows_date(name)}:
        bodies["undated"] = packed(undated)
    made_on = job.task.shown.made_on
    files |= {name: dated(name, data, made_on) for name, data in undated.items()}
    return Done(bodies, files, tuple(failures), clock.seconds, _peak_mb())


class _Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        spent = self.seconds.get(phase, 0.0) + time.perf_counter() - begun
        self.seconds[phase] = round(spent, 3)


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
