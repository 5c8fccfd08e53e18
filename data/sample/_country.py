"""The country of the made-up county: winding roads, villages along them, a motorway, an islet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from _land import (
    ISLE,
    LAKE,
    LAKE_RADIUS,
    Spot,
    beyond_river,
    in_county,
    stream,
    west_to_east,
)
from _streets import Place, Streets

# County roads, in metres east and north of the town; each starts at a street that is there.
ROADS: tuple[tuple[Spot, ...], ...] = (
    ((-2_100, -700), (-8_000, -3_600), (-15_000, -5_500), (-22_000, -6_500)),
    ((-1_200, -1_700), (-4_000, -8_000), (-8_500, -15_000), (-11_000, -23_000), (-10_500, -31_000)),
    ((900, -1_700), (4_000, -7_500), (8_000, -12_000), (12_000, -18_500)),
    ((2_100, -700), (8_000, -3_600), (15_000, -5_500), (21_500, -6_000)),
    ((-2_000, 1_100), (-7_000, 4_000), (-12_000, 6_000), (-18_000, 6_300)),
    ((-300, 1_750), (-1_000, 8_000), (1_000, 15_000), (0, 22_000), (2_000, 28_500)),
    ((2_000, 1_200), (5_500, 3_300), (8_700, 4_200)),
    ((9_950, 4_700), (14_500, 8_500), (18_500, 12_500), (17_500, 20_000), (14_000, 26_500)),
    ((10_100, 4_100), (17_000, 4_300), (23_500, 5_000)),
)
# Roads from one of those to another.
LINKS: tuple[tuple[Spot, ...], ...] = (
    ((8_700, 4_200), (9_000, 4_300)),
    ((-4_000, -8_000), (0, -8_900), (4_000, -7_500)),
    ((-1_000, 8_000), (4_500, 7_600), (9_500, 4_700)),
    ((4_000, -7_500), (8_500, -7_000), (15_000, -5_500)),
    ((1_000, 15_000), (9_000, 14_200), (18_500, 12_500)),
)
FIRST_VILLAGE_M, VILLAGE_EVERY_M = 3_300.0, (2_500.0, 4_500.0)
SIDE_VALLEYS, SIDE_VALLEY_M = 9, (2_000.0, 3_300.0)
BEND_EVERY_M = 150.0
ISLE_VILLAGE = "湖心村"
FRAGMENT: Spot = (16_000.0, -2_400.0)

_FIRST = "石上下大小新龙古竹松梅荷榕沙横长罗黄白马"
_SECOND = "围塘坑坪岭田埔岗下口背陂屋洞排湖楼"


def lay_country(streets: Streets) -> None:
    """Everything outside the towns, which must be there already."""
    rng = stream("country")
    in_towns = streets.town_nodes
    for spots in ROADS:
        start = streets.nearest(spots[0], in_towns)
        streets.roads.append(_road(streets, rng, [start], spots[1:], "tertiary"))
    on_roads = [n for road in streets.roads for n in road]
    for spots in LINKS:
        joined = streets.nearest(spots[-1], [*on_roads, *in_towns])
        start = streets.nearest(spots[0], on_roads)
        streets.roads.append(_road(streets, rng, [start], spots[1:-1], "unclassified", joined))
    names = _names(rng)
    for road in streets.roads[: len(ROADS)]:
        for node, beside in _village_sites(streets, rng, road):
            gate = _village(streets, rng, beside, next(names))
            _road(streets, rng, [node], (), "unclassified", gate)
    _side_valleys(streets, rng, names)
    _village(streets, rng, ISLE, ISLE_VILLAGE)
    end = streets.node(FRAGMENT[0] + 180, FRAGMENT[1] + 40)
    streets.way([streets.node(*FRAGMENT), end], highway="residential")
    _motorway(streets)


def _road(
    streets: Streets,
    rng: Random,
    nodes: list[int],
    spots: tuple[Spot, ...],
    kind: str,
    last: int | None = None,
) -> list[int]:
    """A winding road from the given nodes past some spots to the last node, if there is one."""
    swing, phase = rng.uniform(50, 110), rng.uniform(0, 6)
    stops = [*spots, streets.nodes[last]] if last is not None else list(spots)
    nodes = list(nodes)
    for k, stop in enumerate(stops):
        (ax, ay), (bx, by) = streets.nodes[nodes[-1]], stop
        length = math.hypot(bx - ax, by - ay)
        steps = max(round(length / BEND_EVERY_M), 1)
        for step in range(1, steps):
            t = step / steps
            taper = min(1.0, t * length / 500, (1 - t) * length / 500)
            off = swing * taper * (math.sin(t * length / 420 + phase) + rng.uniform(-0.25, 0.25))
            x = ax + t * (bx - ax) - off * (by - ay) / length
            nodes.append(streets.node(x, ay + t * (by - ay) + off * (bx - ax) / length))
        at_end = last is not None and k == len(stops) - 1
        nodes.append(last if at_end and last is not None else streets.node(bx, by))
    streets.way(nodes, highway=kind)
    return nodes


def _village_sites(streets: Streets, rng: Random, road: list[int]) -> list[tuple[int, Spot]]:
    """Where villages stand along a road: the node where their lane leaves it, and their middle."""
    sites = []
    at = FIRST_VILLAGE_M
    while at / BEND_EVERY_M < len(road):
        k = int(at / BEND_EVERY_M)
        (ax, ay), (x, y) = streets.nodes[road[k - 1]], streets.nodes[road[k]]
        aside = rng.uniform(170, 480) * rng.choice((-1, 1)) / math.hypot(x - ax, y - ay)
        spot = x - aside * (y - ay), y + aside * (x - ax)
        if in_county(*spot, 700) and _apart(streets, spot, 1_700):
            sites.append((road[k], spot))
        at += rng.uniform(*VILLAGE_EVERY_M)
    return sites


def _side_valleys(streets: Streets, rng: Random, names: Iterator[str]) -> None:
    """Villages at the end of a road of their own."""
    roads = [n for road in streets.roads for n in road]
    done = 0
    while done < SIDE_VALLEYS:
        start = rng.choice(roads)
        x, y = streets.nodes[start]
        length, angle = rng.uniform(*SIDE_VALLEY_M), rng.uniform(0, 2 * math.pi)
        spot = x + length * math.cos(angle), y + length * math.sin(angle)
        near = math.dist(streets.nodes[streets.nearest(spot, roads)], spot)
        same_bank = beyond_river(*spot) * beyond_river(x, y) > 0
        free = near > 1_700 and abs(beyond_river(*spot)) > 1_500 and _apart(streets, spot, 2_200)
        if free and same_bank and math.hypot(x, y) > 4_500 and in_county(*spot, 900):
            gate = _village(streets, rng, spot, next(names))
            streets.roads.append(_road(streets, rng, [start], (), "unclassified", gate))
            done += 1


def _apart(streets: Streets, spot: Spot, least: float) -> bool:
    """Whether a spot is far enough from places, the lake and the fragment."""
    clear = all(math.dist((p.x, p.y), spot) > least for p in streets.places)
    return clear and math.dist(LAKE, spot) > 2 * LAKE_RADIUS and math.dist(FRAGMENT, spot) > least


def _village(streets: Streets, rng: Random, middle: Spot, name: str) -> int:
    """The lanes of a village; the node at its mouth."""
    turn, size = rng.uniform(0, math.pi), rng.choice((3, 3, 4))
    cos, sin = math.cos(turn), math.sin(turn)
    lanes: list[list[int]] = []
    for i in range(size):
        lanes.append([])
        for j in range(3):
            u = (i - (size - 1) / 2) * 75 + rng.gauss(0, 11)
            v = (j - 1) * 85 + rng.gauss(0, 11)
            lanes[-1].append(
                streets.node(middle[0] + u * cos - v * sin, middle[1] + u * sin + v * cos)
            )
    for lane in lanes:
        streets.way(lane if rng.random() < 0.7 else lane[:2], highway="residential")
    streets.way([lane[1] for lane in lanes], highway="unclassified")
    streets.way([lane[0] for lane in lanes], highway=rng.choice(("path", "service", "footway")))
    streets.places.append(Place(*middle, "village", name))
    return lanes[0][1]


def _names(rng: Random) -> Iterator[str]:
    """Village names, each once."""
    names = [f"{a}{b}村" for a in _FIRST for b in _SECOND if a != b]
    rng.shuffle(names)
    return iter(names)


def _motorway(streets: Streets) -> None:
    """Two carriageways past the south of the town, over all roads: no one walks there."""
    line = west_to_east(lambda x: -3_000 + 500 * math.cos(x / 5_000))
    for aside, onward in ((0, 1), (32, -1)):
        nodes = [streets.node(x, y + aside) for x, y in line[::onward]]
        streets.way(nodes, highway="motorway", oneway="yes", layer="1", bridge="yes", ref="S0000")
