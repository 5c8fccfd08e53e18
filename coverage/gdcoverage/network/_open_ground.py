"""Squares and other open ground: one walks along the rim, and straight across."""

from __future__ import annotations

from itertools import combinations
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


def crossings(ground: Ground, places: Ints) -> WayNodes:
    """Straight lines between places of the rim, each as two way nodes, where they lie inside.

    Inside is what shapely says a polygon covers, rim included, with longitude and latitude as
    plane coordinates. Ground that crosses itself has none.

    Parameters
    ----------
    places : ascending references of nodes of the rim where streets meet it.
    """
    rim = np.column_stack([ground.x, ground.y]) / DEGREE
    polygon = shapely.Polygon(rim)
    at = np.flatnonzero(np.isin(ground.ref[:-1], places))
    if len(at) < 2 or not polygon.is_valid:
        return np.empty(0, WAY_NODE)
    pairs = np.array(list(combinations(at, 2)))
    shapely.prepare(polygon)
    pairs = pairs[shapely.covers(polygon, shapely.linestrings(rim[pairs]))]
    ends = pairs.ravel()
    lines = np.empty(len(ends), WAY_NODE)
    lines["ref"], lines["x"], lines["y"] = ground.ref[ends], ground.x[ends], ground.y[ends]
    lines["joined"] = np.arange(len(ends)) % 2 == 0
    lines["look"], lines["way"] = ground.look, ground.way
    return lines
