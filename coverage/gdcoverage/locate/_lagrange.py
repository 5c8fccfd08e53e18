"""A bound that holds for every plan, from prices on rows; and which sites it already decides.

Let a price be paid for each row that counts as covered, and given to each site that covers it; a
fee likewise for each place in a group, or a grant (a negative fee) where the group needs sites;
and let a floor lift the worth of its rows by a share, in return for what it needs. Then rows and
sites are chosen apart. With

    worth_i = weight_i (1 + lifts of its floors),    score_j = prices of rows - fees of groups,
    fees = sum_g fee_g limit_g (or least_g, of grants),  lifts = sum_f lift_f needed_f

within a budget

    sum_i (worth_i - price_i)+  +  fees  -  lifts  +  the most of score_j x_j within the budget

is no less than any plan's value; and for a target

    the least of (price_i + weight_i - worth_i) y_i whose weight_i y_i reaches the target
    + sum_j min(0, cost_j - score_j)  -  fees  +  lifts

is no more than any plan's cost. Prices follow averaged subgradients, and the bound tends to that
of the linear relaxation, which is never built. Held, Wolfe, Crowder (1974); Barahona, Anbil
(2000); for covering Galvao, ReVelle (1996) and Caprara, Fischetti, Toth (1999).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.kernels import kernel
from gdcoverage.locate._effort import Effort
from gdcoverage.locate._model import CoverModel

# How much of each new subgradient enters the average.
FRESH = 0.1
# Rounds without progress before steps shorten, by how much, and when they are too short.
PATIENCE = 20
SHORTENING = 0.6
SHORTEST = 3e-4
# Progress is a gap closed by this share.
PROGRESS = 1e-4
# Rounds at most.
ROUNDS = 5_000


class Relaxed(NamedTuple):
    """Prices, the relaxed plan that is best at them, and the bound that it gives."""

    bound: float
    price: Floats  # of each row
    fee: Floats  # of each group; a grant where negative
    lift: Floats  # of each floor
    share: Floats  # of each site, 0..1: how far the relaxed plan has it
    lack: Floats  # of each row: how far it is claimed as covered but is not
    crowd: Floats  # of each group: sites beyond its limit, or (negative) lacking
    want: Floats  # of each floor: weight that the claims lack
    excess: Floats  # of each site: what the bound loses by going against the relaxed plan


def first_prices(model: CoverModel, sites: Ints) -> Floats:
    """Prices to begin with: low where a good plan covers often, or where one site covers much."""
    if model.is_targeted():
        rate = model.cost / np.maximum(model.rows.sizes(), 1)
        return _least(model.sites.start, model.sites.items, rate)
    taken = np.zeros(len(model.cost))
    taken[sites] = 1.0
    return model.weight / np.maximum(_times(model.rows, taken, len(model.weight)), 1.0) ** 2


def worths(model: CoverModel, lift: Floats) -> Floats:
    """What each row is worth when its floors are lifted so."""
    if not len(lift):
        return model.weight
    floors = model.floors
    lifts = np.bincount(floors.owners(), lift[floors.items], len(model.weight))
    return model.weight * (1.0 + lifts)


def relaxed(model: CoverModel, price: Floats, fee: Floats, lift: Floats | None = None) -> Relaxed:
    """The best relaxed plan of a covering model at these prices, fees and lifts."""
    lift = np.zeros(len(model.needed)) if lift is None else lift
    score = _scores(model.rows, price, model.groups, fee)
    worth = worths(model, lift)
    fees = float(fee @ np.where(fee > 0, model.limits, model.least))
    lifts = float(lift @ model.needed)
    if model.is_targeted():
        net = price + model.weight - worth
        claim = filled(model.weight / np.maximum(net, 1e-290), model.weight, model.target)[0]
        claim = np.where(net < 0, 1.0, claim)
        saved = score - model.cost
        share = (saved > 0).astype(np.float64)
        bound = float(net @ claim) - float(saved @ share) - fees + lifts
        excess = np.abs(saved).astype(np.float64)
    else:
        rates = score / np.maximum(model.cost, 1e-12)
        share, excess = filled(rates, model.cost, model.budget)
        spared = np.maximum(worth - price, 0)
        bound = float(spared.sum()) + float(score @ share) + fees - lifts
        claim = np.ones(len(price))
    times = _times(model.rows, share, len(model.weight))
    if len(lift) and not model.is_targeted():
        # Where a row is claimed or not with the same worth, as far as it is covered.
        claim = np.where(price >= worth * (1 - 1e-12), np.minimum(times, 1.0), 1.0)
    held = np.bincount(model.groups.items, share[model.groups.owners()], len(model.limits))
    kept = np.where(fee > 0, model.limits, np.where(fee < 0, model.least, held))
    crowd = held - np.clip(kept, model.least, model.limits)
    floors = model.floors
    claimed = np.bincount(floors.items, (model.weight * claim)[floors.owners()], len(model.needed))
    want = model.needed - claimed
    return Relaxed(bound, price, fee, lift, share, claim - times, crowd, want, excess)


def filled(rates: Floats, amounts: Floats, room: float) -> tuple[Floats, Floats]:
    """Shares that fill `room` by highest positive rate, and what going against each would lose.

    Where whole things fill the room, any rate from that of the last taken to that of the next
    proves the same value; else only the rate of the thing taken in part does.
    """
    order = np.argsort(-rates, kind="stable")
    order = order[: np.searchsorted(-rates[order], 0.0)]
    sums = np.cumsum(amounts[order])
    whole = int(np.searchsorted(sums, room, side="right"))
    share = np.zeros(len(rates))
    share[order[:whole]] = 1.0
    left = room - (sums[whole - 1] if whole else 0.0)
    following = 0.0
    if whole < len(order):
        share[order[whole]] = max(left, 0.0) / amounts[order[whole]]
        following = float(rates[order[whole]])
    last = float(rates[order[whole - 1]]) if whole and left == 0 else following
    against = np.where(share > 0, rates - following, last - rates) * amounts
    return share, np.where((share > 0) & (share < 1), 0.0, np.maximum(against, 0.0))


def tightened(
    model: CoverModel,
    now: Relaxed,
    goal: Callable[[Floats], float],
    effort: Effort,
    enough: Callable[[float, float], bool],
) -> Relaxed:
    """Better prices: steps along averaged subgradients, shorter when the bound stalls.

    Parameters
    ----------
    now : where to begin.
    goal : told the average shares of sites now and then, gives the worth of the best plan.
    effort : when to stop.
    enough : told bound and worth, whether the bound suffices.
    """
    best, sign = now, -1.0 if model.is_targeted() else 1.0
    slope = _Slope(now.lack, now.crowd, now.want)
    share, length, stalled, worth = now.share, 1.0, 0, goal(now.share)
    # A lift is a share, a price an amount: by this a lift's steps are brought to its size.
    pull = np.maximum(model.needed * float(model.weight.mean() if len(now.price) else 1.0), 1e-9)
    for _ in range(ROUNDS):
        if effort.is_over() or enough(best.bound, worth) or length < SHORTEST:
            break
        effort.spend(_work(model, now))
        slope = slope.towards(now)
        share = share + FRESH * (now.share - share)
        step, steepness = _possible(model, now, slope, pull)
        if steepness == 0:
            slope = _Slope(now.lack, now.crowd, now.want)
            step, steepness = _possible(model, now, slope, pull)
        if steepness == 0:
            break
        stride = length * sign * (now.bound - worth) / steepness
        lift = np.maximum(now.lift + stride * step.lift, 0.0)
        price = np.clip(now.price + stride * step.price, 0.0, _dearest(model, lift))
        fee = now.fee + stride * step.fee
        now = relaxed(model, price, np.where(model.least > 0, fee, np.maximum(fee, 0.0)), lift)
        gain = sign * (best.bound - now.bound)
        stalled = 0 if gain > PROGRESS * sign * (best.bound - worth) else stalled + 1
        best = now if gain > 0 else best
        if stalled >= PATIENCE:
            length, stalled, now = length * SHORTENING, 0, best
            worth = goal(share)
    return best


def _work(model: CoverModel, now: Relaxed) -> float:
    """Units that one look at a relaxed plan takes."""
    taken = float(model.rows.sizes()[now.share > 0].sum())
    return model.entries() + taken + 10.0 * (len(model.weight) + len(model.cost))


def decided(best: Relaxed, slack: float) -> tuple[Bools, Bools]:
    """Sites that no plan within `slack` of the bound has, and sites that every such plan has."""
    sure = best.excess > slack
    return sure & (best.share == 0), sure & (best.share == 1)


class _Slope(NamedTuple):
    """The way in which the bound gets better: of prices, fees and lifts."""

    price: Floats
    fee: Floats
    lift: Floats

    def towards(self, now: Relaxed) -> _Slope:
        """The average, with so much of what is new."""
        fresh = (now.lack, now.crowd, now.want)
        return _Slope(*(old + FRESH * (new - old) for old, new in zip(self, fresh, strict=True)))


def _dearest(model: CoverModel, lift: Floats) -> Floats:
    """Highest sensible price of each row."""
    if model.is_targeted():
        return np.full(len(model.weight), np.inf)
    return worths(model, lift)


def _possible(model: CoverModel, now: Relaxed, slope: _Slope, pull: Floats) -> tuple[_Slope, float]:
    """The part of a step that prices, fees and lifts can take, and the square of its length."""
    lack, crowd, want = slope
    dearest = _dearest(model, now.lift)
    stuck = (now.price <= 0) & (lack < 0) | (now.price >= dearest) & (lack > 0)
    step = np.where(stuck, 0.0, lack)
    fee_step = np.where((model.least <= 0) & (now.fee <= 0) & (crowd < 0), 0.0, crowd)
    lift_step = np.where((now.lift <= 0) & (want < 0), 0.0, want / pull)
    steepness = float(step @ step + fee_step @ fee_step + lift_step @ (lift_step * pull))
    return _Slope(step, fee_step, lift_step), steepness


@kernel
def _scores(rows, price, groups, fee):  # type: ignore[no-untyped-def]
    score = np.zeros(len(rows.start) - 1)
    for j in range(len(score)):
        total = 0.0
        for slot in range(rows.start[j], rows.start[j + 1]):
            total += price[rows.items[slot]]
        for slot in range(groups.start[j], groups.start[j + 1]):
            total -= fee[groups.items[slot]]
        score[j] = total
    return score


@kernel
def _times(rows, share, count):  # type: ignore[no-untyped-def]
    """How often each row is covered, by shares of sites."""
    times = np.zeros(count)
    for j in range(len(share)):
        if share[j] > 0:
            for slot in range(rows.start[j], rows.start[j + 1]):
                times[rows.items[slot]] += share[j]
    return times


@kernel
def _least(start, items, value):  # type: ignore[no-untyped-def]
    """The least value in each list."""
    least = np.full(len(start) - 1, np.inf)
    for k in range(len(least)):
        for slot in range(start[k], start[k + 1]):
            least[k] = min(least[k], value[items[slot]])
    return least
