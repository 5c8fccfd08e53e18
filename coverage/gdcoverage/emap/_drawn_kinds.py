"""What of OpenStreetMap a base map shows, as what, and how great: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

# Streets, the greatest first; a ramp is drawn as what it is as wide as.
ROADS = {
    **dict.fromkeys(("motorway", "trunk"), 1),
    "primary": 2,
    "secondary": 3,
    **dict.fromkeys(("tertiary", "motorway_link", "trunk_link", "primary_link"), 4),
    **dict.fromkeys(("residential", "unclassified", "living_street", "road"), 5),
    **dict.fromkeys(("secondary_link", "tertiary_link", "pedestrian"), 5),
    "service": 6,
    **dict.fromkeys(("footway", "path", "cycleway", "steps", "track", "bridleway"), 7),
}
RAILS = {
    "rail": 1,
    **dict.fromkeys(("subway", "light_rail", "monorail", "tram", "narrow_gauge"), 2),
}
RIVERS = {"river": 2, "canal": 3, "stream": 4, "drain": 4, "ditch": 4}
# On these only a shopper or a driver into his garage finds his way.
_UNSEEN_SERVICE = frozenset({"parking_aisle", "drive-through"})


class Kind(NamedTuple):
    """What a thing is drawn as, and how great it is; 0: by its size."""

    kind: str
    rank: int


# Key -> value -> what fills the ground; of several the first counts.
_GROUND: Mapping[str, Mapping[str, str]] = {
    "natural": {
        "water": "water",
        "wood": "wood",
        **dict.fromkeys(("scrub", "heath"), "wood"),
        **dict.fromkeys(("grassland", "wetland"), "green"),
        **dict.fromkeys(("beach", "sand", "shoal"), "sand"),
    },
    "waterway": {"riverbank": "water", "dock": "water"},
    "leisure": {
        **dict.fromkeys(("park", "garden", "golf_course", "nature_reserve"), "green"),
        **dict.fromkeys(("pitch", "recreation_ground", "stadium", "track"), "green"),
    },
    "amenity": dict.fromkeys(("school", "university", "college", "hospital"), "campus"),
    "landuse": {
        **dict.fromkeys(("reservoir", "basin"), "water"),
        "forest": "wood",
        **dict.fromkeys(("grass", "meadow", "village_green", "recreation_ground"), "green"),
        **dict.fromkeys(("cemetery", "orchard"), "green"),
        **dict.fromkeys(("residential", "commercial", "retail", "industrial"), "built"),
        "education": "campus",
    },
}

# Key -> value -> what is written; of several the first counts.
_MARKS: Mapping[str, Mapping[str, Kind]] = {
    "place": {
        "city": Kind("place", 1),
        "town": Kind("place", 2),
        **dict.fromkeys(("suburb", "borough"), Kind("place", 3)),
        **dict.fromkeys(("village", "quarter"), Kind("place", 4)),
        **dict.fromkeys(("neighbourhood", "hamlet", "locality"), Kind("place", 5)),
        "isolated_dwelling": Kind("place", 5),
    },
    "railway": {
        **dict.fromkeys(("station", "halt"), Kind("station", 1)),
        "subway_entrance": Kind("exit", 1),
    },
    "amenity": {
        **dict.fromkeys(("bus_station", "ferry_terminal"), Kind("station", 3)),
        "hospital": Kind("hospital", 1),
        "clinic": Kind("hospital", 2),
        "townhall": Kind("government", 1),
        **dict.fromkeys(("university", "college"), Kind("school", 1)),
        "school": Kind("school", 2),
        "kindergarten": Kind("school", 3),
        "marketplace": Kind("market", 1),
        **dict.fromkeys(
            ("theatre", "library", "arts_centre", "place_of_worship"), Kind("sight", 2)
        ),
    },
    "office": {"government": Kind("government", 2)},
    "shop": {
        **dict.fromkeys(("mall", "department_store"), Kind("market", 1)),
        "supermarket": Kind("market", 2),
    },
    "tourism": {
        **dict.fromkeys(("museum", "attraction", "theme_park", "zoo"), Kind("sight", 1)),
    },
    "highway": {"bus_stop": Kind("stop", 1)},
    "leisure": {
        **dict.fromkeys(("park", "garden", "golf_course", "nature_reserve"), Kind("park", 0)),
        "stadium": Kind("sight", 1),
    },
    "natural": {"water": Kind("lake", 0), "wood": Kind("park", 0), "peak": Kind("sight", 1)},
    "landuse": {
        **dict.fromkeys(("residential", "commercial", "retail", "industrial"), Kind("estate", 0)),
        "reservoir": Kind("lake", 0),
        "forest": Kind("park", 0),
    },
}

KEYS = (*dict.fromkeys((*_GROUND, *_MARKS)), "building", "addr:housenumber")
AREA_KEYS = (*_GROUND, *_MARKS, "building")
_METRO = frozenset({"subway", "light_rail", "monorail"})


def street_of(tags: Any) -> Kind | None:
    """What a way is drawn as along its line."""
    for key, kind, ranks in (
        ("highway", "road", ROADS),
        ("railway", "rail", RAILS),
        ("waterway", "river", RIVERS),
    ):
        rank = ranks.get(tags.get(key))
        if rank is None:
            continue
        if tags.get("service") in _UNSEEN_SERVICE or (kind == "rail" and "service" in tags):
            return None
        # What runs below ground is not found there; a metro is what people look for all the same.
        underground = tags.get("tunnel", "no") != "no" and (kind == "river" or rank > 5)
        return None if underground else Kind(kind, rank)
    return None


def ground_of(tags: Any) -> str:
    """What an area is filled as; empty for nothing."""
    return next((v[tags.get(key)] for key, v in _GROUND.items() if tags.get(key) in v), "")


def mark_of(tags: Any) -> Kind | None:
    """What a thing is written as, if it has a name."""
    found = next((v[tags.get(key)] for key, v in _MARKS.items() if tags.get(key) in v), None)
    if found == Kind("station", 1) and (tags.get("station") in _METRO or "subway" in tags):
        return Kind("station", 2)
    if found is None and "building" in tags:
        return Kind("building", 0)
    return found


def name_of(tags: Any) -> str:
    """The Chinese name where there are several."""
    name = tags.get("name:zh") or tags.get("name") or ""
    return " ".join(name.split())
