"""Lines of a base map on their arrays: pieces of one street made one, drawn less closely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gdcoverage.arrays import Ints
from gdcoverage.emap._drawn import Drawn
from gdcoverage.geo.lines import Lines


def chained(layer: Drawn) -> Drawn:
    """Lines of one name that meet where no third does made one, so that it has room for its name.

    Parameters
    ----------
    layer : lines of one kind and rank.
    """
    if not len(layer):
        return layer
    chain, end = _walked(*_beyond(layer))
    line, backwards = end // 2, (end % 2).astype(bool)
    size = np.diff(layer.start)[line]
    begin = np.where(backwards, layer.start[line + 1] - 1, layer.start[line])
    nth = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    point = np.repeat(begin, size) + np.where(np.repeat(backwards, size), -nth, nth)
    # Where one piece goes on from another, their common point stands once.
    goes_on = np.repeat(np.diff(chain, prepend=-1) == 0, size) & (nth == 0)
    count = np.bincount(np.repeat(chain, size)[~goes_on])
    first = np.flatnonzero(np.diff(chain, prepend=-1))
    return _lines(layer, line[first], count, layer.xy[point[~goes_on]])


def less_closely(layer: Drawn, tolerance: float) -> Drawn:
    """Lines without the points that lie within the tolerance of straight ones; units of `WORLD`.

    Those that go round on the spot are gone.
    """
    x, y = layer.xy.T.astype(float)
    simple = Lines(x, y, layer.start).simplified(tolerance)
    xy = np.column_stack([simple.x, simple.y]).astype(np.int32)
    found = replace(layer, start=np.asarray(simple.start), xy=xy)
    first, last = xy[found.start[:-1]], xy[found.start[1:] - 1]
    return found.where((np.diff(found.start) > 2) | (first != last).any(axis=1))


def _lines(layer: Drawn, rows: Ints, count: Ints, xy: np.ndarray) -> Drawn:
    return Drawn(
        layer.kind[rows],
        layer.rank[rows],
        layer.name[rows],
        layer.names,
        np.arange(len(rows) + 1),
        np.concatenate([[0], np.cumsum(count)]),
        xy,
    )


def _beyond(layer: Drawn) -> tuple[Ints, Ints]:
    """By end of line (of the n-th: 2n its first, 2n + 1 its last) the end that it goes on at.

    Returns
    -------
    Ends, -1 where no line or more than one goes on; and of each line which others it hangs
    together with. What goes round is open at one place.
    """
    ends = np.column_stack([layer.start[:-1], layer.start[1:] - 1]).ravel()
    place = np.unique(layer.xy[ends].astype(np.int64) @ np.array([1 << 27, 1]), return_inverse=True)
    spot = place[1] * len(layer.names) + np.repeat(layer.name, 2)
    _, node, meet = np.unique(spot, return_inverse=True, return_counts=True)
    order = np.argsort(node, kind="stable")
    one, other = order[meet[node[order]] == 2].reshape(-1, 2).T
    beyond = np.full(len(ends), -1)
    beyond[one], beyond[other] = other, one
    count = len(ends) // 2
    links = coo_array((np.ones(len(one), bool), (one // 2, other // 2)), (count, count))
    whole = connected_components(links, directed=False)[1]
    is_open = np.bincount(whole, np.repeat(1, count) * (beyond.reshape(-1, 2) < 0).any(axis=1)) > 0
    first = np.unique(whole, return_index=True)[1][~is_open] * 2
    beyond[beyond[first]] = -1
    beyond[first] = -1
    return beyond, whole


def _walked(beyond: Ints, whole: Ints) -> tuple[Ints, Ints]:
    """Chains one after the other: the chain of each piece, and where it is entered."""
    doors = np.flatnonzero(beyond < 0)
    at = doors[np.unique(whole[doors // 2], return_index=True)[1]]
    chain = np.arange(len(at))
    chains, entered = [chain], [at]
    while len(at):
        at = beyond[at ^ 1]
        chain, at = chain[at >= 0], at[at >= 0]
        chains.append(chain)
        entered.append(at)
    order = np.argsort(np.concatenate(chains), kind="stable")
    return np.concatenate(chains)[order], np.concatenate(entered)[order]
