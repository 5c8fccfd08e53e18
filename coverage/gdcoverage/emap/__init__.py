"""The 广东社保电子地图: one HTML file that opens anywhere, with no network."""

from gdcoverage.emap._map import (
    EMap,
    Ground,
    build_index_map,
    build_map,
    build_public_map,
    page_of,
    planner_data,
    planner_head,
    write_map,
)
from gdcoverage.emap._pack import Block

__all__ = [
    "Block",
    "EMap",
    "Ground",
    "build_index_map",
    "build_map",
    "build_public_map",
    "page_of",
    "planner_data",
    "planner_head",
    "write_map",
]
