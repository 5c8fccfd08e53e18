"""The streets to walk on, packed for the page, and where its outlets join them.

What the page knows is the walk network as it is, drawn more simply: its edges with their lengths to
the decimetre, its barriers, and the joins of each outlet as `WalkNetwork.snap` finds them. Where a
reader stands is joined in the page by the same rules (scripts/joins.js) on the simpler lines, so
that walks are those of the assessment but for what simplifying moves: of 7,644 walks in Nanshan
0.3 m at the median, 1 m for 95 %, 3 m for 99 %; a leg that just passes a street's corner may
be taken otherwise and make tens of metres. So the page says 约.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.emap._pack import GRID, SIMPLE_DEG, Block, block, packed_lines
from gdcoverage.geo.lines import Lines
from gdcoverage.network import WalkNetwork
from gdcoverage.network._ways import WATER
from gdcoverage.policy import Standard

# Beside outlets, names and scripts a page of 1.6 MB has room for so much.
MOST_BYTES = 800_000
# First as fine as the page's grid, then as coarse as still shows the way.
_TOLERANCES = (1 / GRID, SIMPLE_DEG, 1e-4)
_NOT_JOINED, _DOUBTFUL, _CERTAIN = range(3)


def walks_block(
    network: WalkNetwork,
    outlets: gpd.GeoDataFrame,
    standard: Standard,
    most_bytes: int = MOST_BYTES,
) -> Block | None:
    """Streets to walk on from any place to the outlets; None where there are none, or too many.

    Parameters
    ----------
    network : of the county with a margin; pieces with too little street to be joined stay out.
    outlets : as the page lists them, where the page shows them.
    standard : tells the speed, and how streets are joined.
    most_bytes : of the block; lines are drawn more simply first.
    """
    big = network.component_m[network.edge_component] >= standard.smallest_component_m
    if not big.any():
        return None
    joins = _joins(network, outlets, standard, big)
    for tolerance in _TOLERANCES:
        made = block(_streets(network, standard, big, tolerance) | {"outlets": joins})
        if len(made.text) <= most_bytes:
            return made
    return None


def _streets(
    network: WalkNetwork, standard: Standard, big: Bools, tolerance: float
) -> dict[str, Any]:
    """The columns of `WalksBlock` in scripts/types.d.ts."""
    node, end = np.unique(
        np.concatenate([network.edge_u[big], network.edge_v[big]]), return_inverse=True
    )
    u, v = end.reshape(2, -1)
    look = np.where(network.edge_doubtful, _DOUBTFUL, _CERTAIN)
    look[~network.joinable(standard.smallest_component_m)] = _NOT_JOINED
    bends, bent = _between(_edges(network.edge_lines, big).simplified(tolerance))
    barriers = network.barriers
    return {
        "speed": standard.walk_limit_m / standard.minutes,
        "minutes": standard.minutes,
        "reach": standard.snap_limit_m,
        "lon": _steps(np.round(network.node_lon[node] * GRID)),
        "lat": _steps(np.round(network.node_lat[node] * GRID)),
        "u": _steps(u),
        "v": (v - u).tolist(),
        "look": look[big].tolist(),
        "metres": _tenths(network.edge_m[big]),
        "bends": bends,
        "bent": bent,
        "bars": packed_lines(Lines(barriers.lon, barriers.lat, barriers.start), tolerance),
        "rims": np.flatnonzero(barriers.look & WATER).tolist(),
    }


def _joins(
    network: WalkNetwork, outlets: gpd.GeoDataFrame, standard: Standard, big: Bools
) -> dict[str, list[int]]:
    """Where outlets join the streets, by edges as they are packed."""
    snap = network.snap(outlets, standard.snap_limit_m, standard.smallest_component_m)
    return {
        "count": np.diff(snap.start).tolist(),
        "edge": (np.cumsum(big) - 1)[snap.joins.edge].tolist(),
        "along": _tenths(snap.joins.along_m),
        "access": _tenths(snap.joins.access_m),
    }


def _edges(lines: Lines, kept: Bools) -> Lines:
    """Some of many lines."""
    size = np.diff(lines.start)
    point = np.repeat(kept, size)
    start = np.concatenate([[0], np.cumsum(size[kept])])
    return Lines(lines.x[point], lines.y[point], start)


def _between(lines: Lines) -> tuple[list[int], list[int]]:
    """How many points lines have between their ends, and the steps there from the first end."""
    xy = np.round(np.column_stack([lines.x, lines.y]) * GRID).astype(int)
    last = np.zeros(len(xy), bool)
    first = last.copy()
    first[lines.start[:-1]] = last[lines.start[1:] - 1] = True
    steps = np.diff(xy, axis=0, prepend=0)[~first & ~last]
    return (np.diff(lines.start) - 2).tolist(), steps.ravel().tolist()


def _steps(values: Floats | Ints) -> list[int]:
    return np.diff(values, prepend=0).astype(int).tolist()


def _tenths(metres: Floats) -> list[int]:
    return np.round(metres * 10).astype(int).tolist()
