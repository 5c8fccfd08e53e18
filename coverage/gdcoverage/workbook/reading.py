"""Sheets of a workbook as plain data: text of cells, and what a person sees of them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from gdcoverage.problems import InputError, unusable
from gdcoverage.workbook._looks import ACROSS, Look, looks_of

LARGEST_UNPACKED_BYTES = 2 * 1024**3
# Rows times columns of all sheets; calamine holds them all, filled or not.
LARGEST_CELLS = 20_000_000
# Characters; a few kilobytes can repeat a long word a million times.
LARGEST_TEXT = 100_000_000


def plain_text(cell: object) -> str:
    """A cell as a person reads it: whole numbers without “.0”, one line, no outer spaces."""
    if isinstance(cell, str):
        return " ".join(cell.split()) if cell else cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(float(cell))
    return "" if cell is None else str(cell)


def lines_of(path: str) -> Iterator[dict[str, Any]]:
    """What there is to say of a workbook, as what JSON can hold: a sheet, or why there is none.

    A sheet, which is not empty: ``name``; ``hidden``; ``cells``, text by row from A1; and for an
    XLSX ``hidden_rows``, ``hidden_columns``, ``struck``, ``fill`` (colour -> cells) and
    ``comments`` (cell -> note), where cells are counted row by row from 0. Other formats do not
    tell how they look. The last line may be a ``problem``, or an ``error`` in calamine's words.
    """
    try:
        yield from _sheets(path)
    except InputError as error:
        yield {"problem": asdict(error.problem)}
    except MemoryError:
        raise
    except Exception as error:  # calamine raises a different class for each sort of damage
        yield {"error": str(error)}


def _sheets(path: str) -> Iterator[dict[str, Any]]:
    looks = _looks(path)
    letters = 0
    book = CalamineWorkbook.from_path(path)
    for about in book.sheets_metadata:
        sheet = book.get_sheet_by_name(about.name)
        values = sheet.to_python(skip_empty_area=False)
        if not values:
            continue
        cells = [[plain_text(cell) for cell in row] for row in values]
        del values
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
            # A cell merged downwards stands for each of its rows; a title across does not.
            if left == right and left < len(cells[0]) and top < len(cells):
                for row in cells[top + 1 : bottom + 1]:
                    row[left] = cells[top][left]
        letters += sum(len(cell) for row in cells for cell in row)
        if letters > LARGEST_TEXT:
            raise unusable("file_too_large", "工作簿的文字超过 1 亿字", "请检查是否选错了文件")
        plain = {
            "name": about.name,
            "hidden": about.visible != SheetVisibleEnum.Visible,
            "cells": cells,
        }
        look = looks.get(about.name)
        yield plain if look is None else plain | _within(look, len(cells), len(cells[0]))


def _looks(path: str) -> dict[str, Look]:
    """How the sheets of an XLSX look; empty where the file is none.

    calamine reserves the whole rectangle of a sheet before it can be asked how large that is.
    """
    try:
        with zipfile.ZipFile(path) as book:
            unpacked = sum(part.file_size for part in book.infolist())
            looks = looks_of(book) if unpacked <= LARGEST_UNPACKED_BYTES else {}
    except Exception:  # zipfile and expat raise many classes: calamine says what is wrong
        return {}
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise unusable("file_too_large", "工作簿解压后超过 2 GB", "请检查是否选错了文件")
    if sum(look.height * look.width for look in looks.values()) > LARGEST_CELLS:
        name, look = max(looks.items(), key=lambda item: item[1].height * item[1].width)
        raise unusable(
            "sheet_too_large",
            f"工作表的内容一直延伸到第 {look.height} 行、第 {look.width} 列",
            "请删除表格下方和右侧的多余内容后重新保存",
            sheet=name,
        )
    return looks


def _within(look: Look, height: int, width: int) -> dict[str, Any]:
    """What of a look concerns the cells that were read."""

    def counted(places: Iterable[int]) -> list[int]:
        apart = (divmod(place, ACROSS) for place in places)
        return [r * width + c for r, c in apart if r < height and 0 <= c < width]

    return {
        "hidden_rows": [row for row in look.hidden_rows if row < height],
        "hidden_columns": [
            column
            for column in range(width)
            if any(first <= column <= last for first, last in look.hidden_columns)
        ],
        "struck": counted(look.struck),
        "fill": {colour: at for colour, places in look.fill.items() if (at := counted(places))},
        "comments": {at: note for p, note in look.comments.items() for at in counted([p])},
    }
