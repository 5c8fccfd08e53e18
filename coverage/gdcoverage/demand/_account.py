"""What was understood of a file of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd

from gdcoverage.demand import _headings as words
from gdcoverage.demand._twice import years_of
from gdcoverage.tables import Table
from gdcoverage.tables.account import Account, TableRead
from gdcoverage.tables.dates import date_of_tables


def account_of(
    tables: Sequence[Table],
    passed: Sequence[Table],
    counts: Mapping[str, int],
    demand: gpd.GeoDataFrame,
) -> Account:
    """The account of tables that were read, and of others that were passed over.

    Parameters
    ----------
    tables : none of a raster.
    counts : what rows that do not count are, in Chinese -> how many.
    demand : rows that count.
    """
    counts = {"计入": len(demand), **counts}
    people = float(demand["population"].sum())
    if not tables:
        return Account(counts=_told(counts), people=people)
    read = [
        *(_table_read(table, True, "有人口") for table in tables),
        *(_table_read(table, False, "不是人口表") for table in passed),
        *(
            TableRead(u.sheet, 0, 0, False, "没有人口表头", u.rows)
            for t in tables
            for u in t.unread
        ),
    ]
    latest = sorted(tables, key=lambda table: -int(years_of(table).max(initial=0)))
    before = [("表头", table.headings.get("population", "")) for table in latest]
    before += [("年度列", max(table.text("year"), default="")) for table in latest]
    date, where = date_of_tables(latest, before)
    return Account(
        tuple(sorted(read, key=lambda t: (t.sheet, t.first_row))),
        _told(counts),
        people=people,
        data_date=date,
        date_from=where,
    )


def _told(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((what, count) for what, count in counts.items() if count)


def _table_read(table: Table, used: bool, why: str) -> TableRead:
    columns = tuple((heading, words.MEANINGS[field]) for field, heading in table.headings.items())
    return TableRead(table.sheet, *table.span, used, why, len(table), columns, table.unused)
