"""Outlets as a caller hands them to an assessment: judged by the same rules as a file's rows."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from gdcoverage.outlets import _headings as words
from gdcoverage.outlets._read import OUTLETS, outlets_of, read_outlets
from gdcoverage.problems import Problem, refuse_rows
from gdcoverage.tables import Rows, tables_of
from gdcoverage.tables.coordinates import ANYWHERE
from gdcoverage.tables.frames import (
    as_given,
    fit_for_use,
    labelled,
    only_points,
    refuse_columns,
    repeated_ids,
)

_ACTION = (
    "请改正这些行；或用 read_outlets 读入（也可读数据框），查看 .problems 后只用 .frame 里的网点"
)
# Warnings of the reader about what it guessed: an assessment is not made on guesses.
_GUESSED = frozenset({"coordinate_swapped", "datum_differs", "status_missing"})


def sound_outlets(
    source: Rows, added: tuple[str, ...] = (), candidates: bool = False
) -> gpd.GeoDataFrame:
    """Outlets in EPSG:4326 with every row fit to be assessed; a frame's own index and columns.

    Parameters
    ----------
    source : frame, or file in WGS-84, as for `read_outlets`; outlets may lie anywhere.
    added : columns that the assessment adds.
    candidates : see `read_outlets`.

    Raises
    ------
    InputError : any row is unusable or in doubt; a column bears one of the added names.
    """
    if not isinstance(source, pd.DataFrame):
        reading = read_outlets(source, datum="wgs84", within=ANYWHERE, candidates=candidates)
        refuse_rows(filter(_hinders, reading.problems), "网点", _ACTION)
        return reading.frame
    source = refuse_columns(source, added)
    (table,) = tables_of(source, words.HEADINGS, (), documented=OUTLETS.columns)
    frame, problems, _ = outlets_of(table, "wgs84", ANYWHERE)
    unknown = {row for row, text in zip(table.row, table.text("status"), strict=True) if _own(text)}
    problems = [
        p
        for p in (*problems, *only_points(table), *repeated_ids(table, "outlet_id"))
        if _hinders(p) and not (p.kind == "status_unknown" and p.row in unknown)
    ]
    refuse_rows(labelled(problems, source.index), "网点", _ACTION)
    found = table.headings.keys() - {"stated_county"}
    read = as_given(gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326"), source)
    return fit_for_use(source, read, {"outlet_id", "status", *found})


def _hinders(problem: Problem) -> bool:
    return problem.severity == "error" or problem.kind in _GUESSED


def _own(status: str) -> bool:
    """Whether a status says in our own words that nothing is known: then nothing is guessed."""
    return status.strip().lower() in words.STATUS_WORDS["unknown"]
