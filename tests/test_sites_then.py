"""What decides among equal plans, the planner's choice: against every plan, and as it is told.

``python tests/test_sites_then.py 1500`` tries so many worlds.
"""

import json
import sys
from itertools import combinations

import numpy as np
import pytest

import worlds
from gdcoverage.assessment import assess
from gdcoverage.gaps import find_gaps
from gdcoverage.problems import InputError
from gdcoverage.report import Report, json_text, siting_lines
from gdcoverage.sites import Terms, make_siting, recommend_sites
from gdcoverage.sites._prefer import settled
from gdcoverage.sites._question import question_on
from gdcoverage.sites._solve import most_people
from known import known
from test_sites import candidates, street
from test_sites_redesign import drawn

__all__ = ["street"]


def fault(number):
    """What is wrong with the widest plan of a world: empty where nothing is."""
    random = np.random.default_rng(number)
    coverage, offered, reach, terms, here, there = drawn(random)
    add = max(terms.add or 0, 1)
    terms = Terms(
        add=add,
        then="spread",
        bank_caps=terms.bank_caps,
        county_least=terms.county_least,
        fixed=terms.fixed,
        forbidden=terms.forbidden,
        costs=terms.costs,
        budget=terms.budget,
    )
    try:
        question = question_on(coverage, offered, reach, terms, False)
        found = most_people(question, add)
    except InputError:
        return ""
    plan, proof = settled(question, found.sites, add)
    matrix, missed = reach.toarray(), ~coverage.demand["covered"].to_numpy(bool)
    people = coverage.demand["population"].to_numpy(float)
    fixed = np.flatnonzero(question.fixed)

    def least(sites):
        free = np.setdiff1d(sites, fixed)
        away = [abs(there[i] - there[j]) for i in free for j in sites if i != j]
        return min([*away, *(abs(there[i] - x) for i in free for x in here)], default=np.inf)

    def won(sites):
        return round(float(people[missed & matrix[:, list(sites)].any(axis=1)].sum()), 6)

    ways = []
    for size in range(add + 1):
        for sites in combinations(np.flatnonzero(~question.forbidden), size):
            counts = [(limit.sites[list(sites)].sum(), limit) for limit in question.limits]
            kept = all(limit.least <= count <= limit.most for count, limit in counts)
            kept &= set(fixed) <= set(sites)
            if kept and question.costs[list(sites)].sum() <= question.budget + 1e-9:
                ways.append((won(sites), least(sites)))
    most = max(covered for covered, _ in ways)
    best = max(apart for covered, apart in ways if covered >= most - 1e-9 * max(most, 1e3))
    if won(plan) < most - 1e-6:
        return f"wins {won(plan)} of {most}"
    if proof is None:
        return "" if np.isinf(least(plan)) else "no proof"
    if proof.gap or abs(proof.objective - least(plan)) > 0.01:
        return f"{proof.objective}, but {least(plan)}, gap {proof.gap}"
    if np.isfinite(best) and abs(proof.objective - best) > 0.01:
        return f"{proof.objective} of {best}"
    return ""


def test_no_plan_that_wins_as_many_is_spread_wider():
    assert {n: found for n in range(40) if (found := fault(n))} == {}


# Ten people each at 3,000, 3,400 and 6,000 m, and fifty at the outlet, 9,000 m along the street.
def two_hamlets(street, **terms):
    demand = worlds.demand([(3000, 0), (3400, 0), (6000, 0), (9000, 0)], [10, 10, 10, 50])
    coverage = assess(worlds.outlets([(9000, 0)]), demand, street)
    offered = candidates([(3000, 0), (3200, 0), (5800, 0), (6600, 0)])
    asked = Terms(**{"add": 2, "frontier": 0, "alternatives": 0} | terms)
    return coverage, make_siting(coverage, asked, offered)


def test_the_shortest_mean_walk_is_chosen_and_told(street):
    """K0 and K1 both serve the two to the left: 0 + 400 metres, or 200 + 200; K2 is nearer."""
    coverage, siting = two_hamlets(street, then="mean_walk")
    assert set(siting.plan.sites["candidate_id"]) & {"K2", "K3"} == {"K2"}
    preferred = known(siting.plan.preferred)
    # 10 people walk 200 m from each of the last three, or 400 m in all from the first two.
    assert preferred.metres == pytest.approx((10 * 400 + 10 * 200) / 80, rel=1e-6)
    assert preferred.gap == 0
    text = "\n".join(siting_lines(siting))
    assert "达标的人到最近网点平均 75 米（城区步行，乡村直线）（已证明在新增达标人口" in text
    report = Report("示例", coverage, find_gaps(coverage), (), (), "0", "2024-06-14", siting=siting)
    data = json.loads(json_text(report))["siting"]["preferred"]
    assert (data["what"], data["metres"]) == ("mean_walk", pytest.approx(75, rel=1e-6))


def test_who_is_covered_already_counts_in_the_mean_walk(street):
    """K1 and K2 win the same 10; but K2 is nearer to the 100 whom W serves from 900 m."""
    demand = worlds.demand([(0, 0), (900, 0), (1850, 0)], [1, 100, 10])
    coverage = assess(worlds.outlets([(0, 0)]), demand, street)
    offered = candidates([(2000, 0), (1000, 0), (2700, 0)])
    plan = recommend_sites(coverage, offered, Terms(add=1, then="mean_walk"))
    assert plan.sites["candidate_id"].tolist() == ["K1"]
    assert known(plan.preferred).metres == pytest.approx((100 * 100 + 10 * 850) / 111, rel=1e-6)


def test_the_widest_plan_is_chosen_and_told(street):
    """K0 and K3 are farthest from one another, and K3 2,400 m from the outlet."""
    _, siting = two_hamlets(street, then="spread")
    assert set(siting.plan.sites["candidate_id"]) == {"K0", "K2"}
    preferred = known(siting.plan.preferred)
    assert preferred.metres == pytest.approx(2800, abs=0.01)
    assert "至少相距 2,800 米（已证明" in "\n".join(siting_lines(siting))


def test_with_too_many_candidates_the_plan_stands_with_a_bound(street, monkeypatch):
    monkeypatch.setattr("gdcoverage.sites._widest._MOST_CANDIDATES", 1)
    preferred = known(two_hamlets(street, then="spread")[1].plan.preferred)
    assert preferred.bound == pytest.approx(6000, abs=0.01)
    assert preferred.metres <= 2800.01
    assert preferred.gap == pytest.approx(1 - preferred.metres / preferred.bound)


if __name__ == "__main__":
    wrong = {n: found for n in range(int(sys.argv[1])) if (found := fault(n))}
    print(len(wrong), wrong)
