"""Which cells of a population raster lie in an area, and which may bear on their classes."""

from __future__ import annotations

import numpy as np
import rasterio
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.geo.areas import Areas
from gdcoverage.geo.datum import Datum, from_wgs84

# Degrees between the points of a box that is converted to the raster's coordinates.
_BOX_STEP = 0.1
# How far around an area people are heard for its settlement classes, in degrees of latitude: 200
# km. Whether squares make a centre or town is mostly told within 34 km, for 34 squares of 1,500
# people are enough. But smoothing works its way along a lane between two rows of a centre however
# long it is, and two arms are one centre where they meet. So the classes are those of the whole
# raster, but for a single centre that reaches 200 km off; that of the Pearl River's mouth, which
# none on earth exceeds, is about 150 km long.
_SURROUNDINGS = 1.8


class Clip:
    """The cells of a raster that lie in an area, and those around it that bear on their classes.

    Parameters
    ----------
    raster, datum : the open raster and the datum of its coordinates.
    within : the area, degrees in WGS-84; a cell whose centre is on its outline lies in it.
    """

    def __init__(self, raster: rasterio.DatasetReader, datum: Datum, within: BaseGeometry) -> None:
        self._areas = Areas([within], outline=True)
        west, south, east, north = within.bounds
        self._near = _Box(raster, datum, within.bounds)
        stretch = _SURROUNDINGS / max(np.cos(np.radians(max(-south, north) + _SURROUNDINGS)), 0.01)
        self._around = _Box(
            raster,
            datum,
            (
                max(west - stretch, -180.0),
                max(south - _SURROUNDINGS, -90.0),
                min(east + stretch, 180.0),
                min(north + _SURROUNDINGS, 90.0),
            ),
        )

    def may_hold(self, column: Ints, row: Ints) -> Bools:
        """False for cells that lie outside the area, told without converting their coordinates."""
        return self._near.holds(column, row)

    def bears(self, column: Ints, row: Ints) -> Bools:
        """Whether people in cells may bear on the settlement classes in the area."""
        return self._around.holds(column, row)

    def inside(self, lon: Floats, lat: Floats, placed: Bools) -> Bools:
        """Which of the cells that have a place lie in the area."""
        inside = np.zeros(len(lon), bool)
        positions = np.flatnonzero(placed)
        for _, found in self._areas.deal(lon[placed], lat[placed]):
            inside[positions[found]] = True
        return inside


class _Box:
    """Columns and rows of a raster between which a box of degrees lies."""

    def __init__(
        self,
        raster: rasterio.DatasetReader,
        datum: Datum,
        bounds: tuple[float, float, float, float],
    ) -> None:
        box = shapely.segmentize(shapely.box(*bounds), _BOX_STEP)
        east, north = shapely.get_coordinates(box).T
        lon, lat = from_wgs84(east, north, datum)
        x, y = Transformer.from_crs(4326, raster.crs, always_xy=True).transform(lon, lat)
        t = ~raster.transform
        column, row = t.a * x + t.b * y + t.c, t.d * x + t.e * y + t.f
        # A box that the raster's projection tears apart is no help; every cell is tested then.
        torn = not np.isfinite([column, row]).all()
        self._columns, self._rows = (
            (-np.inf, np.inf) if torn else (axis.min() - 2, axis.max() + 1)
            for axis in (column, row)
        )

    def holds(self, column: Ints, row: Ints) -> Bools:
        (west, east), (north, south) = self._columns, self._rows
        return (west <= column) & (column <= east) & (north <= row) & (row <= south)
