"""Joining streets by brute force: each edge's nearest place, each line its leg might meet.

By shapely, in the plane that touches the earth at the point, as the definition has it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import shapely

import worlds
from gdcoverage.network import Joins, Snap, WalkNetwork
from gdcoverage.network._ways import DOUBTFUL, NOT_JOINED, WATER

TOUCH_M = 0.001


def with_barriers(network: WalkNetwork, *lines: tuple[Sequence[worlds.Spot], int]) -> WalkNetwork:
    """The network with lines (spots in metres, and their looks) that no leg crosses."""
    spots = np.array([worlds.degrees(*spot) for line, _ in lines for spot in line])
    # As OSM keeps them: nodes that a street and a line share are at the same place.
    lon, lat = spots.reshape(-1, 2).round(7).T.copy()
    return dataclasses.replace(
        network,
        barrier_start=np.cumsum([0, *(len(line) for line, _ in lines)]),
        barrier_lon=lon,
        barrier_lat=lat,
        barrier_look=np.array([look for _, look in lines], np.uint8),
        _indexes={},
    )


def with_looks(network: WalkNetwork, looks: np.ndarray) -> WalkNetwork:
    """The network with other looks of its edges."""
    return dataclasses.replace(network, edge_look=looks.astype(np.uint8), _indexes={})


def edge_at(network: WalkNetwork, spot: worlds.Spot) -> int:
    """The edge nearest to a spot in metres."""
    shapes = network.edge_lines.shapes()
    return int(shapely.distance(shapes, shapely.Point(worlds.degrees(*spot))).argmin())


def looking(network: WalkNetwork, look: int, *spots: worlds.Spot) -> WalkNetwork:
    """The network with another look of the edges at some spots."""
    looks = network.edge_look.copy()
    looks[[edge_at(network, spot) for spot in spots]] = look
    return with_looks(network, looks)


def by_brute_force(network: WalkNetwork, points: Sequence[shapely.Point], limit_m: float) -> Snap:
    """How points (degrees) join the network, all components being joinable."""
    found = [_joins(network, point, limit_m) for point in points]
    start = np.cumsum([0, *(len(rows) for rows, _ in found)])
    rows = np.array([row for rows, _ in found for row in rows]).reshape(-1, 5)
    joins = Joins(rows[:, 0].astype(np.int32), *rows[:, 1:].T)
    joined = np.diff(start) > 0
    component = np.full(len(points), -1, np.int32)
    for p in np.flatnonzero(joined):
        component[p] = network.edge_component[joins.edge[start[p] : start[p + 1]]].min()
    return Snap(start, joins, component, ~joined & np.array([near for _, near in found], bool))


def _joins(
    network: WalkNetwork, point: shapely.Point, limit_m: float
) -> tuple[list[tuple[float, ...]], bool]:
    """Edge, metres along, metres to it, longitude and latitude of each; whether any is near."""
    east = worlds.GEOD.inv(point.x, point.y, point.x + 1e-3, point.y)[2]
    north = worlds.GEOD.inv(point.x, point.y - 5e-4, point.x, point.y + 5e-4)[2]
    scale = np.array([east, north]) * 1e3
    origin = np.array([point.x, point.y])

    def planar(lon: np.ndarray, lat: np.ndarray) -> shapely.LineString:
        return shapely.LineString((np.column_stack([lon, lat]) - origin) * scale)

    here = shapely.Point(0, 0)
    shapes = [np.s_[a:b] for a, b in zip(network.shape_start, network.shape_start[1:])]  # noqa: B905
    edges = [planar(network.shape_lon[s], network.shape_lat[s]) for s in shapes]
    bars: list[tuple[int, shapely.LineString]] = [
        (number, edges[number])
        for number in np.flatnonzero(network.edge_look & (DOUBTFUL | NOT_JOINED) == 0).tolist()
    ]
    on_street = any(line.distance(here) <= TOUCH_M for _, line in bars)
    wet = sum(
        shapely.Polygon(rim).intersects(here)
        for k in np.flatnonzero(network.barrier_look & WATER)
        for s in [np.s_[network.barrier_start[k] : network.barrier_start[k + 1]]]
        for rim in [planar(network.barrier_lon[s], network.barrier_lat[s])]
    )
    for k, look in enumerate(network.barrier_look):
        s = np.s_[network.barrier_start[k] : network.barrier_start[k + 1]]
        line = planar(network.barrier_lon[s], network.barrier_lat[s])
        swims = look & WATER and wet % 2 and shapely.Polygon(line).intersects(here)
        if not swims and line.distance(here) > TOUCH_M:
            bars.append((-1, line))
    rows: list[tuple[float, ...]] = []
    near = False
    for number in np.flatnonzero(network.edge_look & NOT_JOINED == 0).tolist():
        line = edges[number]
        at = line.project(here)
        foot = line.interpolate(at)
        lon, lat = np.array([foot.x, foot.y]) / scale + origin
        access_m = worlds.GEOD.inv(origin[0], origin[1], lon, lat)[2]
        if access_m > limit_m:
            continue
        near = True
        if on_street:
            if access_m > TOUCH_M:
                continue
        elif access_m > TOUCH_M:
            leg = shapely.LineString([here, foot])
            leg = shapely.LineString([here, leg.interpolate(leg.length - TOUCH_M)])
            if any(bar.intersects(leg) for other, bar in bars if other != number):
                continue
        run = np.append(0, np.cumsum(np.hypot(*np.diff(np.array(line.coords), axis=0).T)))
        along_m = np.interp(at, run, network.shape_m[shapes[number]])
        rows.append((number, along_m, access_m, lon, lat))
    return rows, near
