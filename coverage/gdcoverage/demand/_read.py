"""Reading demand points: from a table of places or hexagons, a layer, or a population raster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.demand import _settlement, _table
from gdcoverage.demand._account import account_of
from gdcoverage.demand._places import Register
from gdcoverage.demand._select import tables_with_people
from gdcoverage.demand._settlement import Settled
from gdcoverage.demand._table import Points
from gdcoverage.geo.datum import Datum
from gdcoverage.policy import SETTLEMENTS, Settlement, Standard
from gdcoverage.problems import Problem, unusable
from gdcoverage.progress import at_work
from gdcoverage.tables import Named, Reading, Rows, Table, of_each, read_layer
from gdcoverage.tables.frames import as_given, labelled, source_of

# The files that are read as rasters.
RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".vrt", ".img", ".asc"})
# Columns of a demand frame; the points are WGS-84.
DEMAND = pa.DataFrameSchema(
    {
        "demand_id": pa.Column(
            str, unique=True, description="number as the source has it, else made of its row"
        ),
        "name": pa.Column(str, description="as the source has it; empty where it has none"),
        "population": pa.Column(float, pa.Check.ge(0), description="people"),
        "elderly": pa.Column(
            float, nullable=True, description="people of 60 and over; NaN unknown"
        ),
        "settlement": pa.Column(
            str, pa.Check.isin(SETTLEMENTS), description="which of the two standards applies"
        ),
        "town": pa.Column(bool, description="code 121, 122, 123, or an urban cluster"),
        "settlement_code": pa.Column(str, description="the official code; empty where none"),
        "settlement_source": pa.Column(
            str,
            pa.Check.isin([source for source in _settlement.SOURCES if source]),
            description="how the class is known",
        ),
        "area_km2": pa.Column(float, nullable=True, description="km² of it; NaN unknown"),
        "town_name": pa.Column(str, description="镇街 as the table says; empty where it does not"),
        "division": pa.Column(str, description="code of 9 or 12 digits; empty where none is told"),
        "county": pa.Column(str, description="adcode; empty until assigned, and outside all"),
        "source_row": pa.Column(int, description="row in the file from 1; 0 for raster cells"),
        "geometry": pa.Column("geometry", description="point"),
    },
    strict=True,
    ordered=True,
)
_TEXT = (
    *("demand_id", "name", "settlement", "settlement_code", "settlement_source"),
    *("town_name", "division", "county"),
)


@at_work("读取人口")
def read_demand(
    source: Rows,
    *,
    datum: Datum = "wgs84",
    standard: Standard | None = None,
    settlement: Settlement | Literal["town"] | None = None,
    settlement_polygons: gpd.GeoDataFrame | str | Path | None = None,
    land: str | Path | None = None,
    sheet: str | None = None,
    within: BaseGeometry | None = None,
    columns: Named | None = None,
    places: gpd.GeoDataFrame | None = None,
) -> Reading:
    """Demand points with people and settlement class.

    Parameters
    ----------
    source : a table (XLSX, CSV) of places or of H3 hexagons (with or without coordinates), a
        point or polygon layer, or a folder of such files, one from each county or town, read as
        the sheets of one; a raster (GeoTIFF) whose values are people per cell (not per km²); or a
        frame: a GeoDataFrame in any CRS, or a DataFrame. A frame may have the columns of `DEMAND`
        or any headings that files may have; all but people, place and class may be missing.
    datum : of the coordinates in the file or frame.
    standard : its town rule decides the class of towns.
    settlement : class declared for points that have no code.
    settlement_polygons : frame, or layer file, with a class column (codes 111 … 220 or words);
        or a raster file with the codes of GHS-SMOD (30 urban, 21 to 23 towns, 10 to 13 rural), in
        any CRS; asked before `settlement`, for points that have no code; outside is rural.
    land : raster of how much of the ground is land (GHS-LAND, or shares), for the degree of
        urbanisation by people per km² of land; all of it by default.
    sheet : only this sheet.
    within : polygon in degrees, WGS-84, e.g. the counties' union: only the cells of a raster
        with their centre in it; what lies outside is told as one problem, with its people.
        Cells keep the ids and classes that they have in the whole raster. Tables and layers are
        not clipped.
    columns : the source's own column names, ``{"theirs": "population"}``, before all others.
    places : villages with places, in any CRS, for rows that have none: columns ``name`` and,
        where known, ``code`` (of 12 digits) and ``town``. A row gets the place of its code, else
        of its name within the same town; one that matches none, or several, is left out.

    Returns
    -------
    Reading; its frame has the columns of `DEMAND`, and the index of a frame that was read. A
    problem's row is the frame's row counted from 1. Rows that are sums of others, of an earlier
    year, or of a village that is there already do not count; nor do those in doubt, of which a
    problem (its kind begins with ``doubt_``) tells the people as its value. Without code, polygon or declaration a
    raster's cells are classed by the degree of urbanisation.

    Raises
    ------
    InputError : the file is unusable, a table has no rows, or says nothing of settlement; a
        frame has no coordinate system, or an index label comes twice.

    Examples
    --------
    >>> reading = gd.read_demand("示例/population.csv")
    >>> reading.frame.groupby("settlement")["population"].sum().to_dict()
    {'rural': 115338.0, 'urban': 176332.0}

    A frame without codes, of which one knows the class:

    >>> villages = people[["demand_id", "population", "geometry"]]
    >>> gd.read_demand(villages, settlement="rural").frame["settlement"].unique().tolist()
    ['rural']
    """
    standard = standard or Standard()
    path = None if isinstance(source, pd.DataFrame) else Path(source)
    name = path.name if path else ""
    raster = path is not None and path.suffix.lower() in RASTER_SUFFIXES
    tables: list[Table] = []
    passed: list[Table] = []
    judged = raster and settlement is None and settlement_polygons is None
    if path and raster:
        found, settled = _raster_points(path, datum, within, judged, land)
    else:
        tables, passed, problems = of_each(
            source, lambda one: tables_with_people(one, sheet, columns, DEMAND.columns)
        )
        register = None if places is None else Register(places)
        found = _table.points_of(tables, datum, register, judged=was_read(source))
        found.problems.extend(problems)
        settled = settled_as_told(found.frame)
    points, problems, left_out = found.frame, found.problems, found.left_out
    if points.empty and not raster and not problems:
        raise unusable("no_rows", "表头下面没有数据", "请检查是否选错了工作表或文件", file=name)
    if land is not None and not judged:
        problems.append(_land_unused(Path(land)))
    if settlement_polygons is not None:
        settled, told = _by_layer(settled, points, settlement_polygons)
        problems += told
    if settlement is not None:
        settled = settled.filled(_settlement.declared(settlement, len(points)))
    problems += unclear_settlement(name, points, settled)
    left_out += float(points.loc[~settled.known, "population"].sum())
    frame = demand_frame(points, settled, standard)
    problems += _people_missed(name, frame, left_out)
    problems.sort(key=lambda p: (p.sheet, p.row or 0))
    lost = found.counts.get("未计入", 0) + int((~settled.known).sum())
    account = account_of(tables, passed, found.counts | {"未计入": lost}, frame)
    if isinstance(source, pd.DataFrame):
        frame, problems = as_given(frame, source), labelled(problems, source.index)
    return Reading(frame, tuple(problems), source_of(source, "人口"), account, found.unplaced)


def was_read(source: Rows) -> bool:
    """Whether rows are a frame that an earlier reading gave, with all its columns."""
    return isinstance(source, pd.DataFrame) and set(DEMAND.columns) <= set(map(str, source))


def settled_as_told(points: pd.DataFrame) -> Settled:
    """What the rows themselves say of their class."""
    said_by = points["settlement_source"].to_numpy(object)
    return _settlement.by_code(points["settlement"].to_numpy(object), said_by)


def demand_frame(points: pd.DataFrame, settled: Settled, standard: Standard) -> gpd.GeoDataFrame:
    """The points whose class is known, with the columns of `DEMAND`."""
    frame = gpd.GeoDataFrame(
        points.assign(**settled.columns(standard), county=""),
        geometry=shapely.points(points["lon"], points["lat"]),
        crs="EPSG:4326",
    )[list(DEMAND.columns)]
    if not settled.known.all():
        frame = frame[settled.known].reset_index(drop=True)
    return DEMAND.validate(frame.astype(dict.fromkeys(_TEXT, "str")), inplace=True)


def _raster_points(
    path: Path,
    datum: Datum,
    within: BaseGeometry | None,
    judged: bool,
    land: str | Path | None,
) -> tuple[Points, Settled]:
    """A raster's populated cells, as `_table.points_of` gives rows; and if asked their class."""
    with _rasterio_at_hand(path.name):
        from gdcoverage.demand import _raster
    cells = _raster.read_cells(path, datum, within, judged, None if land is None else Path(land))
    settled = (
        _settlement.by_degree_of_urbanisation(cells.degree)
        if judged
        else Settled.unknown(len(cells.number))
    )
    points = pd.DataFrame(
        {
            "demand_id": "C" + pd.Series(cells.number).astype("str").str.zfill(8),
            "name": "",
            "population": cells.people,
            "elderly": np.nan,
            "area_km2": cells.area_km2,
            "town_name": "",
            "division": "",
            "source_row": 0,
            "lon": cells.lon,
            "lat": cells.lat,
            "settlement": "",
        }
    )
    return Points(points, list(cells.problems), cells.unplaced_people, {}), settled


def _by_layer(
    settled: Settled, points: pd.DataFrame, layer: gpd.GeoDataFrame | str | Path
) -> tuple[Settled, list[Problem]]:
    """What is known, and of other points what polygons or a raster of classes say."""
    if not isinstance(layer, pd.DataFrame) and Path(layer).suffix.lower() not in RASTER_SUFFIXES:
        layer = read_layer(layer)
    lon, lat, people = (points[c].to_numpy(float) for c in ("lon", "lat", "population"))
    if isinstance(layer, pd.DataFrame):
        return settled.filled(_settlement.by_polygon(lon, lat, layer)), []
    with _rasterio_at_hand(Path(layer).name):
        from gdcoverage.demand import _smod
    degree, told = _smod.read_degrees(Path(layer), lon, lat, people, ~settled.known)
    return settled.filled(_settlement.by_degree_of_urbanisation(degree)), told


@contextmanager
def _rasterio_at_hand(file: str) -> Iterator[None]:
    """Imports of what reads rasters, or words for who has to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "rasterio":
            raise
        action = "请运行 pip install 'gdcoverage[raster]'，或改用表格、图层"
        raise unusable("raster_extra", "没有安装读取栅格的组件", action, file=file) from None


def _land_unused(land: Path) -> Problem:
    return Problem(
        "land_unused",
        "陆地栅格没有用到：只有人口栅格按城市化程度判定城乡时才用",
        "若城乡分类另有来源，请从计划里删去 land",
        "warning",
        file=land.name,
    )


def unclear_settlement(name: str, points: pd.DataFrame, settled: Settled) -> list[Problem]:
    """Rows whose settlement is not said, or not in words that are known.

    Raises
    ------
    InputError : that is so for all rows.
    """
    told = points["settlement"]
    if len(points) and not settled.known.any():
        strange = told[told != ""]
        raise unusable(
            "settlement_missing",
            f"城乡分类没有一行能识别（如“{strange.iloc[0]}”）"
            if len(strange)
            else "无法判定城区或乡村：没有城乡分类代码，也没有声明",
            "请在“城乡分类代码”列填 111、112、121、122、123、210、220 之一，或在计划文件 "
            "[demand] 下声明 settlement（urban 或 rural），或给出 settlement_polygons 图层"
            "（程序中是 read_demand 的同名参数）",
            file=name,
        )
    understood = _settlement.by_code(told.to_numpy(object)).known
    unclear = ~settled.known | (~understood & (told != "").to_numpy())
    problems = []
    row: Any
    for row in points[unclear].itertuples():
        fault = "城乡分类无法识别" if row.settlement else "没有城乡分类"
        left_out = not settled.known[row.Index]
        problems.append(
            Problem(
                "settlement_unknown" if row.settlement else "settlement_missing",
                f"{fault}，该行未计入（{row.population:,.0f} 人）"
                if left_out
                else f"{fault}，已按声明或图层判定",
                "请填 111、112、121、122、123、210、220 之一",
                "error" if left_out else "warning",
                file=name,
                sheet=row.sheet,
                row=row.source_row,
                column="城乡分类代码",
                value=row.settlement,
            )
        )
    return problems


def _people_missed(name: str, frame: gpd.GeoDataFrame, left_out: float) -> list[Problem]:
    """What the rows that were left out amount to, and whether anyone remains."""
    problems = []
    if left_out:
        what = f"未计入的行共有 {left_out:,.0f} 人，不在任何合计之内"
        action = "改正上述各行后重新运行"
        problems.append(Problem("people_left_out", what, action, "warning", file=name))
    if not frame["population"].sum():
        what, action = "没有可用的人口数据，总人口为 0", "请检查人口列、坐标和 nodata 设置"
        problems.append(Problem("no_people", what, action, file=name))
    return problems
