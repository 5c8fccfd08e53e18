"""The 广东社保电子地图: one HTML file that opens anywhere, with no network."""

from gdcoverage.emap._drawn import Drawn
from gdcoverage.emap._drawn_pieces import Squares, squares_at
from gdcoverage.emap._ground import Ground, Release
from gdcoverage.emap._local import town_rows
from gdcoverage.emap._map import (
    build_index_map,
    build_map,
    build_public_map,
)
from gdcoverage.emap._names_block import names_beside, paths_beside
from gdcoverage.emap._outlets import FINEST
from gdcoverage.emap._pack import Block
from gdcoverage.emap._page import EMap, page_of, write_map

__all__ = [
    "FINEST",
    "Block",
    "Drawn",
    "EMap",
    "Ground",
    "Release",
    "Squares",
    "build_index_map",
    "build_map",
    "build_public_map",
    "names_beside",
    "page_of",
    "paths_beside",
    "squares_at",
    "town_rows",
    "write_map",
]
