"""A service distance between outlets of one bank: against brute force, and as planners read it."""

import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.gaps import find_gaps
from gdcoverage.problems import InputError
from gdcoverage.report import Report, json_text, siting_lines
from gdcoverage.sites import Terms, exit_impact_of, frontier, make_siting, recommend_sites
from gdcoverage.sites._apart import cliques
from known import known
from test_sites import STEP, along, at_crossings, candidates, street

__all__ = ["street"]

HUNDREDS = st.integers(0, 60).map(lambda x: 100.0 * x)
BANK = st.sampled_from(["甲", "乙", ""])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(HUNDREDS, st.integers(1, 50)), min_size=1, max_size=9),
    st.lists(st.tuples(HUNDREDS, BANK), min_size=1, max_size=7, unique_by=lambda each: each[0]),
    st.lists(st.tuples(HUNDREDS, BANK), max_size=2, unique_by=lambda each: each[0]),
    st.integers(1, 4),
    st.sampled_from([300.0, 1000.0, 2500.0]),
)
def test_no_plan_that_keeps_the_distance_wins_more(street, people, offered, there, add, metres):
    demand = worlds.demand([(x, 0) for x, _ in people], [n for _, n in people])
    outlets = worlds.outlets([(x, 0) for x, _ in there])
    outlets["bank"] = [bank for _, bank in there]
    coverage = assess(outlets, demand, street)
    spots = candidates([(x, 0) for x, _ in offered], [bank for _, bank in offered])
    terms = Terms(add=add, bank_apart_m=metres, frontier=add)
    found = recommend_sites(coverage, spots, terms)

    def near(one, other):
        return one[1] == other[1] != "" and abs(one[0] - other[0]) < metres - 0.001

    x, n = np.array(people, float).T
    taken = np.array([a for a, _ in there], float)

    def won(plan):
        at = np.array([a for a, _ in plan], float)
        ours = (np.abs(x[:, None] - at) <= 1000.001).any(axis=1)
        return n[ours & ~(np.abs(x[:, None] - taken) <= 1000.001).any(axis=1)].sum()

    allowed = [
        plan
        for size in range(add + 1)
        for plan in combinations(offered, size)
        if not any(near(*pair) for pair in combinations(plan, 2))
        and not any(near(site, outlet) for site in plan for outlet in there)
    ]
    assert found.population == max(map(won, allowed))
    assert found.gap == 0
    chosen = {int(name[1:]) for name in found.sites["candidate_id"]}
    assert not any(near(offered[i], offered[j]) for i, j in combinations(chosen, 2))
    points = frontier(coverage, spots, terms).points
    best = [max(won(plan) for plan in allowed if len(plan) <= k) for k in points["sites"]]
    assert points["population"].tolist() == best


@settings(max_examples=60)
@given(st.integers(2, 9), st.data())
def test_every_pair_of_rivals_is_in_a_set_and_every_set_is_of_rivals(count, data):
    every = list(combinations(range(count), 2))
    pairs = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    one, other = (np.array([p[k] for p in pairs], np.int64) for k in (0, 1))
    found = [tuple(members.tolist()) for members in cliques(count, one, other)]
    within = {pair for members in found for pair in combinations(members, 2)}
    assert within == set(pairs)
    assert len(found) <= len(pairs)


def test_places_in_a_row_are_one_set_and_not_many_pairs():
    one, other = np.triu_indices(40, 1)
    (members,) = cliques(40, one, other)
    assert members.tolist() == list(range(40))


# People  10  20  30  40  50         W0 of 甲 stands at the first crossing.
PEOPLE = [10, 20, 30, 40, 50]


def test_candidates_too_near_to_their_bank_are_told_by_name(street):
    coverage = along(street, PEOPLE, [0])
    coverage.outlets["bank"] = ["甲"]
    offered = at_crossings(5, "甲甲乙甲甲").assign(name=["一", "二", "三", "四", "五"])
    terms = Terms(add=2, bank_apart_m=STEP + 1, frontier=0, alternatives=0)
    siting = make_siting(coverage, terms, offered)
    told = known(siting.crowded)
    assert told[["candidate_id", "outlet_id"]].to_numpy().tolist() == [["K0", "W0"], ["K1", "W0"]]
    assert told["outlet_m"].tolist() == pytest.approx([0, STEP], abs=0.01)
    text = "\n".join(siting_lines(siting))
    assert "2 个候选点离同一银行的现有网点太近，不予考虑：一（离第0支行 0 米）；二（离" in text
    report = Report("示例", coverage, find_gaps(coverage), (), (), "0", "2024-06-14", siting=siting)
    crowded = json.loads(json_text(report))["siting"]["crowded"]
    assert [row["candidate_id"] for row in crowded] == ["K0", "K1"]


def test_a_distance_exactly_kept_is_kept(street):
    """Crossings are 900 m apart: sites at the second and third are far enough at 900 m."""
    coverage, offered = along(street, [50, 0, 0, 50], []), candidates([(0, 0), (STEP, 0)], "甲甲")

    def sites(metres):
        terms = Terms(add=2, bank_apart_m=metres, fixed=["K0", "K1"])
        return len(recommend_sites(coverage, offered, terms).sites)

    assert sites(STEP) == 2
    with pytest.raises(InputError, match=r"K0、K1.*相距太近"):
        sites(STEP + 0.01)


def test_an_outlet_that_leaves_keeps_nobody_away(street):
    coverage = along(street, PEOPLE, [0, 2])
    coverage.outlets["bank"] = ["甲", "乙"]
    terms = Terms(add=1, bank_apart_m=STEP + 1)
    offered = at_crossings(5, ["", "", "", "乙", ""])
    found = known(exit_impact_of(coverage, ["W1"], candidates=offered, terms=terms).replacement)
    assert found.sites["candidate_id"].tolist() == ["K3"]


def test_what_keeps_a_plan_from_more_is_the_distance(street):
    coverage = along(street, PEOPLE, [0])
    coverage.outlets["bank"] = ["甲"]
    plan = recommend_sites(
        coverage, at_crossings(5, "甲甲甲甲甲"), Terms(target=1, bank_apart_m=9 * STEP)
    )
    assert plan.sites.empty
    assert plan.limited_by == ("apart",)
    with pytest.raises(InputError, match="同一银行网点的间距"):
        recommend_sites(
            coverage,
            at_crossings(5, "甲甲甲甲甲"),
            Terms(add=1, bank_apart_m=9 * STEP, bank_least={"甲": 1}),
        )
