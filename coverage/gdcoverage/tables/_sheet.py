"""A sheet as a person sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gdcoverage.arrays import Bools, Ints, Objects

Cells = Objects


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Cells of a sheet, and what a person sees of them; rows and columns count from 0.

    Parameters
    ----------
    cells : text of each cell, "" where blank; the first is A1.
    hidden : the whole sheet.
    hidden_rows, hidden_columns : by hand or by a filter.
    struck : for each cell, whether its text, or a part of it, is struck through; None where no
        cell's is.
    fill : solid colour of each cell as RRGGBB, "" for none and for white; None where no cell has
        one. Colours that a rule gives (conditional formatting) are not seen.
    comments : cell, counted row by row from 0 -> what is noted on it.
    look_known : False where the format does not tell (.xls, .xlsb, .ods): rows may be hidden
        and cells struck through or coloured all the same.
    """

    cells: Cells
    hidden: bool = False
    hidden_rows: Ints = field(default_factory=_none)
    hidden_columns: Ints = field(default_factory=_none)
    struck: Bools | None = None
    fill: Objects | None = None
    comments: Mapping[int, str] = field(default_factory=dict)
    look_known: bool = True
