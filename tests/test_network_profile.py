"""What is walked on, what may be, what is not, and what nobody passes: rules, then small worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import make_walk_profile
import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
from osmium.filter import EntityFilter, KeyFilter
from osmium.osm import NODE, RELATION, WAY, osm_entity_bits

import worlds
from gdcoverage.network import WalkNetwork, cut_osm
from gdcoverage.network._profile import LOOK_KEYS, WAY_KEYS, look_of, obstacle_of, stops
from gdcoverage.network._walk_rules import (
    ACCESS,
    DOUBTS,
    FOOT,
    OBSTACLES,
    OFF_GROUND,
    OPENS,
    ROUTERS,
    SORTS,
    STOPS,
    TABLE,
    Rule,
    Verdict,
)
from gdcoverage.network._walkable import is_walkable
from gdcoverage.network._ways import BARRIER, DOUBTFUL, NOT_JOINED, WATER

YES, DOUBT, NO = 0, DOUBTFUL, None
ROAD = {"highway": "residential"}


def read(osm: Path, kinds: osm_entity_bits) -> Any:
    """Objects of a file; mypy would ask each what it is."""
    return osmium.FileProcessor(str(osm), kinds)


# The rules ---------------------------------------------------------------------------------------


def tags_of(rules: Sequence[Rule]) -> list[tuple[dict[str, str], Rule]]:
    plain = {"*": "yes", "≠0": "1"}
    return [({r.key: plain.get(v, v)}, r) for r in rules for v in r.values.split()]


@pytest.mark.parametrize(("tags", "rule"), tags_of(SORTS))
def test_every_sort_is_walked_on_as_its_row_says(tags, rule):
    look = look_of(tags)
    if rule.verdict >= Verdict.NO:
        assert look is None
        opened = look_of(tags | {"foot": "yes"})
        assert (opened is None) == (rule.verdict == Verdict.NEVER)
    else:
        assert look is not None
        assert look & DOUBTFUL == int(rule.verdict)


@pytest.mark.parametrize(("tags", "rule"), tags_of([*FOOT, *ACCESS]))
@pytest.mark.parametrize("sort", ["residential", "steps"])
def test_every_right_on_a_plain_street(sort, tags, rule):
    assert look_of({"highway": sort} | tags) == {0: YES, 1: DOUBT, 2: NO}[rule.verdict]


@pytest.mark.parametrize(("tags", "rule"), tags_of(OPENS))
def test_what_opens_opens_and_lifts_doubt_but_for_access(tags, rule):
    assert look_of({"highway": "trunk"} | tags) == YES
    assert look_of({"highway": "trunk", "motorroad": "yes"} | tags) == YES
    assert look_of(ROAD | {"access": "private"} | tags) is NO
    assert look_of(ROAD | {"foot": "no"} | tags) is NO


@pytest.mark.parametrize(("tags", "rule"), tags_of(DOUBTS))
def test_what_closes_or_doubts_does_until_foot_opens(tags, rule):
    assert look_of(ROAD | tags) == {1: DOUBT, 2: NO}[rule.verdict]
    assert look_of(ROAD | tags | {"foot": "designated"}) == YES


@pytest.mark.parametrize(("tags", "rule"), tags_of(OFF_GROUND))
def test_what_is_off_the_ground_is_not_joined(tags, rule):
    look = look_of({"highway": "footway"} | tags)
    assert look is not None
    assert look & NOT_JOINED


@pytest.mark.parametrize(("tags", "rule"), tags_of(OBSTACLES))
def test_every_obstacle_at_grade_bars_the_way(tags, rule):
    tags = ({"highway": "primary"} if "motorroad" in tags else {}) | tags
    assert look_of(tags) is None
    assert obstacle_of(tags) == rule.verdict
    assert obstacle_of(tags | {"tunnel": "yes"}) == 0
    assert obstacle_of(tags | {"bridge": "viaduct"}) == 0
    water = {"natural", "waterway"} & tags.keys()
    assert bool(obstacle_of(tags | {"layer": "-1"})) == bool(water)
    assert obstacle_of(tags, "osmnx") == 0


@pytest.mark.parametrize(
    ("tags", "look"),
    [
        ({"highway": "steps", "access": "private", "foot": "permissive"}, YES),
        ({"highway": "residential", "foot": "use_sidepath"}, NO),
        ({"highway": "residential", "sidewalk": "separate"}, YES),
        ({"highway": "residential", "access": "no;permissive"}, YES),
        ({"highway": "residential", "access": "unheard of"}, YES),
        ({"highway": "residential", "foot": "unheard of", "access": "private"}, NO),
        ({"highway": "unclassified;tertiary"}, YES),
        ({"highway": "cycleway", "access": "yes"}, DOUBT),
        ({"highway": "motorway", "access": "yes"}, NO),
        ({"highway": "motorway", "foot": "yes"}, YES),
        ({"highway": "trunk", "access": "destination", "sidewalk": "both"}, DOUBT),
        ({"highway": "unheard of"}, NO),
        ({"highway": "unheard of", "foot": "yes"}, YES),
        ({"railway": "rail", "foot": "yes"}, NO),
        ({"route": "ferry", "foot": "yes"}, NO),
        ({"place": "square", "area": "yes"}, NO),
        ({"highway": "footway", "covered": "arcade"}, YES),
        ({"highway": "footway", "bridge": "no", "tunnel": "no", "layer": "0"}, YES),
        ({"highway": "footway", "level": "-1;0"}, YES),
        ({"highway": "footway", "level": "-1;-2"}, NOT_JOINED),
        ({"highway": "footway", "level": "B1"}, YES),
        ({"highway": "trunk_link"}, DOUBTFUL | NOT_JOINED),
        ({"highway": "construction", "foot": "yes"}, NO),
        ({}, NO),
    ],
)
def test_where_tags_meet(tags, look):
    assert look_of(tags) == look


def test_a_street_not_built_yet_bars_nothing():
    assert obstacle_of({"highway": "construction", "motorroad": "yes"}) == 0
    assert obstacle_of({"motorroad": "yes"}) == 0
    assert obstacle_of({"waterway": "stream"}) == 0


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        *((tags, True) for tags, _ in tags_of(STOPS[:1])),
        *(({"barrier": b}, False) for b in ("gate", "lift_gate", "bollard", "stile", "turnstile")),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False),
        ({"barrier": "gate", "access": "customers"}, False),
        ({"barrier": "lift_gate", "foot": "no", "access": "yes"}, True),
        ({"barrier": "gate", "locked": "yes"}, True),
        ({"barrier": "gate", "locked": "no"}, False),
        ({"barrier": "gate", "locked": "yes", "access": "destination"}, True),
        ({"barrier": "gate", "locked": "yes", "foot": "yes"}, False),
        ({"barrier": "wall", "foot": "yes"}, False),
        ({"access": "no"}, False),
    ],
)
def test_nodes_that_nobody_passes(tags, stopped):
    assert stops(tags) is stopped
    assert stops(tags, "osmnx") is False


def test_the_profile_osmnx_is_osmnx_s_filter(shared):
    ways = read(shared / REAL["portoalegre"], WAY)
    for tags in (dict(way.tags) for way in ways):
        assert (look_of(tags, "osmnx") is not None) == is_walkable(tags)


def test_no_key_is_read_that_is_not_listed(shared):
    """Streets look the same with the listed keys alone; graphs and downloads carry no others."""
    ways = read(shared / REAL["portoalegre"], WAY)
    for tags in (dict(way.tags) for way in ways):
        assert look_of(tags) == look_of({k: v for k, v in tags.items() if k in LOOK_KEYS})
        if look_of(tags) is not None or obstacle_of(tags):
            assert not tags.keys().isdisjoint(WAY_KEYS)


# Worlds ------------------------------------------------------------------------------------------

ROW = {i: (i * 100.0, 0.0) for i in range(1, 6)}


def world(
    folder: Path,
    nodes: Mapping[int, worlds.Spot],
    *ways: tuple[Sequence[int], Mapping[str, str]],
    profile: str = "walk",
    **more: Any,
) -> WalkNetwork:
    path = worlds.write_osm(folder / "w.osm", nodes, ways, **more)
    return WalkNetwork.from_osm(path, profile=profile)  # type: ignore[arg-type]


def walk_m(network: WalkNetwork, one: worlds.Spot, other: worlds.Spot) -> float:
    """Metres by networkx between the crossings or ends at two spots; inf where no way."""
    graph = nx.MultiGraph()
    for u, v, metres in zip(network.edge_u, network.edge_v, network.edge_m, strict=True):
        graph.add_edge(int(u), int(v), weight=float(metres))
    ends = []
    for lon, lat in (worlds.degrees(*one), worlds.degrees(*other)):
        off = np.hypot(network.node_lon - lon, network.node_lat - lat)
        assert off.min() < 2e-7
        ends.append(np.flatnonzero(off < 2e-7).tolist())
    best = np.inf
    for a in ends[0]:
        reached = nx.single_source_dijkstra_path_length(graph, a)
        best = min(best, *(reached.get(b, np.inf) for b in ends[1]))
    return best


def test_a_closed_gate_lets_nobody_pass_and_ends_both_streets(tmp_path):
    gate: Any = {"node_tags": {3: {"barrier": "gate", "access": "private"}}}
    network = world(tmp_path, ROW, ([1, 2, 3, 4, 5], ROAD), **gate)
    assert network.component_m == pytest.approx([200, 200], abs=0.01)
    assert walk_m(network, (100, 0), (500, 0)) == np.inf
    assert walk_m(network, (100, 0), (300, 0)) == pytest.approx(200, abs=0.01)
    assert walk_m(network, (300, 0), (500, 0)) == pytest.approx(200, abs=0.01)
    former = world(tmp_path, ROW, ([1, 2, 3, 4, 5], ROAD), profile="osmnx", **gate)
    assert walk_m(former, (100, 0), (500, 0)) == pytest.approx(400, abs=0.01)


def test_at_a_closed_gate_nobody_turns_into_another_street(tmp_path):
    nodes = ROW | {6: (300.0, 80.0)}
    gate: Any = {"node_tags": {3: {"barrier": "gate", "locked": "yes"}}}
    network = world(tmp_path, nodes, ([1, 2, 3, 4, 5], ROAD), ([3, 6], ROAD), **gate)
    assert sorted(network.component_m.round()) == [80, 200, 200]
    assert walk_m(network, (300, 80), (500, 0)) == np.inf


def test_a_gate_in_a_wall_does_not_cut_the_wall(tmp_path):
    """A river's node with a barrier's tags: the line stays one."""
    nodes = ROW | {7: (100, 50), 8: (300, 50), 9: (500, 50)}
    gate: Any = {"node_tags": {8: {"barrier": "wall"}}}
    network = world(tmp_path, nodes, ([1, 5], ROAD), ([7, 8, 9], {"waterway": "river"}), **gate)
    assert network.barriers.start.tolist() == [0, 3]
    assert network.barriers.look.tolist() == [BARRIER]


def test_foot_opens_a_private_street_and_no_motorroad_is_walked(tmp_path):
    ways = [
        ([1, 2], ROAD | {"access": "private", "foot": "yes"}),
        ([2, 3], {"highway": "primary", "motorroad": "yes"}),
        ([3, 4], {"highway": "cycleway", "foot": "designated"}),
        ([4, 5], {"highway": "cycleway"}),
    ]
    network = world(tmp_path, ROW, *ways)
    assert network.length_m == pytest.approx(300, abs=0.01)
    assert network.doubtful_m == pytest.approx(100, abs=0.01)
    assert network.barriers.look.tolist() == [BARRIER], "the motorroad"
    former = world(tmp_path, ROW, *ways, profile="osmnx")
    assert former.length_m == pytest.approx(100, abs=0.01), "the motorroad alone"


def test_a_tunnel_is_walked_through_and_not_joined(tmp_path):
    tunnel = ROAD | {"tunnel": "yes"}
    network = world(tmp_path, ROW, ([1, 2], ROAD), ([2, 3, 4], tunnel), ([4, 5], ROAD))
    assert walk_m(network, (100, 0), (500, 0)) == pytest.approx(400, abs=0.01)
    assert network.edge_m[network.edge_look == NOT_JOINED] == pytest.approx([200], abs=0.01)


def test_water_and_railways_are_kept_and_never_walked(tmp_path):
    nodes = ROW | {11: (0, 100), 12: (50, 100), 13: (50, 150), 14: (0, 150), 15: (90, 150)}
    pond, rail = {"natural": "water"}, {"railway": "rail"}
    network = world(tmp_path, nodes, ([1, 5], ROAD), ([11, 12, 13, 14, 11], pond), ([12, 15], rail))
    assert network.length_m == pytest.approx(400, abs=0.01)
    assert network.barriers.look.tolist() == [BARRIER | WATER, BARRIER]
    assert np.diff(network.barriers.start).tolist() == [5, 2]
    assert not len(world(tmp_path, nodes, ([1, 5], ROAD), profile="osmnx").barriers.look)


@pytest.mark.parametrize("own", [{}, {"source": "survey"}, {"waterway": "riverbank"}])
def test_rims_of_water_that_a_relation_makes_so(tmp_path, own):
    """Ways without tags of their own are read after the others; a street on the rim stays one."""
    nodes = ROW | {11: (0, 100), 12: (50, 100), 13: (50, 150), 14: (0, 150)}
    ways: Any = [([1, 5], ROAD), ([11, 12, 13], own), ([13, 14, 11], ROAD)]
    network = world(tmp_path, nodes, *ways, multipolygons=[([2, 3, 99], {"natural": "water"})])
    assert np.diff(network.barriers.start).tolist() == [3]
    assert network.barriers.look.tolist() == [BARRIER], "one open way is no rim to lie in"
    assert network.length_m == pytest.approx(500, abs=0.01)


def test_the_rim_of_a_square_that_a_relation_makes_so_is_walked(tmp_path):
    nodes = ROW | {11: (100, 60), 12: (500, 60)}
    ways: Any = [([1, 2, 3, 4, 5], {}), ([5, 12, 11, 1], {})]
    square = {"highway": "pedestrian", "name": "市民广场"}
    network = world(tmp_path, nodes, *ways, multipolygons=[([1, 2], square)])
    assert network.length_m == pytest.approx(2 * 400 + 2 * 60, abs=0.1)
    names = network.ways.texts()
    assert {names[n] for n in network.way_name} == {"市民广场"}


# Open ground -------------------------------------------------------------------------------------

# An L of 200 m by 200 m with its inner corner at (100, 100); streets lead to its nodes 1 to 4.
RIM = {1: (0, 0), 5: (200, 0), 2: (200, 100), 6: (100, 100), 3: (100, 200), 4: (0, 200)}
OUTER = {21: (-100, 0), 22: (300, 100), 23: (100, 300), 24: (-100, 200)}
GROUND = ([1, 5, 2, 6, 3, 4, 1], {"highway": "pedestrian", "area": "yes"})
LEADS = [([20 + i, i], ROAD) for i in (1, 2, 3, 4)]


def test_one_walks_straight_across_open_ground_where_it_is_open(tmp_path):
    network = world(tmp_path, RIM | OUTER, GROUND, *LEADS)
    across = {
        (1, 2): np.hypot(200, 100),
        (1, 3): np.hypot(100, 200),
        (1, 4): 200,
        (3, 4): 100,
        # Not straight: the corner is in the way, and is no place that a street leads to.
        (2, 3): 200,
        (2, 4): 100 + 100 + 100,
    }
    for (one, other), metres in across.items():
        assert walk_m(network, RIM[one], RIM[other]) == pytest.approx(metres, abs=0.01)


def test_corners_of_open_ground_that_no_street_meets_are_no_places(tmp_path):
    """From the end of the one street along the rim: nobody needs to go there."""
    network = world(tmp_path, RIM | OUTER, GROUND, LEADS[0])
    assert network.length_m == pytest.approx(100 + 800, abs=0.05)


@pytest.mark.parametrize(
    ("tags", "crossed"),
    [
        ({"highway": "footway", "area": "yes"}, True),
        ({"man_made": "pier", "area": "yes"}, True),
        ({"railway": "platform", "area": "yes"}, True),
        ({"highway": "pedestrian"}, False),
        ({"highway": "service", "area": "yes"}, False),
        ({"highway": "pedestrian", "area": "no"}, False),
    ],
)
def test_which_closed_ways_are_open_ground(tmp_path, tags, crossed):
    network = world(tmp_path, RIM | OUTER, (GROUND[0], tags), *LEADS)
    straight = walk_m(network, RIM[1], RIM[2]) == pytest.approx(np.hypot(200, 100), abs=0.01)
    assert straight == crossed


def test_no_line_starts_at_a_closed_gate(tmp_path):
    gate: Any = {"node_tags": {2: {"barrier": "gate", "foot": "no"}}}
    network = world(tmp_path, RIM | OUTER, GROUND, *LEADS, **gate)
    assert walk_m(network, OUTER[22], RIM[1]) == np.inf
    assert walk_m(network, RIM[1], RIM[3]) == pytest.approx(np.hypot(100, 200), abs=0.01)


def test_ground_with_too_many_places_is_walked_along_the_rim_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr("gdcoverage.network._street_reader.MOST_PLACES", 3)
    network = world(tmp_path, RIM | OUTER, GROUND, *LEADS)
    assert [problem.kind for problem in network.problems] == ["ground_uncrossed"]
    assert "1 处广场（如道路 1）" in network.problems[0].what
    assert walk_m(network, RIM[1], RIM[2]) == pytest.approx(300, abs=0.01)


def test_ground_that_crosses_itself_or_lacks_a_node_is_walked_along_the_rim(tmp_path):
    """A bow tie of nodes 1, 5, 4, 2; then the L without its inner corner."""
    bow = ([1, 5, 4, 2, 1], GROUND[1])
    ends = OUTER[21], OUTER[24]
    network = world(tmp_path, RIM | OUTER, bow, LEADS[0], LEADS[3])
    around = 100 + 2 * np.hypot(200, 100) + 100
    assert walk_m(network, *ends) == pytest.approx(around, abs=0.02)
    hole = {i: spot for i, spot in (RIM | OUTER).items() if i != 6}
    network = world(tmp_path, hole, GROUND, *LEADS)
    assert [problem.kind for problem in network.problems] == ["absent_nodes"]
    assert walk_m(network, OUTER[21], OUTER[22]) == pytest.approx(500, abs=0.02)


def test_areas_get_the_lines_across_that_they_would_get_alone(tmp_path):
    """The border runs through the ground, a gate and a pond; the streets lie on either side."""
    nodes = RIM | OUTER | {31: (90, -50), 32: (110, -50), 33: (110, -90), 34: (90, -90)}
    ways = [GROUND, *LEADS, ([31, 32, 33, 34, 31], {"natural": "water"})]
    tags = {4: {"barrier": "gate", "foot": "no"}}
    osm = worlds.write_osm(tmp_path / "w.osm", nodes, ways, node_tags=tags)
    x = worlds.degrees(100, 0)[0]
    areas = {"west": shapely.box(x - 1, 22, x, 24), "east": shapely.box(x, 22, x + 1, 24)}
    paths = cut_osm(osm, areas, 0.0, tmp_path / "cut")
    for key, area in areas.items():
        alone = WalkNetwork.from_osm(osm, polygon=area)
        cut = WalkNetwork.load(paths[key])
        assert {n: a.tobytes() for n, a in cut.arrays.items()} == {
            n: a.tobytes() for n, a in alone.arrays.items()
        }
        assert len(cut.barriers.look)


REAL = {
    "portoalegre": "data/portoalegre-r5r/poa.osm.pbf",
    "nanshan": "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf",
    "porto": "data/porto-osm/porto_urban_clip.osm.pbf",
}


@pytest.mark.parametrize("place", sorted(REAL))
def test_lines_across_real_squares_are_those_of_an_obvious_way(shared, place):
    """All pairs of rim nodes that other streets share, tried one by one, in plain Python."""
    osm = shared / REAL[place]
    streets: dict[int, tuple[list[int], dict[str, str]]] = {}
    spots: dict[int, worlds.Spot] = {}
    rims: set[int] = set()
    for relation in read(osm, RELATION):
        if relation.tags.get("type") == "multipolygon" and look_of(dict(relation.tags)) is not None:
            rims |= {member.ref for member in relation.members if member.type == "w"}
    barriers = read(osm, NODE).with_filter(KeyFilter("barrier"))
    gates = {node.id for node in barriers if stops(dict(node.tags))}
    for way in read(osm, NODE | WAY).with_locations().with_filter(EntityFilter(WAY)):
        if way.id in rims or look_of(dict(way.tags)) is not None:
            streets[way.id] = [node.ref for node in way.nodes], dict(way.tags)
            spots |= {n.ref: (n.location.x, n.location.y) for n in way.nodes}
    used: dict[int, set[int]] = {}
    for way, (refs, _) in streets.items():
        for ref in refs:
            used.setdefault(ref, set()).add(way)
    expected = set()
    for way, (refs, tags) in streets.items():
        sorts = {tags.get("highway"), tags.get("railway"), tags.get("public_transport")}
        squares = {"pedestrian", "footway", "path", "platform", "living_street"}
        if tags.get("area") != "yes" or way in rims or not sorts & squares:
            continue
        rim = shapely.Polygon([np.array(spots[ref]) / 1e7 for ref in refs])
        places = sorted({ref for ref in refs if len(used[ref]) > 1} - gates)
        for a, b in combinations(places, 2) if rim.is_valid else ():
            line = shapely.LineString([np.array(spots[ref]) / 1e7 for ref in (a, b)])
            if rim.covers(line):
                expected.add(frozenset((spots[a], spots[b])))
    network = WalkNetwork.from_osm(osm)
    x = np.round(network.shape_lon * 1e7).astype(int)
    y = np.round(network.shape_lat * 1e7).astype(int)
    at = np.setdiff1d(np.arange(len(x)), network.shape_start[1:] - 1)
    ours = {frozenset(((int(x[i]), int(y[i])), (int(x[i + 1]), int(y[i + 1])))) for i in at}
    plain = {
        frozenset((spots[a], spots[b]))
        for refs, _ in streets.values()
        for a, b in pairwise(refs)
        if spots[a] != spots[b]
    }
    assert ours == plain | expected


# The document ------------------------------------------------------------------------------------


def test_the_document_has_the_rules_as_they_are():
    document = make_walk_profile.DOCUMENT.read_text(encoding="utf-8")
    assert document == make_walk_profile.renewed(document), "run docs/make_walk_profile.py"
    for rules in TABLE.values():
        for rule in rules:
            assert len(rule.routers) == len(ROUTERS)
            assert f"`{rule.key}` = " in document
