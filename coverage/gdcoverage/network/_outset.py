"""What must be known of an OSM file before its streets are read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from osmium.filter import TagFilter
from osmium.osm import RELATION, WAY

from gdcoverage.arrays import Ints
from gdcoverage.network._osm_faults import NOT_UTF8, Damage
from gdcoverage.network._osm_file import Tags, having, objects, tags_of
from gdcoverage.network._profile import WAY_KEYS, is_open_ground, look_of, obstacle_of
from gdcoverage.network._ways import BARRIER

# How the rim of a multipolygon looks, and the tags of its relation.
Rim = tuple[int, Tags]


class Outset(NamedTuple):
    """What a quick look at ways and relations finds.

    Parameters
    ----------
    rims : sorted references of nodes on rims of open ground.
    members : way id -> look and tags, for ways that are rims of multipolygons.
    """

    rims: Ints
    members: dict[int, Rim]


def outset_of(path: Path, damage: Damage) -> Outset:
    """Rims of open ground, and members of multipolygons that are walked on or bar the way.

    Parameters
    ----------
    damage : is told of relations that cannot be read; of ways it will be told later.
    """
    area = TagFilter(("area", "yes"))
    area.enable_for(WAY)
    rims: list[int] = []
    members: dict[int, Rim] = {}
    for thing in objects(path, WAY | RELATION, area, having(RELATION, *WAY_KEYS)):
        try:
            tags = tags_of(thing)
        except UnicodeDecodeError:
            if thing.is_relation():
                damage.note(NOT_UTF8, f"关系 {thing.id}")
            continue
        look = look_of(tags)
        if thing.is_way():
            if look is not None and is_open_ground(tags):
                rims.extend(node.ref for node in thing.nodes)
        elif tags.get("type") == "multipolygon":
            bits = obstacle_of(tags) if look is None else look
            ways = [member.ref for member in thing.members if member.type == "w"]
            # Where a square and water share a rim, one walks there.
            if look is not None or bits:
                members |= {
                    way: (bits, tags) for way in ways if way not in members or not bits & BARRIER
                }
    return Outset(np.unique(np.array(rims, np.int64)), members)
