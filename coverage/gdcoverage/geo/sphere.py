"""The earth as streets are measured on it: great circles, and a true-to-shape plane to work in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats, Objects

# The radius that osmnx uses, so that the same street has the same length here and there.
EARTH_RADIUS_M = 6_371_009.0


# Distances are compared at the millimetre, the last digit that means anything; so a length that
# is exactly the limit on paper counts as within, whatever the rounding of the sums.
TOLERANCE_M = 0.0005


def lonlat(points: Objects) -> tuple[Floats, Floats]:
    """Coordinates of points; NaN for missing and empty ones, and for what is not a point."""
    present = points.copy()
    present[shapely.is_empty(points)] = None
    return shapely.get_x(present), shapely.get_y(present)


def great_circle_m(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Great-circle distance in metres between points in degrees (haversine formula)."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    h = (
        np.sin((phi2 - phi1) / 2) ** 2
        + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0))))


def to_plane(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Spherical Mercator coordinates in metres at the equator.

    The projection is conformal: close around any point it is a magnified true map. Of two
    streets 300 m away the one nearest in the plane may be a millimetre farther on the ground.
    A length at latitude ``lat`` is `stretch` times longer in the plane.
    """
    x = EARTH_RADIUS_M * np.radians(lon)
    y = EARTH_RADIUS_M * np.arcsinh(np.tan(np.radians(lat)))
    return x, y


def from_plane(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Degrees of a point of the plane."""
    return np.degrees(x / EARTH_RADIUS_M), np.degrees(np.arctan(np.sinh(y / EARTH_RADIUS_M)))


def stretch(lat: Floats) -> Floats:
    """How many times longer the plane shows a length at this latitude."""
    return np.asarray(1 / np.cos(np.radians(lat)))


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
