"""The siting part of a plan: recommended sites, frontier, alternatives and exit impact at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.findings import Coverage
from gdcoverage.gaps import find_gaps
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.showing import Shown
from gdcoverage.sites._alternatives import Alternatives, alternatives_to
from gdcoverage.sites._candidates import kinds_of
from gdcoverage.sites._capacity import Capacity, capacity_of
from gdcoverage.sites._exit import exit_impact
from gdcoverage.sites._frontier import Frontier, frontier_of
from gdcoverage.sites._plan import SitePlan
from gdcoverage.sites._question import Question, ask
from gdcoverage.sites._recommend import plan_for
from gdcoverage.sites._redesign import Redesign, redesigned
from gdcoverage.sites._refine import Refinement, refined
from gdcoverage.sites._robust import Robust, robust_of
from gdcoverage.sites._scenarios import scenarios_of
from gdcoverage.sites._terms import Terms
from gdcoverage.sites._whereabouts import by_landmarks
from gdcoverage.tables import Rows

_Found = TypeVar("_Found", SitePlan, Alternatives)


@dataclass(frozen=True, eq=False, repr=False)
class Siting(Shown):
    """Answers to a planner's siting question.

    Parameters
    ----------
    candidates : how many candidates were weighed.
    generated : whether they are street locations that the program chose.
    excluded : how many of them lie in excluded areas, and were forbidden.
    plan : the recommended sites.
    frontier : people covered for every number of sites, or None.
    alternatives : further plans, or None.
    exits : result of `exit_impact`.
    service : what all of it is asked about, in official terms; empty for whatever outlets offer.
    kinds : what stands where the candidates are, and how many of them; empty where not known.
    robust : the plan that stays good at every speed, or None.
    refinement : what denser candidates won and could win, or None.
    capacity : who finds room at outlets that serve so many people, or None.
    redesign : outlets that close and sites that open, or None.
    crowded : candidates too near to an active outlet of their bank, which were forbidden:
        ``candidate_id``, ``name``, ``bank``, ``outlet_id``, ``outlet_name``, ``outlet_m``.
    """

    candidates: int
    generated: bool
    excluded: int
    plan: SitePlan
    frontier: Frontier | None
    alternatives: Alternatives | None
    exits: gpd.GeoDataFrame
    service: str = ""
    kinds: tuple[tuple[str, int], ...] = ()
    robust: Robust | None = None
    refinement: Refinement | None = None
    redesign: Redesign | None = None
    capacity: Capacity | None = None
    crowded: pd.DataFrame | None = None

    def _line(self) -> str:
        return f"{self.candidates:,} candidates weighed; {self.plan!r}"


def make_siting(
    coverage: Coverage,
    terms: Terms,
    candidates: Rows | None = None,
    places: gpd.GeoDataFrame | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    landmarks: gpd.GeoDataFrame | None = None,
) -> Siting:
    """Answer all that the terms ask of a coverage; cover sets are found once.

    Parameters
    ----------
    coverage, candidates, terms, places : as for `recommend_sites`.
    gaps : of `find_gaps`, where they are known.
    landmarks : of `landmarks_of`, by which to say where sites are; else the coverage's own
        names serve.

    Raises
    ------
    ValueError, InputError : as for `recommend_sites`.
    """

    def told(found: _Found) -> _Found:
        return replace(found, sites=by_landmarks(found.sites, coverage, landmarks))

    question = ask(coverage, candidates, terms)
    gaps = find_gaps(coverage, places, areas=False) if gaps is None else gaps
    plan, refinement = plan_for(question, gaps), None
    if terms.refine_m is not None and question.generated:
        denser = refined(question, plan, partial(plan_for, gaps=gaps))
        question, plan, refinement = denser
    robust = None
    if terms.robust:
        supposed = scenarios_of(question.walked, question.candidates, question.reach)
        robust = robust_of(question, plan, gaps, supposed)
    curve = frontier_of(question) if terms.frontier else None
    size = len(plan.sites)
    other = redesigned(question, gaps) if terms.close else None
    loads = None if terms.capacity is None else capacity_of(question, plan, gaps)
    further = alternatives_to(question, size) if terms.alternatives and size else None
    return Siting(
        len(question.candidates),
        question.generated,
        int(question.excluded.sum()),
        told(plan),
        curve,
        further and told(further),
        exit_impact(coverage),
        kinds=kinds_of(question.candidates["kind"]),
        refinement=refinement,
        robust=robust and replace(robust, plan=told(robust.plan)),
        redesign=other and replace(other, opened=by_landmarks(other.opened, coverage, landmarks)),
        capacity=loads and replace(loads, sites=by_landmarks(loads.sites, coverage, landmarks)),
        crowded=_crowded(question),
    )


def _crowded(question: Question) -> pd.DataFrame | None:
    """The rows of `Siting.crowded`, nearest first; None where there are none."""
    rows = np.flatnonzero(question.crowded)
    if not len(rows):
        return None
    outlets = question.coverage.outlets.iloc[question.too_near[rows]]
    candidates = question.candidates.iloc[rows]
    here, there = (lonlat(frame.geometry.to_numpy()) for frame in (candidates, outlets))
    table = pd.DataFrame(
        {
            **{
                name: candidates[name].to_numpy(object) for name in ("candidate_id", "name", "bank")
            },
            "outlet_id": outlets["outlet_id"].to_numpy(object),
            "outlet_name": outlets.get("name", outlets["outlet_id"]).to_numpy(object),
            "outlet_m": ellipsoid.metres(*here, *there).round(3),
        }
    )
    return table.sort_values("outlet_m", kind="stable", ignore_index=True)
