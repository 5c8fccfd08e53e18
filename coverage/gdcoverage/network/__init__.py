"""`WalkNetwork`: the walkable streets from a file, an osmnx graph or a download, and snapping."""

from gdcoverage.network._osm_file import read_places
from gdcoverage.network._snap import Snap
from gdcoverage.network._walk_network import WalkNetwork

__all__ = ["Snap", "WalkNetwork", "read_places"]
