"""Which of millions of points lie in which areas: by tiles, and one by one only along borders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats, Ints

# Tiles are a hundredth of a degree, about a kilometre.
_PER_DEGREE = 100
_ROWS = 1 << 16  # more rows of tiles than the earth has
# Tiles are tested with a rim, so that none leaves out a point that rounding puts in it.
_RIM = 1e-9


class Areas:
    """Areas to which points are dealt out, batch by batch.

    A tile wholly inside an area, or wholly outside, spares its points the test; the answer is
    the same as if every point were tested against every area.

    Parameters
    ----------
    shapes : polygons in degrees, WGS-84; they may overlap.
    outline : whether points on an area's outline lie in it.
    """

    def __init__(self, shapes: Sequence[BaseGeometry], *, outline: bool) -> None:
        self._shapes = np.array(shapes, object)
        shapely.prepare(self._shapes)
        self._test = shapely.intersects_xy if outline else shapely.contains_xy
        self._known = np.empty(0, np.int64)
        # Pairs of a tile and an area that it meets, sorted by tile; `_wholly` where it lies in it.
        self._tile, self._area = np.empty(0, np.int64), np.empty(0, np.int64)
        self._wholly = np.empty(0, np.bool_)

    def deal(self, lon: Floats, lat: Floats) -> Iterator[tuple[int, Ints]]:
        """Per area with points in it, its number and the positions of those, in any order.

        Parameters
        ----------
        lon, lat : degrees, WGS-84; all finite.
        """
        if not len(lon):
            return
        column, row = (np.floor(axis * _PER_DEGREE).astype(np.int64) for axis in (lon, lat))
        tile = column * _ROWS + (row + _ROWS // 2)
        order = np.argsort(tile)
        ordered = tile[order]
        first = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
        tiles, count = ordered[first], np.diff(first, append=len(tile))
        self._learn(np.setdiff1d(tiles, self._known, assume_unique=True))

        # Each point with each area that its tile meets, area by area.
        at = np.searchsorted(tiles, self._tile).clip(max=len(tiles) - 1)
        met = np.flatnonzero(tiles[at] == self._tile)
        met = met[np.argsort(self._area[met], kind="stable")]
        points = order[_ranges(first[at[met]], count[at[met]])]
        wholly = np.repeat(self._wholly[met], count[at[met]])
        area = np.repeat(self._area[met], count[at[met]])
        bounds = np.flatnonzero(np.diff(area, prepend=-1, append=-1))
        for start, stop in pairwise(bounds):
            number, here, sure = int(area[start]), points[start:stop], wholly[start:stop]
            open_ones = here[~sure]
            found = self._test(self._shapes[number], lon[open_ones], lat[open_ones])
            inside = np.concatenate([here[sure], open_ones[found]])
            if len(inside):
                yield number, inside

    def _learn(self, tiles: Ints) -> None:
        """Find out which areas meet tiles that were not met before."""
        west, south = tiles // _ROWS, tiles % _ROWS - _ROWS // 2
        low = [axis / _PER_DEGREE - _RIM for axis in (west, south)]
        high = [(axis + 1) / _PER_DEGREE + _RIM for axis in (west, south)]
        tree = shapely.STRtree(shapely.box(*low, *high))
        area, met = tree.query(self._shapes, predicate="intersects")
        inner_area, inner = tree.query(self._shapes, predicate="contains_properly")
        wholly = np.isin(area * len(tiles) + met, inner_area * len(tiles) + inner)

        tile = np.concatenate([self._tile, tiles[met]])
        order = np.argsort(tile, kind="stable")
        self._tile = tile[order]
        self._area = np.concatenate([self._area, area])[order]
        self._wholly = np.concatenate([self._wholly, wholly])[order]
        self._known = np.sort(np.concatenate([self._known, tiles]))


def _ranges(first: Ints, count: Ints) -> Ints:
    """The whole numbers of several ranges, one range after another."""
    jump = np.repeat(first - (np.cumsum(count) - count), count)
    return jump + np.arange(len(jump))
