"""Where things of the made-up county lie: its frame in metres, the outline, the river, the lake."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import cache

import shapely

from gdcoverage.places.counties import read_counties

SEED = 20240614
LABEL = "合成示例"

# Only the outline is real, that of 龙门县; the made-up town stands at this spot (WGS-84).
ADCODE = "441324"
COUNTY = "龙门县"
ORIGIN = (114.115, 23.655)
_METRES_PER_DEGREE = 111_195.0

RIVER_HALF_WIDTH = 60.0
_RIVER_IN_TOWN = 380.0
LAKE, LAKE_RADIUS = (-14_000.0, -12_000.0), 1_900.0
ISLE, ISLE_RADIUS = (-14_500.0, -11_700.0), 520.0

Spot = tuple[float, float]


def stream(part: str) -> random.Random:
    """The random numbers of one part, so that a change to one leaves the others as they are."""
    # Python's own generator: numpy's may give other numbers in its next version.
    return random.Random(f"{SEED} {part}")


def degrees(x: float, y: float) -> Spot:
    """Longitude and latitude of a spot, on OSM's grid of 1e-7 degrees."""
    squeeze = math.cos(math.radians(ORIGIN[1]))
    lon = ORIGIN[0] + x / (_METRES_PER_DEGREE * squeeze)
    return round(lon, 7), round(ORIGIN[1] + y / _METRES_PER_DEGREE, 7)


def river_y(x: float) -> float:
    """Middle of the river at x: nearly straight in town, winding outside."""
    outside = min(max((abs(x) - 2_800) / 6_000, 0.0), 1.0)
    return _RIVER_IN_TOWN + 60 * math.sin(x / 900) + outside * 700 * math.sin(x / 2_600)


def beyond_river(x: float, y: float) -> float:
    """How far north of the river's middle a spot lies, metres; south is negative."""
    return y - river_y(x)


def in_county(x: float, y: float, margin: float = 0.0) -> bool:
    """Whether a spot, and what lies a margin around it, is inside the outline."""
    around = [(0, 0), (margin, 0), (-margin, 0), (0, margin), (0, -margin)]
    spots = [degrees(x + dx, y + dy) for dx, dy in around]
    return bool(shapely.contains_xy(_outline(), spots).all())


def west_to_east(y_at: Callable[[float], float], step: float = 250.0) -> list[Spot]:
    """A line across the county, as far as the outline reaches without a break from the town."""
    west, east = 0.0, 0.0
    while in_county(west - step, y_at(west - step)):
        west -= step
    while in_county(east + step, y_at(east + step)):
        east += step
    return [(west + k * step, y_at(west + k * step)) for k in range(int((east - west) / step) + 1)]


def shore(centre: Spot, radius: float, corners: int = 40) -> list[Spot]:
    """An irregular closed shore line; its last spot is its first."""
    spots = []
    for k in range(corners):
        a = 2 * math.pi * k / corners
        r = radius * (1 + 0.16 * math.sin(3 * a + 0.7) + 0.09 * math.sin(7 * a))
        spots.append((centre[0] + r * math.cos(a), centre[1] + r * math.sin(a)))
    return [*spots, spots[0]]


@cache
def _outline() -> shapely.Geometry:
    outline = read_counties(adcodes=[ADCODE]).geometry.iloc[0]
    shapely.prepare(outline)
    return outline
