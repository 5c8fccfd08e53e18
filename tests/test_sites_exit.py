"""Who loses the standard when outlets leave."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess, without_outlets
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.sites import Terms, exit_impact, exit_impact_of, generate_candidates
from known import known
from test_sites import STANDARD, along, at_crossings, lattice, spot, street, world

__all__ = ["lattice", "street"]

# People   10  20  30  40  50         W0 covers the first two, W1 the second to the fourth.
#          W0--+---W1--+---+
PEOPLE = [10, 20, 30, 40, 50]


def test_only_people_whom_no_other_outlet_covers_are_lost(street):
    found = exit_impact(along(street, PEOPLE, [0, 2])).set_index("outlet_id")
    assert found["rank"].to_dict() == {"W1": 1, "W0": 2}
    assert found["population"].to_dict() == {"W1": 70, "W0": 10}
    assert found["demand_points"].to_dict() == {"W1": 2, "W0": 1}
    assert found["covered_population"].to_dict() == {"W1": 90, "W0": 30}
    assert found["rate_after"].to_dict() == pytest.approx({"W1": 30 / 150, "W0": 90 / 150})
    assert found["elderly"].isna().all()
    # As the docstring names them.
    assert " ".join(exit_impact(along(street, PEOPLE, [0, 2]))) == (
        "rank outlet_id name bank county population urban rural elderly demand_points"
        " covered_population rate_after geometry"
    )


def test_lost_people_are_told_apart(street):
    demand = worlds.demand(
        [(i * 900.0, 0) for i in range(5)], PEOPLE, ["urban"] * 3 + ["rural"] * 2
    ).assign(elderly=[1, 2, 3, np.nan, np.nan])
    outlets = worlds.outlets([(0, 0), (1800, 0)])
    coverage = assess(outlets, demand, street, Standard(rural_radius_m=2000))
    found = exit_impact(coverage).set_index("outlet_id")
    assert found.loc["W1", ["population", "urban", "rural"]].tolist() == [120, 30, 90]
    assert found["elderly"].to_dict() == {"W1": 3, "W0": 1}


def test_only_active_outlets_can_be_missed(street):
    demand = worlds.demand([(0, 0)])
    outlets = worlds.outlets([(0, 0), (0, 0), (900, 0)], ["active", "exited", "planned"])
    found = exit_impact(assess(outlets, demand, street))
    assert found["outlet_id"].tolist() == ["W0"]
    assert found["population"].tolist() == [100]
    assert exit_impact(assess(worlds.outlets([]), demand, street)).empty


def test_two_that_leave_together_take_more_than_each_alone(street):
    coverage = along(street, PEOPLE, [0, 2])
    both = exit_impact_of(coverage, ["W0", "W1"])
    assert both.population_lost == 100
    assert both.outlets["population"].sum() == 80
    assert both.rate_before == pytest.approx(100 / 150)
    assert both.rate_after == 0
    assert both.gaps["population_lost"].sum() == 100
    assert both.gaps["population"].sum() == 150
    assert both.replacement is None


def test_a_bank_leaves_with_all_its_outlets(street):
    coverage = along(street, PEOPLE, [0, 2])
    coverage.outlets["bank"] = ["甲", "乙"]
    found = exit_impact_of(coverage, bank="乙")
    assert found.outlets["outlet_id"].tolist() == ["W1"]
    assert found.population_lost == 70


def test_the_replacement_wins_back_most_of_those_who_lost(street):
    """50 were outside before; K3 would win 40 back and K4's 50 do not count."""
    coverage = along(street, PEOPLE, [0, 2])
    found = exit_impact_of(coverage, ["W1"], candidates=at_crossings(5))
    replacement = known(found.replacement)
    assert replacement.population == 70
    assert replacement.sites["candidate_id"].isin(["K2", "K3"]).all()


def test_what_leaves_does_not_replace_itself(street):
    """Without 乙, 70 people at crossings 2 and 3 lose: K2 stands at its place, K1 is its own."""
    coverage = along(street, PEOPLE, [0, 2])
    coverage.outlets["bank"] = ["甲", "乙"]
    offered = at_crossings(5, "甲乙丁丙丙")

    def replaced(**terms):
        asked = Terms(**{"add": 3} | terms)
        found = exit_impact_of(coverage, bank="乙", candidates=offered, terms=asked)
        return known(found.replacement).sites["candidate_id"].tolist()

    area = shapely.box(*worlds.degrees(2600, -50), *worlds.degrees(2800, 50))
    assert replaced() == ["K3"]
    assert replaced(forbidden=["K3"]) == ["K4"]
    assert replaced(excluded=area) == ["K4"]
    assert replaced(bank_caps={"丙": 0}) == []
    assert replaced(fixed=["K4"]) == ["K3", "K4"]
    with pytest.raises(InputError, match=r"K1.*退出"):
        replaced(fixed=["K1"])


def test_a_replacement_is_sought_where_everybody_was_covered_before(street):
    """Nobody was outside, so no street location was worth a thing until W1 leaves."""
    coverage = along(street, PEOPLE, [0, 2, 4])
    assert coverage.demand["covered"].all()
    found = exit_impact_of(coverage, ["W1"], terms=Terms(add=1, apart_m=100))
    assert found.population_lost == 30
    assert known(found.replacement).population == 30
    site = known(found.replacement).sites["candidate_id"].iloc[0]
    assert site.startswith("R")
    again = exit_impact_of(coverage, ["W1"], terms=Terms(add=1, apart_m=100, forbidden=[site]))
    assert known(again.replacement).population == 30
    assert site not in known(again.replacement).sites["candidate_id"].to_list()


def test_terms_may_name_the_street_locations_of_the_plan(street):
    coverage = along(street, PEOPLE, [0, 2])
    named = generate_candidates(coverage, Terms().generate)["candidate_id"].to_list()
    assert named
    found = exit_impact_of(coverage, ["W1"], terms=Terms(add=1, forbidden=named))
    assert known(found.replacement).population > 0
    assert not known(found.replacement).sites["candidate_id"].isin(named).any()


def test_counties_tell_their_own_losses(street):
    demand = worlds.demand([(i * 900.0, 0) for i in range(5)], PEOPLE)
    west = one_county("西县", demand.iloc[:2], 100.0)
    east = one_county("东县", demand.iloc[2:], 100.0).assign(adcode="000001")
    counties = pd.concat([west, east], ignore_index=True)
    coverage = assess(worlds.outlets([(0, 0), (1800, 0)]), demand, street, counties=counties)
    found = exit_impact_of(coverage, ["W1"]).counties.set_index("county_name")
    assert found["population_lost"].to_dict() == {"西县": 0, "东县": 70}
    assert found["points_lost"].to_dict() == {"西县": 0, "东县": 2}
    assert found["outlets_after"].to_dict() == {"西县": 1, "东县": 0}
    assert found["rate_after"].to_dict() == {"西县": 1, "东县": 0}
    assert (found["elderly_lost"].isna()).tolist() == [True, True]


def test_who_is_unknown_or_nobody_is_refused(street):
    coverage = along(street, PEOPLE, [0])
    with pytest.raises(InputError, match="W9"):
        exit_impact_of(coverage, ["W9"])
    with pytest.raises(InputError, match="无此银行"):
        exit_impact_of(coverage, bank="无此银行")
    with pytest.raises(ValueError, match="outlets"):
        exit_impact_of(coverage)


@settings(max_examples=15, deadline=None)
@given(
    **world | {"existing": st.lists(spot, min_size=1, max_size=5)},
    leaving=st.sets(st.integers(0, 4), min_size=1),
)
def test_exit_impact_is_what_assessing_without_the_outlet_says(
    lattice, existing, places, spots, people, kinds, leaving
):
    del places
    demand, outlets = worlds.demand(spots, people, kinds), worlds.outlets(existing)
    coverage = assess(outlets, demand, lattice, STANDARD)
    before = coverage.total()
    found = exit_impact(coverage).set_index("outlet_id")
    for outlet_id in outlets["outlet_id"]:
        rest = outlets[outlets["outlet_id"] != outlet_id]
        after = assess(rest, demand, lattice, STANDARD).total()
        lost = found.loc[outlet_id]
        for whole, part in (
            ("covered_population", "population"),
            ("urban_covered", "urban"),
            ("rural_covered", "rural"),
            ("covered_points", "demand_points"),
        ):
            assert lost[part] == before[whole] - after[whole]
        assert np.isclose(lost["rate_after"], after["rate"], equal_nan=True)
    ids = {f"W{i}" for i in leaving} & set(outlets["outlet_id"])
    closed = outlets.assign(status=["exited" if i in ids else "active" for i in outlets.outlet_id])
    again, fast = assess(closed, demand, lattice, STANDARD), without_outlets(coverage, ids)
    pd.testing.assert_frame_equal(fast.demand[list(again.demand)], again.demand)
    assert (fast.covers != again.covers).nnz == 0
    pd.testing.assert_frame_equal(fast.outlets, again.outlets)
