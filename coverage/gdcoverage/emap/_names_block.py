"""The block of names: near which place one may ask for outlets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np

from gdcoverage.emap._folding import simplified_forms
from gdcoverage.emap._pack import block
from gdcoverage.emap._pinyin import pinyin_table
from gdcoverage.places.counties import assign_counties

# 1e-4 degrees, some ten metres, will do for "near".
_GRID = 1e4
# So large may the block be; what is known least far is left out.
MOST_BYTES = 200_000
_KINDS = {
    "town": "镇街",
    "station": "车站",
    "hospital": "医院",
    "government": "政府机关",
    "village": "村居",
    "mall": "商场",
    "market": "市场",
    "park": "公园",
    "school": "学校",
    "street": "街路",
}


def names_block(
    names: gpd.GeoDataFrame | None,
    counties: gpd.GeoDataFrame | None,
    most_bytes: int = MOST_BYTES,
) -> dict[str, Any]:
    """Names by county and kind, as many ranks of them as there is room for.

    Parameters
    ----------
    names : frame of `read_names`, or None.
    counties : adcode, name; names outside them are left out.
    most_bytes : of the block as the page has it; a rank that does not fit is left out whole.
    """
    if names is None:
        return _packed([], [])
    county = np.full(len(names), "", object)
    if counties is not None and len(names):
        code = assign_counties(names, counties)
        names, code = names[code != ""], code[code != ""]
        county = code.map(dict(zip(counties["adcode"], counties["name"], strict=True))).to_numpy()
    names = names.assign(county=county).sort_values(["county", "kind", "name"], kind="stable")
    for rank in sorted(names["rank"].unique(), reverse=True):
        made = _groups(names)
        if len(block(made).text) <= most_bytes:
            return made
        names = names[names["rank"] < rank]
    return _groups(names)


def _groups(names: gpd.GeoDataFrame) -> dict[str, Any]:
    groups = []
    for (county, kind), rows in names.groupby(["county", "kind"]):
        lat, lon = (
            np.round(axis * _GRID).astype(int) for axis in (rows.geometry.y, rows.geometry.x)
        )
        groups.append(
            {
                "county": county,
                "kind": _KINDS[kind],
                "names": "\n".join(rows["name"]),
                "south": int(lat.min()),
                "west": int(lon.min()),
                "lat": (lat - lat.min()).tolist(),
                "lon": (lon - lon.min()).tolist(),
            }
        )
    groups.sort(key=lambda group: list(_KINDS.values()).index(group["kind"]))
    return _packed(groups, names["name"])


def _packed(groups: list[dict[str, Any]], names: Iterable[str]) -> dict[str, Any]:
    pinyin = pinyin_table(names)
    return {"groups": groups, "pinyin": pinyin, "simple": simplified_forms(pinyin)}
