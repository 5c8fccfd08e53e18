"""Tables written for Excel and WPS: text stays text, columns fit their Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

# For every workbook: what looks like a formula or a link is somebody's text.
WORKBOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}

_WIDEST = 48
# A spreadsheet would run a CSV cell that begins so; a plain number or telephone is no formula.
_FORMULA = r"^(?:[=@\t\r]|[+-](?![\d\s.()-]*$))"


def safe_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before text that a spreadsheet would run as a formula."""
    out = table.copy()
    for column in out.select_dtypes(include=["str", "object"]):
        text = out[column].astype(str)
        out[column] = text.where(~text.str.contains(_FORMULA), "'" + text)
    return out


def write_sheet(table: pd.DataFrame, path: Path, name: str) -> None:
    """One frame as a workbook: see `add_sheet`."""
    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        add_sheet(book, table, name)


def add_sheet(book: xlsxwriter.Workbook, table: pd.DataFrame, name: str) -> Any:
    """One frame as a sheet: bold header, frozen, with filters; formulas and links stay text."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1})
    sheet.write_row(0, 0, list(table.columns), bold)
    for i, row in enumerate(table.astype(object).where(table.notna(), None).to_numpy(), 1):
        sheet.write_row(i, 0, list(row))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)
    for i, column in enumerate(table.columns):
        widest = max((cell_width(cell) for cell in table[column].head(200)), default=0)
        sheet.set_column(i, i, min(max(widest, cell_width(column)) + 3, _WIDEST))
    return sheet


def cell_width(cell: object) -> int:
    """Width of a cell's text in Latin letters; a Chinese character takes two."""
    text = str(cell)
    return len(text) if text.isascii() else sum(2 if ord(c) > 0x2E7F else 1 for c in text)
