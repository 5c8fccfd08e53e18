"""A true-to-shape plane to work in: Mercator on the WGS-84 ellipsoid (EPSG:3395)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats, Objects
from gdcoverage.geo.ellipsoid import GEOD, radii_m

_ECCENTRICITY = float(np.sqrt(GEOD.es))

# Distances are compared at the millimetre, the last digit that means anything; so a length that
# is exactly the limit on paper counts as within, whatever the rounding of the sums.
TOLERANCE_M = 0.0005


def lonlat(points: Objects) -> tuple[Floats, Floats]:
    """Coordinates of points; NaN for missing and empty ones, and for what is not a point."""
    present = points.copy()
    present[shapely.is_empty(points)] = None
    return shapely.get_x(present), shapely.get_y(present)


def to_plane(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Mercator coordinates on the ellipsoid, metres at the equator (EPSG:3395).

    The projection is conformal: close around any point it is a magnified true map. Of two
    streets 300 m away the one nearest in the plane may be a millimetre farther on the ground.
    A length at latitude ``lat`` is `stretch` times longer in the plane.
    """
    phi = np.radians(lat)
    return GEOD.a * np.radians(lon), GEOD.a * (np.arcsinh(np.tan(phi)) - _flattening(phi))


def from_plane(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Degrees of a point of the plane."""
    # Each round leaves at most a hundred and fiftieth of the error, at first 0.2 degrees.
    phi = np.arctan(np.sinh(y / GEOD.a))
    for _ in range(6):
        phi = np.arctan(np.sinh(y / GEOD.a + _flattening(phi)))
    return np.degrees(x / GEOD.a), np.degrees(phi)


def _flattening(phi: Floats) -> Floats:
    """By how much the isometric latitude falls short of that on a sphere."""
    return np.asarray(_ECCENTRICITY * np.arctanh(_ECCENTRICITY * np.sin(phi)))


def stretch(lat: Floats) -> Floats:
    """How many times longer the plane shows a length at this latitude."""
    return np.asarray(GEOD.a / (radii_m(lat)[1] * np.cos(np.radians(lat))))


def in_plane(
    shapes: BaseGeometry | Objects,
    work: Callable[[Objects, float], BaseGeometry],
) -> BaseGeometry:
    """Do geometry in the plane and bring the result back to degrees.

    Parameters
    ----------
    shapes : geometries in degrees, WGS-84.
    work : gets the shapes in the plane and how long a metre is there (at the latitude farthest
        from the equator, so that nothing comes out narrower than asked).
    """
    shapes = np.atleast_1d(np.asarray(shapes, object))
    _, south, _, north = shapely.total_bounds(shapes)
    metre = float(stretch(np.array([south, north])).max())
    planar = shapely.transform(shapes, lambda xy: np.column_stack(to_plane(*xy.T)))
    return shapely.transform(work(planar, metre), lambda xy: np.column_stack(from_plane(*xy.T)))
