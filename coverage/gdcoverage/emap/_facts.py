"""What a map's cards say: labels of the table of numbers, values as reports show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gdcoverage.numbers import Column, shown_in
from gdcoverage.report import measured


def facts(columns: Mapping[str, Column], values: Mapping[str, Any]) -> list[list[str]]:
    """Label and text of each number that maps show, in the order of the columns.

    Parameters
    ----------
    columns : a table of `numbers`.
    values : by column; texts stay as they are, columns without a value are left out.
    """
    return [
        [
            column.said,
            values[name] if isinstance(values[name], str) else measured(values[name], column.kind),
        ]
        for name, column in shown_in("map", columns).items()
        if name in values
    ]
