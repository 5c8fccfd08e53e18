"""Which cells of a population raster lie in an area, and which around it are read with them."""

from __future__ import annotations

import numpy as np
import rasterio
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.demand._settlement import bearing_on
from gdcoverage.geo.areas import Areas
from gdcoverage.geo.datum import Datum, from_wgs84

Mask = Bools

# Degrees between the points of a box that is converted to the raster's coordinates.
_BOX_STEP = 0.1


class Clip:
    """The cells of a raster that lie in an area, and those around it that bear on their classes.

    Parameters
    ----------
    raster, datum : the open raster and the datum of its coordinates.
    within : the area, degrees in WGS-84; a cell whose centre is on its outline lies in it.
    side_km : side of the raster's cells.
    """

    def __init__(
        self,
        raster: rasterio.DatasetReader,
        datum: Datum,
        within: BaseGeometry,
        side_km: float,
    ) -> None:
        # An urban centre may cross the border, so what surrounds the area is read with it.
        around = bearing_on(within, side_km)
        self._areas = Areas([within, around], outline=True)
        box = shapely.segmentize(shapely.box(*around.bounds), _BOX_STEP)
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

    def may_hold(self, column: Ints, row: Ints) -> Mask:
        """False for cells that are far off, without converting their coordinates."""
        (west, east), (north, south) = self._columns, self._rows
        return (west <= column) & (column <= east) & (north <= row) & (row <= south)

    def inside_and_around(self, lon: Floats, lat: Floats, placed: Mask) -> tuple[Mask, Mask]:
        """Which of the cells that have a place lie in the area, and which in its surroundings."""
        masks = np.zeros((2, len(lon)), bool)
        positions = np.flatnonzero(placed)
        for number, found in self._areas.deal(lon[placed], lat[placed]):
            masks[number, positions[found]] = True
        return masks[0], masks[1]
