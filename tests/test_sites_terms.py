"""Terms of a siting question that are easily kept almost, and seldom missed."""

from gdcoverage.sites import Terms, frontier, make_siting, recommend_sites
from known import known
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


def test_nought_of_each_may_be_asked_for(street):
    terms = Terms(add=0, frontier=0, alternatives=0, generate=0)
    answer = make_siting(along(street, PEOPLE), terms, at_crossings(9))
    assert answer.plan.sites.empty
    assert answer.frontier is None
    assert answer.alternatives is None


def test_further_plans_are_given_where_they_are_asked_for(street):
    terms = Terms(add=1, alternatives=2, within=0.5)
    answer = make_siting(along(street, PEOPLE), terms, at_crossings(9))
    # The next crossing is near enough to the same 100 people.
    assert known(answer.alternatives).plans["population"].tolist() == [100, 100, 90]


def test_a_rate_that_holds_already_is_said_to_and_one_without_the_means_too(street):
    coverage = along(street, PEOPLE)
    assert recommend_sites(coverage, at_crossings(9), Terms(target=0)).limited_by == ("reached",)
    assert recommend_sites(coverage, at_crossings(9), Terms(target=0.5)).limited_by == ()
    few = candidates([(8 * STEP, 0)], ["乙"])
    assert recommend_sites(coverage, few, Terms(target=0.5)).limited_by == ("candidates",)
