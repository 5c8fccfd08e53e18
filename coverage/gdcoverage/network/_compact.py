"""From loose street segments to a compact graph: each street once, nodes only where ways meet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gdcoverage.arrays import Bools, Floats, Int32s, Ints
from gdcoverage.geo.ellipsoid import short_m
from gdcoverage.kernels import kernel
from gdcoverage.network._ways import Looks


@dataclass(frozen=True)
class Segments:
    """Straight pieces of street between two nodes, as a reader found them.

    Parameters
    ----------
    node_id : identity of each node; pieces that share a node meet there.
    lon, lat : degrees, WGS-84, per node.
    a, b : positions in `node_id` of the two ends of each piece.
    way : id of the way that each piece is of, int64; -1 unknown.
    look : its bits of `_ways`, uint8.
    """

    node_id: Ints
    lon: Floats
    lat: Floats
    a: Ints
    b: Ints
    way: Ints
    look: Looks

    def inside(self, mask: Bools) -> Segments:
        """Only the pieces with at least one end among the masked nodes."""
        keep = mask[self.a] | mask[self.b]
        return replace(
            self, a=self.a[keep], b=self.b[keep], way=self.way[keep], look=self.look[keep]
        )


@dataclass(frozen=True)
class Compact:
    """The arrays of a compact graph; `WalkNetwork` documents them."""

    node_lon: Floats
    node_lat: Floats
    edge_u: Int32s
    edge_v: Int32s
    shape_start: Ints
    shape_lon: Floats
    shape_lat: Floats
    shape_m: Floats
    shape_way: Ints
    edge_look: Looks
    component: Int32s
    component_m: Floats


def compact(segments: Segments) -> Compact:
    """Merge segments into edges that run from crossing to crossing, or to where the look changes.

    The result depends on the streets alone, not on the order in which a file lists them: nodes
    are numbered along a Z-order curve (near on the ground, near in memory), edges follow nodes.
    """
    lon, lat, a, b, way, look = _numbered(segments)
    start, neighbour, piece = _adjacency(len(lon), a, b)
    through = _through(start, piece, look)
    shape_start, shape_node, shape_piece = _chains(start, neighbour, piece, through, len(a))

    first, last = shape_start[:-1], shape_start[1:] - 1
    node = positions(len(lon), shape_node[first], shape_node[last])
    number = np.zeros(len(lon), np.int32)
    number[node] = np.arange(len(node))
    edge_u, edge_v = number[shape_node[first]], number[shape_node[last]]
    shape_lon, shape_lat = lon[shape_node], lat[shape_node]
    shape_m = _metres_along(shape_start, shape_lon, shape_lat)
    component, component_m = _components(len(node), edge_u, edge_v, shape_m[last])
    return Compact(
        node_lon=lon[node],
        node_lat=lat[node],
        edge_u=edge_u,
        edge_v=edge_v,
        shape_start=shape_start,
        shape_lon=shape_lon,
        shape_lat=shape_lat,
        shape_m=shape_m,
        shape_way=np.where(shape_piece < 0, -1, way[shape_piece]),
        edge_look=look[shape_piece[first]],
        component=component,
        component_m=component_m,
    )


def _numbered(segments: Segments) -> tuple[Floats, Floats, Ints, Ints, Ints, Looks]:
    """Used nodes in Z-order, and each piece once between them, lower end first.

    Of several ways along the same piece the one that looks best counts, then the lowest id.
    """
    real = segments.a != segments.b
    a, b = segments.a[real], segments.b[real]
    used = positions(len(segments.node_id), a, b)
    lon, lat = segments.lon[used], segments.lat[used]
    order = np.lexsort((segments.node_id[used], _z_order(lon, lat)))
    number = np.full(len(segments.node_id), -1, np.int64)
    number[used[order]] = np.arange(len(used))
    a, b = number[a], number[b]
    piece = np.minimum(a, b) * len(used) + np.maximum(a, b)
    way, look = segments.way[real], segments.look[real]
    best = np.lexsort((way, look, piece))
    best = best[np.diff(piece[best], prepend=-1) > 0]
    low, high = np.divmod(piece[best], max(len(used), 1))
    return lon[order], lat[order], low, high, way[best], look[best]


def positions(length: int, *some: Ints) -> Ints:
    """Distinct positions in an array of some length, in order."""
    mask = np.zeros(length, bool)
    for part in some:
        mask[part] = True
    return np.flatnonzero(mask)


def _z_order(lon: Floats, lat: Floats) -> NDArray[np.uint64]:
    """Position along a Z-order (Morton) curve, from OSM's grid of 1e-7 degrees."""
    x = np.round((lon + 180) * 1e7).astype(np.uint64)
    y = np.round((lat + 90) * 1e7).astype(np.uint64)
    return _spread(x) | (_spread(y) << np.uint64(1))


def _spread(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The low 32 bits with a zero put before each."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def _adjacency(nodes: int, a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """Per node (rows given by the first array) its neighbours and the pieces to them."""
    tail = np.concatenate([a, b])
    head = np.concatenate([b, a])
    piece = np.tile(np.arange(len(a)), 2)
    order = np.argsort(tail * nodes + head)  # no two are equal
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=nodes), out=start[1:])
    return start, head[order], piece[order]


def _through(start: Ints, piece: Ints, look: Looks) -> Bools:
    """Which nodes are no crossing, but only a bend between two pieces that look alike."""
    two = np.flatnonzero(np.diff(start) == 2)
    one, other = piece[start[two]], piece[start[two] + 1]
    through = np.zeros(len(start) - 1, bool)
    through[two] = look[one] == look[other]
    return through


@kernel
def _chains(start, neighbour, piece, through, pieces):  # type: ignore[no-untyped-def]
    """Walk each chain of pieces from crossing to crossing; rings start at their lowest node."""
    shape_start = np.empty(pieces + 1, np.int64)
    shape_node = np.empty(2 * pieces, np.int64)
    shape_piece = np.full(2 * pieces, -1)
    done = np.zeros(pieces, np.bool_)
    edges, filled = 0, 0
    shape_start[0] = 0
    for rings in (False, True):
        for origin in range(len(start) - 1):
            if not rings and through[origin]:
                continue
            for slot in range(start[origin], start[origin + 1]):
                if done[piece[slot]]:
                    continue
                shape_node[filled] = origin
                filled += 1
                here, at = origin, slot
                while True:
                    done[piece[at]] = True
                    shape_piece[filled - 1] = piece[at]
                    came_by, here = piece[at], neighbour[at]
                    shape_node[filled] = here
                    filled += 1
                    if here == origin or not through[here]:
                        break
                    at = start[here]
                    if piece[at] == came_by:
                        at += 1
                edges += 1
                shape_start[edges] = filled
    return shape_start[: edges + 1].copy(), shape_node[:filled].copy(), shape_piece[:filled].copy()


def _metres_along(shape_start: Ints, lon: Floats, lat: Floats) -> Floats:
    """Metres from the start of its edge to each shape point."""
    step = np.zeros(len(lon))
    step[1:] = short_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    return _running_sums(shape_start, step)


@kernel
def _running_sums(shape_start, step):  # type: ignore[no-untyped-def]
    """Sums that begin anew at each edge, so that none carries the rounding of all before it."""
    out = np.empty_like(step)
    for edge in range(len(shape_start) - 1):
        total = 0.0
        out[shape_start[edge]] = 0.0
        for i in range(shape_start[edge] + 1, shape_start[edge + 1]):
            total += step[i]
            out[i] = total
    return out


def _components(
    nodes: int, edge_u: Int32s, edge_v: Int32s, edge_m: Floats
) -> tuple[Int32s, Floats]:
    """Connected component of each node, numbered from the one with most street down."""
    graph = coo_array((np.ones(len(edge_u), np.int8), (edge_u, edge_v)), shape=(nodes, nodes))
    count, label = connected_components(graph, directed=False)
    metres = np.bincount(label[edge_u], weights=edge_m, minlength=count)
    order = np.argsort(-metres, kind="stable")
    rank = np.argsort(order).astype(np.int32)
    return rank[label], np.asarray(metres[order], float)
