"""What more sites would bring, in which order to build them, and which other plans do as well."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.sites import Terms, alternatives, candidate_covers, frontier, recommend_sites
from test_sites import STANDARD, along, at_crossings, candidates, lattice, street, world

mpl.use("Agg")
__all__ = ["lattice", "street"]

# Two middle places and two outer ones: the middle is best for one site, the outer two for two.
#   people  6  10   1  10   6
#           +---+---+---+---+       K1 covers 17, K2 21, K3 17; K1 and K3 together 33.
NESTING = [6, 10, 1, 10, 6]


def test_every_number_of_sites_has_its_own_best_plan(street):
    found = frontier(
        along(street, NESTING), at_crossings(5), Terms(frontier=4, forbidden=["K0", "K4"])
    )
    assert found.points["sites"].tolist() == [0, 1, 2, 3, 4]
    assert found.points["population"].tolist() == [0, 21, 33, 33, 33]
    assert found.points["bound"].tolist() == [0, 21, 33, 33, 33]
    assert (found.points["gap"] == 0).all()
    assert found.points["rate"].tolist() == pytest.approx([0, 21 / 33, 1, 1, 1])
    assert found.plans[:3] == ((), ("K2",), ("K1", "K3"))


def test_the_build_order_tells_what_nesting_costs(street):
    """From K2: 21, then 27 of 33, a price of 6 people. From K1 and K3: 17 of 21, then 33: 4."""
    order = frontier(
        along(street, NESTING), at_crossings(5), Terms(frontier=2, forbidden=["K0", "K4"])
    ).order
    assert order["candidate_id"].tolist() == ["K1", "K3"]
    assert order["population"].tolist() == [17, 16]
    assert order["total"].tolist() == [17, 33]
    assert order["price"].tolist() == [4, 0]
    assert order["rate"].tolist() == pytest.approx([17 / 33, 1])


def test_fixed_sites_stand_first_and_the_frontier_starts_with_them(street):
    found = frontier(along(street, NESTING), at_crossings(5), Terms(frontier=2, fixed=["K2"]))
    assert found.points["sites"].tolist() == [1, 2]
    assert found.points["population"].tolist() == [21, 27]
    assert found.order["candidate_id"].iloc[0] == "K2"
    with pytest.raises(InputError, match="2 > 1"):
        frontier(along(street, NESTING), at_crossings(5), Terms(frontier=1, fixed=["K0", "K2"]))


def test_the_frontier_keeps_caps_and_forbidden_sites(street):
    offered = at_crossings(5, "甲乙甲乙甲")
    found = frontier(
        along(street, NESTING), offered, Terms(frontier=3, bank_caps={"乙": 0}, forbidden=["K2"])
    )
    assert all(set(plan) <= {"K0", "K4"} for plan in found.plans)
    assert set(found.order["candidate_id"]) == {"K0", "K4"}
    assert found.points["population"].tolist() == [0, 16, 32, 32]


def test_the_plot_shows_every_point_and_the_build_order(street):
    found = frontier(along(street, NESTING), at_crossings(5), Terms(frontier=3))
    axes = found.plot()
    best, nested = axes.get_lines()
    points = found.points[["sites", "rate"]].to_numpy()
    assert np.asarray(best.get_xydata()).tolist() == points.tolist()
    assert np.asarray(nested.get_ydata()).tolist() == pytest.approx([0, 17 / 33, 1])
    assert found.plot(axes) is axes


def test_alternatives_leave_out_sites_of_every_plan_before(street):
    """Best: K1 and K3 (33). Without both at once: K1, K4 (33) … each leaves out at least one."""
    found = alternatives(
        along(street, NESTING), at_crossings(5), Terms(add=2, within=0.2, alternatives=10)
    )
    people = found.plans["population"].tolist()
    assert people[0] == 33
    assert people == sorted(people, reverse=True)
    assert min(people) >= 0.8 * 33
    chosen = [set(sites["candidate_id"]) for _, sites in found.sites.groupby("plan")]
    assert all(len(one - other) >= 1 for one, other in combinations(chosen, 2))
    assert found.sites.groupby("plan")["population"].sum().tolist() == people
    assert found.sites.loc[found.sites["plan"] == 0, "in_best"].all()


def test_alternatives_end_where_none_is_near_enough(street):
    found = alternatives(along(street, NESTING), at_crossings(5), Terms(add=1, within=0.01))
    assert found.plans["plan"].tolist() == [0]
    fixed = alternatives(
        along(street, NESTING), at_crossings(5), Terms(add=1, within=1, fixed=["K1"])
    )
    assert fixed.plans["plan"].tolist() == [0]
    with pytest.raises(ValueError, match="differ"):
        alternatives(along(street, NESTING), at_crossings(5), Terms(add=1, differ=0))


def _worths(coverage, offered, size):
    """People won by every choice of so many candidates."""
    covers = candidate_covers(coverage, offered).toarray()
    left = coverage.demand["population"].to_numpy() * ~coverage.demand["covered"].to_numpy()
    return {
        frozenset(f"K{i}" for i in choice): left[covers[:, list(choice)].any(axis=1)].sum()
        for choice in combinations(range(covers.shape[1]), size)
    }


@settings(max_examples=30, deadline=None)
@given(**world)
def test_the_frontier_never_falls_and_nesting_never_beats_it(
    lattice, existing, places, spots, people, kinds
):
    demand = worlds.demand(spots, people, kinds)
    coverage = assess(worlds.outlets(existing), demand, lattice, STANDARD)
    offered = candidates(places)
    found = frontier(coverage, offered, Terms(frontier=4))
    exact = found.points.set_index("sites")["population"]
    assert (exact.diff().dropna() >= 0).all()
    for size, population in zip(found.points["sites"], exact, strict=True):
        choices = _worths(coverage, offered, min(size, len(places)))
        assert population == max(choices.values())
    second = recommend_sites(coverage, offered, Terms(add=2))
    assert found.plans[2] == tuple(sorted(second.sites["candidate_id"]))
    nested = found.order.set_index("rank")
    assert (nested["total"] <= exact.reindex(nested.index)).all()
    assert (exact.reindex(nested.index) - nested["total"] == nested["price"]).all()
    assert nested["candidate_id"].is_unique


@settings(max_examples=25, deadline=None)
@given(**world, differ=st.integers(1, 2))
def test_each_alternative_is_the_best_of_those_that_keep_apart(
    lattice, existing, places, spots, people, kinds, differ
):
    demand = worlds.demand(spots, people, kinds)
    coverage = assess(worlds.outlets(existing), demand, lattice, STANDARD)
    offered = candidates(places)
    found = alternatives(coverage, offered, Terms(add=2, within=0.5, differ=differ, alternatives=4))
    chosen = [frozenset(s["candidate_id"]) for _, s in found.sites.groupby("plan")]
    best = recommend_sites(coverage, offered, Terms(add=2))
    choices: dict[frozenset[str], float] = {}
    for size in range(len(best.sites) + 1):
        choices |= _worths(coverage, offered, size)
    for i, plan in enumerate(chosen[1:], 1):
        apart = [
            worth
            for choice, worth in choices.items()
            if all(len(before - choice) >= differ for before in chosen[:i])
        ]
        assert choices[plan] == max(apart) == found.plans["population"][i]
    assert found.plans["population"][0] == best.population
    assert (found.plans["below_best"] <= 0.5).all()


def test_a_standard_of_its_own_is_kept(street):
    """With 30 minutes an outlet reaches two crossings either way."""
    demand = worlds.demand([(i * 900.0, 0) for i in range(5)], NESTING)
    coverage = assess(worlds.outlets([]), demand, street, Standard(minutes=30))
    assert frontier(coverage, at_crossings(5), Terms(frontier=1)).points["population"].tolist() == [
        0,
        33,
    ]
    assert (
        np.isnan(frontier(coverage, at_crossings(5), Terms(frontier=1)).order["price"]).sum() == 0
    )
