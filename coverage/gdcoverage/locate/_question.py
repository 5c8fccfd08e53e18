"""What is asked, checked and brought into one form: cover sets, weights, costs and conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.locate._effort import Effort, Meter
from gdcoverage.locate._model import CoverModel, Lists, listed, transposed
from gdcoverage.locate._search import ROUNDING, grain
from gdcoverage.locate._solution import Floor, Group


@dataclass(frozen=True)
class Question:
    """A covering question whose every part has been checked."""

    given: Any  # the sparse matrix as it came
    covers: sparse.csc_array  # demand x site, an entry where covered
    weights: Floats
    costs: Floats
    fixed: Ints
    allowed: Bools
    groups: tuple[Group, ...]
    floors: tuple[Floor, ...]
    start: Ints
    meter: Meter
    tolerance: float

    def effort(self, share: float = 1.0) -> Effort:
        """When to stop, if only this share of the work left may be done."""
        return Effort(self.meter, self.meter.limit, self.tolerance).part(share)

    def coverable(self) -> Bools:
        """Of each demand row, whether a fixed or allowed site covers it."""
        usable = self.allowed.copy()
        usable[self.fixed] = True
        found = np.zeros(self.covers.shape[0], np.bool_)
        found[self.covers.indices[np.repeat(usable, np.diff(self.covers.indptr))]] = True
        return found

    def model(self, weight: Floats, budget: float, target: float) -> CoverModel:
        """The covering model; fixed sites cost nothing and count in no group."""
        floor = np.repeat(np.arange(len(self.floors)), [len(one.rows) for one in self.floors])
        row = np.concatenate([np.empty(0, np.int64), *(one.rows for one in self.floors)])
        rows = Lists(self.covers.indptr.astype(np.int64), self.covers.indices.astype(np.int32))
        cost = self.costs.copy()
        cost[self.fixed] = 0.0
        members = [np.setdiff1d(group.sites, self.fixed) for group in self.groups]
        owner = np.repeat(np.arange(len(members)), [len(sites) for sites in members])
        site = np.concatenate([np.empty(0, np.int64), *members])
        return CoverModel(
            rows,
            transposed(rows, len(weight)),
            weight,
            cost,
            listed(site, owner, len(cost)),
            np.array([group.limit for group in self.groups], np.int64),
            np.array([group.least for group in self.groups], np.int64),
            listed(row, floor, len(weight)),
            np.array([least_of(one.least, self.weights[one.rows]) for one in self.floors], float),
            budget,
            target,
        )


def least_of(amount: float, weights: Floats) -> float:
    """The least sum of some of the weights that reaches an amount; rounding is worth no site."""
    if unit := grain(weights):
        return float(np.ceil(amount / unit - 1e-6) * unit)
    return amount * (1 - ROUNDING)


class Options(TypedDict, total=False):
    """What all covering models take; the package says what each is."""

    costs: ArrayLike | None
    fixed: ArrayLike
    forbidden: ArrayLike
    groups: Sequence[tuple[ArrayLike, int] | tuple[ArrayLike, int, int]]
    floors: Sequence[tuple[ArrayLike, float]]
    start: ArrayLike
    time_limit: float
    tolerance: float


def asked(covers: Any, weights: ArrayLike | None, **options: Unpack[Options]) -> Question:
    """Check a question as the public functions take it. ValueError says what is wrong."""
    meter = Meter(positive(options.get("time_limit", 60.0), "time_limit"))
    matrix = _cover_sets(covers)
    demand, sites = matrix.shape
    groups = [Group(*group) for group in options.get("groups", ())]
    chosen = site_numbers(options.get("fixed", ()), sites, "fixed")
    barred = site_numbers(options.get("forbidden", ()), sites, "forbidden")
    if (both := np.intersect1d(chosen, barred)).size:
        raise ValueError(f"site {both[0]} is both fixed and forbidden; leave it out of one")
    allowed = np.ones(sites, np.bool_)
    allowed[np.concatenate([chosen, barred])] = False
    for _, limit, least in groups:
        for number in (limit, least):
            if number < 0 or number != int(number):
                raise ValueError(f"a group's limit is {number}; give a whole number from 0")
        if least > limit:
            raise ValueError(f"a group has at least {least} and at most {limit}; raise the limit")
    return Question(
        covers,
        matrix,
        amounts(weights, demand, "weights"),
        amounts(options.get("costs"), sites, "costs"),
        chosen,
        allowed,
        tuple(
            Group(site_numbers(members, sites, "groups"), int(limit), int(least))
            for members, limit, least in groups
        ),
        tuple(
            Floor(site_numbers(rows, demand, "floors"), positive(least, "a floor"))
            for rows, least in options.get("floors", ())
        ),
        site_numbers(options.get("start", ()), sites, "start"),
        meter,
        positive(options.get("tolerance", 0.0), "tolerance"),
    )


def _cover_sets(covers: Any) -> sparse.csc_array:
    """Demand x site as sorted cover sets, without what is stored as zero."""
    if not sparse.issparse(covers) or covers.ndim != 2:
        raise ValueError("covers must be a scipy sparse matrix, demand x site")
    matrix = sparse.csc_array(covers)
    if matrix.data.dtype.kind not in "biuf" or np.isnan(matrix.data).any():
        raise ValueError("covers must hold truth values or numbers, none of them missing")
    if not (matrix.data.all() and matrix.has_canonical_format):
        matrix = matrix.copy()
        matrix.data = matrix.data != 0
        matrix.eliminate_zeros()
        matrix.sum_duplicates()
    return matrix


def amounts(values: ArrayLike | None, count: int, name: str) -> Floats:
    """One finite number from 0 for each of `count` things; all 1 where nothing is given."""
    if values is None:
        return np.ones(count)
    array = np.asarray(values, np.float64)
    if array.shape != (count,):
        raise ValueError(f"{name} has shape {array.shape}; {count} numbers are needed")
    if wrong := int((~np.isfinite(array) | (array < 0)).sum()):
        at = int(np.argmin(np.isfinite(array) & (array >= 0)))
        raise ValueError(
            f"{name} holds {wrong} missing or negative numbers, the first {array[at]} at {at}"
        )
    return array


def site_numbers(sites: ArrayLike, count: int, name: str) -> Ints:
    """Column numbers, ascending, from numbers in any order or one truth value for each site."""
    array = np.asarray(sites)
    if array.dtype == np.bool_ and array.shape == (count,):
        return np.flatnonzero(array)
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold site numbers, or one truth value for each site")
    numbers = np.unique(array.astype(np.int64).ravel())
    if numbers.size and not 0 <= numbers[0] <= numbers[-1] < count:
        raise ValueError(f"{name} holds site {numbers[-1]}; sites are numbered 0 to {count - 1}")
    return numbers


def positive(value: float, name: str) -> float:
    """A number from 0."""
    if not value >= 0:
        raise ValueError(f"{name} is {value}; give a number from 0")
    return float(value)
