"""A bound that holds for every plan, from prices on rows; and which sites it already decides.

With a price 0 <= price_i <= first_i on each row and a fee on each group, a plan x is worth at most

    sum_i (first_i - price_i)+ + (second_i - price_i)+  +  sum_g fee_g limit_g  +  sum_j score_j x_j,
    score_j = the prices of the rows that j covers, less the fees of its groups,

which is easily maximised within a budget, or, for a target, tells the least cost at which the
target can be reached: take sites by score per cost, the last one in part. Prices follow averaged
subgradients, and the bound tends to that of the linear relaxation, which is never built.
Held, Wolfe, Crowder (1974); Barahona, Anbil (2000); for covering Galvao, ReVelle (1996).
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

import numpy as np
from numba import njit

from gdcoverage.locate._model import Bools, CoverModel, Floats, Ints

# How much of each new subgradient enters the average.
FRESH = 0.2
# Rounds without progress before steps shorten, by how much, and when they are too short.
PATIENCE = 15
SHORTENING = 0.7
SHORTEST = 1e-3
# Progress is a gap closed by this share.
PROGRESS = 1e-4


class Prices(NamedTuple):
    """Prices, the relaxed problem at them, and its bound."""

    bound: float
    price: Floats  # of each row
    fee: Floats  # of each group
    score: Floats  # of each site
    share: Floats  # of each site, 0..1: how far the relaxed plan has it
    rate: float  # value per cost of the last site taken
    next_rate: float  # and of the first one not taken whole


def first_prices(model: CoverModel, sites: Ints) -> Prices:
    """Prices to begin with: rows that a good plan covers often are cheap."""
    taken = np.zeros(len(model.cost))
    taken[sites] = 1.0
    times = _times(model.rows, taken, len(model.first))
    price = model.first / np.maximum(times, 1.0) ** 2
    return relaxed(model, price, np.zeros(len(model.limits)))


def relaxed(model: CoverModel, price: Floats, fee: Floats) -> Prices:
    """The best relaxed plan at these prices."""
    score = _scores(model.rows, price, model.groups, fee)
    spared = np.maximum(model.first - price, 0).sum() + np.maximum(model.second - price, 0).sum()
    spared += float(fee @ model.limits)
    rates = score / np.maximum(model.cost, 1e-12)
    order = np.argsort(-rates, kind="stable")
    order = order[: np.searchsorted(-rates[order], 0.0)]
    targeted = model.is_targeted()
    amounts = (score if targeted else model.cost)[order]
    room = max(model.target - spared if targeted else model.budget, 0.0)
    sums = np.cumsum(amounts)
    whole = int(np.searchsorted(sums, room, side="right"))
    share = np.zeros(len(score))
    share[order[:whole]] = 1.0
    left = room - (sums[whole - 1] if whole else 0.0)
    next_rate = 0.0
    if whole < len(order) and room > 0:
        share[order[whole]] = left / amounts[whole]
        next_rate = float(rates[order[whole]])
    # Where whole sites use the budget up, any rate between the two proves the same bound.
    rate = float(rates[order[whole - 1]]) if whole and left == 0 else next_rate
    bound = float(model.cost @ share) if targeted else float(spared + score @ share)
    return Prices(bound, price, fee, score, share, rate, next_rate)


def tightened(
    model: CoverModel,
    prices: Prices,
    goal: Callable[[Floats], float],
    rounds: int,
    deadline: float,
    enough: Callable[[float, float], bool],
) -> Prices:
    """Better prices: steps along averaged subgradients, shorter when the bound stalls.

    Parameters
    ----------
    prices : where to begin.
    goal : told the shares of the relaxed plan now and then, gives the worth of the best plan.
    rounds, deadline : when to stop (`time.monotonic`).
    enough : told bound and goal, whether the bound suffices.
    """
    sign = -1.0 if model.is_targeted() else 1.0
    best = now = prices
    average, usual, used = None, now.share, np.zeros(len(model.limits))
    length, stalled, worth = 1.0, 0, goal(prices.share)
    for _ in range(rounds):
        if monotonic() > deadline or enough(best.bound, worth) or length < SHORTEST:
            break
        times = _times(model.rows, now.share, len(model.first))
        members = np.bincount(
            model.groups.items, now.share[model.groups.owners()], len(model.limits)
        )
        if average is None:
            average, used = times, members
        average = average + FRESH * (times - average)
        usual = usual + FRESH * (now.share - usual)
        used = used + FRESH * (members - used)
        step = average - 1.0 - (now.price < model.second)
        step[(now.price <= 0) & (step > 0) | (now.price >= model.first) & (step < 0)] = 0.0
        fee_step = model.limits - used
        fee_step[(now.fee <= 0) & (fee_step > 0)] = 0.0
        steepness = float(step @ step + fee_step @ fee_step)
        if steepness == 0:
            break
        # In value; a gap in cost is worth what the last site gives for it.
        distance = sign * (now.bound - worth) * (now.next_rate if sign < 0 else 1.0)
        stride = length * distance / steepness
        now = relaxed(
            model,
            np.clip(now.price - stride * step, 0.0, model.first),
            np.maximum(now.fee - stride * fee_step, 0.0),
        )
        gain = sign * (best.bound - now.bound)
        stalled = 0 if gain > PROGRESS * sign * (best.bound - worth) else stalled + 1
        best = now if gain > 0 else best
        if stalled >= PATIENCE:
            length, stalled, now = length * SHORTENING, 0, best
            worth = goal(usual)
    return best


def decided(model: CoverModel, prices: Prices, beyond: float) -> tuple[Bools, Bools]:
    """Sites that no plan worth `beyond` or better has, and sites that every such plan has."""
    sign = -1.0 if model.is_targeted() else 1.0
    if model.is_targeted() and prices.next_rate == 0:
        nothing = np.zeros(len(prices.score), np.bool_)
        return nothing, nothing
    unit = prices.next_rate if model.is_targeted() else 1.0
    slack = sign * (prices.bound - beyond)
    without = prices.rate * model.cost - prices.score > slack * unit
    always = prices.score - prices.next_rate * model.cost > slack * unit
    return without & (prices.share == 0), always & (prices.share == 1)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _times(rows, share, count):  # type: ignore[no-untyped-def]
    """How often each row is covered, by shares of sites."""
    times = np.zeros(count)
    for j in range(len(share)):
        if share[j] > 0:
            for slot in range(rows.start[j], rows.start[j + 1]):
                times[rows.items[slot]] += share[j]
    return times
