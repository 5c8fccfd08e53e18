"""Outlets in doubt: not in the headline, and what they could change of it stands beside."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess, without_outlets
from gdcoverage.findings import WITH_DOUBTFUL, Doubt, tally
from gdcoverage.places.counties import one_county
from gdcoverage.policy import OUTLET_STATUS, Standard
from gdcoverage.problems import InputError
from known import known

STATUS = st.sampled_from(["active", "unknown", "unknown", "suspended"])
# On crossings and between them, at home and beyond the streets.
METRES = st.sampled_from([0.0, 200.0, 250.0, 999.0, 1000.0, 2000.0, 6500.0])


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    """Eleven by eleven crossings, 200 m apart: 2 km across."""
    return worlds.lattice(tmp_path_factory.mktemp("doubt"), 11, 11, 200.0)


def world(status=("active", "unknown")):
    """An outlet in a corner, one in doubt in the other; 500 and 300 people beside them, 200 off."""
    outlets = worlds.outlets([(0, 0), (2000, 2000)], list(status))
    people = worlds.demand([(100, 0), (2000, 1900), (0, 2000)], [500, 300, 200])
    return outlets, people


def test_the_word_is_the_official_one():
    assert OUTLET_STATUS["unknown"] == "存疑"


def test_the_headline_is_without_them_and_the_other_rate_beside(lattice):
    outlets, people = world()
    found = assess(outlets, people, lattice, counties=one_county("甲县", people))
    assert found.demand["covered"].tolist() == [True, False, False]
    assert found.demand[WITH_DOUBTFUL].tolist() == [True, True, False]
    total, (county,) = found.total(), found.by_county().to_dict("records")
    assert (total["rate"], total["rate_with_doubtful"]) == (0.5, 0.8)
    assert (county["outlets"], county["doubtful_outlets"]) == (1, 1)
    assert county["rate_with_doubtful"] == 0.8
    assert found.doubt() == Doubt(1, 0.5, 0.8)


def test_without_any_in_doubt_nothing_is_computed_or_told(lattice):
    outlets, people = world(["active", "suspended"])
    found = assess(outlets, people, lattice)
    assert WITH_DOUBTFUL not in found.demand
    assert not {"doubtful_outlets", "rate_with_doubtful"} & set(found.by_county())
    assert found.doubt() is None


def test_one_in_doubt_elsewhere_that_serves_nobody_here_is_no_doubt(lattice):
    outlets, people = world()
    here = one_county("甲县", people.iloc[:1])
    found = assess(outlets, people.iloc[:1], lattice, counties=here)
    assert found.doubt() is None


def test_a_result_can_be_assessed_again_and_a_column_of_that_name_alone_is_refused(lattice):
    outlets, people = world()
    found = assess(outlets, people, lattice)
    again = assess(outlets, found.demand, lattice)
    pd.testing.assert_frame_equal(again.demand, found.demand)
    with pytest.raises(InputError, match=WITH_DOUBTFUL):
        assess(outlets, people.assign(**{WITH_DOUBTFUL: True}), lattice)


def test_of_nobody_nothing_is_known_but_how_many_are_in_doubt(lattice):
    outlets, people = world()
    found = assess(outlets, worlds.demand([]), lattice, counties=one_county("甲县", people))
    doubt = known(found.doubt())
    assert (doubt.outlets, doubt.matters) == (1, False)
    assert np.isnan([doubt.rate, doubt.rate_with]).all()


def test_when_it_leaves_it_is_in_doubt_no_more(lattice):
    outlets, people = world()
    found = assess(outlets, people, lattice)
    left = without_outlets(found, [outlets["outlet_id"][1]])
    assert left.doubt() is None
    served = without_outlets(found, [outlets["outlet_id"][0]])
    assert served.demand[WITH_DOUBTFUL].tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("rate", "rate_with", "matters"),
    [(0.67, 0.675, False), (0.67, 0.6750001, True), (0.1, 0.1, False), (np.nan, np.nan, False)],
)
def test_half_a_point_is_one_answer_and_more_is_two(rate, rate_with, matters):
    assert Doubt(3, rate, rate_with).matters == matters


def test_one_county_with_two_answers_is_enough():
    assert Doubt(3, 0.67, 0.671, ("甲县",)).matters


@settings(max_examples=25)
@given(
    st.lists(st.tuples(METRES, METRES, STATUS), min_size=1, max_size=8),
    st.lists(
        st.tuples(METRES, METRES, st.integers(0, 900), st.sampled_from(["urban", "rural"])),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from([800 / 15 * 60 / 1000, 4.0, 5.0]),
)
def test_as_if_they_were_active_to_the_last_person(lattice, outlets, people, speed):
    spots, status = [(x, y) for x, y, _ in outlets], [kind for *_, kind in outlets]
    demand = worlds.demand(
        [(x, y) for x, y, *_ in people], [n for _, _, n, _ in people], [c for *_, c in people]
    )
    standard = Standard(walking_speed_kmh=speed)
    found = assess(worlds.outlets(spots, status), demand, lattice, standard)
    counted = ["active" if kind == "unknown" else kind for kind in status]
    as_active = assess(worlds.outlets(spots, counted), demand, lattice, standard)
    beside = found.demand.get(WITH_DOUBTFUL, found.demand["covered"])
    pd.testing.assert_series_equal(beside, as_active.demand["covered"], check_names=False)
    table = tally(found.demand, ["settlement"], standard)
    theirs = tally(as_active.demand, ["settlement"], standard)["rate"]
    ours = table.get("rate_with_doubtful", table["rate"])
    pd.testing.assert_series_equal(ours, theirs, check_names=False)
    bare = assess(
        gpd.GeoDataFrame(worlds.outlets(spots, status).query("status != 'unknown'")),
        demand,
        lattice,
        standard,
    )
    pd.testing.assert_series_equal(found.demand["covered"], bare.demand["covered"])
