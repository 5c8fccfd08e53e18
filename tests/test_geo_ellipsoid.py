"""Geodesics on the ellipsoid: the nearest of many, and ties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcoverage.geo import ellipsoid

# A place in Guangdong, where a degree of longitude is shorter than one of latitude.
LON, LAT = 113.0, 23.0


def around(azimuths, metres):
    """Places so many metres away, in these directions."""
    n = len(azimuths)
    far = np.broadcast_to(np.asarray(metres, float), n)
    lon, lat, _ = ellipsoid.GEOD.fwd(np.full(n, LON), np.full(n, LAT), azimuths, far)
    return np.asarray(lon), np.asarray(lat)


@pytest.mark.parametrize("sources", [1, 2, 5])
@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_of_sources_equally_far_the_lowest_number_serves_in_any_order(sources, random):
    azimuths = [random.uniform(0, 360) for _ in range(sources)]
    lon, lat = around(azimuths, 1234.5)
    far_lon, far_lat = around([10.0, 200.0], 1234.6)
    metres, source = ellipsoid.nearest(
        np.array([LON]), np.array([LAT]), np.append(lon, far_lon), np.append(lat, far_lat)
    )
    assert metres == pytest.approx([1234.5], abs=1e-3)
    assert source == [0]
    metres, source = ellipsoid.nearest(
        np.array([LON]), np.array([LAT]), np.append(far_lon, lon), np.append(far_lat, lat)
    )
    assert source == [2]


def test_a_millimetre_nearer_is_nearer():
    lon, lat = around([90.0, 270.0], [1000.002, 1000.0])
    _, source = ellipsoid.nearest(np.array([LON]), np.array([LAT]), lon, lat)
    assert source == [1]


@pytest.mark.parametrize("metres, covered", [(4999.0, 1), (5000.0, 1), (5001.0, 0), (5003.0, 0)])
@pytest.mark.parametrize("azimuth", [0.0, 37.0, 90.0, 180.0, 281.0])
def test_within_a_radius_to_the_metre_in_every_direction(metres, covered, azimuth):
    lon, lat = around([azimuth], metres)
    point, _ = ellipsoid.pairs_within(np.array([LON]), np.array([LAT]), lon, lat, 5000.0)
    assert len(point) == covered


def test_nearest_equals_measuring_every_pair():
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform((112, 22), (114, 24), (200, 2)).T
    s_lon, s_lat = rng.uniform((112, 22), (114, 24), (40, 2)).T
    metres, source = ellipsoid.nearest(lon, lat, s_lon, s_lat)
    every = np.array(
        [[ellipsoid.GEOD.inv(a, b, c, d)[2] for c, d in zip(s_lon, s_lat, strict=True)]
         for a, b in zip(lon, lat, strict=True)]
    )  # fmt: skip
    assert np.array_equal(source, every.argmin(axis=1))
    assert metres == pytest.approx(every.min(axis=1), abs=1e-6)
