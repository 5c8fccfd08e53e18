"""What `check` looks at: a plan's inputs or a single table, and no streets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd

from gdcoverage.demand import read_demand
from gdcoverage.geo.datum import Datum, parse_datum
from gdcoverage.outlets import read_outlets
from gdcoverage.outlets.answers import answers_beside
from gdcoverage.places.counties import read_counties, stated_county_problems
from gdcoverage.problems import InputError, Problem
from gdcoverage.report import FileRead
from gdcoverage.run.inputs import Say, read_inputs
from gdcoverage.run.plan import NetworkInput, load_outlets_input, load_plan
from gdcoverage.run.plan_sheet import is_workbook
from gdcoverage.tables import Reading
from gdcoverage.tables.account import Question


@dataclass(frozen=True, eq=False)
class Checked:
    """What was read.

    Parameters
    ----------
    files : what was understood of each file.
    problems : what is wrong with them.
    frame : the outlets; None where the only table is one of people.
    outlets : the table of outlets.
    is_empty : whether nothing can be used.
    """

    files: tuple[FileRead, ...]
    problems: tuple[Problem, ...]
    frame: gpd.GeoDataFrame | None = None
    outlets: Path | None = None
    is_empty: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        """What would settle the doubts about outlets."""
        read = [file for file in self.files if file.source.role == "网点"]
        return tuple(question for file in read for question in file.account.questions)


def checked_plan(path: Path, say: Say = lambda _: None) -> Checked:
    """All that a plan reads but its streets; of a workbook half filled in the outlets alone.

    Raises
    ------
    InputError : the plan is faulty; of a workbook, the outlets.
    """
    try:
        plan = load_plan(path)
    except InputError as unfinished:
        if not is_workbook(path):
            raise
        asked = load_outlets_input(path)
        if asked.path is None:
            raise
        checked = checked_file(asked.path, asked.datum, "outlets", asked.sheet, say)
        return replace(checked, problems=(*checked.problems, *unfinished.problems))
    inputs = read_inputs(replace(plan, network=NetworkInput()), say)
    frame = inputs.outlets.frame
    return Checked(inputs.files, inputs.problems, frame, plan.outlets.path, frame.empty)


def checked_file(
    path: Path, datum: str, kind: str | None, sheet: str | None, say: Say = lambda _: None
) -> Checked:
    """One table.

    Parameters
    ----------
    kind : outlets or people; None for people where its headings tell of any, else outlets.

    Raises
    ------
    InputError : the table cannot be used.
    """
    meant = parse_datum(datum)
    reading = None if kind == "outlets" else _people(path, meant, sheet, say, kind is None)
    if reading is not None:
        files = (FileRead.of(reading),)
        return Checked(files, reading.problems, is_empty=reading.frame.empty)
    say("读取网点")
    reading = read_outlets(path, datum=meant, sheet=sheet, answers=answers_beside(path))
    say("核对县区")
    problems = (*reading.problems, *stated_county_problems(reading.frame, read_counties()))
    files = (FileRead.of(reading),)
    return Checked(files, problems, reading.frame, path, reading.frame.empty)


def _people(path: Path, datum: Datum, sheet: str | None, say: Say, guessed: bool) -> Reading | None:
    """The people of a table; None where it was a guess that there are any, and there are none."""
    say("读取人口")
    try:
        return read_demand(path, datum=datum, sheet=sheet)
    except InputError as error:
        # A table of people that lacks something else is one all the same.
        if guessed and error.problem.kind in ("header_missing", "not_people"):
            return None
        raise
