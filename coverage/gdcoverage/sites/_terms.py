"""`Terms`: what a planner asks of the candidates, written once for every siting question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeAlias

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from gdcoverage.policy import SETTLEMENTS, Range, out_of_range, require_none

Areas: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | BaseGeometry

Numbers: TypeAlias = float | Mapping[str, float]

_COUNT = Range(0, 10**6, whole=True)
_RANGES = {
    "add": _COUNT,
    "target": Range(0, 1),
    "frontier": _COUNT,
    "alternatives": _COUNT,
    "differ": Range(1, 10**6, whole=True),
    "differ_m": Range(0, 10**6),
    "within": Range(0, 1),
    "generate": _COUNT,
    "apart_m": Range(1, 10**6),
    "budget": Range(0, 10**12),
    "refine_m": Range(5, 10**6),
    "close": _COUNT,
    "move_most_m": Range(1, 10**7),
    "merge_most_m": Range(1, 10**7),
    "bank_apart_m": Range(1, 10**6),
    "capacity": Range(1, 10**9),
    "time_limit": Range(0, 10**6),
}
# What may be one number for all, or a number by code of county or city, or by bank.
_BY_CODE = {
    "county_least": _COUNT,
    "county_most": _COUNT,
    "city_least": _COUNT,
    "city_most": _COUNT,
    "rate_least": Range(0, 1),
}
# Likewise, and by whatever else an outlet may be called.
_BY_WORD = {"close_most": _COUNT}
_CHOICES = {
    "then": (
        ("two_outlets", "mean_walk", "spread"),
        "应为 two_outlets、mean_walk、spread 之一，或不写",
    ),
    "scope": (("county", "province"), "应为 county（各县区分别）或 province（全部县区合用）"),
    "robust": (("expected", "regret"), "应为 expected、regret 之一，或不写"),
}
_LISTS = dict.fromkeys(("fixed", "forbidden"), "应是候选点编号的列表") | dict.fromkeys(
    ("close_of", "keep"), "应是网点编号、银行或区划代码的列表"
)
_WORDS = {
    **dict.fromkeys(("bank_caps", "kind_most", "class_most"), "上限"),
    **dict.fromkeys(("bank_least", "kind_least", "class_least", "people_least"), "下限"),
    "costs": "费用",
}
_BY_NAME = {
    **dict.fromkeys(("bank_caps", "bank_least"), _COUNT),
    **dict.fromkeys(("kind_least", "kind_most", "class_least", "class_most"), _COUNT),
    **dict.fromkeys(("costs", "people_least"), Range(0, 10**12)),
}
_FORMS = {
    **dict.fromkeys(("bank_caps", "bank_least"), "{ 银行 = 个数 }"),
    **dict.fromkeys(("kind_least", "kind_most"), "{ 类别 = 个数 }"),
    **dict.fromkeys(("class_least", "class_most"), "{ 城区 = 个数, 乡村 = 个数 }"),
    "people_least": "{ 代码或城乡类别 = 人数 }",
    "costs": "{ 候选点编号 = 费用 }",
}
# Settlement classes as they may be written.
CLASSES = {term: name for name, term in SETTLEMENTS.items()} | {name: name for name in SETTLEMENTS}
# Digits of a city's code; a county's has all six.
CITY_DIGITS = 4
_CODES = (CITY_DIGITS, 6)

_APART_M, _APART_REFINED_M = 500.0, 200.0


@dataclass(frozen=True, repr=False)
class Terms:
    """What a planner asks for, and what every plan has to keep.

    Parameters
    ----------
    add : most sites to add; fewer where further ones add nobody. Not together with `target`.
    target : coverage rate to reach with the fewest sites, 0 to 1.
    county : adcodes whose people count, with one budget; all if None. Candidates beyond the
        border may serve them.
    bank_caps, bank_least : most and fewest sites of each bank named.
    county_least, county_most : fewest and most sites in each county; or by adcode. Of the fewest,
        as many as a county has candidates.
    city_least, city_most : likewise of each city, by the first four digits of the adcode.
    kind_least, kind_most : fewest and most sites of each kind of candidate named, as their column
        ``kind`` says it: 网点, 自助点, 银行网点, ….
    class_least, class_most : fewest and most sites in towns (城区 or ``urban``) and in the country
        (乡村 or ``rural``). A candidate's class is that of the nearest demand point.
    people_least : people newly covered at least, of those who live in a county (by adcode), a
        city (by its first four digits) or a class. Not together with `close` or `capacity`.
    rate_least : coverage rate that every county must reach, 0 to 1; or by adcode. It does not
        matter where outlets are replaced, which serves those who lost the standard only.
    costs : of candidates by id, 1 for those not named. Only together with `budget`.
    budget : what all sites together may cost. Only together with `add`.
    fixed, forbidden : candidate_ids that must, must not be in a plan.
    excluded : areas (EPSG:4326 polygons) without sites: water, airfields, …. None is generated
        there, and candidates of a table that lie there are forbidden.
    then : what decides among plans that cover equally many people. ``two_outlets``: the one with
        most people in reach of two or more outlets, active outlets counted with the plan's
        sites; ``mean_walk``: the one with the shortest way, on average, of all who are covered
        (walks of urban, straight lines of rural people);
        ``spread``: the one with the greatest least distance between its sites, and between these
        and active outlets; None: one spread wider, without proof.
    frontier : most sites of the frontier; 0 for none. Of the ``province`` so many numbers of sites
        up to the plan's, each in a fifth of `time_limit`.
    alternatives : most further plans; 0 for none.
    differ : how many sites of every earlier plan an alternative leaves out at least, as many of
        its own being others.
    differ_m : metres that a site must be from all sites of an earlier plan to be another than
        them; 0 for any other candidate.
    within : largest share of the best plan's people that an alternative may lack.
    generate, apart_m : how many locations are generated where there is no table, and how many
        metres apart at least: 500 by default, or 200 where they are refined.
    scope : of a plan of several counties, whether `add` or `target` is asked for each ``county``,
        or once for the ``province``, all counties of the plan together.
    refine_m : metres apart to which generated locations are refined around the chosen sites,
        until nothing is won; not at all if None.
    bank_apart_m : geodesic metres that outlets of one bank are apart at least, new ones from one
        another and from active ones.
    capacity : people whom an outlet serves at most. Beside the recommended plan it is told who is
        covered but finds no room, and a plan is found that serves most people within it; see
        `Capacity`. ``rate_least`` does not matter there.
    close : a plan beside the recommended one that may close so many outlets and open `add`
        sites, so that there are no more than ``add - close`` outlets more than now: with equal
        numbers outlets move, with fewer openings they merge; see `redesign`. None if 0.
    close_of, keep : outlets that may close (any active one of the counties if empty), and that
        stay: by id, by bank, by adcode or by its first four digits.
    close_most : how many outlets of each county may close, those that move counted; or of banks,
        counties and cities, as they are called in `close_of`.
    move_most_m : geodesic metres that an outlet moves at most: every site opened, but for the
        ``add - close`` by which outlets may grow in number, is where one outlet moves to, of its
        bank or of none.
    merge_most_m : an outlet closes only where another of its bank stays or opens so near.
    robust : a plan beside the recommended one that stays good in every scenario: at the three
        walking speeds of every report and the standard's, with points joined to their nearest
        street alone, without streets in doubt, with every point 10 m nearer or farther.
        ``expected``, with most people on average; ``regret``, that falls least short of the best
        in the scenario where it falls shortest; none if None. What is asked at least (rates,
        people, sites) it keeps as things are, at the standard's speed.
    time_limit : seconds for each question put to the solver, which stand for so much work, so that
        the answer does not depend on what else the machine does; then the best plan found comes
        with its gap. With `then`, and with `target`, for each of the two.

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
    bank_least: Mapping[str, int] = field(default_factory=dict)
    county_least: Numbers = 0
    county_most: Numbers | None = None
    city_least: Numbers = 0
    city_most: Numbers | None = None
    kind_least: Mapping[str, int] = field(default_factory=dict)
    kind_most: Mapping[str, int] = field(default_factory=dict)
    class_least: Mapping[str, int] = field(default_factory=dict)
    class_most: Mapping[str, int] = field(default_factory=dict)
    people_least: Mapping[str, float] = field(default_factory=dict)
    rate_least: Numbers = 0.0
    costs: Mapping[str, float] = field(default_factory=dict)
    budget: float | None = None
    fixed: Collection[str] = ()
    forbidden: Collection[str] = ()
    excluded: Areas | None = field(default=None, compare=False, repr=False)
    then: Literal["two_outlets", "mean_walk", "spread"] | None = None
    frontier: int = 10
    alternatives: int = 3
    differ: int = 1
    differ_m: float = 500.0
    within: float = 0.05
    generate: int = 300
    apart_m: float | None = None
    scope: Literal["county", "province"] = "county"
    refine_m: float | None = None
    robust: Literal["expected", "regret"] | None = None
    bank_apart_m: float | None = None
    capacity: float | None = None
    close: int = 0
    close_of: Collection[str] = ()
    close_most: Numbers | None = None
    keep: Collection[str] = ()
    move_most_m: float | None = None
    merge_most_m: float | None = None
    time_limit: float = 60.0

    def __repr__(self) -> str:
        """What is asked otherwise than by default."""
        idle = vars(type(self)())
        asked = {one.name: getattr(self, one.name) for one in fields(self) if one.repr}
        told = [f"{name}={value!r}" for name, value in asked.items() if value != idle[name]]
        return f"Terms({', '.join(told)})"

    def __post_init__(self) -> None:
        require_none(self.faults(vars(self)), vars(self))

    @property
    def spacing_m(self) -> float:
        """Metres that generated locations are apart at first."""
        if self.apart_m is not None:
            return self.apart_m
        return _APART_M if self.refine_m is None else _APART_REFINED_M

    @staticmethod
    def faults(values: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with some terms: name -> what it should be, in Chinese."""
        given = {name: value for name, value in values.items() if value is not None}
        faults = out_of_range(_RANGES, given)
        for name, range_ in (_BY_NAME | _BY_CODE | _BY_WORD).items():
            numbers = given.get(name, {})
            if isinstance(numbers, Mapping):
                wrong = [key for key, number in numbers.items() if not range_.holds(number)]
                if wrong:
                    faults[name] = (
                        f"中“{'”“'.join(map(str, wrong))}”的{_WORDS.get(name, '数')}{range_}"
                    )
            elif name in _BY_NAME:
                faults[name] = f"应写成 {_FORMS[name]}"
            elif not range_.holds(numbers):
                faults[name] = f"{range_}，或按代码写 {{ 代码 = 数 }}"
        faults |= _strange_names(given)
        if given.get("costs") and "budget" not in given:
            faults["costs"] = "须同时写费用上限 budget"
        if "budget" in given and "target" in given:
            faults["budget"] = "只能与 add 同时写"
        for name, told in _LISTS.items():
            if not _are_ids(given.get(name, ())):
                faults[name] = told
        for name, (choices, told) in _CHOICES.items():
            if name in given and given[name] not in choices:
                faults[name] = told
        return faults | _clashes(given)

    def strange_codes(self, adcodes: Collection[str]) -> list[tuple[str, str]]:
        """Term and code of what is asked of counties or cities that are not among these."""
        known = {*adcodes, *(adcode[:CITY_DIGITS] for adcode in adcodes), *CLASSES}
        numbers = {name: getattr(self, name) for name in (*_BY_CODE, "people_least")}
        by_code = {name: n for name, n in numbers.items() if isinstance(n, Mapping)}
        return [(name, code) for name, n in by_code.items() for code in n if code not in known]

    def of_county(self, adcode: str) -> Terms:
        """What of terms for many counties one of them is asked."""
        own = {adcode, adcode[:CITY_DIGITS], *CLASSES}
        changed: dict[str, Any] = {}
        for name in (*_BY_CODE, "people_least"):
            numbers = getattr(self, name)
            if isinstance(numbers, Mapping):
                changed[name] = {code: n for code, n in numbers.items() if code in own}
        return replace(self, **changed)


def _strange_names(given: Mapping[str, Any]) -> dict[str, str]:
    """What is asked of classes that are none, or of what is no code."""
    faults = {}
    for name in ("class_least", "class_most"):
        if set(_names(given.get(name))) - set(CLASSES):
            faults[name] = "应按 城区、乡村 写"
    asked = set(_names(given.get("people_least"))) - set(CLASSES)
    if any(
        not (isinstance(code, str) and code.isdigit() and len(code) in _CODES) for code in asked
    ):
        faults["people_least"] = "应按县区代码（六位）、市代码（前四位）或 城区、乡村 写"
    return faults


def _names(numbers: object) -> Collection[Any]:
    return numbers if isinstance(numbers, Mapping) else ()


def _clashes(given: Mapping[str, Any]) -> dict[str, str]:
    """Terms that cannot be asked together."""
    clashes: dict[str, str] = {}
    if given.get("scope") == "province" and given.get("refine_m"):
        clashes["refine_m"] = "与 scope = province 不能同时写"
    if given.get("close") and "target" in given:
        clashes["close"] = "只能与 add 同时写"
    for name in ("close", "capacity"):
        if given.get(name) and given.get("people_least"):
            clashes["people_least"] = f"与 {name} 不能同时写"
    if "robust" in given:
        asked = [name for name in ("budget", "costs") if given.get(name)]
        clashes |= dict.fromkeys(asked, "与 robust 不能同时写")
    return clashes


def _are_ids(value: object) -> bool:
    # One id alone would be taken letter by letter.
    if not isinstance(value, Collection) or isinstance(value, str | Mapping):
        return False
    return all(isinstance(each, str) for each in value)
