"""Which ways are walked on and how they look, by the rules of a profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
_GRADE = {key: values for key, values in _OFF_GROUND.items() if key != "highway"}
# Layers of water say nothing: many rivers have one below the streets that bridge them.
_WATER_KEYS = {"natural", "waterway"}
_WATER_GRADE = {key: values for key, values in _GRADE.items() if key not in ("layer", "level")}


def look_of(tags: Mapping[str, str], profile: Profile = "walk") -> int | None:
    """How a way with these tags looks to who walks (bits of `_ways`); None if nobody walks it."""
    if profile == "osmnx":
        return 0 if is_walkable(tags) else None
    verdict = _verdict(tags)
    if verdict >= Verdict.NO:
        return None
    doubt = DOUBTFUL if verdict == Verdict.DOUBTFUL else 0
    return doubt | (NOT_JOINED if _lifted(tags, _OFF_GROUND) else 0)


def obstacle_of(tags: Mapping[str, str], profile: Profile = "walk") -> int:
    """Bits of an obstacle to access legs, for a way that is not walked on; 0 if it is none."""
    if profile == "osmnx":
        return 0
    for key, values in _OBSTACLES.items():
        bits = values.get(tags.get(key, ""))
        if bits and (key in _WATER_KEYS or "highway" not in tags or _sort(tags) != Verdict.NEVER):
            lifted = _lifted(tags, _WATER_GRADE if key in _WATER_KEYS else _GRADE)
            return 0 if lifted or (key == "motorroad" and "highway" not in tags) else bits
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
    said = _best(_FOOT, tags.get("foot", ""))
    if said is None:
        said = _best(_ACCESS, tags.get("access", ""))
    if said in (Verdict.YES, Verdict.NO):
        return said == Verdict.NO
    if said == Verdict.DOUBTFUL:
        return tags.get("locked") == "yes"
    return any(tags.get(key) in values for key, values in _STOPS.items())


def _verdict(tags: Mapping[str, str]) -> int:
    # Few lookups: this is asked of every way of a province.
    verdict = _sort(tags)
    if verdict == Verdict.NEVER:
        return verdict
    get = tags.get
    if (foot := get("foot")) is not None and (said := _best(_FOOT, foot)) is not None:
        return said
    access: int = Verdict.YES
    if (value := get("access")) is not None:
        access = _best(_ACCESS, value) or access
        if access == Verdict.NO:
            return access
    for key, values in _DOUBTS.items():
        if (value := get(key)) is not None:
            verdict = max(verdict, values.get(value, Verdict.YES))
    if verdict and any(get(key) in values for key, values in _OPENS.items()):
        return access
    return max(verdict, access)


def _sort(tags: Mapping[str, str]) -> int:
    """What the sort of a way says; what has no sort is nothing to walk on."""
    unknown = Verdict.NEVER
    for key, values in _SORTS.items():
        if (value := tags.get(key)) is not None:
            if (sort := _best(values, value)) is not None:
                return sort
            if key == "highway":
                unknown = Verdict.NO
    return unknown


def _best(values: Values, value: str) -> int | None:
    """What is said of a value; of several with semicolons between them, the best."""
    if ";" not in value:
        return values.get(value)
    said = [values[one] for one in map(str.strip, value.split(";")) if one in values]
    return min(said, default=None)


def _lifted(tags: Mapping[str, str], said: Mapping[str, Values]) -> bool:
    """Whether a tag says that a way does not lie open on the ground."""
    get = tags.get
    for key, values in said.items():
        if (value := get(key)) is not None and (
            value in values
            or ("*" in values and value != "no" and value not in _FREE.get(key, ()))
            or ("≠0" in values and _nowhere_nought(value))
        ):
            return True
    return False


def _nowhere_nought(levels: str) -> bool:
    """Whether every one of several levels is a number other than 0."""
    try:
        return all(float(level) for level in levels.split(";"))
    except ValueError:
        return False
