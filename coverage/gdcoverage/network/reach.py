"""Walk distances from point to point: the nearest outlets of all, and who is within reach of each.

A walk runs along the access leg, part of the first edge, streets, part of the last edge, and the
access leg at the other end; between points on one edge it may also run along that edge. Of the
places where its ends join the streets it takes those that make it shortest.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gdcoverage.arrays import Floats, Int32s, Ints
from gdcoverage.geo.plane import TOLERANCE_M
from gdcoverage.network import Snap, WalkNetwork, _kernels
from gdcoverage.progress import at_work


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest source of each node or point.

    Parameters
    ----------
    metres : the walk; inf where no source is within the limit.
    source : number of the source; -1.
    join : which of the source's joins the walk ends at; -1.
    own_join : which of the point's joins it begins at; -1, as for all nodes.
    """

    metres: Floats
    source: Int32s
    join: Ints
    own_join: Ints


def nearest_to_nodes(
    network: WalkNetwork, sources: Snap, limit_m: float = np.inf, *, certain: bool = False
) -> Nearest:
    """The nearest source of every node of the network, found in one search.

    Parameters
    ----------
    sources : where the sources join the network; those off the network take no part.
    limit_m : walks longer than this are not searched.
    certain : walk on no street in doubt, and join none.

    Returns
    -------
    Nearest, one entry per node. At equal distance the source with the lower number serves.
    """
    streets = network.certain_streets if certain else network.streets
    metres, join = _kernels.nearest_node_source(streets, _joined(sources), limit_m + TOLERANCE_M)
    return Nearest(metres, _source(sources, join), join, np.full(len(join), -1))


def nearest_to_points(
    network: WalkNetwork,
    sources: Snap,
    points: Snap,
    limit_m: float = np.inf,
    *,
    certain: bool = False,
) -> Nearest:
    """The nearest source of every point; parameters and ties as for `nearest_to_nodes`."""
    if certain:
        sure = ~network.edge_doubtful
        sources, points = sources.on(sure), points.on(sure)
    nodes = nearest_to_nodes(network, sources, limit_m, certain=certain)
    metres, own, join = _kernels.nearest_point_source(
        network.certain_streets if certain else network.streets,
        nodes.metres,
        nodes.join,
        _joined(points),
        _joined(sources),
        _by_edge(network, sources),
        limit_m + TOLERANCE_M,
    )
    return Nearest(metres, _source(sources, join), join, own)


def cover_sets(
    network: WalkNetwork,
    sources: Snap,
    points: Snap,
    limit_m: float,
    *,
    certain: bool = False,
) -> csr_array:
    """Which points each source reaches within the limit, and how far they are.

    Parameters
    ----------
    certain : walk on no street in doubt, and join none.

    Returns
    -------
    csr_array, float64, (sources, points): metres where within reach; column indices ascending.
    A stored 0.0 is a distance of nought, so use the structure, not the truth of the values.
    """
    if certain:
        sure = ~network.edge_doubtful
        sources, points = sources.on(sure), points.on(sure)
    row_start, point, metres = _kernels.points_within(
        network.certain_streets if certain else network.streets,
        _joined(sources),
        _joined(points),
        points.point,
        _by_edge(network, points),
        limit_m + TOLERANCE_M,
    )
    covers = csr_array((metres, point, row_start), shape=(len(sources), len(points)))
    covers.sort_indices()
    return covers


@at_work("计算步行距离")
def distances(
    network: WalkNetwork,
    sources: gpd.GeoDataFrame | gpd.GeoSeries,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    limit_m: float,
    snap_limit_m: float = 300.0,
) -> pd.DataFrame:
    """All walks within a limit.

    Parameters
    ----------
    sources, points : EPSG:4326, Points, each with labels of its own as index.
    limit_m : longest walk.
    snap_limit_m : longest access leg.

    Returns
    -------
    DataFrame: ``point`` and ``source`` (labels), ``walk_m``; by point, then by metres, then by
    source, in the order given.

    Raises
    ------
    ValueError : a frame is not in EPSG:4326.

    Examples
    --------
    >>> halls = outlets.set_index("outlet_id").geometry
    >>> homes = people.set_index("demand_id").geometry.head(1)
    >>> gd.distances(streets, halls, homes, limit_m=800).round(1)
           point source  walk_m
    0  合成示例-0001  SL001   300.4
    """
    joined = network.snap(sources, snap_limit_m), network.snap(points, snap_limit_m)
    pairs = cover_sets(network, *joined, limit_m).tocoo()
    order = np.lexsort((pairs.row, pairs.data, pairs.col))
    return pd.DataFrame(
        {
            "point": points.index[pairs.col[order]],
            "source": sources.index[pairs.row[order]],
            "walk_m": pairs.data[order],
        }
    )


@at_work("计算最近网点")
def nearest(
    network: WalkNetwork,
    sources: gpd.GeoDataFrame | gpd.GeoSeries,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    count: int = 1,
    limit_m: float = 5_000.0,
    snap_limit_m: float = 300.0,
) -> pd.DataFrame:
    """The nearest sources of each point on foot: the first so many of its `distances`.

    Returns
    -------
    DataFrame like that of `distances`, with ``rank`` from 1; a point has fewer rows, or none,
    where fewer sources are within the limit.

    Examples
    --------
    >>> halls = outlets.set_index("outlet_id").geometry
    >>> homes = people.set_index("demand_id").geometry.head(1)
    >>> gd.nearest(streets, halls, homes, count=2)[["source", "rank"]].values.tolist()
    [['SL001', 1], ['SL002', 2]]
    """
    pairs = distances(network, sources, points, limit_m, snap_limit_m)
    rank = pairs.groupby("point", sort=False).cumcount() + 1
    return pairs.assign(rank=rank)[rank <= count].reset_index(drop=True)


def _source(sources: Snap, join: Ints) -> Int32s:
    """The sources of joins; -1 for none."""
    return np.append(sources.point, -1)[join].astype(np.int32)


def _joined(snap: Snap) -> _kernels.Joined:
    joins = snap.joins
    return _kernels.Joined(snap.start, joins.edge, joins.along_m, joins.access_m)


def _by_edge(network: WalkNetwork, snap: Snap) -> _kernels.ByEdge:
    """Joins grouped by their edge."""
    edge = snap.joins.edge
    start = np.zeros(network.edges + 1, np.int64)
    np.cumsum(np.bincount(edge, minlength=network.edges), out=start[1:])
    return _kernels.ByEdge(start, np.argsort(edge, kind="stable"))
