"""Sites with room for so many people: against every plan, each served by another's maximum flow.

``python tests/test_locate_capacity.py 1500`` tries so many worlds.
"""

import sys
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

import made_up
from gdcoverage.locate import Group, capacitated_covering, serve


def drawn(random):
    demand, sites = int(random.integers(1, 10)), int(random.integers(1, 8))
    weights = made_up.weights(random, demand)
    covers = random.random((demand, sites)) < random.uniform(0.15, 0.7)
    room = weights.sum() * random.random(sites) * random.choice([0.3, 1.0])
    state = random.choice(list("....fx"), sites)
    groups = []
    if random.random() < 0.5:
        groups = [Group(np.flatnonzero(random.random(sites) < 0.5), int(random.integers(0, 3)))]
    return covers, weights, np.round(room, 3), made_up.conditions(random, state, groups)


def flow_of(covers, weights, room, plan):
    """The most weight that a plan serves, by networkx."""
    graph = nx.DiGraph()
    graph.add_nodes_from("st")
    for i, weight in enumerate(weights):
        graph.add_edge("s", ("row", i), capacity=weight)
        for j in plan:
            if covers[i, j]:
                graph.add_edge(("row", i), ("site", j))
    for j in plan:
        graph.add_edge(("site", j), "t", capacity=room[j])
    return nx.maximum_flow_value(graph, "s", "t")


def fault(number):
    """What is wrong with the answer to a world: empty where nothing is."""
    random = np.random.default_rng(number)
    covers, weights, room, conditions = drawn(random)
    sites, p = covers.shape[1], float(random.integers(0, 4))
    costs = np.ones(sites) if conditions["costs"] is None else conditions["costs"]
    free = np.setdiff1d(np.arange(sites), np.append(conditions["fixed"], conditions["forbidden"]))
    best = 0.0
    for size in range(len(free) + 1):
        for added in combinations(free, size):
            kept = all(np.isin(added, g.sites).sum() <= g.limit for g in conditions["groups"])
            if kept and costs[list(added)].sum() <= p + 1e-9:
                plan = [*conditions["fixed"], *added]
                best = max(best, flow_of(covers, weights, room, plan))
    found = capacitated_covering(sparse.csc_array(covers), weights, room, p, [], **conditions)
    near = 1e-6 * max(best, 1.0)
    if abs(found.objective - best) > near or found.bound < best - near or found.gap:
        return f"{found.objective} of {best}, bound {found.bound}, gap {found.gap}"
    if abs(flow_of(covers, weights, room, found.sites) - best) > near:
        return "the plan serves less than it says"
    return ""


def test_no_plan_serves_more_within_the_rooms():
    assert {n: found for n in range(40) if (found := fault(n))} == {}


# Rows  a b c d       X covers a and b, Y covers b and c, Z covers d; each has room for 10.
COVERS = sparse.csc_array(np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]], bool))


def test_people_are_divided_so_that_most_are_served():
    found = serve(COVERS, np.array([8.0, 6.0, 4.0, 3.0]), np.full(3, 10.0), np.arange(3))
    assert found.rows.tolist() == [8, 6, 4, 3]
    assert found.sites.sum() == 21
    assert not found.strained.any()
    assert not found.full.any()


def test_who_shares_a_full_site_is_strained_however_people_are_divided():
    found = serve(COVERS, np.array([8.0, 6.0, 9.0, 3.0]), np.full(3, 10.0), np.arange(3))
    assert found.rows.sum() == 23
    assert found.strained.tolist() == [True, True, True, False]
    assert found.full.tolist() == [True, True, False]
    # Only X can be too small, and nobody at Y has to make room.
    found = serve(COVERS, np.array([15.0, 2.0, 4.0, 3.0]), np.full(3, 10.0), np.arange(3))
    assert found.strained.tolist() == [True, False, False, False]
    assert found.full.tolist() == [True, False, False]


def test_floors_are_refused():
    with pytest.raises(ValueError, match="floors"):
        capacitated_covering(COVERS, None, np.ones(3), 1, [], floors=[([0], 1.0)])


if __name__ == "__main__":
    wrong = {n: found for n in range(int(sys.argv[1])) if (found := fault(n))}
    print(len(wrong), wrong)
