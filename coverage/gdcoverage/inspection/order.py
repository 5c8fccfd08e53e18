"""In which order to visit places: a travelling-salesman heuristic of networkx, then improved."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
from networkx.algorithms.approximation import christofides

from gdcoverage.arrays import Floats

# Rounds that differ by less are as long.
_LESS_M = 1e-6


def round_trip(metres: Floats) -> list[int]:
    """The order of a short round from place 0 through all others and back.

    Christofides' tour is at most half longer than the shortest (Christofides 1976); it is then
    shortened by exchanging pairs of legs (2-opt, Croes 1958, doi:10.1287/opre.6.6.791).

    Parameters
    ----------
    metres : symmetrical, finite, with the triangle inequality, (places, places).
    """
    count = len(metres)
    if count < 4:
        return list(range(count))
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        (i, j, float(metres[i, j])) for i in range(count) for j in range(i + 1, count)
    )
    best = _exchanged(metres, christofides(graph)[:-1])
    at = best.index(0)
    order = best[at:] + best[:at]
    # Either way round is as long; the nearer stop comes first.
    if metres[0, order[-1]] < metres[0, order[1]]:
        order = [0, *order[:0:-1]]
    return order


def _exchanged(metres: Floats, order: list[int]) -> list[int]:
    """A round in which no two legs could be exchanged for shorter ones."""
    count, better = len(order), True
    while better:
        better = False
        for i in range(count - 1):
            for j in range(i + 2, count - (i == 0)):
                a, b, c, d = order[i], order[i + 1], order[j], order[(j + 1) % count]
                if metres[a, c] + metres[b, d] < metres[a, b] + metres[c, d] - _LESS_M:
                    order[i + 1 : j + 1] = order[i + 1 : j + 1][::-1]
                    better = True
    return order


def one_way(metres: Floats) -> list[int]:
    """The order of a short way through all places: a round without its longest leg."""
    order = round_trip(metres)
    if len(order) < 3:
        return order
    legs = [metres[a, b] for a, b in pairwise([*order, order[0]])]
    cut = int(np.argmax(legs)) + 1
    return order[cut:] + order[:cut]


def length_m(metres: Floats, order: list[int]) -> float:
    """Metres of the way through places in an order."""
    return float(sum(metres[a, b] for a, b in pairwise(order)))
