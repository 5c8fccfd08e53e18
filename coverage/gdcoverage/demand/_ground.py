"""Where the cells of a raster lie: in degrees, on the GHSL grid, and how large they are."""

from __future__ import annotations

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.transform import Affine
from scipy import ndimage

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.geo.datum import Datum, to_wgs84

# World Mollweide, the projection of the Global Human Settlement Layer.
MOLLWEIDE = "ESRI:54009"
KILOMETRE = 1_000.0
# Cells along a side whose area is computed; between them it changes evenly, to 1e-6.
_AREA_NODES = 129
_EQUAL_AREA = "+proj=cea +ellps=WGS84"
# Sides and areas of a grid of 1 km² may differ by so much from it. Mollweide's are 0.5 % off in
# Guangdong, for it takes the ellipsoid for a sphere.
_TOLERANCE = 0.01


class Ground:
    """Places and areas of a raster's cells.

    Parameters
    ----------
    raster, datum : the open raster and the datum of its coordinates.
    """

    def __init__(self, raster: rasterio.DatasetReader, datum: Datum) -> None:
        self._crs, self._transform, self._datum = raster.crs, raster.transform, datum
        self._transformers: dict[int | str, Transformer] = {}
        columns = np.linspace(0, raster.width - 1, min(raster.width, _AREA_NODES))
        rows = np.linspace(0, raster.height - 1, min(raster.height, _AREA_NODES))
        west, north = np.meshgrid(columns, rows)
        corners = [
            self._transformed(_EQUAL_AREA, west + right, north + down)
            for right, down in ((0, 0), (1, 0), (1, 1), (0, 1))
        ]
        # Half the cross product of the diagonals; the plane is true to area.
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
        with np.errstate(invalid="ignore"):
            area = np.abs((x2 - x0) * (y3 - y1) - (x3 - x1) * (y2 - y0)) / 2e6
        area[~np.isfinite(area)] = np.nan
        self._area, self._nodes = area, (rows, columns)

    def lon_lat(
        self, column: NDArray[np.floating], row: NDArray[np.floating]
    ) -> tuple[Floats, Floats]:
        """Degrees in WGS-84 of places counted in cells from the raster's corner."""
        return to_wgs84(*self._transformed(4326, column, row), self._datum)

    def kilometres(
        self, column: NDArray[np.floating], row: NDArray[np.floating]
    ) -> tuple[Floats, Floats]:
        """Places in World Mollweide, in km: the squares of the GHSL grid lie between whole numbers.

        The grid of 1 km begins at (-18,041, 9,000) km (GHSL Data Package 2022 and 2023).
        """
        if self._datum == "wgs84":
            x, y = self._transformed(MOLLWEIDE, column, row)
        else:
            to_mollweide = Transformer.from_crs(4326, MOLLWEIDE, always_xy=True)
            x, y = to_mollweide.transform(*self.lon_lat(column, row))
        return x / KILOMETRE, y / KILOMETRE

    def plane(self, own: bool) -> tuple[CRS, Affine]:
        """The plane of the raster's own cells, or of the GHSL grid's squares from its line 0.

        Lines run with the transform's rows.
        """
        if own:
            return CRS.from_user_input(self._crs), self._transform
        return CRS.from_user_input(MOLLWEIDE), Affine(KILOMETRE, 0, 0, 0, KILOMETRE, 0)

    def km2(self, column: Ints, row: Ints) -> Floats:
        """Geodesic area of cells; NaN unknown."""
        at = [
            place * ((len(nodes) - 1) / max(nodes[-1], 1))
            for place, nodes in zip((row, column), self._nodes, strict=True)
        ]
        return np.asarray(ndimage.map_coordinates(self._area, at, order=1, mode="nearest"))

    @property
    def is_kilometre_grid(self) -> bool:
        """Whether the cells are squares of 1 km² all over the raster, to a hundredth."""
        t, crs = self._transform, CRS.from_user_input(self._crs)
        if not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
            return False
        sides = np.array([np.hypot(t.a, t.d), np.hypot(t.b, t.e)]) / KILOMETRE
        square = abs(t.a * t.b + t.d * t.e) < _TOLERANCE * KILOMETRE**2
        known = self._area[np.isfinite(self._area)]
        even: Bools = np.abs(np.concatenate([sides, known]) - 1) <= _TOLERANCE
        return bool(square and len(known) and even.all())

    def _transformed(
        self, crs: int | str, column: NDArray[np.floating], row: NDArray[np.floating]
    ) -> tuple[Floats, Floats]:
        t = self._transform
        x, y = t.c + t.a * column + t.b * row, t.f + t.d * column + t.e * row
        return self._to(crs).transform(x, y)

    def _to(self, crs: int | str) -> Transformer:
        if crs not in self._transformers:
            self._transformers[crs] = Transformer.from_crs(self._crs, crs, always_xy=True)
        return self._transformers[crs]
