"""Rows for JSON, and where a site is in words: what several parts of a report say alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def place_of(site: Mapping[Any, Any]) -> str:
    """Where a site is, with coordinates as GPS and Amap take them; values as of `SitePlan`."""
    where = f"位于 {site['where']}，" if site["where"] else "位于 "
    return (
        f"{where}WGS-84 {site['lon']:.6f},{site['lat']:.6f}，"
        f"高德（GCJ-02） {site['gcj02_lon']:.6f},{site['gcj02_lat']:.6f}"
    )


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, NaN as None."""
    return [values(row) for row in table.to_dict("records")]


def values(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row for JSON, NaN as None."""
    return {str(k): number(v) for k, v in row.items()}


def proved(answer: Any) -> dict[str, Any]:
    """What was found and how far it is proved, but for how long that took, which no run repeats."""
    return values({name: value for name, value in vars(answer).items() if name != "seconds"})


def number(value: Any) -> Any:
    """A value for JSON: to the millionth, NaN as None."""
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else round(float(value), 6)
    return value.item() if isinstance(value, np.generic) else value
