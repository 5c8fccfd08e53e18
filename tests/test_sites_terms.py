"""Terms of a siting question that are easily kept almost, and seldom missed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

import worlds
from gdcoverage import locate
from gdcoverage.assessment import assess
from gdcoverage.geo.ellipsoid import GEOD
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.sites import (
    SITE_COLUMNS,
    Terms,
    _frontier,
    _solve,
    alternatives,
    exit_impact,
    exit_impact_of,
    frontier,
    generate_candidates,
    make_siting,
    recommend_sites,
)
from gdcoverage.sites._question import ask
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


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("add", 0, 10**6),
        ("target", 0, 1),
        ("frontier", 0, 10**6),
        ("alternatives", 0, 10**6),
        ("differ", 1, 10**6),
        ("within", 0, 1),
        ("generate", 0, 10**6),
        ("apart_m", 1, 10**6),
        ("time_limit", 0, 10**6),
    ],
)
def test_numbers_are_taken_from_the_least_to_the_most(name, least, most):
    for value in (least, most):
        assert getattr(Terms(**{name: value}), name) == value
    below, above = (least - 1, least - 1e-6), (most + 1e-6, most + 1)
    wrong: list[Any] = [*below, *above, float("nan"), True, "1"]
    for value in wrong:
        with pytest.raises(ValueError, match=name):
            Terms(**{name: value})


def test_caps_of_banks_are_whole_numbers_from_nought():
    assert Terms(bank_caps={"甲": 0, "乙": 10**6}).bank_caps == {"甲": 0, "乙": 10**6}
    wrong: list[Any] = [-1, 10**6 + 1, 0.5]
    for most in wrong:
        with pytest.raises(ValueError, match="乙"):
            Terms(bank_caps={"甲": 1, "乙": most})


@pytest.mark.parametrize("apart_m", [0, -1, float("nan")])
def test_locations_are_generated_only_some_way_apart(street, apart_m):
    with pytest.raises(ValueError, match="apart_m"):
        generate_candidates(along(street, PEOPLE), 1, apart_m)
    assert len(generate_candidates(along(street, PEOPLE), 2, apart_m=1)) == 2


def test_a_site_for_a_single_person_stands_in_the_build_order_too(street):
    """K2 covers 21 of 23, K1 and K3 one of the other two each; from those two it would be 12, 23.

    ::

        people  1  10   1  10   1
                +---+---+---+---+
    """
    terms = Terms(frontier=2, forbidden=["K0", "K4"])
    curve = frontier(along(street, [1, 10, 1, 10, 1]), at_crossings(5), terms)
    assert curve.points["population"].tolist() == [0, 21, 23]
    assert curve.order["candidate_id"].tolist() == ["K2", "K1"]
    assert curve.order["total"].tolist() == [21, 22]
    assert curve.order["price"].tolist() == [0, 1]
    assert list(curve.order) == [
        *("rank", "candidate_id", "name", "bank", "county"),
        *("population", "total", "rate", "price", "geometry"),
    ]


def test_equal_plans_take_the_candidate_with_the_lowest_number(street):
    """K0 and K1 on one spot, as K2 and K3 are; either of each pair does."""
    offered = candidates([(0, 0), (0, 0), (4 * STEP, 0), (4 * STEP, 0)])
    plan = recommend_sites(along(street, PEOPLE), offered, Terms(add=2))
    assert plan.sites["candidate_id"].tolist() == ["K0", "K2"]
    last_first = offered.assign(candidate_id=["K3", "K2", "K1", "K0"])
    plan = recommend_sites(along(street, PEOPLE), last_first, Terms(add=2))
    assert plan.sites["candidate_id"].tolist() == ["K2", "K0"]


@pytest.mark.parametrize("aim", [{"add": 3}, {"target": 0.8}])
@pytest.mark.parametrize("then", [None, "two_outlets"])
def test_plan_frontier_and_alternatives_solve_each_number_of_sites_once(
    street, monkeypatch, aim, then
):
    """Five numbers, of which the plan's is one, a target, and one alternative."""
    solved = {"maximal_covering": 0, "partial_covering": 0, "backup_covering": 0}
    for name in solved:
        model = getattr(locate, name)

        def counted(*args, model=model, name=name, **options):
            solved[name] += 1
            return model(*args, **options)

        monkeypatch.setattr(locate, name, counted)
    terms = Terms(**aim, then=then, frontier=4, alternatives=1, within=0.9)
    siting = make_siting(along(street, PEOPLE), terms, at_crossings(9))
    assert len(siting.plan.sites) in range(1, 5)
    assert len(known(siting.alternatives).plans) == 2
    assert solved["maximal_covering"] <= 5 + 1
    assert solved["partial_covering"] == len(aim.keys() & {"target"})
    assert solved["backup_covering"] <= (0 if then is None else 5 + 1)
    best = known(siting.frontier).plans[len(siting.plan.sites)]
    assert sorted(best) == sorted(siting.plan.sites["candidate_id"])


def test_every_column_of_a_site_on_paper(street):
    """Town people T and country people C at the crossings; outlets reach one crossing either way.

    ::

        crossing   0    1    2    3    4    5    6    7    8
                   W0        K2        K4        K6        W1 (exited)
        T                         30   40   50
        C                          7              9
    """
    demand = worlds.demand(
        [(3 * STEP, 0), (3 * STEP, 30), (4 * STEP, 0), (5 * STEP, 0), (6 * STEP, 0)],
        [30, 7, 40, 50, 9],
        ["urban", "rural", "urban", "urban", "rural"],
    )
    demand["elderly"] = [3, np.nan, 4, np.nan, np.nan]
    demand["name"] = ["三里32", "", "四里", "五里", "六里"]
    outlets = worlds.outlets([(0, 0), (8 * STEP, 0)], ["active", "exited"])
    coverage = assess(outlets, demand, street, Standard(rural_radius_m=1000))
    offered = candidates([(i * STEP, 0) for i in (2, 4, 6)], ["甲", "", "乙"])
    plan = recommend_sites(coverage, offered, Terms(add=3, fixed=["K0", "K1", "K2"]))

    sites = plan.sites
    assert list(sites) == [*SITE_COLUMNS, "geometry"]
    expected = {
        "rank": [1, 2, 3],
        "candidate_id": ["K1", "K2", "K0"],
        "name": ["", "", ""],
        "bank": ["", "乙", "甲"],
        "county": ["", "", ""],
        "population": [127, 9, 0],
        "urban": [120, 0, 0],
        "rural": [7, 9, 0],
        "lost_without": [40, 9, 0],
        # The gap of the town people from 3 to 5 is the largest; K2 fills 50 of it, K0 30.
        "gap_id": ["000000-001"] * 3,
        "gap_name": ["五里等3处"] * 3,
        "gap_population": [120, 50, 30],
        "outlet_id": ["W0"] * 3,
        "outlet_name": ["第0支行"] * 3,
    }
    assert {name: sites[name].tolist() for name in expected} == expected
    assert (sites["outlet_m"] == sites["outlet_m"].round(3)).all()
    # Nobody whom K2 adds has a known age; K0 adds nobody.
    assert sites["elderly"].tolist() == pytest.approx([7, np.nan, 0], nan_ok=True)
    at = [worlds.degrees(i * STEP, 0) for i in (4, 6, 2)]
    assert sites[["lon", "lat"]].to_numpy() == pytest.approx(np.array(at), abs=1e-9)
    away = [GEOD.inv(*worlds.ORIGIN, *spot)[2] for spot in at]
    assert sites["outlet_m"].tolist() == pytest.approx(away, abs=0.001)
    assert sites.crs.to_epsg() == 4326

    nobody_there = assess(worlds.outlets([]), demand, street, Standard(rural_radius_m=1000))
    far = recommend_sites(nobody_there, offered, Terms(add=1)).sites
    assert far[["outlet_id", "outlet_name"]].to_numpy().tolist() == [["", ""]]
    assert far["outlet_m"].isna().all()


def test_shares_of_banks_count_active_outlets_of_the_counties_and_the_sites_of_all(street):
    """Of four outlets two are active in the county asked about, one of them without a bank."""
    outlets = worlds.outlets(
        [(0, 0), (STEP, 0), (2 * STEP, 0), (11 * STEP, 0)],
        ["active", "exited", "active", "active"],
    ).assign(bank=["甲", "甲", None, "丙"], county=["440001"] * 3 + ["440002"])
    demand = worlds.demand([(4 * STEP, 0), (8 * STEP, 0)], [90, 10]).assign(county="440001")
    terms = Terms(add=2, county="440001", fixed=["K4", "K8"])
    plan = recommend_sites(assess(outlets, demand, street), at_crossings(9, BANKS), terms)
    assert plan.bank_share.to_dict("list") == {
        "bank": ["甲", "", "乙"],
        "outlets": [1, 1, 0],
        "sites": [1, 0, 1],
        "population": [90, 0, 10],
        "share_before": [0.5, 0.5, 0],
        "share_after": [0.5, 0.25, 0.25],
    }
    none = recommend_sites(along(street, [0]), at_crossings(1), Terms(add=1)).bank_share
    assert none.empty
    assert list(none) == list(plan.bank_share)


def test_a_site_that_serves_nobody_fills_no_gap_and_outlets_may_lack_names(street):
    """K1 stands where nobody is; nobody's age is known."""
    demand = worlds.demand([(0, 0), (2 * STEP, 0)], [7, 5])
    outlets = worlds.outlets([(10 * STEP, 0)]).drop(columns="name")
    offered = candidates([(0, 0), (7 * STEP, 0)])
    coverage = assess(outlets, demand, street)
    sites = recommend_sites(coverage, offered, Terms(add=2, fixed=["K1"])).sites
    assert sites["candidate_id"].tolist() == ["K0", "K1"]
    assert sites["gap_id"].tolist() == ["000000-001", ""]
    assert sites["gap_name"].tolist()[1] == ""
    assert sites["gap_population"].tolist() == [7, 0]
    assert sites["outlet_name"].tolist() == ["W0", "W0"]
    assert sites["elderly"].isna().all()


def test_points_of_the_frontier_on_paper(street):
    """K2 covers 21, K1 and K3 together all 33; before, an outlet far off covers 7 of 40."""
    coverage = along(street, [6, 10, 1, 10, 6, 0, 0, 0, 0, 7], [9])
    terms = Terms(frontier=4, forbidden=["K0", "K4"])
    found = frontier(coverage, at_crossings(5), terms)
    assert found.points.drop(columns="seconds").to_dict("list") == {
        "sites": [0, 1, 2, 3, 4],
        "population": [0, 21, 33, 33, 33],
        "added": [0, 21, 12, 0, 0],
        "rate": pytest.approx([7 / 40, 28 / 40, 1, 1, 1]),
        "bound": [0, 21, 33, 33, 33],
        "rate_bound": pytest.approx([7 / 40, 28 / 40, 1, 1, 1]),
        "gap": [0] * 5,
        "status": ["optimal"] * 5,
    }
    assert found.rate_before == 7 / 40
    assert found.order["rank"].tolist() == [1, 2]
    assert found.order.index.tolist() == [0, 1]


def test_once_everybody_who_can_be_is_covered_nothing_more_is_asked(street, monkeypatch):
    """With two sites all are covered but the last 5, whom no candidate reaches."""
    asked, most = [], _solve.most_people

    def counted(question, number, *rest, **more):
        asked.append(number)
        return most(question, number, *rest, **more)

    monkeypatch.setattr(_frontier, "most_people", counted)
    coverage = along(street, [6, 10, 1, 10, 6, 0, 0, 5])
    terms: dict[str, Any] = {"frontier": 4, "forbidden": ["K0", "K4"]}
    found = frontier(coverage, at_crossings(5), Terms(**terms))
    assert asked == [0, 1, 2]
    assert found.points["population"].tolist() == [0, 21, 33, 33, 33]
    assert found.points["seconds"].tolist()[3:] == [0, 0]
    asked.clear()
    frontier(coverage, at_crossings(5), Terms(**terms, then="two_outlets"))
    assert asked == [0, 1, 2, 3, 4]


def test_what_is_not_proved_keeps_the_bound_that_is(street, monkeypatch):
    """The solver as it answers when its time is up: a plan, and a bound far from it."""
    coverage = along(street, [6, 10, 1, 10, 6])
    most, fewest = locate.maximal_covering, locate.partial_covering

    def unproved(bound):
        def short_of_time(solve):
            return lambda *args, **options: replace(
                solve(*args, **options), bound=bound, gap=0.5, status="time_limit"
            )

        monkeypatch.setattr(locate, "maximal_covering", short_of_time(most))
        monkeypatch.setattr(locate, "partial_covering", short_of_time(fewest))

    unproved(40.5)
    plan = recommend_sites(coverage, at_crossings(5), Terms(add=2))
    assert (plan.population, plan.bound, plan.status) == (33, 40.5, "time_limit")
    assert plan.gap == pytest.approx(7.5 / 40.5)
    unproved(32.0)
    plan = recommend_sites(coverage, at_crossings(5), Terms(add=2))
    assert (plan.bound, plan.gap, plan.status) == (33, 0, "optimal")
    for bound, proved in ((0.2, 1), (1.0, 1), (1.2, 2), (2.0, 2), (7.0, 2)):
        unproved(bound)
        plan = recommend_sites(coverage, at_crossings(5), Terms(target=1))
        assert (len(plan.sites), plan.bound) == (2, proved)
        assert plan.gap == (0 if proved == 2 else 0.5)
    # Fixed sites are not among those that the solver counts.
    unproved(1.0)
    plan = recommend_sites(coverage, at_crossings(5), Terms(target=1, fixed=["K0", "K1"]))
    assert (len(plan.sites), plan.bound, plan.status) == (3, 3, "optimal")


def test_sites_are_named_in_lists_and_errors_say_which_and_where(street):
    coverage, offered = along(street, PEOPLE), at_crossings(9, BANKS)
    # A text alone would be taken letter by letter.
    with pytest.raises(ValueError, match="列表"):
        Terms(add=1, fixed="K3")
    with pytest.raises(ValueError, match="列表"):
        Terms(add=1, forbidden="K3")

    def refused(**terms):
        with pytest.raises(InputError) as caught:
            recommend_sites(coverage, offered, Terms(add=1, **terms))
        problem = caught.value.problem
        return problem.kind, problem.column, problem.value

    both = ["K2", "K1"]
    assert refused(fixed=both, forbidden=both) == ("fixed_and_forbidden", "candidate_id", "K1")
    assert refused(fixed=["K8", "K9", "KX"]) == ("candidate_unknown", "candidate_id", "K9")
    assert refused(county=["440002", "440001"]) == ("county_unknown", "county", "440001")
    assert refused(bank_caps={"丁": 1, "甲": 1}) == ("bank_unknown", "bank_caps", "丁")
    one_too_many = {"fixed": ["K0", "K4"], "bank_caps": {"甲": 1}}
    assert refused(**one_too_many) == ("cap_below_fixed", "bank_caps", "甲")
    assert refused(fixed=["K0", "K1"])[2] == "2 > 1"
    # As many as the cap allows may be fixed, and a bank of outlets alone may have a cap.
    recommend_sites(coverage, offered, Terms(add=2, fixed=["K0", "K4"], bank_caps={"甲": 2}))
    served = along(street, PEOPLE, [8])
    served.outlets["bank"] = "丁"
    recommend_sites(served, offered, Terms(add=1, bank_caps={"丁": 1}))


def test_alternatives_exist_as_long_as_a_site_that_is_not_fixed_can_be_left_out(street):
    """K0 must be there; of K4 and K8 the first wins 90 people, the other 10."""
    coverage = along(street, PEOPLE)
    offered = candidates([(0, 0), (4 * STEP, 0), (8 * STEP, 0)])
    terms = Terms(add=2, fixed=["K0"], within=1, alternatives=9)
    found = alternatives(coverage, offered, terms)
    assert found.plans["population"].tolist() == [190, 110, 100]
    assert found.plans["sites"].tolist() == [2, 2, 1]
    alone = alternatives(coverage, offered, Terms(add=1, fixed=["K0"], within=1, alternatives=9))
    assert alone.plans["population"].tolist() == [100]
    nobody = alternatives(along(street, [0] * 9), offered, Terms(add=1, within=1)).plans
    assert (nobody["below_best"] == 0).all()


@pytest.mark.parametrize(("metres", "same"), [(49.6, True), (50.4, False)])
def test_fifty_metres_from_an_outlet_that_leaves_is_its_own_place(street, metres, same):
    coverage = along(street, PEOPLE, [4])
    beside = candidates([(4 * STEP + metres, 0)])
    left = exit_impact_of(coverage, ["W0"], candidates=beside)
    assert left.population_lost == 90
    assert known(left.replacement).sites.empty is same


def test_outlets_that_leave_are_told_of_as_each_alone_is(street):
    coverage = along(street, PEOPLE, [0, 4])
    alone = exit_impact(coverage)
    assert alone[["rank", "outlet_id", "population"]].to_numpy().tolist() == [
        [1, "W0", 100],
        [2, "W1", 90],
    ]
    left = exit_impact_of(coverage, ["W1"]).outlets
    pd.testing.assert_frame_equal(left, alone.iloc[[1]].reset_index(drop=True))


def test_every_answer_of_a_siting_is_that_of_its_own_question(street):
    """The plan, its frontier and alternatives, and what each outlet alone is worth."""
    coverage, offered = along(street, PEOPLE, [8]), at_crossings(9)
    area = shapely.box(*worlds.degrees(-50, -50), *worlds.degrees(1.5 * STEP, 50))
    terms = Terms(add=1, frontier=2, alternatives=1, differ=1, within=1, excluded=area)
    answer = make_siting(coverage, terms, offered)
    assert (answer.candidates, answer.generated, answer.excluded) == (9, False, 2)
    assert (known(answer.alternatives).differ, known(answer.alternatives).differ_m) == (1, 500)
    assert answer.plan.population == 90
    assert known(answer.frontier).points["population"].tolist() == [0, 90, 90]
    assert known(answer.alternatives).plans["population"].tolist() == [90, 90]
    assert answer.exits["population"].tolist() == [10]
    nobody = make_siting(coverage, Terms(add=0, frontier=0), offered)
    assert nobody.plan.sites.empty
    assert nobody.alternatives is None
    made = make_siting(coverage, Terms(add=1, frontier=0, alternatives=0, generate=3))
    assert (made.candidates, made.generated, made.excluded) == (3, True, 0)


def test_people_who_have_two_outlets_already_are_counted_before(street):
    """W0 and W1 both reach the second crossing; W2 and W3 on one spot make two as well.

    ::

        people  10  20  30   0   5   0   7
                W0      W1               W2, W3
    """
    coverage = along(street, [10, 20, 30, 0, 5, 0, 7], [0, 2, 6, 6])
    plan = recommend_sites(coverage, at_crossings(7), Terms(add=1, then="two_outlets"))
    assert plan.population == 5
    # The new one at 3 reaches the third crossing too, which W1 reaches already.
    assert plan.sites["candidate_id"].tolist() == ["K3"]
    twice = known(plan.two_outlets)
    assert (twice.before, twice.after) == (27, 57)


def test_a_candidate_that_comes_twice_is_named(street):
    offered = at_crossings(3).assign(candidate_id=["K7", "K1", "K7"])
    with pytest.raises(InputError) as caught:
        recommend_sites(along(street, PEOPLE), offered, Terms(add=1))
    problem = caught.value.problem
    assert (problem.kind, problem.column) == ("candidate_id_twice", "candidate_id")
    assert problem.value == "K7"


def test_who_has_two_outlets_already_gains_nothing_from_more(street):
    """Two outlets reach the 100; of three new sites two reach the 5; none need reach the 100."""
    coverage = along(street, [100, 0, 0, 5], [0, 0])
    plan = recommend_sites(coverage, at_crossings(5), Terms(add=3, then="two_outlets"))
    assert plan.population == 5
    twice = known(plan.two_outlets)
    assert (twice.before, twice.after, twice.bound, twice.gap) == (100, 105, 105, 0)


def test_where_nobody_is_nobody_loses(street):
    coverage = assess(worlds.outlets([(0, 0)]), worlds.demand([]), street)
    left = exit_impact_of(coverage, ["W0"])
    assert left.population_lost == 0
    assert np.isnan([left.rate_before, left.rate_after]).all()
    assert left.gaps.empty


@pytest.mark.parametrize(
    ("plan", "may_join"), [([], "K0 K2 K3 K4"), ([0], "K3 K4"), ([3], "K0 K2 K4"), ([0, 3], "K4")]
)
def test_a_site_may_join_a_plan_that_lacks_it_unless_forbidden_or_over_its_cap(
    street, plan, may_join
):
    """One of 甲's K0 and K2; K1 is forbidden; 乙, and K4 without a bank, have no cap."""
    offered = at_crossings(5, ["甲", "乙", "甲", "乙", ""])
    terms = Terms(add=2, bank_caps={"甲": 1}, forbidden=["K1"])
    question = ask(along(street, PEOPLE), offered, terms)
    open_ = question.is_open(np.array(plan, int))
    assert " ".join(question.candidates["candidate_id"][open_]) == may_join


def test_a_fixed_site_that_leaves_is_named(street):
    terms = Terms(add=2, fixed=["K3", "K4"])
    with pytest.raises(InputError) as caught:
        exit_impact_of(along(street, PEOPLE, [4]), ["W0"], candidates=at_crossings(9), terms=terms)
    problem = caught.value.problem
    said = (problem.kind, problem.column, problem.value)
    assert said == ("fixed_leaves", "candidate_id", "K4")


@pytest.mark.parametrize(
    "asked",
    [
        {"scope": "province", "refine_m": 50},
        {"people_least": {"乡村": 100}, "close": 1},
        {"people_least": {"乡村": 100}, "capacity": 50},
        {"robust": "regret", "costs": {"C1": 2.0}, "budget": 9.0},
    ],
)
def test_what_no_plan_is_held_to_cannot_be_asked_together(asked):
    with pytest.raises(ValueError, match="不能同时写"):
        Terms(add=1, **asked)


def test_where_no_other_plan_keeps_the_floor_there_are_no_alternatives(street):
    """Two candidates, both asked for: the plan stands, and nothing comes beside it."""
    both = candidates([(0, 0), (4 * STEP, 0)], ["甲", "甲"])
    terms = Terms(add=2, bank_least={"甲": 2}, alternatives=3)
    siting = make_siting(along(street, PEOPLE), terms, both)
    assert siting.plan.population == 190
    assert siting.alternatives is not None and len(siting.alternatives.plans) == 1


@pytest.mark.parametrize("name", ["county_least", "county_most", "city_least", "rate_least"])
def test_without_counties_nothing_can_be_asked_of_them(street, name):
    asked: dict[str, Any] = {name: 1}
    with pytest.raises(InputError, match="没有县区"):
        ask(along(street, PEOPLE), candidates([(0, 0)]), Terms(add=1, **asked))
