"""A province's base map in squares, each a script beside the page that is read when looked at.

A page that was opened from a disk may read no other file of its folder but scripts. A square holds
all that lies in it; what lies in several is cut with a margin, and drawn within each square alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import shapely

from gdcoverage.arrays import Ints, Objects
from gdcoverage.emap._drawn import AREAS, KINDS, LINES, WORLD, Drawn
from gdcoverage.emap._drawn_pack import packed_base, unbroken

# The folder beside the page.
FOLDER = "底图"
# Squares of this zoom, some 18 km wide in Guangdong: two to six are looked at.
ZOOM = 11
_SIDE = int(WORLD) >> ZOOM
# How far a cut is beyond the square, units: wider than any line is drawn from where squares are.
_MARGIN = 1024
# Of a square's script; a city's takes about half of it.
MOST_BYTES = 1_500_000
_AROUND = 100


@dataclass(frozen=True, eq=False)
class Squares:
    """The squares in which something is drawn.

    Parameters
    ----------
    drawn : of the whole province.
    square : x and y of each, counted from the world's north-west corner, ascending.
    rows : things of the squares one after the other.
    start : where the things of each square begin, and the last one ends.
    """

    drawn: Drawn
    square: Ints
    rows: Ints
    start: Ints

    @classmethod
    def of(cls, drawn: Drawn) -> Squares:
        """Each thing in every square that its box touches; streets unbroken over all of them."""
        drawn = unbroken(drawn)
        low, high = np.hsplit(drawn.boxes.astype(np.int64) // _SIDE, 2)
        wide, tall = (high - low + 1).T if len(drawn) else np.empty((2, 0), np.int64)
        count = wide * tall
        rows = np.repeat(np.arange(len(drawn)), count)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        x = low[rows, 0] + place % wide[rows]
        y = low[rows, 1] + place // wide[rows]
        place = (x << ZOOM) | y
        # Rows are in order already.
        order = np.argsort(place, kind="stable")
        place = place[order]
        first = np.flatnonzero(np.diff(place, prepend=-1))
        square = np.column_stack([place[first] >> ZOOM, place[first] & ((1 << ZOOM) - 1)])
        return cls(drawn, square, rows[order], np.append(first, len(place)))

    def __len__(self) -> int:
        return len(self.square)

    @property
    def paths(self) -> list[str]:
        """Where each is, below the page's folder."""
        return [f"{FOLDER}/{x}-{y}.js" for x, y in self.square.tolist()]

    def things(self, number: int) -> Drawn:
        """All that lies in a square, as it is."""
        return self.drawn.take(self.rows[self.start[number] : self.start[number + 1]])

    def scripts(self) -> Iterator[tuple[str, str]]:
        """Path and text of each, made one after the other."""
        for number, path in enumerate(self.paths):
            yield path, self.script(number)

    def script(self, number: int) -> str:
        """One that leaves the base map of a square at its own element."""
        part = packed_base(self._cut(number), MOST_BYTES - _AROUND)
        return f"document.currentScript.emapBase={json.dumps(part.text)};\n"

    def _cut(self, number: int) -> Drawn:
        """What lies in a square, without what of it lies far beyond."""
        things = self.things(number)
        west, north = (self.square[number] * _SIDE).tolist()
        east, south = west + _SIDE, north + _SIDE
        box = things.boxes
        inside = (box[:, 0] >= west) & (box[:, 2] < east)
        inside &= (box[:, 1] >= north) & (box[:, 3] < south)
        crossing = things.where(~inside)
        sides = (west - _MARGIN, north - _MARGIN, east + _MARGIN, south + _MARGIN)
        return Drawn.together([things.where(inside), _within(crossing, sides)])


def squares_at(paths: Iterable[str]) -> list[list[int]]:
    """The squares, as of `Squares.square`, of paths as of `Squares.paths`."""
    return [[int(place) for place in PurePosixPath(path).stem.split("-")] for path in paths]


def _within(things: Drawn, sides: tuple[int, int, int, int]) -> Drawn:
    """Lines and areas cut at the sides of a square."""
    shapes = things.shapes()
    lost = np.zeros(len(things), bool)
    for dimension, kinds in ((1, LINES), (2, AREAS)):
        own = np.flatnonzero(np.isin(things.kind, [KINDS.index(kind) for kind in kinds]))
        parts, owner = shapely.get_parts(
            shapely.clip_by_rect(shapes[own], *sides), return_index=True
        )
        # A corner that only touches the side leaves a point, or a line.
        whole = shapely.get_dimensions(parts) == dimension
        shapes[own], lost[own] = _gathered(parts[whole], owner[whole], len(own), dimension)
    kept = np.flatnonzero(~lost)
    return Drawn.of(
        [KINDS[code] for code in things.kind[kept]],
        things.rank[kept].tolist(),
        [things.names[code] for code in things.name[kept]],
        shapes[kept],
    )


def _gathered(parts: Objects, owner: Ints, size: int, dimension: int) -> tuple[Objects, Objects]:
    """The parts of each as one shape, and which have none."""
    make = shapely.multilinestrings if dimension == 1 else shapely.multipolygons
    found = np.empty(size, object)
    if len(parts):
        make(parts, indices=owner, out=found)
    lost = np.bincount(owner, minlength=size) == 0
    return found, lost
