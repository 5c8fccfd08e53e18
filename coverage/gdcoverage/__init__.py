"""Who is outside 「城区步行15分钟，乡村辐射5公里」, where the gaps are, and the map that shows it.

The steps, each a module: `read_outlets`, `read_demand`, `read_counties`, `WalkNetwork`, then
`assess`, `find_gaps`, and `Report` and `build_map` for what people read.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gdcoverage._version import __version__

if TYPE_CHECKING:
    from gdcoverage.assess import Coverage, assess
    from gdcoverage.boundaries import read_counties
    from gdcoverage.demand import read_demand
    from gdcoverage.emap import build_map, write_map
    from gdcoverage.gaps import find_gaps
    from gdcoverage.network import WalkNetwork, read_places
    from gdcoverage.outlets import read_outlets, write_outlets
    from gdcoverage.policy import Standard
    from gdcoverage.problems import InputError, Problem
    from gdcoverage.report import Report
    from gdcoverage.service_areas import reached_streets, service_area

__all__ = [
    "Coverage",
    "InputError",
    "Problem",
    "Report",
    "Standard",
    "WalkNetwork",
    "__version__",
    "assess",
    "build_map",
    "find_gaps",
    "reached_streets",
    "read_counties",
    "read_demand",
    "read_outlets",
    "read_places",
    "service_area",
    "write_map",
    "write_outlets",
]

_HOME = {
    "Coverage": "assess",
    "InputError": "problems",
    "Problem": "problems",
    "Report": "report",
    "Standard": "policy",
    "WalkNetwork": "network",
    "assess": "assess",
    "build_map": "emap",
    "find_gaps": "gaps",
    "reached_streets": "service_areas",
    "read_counties": "boundaries",
    "read_demand": "demand",
    "read_outlets": "outlets",
    "read_places": "network",
    "service_area": "service_areas",
    "write_map": "emap",
    "write_outlets": "outlets",
}

# numba looks for coverage.py, and in the project's own folder would find the source root, a
# folder of that name, instead. Where coverage.py is not installed, nothing of that name is.
_namesake = find_spec("coverage") if "coverage" not in sys.modules else None
if _namesake is not None and _namesake.origin is None:
    sys.modules["coverage"] = None  # type: ignore[assignment]


def __getattr__(name: str) -> Any:
    """Public names, imported when first asked for, so that the command answers at once."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
