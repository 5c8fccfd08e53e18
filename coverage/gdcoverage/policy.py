"""The standard and the official terms: what the policy promises, as numbers and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal

PHRASE = "城区步行15分钟，乡村辐射5公里"
POLICY_DOCUMENT = "粤人社规〔2024〕10号"
OUTLET_TERM = "社保服务合作网点"
MAP_TITLE = "广东社保电子地图"

Settlement = Literal["urban", "rural"]
TownRule = Literal["urban", "rural", "both"]

SETTLEMENTS = {"urban": "城区", "rural": "乡村"}
TOWN_RULES = {"urban": "按城区", "rural": "按乡村", "both": "按城区，另列按乡村"}

# Service modes, business items and flags: column name -> official term.
MODES = {"window": "窗口办", "online": "网办", "self_service": "自助办", "guided": "导办"}
ITEMS = {
    "pension": "基本养老保险",
    "work_injury": "工伤保险",
    "unemployment": "失业保险",
    "social_card": "社会保障卡",
}
FLAGS = {"dedicated_window": "专窗", "door_to_door": "上门"}

# Only an active outlet counts as coverage; one in doubt is counted beside, never in the headline.
OUTLET_STATUS = {
    "active": "在营",
    "planned": "筹建",
    "suspended": "暂停",
    "exited": "退出",
    "unknown": "存疑",
}

# Urban-rural codes of the statistics bureau (国函〔2008〕60号).
URBAN_CODES = frozenset({"111", "112"})
TOWN_CODES = frozenset({"121", "122", "123"})
RURAL_CODES = frozenset({"210", "220"})

KMH_IN_M_PER_MIN = 1000 / 60


@dataclass(frozen=True)
class Speed:
    """A walking speed: its name in columns, its label in reports, metres per minute."""

    name: str
    label: str
    m_per_min: float

    @property
    def kmh(self) -> float:
        """Kilometres per hour."""
        return self.m_per_min / KMH_IN_M_PER_MIN


# Every report prints the rate at these three, because the policy gives minutes and no speed.
COMPARISON_SPEEDS = (
    Speed("slow", "老年人 0.8米/秒", 0.8 * 60),
    Speed("default", "默认 4.0公里/小时", 4.0 * KMH_IN_M_PER_MIN),
    Speed("brisk", "快步 80米/分钟", 80.0),
)


@dataclass(frozen=True)
class Range:
    """What a number may be; as text, how a planner is told."""

    least: float
    most: float
    whole: bool = False

    def holds(self, value: Any) -> bool:
        """Whether it is a number within (numpy's count, truth values and text do not)."""
        number = isinstance(value, Integral if self.whole else Real) and not isinstance(value, bool)
        return number and bool(self.least <= value <= self.most)

    def __str__(self) -> str:
        kind = "是整数，" if self.whole else ""
        share = "（95% 写 0.95）" if (self.least, self.most, self.whole) == (0, 1, False) else ""
        return f"应{kind}在 {self.least:,.10g} 与 {self.most:,.10g} 之间{share}"


def out_of_range(ranges: Mapping[str, Range], values: Mapping[str, object]) -> dict[str, str]:
    """Name -> what the value should be, for each that is not within its range."""
    return {
        name: str(allowed)
        for name, allowed in ranges.items()
        if name in values and not allowed.holds(values[name])
    }


def require_none(faults: Mapping[str, str], values: Mapping[str, object]) -> None:
    """Refuse values that have faults (name -> what it should be), all of them at once.

    Raises
    ------
    ValueError : there are any.
    """
    if faults:
        told = [f"{name} {fault}，现为 {values[name]!r}" for name, fault in faults.items()]
        raise ValueError("；".join(told))


_RANGES = {
    "minutes": Range(1, 240),
    "walking_speed_kmh": Range(0.5, 10),
    "rural_radius_m": Range(100, 100_000),
    "snap_limit_m": Range(0, 5_000),
    "smallest_component_m": Range(0, 1e9),
}


@dataclass(frozen=True)
class Standard:
    """The promise 「城区步行15分钟，乡村辐射5公里」 as numbers.

    Parameters
    ----------
    minutes : longest walk of an urban demand point to an outlet, minutes.
    walking_speed_kmh : the policy gives none; GB 50180—2018 puts the 15-minute circle at
        800–1000 m of walking, hence 4.0 km/h (1000 m).
    rural_radius_m : farthest outlet of a rural demand point, geodesic metres.
    snap_limit_m : a point farther than this from a walkable street does not join the network.
    smallest_component_m : a piece of network with less street than this is not joined.
    town_rule : how towns (codes 121, 122, 123) are judged: ``urban``, ``rural``, or ``both``
        (headline as ``urban``, the other rate beside it).

    Raises
    ------
    ValueError : a number is out of its range, or the town rule is not one of the three.

    Examples
    --------
    >>> standard = gd.Standard()
    >>> standard.walk_limit_m, standard.rural_radius_m
    (1000.0, 5000.0)
    >>> gd.Standard(minutes=10, town_rule="rural").town_rule
    'rural'
    """

    minutes: float = 15.0
    walking_speed_kmh: float = 4.0
    rural_radius_m: float = 5_000.0
    snap_limit_m: float = 300.0
    smallest_component_m: float = 500.0
    town_rule: TownRule = "urban"

    def __post_init__(self) -> None:
        require_none(self.faults(vars(self)), vars(self))

    @staticmethod
    def faults(values: Mapping[str, object]) -> dict[str, str]:
        """What is wrong with some parameters: name -> what it should be, in Chinese."""
        faults = out_of_range(_RANGES, values)
        # A tuple of words, for what is asked of them may not be hashable.
        if values.get("town_rule", "urban") not in tuple(TOWN_RULES):
            faults["town_rule"] = f"应为 {'、'.join(TOWN_RULES)} 之一"
        return faults

    @property
    def walk_limit_m(self) -> float:
        """The longest walk that meets the standard, metres.

        Examples
        --------
        >>> gd.Standard(minutes=12).walk_limit_m
        800.0
        """
        return self.walk_limit_at(self.walking_speed_kmh * KMH_IN_M_PER_MIN)

    def walk_limit_at(self, m_per_min: float) -> float:
        """The longest walk in the standard's minutes at another speed, metres.

        Examples
        --------
        >>> gd.Standard().walk_limit_at(48.0)
        720.0
        """
        # Rounded so that 15 minutes at 4 km/h is 1000 m, not 999.9999999999999.
        return round(self.minutes * m_per_min, 6)

    def limit_m(self, settlement: str) -> float:
        """How far an outlet serves people of a class: on foot in towns, straight in the country.

        Examples
        --------
        >>> gd.Standard().limit_m("rural")
        5000.0
        """
        return self.walk_limit_m if settlement == "urban" else self.rural_radius_m

    def walk_minutes(self, metres: float) -> float:
        """Minutes that a walk of so many metres takes at the standard's speed.

        Examples
        --------
        >>> round(gd.Standard().walk_minutes(500), 1)
        7.5
        """
        return metres / (self.walking_speed_kmh * KMH_IN_M_PER_MIN)

    @property
    def walk_search_m(self) -> float:
        """How far walks are searched, metres; a longer one is known only to be longer.

        Three times the limit: far enough to say by how much a gap misses the standard, near
        enough that a county's network needs only a narrow margin.
        """
        fastest = max(self.walk_limit_at(speed.m_per_min) for speed in COMPARISON_SPEEDS)
        return max(3 * self.walk_limit_m, fastest)

    @property
    def margin_m(self) -> float:
        """How far beyond a county its network must reach so that no walk is cut, metres.

        Examples
        --------
        >>> gd.Standard().margin_m
        3300.0
        """
        return self.walk_search_m + self.snap_limit_m

    def settlement_of(self, code: str) -> Settlement | None:
        """Settlement class of an urban-rural code, or None for a code that is not official.

        Examples
        --------
        >>> gd.Standard(town_rule="rural").settlement_of("121")
        'rural'
        """
        if code in URBAN_CODES:
            return "urban"
        if code in RURAL_CODES:
            return "rural"
        if code in TOWN_CODES:
            return "rural" if self.town_rule == "rural" else "urban"
        return None

    def __str__(self) -> str:
        return (
            f"「{PHRASE}」（本次参数：步行{self.minutes:g}分钟，"
            f"步速{self.walking_speed_kmh:g}公里/小时，即{self.walk_limit_m:.0f}米；"
            f"乡村半径{self.rural_radius_m:,.0f}米；接驳上限{self.snap_limit_m:.0f}米；"
            f"最小路网{self.smallest_component_m:.0f}米；镇区{TOWN_RULES[self.town_rule]}）"
        )
