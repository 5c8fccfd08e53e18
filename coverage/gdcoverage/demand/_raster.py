"""People from a population raster, window by window."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj.exceptions
import rasterio
import rasterio.errors
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.windows import Window
from scipy import ndimage

from gdcoverage.problems import InputError, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Cells held at once; a raster of any size passes through this much memory.
_WINDOW_CELLS = 4_000_000
# A demand point takes about 550 bytes while it is read: 11 GB.
_MOST_CELLS = 20_000_000
# Nowhere live more; what stands for “no data” undeclared (3.4e38, 2147483647) is more.
MOST_PEOPLE = 1e9
# Cells along a side whose area is computed; between them it changes evenly, to 1e-6.
_AREA_NODES = 129
_EQUAL_AREA = "+proj=cea +ellps=WGS84"


@dataclass(frozen=True, eq=False)
class Cells:
    """Populated cells: centre in degrees, people, geodesic area in km² (NaN unknown)."""

    lon: Floats
    lat: Floats
    people: Floats
    area_km2: Floats
    problems: tuple[Problem, ...]


def read_cells(path: Path) -> Cells:
    """Every cell with people of a raster whose values are people per cell, not per km².

    Cells without data (nodata value, mask, NaN) and cells of nought are no demand points;
    negative and impossible values (infinity, more than a thousand million) are reported and
    count as no data. The sum over the cells is the sum of the raster's first band.

    Raises
    ------
    InputError : unreadable, without a coordinate system or a place on the earth, or with more
        populated cells than memory holds.
    """
    try:
        with warnings.catch_warnings():
            # A raster that lies nowhere is refused below, in the planner's words.
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            raster = rasterio.open(path)
        with raster:
            _require_place(path, raster)
            column, row, people, problems = _populated(path, raster)
            lon, lat = _transformed(raster, 4326, column + 0.5, row + 0.5)
            area_km2 = _cell_areas(raster, column, row)
    except rasterio.errors.RasterioError as error:
        raise _unusable(
            path, "raster_unreadable", f"栅格无法读取（{error}）", "请检查文件是否完整的 GeoTIFF"
        ) from error
    except pyproj.exceptions.ProjError as error:
        raise _unusable(
            path,
            "crs_unknown",
            f"栅格的坐标系无法换算成经纬度（{error}）",
            "请在 GIS 软件里重投影为 EPSG:4326 后重新导出",
        ) from error
    return Cells(lon, lat, people, area_km2, tuple(problems))


def _require_place(path: Path, raster: rasterio.DatasetReader) -> None:
    if raster.crs is None:
        raise _unusable(
            path,
            "crs_missing",
            "人口栅格没有坐标系",
            "请在 GIS 软件里指定坐标系（如 EPSG:4326）后重新导出",
        )
    if raster.transform.is_identity:
        raise _unusable(
            path,
            "raster_not_placed",
            "人口栅格没有地理位置（缺少左上角坐标和像元大小）",
            "请在 GIS 软件里配准后重新导出",
        )


def _populated(
    path: Path, raster: rasterio.DatasetReader
) -> tuple[Ints, Ints, Floats, list[Problem]]:
    """Column, row and people of each cell with people, and what was wrong with others."""
    scale, offset = raster.scales[0], raster.offsets[0]
    columns, rows, people = [], [], []
    negative, impossible, found = 0, 0, 0
    for window in _windows(raster):
        values = raster.read(1, window=window, masked=True).astype(float).filled(np.nan)
        values = values * scale + offset
        negative += int((values < 0).sum())
        impossible += int((values > MOST_PEOPLE).sum())
        row, column = np.nonzero((values > 0) & (values <= MOST_PEOPLE))
        columns.append(column)
        rows.append(row + window.row_off)
        people.append(values[row, column])
        found += len(row)
        if found > _MOST_CELLS:
            raise _unusable(
                path,
                "raster_too_large",
                f"有人口的栅格超过 {_MOST_CELLS:,} 个",
                "请先裁剪到所需的市县，或汇总为较大的栅格",
            )
    problems = [
        Problem(kind, what, "请检查栅格的 nodata 设置", "warning", file=path.name)
        for kind, count, what in (
            ("population_negative", negative, f"{negative:,} 个栅格的人口为负数，按无数据处理"),
            (
                "population_impossible",
                impossible,
                f"{impossible:,} 个栅格的人口大得不可能，按无数据处理",
            ),
        )
        if count
    ]
    if raster.count > 1:
        what = f"栅格有 {raster.count} 个波段，只用了第 1 个"
        action = "请确认第 1 个波段是总人口"
        problems.append(Problem("bands_unused", what, action, "warning", file=path.name))
    return np.concatenate(columns), np.concatenate(rows), np.concatenate(people), problems


def _windows(raster: rasterio.DatasetReader) -> Iterator[Window]:
    """Bands of whole rows, each small enough for memory."""
    height = max(1, _WINDOW_CELLS // max(raster.width, 1))
    for top in range(0, raster.height, height):
        yield Window(0, top, raster.width, min(height, raster.height - top))


def _transformed(
    raster: rasterio.DatasetReader,
    crs: int | str,
    column: NDArray[np.floating],
    row: NDArray[np.floating],
) -> tuple[Floats, Floats]:
    """Places in a raster, counted in cells from its corner, in another coordinate system."""
    t = raster.transform
    x, y = t.c + t.a * column + t.b * row, t.f + t.d * column + t.e * row
    transformer = Transformer.from_crs(raster.crs, crs, always_xy=True)
    return transformer.transform(x, y)


def _cell_areas(raster: rasterio.DatasetReader, column: Ints, row: Ints) -> Floats:
    """Geodesic area of cells in km², from a lattice of cells that are measured."""
    columns = np.linspace(0, raster.width - 1, min(raster.width, _AREA_NODES))
    rows = np.linspace(0, raster.height - 1, min(raster.height, _AREA_NODES))
    west, north = np.meshgrid(columns, rows)
    corners = [
        _transformed(raster, _EQUAL_AREA, west + right, north + down)
        for right, down in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    # Half the cross product of the diagonals; the plane is true to area.
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    with np.errstate(invalid="ignore"):
        area = np.abs((x2 - x0) * (y3 - y1) - (x3 - x1) * (y2 - y0)) / 2e6
    area[~np.isfinite(area)] = np.nan
    at = [
        place * ((len(nodes) - 1) / max(nodes[-1], 1))
        for place, nodes in ((row, rows), (column, columns))
    ]
    return np.asarray(ndimage.map_coordinates(area, at, order=1, mode="nearest"))


def _unusable(path: Path, kind: str, what: str, action: str) -> InputError:
    return InputError(Problem(kind, what, action, file=path.name))
