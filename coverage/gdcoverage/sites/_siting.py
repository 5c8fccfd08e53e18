"""The siting part of a plan: candidates, recommended sites, frontier, alternatives, exit impact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd

from gdcoverage.assessment import Coverage
from gdcoverage.sites._alternatives import Alternatives, alternatives
from gdcoverage.sites._candidates import candidate_covers, generate_candidates
from gdcoverage.sites._exit import exit_impact
from gdcoverage.sites._frontier import Frontier, frontier
from gdcoverage.sites._plan import SitePlan
from gdcoverage.sites._recommend import recommend_sites

# An alternative may cover this share fewer of the people whom the best plan wins.
_ALTERNATIVES_WITHIN = 0.05


@dataclass(frozen=True)
class SitingTerms:
    """What a planner asks for.

    Parameters
    ----------
    add : most sites to add; not together with `target`.
    target : coverage rate to reach, 0 to 1.
    county : adcode whose people count; all if None.
    bank_caps : most sites of a bank.
    fixed, forbidden : ids of candidates that must, must not be in the plan.
    frontier : most sites of the frontier; 0 for none.
    alternatives : how many further plans; 0 for none.
    time_limit : seconds for each question put to the solver.
    """

    add: int | None = None
    target: float | None = None
    county: str | None = None
    bank_caps: Mapping[str, int] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    frontier: int = 10
    alternatives: int = 3
    time_limit: float = 60.0


@dataclass(frozen=True, eq=False)
class Siting:
    """Answers to a planner's siting question.

    Parameters
    ----------
    candidates : how many candidates were weighed.
    generated : whether they are street locations that the program chose.
    plan : the recommended sites.
    frontier : people covered for every number of sites, or None.
    alternatives : further plans, or None.
    exits : result of `exit_impact`.
    """

    candidates: int
    generated: bool
    plan: SitePlan
    frontier: Frontier | None
    alternatives: Alternatives | None
    exits: gpd.GeoDataFrame


def make_siting(
    coverage: Coverage,
    terms: SitingTerms,
    candidates: gpd.GeoDataFrame | None = None,
    *,
    generate: int = 300,
    apart_m: float = 500.0,
    excluded: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
) -> Siting:
    """Answer a siting question.

    Parameters
    ----------
    candidates : where outlets could be added (as `recommend_sites` takes them); street locations
        are generated if None.
    generate, apart_m : how many locations, and how many metres apart at least.
    excluded : areas (EPSG:4326) in which none is generated: water, airfields, ….
    places : named places to name gaps after.

    Raises
    ------
    ValueError, InputError : as `recommend_sites`.
    """
    generated = candidates is None
    if candidates is None:
        candidates = generate_candidates(coverage, generate, apart_m, excluded)
    common: dict[str, Any] = {
        "county": terms.county,
        "bank_caps": terms.bank_caps,
        "fixed": terms.fixed,
        "forbidden": terms.forbidden,
        "covers": candidate_covers(coverage, candidates),
        "time_limit": terms.time_limit,
    }
    plan = recommend_sites(
        coverage,
        candidates,
        sites=terms.add,
        target_rate=terms.target,
        places=places,
        **common,
    )
    curve = further = None
    if terms.frontier:
        curve = frontier(coverage, candidates, terms.frontier, **common)
    if terms.alternatives and len(plan.sites):
        size = len(plan.sites)
        further = alternatives(
            coverage, candidates, size, _ALTERNATIVES_WITHIN, count=terms.alternatives, **common
        )
    return Siting(len(candidates), generated, plan, curve, further, exit_impact(coverage))
