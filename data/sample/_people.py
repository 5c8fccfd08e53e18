"""The people of the made-up county as demand points with urban-rural codes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import pandas as pd
from _country import FRAGMENT, ISLE_VILLAGE
from _land import LABEL, LAKE, RIVER_HALF_WIDTH, Spot, beyond_river, degrees, in_county, stream
from _streets import Streets
from _town import SECOND_TOWN, in_town

TOWN_CELL, SECOND_TOWN_CELL = 280.0, 250.0
CORE_M = 1_450.0
TOWN_PEOPLE_AT_CENTRE = 2_050
HAMLETS, REMOTE_HAMLETS = 230, 22

_COLUMNS = [
    *("编号", "名称", "常住人口", "60岁以上人口", "城乡分类代码", "经度", "纬度"),
    "面积(平方公里)",
]
# Share of people of 60 and over: towns lower, villages higher.
_ELDERLY = {"1": (0.12, 0.20), "2": (0.20, 0.34)}


class Point(NamedTuple):
    """A demand point in metres; names that repeat are numbered later."""

    name: str
    spot: Spot
    people: float
    code: str
    km2: float


def people(streets: Streets) -> pd.DataFrame:
    """All demand points as the table that an office would export, WGS-84."""
    points = [
        *_town_cells(streets),
        *_fringe(streets),
        *_second_town_cells(),
        *_villages(streets),
        *_hamlets(streets),
        *_remote_hamlets(streets),
        Point("示例水库管理站", (LAKE[0] + 1_000, LAKE[1] - 600), 14, "220", 0.1),
        Point("示例林场", (FRAGMENT[0] + 60, FRAGMENT[1] + 40), 46, "220", 0.1),
    ]
    rng = stream("ages")
    often, seen = Counter(p.name for p in points), Counter[str]()
    rows = []
    for i, point in enumerate(points, 1):
        seen[point.name] += 1
        name = point.name + (f"{seen[point.name]:02d}" if often[point.name] > 1 else "")
        count = round(point.people)
        lon, lat = degrees(*point.spot)
        elderly = round(count * rng.uniform(*_ELDERLY[point.code[0]]))
        place = round(lon, 6), round(lat, 6), round(point.km2, 4)
        # A table has no title: its numbers carry the label into every result.
        rows.append((f"{LABEL}-{i:04d}", name, count, elderly, point.code, *place))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _town_cells(streets: Streets) -> Iterator[Point]:
    """Squares of the county town, dense in the middle, named by the quarter they are in."""
    rng = stream("town people")
    quarters = [p for p in streets.places if p.kind == "suburb"]
    steps = [k * TOWN_CELL for k in range(-9, 10)]
    for x in steps:
        for y in steps:
            v = beyond_river(x, y)
            if in_town(x, v) and abs(v) > RIVER_HALF_WIDTH + 40:
                dense = math.exp(-((x / 1_900) ** 2) - (y / 1_450) ** 2)
                count = TOWN_PEOPLE_AT_CENTRE * dense * rng.uniform(0.6, 1.3)
                code = "111" if math.hypot(x, y - 200) < CORE_M else "112"
                bank = [q for q in quarters if (beyond_river(q.x, q.y) > 0) == (v > 0)]
                quarter = min(bank, key=lambda q: math.dist((q.x, q.y), (x, y))).name
                yield Point(quarter, (x, y), count, code, (TOWN_CELL / 1_000) ** 2)


def _fringe(streets: Streets) -> Iterator[Point]:
    """Houses and works along the first kilometres of the roads out of the town."""
    rng = stream("fringe")
    for road in streets.roads:
        for node in road[3:18:4]:
            x, y = streets.nodes[node]
            if 1_900 < math.hypot(x, y) < 4_000:
                works = rng.random() < 0.2
                name = "示例工业园" if works else "城郊"
                yield Point(name, _beside(rng, (x, y), 40, 130), rng.uniform(180, 560),
                            "123" if works else "122", 0.25)  # fmt: skip


def _second_town_cells() -> Iterator[Point]:
    """Squares of the small town."""
    rng = stream("second town people")
    for i in range(-2, 3):
        for j in range(-1, 3):
            x, y = i * SECOND_TOWN_CELL, (j - 0.5) * SECOND_TOWN_CELL
            core = abs(i) < 2 and j in (0, 1)
            count = rng.uniform(900, 1_700) if core else rng.uniform(350, 800)
            spot = SECOND_TOWN[0] + x, SECOND_TOWN[1] + y
            yield Point("清溪镇", spot, count, "121" if core else "122", 0.0625)


def _villages(streets: Streets) -> Iterator[Point]:
    """Each village's middle and the groups of houses around it; fewer people far from town."""
    rng = stream("villages")
    for x, y, _, name in streets.villages():
        far = min(math.hypot(x, y) / 30_000, 1)
        yield Point(name, (x, y), rng.uniform(700, 1_900) * (1 - 0.6 * far), "220", 0.4)
        for _ in range(0 if name == ISLE_VILLAGE else rng.randint(2, 4)):
            count = rng.uniform(90, 420) * (1 - 0.5 * far)
            yield Point(f"{name}小组", _beside(rng, (x, y), 110, 330), count, "220", 0.15)


def _hamlets(streets: Streets) -> Iterator[Point]:
    """Houses beside country roads."""
    rng = stream("hamlets")
    villages = streets.villages()
    bends = [n for road in streets.roads for n in road]
    outside = [n for n in bends if math.hypot(*streets.nodes[n]) > 3_900]
    for node in rng.sample(outside, HAMLETS):
        spot = _beside(rng, streets.nodes[node], 40, 200)
        name = min(villages, key=lambda v: math.dist((v.x, v.y), spot)).name
        if in_county(*spot) and math.dist(spot, SECOND_TOWN) > 900:
            yield Point(f"{name}路边屋", spot, rng.uniform(30, 230), "220", 0.12)


def _remote_hamlets(streets: Streets) -> Iterator[Point]:
    """Hamlets in the hills, far from every street."""
    rng = stream("remote hamlets")
    left = REMOTE_HAMLETS
    while left:
        village = rng.choice(streets.villages())
        spot = _beside(rng, (village.x, village.y), 900, 2_400)
        away = min(math.dist(node, spot) for node in streets.nodes)
        dry = abs(beyond_river(*spot)) > 300 and math.dist(spot, LAKE) > 2_600
        if away > 480 and dry and in_county(*spot):
            yield Point(f"{village.name}山上屋", spot, rng.uniform(15, 120), "220", 0.1)
            left -= 1


def _beside(rng: Random, spot: Spot, least: float, most: float) -> Spot:
    """A spot at some distance in any direction."""
    angle, away = rng.uniform(0, 2 * math.pi), rng.uniform(least, most)
    return spot[0] + away * math.cos(angle), spot[1] + away * math.sin(angle)
