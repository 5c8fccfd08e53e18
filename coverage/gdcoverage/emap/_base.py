"""What lies under everything: county land and borders with shared edges, the land around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.arrays import Objects
from gdcoverage.emap._drawn_pack import packed_base
from gdcoverage.emap._ground import Ground
from gdcoverage.emap._pack import GRID, Block, block, packed_area, packed_lines
from gdcoverage.geo.lines import Lines
from gdcoverage.places.around import known_land, land_around

# A pixel of a phone on which one county fills the screen; about 50 m.
_BORDER_DEG = 5e-4
# Few counties are looked at from nearer.
_FINE_DEG = 5e-5
_FEW = 3
# Data of a page with its base map; what the base map has in any case.
_MOST_BYTES, _LEAST_BASE = 2_000_000, 500_000
# How closely streets of many counties are drawn: about 6 m.
_PROVINCE_UNITS = 12.0
# So far beyond the counties land and sea are told apart, as a share of their width: of a province
# not as far as countries of which the package knows nothing.
_AROUND_FEW, _AROUND_MANY = 1.5, 0.2
# Islands narrower than so many tolerances are left out beyond the counties.
_ISLET = 8.0
# Land is cut so many tolerances beyond the frame first: cut ends are nowhere in it.
_BESIDE = 10.0

GUANGDONG = [[20.1, 109.6], [25.6, 117.4]]


def base_block(counties: gpd.GeoDataFrame | None, own_lines: bool = False) -> dict[str, Any]:
    """Land, borders and names of counties, and the land around them.

    Parameters
    ----------
    counties : adcode, name; edges that two of them share stay shared.
    own_lines : whether they are a planner's own, beside which no other lines are drawn.
    """
    empty: list[Any] = []
    base: dict[str, Any] = dict.fromkeys(("land", "around", "borders", "labels", "beyond"), empty)
    base["frame"] = None
    if counties is None or not len(counties):
        return base
    shapes, tolerance = simplified(counties)
    # Points on the shared borders are the same, so the lines are stored once.
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(shapes))))
    base["land"] = packed_area(shapely.union_all(shapes), 0)
    base["borders"] = packed_lines(Lines.of(lines), 0)
    base["labels"] = labels(counties)
    return base if own_lines else base | _around(counties, tolerance)


def _around(counties: gpd.GeoDataFrame, tolerance: float) -> dict[str, Any]:
    """Land and names beyond the counties, and the frame outside which nothing is known."""
    west, south, east, north = counties.total_bounds
    share = _AROUND_FEW if len(counties) <= _FEW else _AROUND_MANY
    wide = share * max(east - west, north - south)
    frame = (west - wide, south - wide, east + wide, north + wide)
    beyond = land_around(*frame, without=counties["adcode"])
    if beyond is None:
        return {}
    tolerance *= 4
    parts = shapely.get_parts(shapely.clip_by_rect(_land(frame, tolerance), *frame))
    large = parts[shapely.area(parts) > (_ISLET * tolerance) ** 2]
    return {
        "around": packed_area(shapely.multipolygons(large), 0),
        "beyond": labels(beyond[beyond["name"] != ""]),
        "frame": [round(float(side), 4) for side in frame],
    }


def _land(frame: tuple[float, ...], tolerance: float) -> Objects:
    """All known land in a frame as few polygons, the counties' own with it: they are drawn upon it.

    Wider by what is cut off, or strips of sea would run along borders.
    """
    seen = np.array(frame) + np.array([-1, -1, 1, 1]) * _BESIDE * tolerance
    known = known_land()
    near = known.geometry.to_numpy()[known.sindex.query(shapely.box(*seen), sort=True)]
    shapes = shapely.simplify(shapely.clip_by_rect(near, *seen), tolerance / 2)
    land = shapely.union_all(shapely.make_valid(shapes)).buffer(tolerance, quad_segs=1)
    return np.asarray(shapely.get_parts(shapely.simplify(land, tolerance)), object)


def with_base(
    data: Mapping[str, Any], ground: Ground, counties: gpd.GeoDataFrame | None
) -> dict[str, Block]:
    """The blocks of a page packed, and the base map in the room that they leave.

    Parameters
    ----------
    data : blocks by name.
    counties : of the page; of many only the main streets are drawn, less closely.
    """
    if ground.pieces:
        data = {**data, "base": {**data["base"], "pieces": ground.pieces}}
    blocks = {name: part if isinstance(part, Block) else block(part) for name, part in data.items()}
    if not ground.pictured:
        return blocks
    few = counties is None or len(counties) <= _FEW
    rest = sum(len(part.text.encode()) for part in blocks.values())
    room = max(_MOST_BYTES - rest, _LEAST_BASE)
    assert ground.drawn is not None
    return blocks | {"drawn": packed_base(ground.drawn, room, 0.0 if few else _PROVINCE_UNITS)}


def simplified(counties: gpd.GeoDataFrame) -> tuple[np.ndarray, float]:
    """County polygons on the page's grid, simplified so that neighbours still meet."""
    tolerance = _FINE_DEG if len(counties) <= _FEW else _BORDER_DEG
    shapes = shapely.coverage_simplify(counties.geometry.to_numpy(), tolerance)
    return shapely.set_precision(shapes, 1 / GRID), tolerance


def labels(counties: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Where to write the counties' names, the largest county first."""
    shapes = counties.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    order = np.argsort(-shapely.area(shapes), kind="stable")
    names = counties["name"].to_numpy()
    return [
        {"name": names[i], "lat": round(points[i].y, 5), "lon": round(points[i].x, 5)}
        for i in order
    ]


def bounds(*frames: gpd.GeoDataFrame | None) -> list[list[float]]:
    """South-west and north-east corner of everything in the frames; Guangdong's if nothing is."""
    boxes = [frame.total_bounds for frame in frames if frame is not None and len(frame)]
    if not boxes:
        return GUANGDONG
    west, south, east, north = shapely.total_bounds([shapely.box(*box) for box in boxes])
    return [[float(south), float(west)], [float(north), float(east)]]
