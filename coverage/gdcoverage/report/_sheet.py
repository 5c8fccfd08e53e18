"""Sheets of one look in one workbook: headings, number formats, widths, print set-up, charts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isnan
from typing import Any

import pandas as pd
import xlsxwriter

from gdcoverage.numbers import KINDS, Column, shown_in
from gdcoverage.report._columns import UNKNOWN, heading, percent, plain, shown
from gdcoverage.report._report import TOTAL
from gdcoverage.tables.spreadsheet import cell_width

# A rate that would round to all or to nobody shows as text; the cell still holds the number.
_EDGE_RATES = {">99.9%": '">99.9%"', "<0.1%": '"<0.1%"'}
FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
RED = {"font_color": "#C00000"}
LINE = {"border": 1, "border_color": "#BFBFBF"}
A4 = 9
_WIDEST = 44
_WIDTH_SAMPLE = 300
# Excel's own bounds.
_MAX_ROWS = 1_048_576
MAX_TEXT = 32_767


class SheetWriter:
    """Writes frames as sheets of one look, and remembers where their columns stand."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._formats: dict[tuple[str, bool], Any] = {}
        self._places: dict[tuple[str, str], tuple[int, int]] = {}
        title = {"bold": True, "font_size": 14, "font_color": "#1F3864"}
        self._title = book.add_format(FONT | title)
        self._alarm = book.add_format(FONT | RED | {"bold": True, "font_size": 14})
        self._warning = book.add_format(FONT | RED)
        self._line = book.add_format(FONT | {"font_color": "#404040"})
        self._note = book.add_format(FONT | {"font_color": "#404040", "text_wrap": True})
        head = {"bold": True, "text_wrap": True, "align": "center"}
        self._head = book.add_format(FONT | LINE | head | {"bg_color": "#DEEAF6"})
        self._group = book.add_format(FONT | LINE | head | {"bg_color": "#BDD7EE"})

    def sheet(
        self,
        name: str,
        table: pd.DataFrame,
        columns: dict[str, Column],
        above: tuple[str, ...] = (),
        *,
        warned: tuple[str, ...] = (),
        totals: int = 0,
        grouped: bool = False,
        filtered: bool = True,
    ) -> Any:
        """A sheet: lines above, a heading that repeats in print, one row per record.

        Parameters
        ----------
        columns : what to show; those that the table lacks are left out.
        above : first line is the sheet's title.
        warned : lines above even those, in red, with a heading.
        totals : how many last rows are totals; they stay where they are when one sorts.
        grouped : a line of `Column.group` over the headings.
        """
        sheet = self._book.add_worksheet(name)
        columns = {k: column for k, column in shown_in("workbook", columns).items() if k in table}
        table = table[list(columns)]
        room = _MAX_ROWS - len(warned) - len(above) - 3
        if len(table) > room:
            above = (*above, f"本表列前 {room:,} 行，其余 {len(table) - room:,} 行放不下。")
            table = table.head(room)
        for i, line in enumerate(warned):
            text = plain(line)[:MAX_TEXT]
            sheet.write_string(i, 0, text, self._warning if i else self._alarm)
        for i, line in enumerate(above, len(warned)):
            look = self._title if i == len(warned) else self._line
            sheet.write_string(i, 0, plain(line)[:MAX_TEXT], look)
        sheet.set_row(len(warned), 26)
        top = len(warned) + len(above)
        if grouped:
            self._write_groups(sheet, top, columns)
            top += 1
        for j, (key, column) in enumerate(columns.items()):
            sheet.write_string(top, j, _heading(column), self._head)
            sheet.set_column(j, j, _width(table[key], column))
            self._places[name, key] = top + 1, j
        sheet.set_row(top, 64 if grouped else 52)
        self._write_rows(sheet, top + 1, table, columns)
        sheet.freeze_panes(top + 1, min(2, len(columns)))
        if filtered and len(table) > totals:
            sheet.autofilter(top, 0, top + len(table) - totals, len(columns) - 1)
        _set_print(sheet, name, top - grouped, top)
        return sheet

    def note(self, sheet: Any, row: int, line: str, columns: int) -> None:
        """Text below a table, as wide as so many of its columns and as high as it needs."""
        text = plain(line)[:MAX_TEXT]
        sheet.merge_range(row, 0, row, columns - 1, text, self._note)
        # No column is narrower than 8 letters.
        sheet.set_row(row, 16 * (1 + cell_width(text) // (8 * columns)))

    def end_page(self, sheet: Any, row: int) -> None:
        """Make a sheet reach down to a row, so that a chart above it is printed whole."""
        sheet.write_blank(row, 0, None, self._note)

    def bars(self, title: str, series: list[tuple[str, str, str, str, str]], rows: int) -> Any:
        """A bar chart of the first rows, first row on top.

        Parameters
        ----------
        series : sheet, column of names, column of values, legend, colour.
        rows : how many rows of the sheet to draw.
        """
        chart = self._book.add_chart({"type": "bar"})
        for sheet, names, values, legend, colour in series:
            first, at = self._places[sheet, values]
            categories = [sheet, first, self._places[sheet, names][1]]
            chart.add_series(
                {
                    "name": legend,
                    "categories": [*categories, first + rows - 1, categories[2]],
                    "values": [sheet, first, at, first + rows - 1, at],
                    "fill": {"color": colour},
                    "gap": 60,
                    "data_labels": {"value": True, "font": {"size": 9}},
                }
            )
        chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_legend({"none": True})
        return chart

    def curves(self, title: str, series: list[tuple[str, str, str, str, str]], rows: int) -> Any:
        """Lines over numbers that ascend; series and rows as for `bars`."""
        chart = self._book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
        for sheet, along, values, legend, colour in series:
            first, at = self._places[sheet, values]
            across = self._places[sheet, along][1]
            chart.add_series(
                {
                    "name": legend,
                    "categories": [sheet, first, across, first + rows - 1, across],
                    "values": [sheet, first, at, first + rows - 1, at],
                    "line": {"color": colour, "width": 1.75},
                    "marker": {"type": "circle", "size": 5, "fill": {"color": colour}},
                }
            )
        chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"})
        return chart

    def _write_groups(self, sheet: Any, row: int, columns: dict[str, Column]) -> None:
        at = 0
        for group, members in groupby(columns.values(), lambda column: column.group):
            size = len(list(members))
            if group and size > 1:
                sheet.merge_range(row, at, row, at + size - 1, group, self._group)
            else:
                for j in range(at, at + size):
                    sheet.write_string(row, j, group, self._group)
            at += size

    def _write_rows(
        self, sheet: Any, first: int, table: pd.DataFrame, columns: dict[str, Column]
    ) -> None:
        values = {name: table[name].astype(object).tolist() for name in columns}
        labels = [values[name] for name, column in columns.items() if column.kind == "text"]
        bold = [TOTAL in row for row in zip(*labels, strict=True)] or [False] * len(table)
        cells = [_cells(values[name], column.kind) for name, column in columns.items()]
        rows = zip(bold, zip(*cells, strict=True), strict=True)
        for i, (is_bold, row) in enumerate(rows, first):
            for j, (value, look) in enumerate(row):
                write = sheet.write_string if isinstance(value, str) else sheet.write_number
                write(i, j, value, self._format(look, is_bold))

    def _format(self, look: str, bold: bool) -> Any:
        """The format of a kind of value, an edge rate, or (empty) of an unknown number."""
        if (look, bold) not in self._formats:
            code = _EDGE_RATES.get(look) or (KINDS[look].cell if look else "General")
            side = {"align": "left", "text_wrap": True} if look == "text" else {"align": "right"}
            fill = {"bold": True, "bg_color": "#F2F2F2"} if bold else {}
            options = FONT | LINE | side | fill | {"num_format": code}
            self._formats[look, bold] = self._book.add_format(options)
        return self._formats[look, bold]


def _cells(values: Iterable[Any], kind: str) -> Iterator[tuple[str | float, str]]:
    """What stands in the cells of a column, and the look of each: see `SheetWriter._format`."""
    texts: dict[str, tuple[str | float, str]] = {}
    for value in values:
        if not isinstance(value, str):
            yield _cell(value, kind)
            continue
        # Texts repeat.
        if value not in texts:
            texts[value] = _cell(value, kind)
        yield texts[value]


def _cell(value: Any, kind: str) -> tuple[str | float, str]:
    if kind == "yes":
        return "是" if value else "否", "text"
    if kind == "text" or isinstance(value, str):
        return plain(value)[:MAX_TEXT], "text"
    if isnan(value) if isinstance(value, float) else pd.isna(value):
        return UNKNOWN if kind != "row" else "", ""
    edge = percent(float(value)) if kind == "rate" else ""
    return float(value), edge if edge in _EDGE_RATES else kind


def _heading(column: Column) -> str:
    """The heading with its bracket on a line of its own: no bracket is left alone."""
    return heading(column, rate_unit=False).replace("（", "\n（").replace(" ", "\n")


def _width(values: pd.Series, column: Column) -> float:
    """Width of a column in Latin letters: its values, and a heading of up to four lines."""
    title = [cell_width(line) for line in _heading(column).split("\n")]
    widest = max((cell_width(_as_shown(v, column)) for v in values.head(_WIDTH_SAMPLE)), default=0)
    if column.kind in ("text", "yes"):
        return float(min(max(widest + 2, max(title) + 3, 8), _WIDEST))
    return float(min(max(widest + 2, title[0] / 3 + 3, *title[1:], 9), _WIDEST / 2))


def _as_shown(value: Any, column: Column) -> str:
    return value if isinstance(value, str) else shown(value, column.kind)


def _set_print(sheet: Any, name: str, first: int, last: int) -> None:
    """A4 landscape, one page wide, headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first, last)
    sheet.set_footer(f"&L{name}&R第 &P 页，共 &N 页")
