"""Near sites: what rows cost from the chosen ones, and which exchange brings them nearer."""

# Everything here is numba code on the named tuples of arrays that stand in their definitions.
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from typing import NamedTuple

import numpy as np
from numba import njit

from gdcoverage.locate._model import Floats, Ints


class MedianModel(NamedTuple):
    """Choose p sites so that rows cost least: each by its cheapest chosen site, or its cap."""

    start: Ints  # of each site: where its pairs begin
    rows: Ints  # of each pair
    cost: Floats  # of each pair
    cap: Floats  # of each row: what it costs without any chosen site
    p: int


@njit(cache=True, nogil=True)
def savings(model, price):
    """Of each site: what its rows' prices exceed their costs by, where they do."""
    score = np.zeros(len(model.start) - 1)
    for j in range(len(score)):
        total = 0.0
        for slot in range(model.start[j], model.start[j + 1]):
            total += max(price[model.rows[slot]] - model.cost[slot], 0.0)
        score[j] = total
    return score


@njit(cache=True, nogil=True)
def served(model, price, share):
    """How often each row is served by shares of sites that its price pays for."""
    times = np.zeros(len(price))
    for j in range(len(share)):
        if share[j] > 0:
            for slot in range(model.start[j], model.start[j + 1]):
                if model.cost[slot] < price[model.rows[slot]]:
                    times[model.rows[slot]] += share[j]
    return times


@njit(cache=True, nogil=True)
def service(model, chosen):
    """Of each row the least cost, the next, and the place in `chosen` of the site of the least."""
    least, following = model.cap.copy(), model.cap.copy()
    server = np.full(len(least), -1, np.int64)
    for k in range(len(chosen)):
        for slot in range(model.start[chosen[k]], model.start[chosen[k] + 1]):
            row, cost = model.rows[slot], model.cost[slot]
            if cost < least[row]:
                following[row], least[row], server[row] = least[row], cost, k
            elif cost < following[row]:
                following[row] = cost
    return least, following, server


@njit(cache=True, nogil=True)
def filled_up(model, sites):
    """`sites` and, up to p, whatever saves most next."""
    chosen = np.empty(model.p, np.int64)
    size = len(sites)
    chosen[:size] = sites
    while size < model.p:
        saving = savings(model, service(model, chosen[:size])[0])
        best = np.argmax(saving)
        if saving[best] <= 0:
            break
        chosen[size] = best
        size += 1
    return chosen[:size].copy()


@njit(cache=True, nogil=True)
def exchange(model, chosen, rounds, noise):
    """Exchange one site for another, the best exchange each time; whether there may be more.

    Whitaker (1983): what each exchange brings follows from the least and the next cost of rows.
    """
    size = len(chosen)
    for _ in range(rounds):
        least, following, server = service(model, chosen)
        loss = np.zeros(size)
        for row in range(len(least)):
            if server[row] >= 0:
                loss[server[row]] += following[row] - least[row]
        best, site, place = noise, -1, -1
        spared = np.zeros(size)
        for j in range(len(model.start) - 1):
            saved = 0.0
            spared[:] = 0.0
            for slot in range(model.start[j], model.start[j + 1]):
                row, cost = model.rows[slot], model.cost[slot]
                saved += max(least[row] - cost, 0.0)
                if server[row] >= 0:
                    spared[server[row]] += max(following[row] - max(cost, least[row]), 0.0)
            for k in range(size):
                if saved - loss[k] + spared[k] > best:
                    best, site, place = saved - loss[k] + spared[k], j, k
        if site < 0:
            return False
        chosen[place] = site
    return True
