"""What `check` looks at: a plan's inputs or a single table, and no streets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd

from gdcoverage.demand import read_demand
from gdcoverage.geo.datum import Datum, parse_datum
from gdcoverage.outlets import read_outlets
from gdcoverage.places.counties import read_counties, stated_county_problems
from gdcoverage.problems import InputError, Problem
from gdcoverage.report import FileRead
from gdcoverage.run.inputs import Say, read_inputs
from gdcoverage.run.plan import NetworkInput, Plan
from gdcoverage.tables import Reading


@dataclass(frozen=True, eq=False)
class Checked:
    """What was read.

    Parameters
    ----------
    files : what was understood of each file.
    problems : what is wrong with them.
    frame : good rows of the outlets, or of the only table.
    """

    files: tuple[FileRead, ...]
    problems: tuple[Problem, ...]
    frame: gpd.GeoDataFrame

    @property
    def is_people(self) -> bool:
        """Whether the only table is one of people."""
        return all(file.is_people for file in self.files)


def checked_plan(plan: Plan, say: Say = lambda _: None) -> Checked:
    """All that a plan reads but its streets."""
    inputs = read_inputs(replace(plan, network=NetworkInput()), say)
    return Checked(inputs.files, inputs.problems, inputs.outlets.frame)


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
        return Checked((FileRead.of(reading),), reading.problems, reading.frame)
    say("读取网点")
    reading = read_outlets(path, datum=meant, sheet=sheet)
    say("核对县区")
    problems = (*reading.problems, *stated_county_problems(reading.frame, read_counties()))
    return Checked((FileRead.of(reading),), problems, reading.frame)


def _people(path: Path, datum: Datum, sheet: str | None, say: Say, guessed: bool) -> Reading | None:
    """The people of a table; None where it was a guess that there are any, and there are none."""
    say("读取人口")
    try:
        return read_demand(path, datum=datum, sheet=sheet)
    except InputError as error:
        # A table of people that lacks something else is one all the same.
        if guessed and error.problem.kind == "header_missing":
            return None
        raise
