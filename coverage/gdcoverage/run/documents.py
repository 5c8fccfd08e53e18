"""Documents written where they do not show the same already: of all counties, and of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from gdcoverage.emap import squares_at
from gdcoverage.files import written_whole
from gdcoverage.places.assign_towns import COLUMNS as TOWN_COLUMNS
from gdcoverage.report import UNDATED, Report, dated
from gdcoverage.run.counties import Found, results_of
from gdcoverage.run.delivered import Delivered
from gdcoverage.run.earlier import MANIFEST
from gdcoverage.run.executors import here
from gdcoverage.run.how import How, failure, outcomes
from gdcoverage.run.identity import digest, program
from gdcoverage.run.inputs import Inputs
from gdcoverage.run.job import Documents, Done, document_ids, make_documents, undated_id
from gdcoverage.run.kept import packed
from gdcoverage.run.outputs import SITES, Written, content, county_file_names, shows_date, tables
from gdcoverage.run.pictures import Pictures, square_ids
from gdcoverage.run.plan import Plan
from gdcoverage.run.province import (
    GAPS,
    begin_names,
    begin_province_maps,
    names_beside_of,
    province_files,
    write_names,
    write_squares,
)
from gdcoverage.run.task import CountyTask


def folder_of(plan: Plan, task: CountyTask) -> Path:
    """Where a county's results go, if it is one of several."""
    # Windows takes no such characters, and no point at the end.
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", task.name).rstrip(".")
    return plan.outputs.folder / "县区" / f"{task.adcode}_{name}"


def files_of(plan: Plan, inputs: Inputs, found: Found, one: bool) -> set[str]:
    """All files that a plan's results are, as paths below its folder."""
    names = {MANIFEST}
    if not one:
        names |= {
            *province_files(plan, inputs),
            *square_ids(plan, inputs, results_of(plan)),
        }
    for adcode, job in found.jobs.items():
        folder = plan.outputs.folder if one else folder_of(plan, job.task)
        results = county_file_names(job.siting_id is not None, not one, job.tells_towns)
        paths = [folder / name for name in results if adcode]
        names.update(path.relative_to(plan.outputs.folder).as_posix() for path in paths)
    return names


def deliver_province(
    plan: Plan,
    inputs: Inputs,
    found: Found,
    report: Report,
    how: How,
    written: Written,
    maps_begun: Callable[[], None],
    tables_stand: Callable[[], None],
    asked: tuple[object, ...] | None = None,
) -> None:
    """Write the documents of all counties together, unless they show the same already.

    Parameters
    ----------
    maps_begun : is called when other processes draw the maps, if any is to be drawn.
    tables_stand : is called when the tables are written, before the maps.
    asked : what else the report rests on: the answer to the question of all counties together.
    """
    folders = {adcode: folder_of(plan, job.task) for adcode, job in found.jobs.items() if adcode}
    made_on, beside = report.made_on, here if how.crew is None else how.crew.beside
    identity = _identity_of_all(plan, inputs, found, report, asked)
    on_a_day = digest("dated", identity, made_on)
    names_ids = dict.fromkeys(names_beside_of(inputs), _identity_of_names(inputs))
    files = [name for name in province_files(plan, inputs) if name not in names_ids]
    ids = {name: on_a_day if shows_date(name) else identity for name in files}
    kept = results_of(plan, written.say)
    marks = Delivered(kept, plan.outputs.folder)
    squares = square_ids(plan, inputs, None if how.fresh else kept)
    stale = files if how.fresh else marks.stale(ids, written.say)
    stale_names = list(names_ids) if how.fresh else marks.stale(names_ids, written.say)
    names = begin_names(inputs, beside) if stale_names else None
    undated = None if how.fresh or not stale else kept.get(identity)
    if not stale:
        written.say("汇总与全省地图没有变化，不再写出")
        written.files.extend(plan.outputs.folder / name for name in files)
        tables_stand()
    elif undated and undated.keys() >= set(stale):
        ready = {name: _on_day(name, undated[name], made_on) for name in stale}
        marks.deliver(ready, ids, written, listed=True)
        written.files.extend(plan.outputs.folder / name for name in files if name not in ready)
        tables_stand()
    else:
        before = len(written.failures)
        pictured = inputs.pictured
        ground = replace(
            plan.ground,
            drawn=pictured.base,
            places=inputs.places,
            names=pictured.names,
            pieces=squares_at(squares),
        )
        timeless = replace(report, made_on=UNDATED)
        maps = begin_province_maps(timeless, folders, ground, beside)
        maps_begun()
        made = _write_dated(_table_makers(timeless, files), made_on, written)
        tables_stand()
        layer = {GAPS: partial(content, report.gaps.to_parquet, GAPS)}
        made |= _write_dated(maps | layer, made_on, written)
        if len(written.failures) == before:
            kept.put(identity, packed(made))
            marks.note(ids)
    if names is not None:
        _deliver_names(names(), names_ids, written, marks)
    _deliver_squares(inputs, squares, how, written, marks)


def _on_day(name: str, document: bytes, made_on: str) -> bytes:
    """A document as of a day, where it shows one."""
    return dated(name, document, made_on) if shows_date(name) else document


def _identity_of_names(inputs: Inputs) -> str:
    """What the names beside the province's pages show."""
    return digest("names", program(), inputs.pictured.identity, inputs.counties)


def _identity_of_all(
    plan: Plan,
    inputs: Inputs,
    found: Found,
    report: Report,
    asked: tuple[object, ...] | None,
) -> str:
    """What the documents of all counties together show, but for the day."""
    shown = (
        *(plan.title, plan.standard, plan.ground, plan.sites is not None),
        *(inputs.outlets.frame, inputs.counties, inputs.places, inputs.pictured.identity),
        *(inputs.problems, inputs.sources, list(found.failures.values())),
        *(inputs.files, report.data_date, inputs.towns, inputs.quotas, inputs.supervision),
        *(inputs.demand.frame.get(name) for name in TOWN_COLUMNS),
    )
    jobs = [
        (job.assessed_id, job.siting_id, job.refused, job.streets.source, job.streets.problems)
        for job in found.jobs.values()
    ]
    return digest("province", program(), jobs, shown, asked)


def _table_makers(report: Report, names: Collection[str]) -> dict[str, Callable[[], bytes]]:
    """What gives each of the tables among these files."""
    makers = {name: make for name, make in tables(report).items() if name in names}
    if report.county_sites is None:
        makers.pop(SITES, None)
    return {name: partial(content, make, name) for name, make in makers.items()}


def _write_dated(
    makers: Mapping[str, Callable[[], bytes]], made_on: str, written: Written
) -> dict[str, bytes]:
    """Write documents of a report without a day as made on this one.

    Returns
    -------
    What they are without the day.
    """
    made = {}
    for name, make in makers.items():
        with written.writing(name) as path:
            made[name] = make()
            with written_whole(path) as whole:
                whole.write_bytes(_on_day(name, made[name], made_on))
    return made


def _deliver_names(
    scripts: Mapping[str, str], ids: Mapping[str, str], written: Written, marks: Delivered
) -> None:
    """Write the names that lie beside the province's pages."""
    before = len(written.failures)
    write_names(scripts, written)
    if len(written.failures) == before:
        marks.note(ids)


def _deliver_squares(
    inputs: Inputs, ids: Mapping[str, str], how: How, written: Written, marks: Delivered
) -> None:
    """Write the squares of the base map that do not show the same already."""
    stale = list(ids) if how.fresh else marks.stale(ids, written.say)
    if not stale:
        return
    assert inputs.squares is not None
    before = len(written.failures)
    write_squares(inputs.squares, stale, written)
    if len(written.failures) == before:
        marks.note({path: ids[path] for path in stale})


def begin_counties(
    plan: Plan, inputs: Inputs, found: Found, how: How, written: Written, one: bool
) -> Callable[[], None]:
    """Begin the documents of the counties, but for those that show the same already.

    Returns
    -------
    What writes them as they are finished.
    """
    say, work, ids, delivered = written.say, [], [], []
    kept = results_of(plan, say)
    if not how.fresh:
        say("核对已写出的文件")
    jobs = {adcode: job for adcode, job in found.jobs.items() if adcode}
    tasks = [job.task for job in jobs.values()]
    pictures = Pictures(inputs, tasks, None if how.fresh else kept)
    redated = 0
    for adcode, job in jobs.items():
        folder = plan.outputs.folder if one else folder_of(plan, job.task)
        marks = Delivered(kept, folder)
        wanted_ids = document_ids(job, not one, pictures.ids[adcode])
        stale = list(wanted_ids) if how.fresh else marks.stale(wanted_ids, say)
        fresh = [name for name in wanted_ids if name not in stale]
        written.files.extend(folder / name for name in fresh if one)
        identity = undated_id(job, not one, pictures.ids[adcode])
        undated = None if how.fresh or not stale else kept.get(identity)
        if undated:
            made_on = job.task.shown.made_on
            ready = {name: undated[name] for name in stale if name in undated}
            files = {name: dated(name, data, made_on) for name, data in ready.items()}
            marks.deliver(files, wanted_ids, written, listed=one)
            stale = [name for name in stale if name not in files]
            redated += not stale
        if stale:
            pictured = replace(job, task=pictures.task(job.task))
            work.append(Documents(pictured, tuple(stale), not one))
            ids.append(wanted_ids)
            delivered.append(marks)
    if redated:
        say(f"{redated} 个县区的内容没有变化，只写上日期")
    if unchanged := len(jobs) - len(work) - redated:
        say(f"{unchanged} 个县区的文件没有变化，不再写出")
    begun = outcomes(make_documents, work, how)

    def deliver() -> None:
        for count, (number, outcome) in enumerate(begun, 1):
            job, marks = work[number].job, delivered[number]
            if isinstance(outcome, Done):
                adcode = job.task.adcode
                found.told(adcode, outcome)
                if "undated" in outcome.bodies:
                    identity = undated_id(jobs[adcode], not one, pictures.ids[adcode])
                    kept.put(identity, outcome.bodies["undated"])
                written.failures.extend(
                    replace(p, file=str(marks.folder / p.file)) for p in outcome.failures
                )
                marks.deliver(outcome.files, ids[number], written, listed=one)
            else:
                written.failures.append(failure(job.task, outcome))
            if not one:
                say(f"文件 {count}/{len(work)}：{job.task.name}")

    return deliver
