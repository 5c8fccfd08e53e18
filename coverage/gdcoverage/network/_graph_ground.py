"""Open ground in a graph: its rim put together from edges, and the lines across it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from gdcoverage.arrays import Floats
from gdcoverage.network._open_ground import MOST_PLACES, Ground, crossings
from gdcoverage.network._way_nodes import DEGREE

# From node to node, and the points between.
Side = tuple[int, int, Floats]
# The number of a point that is no node: of no graph that osmnx makes.
_NO_NODE = -(2**63)


def across(
    sides: Sequence[Side], place: Mapping[int, Floats], places: Collection[int]
) -> list[tuple[int, int]] | None:
    """Pairs of nodes between which one walks straight across open ground.

    Parameters
    ----------
    sides : the edges of its rim, in any order.
    place : degrees of each node.
    places : nodes where streets meet the rim.

    Returns
    -------
    None where the sides are not one ring, or the places too many.
    """
    ring = _ring(sides)
    if ring is None or len(places) > MOST_PLACES:
        return None
    ref = [node for u, _, inner in ring for node in (u, *[_NO_NODE] * len(inner))]
    lonlat = [point for u, _, inner in ring for point in (place[u], *inner)]
    x, y = np.rint(np.array([*lonlat, lonlat[0]]) * DEGREE).astype(np.int64).T
    ground = Ground(0, 0, np.array([*ref, ref[0]], np.int64), x, y)
    lines = crossings([ground], np.array(sorted(places), np.int64))
    ends = lines["ref"].reshape(-1, 2)
    return [(min(pair), max(pair)) for pair in ends.tolist()]


def _ring(sides: Sequence[Side]) -> list[Side] | None:
    """The sides one after another, each from where the one before ends, back to the first."""
    left = list(sides)
    ring = [left.pop()]
    while left:
        end = ring[-1][1]
        at = next((i for i, (u, v, _) in enumerate(left) if end in (u, v)), None)
        if at is None:
            return None
        u, v, inner = left.pop(at)
        ring.append((u, v, inner) if u == end else (v, u, inner[::-1]))
    return ring if ring[0][0] == ring[-1][1] else None
