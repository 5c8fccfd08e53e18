"""Service areas: the streets that the outlets reach, cut exactly, and polygons to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats, Ints
from gdcoverage.findings import Coverage
from gdcoverage.geo.ellipsoid import GEOD
from gdcoverage.geo.lines import Lines
from gdcoverage.geo.outline import around
from gdcoverage.geo.plane import from_plane, in_plane, lonlat, stretch, to_plane
from gdcoverage.kernels import kernel
from gdcoverage.network import Snap, WalkNetwork, reach
from gdcoverage.progress import at_work

# A hole in the drawn area that is smaller than a square of this side is filled.
_FILLED_M = 240.0
# Ground around a place that is not served.
_SPOT_M = 25.0
_M_PER_DEG = 111_195.0


@at_work("计算可达街道")
def reached_streets(coverage: Coverage, minutes: float | None = None) -> gpd.GeoDataFrame:
    """The pieces of street within a walk of the active outlets, cut where the time runs out.

    Parameters
    ----------
    coverage : result of `assess`.
    minutes : length of the walk at the standard's speed; the standard's minutes if not given.

    Returns
    -------
    GeoDataFrame, EPSG:4326, LineStrings: ``edge`` (index in the network), ``from_m`` and
    ``to_m`` (metres along that edge), ``length_m``; sorted by edge, then ``from_m``.

    Examples
    --------
    >>> pieces = gd.reached_streets(coverage)
    >>> bool(pieces["length_m"].sum() <= streets.length_m)
    True
    """
    edge, from_m, to_m = _reached_parts(coverage, minutes)
    return gpd.GeoDataFrame(
        {"edge": edge, "from_m": from_m, "to_m": to_m, "length_m": to_m - from_m},
        geometry=_cut(coverage.network, edge, from_m, to_m).shapes(),
        crs="EPSG:4326",
    )


def reached_lines(coverage: Coverage, minutes: float | None = None) -> Lines:
    """The lines of `reached_streets`, degrees in WGS-84; quicker where nothing else is wanted."""
    return _cut(coverage.network, *_reached_parts(coverage, minutes))


def service_area(streets: gpd.GeoDataFrame | Lines, width_m: float = 45.0) -> BaseGeometry:
    """An area to draw around reached streets; it decides nothing.

    Parameters
    ----------
    streets : frame of `reached_streets`, or `reached_lines`.
    width_m : how far the area extends on either side of a street; narrow enough that a river
        between two streets stays open.

    Returns
    -------
    Polygon or MultiPolygon, degrees in WGS-84; empty where no street is reached.

    Examples
    --------
    >>> gd.service_area(gd.reached_streets(coverage)).geom_type
    'MultiPolygon'
    """
    lines = streets if isinstance(streets, Lines) else Lines.of(streets.geometry.to_numpy())
    if not len(lines.x):
        return shapely.MultiPolygon()
    metre = float(stretch(np.abs(lines.y).max()))
    planar = Lines(*to_plane(lines.x, lines.y), lines.start)
    # Courtyards and blocks inside the area are filled: nobody reads them as gaps.
    whole = around(planar, width_m * metre, (_FILLED_M * metre) ** 2).simplify(6 * metre)
    return shapely.transform(whole, lambda xy: np.column_stack(from_plane(*xy.T)))


@at_work("计算等时圈")
def isochrones(
    coverage: Coverage, minutes: Sequence[float] = (5, 10, 15), *, per_outlet: bool = False
) -> gpd.GeoDataFrame:
    """What a walk of so many minutes reaches from the active outlets, as areas to draw.

    Parameters
    ----------
    coverage : result of `assess`.
    minutes : lengths of the walk at the standard's speed.
    per_outlet : an area for each outlet; one around all of them otherwise.

    Returns
    -------
    GeoDataFrame, EPSG:4326, (Multi)Polygons: ``outlet_id`` (with `per_outlet`), ``minutes``,
    ``street_m`` (metres of street reached, exact); the longest walk first, to be drawn first.

    Examples
    --------
    >>> gd.isochrones(coverage, [5, 10, 15])["minutes"].tolist()
    [15, 10, 5]
    """
    counts = np.flatnonzero(coverage.outlets["counts"].to_numpy(bool))
    groups = [counts[[i]] for i in range(len(counts))] if per_outlet else [counts]
    rows, areas = [], []
    for walk in sorted(minutes, reverse=True):
        for group in groups:
            some = replace(
                coverage,
                outlets=coverage.outlets.iloc[group],
                outlets_joined=coverage.outlets_joined[group],
            )
            edge, from_m, to_m = _reached_parts(some, walk)
            areas.append(service_area(_cut(coverage.network, edge, from_m, to_m)))
            named = {"outlet_id": some.outlets["outlet_id"].iloc[0]} if per_outlet else {}
            rows.append(named | {"minutes": walk, "street_m": float((to_m - from_m).sum())})
    columns = [*(["outlet_id"] if per_outlet else []), "minutes", "street_m"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=areas, crs="EPSG:4326")


def served_area(coverage: Coverage, width_m: float = 45.0) -> BaseGeometry:
    """The drawn area of the standard's walk, without the places of those whom it leaves out.

    Who joins no street may stand in the middle of what others reach; his own ground is no part
    of what is served.
    """
    area = service_area(reached_lines(coverage), width_m)
    demand = coverage.demand
    missed = demand[~demand["covered"] & (demand["population"] > 0)].geometry.to_numpy()
    shapely.prepare(area)
    within = missed[shapely.dwithin(area, missed, _SPOT_M / _M_PER_DEG)]
    if not len(within):
        return area
    spots = in_plane(
        within,
        lambda points, metre: shapely.union_all(shapely.buffer(points, _SPOT_M * metre)),
    )
    return area.difference(spots)


def radius_area(active: gpd.GeoDataFrame, radius_m: float) -> BaseGeometry:
    """The places within the geodesic radius of an outlet, as one area to draw."""
    if active.empty:
        return shapely.MultiPolygon()
    lon, lat = lonlat(active.geometry.to_numpy())
    azimuth = np.tile(np.linspace(0, 360, 73)[:-1], len(lon))
    around = GEOD.fwd(
        np.repeat(lon, 72), np.repeat(lat, 72), azimuth, np.full(len(azimuth), radius_m)
    )
    return shapely.union_all(shapely.polygons(np.column_stack(around[:2]).reshape(-1, 72, 2)))


def _reached_parts(coverage: Coverage, minutes: float | None) -> tuple[Ints, Floats, Floats]:
    """Parts of edges within a walk: from either end, and around outlets on the edge."""
    standard, network = coverage.standard, coverage.network
    limit_m = standard.walk_limit_m * (1 if minutes is None else minutes / standard.minutes)
    sources = coverage.outlets_joined[coverage.outlets["counts"].to_numpy()]
    return _parts_within(network, sources, limit_m)


def _parts_within(
    network: WalkNetwork, sources: Snap, limit_m: float
) -> tuple[Ints, Floats, Floats]:
    left = limit_m - reach.nearest_to_nodes(network, sources, limit_m).metres
    joins = sources.joins[sources.joins.access_m <= limit_m]
    around = limit_m - joins.access_m
    every = np.arange(network.edges)
    length = network.edge_m
    edge = np.concatenate([every, every, joins.edge.astype(np.int64)])
    low = np.concatenate(
        [np.zeros(network.edges), length - left[network.edge_v], joins.along_m - around]
    )
    high = np.concatenate([left[network.edge_u], length, joins.along_m + around])
    low, high = np.maximum(low, 0.0), np.minimum(high, length[edge])
    some = high > low
    edge, low, high = edge[some], low[some], high[some]
    order = np.lexsort((low, edge))
    return _merged(edge[order], low[order], high[order])


def _merged(edge: Ints, low: Floats, high: Floats) -> tuple[Ints, Floats, Floats]:
    """Overlapping or touching parts of the same edge made one; input sorted by edge and start."""
    so_far = pd.Series(high).groupby(edge).cummax().to_numpy()
    apart = (edge[1:] != edge[:-1]) | (low[1:] > so_far[:-1])
    first = np.flatnonzero(np.append(True, apart)[: len(edge)])
    last = np.append(first[1:], len(edge))[: len(first)] - 1
    return edge[first], low[first], so_far[last]


def _cut(network: WalkNetwork, edge: Ints, from_m: Floats, to_m: Floats) -> Lines:
    """The lines of parts of edges."""
    lon, lat, piece = _cut_points(edge, from_m, to_m, network.shapes)
    return Lines(lon, lat, np.searchsorted(piece, np.arange(len(edge) + 1)))


@kernel
def _cut_points(edge, from_m, to_m, shapes):  # type: ignore[no-untyped-def]
    shape_start, shape_lon, shape_lat, shape_m = shapes
    room = 0
    for k in range(len(edge)):
        room += shape_start[edge[k] + 1] - shape_start[edge[k]] + 2
    lon, lat, piece = np.empty(room), np.empty(room), np.empty(room, np.int64)
    n = 0
    for k in range(len(edge)):
        first, last = shape_start[edge[k]], shape_start[edge[k] + 1] - 1
        for i in range(first, last):
            a, b = shape_m[i], shape_m[i + 1]
            begin, end = max(from_m[k], a), min(to_m[k], b)
            if end <= begin:
                continue
            starts = n == 0 or piece[n - 1] != k
            for at in (begin, end):
                if at == begin and not starts:
                    continue
                t = (at - a) / (b - a)
                lon[n] = shape_lon[i] + t * (shape_lon[i + 1] - shape_lon[i])
                lat[n] = shape_lat[i] + t * (shape_lat[i + 1] - shape_lat[i])
                piece[n] = k
                n += 1
    return lon[:n].copy(), lat[:n].copy(), piece[:n].copy()
