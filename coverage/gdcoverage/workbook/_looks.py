"""What a person sees of an XLSX besides the values: hidden, struck through, coloured."""

from __future__ import annotations

import posixpath
import zipfile
from array import array
from dataclasses import dataclass, field

from gdcoverage.workbook._comments import comments_of
from gdcoverage.workbook._styles import Styles, strikes, styles_of
from gdcoverage.workbook._xml import Attributes, Parts, is_on, parse, parts_of

# More columns than any sheet has: a cell's place is row times this, plus column.
ACROSS = 1 << 14
_DIGITS = "0123456789"


@dataclass
class Look:
    """How a sheet looks; rows and columns count from 0, and may lie beyond the filled cells.

    Parameters
    ----------
    height, width : where the last filled cell stands.
    hidden_rows : by hand or by a filter.
    hidden_columns : first and last of each group.
    struck : places of cells whose text, or part of it, is struck through.
    fill : colour -> places of cells.
    comments : place -> what is noted on a cell.
    """

    height: int = 0
    width: int = 0
    hidden_rows: array[int] = field(default_factory=lambda: array("q"))
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    struck: array[int] = field(default_factory=lambda: array("q"))
    fill: dict[str, array[int]] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)


def looks_of(book: zipfile.ZipFile) -> dict[str, Look]:
    """The look of each sheet, by its name.

    Raises
    ------
    ExpatError, KeyError, ValueError and what zipfile raises : damaged, or no XLSX.
    """
    parts = parts_of(book)
    styles = styles_of(book, parts)
    looks = {}
    for name, path in _sheets(book, parts).items():
        if path in parts:
            look = looks[name] = _look(book, parts[path], styles)
            noted = comments_of(book, parts, path)
            look.comments = {_place(cell): note for cell, note in noted.items()}
    return looks


def _place(cell: str) -> int:
    """The place of a cell by its name."""
    digits = cell.lstrip("$").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return (int(digits) - 1) * ACROSS + _column(cell)


def _sheets(book: zipfile.ZipFile, parts: Parts) -> dict[str, str]:
    """Sheet name -> path of its part."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(attributes: Attributes) -> None:
        # Relative to xl/, or from the root.
        path = posixpath.join("/xl", attributes["Target"].replace("\\", "/").lower())
        targets[attributes["Id"]] = posixpath.normpath(path).lstrip("/")

    def sheet(attributes: Attributes) -> None:
        number = next((v for k, v in attributes.items() if k.endswith(":id")), "")
        if number in targets:
            sheets[attributes["name"]] = targets[number]

    with book.open(parts["xl/_rels/workbook.xml.rels"]) as part:
        parse(part, {"Relationship": relation})
    with book.open(parts["xl/workbook.xml"]) as part:
        parse(part, {"sheet": sheet})
    return sheets


def _look(book: zipfile.ZipFile, part: zipfile.ZipInfo, styles: Styles) -> Look:
    look = Look(fill={colour: array("q") for colour in styles.fill.values()})
    noted = styles.struck | styles.fill.keys()
    row = -1
    nowhere: Attributes = {"r": ""}
    cell = nowhere
    # The last of the row that is filled, as cells of a row stand in their order.
    filled = nowhere
    digits = ""

    def here() -> int:
        return row * ACROSS + _column(cell["r"])

    def measure() -> None:
        if filled is not nowhere:
            look.height = max(look.height, row + 1)
            look.width = max(look.width, _column(filled["r"]) + 1)

    def row_begins(attributes: Attributes) -> None:
        nonlocal row, cell, filled
        measure()
        row = int(attributes["r"]) - 1 if "r" in attributes else row + 1
        cell = filled = nowhere
        if is_on(attributes, "hidden"):
            look.hidden_rows.append(row)

    def cell_begins(attributes: Attributes) -> None:
        nonlocal cell, digits
        if "r" not in attributes:  # the next after the one before it
            attributes["r"] = _letters(_column(cell["r"]) + 1)
        cell, digits = attributes, ""
        if (style := attributes.get("s")) in noted:
            if style in styles.struck:
                look.struck.append(here())
            if style in styles.fill:
                look.fill[styles.fill[style]].append(here())

    def value_begins(_: Attributes) -> None:
        nonlocal filled
        filled = cell

    def strike_begins(attributes: Attributes) -> None:
        if strikes(attributes):
            look.struck.append(here())

    def columns_begin(attributes: Attributes) -> None:
        if is_on(attributes, "hidden"):
            look.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))

    def text(piece: str) -> None:
        nonlocal digits
        digits += piece

    def value_ends() -> None:
        if cell.get("t") == "s" and digits.strip() in styles.strings:
            look.struck.append(here())

    begins = {
        "row": row_begins,
        "c": cell_begins,
        "v": value_begins,
        "is": value_begins,
        "strike": strike_begins,
        "col": columns_begin,
    }
    with book.open(part) as sheet:
        if styles.strings:
            parse(sheet, begins, {"v": value_ends}, text)
        else:
            parse(sheet, begins)
    measure()
    return look


def _column(name: str) -> int:
    """Position of a cell's column by its name: of A1 0, of AA1 26, of none -1."""
    number = 0
    for letter in name.rstrip(_DIGITS).upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(65 + letter) + letters
        column -= 1
    return letters
