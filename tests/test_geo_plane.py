"""The plane that geometry is done in: pyproj's EPSG:3395, there and back, true to shape."""

import numpy as np
import pytest
import shapely
from pyproj import Transformer

import worlds
from gdcoverage.geo.plane import from_plane, in_plane, stretch, to_plane

MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3395", always_xy=True)


def places(seed, n=5_000, north=85.0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-180, 180, n), rng.uniform(-north, north, n)


def test_coordinates_are_those_of_pyproj_and_come_back():
    lon, lat = places(1)
    x, y = to_plane(lon, lat)
    expected = MERCATOR.transform(lon, lat)
    assert x == pytest.approx(expected[0], abs=1e-6)
    assert y == pytest.approx(expected[1], abs=1e-6)
    back_lon, back_lat = from_plane(x, y)
    assert back_lon == pytest.approx(lon, abs=1e-12)
    assert back_lat == pytest.approx(lat, abs=1e-12)


def test_a_metre_is_as_long_in_every_direction_as_stretch_says():
    lon, lat = places(2, north=80.0)
    for azimuth in (0, 30, 90, 200):
        there = worlds.GEOD.fwd(lon, lat, np.full(len(lon), azimuth), np.ones(len(lon)))[:2]
        (x1, y1), (x2, y2) = to_plane(lon, lat), to_plane(np.asarray(there[0]), there[1])
        across = (x2 - x1 + 1e7) % (2 * np.pi * worlds.GEOD.a) - 1e7  # over the date line
        assert np.hypot(across, y2 - y1) == pytest.approx(stretch(lat), rel=2e-6)


def test_a_disc_drawn_in_the_plane_is_nowhere_narrower_than_asked():
    centre = shapely.Point(*worlds.ORIGIN)
    disc = in_plane(centre, lambda shapes, metre: shapes[0].buffer(500 * metre, quad_segs=32))
    ring = shapely.get_coordinates(disc)
    here = np.broadcast_to(worlds.ORIGIN, ring.shape)
    metres = worlds.GEOD.inv(*here.T, *ring.T)[2]
    assert metres == pytest.approx(np.full(len(ring), 500.0), abs=0.05)
