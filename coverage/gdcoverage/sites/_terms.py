"""`Terms`: what a planner asks of the candidates, written once for every siting question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from gdcoverage.policy import Range, out_of_range, require_none

Areas: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | BaseGeometry

_COUNT = Range(0, 10**6, whole=True)
_RANGES = {
    "add": _COUNT,
    "target": Range(0, 1),
    "frontier": _COUNT,
    "alternatives": _COUNT,
    "differ": Range(1, 10**6, whole=True),
    "within": Range(0, 1),
    "generate": _COUNT,
    "apart_m": Range(1, 10**6),
    "time_limit": Range(0, 10**6),
}


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
    ValueError : a number is out of its range, something is no list, or there is no such `then`.

    Examples
    --------
    >>> gd.Terms(add=5, bank_caps={"农商银行": 2}, then="two_outlets").add
    5
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
        require_none(self.faults(vars(self)), vars(self))

    @staticmethod
    def faults(values: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with some terms: name -> what it should be, in Chinese."""
        given = {name: value for name, value in values.items() if value is not None}
        faults = out_of_range(_RANGES, given)
        caps = given.get("bank_caps", {})
        if not isinstance(caps, Mapping):
            faults["bank_caps"] = "应写成 { 银行 = 个数 }"
        elif wrong := [bank for bank, most in caps.items() if not _COUNT.holds(most)]:
            faults["bank_caps"] = f"中“{'”“'.join(map(str, wrong))}”的上限{_COUNT}"
        for name in ("fixed", "forbidden"):
            if not _are_ids(given.get(name, ())):
                faults[name] = "应是候选点编号的列表"
        if given.get("then", "two_outlets") != "two_outlets":
            faults["then"] = "应为 two_outlets，或不写"
        return faults


def _are_ids(value: object) -> bool:
    # One id alone would be taken letter by letter.
    if not isinstance(value, Collection) or isinstance(value, str | Mapping):
        return False
    return all(isinstance(each, str) for each in value)
