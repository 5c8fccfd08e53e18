"""Prices that bring the bound of `_lagrange` to that of the linear relaxation, which is not built.

The relaxation is a saddle point of plan and prices, and both walk towards it at once: primal-dual
hybrid gradient steps (Chambolle, Pock 2011) with a step of its own for each row and site (Pock,
Chambolle 2011), reflected and drawn back to where the walk last began (Halpern 1967), which begins
anew when it has come much nearer (Lu, Yang 2024; Applegate and others 2021). A step looks at each
pair of site and row once for the prices, and once at those of sites that the plan has in part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Floats
from gdcoverage.kernels import kernel
from gdcoverage.locate._effort import Effort
from gdcoverage.locate._lagrange import Relaxed, relaxed, scores, times_of
from gdcoverage.locate._model import CoverModel

# Begin anew once the distance has fallen to the first of these, or to the second and grows again;
# or when so much of all steps lie behind since.
NEARER, NEAR, LONG = 0.2, 0.8, 0.36
# Prices and plan take steps in proportion to the ways that they went; plans take so much longer
# ones where the bound has stalled once: found by trial on clustered points and p-median questions.
LEAN = 0.25
# As far as that goes: a plan that stands all but still would make it endless.
WEIGHTS = 1e-100, 1e100
# The bound is looked at after so many steps.
LOOK = 4
# Steps at most, and without progress: a share of them, but so many at least; progress is a gap
# closed by this share.
STEPS, IDLE, IDLE_STEPS, PROGRESS = 20_000, 0.25, 200, 0.005
# Units of a step for each row and each site.
STEP_WORK = 40.0


class Point(NamedTuple):
    """A plan in parts (shares of sites, claims of rows), its prices, and what follows from each."""

    plan: Floats
    price: Floats  # of rows, fees of groups, lifts of floors
    short: Floats  # of rows, groups, floors: what the plan has more than it must
    worth: Floats  # of sites, rows: what the prices give

    def mixed(self, mine: float, others: list[tuple[float, Point]]) -> Point:
        """A weighted sum of points."""
        sums = [mine * part for part in self]
        for weight, point in others:
            sums = [total + weight * part for total, part in zip(sums, point, strict=True)]
        return Point(*sums)


class _Saddle:
    """The relaxation of one model: its steps, and what they may not leave."""

    def __init__(self, model: CoverModel) -> None:
        self.model = model
        self.sites, self.rows, self.groups = len(model.cost), len(model.weight), len(model.limits)
        total = model.is_total()
        # Where rows are claimed as it pays, or all, claims need no steps of their own.
        self.claims = (model.is_targeted() and not total) or len(model.needed) > 0
        self.dearest = np.full(self.rows, np.inf)
        if not self.claims and not model.is_targeted():
            self.dearest = model.weight
        owners = model.floors.owners()
        self.owners = owners
        # A lift is a share, a price an amount.
        self.scale = float(model.weight.mean()) if self.rows else 1.0
        self.share = model.weight[owners] / self.scale
        self.needed = model.needed / self.scale
        each = np.bincount(owners, self.share, self.rows)
        members = np.bincount(model.groups.items, minlength=self.groups)
        sums = np.bincount(model.floors.items, self.share, len(model.needed))
        self.stride = 1 / np.maximum(model.rows.sizes() + model.groups.sizes(), 1.0)
        self.pace = 1 / np.maximum(
            np.concatenate([model.sites.sizes() + self.claims, members, sums]), 1e-9
        )
        self.given = -model.cost * model.is_targeted()
        if self.claims:
            self.stride = np.concatenate([self.stride, 1 / (1.0 + each)])
            gain = np.zeros(self.rows) if model.is_targeted() else model.weight
            self.given = np.concatenate([self.given, gain])

    def begun(self, start: Relaxed, sites: Floats) -> Point:
        plan, price = sites, np.concatenate([start.price, start.fee, start.lift * self.scale])
        if self.claims:
            claim = np.minimum(self._times(sites), 1.0)
            plan = np.concatenate([plan, claim])
        return Point(plan, price, self._short(plan), self._worth(price))

    def prices(self, point: Point) -> tuple[Floats, Floats, Floats, Floats]:
        """Prices, fees, lifts, and the score of each site."""
        fee = point.price[self.rows : self.rows + self.groups]
        lift = point.price[self.rows + self.groups :] / self.scale
        return point.price[: self.rows], fee, lift, point.worth[: self.sites]

    def stepped(self, at: Point, weight: float) -> Point:
        """The point a step further; primal steps are as much shorter as `weight` is larger."""
        stride, pace = self.stride / weight, self.pace * weight
        plan = self._allowed(at.plan + stride * (at.worth + self.given), stride)
        short = self._short(plan)
        price = at.price - pace * (2 * short - at.short)
        rows, end = self.rows, self.rows + self.groups
        if not self.claims:
            price[:rows] += pace[:rows]
        np.clip(price[:rows], 0.0, self.dearest, out=price[:rows])
        if self.groups:
            least = np.where(self.model.least > 0, self.model.least, -np.inf)
            held = np.clip(price[rows:end] / pace[rows:end], least, self.model.limits)
            price[rows:end] -= pace[rows:end] * held
        price[end:] = np.maximum(price[end:] + pace[end:] * self.needed, 0.0)
        return Point(plan, price, short, self._worth(price))

    def distance(self, a: Point, b: Point, weight: float) -> float:
        plan, price = self.lengths(a, b)
        cross = float((a.short - b.short) @ (a.price - b.price))
        return float(np.sqrt(max(weight * plan**2 + 2 * cross + price**2 / weight, 0.0)))

    def lengths(self, a: Point, b: Point) -> tuple[float, float]:
        """How far apart plans and prices are, in steps."""
        plan, price = a.plan - b.plan, a.price - b.price
        return (
            float(np.sqrt((plan * plan / self.stride).sum())),
            float(np.sqrt((price * price / self.pace).sum())),
        )

    def work(self, point: Point) -> float:
        """Units of one step."""
        model = self.model
        taken = model.rows.sizes()[point.plan[: self.sites] != 0].sum()
        return model.entries() + float(taken) + STEP_WORK * (self.rows + self.sites)

    def _allowed(self, plan: Floats, stride: Floats) -> Floats:
        model, sites = self.model, self.sites
        if not model.is_targeted():
            cost = stride[:sites] * model.cost
            _brought_down(plan[:sites], cost, model.cost, model.budget)
        else:
            np.clip(plan[:sites], 0.0, 1.0, out=plan[:sites])
        if self.claims:
            claims, most = plan[sites:], model.target if model.is_targeted() else 0.0
            # As many as must be: what is not claimed may not weigh more than the rest.
            spared = 1.0 - claims
            weight = stride[sites:] * model.weight
            _brought_down(spared, weight, model.weight, float(model.weight.sum()) - most)
            plan[sites:] = 1.0 - spared
        return plan

    def _times(self, share: Floats) -> Floats:
        return times_of(self.model.rows, share, self.rows)

    def _short(self, plan: Floats) -> Floats:
        model, sites = self.model, self.sites
        covered = self._times(plan[:sites])
        shares = plan[:sites][model.groups.owners()]
        held = np.bincount(model.groups.items, shares, self.groups).astype(np.float64)
        reached = np.zeros(len(model.needed))
        if self.claims:
            covered -= plan[sites:]
            claimed = self.share * plan[sites:][self.owners]
            reached = np.bincount(model.floors.items, claimed, len(model.needed)).astype(np.float64)
        return np.concatenate([covered, -held, reached])

    def _worth(self, price: Floats) -> Floats:
        model, end = self.model, self.rows + self.groups
        score = scores(model.rows, price[: self.rows], model.groups, price[self.rows : end])
        if not self.claims:
            return score
        lift = self.share * price[end:][model.floors.items]
        lifts = np.bincount(self.owners, lift, self.rows)
        return np.concatenate([score, lifts - price[: self.rows]])


def tightened(
    model: CoverModel,
    start: Relaxed,
    plan: Floats,
    goal: Callable[[Floats], float],
    effort: Effort,
    enough: Callable[[float, float], bool],
) -> tuple[Relaxed, Floats]:
    """Better prices, and the plan in parts that goes with them.

    Parameters
    ----------
    start : where to begin.
    plan : shares of sites to begin with, as of a known plan.
    goal : told shares of sites now and then, gives the worth of the best plan.
    effort : when to stop.
    enough : told bound and worth, whether the bound suffices.
    """
    saddle, best, worth = _Saddle(model), start, goal(start.share)
    sign = -1.0 if model.is_targeted() else 1.0
    at = anchor = saddle.begun(start, plan)
    weight = 1.0
    lengths = saddle.lengths(at, Point(*(0.0 * part for part in at)))
    if min(lengths) > 0:
        weight = float(np.clip(lengths[1] / lengths[0], *WEIGHTS))
    since, first, before, after = 0, np.inf, np.inf, at
    mark, marked, lean = best.bound, 0, 1.0
    for step in range(1, STEPS):
        if effort.is_over() or enough(best.bound, worth):
            break
        after = saddle.stepped(at, weight)
        effort.spend(saddle.work(after))
        if step % LOOK == 0:
            price, fee, lift, score = saddle.prices(after)
            now = relaxed(model, price, fee, lift, score)
            best = now if sign * (best.bound - now.bound) > 0 else best
        if sign * (mark - best.bound) > PROGRESS * sign * (mark - worth):
            mark, marked = best.bound, step
        elif step - marked > max(IDLE * step, IDLE_STEPS):
            if lean < 1.0:
                break
            lean, mark, marked = LEAN, best.bound, step
        distance = saddle.distance(after, at, weight)
        first = distance if since == 0 else first
        nearer = distance <= NEARER * first or (distance <= NEAR * first and distance > before)
        before = distance
        if distance == 0:
            break
        if since and (nearer or since >= LONG * step):
            worth = goal(after.plan[: saddle.sites])
            lengths = saddle.lengths(after, anchor)
            if min(lengths) > 0:
                ratio = np.sqrt(weight * lengths[1] / lengths[0] * lean)
                weight = float(np.clip(ratio, *WEIGHTS))
            at = anchor = Point(
                after.plan, after.price, saddle._short(after.plan), saddle._worth(after.price)
            )
            since = 0
        else:
            part = (since + 1) / (since + 2)
            at = after.mixed(2 * part, [(-part, at), (1 - part, anchor)])
            since += 1
    worth = goal(after.plan[: saddle.sites])
    return best, after.plan[: saddle.sites]


@kernel
def _brought_down(values, steps, amounts, room):  # type: ignore[no-untyped-def]
    """Clip values to 0..1, and lower them by one multiple of `steps` until they fit in `room`."""
    low, high, total = 0.0, 0.0, 0.0
    for k in range(len(values)):
        total += amounts[k] * min(max(values[k], 0.0), 1.0)
        if steps[k] > 0:
            high = max(high, values[k] / steps[k])
    if total > room:
        for _ in range(60):
            middle, total = (low + high) / 2, 0.0
            for k in range(len(values)):
                total += amounts[k] * min(max(values[k] - middle * steps[k], 0.0), 1.0)
            if total > room:
                low = middle
            else:
                high = middle
    else:
        high = 0.0
    for k in range(len(values)):
        values[k] = min(max(values[k] - high * steps[k], 0.0), 1.0)
