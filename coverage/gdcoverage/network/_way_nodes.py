"""Nodes of ways as arrays, in the order of a file: dealt to areas, made streets and barriers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdcoverage.arrays import Ints
from gdcoverage.geo.areas import Areas
from gdcoverage.network._compact import Segments
from gdcoverage.network._ways import BARRIER, WATER, Barriers

# Nodes of ways in the order of the file; `joined` says that a piece of the way leads to the next,
# `way` and `look` (bits of `_ways`) what way. On disk a node takes 26 bytes, in memory no object.
WAY_NODE = np.dtype(
    [
        ("ref", np.int64),
        ("x", np.int32),
        ("y", np.int32),
        ("joined", np.bool_),
        ("look", np.uint8),
        ("way", np.int64),
    ]
)
WayNodes = NDArray[np.void]

DEGREE = 10_000_000  # OSM's coordinates are whole numbers of 1e-7 degrees
# References of nodes that `severed` makes hold 42 bits of the way, 20 of the place in it.
_WAY_BITS, _PLACE_BITS = 42, 20


def severed(nodes: WayNodes, at: Ints, place: Ints) -> WayNodes:
    """Way nodes of which some are two: one ends the piece before, the other begins the next.

    Both have references of their own, so that nothing passes there, along the way or from one
    way to another. These follow from way and place alone, and no file has them.

    Parameters
    ----------
    at : positions of the nodes.
    place : of each, its place in its way.
    """
    copies = np.ones(len(nodes), np.int64)
    copies[at] = 2
    out = np.repeat(nodes, copies)
    before = at + np.arange(len(at))
    out["joined"][before] = False
    way = nodes["way"][at] & ((1 << _WAY_BITS) - 1)
    for side in (0, 1):
        out["ref"][before + side] = -1 - ((way << _PLACE_BITS) | (place << 1) | side)
    return out


def parts(areas: Areas, nodes: WayNodes) -> Iterator[tuple[int, WayNodes]]:
    """Per area that way nodes touch, its number and the pieces with at least one end in it."""
    for number, inside in areas.deal(nodes["x"] / DEGREE, nodes["y"] / DEGREE):
        around = np.sort(np.concatenate([inside, inside[inside > 0] - 1]))
        piece = around[nodes["joined"][around] & (np.diff(around, prepend=-1) > 0)]
        ends = np.sort(np.concatenate([piece, piece + 1]))
        ends = ends[np.diff(ends, prepend=-1) > 0]
        part = nodes[ends]
        part["joined"] = False
        part["joined"][np.searchsorted(ends, piece)] = True
        yield number, part


def barriers_of(nodes: WayNodes) -> Barriers:
    """The barriers among way nodes, piece after piece where these lead on.

    Lines are ordered by their ways, so that they do not follow the order of a file.
    """
    piece = np.flatnonzero(nodes["joined"] & ((nodes["look"] & BARRIER) > 0))
    first = piece[np.diff(piece, prepend=-2) > 1]
    last = piece[np.diff(piece, append=len(nodes) + 1) > 1] + 1
    order = np.lexsort((nodes["y"][first], nodes["x"][first], nodes["way"][first]))
    first, last = first[order], last[order]
    size = last + 1 - first
    start = np.concatenate([[0], np.cumsum(size)])
    at = np.arange(start[-1]) + np.repeat(first - start[:-1], size)
    look = nodes["look"][first].copy()
    closed = nodes["ref"][first] == nodes["ref"][last]
    look[~closed] &= np.uint8(~WATER & 0xFF)
    return Barriers(start, nodes["x"][at] / DEGREE, nodes["y"][at] / DEGREE, look)


def segments_of(nodes: WayNodes) -> Segments:
    """Streets among way nodes, in any order of ways and with repetitions, as pieces between
    distinct nodes.
    """
    ref = np.ascontiguousarray(nodes["ref"])
    order = np.argsort(ref)
    ordered = ref[order]
    fresh = np.ones(len(ref), bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    number = np.empty(len(ref), np.int64)
    number[order] = np.cumsum(fresh) - 1
    # Any of them will do: a node has one place in a file.
    one = order[fresh]
    a = np.flatnonzero(nodes["joined"] & ((nodes["look"] & BARRIER) == 0))
    lon, lat = nodes["x"][one] / DEGREE, nodes["y"][one] / DEGREE
    return Segments(ref[one], lon, lat, number[a], number[a + 1], nodes["way"][a], nodes["look"][a])
