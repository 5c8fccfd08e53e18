"""A bound that holds for every plan, from prices on rows; and which sites it already decides.

Let a price be paid for each row that counts as covered, and given to each site that covers it; a
fee likewise for each place in a group. Then rows and sites are chosen apart. Within a budget

    sum_i (weight_i - price_i)+  +  sum_g fee_g limit_g
    + the most of score_j x_j within the budget,   score_j = prices of rows - fees of groups

is no less than any plan's value; and for a target

    the least of price_i y_i whose worth weight_i y_i reaches the target
    + sum_j min(0, cost_j - score_j)  -  sum_g fee_g limit_g

is no more than any plan's cost. Prices follow averaged subgradients, and the bound tends to that
of the linear relaxation, which is never built. Held, Wolfe, Crowder (1974); Barahona, Anbil
(2000); for covering Galvao, ReVelle (1996) and Caprara, Fischetti, Toth (1999).
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.kernels import kernel
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
    fee: Floats  # of each group
    share: Floats  # of each site, 0..1: how far the relaxed plan has it
    lack: Floats  # of each row: how far it is claimed as covered but is not
    crowd: Floats  # of each group: sites beyond its limit
    excess: Floats  # of each site: what the bound loses by going against the relaxed plan


Relax = Callable[[Floats, Floats], Relaxed]


def first_prices(model: CoverModel, sites: Ints) -> Floats:
    """Prices to begin with: low where a good plan covers often, or where one site covers much."""
    if model.is_targeted():
        rate = model.cost / np.maximum(model.rows.sizes(), 1)
        return _least(model.sites.start, model.sites.items, rate)
    taken = np.zeros(len(model.cost))
    taken[sites] = 1.0
    return model.weight / np.maximum(_times(model.rows, taken, len(model.weight)), 1.0) ** 2


def relaxed(model: CoverModel, price: Floats, fee: Floats) -> Relaxed:
    """The best relaxed plan of a covering model at these prices and fees."""
    score = _scores(model.rows, price, model.groups, fee)
    fees = float(fee @ model.limits)
    if model.is_targeted():
        claim = filled(model.weight / np.maximum(price, 1e-290), model.weight, model.target)[0]
        saved = score - model.cost
        share = (saved > 0).astype(np.float64)
        bound = float(price @ claim) - float(saved @ share) - fees
        excess = np.abs(saved).astype(np.float64)
    else:
        rates = score / np.maximum(model.cost, 1e-12)
        share, excess = filled(rates, model.cost, model.budget)
        spared = np.maximum(model.weight - price, 0)
        bound = float(spared.sum()) + float(score @ share) + fees
        claim = np.ones(len(price))
    lack = claim - _times(model.rows, share, len(model.weight))
    held = share[model.groups.owners()]
    crowd = np.bincount(model.groups.items, held, len(model.limits)) - model.limits
    return Relaxed(bound, price, fee, share, lack, crowd.astype(float), excess)


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
    relax: Relax,
    now: Relaxed,
    cap: Floats,
    sign: float,
    goal: Callable[[Floats], float],
    deadline: float,
    enough: Callable[[float, float], bool],
) -> Relaxed:
    """Better prices: steps along averaged subgradients, shorter when the bound stalls.

    Parameters
    ----------
    relax : the relaxed plan at given prices and fees.
    now : where to begin.
    cap : highest sensible price of each row.
    sign : 1 where the bound is from above, -1 from below.
    goal : told the average shares of sites now and then, gives the worth of the best plan.
    deadline : when to stop (`time.monotonic`).
    enough : told bound and worth, whether the bound suffices.
    """
    best = now
    share, lack, crowd = now.share, now.lack, now.crowd
    length, stalled, worth = 1.0, 0, goal(share)
    for _ in range(ROUNDS):
        if monotonic() > deadline or enough(best.bound, worth) or length < SHORTEST:
            break
        lack = lack + FRESH * (now.lack - lack)
        crowd = crowd + FRESH * (now.crowd - crowd)
        share = share + FRESH * (now.share - share)
        step, fee_step, steepness = _possible(now, cap, lack, crowd)
        if steepness == 0:
            lack, crowd = now.lack, now.crowd
            step, fee_step, steepness = _possible(now, cap, lack, crowd)
        if steepness == 0:
            break
        stride = length * sign * (now.bound - worth) / steepness
        price = np.clip(now.price + stride * step, 0.0, cap)
        now = relax(price, np.maximum(now.fee + stride * fee_step, 0.0))
        gain = sign * (best.bound - now.bound)
        stalled = 0 if gain > PROGRESS * sign * (best.bound - worth) else stalled + 1
        best = now if gain > 0 else best
        if stalled >= PATIENCE:
            length, stalled, now = length * SHORTENING, 0, best
            worth = goal(share)
    return best


def decided(best: Relaxed, slack: float) -> tuple[Bools, Bools]:
    """Sites that no plan within `slack` of the bound has, and sites that every such plan has."""
    sure = best.excess > slack
    return sure & (best.share == 0), sure & (best.share == 1)


def _possible(
    now: Relaxed, cap: Floats, lack: Floats, crowd: Floats
) -> tuple[Floats, Floats, float]:
    """The part of a step that prices and fees can take, and the square of its length."""
    stuck = (now.price <= 0) & (lack < 0) | (now.price >= cap) & (lack > 0)
    step = np.where(stuck, 0.0, lack)
    fee_step = np.where((now.fee <= 0) & (crowd < 0), 0.0, crowd)
    return step, fee_step, float(step @ step + fee_step @ fee_step)


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
