"""Places that may be wrong: of another datum, rounded, or minutes typed as decimals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from gdcoverage.arrays import Bools, Objects
from gdcoverage.geo.datum import DATUMS, Datum, datum_named, names_other_datum
from gdcoverage.outlets._evidence import HINT, Evidence
from gdcoverage.problems import Problem
from gdcoverage.tables import Table, plain_number
from gdcoverage.tables.coordinates import DATUM_WORDS, texts_of, told_twice

# Fewer rows than these, all of whose decimals could be minutes and seconds, say nothing: of
# random ones 36 in 100 could.
_ENOUGH = 5
# With so many decimals a place may be 700 m off.
_COARSE = 2
_DECIMALS = re.compile(r"[-+]?\d{2,3}(?:\.(\d*))?")


def misplaced(table: Table, datum: Datum, found: Sequence[Problem]) -> Iterator[Evidence]:
    """What speaks against the places of rows, which are then in doubt.

    Parameters
    ----------
    datum : as declared.
    found : problems of `locate_rows`.
    """
    everywhere = np.ones(len(table), bool)
    said = DATUMS[datum]
    for problem in found:
        if problem.kind == "datum_differs":
            yield _doubt(everywhere, f"“{problem.column}”列写明另一坐标系，声明的是 {said}")
    for where, text in (*(("工作表", name) for name in table.tabs), ("表题", table.title)):
        named = [word for word in DATUM_WORDS if word in text.lower()]
        if named and all(names_other_datum(w, datum, if_unknown=False) for w in named):
            yield _doubt(everywhere, f"{where}“{text}”写明另一坐标系，声明的是 {said}")
    own = table.text("datum")
    other = [bool(t) and not datum_named(t) for t in own]
    yield _doubt(np.array(other, bool), "该行写的坐标系无法识别")
    if table.geometry is not None:
        return
    yield _doubt(told_twice(table), "同名的坐标列不止一组，数值不同")
    decimals = [_decimals(text) for text in texts_of(table)]
    digits = np.array(
        [np.nan if None in pair else max(map(len, pair)) for pair in zip(*decimals, strict=True)],  # type: ignore[arg-type]
        float,
    )
    # Round numbers happen; a table of nothing else is rounded.
    if len(table) >= _ENOUGH and not (digits > _COARSE).any():
        yield _doubt(digits <= _COARSE, "坐标只有两位小数，位置可差七百米")
    known = [(a, b) for a, b in zip(*decimals, strict=True) if a is not None and b is not None]
    if len(known) >= _ENOUGH and all(map(_is_sexagesimal, known)):
        yield _doubt(everywhere, "坐标的小数都可能是分和秒（如 23.0745 表示 23°07′45″），无法分辨")


def _doubt(rows: Bools, why: str) -> Evidence:
    return Evidence(HINT, "unknown", rows, why)


def _decimals(text: Objects) -> list[str | None]:
    """The decimals of each coordinate; None for what is no plain number."""
    found = [_DECIMALS.fullmatch(plain_number(t).rstrip("°")) for t in text]
    return [match and (match[1] or "") for match in found]


def _is_sexagesimal(decimals: tuple[str, str]) -> bool:
    """Whether both could be minutes and seconds, and are written so: four digits."""
    return all(
        len(digits) <= 4 and int(f"{digits:0<4}"[:2]) < 60 and int(f"{digits:0<4}"[2:]) < 60
        for digits in decimals
    )
