"""Places of villages from another table or layer, found by code or by name, never by likeness."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.arrays import Floats, Objects
from gdcoverage.demand._lines import stem
from gdcoverage.demand._people import narrow
from gdcoverage.problems import unusable
from gdcoverage.tables import Headings, plain_number, tables_of

# Digits of a village's code, and how many of them are its town's.
VILLAGE_DIGITS, TOWN_DIGITS = 12, 9

_HEADINGS: Headings = {
    "name": ("名称", "村名", "村居名称", "村居", "小区名称", "居民点名称", "name"),
    "code": (
        *("代码", "编码", "编号", "统计用区划代码", "区划代码", "村代码", "村级代码", "村居代码"),
        "code",
    ),
    "town": ("镇街", "乡镇", "乡镇街道", "镇", "所属镇街", "所属乡镇", "所在镇街", "town"),
}


class _Place(NamedTuple):
    at: int
    town: str
    code: str


class Register:
    """Villages with places.

    Parameters
    ----------
    places : columns ``name`` and, where known, ``code`` and ``town``; points or polygons in any
        CRS.

    Raises
    ------
    InputError : no column of names, or no coordinate system.
    """

    def __init__(self, places: gpd.GeoDataFrame) -> None:
        (table,) = tables_of(places, _HEADINGS, ())
        if "name" not in table.columns or table.geometry is None:
            action = "places 请给出 name（村名）列与几何；有区划代码的请给出 code 列"
            raise unusable("places_unusable", "places 没有 name 列或几何", action)
        shapes = np.array(table.geometry, object)
        wide = shapely.get_type_id(shapes) > 0
        shapes[wide] = shapely.point_on_surface(shapes[wide])
        self._lon, self._lat = shapely.get_x(shapes), shapely.get_y(shapes)
        placed = np.isfinite(self._lon + self._lat)
        self._by_code: dict[str, list[int]] = {}
        self._by_name: dict[str, list[_Place]] = {}
        names, towns = narrow(table.text("name")), narrow(table.text("town"))
        codes = [village_code(text) for text in table.text("code")]
        for i in np.flatnonzero(placed):
            if codes[i]:
                self._by_code.setdefault(codes[i], []).append(int(i))
            if names[i]:
                place = _Place(int(i), stem(towns[i]), codes[i])
                self._by_name.setdefault(names[i], []).append(place)

    def find(
        self, codes: Objects, names: Objects, towns: Objects
    ) -> tuple[Floats, Floats, dict[int, str]]:
        """Longitude and latitude of villages; NaN, and why, where there is none or more than one.

        Parameters
        ----------
        codes, names, towns : of each; "" where unknown. A name alone counts only where no other
            village has it, here or there.
        """
        lon, lat = np.full((2, len(names)), np.nan)
        why: dict[int, str] = {}
        told: dict[str, int] = {}
        for name in names:
            told[name] = told.get(name, 0) + 1
        for i, (text, name, town) in enumerate(zip(codes, names, towns, strict=True)):
            code = village_code(text)
            found = self._by_code.get(code, []) if code else []
            if not found:
                found = self._named(name, code, stem(town), told[name] == 1)
            if len(found) == 1:
                lon[i], lat[i] = self._lon[found[0]], self._lat[found[0]]
            else:
                again = "" if told[name] == 1 else "（本表有同名的，仅凭名称不能对应）"
                fault = "有多处" if found else "没有"
                why[i] = f"位置表里{fault}代码“{text}”或名称“{name}”相同的{again}"
        return lon, lat, why

    def _named(self, name: str, code: str, town: str, once: bool) -> list[int]:
        """Places of a name that lie in the town, or of which nothing says that they do not."""
        same = self._by_name.get(name, []) if name else []
        sure, open_ = [], []
        for place in same:
            both_coded = code[:TOWN_DIGITS] and place.code[:TOWN_DIGITS]
            if both_coded:
                if code[:TOWN_DIGITS] == place.code[:TOWN_DIGITS]:
                    sure.append(place.at)
            elif town and place.town:
                if town == place.town:
                    sure.append(place.at)
            else:
                open_.append(place.at)
        return sure or (open_ if once else [])


def village_code(text: str) -> str:
    """A code as tables write it, without the class that may follow it; "" for none."""
    plain = plain_number(text).removesuffix(".0")
    return plain[:VILLAGE_DIGITS] if plain.isdigit() else plain
