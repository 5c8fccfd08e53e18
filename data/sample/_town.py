"""The two towns of the made-up county: uneven grids, alleys, closed compounds, a park, bridges."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from random import Random

from _land import RIVER_HALF_WIDTH, Spot, river_y, stream
from _streets import Place, Streets

# The town's grid is drawn straight, in metres along and across the river, and then bent.
BRIDGES = (-1_450.0, 1_200.0)
TOWN_HALF_LENGTH, TOWN_HALF_WIDTH = 2_150.0, 1_720.0
EMBANKMENT = RIVER_HALF_WIDTH + 30
SECOND_TOWN: Spot = (9_500.0, 4_300.0)
PARK: Spot = (-560.0, -420.0)

_ALLEYS, _COMPOUNDS = 170, 18
_LONG_BLOCK = 115.0

Key = tuple[int, int]  # number of a crossing from the west and from the south
Grid = dict[Key, int]  # its node


def lay_town(streets: Streets) -> None:
    """The county town on both banks, with just two streets over the river."""
    rng = stream("town")
    columns = _positions(rng, -2_200, 2_200, BRIDGES)
    south = _positions(rng, -1_750, -EMBANKMENT, (-EMBANKMENT,))
    rows = [*south, *_positions(rng, EMBANKMENT, 1_400, (EMBANKMENT,))]
    grid: Grid = {}
    for i, u in enumerate(columns):
        for j, v in enumerate(rows):
            if in_town(u, v):
                spot = _bent(u + rng.gauss(0, 7), v + (rng.gauss(0, 7) if v != EMBANKMENT else 6))
                grid[i, j] = streets.node(*spot)
    bridges = {
        ((columns.index(u), len(south) - 1), (columns.index(u), len(south))) for u in BRIDGES
    }
    over_river = {((i, len(south) - 1), (i, len(south))) for i in range(len(columns))}
    wide = [columns.index(u) for u in BRIDGES] + list(range(4, len(columns), 6))
    links = _links(rng, grid, over_river, wide)
    for i in range(len(columns)):
        line = [((i, j), (i, j + 1)) for j in range(len(rows) - 1)]
        _lay(streets, rng, grid, [link if link in links else None for link in line], i in wide)
    for j in range(len(rows)):
        line = [((i, j), (i + 1, j)) for i in range(len(columns) - 1)]
        _lay(streets, rng, grid, [link if link in links else None for link in line], j % 4 == 1)
    for n, (a, b) in enumerate(sorted(bridges), 1):
        tags = {"highway": "secondary", "bridge": "yes", "name": f"示例{'西东'[n - 1]}桥"}
        streets.way([grid[a], grid[b]], **tags)
    streets.town_nodes += grid.values()
    _inside_blocks(streets, rng, grid)
    _alleys(streets, rng)
    streets.places += [
        Place(0, -350, "town", "示例县城"),
        Place(-100, -150, "suburb", "城中街"),
        Place(-100, 1_050, "suburb", "河北街"),
        Place(0, -1_250, "suburb", "南门街"),
        Place(-1_650, -500, "suburb", "西关街"),
        Place(1_600, -450, "suburb", "东园街"),
    ]


def lay_second_town(streets: Streets) -> None:
    """A small town of one bank, some kilometres off."""
    rng = stream("second town")
    grid = {}
    for i, u in enumerate(_positions(rng, -560, 560, ())):
        for j, v in enumerate(_positions(rng, -420, 420, ())):
            if (u / 640) ** 2 + (v / 470) ** 2 < 1:
                x, y = u + 0.15 * v + rng.gauss(0, 7), v - 0.2 * u + rng.gauss(0, 7)
                grid[i, j] = streets.node(SECOND_TOWN[0] + x, SECOND_TOWN[1] + y)
    links = _links(rng, grid, set(), [])
    for line in _lines(grid):
        _lay(streets, rng, grid, [link if link in links else None for link in line], False)
    streets.town_nodes += grid.values()
    streets.places.append(Place(*SECOND_TOWN, "town", "清溪镇"))


def in_town(u: float, v: float) -> bool:
    """Whether a spot of the straight grid lies inside the town's uneven edge."""
    angle = math.atan2(v, u)
    edge = 1 + 0.07 * math.sin(3 * angle + 1) + 0.05 * math.sin(5 * angle)
    along, across = abs(u) / TOWN_HALF_LENGTH, abs(v + 150) / TOWN_HALF_WIDTH
    return math.pow(along, 2.6) + math.pow(across, 2.6) < edge


def _bent(u: float, v: float) -> Spot:
    """A spot of the straight grid, bent along the river, and more the farther from it."""
    away = min(max((abs(v) - EMBANKMENT) / 700, 0.0), 1.0)
    x = u + 70 * math.sin(v / 650) + away * 55 * math.sin((u + v) / 560)
    return x, river_y(x) + v + away * 75 * math.sin(u / 610 + v / 900 + 1)


def _positions(rng: Random, low: float, high: float, given: tuple[float, ...]) -> list[float]:
    """Positions of streets, 90 to 220 m apart, those given among them."""
    fixed = sorted({low, high, *given})
    found = [low]
    for end in fixed[1:]:
        while end - found[-1] > 220:
            found.append(found[-1] + rng.uniform(90, min(200, end - found[-1] - 90)))
        found.append(end)
    return found


def _lines(grid: Grid) -> Iterator[list[tuple[Key, Key]]]:
    """The pairs of neighbours of each column, then of each row."""
    columns, rows = max(i for i, _ in grid), max(j for _, j in grid)
    for i in range(columns + 1):
        yield [((i, j), (i, j + 1)) for j in range(rows)]
    for j in range(rows + 1):
        yield [((i, j), (i + 1, j)) for i in range(columns)]


def _links(
    rng: Random, grid: Grid, left_out: set[tuple[Key, Key]], wide: list[int]
) -> set[tuple[Key, Key]]:
    """Which neighbours a street joins: all but those left out and, here and there, one more."""
    links = [k for line in _lines(grid) for k in line if k not in left_out]
    links = [(a, b) for a, b in links if a in grid and b in grid]
    streets_at = Counter(key for link in links for key in link)
    kept = set()
    for a, b in links:
        on_wide = a[0] == b[0] and a[0] in wide
        spare = streets_at[a] > 3 and streets_at[b] > 3
        if spare and not on_wide and rng.random() < 0.16:
            streets_at.subtract((a, b))
        else:
            kept.add((a, b))
    return kept


def _lay(
    streets: Streets, rng: Random, grid: Grid, line: list[tuple[Key, Key] | None], wide: bool
) -> None:
    """One street of the grid as ways, broken where a link is missing and now and then beside."""
    run: list[int] = []
    for link in [*line, None]:
        if run and (link is None or rng.random() < 0.12):
            streets.way(run, **_street_tags(rng, wide))
            run = []
        if link is not None:
            a, b = grid[link[0]], grid[link[1]]
            run = [*(run or [a]), *_bend(streets, rng, a, b), b]


def _street_tags(rng: Random, wide: bool) -> dict[str, str]:
    kinds = ("secondary", "tertiary") if wide else ("residential",) * 5 + ("living_street",)
    tags = {"highway": rng.choice(kinds)}
    what = rng.random()
    if what < 0.14:
        tags["oneway"] = "yes"
    elif what < 0.24 and not wide:
        tags["highway"] = "footway"
    return tags


def _bend(streets: Streets, rng: Random, a: int, b: int) -> list[int]:
    """A node inside a long side of a block, a little off the straight line."""
    (ax, ay), (bx, by) = streets.nodes[a], streets.nodes[b]
    if math.hypot(bx - ax, by - ay) < _LONG_BLOCK:
        return []
    t = rng.uniform(0.35, 0.65)
    return [
        streets.node(ax + t * (bx - ax) + rng.gauss(0, 4), ay + t * (by - ay) + rng.gauss(0, 4))
    ]


def _inside_blocks(streets: Streets, rng: Random, grid: Grid) -> None:
    """A park with paths, and compounds whose lanes are private."""
    blocks = {}
    for i, j in grid:
        corners = [grid.get(k) for k in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]
        spots = [streets.nodes[c] for c in corners if c is not None]
        if len(spots) == 4 and max(y for _, y in spots) - min(y for _, y in spots) < 260:
            middle = sum(x for x, _ in spots) / 4, sum(y for _, y in spots) / 4
            blocks[middle] = [c for c in corners if c is not None]
    blocks = {m: c for m, c in blocks.items() if abs(m[1] - river_y(m[0])) > EMBANKMENT}
    park = min(blocks, key=lambda m: math.dist(m, PARK))
    ring = _ring(streets, park, blocks[park], 0.55)
    streets.way(ring, highway="footway")
    streets.way([*blocks[park], blocks[park][0]], leisure="park", name="示例公园")
    for corner, inner in zip(blocks[park], ring, strict=False):
        streets.way([corner, inner], highway="path")
    for middle in rng.sample(sorted(set(blocks) - {park}), _COMPOUNDS):
        ring = _ring(streets, middle, blocks[middle], 0.5)
        streets.way(ring, highway="service", access="private")
        streets.way([blocks[middle][0], ring[0]], highway="service", access="private")


def _ring(streets: Streets, middle: Spot, corners: list[int], share: float) -> list[int]:
    """A closed lane inside a block, so far from its middle towards its corners."""
    nodes = []
    for corner in corners:
        x, y = streets.nodes[corner]
        nodes.append(
            streets.node(middle[0] + share * (x - middle[0]), middle[1] + share * (y - middle[1]))
        )
    return [*nodes, nodes[0]]


def _alleys(streets: Streets, rng: Random) -> None:
    """Dead ends that leave a street in the middle of a block, at right angles."""
    middles = [
        (way.nodes[k - 1], way.nodes[k])
        for way in streets.ways
        for k in range(1, len(way.nodes) - 1)
        if way.nodes[k] not in set(streets.town_nodes) and way.tags.get("highway") == "residential"
    ]
    for before, node in rng.sample(middles, min(_ALLEYS, len(middles))):
        (ax, ay), (x, y) = streets.nodes[before], streets.nodes[node]
        length = math.hypot(x - ax, y - ay)
        deep = rng.uniform(30, 58) * rng.choice((-1, 1))
        end = x - deep * (y - ay) / length, y + deep * (x - ax) / length
        if abs(end[1] - river_y(end[0])) > RIVER_HALF_WIDTH + 10:
            kind = rng.choice(("service", "footway", "residential"))
            streets.way([node, streets.node(*end)], highway=kind)
