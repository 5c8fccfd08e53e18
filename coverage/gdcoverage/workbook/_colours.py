"""Colours of an XLSX as RRGGBB, however they are named: outright, by palette, by theme."""

from __future__ import annotations

import colorsys
import zipfile
from collections.abc import Callable, Mapping, Sequence

from gdcoverage.workbook._xml import Attributes, parse

# The palette of Excel 97, which files converted from .xls still refer to.
PALETTE = (
    "000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF",
    "000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF",
    "800000", "008000", "000080", "808000", "800080", "008080", "C0C0C0", "808080",
    "9999FF", "993366", "FFFFCC", "CCFFFF", "660066", "FF8080", "0066CC", "CCCCFF",
    "000080", "FF00FF", "FFFF00", "00FFFF", "800080", "800000", "008080", "0000FF",
    "00CCFF", "CCFFFF", "CCFFCC", "FFFF99", "99CCFF", "FF99CC", "CC99FF", "FFCC99",
    "3366FF", "33CCCC", "99CC00", "FFCC00", "FF9900", "FF6600", "666699", "969696",
    "003366", "339966", "003300", "333300", "993300", "993366", "333399", "333333",
)  # fmt: skip
# Office's own theme, in the order in which cells number colours: light before dark.
_OFFICE = {
    "lt1": "FFFFFF", "dk1": "000000", "lt2": "EEECE1", "dk2": "1F497D",
    "accent1": "4F81BD", "accent2": "C0504D", "accent3": "9BBB59", "accent4": "8064A2",
    "accent5": "4BACC6", "accent6": "F79646", "hlink": "0000FF", "folHlink": "800080",
}  # fmt: skip


def theme_of(book: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> tuple[str, ...]:
    """The twelve colours of a workbook's theme, as cells number them."""
    colours = dict(_OFFICE)
    place = ""

    def stands(name: str) -> Callable[[Attributes], None]:
        def begin(_: Attributes) -> None:
            nonlocal place
            place = name

        return begin

    def colour(attributes: Attributes) -> None:
        nonlocal place
        if place:
            colours[place] = attributes.get("lastClr", attributes.get("val", ""))[-6:].upper()
            place = ""

    begins = {name: stands(name) for name in _OFFICE} | {"srgbClr": colour, "sysClr": colour}
    if part := parts.get("xl/theme/theme1.xml"):
        with book.open(part) as theme:
            parse(theme, begins)
    return tuple(colours.values())


def colour_of(attributes: Attributes, palette: Sequence[str], theme: Sequence[str]) -> str:
    """RRGGBB of a colour element; "" where it is none or the paper's white."""
    if "rgb" in attributes:
        colour = attributes["rgb"][-6:].upper()
    elif "theme" in attributes:
        colour = _at(theme, attributes["theme"])
    else:
        colour = _at(palette, attributes.get("indexed", ""))
    if colour and (tint := float(attributes.get("tint", "0"))):
        colour = _tinted(colour, tint)
    return "" if colour == "FFFFFF" else colour


def _at(colours: Sequence[str], number: str) -> str:
    return colours[int(number)] if number.isdecimal() and int(number) < len(colours) else ""


def _tinted(colour: str, tint: float) -> str:
    """A colour made darker (to -1) or lighter (to 1), as Excel does it."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(255 * c):02X}" for c in colorsys.hls_to_rgb(hue, light, saturation))
