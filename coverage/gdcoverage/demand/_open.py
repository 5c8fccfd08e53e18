"""Opening a raster, or saying in the planner's words why it cannot be used."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyproj.exceptions
import rasterio
import rasterio.errors

from gdcoverage.problems import unusable


@contextmanager
def opened(path: Path, what: str) -> Iterator[rasterio.DatasetReader]:
    """A raster that has a place on the earth.

    Parameters
    ----------
    what : what it is called in what is said of it.

    Raises
    ------
    InputError : missing or unreadable, then or while it is read; without a coordinate system that
        can be converted, or without a place.
    """
    if not path.is_file():
        raise unusable("file_missing", "找不到文件", "请检查路径与文件名", file=path.name)
    try:
        with warnings.catch_warnings():
            # A raster that lies nowhere is refused below.
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            raster = rasterio.open(path)
        with raster:
            _require_place(path, raster, what)
            yield raster
    except rasterio.errors.RasterioError as error:
        raise unusable(
            "raster_unreadable",
            f"栅格无法读取（{error}）",
            "请检查文件是否完整的 GeoTIFF",
            file=path.name,
        ) from error
    except pyproj.exceptions.ProjError as error:
        raise unusable(
            "crs_unknown",
            f"栅格的坐标系无法换算成经纬度（{error}）",
            "请在 GIS 软件里重投影为 EPSG:4326 后重新导出",
            file=path.name,
        ) from error


def _require_place(path: Path, raster: rasterio.DatasetReader, what: str) -> None:
    if raster.crs is None:
        raise unusable(
            "crs_missing",
            f"{what}没有坐标系",
            "请在 GIS 软件里指定坐标系（如 EPSG:4326）后重新导出",
            file=path.name,
        )
    if raster.transform.is_identity:
        raise unusable(
            "raster_not_placed",
            f"{what}没有地理位置（缺少左上角坐标和像元大小）",
            "请在 GIS 软件里配准后重新导出",
            file=path.name,
        )
