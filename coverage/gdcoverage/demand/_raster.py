"""People from a population raster, window by window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.errors
from numpy.typing import NDArray
from pyproj import Transformer

from gdcoverage import _geodesic
from gdcoverage.problems import InputError, Problem

Floats = NDArray[np.float64]

# Cells held at once; a raster of any size passes through this much memory.
_WINDOW_CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class Cells:
    """Populated cells: centre in WGS-84 degrees, people, and area in km²."""

    lon: Floats
    lat: Floats
    people: Floats
    area_km2: Floats
    problems: tuple[Problem, ...]


def read_cells(path: Path) -> Cells:
    """Every cell with people of a raster whose values are people per cell.

    Cells without data (nodata value, NaN) and cells of nought are not demand points; negative
    values are reported and count as no data. The sum over the cells is the sum of the raster.

    Raises
    ------
    InputError : unreadable, or without a coordinate system.
    """
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise _unusable(
                    path,
                    "crs_missing",
                    "人口栅格没有坐标系",
                    "请在 GIS 软件里指定坐标系（如 EPSG:4326）后重新导出",
                )
            parts, negative = [], 0
            for window in _windows(raster):
                values = raster.read(1, window=window, masked=True).astype(float).filled(np.nan)
                negative += int((values < 0).sum())
                rows, columns = np.nonzero(values > 0)
                x, y = raster.transform * (
                    columns + window.col_off + 0.5,
                    rows + window.row_off + 0.5,
                )
                parts.append((x, y, values[rows, columns]))
            x, y, people = (np.concatenate(part) for part in zip(*parts, strict=True))
            lon, lat = _degrees(raster.crs, x, y)
            area_km2 = _cell_areas(raster, x, y, lat)
    except rasterio.errors.RasterioError as error:
        raise _unusable(
            path, "raster_unreadable", f"栅格无法读取（{error}）", "请检查文件是否完整的 GeoTIFF"
        ) from error
    problems = []
    if negative:
        problems.append(
            Problem(
                "population_negative",
                f"{negative} 个栅格的人口为负数，按无数据处理",
                "请检查栅格的 nodata 设置",
                "warning",
                file=path.name,
            )
        )
    return Cells(lon, lat, people, area_km2, tuple(problems))


def _windows(raster):  # type: ignore[no-untyped-def]
    """Bands of whole rows, each small enough for memory."""
    height = max(1, _WINDOW_CELLS // max(raster.width, 1))
    for top in range(0, raster.height, height):
        yield rasterio.windows.Window(0, top, raster.width, min(height, raster.height - top))


def _degrees(crs, x: Floats, y: Floats) -> tuple[Floats, Floats]:  # type: ignore[no-untyped-def]
    transformer = Transformer.from_crs(crs, 4326, always_xy=True)
    lon, lat = transformer.transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def _cell_areas(raster, x: Floats, y: Floats, lat: Floats) -> Floats:  # type: ignore[no-untyped-def]
    """Geodesic area of cells; on a grid of degrees it depends on the latitude alone."""
    width, height = abs(raster.transform.a), abs(raster.transform.e)
    if not raster.crs.is_geographic:
        factor = raster.crs.linear_units_factor[1]
        return np.full(len(x), width * height * factor**2 / 1e6)
    distinct, at = np.unique(np.round(lat, 9), return_inverse=True)
    corners = [
        _geodesic.GEOD.polygon_area_perimeter(
            [0, width, width, 0],
            [south := mid - height / 2, south, mid + height / 2, mid + height / 2],
        )[0]
        for mid in distinct
    ]
    return np.abs(np.array(corners, float))[at] / 1e6


def _unusable(path: Path, kind: str, what: str, action: str) -> InputError:
    return InputError(Problem(kind, what, action, file=path.name))
