"""The 广东社保电子地图: one HTML file that opens anywhere, with no network."""

from gdcoverage.emap._map import EMap, build_map, write_map

__all__ = ["EMap", "build_map", "write_map"]
