"""Dates as people write them in tables: a day, a month or a year."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gdcoverage.tables._read import Table

_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)"
    r"(?:[年./\-](?P<m>0?[1-9]|1[0-2])(?:[月./\-](?P<d>0?[1-9]|[12]\d|3[01])(?!\d))?(?!\d)"
    r"|(?P<m2>0[1-9]|1[0-2])(?P<d2>0[1-9]|[12]\d|3[01])(?!\d)|年|(?!\d))"
)
_ALONE = re.compile(r"[日月年号\s]*(?:00:00:00)?[\s起止前底末初]*")
# What says of a line that its date is that of the data.
_AS_OF = re.compile(r"截[至止]|数据日期|统计(?:日期|时间)|更新(?:日期|时间)|填报(?:日期|时间)")


class Period(NamedTuple):
    """A day, month or year: its first and last day, and how it is written, ISO 8601."""

    first: dt.date
    last: dt.date
    iso: str


def period_of(text: str) -> Period | None:
    """The one date that a text is; None if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _DATE.match(plain)
    return _period(match) if match and _ALONE.fullmatch(plain[match.end() :]) else None


def last_period(text: str) -> Period | None:
    """The last of the dates in a text, as that of a term; None if there is none."""
    found = [_period(match) for match in _DATE.finditer(unicodedata.normalize("NFKC", text))]
    known = [period for period in found if period is not None]
    return known[-1] if known else None


def date_of_data(lines: list[tuple[str, str]]) -> tuple[str, str]:
    """The date that a file tells of its data, and where; both "" if it tells none.

    Parameters
    ----------
    lines : where each stands, and the line; the first that tells is taken, of these the first
        that says 截至 or the like.
    """
    dated = [(where, line, period) for where, line in lines if (period := last_period(line))]
    surest = [found for found in dated if _AS_OF.search(found[1])]
    for where, _, period in (*surest, *dated):
        return period.iso, where
    return "", ""


def date_of_tables(
    tables: Sequence[Table], before: Iterable[tuple[str, str]] = ()
) -> tuple[str, str]:
    """The date that the tables of a file tell of their data, and where; both "" if they tell none.

    Parameters
    ----------
    before : other lines that may tell it, and where each stands; asked first.
    """
    lines = [
        *before,
        *(("表内说明", note) for table in tables for note in table.notes),
        *(("表题", table.title) for table in tables if table.title),
        ("文件名", tables[0].file),
        *(("工作表名", table.sheet) for table in tables),
    ]
    return date_of_data(lines)


def _period(match: re.Match[str]) -> Period | None:
    year = int(match["y"])
    month, day = match["m"] or match["m2"], match["d"] or match["d2"]
    try:
        first = dt.date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    last = first
    if not day:
        last_month = int(month or 12)
        last = dt.date(year, last_month, calendar.monthrange(year, last_month)[1])
    iso = first.isoformat()
    return Period(first, last, iso if day else iso[:7] if month else iso[:4])
