"""Which tag decides about a way or node, by our table and by what it says of Valhalla."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import osmium

from gdcoverage.network import _walk_rules as table
from gdcoverage.network._profile import WAY_KEYS, stops
from gdcoverage.network._walk_rules import Rule, Verdict

Tags = Mapping[str, str]
# Where Valhalla stands in `Rule.routers`.
_VALHALLA = list(table.ROUTERS).index("Valhalla")
# In the order in which they decide.
_WAYS = (*table.FOOT, *table.ACCESS, *table.SORTS, *table.DOUBTS)
_NODE_KEYS = ("barrier", "access", "foot")


class Tagged:
    """The tags of an OSM file's ways, and of nodes that may stop who walks, by where they lie."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ways: dict[int, dict[str, str]] = {}
        self.nodes: dict[tuple[float, float], tuple[int, dict[str, str]]] = {}
        things: Iterable[Any] = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
        for thing in things:
            tags = thing.tags
            if thing.is_way() and any(key in tags for key in WAY_KEYS):
                self.ways[thing.id] = dict(tags)
            elif thing.is_node() and any(key in tags for key in _NODE_KEYS):
                lon, lat = thing.location.lon, thing.location.lat
                self.nodes[round(lon, 6), round(lat, 6)] = thing.id, dict(tags)

    def on(self, places: Iterable[tuple[float, float]]) -> dict[int, dict[str, str]]:
        """Those nodes that lie at some places, by their ids."""
        found = (self.nodes.get((round(lon, 6), round(lat, 6))) for lon, lat in places)
        return dict(each for each in found if each is not None)

    def opened(self, ways: Iterable[int], nodes: Iterable[int], path: Path) -> None:
        """Write the file anew with some ways walked on and some nodes passed."""
        ways, nodes = set(ways), set(nodes)
        with osmium.SimpleWriter(str(path)) as writer:
            things: Iterable[Any] = osmium.FileProcessor(str(self.path))
            for thing in things:
                if thing.is_way() and thing.id in ways:
                    writer.add(thing.replace(tags={"highway": "footway", "foot": "yes"}))
                elif thing.is_node() and thing.id in nodes:
                    writer.add(thing.replace(tags={}))
                else:
                    writer.add(thing)


def shut_here(tags: Tags) -> str:
    """Why nobody walks on a way here that Valhalla walks on."""
    rules = (rule for rule in _WAYS if rule.verdict >= Verdict.NO)
    return f"{_tag(tags, rules) or _unnamed(tags)}: walked by Valhalla, not here"


def shut_there(tags: Tags) -> str:
    """Why Valhalla does not walk on a way that is walked on here."""
    if tags.get("area") == "yes":
        if tags.get("highway") == "pedestrian":
            return "the rim of a square (`area=yes`): walked here, not by Valhalla"
        return "an area (`area=yes`) that is no square: walked here, not by Valhalla"
    rules = (rule for rule in _WAYS if rule.routers[_VALHALLA] == "n")
    return f"{_tag(tags, rules) or _unnamed(tags)}: walked here, not by Valhalla"


def stopped_here(tags: Tags) -> str | None:
    """Why nobody passes a node here; None where one does."""
    if not stops(tags):
        return None
    told = " ".join(f"`{key}={tags[key]}`" for key in (*_NODE_KEYS, "locked") if key in tags)
    return f"node {told}: passed by Valhalla, not here"


def _tag(tags: Tags, rules: Iterable[Rule]) -> str | None:
    """The first tag that some rules name."""
    for rule in rules:
        if rule.key in tags and tags[rule.key] in rule.values.split():
            return f"`{rule.key}={tags[rule.key]}`"
    return None


def _unnamed(tags: Tags) -> str:
    """The sort of a way that no rule names."""
    return next((f"`{key}={tags[key]}`" for key in WAY_KEYS if key in tags), "no sort")
