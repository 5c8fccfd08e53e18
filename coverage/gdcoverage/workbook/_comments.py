"""What is noted on the cells of an XLSX."""

from __future__ import annotations

import posixpath
import zipfile

from gdcoverage.workbook._xml import Attributes, Parts, parse

# Of a longer note, the beginning.
_LONGEST = 500


def comments_of(book: zipfile.ZipFile, parts: Parts, sheet: str) -> dict[str, str]:
    """Name of a cell (B6) -> what is noted on it.

    Parameters
    ----------
    sheet : path of the sheet's part.
    """
    folder, name = posixpath.split(sheet)
    relations = parts.get(f"{folder}/_rels/{name}.rels")
    found: dict[str, str] = {}
    if relations is None:
        return found
    paths: list[str] = []

    def relation(attributes: Attributes) -> None:
        if attributes.get("Type", "").endswith(("/comments", "/threadedComment")):
            target = posixpath.join("/", folder, attributes["Target"].replace("\\", "/").lower())
            paths.append(posixpath.normpath(target).lstrip("/"))

    with book.open(relations) as part:
        parse(part, {"Relationship": relation})
    at = ""

    def begins(attributes: Attributes) -> None:
        nonlocal at
        at = attributes.get("ref", "")
        found.setdefault(at, "")

    def text(piece: str) -> None:
        if at and len(found[at]) < _LONGEST:
            found[at] += piece.strip()

    for path in paths:
        if path in parts:
            at = ""
            with book.open(parts[path]) as part:
                parse(part, {"comment": begins, "threadedComment": begins}, text=text)
    return {cell: note for cell, note in found.items() if note}
