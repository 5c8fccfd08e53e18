"""How much of each square of 1 km² is land, from a raster such as GHS-LAND."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from pyproj import CRS
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject

from gdcoverage.arrays import Floats
from gdcoverage.demand._open import opened
from gdcoverage.problems import unusable


def land_share(path: Path, crs: CRS, transform: Affine, shape: tuple[int, int]) -> Floats:
    """Share of squares that is permanent land, 0 to 1; NaN where the raster has no data.

    The raster's cells are averaged over each square, by area.

    Parameters
    ----------
    path : raster of shares (0 to 1), of percent, or, in a plane, of m² of land per cell
        (GHS-LAND); which of them is told by the largest value on the squares.
    crs, transform, shape : of the squares.

    Raises
    ------
    InputError : unreadable, without a place, or its values are none of the three.
    """
    with opened(path, "陆地栅格") as raster:
        share = np.full(shape, np.nan)
        reproject(
            rasterio.band(raster, 1),
            share,
            dst_crs=crs,
            dst_transform=transform,
            dst_nodata=np.nan,
            resampling=Resampling.average,
        )
        known = share[np.isfinite(share)]
        least, most = known.min(initial=0.0), known.max(initial=0.0)
        whole = 1.0 if most <= 1 else 100.0 if most <= 100 else abs(raster.transform.determinant)
        in_metres = CRS.from_user_input(raster.crs).is_projected
        if least < 0 or most > whole * 1.001 or (whole > 100 and not in_metres):
            raise unusable(
                "land_strange",
                f"不是陆地比例栅格：值在 {least:g} 与 {most:g} 之间",
                "请用 GHS-LAND（Mollweide 投影，每格陆地平方米），或 0～1、0～100 的陆地比例",
                file=path.name,
            )
        return share / whole
