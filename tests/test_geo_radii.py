"""The ellipsoid that radii are measured on: against pyproj, in Guangdong, to the millimetre."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

import worlds
from gdcoverage.geo import ellipsoid

GEOD = Geod(ellps="WGS84")
ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)

SPOTS = st.lists(
    st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000)), min_size=1, max_size=12
)


def lonlat(spots):
    return np.array([worlds.degrees(*spot) for spot in spots]).reshape(-1, 2).T


def table(points, sources):
    """Geodesic metres from each point to each source, one by one."""
    return np.array([[GEOD.inv(*p, *s)[2] for s in sources.T] for p in points.T])


def test_earth_centred_coordinates_are_those_of_pyproj():
    lon, lat = np.array([113.0, 109.5, 117.2, -51.2, 0.0]), np.array([23.0, 20.2, 25.5, -30.0, 0.0])
    expected = np.column_stack(ECEF.transform(lon, lat, np.zeros(5)))
    assert ellipsoid.to_ecef(lon, lat) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("azimuth", [0, 45, 90, 200, 315])
@pytest.mark.parametrize(
    ("metres", "within"), [(4999, True), (5000, True), (5000.001, False), (5003, False)]
)
def test_radius_ends_at_the_millimetre_in_every_direction(azimuth, metres, within):
    lon, lat, _ = GEOD.fwd(*worlds.ORIGIN, azimuth, metres)
    here, there = lonlat([(0, 0)]), np.array([[lon], [lat]])
    point, source = ellipsoid.pairs_within(there[0], there[1], here[0], here[1], 5000.0)
    assert (len(point), len(source)) == (within, within)


@settings(max_examples=50, deadline=None)
@given(SPOTS, SPOTS)
def test_nearest_and_pairs_equal_measuring_every_pair(points, sources):
    points, sources = lonlat(points), lonlat(sources)
    metres = table(points, sources)
    found, source = ellipsoid.nearest(*points, *sources)
    assert found == pytest.approx(metres.min(axis=1), abs=1e-6)
    assert metres[np.arange(len(metres)), source] == pytest.approx(metres.min(axis=1), abs=1e-6)
    pairs = ellipsoid.pairs_within(points[0], points[1], sources[0], sources[1], 5000.0)
    assert np.column_stack(pairs).tolist() == np.argwhere(metres.round(3) <= 5000.0).tolist()


def test_of_sources_on_one_spot_the_lowest_number_serves():
    found, source = ellipsoid.nearest(*lonlat([(10, 0)]), *lonlat([(900, 0), (0, 0), (0, 0)]))
    assert source.tolist() == [1]
    assert found[0] == pytest.approx(10, rel=0.01)


def test_without_sources_nothing_is_near():
    nowhere = np.zeros(0)
    lon, lat = lonlat([(0, 0)])
    found, source = ellipsoid.nearest(lon, lat, nowhere, nowhere)
    assert (found.tolist(), source.tolist()) == ([np.inf], [-1])
    assert [len(x) for x in ellipsoid.pairs_within(lon, lat, nowhere, nowhere, 9.0)] == [0, 0]


@pytest.mark.parametrize("wound", [1, -1])
def test_a_hole_is_taken_off_whichever_way_it_winds(wound):
    """A square of 3 km with a square hole of 1 km."""
    outer = [worlds.degrees(*c) for c in [(0, 0), (3000, 0), (3000, 3000), (0, 3000)]]
    hole = [worlds.degrees(*c) for c in [(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000)]]
    ring = shapely.Polygon(outer, [hole[::wound]])
    assert ellipsoid.area_km2(np.array([ring], object)) == pytest.approx([8.0], rel=0.01)


@pytest.mark.parametrize("azimuth", [0, 45, 90, 200, 315])
@pytest.mark.parametrize("radius_m", [100.0, 5000.0, 20_000.0, 100_000.0])
def test_a_radius_ends_at_its_last_half_millimetre_however_long_it_is(azimuth, radius_m):
    """A chord of 100 km is a metre shorter than the way on the ground."""
    here = lonlat([(0, 0)])
    for more, within in ((-0.6, 1), (0.0004, 1), (0.0006, 0), (0.6, 0)):
        lon, lat, _ = GEOD.fwd(*worlds.ORIGIN, azimuth, radius_m + more)
        there = np.array([[lon], [lat]])
        point, _ = ellipsoid.pairs_within(there[0], there[1], here[0], here[1], radius_m)
        assert len(point) == within
