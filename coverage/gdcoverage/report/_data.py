"""The report for other programs: the county table as CSV, and everything as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gdcoverage.files import written_whole
from gdcoverage.findings import Doubt
from gdcoverage.numbers import (
    KINDS,
    QUOTA,
    SERVICE,
    SITE,
    SPEED_COLUMNS,
    TOWN,
    VILLAGE,
    Column,
    county_columns,
    shown_in,
)
from gdcoverage.policy import COMPARISON_SPEEDS, PHRASE, POLICY_DOCUMENT, Standard
from gdcoverage.report._columns import heading
from gdcoverage.report._joint import joint_data
from gdcoverage.report._report import Report
from gdcoverage.report._siting import of_counties, siting_data
from gdcoverage.tables.spreadsheet import safe_text


def write_csv(report: Report, path: str | Path) -> None:
    """The county table as CSV for Excel and WPS: UTF-8 with BOM, see `csv_text`."""
    with written_whole(path) as partial:
        partial.write_text(csv_text(report), encoding="utf-8-sig", newline="")


def csv_text(report: Report) -> str:
    """The county table as comma-separated text, Chinese headings with units.

    Rates are in percent, people whole numbers, unknown values empty; text that a spreadsheet
    would run as a formula has an apostrophe before it.
    """
    table = report.with_total()
    return _csv(table, {name: c for name, c in county_columns().items() if name in table})


def _csv(table: pd.DataFrame, columns: Mapping[str, Column]) -> str:
    """A table's columns as comma-separated text; headings alone where it has no rows."""
    empty = pd.Series(dtype=object)
    plain = pd.DataFrame(
        {
            heading(column, rate_unit=True): _cells(table.get(name, empty), column)
            for name, column in shown_in("csv", columns).items()
        }
    )
    return str(safe_text(plain).to_csv(index=False, lineterminator="\r\n"))


def write_json(report: Report, path: str | Path) -> None:
    """Everything in the report as JSON; what is not known is null, names are the columns'."""
    with written_whole(path) as partial:
        # A lone surrogate in a bad input must not cost the report.
        partial.write_text(json_text(report), encoding="utf-8", errors="backslashreplace")


def write_services(report: Report, path: str | Path) -> None:
    """Coverage by item, mode and hours as CSV, in the form of `csv_text`."""
    with written_whole(path) as partial:
        text = _csv(report.services, SERVICE)
        partial.write_text(text, encoding="utf-8-sig", newline="")


def write_towns(report: Report, path: str | Path) -> None:
    """Coverage by town as CSV, in the form of `csv_text`."""
    with written_whole(path) as partial:
        text = _csv(report.town_table, TOWN)
        partial.write_text(text, encoding="utf-8-sig", newline="")


def write_sites(report: Report, path: str | Path) -> None:
    """The recommended sites as CSV, in the form of `csv_text`."""
    with written_whole(path) as partial:
        partial.write_text(sites_text(report), encoding="utf-8-sig", newline="")


def sites_text(report: Report) -> str:
    """The recommended sites as comma-separated text; of several counties each with its own."""
    if report.siting is not None:
        return _csv(pd.DataFrame(report.siting.plan.sites), SITE)
    sites = pd.DataFrame() if report.county_sites is None else report.county_sites
    return _csv(*of_counties(sites, report.names))


def json_text(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(report_data(report), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def report_data(report: Report) -> dict[str, Any]:
    """The report as plain lists and dictionaries: what `write_json` writes."""
    columns = county_columns()
    hidden = list(columns.keys() - shown_in("json", columns).keys())
    settlements = report.settlements[report.settlements["settlement"] != "all"]
    by_class = _by_county(settlements.drop(columns=["county_name", *hidden], errors="ignore"))
    by_gap = _by_county(pd.DataFrame(report.gaps.drop(columns="geometry")))
    places = ["county", "county_name", "city"]
    total = report.total.drop([*places, *hidden], errors="ignore")
    counties = [
        _plain(row)
        | {"settlements": by_class.get(row["county"], []), "gaps": by_gap.get(row["county"], [])}
        for row in report.counties.drop(columns=hidden, errors="ignore").to_dict("records")
    ]
    return {
        "title": report.title,
        "phrase": PHRASE,
        "policy": POLICY_DOCUMENT,
        "standard": _standard(report.coverage.standard),
        "version": report.version,
        "made_on": report.made_on,
        "data_date": report.data_date,
        "doubt": _doubt(report.doubt),
        "streets": None if report.streets is None else vars(report.streets),
        "witness": None if report.witness is None else vars(report.witness),
        "sources": [vars(source) for source in report.sources],
        "total": _plain(total.to_dict()),
        "counties": counties,
        "services": _records(report.services.drop(columns=_NAMES, errors="ignore")),
        "unsaid_services": _records(_unsaid(report)),
        "towns": _records(_among(report.town_table, TOWN)),
        "villages_without": _records(_among(report.village_table, VILLAGE)),
        "quotas": _records(_among(report.quota_table, QUOTA)),
        "problems": [vars(problem) for problem in report.problems],
        **({} if report.siting is None else {"siting": siting_data(report.siting)}),
        **({} if report.county_sites is None else {"sites": _records(report.county_sites)}),
        **({} if report.joint is None else {"joint": joint_data(report.joint)}),
        **({"sites_service": report.sites_service} if report.sites_service else {}),
    }


# What JSON says of services by keys.
_NAMES = ["county_name", "item_name", "mode_name", "when_name", "population"]


def _among(table: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """A table's county, and those of its columns that JSON shows."""
    names = ["county", *(name for name in shown_in("json", columns) if name != "county")]
    return table[[name for name in names if name in table]]


def _unsaid(report: Report) -> pd.DataFrame:
    """Outlets that do not say what they offer, where others do."""
    columns = ["outlet_id", "county", "unsaid"]
    return pd.DataFrame() if report.services.empty else report.unsaid_table()[columns]


def _doubt(doubt: Doubt | None) -> dict[str, Any] | None:
    """Outlets in doubt, both rates, and whether they are two answers."""
    if doubt is None:
        return None
    numbers = {"outlets": doubt.outlets, "rate": doubt.rate, "rate_with_doubtful": doubt.rate_with}
    return _plain(numbers | {"matters": doubt.matters}) | {"counties": list(doubt.counties)}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    return [_plain(row) for row in plain.to_dict("records")]


def _standard(standard: Standard) -> dict[str, Any]:
    """The numbers of the standard, what follows from them, and the speeds of the three rates."""
    speeds = [
        {"column": column, "label": speed.label, "m_per_min": speed.m_per_min}
        for column, speed in zip(SPEED_COLUMNS, COMPARISON_SPEEDS, strict=True)
    ]
    derived = {"walk_limit_m": standard.walk_limit_m, "walk_search_m": standard.walk_search_m}
    return {**vars(standard), **derived, "text": str(standard), "speeds": speeds}


def _cells(values: pd.Series, column: Column) -> pd.Series:
    """A column as CSV holds it; a rate short of all or above nothing never becomes either."""
    decimals = KINDS[column.kind].decimals
    if decimals is None:
        return values
    numbers = values.astype("float64")
    if decimals == 0:
        return numbers.round().astype("Int64")
    if column.kind == "rate":
        per_cent = (numbers * 100).round(decimals)
        per_cent = per_cent.mask((values < 1) & (per_cent >= 100), 99.9999)
        return per_cent.mask((values > 0) & (per_cent <= 0), 0.0001)
    return numbers.round(decimals)


def _by_county(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Records of each county, in the order given."""
    parts = table.groupby("county", sort=False)
    return {
        str(adcode): [_plain(row) for row in part.drop(columns="county").to_dict("records")]
        for adcode, part in parts
    }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Values that JSON knows; numbers to a millionth, unknown ones null."""

    def plain(value: Any) -> Any:
        if isinstance(value, bool | np.bool_):
            return bool(value)
        if isinstance(value, str) or value is None:
            return value
        number = float(value)
        if not math.isfinite(number):
            return None
        rounded = round(number, 6)
        # A rate short of all or above nothing never becomes either.
        if 0 < number < 1 and rounded in (0, 1):
            return number
        return int(rounded) if rounded.is_integer() else rounded

    return {str(key): plain(value) for key, value in row.items()}
