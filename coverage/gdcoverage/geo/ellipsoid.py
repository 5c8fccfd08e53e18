"""Lengths on the WGS-84 ellipsoid: short ones, exact ones, nearest of many, within a radius."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Geod
from scipy.spatial import cKDTree

from gdcoverage.arrays import Floats, Int32s, Ints, Objects

GEOD = Geod(ellps="WGS84")

# Chords that differ by no more may be geodesics equal to the millimetre.
_TIE_M = 0.002


def radii_m(lat: Floats) -> tuple[Floats, Floats]:
    """Radii of curvature along the meridian and across it, metres, at latitudes in degrees."""
    square = 1 - GEOD.es * np.sin(np.radians(lat)) ** 2
    normal = GEOD.a / np.sqrt(square)
    return np.asarray(normal * (1 - GEOD.es) / square), np.asarray(normal)


def short_m(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Metres between points in degrees near one another; many times quicker than `metres`.

    A chord by the radii of curvature half-way between them, made an arc: up to 50 km, and 85
    degrees of latitude, within a tenth of a millimetre a kilometre of the geodesic.
    """
    middle = (lat1 + lat2) / 2
    along, across = radii_m(middle)
    half_phi, half_lam = np.radians(lat2 - lat1) / 2, np.radians(lon2 - lon1) / 2
    north = along * np.sin(half_phi) * np.cos(half_lam)
    east = across * np.sin(half_lam) * np.cos(np.radians(middle))
    chord = 2 * np.hypot(north, east)
    return np.asarray(chord * (1 + chord**2 / (24 * along * across)))


def to_ecef(lon: Floats, lat: Floats) -> Floats:
    """Earth-centred coordinates in metres of points on the ellipsoid, (n, 3).

    The straight line between two such points is 0.2 mm shorter than the geodesic at 5 km and
    orders points as the geodesic does, so a k-d tree can search for it.
    """
    lam, phi = np.radians(lon), np.radians(lat)
    normal = radii_m(lat)[1]
    return np.column_stack(
        [
            normal * np.cos(phi) * np.cos(lam),
            normal * np.cos(phi) * np.sin(lam),
            normal * (1 - GEOD.es) * np.sin(phi),
        ]
    )


def metres(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Geodesic metres between pairs of points in degrees (Karney's algorithm, by pyproj)."""
    return np.asarray(GEOD.inv(lon1, lat1, lon2, lat2)[2])


def nearest(
    lon: Floats, lat: Floats, source_lon: Floats, source_lat: Floats
) -> tuple[Floats, Int32s]:
    """Metres to the nearest source of each point and its number; inf and -1 without sources.

    At equal distance, to the millimetre, the source with the lower number serves.
    """
    if not len(source_lon) or not len(lon):
        return np.full(len(lon), np.inf), np.full(len(lon), -1, np.int32)
    # Sources on one spot are one place; its lowest number serves.
    spots, number = np.unique(np.column_stack([source_lon, source_lat]), axis=0, return_index=True)
    tree, points = cKDTree(to_ecef(*spots.T)), to_ecef(lon, lat)
    chord, spot = tree.query(points, k=2)
    source = number[spot[:, 0]]
    # A second one as near means a tie, perhaps of more than two: all of them are measured.
    for p in np.flatnonzero(chord[:, 1] - chord[:, 0] < _TIE_M):
        tied = np.sort(number[tree.query_ball_point(points[p], chord[p, 0] + _TIE_M)])
        at = np.full(len(tied), lon[p]), np.full(len(tied), lat[p])
        away = metres(*at, source_lon[tied], source_lat[tied]).round(3)
        source[p] = tied[np.argmin(away)]
    return metres(lon, lat, source_lon[source], source_lat[source]), source.astype(np.int32)


def pairs_within(
    lon: Floats, lat: Floats, source_lon: Floats, source_lat: Floats, radius_m: float
) -> tuple[Ints, Ints]:
    """All pairs (point, source) at most the radius apart, ascending."""
    if not len(source_lon) or not len(lon):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # A metre more than the radius, then the exact distance for the pairs near the line: at the
    # longest radius that a standard may have, 100 km, a chord is 1.03 m shorter than the geodesic.
    found = cKDTree(to_ecef(lon, lat)).sparse_distance_matrix(
        cKDTree(to_ecef(source_lon, source_lat)), radius_m + 1, output_type="coo_matrix"
    )
    point, source, chord = found.row.astype(np.int64), found.col.astype(np.int64), found.data
    near = np.flatnonzero(chord > radius_m - 2)
    p, s = point[near], source[near]
    out = metres(lon[p], lat[p], source_lon[s], source_lat[s]).round(3) > radius_m
    keep = np.ones(len(point), bool)
    keep[near[out]] = False
    order = np.lexsort((source[keep], point[keep]))
    return point[keep][order], source[keep][order]


def area_km2(polygons: Objects) -> Floats:
    """Geodesic area of each polygon (degrees, WGS-84), km²."""
    # Holes count as holes only where they wind the other way round than their shell.
    turned = shapely.normalize(polygons)
    return np.array([abs(GEOD.geometry_area_perimeter(p)[0]) / 1e6 for p in turned], float)
