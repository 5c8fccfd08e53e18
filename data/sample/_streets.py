"""The streets of the made-up county: two towns, villages, and the roads between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from _land import (
    ISLE,
    LAKE,
    LAKE_RADIUS,
    RIVER_HALF_WIDTH,
    Spot,
    beyond_river,
    in_county,
    river_y,
    stream,
    west_to_east,
)
from _town import Grid, lay_town

SECOND_TOWN: Spot = (9_500.0, 4_300.0)
FRAGMENT: Spot = (16_000.0, -2_400.0)

# County roads as metres east and north of the town; the first spot is where they leave a town.
ROADS: tuple[tuple[Spot, ...], ...] = (
    ((-2_100, -700), (-8_000, -3_600), (-15_000, -5_500), (-22_000, -6_500)),
    ((-1_200, -1_700), (-4_000, -8_000), (-8_500, -15_000), (-11_000, -23_000), (-10_500, -31_000)),
    ((900, -1_700), (4_000, -7_500), (8_000, -12_000), (12_000, -18_500)),
    ((2_100, -700), (8_000, -3_600), (15_000, -5_500), (21_500, -6_000)),
    ((-2_000, 1_100), (-7_000, 4_000), (-12_000, 6_000), (-18_000, 6_300)),
    ((-300, 1_750), (-1_000, 8_000), (1_000, 15_000), (0, 22_000), (2_000, 28_500)),
    ((2_000, 1_200), (5_500, 3_300), (8_900, 4_250)),
    ((9_950, 4_700), (14_500, 8_500), (18_500, 12_500), (17_500, 20_000), (14_000, 26_500)),
    ((10_100, 4_100), (17_000, 4_300), (23_500, 5_000)),
)
# Roads that join two of those: (from, ..., to), both ends moved to the nearest crossing or bend.
LINKS: tuple[tuple[Spot, ...], ...] = (
    ((-4_000, -8_000), (0, -8_900), (4_000, -7_500)),
    ((-1_000, 8_000), (4_500, 7_600), (9_500, 4_700)),
    ((4_000, -7_500), (8_500, -7_000), (15_000, -5_500)),
    ((1_000, 15_000), (9_000, 14_200), (18_500, 12_500)),
    ((8_500, 4_200), (8_700, 4_250), (8_900, 4_250)),
)
FIRST_VILLAGE_M = 3_300.0
VILLAGE_EVERY_M = (2_300.0, 4_000.0)
SIDE_VALLEYS = 9
BEND_EVERY_M = 150.0

_FIRST = "石上下大小新龙古竹松梅荷榕沙横长罗黄白马"
_SECOND = "围塘坑坪岭田埔岗下口背陂屋洞排湖楼"


class Way(NamedTuple):
    """A street along numbered nodes, with its OSM tags."""

    nodes: list[int]
    tags: dict[str, str]


class Place(NamedTuple):
    """A named place; ``kind`` is OSM's word for it."""

    x: float
    y: float
    kind: str
    name: str


@dataclass
class Streets:
    """Nodes in metres, ways between them, and named places."""

    nodes: list[Spot] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    roads: list[list[int]] = field(default_factory=list)

    def node(self, x: float, y: float) -> int:
        """Add a node; its number."""
        self.nodes.append((x, y))
        return len(self.nodes) - 1

    def way(self, nodes: list[int], **tags: str) -> None:
        """Add a way along nodes."""
        self.ways.append(Way(nodes, tags))

    def nearest(self, spot: Spot, among: list[int]) -> int:
        """The nearest of some nodes."""
        return min(among, key=lambda n: math.dist(self.nodes[n], spot))

    def villages(self) -> list[Place]:
        """The villages, in the order in which they were laid out."""
        return [p for p in self.places if p.kind == "village"]
