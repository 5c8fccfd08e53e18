"""Compiled bounded shortest paths on compact arrays: what `reach` runs on."""

# The compiled functions take what the named tuples here hold; numba gives them their types. Whole
# numbers are of the same type wherever a function is called, for it is compiled once for each.
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Floats, Int32s, Ints
from gdcoverage.kernels import kernel


class Streets(NamedTuple):
    """A network as a search sees it.

    Parameters
    ----------
    start : int64, (nodes + 1,); node ``n`` has the slots ``start[n]`` up to ``start[n + 1]``.
    slot_edge, head, length : per slot the edge, the node that it leads to, and metres.
    edge_u, edge_v, edge_m : end nodes and metres of each edge.
    """

    start: Ints
    slot_edge: Int32s
    head: Int32s
    length: Floats
    edge_u: Int32s
    edge_v: Int32s
    edge_m: Floats


class Joined(NamedTuple):
    """Where points join the streets: point ``p`` by the joins from ``start[p]`` to the next.

    Parameters
    ----------
    start : int64, (points + 1,).
    edge, along, access : of each join the edge, metres along it, metres to it.
    """

    start: Ints
    edge: Int32s
    along: Floats
    access: Floats


class ByEdge(NamedTuple):
    """Joins by their edge: on edge ``e`` are ``order[start[e]:start[e + 1]]``."""

    start: Ints
    order: Ints


@kernel(inner=True)
def _before(key_a, tag_a, key_b, tag_b):
    return key_a < key_b or (key_a == key_b and tag_a < tag_b)


@kernel
def _push(keys, tags, items, size, key, tag, item):
    """Add to a binary heap ordered by key, then tag."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if not _before(key, tag, keys[parent], tags[parent]):
            break
        keys[at], tags[at], items[at] = keys[parent], tags[parent], items[parent]
        at = parent
    keys[at], tags[at], items[at] = key, tag, item
    return size + 1


@kernel
def _drop(keys, tags, items, size):
    """Remove the first entry of the heap."""
    size -= 1
    key, tag, item = keys[size], tags[size], items[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        other = child + 1
        if other < size and _before(keys[other], tags[other], keys[child], tags[child]):
            child = other
        if not _before(keys[child], tags[child], key, tag):
            break
        keys[at], tags[at], items[at] = keys[child], tags[child], items[child]
        at = child
    keys[at], tags[at], items[at] = key, tag, item
    return size


@kernel(inner=True)
def _lower(values, touched, count, item, value):
    """Lower a value, noting the item when it is touched for the first time."""
    if values[item] == np.inf:
        touched[count] = item
        count += 1
    values[item] = value
    return count


@kernel
def nearest_node_source(streets, sources, limit):
    """Distance from each node to the nearest source, and by which join of it; one search.

    Dijkstra from all joins at once, ordered by distance and then by join, so that of sources at
    equal distance the lowest serves.
    """
    start, _, head, length, edge_u, edge_v, edge_m = streets
    _, edge, along, access = sources
    nodes = len(start) - 1
    metres = np.full(nodes, np.inf)
    source = np.full(nodes, -1, np.int32)
    # Each join adds two entries at most, and each slot one.
    room = len(head) + 2 * len(edge)
    keys = np.empty(room)
    tags = np.empty(room, np.int32)
    items = np.empty(room, np.int32)
    size = np.int64(0)
    for join in range(len(edge)):
        s, e = np.int32(join), edge[join]
        for node, part in ((edge_u[e], along[s]), (edge_v[e], edge_m[e] - along[s])):
            d = access[s] + part
            if d <= limit and _before(d, s, metres[node], source[node]):
                metres[node], source[node] = d, s
                size = _push(keys, tags, items, size, d, s, node)
    while size > 0:
        d, s, node = keys[0], tags[0], items[0]
        size = _drop(keys, tags, items, size)
        if d != metres[node] or s != source[node]:
            continue
        for slot in range(start[node], start[node + 1]):
            nd, other = d + length[slot], head[slot]
            if nd <= limit and _before(nd, s, metres[other], source[other]):
                metres[other], source[other] = nd, s
                size = _push(keys, tags, items, size, nd, s, other)
    return metres, source


@kernel
def nearest_point_source(streets, node_m, node_source, points, sources, sources_by_edge, limit):
    """The same for points: by either end of each edge joined, or along it to a source there.

    Returns
    -------
    metres : to the nearest source; inf where none is within the limit.
    own, other : the joins walked by, of the point and of the source; -1.
    """
    _, _, _, _, edge_u, edge_v, edge_m = streets
    start, edge, along, access = points
    _, _, s_along, s_access = sources
    by_edge, order = sources_by_edge
    count = len(start) - 1
    metres = np.full(count, np.inf)
    own, other = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    for p in range(count):
        for j in range(start[p], start[p + 1]):
            e = edge[j]
            for node, part in ((edge_u[e], along[j]), (edge_v[e], edge_m[e] - along[j])):
                d, s = node_m[node] + part + access[j], np.int64(node_source[node])
                if d <= limit and _before(d, s, metres[p], other[p]):
                    metres[p], own[p], other[p] = d, j, s
            for i in range(by_edge[e], by_edge[e + 1]):
                s = order[i]
                d = s_access[s] + abs(along[j] - s_along[s]) + access[j]
                if d <= limit and _before(d, s, metres[p], other[p]):
                    metres[p], own[p], other[p] = d, j, s
    return metres, own, other


@kernel
def points_within(streets, sources, points, owner, points_by_edge, limit):  # noqa: PLR0912 - one search
    """For each source the points within the limit, in any order, with their distances.

    One bounded Dijkstra per source; only what a search touched is reset before the next.

    Parameters
    ----------
    owner : the point of each join.
    """
    start, slot_edge, head, length, edge_u, edge_v, edge_m = streets
    s_start, s_edge, s_along, s_access = sources
    p_start, _, p_along, p_access = points
    by_edge, order = points_by_edge
    nodes, count = len(start) - 1, len(p_start) - 1
    dist = np.full(nodes, np.inf)
    best = np.full(count, np.inf)
    seen_node = np.empty(nodes, np.int32)
    seen_point = np.empty(count, np.int32)
    # Each join of the source adds two entries at most, and each slot one.
    room = len(head) + 2 * len(s_edge)
    keys = np.empty(room)
    tags = np.empty(room, np.int32)
    items = np.empty(room, np.int32)
    any_tag = np.int32(0)
    row_start = np.zeros(len(s_start), np.int64)
    out_point = np.empty(1024, np.int32)
    out_m = np.empty(len(out_point))
    filled = 0
    for s in range(len(s_start) - 1):
        touched = found = size = np.int64(0)
        for js in range(s_start[s], s_start[s + 1]):
            e = s_edge[js]
            for i in range(by_edge[e], by_edge[e + 1]):
                j = order[i]
                p = np.int32(owner[j])
                d = s_access[js] + abs(p_along[j] - s_along[js]) + p_access[j]
                if d <= limit and d < best[p]:
                    found = _lower(best, seen_point, found, p, d)
            for node, part in ((edge_u[e], s_along[js]), (edge_v[e], edge_m[e] - s_along[js])):
                d = s_access[js] + part
                if d <= limit and d < dist[node]:
                    touched = _lower(dist, seen_node, touched, node, d)
                    size = _push(keys, tags, items, size, d, any_tag, node)
        while size > 0:
            d, node = keys[0], items[0]
            size = _drop(keys, tags, items, size)
            if d > dist[node]:
                continue
            for slot in range(start[node], start[node + 1]):
                e = slot_edge[slot]
                for i in range(by_edge[e], by_edge[e + 1]):
                    j = order[i]
                    # A loop leaves and enters at this node: both of its ends are tried.
                    part = p_along[j]
                    if edge_u[e] != node:
                        part = edge_m[e] - part
                    elif edge_v[e] == node:
                        part = min(part, edge_m[e] - part)
                    p, pd = np.int32(owner[j]), d + part + p_access[j]
                    if pd <= limit and pd < best[p]:
                        found = _lower(best, seen_point, found, p, pd)
                nd, other = d + length[slot], head[slot]
                if nd <= limit and nd < dist[other]:
                    touched = _lower(dist, seen_node, touched, other, nd)
                    size = _push(keys, tags, items, size, nd, any_tag, other)
        while filled + found > len(out_point):
            out_point = np.concatenate((out_point, np.empty_like(out_point)))
            out_m = np.concatenate((out_m, np.empty_like(out_m)))
        for i in range(found):
            p = seen_point[i]
            out_point[filled], out_m[filled] = p, best[p]
            filled += 1
            best[p] = np.inf
        for i in range(touched):
            dist[seen_node[i]] = np.inf
        row_start[s + 1] = filled
    return row_start, out_point[:filled].copy(), out_m[:filled].copy()
