"""Tables of entries (outlets, villages): columns that say something of each, and headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from gdcoverage.geo.datum import Datum
from offices._book import ABOVE, LEFT, Row


class Entry(Protocol):
    """What a row is about."""

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> str:
        """Its name among all of the file."""

    def said(self, field: str, number: int, datum: Datum) -> object:
        """What an ordinary table writes in a column; `number` is the row's."""


# What a column holds: a field of `said`; or a field and how it is written; or the writing alone.
Writing = Callable[[Any], object]
Column = str | Writing | tuple[str, Writing]
Columns = Mapping[str, Column]


def entries(listed: Iterable[Entry], columns: Columns, datum: Datum, **look: Any) -> list[Row]:
    """A row for each entry, without a header; `look` as of `Row`."""
    rows = []
    for number, entry in enumerate(listed, 1):
        cells, says = [], {}
        for heading, column in columns.items():
            field, write = column if isinstance(column, tuple) else (column, column)
            says[heading] = field if isinstance(field, str) else ""
            known = says[heading]
            cells.append(write(entry) if callable(write) else entry.said(known, number, datum))
        rows.append(Row(tuple(cells), (entry.key,), says, **look))
    return rows


def header(columns: Columns) -> list[Row]:
    """The header: as many rows as the deepest heading has parts (服务方式|窗口办), merged."""
    parts = [heading.split("|") for heading in columns]
    depth = max(map(len, parts))
    rows = []
    for level in range(depth):
        cells: list[object] = []
        for i, part in enumerate(parts):
            if level >= len(part):
                cells.append(ABOVE)
            elif level < len(part) - 1 and i and parts[i - 1][: level + 1] == part[: level + 1]:
                cells.append(LEFT)
            else:
                cells.append(part[level])
        rows.append(Row(tuple(cells)))
    return rows


def by_name(texts: Mapping[str, object], rest: object = "") -> Writing:
    """Writing that differs for the entries named by their first two characters."""
    return lambda entry: texts.get(entry.name[:2], rest)
