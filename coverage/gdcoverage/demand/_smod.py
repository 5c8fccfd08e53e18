"""Settlement class from a published raster of the degree of urbanisation (GHS-SMOD)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.windows import Window

from gdcoverage.arrays import Bools, Floats, Int32s, Ints
from gdcoverage.demand._degurba import CENTRE, CLUSTER, RURAL, Degrees
from gdcoverage.demand._open import opened
from gdcoverage.problems import Problem, unusable

# Second level of the degree of urbanisation (GHSL Data Package 2023, GHS-SMOD): urban centre;
# dense, semi-dense and suburban clusters; rural clusters, low and very low density; water.
WATER = 10
CODES = {
    30: CENTRE,
    23: CLUSTER,
    22: CLUSTER,
    21: CLUSTER,
    13: RURAL,
    12: RURAL,
    11: RURAL,
    WATER: RURAL,
}
# What GHS-SMOD has outside the projection, should a copy no longer declare it.
_NOWHERE = -200
_WINDOW_CELLS = 4_000_000
_SHOWN = 5


def read_degrees(
    path: Path, lon: Floats, lat: Floats, people: Floats, asked: Bools
) -> tuple[Degrees, list[Problem]]:
    """Degree of urbanisation of the raster's cell in which each point lies.

    Water is rural, and so is what lies outside the raster or where it has no data; both are told
    with their people.

    Parameters
    ----------
    path : raster in any CRS, with the codes of GHS-SMOD's second level: 30, 23, 22, 21, 13, 12,
        11, 10.
    lon, lat : points, degrees in WGS-84.
    people : of each point.
    asked : points whose class is wanted; of the others nothing is told.

    Raises
    ------
    InputError : unreadable, without a place, with other values near the points, or it holds none
        of the points.
    """
    with opened(path, "城乡栅格") as raster:
        x, y = Transformer.from_crs(4326, raster.crs, always_xy=True).transform(lon, lat)
        t = ~raster.transform
        with np.errstate(invalid="ignore"):
            column, row = t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f
            held = (column >= 0) & (column < raster.width) & (row >= 0) & (row < raster.height)
        code = np.zeros(len(lon), np.int32)
        code[held] = _codes(
            path, raster, *(np.floor(a[held]).astype(np.int64) for a in (column, row))
        )
    if len(lon) and not code.any():
        raise unusable(
            "settlement_raster_elsewhere",
            "城乡栅格没有覆盖任何人口点",
            "请换用覆盖本地的 GHS-SMOD 栅格，或核对坐标系",
            file=path.name,
        )
    degree = np.full(31, RURAL, np.int8)
    degree[list(CODES)] = list(CODES.values())
    return degree[code], _told(path, people[asked], code[asked])


def _told(path: Path, people: Floats, code: Int32s) -> list[Problem]:
    """How many points are rural because they lie in water or outside the raster."""
    found: tuple[tuple[str, Bools, str, str], ...] = (
        ("settlement_water", code == WATER, "在城乡栅格的水域里", "请核对这些点的坐标"),
        (
            "settlement_outside",
            code == 0,
            "在城乡栅格之外，或该处无数据",
            "请换用覆盖全部人口点的栅格",
        ),
    )
    return [
        Problem(
            kind,
            f"{mask.sum():,} 个人口点（{people[mask].sum():,.0f} 人）{where}，按乡村判定",
            action,
            "warning",
            file=path.name,
        )
        for kind, mask, where, action in found
        if mask.any()
    ]


def _codes(path: Path, raster: rasterio.DatasetReader, column: Ints, row: Ints) -> Int32s:
    """Codes of cells; 0 where the raster has no data.

    Raises
    ------
    InputError : a value near the cells is no code.
    """
    codes = np.zeros(len(row), np.int32)
    order = np.argsort(row, kind="stable")
    for window in _windows(column, row):
        values = raster.read(1, window=window, masked=True).astype(float).filled(np.nan)
        values[~np.isfinite(values) | (values == _NOWHERE)] = 0
        if strange := sorted(set(np.unique(values)) - {0.0, *CODES}):
            shown = "、".join(f"{value:g}" for value in strange[:_SHOWN])
            raise unusable(
                "settlement_raster_strange",
                f"不是城乡分类栅格：有 {shown}{'等' if len(strange) > _SHOWN else ''}值",
                "请用 GHS-SMOD 二级分类栅格（值为 30、23、22、21、13、12、11、10），"
                "或城乡分类的面图层；人口栅格请写在 path",
                file=path.name,
            )
        first, last = np.searchsorted(row[order], [window.row_off, window.row_off + window.height])
        here = order[first:last]
        codes[here] = values[row[here] - window.row_off, column[here] - window.col_off]
    return codes


def _windows(column: Ints, row: Ints) -> Iterator[Window]:
    """Bands of rows around cells, each small enough for memory."""
    if not len(row):
        return
    west, width = int(column.min()), int(column.max() - column.min()) + 1
    height = max(1, _WINDOW_CELLS // width)
    for top in range(int(row.min()), int(row.max()) + 1, height):
        yield Window(west, top, width, min(height, int(row.max()) + 1 - top))
