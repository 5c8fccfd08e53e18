"""A witness that shares no code with what it checks, checked against it on random ground."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import osmnx as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage import Standard, assess, verify
from gdcoverage.network import WalkNetwork
from gdcoverage.network._profile import is_open_ground, look_of, obstacle_of, stops
from gdcoverage.network._walk_rules import TABLE, Verdict
from gdcoverage.network._ways import BARRIER, DOUBTFUL, NOT_JOINED, WATER
from gdcoverage.verify import Region, Witness, bear_witness, cut_graph, cut_network, cut_regions
from gdcoverage.verify._ground import read_graph
from gdcoverage.verify._rules import Rules

STANDARD = Standard(smallest_component_m=150)

# What ways and nodes may be tagged: values that the table names, and some that it does not.
_SAID: dict[str, set[str]] = {}
for _rule in (rule for rules in TABLE.values() for rule in rules):
    _words = {"*": "yes no", "≠0": "1 -1 0 0;1 x"}.get(_rule.values, _rule.values)
    _SAID.setdefault(_rule.key, {"no", "yes", "of-no-kind"}).update(_words.split())
_SAID |= {"area": {"yes", "no"}, "covered": {"yes", "no", "arcade"}}
_PAIRS = [(key, value) for key in sorted(_SAID) for value in sorted(_SAID[key])]
TAGS = st.lists(st.sampled_from(_PAIRS), max_size=4).map(dict)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(TAGS, st.sampled_from(["walk", "osmnx"]))
def test_two_readings_of_the_table_agree(tags, profile):
    rules, look = Rules(profile), look_of(tags, profile)
    walked = rules.walked(tags)
    assert (walked is None) == (look is None)
    assert rules.stops(tags) == stops(tags, profile)
    if look is not None:
        assert (walked == Verdict.DOUBTFUL) == bool(look & DOUBTFUL)
        assert rules.stepped_onto(tags) == (not look & NOT_JOINED)
        assert rules.open_ground(tags) == is_open_ground(tags, profile)
    else:
        bits = obstacle_of(tags, profile)
        assert rules.barrier(tags) == bool(bits & BARRIER)
        assert rules.shore(tags) == bool(bits & WATER)


# Walks on random ground -------------------------------------------------------------------------

STREETS = (
    *[{"highway": "residential"}] * 6,
    {"highway": "cycleway"},
    {"highway": "trunk", "foot": "yes"},
    {"highway": "residential", "tunnel": "yes"},
    {"highway": "footway", "bridge": "yes"},
    {"highway": "service", "access": "private"},
    {"highway": "residential", "access": "destination"},
    {"waterway": "river"},
    {"railway": "rail"},
    {"railway": "rail", "bridge": "yes"},
    {"route": "ferry"},
)
NODES: tuple[dict[str, str], ...] = (
    {},
    {},
    {},
    {"barrier": "gate"},
    {"barrier": "wall"},
    {"barrier": "gate", "access": "no"},
)


def write_world(path: Path, seed: int) -> Path:
    """A file of crooked ways of all sorts, a square, a pond, gates, and holes in ways."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 900, (40, 2)).round(2)
    ways: list[tuple[Any, dict[str, str]]] = [
        (rng.choice(40, rng.integers(2, 6), replace=False) + 1, STREETS[rng.integers(len(STREETS))])
        for _ in range(22)
    ]
    for tags in ({"highway": "pedestrian", "area": "yes"}, {"natural": "water"}):
        middle, turn = rng.uniform(200, 700, 2), np.sort(rng.uniform(0, 2 * np.pi, 6))
        first = len(spots) + 1
        ring = middle + rng.uniform(60, 150) * np.column_stack([np.cos(turn), np.sin(turn)])
        spots = np.concatenate([spots, ring.round(2)])
        refs = np.arange(first, first + 6)
        ways.append((np.append(refs, first), tags))
        # Streets lead there, so that one may walk across.
        if "highway" in tags:
            ways += [([ref, rng.integers(1, 41)], STREETS[0]) for ref in refs[::2]]
    lines = ["<osm version='0.6'>"]
    absent = set(rng.integers(1, 41, 2).tolist())
    for ref, spot in enumerate(spots.tolist(), 1):
        if ref in absent:
            continue
        lon, lat = worlds.degrees(*spot)
        said = NODES[rng.integers(len(NODES))].items()
        body = "".join(f"<tag k='{k}' v='{v}'/>" for k, v in said)
        lines.append(f"<node id='{ref}' version='1' lon='{lon:.7f}' lat='{lat:.7f}'>{body}</node>")
    for number, (refs, tags) in enumerate(ways, 1):
        body = "".join(f"<nd ref='{ref}'/>" for ref in refs)
        body += "".join(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items())
        lines.append(f"<way id='{number}' version='1'>{body}</way>")
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def witnessed(path: Path, spots, profile="walk", own=False) -> tuple[Witness, gpd.GeoDataFrame]:
    """What the witness says of walks to the first spot from the others, with the assessment."""
    network = WalkNetwork.from_osm(path, profile=profile)
    outlets, demand = worlds.outlets(spots[:1]), worlds.demand(spots[1:])
    found = assess(outlets, demand, network, STANDARD)
    region = Region.around((outlets.geometry.x[0], outlets.geometry.y[0]), 3_000)
    (cut_out,) = cut_network(network, [region]) if own else cut_regions(path, [region])
    return bear_witness(found.outlets, found.demand, cut_out, profile, STANDARD, 40), found.demand


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["walk", "walk", "osmnx"]), st.booleans())
def test_walks_on_random_ground_are_those_of_osmnx_and_networkx(seed, profile, own):
    with tempfile.TemporaryDirectory() as folder:
        path = write_world(Path(folder, "world.osm"), seed)
        spots = np.random.default_rng(seed + 1).uniform(0, 900, (25, 2)).round(1).tolist()
        witness, demand = witnessed(path, [tuple(s) for s in spots], profile, own=own)
    assert witness.apart == ()
    # Those who cannot walk there are looked at too.
    assert witness.walks == (~(demand["walk_m"] > STANDARD.walk_limit_m * 1.1)).sum()
    assert witness.most_m < 0.05


# What it says -----------------------------------------------------------------------------------


@pytest.fixture
def street(tmp_path):
    """1,200 m with a place every hundred; the outlet at its west end."""
    nodes = {i + 1: (100.0 * i, 0.0) for i in range(13)}
    path = worlds.write_osm(tmp_path / "w.osm", nodes, [(list(nodes), {"highway": "footway"})])
    spots = [(0.0, 0.0), *((100.0 * i, 0.0) for i in range(1, 13))]
    network = WalkNetwork.from_osm(path)
    found = assess(worlds.outlets(spots[:1]), worlds.demand(spots[1:]), network)
    place = worlds.outlets(spots[:1]).geometry[0]
    (region,) = cut_regions(path, [Region.around((place.x, place.y), 2_000)])
    return found, region


def test_half_are_nearest_to_the_limit_and_longer_ones_stay_out(street):
    """1,000 m is the limit, 1,100 m the longest; 1,200 m is beyond."""
    found, region = street
    rows = verify.sampled(found.demand, ["W0"], region.place, found.standard, 4)
    walks = found.demand["walk_m"].to_numpy()[rows].round(-2)
    assert walks[0] == 1000
    assert walks[1] in (900, 1100)
    assert (walks <= 1100).all()
    assert len(set(rows)) == 4
    witness = bear_witness(found.outlets, found.demand, region, "walk", found.standard, 100)
    assert (witness.walks, witness.agrees) == (11, True)


@pytest.mark.parametrize("simplify", [False, True])
def test_a_graph_is_witnessed_as_a_file_is(tmp_path, simplify):
    """The same ground as a graph of osmnx's; simplified, ways of several sorts are one edge."""
    path = write_world(tmp_path / "world.osm", 5)
    whole = Region.around(worlds.degrees(450, 450), 3_000)
    (region,) = cut_regions(path, [whole])
    graph = read_graph(region, Rules("walk"))
    if simplify:
        graph = ox.simplify_graph(graph)
    ox.save_graphml(graph, tmp_path / "g.graphml")
    spots = [tuple(s) for s in np.random.default_rng(6).uniform(0, 900, (25, 2)).tolist()]
    network = WalkNetwork.from_graphml(tmp_path / "g.graphml")
    found = assess(worlds.outlets(spots[:1]), worlds.demand(spots[1:]), network, STANDARD)
    place = found.outlets.geometry[0]
    (cut,) = cut_graph(tmp_path / "g.graphml", [Region.around((place.x, place.y), 3_000)])
    witness = bear_witness(found.outlets, found.demand, cut, "walk", STANDARD, 40)
    assert witness.apart == ()
    assert witness.walks > 0


def test_a_walk_that_differs_is_named(street):
    found, region = street
    wrong = found.demand.assign(walk_m=found.demand["walk_m"] + np.eye(12)[3] * 0.2)
    witness = bear_witness(found.outlets, wrong, region, "walk", found.standard, 100)
    assert not witness.agrees
    assert witness.apart == ("需求点 D3 到 第0支行：程序 400.2 米，networkx 400.0 米",)
    assert witness.most_m == pytest.approx(0.2, abs=0.002)


def test_a_walk_that_was_not_found_is_named(street):
    """As if the program had lost a street: the point has no walk, or one to a farther outlet."""
    found, region = street
    lost = found.demand.copy()
    lost.loc[3, ["walk_m", "walk_outlet_id"]] = [np.nan, ""]
    lost.loc[5, ["walk_m", "walk_outlet_id"]] = [900.0, "W9"]
    witness = bear_witness(found.outlets, lost, region, "walk", found.standard, 100)
    assert witness.walks == 11
    assert set(witness.apart) == {
        "需求点 D5 到 第0支行：程序另有更近的网点 900.0 米，networkx 600.0 米",
        "需求点 D3 到 第0支行：程序没有步行路线，networkx 400.0 米",
    }
    assert witness.most_m == pytest.approx(300, abs=0.01)


def test_where_both_find_no_walk_they_agree(street):
    """A point 400 m from the street, near the outlet in a straight line."""
    found, region = street
    network, outlets = found.network, found.outlets[["outlet_id", "name", "status", "geometry"]]
    away = assess(outlets, worlds.demand([(0, 400), (200, 0)]), network, found.standard)
    witness = bear_witness(away.outlets, away.demand, region, "walk", away.standard, 100)
    assert (witness.walks, witness.agrees) == (2, True)


@pytest.mark.parametrize(("key", "left"), [("name", 3), ("surface", 3), ("highway", 2)])
def test_text_that_is_no_utf8_costs_the_witness_what_it_costs_the_network(tmp_path, key, left):
    """A name cannot be read, and one walks there; what sort of way it is: nobody knows."""
    nodes = {1: (0, 0), 2: (300, 0), 3: (300, 300)}
    ways = [([1, 2], {"highway": "footway"}), ([2, 3], {"highway": "footway"} | {key: "XX"})]
    path = worlds.write_osm(tmp_path / "w.osm", nodes, ways)
    # Not compressed, so that two bytes can be changed.
    plain = tmp_path / "plain.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(plain), "pbf,pbf_compression=none")) as writer:
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
    data = plain.read_bytes()
    assert data.count(b"XX") == 1
    plain.write_bytes(data.replace(b"XX", b"\xff\xfe"))
    (region,) = cut_regions(plain, [Region.around(worlds.degrees(0, 0), 1_000)])
    assert len(read_graph(region, Rules("walk"))) == left
    assert WalkNetwork.from_osm(plain).length_m == pytest.approx(300 * (left - 1), abs=0.1)


def test_a_street_that_is_missing_from_what_it_reads_is_a_difference(street):
    found, region = street
    empty = dataclasses.replace(region, data=b"")
    seen = bear_witness(found.outlets, found.demand, empty, "walk", found.standard, 10)
    assert seen == Witness(unseen=("抽到的网点周边没有街道",))


def test_where_there_is_no_outlet_it_is_said():
    none = worlds.outlets([(0, 0)], ["exited"]).assign(county="")
    people = worlds.demand([(0, 0)])
    assert verify.place_to_visit(none, people, "", STANDARD, 5) is None
    witness = bear_witness(none, people, Region.around(None, 1), "walk", STANDARD, 5)
    assert witness == Witness(unseen=("没有在营网点",))


def test_the_draw_does_not_follow_the_order_of_rows():
    rng = np.random.default_rng(4)
    outlets = worlds.outlets([tuple(s) for s in rng.uniform(0, 5_000, (30, 2))])
    outlets["county"] = "441324"
    people = worlds.demand([tuple(s) for s in rng.uniform(0, 5_000, (200, 2))])
    drawn = {
        verify.place_to_visit(outlets.sample(frac=1, random_state=i), people, "441324", STANDARD, 5)
        for i in range(4)
    }
    assert len(drawn) == 1


def test_several_witnesses_are_one():
    one, other = Witness(5, 0.01), Witness(3, 0.5, ("A",), ("B",))
    assert Witness.together([one, other]) == Witness(8, 0.5, ("A",), ("B",))
