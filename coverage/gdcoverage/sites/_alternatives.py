"""Alternatives: further plans nearly as good as the best that use other sites."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Floats, Ints
from gdcoverage.findings import Coverage
from gdcoverage.gaps import find_gaps
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.progress import at_work
from gdcoverage.showing import Shown
from gdcoverage.sites._order import build_order
from gdcoverage.sites._prefer import settled
from gdcoverage.sites._question import HAIR, Question, ask
from gdcoverage.sites._recommend import plan_for
from gdcoverage.sites._solve import most_people, most_people_unlike
from gdcoverage.sites._terms import Terms
from gdcoverage.sites._whereabouts import found_at
from gdcoverage.tables import Rows


@dataclass(frozen=True, eq=False, repr=False)
class Alternatives(Shown):
    """The best plan and further ones within a share of it.

    Parameters
    ----------
    plans : one row per plan, the best first: ``plan`` (0 is the best), ``population`` (people
        newly covered), ``below_best`` (share fewer than the best), ``rate`` (coverage rate of
        the counties asked about), ``sites``, ``other_sites`` (of them not in the best plan),
        ``bound`` (no plan that keeps apart from those above covers more), ``gap``, ``status``,
        ``seconds``.
    sites : GeoDataFrame, EPSG:4326, Points, in build order within each plan: ``plan``,
        ``rank``, ``candidate_id``, ``name``, ``bank``, ``county``, ``population`` (people newly
        covered in that order), ``in_best`` (whether the best plan has it too), ``apart_m``
        (geodesic metres to the nearest site of the best plan; 0 where that has it too), ``kind``,
        ``address``, ``lon``, ``lat``, ``where``, ``gcj02_lon``, ``gcj02_lat`` (as in
        `SITE_COLUMNS`).
    differ, differ_m, within : as the `Terms` asked for.
    """

    plans: pd.DataFrame
    sites: gpd.GeoDataFrame
    differ: int
    differ_m: float
    within: float

    def _line(self) -> str:
        return f"{len(self.plans) - 1} besides the best"

    def _table(self) -> pd.DataFrame:
        return self.plans


@at_work("寻找备选方案")
def alternatives(coverage: Coverage, candidates: Rows | None, terms: Terms) -> Alternatives:
    """Further plans of no more sites than the best has, nearly as good.

    Plan 0 is that of `recommend_sites`. Each next one is the best of all plans that leave out at
    least ``differ`` sites of every plan before it (of plan 0 too), with all others nearer to that
    plan's sites than ``differ_m`` counted as its own; proved so where its gap is 0. So no plan
    that keeps apart from the ones returned is better than the last of them; the list ends where
    the next would cover less than ``1 - within`` of the best, or none is left.

    Parameters
    ----------
    coverage, candidates, terms : as for `recommend_sites`.

    Raises
    ------
    ValueError, InputError : as for `recommend_sites`.

    Examples
    --------
    >>> gd.alternatives(coverage, None, gd.Terms(add=3, alternatives=1, within=0.2))
    Alternatives(1 besides the best)
    """
    question = ask(coverage, candidates, terms)
    return alternatives_to(question, len(plan_for(question, find_gaps(coverage)).sites))


def alternatives_to(question: Question, sites: int) -> Alternatives:
    """The best plan of at most so many sites, and its alternatives; see `alternatives`."""
    terms = question.terms
    best = most_people(question, sites)
    plans, proofs = [settled(question, best.sites, sites)[0]], [best]
    least = (1 - terms.within) * question.population_of(plans[0]) - HAIR
    while len(plans) <= terms.alternatives:
        unlike = [(_same(question, plan), len(plan) - terms.differ) for plan in plans]
        if any(question.fixed[same].sum() > most for same, most in unlike):
            break
        found = most_people_unlike(question, sites, unlike)
        if found is None or question.population_of(found.sites) < least:
            break
        plans.append(np.sort(settled(question, found.sites, sites, unlike)[0]))
        proofs.append(found)
    return Alternatives(
        _plans_frame(question, plans).assign(
            bound=[proof.bound for proof in proofs],
            gap=[proof.gap for proof in proofs],
            status=[proof.status for proof in proofs],
            seconds=[proof.seconds for proof in proofs],
        ),
        _sites_frame(question, plans),
        terms.differ,
        terms.differ_m,
        terms.within,
    )


def _same(question: Question, plan: Ints) -> Ints:
    """Candidates that are no others than the sites of a plan: these, and what is too near them."""
    near = np.flatnonzero(_metres_to(question, plan) < question.terms.differ_m)
    return np.union1d(plan, near)


def _metres_to(question: Question, plan: Ints) -> Floats:
    """Metres from each candidate to the nearest site of a plan, to the millimetre."""
    lon, lat = lonlat(question.candidates.geometry.to_numpy())
    return ellipsoid.nearest(lon, lat, lon[plan], lat[plan])[0].round(3)


def _plans_frame(question: Question, plans: list[Ints]) -> pd.DataFrame:
    people = np.array([question.population_of(plan) for plan in plans])
    return pd.DataFrame(
        {
            "plan": np.arange(len(plans)),
            "population": people,
            "below_best": (people[0] - people) / (people[0] or 1.0),
            "rate": [question.rate_with(p) for p in people],
            "sites": [len(plan) for plan in plans],
            "other_sites": [len(np.setdiff1d(plan, plans[0])) for plan in plans],
        }
    )


def _sites_frame(question: Question, plans: list[Ints]) -> gpd.GeoDataFrame:
    parts, metres = [], _metres_to(question, plans[0])
    for number, plan in enumerate(plans):
        order, added = build_order(question, plan)
        part = question.candidates.iloc[order].reset_index(drop=True)
        part.insert(0, "plan", number)
        part.insert(1, "rank", np.arange(1, len(order) + 1))
        part.insert(6, "population", added)
        part.insert(7, "in_best", np.isin(order, plans[0]))
        part.insert(8, "apart_m", np.where(part["in_best"], 0.0, metres[order]))
        part = part.assign(lon=part.geometry.x, lat=part.geometry.y)
        parts.append(part.assign(**found_at(question.coverage, part)))
    return pd.concat(parts, ignore_index=True)
