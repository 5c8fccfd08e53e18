"""Scenarios of a siting question: three walking speeds, and how points may join the streets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
from scipy.sparse import csr_array

from gdcoverage.arrays import Bools
from gdcoverage.assessment import Reach, cover_matrix
from gdcoverage.findings import (
    BY_NEAREST_STREET,
    MISPLACED_M,
    WITHOUT_DOUBTFUL_WAYS,
    Coverage,
    covered_at,
)
from gdcoverage.policy import COMPARISON_SPEEDS, Standard

# The scenarios in their order, as reports call them. The standard's speed is one of its own only
# where it is none of the three; streets in doubt are left out only where there are any.
SCENARIOS = {speed.name: speed.label for speed in COMPARISON_SPEEDS} | {
    "standard": "计划的步速",
    "nearest_street": "只接最近街道",
    "certain_ways": "不走存疑道路",
    "nearer": f"各点近 {MISPLACED_M:.0f} 米",
    "farther": f"各点远 {MISPLACED_M:.0f} 米",
}


@dataclass(frozen=True, eq=False)
class Scenario:
    """Who is covered and who could be, if something were otherwise.

    Parameters
    ----------
    name : of `SCENARIOS`.
    covered : bool per demand point.
    reach : bool, (demand, candidates).
    """

    name: str
    covered: Bools
    reach: csr_array


def scenarios_of(
    coverage: Coverage, candidates: gpd.GeoDataFrame, reach: csr_array
) -> tuple[Scenario, ...]:
    """What each scenario makes of a coverage; what is uncertain, at the standard's speed.

    Parameters
    ----------
    candidates : frame of `complete_candidates`.
    reach : who is within reach of whom as it is.
    """
    return tuple(_scenarios(coverage, candidates, reach))


def _scenarios(
    coverage: Coverage, candidates: gpd.GeoDataFrame, reach: csr_array
) -> Iterator[Scenario]:
    standard, demand, network = coverage.standard, coverage.demand, coverage.network
    joined, points = coverage.join(candidates), coverage.demand_joined
    limit_m, radius_m = standard.walk_limit_m, standard.rural_radius_m

    def within(limit: Reach) -> csr_array:
        return cover_matrix(network, limit, joined, candidates, points, demand)

    for speed in COMPARISON_SPEEDS:
        walk_m = standard.walk_limit_at(speed.m_per_min)
        if walk_m == limit_m:
            yield Scenario(speed.name, demand["covered"].to_numpy(bool), reach)
            continue
        covered = covered_at(demand, standard, walk_m)
        yield Scenario(speed.name, covered, within(Reach(walk_m, radius_m)))
    if as_asked(standard) == "standard":
        yield Scenario("standard", demand["covered"].to_numpy(bool), reach)
    nearest = joined.only_nearest(), candidates, points.only_nearest(), demand
    yield Scenario(
        "nearest_street",
        demand[BY_NEAREST_STREET].to_numpy(bool),
        cover_matrix(network, standard, *nearest),
    )
    if WITHOUT_DOUBTFUL_WAYS in demand:
        yield Scenario(
            "certain_ways",
            demand[WITHOUT_DOUBTFUL_WAYS].to_numpy(bool),
            cover_matrix(network, standard, joined, candidates, points, demand, certain=True),
        )
    for name, nearer_m in (("nearer", MISPLACED_M), ("farther", -MISPLACED_M)):
        covered = covered_at(demand, standard, limit_m, nearer_m=nearer_m)
        yield Scenario(name, covered, within(Reach(limit_m + nearer_m, radius_m + nearer_m)))


def as_asked(standard: Standard) -> str:
    """The scenario in which everything is as the plan has it: the headline's."""
    limit_m = standard.walk_limit_m
    same = (s.name for s in COMPARISON_SPEEDS if standard.walk_limit_at(s.m_per_min) == limit_m)
    return next(same, "standard")
