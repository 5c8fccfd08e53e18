"""The 广东社保电子地图: one HTML file that opens anywhere, with no network."""

from gdcoverage.emap._map import (
    EMap,
    Ground,
    build_index_map,
    build_map,
    build_public_map,
    write_map,
)

__all__ = ["EMap", "Ground", "build_index_map", "build_map", "build_public_map", "write_map"]
