"""Among equal plans the one that is spread widest."""

from __future__ import annotations

import numpy as np

from gdcoverage.arrays import Floats, Ints
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.sites._question import Question

# A site is moved at most so often; one round settles nearly every plan.
_ROUNDS = 3

# Sums of people in another order differ by less.
_SAME_PEOPLE = 1e-5


def spread_out(question: Question, sites: Ints) -> Ints:
    """The plan with sites moved apart as long as it covers as many people.

    One at a time, in order of id, a site that is not fixed gives way to the candidate that
    covers exactly as many people together with the rest of the plan and keeps the terms, and
    lies farthest from the nearest other site of the plan or active outlet; equal ones to the
    lowest id.
    """
    plan = np.sort(sites)
    xyz = ellipsoid.to_ecef(*lonlat(question.candidates.geometry.to_numpy()))
    outlets = question.coverage.outlets
    lon, lat = lonlat(outlets.geometry.to_numpy()[outlets["counts"].to_numpy(bool)])
    to_outlet, _ = ellipsoid.nearest(*lonlat(question.candidates.geometry.to_numpy()), lon, lat)
    for _ in range(_ROUNDS):
        before = plan
        free = question.gains(np.where(question.times(plan) == 0, question.people, 0.0))
        for site in before[~question.fixed[before]]:
            rest = plan[plan != site]
            equal = _equal_to(question, int(site), free, rest)
            taken = _farthest(equal, rest, xyz, to_outlet)
            plan = np.append(rest, taken)
            if taken != site:
                free = question.gains(np.where(question.times(plan) == 0, question.people, 0.0))
        plan = np.sort(plan)
        if np.array_equal(plan, before):
            break
    return plan


def _equal_to(question: Question, site: int, free: Floats, rest: Ints) -> Ints:
    """Candidates that could take the site's place without loss, in order of id.

    ``free`` are the people of each candidate whom the whole plan leaves out.
    """
    own = question.by_site[[site]].indices
    only = own[question.times(rest)[own] == 0]
    held = question.covers[only]
    people = np.repeat(question.people[only], np.diff(held.indptr))
    gains = free + np.bincount(held.indices, people, minlength=len(free))
    equal = np.abs(gains - gains[site]) <= _SAME_PEOPLE
    equal &= question.is_open(rest)
    if not question.is_two_sided:
        return np.flatnonzero(equal)
    others = np.flatnonzero(equal & (np.arange(len(equal)) != site))
    kept = [c for c in others.tolist() if question.keeps_floors(np.append(rest, [c]))]
    return np.sort(np.array([site, *kept], np.int64))


def _farthest(equal: Ints, rest: Ints, xyz: Floats, to_outlet: Floats) -> int:
    """Of the equal candidates the one farthest from the rest; the first of them on a tie."""
    away = to_outlet[equal]
    for other in rest:
        away = np.minimum(away, np.linalg.norm(xyz[equal] - xyz[other], axis=1))
    return int(equal[np.argmax(away.round(3))])
