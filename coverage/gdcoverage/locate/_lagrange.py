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

is no more than any plan's cost. Galvao, ReVelle (1996); Caprara, Fischetti, Toth (1999).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.kernels import kernel
from gdcoverage.locate._model import CoverModel


class Relaxed(NamedTuple):
    """Prices, the relaxed plan that is best at them, and the bound that it gives."""

    bound: float
    price: Floats  # of each row
    fee: Floats  # of each group; a grant where negative
    lift: Floats  # of each floor
    share: Floats  # of each site, 0..1: how far the relaxed plan has it
    excess: Floats  # of each site: what the bound loses by going against the relaxed plan


def first_prices(model: CoverModel, sites: Ints) -> Floats:
    """Prices to begin with: low where a good plan covers often, or where one site covers much."""
    if model.is_targeted():
        rate = model.cost / np.maximum(model.rows.sizes(), 1)
        return _least(model.sites.start, model.sites.items, rate)
    taken = np.zeros(len(model.cost))
    taken[sites] = 1.0
    return model.weight / np.maximum(times_of(model.rows, taken, len(model.weight)), 1.0) ** 2


def worths(model: CoverModel, lift: Floats) -> Floats:
    """What each row is worth when its floors are lifted so."""
    if not len(lift):
        return model.weight
    floors = model.floors
    lifts = np.bincount(floors.owners(), lift[floors.items], len(model.weight))
    return model.weight * (1.0 + lifts)


def relaxed(
    model: CoverModel,
    price: Floats,
    fee: Floats,
    lift: Floats | None = None,
    score: Floats | None = None,
) -> Relaxed:
    """The best relaxed plan of a covering model at these prices, fees and lifts.

    Parameters
    ----------
    score : of each site at them, where it is known.
    """
    lift = np.zeros(len(model.needed)) if lift is None else lift
    score = scores(model.rows, price, model.groups, fee) if score is None else score
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
        return Relaxed(bound, price, fee, lift, share, np.abs(saved).astype(np.float64))
    share, excess = filled(score / np.maximum(model.cost, 1e-12), model.cost, model.budget)
    spared = np.maximum(worth - price, 0)
    bound = float(spared.sum()) + float(score @ share) + fees - lifts
    return Relaxed(bound, price, fee, lift, share, excess)


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


def decided(best: Relaxed, slack: float) -> tuple[Bools, Bools]:
    """Sites that no plan within `slack` of the bound has, and sites that every such plan has."""
    sure = best.excess > slack
    return sure & (best.share == 0), sure & (best.share == 1)


@kernel
def scores(rows, price, groups, fee):  # type: ignore[no-untyped-def]
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
def times_of(rows, share, count):  # type: ignore[no-untyped-def]
    """How often each row is covered, by shares of sites."""
    times = np.zeros(count)
    for j in range(len(share)):
        if share[j] != 0:
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
