"""Parts of an XLSX as elements, in constant memory; a document type, so any entity, is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

Attributes = dict[str, str]
# Parts of an XLSX by path, in small letters.
Parts = dict[str, zipfile.ZipInfo]
# What to do where an element of a name begins.
Acts = Mapping[str, Callable[[Attributes], None]]


def parse(
    part: IO[bytes],
    begins: Acts,
    ends: Mapping[str, Callable[[], None]] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk through a part; names are those after a prefix, if its writer uses one (<x:row>).

    Raises
    ------
    xml.parsers.expat.ExpatError : not well formed, or with a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype

    def root(name: str, attributes: Attributes) -> None:
        # The prefix of the root is that of all: so names are looked up as they stand, fast.
        prefix = name[: name.rfind(":") + 1]
        first = {prefix + known: act for known, act in begins.items()}
        last = {prefix + known: act for known, act in (ends or {}).items()}

        def start(name: str, attributes: Attributes) -> None:
            if act := first.get(name):
                act(attributes)

        def end(name: str) -> None:
            if name in last:
                last[name]()

        parser.StartElementHandler = start
        if last:
            parser.EndElementHandler = end

    parser.StartElementHandler = root
    if text is not None:
        parser.CharacterDataHandler = text
    parser.ParseFile(part)


def _refuse_doctype(*_: object) -> None:
    raise expat.ExpatError("document type")


def parts_of(book: zipfile.ZipFile) -> Parts:
    """Parts by path, of which writers do not all keep the case and the slash."""
    return {part.filename.replace("\\", "/").lower(): part for part in book.infolist()}


def is_on(attributes: Attributes, name: str, unsaid: str = "0") -> bool:
    """Whether an attribute says yes."""
    return attributes.get(name, unsaid) in {"1", "true"}
