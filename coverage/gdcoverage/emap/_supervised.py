"""The planner's layer of supervision: a ring around each outlet that wants looking at."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from gdcoverage.emap._facts import facts
from gdcoverage.emap._styles import Style
from gdcoverage.numbers import SUPERVISION
from gdcoverage.register import FORCED, NOT_ACTIVE, NOT_ON_MAP, OVERDUE, TALKED

# Rings of several layers around one outlet lie within one another; the legend begins with the last.
_RINGS = {
    "other": ("监督：其他", "Supervision: other", "#666666", "2 3", 26),
    "unlisted": (
        "监督：登记与在营不符",
        "Supervision: registered and in service disagree",
        "#1A1A1A",
        "1 4",
        23,
    ),
    "overdue": ("监督：逾期未检查", "Supervision: inspection overdue", "#7B3294", "4 3", 14),
    "talked": ("监督：连续约谈", "Supervision: talks in a row", "#D55E00", "", 17),
    "forced": ("监督：强制退出候选", "Supervision: candidates of forced exit", "#B2182B", "", 20),
}
_RING_OF = {
    FORCED: "forced",
    TALKED: "talked",
    OVERDUE: "overdue",
    NOT_ON_MAP: "unlisted",
    NOT_ACTIVE: "unlisted",
}


def supervision_styles(supervision: gpd.GeoDataFrame | None) -> dict[str, Style]:
    """A style for each ring that there is, off at first."""
    if supervision is None:
        return {}
    there = {_ring(kind) for kind in supervision["kind"]}
    return {
        f"supervised_{ring}": Style(
            label,
            english,
            False,
            "ring",
            {"color": colour, "weight": 3, "dashArray": dashes, "radius": radius, "fill": False},
        )
        for ring, (label, english, colour, dashes, radius) in _RINGS.items()
        if ring in there
    }


def supervised_rows(supervision: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """Each ring of each outlet with all that it is drawn for.

    Parameters
    ----------
    supervision : frame of `Report.supervision_table`, or None.
    """
    if supervision is None:
        return []
    rings = supervision.assign(ring=supervision["kind"].map(_ring))
    rows = []
    for (ring, _), told in rings.groupby(["ring", "outlet_id"], sort=False):
        first = told.iloc[0]
        said = [[kind, what] for kind, what in zip(told["kind"], told["what"], strict=True)]
        known = {name: first[name] for name in SUPERVISION if name in ("outlet_id", "bank")}
        known["status_name"] = first["status_name"]
        if first["population"] == first["population"]:  # not of outlets that do not count
            known["population"] = first["population"]
        rows.append(
            {
                "style": f"supervised_{ring}",
                "name": first["name"] or first["outlet_id"],
                "lat": round(first.geometry.y, 6),
                "lon": round(first.geometry.x, 6),
                "facts": said + facts(SUPERVISION, known),
            }
        )
    return rows


def _ring(kind: str) -> str:
    return _RING_OF.get(kind, "other")
