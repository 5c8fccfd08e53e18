"""People from tables of places or hexagons, and from point or polygon layers."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely

from gdcoverage.arrays import Bools, Floats, Objects
from gdcoverage.demand import _settlement
from gdcoverage.demand._raster import MOST_PEOPLE
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.datum import Datum
from gdcoverage.outlets import yes_or_no
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.tables import Headings, Table, coordinates, numbers, plain_number

Flags = Bools
Texts = Objects

# Field -> the spellings of its heading, as `tables.plain_heading` writes them.
HEADINGS: Headings = {
    "demand_id": (
        *("编号", "编码", "代码", "村代码", "格网编号", "网格编号", "h3编号", "六边形编号"),
        *("demandid", "id", "gridid", "hexid", "idhex", "hex", "hexagon", "h3", "h3index", "h3id"),
    ),
    "name": (
        *("名称", "村名", "小区", "小区名称", "村居名称", "村居", "居民点", "居民点名称", "地名"),
        "name",
    ),
    "population": (
        *("人口", "常住人口", "人口数", "总人口", "人数", "常住人口数", "人口数量", "人口总数"),
        *("七普人口", "普查人口", "population", "pop", "people", "totalpopulation", "poptotal"),
    ),
    "elderly": (
        *("60岁以上人口", "60岁及以上人口", "60岁以上", "60岁及以上", "老年人口", "老年人"),
        *("老年人口数", "elderly"),
    ),
    "settlement": tuple(h for h in _settlement.CODE_HEADINGS if h != "settlementcode"),
    "settlement_code": ("settlementcode",),
    "settlement_source": ("settlementsource",),
    "town": ("town",),
    "area_km2": ("面积", "面积平方公里", "面积km2", "土地面积", "areakm2", "area"),
    "_number": ("序号", "no"),
} | dict(coordinates.HEADINGS)

# Units that headings carry in brackets: 人口（万人）, 面积（公顷）.
_PEOPLE_UNITS = {"万人": 1e4, "万": 1e4, "千人": 1e3}
_AREA_UNITS = {
    **dict.fromkeys(("平方米", "m2", "平米"), 1e-6),
    **dict.fromkeys(("公顷", "ha", "hm2"), 1e-2),
    "亩": 1 / 1500,
}


def points_of(tables: list[Table], datum: Datum) -> tuple[pd.DataFrame, list[Problem], float]:
    """The rows of tables that have people and a place.

    Returns
    -------
    points : columns ``demand_id``, ``name``, ``population``, ``elderly``, ``area_km2``,
        ``source_row``, ``lon``, ``lat`` (WGS-84), ``sheet``, ``settlement`` (as written; the
        code where there is one, else a town's where the row says so) and ``settlement_source``.
    problems : the faults of all rows.
    left_out : people on the rows that have no place.

    Raises
    ------
    InputError : a table has no column of people or of places.
    """
    parts = [_rows(table, datum) for table in tables]
    points = pd.concat([rows for rows, _ in parts], ignore_index=True)
    problems = [problem for _, found in parts for problem in found]
    points["demand_id"] = _unique_ids(points)
    bad = points["population"].isna() | points["lon"].isna()
    left_out = float(points.loc[bad, "population"].sum())
    return points[~bad].reset_index(drop=True), problems, left_out


def _rows(table: Table, datum: Datum) -> tuple[pd.DataFrame, list[Problem]]:
    """Every row of a table; NaN where it has no usable place or number of people."""
    if "population" not in table.headings:
        raise _lacking(
            table, "population_heading_missing", "人口列", "请增加“人口”（population）列"
        )
    table = _mended(table)
    ids = table.text("demand_id")
    hexagon = np.array([_is_hexagon(cell) for cell in ids], bool)
    lon, lat, problems = _places(table, ids, hexagon, datum)
    people, found = _people(table)
    problems += found
    elderly, found = _elderly(table, people)
    problems += found
    table, settlement = _settlement_text(table)
    problems += _unused(table) + _repeated(table, ids)
    rows = {
        "demand_id": np.array([plain_number(cell) for cell in ids], object),
        "name": table.text("name"),
        "population": people,
        "elderly": elderly,
        "area_km2": _areas(table, ids, hexagon),
        "source_row": table.row,
        "lon": lon,
        "lat": lat,
        "sheet": np.full(len(table), table.sheet, object),
        "settlement": settlement,
        "settlement_source": table.text("settlement_source"),
    }
    return pd.DataFrame(rows), problems


def _settlement_text(table: Table) -> tuple[Table, Texts]:
    """What each row says of its settlement; a column “town” that does not say yes or no is unused.

    ``town`` counts where no code says more: a town is judged by the standard's rule.
    """
    told, code = table.text("settlement"), table.text("settlement_code")
    town = [yes_or_no(text) for text in table.text("town")]
    if any(strange for _, strange in town):
        table = dataclasses.replace(table, unused=(*table.unused, table.headings["town"]))
        town = [(False, "")] * len(table)
    is_town = np.array([yes for yes, _ in town], bool) & _settlement.without_code(told)
    return table, np.where(code != "", code, np.where(is_town, "town", told))


def _is_hexagon(cell: str) -> bool:
    try:
        return h3.is_valid_cell(cell)
    except OverflowError:  # hexadecimal digits, but of more than 64 bits
        return False


def _mended(table: Table) -> Table:
    """The table with shapes that have a middle and an area: valid, of one sense, or none."""
    if table.geometry is None:
        return table
    shapes = np.array(table.geometry, object)
    crossed = ~shapely.is_valid(shapes) & (shapely.get_type_id(shapes) > 0)
    shapes[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
    shapes = shapely.normalize(shapes)
    shapes[shapely.is_empty(shapes)] = None
    return dataclasses.replace(table, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))


def _places(
    table: Table, ids: Texts, hexagon: Flags, datum: Datum
) -> tuple[Floats, Floats, list[Problem]]:
    """Where each row lies: as its coordinates or its shape say, else the middle of its hexagon."""
    columns = table.columns.keys()
    if table.geometry is not None or {"lon", "lat"} <= columns or "lonlat" in columns:
        located = coordinates.locate_rows(table, datum, coordinates.ANYWHERE)
        return located.lon, located.lat, list(located.problems)
    if not hexagon.any():
        raise _lacking(
            table,
            "coordinate_heading_missing",
            "坐标列",
            "请增加“经度”“纬度”两列，或用 H3 编号",
        )
    lat_lon = np.full((len(table), 2), np.nan)
    lat_lon[hexagon] = [h3.cell_to_latlng(cell) for cell in ids[hexagon]]
    problems = [
        table.problem(
            int(i), "demand_id", "hexagon_unknown", "不是 H3 编号，该行未计入", "请核对编号"
        )
        for i in np.flatnonzero(~hexagon)
    ]
    return lat_lon[:, 1], lat_lon[:, 0], problems


def _people(table: Table) -> tuple[Floats, list[Problem]]:
    """People of each row, NaN where the cell holds no number of them."""
    text = table.columns["population"]
    people = numbers(text) * _unit(table.headings["population"], _PEOPLE_UNITS)
    problems = []
    unusable = ~((people >= 0) & (people <= MOST_PEOPLE))
    for i in np.flatnonzero(unusable):
        if text[i] == "":
            kind, what = "population_missing", "没有人口数，该行未计入"
        elif np.isnan(people[i]):
            kind, what = "population_unreadable", "人口不是数字，该行未计入"
        elif people[i] < 0:
            kind, what = "population_negative", "人口为负数，该行未计入"
        else:
            kind, what = "population_impossible", "人口大得不可能，该行未计入"
        problems.append(table.problem(int(i), "population", kind, what, "请填不小于 0 的人数"))
    people[unusable] = np.nan
    return people, problems


def _elderly(table: Table, people: Floats) -> tuple[Floats, list[Problem]]:
    """People of 60 and over, NaN where unknown or impossible."""
    text = table.text("elderly")
    elderly = numbers(text) * _unit(table.headings.get("elderly", ""), _PEOPLE_UNITS)
    strange = (np.isnan(elderly) & (text != "")) | (elderly < 0) | (elderly > people)
    elderly[strange] = np.nan
    what, action = "60 岁以上人口不是 0 到总人口之间的数，按未知处理", "请核对"
    return elderly, [
        table.problem(int(i), "elderly", "elderly_unusable", what, action, severity="warning")
        for i in np.flatnonzero(strange)
    ]


def _areas(table: Table, ids: Texts, hexagon: Flags) -> Floats:
    """Area as the table gives it; else of its polygons or hexagons; else unknown."""
    area = numbers(table.text("area_km2"))
    area *= _unit(table.headings.get("area_km2", ""), _AREA_UNITS)
    area[~(area > 0)] = np.nan
    if table.geometry is not None:
        shapes = table.geometry.to_numpy()
        open_ = np.flatnonzero(np.isnan(area) & (shapely.area(shapes) > 0))
        area[open_] = ellipsoid.area_km2(shapes[open_])
    cells = np.flatnonzero(np.isnan(area) & hexagon)
    area[cells] = [h3.cell_area(cell, unit="km^2") for cell in ids[cells]]
    return area


def _unit(heading: str, units: dict[str, float]) -> float:
    """What a heading's unit in brackets is in people or km²; 1 without a known one."""
    inside = re.findall(
        r"[(\[{【〔](.*?)[)\]}】〕]", unicodedata.normalize("NFKC", heading).lower()
    )
    return next((units[text.strip()] for text in inside if text.strip() in units), 1.0)


def _unused(table: Table) -> list[Problem]:
    if not table.unused:
        return []
    what = f"以下列未使用：{'、'.join(table.unused)}"
    action = "若其中有需要的内容，请把表头改成标准写法"
    return [Problem("columns_unused", what, action, "warning", file=table.file, sheet=table.sheet)]


def _repeated(table: Table, ids: Texts) -> list[Problem]:
    """A row entered twice counts its people twice; an id that comes twice gives it away."""
    told = pd.Series(ids[ids != ""])
    again = told[told.duplicated()]
    if again.empty:
        return []
    return [
        Problem(
            "id_repeated",
            f"有 {len(again):,} 行的编号与前面的行相同（如“{again.iloc[0]}”），都已计入",
            "若是重复填报，人口会重复计算，请核对",
            "warning",
            file=table.file,
            sheet=table.sheet,
            column=table.headings["demand_id"],
        )
    ]


def _unique_ids(points: pd.DataFrame) -> pd.Series:
    """The file's ids where each is there once; sheet and row numbers for the other rows."""
    ids = points["demand_id"]
    places = points["sheet"].astype("str") + "R" + points["source_row"].astype("str")
    mixed = ids.where((ids != "") & ~ids.duplicated(keep=False), places)
    return places if mixed.duplicated().any() else mixed


def _lacking(table: Table, kind: str, column: str, action: str) -> InputError:
    seen = "、".join([*table.headings.values(), *table.unused])
    return unusable(
        kind, f"没有{column}，看到的表头是：{seen}", action, file=table.file, sheet=table.sheet
    )
