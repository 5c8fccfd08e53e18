"""Recommended sites: most people with so many sites, or the fewest sites for a rate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import geopandas as gpd
from scipy.sparse import csr_array

from gdcoverage.assessment import Coverage
from gdcoverage.sites._plan import SitePlan, described
from gdcoverage.sites._question import PEOPLE_DIGITS, Question, ask
from gdcoverage.sites._solve import fewest_sites, most_people
from gdcoverage.sites._spread import spread_out


def recommend_sites(
    coverage: Coverage,
    candidates: gpd.GeoDataFrame,
    *,
    sites: int | None = None,
    target_rate: float | None = None,
    county: str | Collection[str] | None = None,
    bank_caps: Mapping[str, int] | None = None,
    fixed: Collection[str] = (),
    forbidden: Collection[str] = (),
    covers: csr_array | None = None,
    places: gpd.GeoDataFrame | None = None,
    time_limit: float = 60.0,
) -> SitePlan:
    """Where to add outlets: most people with so many sites, or fewest sites for a target rate.

    Existing outlets count first: only people whom none of them covers are to be won. Of plans
    with the fewest sites for a rate, one that covers most people is taken. Among equal plans the
    one spread wider is preferred: each site in turn gives way to the candidate that covers
    exactly as many people together with the rest and lies farthest from the other sites and
    active outlets; what is then still equal goes by candidate_id, never by row order.

    Parameters
    ----------
    coverage : result of `assess`.
    candidates : EPSG:4326, Points, outlet-like; see `CANDIDATE_COLUMNS`. One off the streets
        can serve rural people only.
    sites : most sites to add; fewer where further ones add nobody.
    target_rate : coverage rate to reach in the counties together, 0 to 1.
    county : adcodes whose people count, with one budget; all if not given. Candidates beyond
        the border may serve them.
    bank_caps : most sites of each bank named.
    fixed, forbidden : candidate_ids that must, must not be in the plan.
    covers : result of `candidate_covers` for these candidates, to save finding it again.
    places : to name gaps after, as for `find_gaps`.
    time_limit : seconds; then the best plan found comes with its gap.

    Raises
    ------
    ValueError : not exactly one of sites and target_rate, or one that makes no sense.
    InputError : an unknown county, bank or candidate; terms that contradict one another.
    """
    question = ask(
        coverage,
        candidates,
        covers=covers,
        county=county,
        bank_caps=bank_caps,
        fixed=fixed,
        forbidden=forbidden,
    )
    return plan_for(
        question, sites=sites, target_rate=target_rate, places=places, time_limit=time_limit
    )


def plan_for(
    question: Question,
    *,
    sites: int | None = None,
    target_rate: float | None = None,
    places: gpd.GeoDataFrame | None = None,
    time_limit: float = 60.0,
) -> SitePlan:
    """The best plan for a question; parameters as for `recommend_sites`."""
    if (sites is None) == (target_rate is None):
        raise ValueError("give either sites or target_rate")
    if sites is not None:
        if sites < 0:
            raise ValueError(f"sites must be 0 or more, not {sites}")
        found = most_people(question, sites, time_limit)
        return described(question, found, spread_out(question, found.sites), "people", places)
    if target_rate is None or not 0 <= target_rate <= 1:
        raise ValueError(f"target_rate must be between 0 and 1, not {target_rate}")
    return _plan_for_rate(question, target_rate, places, time_limit)


def _plan_for_rate(
    question: Question, rate: float, places: gpd.GeoDataFrame | None, time_limit: float
) -> SitePlan:
    """Fewest sites first, then as many people as so many sites can cover."""
    wanted = rate * question.population - question.covered_population
    # A hair less than on paper, so that a rate just reached is not missed by a rounding.
    hair = 10.0**-PEOPLE_DIGITS
    found = fewest_sites(question, wanted - hair, time_limit)
    best = most_people(question, len(found.sites), max(time_limit - found.seconds, 1.0))
    better = best.objective > question.population_of(found.sites)
    sites = spread_out(question, best.sites if better else found.sites)
    plan = described(question, found, sites, "sites", places)
    return replace(
        plan,
        status="out_of_reach" if plan.population < wanted - hair else plan.status,
        seconds=found.seconds + best.seconds,
    )
