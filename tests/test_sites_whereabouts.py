"""Where a site is: what a planner would say of it, and where Amap shows it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.assessment import assess
from gdcoverage.geo.datum import to_wgs84
from gdcoverage.network import WalkNetwork
from gdcoverage.sites import Terms, landmarks_of, make_siting, recommend_sites
from gdcoverage.sites._crossings import crossings_near
from gdcoverage.sites._whereabouts import found_at
from known import known


@pytest.fixture(scope="module")
def coverage(tmp_path_factory):
    """A lattice 2 km across with two named streets: people in two corners, in one a village."""
    nodes = {i * 11 + j + 1: (i * 200.0, j * 200.0) for i in range(11) for j in range(11)}
    ways = [
        ([i * 11 + j + 1 for j in range(11)], {"highway": "residential", **called(i == 5, "乙路")})
        for i in range(11)
    ] + [
        ([i * 11 + j + 1 for i in range(11)], {"highway": "residential", **called(j == 0, "甲路")})
        for j in range(11)
    ]
    folder = tmp_path_factory.mktemp("where")
    network = WalkNetwork.from_osm(worlds.write_osm(folder / "world.osm", nodes, ways))
    demand = worlds.demand([(2000, 0), (0, 2000)], [900, 500]).assign(name=["东村", ""])
    return assess(worlds.outlets([(0, 0)]), demand, network)


def called(is_named, name):
    return {"name": name} if is_named else {}


def named(*marks):
    """Named things: spot, name, kind."""
    frame = worlds.outlets([spot for spot, *_ in marks])
    frame = frame.assign(name=[name for _, name, _ in marks], kind=[kind for *_, kind in marks])
    return landmarks_of(frame)


def told(coverage, spot, landmarks, address=""):
    site = worlds.outlets([spot]).assign(address=address)
    words: Any = found_at(coverage, site, landmarks)["where"]
    return words[0]


MARKS = named(
    ((1500, 0), "水口村委会", "government"),
    ((1900, 1900), "北村", "village"),
    ((0, 1000), "丙路", "street"),
)


@pytest.mark.parametrize(
    ("spot", "where"),
    [
        ((1050, 0), "乙路与甲路路口"),
        ((1090, 0), "乙路与甲路路口旁"),
        ((1000, 300), "乙路与甲路路口以北约 300 米"),
        ((1000, 700), "乙路，北村西南约 1.5 公里"),
        ((1420, 0), "甲路，水口村委会旁"),
        ((1400, 150), "水口村委会西北约 180 米"),
        ((1900, 1000), "北村以南约 900 米"),
        ((0, 1000), "北村西南约 2.1 公里"),
    ],
)
def test_a_site_is_told_by_what_is_nearest(coverage, spot, where):
    assert told(coverage, spot, MARKS) == where


def test_an_address_with_a_number_says_it_and_one_without_is_told_further(coverage):
    assert told(coverage, (1050, 0), MARKS, "甲路8号") == "甲路8号"
    assert told(coverage, (1050, 0), MARKS, "示例镇") == "示例镇，乙路与甲路路口"


def test_without_landmarks_the_names_of_people_and_outlets_serve(coverage):
    assert told(coverage, (1800, 200), None) == "东村西北约 280 米"
    bare = replace(coverage, demand=coverage.demand.assign(name=""))
    assert told(bare, (200, 200), None) == "第0支行东北约 280 米"


@settings(max_examples=20)
@given(st.permutations(range(3)), st.floats(0, 2000), st.floats(0, 2000))
def test_the_order_of_names_does_not_matter(coverage, order, x, y):
    mixed = MARKS.iloc[[i for i in order if i < len(MARKS)]]
    assert told(coverage, (x, y), mixed) == told(coverage, (x, y), MARKS)


def test_every_site_has_words_and_the_degrees_of_amap(coverage):
    candidates = worlds.outlets([(1800, 0), (0, 1800)]).drop(columns="status")
    plan = recommend_sites(coverage, candidates, Terms(add=2))
    assert (plan.sites["where"] != "").all()
    lon, lat = to_wgs84(plan.sites["gcj02_lon"], plan.sites["gcj02_lat"], "gcj02")
    assert np.allclose([lon, lat], [plan.sites["lon"], plan.sites["lat"]], atol=2e-6)
    # A few hundred metres away from it, as anywhere in Guangdong.
    assert (abs(plan.sites["gcj02_lon"] - plan.sites["lon"]) > 1e-3).all()


def test_plan_and_alternatives_are_told_by_landmarks(coverage):
    candidates = worlds.outlets([(1800, 0), (1600, 0), (0, 1800)]).drop(columns="status")
    terms = Terms(add=1, frontier=0, alternatives=1)
    siting = make_siting(coverage, terms, candidates, landmarks=MARKS)
    for sites in (siting.plan.sites, known(siting.alternatives).sites):
        assert sites["where"].str.startswith("甲路，水口村委会").all()


def test_names_that_meet_are_a_crossing_and_one_name_alone_is_none(coverage):
    lon, lat = np.array([worlds.degrees(1000, 0)]).T
    found = crossings_near(coverage.network, lon, lat, 2000.0)
    assert found["name"].tolist() == ["乙路与甲路路口"]
    spot = found.geometry.iloc[0]
    assert worlds.metres(spot.x, spot.y) == pytest.approx((1000, 0), abs=0.01)
    assert crossings_near(coverage.network, lon + 0.1, lat, 2000.0).empty
