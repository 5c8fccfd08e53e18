"""Many cells of a worksheet at once: what XlsxWriter makes of them one by one, in less time."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes rows whole; its file is the same to the last byte."""

    def write_cells(self, row: int, cells: Sequence[tuple[str | float, Any]]) -> None:
        """A row from the first column on: texts and numbers, each with its format."""
        number_of, short = self.str_table._get_shared_string_index, self.xls_strmax // 2
        written = self.table[row]
        for col, (value, look) in enumerate(cells):
            if isinstance(value, str) and len(value) <= short:
                written[col] = CellStringTuple(number_of(value), look)
            elif isinstance(value, float) and isfinite(value):
                written[col] = CellNumberTuple(value, look)
            else:
                self.write(row, col, value, look)
        for col in (0, len(cells) - 1):
            self._check_dimensions(row, col)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, CellNumberTuple) and cell.format:
            value = f"><v>{cell.number:.16G}"
        elif isinstance(cell, CellStringTuple) and cell.format:
            value = f' t="s"><v>{cell.string}'
        else:
            super()._write_cell(row, col, cell)
            return
        at, look = xl_rowcol_to_cell_fast(row, col), cell.format._get_xf_index()
        self.fh.write(f'<c r="{at}" s="{look}"{value}</v></c>')
