"""A bound that holds for every plan, from prices on rows; and which sites it already decides.

With a price 0 <= price_i <= first_i on each row, a plan x is worth at most

    sum_i (first_i - price_i)+ + (second_i - price_i)+ + sum_j score_j x_j + sum_g fee_g limit_g,
    score_j = sum over rows of j of price_i - sum over groups of j of fee_g,

which is easily maximised within a budget (or, for a target, tells the least cost at which the
target may be reached): take sites by score per cost, the last one in part. Prices follow the
subgradient; the bound tends to that of the linear relaxation, whose matrix is never built.
Held, Wolfe, Crowder (1974); for covering Galvao, ReVelle (1996) and Caprara, Fischetti, Toth (1999).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit

from gdcoverage.locate._model import CoverModel, Floats, Ints, Lists

# Fewer entries than this are scored faster than a second thread wakes.
THREADED_ENTRIES = 1_000_000


class Relaxation(NamedTuple):
    """The relaxed problem at given prices: its bound and what stands behind it."""

    bound: float
    share: Floats  # of each site, 0..1: how far it is chosen
    score: Floats  # of each site
    rate: float  # value per cost at which the last site is taken


def relax(model: CoverModel, price: Floats, fee: Floats, score: Floats) -> Relaxation:
    """Best relaxed plan at these prices; `score` as defined above."""
    spared = np.maximum(model.first - price, 0).sum() + np.maximum(model.second - price, 0).sum()
    spared += float(fee @ model.limits)
    rates = score / np.maximum(model.cost, 1e-12)
    order = np.argsort(-rates, kind="stable")
    order = order[: np.searchsorted(-rates[order], 0.0)]
    limited, room = (
        (score[order], model.target - spared)
        if model.is_targeted()
        else (model.cost[order], model.budget)
    )
    sums = np.cumsum(limited)
    whole = int(np.searchsorted(sums, room * (1 + 1e-12), side="right"))
    share = np.zeros(len(score))
    share[order[:whole]] = 1.0
    if whole < len(order):
        last = order[whole]
        share[last] = max(room - (sums[whole - 1] if whole else 0.0), 0.0) / limited[whole]
        rate = float(rates[last])
    else:
        rate = 0.0
    bound = float(model.cost @ share) if model.is_targeted() else spared + float(score @ share)
    return Relaxation(bound, share, score, rate)
