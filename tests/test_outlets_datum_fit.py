"""Which datum outlets are of, by how near they lie to the streets under each."""

import numpy as np
import pytest

import worlds
from gdcoverage.geo.datum import to_wgs84
from gdcoverage.outlets.datum_fit import DatumFit, datum_fits, joined_fits

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


def test_few_outlets_prove_nothing():
    far, near = np.full(7, 90.0), np.full(7, 1.0)
    assert DatumFit("wgs84", {"wgs84": far, "gcj02": near}).problem is None
    enough = DatumFit("wgs84", {"wgs84": np.append(far, 90.0), "gcj02": np.append(near, 1.0)})
    assert enough.problem is not None


def test_counties_together_have_the_median_of_all_their_outlets():
    """Neither the median of the medians (15) nor their mean weighted by outlets (15 and a bit)."""
    parts = [
        DatumFit("gcj02", {"gcj02": np.array(metres), "wgs84": np.array(metres) + 100})
        for metres in ([1.0, 10.0, 11.0], [20.0, 21.0], [12.0])
    ]
    other = DatumFit("wgs84", {"wgs84": np.array([3.0])})
    joined = joined_fits([*parts, other])
    assert [(fit.declared, fit.outlets) for fit in joined] == [("gcj02", 6), ("wgs84", 1)]
    assert joined[0].medians == {"gcj02": 11.5, "wgs84": 111.5}
