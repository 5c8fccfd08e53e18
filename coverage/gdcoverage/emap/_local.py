"""What a county's map says of its towns, and of each service by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gdcoverage.arrays import Bools
from gdcoverage.emap._facts import facts
from gdcoverage.emap._pack import packed_area
from gdcoverage.emap._province import class_of
from gdcoverage.findings import Findings
from gdcoverage.numbers import TOWN
from gdcoverage.outlets.offers import SERVICES, offers_of
from gdcoverage.outlets.when import WHEN
from gdcoverage.places.assign_towns import ids_of
from gdcoverage.policy import ITEMS, MODES
from gdcoverage.report import measured, percent
from gdcoverage.services import says_anything, served_by
from gdcoverage.townships import by_town


def is_drawn(towns: gpd.GeoDataFrame) -> Bools:
    """Which towns have an area to draw."""
    return np.asarray(shapely.get_type_id(towns.geometry.to_numpy()) > 0)


def town_rows(
    found: Findings, towns: gpd.GeoDataFrame | None, counties: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Towns with people, those with most people outside the standard first; the area of those that
    have one.

    Parameters
    ----------
    counties : adcode -> name, where towns of several counties are listed together.
    """
    table = by_town(found, towns)
    if table.empty:
        return []
    table = table[(table["town_id"] != "") & (table["population"] > 0)]
    missed = (table["population"] - table["covered_population"]).round(6)
    table = table.assign(uncovered_population=missed)
    table = table.sort_values("uncovered_population", ascending=False, kind="stable")
    names = found.outlets["name"] if "name" in found.outlets else found.outlets["outlet_id"]
    called = dict(zip(found.outlets["outlet_id"], names, strict=True))
    areas = {} if towns is None else _areas(towns)
    rows = []
    for town in table.to_dict("records"):
        known = {str(key): value for key, value in town.items() if not pd.isna(value)}
        nearest = {"outlet_name": called.get(town["outlet_id"], town["outlet_id"]) or "无"}
        banks = {"banks": town["banks"] or "无"}
        rows.append(
            {
                "name": (counties or {}).get(town["county"], "") + town["town_label"],
                "style": (OF_PROVINCE if counties else "") + class_of(town["rate"]),
                "missed": round(town["uncovered_population"]),
                "area": areas.get(town["town_id"], []),
                "facts": facts(TOWN, known | nearest | banks),
            }
        )
    return rows


def _areas(towns: gpd.GeoDataFrame) -> dict[str, Any]:
    """Packed areas by id; neighbours simplified together still meet."""
    drawn = towns[is_drawn(towns)]
    tolerance = _FINE_DEG if len(drawn) <= _FEW else _COARSE_DEG
    shapes = shapely.coverage_simplify(drawn.geometry.to_numpy(), tolerance)
    return {
        number: packed_area(shape, 0) for number, shape in zip(ids_of(drawn), shapes, strict=True)
    }


# About twenty metres for the towns of a county, two hundred for a province's.
_FINE_DEG, _COARSE_DEG, _FEW = 2e-4, 2e-3, 100
# Before the styles of towns on the province's map, where those of counties are the plain ones.
OF_PROVINCE = "town_"


def services_of(found: Findings) -> dict[str, Any] | None:
    """Who is served by each combination of item, mode and hours; None where outlets say nothing.

    Demand points served alike share a mask: a digit for each service, the hours turning fastest.
    """
    if not says_anything(found.outlets):
        return None
    active = found.outlets["counts"].to_numpy(bool)
    offered = offers_of(found.outlets).known & active[:, None]
    served = served_by(found.covers, offered)
    masks, number = np.unique(served, axis=0, return_inverse=True)
    people = found.demand["population"].to_numpy(float)
    covered, everyone = people @ served, people.sum()
    return {
        "items": list(ITEMS.values()),
        "modes": list(MODES.values()),
        "whens": [when.label for when in WHEN],
        "masks": ["".join("01"[flag] for flag in mask.astype(int)) for mask in masks],
        "mask": number.ravel().tolist(),
        "told": [
            f"{service.label}：{TOWN['rate'].said} {percent(part / (everyone or np.nan))}，"
            f"达标 {measured(part, 'people')}，能办的在营网点 {measured(count, 'count')}"
            for service, part, count in zip(SERVICES, covered, offered.sum(axis=0), strict=True)
        ],
    }
