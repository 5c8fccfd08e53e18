"""The walk profile as a table: what each tag says of walking there, and what routers say of it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from gdcoverage.network._ways import BARRIER, NOT_JOINED, WATER


class Verdict(IntEnum):
    """What a tag says; of several that speak on the same step the largest number counts."""

    YES = 0
    DOUBTFUL = 1
    NO = 2  # unless `foot` or a sidewalk opens it
    NEVER = 3  # there is nothing to walk on


class Rule(NamedTuple):
    """A row of the table.

    Parameters
    ----------
    key, values : the tag; values with blanks between them, ``*`` is any but ``no``.
    verdict : ours; in `OFF_GROUND`, `OBSTACLES` and `FREE` bits of `_ways`.
    routers : those of OSRM, Valhalla, R5 and GraphHopper: ``y`` yes, ``n`` no, ``d`` only to begin
        or end there or at a price, ``-`` they say nothing of it (or of most of the values).
    why : where it needs a word.
    """

    key: str
    values: str
    verdict: int
    routers: str
    why: str = ""


Y, D, N, NEVER = Verdict.YES, Verdict.DOUBTFUL, Verdict.NO, Verdict.NEVER

# What the letters of `Rule.routers` stand for, with the file that each was read in.
ROUTERS = {
    "OSRM": "profiles/foot.lua, api_version 1 (5.x)",
    "Valhalla": "lua/graph.lua at 0855232",
    "R5": "TraversalPermissionLabeler and USTraversalPermissionLabeler at 06bc4d3",
    "GraphHopper": "FootAccessParser and AbstractAccessParser at 008df9a",
}

# What sort of way it is. A sort that no row names is not walked on.
SORTS = (
    Rule("highway", "footway pedestrian path steps living_street residential unclassified", Y, "yyyy"),
    Rule("highway", "service tertiary secondary primary road track", Y, "yyyy"),
    Rule("highway", "tertiary_link secondary_link primary_link", Y, "yyyy"),
    Rule("highway", "residential_link", Y, "nyyn"),
    Rule("highway", "platform", Y, "nnyy"),
    Rule("highway", "corridor elevator", Y, "nnyn", "parts of a walk that lie in a building"),
    Rule("highway", "trunk trunk_link", D, "nyyy", "China's 快速路 are tagged so, and many have no pavement"),
    Rule("highway", "cycleway", D, "nndy", "routers disagree; R5 says yes in its US rules alone"),
    Rule("highway", "bridleway", D, "nndy", "routers disagree; R5 says yes in its US rules alone"),
    Rule("highway", "motorway motorway_link", N, "nnnn"),
    Rule("highway", "busway bus_guideway escape raceway via_ferrata", N, "nnyn", "R5 takes what it does not know for a road"),
    Rule("highway", "construction proposed planned", NEVER, "nnyn", "not built yet"),
    Rule("highway", "abandoned razed demolished dismantled removed no", NEVER, "nnyn", "no longer there"),
    Rule("highway", "services rest_area", NEVER, "nnyn", "a place, no way"),
    Rule("railway", "platform", Y, "ynyy", "only without `highway`, as the two next"),
    Rule("public_transport", "platform", Y, "ynyn"),
    Rule("man_made", "pier", Y, "yn-y"),
)  # fmt: skip

# Who may walk there. `foot` decides alone where it says something; else `access` may close or
# put in doubt. Of several values (`a;b`) the one that allows most counts.
FOOT = (
    Rule("foot", "yes designated official permissive public allowed 1 true", Y, "yyyy", "opens what the sort or `access` closes"),
    Rule("foot", "destination customers", D, "yydy"),
    Rule("foot", "delivery", D, "nyd-"),
    Rule("foot", "residents", D, "--d-"),
    Rule("foot", "permit", D, "---n"),
    Rule("foot", "discouraged", D, "-n--"),
    Rule("foot", "no", N, "nnnn"),
    Rule("foot", "private", N, "nydn"),
    Rule("foot", "use_sidepath", N, "yyn-", "the path beside it is a way of its own"),
    Rule("foot", "agricultural forestry", N, "nnd-"),
    Rule("foot", "military emergency restricted prohibited", N, "--nn"),
)  # fmt: skip
ACCESS = (
    Rule("access", "yes designated official permissive public allowed 1 true", Y, "yyyy", "opens nothing: it is said of vehicles too"),
    Rule("access", "destination customers", D, "yddy", "one may go there, not through"),
    Rule("access", "delivery", D, "ndd-"),
    Rule("access", "residents", D, "--d-"),
    Rule("access", "permit", D, "---n"),
    Rule("access", "discouraged", D, "-n--"),
    Rule("access", "bus psv taxi hov", D, "----", "a lane of one's own, perhaps with a pavement"),
    Rule("access", "no", N, "nnnn"),
    Rule("access", "private", N, "nddn"),
    Rule("access", "agricultural forestry", N, "nnd-"),
    Rule("access", "military emergency restricted prohibited", N, "--nn"),
)  # fmt: skip

# A place to walk on is said to be there: opens as `foot` does, where neither `foot` nor `access`
# closes.
OPENS = (
    Rule("sidewalk", "both left right yes", Y, "--yy"),
    Rule("sidewalk:both", "yes", Y, "----"),
    Rule("sidewalk:left", "yes", Y, "----"),
    Rule("sidewalk:right", "yes", Y, "----"),
    Rule("segregated", "yes no", Y, "----", "a cycleway that walkers share"),
)

# What else closes or puts in doubt, where nothing of the above has opened. `sidewalk=separate`
# is not among them: all four routers keep the carriageway, which one crosses where one likes.
DOUBTS = (
    Rule("motorroad", "yes", N, "---n"),
    Rule("service", "emergency_access private", D, "----", "fire lanes and drives of compounds; osmnx leaves `private` out"),
    Rule("sac_scale", "alpine_hiking demanding_alpine_hiking difficult_alpine_hiking", D, "-d--"),
)  # fmt: skip

# Ways that nobody steps onto from beside: one reaches them at their ends.
OFF_GROUND = (
    Rule("tunnel", "*", NOT_JOINED, "----", "`building_passage` too: walls on both sides"),
    Rule("covered", "*", NOT_JOINED, "----"),
    Rule("bridge", "*", NOT_JOINED, "----"),
    Rule("indoor", "*", NOT_JOINED, "----"),
    Rule("highway", "corridor elevator", NOT_JOINED, "----"),
    Rule("highway", "trunk_link primary_link secondary_link tertiary_link", NOT_JOINED, "----", "ramps"),
    Rule("layer", "≠0", NOT_JOINED, "----", "above or below the ground, whatever it lies on"),
    Rule("level", "≠0", NOT_JOINED, "----", "the same in buildings; `0;1` touches the ground"),
)  # fmt: skip
# Values of these keys that are open to the side after all.
FREE = (
    Rule("covered", "arcade colonnade", 0, "----", "骑楼 are open to the street"),
    Rule("bridge", "boardwalk low_water_crossing", 0, "----", "planks on the ground"),
)

# What is no street, at grade, and no access leg crosses.
OBSTACLES = (
    Rule("natural", "water", BARRIER | WATER, "----"),
    Rule("waterway", "riverbank dock", BARRIER | WATER, "----"),
    Rule("waterway", "river canal", BARRIER, "----", "streams, ditches and drains one steps across"),
    Rule("natural", "coastline", BARRIER, "----"),
    Rule("railway", "rail light_rail subway narrow_gauge", BARRIER, "----", "trams run in streets, monorails above"),
    Rule("highway", "motorway motorway_link", BARRIER, "----"),
    Rule("motorroad", "yes", BARRIER, "----", "with any `highway`"),
)  # fmt: skip

# Nodes of streets that nobody passes. `foot` and `access` come before, as on ways; then
# `locked=yes`; then the sort. Sorts that no row names are passed: gates, lift gates, bollards,
# kerbs, stiles, turnstiles, toll booths.
STOPS = (
    Rule("barrier", "wall fence city_wall retaining_wall hedge wire_fence", N, "nyyn"),
    Rule("locked", "yes", N, "---n"),
)

# Closed ways with `area=yes` of these sorts are open ground: one walks straight across.
OPEN_GROUND = (
    Rule("highway", "pedestrian footway path platform living_street", Y, "----"),
    Rule("railway", "platform", Y, "----"),
    Rule("public_transport", "platform", Y, "----"),
    Rule("man_made", "pier", Y, "----"),
)

TABLE = {
    "Sorts": SORTS,
    "Foot": FOOT,
    "Access": ACCESS,
    "Opened by": OPENS,
    "Closed or doubted by": DOUBTS,
    "Not stepped onto from beside": OFF_GROUND,
    "Open to the side after all": FREE,
    "Obstacles to access legs": OBSTACLES,
    "Nodes that nobody passes": STOPS,
    "Open ground": OPEN_GROUND,
}
