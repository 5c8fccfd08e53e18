"""Reading demand points: from a table of places or hexagons, a layer, or a population raster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from numpy.typing import NDArray

from gdcoverage import _geodesic, coordinates
from gdcoverage.datum import Datum
from gdcoverage.demand import _raster, _settlement
from gdcoverage.demand._settlement import Settled
from gdcoverage.files import Source
from gdcoverage.policy import SETTLEMENTS, Settlement, Standard
from gdcoverage.problems import InputError, Problem
from gdcoverage.tables import Headings, Reading, Table, numbers, plain_number, read_tables

Floats = NDArray[np.float64]

HEADINGS: Headings = {
    "demand_id": ("编号", "编码", "代码", "村代码", "demandid", "id", "hexid", "h3", "h3index", "hex"),
    "name": ("名称", "村名", "小区", "小区名称", "村居名称", "村居", "地名", "name"),
    "population": ("人口", "常住人口", "人口数", "总人口", "人数", "常住人口数", "population", "pop", "people"),
    "elderly": ("60岁以上人口", "60岁及以上人口", "老年人口", "老年人", "60岁以上", "elderly"),
    "settlement": _settlement.CODE_HEADINGS,
    "area_km2": ("面积", "面积平方公里", "areakm2", "area"),
    "_number": ("序号", "no"),
} | dict(coordinates.HEADINGS)  # fmt: skip

RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".vrt", ".img", ".asc"})
_EVERYWHERE = shapely.box(-180, -90, 180, 90)

# Columns of a demand frame; the points are WGS-84.
DEMAND = pa.DataFrameSchema(
    {
        "demand_id": pa.Column(str, unique=True),
        "name": pa.Column(str),
        "population": pa.Column(float, pa.Check.ge(0), description="people"),
        "elderly": pa.Column(
            float, nullable=True, description="people of 60 and over; NaN unknown"
        ),
        "settlement": pa.Column(str, pa.Check.isin(SETTLEMENTS)),
        "town": pa.Column(bool, description="code 121, 122, 123, or an urban cluster"),
        "settlement_code": pa.Column(str, description="the official code; empty where none"),
        "settlement_source": pa.Column(
            str, pa.Check.isin(["code", "polygon", "degurba", "declared"])
        ),
        "area_km2": pa.Column(float, nullable=True, description="NaN unknown"),
        "county": pa.Column(str, description="adcode; empty until assigned, and outside all"),
        "source_row": pa.Column(int, description="row in the file from 1; 0 for raster cells"),
        "geometry": pa.Column("geometry"),
    },
    strict=True,
    ordered=True,
)


def read_demand(
    path: str | Path,
    *,
    datum: Datum = "wgs84",
    standard: Standard | None = None,
    settlement: Settlement | Literal["town"] | None = None,
    settlement_polygons: gpd.GeoDataFrame | None = None,
    sheet: str | None = None,
) -> Reading:
    """Demand points with people and settlement class.

    Parameters
    ----------
    path : a table (XLSX, CSV) of places or of H3 hexagons (with or without coordinates), a
        point or polygon layer, or a raster (GeoTIFF) whose values are people per cell.
    datum : of the coordinates in the file.
    standard : its town rule decides the class of towns.
    settlement : class declared for points that have no code.
    settlement_polygons : frame with a class column (codes 111 … 220 or words); asked before
        `settlement`, for points that have no code; outside the polygons is rural.
    sheet : only this sheet.

    Returns
    -------
    Reading; its frame has the columns of `DEMAND`. Without code, polygon or declaration a
    raster's cells are classed by the degree of urbanisation.

    Raises
    ------
    InputError : the file is unusable, or a table says nothing of settlement.
    """
    path, standard = Path(path), standard or Standard()
    if path.suffix.lower() in RASTER_SUFFIXES:
        frame, problems = _raster_points(path)
        codes = np.full(len(frame), "", object)
    else:
        tables = read_tables(path, HEADINGS, ("population",), sheet)
        parts = [_table_points(table, datum) for table in tables]
        frame = pd.concat([part[0] for part in parts], ignore_index=True)
        problems = [problem for part in parts for problem in part[1]]
        codes = frame.pop("settlement").to_numpy(object)
    lon, lat = frame.pop("lon").to_numpy(float), frame.pop("lat").to_numpy(float)
    settled = _settlement.by_code(codes, standard)
    if settlement_polygons is not None:
        polygons = _settlement.by_polygon(lon, lat, settlement_polygons, standard)
        settled = settled.filled(polygons)
    if settlement is not None:
        settled = settled.filled(_settlement.declared(settlement, len(frame), standard))
    if path.suffix.lower() in RASTER_SUFFIXES:
        people = frame["population"].to_numpy()
        settled = settled.filled(_settlement.by_degree_of_urbanisation(lon, lat, people, standard))
    frame, lon, lat, settled, found = _classed_only(path, frame, lon, lat, settled, codes)
    problems += found
    return Reading(
        _demand_frame(frame, lon, lat, settled), tuple(problems), Source.of(path, "人口")
    )


def _demand_frame(
    frame: pd.DataFrame, lon: Floats, lat: Floats, settled: Settled
) -> gpd.GeoDataFrame:
    out = gpd.GeoDataFrame(
        frame.assign(
            settlement=settled.settlement,
            town=settled.town,
            settlement_code=settled.code,
            settlement_source=settled.source,
            county="",
        ),
        geometry=shapely.points(lon, lat),
        crs="EPSG:4326",
    )[list(DEMAND.columns)]
    texts = {name: "str" for name, c in DEMAND.columns.items() if str(c.dtype) == "str"}
    return DEMAND.validate(out.astype(texts))


def _raster_points(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    if not path.is_file():
        raise InputError(Problem("file_missing", "找不到文件", "请检查路径", file=path.name))
    cells = _raster.read_cells(path)
    frame = pd.DataFrame(
        {
            "demand_id": [f"C{i:07d}" for i in range(1, len(cells.lon) + 1)],
            "name": "",
            "population": cells.people,
            "elderly": np.nan,
            "area_km2": cells.area_km2,
            "source_row": 0,
            "lon": cells.lon,
            "lat": cells.lat,
        }
    )
    return frame, list(cells.problems)


def _table_points(table: Table, datum: Datum) -> tuple[pd.DataFrame, list[Problem]]:
    """Good rows of one table, and the faults of the others with the people they carry."""
    ids = table.text("demand_id")
    hexagons = _hexagons(ids)
    if hexagons is not None and not _has_place(table):
        lat, lon = np.array([h3.cell_to_latlng(cell) for cell in hexagons]).reshape(-1, 2).T
        problems: list[Problem] = []
    elif _has_place(table):
        located = coordinates.locate_rows(table, datum, _EVERYWHERE)
        lon, lat, problems = located.lon, located.lat, list(located.problems)
    else:
        raise _no_place(table)

    people = numbers(table.text("population"))
    strange = np.isnan(people) | (people < 0)
    for i in np.flatnonzero(strange):
        kind, what = _people_fault(table.columns["population"][i])
        problems.append(table.problem(int(i), "population", kind, what, "请填不小于 0 的人数"))
    keep = ~strange & ~np.isnan(lon)
    lost = float(np.nansum(np.where(people > 0, people, 0)[~keep]))
    if lost:
        problems.append(
            Problem(
                "people_left_out",
                f"未计入的行共有 {lost:,.0f} 人，不在任何合计之内",
                "改正上述各行后重新运行",
                "warning",
                file=table.file,
                sheet=table.sheet,
            )
        )
    frame = pd.DataFrame(
        {
            "demand_id": _unique_ids(table, ids),
            "name": table.text("name"),
            "population": people,
            "elderly": numbers(table.text("elderly")),
            "area_km2": _areas(table, hexagons),
            "source_row": table.row,
            "lon": lon,
            "lat": lat,
            "settlement": table.text("settlement"),
        }
    )
    return frame[keep].reset_index(drop=True), problems


def _hexagons(ids: NDArray[np.object_]) -> Sequence[str] | None:
    """The ids, if they are all H3 cells."""
    return list(ids) if len(ids) and all(h3.is_valid_cell(str(cell)) for cell in ids) else None


def _has_place(table: Table) -> bool:
    columns = table.columns.keys()
    return table.geometry is not None or {"lon", "lat"} <= columns or "lonlat" in columns


def _areas(table: Table, hexagons: Sequence[str] | None) -> Floats:
    """Area as the table gives it; else of its polygons or hexagons; else unknown."""
    given = numbers(table.text("area_km2"))
    if hexagons is not None:
        measured = np.array([h3.cell_area(cell, unit="km^2") for cell in hexagons])
    elif table.geometry is not None and set(table.geometry.geom_type) & {"Polygon", "MultiPolygon"}:
        measured = _geodesic.area_km2(table.geometry.to_numpy())
        measured[measured == 0] = np.nan
    else:
        return given
    return np.where(np.isnan(given), measured, given)


def _unique_ids(table: Table, ids: NDArray[np.object_]) -> list[str]:
    """The table's ids where each is there once; else its sheet and row numbers."""
    plain = [plain_number(text) for text in ids]
    if all(plain) and len(set(plain)) == len(plain):
        return plain
    return [f"{table.sheet}R{row}" if table.sheet else f"R{row}" for row in table.row]


def _people_fault(text: str) -> tuple[str, str]:
    if text == "":
        return "population_missing", "没有人口数，该行未计入"
    if np.isnan(numbers(np.array([text], object))[0]):
        return "population_unreadable", "人口不是数字，该行未计入"
    return "population_negative", "人口为负数，该行未计入"


def _classed_only(  # type: ignore[no-untyped-def]
    path: Path, frame: pd.DataFrame, lon: Floats, lat: Floats, settled: Settled, codes
):
    """Rows with a class; those whose code is strange are reported, a file without codes refused."""
    known = settled.settlement != ""
    if len(frame) and not known.any():
        raise InputError(
            Problem(
                "settlement_missing",
                "无法判定城区或乡村：没有城乡分类代码，也没有声明",
                "请增加“城乡分类代码”列，或在计划文件 [demand] 下声明 settlement"
                "（urban 或 rural），或给出 settlement_polygons 图层",
                file=path.name,
            )
        )
    problems = [
        Problem(
            "settlement_unknown",
            f"城乡分类无法识别，该行未计入（{frame['population'].iloc[i]:,.0f} 人）",
            "请填 111、112、121、122、123、210、220 之一",
            file=path.name,
            row=int(frame["source_row"].iloc[i]),
            column="城乡分类代码",
            value=str(codes[i]),
        )
        for i in np.flatnonzero(~known)
    ]
    settled = Settled(
        *(getattr(settled, f)[known] for f in ("settlement", "town", "code", "source"))
    )
    return frame[known].reset_index(drop=True), lon[known], lat[known], settled, problems


def _no_place(table: Table) -> InputError:
    return InputError(
        Problem(
            "coordinate_heading_missing",
            f"没有坐标列，看到的表头是：{'、'.join([*table.headings.values(), *table.unused])}",
            "请增加“经度”“纬度”两列，或用 H3 编号",
            file=table.file,
            sheet=table.sheet,
        )
    )
