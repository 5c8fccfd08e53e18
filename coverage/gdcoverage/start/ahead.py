"""Kernels compiled in a process of their own, while a first run is still joining its streets.

What a run needs last is compiled here, as long as the run compiles what it needs first; it finds
them kept. Each is called with arrays of the kinds that it is given in a run, of no consequence.
"""

from __future__ import annotations

import numpy as np
import shapely
from scipy import sparse

from gdcoverage.geo.lines import Lines
from gdcoverage.geo.outline import around
from gdcoverage.locate import maximal_covering, partial_covering
from gdcoverage.network import _kernels as walks


def compile_ahead() -> None:
    """Call what walks, what finds sites, what draws lines, then what only some questions call."""
    _walk()
    chance = np.random.default_rng(1)
    # So many that the answer is not found at first sight.
    covers = sparse.csc_array(chance.random((200, 40)) < 0.1)
    maximal_covering(covers, weights := chance.random(200), 5)
    partial_covering(covers, weights, 0.8)
    lines = Lines.of(shapely.linestrings([[(0.0, 0.0), (5.0, 1.0), (9.0, 0.0)]]))
    around(lines.simplified(0.1), 1.0, 0.0)
    partial_covering(covers, None, 1.0)


def _walk() -> None:
    """Search a street of two ends, which a point joins at its middle."""
    first, second = np.zeros(1, np.int32), np.ones(1, np.int32)
    long, both = np.full(1, 100.0), np.full(2, 100.0)
    heads = np.array([1, 0], np.int32)
    parts = np.arange(3), np.zeros(2, np.int32), heads, both, first, second, long
    for part in parts:
        part.flags.writeable = False  # as those of a network
    streets = walks.Streets(*parts)
    one, place = np.arange(2), np.zeros(1, np.int32)
    point = walks.Joined(one, place, np.full(1, 50.0), np.zeros(1))
    by_edge = walks.ByEdge(one, np.zeros(1, np.int64))
    walks.points_within(streets, point, point, np.zeros(1, np.int64), by_edge, 100.0)
    metres, source = walks.nearest_node_source(streets, point, 100.0)
    walks.nearest_point_source(streets, metres, source, point, point, by_edge, 100.0)


if __name__ == "__main__":
    compile_ahead()
