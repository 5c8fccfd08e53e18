"""Which formats of cells, and which of the strings that cells share, a person sees as unusual."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gdcoverage.workbook._colours import PALETTE, colour_of, theme_of
from gdcoverage.workbook._xml import Attributes, Parts, is_on, parse

_SECTIONS = ("fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")


@dataclass(frozen=True)
class Styles:
    """Numbers as cells write them.

    Parameters
    ----------
    struck : formats whose font is struck through.
    fill : format -> RRGGBB.
    strings : shared strings of which a part is struck through.
    """

    struck: frozenset[str]
    fill: Mapping[str, str]
    strings: frozenset[str]


def strikes(attributes: Attributes) -> bool:
    """Whether a strike element says so; one may also take back what a style says."""
    return is_on(attributes, "val", unsaid="1")


def styles_of(book: zipfile.ZipFile, parts: Parts) -> Styles:
    """The formats of a workbook."""
    section, solid = "", False
    fonts: list[bool] = []
    fills: list[Attributes] = []
    formats: list[tuple[int, int]] = []
    palette: list[str] = []

    def section_named(name: str) -> Callable[[Attributes], None]:
        def begin(_: Attributes) -> None:
            nonlocal section
            section = name

        return begin

    def font(_: Attributes) -> None:
        if section == "fonts":
            fonts.append(False)

    def strike(attributes: Attributes) -> None:
        if section == "fonts":
            fonts[-1] = strikes(attributes)

    def fill(_: Attributes) -> None:
        if section == "fills":
            fills.append({})

    def pattern(attributes: Attributes) -> None:
        nonlocal solid
        solid = section == "fills" and attributes.get("patternType") == "solid"

    def foreground(attributes: Attributes) -> None:
        if solid:
            fills[-1] = attributes

    def cell_format(attributes: Attributes) -> None:
        if section == "cellXfs":
            formats.append((int(attributes.get("fontId", 0)), int(attributes.get("fillId", 0))))

    def own_colour(attributes: Attributes) -> None:
        palette.append(attributes["rgb"][-6:].upper())

    if part := parts.get("xl/styles.xml"):
        begins = {name: section_named(name) for name in _SECTIONS} | {
            "font": font,
            "strike": strike,
            "fill": fill,
            "patternFill": pattern,
            "fgColor": foreground,
            "xf": cell_format,
            "rgbColor": own_colour,
        }
        with book.open(part) as styles:
            parse(styles, begins)
    theme = theme_of(book, parts)
    # The palette of its own stands last in the part.
    colours = [colour_of(colour, palette or PALETTE, theme) for colour in fills]
    return Styles(
        frozenset(str(i) for i, (font, _) in enumerate(formats) if fonts[font]),
        {str(i): colours[fill] for i, (_, fill) in enumerate(formats) if colours[fill]},
        _struck_strings(book, parts),
    )


def _struck_strings(book: zipfile.ZipFile, parts: Parts) -> frozenset[str]:
    found: set[str] = set()
    number = -1

    def string(_: Attributes) -> None:
        nonlocal number
        number += 1

    def strike(attributes: Attributes) -> None:
        if strikes(attributes):
            found.add(str(number))

    part = parts.get("xl/sharedstrings.xml")
    if part is not None and _holds(book, part, b"strike"):
        with book.open(part) as strings:
            parse(strings, {"si": string, "strike": strike})
    return frozenset(found)


def _holds(book: zipfile.ZipFile, part: zipfile.ZipInfo, word: bytes) -> bool:
    """Whether a part may hold an element: ten times as fast as to look at each."""
    kept = b""
    with book.open(part) as stream:
        while piece := stream.read(1 << 20):
            if word in kept + piece:
                return True
            kept = piece[-len(word) :]
    return False
