"""How a number is shown: one form for text, workbook, CSV and maps alike."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from gdcoverage.numbers import KINDS, Column
from gdcoverage.policy import Standard

SNAP_STATUS = {
    "ok": "正常",
    "island": "路网孤岛",
    "barred": "接驳受阻",
    "off_network": "未接入路网",
}
UNKNOWN = "—"

# Control and bidirectional characters would move a terminal's cursor or reverse a line.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def heading(column: Column, *, rate_unit: bool) -> str:
    """Label with its unit in brackets; rates carry “%” only where the cells do not."""
    unit = column.unit
    if not unit or (column.kind == "rate" and not rate_unit):
        return column.label
    if column.label.endswith("）"):
        return f"{column.label[:-1]}，{unit}）"
    return f"{column.label}（{unit}）"


def percent(rate: float) -> str:
    """A rate with one decimal, never rounded to all or to nobody: “77.1%”, “>99.9%”, “<0.1%”."""
    if math.isnan(rate):
        return UNKNOWN
    text = f"{rate:.1%}"
    if text == "100.0%" and rate < 1:
        return ">99.9%"
    return "<0.1%" if text == "0.0%" and rate > 0 else text


def people(number: float) -> str:
    """People as a whole number with separators; a fraction of one person is “<1”, not nobody."""
    if math.isnan(number):
        return UNKNOWN
    return "<1" if 0 < number < 0.5 else f"{number:,.0f}"


def distance_text(metres: float, standard: Standard, settlement: str = "urban") -> str:
    """Metres to an outlet by the class's own measure, or what is known where none was found."""
    if not math.isnan(metres):
        return f"{metres:,.0f}"
    if settlement == "urban":
        return f"步行超过{standard.walk_search_m / 1000:.1f}公里或无路可达"
    return "无在营网点"


def plain(value: Any) -> str:
    """Somebody's text on one line, without control characters; empty where missing."""
    return "" if pd.isna(value) else _UNPRINTABLE.sub(" ", str(value)).strip()


def shown(value: object, kind: str) -> str:
    """A value as text for people; “—” for what is not known."""
    if kind == "text":
        return plain(value)
    if kind == "yes":
        return "是" if value else "否"
    number = math.nan if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]
    if kind == "rate":
        return percent(number)
    if kind == "people":
        return people(number)
    if math.isnan(number):
        return UNKNOWN
    return f"{number:{KINDS[kind].text}}"


def measured(value: object, kind: str) -> str:
    """A value as text with its unit: “1,234 人”; “—” alone for what is not known."""
    text = shown(value, kind)
    unit = "" if kind == "rate" or text == UNKNOWN else KINDS[kind].unit
    return f"{text} {unit}".rstrip()
