"""Where to add outlets: candidates, who they cover, and recommended plans."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import worlds
from gdcoverage.assessment import assess
from gdcoverage.gaps import find_gaps
from gdcoverage.geo.ellipsoid import metres
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.sites import (
    SITE_COLUMNS,
    Terms,
    candidate_covers,
    complete_candidates,
    generate_candidates,
    recommend_sites,
)
from gdcoverage.sites._candidates import _pool, _spread, one_per_cell, street_points
from known import known
from often import costly

STEP = 900.0


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """One street with a crossing every 900 m: an outlet reaches its own and the next ones."""
    nodes = {i + 1: (i * STEP, 0.0) for i in range(12)}
    return worlds.network(tmp_path_factory.mktemp("street"), nodes, [list(nodes)])


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    """Eleven by eleven crossings, 200 m apart: 2 km across."""
    return worlds.lattice(tmp_path_factory.mktemp("sites"), 11, 11, 200.0)


def along(street, people, outlets=(), **kinds):
    """An assessment with people at the crossings and outlets at some of them."""
    demand = worlds.demand([(i * STEP, 0) for i in range(len(people))], people, **kinds)
    return assess(worlds.outlets([(i * STEP, 0) for i in outlets]), demand, street)


def candidates(spots, banks=None):
    """Candidates K0, K1, … at spots."""
    n = len(spots)
    return gpd.GeoDataFrame(
        {"candidate_id": [f"K{i}" for i in range(n)], "bank": list(banks) if banks else [""] * n},
        geometry=worlds.points(spots).to_numpy(),
        crs="EPSG:4326",
    )


def at_crossings(count, banks=None):
    return candidates([(i * STEP, 0) for i in range(count)], banks)


# People   10  20  30  40  50   0   0  60   5      outlet at the first crossing, covers two;
#           W---+---+---+---+---+---+---+---+      a candidate at each.
PEOPLE = [10, 20, 30, 40, 50, 0, 0, 60, 5]


def test_what_the_outlets_cover_does_not_count_again(street):
    plan = recommend_sites(along(street, PEOPLE, [0]), at_crossings(9), Terms(add=1))
    assert plan.sites["candidate_id"].tolist() == ["K3"]
    assert plan.population == 120
    assert plan.rate_before == pytest.approx(30 / 215)
    assert plan.rate_after == pytest.approx(150 / 215)
    assert (plan.aim, plan.bound, plan.gap) == ("people", 120, 0)


def test_each_site_says_what_it_adds_and_which_gap_it_fills(street):
    coverage = along(street, PEOPLE, [0], settlement="urban")
    plan = recommend_sites(coverage, at_crossings(9), Terms(add=2))
    sites = plan.sites.set_index("candidate_id")
    assert list(plan.sites) == [*SITE_COLUMNS, "geometry"]
    assert sites["rank"].to_dict() == {"K3": 1, "K8": 2}
    assert sites["population"].tolist() == sites["lost_without"].tolist() == [120, 65]
    assert sites["urban"].tolist() == [120, 65]
    assert sites["elderly"].isna().all()
    assert sites["outlet_id"].tolist() == ["W0", "W0"]
    assert sites["outlet_m"].tolist() == pytest.approx([2700, 7200], rel=0.01)
    gaps = find_gaps(coverage).set_index("gap_id")
    assert gaps.loc[sites["gap_id"], "name"].tolist() == sites["gap_name"].tolist()
    assert (gaps.loc[sites["gap_id"], "population"] >= sites["gap_population"].to_numpy()).all()
    assert plan.rate_after == 1.0


def test_among_equal_plans_the_wider_spread_one_is_taken(street):
    """K7 and K8 both cover 65; K8 lies farther from K3."""
    plan = recommend_sites(along(street, PEOPLE, [0]), at_crossings(9), Terms(add=2))
    assert plan.sites["candidate_id"].tolist() == ["K3", "K8"]
    tied = recommend_sites(along(street, PEOPLE, [0]), at_crossings(8), Terms(add=2))
    assert tied.sites["candidate_id"].tolist() == ["K3", "K7"]


def test_build_order_counts_shared_people_once_and_names_what_only_one_site_covers(street):
    """K1 covers 10, 20, 30; K3 covers 30, 40, 50."""
    plan = recommend_sites(
        along(street, [10, 20, 30, 40, 50]), at_crossings(5), Terms(add=2, fixed=["K1", "K3"])
    )
    assert plan.sites["candidate_id"].tolist() == ["K3", "K1"]
    assert plan.sites["population"].tolist() == [120, 30]
    assert plan.sites["lost_without"].tolist() == [90, 30]


def test_older_people_are_summed_where_known(street):
    coverage = along(street, [10, 20, 30])
    coverage.demand["elderly"] = [1.0, np.nan, 3.0]
    plan = recommend_sites(coverage, at_crossings(3), Terms(add=1))
    assert plan.sites["elderly"].tolist() == [4.0]


def test_fewest_sites_for_a_target_and_then_most_people_with_them(street):
    """150 of 215 needs one site more; of the single ones K3 brings most."""
    plan = recommend_sites(along(street, PEOPLE, [0]), at_crossings(9), Terms(target=0.5))
    assert plan.sites["candidate_id"].tolist() == ["K3"]
    assert (plan.aim, plan.bound) == ("sites", 1)
    assert plan.rate_after == pytest.approx(150 / 215)
    exactly = recommend_sites(along(street, PEOPLE, [0]), at_crossings(9), Terms(target=150 / 215))
    assert len(exactly.sites) == 1
    assert (
        len(recommend_sites(along(street, PEOPLE, [0]), at_crossings(9), Terms(target=1)).sites)
        == 2
    )


def test_a_target_reached_already_needs_no_site(street):
    plan = recommend_sites(along(street, PEOPLE, [0]), at_crossings(9), Terms(target=0.1))
    assert plan.sites.empty
    assert plan.rate_after == plan.rate_before
    assert list(plan.sites) == [*SITE_COLUMNS, "geometry"]


def test_a_target_out_of_reach_is_said_and_all_that_can_be_is_reached(street):
    plan = recommend_sites(along(street, PEOPLE, [0]), at_crossings(4), Terms(target=0.9))
    assert plan.status == "out_of_reach"
    assert plan.sites["candidate_id"].tolist() == ["K3"]
    assert plan.uncoverable_population == 65


def test_a_target_out_of_reach_for_the_caps_is_said_too(street):
    plan = recommend_sites(
        along(street, PEOPLE, [0]),
        at_crossings(9, ["甲"] * 9),
        Terms(target=0.9, bank_caps={"甲": 1}),
    )
    assert plan.status == "out_of_reach"
    assert len(plan.sites) <= 1


@pytest.mark.parametrize(
    ("offered", "terms", "causes"),
    [
        (4, {}, ("candidates",)),
        (9, {"bank_caps": {"甲": 1}}, ("bank_caps",)),
        (9, {"forbidden": ["K6", "K7", "K8"]}, ("forbidden",)),
        (9, {"forbidden": ["K7"], "bank_caps": {"甲": 1}}, ("bank_caps",)),
        (5, {"forbidden": ["K4", "K3"], "bank_caps": {"甲": 0}}, None),
        (0, {}, ("no_candidates",)),
        (3, {"forbidden": ["K0", "K1", "K2"]}, ("candidates", "forbidden")),
    ],
)
def test_what_keeps_a_target_out_of_reach_is_named(street, offered, terms, causes):
    """All nine reach everybody; the first four leave the last 65 out, K5 the last 5."""
    terms = Terms(target=0.95, **terms)
    plan = recommend_sites(along(street, PEOPLE, [0]), at_crossings(offered, "甲" * offered), terms)
    assert plan.status == "out_of_reach"
    assert plan.limited_by == (causes or ("candidates", "forbidden", "bank_caps"))


def test_candidates_in_excluded_areas_are_forbidden(street):
    area = gpd.GeoSeries(
        [shapely.box(*worlds.degrees(2600, -50), *worlds.degrees(9000, 50))], crs="EPSG:4326"
    )
    coverage = along(street, PEOPLE, [0])
    plan = recommend_sites(coverage, at_crossings(9), Terms(target=0.9, excluded=area))
    assert plan.sites["candidate_id"].tolist() == ["K2"]
    assert plan.limited_by == ("excluded",)
    with pytest.raises(InputError, match=r"K3.*不布点区域"):
        recommend_sites(coverage, at_crossings(9), Terms(add=1, excluded=area, fixed=["K3"]))


@pytest.mark.parametrize(
    ("people", "offered", "terms", "causes"),
    [
        (PEOPLE, 0, {"add": 2}, ("no_candidates",)),
        (PEOPLE, 1, {"add": 2}, ("candidates",)),
        (PEOPLE, 4, {"add": 2, "forbidden": ["K1", "K2", "K3"]}, ("candidates", "forbidden")),
        ([10, 20], 2, {"add": 2}, ("reached",)),
        (PEOPLE, 9, {"target": 0.1}, ("reached",)),
    ],
)
def test_why_no_site_is_recommended_is_named(street, people, offered, terms, causes):
    plan = recommend_sites(along(street, people, [0]), at_crossings(offered), Terms(**terms))
    assert plan.sites.empty
    assert plan.limited_by == causes


def test_only_people_of_the_counties_asked_about_count(street):
    coverage = along(street, [10, 20, 30, 0, 0, 0, 500])
    coverage.demand["county"] = ["440001"] * 3 + ["440002"] * 4
    one = recommend_sites(coverage, at_crossings(7), Terms(add=1, county="440001"))
    assert one.sites["candidate_id"].tolist() == ["K1"]
    assert (one.rate_before, one.rate_after) == (0.0, 1.0)
    both = recommend_sites(coverage, at_crossings(7), Terms(add=1, county=["440001", "440002"]))
    assert both.population == 500
    with pytest.raises(InputError, match="440003"):
        recommend_sites(coverage, at_crossings(7), Terms(add=1, county="440003"))


def test_caps_fixed_and_forbidden_are_kept(street):
    coverage = along(street, PEOPLE, [0])
    banks = list("甲甲甲甲乙乙乙乙乙")
    capped = recommend_sites(
        coverage, at_crossings(9, banks), Terms(add=2, bank_caps={"乙": 1, "甲": 0})
    )
    assert capped.sites["bank"].tolist() == ["乙"]
    assert capped.sites["candidate_id"].tolist() == ["K4"]
    fixed = recommend_sites(coverage, at_crossings(9), Terms(add=2, fixed=["K0"], forbidden=["K3"]))
    assert set(fixed.sites["candidate_id"]) == {"K0", "K4"}
    assert fixed.sites["population"].tolist() == [90, 0]


def test_shares_of_the_banks_before_and_after(street):
    coverage = along(street, PEOPLE, [0])
    coverage.outlets["bank"] = "甲"
    plan = recommend_sites(coverage, at_crossings(9, "乙" * 9), Terms(add=2))
    share = plan.bank_share.set_index("bank")
    assert share["outlets"].to_dict() == {"甲": 1, "乙": 0}
    assert share["sites"].to_dict() == {"甲": 0, "乙": 2}
    assert share["population"].to_dict() == {"甲": 0, "乙": 185}
    shares = share.loc["乙", ["share_before", "share_after"]]
    assert shares.to_numpy().tolist() == [0, pytest.approx(2 / 3)]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"fixed": ["K0"], "forbidden": ["K0"]}, "K0"),
        ({"fixed": ["K0", "K1"]}, "2 > 1"),
        ({"fixed": ["K77"]}, "K77"),
        ({"bank_caps": {"无此银行": 1}}, "无此银行"),
        ({"fixed": ["K0"], "bank_caps": {"": 0}}, "上限"),
    ],
)
def test_terms_that_cannot_be_are_refused_before_solving(street, terms, said):
    with pytest.raises(InputError, match=said):
        recommend_sites(along(street, PEOPLE), at_crossings(3), Terms(add=1, **terms))


@pytest.mark.parametrize(
    "terms",
    [
        {"add": -1},
        {"add": 1.5},
        {"add": True},
        {"target": 95},
        {"then": "nearest"},
        {"differ": 0},
        {"within": "5"},
        {"bank_caps": {"甲": -1}},
        {"bank_caps": 3},
    ],
)
def test_terms_that_make_no_sense_are_refused_by_name(terms):
    with pytest.raises(ValueError, match=next(iter(terms))):
        Terms(**terms)


@pytest.mark.parametrize("terms", [{}, {"add": 1, "target": 0.5}, {"target": 1.5}])
def test_exactly_one_aim_that_makes_sense_is_asked_for(street, terms):
    with pytest.raises(ValueError, match="target"):
        recommend_sites(along(street, PEOPLE), at_crossings(3), Terms(**terms))


def test_nobody_and_nowhere_are_possible(street):
    nowhere = recommend_sites(along(street, PEOPLE, [0]), at_crossings(0), Terms(add=3))
    assert nowhere.sites.empty
    assert nowhere.uncoverable_population == 185
    nobody = recommend_sites(along(street, [0, 0]), at_crossings(2), Terms(add=1))
    assert np.isnan(nobody.rate_after)


def test_candidates_need_only_a_place(street):
    bare = gpd.GeoDataFrame(geometry=worlds.points([(0, 0), (900, 0)]), crs="EPSG:4326")
    made = complete_candidates(along(street, PEOPLE), bare)
    assert made["candidate_id"].tolist() == ["C0001", "C0002"]
    assert made["bank"].tolist() == ["", ""]
    outlets = complete_candidates(along(street, PEOPLE), worlds.outlets([(0, 0)]))
    assert outlets["candidate_id"].tolist() == ["W0"]
    with pytest.raises(InputError, match="重复"):
        complete_candidates(along(street, PEOPLE), bare.assign(candidate_id="A"))
    with pytest.raises(ValueError, match="4326"):
        complete_candidates(along(street, PEOPLE), bare.set_crs(None, allow_override=True))


def test_generated_candidates_keep_apart_inside_and_out_of_excluded_areas(lattice):
    demand = worlds.demand([(x, y) for x in range(0, 2001, 250) for y in range(0, 2001, 250)])
    west = one_county("西县", worlds.demand([(0, 0), (1000, 0), (0, 2000), (1000, 2000)]), 1.0)
    coverage = assess(worlds.outlets([(0, 0)]), demand, lattice, counties=west)
    water = shapely.box(*worlds.degrees(-10, 790), *worlds.degrees(450, 1610))
    found = generate_candidates(
        coverage, 50, apart_m=350, excluded=gpd.GeoSeries([water], crs=4326)
    )
    lon, lat = found.geometry.x.to_numpy(), found.geometry.y.to_numpy()
    assert len(found) > 5
    assert found["candidate_id"].is_unique
    pairs = np.array(list(combinations(range(len(found)), 2))).T
    assert metres(lon[pairs[0]], lat[pairs[0]], lon[pairs[1]], lat[pairs[1]]).min() >= 350
    assert not found.intersects(water).any()
    assert found.within(west.geometry[0]).all()
    assert (found["county"] == "000000").all()
    turned = assess(worlds.outlets([(0, 0)]), demand.iloc[::-1], lattice, counties=west)
    again = generate_candidates(turned, 50, apart_m=350, excluded=water)
    pd.testing.assert_frame_equal(again, found)


def test_generated_candidates_go_where_the_uncovered_people_are(lattice):
    """A crowd in the north-east corner, covered people around the outlet in the south-west."""
    demand = worlds.demand([(0, 0), (1800, 1800), (1800, 0)], [9000, 500, 100])
    coverage = assess(worlds.outlets([(0, 0)]), demand, lattice)
    found = generate_candidates(coverage, 1)
    assert candidate_covers(coverage, found).toarray()[:, 0].tolist()[:2] == [False, True]
    assert len(generate_candidates(coverage, 3)) == 3
    everybody = assess(worlds.outlets([(0, 0)]), demand.iloc[:1], lattice)
    assert generate_candidates(everybody, 3).empty


def test_places_are_generated_along_a_street_without_crossings(tmp_path):
    """Three kilometres without a bend, people in the middle, out of reach from either end."""
    straight = worlds.network(tmp_path, {1: (0, 0), 2: (3000, 0)}, [[1, 2]])
    coverage = assess(worlds.outlets([]), worlds.demand([(1500, 0)]), straight)
    found = generate_candidates(coverage, 2, apart_m=400)
    assert len(found) == 2
    assert candidate_covers(coverage, found).toarray().all()
    with pytest.raises(ValueError, match="4326"):
        generate_candidates(coverage, 2, excluded=coverage.demand.to_crs(3857))


spot = st.tuples(st.integers(-400, 2400), st.integers(-400, 2400))
world = {
    "existing": st.lists(spot, min_size=0, max_size=2),
    "places": st.lists(spot, min_size=1, max_size=7),
    "spots": st.lists(spot, min_size=12, max_size=12),
    "people": st.lists(st.integers(0, 500), min_size=12, max_size=12),
    "kinds": st.lists(st.sampled_from(["urban", "rural"]), min_size=12, max_size=12),
}
STANDARD = Standard(minutes=7.5, rural_radius_m=700.0)


@costly(40)
@given(**world)
def test_candidates_cover_whom_they_would_cover_as_outlets(
    lattice, existing, places, spots, people, kinds
):
    demand = worlds.demand(spots, people, kinds)
    coverage = assess(worlds.outlets(existing), demand, lattice, STANDARD)
    opened = assess(worlds.outlets(places), demand, lattice, STANDARD)
    covers = candidate_covers(coverage, candidates(places))
    assert covers.dtype == bool
    assert (covers.toarray() == opened.covers.toarray()).all()


@costly(40)
@given(**world, count=st.integers(0, 4), random=st.randoms(use_true_random=False))
def test_plans_are_best_real_and_independent_of_row_order(
    lattice, existing, places, spots, people, kinds, count, random
):
    demand = worlds.demand(spots, people, kinds)
    coverage = assess(worlds.outlets(existing), demand, lattice, STANDARD)
    offered = candidates(places)
    plan = recommend_sites(coverage, offered, Terms(add=count))
    assert len(plan.sites) <= count

    # No choice of so many covers more.
    covers = candidate_covers(coverage, offered).toarray()
    left = demand["population"].to_numpy() * ~coverage.demand["covered"].to_numpy()
    choices = combinations(range(len(places)), min(count, len(places)))
    best = max(left[covers[:, list(choice)].any(axis=1)].sum() for choice in choices)
    assert plan.population == best == pytest.approx(plan.bound)
    assert plan.sites["population"].sum() == best
    assert (plan.sites["population"].diff().dropna() <= 0).all()
    assert plan.uncoverable_population == left[~covers.any(axis=1)].sum()

    # Opened as real outlets they give the rate that was promised.
    opened = [*existing, *(places[int(i[1:])] for i in plan.sites["candidate_id"])]
    real = assess(worlds.outlets(opened), demand, lattice, STANDARD)
    if sum(people):
        assert real.total()["rate"] == pytest.approx(plan.rate_after, abs=1e-12)

    # Rows in another order, same plan.
    rows = random.sample(range(12), 12)
    turned = assess(worlds.outlets(existing), demand.iloc[rows], lattice, STANDARD)
    again = recommend_sites(turned, offered.iloc[::-1], Terms(add=count))
    assert again.sites["candidate_id"].tolist() == plan.sites["candidate_id"].tolist()


def test_of_equal_plans_the_one_with_most_people_in_reach_of_two_outlets(street):
    """K7 and K8 both win the last 65. K2 doubles 20 whom the outlet covers; K3 wins as many."""
    people = [10, 20, 0, 70, 0, 0, 0, 60, 5]
    coverage = along(street, people, [0])
    assert recommend_sites(coverage, at_crossings(9), Terms(add=2)).two_outlets is None
    plan = recommend_sites(coverage, at_crossings(9), Terms(add=2, then="two_outlets"))
    assert set(plan.sites["candidate_id"]) in ({"K2", "K7"}, {"K2", "K8"})
    assert plan.population == 135
    twice = known(plan.two_outlets)
    assert (twice.before, twice.after, twice.bound, twice.gap) == (0, 20, 20, 0)
    least = recommend_sites(coverage, at_crossings(9), Terms(target=0.95, then="two_outlets"))
    assert (len(least.sites), known(least.two_outlets).after) == (2, 20)


@costly(25)
@given(**world, count=st.integers(0, 4))
def test_people_in_reach_of_two_outlets_are_the_most_that_cost_nobody(
    lattice, existing, places, spots, people, kinds, count
):
    demand = worlds.demand(spots, people, kinds)
    coverage = assess(worlds.outlets(existing), demand, lattice, STANDARD)
    terms = Terms(add=count, then="two_outlets", bank_caps={"甲": 2}, forbidden=["K0"])
    banks = [("甲", "乙")[i % 2] for i in range(len(places))]
    plan = recommend_sites(coverage, candidates(places, banks), terms)

    covers = candidate_covers(coverage, candidates(places)).toarray()
    there = coverage.demand["covering_outlets"].to_numpy()
    everyone = np.array(people, float)
    found = []
    for size in range(count + 1):
        for choice in combinations(range(1, len(places)), size):
            if sum(banks[i] == "甲" for i in choice) <= 2:
                times = covers[:, list(choice)].sum(axis=1)
                won = everyone[(there == 0) & (times > 0)].sum()
                found.append((won, everyone[there + times >= 2].sum()))
    twice = known(plan.two_outlets)
    assert (plan.population, twice.after) == max(found)
    assert twice.before == everyone[there >= 2].sum()
    assert plan.gap == twice.gap == 0

    opened = [*existing, *(places[int(i[1:])] for i in plan.sites["candidate_id"])]
    real = assess(worlds.outlets(opened), demand, lattice, STANDARD).demand
    assert everyone[real["covering_outlets"] >= 2].sum() == twice.after


@costly(30)
@given(**world, rate=st.floats(0, 1), cap=st.integers(0, 2))
def test_targets_take_the_fewest_sites_and_caps_hold(
    lattice, existing, places, spots, people, kinds, rate, cap
):
    demand = worlds.demand(spots, people, kinds)
    coverage = assess(worlds.outlets(existing), demand, lattice, STANDARD)
    banks = [("甲", "乙")[i % 2] for i in range(len(places))]
    offered = candidates(places, banks)
    plan = recommend_sites(coverage, offered, Terms(target=rate, bank_caps={"甲": cap}))
    assert (plan.sites["bank"] == "甲").sum() <= cap

    covers = candidate_covers(coverage, offered).toarray()
    covered, everyone = coverage.demand["covered"].to_numpy(), np.array(people, float)
    reached: dict[int, float] = {}
    for size in range(len(places) + 1):
        for choice in combinations(range(len(places)), size):
            if sum(banks[i] == "甲" for i in choice) <= cap:
                now = everyone[covered | covers[:, list(choice)].any(axis=1)].sum()
                reached[size] = max(reached.get(size, 0), now)
    wanted = rate * everyone.sum() - 1e-6
    enough = [size for size, now in reached.items() if now >= wanted]
    if enough:
        assert len(plan.sites) == min(enough)
        if sum(people):
            assert plan.rate_after == pytest.approx(reached[min(enough)] / everyone.sum())
    else:
        assert plan.status == "out_of_reach"


# Generated locations, step by step --------------------------------------------------------------

halves = st.integers(-8, 8).map(lambda n: n / 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(halves, halves, st.integers(0, 3)), min_size=1, max_size=25))
def test_of_the_places_in_a_cell_the_one_nearest_to_people_is_kept(places):
    """Cells hold their western and southern edge; equal places go by longitude, then latitude."""
    x, y, near_m = np.array(places, float).T
    kept = one_per_cell(x, y, near_m, 1.5)
    cells: dict[tuple[float, float], list[tuple[float, float, int, int]]] = {}
    for i, place in enumerate(places):
        cell = (place[0] // 1.5, place[1] // 1.5)
        cells.setdefault(cell, []).append((place[2], place[0], place[1], i))
    expected = [min(cells[cell])[:3] for cell in sorted(cells)]
    assert [(near_m[i], x[i], y[i]) for i in kept] == expected


def test_places_stand_along_streets_no_farther_apart_than_a_step(tmp_path):
    """A street with a bend, 100 and 250 m long; a path of 60 m on its own, too small to join.

    ::

        250         +        ends and bends, and in between so many that a step is 100 m at most
                    |
          0   +-----+   +-+
    """
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 250), 4: (400, 0), 5: (460, 0)}
    network = worlds.network(tmp_path, nodes, [[1, 2, 3], [4, 5]])

    def places(smallest_m, step_m=100.5):
        standard = Standard(smallest_component_m=smallest_m)
        coverage = assess(worlds.outlets([]), worlds.demand([(0, 0)]), network, standard)
        spots = zip(*street_points(coverage, step_m), strict=True)
        east_north = [worlds.metres(lon, lat) for lon, lat in spots]
        return sorted((round(x), round(y)) for x, y in east_north)

    street = [(0, 0), (100, 0), (100, 83), (100, 167), (100, 250)]
    assert places(300.0) == street
    assert places(30.0) == sorted([*street, (400, 0), (460, 0)])
    smallest = float(network.component_m.min())
    assert len(places(smallest)) == 7
    assert len(places(smallest + 0.001)) == 5
    assert places(300.0, 1000.0) == [(0, 0), (100, 0), (100, 250)]


def test_each_place_taken_halves_what_its_people_count_for():
    """Who covers whom, and what a place is worth after each choice.

    ::

        people   100  10  52   1
        K0         x              100, then 50 when K1 is taken, 50 when K2 is
        K1         x   x          110: first
        K2                 x       52: second
        K3                     x    1: last
        K4                          0: never
    """
    covers = csr_array(
        np.array([[1, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0]], bool)
    )
    people = np.array([100.0, 10, 52, 1])
    far = worlds.outlets([(i * 1000, 0) for i in range(5)])
    assert _spread(covers, people, far, 9, 500.0).tolist() == [1, 2, 0, 3]
    assert _spread(covers, people, far, 2, 500.0).tolist() == [1, 2]
    assert _spread(covers, people, far, 0, 500.0).tolist() == []
    # K0 and K2 are as near to K1 as two may not be.
    assert _spread(covers, people, far, 9, 1500.0).tolist() == [1, 3]
    nowhere = far.iloc[:0]
    assert _spread(csr_array((4, 0), dtype=bool), people, nowhere, 9, 500.0).tolist() == []


def test_no_more_places_are_weighed_than_asked_for_and_they_are_strewn_evenly(lattice):
    coverage = assess(worlds.outlets([]), worlds.demand([(1000, 1000)], [1]), lattice)
    for most in (1, 5, 20, 500):
        pool = _pool(coverage, most, 100.0, None)
        assert most / 4 <= len(pool) <= most
        assert pool.crs.to_epsg() == 4326


@pytest.mark.parametrize(("settlement", "reach_m"), [("urban", 1000), ("rural", 600)])
def test_places_are_sought_within_reach_of_the_people_left(lattice, settlement, reach_m):
    """One person in the middle is left; whom the outlet covers, or nobody, draws no place."""
    demand = worlds.demand(
        [(1000, 1000), (0, 0), (2000, 2000)], [1, 50, 0], [settlement, "rural", settlement]
    )
    standard = Standard(rural_radius_m=600.0)
    coverage = assess(worlds.outlets([(0, 0)]), demand, lattice, standard)
    assert coverage.demand["covered"].tolist() == [False, True, False]
    pool = _pool(coverage, 10_000, 100.0, None)
    here = np.broadcast_to(worlds.degrees(1000, 1000), (len(pool), 2)).T
    away = metres(here[0], here[1], pool.geometry.x.to_numpy(), pool.geometry.y.to_numpy())
    assert away.min() < 1
    assert reach_m - 110 < away.max() <= reach_m
    found = generate_candidates(coverage, 3, apart_m=100.0)
    assert found["candidate_id"].tolist() == ["G0001", "G0002", "G0003"]
    assert candidate_covers(coverage, found).toarray()[0].all()


def test_places_half_as_far_apart_as_asked_for_are_weighed(tmp_path):
    """Fifteen steps along a street of 2,990 m; ten ends are within reach of its middle."""
    straight = worlds.network(tmp_path, {1: (0, 0), 2: (2990, 0)}, [[1, 2]])
    coverage = assess(worlds.outlets([]), worlds.demand([(1495, 0)]), straight)
    pool = _pool(coverage, 1000, 400.0, None)
    steps = np.array([worlds.metres(p.x, p.y)[0] for p in pool.geometry]) / (2990 / 15)
    assert steps == pytest.approx(steps.round(), abs=0.001)
    # Of two in one cell one is left out.
    assert 8 <= len(set(steps.round())) <= 10
