"""Terms of a siting question that are easily kept almost, and seldom missed."""

from gdcoverage.sites import Terms, frontier, recommend_sites
from test_sites import STEP, along, at_crossings, candidates, street

__all__ = ["street"]

# People  100  0  0  0  90  0  0  0  10      a candidate at each; none serves two of the three.
PEOPLE = [100, 0, 0, 0, 90, 0, 0, 0, 10]
BANKS = ["甲", "", "", "", "甲", "", "", "", "乙"]


def test_the_first_bank_of_all_keeps_its_cap_in_every_step_of_the_build_order(street):
    terms = Terms(add=2, frontier=2, bank_caps={"甲": 1})
    offered = candidates([(0, 0), (4 * STEP, 0), (8 * STEP, 0)], ["甲", "甲", "乙"])
    curve = frontier(along(street, PEOPLE), offered, terms)
    assert (curve.order["bank"] == "甲").sum() == 1
    assert curve.points["population"].tolist() == [0, 100, 110]


def test_no_site_is_taken_twice(street):
    plan = recommend_sites(along(street, PEOPLE), at_crossings(9), Terms(add=9))
    assert plan.sites["candidate_id"].is_unique
    assert plan.sites["population"].tolist() == [100, 90, 10]


def test_banks_with_most_outlets_stand_first(street):
    terms = Terms(add=3, fixed=("K0", "K4", "K8"))
    plan = recommend_sites(along(street, PEOPLE), at_crossings(9, BANKS), terms)
    assert plan.bank_share["bank"].tolist() == ["甲", "乙"]
    assert plan.bank_share["sites"].tolist() == [2, 1]
