"""Demand as a caller hands it to an assessment: judged by the same rules as a file's rows."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from gdcoverage.demand._headings import HEADINGS
from gdcoverage.demand._read import (
    DEMAND,
    demand_frame,
    read_demand,
    settled_as_told,
    unclear_settlement,
    was_read,
)
from gdcoverage.demand._table import points_of
from gdcoverage.outlets import yes_or_no
from gdcoverage.policy import Standard
from gdcoverage.problems import Problem, refuse_rows, unusable
from gdcoverage.tables import Rows, tables_of
from gdcoverage.tables.frames import (
    as_given,
    fit_for_use,
    labelled,
    only_points,
    refuse_columns,
    repeated_ids,
)

_ACTION = (
    "请改正这些行；或用 read_demand 读入（也可读数据框），查看 .problems 后只用 .frame 里的需求点"
)
# Warnings of the reader about what it guessed or left out: an assessment is not made on guesses.
_GUESSED = frozenset(
    {"coordinate_swapped", "datum_differs", "elderly_unusable"}
    | {"total_left_out", "part_left_out", "village_repeated", "year_older"}
)
_NEEDED = ("demand_id", "population", "elderly", "settlement", "town", "area_km2")


def sound_demand(source: Rows, standard: Standard, added: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    """Demand in EPSG:4326 with every row fit to be assessed; a frame's own index and columns.

    Parameters
    ----------
    source : frame, or file in WGS-84, as for `read_demand`.
    standard : its town rule decides the class of towns.
    added : columns that the assessment adds.

    Raises
    ------
    InputError : any row is unusable or in doubt; a column bears one of the added names.
    """
    if not isinstance(source, pd.DataFrame):
        reading = read_demand(source, standard=standard)
        hinder = [p for p in reading.problems if _hinders(p) or p.kind == "id_repeated"]
        refuse_rows(hinder, "人口", _ACTION)
        return reading.frame
    source = refuse_columns(source, added)
    (table,) = tables_of(source, HEADINGS, (), documented=DEMAND.columns)
    if other := [text for text in table.text("town") if yes_or_no(text)[1]]:
        action = "请填 True 或 False；若是别的内容，请改名"
        raise unusable("town_unusable", "town 列说的不是是或否", action, value=other[0])
    found = points_of([table], "wgs84", judged=was_read(source))
    points, problems = found.frame, found.problems
    settled = settled_as_told(points)
    problems += unclear_settlement("", points, settled)
    problems += only_points(table) + repeated_ids(table, "demand_id")
    refuse_rows(labelled(filter(_hinders, problems), source.index), "人口", _ACTION)
    read = as_given(demand_frame(points, settled, standard), source)
    return fit_for_use(source, read, {*_NEEDED, *table.headings})


def _hinders(problem: Problem) -> bool:
    # That nobody lives there is an answer.
    return problem.kind != "no_people" and (problem.severity == "error" or problem.kind in _GUESSED)
