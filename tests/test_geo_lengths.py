"""Short lengths on the ellipsoid: within a centimetre a kilometre of pyproj's geodesics."""

import numpy as np
import pytest

from gdcoverage.geo import ellipsoid
from worlds import GEOD

GUANGDONG = (109.6, 20.2, 117.4, 25.6)


def strewn(area, n, seed, shortest=1.0, longest=50_000.0):
    """Pairs of places in an area, in every direction from each other, and the metres between."""
    rng = np.random.default_rng(seed)
    west, south, east, north = area
    lon, lat = rng.uniform(west, east, n), rng.uniform(south, north, n)
    metres = np.exp(rng.uniform(np.log(shortest), np.log(longest), n))
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, n), metres)
    return lon, lat, np.asarray(there_lon), np.asarray(there_lat), metres


@pytest.mark.parametrize(
    "area",
    [GUANGDONG, (-180, -85, 180, 85), (-180, 80, 180, 84.5), (179.9, -20, 180.0, -15)],
    ids=["guangdong", "earth", "far-north", "date-line"],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_kilometre_is_within_a_centimetre_of_the_geodesic(area, seed):
    *ends, metres = strewn(area, 20_000, seed)
    assert (np.abs(ellipsoid.short_m(*ends) - metres) <= 1e-5 * metres).all()
    # And what is said of it: a tenth of a millimetre.
    assert (np.abs(ellipsoid.short_m(*ends) - metres) <= 1e-7 * metres + 1e-8).all()


def test_it_is_nought_for_a_place_itself_and_the_same_both_ways():
    lon, lat, there_lon, there_lat, _ = strewn(GUANGDONG, 1_000, 3)
    assert (ellipsoid.short_m(lon, lat, lon, lat) == 0).all()
    back = ellipsoid.short_m(there_lon, there_lat, lon, lat)
    assert np.array_equal(back, ellipsoid.short_m(lon, lat, there_lon, there_lat))


def test_radii_are_those_of_meridian_arcs_and_parallels():
    """A ten-thousandth of a degree north and east, at the latitude itself."""
    for lat in (0.0, 23.0, -45.0, 80.0):
        along, across = ellipsoid.radii_m(np.array(lat))
        step = np.radians(1e-4)
        assert along * step == pytest.approx(GEOD.inv(0, lat - 5e-5, 0, lat + 5e-5)[2], rel=1e-7)
        parallel = across * np.cos(np.radians(lat)) * step
        assert parallel == pytest.approx(GEOD.inv(-5e-5, lat, 5e-5, lat)[2], rel=1e-7)
