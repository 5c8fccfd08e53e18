"""Workbooks and text tables written from rows, with the marks that clerks make."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

# A cell merged with the one above it, or with the one to its left.
ABOVE, LEFT = object(), object()
EVERY_CELL = range(40)
RED, GREY = "#FF0000", "#DDDDDD"


class Formula(NamedTuple):
    """A formula, and what it showed when the file was saved."""

    text: str
    result: object


@dataclass(frozen=True)
class Row:
    """A row of a sheet.

    Parameters
    ----------
    of : keys of the entries (outlets, villages) that the row is about.
    says : heading -> field, of those entries' columns.
    struck : columns from 0 whose text is struck through.
    """

    cells: tuple[Any, ...] = ()
    of: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False
    struck: Collection[int] = ()
    fill: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet; columns from 0. A filter is set over all rows, as behind hidden ones."""

    name: str
    rows: list[Row]
    hidden: bool = False
    hidden_columns: Collection[int] = ()
    filtered: bool = False


def lines(*texts: object) -> list[Row]:
    """Rows with one filled cell each, or with none."""
    return [Row((text,) if text else ()) for text in texts]


def write(sheets: list[Sheet], path: Path, encoding: str = "") -> Path:
    """An XLSX; or, in an encoding, the one sheet as text with commas (tabs if it ends so)."""
    if encoding:
        (sheet,) = sheets
        path.write_bytes(_as_text(sheet, "\t" if path.suffix == ".txt" else ",").encode(encoding))
        return path
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for sheet in sheets:
            _write_sheet(book, sheet)
        next(w for w, s in zip(book.worksheets(), sheets, strict=True) if not s.hidden).activate()
    return path


def _as_text(sheet: Sheet, delimiter: str) -> str:
    out = io.StringIO(newline="")
    rows = ([_shown(cell) for cell in row.cells] for row in sheet.rows)
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def _shown(cell: object) -> object:
    if isinstance(cell, Formula):
        return cell.result
    return "" if cell is ABOVE or cell is LEFT else cell


def _write_sheet(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    if sheet.hidden:
        page.hide()
    for column in sheet.hidden_columns:
        page.set_column(column, column, None, None, {"hidden": True})
    for i, row in enumerate(sheet.rows):
        if row.hidden:
            page.set_row(i, None, None, {"hidden": True})
        if row.comment:
            page.write_comment(i, 0, row.comment)
        for j, cell in enumerate(row.cells):
            _write_cell(page, i, j, cell, _style(book, row, j, cell))
    if sheet.filtered:
        page.autofilter(0, 0, len(sheet.rows) - 1, max(len(r.cells) for r in sheet.rows) - 1)
    for i, j, down, right in _merged(sheet.rows):
        page.merge_range(i, j, down, right, sheet.rows[i].cells[j], book.add_format())


def _style(book: Any, row: Row, column: int, cell: object) -> Any:
    look: dict[str, object] = {"font_strikeout": True} if column in row.struck else {}
    if row.fill:
        look |= {"bg_color": row.fill}
    if isinstance(cell, datetime.date):
        look |= {"num_format": "yyyy-mm-dd"}
    return book.add_format(look)


def _write_cell(page: Any, i: int, j: int, cell: object, style: Any) -> None:
    if isinstance(cell, Formula):
        page.write_formula(i, j, cell.text, style, cell.result)
    elif isinstance(cell, datetime.date):
        page.write_datetime(i, j, cell, style)
    elif cell is None or cell == "" or cell is ABOVE or cell is LEFT:
        page.write_blank(i, j, None, style)
    else:
        page.write(i, j, cell, style)


def _merged(rows: list[Row]) -> list[tuple[int, int, int, int]]:
    """Corners of each merged block: it begins at a cell of its own and goes right, then down."""

    def at(i: int, j: int) -> object:
        return rows[i].cells[j] if i < len(rows) and j < len(rows[i].cells) else None

    blocks = []
    for i, row in enumerate(rows):
        for j, cell in enumerate(row.cells):
            right, down = j, i
            while at(i, right + 1) is LEFT:
                right += 1
            while at(down + 1, j) is ABOVE:
                down += 1
            if cell is not ABOVE and cell is not LEFT and (right, down) != (j, i):
                blocks.append((i, j, down, right))
    return blocks
