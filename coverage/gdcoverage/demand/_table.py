"""People from tables of places or hexagons, and from point or polygon layers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from gdcoverage.arrays import Objects
from gdcoverage.demand import _settlement
from gdcoverage.demand._judge import Judgement, judge_rows
from gdcoverage.demand._people import elderly_of, people_of, totals_of, with_people
from gdcoverage.demand._places import VILLAGE_DIGITS, Register
from gdcoverage.demand._where import (
    NO_COORDINATES,
    areas_of,
    divisions_of,
    is_hexagon,
    lies_in,
    mended,
    names_of,
    places_of,
)
from gdcoverage.geo.datum import Datum
from gdcoverage.outlets import yes_or_no
from gdcoverage.problems import InputError, Problem
from gdcoverage.tables import Table, plain_number


@dataclass(frozen=True, eq=False)
class Points:
    """The rows of tables that have people and a place.

    Parameters
    ----------
    frame : columns ``demand_id``, ``name``, ``population``, ``elderly``, ``area_km2``,
        ``town_name``, ``division``, ``source_row``, ``lon``, ``lat`` (WGS-84), ``sheet``,
        ``settlement`` (as written; the code where there is one, else a town's where the row says
        so) and ``settlement_source``.
    problems : the faults of all rows.
    left_out : people on the rows that have no place, or are in doubt.
    counts : what the other rows are, in Chinese -> how many.
    unplaced : rows that have people and no place, as of `Reading`.
    """

    frame: pd.DataFrame
    problems: list[Problem]
    left_out: float
    counts: dict[str, int]
    unplaced: pd.DataFrame = field(default_factory=pd.DataFrame)


def points_of(
    tables: list[Table], datum: Datum, register: Register | None = None, *, judged: bool = False
) -> Points:
    """The rows of tables that have people and a place, once each, without sums of others.

    Parameters
    ----------
    register : places of rows that have none themselves.
    judged : the rows come from an earlier reading: none is a sum, or twice there.

    Raises
    ------
    InputError : a table has no column of people; or none has places.
    """
    parts = [_rows(table, datum, register, judged) for table in tables]
    if not any(part.placed for part in parts):
        raise InputError(next(p for p in parts[0].problems if p.kind == NO_COORDINATES))
    points = pd.concat(
        [part.rows.assign(table=number) for number, part in enumerate(parts)], ignore_index=True
    )
    judgement = (
        Judgement()
        if judged
        else judge_rows(tables, points, [p.step for p in parts], [p.totals for p in parts])
    )
    left = np.zeros(len(points), bool)
    left[list(judgement.left)] = True
    problems = [*judgement.problems]
    for number, (table, part) in enumerate(zip(tables, parts, strict=True)):
        own = (points["table"] == number).to_numpy()
        gone = left[own]
        told = {int(row) for row in table.row[gone]}
        problems += [
            problem
            for problem in part.problems
            if problem.row not in told and not (problem.kind == NO_COORDINATES and gone.all())
        ]
        problems += _repeated(table, points.loc[own & ~left, "demand_id"])
    points = points[~left].reset_index(drop=True)
    points["demand_id"] = _unique_ids(points)
    bad = (points["population"].isna() | points["lon"].isna()).to_numpy()
    people = float(points.loc[bad, "population"].sum()) + judgement.people
    points["town_name"] = points.pop("lies_in")
    counts = judgement.counts | {"未计入": int(bad.sum())}
    unplaced = _unplaced(points[(points["lon"].isna() & points["population"].notna()).to_numpy()])
    return Points(points[~bad].reset_index(drop=True), problems, people, counts, unplaced)


def _unplaced(points: pd.DataFrame) -> pd.DataFrame:
    """Rows of people without a place, with what tells where they may be."""
    return pd.DataFrame(
        {
            "name": points["name"],
            "address": "",
            "stated_county": "",
            "source_sheet": points["sheet"],
            "source_row": points["source_row"],
        }
    ).reset_index(drop=True)


class _Part(NamedTuple):
    """Rows of a table and what is said of them.

    Parameters
    ----------
    step : in which people are counted.
    placed : whether any row may have a place.
    totals : row -> people, of rows that say 合计.
    """

    rows: pd.DataFrame
    problems: list[Problem]
    step: float
    placed: bool
    totals: dict[int, float]


def _rows(table: Table, datum: Datum, register: Register | None, judged: bool) -> _Part:
    """Every row of a table; NaN where it has no usable place or number of people."""
    table, problems = with_people(mended(table))
    names = names_of(table)
    hexagon = np.array([is_hexagon(cell) for cell in table.text("demand_id")], bool)
    where = places_of(table, names, hexagon, datum, register)
    people, step, of_people = people_of(table)
    elderly, of_elderly = elderly_of(table, people)
    table, settlement, of_class = _settlement_text(table, names.code)
    problems += [*where.problems, *of_people, *of_elderly, *of_class, *_unused(table)]
    own = table.text("name")
    rows = {
        "demand_id": np.array([plain_number(cell) for cell in names.code], object),
        "name": np.where(own != "", own, names.own),
        "population": people,
        "elderly": elderly,
        "area_km2": areas_of(table, hexagon),
        "source_row": table.row,
        "lon": where.lon,
        "lat": where.lat,
        "sheet": np.full(len(table), table.sheet, object),
        "settlement": settlement,
        "settlement_source": table.text("settlement_source"),
        "label": names.own,
        "town_name": names.town,
        # A row that was read has its own town or none: not that of the row above.
        "lies_in": table.text("town_name") if judged else lies_in(table, names),
        "division": divisions_of(table, names),
    }
    return _Part(pd.DataFrame(rows), problems, step, where.at_all, totals_of(table))


def _settlement_text(table: Table, codes: Objects) -> tuple[Table, Objects, list[Problem]]:
    """What each row says of its settlement; a column “town” that does not say yes or no is unused.

    ``town`` counts where no code says more: a town is judged by the standard's rule. Where no
    column says anything, the class may stand behind the village's code.
    """
    told, code = table.text("settlement"), table.text("settlement_code")
    town = [yes_or_no(text) for text in table.text("town")]
    if any(strange for _, strange in town):
        table = dataclasses.replace(table, unused=(*table.unused, table.headings["town"]))
        town = [(False, "")] * len(table)
    is_town = np.array([yes for yes, _ in town], bool) & _settlement.without_code(told)
    said = np.where(code != "", code, np.where(is_town, "town", told))
    if {"settlement", "settlement_code"} & table.columns.keys() or not any(codes):
        return table, said, []
    behind = np.array([plain_number(text)[VILLAGE_DIGITS:] for text in codes], object)
    # Digits of which one is no class are the number of a census block.
    if not set(behind) - {""} or not set(behind) <= set(_settlement.CODES):
        return table, said, []
    field = "demand_id" if "demand_id" in table.columns else "division"
    what = f"城乡分类取自“{table.headings[field]}”的后三位"
    action = "请核对，或增加“城乡分类代码”列"
    told_of = Problem(
        "settlement_in_code", what, action, "warning", file=table.file, sheet=table.sheet
    )
    return table, np.where(said != "", said, behind), [told_of]


def _unused(table: Table) -> list[Problem]:
    if not table.unused:
        return []
    what = f"以下列未使用：{'、'.join(table.unused)}"
    action = "若其中有需要的内容，请把表头改成标准写法"
    return [Problem("columns_unused", what, action, "warning", file=table.file, sheet=table.sheet)]


def _repeated(table: Table, ids: pd.Series) -> list[Problem]:
    """A row entered twice counts its people twice; an id that comes twice gives it away."""
    told = ids[ids != ""]
    again = told[told.duplicated()]
    if again.empty:
        return []
    field = "demand_id" if "demand_id" in table.headings else "division"
    return [
        Problem(
            "id_repeated",
            f"有 {len(again):,} 行的编号与前面的行相同（如“{again.iloc[0]}”），都已计入",
            "若是重复填报，人口会重复计算，请核对",
            "warning",
            file=table.file,
            sheet=table.sheet,
            column=table.headings[field],
        )
    ]


def _unique_ids(points: pd.DataFrame) -> pd.Series:
    """The file's ids where each is there once; sheet and row numbers for the other rows."""
    ids = points["demand_id"]
    places = points["sheet"].astype("str") + "R" + points["source_row"].astype("str")
    # Tables may stand side by side.
    beside = places.groupby(places).cumcount()
    places = places.where(beside == 0, places + "-" + (beside + 1).astype("str"))
    mixed = ids.where((ids != "") & ~ids.duplicated(keep=False), places)
    return places if mixed.duplicated().any() else mixed
