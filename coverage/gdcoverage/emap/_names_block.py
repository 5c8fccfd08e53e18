"""The block of names, near which one may ask for outlets, and what of it lies beside the page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.emap._folding import simplified_forms
from gdcoverage.emap._pack import block
from gdcoverage.emap._pinyin import pinyin_table
from gdcoverage.places.counties import assign_counties

# 1e-4 degrees, some ten metres, will do for "near".
_GRID = 1e4
# So large may the block be, and each piece beside it; what is known least far is left out.
MOST_BYTES = 200_000
_AROUND = 100  # bytes of a script around its block
# The folder beside the page in which each county's names are.
FOLDER = "地名"
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
    *,
    beside: bool = False,
) -> dict[str, Any]:
    """Names by county and kind, as many ranks of them as there is room for.

    Parameters
    ----------
    names : frame of `read_names`, or None.
    counties : adcode, name; names outside them are left out.
    most_bytes : of the block as the page has it; a rank that does not fit is left out whole.
    beside : whether `names_beside` lie beside the page; it is told of which counties, and where
        these are, in degrees.
    """
    if names is None:
        return _packed([], [])
    made = _fitting(_placed(names, counties), most_bytes)
    if beside and counties is not None:
        boxes = shapely.bounds(counties.geometry.to_numpy()).round(2).tolist()
        told = zip(counties["adcode"], counties["name"], boxes, strict=True)
        made["beside"] = [{"adcode": code, "name": name, "box": box} for code, name, box in told]
    return made


def names_beside(names: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> dict[str, str]:
    """All names of each county as a script that leaves them at its own element.

    A page that was opened from a disk may read no other file of its folder but scripts.

    Returns
    -------
    Path below the page's folder -> script, for every county (`paths_beside`).
    """
    placed = _placed(names, counties)
    found = {}
    for path, name in zip(paths_beside(counties), counties["name"], strict=True):
        part = block(_fitting(placed[placed["county"] == name], MOST_BYTES - _AROUND))
        held = json.dumps({"kind": part.kind, "text": part.text}, ensure_ascii=False)
        found[path] = f"document.currentScript.emapNames={held};\n"
    return found


def paths_beside(counties: gpd.GeoDataFrame) -> list[str]:
    """Where each county's names are, below the page's folder."""
    return [f"{FOLDER}/{adcode}.js" for adcode in counties["adcode"]]


def _placed(names: gpd.GeoDataFrame, counties: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Names with the name of their county, sorted; those outside the counties are left out."""
    county = np.full(len(names), "", object)
    if counties is not None and len(names):
        code = assign_counties(names, counties)
        names, code = names[code != ""], code[code != ""]
        county = code.map(dict(zip(counties["adcode"], counties["name"], strict=True))).to_numpy()
    return names.assign(county=county).sort_values(["county", "kind", "name"], kind="stable")


def _fitting(names: gpd.GeoDataFrame, most_bytes: int) -> dict[str, Any]:
    """As many ranks of names as there is room for."""
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
