"""The report for other programs: the county table as CSV, and everything as JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from gdcoverage.files import written_whole
from gdcoverage.policy import PHRASE, POLICY_DOCUMENT, SETTLEMENTS
from gdcoverage.report import _columns
from gdcoverage.report._report import Report
from gdcoverage.sheets import safe_text


def write_csv(report: Report, path: str | Path) -> None:
    """The county table as CSV for Excel and WPS: UTF-8 with BOM, Chinese headings."""
    with written_whole(path) as partial:
        partial.write_text(csv_text(report), encoding="utf-8-sig", newline="")


def csv_text(report: Report) -> str:
    """The county table as comma-separated text."""
    table = report.with_total()
    columns = {name: c.heading for name, c in _columns.COUNTY.items() if name in table}
    plain = safe_text(table[list(columns)].rename(columns=columns))
    return str(plain.to_csv(index=False, float_format="%.10g", lineterminator="\r\n"))


def write_json(report: Report, path: str | Path) -> None:
    """Everything in the report as JSON; what is not known is null, names are the columns'."""
    with written_whole(path) as partial:
        partial.write_text(json_text(report), encoding="utf-8")


def json_text(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(report_data(report), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def report_data(report: Report) -> dict[str, Any]:
    """The report as plain lists and dictionaries."""
    coverage = report.coverage
    by_settlement = coverage.by_settlement()
    gaps = report.gaps.drop(columns="geometry")
    counties = []
    for row in _records(report.counties):
        own = row["county"]
        row["settlements"] = _records(
            by_settlement[by_settlement["county"] == own].drop(columns=["county"])
        )
        row["gaps"] = _records(gaps[gaps["county"] == own].drop(columns=["county"]))
        counties.append(row)
    return {
        "title": report.title,
        "phrase": PHRASE,
        "policy": POLICY_DOCUMENT,
        "standard": vars(coverage.standard),
        "version": report.version,
        "made_on": report.made_on,
        "sources": [vars(source) for source in report.sources],
        "total": _plain(coverage.total().to_dict()),
        "counties": counties,
        "problems": [vars(problem) for problem in report.problems],
        "settlement_names": SETTLEMENTS,
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [_plain(row) for row in table.to_dict("records")]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Values that JSON knows; numbers to a tenth of a millimetre or a millionth of a rate."""

    def plain(value: Any) -> Any:
        if isinstance(value, bool | str) or value is None:
            return value
        number = float(value)
        if math.isnan(number):
            return None
        return int(number) if number.is_integer() else round(number, 6)

    return {str(key): plain(value) for key, value in row.items()}
