"""The tables that stand on a sheet: side by side or one below the other, each with its header."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gdcoverage.arrays import Bools, Ints, Objects
from gdcoverage.tables._headings import Path, Places, chosen, meaning, plain_heading
from gdcoverage.tables._sheet import Cells

# Rows among which the first header is looked for.
HEADER_ROWS = 30
# A header has so many rows at most.
_DEEPEST = 3
# So many words of headings in a row are no coincidence.
_SURELY_HEADINGS = 3

# What the first filled cell of a row that is no entry says; "合计大厦支行" is an entry.
_TOTAL_ROW = re.compile(
    r"^(合计|总计|小计|共计|总数|备注|注|说明|(填表|填报|制表|审核)\w{0,4})($|[:：\d(（,，])"
    r"|(合计|小计|总计)$"
)
# The same where the row says nothing else.
_NOTE_ROW = re.compile(
    r"^(合计|总计|小计|共计|总数|备注|注[:：]|说明|填表|填报|制表|审核|续上?表|第\d+页)"
)
# 一、 (二) 3. before the name of a part of a table.
_NUMBERED = re.compile(r"^[(（]?[一二三四五六七八九十]{1,3}[)）、.．]|^[(（]\d{1,2}[)）]")
_A_PART = re.compile(r"(镇|乡|街道|网点|名单|清单|部分|类)$")
_NUMBER = re.compile(r"[-+]?[\d.,%]+")
_DECIMAL = re.compile(r"\d\.\d")


@dataclass(frozen=True, eq=False)
class Block:
    """A table on a sheet; rows and columns as positions on the sheet.

    Parameters
    ----------
    top, bottom : first and last row of the header; both -1 where there is none.
    columns : its columns.
    paths : the heading of each column, with what stands above it; empty for none.
    rows : its entries.
    sections : of each entry, the line above it within the table (（二）已退出网点).
    title : lines above the header, one after the other.
    totals : rows among the entries that say 合计 or the like, with something beside it.
    """

    top: int
    bottom: int
    columns: Ints
    paths: tuple[Path, ...]
    rows: Ints
    sections: Objects
    title: str
    totals: Ints


def blocks_of(cells: Cells, places: Places, needed: Collection[str], least: int = 2) -> list[Block]:
    """The tables of a sheet, in its order.

    Parameters
    ----------
    places : spellings of headings.
    needed : fields that a table has; only then are columns that repeat another table.
    least : so many headings of a row must be known for it to be a header.
    """
    headers = list(_headers(cells, places, needed, least))
    blocks: list[Block] = []
    for number, (top, bottom, paths) in enumerate(headers):
        end = headers[number + 1][0] if number + 1 < len(headers) else len(cells)
        before = headers[number - 1][1] + 1 if number else 0
        for columns in _ranges(paths, places, needed):
            block = _block(cells, places, (top, bottom, end), columns, paths, before)
            same = [i for i, other in enumerate(blocks) if _is_continued(other, block)]
            if same:
                blocks[same[-1]] = _joined(blocks[same[-1]], block)
            else:
                blocks.append(block)
    return blocks


def _is_continued(block: Block, other: Block) -> bool:
    """Whether a table goes on below its header repeated, as on every printed page."""
    return block.paths == other.paths and np.array_equal(block.columns, other.columns)


def _joined(block: Block, more: Block) -> Block:
    """Both as one; what stands above the repeated header is the name of a part."""
    before = block.sections[-1] if len(block.sections) else ""
    part = more.title or before
    sections = np.where(more.sections == "", part, more.sections)
    return replace(
        block,
        rows=np.concatenate([block.rows, more.rows]),
        sections=np.concatenate([block.sections, sections]).astype(object),
        totals=np.concatenate([block.totals, more.totals]),
    )


def _headers(
    cells: Cells, places: Places, needed: Collection[str], least: int
) -> Iterator[tuple[int, int, list[Path]]]:
    """First and last row of each header, and the heading of every column."""
    last, probe = -1, None
    for i in range(len(cells)):
        if i <= last:
            continue
        if probe is None:
            if i >= HEADER_ROWS:
                return
        # Below a header only rows without a number where the table has numbers can be another.
        elif _NUMBER.fullmatch(cells[i, probe]) or not (cells[i] != "").any():
            continue
        single: list[Path] = [(cell,) if cell else () for cell in cells[i]]
        if not any(
            _is_header(paths, places, needed, least)
            for paths in (single, _paths(cells, i, i + 1) if probe is None else single)
        ) or (probe is not None and not _stands_apart(cells, i, single, places)):
            continue
        top, bottom, paths = _span(cells, places, i, last)
        fields = chosen(paths, places)
        probe = next((fields[f] for f in ("lon", "population", "lonlat", "lat") if f in fields), 0)
        last = bottom
        yield top, bottom, paths


def _stands_apart(cells: Cells, at: int, paths: list[Path], places: Places) -> bool:
    """Whether a row below a table can be another header: more than a row of odd words."""
    known = sum(bool(path and meaning(path, places).field) for path in paths)
    return known >= _SURELY_HEADINGS or (cells[at - 1] != "").sum() <= 1


def _is_header(paths: list[Path], places: Places, needed: Collection[str], least: int) -> bool:
    found = {meaning(path, places).field for path in paths if path} - {""}
    return sum(map(bool, paths)) >= 2 and len(found) >= least and set(needed) <= found


def _span(cells: Cells, places: Places, at: int, after: int) -> tuple[int, int, list[Path]]:
    """The rows around one that make most of the headings understood; of equals the fewest."""
    best: tuple[tuple[int, int], int, int, list[Path]] | None = None
    lowest = at
    while lowest + 1 < min(at + _DEEPEST, len(cells)) and not _has_numbers(cells[lowest + 1]):
        lowest += 1
    # A row that is a header by the one below it alone may be no more than a title.
    single: list[Path] = [(cell,) if cell else () for cell in cells[at]]
    first = at if _telling(single, places) > 1 else min(at + 1, lowest)
    for top in range(first, max(at - _DEEPEST, after), -1):
        for bottom in range(max(at, top), min(top + _DEEPEST - 1, lowest) + 1):
            paths = _paths(cells, top, bottom)
            order = (-_telling(paths, places), bottom - top)
            if best is None or order < best[0]:
                best = order, top, bottom, paths
    assert best is not None
    return best[1:]


def _has_numbers(row: Objects) -> bool:
    """Whether a row holds what no heading does."""
    return any(_NUMBER.fullmatch(cell) or _DECIMAL.search(cell) for cell in row)


def _telling(paths: list[Path], places: Places) -> int:
    """How many columns are understood, each by the last of its words."""
    return sum(bool(path and meaning(path, places).field) for path in paths)


def _paths(cells: Cells, top: int, bottom: int) -> list[Path]:
    """The heading of each column from several rows; a blank cell is merged with its left."""
    paths: list[list[str]] = [[] for _ in range(cells.shape[1])]
    for i in range(top, min(bottom + 1, len(cells))):
        left = ""
        for column, path in enumerate(paths):
            cell = cells[i, column]
            left = cell or left
            below = i < bottom and (cells[i + 1 : bottom + 1, column] != "").any()
            said = cell or (left if below else "")
            if said and (not path or path[-1] != said):
                path.append(said)
    return [tuple(path) for path in paths]


def _ranges(paths: list[Path], places: Places, needed: Collection[str]) -> list[Ints]:
    """The columns of each of the tables that stand side by side under one header."""
    every = np.arange(len(paths))
    starts, seen = [0], set[tuple[str, ...]]()
    for column, path in enumerate(paths):
        plain = tuple(plain_heading(part) for part in path)
        if path and plain in seen and meaning(path, places).field:
            starts.append(column)
            seen = set()
        seen.add(plain)
    ranges = np.split(every, starts[1:])
    found = [
        {meaning(paths[column], places).field for column in part if paths[column]} - {""}
        for part in ranges
    ]
    # Tables side by side are alike; one column that comes twice makes no table of its own.
    alike = all(len(fields & found[0]) >= 2 and set(needed) <= fields for fields in found)
    return ranges if len(ranges) > 1 and alike else [every]


def _block(
    cells: Cells,
    places: Places,
    rows: tuple[int, int, int],
    columns: Ints,
    paths: list[Path],
    before: int,
) -> Block:
    top, bottom, end = rows
    own = cells[:, columns]
    named = tuple(paths[column] for column in columns)
    fields = chosen(named, places)
    running = [column for name, column in fields.items() if name[0] == "_"]
    body = own[bottom + 1 : end]
    filled = (body != "").astype(bool)
    alone = filled.sum(axis=1) == 1
    section = _is_section(body, filled, alone, fields.get("name", -1))
    entry, total = _entries(body, filled, alone, running)
    keep = entry & ~section
    # A table below announces itself; these lines are neither entries nor a part of this one.
    several = np.flatnonzero(filled.sum(axis=1) > 1)
    after = int(several.max(initial=-1)) + 1
    section[after:] = False
    if end < len(cells):
        keep[after:] = False
    lines = np.where(section, _first(body, filled), "")
    place = np.maximum.accumulate(np.where(section, np.arange(len(body)), -1))
    sections = np.where(place >= 0, lines[np.maximum(place, 0)], "") if len(body) else lines
    return Block(
        top,
        bottom,
        columns,
        named,
        np.flatnonzero(keep) + bottom + 1,
        sections[keep],
        _title(own, before, top),
        np.flatnonzero(total) + bottom + 1,
    )


def _first(body: Cells, filled: Bools) -> Objects:
    """The first filled cell of each row."""
    if not body.size:
        return np.full(len(body), "", object)
    return np.asarray(body[np.arange(len(body)), filled.argmax(axis=1)], object)


def _is_section(body: Cells, filled: Bools, alone: Bools, name: int) -> Bools:
    """Rows with a single text that is no entry: it says what the rows below are."""
    first = _first(body, filled)
    where = filled.argmax(axis=1) if body.size else np.zeros(len(body), int)
    return np.array(
        [
            bool(
                lonely
                and not _NOTE_ROW.search("".join(text.split()))
                and not _NUMBER.fullmatch(text)
                # A name with nothing beside it is an entry that lacks everything.
                and (column != name or _NUMBERED.match(text) or _A_PART.search(text))
            )
            for text, column, lonely in zip(first, where, alone, strict=True)
        ],
        bool,
    )


def _entries(body: Cells, filled: Bools, alone: Bools, running: list[int]) -> tuple[Bools, Bools]:
    """Which rows are entries: not blank (but for a running number), no total, no note.

    Returns
    -------
    Entries, and rows that say that they are a total, or something about the table.
    """
    told = filled.copy()
    told[:, running] = False
    # 合计 may stand behind a running number.
    starts = (_first(body, filled), _first(body, told))
    no_entry = np.array(
        [
            any(
                (_NOTE_ROW if lonely else _TOTAL_ROW).search("".join(cell.split()))
                for cell in cells
            )
            for *cells, lonely in zip(*starts, alone, strict=True)
        ],
        bool,
    )
    there = np.asarray(told.any(axis=1))
    return there & ~no_entry, there & no_entry & ~alone


def _title(own: Cells, before: int, top: int) -> str:
    """The lines above a header, from the last row of a table before it."""
    lines: list[str] = []
    for i in range(top - 1, before - 1, -1):
        said = [cell for cell in own[i] if cell]
        if before and len(set(said)) > 1:
            break
        told = dict.fromkeys(said)
        lines[:0] = [line for line in told if not _NOTE_ROW.search("".join(line.split()))]
    return "　".join(lines)
