"""What lies under everything: county land and borders with shared edges, water, main streets."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.emap._pack import GRID, packed_area, packed_lines
from gdcoverage.geo.lines import Lines

# A pixel of a phone on which one county fills the screen; about 50 m.
_BORDER_DEG = 5e-4
# Few counties are looked at from nearer.
_FINE_DEG = 5e-5
_FEW = 3
# On the map of a province only the greatest roads and waters are drawn.
_GREAT = 2
_NONE = np.empty(0, object)

GUANGDONG = [[20.1, 109.6], [25.6, 117.4]]


def base_block(counties: gpd.GeoDataFrame | None, drawn: gpd.GeoDataFrame | None) -> dict[str, Any]:
    """Land, borders and names of counties, and what is drawn on them.

    Parameters
    ----------
    counties : adcode, name; edges that two of them share stay shared.
    drawn : ``kind`` (water, river, road), ``rank`` and shapes, as `read_base` makes them.
    """
    block: dict[str, Any] = {"land": [], "borders": [], "labels": []}
    if counties is not None and len(counties):
        shapes, tolerance = simplified(counties)
        # Points on the shared borders are the same, so the lines are stored once.
        lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(shapes))))
        block["land"] = packed_area(shapely.union_all(shapes), 0)
        block["borders"] = packed_lines(Lines.of(lines), 0)
        block["labels"] = labels(counties)
    block |= {"water": [], "river": [], "road": []}
    if drawn is not None:
        few = counties is None or len(counties) <= _FEW
        drawn = drawn if few else drawn[drawn["rank"] <= _GREAT]
        tolerance = _FINE_DEG if few else _BORDER_DEG
        parts = {
            key: shapely.get_parts(shapes.to_numpy())
            for key, shapes in drawn.groupby(["kind", "rank"]).geometry
        }
        for rank in range(1, 5):
            for kind in ("road", "river"):
                lines = Lines.of(parts.get((kind, rank), _NONE))
                block[kind].append(packed_lines(lines, tolerance))
            for shape in parts.get(("water", rank), _NONE):
                block["water"] += packed_area(shape, tolerance)
    return block


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
