"""The scenario that fares worst: as good as brute force, whatever the order of rows and sites."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gdcoverage.locate import maximal_covering, worst_covering
from test_locate import assert_keeps_conditions, conditions, plans, worlds


def stacked(world, scenarios):
    """Scenario of each row, and weights of which each scenario has at most 1."""
    weights = world["weights"]
    number = np.arange(len(weights)) % min(scenarios, len(weights))
    sums = np.bincount(number, weights)
    return number, weights / np.where(sums, sums, 1.0)[number]


def least(weights, number, covered):
    return np.bincount(number, weights * covered).min()


@settings(max_examples=60)
@given(worlds(rows=12), st.integers(1, 4), st.integers(0, 4))
def test_worst_covering_is_as_good_as_brute_force(world, scenarios, p):
    number, weights = stacked(world, scenarios)
    covers = sparse.csr_array(world["covers"])
    start = next(plans(world, p))[0]
    found = worst_covering(covers, weights, number, p, start, **conditions(world))
    best = max(least(weights, number, times > 0) for _, _, times in plans(world, p))
    assert found.objective == pytest.approx(best, abs=2e-6)
    assert found.bound >= best - 1e-12
    assert found.status == "optimal"
    assert_keeps_conditions(found, world, p)


@settings(max_examples=20)
@given(worlds(rows=12), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_sites_does_not_matter(world, scenarios, random):
    number, weights = stacked(world, scenarios)
    covers = sparse.csr_array(world["covers"])
    plain = worst_covering(covers, weights, number, 2, [])
    rows = random.sample(range(covers.shape[0]), covers.shape[0])
    sites = random.sample(range(covers.shape[1]), covers.shape[1])
    mixed = worst_covering(covers[rows][:, sites], weights[rows], number[rows], 2, [])
    assert mixed.objective == pytest.approx(plain.objective, abs=2e-6)


def test_the_plan_to_start_from_comes_back_where_there_is_no_time():
    random = np.random.default_rng(5)
    covers = sparse.csr_array(random.random((300, 80)) < 0.05)
    number = np.arange(300) % 3
    weights = random.random(300)
    weights /= np.bincount(number, weights)[number]
    start = maximal_covering(covers, weights, 5).sites
    found = worst_covering(covers, weights, number, 5, start, time_limit=0.0)
    assert found.sites.tolist() == start.tolist()
    longer = worst_covering(covers, weights, number, 5, start, time_limit=20)
    assert found.status == "time_limit"
    assert found.bound >= longer.objective >= found.objective


def test_scenarios_that_are_none_are_refused():
    covers = sparse.csr_array(np.ones((2, 1)))
    for wrong in ([0], [0, 2]):
        with pytest.raises(ValueError, match="scenario"):
            worst_covering(covers, [1.0, 1.0], wrong, 1, [])
