"""What was understood of a file of outlets."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd

from gdcoverage.outlets import _headings as words
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.tables import Table
from gdcoverage.tables.account import Account, Question, TableRead
from gdcoverage.tables.dates import date_of_tables

_TERMS = MODES | ITEMS | FLAGS


def account_of(
    tables: Sequence[Table],
    passed: Sequence[Table],
    outlets: gpd.GeoDataFrame,
    questions: Sequence[Question],
) -> Account:
    """The account of tables that were read, and of others that were passed over."""
    used = [(table, table not in passed) for table in (*tables, *passed)]
    read = tuple(_table_read(table, is_read) for table, is_read in used)
    unread = [
        TableRead(u.sheet, 0, 0, False, "没有网点表头", u.rows) for t in tables for u in t.unread
    ]
    counted = outlets["status"].value_counts()
    lost = sum(len(table) for table in tables) - len(outlets)
    counts = [(term, int(counted.get(name, 0))) for name, term in OUTLET_STATUS.items()]
    date, where = date_of_tables(tables)
    return Account(
        tuple(sorted((*read, *unread), key=lambda t: (t.sheet, t.first_row))),
        tuple((term, count) for term, count in (*counts, ("未计入的行", lost)) if count),
        data_date=date,
        date_from=where,
        questions=tuple(questions),
    )


def _table_read(table: Table, used: bool) -> TableRead:
    why = "有网点名称与坐标" if used else "没有坐标列，或不是网点表"
    columns = tuple((heading, _meaning(field)) for field, heading in table.headings.items())
    return TableRead(table.sheet, *table.span, used, why, len(table), columns, table.unused)


def _meaning(field: str) -> str:
    if field in words.IGNORED:
        return "序号（不用）"
    return _TERMS.get(field) or words.HEADINGS[field][0]
