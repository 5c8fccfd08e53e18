"""Rows that a sheet takes whole are those that XlsxWriter writes cell by cell."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcoverage.report._cells import Sheet
from gdcoverage.tables.spreadsheet import WORKBOOK_OPTIONS

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["=1+1", " a ", "<r>"])
numbers = st.floats(allow_nan=False, allow_infinity=False)
rows = st.lists(st.lists(texts | numbers, min_size=1, max_size=5), max_size=20)
FORMATS: list[dict[str, Any]] = [{"bold": True}, {"num_format": "0.0%"}]


def sheets(path: Path, cells: list[list[str | float]], whole: bool) -> dict[str, bytes]:
    """What a workbook holds but for the time it was made at."""
    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        looks = [book.add_format(look) for look in FORMATS]
        sheet = book.add_worksheet("表", Sheet if whole else None)
        sheet.write_string(0, 7, "前")
        for i, row in enumerate(cells, 1):
            dressed = [(value, looks[isinstance(value, str)]) for value in row]
            if whole:
                sheet.write_cells(i, dressed)
                continue
            for j, (value, look) in enumerate(dressed):
                write = sheet.write_string if isinstance(value, str) else sheet.write_number
                write(i, j, value, look)
    with zipfile.ZipFile(path) as parts:
        return {n: parts.read(n) for n in parts.namelist() if n != "docProps/core.xml"}


@settings(max_examples=30)
@given(rows)
def test_same_to_the_last_byte(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str | float]]
) -> None:
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    assert sheets(path, cells, whole=True) == sheets(path, cells, whole=False)


def test_text_longer_than_a_cell_is_cut_alike(tmp_path: Path) -> None:
    cells: list[list[str | float]] = [["𬒔" * 20_000, "长" * 32_767]]
    path = tmp_path / "a.xlsx"
    assert sheets(path, cells, whole=True) == sheets(path, cells, whole=False)


def test_number_without_end_is_refused(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), WORKBOOK_OPTIONS)
    with pytest.raises(TypeError, match="INF"):
        book.add_worksheet("表", Sheet).write_cells(0, [(float("inf"), None)])
