"""Where points join the streets.

From a point one may walk straight to the nearest place of every street that can be seen from it:

- A *candidate* is an edge within the limit, of a component with enough street, that is stepped
  onto from beside (no tunnel, no bridge). It is joined at its nearest place.
- The *access leg* is the straight line there. It ends at the first street that it meets: the leg
  to a candidate meets no other street on its way that can be joined for certain. (Doubtful streets
  are candidates, but end no leg: with and without them, all others are joined at the same places.)
- It meets no barrier. A point in water (inside a closed rim; of an odd number of rims, for
  inside two lies an island) is not held back by them.
- What is met within a millimetre of the leg's end is touched, not crossed; of several edges that
  are joined at the same crossing one is named. A point within a millimetre of a street stands on
  it, and joins it alone; a barrier that it stands on holds nobody back.

A walk takes whichever candidates make it shortest, at either end. A point within the limit of a
street, but without a candidate, is ``barred``; one that is farther is ``off_network``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gdcoverage.arrays import Bools, Floats, Int32s, Ints, Objects
from gdcoverage.showing import Shown


@dataclass(frozen=True, eq=False, repr=False)
class Joins(Shown):
    """Places where points join the streets.

    Parameters
    ----------
    edge : index of the edge joined, int32.
    along_m : metres from the edge's start to the place of joining.
    access_m : straight metres from the point to that place.
    lon, lat : that place, degrees, WGS-84.
    """

    edge: Int32s
    along_m: Floats
    access_m: Floats
    lon: Floats
    lat: Floats

    def _line(self) -> str:
        return f"{len(self):,}"

    def __len__(self) -> int:
        return len(self.edge)

    def __getitem__(self, rows: Ints | Bools) -> Joins:
        return Joins(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True, eq=False, repr=False)
class Snap(Shown):
    """How points join the network, each in no, one or several places.

    Parameters
    ----------
    start : point ``p`` has the joins ``start[p]`` up to ``start[p + 1]``, nearest first.
    joins : all of them.
    component : of each point the component with most street that it joins, int32, 0 the one with
        most of all; -1 where it joins none.
    barred : which points join none although a street is within the limit.
    """

    start: Ints
    joins: Joins
    component: Int32s
    barred: Bools

    @property
    def status(self) -> Objects:
        """``ok``, ``island`` (joined, but not to the largest component), ``barred`` or
        ``off_network``.
        """
        names = np.array(["ok", "island", "barred", "off_network"], object)
        apart = np.where(self.barred, 2, 3)
        return names[np.where(self.component < 0, apart, np.minimum(self.component, 1))]

    @property
    def point(self) -> Ints:
        """The point of each join."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    @property
    def nearest(self) -> Ints:
        """The nearest join of each point; -1 where there is none."""
        return np.where(np.diff(self.start) > 0, self.start[:-1], -1)

    def access_of(self, join: Ints | Int32s) -> Floats:
        """Metres of the leg of a join of each point; of the nearest where it is -1; NaN off."""
        chosen = np.where(join < 0, self.nearest, join)
        return np.append(self.joins.access_m, np.nan)[chosen]

    @property
    def access_m(self) -> Floats:
        """Metres of each point's shortest leg; NaN off the network."""
        return self.access_of(self.nearest)

    def on(self, edges: Bools) -> Snap:
        """Only the joins on some edges."""
        kept = edges[self.joins.edge]
        before = np.concatenate([[0], np.cumsum(kept)])
        return Snap(before[self.start], self.joins[kept], self.component, self.barred)

    def only_nearest(self) -> Snap:
        """Only the nearest join of each point."""
        joined = np.diff(self.start) > 0
        start = np.concatenate([[0], np.cumsum(joined)])
        return Snap(start, self.joins[self.start[:-1][joined]], self.component, self.barred)

    def _line(self) -> str:
        return f"{len(self):,} points in {len(self.joins):,} places"

    def __len__(self) -> int:
        return len(self.component)

    def __getitem__(self, rows: Ints | Bools) -> Snap:
        count = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(count)])
        held = np.arange(start[-1]) + np.repeat(self.start[:-1][rows] - start[:-1], count)
        return Snap(start, self.joins[held], self.component[rows], self.barred[rows])
