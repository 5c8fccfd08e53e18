"""`WalkNetwork`: the walkable streets from a file, an osmnx graph or a download, and snapping."""

from gdcoverage.network._cache import networks_of
from gdcoverage.network._cut import Each, cut_osm
from gdcoverage.network._osm_file import read_places, require_file
from gdcoverage.network._profile import PROFILES, Profile
from gdcoverage.network._snap import Joins, Snap
from gdcoverage.network._walk_network import WalkNetwork

__all__ = [
    "PROFILES",
    "Each",
    "Joins",
    "Profile",
    "Snap",
    "WalkNetwork",
    "cut_osm",
    "networks_of",
    "read_places",
    "require_file",
]
