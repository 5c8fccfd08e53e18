"""One answer from all means: reduce, guess, bound, decide, and prove exactly what is left."""

from __future__ import annotations

from functools import cached_property
from time import monotonic
from typing import NamedTuple

import numpy as np

from gdcoverage.locate import _greedy as greedy
from gdcoverage.locate._exact import solve_exactly
from gdcoverage.locate._lagrange import decided, first_prices, tightened
from gdcoverage.locate._model import Bools, CoverModel, Floats, Ints
from gdcoverage.locate._reduce import canonical, reduced

# A model with more pairs of site and row than this is not handed to branch and bound.
EXACT_ENTRIES = 3_000_000
# Rounds of prices before the first try at a proof, and rounds of shaking without success.
PRICE_ROUNDS = 1_000
SHAKES = 50
# Relative size of differences that are rounding only.
ROUNDING = 1e-9


class Answer(NamedTuple):
    """Sites of the best plan found, its worth (value or cost), and the bound on any plan's."""

    sites: Ints
    worth: float
    bound: float


def solve(model: CoverModel, start: Ints, deadline: float, tolerance: float) -> Answer:
    """The best plan that time allows, with a bound that holds.

    Parameters
    ----------
    model : the model; a target must be within reach.
    start : sites of a plan to begin with; may be empty.
    deadline : `time.monotonic` when to stop.
    tolerance : relative gap at which to stop.
    """
    everything = np.ones(len(model.cost), np.bool_)
    small = reduced(model, everything, np.empty(0, np.int64))
    core, order = canonical(small.model)
    names = small.names[order]
    offset = small.cost if model.is_targeted() else small.value
    search = _Search(core, offset, deadline, tolerance)
    search.begin(np.flatnonzero(np.isin(names, start)))
    search.run()
    sites = np.sort(np.concatenate([small.forced, names[search.sites()]]))
    return Answer(sites, offset + search.worth(), offset + search.bound)


class _Search:
    """The best plan and the best bound so far of one model, and the means to better them."""

    def __init__(
        self, model: CoverModel, offset: float, deadline: float, tolerance: float
    ) -> None:
        self.model = model
        self.offset = offset
        self.deadline = deadline
        self.tolerance = tolerance
        self.sign = -1.0 if model.is_targeted() else 1.0
        self.noise = 1e-10 * max(model.first.sum(), 1e-300)
        self.grain = _grain(model.cost if model.is_targeted() else _worths(model))
        self.bound = self.sign * np.inf
        self.best = greedy.empty_plan(model)
        self.random = np.random.default_rng(0)

    def sites(self) -> Ints:
        return np.flatnonzero(self.best.chosen)

    def worth(self) -> float:
        return float(self.best.total[1 if self.model.is_targeted() else 0])

    def begin(self, sites: Ints) -> None:
        """Complete a given plan greedily, or begin from nothing."""
        model = self.model
        greedy.follow(model, self.best, sites, model.budget)
        self._complete(self.best)

    def run(self) -> None:
        self._bound(PRICE_ROUNDS)
        self._shake(SHAKES)
        if not self.is_done():
            self._prove()
        while not self.is_done() and monotonic() < self.deadline:
            self._shake(SHAKES)

    def is_done(self) -> bool:
        return self._suffices(self.bound, self.worth())

    def _suffices(self, bound: float, worth: float) -> bool:
        distance = self.sign * (bound - worth)
        scale = abs(bound + self.offset) + 1e-300
        return distance < max(self.grain * (1 - 1e-6), ROUNDING * scale, self.tolerance * scale)

    def _complete(self, plan: greedy.State) -> None:
        model = self.model
        added = np.empty(len(model.cost), np.int64)
        greedy.fill(model, plan, model.budget, model.target, self.noise, added)
        if model.is_targeted():
            greedy.shed(model, plan, model.target, np.inf, self.noise)
        else:
            greedy.swap(model, plan, model.budget, model.target, self.noise)

    def _keep(self, plan: greedy.State) -> bool:
        """Take a plan as the best if it is better."""
        at = 1 if self.model.is_targeted() else 0
        reaches = plan.total[0] >= self.model.target - self.noise
        better = self.sign * (plan.total[at] - self.best.total[at]) > ROUNDING * abs(plan.total[at])
        if better and (reaches or not self.model.is_targeted()):
            greedy.copy_plan(self.best, plan)
            return True
        return False

    def _bound(self, rounds: int) -> None:
        def goal(share: Floats) -> float:
            plan = greedy.empty_plan(self.model)
            order = np.argsort(-share, kind="stable")
            greedy.follow(self.model, plan, order[share[order] > 0.2], self.model.budget)
            self._complete(plan)
            self._keep(plan)
            return self.worth()

        prices = first_prices(self.model, self.sites())
        self.prices = tightened(self.model, prices, goal, rounds, self.deadline, self._suffices)
        self._lower(self.prices.bound)

    def _lower(self, bound: float) -> None:
        if self.grain and np.isfinite(bound):
            steps = self.sign * bound / self.grain
            bound = self.sign * np.floor(steps + 1e-6 + ROUNDING * abs(steps)) * self.grain
        self.bound = self.sign * min(self.sign * self.bound, self.sign * bound)

    def _shake(self, rounds: int) -> None:
        model = self.model
        plan = greedy.empty_plan(model)
        greedy.copy_plan(plan, self.best)
        for _ in range(rounds):
            if monotonic() > self.deadline or self.is_done():
                return
            budget = model.budget
            if model.is_targeted():
                budget = self.worth() - max(self.grain, ROUNDING * self.worth())
            value = plan.total[0]
            before = plan
            plan = greedy.empty_plan(model)
            greedy.copy_plan(plan, before)
            centre = self.random.integers(len(model.cost))
            most = self.random.integers(2, 7)
            greedy.shake(model, plan, centre, most)
            greedy.shed(model, plan, np.inf, budget, self.noise)
            greedy.swap(model, plan, budget, model.target, self.noise)
            if model.is_targeted() and plan.total[0] >= model.target - self.noise:
                greedy.shed(model, plan, model.target, np.inf, self.noise)
                self._keep(plan)
            elif not model.is_targeted() and self._keep(plan):
                pass
            elif plan.total[0] < value - self.noise:
                plan = before

    def _prove(self) -> None:
        """Leave out what the prices decide and solve the rest by branch and bound."""
        model, worth = self.model, self.worth()
        step = max(self.grain, ROUNDING * abs(worth))
        never, always = decided(model, self.prices, worth + self.sign * step)
        print("decided", never.sum(), always.sum(), "of", len(never), "gap", self.bound, worth)
        small = reduced(model, ~never, np.flatnonzero(always))
        print("left", len(small.model.cost), len(small.model.first), small.model.entries(), len(small.forced))
        if small.model.entries() > EXACT_ENTRIES: return
        if model.is_targeted() and small.model.first.sum() < small.model.target - self.noise:
            self._lower(worth)
            return
        start = np.flatnonzero(self.best.chosen[small.names])
        exact = solve_exactly(small.model, start, self.grain, self.deadline - monotonic())
        print(exact)
        offset = small.cost if model.is_targeted() else small.value
        if exact.sites is not None:
            plan = greedy.empty_plan(model)
            greedy.follow(model, plan, np.concatenate([small.forced, small.names[exact.sites]]), np.inf)
            self._keep(plan)
        limit = self.worth() if exact.proven else offset + exact.bound
        self._lower(self.sign * max(self.sign * limit, self.sign * self.worth()))


def _worths(model: CoverModel) -> Floats:
    return np.concatenate([model.first, model.second])


def _grain(values: Floats) -> float:
    """The largest number that every value is a multiple of, where all are whole; else 0."""
    whole = values.astype(np.int64)
    return float(np.gcd.reduce(whole)) if len(values) and (whole == values).all() else 0.0
