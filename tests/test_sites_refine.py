"""Denser candidates around chosen sites, and what no plan anywhere on the streets can pass."""

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.gaps import find_gaps
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.report import Report, json_text, report_text, siting_lines, write_workbook
from gdcoverage.run import load_plan
from gdcoverage.sites import Terms, candidate_covers, make_siting
from known import known
from three_counties import write_plan

SIDE, STEP = 5, 120.0
# 200 m on foot, so that a world of half a kilometre has places that differ.
NEAR = Standard(minutes=3, rural_radius_m=250)
DENSE = 10.0


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    return worlds.lattice(tmp_path_factory.mktemp("refine"), SIDE, SIDE, STEP)


def coverage_of(lattice, people, outlets=(), settlement="urban"):
    spots = [(x, y) for x, y, _ in people]
    demand = worlds.demand(spots, [n for *_, n in people], settlement)
    counties = one_county("示例县", worlds.demand([(-50, -50), (600, 600)]))
    return assess(worlds.outlets(outlets), demand, lattice, NEAR, counties)


def everywhere(lattice_coverage):
    """Who is covered from places every ten metres of every street, (demand, places)."""
    along = np.arange(0, (SIDE - 1) * STEP + 1, DENSE)
    spots = {(x, i * STEP) for x in along for i in range(SIDE)}
    spots |= {(y, x) for x, y in spots}
    places = worlds.outlets(sorted(spots))
    return candidate_covers(lattice_coverage, places).toarray()


SPOT = st.integers(0, 48).map(lambda i: i * 10.0)
PEOPLE = st.lists(st.tuples(SPOT, SPOT, st.integers(1, 99)), min_size=1, max_size=8)


@settings(max_examples=20)
@given(
    PEOPLE, st.integers(1, 2), st.sampled_from(["urban", "rural"]), st.sampled_from([20.0, 60.0])
)
def test_no_plan_anywhere_on_the_streets_passes_the_bound(lattice, people, add, kind, refine_m):
    coverage = coverage_of(lattice, people, settlement=kind)
    terms = Terms(add=add, frontier=0, alternatives=0, generate=4, apart_m=300, refine_m=refine_m)
    siting = make_siting(coverage, terms)
    refinement = known(siting.refinement)
    covers = np.unique(everywhere(coverage), axis=1)
    number = coverage.demand["population"].to_numpy() * ~coverage.demand["covered"].to_numpy()
    best = max(
        (number[covers[:, list(sites)].any(axis=1)].sum()
         for k in range(1, add + 1) for sites in combinations(range(covers.shape[1]), k)),
        default=0.0,
    )  # fmt: skip
    assert refinement.bound >= best - 1e-9
    assert refinement.bound >= refinement.after == siting.plan.population >= refinement.before
    assert refinement.gap == pytest.approx(1 - refinement.after / (refinement.bound or 1), abs=1e-9)


@settings(max_examples=10)
@given(PEOPLE, st.integers(30, 100))
def test_fewer_sites_than_the_bound_reach_no_rate_anywhere(lattice, people, percent):
    coverage = coverage_of(lattice, people)
    terms = Terms(
        target=percent / 100, frontier=0, alternatives=0, generate=4, apart_m=300, refine_m=30
    )
    siting = make_siting(coverage, terms)
    covers = np.unique(everywhere(coverage), axis=1)
    number = coverage.demand["population"].to_numpy()
    wanted = percent / 100 * number.sum() - 1e-6
    if siting.plan.status == "out_of_reach":
        return
    least = next(
        k
        for k in range(4)
        if any(
            number[covers[:, list(sites)].any(axis=1)].sum() >= wanted
            for sites in combinations(range(covers.shape[1]), k)
        )
        or k == 3
    )
    assert known(siting.refinement).bound <= max(least, len(siting.plan.sites))
    assert known(siting.refinement).bound <= least or least == 3


def test_a_place_between_coarse_ones_is_found(lattice):
    # Only from x = 190 to 200 on the first street both are within 200 m.
    coverage = coverage_of(lattice, [(0, 0, 50), (390, 0, 60)])
    coarse = Terms(add=1, frontier=0, alternatives=0, generate=3, apart_m=240)
    plain = make_siting(coverage, coarse)
    fine = make_siting(coverage, Terms(**vars(coarse) | {"refine_m": 10.0}))
    assert fine.plan.population == 110
    refinement = known(fine.refinement)
    assert refinement.before == plain.plan.population
    assert (refinement.after, refinement.bound, refinement.gap) == (110, 110, 0)
    assert fine.candidates > plain.candidates
    assert plain.refinement is None


@settings(max_examples=6)
@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(lattice, people, random):
    coverage = coverage_of(lattice, people)
    rows = random.sample(range(len(people)), len(people))
    demand = coverage.demand[["demand_id", "name", "population", "settlement", "geometry"]]
    mixed = assess(coverage.outlets[:0].drop(columns=["counts", "status_snap", "access_m"]),
                   demand.iloc[rows], lattice, NEAR, coverage.counties)  # fmt: skip
    terms = Terms(add=2, frontier=0, alternatives=0, generate=4, apart_m=300, refine_m=30)
    one, other = make_siting(coverage, terms), make_siting(mixed, terms)
    assert one.refinement == other.refinement
    assert one.plan.sites["candidate_id"].tolist() == other.plan.sites["candidate_id"].tolist()


def test_excluded_areas_and_the_county_hold_for_denser_candidates_too(lattice):
    coverage = coverage_of(lattice, [(0, 0, 50), (400, 0, 60)])
    area = shapely.box(*worlds.degrees(150, -50), *worlds.degrees(600, 600))
    terms = Terms(
        add=1, frontier=0, alternatives=0, generate=3, apart_m=240, refine_m=10, excluded=area
    )
    siting = make_siting(coverage, terms)
    assert not siting.plan.sites.within(area).any()
    # From 140 m on one reaches 340 m: nobody has both, wherever the site.
    assert known(siting.refinement).bound < 110


def test_text_workbook_and_json_tell_it(lattice, tmp_path):
    coverage = coverage_of(lattice, [(0, 0, 50), (400, 0, 60), (480, 480, 20)])
    terms = Terms(add=1, frontier=0, alternatives=0, generate=3, apart_m=240, refine_m=10)
    siting = make_siting(coverage, terms)
    said = "".join(siting_lines(siting))
    assert "加密到每 10 米" in said
    assert "街道上的任何位置" in said
    report = Report("示例", coverage, find_gaps(coverage), (), (), "0", "2024-06-14", siting=siting)
    assert "加密到每 10 米" in report_text(report).replace("\n", "")
    data = json.loads(json_text(report))["siting"]["refinement"]
    assert data["after"] == siting.plan.population
    assert data["bound"] >= data["after"]
    write_workbook(report, tmp_path / "r.xlsx")
    sheet = pd.read_excel(tmp_path / "r.xlsx", "布点建议", header=None, engine="openpyxl")
    assert "加密到每 10 米" in "".join(sheet[0].astype(str))


def test_a_table_of_candidates_is_not_refined(tmp_path):
    plan = write_plan(tmp_path)
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text + "refine_m = 50\n", encoding="utf-8")
    with pytest.raises(InputError, match="refine_m 只用于由程序生成的候选点"):
        load_plan(plan)
