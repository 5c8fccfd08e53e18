"""Which ways are walked on and how they look, by the rules of a profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Literal, get_args

from gdcoverage.network._walk_rules import (
    ACCESS,
    DOUBTS,
    FOOT,
    FREE,
    OBSTACLES,
    OFF_GROUND,
    OPEN_GROUND,
    OPENS,
    SORTS,
    STOPS,
    Rule,
    Verdict,
)
from gdcoverage.network._walkable import EXCLUDED, is_walkable
from gdcoverage.network._ways import DOUBTFUL, NOT_JOINED

# ``walk`` is the table of `_walk_rules`; ``osmnx`` what osmnx's walk filter lets pass, without
# barriers and without doubt.
Profile = Literal["walk", "osmnx"]
PROFILES: tuple[Profile, ...] = get_args(Profile)

_OF_STREETS = (SORTS, FOOT, ACCESS, OPENS, DOUBTS, OFF_GROUND, FREE)
# Keys of ways that `look_of` reads, in any profile.
LOOK_KEYS = frozenset(rule.key for rules in _OF_STREETS for rule in rules) | set(EXCLUDED)
# Keys of which every street and every obstacle has at least one.
WAY_KEYS = tuple(dict.fromkeys(rule.key for rule in (*SORTS, *OBSTACLES)))

Values = Mapping[str, int]


def _said(rules: Iterable[Rule]) -> dict[str, Values]:
    """Key -> value -> what the rows say of it."""
    said: dict[str, dict[str, int]] = {}
    for rule in rules:
        said.setdefault(rule.key, {}).update(dict.fromkeys(rule.values.split(), rule.verdict))
    return dict(said)


_SORTS, _OPENS, _DOUBTS = _said(SORTS), _said(OPENS), _said(DOUBTS)
_FOOT, _ACCESS = _said(FOOT)["foot"], _said(ACCESS)["access"]
_OFF_GROUND, _FREE, _OPEN_GROUND = _said(OFF_GROUND), _said(FREE), _said(OPEN_GROUND)
_OBSTACLES, _STOPS = _said(OBSTACLES), _said(STOPS)
# Layers of water say nothing: many rivers have one below the streets that bridge them.
_WATER_KEYS = {"natural", "waterway"}


def look_of(tags: Mapping[str, str], profile: Profile = "walk") -> int | None:
    """How a way with these tags looks to who walks (bits of `_ways`); None if nobody walks it."""
    if profile == "osmnx":
        return 0 if is_walkable(tags) else None
    verdict = _verdict(tags)
    if verdict >= Verdict.NO:
        return None
    doubt = DOUBTFUL if verdict == Verdict.DOUBTFUL else 0
    return doubt | (NOT_JOINED if _off_ground(tags, _OFF_GROUND.keys()) else 0)


def obstacle_of(tags: Mapping[str, str], profile: Profile = "walk") -> int:
    """Bits of an obstacle to access legs, for a way that is not walked on; 0 if it is none."""
    if profile == "osmnx":
        return 0
    for key in _OBSTACLES.keys() & tags.keys():
        if (bits := _OBSTACLES[key].get(tags[key])) and (key != "motorroad" or "highway" in tags):
            if _sort(tags) == Verdict.NEVER and "highway" in tags:
                return 0
            levels = {"layer", "level"} if key in _WATER_KEYS else set()
            return 0 if _off_ground(tags, _OFF_GROUND.keys() - {"highway"} - levels) else bits
    return 0


def is_open_ground(tags: Mapping[str, str], profile: Profile = "walk") -> bool:
    """Whether a closed way with these tags, which is walked on, is walked across too."""
    if profile == "osmnx" or tags.get("area") != "yes":
        return False
    return any(tags.get(key) in values for key, values in _OPEN_GROUND.items())


def stops(tags: Mapping[str, str], profile: Profile = "walk") -> bool:
    """Whether nobody walks past a node with these tags."""
    if profile == "osmnx" or "barrier" not in tags:
        return False
    said = _best(_FOOT, tags.get("foot"))
    if said is None:
        said = _best(_ACCESS, tags.get("access"))
    if said in (Verdict.YES, Verdict.NO):
        return said == Verdict.NO
    if said == Verdict.DOUBTFUL:
        return tags.get("locked") == "yes"
    return any(tags.get(key) in values for key, values in _STOPS.items())


def _verdict(tags: Mapping[str, str]) -> int:
    sort = _sort(tags)
    if sort == Verdict.NEVER:
        return sort
    if (foot := _best(_FOOT, tags.get("foot"))) is not None:
        return foot
    access = _best(_ACCESS, tags.get("access")) or Verdict.YES
    if access == Verdict.NO:
        return access
    if any(tags[key] in _OPENS[key] for key in _OPENS.keys() & tags.keys()):
        return access
    doubts = [_DOUBTS[key].get(tags[key], Verdict.YES) for key in _DOUBTS.keys() & tags.keys()]
    return max(sort, access, *doubts)


def _sort(tags: Mapping[str, str]) -> int:
    """What the sort of a way says; what has no sort is nothing to walk on."""
    for key, values in _SORTS.items():
        if (sort := _best(values, tags.get(key))) is not None:
            return sort
    return Verdict.NO if "highway" in tags else Verdict.NEVER


def _best(values: Values, value: str | None) -> int | None:
    """What is said of a value; of several with semicolons between them, the best."""
    if value is None:
        return None
    if ";" not in value:
        return values.get(value)
    said = [values[one] for one in map(str.strip, value.split(";")) if one in values]
    return min(said, default=None)


def _off_ground(tags: Mapping[str, str], keys: Set[str]) -> bool:
    return any(_lifts(key, tags[key]) for key in keys & tags.keys())


def _lifts(key: str, value: str) -> bool:
    """Whether a tag says that a way does not lie open on the ground."""
    values = _OFF_GROUND[key]
    if "≠0" in values:
        return _nowhere_nought(value)
    return value in values or ("*" in values and value != "no" and value not in _FREE.get(key, ()))


def _nowhere_nought(levels: str) -> bool:
    """Whether every one of several levels is a number other than 0."""
    try:
        return all(float(level) for level in levels.split(";"))
    except ValueError:
        return False
