"""Which datum outlets are of, by how near they lie to the streets under each."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import worlds
from gdcoverage.geo.datum import Datum, from_wgs84, to_wgs84
from gdcoverage.network import WalkNetwork
from gdcoverage.outlets.datum_fit import (
    DatumFit,
    datum_fits,
    doubted,
    farness,
    joined_fits,
    with_tables,
)

# Nine corners of a lattice of 170 m; GCJ-02 moves them off its streets.
STEP = 170.0
CORNERS = [(x * STEP, y * STEP) for x in (6, 9, 12) for y in (6, 9, 12)]


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    return worlds.lattice(tmp_path_factory.mktemp("fit"), 19, 19, STEP)


def test_outlets_on_the_streets_fit_their_datum(lattice):
    outlets = worlds.outlets(CORNERS).assign(source_datum="wgs84")
    (fit,) = datum_fits(outlets, lattice)
    assert (fit.declared, fit.outlets) == ("wgs84", 9)
    assert fit.medians["wgs84"] == pytest.approx(0, abs=0.01)
    assert list(fit.medians) == ["wgs84", "gcj02", "bd09"]
    assert fit.problem is None


def test_another_datum_is_measured_from_the_numbers_as_written(lattice):
    """On the streets as they are; declared to be Amap's, they were moved off them on reading."""
    outlets = worlds.outlets(CORNERS)
    lon, lat = to_wgs84(outlets.geometry.x.to_numpy(), outlets.geometry.y.to_numpy(), "gcj02")
    moved = outlets.set_geometry(worlds.points([]).from_xy(lon, lat, crs=4326))
    (fit,) = datum_fits(moved.assign(source_datum="gcj02"), lattice)
    assert fit.medians["wgs84"] == pytest.approx(0, abs=0.01)
    assert fit.medians["gcj02"] > 20
    assert fit.problem is not None
    assert "datum = “wgs84”" in fit.problem.action


def fit_of(declared, around=None, **metres):
    """Outlets so many metres off the streets under each datum, and usually 30 m off them."""
    n = len(metres[declared])
    usual = n * farness(np.array([20.0, 25.0, 30.0, 40.0])) if around is None else around
    return DatumFit(
        declared, {datum: np.array(m, float) for datum, m in metres.items()}, usual[:, None]
    )


def test_few_outlets_prove_nothing():
    assert fit_of("wgs84", wgs84=[35.0] * 7, gcj02=[1.0] * 7).problem is None
    enough = fit_of("wgs84", wgs84=[35.0] * 8, gcj02=[1.0] * 8)
    assert enough.problem is not None
    assert "中位距离为 35 米；若按 GCJ-02" in enough.problem.what


def test_a_datum_that_fits_is_not_doubted_because_another_fits_too():
    assert fit_of("wgs84", wgs84=[3.0] * 9, gcj02=[1.0] * 9).problem is not None
    streets_all_over = 9 * farness(np.array([0.0, 1.0, 3.0, 40.0]))
    assert fit_of("wgs84", streets_all_over, wgs84=[3.0] * 9, gcj02=[1.0] * 9).problem is None
    assert fit_of("wgs84", streets_all_over, wgs84=[35.0] * 9, gcj02=[1.0] * 9).problem is None


def test_how_far_beyond_forty_metres_is_all_one():
    """Some outlets in the hills prove neither for nor against."""
    fits = [fit_of("wgs84", wgs84=[far] * 8, gcj02=[far] * 8) for far in (40.0, 90.0, 600.0)]
    assert len({fit.deviations["gcj02"] for fit in fits}) == 1


def test_counties_together_have_the_median_of_all_their_outlets():
    """Neither the median of the medians (15) nor their mean weighted by outlets (15 and a bit)."""
    parts = [
        fit_of("gcj02", np.array([1.0, 2.0]), gcj02=metres, wgs84=np.array(metres) + 100)
        for metres in ([1.0, 10.0, 11.0], [20.0, 21.0], [12.0])
    ]
    other = fit_of("wgs84", wgs84=[3.0])
    joined = joined_fits([*parts, other])
    assert [(fit.declared, fit.outlets) for fit in joined] == [("gcj02", 6), ("wgs84", 1)]
    assert joined[0].medians == {"gcj02": 11.5, "wgs84": 111.5}
    assert joined[0].around.sum(axis=1).tolist() == [3.0, 6.0]


def test_counties_measured_apart_are_judged_as_if_together(lattice):
    outlets = worlds.outlets(CORNERS).assign(source_datum="wgs84")
    (whole,) = datum_fits(outlets, lattice)
    parts = [datum_fits(outlets.iloc[rows], lattice)[0] for rows in (slice(0, 4), slice(4, 9))]
    (joined,) = joined_fits(parts)
    assert joined.deviations == pytest.approx(whole.deviations)


def test_a_banks_table_in_another_datum_is_not_lost_among_the_others(lattice):
    """Nine of 36 outlets, declared to be Amap's as all are, were written in WGS-84."""
    right = worlds.outlets(CORNERS * 3).assign(source_datum="gcj02", source_sheet="工行")
    lon, lat = to_wgs84(*(right.geometry[:9].x, right.geometry[:9].y), "gcj02")
    wrong = right[:9].set_geometry(worlds.points([]).from_xy(lon, lat, crs=4326))
    outlets = pd.concat([right, wrong.assign(source_sheet="农行")], ignore_index=True)
    fits = with_tables(datum_fits(outlets, lattice), outlets["source_sheet"].to_numpy(object))
    assert [(fit.sheet, fit.outlets) for fit in fits] == [("", 36), ("农行", 9), ("工行", 27)]
    (told,) = doubted(fits, "网点.xlsx")
    assert (told.file, told.sheet) == ("网点.xlsx", "农行")
    assert "datum = “wgs84”" in told.action
    # All of them wrong is told once, of the file.
    alone = with_tables(datum_fits(wrong, lattice), np.full(9, "农行", object))
    assert [p.sheet for p in doubted(alone, "网点.xlsx")] == [""]


def test_few_outlets_of_each_county_prove_it_together(lattice):
    outlets = worlds.outlets(CORNERS)
    lon, lat = to_wgs84(outlets.geometry.x.to_numpy(), outlets.geometry.y.to_numpy(), "gcj02")
    moved = outlets.set_geometry(worlds.points([]).from_xy(lon, lat, crs=4326))
    moved = moved.assign(source_datum="gcj02")
    parts = [datum_fits(moved.iloc[rows], lattice) for rows in (slice(0, 4), slice(4, 9))]
    assert not any(doubted(fits, "") for fits in parts)
    assert doubted(joined_fits(fit for fits in parts for fit in fits), "")


# Draws of eight real bus stops ------------------------------------------------------------------

EXTRACTS = {
    "nanshan": ("shenzhen_nanshan_2021.osm.pbf", (113.925, 22.539, 113.968, 22.559)),
    "longgang": ("shenzhen_longgang_2019.osm.pbf", (114.1862, 22.6732, 114.2318, 22.7019)),
}


STATED: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
PAIRS = [(true, declared) for true in STATED for declared in STATED]


@pytest.fixture(scope="module")
def stops(shared):
    """By true and declared datum, the fits of the bus stops that lie in an extract under either."""
    table = pd.read_csv(shared / "data/sz-points-gcj02/sz_bus_station_2021_gcj02.csv.gz")
    truth = to_wgs84(table["lon"].to_numpy(), table["lat"].to_numpy(), "gcj02")
    fits: dict[tuple[Datum, Datum], list[DatumFit]] = {pair: [] for pair in PAIRS}
    for file, (west, south, east, north) in EXTRACTS.values():
        network = WalkNetwork.from_osm(shared / "data/gd-osm-extracts" / file)
        for true, declared in PAIRS:
            read = np.array(to_wgs84(*from_wgs84(*truth, true), declared))
            inside = np.all(
                [(west < x) & (x < east) & (south < y) & (y < north) for x, y in (truth, read)],
                axis=0,
            )
            points = gpd.points_from_xy(*read[:, inside])
            rows = {"source_datum": declared}
            stops = gpd.GeoDataFrame(rows, range(len(points)), geometry=points)
            fits[true, declared] += [
                datum_fits(stops.iloc[[i]], network)[0] for i in range(len(stops))
            ]
    return fits


def noticed(fits, draws, seed, sheet=""):
    """In how many draws of eight the datum is doubted."""
    rng = np.random.default_rng(seed)
    chosen = [rng.choice(len(fits), 8, replace=False) for _ in range(draws)]
    joined = (joined_fits([fits[i] for i in draw])[0] for draw in chosen)
    return sum(replace(fit, sheet=sheet).problem is not None for fit in joined)


@pytest.mark.parametrize(("true", "declared"), [pair for pair in PAIRS if pair[0] != pair[1]])
def test_eight_stops_are_enough_to_notice_a_wrong_datum(stops, true, declared):
    assert noticed(stops[true, declared], 400, 1) >= 380


@pytest.mark.parametrize(("true", "declared"), [pair for pair in PAIRS if pair[0] != pair[1]])
def test_eight_stops_of_one_table_among_others_are_nearly_enough(stops, true, declared):
    """The bar is higher, as any of many tables may fit another datum by chance."""
    assert noticed(stops[true, declared], 400, 1, "表") >= 370


@pytest.mark.parametrize("datum", STATED)
def test_no_draw_of_eight_stops_raises_a_false_alarm(stops, datum):
    assert noticed(stops[datum, datum], 400, 2) == 0
