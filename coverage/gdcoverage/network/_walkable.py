"""Which streets can be walked: the tag rules of osmnx's ``network_type="walk"`` filter."""

from __future__ import annotations

import re
from collections.abc import Mapping

# A way is out where the value of the key matches anywhere (as Overpass matches). The same rules
# as osmnx 2.1, including its default exclusion of private access; a test compares the two texts.
EXCLUDED = {
    "area": "yes",
    "access": "private",
    "highway": (
        "abandoned|bus_guideway|construction|cycleway|motor|no|planned|platform|proposed|raceway"
        "|razed|rest_area|services"
    ),
    "foot": "no",
    "service": "private",
    "sidewalk": "separate",
    "sidewalk:both": "separate",
    "sidewalk:left": "separate",
    "sidewalk:right": "separate",
}

_PATTERNS = {key: re.compile(pattern) for key, pattern in EXCLUDED.items()}


def is_walkable(tags: Mapping[str, str]) -> bool:
    """Whether an OSM way with these tags belongs to the walk network."""
    if "highway" not in tags:
        return False
    # A plain loop: this is asked of every way of a province.
    for key, pattern in _PATTERNS.items():
        value = tags.get(key)
        if value is not None and pattern.search(value):
            return False
    return True
