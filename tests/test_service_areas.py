import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.service_areas import reached_streets, service_area


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    """Eleven by eleven crossings, 200 m apart."""
    return worlds.lattice(tmp_path_factory.mktemp("areas"), 11, 11, 200.0)


def metres(degrees):
    return np.array([worlds.metres(*spot) for spot in degrees])


def coverage(network, sites):
    return assess(worlds.outlets(sites), worlds.demand([(0, 0)]), network)


def test_streets_are_cut_exactly_where_the_time_runs_out(lattice):
    """300 m from a crossing in the middle: four arms of 200 m, then 100 m three ways."""
    streets = reached_streets(coverage(lattice, [(1000, 1000)]), minutes=4.5)
    assert streets["length_m"].sum() == pytest.approx(4 * 200 + 4 * 3 * 100, abs=0.5)
    assert set(streets["length_m"].round()) == {200.0, 100.0}
    on_paper = shapely.transform(streets.geometry.to_numpy(), metres)
    assert shapely.length(on_paper) == pytest.approx(streets["length_m"].tolist(), abs=0.05)


def test_outlet_amid_a_street_reaches_both_ways_less_its_access_leg(lattice):
    streets = reached_streets(coverage(lattice, [(1100, 1020)]), minutes=1.2)
    assert streets["length_m"].tolist() == pytest.approx([2 * (80 - 20)], abs=0.05)


def test_two_reaches_on_one_street_are_one_piece_where_they_meet(lattice):
    streets = reached_streets(coverage(lattice, [(1040, 1000), (1160, 1000)]), minutes=0.6)
    between = streets[streets["length_m"] > 39]
    assert len(between) <= 3
    assert streets["length_m"].sum() == pytest.approx(2 * 80, abs=0.2)


@settings(max_examples=20, deadline=None)
@given(
    st.tuples(st.integers(0, 2000), st.integers(0, 2000)),
    st.tuples(st.integers(0, 2000), st.integers(0, 2000)),
)
def test_a_point_on_a_reached_street_is_a_walk_within_the_limit(lattice, site, spot):
    beside = lattice.snap(worlds.points([spot]), 300.0, 0.0).joins
    on_street = worlds.demand([spot]).set_geometry(
        gpd.points_from_xy(beside.lon[:1], beside.lat[:1], crs="EPSG:4326")
    )
    result = assess(worlds.outlets([site]), on_street, lattice)
    streets = reached_streets(result)
    on = streets[
        (streets["edge"] == beside.edge[0])
        & (streets["from_m"] <= beside.along_m[0] + 1e-6)
        & (streets["to_m"] >= beside.along_m[0] - 1e-6)
    ]
    walk_m = result.demand["walk_m"][0]
    if abs(walk_m - 1000) > 0.01:
        assert bool(len(on)) == bool(walk_m <= 1000)


def test_area_to_draw_holds_the_streets_and_is_empty_without_them(lattice):
    result = coverage(lattice, [(1000, 1000)])
    streets = reached_streets(result)
    area = service_area(streets)
    assert area.is_valid
    assert area.buffer(1e-9).contains(shapely.union_all(streets.geometry.to_numpy()))
    none = reached_streets(assess(worlds.outlets([]), worlds.demand([(0, 0)]), lattice))
    assert none.empty
    assert service_area(none).is_empty


def test_area_does_not_jump_a_river(tmp_path):
    """Two banks 150 m apart, linked by a bridge far away: only the outlet's bank is reached."""
    nodes = {1: (0, 0), 2: (3000, 0), 3: (0, 150), 4: (3000, 150)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4], [2, 4]])
    area = service_area(reached_streets(coverage(network, [(500, 0)])))
    lon, lat = worlds.degrees(500, 150)
    assert not area.contains(shapely.Point(lon, lat))
    east = shapely.transform(area, metres).bounds[2]
    assert east == pytest.approx(1500 + 60, abs=70)
