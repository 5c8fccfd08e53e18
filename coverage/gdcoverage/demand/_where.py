"""Where rows of people lie: by coordinates, shape, hexagon, or another table of places."""

from __future__ import annotations

import dataclasses
import re
from typing import NamedTuple

import geopandas as gpd
import h3
import numpy as np
import shapely

from gdcoverage.arrays import Bools, Floats, Objects
from gdcoverage.demand import _headings as words
from gdcoverage.demand._people import narrow
from gdcoverage.demand._places import Register, village_code
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.datum import Datum
from gdcoverage.problems import Problem
from gdcoverage.tables import Table, coordinates, numbers

# Codes of towns and villages; of villages alone, in any province.
_DIVISION = re.compile(r"[1-6]\d{8}(?:\d{3})?")
_VILLAGE = re.compile(r"[1-6]\d{11}")
NO_COORDINATES = "coordinate_heading_missing"
# Units that headings carry in brackets: 面积（公顷）.
_AREA_UNITS = {
    **dict.fromkeys(("平方米", "m2", "平米"), 1e-6),
    **dict.fromkeys(("公顷", "ha", "hm2"), 1e-2),
    "亩": 1 / 1500,
}


class Where(NamedTuple):
    """Degrees in WGS-84, NaN where a row has no place; `at_all`: whether any row may have one."""

    lon: Floats
    lat: Floats
    problems: list[Problem]
    at_all: bool = True


class Names(NamedTuple):
    """What rows are called, made narrow.

    Parameters
    ----------
    own : their name; of a row without one its town's.
    town : in which they lie, as the column of towns says, here or in the row above.
    code : as written.
    """

    own: Objects
    town: Objects
    code: Objects


def names_of(table: Table) -> Names:
    """What a table's rows are called."""
    own, town = narrow(table.text("name")), narrow(table.text("town_name"))
    ids = table.text("demand_id")
    code = np.where(ids != "", ids, table.text("division"))
    known = np.maximum.accumulate(np.where(town != "", np.arange(len(town)), -1))
    filled = np.where(known >= 0, town[np.maximum(known, 0)], "") if len(town) else town
    return Names(np.where(own != "", own, town), filled, code)


def town_of(table: Table, names: Names) -> Objects:
    """The town in which each row lies, as its column, the part of the table or the sheet says; ""
    where nothing does.
    """
    town = names.town
    sheets = (np.full(len(table), name, object) for name in table.tabs)
    for other in (table.section, *sheets):
        if other is not None:
            town = np.where((town == "") & _name_towns(other), other, town)
    return town


def lies_in(table: Table, names: Names) -> Objects:
    """The same, and of a row that is a town its own name."""
    town = town_of(table, names)
    return np.where((town == "") & _name_towns(names.own), names.own, town)


def _name_towns(texts: Objects) -> Bools:
    """Which texts are names of towns; the same few are written over and over."""
    found = {text: words.level_of(text) == words.TOWN for text in set(texts)}
    return np.array([found[text] for text in texts], bool)


def divisions_of(table: Table, names: Names) -> Objects:
    """The statistics bureau's code of each row's village or town; "" for none.

    What stands in a column of other numbers counts only with the twelve digits of a village.
    """
    told = [_DIVISION.fullmatch(village_code(text)) for text in table.text("division")]
    ids = [_VILLAGE.fullmatch(village_code(text)) for text in names.code]
    pairs = zip(told, ids, strict=True)
    return np.array([(own or other or [""])[0] for own, other in pairs], object)


def is_hexagon(cell: str) -> bool:
    """Whether a text is a cell of H3."""
    try:
        return h3.is_valid_cell(cell)
    except OverflowError:  # hexadecimal digits, but of more than 64 bits
        return False


def mended(table: Table) -> Table:
    """The table with shapes that have a middle and an area: valid, of one sense, or none."""
    if table.geometry is None:
        return table
    shapes = np.array(table.geometry, object)
    crossed = ~shapely.is_valid(shapes) & (shapely.get_type_id(shapes) > 0)
    shapes[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
    shapes = shapely.normalize(shapes)
    shapes[shapely.is_empty(shapes)] = None
    return dataclasses.replace(table, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))


def places_of(
    table: Table, names: Names, hexagon: Bools, datum: Datum, register: Register | None
) -> Where:
    """Where each row lies: as its coordinates or its shape say, else its hexagon, else its name.

    Parameters
    ----------
    hexagon : rows whose id is a cell of H3.
    register : places by code and name.
    """
    columns = table.columns.keys()
    if table.geometry is not None or {"lon", "lat"} <= columns or "lonlat" in columns:
        located = coordinates.locate_rows(table, datum, coordinates.ANYWHERE)
        where = Where(located.lon, located.lat, [*located.problems, *_told_otherwise(table)])
    elif hexagon.any():
        where = _middles(table, hexagon)
    else:
        lon, lat = np.full((2, len(table)), np.nan)
        where = Where(lon, lat, [_without_coordinates(table)], at_all=False)
    return where if register is None else _joined(table, names, where, register)


def _told_otherwise(table: Table) -> list[Problem]:
    """Rows of which another column of the same heading says another place."""
    what, action = "同名的坐标列不止一组，数值不同，取第一组", "请删去不用的一组，或改表头"
    return [
        table.problem(int(i), "lon", "place_told_twice", what, action, severity="warning")
        for i in np.flatnonzero(coordinates.told_twice(table))
    ]


def _middles(table: Table, hexagon: Bools) -> Where:
    lat_lon = np.full((len(table), 2), np.nan)
    lat_lon[hexagon] = [h3.cell_to_latlng(cell) for cell in table.text("demand_id")[hexagon]]
    what, action = "不是 H3 编号，该行未计入", "请核对编号"
    problems = [
        table.problem(int(i), "demand_id", "hexagon_unknown", what, action)
        for i in np.flatnonzero(~hexagon)
    ]
    return Where(lat_lon[:, 1], lat_lon[:, 0], problems)


def _joined(table: Table, names: Names, where: Where, register: Register) -> Where:
    """Rows without a place get that of their code or name."""
    open_ = np.flatnonzero(np.isnan(where.lon))
    town = town_of(table, names)
    lon, lat, why = register.find(names.code[open_], names.own[open_], town[open_])
    where.lon[open_], where.lat[open_] = lon, lat
    action = "请在位置表（places）里补上代码或同镇的同名村，或在本表补填坐标"
    missed = [
        table.problem(int(open_[i]), "name", "place_unmatched", f"没有位置，未计入：{text}", action)
        for i, text in why.items()
    ]
    rows = {int(table.row[i]) for i in open_}
    kept = [p for p in where.problems if p.row not in rows and (where.at_all or p.row is not None)]
    return Where(where.lon, where.lat, [*kept, *missed])


def _without_coordinates(table: Table) -> Problem:
    seen = "、".join([*table.headings.values(), *table.unused])
    return Problem(
        NO_COORDINATES,
        f"没有坐标列，{len(table)} 行未计入；看到的表头是：{seen}",
        "请增加“经度”“纬度”两列，或用 H3 编号，或另给有坐标的村名表（places）",
        file=table.file,
        sheet=table.sheet,
    )


def areas_of(table: Table, hexagon: Bools) -> Floats:
    """Area as the table gives it; else of its polygons or hexagons; else unknown."""
    area = numbers(table.text("area_km2"))
    area *= words.unit_of(table.headings.get("area_km2", ""), _AREA_UNITS) or 1.0
    area[~(area > 0)] = np.nan
    if table.geometry is not None:
        shapes = table.geometry.to_numpy()
        open_ = np.flatnonzero(np.isnan(area) & (shapely.area(shapes) > 0))
        area[open_] = ellipsoid.area_km2(shapes[open_])
    cells = np.flatnonzero(np.isnan(area) & hexagon)
    area[cells] = [h3.cell_area(cell, unit="km^2") for cell in table.text("demand_id")[cells]]
    return area
