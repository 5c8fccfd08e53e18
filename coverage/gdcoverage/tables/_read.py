"""Table files as offices send them: cells, sheets and header rows found, nothing yet judged."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.files import Source
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.showing import Shown
from gdcoverage.tables._blocks import HEADER_ROWS, Block, blocks_of
from gdcoverage.tables._cells import read_cells
from gdcoverage.tables._headings import Headings, Places, chosen, fields_of, meaning, spellings_of
from gdcoverage.tables._layer import layers_of, read_layer
from gdcoverage.tables._sheet import Cells, Sheet
from gdcoverage.tables.account import Account
from gdcoverage.workbook.reading import plain_text

# Of a sheet with more lines beside its tables, these are no notes.
_MOST_NOTES = 1_000
LAYER_SUFFIXES = frozenset({".geojson", ".json", ".gpkg", ".parquet", ".shp", ".zip", ".fgb"})


@dataclass(frozen=True, repr=False)
class Reading(Shown):
    """What a reader found: the good rows, and what was wrong with the others.

    Parameters
    ----------
    frame : the good rows, EPSG:4326; of a frame that was read, with its own index.
    problems : what is wrong, in the order of the file.
    source : the file; without a digest where a frame was read.
    account : what was understood of it.
    unplaced : rows that have no coordinates: ``name``, ``address``, ``stated_county``,
        ``source_sheet``, ``source_row``.
    """

    frame: gpd.GeoDataFrame
    problems: tuple[Problem, ...]
    source: Source
    account: Account = field(default_factory=Account)
    unplaced: pd.DataFrame = field(default_factory=pd.DataFrame)

    def _line(self) -> str:
        return f"{self.source.name}: {len(self.frame):,} rows, {len(self.problems):,} problems"

    def _table(self) -> pd.DataFrame:
        return pd.DataFrame(self.frame.drop(columns="geometry"))


@dataclass(frozen=True, eq=False)
class Look:
    """How a table looks.

    Parameters
    ----------
    hidden_sheet : whether its sheet is hidden.
    hidden, struck : rows that are hidden, or of which the name or every text is struck through.
    fill : colour of each row's first filled cell, RRGGBB; "" for none.
    comment : what is noted on each row's cells; None, as of the others, for none, or where the
        format does not tell.
    """

    hidden_sheet: bool = False
    hidden: Bools | None = None
    struck: Bools | None = None
    fill: Objects | None = None
    comment: Objects | None = None


@dataclass(frozen=True)
class Unread:
    """A sheet without a table that was asked for.

    Parameters
    ----------
    rows : with more than one filled cell.
    places : whether columns of it hold longitudes and latitudes of Guangdong.
    """

    sheet: str
    rows: int
    places: bool


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
    title : lines above its header.
    section : of each row, the line above it within the table.
    look : how the sheet and each row look.
    others : heading -> text of each row, of columns that are no known field.
    notes : texts of the sheet that are neither headings nor entries.
    span : first and last row, header included, as a spreadsheet counts; 0 where unknown.
    unread : sheets of the file that hold rows but no such table; on its first table.
    totals : row -> texts of known fields, of rows that say 合计 or the like and are no entries.
    names : of a table in a folder of files: of its sheet, its file, and the folder.
    """

    file: str
    sheet: str
    columns: dict[str, Objects]
    headings: dict[str, str]
    row: Ints
    unused: tuple[str, ...] = ()
    geometry: gpd.GeoSeries | None = field(default=None, repr=False)
    title: str = ""
    section: Objects | None = field(default=None, repr=False)
    look: Look = field(default_factory=Look, repr=False)
    others: dict[str, Objects] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    span: tuple[int, int] = (0, 0)
    unread: tuple[Unread, ...] = ()
    totals: dict[int, dict[str, str]] = field(default_factory=dict, repr=False)
    names: tuple[str, ...] = ()

    @property
    def tabs(self) -> tuple[str, ...]:
        """What the sheet is called, and in a folder its file: names that may say what it holds."""
        return self.names[:-1] or (self.sheet,)

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
    sheets = read_cells(path, lambda row: len(fields_of(row, places)))
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
        good = [
            _table(path.name, name, sheet, block, places)
            for name, sheet in sheets.items()
            for block in blocks_of(sheet.cells, places, needed, least)
        ]
        if good:
            break
    else:
        raise _no_header(path, sheets, headings, needed)
    read = {table.sheet for table in good}
    unread = [_unread(name, sheet.cells) for name, sheet in sheets.items() if name not in read]
    good[0] = replace(good[0], unread=tuple(one for one in unread if one.rows >= 2))
    return good


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


def _table(file: str, name: str, sheet: Sheet, block: Block, places: Places) -> Table:
    """A table of a sheet with its headings understood."""
    cells, rows = sheet.cells[:, block.columns], block.rows
    hidden = np.flatnonzero(np.isin(block.columns, sheet.hidden_columns))
    fields = chosen(block.paths, places, hidden)
    body = cells[rows]
    columns = {name: _column(body, block, column) for name, column in fields.items()}
    degrees = _degrees(body, block, places)
    used = {*fields.values(), *degrees.pop("", ())}
    columns |= degrees
    others = {
        "".join(path): body[:, column]
        for column, path in enumerate(block.paths)
        if path and column not in used
    }
    spoken = set(rows.tolist()) | set(range(block.top, block.bottom + 1))
    return Table(
        file,
        name,
        columns,
        {name: " ".join(block.paths[column]) for name, column in fields.items()},
        rows + 1,
        tuple(others),
        title=block.title,
        section=block.sections,
        look=_look(sheet, block, fields.get("name")),
        others=others,
        notes=tuple(
            text
            for i, row in enumerate(sheet.cells)
            if i not in spoken
            for text in dict.fromkeys(filter(None, row))
        )
        if len(sheet.cells) - len(spoken) < _MOST_NOTES
        else (),
        span=(block.top + 1, int(rows.max(initial=block.bottom)) + 1),
        totals={
            int(row) + 1: {name: cells[row, column] for name, column in fields.items()}
            for row in block.totals
        },
    )


def _column(body: Cells, block: Block, column: int) -> Objects:
    """The texts of a column; where its heading is merged over several, of them all."""
    last = column + 1
    while last < len(block.paths) and not block.paths[last]:
        last += 1
    beside = body[:, column:last]
    if last == column + 1 or not (beside[:, 1:] != "").any():
        return np.asarray(body[:, column], object)
    return np.array(["、".join(filter(None, row)) for row in beside], object)


def _degrees(body: Cells, block: Block, places: Places) -> dict[str, Any]:
    """Coordinates whose degrees, minutes and seconds stand in columns of their own.

    Returns
    -------
    Field -> texts, and under "" the columns used.
    """
    parts: dict[str, dict[int, int]] = {}
    for column, path in enumerate(block.paths):
        if path and (said := meaning(path, places)).part:
            parts.setdefault(said.field, {})[said.part] = column
    whole = {field: at for field, at in parts.items() if at.keys() == {1, 2, 3}}
    found: dict[str, Any] = {
        field: np.array(
            ["{}°{}′{}″".format(*cells) if all(cells) else "" for cells in body[:, [*at.values()]]],
            object,
        )
        for field, at in whole.items()
    }
    return found | {"": [column for at in whole.values() for column in at.values()]}


def _look(sheet: Sheet, block: Block, name: int | None) -> Look:
    rows, columns = block.rows, block.columns
    hidden = np.isin(rows, sheet.hidden_rows)
    struck = fill = None
    filled = sheet.cells[np.ix_(rows, columns)] != ""
    if sheet.struck is not None:
        through = sheet.struck[np.ix_(rows, columns)]
        struck = (through >= filled).all(axis=1)
        if name is not None:
            struck |= through[:, name]
    if sheet.fill is not None and filled.size:
        colours = sheet.fill[np.ix_(rows, columns)]
        at = filled.argmax(axis=1) if name is None else np.full(len(rows), name)
        fill = colours[np.arange(len(rows)), at]
    comment = np.full(len(sheet.cells), "", object)
    for place, note in sheet.comments.items():
        row, column = divmod(place, sheet.cells.shape[1])
        if column in columns:
            comment[row] += f" {note}"
    noted = comment[rows] if sheet.comments else None
    return Look(sheet.hidden, hidden if hidden.any() else None, struck, fill, noted)


def _unread(name: str, cells: Cells) -> Unread:
    rows = cells[(cells != "").sum(axis=1) >= 2]
    placed = []
    for column in rows[:_MOST_NOTES].T:
        number = numbers(np.asarray(column, object))
        for low, high in ((109.0, 118.0), (20.0, 26.0)):
            if np.count_nonzero((number > low) & (number < high) & (number % 1 != 0)) >= 2:
                placed.append(low)
    return Unread(name, len(rows), len(set(placed)) == 2)


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
        others={
            str(name): texts(frame[name])
            for column, name in enumerate(names)
            if column not in set(fields.values())
        },
    )


def _unused(header: Iterable[object], used: Iterable[object]) -> tuple[str, ...]:
    taken = set(used)
    return tuple(str(cell) for i, cell in enumerate(header) if cell and i not in taken)


def texts(values: pd.Series) -> Objects:
    """A column as a person reads it, blanks where it holds nothing."""
    known = values.notna().to_numpy()
    cells = zip(values.astype(object), known, strict=True)
    out = np.empty(len(values), object)
    out[:] = [plain_text(value) if there else "" for value, there in cells]
    return out


def _no_header(
    path: Path, sheets: Mapping[str, Sheet], headings: Headings, needed: tuple[str, ...]
) -> InputError:
    seen = [
        "、".join(str(cell) for cell in row if cell)
        for enough in (2, 1)
        for sheet in sheets.values()
        for row in sheet.cells[:HEADER_ROWS]
        if np.count_nonzero(row != "") >= enough
    ]
    wanted = "；".join("/".join(headings[name][:4]) for name in needed)
    return unusable(
        "header_missing",
        f"找不到所需的表头。文件里看到的是：{seen[0][:200] if seen else '（没有内容）'}",
        f"请补上这些列（每组任一写法）：{wanted}",
        file=path.name,
    )
