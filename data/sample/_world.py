"""The made-up county of the sample: its streets, river, villages and people, in local metres."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

SEED = 20240614

# The made-up town stands at this spot of a real county's boundary (龙门县), WGS-84 degrees.
ADCODE = "441324"
ORIGIN = (114.115, 23.655)
_METRES_PER_DEGREE = 111_195.0

RIVER_Y, RIVER_SWING, RIVER_HALF_WIDTH = 380.0, 60.0, 65.0
BRIDGES_X = (-1_450.0, 1_150.0)
SECOND_TOWN = (9_500.0, 4_300.0)
ISLAND = (-9_000.0, -5_200.0)
FRAGMENT = (-6_500.0, 5_600.0)
RESERVOIR = (4_200.0, -7_800.0)

_FIRST = "石上下大小新龙古竹松梅荷榕沙横长罗黄白马"
_SECOND = "围塘坑坪岭田埔岗下口背陂屋洞排湖楼"


@dataclass
class World:
    """Streets as ways between numbered nodes, and named places; coordinates in metres."""

    nodes: list[tuple[float, float]] = field(default_factory=list)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    places: list[tuple[float, float, str, str]] = field(default_factory=list)
    villages: list[tuple[float, float, str]] = field(default_factory=list)

    def node(self, x: float, y: float) -> int:
        """Add a node; its number."""
        self.nodes.append((x, y))
        return len(self.nodes) - 1

    def way(self, nodes: list[int], **tags: str) -> None:
        """Add a way along nodes."""
        self.ways.append((nodes, tags))


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a spot, on OSM's grid of 1e-7 degrees."""
    squeeze = np.cos(np.radians(ORIGIN[1]))
    lon = ORIGIN[0] + x / (_METRES_PER_DEGREE * squeeze)
    return round(float(lon), 7), round(float(ORIGIN[1] + y / _METRES_PER_DEGREE), 7)


def river_y(x: float) -> float:
    """Middle of the river."""
    return RIVER_Y + RIVER_SWING * float(np.sin(x / 900))


def build(rng: np.random.Generator) -> World:
    """The whole county, always the same for the same generator."""
    world = World()
    south, north = _town(world, rng)
    second = _second_town(world, rng)
    _bypass(world)
    spots = _village_spots(rng)
    names = _names(rng, len(spots))
    gates = [_village(world, rng, x, y, name) for (x, y), name in zip(spots, names, strict=True)]
    for side in (-1, 1):
        on_side = [g for g in gates if np.sign(world.nodes[g][1] - RIVER_Y) == side]
        in_town = south if side < 0 else north
        others = on_side if side < 0 else [second, *on_side]
        _link(world, rng, [*in_town, *others], len(in_town))
    _village(world, rng, *ISLAND, "湖心村")
    start = world.node(*FRAGMENT)
    world.way([start, world.node(FRAGMENT[0] + 180, FRAGMENT[1] + 40)], highway="residential")
    return world


def _town(world: World, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """A street grid on both banks with two bridges; returns where country roads leave it."""
    xs = _cuts(rng, -2_100, 2_000, BRIDGES_X)
    ys = _cuts(rng, -1_700, 1_650, ())
    grid = {}
    for i, x in enumerate(xs):
        for j, y in enumerate(ys):
            if abs(y - river_y(x)) < RIVER_HALF_WIDTH + 25:
                continue
            shift = np.zeros(2) if x in BRIDGES_X else rng.normal(0, 9, 2)
            grid[i, j] = world.node(x + shift[0], y + shift[1])
    for i, x in enumerate(xs):
        column = [grid.get((i, j)) for j in range(len(ys))]
        _streets(world, rng, column, ys, lambda y, x=x: y < river_y(x), x in BRIDGES_X)
    for j in range(len(ys)):
        row = [grid.get((i, j)) for i in range(len(xs))]
        _streets(world, rng, row, xs, lambda x, y=ys[j]: y < river_y(x), False)
    _alleys_and_compounds(world, rng, list(grid.values()))
    middle = min(range(len(ys)), key=lambda j: abs(ys[j] + 600))
    upper = min(range(len(ys)), key=lambda j: abs(ys[j] - 1_100))
    last = len(xs) - 1
    world.places += [
        (0, -300, "town", "示例县城"),
        (0, 1_050, "suburb", "河北街"),
        (0, -900, "suburb", "南门街"),
    ]
    south = [grid[0, middle], grid[last, middle], grid[len(xs) // 2, 0]]
    north = [grid[0, upper], grid[last, upper], grid[len(xs) // 2, len(ys) - 1]]
    return south, north


def _cuts(
    rng: np.random.Generator, low: float, high: float, through: tuple[float, ...]
) -> list[float]:
    """Positions of streets, 90 to 220 m apart, some of them given."""
    cuts = [low]
    while cuts[-1] < high:
        cuts.append(cuts[-1] + rng.uniform(90, 220))
    for x in through:
        cuts = [c for c in cuts if abs(c - x) > 60]
    return sorted([*cuts, *through])


def _streets(world, rng, line, at, south_of_river, bridge) -> None:  # type: ignore[no-untyped-def]
    """One street of the grid, broken at the river unless it is a bridge, and here and there."""
    run: list[int] = []
    kind = rng.choice(
        ["residential", "tertiary", "secondary", "living_street"], p=[0.6, 0.2, 0.1, 0.1]
    )
    for k, node in enumerate(line):
        over_river = k > 0 and run and south_of_river(at[k]) != south_of_river(at[k - 1])
        if node is None or (over_river and not bridge):
            if not bridge:
                _finish(world, rng, run, kind)
                run = []
            if node is None:
                continue
        elif run and not bridge and rng.random() < 0.06:
            _finish(world, rng, run, kind)
            run = []
        run.append(node)
    _finish(world, rng, run, "secondary" if bridge else kind, bridge)


def _finish(world, rng, run, kind, bridge=False) -> None:  # type: ignore[no-untyped-def]
    if len(run) < 2:
        return
    tags = {"highway": str(kind)}
    if bridge:
        tags["bridge"] = "yes"
    elif rng.random() < 0.15:
        tags["oneway"] = "yes"
    elif rng.random() < 0.1:
        tags["highway"] = "footway"
    world.way(list(run), **tags)


def _alleys_and_compounds(world: World, rng: np.random.Generator, grid: list[int]) -> None:
    """Dead ends inside blocks, some behind a private gate, and paths of a park."""
    for node in rng.choice(grid, 90, replace=False):
        x, y = world.nodes[node]
        dx, dy = rng.uniform(25, 45, 2) * rng.choice([-1, 1], 2)
        if abs(y + dy - river_y(x + dx)) < RIVER_HALF_WIDTH + 10:
            continue
        private = rng.random() < 0.2
        tags = {"highway": "service"} | ({"access": "private"} if private else {})
        world.way([int(node), world.node(x + dx, y + dy)], **tags)
    park = [world.node(x, y) for x, y in ((-700, -420), (-560, -300), (-420, -380), (-540, -480))]
    world.way([*park, park[0]], highway="path")
    nearest = min(grid, key=lambda n: np.hypot(world.nodes[n][0] + 560, world.nodes[n][1] + 300))
    world.way([park[1], nearest], highway="path")


def _second_town(world: World, rng: np.random.Generator) -> int:
    """A small street grid some kilometres off; returns where its road leaves."""
    xs, ys = np.arange(-540, 600, 135.0), np.arange(-360, 400, 120.0)
    grid = [
        [
            world.node(SECOND_TOWN[0] + x + rng.normal(0, 8), SECOND_TOWN[1] + y + rng.normal(0, 8))
            for x in xs
        ]
        for y in ys
    ]
    for row in grid:
        world.way(row, highway="residential")
    for column in zip(*grid, strict=True):
        world.way(list(column), highway="residential")
    world.places.append((*SECOND_TOWN, "town", "清溪镇"))
    return grid[3][0]


def _bypass(world: World) -> None:
    """A motorway around the south of the town, over the streets and not walkable."""
    xs = np.linspace(-6_000, 6_500, 40)
    nodes = [world.node(float(x), -2_350 + 500 * float(np.cos(x / 2_600))) for x in xs]
    world.way(nodes, highway="motorway", oneway="yes")


def _village_spots(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Where villages stand: apart from one another, from the towns and from the river."""
    spots: list[tuple[float, float]] = []
    while len(spots) < 46:
        radius, angle = 16_500 * np.sqrt(rng.uniform(0.02, 1)), rng.uniform(0, 2 * np.pi)
        x, y = float(radius * np.cos(angle)), float(radius * np.sin(angle))
        others = [*spots, (0.0, 0.0), SECOND_TOWN, ISLAND, FRAGMENT, RESERVOIR]
        gap = [np.hypot(x - a, y - b) for a, b in others]
        if min(gap) > 1_500 and gap[len(spots)] > 3_300 and abs(y - RIVER_Y) > 700:
            spots.append((x, y))
    return spots


def _village(world: World, rng: np.random.Generator, x: float, y: float, name: str) -> int:
    """Lanes of a village; returns the node at its mouth."""
    lanes = [
        [world.node(x + dx + rng.normal(0, 9), y + dy + rng.normal(0, 9)) for dx in (-80, 0, 80)]
        for dy in (-70, 0, 70)
    ]
    for row in lanes:
        world.way(row, highway="residential")
    world.way([row[1] for row in lanes], highway="unclassified")
    world.way([row[0] for row in lanes], highway="path")
    world.places.append((x, y, "village", name))
    world.villages.append((x, y, name))
    return lanes[1][1]


def _link(world: World, rng: np.random.Generator, hubs: list[int], in_town: int) -> None:
    """Bending roads along the shortest tree between hubs, and a few beside it.

    The first hubs stand in town, where streets link them already.
    """
    xy = np.array([world.nodes[h] for h in hubs])
    apart = cdist(xy, xy)
    tree = minimum_spanning_tree(apart).tocoo()
    links = list(zip(tree.row, tree.col, strict=True))
    for a, b in np.argwhere((apart > 0) & (apart < 4_200)):
        if a < b and rng.random() < 0.12 and (a, b) not in links and (b, a) not in links:
            links.append((int(a), int(b)))
    for a, b in links:
        if a < in_town and b < in_town:
            continue
        steps = max(int(apart[a, b] // 180), 1)
        t = np.linspace(0, 1, steps + 1)[1:-1]
        bend = np.cumsum(rng.normal(0, 26, len(t))) * np.sin(np.pi * t)
        across = np.array([-(xy[b] - xy[a])[1], (xy[b] - xy[a])[0]]) / max(apart[a, b], 1)
        line = xy[a] + t[:, None] * (xy[b] - xy[a]) + bend[:, None] * across
        nodes = [hubs[a], *(world.node(float(x), float(y)) for x, y in line), hubs[b]]
        world.way(nodes, highway="tertiary" if apart[a, b] > 2_500 else "unclassified")


def _names(rng: np.random.Generator, count: int) -> list[str]:
    """Village names, each once."""
    names: list[str] = []
    while len(names) < count:
        name = f"{rng.choice(list(_FIRST))}{rng.choice(list(_SECOND))}村"
        if name not in names:
            names.append(name)
    return names
