"""Outlets of several counties closed and opened from one budget, against every way there is.

``python tests/test_sites_joint_redesign.py 1000`` tries so many worlds.
"""

import sys
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from gdcoverage.gaps import gap_of_demand
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.sites._openings import moves_of
from gdcoverage.sites._reached import Reached, joined
from gdcoverage.sites._rearrange import rearranged
from gdcoverage.sites._redesign import redesigned
from test_sites_redesign import Ways, drawn


def parts_of(coverage, candidates, reach):
    """What each county would hand in: its people, and only whom these concern."""
    demand, outlets, covers = coverage.demand, coverage.outlets, coverage.covers
    for county in sorted({*demand["county"], *outlets["county"], *candidates["county"]}):
        rows = np.flatnonzero(demand["county"] == county)

        def near(frame, matrix, rows=rows, county=county):
            serves = np.asarray(matrix[rows].sum(axis=0)).ravel() > 0
            return np.flatnonzero(serves | (frame["county"] == county).to_numpy())

        sites, there = near(candidates, reach), near(outlets, covers)
        yield Reached(
            candidates.iloc[sites].reset_index(drop=True),
            csr_array(reach[rows][:, sites]),
            demand.iloc[rows].reset_index(drop=True),
            outlets.iloc[there].reset_index(drop=True),
            csr_array(covers[rows][:, there]),
            pd.DataFrame({"gap_id": [], "name": []}),
        )


def gaps_of(coverage):
    number = int(gap_of_demand(coverage).max(initial=-1)) + 1
    names = [f"g{i}" for i in range(number)]
    return pd.DataFrame({"gap_id": names, "name": names})


def fault(number):  # noqa: PLR0911 - a line a fault
    """What is wrong with the redesign of a world of three counties: empty where nothing is."""
    coverage, candidates, reach, terms, here, there = drawn(np.random.default_rng(number), 3)
    # A county of which there is nothing but its name.
    counties = gpd.GeoDataFrame(
        {"adcode": ["1", "2", "3", "4"], "name": list("甲乙丙丁"), "city": "市"},
        geometry=[None] * 4,
        crs="EPSG:4326",
    )
    terms = replace(terms, scope="province")
    coverage = replace(coverage, counties=counties)
    if terms.close_of and not (
        coverage.outlets[["outlet_id", "bank", "county"]].isin(terms.close_of).any(axis=None)
    ):
        return ""
    parts = list(parts_of(coverage, candidates, reach))
    try:
        question = joined(parts, Standard(), terms, False, counties)
    except InputError:
        return ""  # terms that contradict one another
    best = Ways(coverage, candidates, reach, terms, here, there).best()
    try:
        *_, found = rearranged(moves := moves_of(question))
    except InputError as error:
        return "" if best is None else f"no plan, but {best}: {error}"
    if best is None:
        return "a plan where there is none"
    covered, bound = found.people + moves.kept, found.bound + moves.kept
    if covered != pytest.approx(best[0], rel=1e-9, abs=1e-6) or found.gap:
        return f"{covered} of {best[0]}, gap {found.gap}"
    if bound < best[0] * (1 - 1e-9) - 1e-6:
        return f"bound {bound} below {best[0]}"
    if number % 8:
        return ""
    told = redesigned(question, gaps_of(question.coverage))
    return told_wrong(coverage, candidates, reach, told)


def told_wrong(coverage, candidates, reach, found):
    """What is not so of who wins and who loses, county by county."""
    demand, counties = coverage.demand, found.counties.set_index("county")
    stay = ~coverage.outlets["outlet_id"].isin(found.closed["outlet_id"]).to_numpy()
    opened = candidates["candidate_id"].isin(found.opened["candidate_id"]).to_numpy()
    after = coverage.covers.toarray()[:, stay].any(axis=1) | reach.toarray()[:, opened].any(axis=1)
    before, people = demand["covered"].to_numpy(), demand["population"]
    for column, rows in (("won", after & ~before), ("lost", before & ~after)):
        sums = people[rows].groupby(demand["county"][rows]).sum()
        if not np.allclose(counties[column], sums.reindex(counties.index).fillna(0.0)):
            return f"{column}: {counties[column].to_dict()}"
    for column, frame in (("closed", found.closed), ("opened", found.opened)):
        if counties[column].sum() != len(frame):
            return f"{column}: {counties[column].to_dict()}"
    return ""


def test_no_way_to_close_and_open_in_all_counties_covers_more():
    assert {n: told for n in range(16) if (told := fault(n))} == {}


if __name__ == "__main__":
    wrong = {n: told for n in range(int(sys.argv[1])) if (told := fault(n))}
    print(f"{sys.argv[1]} worlds: {len(wrong)} wrong", wrong)
