"""The plan whose nearest outlets stand farthest apart, among those that cover as many people."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Literal

import numpy as np

from gdcoverage import locate
from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.sites._apart import cliques
from gdcoverage.sites._question import HAIR, Question
from gdcoverage.sites._solve import Unlike, options_of, with_room

# Of more candidates the distances are too many to weigh.
_MOST_CANDIDATES = 3_000


def widest(
    question: Question, plan: Ints, sites: int, unlike: Unlike = ()
) -> tuple[Ints, locate.CoverSolution | None]:
    """The plan with the greatest least distance, and that distance in metres as the objective.

    Of each site that is not fixed, to the other sites and to active outlets. Whether there is a
    plan with all distances of d or more is a maximal covering question in which nearer sites
    exclude one another; the greatest d is found by halving among the distances that occur.

    Parameters
    ----------
    plan : to start from.
    """
    begun = monotonic()
    apart = _Distances(question)
    best, held = plan, apart.least(plan)
    if not np.isfinite(held):
        return plan, None
    if len(question.candidates) > _MOST_CANDIDATES:
        return plan, _proof(plan, held, max(apart.ceiling(), held), begun)
    people = question.population_of(plan) - HAIR
    levels = apart.levels()
    low, high, surely = int(np.searchsorted(levels, held)), len(levels), len(levels)
    share = question.terms.time_limit / max(int(high - low).bit_length(), 1)
    ended = set()
    while high - low > 1:
        middle = (low + high) // 2
        found = _spaced(question, apart, levels[middle], sites, unlike, share)
        ended.add("optimal" if found is None else found.status)
        if found is not None and question.population_of(found.sites) >= people:
            best, held = found.sites, apart.least(found.sites)
            # Without sites that may move there is no distance left to keep.
            low = max(middle, int(np.searchsorted(levels, min(held, levels[-1]))))
            continue
        high = middle
        if found is None or found.bound < people:
            surely = middle
    bound = float(levels[surely - 1]) if surely > low + 1 else held
    late: Literal["time_limit", "clock"] = "clock" if "clock" in ended else "time_limit"
    return best, _proof(best, held, max(bound, held), begun, late)


def _proof(
    plan: Ints,
    held: float,
    bound: float,
    begun: float,
    late: Literal["time_limit", "clock"] = "time_limit",
) -> locate.CoverSolution:
    gap = (bound - held) / bound if bound > held else 0.0
    return locate.CoverSolution(
        plan,
        held,
        bound,
        gap,
        "optimal" if gap == 0 else late,
        monotonic() - begun,
        np.empty(0, bool),
        0.0,
        np.empty(0, np.int64),
    )


class _Distances:
    """Metres between candidates, and from each to the nearest active outlet, to the millimetre."""

    def __init__(self, question: Question) -> None:
        outlets = question.coverage.outlets
        lon, lat = lonlat(question.candidates.geometry.to_numpy())
        there = lonlat(outlets.geometry.to_numpy()[outlets["counts"].to_numpy(bool)])
        self.outlet = ellipsoid.nearest(lon, lat, *there)[0].round(3)
        self.lon, self.lat, self.fixed = lon, lat, question.fixed
        self.free = np.flatnonzero(~question.forbidden & ~question.fixed)

    def between(self, one: Ints, other: Ints) -> Floats:
        """Metres of every pair, (one, other)."""
        a, b = np.repeat(one, len(other)), np.tile(other, len(one))
        metres = ellipsoid.metres(self.lon[a], self.lat[a], self.lon[b], self.lat[b])
        return metres.round(3).reshape(len(one), len(other))

    def least(self, plan: Ints) -> float:
        """The least distance of a site that is not fixed; inf without one."""
        moved = plan[~self.fixed[plan]]
        away = self.between(moved, plan)
        away[moved[:, None] == plan[None, :]] = np.inf
        return float(min(away.min(initial=np.inf), self.outlet[moved].min(initial=np.inf)))

    def levels(self) -> Floats:
        """All distances that a plan might have as its least, ascending."""
        every = np.append(self.free, np.flatnonzero(self.fixed))
        away = self.between(self.free, every)
        away = away[self.free[:, None] != every[None, :]]
        own = self.outlet[self.free]
        return np.unique(np.append(away, own[np.isfinite(own)]))

    def ceiling(self) -> float:
        """No site that may move is farther than this from an outlet, or from any other place."""
        away = self.outlet[self.free]
        if np.isfinite(away).any():
            return float(away.max())
        ends = self.lon.min(), self.lat.min(), self.lon.max(), self.lat.max()
        return float(ellipsoid.metres(*(np.array([end]) for end in ends))[0])

    def barred(self, metres: float) -> Bools:
        """Candidates nearer to an outlet, or to a fixed site."""
        near = self.outlet < metres
        if self.fixed.any():
            fixed = np.flatnonzero(self.fixed)
            near[self.free] |= (self.between(self.free, fixed) < metres).any(axis=1)
        return near & ~self.fixed


def _spaced(
    question: Question,
    apart: _Distances,
    metres: float,
    sites: int,
    unlike: Unlike,
    time_limit: float,
) -> locate.CoverSolution | None:
    """The plan with most people whose distances are all so great; None where there is none."""
    options = options_of(question, unlike)
    room = with_room(question, options, sites)
    barred = apart.barred(metres)
    free = apart.free[~barred[apart.free]]
    one, other = np.nonzero(np.triu(apart.between(free, free) < metres, 1))
    sets = [(free[own], 1, 0) for own in cliques(len(free), one, other)]
    options["groups"] = [*options["groups"], *sets]
    options["forbidden"] = question.forbidden | barred
    options["time_limit"] = time_limit
    try:
        found = locate.maximal_covering(question.covers, question.people, room, **options)
    except locate.NoPlanError as error:
        return None if error.proven else _unknown(question)
    people = question.population_of(found.sites)
    return replace(found, bound=people if found.gap == 0 else float(found.bound))


def _unknown(question: Question) -> locate.CoverSolution:
    """Nothing found, and nothing proved."""
    nothing = np.empty(0, np.int64)
    return locate.CoverSolution(
        nothing, 0.0, np.inf, 1.0, "time_limit", 0.0, np.empty(0, bool), 0.0, nothing
    )
