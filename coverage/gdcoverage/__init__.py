"""Who is outside 「城区步行15分钟，乡村辐射5公里」, where the gaps are, and the map that shows it.

The steps: `read_outlets`, `read_demand`, `read_counties`, `WalkNetwork`, then `assess`,
`find_gaps`, `recommend_sites`, and `Report` and `build_map` for what people read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gdcoverage._version import __version__

if TYPE_CHECKING:
    from gdcoverage.assessment import for_service
    from gdcoverage.demand import read_demand
    from gdcoverage.emap import Ground, Release, build_map, build_public_map, write_map
    from gdcoverage.emap.basemap import read_base
    from gdcoverage.gaps import find_gaps
    from gdcoverage.network import WalkNetwork, read_places
    from gdcoverage.network.reach import distances, nearest
    from gdcoverage.notebook import Coverage, assess
    from gdcoverage.outlets import outlets_from_osm, read_outlets, write_outlets
    from gdcoverage.outlets.offers import service_called
    from gdcoverage.places.assign_towns import assign_towns
    from gdcoverage.places.counties import read_counties
    from gdcoverage.places.towns import read_towns
    from gdcoverage.policy import Standard
    from gdcoverage.problems import InputError, Problem
    from gdcoverage.progress import show_progress
    from gdcoverage.register import Register
    from gdcoverage.report import Report
    from gdcoverage.service_areas import isochrones, reached_streets, service_area
    from gdcoverage.sites import (
        Terms,
        alternatives,
        exit_impact,
        exit_impact_of,
        frontier,
        generate_candidates,
        recommend_sites,
        redesign,
    )
    from gdcoverage.townships import by_town

# Where each public name lives; imported when first asked for, so that the command answers at once.
_HOME = {
    "Coverage": "notebook",
    "Ground": "emap",
    "InputError": "problems",
    "Problem": "problems",
    "Register": "register",
    "Release": "emap",
    "Report": "report",
    "Standard": "policy",
    "Terms": "sites",
    "WalkNetwork": "network",
    "alternatives": "sites",
    "assess": "notebook",
    "assign_towns": "places.assign_towns",
    "build_map": "emap",
    "build_public_map": "emap",
    "by_town": "townships",
    "distances": "network.reach",
    "exit_impact": "sites",
    "exit_impact_of": "sites",
    "find_gaps": "gaps",
    "for_service": "assessment",
    "frontier": "sites",
    "generate_candidates": "sites",
    "isochrones": "service_areas",
    "nearest": "network.reach",
    "outlets_from_osm": "outlets",
    "reached_streets": "service_areas",
    "read_base": "emap.basemap",
    "read_counties": "places.counties",
    "read_demand": "demand",
    "read_outlets": "outlets",
    "read_places": "network",
    "read_towns": "places.towns",
    "recommend_sites": "sites",
    "redesign": "sites",
    "service_area": "service_areas",
    "service_called": "outlets.offers",
    "show_progress": "progress",
    "write_map": "emap",
    "write_outlets": "outlets",
}

__all__ = [
    "Coverage",
    "Ground",
    "InputError",
    "Problem",
    "Register",
    "Release",
    "Report",
    "Standard",
    "Terms",
    "WalkNetwork",
    "__version__",
    "alternatives",
    "assess",
    "assign_towns",
    "build_map",
    "build_public_map",
    "by_town",
    "distances",
    "exit_impact",
    "exit_impact_of",
    "find_gaps",
    "for_service",
    "frontier",
    "generate_candidates",
    "isochrones",
    "nearest",
    "outlets_from_osm",
    "reached_streets",
    "read_base",
    "read_counties",
    "read_demand",
    "read_outlets",
    "read_places",
    "read_towns",
    "recommend_sites",
    "redesign",
    "service_area",
    "service_called",
    "show_progress",
    "write_map",
    "write_outlets",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
