"""Squares and other open ground: one walks along the rim, and straight across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from gdcoverage.arrays import Ints
from gdcoverage.network._way_nodes import DEGREE, WAY_NODE, WayNodes

# Ground that more places of its rim lead to is walked along the rim alone: lines grow with the
# square of places. OpenTripPlanner's `maxAreaNodes` is as many.
MOST_PLACES = 150


class Ground(NamedTuple):
    """A closed way that is walked across: its id, its look, and its nodes from first to first."""

    way: int
    look: int
    ref: Ints
    x: Ints
    y: Ints


def crossings(grounds: Sequence[Ground], places: Ints) -> WayNodes:
    """Straight lines between places of each rim, as pairs of way nodes, where they lie inside.

    Inside is what shapely says a polygon covers, rim included, with longitude and latitude as
    plane coordinates. Ground that crosses itself has none.

    Parameters
    ----------
    places : ascending references of nodes of rims where streets meet them.
    """
    if not grounds:
        return np.empty(0, WAY_NODE)
    ground = np.repeat(np.arange(len(grounds)), [len(each.ref) for each in grounds])
    ref = np.concatenate([each.ref for each in grounds])
    x = np.concatenate([each.x for each in grounds])
    y = np.concatenate([each.y for each in grounds])
    lonlat = np.column_stack([x, y]) / DEGREE
    polygons = shapely.polygons(shapely.linearrings(lonlat, indices=ground))
    # The last node of a rim is its first.
    met = np.isin(ref, places) & (np.diff(ground, append=-1) == 0)
    met &= shapely.is_valid(polygons)[ground]
    at = np.split(np.flatnonzero(met), np.cumsum(np.bincount(ground[met], minlength=len(grounds))))
    pairs = np.concatenate([_pairs(some) for some in at])
    inside = shapely.covers(polygons[ground[pairs[:, 0]]], shapely.linestrings(lonlat[pairs]))
    ends = pairs[inside].ravel()
    lines = np.empty(len(ends), WAY_NODE)
    lines["ref"], lines["x"], lines["y"] = ref[ends], x[ends], y[ends]
    lines["joined"] = np.arange(len(ends)) % 2 == 0
    lines["look"] = np.array([each.look for each in grounds], np.uint8)[ground[ends]]
    lines["way"] = np.array([each.way for each in grounds], np.int64)[ground[ends]]
    return lines


def _pairs(some: Ints) -> Ints:
    """Every two of some, in two columns."""
    one, other = np.triu_indices(len(some), 1)
    return np.column_stack([some[one], some[other]])
