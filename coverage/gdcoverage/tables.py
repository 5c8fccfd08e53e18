"""Table files as offices send them: cells, sheets and header rows found, nothing yet judged."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from python_calamine import CalamineWorkbook

from gdcoverage.files import Source
from gdcoverage.problems import InputError, Problem

Cells = NDArray[np.object_]
Headings = Mapping[str, tuple[str, ...]]

# A bigger table is not a table of outlets or people, and would not fit an office PC's memory.
LARGEST_BYTES = 2 * 1024**3
LAYER_SUFFIXES = frozenset({".geojson", ".json", ".gpkg", ".parquet", ".shp", ".zip", ".fgb"})

_HEADER_ROWS = 30
_TOTAL_ROW = re.compile(r"^(合计|总计|小计|共计|总数|备注|注[:：]|说明|填表|填报|制表|审核)")


@dataclass(frozen=True)
class Reading:
    """What a reader found: the good rows, and what was wrong with the others.

    Parameters
    ----------
    frame : the good rows, EPSG:4326.
    problems : what is wrong, in the order of the file.
    source : the file.
    """

    frame: gpd.GeoDataFrame
    problems: tuple[Problem, ...]
    source: Source


@dataclass(frozen=True, eq=False)
class Table:
    """One sheet with its header understood: a text column per known field.

    Parameters
    ----------
    file, sheet : where it stands.
    columns : field name -> text of each row, blanks as "".
    headings : field name -> the heading as the file writes it.
    row : row number of each row as a spreadsheet counts, from 1.
    unused : headings that are no known field.
    geometry : of a layer file, in degrees; None for a plain table.
    """

    file: str
    sheet: str
    columns: dict[str, NDArray[np.object_]]
    headings: dict[str, str]
    row: NDArray[np.int64]
    unused: tuple[str, ...] = ()
    geometry: gpd.GeoSeries | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.row)

    def text(self, name: str) -> NDArray[np.object_]:
        """A column's text, blanks where the file has no such column."""
        return self.columns.get(name, np.full(len(self), "", object))

    def problem(
        self, at: int, name: str, kind: str, what: str, action: str, **more: str
    ) -> Problem:
        """A problem with one cell: row position `at`, field `name`."""
        return Problem(
            kind,
            what,
            action,
            file=self.file,
            sheet=self.sheet,
            row=int(self.row[at]),
            column=self.headings.get(name, ""),
            value=str(self.columns[name][at]) if name in self.columns else "",
            **more,  # type: ignore[arg-type]
        )


def read_tables(
    path: str | Path, headings: Headings, needed: tuple[str, ...], sheet: str | None = None
) -> list[Table]:
    """All tables of a file whose header names the needed fields.

    Parameters
    ----------
    path : XLSX, XLS, CSV (UTF-8, UTF-16 or GB18030), or a layer file (GeoJSON, GeoPackage,
        GeoParquet, Shapefile). What a file is, its content says, not its suffix.
    headings : field name -> the spellings under which tables have it, as `plain_heading` writes.
    needed : the fields without which a sheet is not the table that is meant; for a layer,
        those among them that its geometry does not give.
    sheet : only this sheet.

    Raises
    ------
    InputError : no such file, empty, unreadable, no such sheet, or no sheet with the fields.
    """
    path = Path(path)
    if not path.is_file():
        raise _unusable(path, "file_missing", "找不到文件", "请检查路径与文件名")
    if path.stat().st_size == 0:
        raise _unusable(path, "file_empty", "文件是空的", "请检查文件是否导出完整")
    if path.suffix.lower() in LAYER_SUFFIXES:
        return [_layer_table(path, headings)]
    if path.stat().st_size > LARGEST_BYTES:
        raise _unusable(
            path, "file_too_large", "文件超过 2 GB，不像是一张表", "请检查是否选错了文件"
        )
    sheets = dict(_sheets(path))
    if sheet is not None:
        if sheet not in sheets:
            raise _unusable(
                path, "sheet_missing", f"没有名为“{sheet}”的工作表", f"现有：{'、'.join(sheets)}"
            )
        sheets = {sheet: sheets[sheet]}
    tables = [_table(path.name, name, cells, headings) for name, cells in sheets.items()]
    good = [t for t in tables if t is not None and all(n in t.headings for n in needed)]
    if not good:
        raise _no_header(path, sheets, headings, needed)
    return good


def plain_heading(text: object) -> str:
    """A heading without what varies: width, case, spaces, brackets with units, marks."""
    plain = unicodedata.normalize("NFKC", str(text)).lower()
    plain = re.sub(r"[(\[{【〔].*?[)\]}】〕]", "", plain)
    return re.sub(r"[\s_:：*#·.\-/\\°、,]+", "", plain)


def plain_number(text: object) -> str:
    """A number's text without full-width digits, spaces and thousands separators."""
    return unicodedata.normalize("NFKC", str(text)).replace(",", "").replace(" ", "").strip()


def numbers(text: NDArray[np.object_]) -> NDArray[np.float64]:
    """Numbers of a text column, NaN where a cell holds none."""
    fast = pd.to_numeric(pd.Series(text, dtype=object), errors="coerce").to_numpy(float, copy=True)
    for i in np.flatnonzero(np.isnan(fast) & (text != "")):
        try:
            fast[i] = float(plain_number(text[i]))
        except ValueError:
            continue
    fast[~np.isfinite(fast)] = np.nan
    return fast


def _sheets(path: Path) -> Iterator[tuple[str, Cells]]:
    """Name and cells of each sheet that is not empty."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from _workbook_sheets(path)
    else:
        yield "", _csv_cells(path)


def _workbook_sheets(path: Path) -> Iterator[tuple[str, Cells]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            if not rows:
                continue
            cells = _rectangle([[_text(cell) for cell in row] for row in rows])
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
                # A cell merged downwards stands for each of its rows; a title across does not.
                if left == right:
                    cells[top + 1 : bottom + 1, left] = cells[top, left]
            yield name, cells
    except InputError:
        raise
    except Exception as error:  # calamine raises a different class for each sort of damage
        raise _unusable(
            path,
            "workbook_unreadable",
            f"工作簿无法读取（{error}）",
            "请用 Excel 或 WPS 打开后另存为 .xlsx；加密的文件请先取消密码",
        ) from error


def _csv_cells(path: Path) -> Cells:
    raw = path.read_bytes()
    text = _decoded(path, raw)
    first_lines = "\n".join(text.splitlines()[:20])
    delimiter = max(",;\t，", key=first_lines.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return _rectangle([[_text(cell) for cell in row] for row in rows])
    except csv.Error as error:
        raise _unusable(
            path, "csv_unreadable", f"CSV 无法读取（{error}）", "请检查引号是否成对"
        ) from error


def _decoded(path: Path, raw: bytes) -> str:
    """Text in UTF-8 (with or without BOM), UTF-16 with BOM, or else GB18030, strictly."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="strict")
    if b"\x00" in raw:
        raise _unusable(
            path,
            "not_a_table",
            "文件不是文本表格（含二进制内容）",
            "请导出为 .xlsx 或 CSV（UTF-8 或 GB18030）后再试",
        )
    reached = []
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            reached.append(error.start)
    # The encoding that got farther is the one that was meant.
    line = raw.count(b"\n", 0, max(reached)) + 1
    raise _unusable(
        path,
        "encoding_unknown",
        f"第 {line} 行的编码既不是 UTF-8 也不是 GB18030",
        "请用 Excel 或 WPS 另存为“CSV UTF-8”后再试",
    )


def _text(cell: object) -> str:
    """A cell as a person reads it: whole numbers without “.0”, one line, no outer spaces."""
    if isinstance(cell, str):
        return " ".join(cell.split()) if cell else cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return "" if cell is None else str(cell)


def _rectangle(rows: list[list[str]]) -> Cells:
    cells = np.full((len(rows), max(map(len, rows), default=0)), "", object)
    for i, row in enumerate(rows):
        cells[i, : len(row)] = row
    return cells


def _table(file: str, sheet: str, cells: Cells, headings: Headings) -> Table | None:
    """The sheet as a table, or None where no row looks like a header."""
    field_of = {spelling: name for name, spellings in headings.items() for spelling in spellings}
    found: list[dict[str, int]] = []
    for row in cells[:_HEADER_ROWS]:
        fields: dict[str, int] = {}
        for column, cell in enumerate(row):
            name = field_of.get(plain_heading(cell)) if cell else None
            if name:
                fields.setdefault(name, column)
        found.append(fields)
    if not found or max(map(len, found)) < 2:
        return None
    header = max(range(len(found)), key=lambda i: len(found[i]))
    fields = found[header]
    body = cells[header + 1 :]
    first = np.array([next((cell for cell in row if cell), "") for row in body], object)
    some = min(fields.values())
    keep = np.array(
        [
            bool(cell)
            and not _TOTAL_ROW.match("".join(cell.split()))
            and row[some] != cells[header, some]
            for cell, row in zip(first, body, strict=True)
        ],
        bool,
    )
    return Table(
        file,
        sheet,
        {name: body[keep, column] for name, column in fields.items()},
        {name: str(cells[header, column]) for name, column in fields.items()},
        np.flatnonzero(keep) + header + 2,
        tuple(
            str(cell) for i, cell in enumerate(cells[header]) if cell and i not in fields.values()
        ),
    )


def _layer_table(path: Path, headings: Headings) -> Table:
    """A layer file as a table, its geometry in degrees."""
    layer = read_layer(path)
    field_of = {spelling: name for name, spellings in headings.items() for spelling in spellings}
    fields: dict[str, str] = {}
    attributes = [str(name) for name in layer.columns if name != layer.geometry.name]
    for column in attributes:
        name = field_of.get(plain_heading(column))
        if name:
            fields.setdefault(name, column)
    columns = {
        name: np.array(
            ["" if pd.isna(v) else _text(v) for v in layer[column].astype(object)], object
        )
        for name, column in fields.items()
    }
    return Table(
        path.name,
        "",
        columns,
        fields,
        np.arange(1, len(layer) + 1),
        tuple(column for column in attributes if column not in fields.values()),
        layer.geometry,
    )


def read_layer(path: str | Path) -> gpd.GeoDataFrame:
    """A layer file in EPSG:4326.

    Raises
    ------
    InputError : unreadable, without geometry, or without a coordinate system.
    """
    path = Path(path)
    if not path.is_file():
        raise _unusable(path, "file_missing", "找不到文件", "请检查路径与文件名")
    try:
        read = gpd.read_parquet if path.suffix.lower() == ".parquet" else gpd.read_file
        layer = read(path)
    except Exception as error:  # GDAL and Arrow raise many classes
        raise _unusable(
            path, "layer_unreadable", f"图层无法读取（{error}）", "请检查文件是否完整"
        ) from error
    if not isinstance(layer, gpd.GeoDataFrame) or layer.geometry.isna().all():
        raise _unusable(path, "no_geometry", "图层里没有几何要素", "请导出带坐标的图层")
    if layer.crs is None:
        raise _unusable(
            path, "crs_missing", "图层没有坐标系", "请在 GIS 软件里指定坐标系后重新导出"
        )
    return layer.to_crs(4326)


def _no_header(
    path: Path, sheets: Mapping[str, Cells], headings: Headings, needed: tuple[str, ...]
) -> InputError:
    seen = next(
        (
            "、".join(str(cell) for cell in row if cell)
            for cells in sheets.values()
            for row in cells[:_HEADER_ROWS]
            if np.count_nonzero(row != "") >= 2
        ),
        "（没有内容）",
    )
    wanted = "；".join("/".join(headings[name][:4]) for name in needed)
    return _unusable(
        path,
        "header_missing",
        f"找不到所需的表头。文件里看到的是：{seen[:200]}",
        f"请补上这些列（每组任一写法）：{wanted}",
    )


def _unusable(path: Path, kind: str, what: str, action: str) -> InputError:
    return InputError(Problem(kind, what, action, file=path.name))
