"""Effort is counted: the same answer whatever the clock does, and what it ends is told."""

import time

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist

from gdcoverage.kernels import compiling_s
from gdcoverage.locate import (
    _effort,
    backup_covering,
    maximal_covering,
    partial_covering,
    worst_covering,
)


def scattered(seed, demand=900, sites=300, near=0.11):
    """Random points and places in a unit square, covered within `near`, with weights."""
    random = np.random.default_rng(seed)
    covers = cdist(random.random((demand, 2)), random.random((sites, 2))) <= near
    return sparse.csc_array(covers), random.integers(1, 1_000, demand).astype(float)


def most(covers, weights, **options):
    return maximal_covering(covers, weights, 12, **options)


def share(covers, weights, **options):
    return partial_covering(covers, weights, 0.8, **options)


def everything(covers, weights, **options):
    return partial_covering(covers, None, 1.0, **options)


def twice(covers, weights, **options):
    return backup_covering(covers, weights, 12, np.arange(12), **options)


def worst(covers, weights, **options):
    number = np.arange(len(weights)) % 3
    shares = weights / np.bincount(number, weights)[number]
    return worst_covering(covers, shares, number, 12, np.arange(12), **options)


every_model = pytest.mark.parametrize("model", [most, share, everything, twice, worst])


def hurried(monkeypatch, times):
    """A clock that runs so many times as fast, as a machine so much busier makes it seem."""
    begun = time.monotonic()
    monkeypatch.setattr(_effort, "CLOCK_S", 3_000.0)
    monkeypatch.setattr(_effort, "monotonic", lambda: begun + times * (time.monotonic() - begun))


@every_model
@pytest.mark.parametrize("seconds", [0.05, 0.4])
def test_the_answer_is_the_same_however_fast_the_clock_runs(model, seconds, monkeypatch):
    covers, weights = scattered(3)
    answers = []
    for times in (1.0, 5.0, 0.2):
        with monkeypatch.context() as patch:
            hurried(patch, times)
            answers.append(model(covers, weights, time_limit=seconds))
    for other in answers[1:]:
        assert other.sites.tolist() == answers[0].sites.tolist()
        assert (other.bound, other.gap, other.status) == (
            answers[0].bound, answers[0].gap, answers[0].status,
        )  # fmt: skip


@every_model
def test_what_the_clock_ends_is_told(model, monkeypatch):
    """The clock is beyond the limit from the first look; plan and bound come all the same."""
    covers, weights = scattered(3)
    hours = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(_effort, "monotonic", lambda: float(next(hours)))
    found = model(covers, weights, time_limit=30)
    assert found.gap > 0
    assert found.status == "clock"


@every_model
def test_more_work_is_never_worse(model):
    covers, weights = scattered(4)
    few, many = (model(covers, weights, time_limit=seconds) for seconds in (0.0, 1.0))
    sign = -1 if model in (share, everything) else 1
    assert sign * many.objective >= sign * few.objective
    assert sign * many.bound <= sign * few.bound
    assert few.status == "time_limit"


def test_the_clock_stands_still_while_kernels_are_compiled(monkeypatch):
    """The first question after an installation has the answer of any other."""
    meter = _effort.Meter(1.0)
    later, compiled = time.monotonic() + 100.0, compiling_s() + 90.0
    monkeypatch.setattr(_effort, "monotonic", lambda: later)
    assert meter.time_left() == 0.0
    monkeypatch.setattr(_effort, "compiling_s", lambda: compiled)
    assert meter.time_left() == pytest.approx(13.0, abs=1.0)
    assert not meter.is_late()
