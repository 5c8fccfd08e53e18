"""Siting on a real city: hexagons with census people, outlets where there is healthcare."""

import time

import geopandas as gpd
import pandas as pd
import pytest

from gdcoverage.assessment import assess
from gdcoverage.demand import read_demand
from gdcoverage.network import WalkNetwork
from gdcoverage.sites import (
    Terms,
    alternatives,
    exit_impact,
    exit_impact_of,
    frontier,
    generate_candidates,
    recommend_sites,
)
from known import known


@pytest.fixture(scope="module")
def city(shared):
    """The assessment of Porto Alegre."""
    folder = shared / "data/portoalegre-r5r"
    demand = read_demand(folder / "poa_hexgrid.csv", settlement="urban").frame
    clinics = pd.read_csv(folder / "poa_hexgrid.csv").query("healthcare > 0")
    outlets = gpd.GeoDataFrame(
        {"outlet_id": clinics["id"].to_numpy(), "status": "active"},
        geometry=gpd.points_from_xy(clinics["lon"], clinics["lat"]),
        crs="EPSG:4326",
    )
    return assess(outlets, demand, WalkNetwork.from_osm(folder / "poa.osm.pbf"))


@pytest.fixture(scope="module")
def offered(city):
    """Places generated on its streets."""
    return generate_candidates(city, 200)


def test_frontier_from_none_to_fifteen_is_proved_at_every_point(city, offered):
    begin = time.perf_counter()
    found = frontier(city, offered, Terms(frontier=15))
    assert time.perf_counter() - begin < 20
    assert found.points["sites"].tolist() == list(range(16))
    assert (found.points["added"].iloc[1:] > 0).all()
    assert found.points["gap"].max() == 0
    assert (found.order["price"] / found.points["population"].iloc[1:].to_numpy()).max() < 0.1
    assert found.points["rate"].iloc[-1] > found.rate_before + 0.1


def test_five_alternatives_within_a_hundredth(city, offered):
    begin = time.perf_counter()
    found = alternatives(city, offered, Terms(add=10, within=0.01, differ=1, alternatives=5))
    assert time.perf_counter() - begin < 20
    assert found.plans["plan"].tolist() == list(range(6))
    assert found.plans["gap"].max() == 0
    assert found.plans["below_best"].between(0, 0.01).all()
    chosen = [frozenset(s["candidate_id"]) for _, s in found.sites.groupby("plan")]
    assert len(set(chosen)) == 6


def test_exit_impact_of_every_outlet_agrees_with_assessing_without_it(city):
    begin = time.perf_counter()
    found = exit_impact(city)
    assert time.perf_counter() - begin < 2
    assert len(found) == 117
    covered = city.total()["covered_population"]
    for row in (0, 20, 60, 116):
        rest = city.outlets[city.outlets["outlet_id"] != found["outlet_id"][row]]
        after = assess(rest[["outlet_id", "status", "geometry"]], city.demand, city.network)
        assert found["population"][row] == covered - after.total()["covered_population"]
    assert found["population"].is_monotonic_decreasing


def test_recommended_sites_opened_as_outlets_give_the_promised_rate(city, offered):
    plan = recommend_sites(city, offered, Terms(target=0.9))
    opened = plan.sites[["candidate_id", "geometry"]].rename(columns={"candidate_id": "outlet_id"})
    outlets = pd.concat([city.outlets, opened.assign(status="active")], ignore_index=True)
    real = assess(outlets[["outlet_id", "status", "geometry"]], city.demand, city.network)
    assert real.total()["rate"] == pytest.approx(plan.rate_after, abs=1e-12)
    assert plan.rate_after >= 0.9
    assert plan.bound == len(plan.sites)


def test_five_that_leave_together_and_three_that_replace_them(city, offered):
    leaving = exit_impact(city)["outlet_id"].iloc[:5]
    found = exit_impact_of(city, leaving, candidates=offered, terms=Terms(add=3))
    assert found.population_lost >= found.outlets["population"].sum() > 0
    replacement = known(found.replacement)
    assert 0 < replacement.population <= found.population_lost
    assert found.rate_after < replacement.rate_after < found.rate_before
