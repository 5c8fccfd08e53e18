"""`Terms`: what a planner asks of the candidates, written once for every siting question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

Areas: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | BaseGeometry

# Least and most of each number that is given.
_RANGES = {
    "add": (0, 10**6),
    "target": (0, 1),
    "frontier": (0, 10**6),
    "alternatives": (0, 10**6),
    "differ": (1, 10**6),
    "within": (0, 1),
    "generate": (0, 10**6),
    "apart_m": (1, 10**6),
    "time_limit": (0, 10**6),
}
_WHOLE = {"add", "frontier", "alternatives", "differ", "generate"}


@dataclass(frozen=True)
class Terms:
    """What a planner asks for, and what every plan has to keep.

    Parameters
    ----------
    add : most sites to add; fewer where further ones add nobody. Not together with `target`.
    target : coverage rate to reach with the fewest sites, 0 to 1.
    county : adcodes whose people count, with one budget; all if None. Candidates beyond the
        border may serve them.
    bank_caps : most sites of each bank named.
    fixed, forbidden : candidate_ids that must, must not be in a plan.
    excluded : areas (EPSG:4326 polygons) without sites: water, airfields, …. None is generated
        there, and candidates of a table that lie there are forbidden.
    then : what decides among plans that cover equally many people. ``two_outlets``: the one with
        most people in reach of two or more outlets, active outlets counted with the plan's
        sites; None: the one spread wider.
    frontier : most sites of the frontier; 0 for none.
    alternatives : most further plans; 0 for none.
    differ : how many sites of every earlier plan an alternative leaves out at least.
    within : largest share of the best plan's people that an alternative may lack.
    generate, apart_m : how many locations are generated where there is no table, and how many
        metres apart at least.
    time_limit : seconds for each question put to the solver; then the best plan found comes with
        its gap. With `then`, for each of the two.

    Raises
    ------
    ValueError : a number is out of its range, or there is no such `then`.
    """

    add: int | None = None
    target: float | None = None
    county: str | Collection[str] | None = None
    bank_caps: Mapping[str, int] = field(default_factory=dict)
    fixed: Collection[str] = ()
    forbidden: Collection[str] = ()
    excluded: Areas | None = field(default=None, compare=False, repr=False)
    then: Literal["two_outlets"] | None = None
    frontier: int = 10
    alternatives: int = 3
    differ: int = 1
    within: float = 0.05
    generate: int = 300
    apart_m: float = 500.0
    time_limit: float = 60.0

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not _is_number(value, low, high, name in _WHOLE):
                kind = "整数，" if name in _WHOLE else ""
                raise ValueError(f"{name} 应是{kind}在 {low:g} 与 {high:g} 之间，现为 {value!r}")
        if not isinstance(self.bank_caps, Mapping):
            raise ValueError(f"bank_caps 应写成 {{ 银行 = 个数 }}，现为 {self.bank_caps!r}")
        for bank, most in self.bank_caps.items():
            if not _is_number(most, 0, 10**6, True):
                raise ValueError(f"bank_caps 中“{bank}”的上限应是不小于 0 的整数，现为 {most!r}")
        if self.then not in (None, "two_outlets"):
            raise ValueError(f"then 应为 two_outlets，或不写，现为 {self.then!r}")


def _is_number(value: Any, low: float, high: float, whole: bool) -> bool:
    """Whether it is a number in the range (numpy's count too), truth values left out."""
    try:
        fits = low <= value <= high and (not whole or value == int(value))
    except TypeError:
        return False
    return bool(fits) and not isinstance(value, bool)
