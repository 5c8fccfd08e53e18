"""Cells of workbooks and text tables as a person reads them, whatever wrote the file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np

from gdcoverage.problems import InputError, unusable
from gdcoverage.tables._blocks import HEADER_ROWS
from gdcoverage.tables._sheet import Cells, Sheet
from gdcoverage.tables._workbook import workbook_sheets
from gdcoverage.workbook.reading import LARGEST_CELLS, plain_text

# A bigger table is not a table of outlets or people, and would not fit an office PC's memory.
LARGEST_BYTES = 512 * 1024**2

_DELIMITERS = ",;\t，"
_FORMULA_STARTS = ("'=", "'+", "'-", "'@")
_ASCII = bytes(range(128))
# So many bytes of Chinese that read as UTF-8 are UTF-8: GB18030 passes for it a few at most.
_SURELY_UTF8 = 30
_SNIFFED = 1 << 16
_END = "\ue000"


def read_cells(path: Path, known: Callable[[Sequence[str]], int]) -> dict[str, Sheet]:
    """Sheet name -> sheet, of each sheet that is not empty; a text table is sheet "".

    Parameters
    ----------
    path : an existing file; what it is, its content says, not its suffix.
    known : how many headings of a row are understood; tells the delimiter of a text table.

    Raises
    ------
    InputError : too large, damaged, of unknown encoding, or no table.
    """
    if path.stat().st_size == 0:
        raise unusable("file_empty", "文件是空的", "请检查文件是否导出完整", file=path.name)
    if path.stat().st_size > LARGEST_BYTES:
        raise unusable(
            "file_too_large",
            f"文件超过 {LARGEST_BYTES // 1024**2} MB，不像是一张表",
            "请检查是否选错了文件",
            file=path.name,
        )
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return workbook_sheets(path)
    return {"": Sheet(_csv_cells(path, known))}


def _csv_cells(path: Path, known: Callable[[Sequence[str]], int]) -> Cells:
    text = _decoded(path, path.read_bytes())
    if text.lstrip().startswith("<"):
        raise unusable(
            "not_a_table",
            "文件是网页（HTML 或 XML），不是表格",
            "请用 Excel 或 WPS 打开后另存为 .xlsx",
            file=path.name,
        )
    delimiter = _delimiter(text[:_SNIFFED], known)
    # Twice: some stand inside cells. Only a file of little else than delimiters has more.
    if text.count(delimiter) > 2 * LARGEST_CELLS:
        raise _sprawling(path, f"分隔符“{delimiter}”超过 {2 * LARGEST_CELLS:,} 个")
    # The mark at the end is a row of its own unless a quotation mark before it was never closed.
    lines = chain((line[0] for line in _LINE.finditer(text)), [_END])
    rows = csv.reader(lines, delimiter=delimiter)
    table: list[list[str]] = []
    widest = 1
    try:
        for row in rows:
            table.append([_unescaped(cell) for cell in row])
            widest = max(widest, len(row))
            if len(table) * widest > LARGEST_CELLS:
                raise _sprawling(path, f"表格超过 {len(table):,} 行、{widest:,} 列")
    except csv.Error as error:
        raise unusable(
            "csv_unreadable",
            f"CSV 在第 {rows.line_num} 行处无法读取（{error}）",
            "请检查引号是否成对",
            file=path.name,
        ) from error
    if table.pop() != [_END]:
        raise unusable(
            "quote_unclosed",
            f"第 {len(table) + 1} 行有引号没有成对，其后各行无法分辨",
            "请在该行补上或删去引号",
            file=path.name,
        )
    return _rectangle(table)


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def _sprawling(path: Path, what: str) -> InputError:
    return unusable(
        "sheet_too_large",
        f"{what}，不像是一张网点或人口表",
        "请删除多余的行和列后重新保存",
        file=path.name,
    )


# What most cells are, a number or a word: there is nothing to take away.
_PLAIN = re.compile(r"[\w.:-]*")


def _unescaped(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    if _PLAIN.fullmatch(cell):
        return cell
    return plain_text(cell[1:] if cell.startswith(_FORMULA_STARTS) else cell)


def _delimiter(start: str, known: Callable[[Sequence[str]], int]) -> str:
    """The delimiter under which the best row has most known headings; else the commonest.

    Counting alone is misled by lists inside cells (窗口办，网办，自助办).
    """

    def understood(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        try:
            return max((known(row) for row in islice(rows, HEADER_ROWS)), default=0)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=lambda delimiter: (understood(delimiter), start.count(delimiter)))


def _decoded(path: Path, raw: bytes) -> str:
    """Text in UTF-8 (with or without BOM), UTF-16 with BOM, or else GB18030, strictly."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise _undecodable(path, error, "UTF-16") from error
    if b"\x00" in raw:
        raise unusable(
            "not_a_table",
            "文件不是文本表格（含二进制内容）",
            "请导出为 .xlsx 或 CSV（UTF-8 或 GB18030）后再试",
            file=path.name,
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        as_utf8 = error
    sound = raw[: as_utf8.start].translate(None, _ASCII)
    if raw.startswith(codecs.BOM_UTF8) or len(sound) > _SURELY_UTF8:
        # GB18030 would accept nearly any bytes and turn every name into other characters.
        raise _undecodable(path, as_utf8, "UTF-8") from as_utf8
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        # The encoding that got farther is the one that was meant.
        farther = max(as_utf8, error, key=lambda e: e.start)
        raise _undecodable(path, farther, "UTF-8，也不是 GB18030") from error


def _undecodable(path: Path, error: UnicodeDecodeError, tried: str) -> InputError:
    line = error.object[: error.start].decode(error.encoding, "replace").count("\n") + 1
    return unusable(
        "encoding_unknown",
        f"第 {line} 行的编码不是 {tried}",
        "请用 Excel 或 WPS 另存为“CSV UTF-8”后再试",
        file=path.name,
    )


def _rectangle(rows: list[list[str]]) -> Cells:
    cells = np.full((len(rows), max(map(len, rows), default=0)), "", object)
    for i, row in enumerate(rows):
        cells[i, : len(row)] = row
    return cells
