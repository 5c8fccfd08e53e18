"""In which order to visit places: travelling-salesman heuristics of networkx."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
from networkx.algorithms.approximation import christofides, simulated_annealing_tsp

from gdcoverage.arrays import Floats


def round_trip(metres: Floats) -> list[int]:
    """The order of a short round from place 0 through all others and back.

    Christofides' tour is at most half longer than the shortest (Christofides 1976), and is then
    shortened by simulated annealing from a fixed seed: equal distances give equal rounds.

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
    tours = [christofides(graph)]
    tours.append(simulated_annealing_tsp(graph, tours[0], source=tours[0][0], seed=0, N_inner=300))
    best = min(tours, key=lambda tour: length_m(metres, tour))[:-1]
    at = best.index(0)
    order = best[at:] + best[:at]
    # Either way round is as long; the nearer stop comes first.
    if metres[0, order[-1]] < metres[0, order[1]]:
        order = [0, *order[:0:-1]]
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
