"""Documents written where they do not show the same already: of all counties, and of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from gdcoverage.emap import Squares
from gdcoverage.places.assign_towns import COLUMNS as TOWN_COLUMNS
from gdcoverage.report import Report
from gdcoverage.run.counties import Found, results_of
from gdcoverage.run.county import CountyTask, with_picture
from gdcoverage.run.delivered import Delivered
from gdcoverage.run.earlier import MANIFEST
from gdcoverage.run.executors import here
from gdcoverage.run.how import How, failure, outcomes
from gdcoverage.run.identity import digest, program
from gdcoverage.run.inputs import Inputs
from gdcoverage.run.job import Documents, Done, document_ids, make_documents, page_id
from gdcoverage.run.outputs import Written, county_file_names, write_tables
from gdcoverage.run.plan import Plan
from gdcoverage.run.province import (
    begin_province_maps,
    province_files,
    squares_to_show,
    write_province_layers,
    write_squares,
)


def folder_of(plan: Plan, task: CountyTask) -> Path:
    """Where a county's results go, if it is one of several."""
    # Windows takes no such characters, and no point at the end.
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", task.name).rstrip(".")
    return plan.outputs.folder / "县区" / f"{task.adcode}_{name}"


def files_of(plan: Plan, inputs: Inputs, found: Found, one: bool) -> set[str]:
    """All files that a plan's results are, as paths below its folder."""
    names = {MANIFEST}
    if not one:
        names |= {*province_files(plan, inputs), *squares_to_show(plan, inputs)}
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
    tables_stand: Callable[[], None],
    asked: tuple[object, ...] | None = None,
) -> None:
    """Write the documents of all counties together, unless they show the same already.

    Parameters
    ----------
    tables_stand : is called when the tables are written, before the maps.
    asked : what else the report rests on: the answer to the question of all counties together.
    """
    folders = {adcode: folder_of(plan, job.task) for adcode, job in found.jobs.items() if adcode}
    pictured = inputs.pictured
    shown = (
        *(plan.title, plan.standard, plan.ground, report.made_on, plan.sites is not None),
        *(inputs.outlets.frame, inputs.counties, pictured.base, inputs.places, pictured.names),
        *(inputs.problems, inputs.sources, list(found.failures.values())),
        *(inputs.files, report.data_date, inputs.towns, inputs.quotas),
        *(inputs.demand.frame.get(name) for name in TOWN_COLUMNS),
    )
    jobs = [
        (job.assessed_id, job.siting_id, job.refused, job.streets.source, job.streets.problems)
        for job in found.jobs.values()
    ]
    files = province_files(plan, inputs)
    ids = dict.fromkeys(files, digest("province", program(), jobs, shown, asked))
    marks = Delivered(results_of(plan, written.say), plan.outputs.folder)
    squares = squares_to_show(plan, inputs)
    if how.fresh or marks.stale(ids, written.say):
        before = len(written.failures)
        ground = replace(
            plan.ground,
            drawn=pictured.base,
            places=inputs.places,
            names=pictured.names,
            pieces=inputs.squares.square.tolist() if squares and inputs.squares else (),
        )
        beside = here if how.crew is None else how.crew.beside
        maps = begin_province_maps(report, folders, ground, inputs.counties, beside)
        write_tables(report, written)
        tables_stand()
        write_province_layers(report, maps, written)
        if len(written.failures) == before:
            marks.note(ids)
    else:
        written.say("汇总与全省地图没有变化，不再写出")
        written.files.extend(plan.outputs.folder / name for name in files)
        tables_stand()
    if inputs.squares is not None:
        _deliver_squares(inputs.squares, squares, how, written, marks)


def _deliver_squares(
    squares: Squares, numbers: Mapping[str, int], how: How, written: Written, marks: Delivered
) -> None:
    """Write the squares of the base map that do not show the same already."""
    ids = {
        path: digest("square", program(), squares.things(number))
        for path, number in numbers.items()
    }
    stale = list(ids) if how.fresh else marks.stale(ids, written.say)
    before = len(written.failures)
    write_squares(squares, {path: numbers[path] for path in stale}, written)
    if stale and len(written.failures) == before:
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
    for adcode, numbers in found.jobs.items():
        if not adcode:
            continue
        job = replace(numbers, task=with_picture(numbers.task, inputs))
        folder = plan.outputs.folder if one else folder_of(plan, job.task)
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
    begun = outcomes(make_documents, work, how)

    def deliver() -> None:
        for count, (number, outcome) in enumerate(begun, 1):
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
                written.failures.append(failure(job.task, outcome))
            if not one:
                say(f"文件 {count}/{len(work)}：{job.task.name}")

    return deliver
