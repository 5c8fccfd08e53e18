"""The walk profile's table as a witness reads it: row by row, with no code of who it checks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from osmnx import _overpass

from gdcoverage.network import _walk_rules as table
from gdcoverage.network._walk_rules import Rule, Verdict
from gdcoverage.network._ways import BARRIER, DOUBTFUL, NOT_JOINED, WATER
from gdcoverage.verify._region import OWN_LOOK

Tags = Mapping[str, str]

# What is below a bridge is water still, whatever layer it is drawn on.
_WATER = {"natural", "waterway"}


class Rules:
    """What tags say of walking.

    Parameters
    ----------
    profile : ``walk`` or ``osmnx``.
    """

    def __init__(self, profile: str) -> None:
        self._osmnx = profile == "osmnx"
        # As osmnx would ask a server: ["key"!~"pattern"] for each key.
        asked = _overpass._get_network_filter("walk")
        self._excluded = dict(re.findall(r'\["([^"]+)"!~"([^"]+)"\]', asked))

    @property
    def way_keys(self) -> set[str]:
        """Keys of ways that matter."""
        rows = (rule.key for rules in table.TABLE.values() for rule in rules)
        return {*rows, *self._excluded, "highway", "area"}

    @property
    def node_keys(self) -> set[str]:
        """Keys of nodes that matter."""
        return {"barrier", "foot", "access", "locked"}

    def walked(self, tags: Tags) -> Verdict | None:
        """``YES`` or ``DOUBTFUL`` for a way that is walked on, None for any other."""
        if self._osmnx:
            out = any(re.search(at, tags[key]) for key, at in self._excluded.items() if key in tags)
            return Verdict.YES if "highway" in tags and not out else None
        verdict = self._verdict(tags)
        return verdict if verdict <= Verdict.DOUBTFUL else None

    def _verdict(self, tags: Tags) -> Verdict:
        sorts = [_said(table.SORTS, key, tags) for key in ("highway", *_others(table.SORTS))]
        sort = next((said for said in sorts if said is not None), None)
        if sort is None:
            sort = Verdict.NO if "highway" in tags else Verdict.NEVER
        if sort == Verdict.NEVER:
            return sort
        foot, access = _said(table.FOOT, "foot", tags), _said(table.ACCESS, "access", tags)
        if foot is not None:
            return foot
        if access == Verdict.NO:
            return access
        if any(_names(rule, tags) for rule in table.OPENS):
            return access or Verdict.YES
        doubts = [Verdict(rule.verdict) for rule in table.DOUBTS if _names(rule, tags)]
        return max([sort, access or Verdict.YES, *doubts])

    def stepped_onto(self, tags: Tags) -> bool:
        """Whether one steps from beside onto a way that is walked on."""
        return self._osmnx or not any(_names(rule, tags) for rule in table.OFF_GROUND)

    def barrier(self, tags: Tags) -> bool:
        """Whether no leg crosses a way that is not walked on."""
        return self._obstacle(tags) is not None

    def shore(self, tags: Tags) -> bool:
        """Whether such a way, if closed, is the rim of water."""
        rule = self._obstacle(tags)
        return rule is not None and bool(rule.verdict & WATER)

    def _obstacle(self, tags: Tags) -> Rule | None:
        """The first row that speaks of an obstacle, if that one is at grade."""
        unbuilt = "highway" in tags and _said(table.SORTS, "highway", tags) == Verdict.NEVER
        found = [
            rule
            for rule in table.OBSTACLES
            if _names(rule, tags) and (rule.key in _WATER or not unbuilt)
        ]
        if self._osmnx or not found or (found[0].key == "motorroad" and "highway" not in tags):
            return None
        deaf = {"highway"} | ({"layer", "level"} if found[0].key in _WATER else set())
        lifted = [r for r in table.OFF_GROUND if r.key not in deaf and _names(r, tags)]
        return None if lifted else found[0]

    def stops(self, tags: Tags) -> bool:
        """Whether nobody passes a node."""
        if self._osmnx or "barrier" not in tags:
            return False
        said = _said(table.FOOT, "foot", tags)
        if said is None:
            said = _said(table.ACCESS, "access", tags)
        if said == Verdict.DOUBTFUL:
            return tags.get("locked") == "yes"
        if said is not None:
            return said == Verdict.NO
        return any(_names(rule, tags) for rule in table.STOPS)

    def open_ground(self, tags: Tags) -> bool:
        """Whether a closed way that is walked on is walked across."""
        if self._osmnx or tags.get("area") != "yes":
            return False
        return any(_names(rule, tags) for rule in table.OPEN_GROUND)


def _others(rules: Sequence[Rule]) -> list[str]:
    return [key for key in dict.fromkeys(rule.key for rule in rules) if key != "highway"]


def _said(rules: Sequence[Rule], key: str, tags: Tags) -> Verdict | None:
    """The best that rows of a key say of its values; None where they say nothing."""
    values = {value.strip() for value in tags.get(key, "").split(";")}
    found = [r.verdict for r in rules if r.key == key and values & set(r.values.split())]
    return Verdict(min(found)) if found else None


def _names(rule: Rule, tags: Tags) -> bool:
    """Whether a row speaks of these tags."""
    value = tags.get(rule.key)
    if value is None:
        return False
    if rule.values == "≠0":
        numbers = re.fullmatch(r"\s*-?\d+(\.\d+)?(\s*;\s*-?\d+(\.\d+)?)*\s*", value)
        return numbers is not None and all(float(one) != 0 for one in value.split(";"))
    if rule.values == "*":
        free = {v for r in table.FREE if r.key == rule.key for v in r.values.split()}
        return value not in {"no", *free}
    return value in rule.values.split()


class _Taken(Rules):
    """The rules of a network of the program's own: what it holds is walked on."""

    def __init__(self) -> None:
        super().__init__("osmnx")

    def walked(self, tags: Tags) -> Verdict | None:
        if self.barrier(tags):
            return None
        return Verdict.DOUBTFUL if int(tags.get(OWN_LOOK, 0)) & DOUBTFUL else Verdict.YES

    def barrier(self, tags: Tags) -> bool:
        return bool(int(tags.get(OWN_LOOK, 0)) & BARRIER)

    def shore(self, tags: Tags) -> bool:
        return bool(int(tags.get(OWN_LOOK, 0)) & WATER)

    def stepped_onto(self, tags: Tags) -> bool:
        return not int(tags.get(OWN_LOOK, 0)) & NOT_JOINED


def rules_of(profile: str, *, taken: bool = False) -> Rules:
    """The rules of a profile; or those of streets that have been taken already."""
    return _Taken() if taken else Rules(profile)
