"""Covering models against brute force on small worlds: best plans, bounds, and conditions kept."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gdcoverage.locate import (
    Group,
    backup_covering,
    maximal_covering,
    partial_covering,
)
from gdcoverage.locate._check import CheckError


@st.composite
def worlds(draw, sites=6, rows=8):
    """A random matrix with weights, costs and conditions, small enough to try every plan."""
    n, m = draw(st.integers(1, rows)), draw(st.integers(1, sites))
    cells = draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))
    number = draw(
        st.sampled_from([st.integers(0, 9), st.floats(0, 1e6).map(lambda x: round(x, 3))])
    )
    weights = np.array(draw(st.lists(number, min_size=n, max_size=n)), float)
    costs = draw(st.none() | st.lists(st.integers(0, 4), min_size=m, max_size=m))
    state = draw(st.lists(st.sampled_from("....fx"), min_size=m, max_size=m))
    groups = draw(
        st.lists(
            st.tuples(st.lists(st.integers(0, m - 1), unique=True), st.integers(0, 3)), max_size=2
        )
    )
    return {
        "covers": np.array(cells).reshape(n, m),
        "weights": weights,
        "costs": costs,
        "fixed": [j for j in range(m) if state[j] == "f"],
        "forbidden": [j for j in range(m) if state[j] == "x"],
        "groups": [Group(np.array(members, int), limit) for members, limit in groups],
    }


def conditions(world):
    return {key: world[key] for key in ("costs", "fixed", "forbidden", "groups")}


def plans(world, budget=np.inf):
    """Every plan that keeps the conditions: its sites, added cost, and covers of each row."""
    covers, fixed = world["covers"], world["fixed"]
    sites = covers.shape[1]
    costs = np.ones(sites) if world["costs"] is None else np.array(world["costs"], float)
    free = [j for j in range(sites) if j not in fixed and j not in world["forbidden"]]
    for size in range(len(free) + 1):
        for added in combinations(free, size):
            kept = all(
                np.isin(added, group.sites).sum() <= group.limit for group in world["groups"]
            )
            cost = costs[list(added)].sum()
            if kept and cost <= budget:
                chosen = [*fixed, *added]
                yield chosen, cost, covers[:, chosen].sum(axis=1)


def assert_keeps_conditions(solution, world, budget=np.inf):
    added = np.setdiff1d(solution.sites, world["fixed"])
    assert np.isin(world["fixed"], solution.sites).all()
    assert not np.isin(world["forbidden"], solution.sites).any()
    costs = np.ones(world["covers"].shape[1]) if world["costs"] is None else world["costs"]
    assert np.asarray(costs)[added].sum() <= budget
    for group in world["groups"]:
        assert np.isin(added, group.sites).sum() <= group.limit


@settings(max_examples=150, deadline=None)
@given(worlds(), st.integers(0, 5))
def test_maximal_covering_is_as_good_as_brute_force(world, p):
    covers, weights = sparse.csr_array(world["covers"]), world["weights"]
    solution = maximal_covering(covers, weights, p, **conditions(world))
    best = max(weights[times > 0].sum() for _, _, times in plans(world, p))
    assert solution.objective == pytest.approx(best, rel=1e-9)
    assert solution.status == "optimal"
    assert solution.bound >= solution.objective
    assert_keeps_conditions(solution, world, p)


@settings(max_examples=150, deadline=None)
@given(worlds(), st.integers(0, 100).map(lambda percent: percent / 100))
def test_partial_covering_is_as_good_as_brute_force(world, rate):
    weights = world["weights"]
    covers = sparse.coo_array(world["covers"])
    solution = partial_covering(covers, weights, rate, **conditions(world))
    most = max(weights[times > 0].sum() for _, _, times in plans(world))
    least = min(rate * weights.sum(), most) * (1 - 1e-9)
    best = min(cost for _, cost, times in plans(world) if weights[times > 0].sum() >= least)
    assert solution.objective == solution.bound == best
    assert solution.covered_weight >= least
    assert_keeps_conditions(solution, world)


def drawn(random):
    """A random question for the second cover: like people, with caps, fixed and forbidden sites."""
    demand, sites = random.integers(1, 13), random.integers(1, 8)
    people = [
        random.integers(0, 10, demand).astype(float),
        random.integers(0, 5_000, demand).astype(float),
        np.round(random.lognormal(5, 2, demand), 3),
    ]
    state = random.choice(list("....fx"), sites)
    return {
        "covers": random.random((demand, sites)) < random.uniform(0.1, 0.6),
        "weights": people[random.integers(3)],
        "costs": None,
        "fixed": np.flatnonzero(state == "f").tolist(),
        "forbidden": np.flatnonzero(state == "x").tolist(),
        "groups": [
            Group(
                random.choice(sites, random.integers(1, sites + 1), replace=False),
                int(random.integers(0, 3)),
            )
            for _ in range(random.integers(0, 3))
        ],
    }


def test_backup_covering_gives_up_no_first_cover_and_is_as_good_as_brute_force():
    random = np.random.default_rng(20241124)
    wrong = []
    for number in range(1_000):
        world, p = drawn(random), int(random.integers(0, 5))
        covers, weights = sparse.csc_array(world["covers"]), world["weights"]
        first = maximal_covering(covers, weights, p, **conditions(world))
        solution = backup_covering(covers, weights, p, first.sites, **conditions(world))
        found = [(weights[t > 0].sum(), weights[t > 1].sum()) for _, _, t in plans(world, p)]
        most = max(once for once, _ in found)
        best = max(twice for once, twice in found if once >= most * (1 - 1e-9))
        assert_keeps_conditions(solution, world, p)
        if (
            solution.covered_weight < most * (1 - 1e-9)
            or solution.objective != pytest.approx(best, rel=1e-9, abs=1e-9)
            or (solution.status, solution.gap) != ("optimal", 0)
        ):
            wrong.append(number)
    assert wrong == []


def test_backup_covering_of_any_plan_is_as_good_as_brute_force():
    """Where the plan covers less than another, more can be covered twice for it."""
    random, wrong = np.random.default_rng(20261127), []
    for number in range(300):
        world, p = drawn(random), int(random.integers(1, 5))
        weights = world["weights"]
        found = [
            (weights[t > 0].sum(), weights[t > 1].sum(), sites) for sites, _, t in plans(world, p)
        ]
        once, _, plan = found[random.integers(len(found))]
        best = max(twice for least, twice, _ in found if least >= once * (1 - 1e-9))
        covers = sparse.csc_array(world["covers"])
        solution = backup_covering(covers, weights, p, plan, **conditions(world))
        if solution.objective != pytest.approx(best, rel=1e-9, abs=1e-9) or solution.gap != 0:
            wrong.append(number)
    assert wrong == []


def test_backup_covering_keeps_what_a_given_plan_covers_and_its_time():
    """Sites 1 and 2 together double all of row 0; but row 3 is only covered with site 0."""
    covers = sparse.csr_array(np.array([[0, 1, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    weights = [50, 1, 1, 9]
    assert backup_covering(covers, weights, 2, [0, 1]).objective == 0
    assert backup_covering(covers, weights, 2, [1]).objective == 50
    late = backup_covering(covers, weights, 2, [1], time_limit=0)
    assert late.sites.tolist() in ([1], [1, 2])
    assert late.bound >= 50
    assert late.gap == (0 if late.objective == late.bound else late.gap)
    with pytest.raises(CheckError, match="spent"):
        backup_covering(covers, weights, 1, [0, 1])


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_order_of_rows_and_columns_does_not_matter(world, p, seed):
    random = np.random.default_rng(seed)
    n, m = world["covers"].shape
    row, site = random.permutation(n), random.permutation(m)
    place = np.argsort(site)
    costs = world["costs"]
    turned = {
        "costs": None if costs is None else np.array(costs)[site],
        "fixed": place[world["fixed"]],
        "forbidden": place[world["forbidden"]],
        "groups": [Group(place[group.sites], group.limit) for group in world["groups"]],
    }
    covers, weights = world["covers"], world["weights"]
    given_order = maximal_covering(sparse.csc_array(covers), weights, p, **conditions(world))
    other_order = maximal_covering(
        sparse.csc_array(covers[row][:, site]), weights[row], p, **turned
    )
    assert other_order.objective == pytest.approx(given_order.objective, rel=1e-9)
    given_order = partial_covering(sparse.csc_array(covers), None, 1.0, **conditions(world))
    other_order = partial_covering(sparse.csc_array(covers[row][:, site]), None, 1.0, **turned)
    assert other_order.objective == given_order.objective


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 4))
def test_one_more_site_never_lowers_coverage(world, p):
    covers, weights = sparse.csc_array(world["covers"]), world["weights"]
    fewer = maximal_covering(covers, weights, p, **conditions(world))
    more = maximal_covering(covers, weights, p + 1, **conditions(world))
    assert more.objective >= fewer.objective * (1 - 1e-9)
