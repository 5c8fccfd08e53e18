"""What a map's cards say: labels of the table of numbers, values as reports show them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gdcoverage.numbers import Column, shown_in
from gdcoverage.policy import Standard
from gdcoverage.report import distance_text, measured


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


def ways(gap: Any, standard: Standard) -> dict[str, Any]:
    """What a gap's card says of the ways to an outlet; words where an urban one has none.

    Parameters
    ----------
    gap : a row of `find_gaps`.
    """
    words = distance_text(math.nan, standard, gap.settlement)
    known = {
        name: metres
        for name, metres in (
            ("radius_m", gap.radius_m),
            ("walk", gap.walk_m),
            ("distance", gap.distance_m),
        )
        if not math.isnan(metres)
    }
    in_words = {"distance": words} | ({"walk": words} if gap.settlement == "urban" else {})
    points = {"demand_name": gap.demand_name, "outlet_name": gap.outlet_name or "无"}
    return points | in_words | known | {"beyond_m": gap.beyond_m}


def site_place(site: Any) -> dict[str, str]:
    """Where a recommended site is: in words, and as people paste it into a map's search.

    Parameters
    ----------
    site : a row of `SitePlan.sites`.
    """
    return {
        **({"kind": site.kind} if site.kind else {}),
        "where": site.where or "—",
        "lon": f"{site.lon:.6f},{site.lat:.6f}",
        "gcj02_lon": f"{site.gcj02_lon:.6f},{site.gcj02_lat:.6f}",
    }
