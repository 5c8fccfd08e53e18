"""What covering models promise beyond small worlds: proof, time, order, conditions, bad input."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.spatial.distance import cdist

from gdcoverage.locate import (
    Group,
    _answer,
    backup_covering,
    maximal_covering,
    partial_covering,
)
from gdcoverage.locate._canonical import canonical
from gdcoverage.locate._check import CheckError
from gdcoverage.locate._exact import solve_exactly
from gdcoverage.locate._lagrange import relaxed
from gdcoverage.locate._question import asked
from gdcoverage.locate._reduce import reduced
from gdcoverage.locate._search import Answer

MODELS = {
    "maximal": lambda covers, **options: maximal_covering(covers, None, 2, **options),
    "all": lambda covers, **options: partial_covering(covers, None, 1.0, **options),
    "partial": lambda covers, **options: partial_covering(covers, None, 0.9, **options),
    "backup": lambda covers, **options: backup_covering(
        covers, None, 2, maximal_covering(covers, None, 2, **options).sites, **options
    ),
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def scattered(seed, demand, sites, near, whole=True):
    """Random points and places in a unit square, covered within `near`, with weights."""
    random = np.random.default_rng(seed)
    places = random.random((sites, 2))
    covers = cdist(random.random((demand, 2)), places) <= near
    weights = random.integers(0, 100, demand) if whole else random.random(demand) * 1000
    return covers, weights.astype(float), random


def question_of(covers, weights=None, groups=(), costs=None):
    return asked(
        sparse.csc_array(covers), weights, costs=costs, fixed=(), forbidden=(), groups=groups,
        start=(), time_limit=10, tolerance=0,
    )  # fmt: skip


def most_by_milp(covers, weights, costs, budget, groups):
    """The maximal covering model as in the textbook, solved by scipy."""
    n, m = covers.shape
    claims = sparse.hstack([sparse.csr_array(covers.astype(float)), -sparse.eye_array(n)])
    limits = [LinearConstraint(claims.tocsr(), 0, np.inf)]
    limits.append(LinearConstraint(np.concatenate([costs, np.zeros(n)]), -np.inf, budget))
    for sites, most, _ in groups:
        members = np.zeros(m + n)
        members[sites] = 1
        limits.append(LinearConstraint(members, -np.inf, most))
    result = milp(
        np.concatenate([np.zeros(m), -weights]),
        integrality=np.repeat([1, 0], [m, n]),
        bounds=Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": 0},
    )
    return -result.fun


@pytest.mark.parametrize("seed", range(12))
def test_larger_worlds_agree_with_the_textbook_model(seed):
    covers, weights, random = scattered(seed, 150, 60, 0.18, whole=seed % 2 == 0)
    costs = None if seed % 3 else np.round(random.random(60) * 3, 1)
    groups = [
        Group(random.choice(60, 20, replace=False), int(random.integers(1, 4)))
        for _ in range(seed % 4)
    ]
    solution = maximal_covering(sparse.csc_array(covers), weights, 7, costs=costs, groups=groups)
    spent = np.ones(60) if costs is None else costs
    best = most_by_milp(covers, weights, spent, 7, groups)
    assert solution.objective == pytest.approx(best, rel=1e-6)
    assert solution.gap == 0


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_any_prices_bound_every_plan(seed, p):
    covers, weights, random = scattered(seed, 60, 20, 0.25)
    question = question_of(covers, weights, [Group(np.arange(8), 2)])
    plan = np.concatenate([random.permutation(8)[:2], 8 + random.permutation(12)])[:p]
    times = covers[:, plan].sum(axis=1)
    price, fee = random.random(60) * weights, random.random(1) * 50
    reached = float(weights[times >= 1].sum())
    model = question.model(weights, len(plan), np.inf)
    assert relaxed(model, price, fee).bound >= reached - 1e-6
    model = question.model(weights, np.inf, reached)
    assert relaxed(model, price / 100, fee / 100).bound <= len(plan) + 1e-6


def test_reduction_drops_dominated_sites_and_implied_rows():
    # Site 1 covers all that site 0 does; site 2 costs more for the same as site 1.
    covers = np.array([[1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
    question = question_of(covers, np.array([5.0, 4, 3, 2, 1]), costs=[1, 1, 2, 1])
    model = question.model(question.weights, 2, np.inf)
    small = reduced(model, question.allowed, np.empty(0, np.int64))
    assert small.names.tolist() == [1, 3]
    assert sorted(small.model.weight) == [5, 9]
    everything = np.array([1.0, 1, 1, 1, 0])
    model = question.model(everything, np.inf, 4.0)
    small = reduced(model, question.allowed, np.empty(0, np.int64))
    assert small.forced.tolist() == [1, 3]
    assert len(small.names) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=1), st.integers(0, 2**32 - 1))
def test_branch_and_bound_proves_what_trying_every_plan_finds(rows, seed):
    covers = np.array([[site in row for site in range(5)] for row in rows])
    weights = np.random.default_rng(seed).integers(1, 50, len(rows)).astype(float)
    question = question_of(covers, weights)
    plans = np.array(list(itertools.product([0, 1], repeat=5)))
    worths = (plans @ covers.T > 0) @ weights
    effort = question.effort()
    none = np.empty(0, np.int64)
    for p in range(1, 5):
        found = solve_exactly(question.model(weights, p, np.inf), none, 1.0, effort)
        assert round(found.bound) == worths[plans.sum(axis=1) <= p].max()
    for share in (0.5, 0.8, 1.0):
        target = np.ceil(share * worths.max())
        found = solve_exactly(question.model(weights, np.inf, target), np.arange(5), 1.0, effort)
        assert round(found.bound) == plans.sum(axis=1)[worths >= target].min()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_canonical_order_is_the_same_whatever_the_numbering(seed):
    covers, weights, random = scattered(seed, 40, 15, 0.3)
    row, site = random.permutation(40), random.permutation(15)
    models = []
    for matrix, worth in ((covers, weights), (covers[row][:, site], weights[row])):
        question = question_of(matrix, worth)
        model = question.model(worth, 4, np.inf)
        models.append(canonical(reduced(model, question.allowed, np.empty(0, np.int64)).model)[0])
    one, other = models[0].rows, models[1].rows
    assert np.array_equal(one.start, other.start)
    assert np.array_equal(one.items, other.items)
    assert np.array_equal(models[0].weight, models[1].weight)


def test_sites_do_not_depend_on_the_order_of_rows_and_columns():
    covers, weights, random = scattered(3, 400, 80, 0.12)
    row, site = random.permutation(400), random.permutation(80)
    given_order = maximal_covering(sparse.csc_array(covers), weights, 8)
    other_order = maximal_covering(sparse.csc_array(covers[row][:, site]), weights[row], 8)
    assert np.array_equal(np.sort(site[other_order.sites]), given_order.sites)


def test_there_is_a_plan_and_a_bound_whatever_the_time_limit():
    covers, _, _ = scattered(0, 4_000, 1_500, 0.05)
    matrix = sparse.csc_array(covers)
    for seconds in (0.0, 1.0):
        solution = partial_covering(matrix, None, 1.0, time_limit=seconds)
        assert solution.bound < solution.objective
        assert solution.status == "time_limit"
        assert 0 < solution.gap < 1
        assert solution.covered[solution.uncoverable].sum() == 0
        assert solution.covered.sum() + len(solution.uncoverable) == 4_000


def test_tolerance_ends_the_search_early():
    covers, _, _ = scattered(0, 4_000, 1_500, 0.05)
    solution = partial_covering(sparse.csc_array(covers), None, 1.0, tolerance=0.3, time_limit=30)
    assert solution.status == "tolerance"
    assert solution.gap <= 0.3


@every_model
def test_what_no_site_can_cover_is_listed_and_is_no_error(model):
    covers = sparse.csr_array(np.array([[1, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]]))
    solution = model(covers, forbidden=[2])
    assert solution.uncoverable.tolist() == [1, 3]
    assert solution.covered.tolist() == [True, False, True, False]
    assert solution.status == "optimal"


@every_model
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (2, 2)])
def test_nothing_to_cover_or_to_choose_is_no_error(model, shape):
    solution = model(sparse.csr_array(shape, dtype=bool))
    assert len(solution.sites) == 0
    assert solution.objective == solution.bound == solution.gap == 0
    assert len(solution.uncoverable) == shape[0]


def test_limits_of_groups_lower_what_is_asked_for():
    """Two of three sites are of one bank, which may have one more: then two rows of three."""
    covers = sparse.csr_array(np.eye(3, dtype=bool))
    groups = [Group(np.array([0, 1, 2]), 2), Group(np.array([0, 1]), 1)]
    solution = partial_covering(covers, None, 1.0, groups=groups)
    assert solution.objective == 2
    assert solution.covered.sum() == 2
    assert solution.status == "optimal"
    assert len(solution.uncoverable) == 0
    solution = partial_covering(covers, [5, 3, 1], 1.0, groups=groups)
    assert solution.sites.tolist() == [0, 2]


def test_a_further_plan_that_differs_is_a_group_of_the_first_ones_sites():
    covers, weights, _ = scattered(1, 300, 40, 0.15)
    matrix = sparse.csc_array(covers)
    first = maximal_covering(matrix, weights, 5)
    other = maximal_covering(matrix, weights, 5, groups=[Group(first.sites, 3)])
    assert np.isin(other.sites, first.sites).sum() <= 3
    assert other.objective <= first.objective


def test_sites_that_add_nothing_are_left_out():
    covers = sparse.csr_array(np.array([[1, 1, 0], [1, 0, 1]]))
    assert maximal_covering(covers, None, 3).sites.tolist() == [0]


def test_fixed_sites_are_free_and_count_in_no_group():
    covers = sparse.csr_array(np.eye(4, dtype=bool))
    groups = [Group(np.array([0, 1]), 1)]
    solution = maximal_covering(covers, None, 2, costs=[9, 1, 1, 9], fixed=[0], groups=groups)
    assert solution.sites.tolist() == [0, 1, 2]
    assert solution.objective == 3


def test_start_speeds_up_and_never_harms():
    covers, weights, _ = scattered(5, 300, 60, 0.15)
    matrix = sparse.csc_array(covers)
    best = maximal_covering(matrix, weights, 6)
    again = maximal_covering(matrix, weights, 6, start=best.sites, time_limit=0)
    assert again.objective == best.objective
    assert maximal_covering(matrix, weights, 6, start=[0, 1, 2]).objective == best.objective


def test_input_is_left_as_it_was():
    covers = sparse.coo_array(([1, 0, 1, 1], ([0, 1, 1, 1], [0, 0, 1, 1])), shape=(2, 2))
    before = covers.copy()
    solution = maximal_covering(covers, np.array([1.0, 2.0]), 1)
    assert solution.sites.tolist() == [1]
    assert (covers.coords[0] == before.coords[0]).all()
    assert (covers.data == before.data).all()
    csc = sparse.csc_array(covers)
    csc.data[0] = 0
    partial_covering(csc, None, 1.0)
    assert csc.nnz == 3


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"weights": [1, -1]}, "weights"),
        ({"weights": [1, np.nan]}, "weights"),
        ({"weights": [1]}, "weights"),
        ({"costs": [1, np.inf]}, "costs"),
        ({"p": -1}, "p"),
        ({"p": np.nan}, "p"),
        ({"fixed": [2]}, "fixed"),
        ({"fixed": [0.5]}, "fixed"),
        ({"forbidden": [-1]}, "forbidden"),
        ({"fixed": [1], "forbidden": [1]}, "both"),
        ({"groups": [Group(np.array([0]), -1)]}, "limit"),
        ({"groups": [Group(np.array([7]), 1)]}, "groups"),
        ({"time_limit": -1}, "time_limit"),
        ({"tolerance": np.nan}, "tolerance"),
        ({"covers": np.eye(2)}, "sparse"),
        ({"covers": sparse.csr_array(np.array([[np.nan, 1], [1, 1]]))}, "missing"),
    ],
)
def test_bad_input_is_named(options, word):
    usual = {"covers": sparse.csr_array(np.eye(2)), "weights": None, "p": 1}
    with pytest.raises(ValueError, match=word):
        maximal_covering(**usual | options)


def test_target_is_a_share():
    with pytest.raises(ValueError, match="target"):
        partial_covering(sparse.csr_array(np.eye(2)), None, 95)


def test_truth_values_and_numbers_name_the_same_sites():
    covers = sparse.csr_array(np.eye(3))
    by_number = maximal_covering(covers, None, 1, forbidden=[0], fixed=[2])
    by_truth = maximal_covering(
        covers, None, 1, forbidden=[True, False, False], fixed=[False, False, True]
    )
    assert by_number.sites.tolist() == by_truth.sites.tolist() == [1, 2]


def test_a_wrong_answer_does_not_pass_the_check():
    group = Group(np.array([0, 1]), 1)
    question = question_of(np.eye(3, dtype=bool), np.array([3.0, 2, 1]), [group])
    right = Answer(np.array([0, 2]), 4.0, 4.0)
    assert _answer.concluded(question, right, "covered weight", budget=2).objective == 4
    wrong = [
        right._replace(worth=5.0),  # not what it covers
        right._replace(sites=np.array([0, 1]), worth=5.0),  # too many of a group
        right._replace(sites=np.array([0]), worth=4.0),
    ]
    for answer in wrong:
        with pytest.raises(CheckError):
            _answer.concluded(question, answer, "covered weight", budget=2)
    with pytest.raises(CheckError, match="spent"):
        _answer.concluded(question, right, "covered weight", budget=1)
    with pytest.raises(CheckError, match="at least"):
        _answer.concluded(question, right, "covered weight", budget=2, least=5)


def test_a_solution_cannot_be_changed():
    solution = partial_covering(sparse.csr_array(np.eye(2)), None, 1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        solution.objective = 0.0  # type: ignore[misc]  # what the type forbids
