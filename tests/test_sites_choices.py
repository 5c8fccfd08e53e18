"""What more sites would bring, in which order to build them, and which other plans do as well."""

from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.geo.ellipsoid import to_ecef
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.sites import Terms, alternatives, candidate_covers, frontier, recommend_sites
from gdcoverage.sites._frontier import _CHINESE, _ENGLISH, _never_less, _words
from gdcoverage.sites._question import ask
from gdcoverage.sites._solve import most_people, with_bound
from gdcoverage.sites._spread import spread_out
from known import known
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


@settings(max_examples=20, deadline=None)
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


def _near(offered, plan, metres):
    """Candidates of a plan, and those nearer to one of them."""
    at = offered.set_index("candidate_id").geometry
    return {
        i
        for i, here in at.items()
        if i in plan
        or any(worlds.GEOD.inv(here.x, here.y, at[j].x, at[j].y)[2] < metres - 1e-3 for j in plan)
    }


@settings(max_examples=15, deadline=None)
@given(**world, differ=st.integers(1, 2), metres=st.sampled_from([0.0, 150.0, 400.0]))
def test_each_alternative_is_the_best_of_those_that_keep_apart(
    lattice, existing, places, spots, people, kinds, differ, metres
):
    demand = worlds.demand(spots, people, kinds)
    coverage = assess(worlds.outlets(existing), demand, lattice, STANDARD)
    offered = candidates(places)
    terms = Terms(add=2, within=0.5, differ=differ, differ_m=metres, alternatives=4)
    found = alternatives(coverage, offered, terms)
    chosen = [frozenset(s["candidate_id"]) for _, s in found.sites.groupby("plan")]
    best = recommend_sites(coverage, offered, Terms(add=2))
    choices: dict[frozenset[str], float] = {}
    for size in range(len(best.sites) + 1):
        choices |= _worths(coverage, offered, size)
    for i, plan in enumerate(chosen[1:], 1):
        apart = [
            worth
            for choice, worth in choices.items()
            if all(
                len(choice & _near(offered, before, metres)) <= len(before) - differ
                for before in chosen[:i]
            )
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


def test_a_bound_is_a_proof_where_it_is_the_plan_itself_and_else_a_gap(street):
    question = ask(along(street, NESTING), at_crossings(5), Terms(add=1))
    plan = replace(most_people(question, 1), objective=90.0, status="time_limit", gap=9.0)
    for bound in (90.0, 90.0 + 5e-7, 90.0 - 5e-7):
        proved = with_bound(plan, bound)
        assert (proved.bound, proved.gap, proved.status) == (90.0, 0.0, "optimal")
    above, below = with_bound(plan, 100.0), with_bound(plan, 81.0)
    assert (above.bound, above.gap, above.status) == (100.0, 0.1, "time_limit")
    assert (below.bound, below.gap, below.status) == (81.0, 0.1, "time_limit")


def test_the_frontier_never_falls_and_bounds_never_rise_with_fewer_sites(street):
    """Plans as they might be when time runs out: with two sites nobody more, then worse yet.

    From K1 and K3 of 17 people each, 33 together, nesting does better than what was found for
    two; for three K2 alone was found, 21, so that the plan for two is better.
    """
    question = ask(along(street, NESTING), at_crossings(5), Terms(frontier=3))
    assert question.candidates["candidate_id"].tolist() == ["K0", "K1", "K2", "K3", "K4"]

    def unproved(sites, bound):
        sites = np.array(sites, int)
        worth = question.population_of(sites)
        plan = replace(most_people(question, 0), sites=sites, objective=worth, status="time_limit")
        return with_bound(plan, bound)

    rough = [
        unproved([], 30.0),
        unproved([1], 50.0),
        unproved([2], 25.0),
        unproved([2], 40.0),
        unproved([0, 1, 3], 36.0),
    ]
    found = _never_less(question, range(5), rough, np.array([1, 3]))
    assert [plan.sites.tolist() for plan in found] == [[], [1], [1, 3], [1, 3], [0, 1, 3]]
    assert [plan.objective for plan in found] == [0, 17, 33, 33, 33]
    # Nobody has more with one site than is possible with two; and no bound is below its plan.
    assert [plan.bound for plan in found] == [25, 25, 33, 36, 36]
    assert [plan.gap for plan in found] == pytest.approx([1, 8 / 25, 0, 3 / 36, 3 / 36])


def test_the_plot_says_what_it_shows(street, monkeypatch):
    found = frontier(along(street, NESTING), at_crossings(5), Terms(frontier=3))
    points = found.points.assign(gap=[0, 0.1, 0, 0], rate_bound=found.points["rate"] + 0.1)
    monkeypatch.setattr("gdcoverage.sites._frontier._words", lambda: _ENGLISH | {"fonts": "A|B"})
    proved, unproved = found.plot(), replace(found, points=points).plot()
    assert proved.get_xlabel() == "sites added"
    assert proved.get_ylabel() == "coverage rate"
    in_legend = known(proved.get_legend()).get_texts()
    assert [text.get_text() for text in in_legend] == ["best plan", "build order"]
    labels = {text.get_text() for text in known(unproved.get_legend()).get_texts()}
    assert labels == {"best plan", "build order", "upper bound"}
    assert not proved.collections
    (band,) = unproved.collections
    assert 0 < known(band.get_alpha()) < 1
    corners = {(x, round(y, 9)) for x, y in np.asarray(band.get_paths()[0].vertices)}
    for column in ("rate", "rate_bound"):
        assert {(x, round(y, 9)) for x, y in zip(points["sites"], points[column], strict=True)} <= (
            corners
        )
    best, nested = proved.get_lines()
    assert best.get_linestyle() != nested.get_linestyle()
    assert {best.get_marker(), nested.get_marker()}.isdisjoint({"None", None})
    assert np.asarray(nested.get_xdata())[0] == 0
    proved.set_xlim(0, 1.2)
    assert all(float(tick).is_integer() for tick in proved.get_xticks())
    assert proved.yaxis.get_major_formatter()(0.1234) == "12.3%"
    for text in (proved.xaxis.label, proved.yaxis.label, *in_legend):
        assert text.get_fontfamily() == ["A", "B", "sans-serif"]


def test_labels_are_chinese_where_a_font_can_write_them(monkeypatch):
    from matplotlib import font_manager

    class Font:
        def __init__(self, name):
            self.name = name

    monkeypatch.setattr(font_manager.fontManager, "ttflist", [Font("SimSun"), Font("SimHei")])
    assert _words() == _CHINESE | {"fonts": "SimHei|SimSun"}
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [Font("DejaVu Sans")])
    assert _words() == _ENGLISH | {"fonts": "DejaVu Sans"}


def test_every_column_of_the_alternatives_on_paper(street):
    """Candidates two and more crossings apart: K0 and K1 reach 17 people each, 33 together, K2 9.

    ::

        people  6  10   1  10   6   0   9
                +---+---+---+---+---+---+
                   K0      K1           K2
    """
    offered = candidates([(900, 0), (2700, 0), (5400, 0)], ["甲", "乙", ""])
    coverage = along(street, [6, 10, 1, 10, 6, 0, 9])
    found = alternatives(coverage, offered, Terms(add=1, within=0.6, alternatives=9))
    plans = found.plans.drop(columns="seconds")
    assert plans.to_dict("list") == {
        "plan": [0, 1, 2],
        "population": [17, 17, 9],
        "below_best": pytest.approx([0, 0, 8 / 17]),
        "rate": pytest.approx([17 / 42, 17 / 42, 9 / 42]),
        "sites": [1, 1, 1],
        "other_sites": [0, 1, 1],
        "bound": [17, 17, 9],
        "gap": [0, 0, 0],
        "status": ["optimal"] * 3,
    }
    assert list(found.sites) == [
        *("plan", "rank", "candidate_id", "name", "bank", "county"),
        *("population", "in_best", "apart_m", "kind", "address", "geometry"),
        *("lon", "lat", "where", "gcj02_lon", "gcj02_lat"),
    ]
    assert found.sites["apart_m"].tolist() == pytest.approx([0, 1800, 4500], abs=0.01)
    two = alternatives(coverage, offered, Terms(add=2, within=0.45, alternatives=9)).sites
    assert two.index.tolist() == list(range(len(two)))
    assert two[["plan", "rank"]].to_numpy().tolist() == [
        [0, 1],
        [0, 2],
        [1, 1],
        [1, 2],
        [2, 1],
        [2, 2],
    ]
    assert two["population"].tolist() == [17, 16, 17, 9, 17, 9]
    assert two.groupby("plan")["in_best"].sum().tolist() == [2, 1, 1]
    # What lacks exactly the share allowed is within it.
    exactly = Terms(add=1, within=8 / 17, alternatives=1, forbidden=["K1"])
    assert alternatives(coverage, offered, exactly).plans["population"].tolist() == [17, 9]
    assert alternatives(along(street, [0]), offered, Terms(add=1)).plans.empty is False


def _spread_by_trying(question, plan):
    """The definition of `spread_out`, every candidate tried for every site."""
    lonlat = [(p.x, p.y) for p in question.candidates.geometry]
    there = [(p.x, p.y) for p in question.coverage.outlets.geometry]

    def away(site, rest):
        others = there + [lonlat[other] for other in rest]
        chords = [np.linalg.norm(_ecef(*lonlat[site]) - _ecef(*other)) for other in others]
        return round(min(chords, default=np.inf), 2)

    plan = sorted(plan)
    for _ in range(3):
        before = list(plan)
        for site in before:
            if question.fixed[site]:
                continue
            rest = [other for other in plan if other != site]
            same = question.population_of(np.array(sorted(plan)))
            equal = [
                other
                for other in np.flatnonzero(question.is_open(np.array(rest, int)))
                if question.population_of(np.array([*rest, other])) == same
            ]
            plan = [*rest, min(equal, key=lambda other: (-away(other, rest), other))]
        plan = sorted(plan)
        if plan == before:
            break
    return plan


def _ecef(lon, lat):
    return to_ecef(np.array([lon]), np.array([lat]))[0]


coarse = st.tuples(st.integers(0, 10), st.integers(0, 10)).map(lambda s: (s[0] * 200, s[1] * 200))


@settings(max_examples=30, deadline=None)
@given(
    existing=st.lists(coarse, max_size=2),
    places=st.lists(coarse, min_size=3, max_size=9),
    spots=st.lists(coarse, min_size=1, max_size=6),
    fixed=st.booleans(),
    cap=st.integers(1, 2),
    random=st.randoms(use_true_random=False),
)
def test_a_plan_is_spread_as_trying_every_candidate_for_every_site_spreads_it(
    lattice, existing, places, spots, fixed, cap, random
):
    coverage = assess(worlds.outlets(existing), worlds.demand(spots), lattice, STANDARD)
    banks = [("甲", "乙")[i % 2] for i in range(len(places))]
    start = sorted(random.sample(range(len(places)), 2))
    terms = Terms(
        add=2,
        fixed=[f"K{start[0]}"] if fixed else [],
        bank_caps={"甲": max(cap, sum(banks[i] == "甲" for i in start))},
        forbidden=[f"K{i}" for i in range(len(places)) if i not in start][-1:],
    )
    question = ask(coverage, candidates(places, banks), terms)
    spread = spread_out(question, np.array(start))
    assert spread.tolist() == _spread_by_trying(question, start)
