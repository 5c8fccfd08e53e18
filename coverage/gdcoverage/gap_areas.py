"""Gaps drawn as what is uncovered: the land around their people, without what outlets serve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.findings import Coverage
from gdcoverage.geo.plane import from_plane, lonlat, stretch, to_plane
from gdcoverage.service_areas import radius_area, served_area

# Two gaps may have people at one place; each gets its side of it.
_APART_M = 1.0
# Scraps of land with nobody on them, smaller than a square of this side, are not drawn.
_SCRAP_M = 100.0
_SMOOTH_M = 5.0
# About a metre: an edge that is cut there lies on no area's own.
_NEAR_DEG = 1e-5


class _Land(NamedTuple):
    """Land around people, by place, metres of the plane.

    Parameters
    ----------
    disc : within reach of each place.
    cell : nearer to it than to any other people.
    spot : the place itself.
    """

    disc: Objects
    cell: Objects
    spot: Objects


def uncovered_areas(coverage: Coverage, gap: Ints, half_m: Floats) -> Objects:
    """The area of each gap: land around its people and nearer to them than to others.

    What the service area covers is left out, and of gaps in the country what lies within the
    radius; so no gap lies over these, nor over another gap.

    Parameters
    ----------
    gap : of each demand point the number of its gap, or -1.
    half_m : of each demand point, how far the land around it is counted as its.

    Returns
    -------
    Polygons or MultiPolygons, degrees in WGS-84, one a gap, with the places of its people inside.
    """
    demand = coverage.demand
    rows = np.flatnonzero(gap >= 0)
    if not len(rows):
        return np.empty(0, object)
    lon, lat = lonlat(demand.geometry.to_numpy())
    xy = np.column_stack(to_plane(lon, lat))
    metre = float(stretch(np.abs(lat).max()))
    xy[rows] = _apart(xy[rows], gap[rows], _APART_M * metre)
    people = (demand["population"] > 0).to_numpy()
    land = _land(xy, rows, people, half_m * metre)
    found = np.empty(gap.max() + 1, object)
    order = rows[np.argsort(gap[rows], kind="stable")]
    place = np.searchsorted(rows, order)
    groups = np.split(place, np.flatnonzero(np.diff(gap[order])) + 1)
    first = rows[[members[0] for members in groups]]
    found[gap[first]] = _closed(land, groups, half_m[first] * metre, metre)
    found = shapely.transform(found, lambda at: np.column_stack(from_plane(*at.T)))
    return _without_served(coverage, gap, found)


def _apart(xy: Floats, gap: Ints, step: float) -> Floats:
    """Places of several gaps, each a step beside the last one's."""
    _, spot = np.unique(xy, axis=0, return_inverse=True)
    pairs, pair = np.unique(np.column_stack([spot, gap]), axis=0, return_inverse=True)
    first = np.searchsorted(pairs[:, 0], pairs[:, 0])
    beside = (np.arange(len(pairs)) - first)[pair.ravel()]
    return xy + np.column_stack([beside * step, np.zeros(len(xy))])


def _land(xy: Floats, rows: Ints, people: Bools, half: Floats) -> _Land:
    """Land around the places of some rows; others with people have theirs."""
    own = xy[rows]
    others = np.flatnonzero(people & ~np.isin(np.arange(len(xy)), rows))
    if len(others):
        near = cKDTree(own).query(xy[others])[0] <= 3 * half.max()
        others = others[near]
    seeds = np.unique(np.concatenate([own, xy[others]]), axis=0)
    view = shapely.box(*seeds.min(axis=0), *seeds.max(axis=0)).buffer(3 * half.max())
    spots = shapely.points(own)
    if len(seeds) == 1:
        return _Land(shapely.buffer(spots, half[rows], quad_segs=3), np.full(len(own), view), spots)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=view))
    spot, cell = shapely.STRtree(cells).query(spots, predicate="intersects")
    first = np.unique(spot, return_index=True)[1]
    return _Land(shapely.buffer(spots, half[rows], quad_segs=3), cells[cell[first]], spots)


def _closed(land: _Land, groups: list[Ints], half: Floats, metre: float) -> Objects:
    """Discs with the notches between them filled, as far as nobody else is nearer."""
    discs, cells = (
        np.array([shapely.union_all(parts[members]) for members in groups], object)
        for parts in (land.disc, land.cell)
    )
    whole = shapely.buffer(shapely.buffer(discs, half / 2, quad_segs=3), -half / 2, quad_segs=3)
    return shapely.intersection(shapely.simplify(whole, _SMOOTH_M * metre), cells)


def _disjoint(areas: Objects) -> Objects:
    """Without the slivers that neighbours share: what is straight in the plane bends in degrees."""
    apart = areas.copy()
    one, other = shapely.STRtree(areas).query(areas, predicate="intersects")
    for first, second in zip(one[one < other], other[one < other], strict=True):
        apart[second] = apart[second].difference(apart[first])
    return apart


def _without(areas: Objects, taken: BaseGeometry) -> Objects:
    """Each area without what is taken of it, of which only what is near is looked at."""
    left = areas.copy()
    some = np.flatnonzero(~shapely.is_empty(areas))
    sides = shapely.bounds(areas[some]) + np.array([-1, -1, 1, 1]) * _NEAR_DEG
    near = [shapely.clip_by_rect(taken, *box) for box in sides]
    left[some] = shapely.difference(areas[some], np.array(near, object))
    return left


def _without_served(coverage: Coverage, gap: Ints, areas: Objects) -> Objects:
    """Areas without what is served, but with the places of their people."""
    demand = coverage.demand
    rural = np.zeros(len(areas), bool)
    rural[gap[gap >= 0]] = (demand["settlement"] == "rural").to_numpy()[gap >= 0]
    left = _without(_disjoint(areas), served_area(coverage))
    if rural.any():
        active = coverage.outlets[coverage.outlets["counts"]]
        discs = radius_area(active, coverage.standard.rural_radius_m)
        left[rural] = _without(left[rural], discs)
    parts, owner = shapely.get_parts(left, return_index=True)
    polygon = shapely.get_dimensions(parts) == 2
    parts, owner = parts[polygon], owner[polygon]
    points = demand.geometry.to_numpy()[gap >= 0]
    lived = np.zeros(len(parts), bool)
    part, point = shapely.STRtree(points).query(parts, predicate="intersects")
    lived[part[gap[gap >= 0][point] == owner[part]]] = True
    square = (_SCRAP_M / 111_195.0) ** 2
    kept = lived | (shapely.area(parts) > square)
    merged = [shapely.multipolygons(parts[kept & (owner == i)]) for i in range(len(areas))]
    return np.array([m.geoms[0] if len(m.geoms) == 1 else m for m in merged], object)
