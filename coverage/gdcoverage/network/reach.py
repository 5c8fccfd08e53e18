"""Walk distances from point to point: the nearest outlet of all, and who is within reach of each.

A walk runs along the access leg, part of the first edge, streets, part of the last edge, and the
access leg at the other end; between points on one edge it may also run along that edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from gdcoverage.arrays import Floats, Int32s
from gdcoverage.geo.plane import TOLERANCE_M
from gdcoverage.network import Snap, WalkNetwork, _kernels


@dataclass(frozen=True, eq=False)
class Nearest:
    """Metres to the nearest source (inf where none is within the limit) and its number (-1)."""

    metres: Floats
    source: Int32s


def nearest_to_nodes(network: WalkNetwork, sources: Snap, limit_m: float = np.inf) -> Nearest:
    """The nearest source of every node of the network, found in one search.

    Parameters
    ----------
    sources : where the sources join the network; those off the network take no part.
    limit_m : walks longer than this are not searched.

    Returns
    -------
    Nearest, one entry per node. At equal distance the source with the lower number serves.
    """
    return Nearest(
        *_kernels.nearest_node_source(network.streets, _joined(sources), limit_m + TOLERANCE_M)
    )


def nearest_to_points(
    network: WalkNetwork, sources: Snap, points: Snap, limit_m: float = np.inf
) -> Nearest:
    """The nearest source of every point; parameters and ties as for `nearest_to_nodes`."""
    nodes = nearest_to_nodes(network, sources, limit_m)
    return Nearest(
        *_kernels.nearest_point_source(
            network.streets,
            nodes.metres,
            nodes.source,
            _joined(points),
            _joined(sources),
            _by_edge(network, sources),
            limit_m + TOLERANCE_M,
        )
    )


def cover_sets(network: WalkNetwork, sources: Snap, points: Snap, limit_m: float) -> csr_array:
    """Which points each source reaches within the limit, and how far they are.

    Returns
    -------
    csr_array, float64, (sources, points): metres where within reach; column indices ascending.
    A stored 0.0 is a distance of nought, so use the structure, not the truth of the values.
    """
    row_start, point, metres = _kernels.points_within(
        network.streets,
        _joined(sources),
        _joined(points),
        _by_edge(network, points),
        limit_m + TOLERANCE_M,
    )
    return csr_array((metres, point, row_start), shape=(len(sources), len(points)))


def _joined(snap: Snap) -> _kernels.Joined:
    return _kernels.Joined(snap.edge, snap.along_m, snap.access_m)


def _by_edge(network: WalkNetwork, snap: Snap) -> _kernels.ByEdge:
    """Points grouped by the edge that they join."""
    on = np.flatnonzero(snap.edge >= 0)
    order = on[np.argsort(snap.edge[on], kind="stable")]
    start = np.zeros(network.edges + 1, np.int64)
    np.cumsum(np.bincount(snap.edge[on], minlength=network.edges), out=start[1:])
    return _kernels.ByEdge(start, order)
