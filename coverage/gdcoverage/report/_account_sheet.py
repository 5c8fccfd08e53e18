"""「读表说明」 as the first sheet of a workbook."""

from __future__ import annotations

from typing import Any

import xlsxwriter

from gdcoverage.report._account import Section, account_sections
from gdcoverage.report._columns import plain
from gdcoverage.report._doubt import READ_ACCOUNT, doubt_line
from gdcoverage.report._remarks import dates
from gdcoverage.report._report import Report
from gdcoverage.report._sheet import A4, FONT, LINE, MAX_TEXT, RED
from gdcoverage.tables.spreadsheet import cell_width

# Widths of the columns, in Latin letters: the widest table's, of doubtful rows.
_WIDTHS = (24, 26, 34, 44, 34)
_LINE_PT = 16


def account_sheet(report: Report, book: xlsxwriter.Workbook) -> None:
    """Add the sheet: what must be read first in red, then a part for each input."""
    page = _Page(book)
    doubt = report.doubt
    for number, line in enumerate(report.box):
        page.line(line, "warning" if number else "alarm")
    page.line(READ_ACCOUNT, "title")
    page.line(plain(report.title))
    page.line(dates(report))
    if doubt is not None and not doubt.matters:
        page.line(doubt_line(doubt))
    for section in account_sections(report.files, report.fits):
        page.section(section)


class _Page:
    """A sheet written downwards."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._sheet: Any = book.add_worksheet(READ_ACCOUNT)
        self._row = 0
        wrapped = {"text_wrap": True, "valign": "top"}
        looks: dict[str, dict[str, Any]] = {
            "line": {},
            "alarm": RED | {"bold": True, "font_size": 14},
            "warning": RED,
            "title": {"bold": True, "font_size": 14, "font_color": "#1F3864"},
            "part": {"bold": True, "font_size": 12, "font_color": "#1F3864", "bottom": 2},
            "grid": {"bold": True},
            "head": LINE | {"bold": True, "bg_color": "#DEEAF6"},
            "cell": LINE | wrapped,
            "fact": wrapped | {"font_color": "#404040"},
        }
        self._looks = {name: book.add_format(FONT | look) for name, look in looks.items()}
        for i, width in enumerate(_WIDTHS):
            self._sheet.set_column(i, i, width)
        self._sheet.set_landscape()
        self._sheet.set_paper(A4)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer(f"&L{READ_ACCOUNT}&R第 &P 页，共 &N 页")

    def section(self, section: Section) -> None:
        """A file's part: its facts, then its tables."""
        self._row += 1
        self.line(section.title, "part")
        for label, text in section.facts:
            self._sheet.write_string(self._row, 0, label, self._looks["fact"])
            self.line(text, "line", column=1)
        for grid in section.grids:
            self.line(grid.title, "grid")
            self._cells(grid.headings, "head")
            for row in grid.rows:
                self._cells(row, "cell")

    def line(self, text: str, look: str = "line", column: int = 0) -> None:
        """A line that runs over the columns to its right."""
        self._sheet.write_string(self._row, column, text[:MAX_TEXT], self._looks[look])
        self._row += 1

    def _cells(self, texts: tuple[str, ...], look: str) -> None:
        """A row of a table, as high as its longest text needs."""
        lines = 1
        for i, text in enumerate(texts):
            self._sheet.write_string(self._row, i, text[:MAX_TEXT], self._looks[look])
            lines = max(lines, 1 + cell_width(text) // (_WIDTHS[i] - 2))
        # A row can be no higher than 409 points.
        self._sheet.set_row(self._row, min(_LINE_PT * lines, 409))
        self._row += 1
