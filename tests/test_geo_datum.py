import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.geo.datum import DATUMS, from_wgs84, parse_datum, to_wgs84
from gdcoverage.network import WalkNetwork
from gdcoverage.problems import InputError

METRES_PER_DEGREE = 111_320

# Published vectors for the semi-major axis 6378245.0: the test of coordtransform (Node), for
# 116.404 E 39.915 N; its inverse is one step of the iteration only, so it is not taken.
WGS84_TO_GCJ02 = (116.41024449916938, 39.91640428150164)
GCJ02_TO_BD09 = (116.41036949371029, 39.92133699351021)


def test_published_vector_of_gcj02():
    assert from_wgs84(116.404, 39.915, "gcj02") == pytest.approx(WGS84_TO_GCJ02, abs=1e-12)


# The tests of eviltransform (Go, JavaScript), WGS-84 and GCJ-02; its vectors of BD-09 are 10 and
# 41 m off and not reproduced by its own code, so they are not taken.
@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
    ids=["shanghai", "shenzhen", "beijing"],
)
def test_published_vectors_of_three_cities_both_ways(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    assert from_wgs84(*wgs84, "gcj02") == pytest.approx(gcj02, abs=1e-12)
    assert to_wgs84(*gcj02, "gcj02") == pytest.approx(wgs84, abs=1e-9)


def test_published_vector_of_bd09():
    wgs84 = to_wgs84(116.404, 39.915, "gcj02")
    assert from_wgs84(*wgs84, "bd09") == pytest.approx(GCJ02_TO_BD09, abs=1e-9)


@given(
    st.floats(73.7, 134.5),
    st.floats(18.2, 53.3),
    st.sampled_from(["gcj02", "bd09", "cgcs2000", "wgs84"]),
)
def test_there_and_back_is_within_a_millimetre(lon, lat, datum):
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert np.hypot(back[0] - lon, back[1] - lat) * METRES_PER_DEGREE < 0.001


def test_shift_in_guangdong_is_hundreds_of_metres():
    lon, lat = from_wgs84(113.26, 23.13, "gcj02")
    shift = np.hypot((lon - 113.26) * np.cos(np.radians(23.13)), lat - 23.13) * METRES_PER_DEGREE
    assert 300 < shift < 700


def test_outside_china_unchanged_and_nan_stays():
    lon, lat = from_wgs84([-51.2, np.nan, 0.0], [-30.0, 23.0, 51.5], "bd09")
    assert lon[[0, 2]].tolist() == [-51.2, 0.0]
    assert np.isnan(lon[1])
    assert lat[[0, 2]].tolist() == [-30.0, 51.5]


def test_shape_is_kept_and_input_untouched():
    lon = np.full((3, 4), 113.0)
    out, _ = to_wgs84(lon, 23.0, "gcj02")
    assert out.shape == (3, 4)
    assert (lon == 113.0).all()


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("GCJ-02", "gcj02"),
        ("高德", "gcj02"),
        ("火星坐标系", "gcj02"),
        ("百度坐标", "bd09"),
        ("BD-09", "bd09"),
        ("ＷＧＳ８４", "wgs84"),
        ("CGCS2000", "cgcs2000"),
        ("国家2000", "cgcs2000"),
        ("EPSG:4490", "cgcs2000"),
        ("2000国家大地坐标系", "cgcs2000"),
        ("天地图", "cgcs2000"),
        ("百度地图", "bd09"),
        *((label, datum) for datum, label in DATUMS.items()),
    ],
)
def test_spellings_of_a_datum(text, datum):
    assert parse_datum(text) == datum


def test_unknown_datum_says_what_to_write():
    with pytest.raises(InputError, match="高德"):
        parse_datum("北京54")


def test_bus_stops_of_shenzhen_lie_on_streets_once_converted(shared):
    """195 stops in GCJ-02 within the extract: 33 m off the streets as they are, 2 m converted."""
    network = WalkNetwork.from_osm(shared / "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf")
    stops = pd.read_csv(shared / "data/sz-points-gcj02/sz_bus_station_2021_gcj02.csv.gz")
    lon, lat = to_wgs84(stops["lon"], stops["lat"], "gcj02")
    core = (lon > 113.925) & (lon < 113.968) & (lat > 22.539) & (lat < 22.559)

    def median_to_street(x, y):
        points = gpd.GeoSeries(gpd.points_from_xy(x[core], y[core]), crs="EPSG:4326")
        return float(np.median(network.snap(points, 1000.0, 0.0).access_m))

    raw = median_to_street(stops["lon"].to_numpy(), stops["lat"].to_numpy())
    converted = median_to_street(lon, lat)
    assert raw > 25
    assert converted < 5


def test_a_million_points_do_not_take_a_python_loop():
    """Vectorised, about a second; a loop would take minutes. Generous, for any machine."""
    lon = np.random.default_rng(0).uniform(110, 117, 1_000_000)
    started = time.process_time()
    to_wgs84(lon, np.full_like(lon, 23.0), "gcj02")
    assert time.process_time() - started < 30
