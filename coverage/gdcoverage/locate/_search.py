"""One model from all means: guess, bound, search, decide, and prove exactly what is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.locate import _greedy as greedy
from gdcoverage.locate._effort import Effort
from gdcoverage.locate._exact import solve_exactly
from gdcoverage.locate._highs import ROUNDING as HIGHS_ROUNDING
from gdcoverage.locate._lagrange import Relaxed, decided, first_prices, relaxed
from gdcoverage.locate._model import CoverModel, times_covered
from gdcoverage.locate._prices import tightened
from gdcoverage.locate._reduce import reduced
from gdcoverage.locate._rework import near, reworked
from gdcoverage.locate._weighting import cheaper_cover

# A model with more pairs of site and row than this is not handed to branch and bound.
EXACT_ENTRIES = 3_000_000
# A site that relaxed plans have this often is tried in the next plan.
LIKELY = 0.2
# One that they have less often is not, where a search is to be fast.
SELDOM = 1e-3
# Rounds of search without success before a proof is tried; and where rounds are fast.
PATIENCE, NARROW_PATIENCE = 30, 1_000
# Sites that are chosen anew together, at first and at least; how many times more next time where
# that was done to the end, and where not; what may be spent on it: a second's worth.
AROUND, LEAST_AROUND, WIDER, NARROWER, REWORK_WORK = 100.0, 10.0, 1.01, 0.9, 450e6
# Pairs of site and row looked at in one round of weighting local search: tenths of a second.
ROUND_WORK = 50_000_000
# Its steps in one round for each site and row, at most.
STEPS_PER_THING = 5
# Relative size of differences of our sums that are rounding only.
ROUNDING = 1e-9


class Answer(NamedTuple):
    """Sites of the best plan found, its worth (value or cost), and the bound on any plan's."""

    sites: Ints
    worth: float
    bound: float


class Search:
    """The best plan and the best bound so far of one model, and the means to better them."""

    def __init__(self, model: CoverModel, offset: float, effort: Effort) -> None:
        self.model = model
        self.offset = offset
        self.effort = effort
        self.sign = -1.0 if model.is_targeted() else 1.0
        self.noise = 1e-10 * float(model.weight.sum())
        worths = model.cost if model.is_targeted() else model.weight
        self.grain = grain(worths)
        self.bound = 0.0 if model.is_targeted() else float(model.weight.sum())
        self.best = greedy.empty_plan(model, self.effort.meter.work)
        self.random = np.random.default_rng(0)
        self.shares = np.zeros(len(model.cost))  # of sites, in relaxed plans
        self.around = AROUND  # sites to choose anew together
        self.centres: Iterator[int] = iter(())  # around which this is still to be done
        self.is_hopeless = False  # proven that no plan keeps the conditions

    def run(self, start: Ints) -> None:
        """Guess, bound, search, prove; then search on while there is time and a gap."""
        greedy.follow(self.model, self.best, start, self.model.budget)
        self._complete(self.best)
        if not len(self.model.cost):
            self.bound, self.is_hopeless = self.worth(), self.is_short()
            return
        tenth = self.effort.left() / 10
        best_relaxed = self._tighten(self._but(6 * tenth))
        self._narrow(self._but(2 * tenth), NARROW_PATIENCE)
        self._search(self._but(2 * tenth), PATIENCE)
        self._prove(best_relaxed)
        self._narrow(self.effort, None)
        self._search(self.effort, None)
        # What a plan does not need, it does not have.
        greedy.shed(self.model, self.best, self.best.total[0], np.inf, self.noise)

    def _but(self, units: float) -> Effort:
        return self.effort._replace(until=self.effort.until - units)

    def sites(self) -> Ints:
        return np.flatnonzero(self.best.chosen)

    def is_short(self) -> bool:
        """Whether no plan that reaches the target and keeps the conditions is known."""
        return self._is_below(self.best)

    def worth(self) -> float:
        """Value or cost of the best plan; worse than any plan's if none is known."""
        if self.is_short():
            return float(self.model.cost.sum()) + 1.0 if self.model.is_targeted() else -1.0
        return float(self.best.total[1 if self.model.is_targeted() else 0])

    def is_done(self, bound: float | None = None, worth: float | None = None) -> bool:
        """Whether the gap is within the tolerance, or too small for a better plan to fit in."""
        if self.is_short():
            return self.is_hopeless
        bound = self.bound if bound is None else bound
        distance = self.sign * (bound - (self.worth() if worth is None else worth))
        scale = abs(bound + self.offset)
        return bool(
            distance < self.grain * (1 - 1e-6)
            or distance <= max(ROUNDING, self.effort.tolerance) * scale
        )

    def _is_below(self, plan: greedy.State) -> bool:
        short = self.model.is_targeted() and plan.total[0] < self.model.target - self.noise
        return bool(short or greedy.lack(self.model, plan) > greedy.HAIR)

    def _complete(self, plan: greedy.State) -> None:
        """Fill a plan greedily and better it by swaps, or rid it of what its target spares."""
        model, room = self.model, np.empty(len(self.model.cost), np.int64)
        greedy.fill(model, plan, model.budget, model.target, self.noise, room)
        if not model.is_targeted() or self._is_below(plan):
            greedy.swap(model, plan, model.budget, model.target, self.noise)
        if model.is_targeted():
            greedy.shed(model, plan, model.target, np.inf, self.noise)

    def _keep(self, plan: greedy.State) -> bool:
        """Take a plan as the best if it is better; whether it is."""
        worth = plan.total[1 if self.model.is_targeted() else 0]
        gain = self.sign * (worth - self.worth())
        if self._is_below(plan) or gain <= ROUNDING * abs(worth):
            return False
        greedy.copy_plan(self.best, plan)
        return True

    def _keep_sites(self, sites: Ints) -> bool:
        plan = greedy.empty_plan(self.model, self.effort.meter.work)
        greedy.follow(self.model, plan, sites, self.model.budget)
        self._complete(plan)
        return self._keep(plan)

    def _tighten(self, effort: Effort) -> Relaxed:
        """Better the bound by prices, and try the plans that they suggest."""
        model = self.model

        def worth(share: Floats) -> float:
            order = np.argsort(-share, kind="stable")
            self._keep_sites(order[share[order] > LIKELY])
            return self.worth()

        now = relaxed(model, first_prices(model, self.sites()), np.zeros(len(model.limits)))
        plan = self.best.chosen.astype(np.float64)
        best, self.shares = tightened(model, now, plan, worth, effort, self.is_done)
        if self.is_short():
            # A plan is worth nothing at least, and costs no more than all sites.
            worst = float(model.cost.sum()) if model.is_targeted() else 0.0
            beyond = self.sign * (worst - best.bound)
            self.is_hopeless = beyond > HIGHS_ROUNDING * (1 + abs(worst) + self.noise * 1e10)
        self._bound_by(best.bound)
        return best

    def _bound_by(self, bound: float) -> None:
        """Take a bound if it is better; worths come in grains, and never pass the best plan's."""
        if self.grain and np.isfinite(bound):
            grains = self.sign * bound / self.grain
            bound = self.sign * np.floor(grains + 1e-6 + ROUNDING * abs(grains)) * self.grain
        tighter = min(self.sign * self.bound, self.sign * bound)
        self.bound = self.sign * max(tighter, self.sign * self.worth())

    def _search(self, effort: Effort, patience: int | None) -> None:
        """Look for better plans until effort or patience ends: by shaking, then part by part."""
        failed, place = 0, greedy.copy_of(self.model, self.best)
        weight = np.ones(len(self.model.weight))
        while not (effort.is_over() or self.is_done() or failed == patience):
            if self.model.is_total() and not self.model.is_two_sided():
                better = self._reweigh(place.chosen, weight)
            elif failed < NARROW_PATIENCE or self.is_short():
                better = self._shake(place)
            else:
                better = self._rework(place, effort)
            failed = 0 if better else failed + 1

    def _reweigh(self, place: Bools, weight: Floats) -> bool:
        """One round of weighting local search from `place`; whether it found a better plan."""
        sizes, count = self.model.sites.sizes(), len(self.model.cost)
        step_work = 2 * (sizes @ sizes) / count + 2 * count
        most = STEPS_PER_THING * (count + len(sizes))
        steps = int(min(float(ROUND_WORK / step_work), most)) + 1
        seed = int(self.random.integers(2**31))
        chosen = self.best.chosen.copy()
        better = cheaper_cover(
            self.model, chosen, place, weight, steps, seed, self.effort.meter.work
        )
        return better and self._keep_sites(np.flatnonzero(chosen))

    def _shake(self, place: greedy.State) -> bool:
        """Shake the plan at `place`, climb again, move there if no worse; whether it is the best.

        For a target, the plan at `place` may cost no more than would be better than the best,
        and climbs until it reaches the target.
        """
        model, budget = self.model, self.model.budget
        if model.is_targeted():
            budget = self.worth() - max(self.grain, ROUNDING * self.worth())
            greedy.shed(model, place, np.inf, budget, self.noise)
        plan = greedy.copy_of(model, place)
        centre, most = self.random.integers(len(model.cost)), self.random.integers(2, 7)
        greedy.shake(model, plan, centre, most)
        greedy.shed(model, plan, np.inf, budget, self.noise)
        greedy.swap(model, plan, budget, model.target, self.noise)
        change = greedy.lack(model, plan) - greedy.lack(model, place)
        no_worse = plan.total[0] >= place.total[0] - self.noise
        if change < -greedy.HAIR or (change <= greedy.HAIR and no_worse):
            greedy.copy_plan(place, plan)
        if model.is_targeted():
            greedy.shed(model, plan, model.target, np.inf, self.noise)
        return self._keep(plan)

    def _rework(self, place: greedy.State, effort: Effort) -> bool:
        """Choose anew, exactly, what lies around a site and some sites elsewhere, with which it may
        trade; whether a better plan was found. One as good takes the best one's place.
        """
        model, best = self.model, self.best
        centre = next(self.centres, None)
        if centre is None:
            self.centres = iter(self.random.permutation(len(model.cost)).tolist())
            centre = next(self.centres)
        limit = min(effort.until, float(effort.meter.work[0]) + REWORK_WORK)
        effort = effort._replace(until=limit, tolerance=0.0)
        effort.spend(model.entries())
        count = int(self.around)
        free = near(model, centre, count // 2)
        elsewhere = self.random.permutation(len(model.cost))[: count - len(free)]
        found = reworked(model, best.chosen, np.union1d(free, elsewhere), self.grain, effort)
        done = found is not None and found.proven
        self.around = max(self.around * (WIDER if done else NARROWER), LEAST_AROUND)
        if found is None:
            return False
        plan = greedy.empty_plan(model, effort.meter.work)
        greedy.follow(model, plan, found.sites, model.budget)
        self._complete(plan)
        worth = plan.total[1 if model.is_targeted() else 0]
        if self._is_below(plan) or self.sign * (worth - self.worth()) < -self.noise:
            return False
        better = self._keep(plan)
        greedy.copy_plan(best, plan)
        greedy.copy_plan(place, plan)
        return better

    def _narrow(self, effort: Effort, patience: int | None) -> None:
        """Search among the sites that relaxed plans have in part, where steps are short."""
        model = self.model
        likely = (self.shares > SELDOM) | self.best.chosen
        if self.is_done() or 2 * likely.sum() > len(likely):
            return
        small = reduced(model, likely, np.empty(0, np.int64))
        inner = Search(small.model, self.offset + small.value, effort)
        greedy.follow(
            small.model,
            inner.best,
            np.flatnonzero(self.best.chosen[small.names]),
            small.model.budget,
        )
        inner._complete(inner.best)
        inner.bound = self.bound - (small.cost if model.is_targeted() else small.value)
        inner._search(effort, patience)
        self._keep_sites(np.concatenate([small.forced, small.names[inner.sites()]]))

    def _prove(self, best: Relaxed) -> None:
        """Leave out what the prices decide and solve the rest by branch and bound."""
        model, worth = self.model, self.worth()
        if self.is_done() or self.effort.is_over():
            return
        better, rounding = max(self.grain, ROUNDING * abs(worth)), ROUNDING * abs(best.bound)
        never, always = decided(best, self.sign * (best.bound - worth) - better + rounding)
        if self.is_short():
            never, always = np.zeros_like(never), np.zeros_like(always)
        if model.is_targeted() and _reach(model, ~never) < model.target - self.noise:
            self._bound_by(worth)
            return
        small = reduced(model, ~never, np.flatnonzero(always))
        if small.model.entries() > EXACT_ENTRIES:
            return
        if not is_possible(small.model):
            # No plan that is better than the best.
            self.is_hopeless = self.is_short()
            self._bound_by(worth)
            return
        start = np.flatnonzero(self.best.chosen[small.names])
        effort = self.effort._replace(tolerance=0.0)
        values, bound, proven = solve_exactly(small.model, start, self.grain, effort)
        if values is None and proven:
            self.is_hopeless = self.is_short()
            self._bound_by(worth)
            return
        if values is not None:
            found = np.flatnonzero(values[: len(small.names)] > 0.5)
            self._keep_sites(np.concatenate([small.forced, small.names[found]]))
        bound += small.cost if model.is_targeted() else small.value
        rounding = HIGHS_ROUNDING * abs(bound + self.offset)
        if proven and self.sign * (bound - self.worth()) <= rounding:
            bound = self.worth()
        self._bound_by(bound)


def is_possible(model: CoverModel) -> bool:
    """Whether no group and no floor alone asks for more than there is."""
    members = np.bincount(model.groups.items, minlength=len(model.limits))
    floors = model.floors
    weights = np.bincount(floors.items, model.weight[floors.owners()], len(model.needed))
    enough = members >= model.least
    return bool(
        (enough & (model.limits >= model.least)).all()
        and (weights >= model.needed * (1 - ROUNDING)).all()
    )


def _reach(model: CoverModel, allowed: Bools) -> float:
    """What could be covered by all `allowed` sites together."""
    return float(model.weight[times_covered(model, allowed) > 0].sum())


def grain(values: Floats) -> float:
    """The largest number that every value is a multiple of, where all are whole; else 0."""
    if not len(values) or values.max() > 2**53 or (values % 1).any():
        return 0.0
    return float(np.gcd.reduce(values.astype(np.int64)))
