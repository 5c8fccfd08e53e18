"""Recommended sites: most people with so many sites, or the fewest sites for a rate."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd

from gdcoverage.findings import Coverage
from gdcoverage.gaps import find_gaps
from gdcoverage.progress import at_work
from gdcoverage.sites._plan import SitePlan, described
from gdcoverage.sites._prefer import settled
from gdcoverage.sites._question import HAIR, Question, ask
from gdcoverage.sites._solve import fewest_sites, most_people
from gdcoverage.sites._terms import Terms
from gdcoverage.tables import Rows


@at_work("推荐新增网点")
def recommend_sites(
    coverage: Coverage,
    candidates: Rows | None,
    terms: Terms,
    places: gpd.GeoDataFrame | None = None,
) -> SitePlan:
    """Where to add outlets: most people with so many sites, or fewest sites for a target rate.

    Existing outlets count first: only people whom none of them covers are to be won. Of plans
    with the fewest sites for a rate, one that covers most people is taken. Among equal plans the
    one spread wider is preferred: each site in turn gives way to the candidate that covers
    exactly as many people together with the rest and lies farthest from the other sites and
    active outlets; what is then still equal goes by candidate_id, never by row order. With
    ``then`` the terms say what is preferred instead.

    Parameters
    ----------
    coverage : result of `assess`.
    candidates : outlet-like, see `complete_candidates`; one off the streets can serve rural
        people only. Street locations are generated if None.
    terms : what is asked, with exactly one of `add` and `target`.
    places : to name gaps after, as for `find_gaps`.

    Raises
    ------
    ValueError : not exactly one of add and target.
    InputError : an unknown county, bank or candidate; terms that contradict one another.

    Examples
    --------
    >>> plan = gd.recommend_sites(coverage, None, gd.Terms(add=2))
    >>> plan.sites["rank"].tolist(), plan.status
    ([1, 2], 'optimal')
    """
    return plan_for(ask(coverage, candidates, terms), find_gaps(coverage, places))


def plan_for(question: Question, gaps: gpd.GeoDataFrame) -> SitePlan:
    """The best plan for a question on a coverage with these gaps; see `recommend_sites`."""
    terms = question.terms
    if (terms.add is None) == (terms.target is None):
        raise ValueError("give either add or target")
    if terms.add is not None:
        found = most_people(question, terms.add)
        sites, twice = settled(question, found.sites, terms.add)
        return described(question, found, sites, twice, gaps)
    assert terms.target is not None
    # A hair less than on paper, so that a rate just reached is not missed by a rounding.
    wanted = terms.target * question.population - question.covered_population - HAIR
    found = fewest_sites(question, wanted)
    size = len(found.sites)
    best = most_people(question, size)
    worse = best.objective < question.population_of(found.sites) - HAIR
    sites, twice = settled(question, found.sites if worse else best.sites, size)
    status = best.status if best.status == "clock" else found.status
    found = replace(found, seconds=found.seconds + best.seconds, status=status)
    return described(question, found, sites, twice, gaps, wanted)
