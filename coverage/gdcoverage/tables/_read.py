"""Table files as offices send them: cells, sheets and header rows found, nothing yet judged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.files import Source
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.tables._cells import HEADER_ROWS, read_cells
from gdcoverage.tables._layer import CUT, layers_of, read_layer
from gdcoverage.tables._sheet import Cells
from gdcoverage.tables.account import Account
from gdcoverage.workbook.reading import plain_text

Headings = Mapping[str, tuple[str, ...]]

# A longer text is no heading; whether pages of brackets are one would take minutes to tell.
_LONGEST_HEADING = 1_000
LAYER_SUFFIXES = frozenset({".geojson", ".json", ".gpkg", ".parquet", ".shp", ".zip", ".fgb"})

# What the first filled cell of a row that is no entry says; "合计大厦支行" is an entry.
_TOTAL_ROW = re.compile(
    r"^(合计|总计|小计|共计|总数|备注|注|说明|(填表|填报|制表|审核)\w{0,4})($|[:：\d(（,，])"
    r"|(合计|小计|总计)$"
)
# The same where the row says nothing else.
_NOTE_ROW = re.compile(r"^(合计|总计|小计|共计|总数|备注|注[:：]|说明|填表|填报|制表|审核)")


@dataclass(frozen=True)
class Reading:
    """What a reader found: the good rows, and what was wrong with the others.

    Parameters
    ----------
    frame : the good rows, EPSG:4326; of a frame that was read, with its own index.
    problems : what is wrong, in the order of the file.
    source : the file; without a digest where a frame was read.
    account : what was understood of it.
    """

    frame: gpd.GeoDataFrame
    problems: tuple[Problem, ...]
    source: Source
    account: Account = field(default_factory=Account)


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
    unread : sheets of the file that hold rows but lack the needed headings; on its first table.
    """

    file: str
    sheet: str
    columns: dict[str, Objects]
    headings: dict[str, str]
    row: Ints
    unused: tuple[str, ...] = ()
    geometry: gpd.GeoSeries | None = field(default=None, repr=False)
    unread: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.row)

    def text(self, name: str) -> Objects:
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
    """All tables of a file whose header names the needed fields; one may be without rows.

    Parameters
    ----------
    path : XLSX, XLS, CSV (UTF-8, UTF-16 or GB18030), or a layer file (GeoJSON, GeoPackage,
        GeoParquet, Shapefile). What a file is, its content says, not its suffix.
    headings : field name -> the spellings under which tables have it, as `plain_heading` writes;
        of two columns for one field the spelling that stands first wins. A field whose name
        begins with an underscore (a running number) does not make a row an entry.
    needed : the fields without which a sheet is not the table that is meant; for a layer,
        those among them that its geometry does not give.
    sheet : only this sheet, or this layer of a GeoPackage.

    Raises
    ------
    InputError : no such file, empty, unreadable, no such sheet, several layers and none chosen,
        or no sheet with the fields.
    """
    path = Path(path)
    if not path.is_file():
        raise unusable("file_missing", "找不到文件", "请检查路径与文件名", file=path.name)
    if path.stat().st_size == 0:
        raise unusable("file_empty", "文件是空的", "请检查文件是否导出完整", file=path.name)
    if path.suffix.lower() in LAYER_SUFFIXES:
        return [_layer_table(path, headings, sheet)]
    places = spellings_of(headings)
    sheets = {
        name: sheet.cells
        for name, sheet in read_cells(path, lambda row: len(fields_of(row, places))).items()
    }
    if sheet is not None:
        if sheet not in sheets:
            raise unusable(
                "sheet_missing",
                f"没有名为“{sheet}”的工作表",
                f"现有：{'、'.join(sheets)}",
                file=path.name,
            )
        sheets = {sheet: sheets[sheet]}
    # A header of which one field alone is known is one only where no sheet has a better.
    for least in (2, 1):
        good, unread = [], []
        for name, cells in sheets.items():
            table = _table(path.name, name, cells, places, least)
            if table is not None and all(field in table.headings for field in needed):
                good.append(table)
            elif np.count_nonzero((cells != "").sum(axis=1) >= 2) >= 2:
                unread.append(name)
        if good:
            break
    else:
        raise _no_header(path, sheets, headings, needed)
    good[0] = replace(good[0], unread=tuple(unread))
    return good


def plain_heading(text: object) -> str:
    """A heading without what varies: width, case, spaces, brackets with units, marks."""
    plain = unicodedata.normalize("NFKC", str(text)).lower()
    plain = re.sub(r"[(\[{【〔].*?[)\]}】〕]", "", plain)
    return re.sub(r"[\s_:：*#·.\-/\\°、,]+", "", plain)


def plain_number(text: object) -> str:
    """A number's text without full-width digits, spaces and thousands separators."""
    return unicodedata.normalize("NFKC", str(text)).replace(",", "").replace(" ", "").strip()


def numbers(text: Objects) -> Floats:
    """Numbers of a text column, NaN where a cell holds none."""
    fast = pd.to_numeric(pd.Series(text, dtype=object), errors="coerce").to_numpy(float, copy=True)
    for i in np.flatnonzero(np.isnan(fast) & (text != "")):
        try:
            fast[i] = float(plain_number(text[i]))
        except ValueError:
            continue
    fast[~np.isfinite(fast)] = np.nan
    return fast


def spellings_of(headings: Headings) -> dict[str, tuple[str, int]]:
    """Spelling -> its field, and where it stands among the field's spellings."""
    return {
        spelling: (name, place)
        for name, spellings in headings.items()
        for place, spelling in enumerate(spellings)
    }


def fields_of(row: Iterable[str], places: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    """Field -> column, of a row read as a header."""
    best: dict[str, tuple[int, int]] = {}
    for column, cell in enumerate(row):
        name, place = _field_of(cell, places) if cell else ("", 0)
        if name and (name not in best or place < best[name][0]):
            best[name] = (place, column)
    return {name: column for name, (_, column) in best.items()}


def _field_of(cell: str, places: Mapping[str, tuple[str, int]]) -> tuple[str, int]:
    """The field that a heading means, and the place of its spelling; of none "".

    A heading that its format cut off means the one field of which a spelling begins so.
    """
    if len(cell) > _LONGEST_HEADING:
        return "", 0
    plain = plain_heading(cell)
    if plain in places or CUT not in plain:
        return places.get(plain, ("", 0))
    begin = plain.partition(CUT)[0]
    meant = [places[spelling] for spelling in places if begin and spelling.startswith(begin)]
    return min(meant, key=lambda found: found[1]) if len(dict(meant)) == 1 else ("", 0)


def _header(
    cells: Cells, places: Mapping[str, tuple[str, int]], least: int
) -> tuple[int, Objects] | None:
    """Position of the last row of the header, and the heading of each column.

    A header may take two rows, 经度 and 纬度 below 坐标, whose merging is lost in a CSV.
    """
    best, header = least - 1, None
    above, known_above = None, 0
    for i, row in enumerate(cells[:HEADER_ROWS]):
        known = len(fields_of(row, places)) if np.count_nonzero(row != "") >= 2 else 0
        if above is not None and known >= 2 and known_above >= 1:
            joined = np.where(row != "", row, above)
            both = len(fields_of(joined, places))
            if both > max(best, known):
                best, header = both, (i, joined)
        if known > best:
            best, header = known, (i, row)
        above, known_above = row, known
    return header


def _table(
    file: str, sheet: str, cells: Cells, places: Mapping[str, tuple[str, int]], least: int
) -> Table | None:
    """The sheet as a table, or None where no row has so many known headings."""
    header = _header(cells, places, least)
    if header is None:
        return None
    last, headings = header
    fields = fields_of(headings, places)
    body = cells[last + 1 :]
    keep = _entries(body, [column for name, column in fields.items() if name[0] == "_"])
    some = min(fields.values())
    keep &= body[:, some] != headings[some]  # a header repeated on every printed page
    return Table(
        file,
        sheet,
        {name: body[keep, column] for name, column in fields.items()},
        {name: str(headings[column]) for name, column in fields.items()},
        np.flatnonzero(keep) + last + 2,
        _unused(headings, fields.values()),
    )


def _unused(header: Iterable[object], used: Iterable[object]) -> tuple[str, ...]:
    taken = set(used)
    return tuple(str(cell) for i, cell in enumerate(header) if cell and i not in taken)


def _entries(body: Cells, running: list[int]) -> Bools:
    """Which rows are entries: not blank (but for a running number), no total, no note."""
    filled = (body != "").astype(bool)
    first = body[np.arange(len(body)), filled.argmax(axis=1)]
    alone = filled.sum(axis=1) == 1
    no_entry = np.array(
        [
            bool((_NOTE_ROW if lonely else _TOTAL_ROW).search("".join(cell.split())))
            for cell, lonely in zip(first, alone, strict=True)
        ],
        bool,
    )
    filled[:, running] = False
    return np.asarray(filled.any(axis=1) & ~no_entry)


def _layer_table(path: Path, headings: Headings, layer: str | None) -> Table:
    """A layer file as a table, its geometry in degrees."""
    layers = layers_of(path)
    if layer is None and len(layers) > 1:
        raise unusable(
            "layer_ambiguous",
            f"文件里有 {len(layers)} 个图层：{'、'.join(layers)}",
            "请用 sheet 指定要读的图层",
            file=path.name,
        )
    if layer is not None and layers and layer not in layers:
        raise unusable(
            "sheet_missing",
            f"没有名为“{layer}”的图层",
            f"现有：{'、'.join(layers)}",
            file=path.name,
        )
    frame = read_layer(path, layer if layers else None)
    return as_table(frame, headings, path.name, layer if layer is not None and layers else "")


def as_table(frame: pd.DataFrame, headings: Headings, file: str = "", sheet: str = "") -> Table:
    """A frame as a table; the geometry of a GeoDataFrame is in degrees."""
    geometry = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else None
    names = [name for name in frame if geometry is None or name != geometry.name]
    fields = fields_of(map(str, names), spellings_of(headings))
    return Table(
        file,
        sheet,
        {name: texts(frame[names[column]]) for name, column in fields.items()},
        {name: str(names[column]) for name, column in fields.items()},
        np.arange(1, len(frame) + 1),
        _unused(map(str, names), fields.values()),
        geometry,
    )


def texts(values: pd.Series) -> Objects:
    """A column as a person reads it, blanks where it holds nothing."""
    known = values.notna().to_numpy()
    cells = zip(values.astype(object), known, strict=True)
    out = np.empty(len(values), object)
    out[:] = [plain_text(value) if there else "" for value, there in cells]
    return out


def _no_header(
    path: Path, sheets: Mapping[str, Cells], headings: Headings, needed: tuple[str, ...]
) -> InputError:
    seen = [
        "、".join(str(cell) for cell in row if cell)
        for enough in (2, 1)
        for cells in sheets.values()
        for row in cells[:HEADER_ROWS]
        if np.count_nonzero(row != "") >= enough
    ]
    wanted = "；".join("/".join(headings[name][:4]) for name in needed)
    return unusable(
        "header_missing",
        f"找不到所需的表头。文件里看到的是：{seen[0][:200] if seen else '（没有内容）'}",
        f"请补上这些列（每组任一写法）：{wanted}",
        file=path.name,
    )
