"""Our walks with the streets that they take, on streets of which some are opened or shut."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely

from benchmarks.valhalla.engine import Place
from gdcoverage.arrays import Floats, Ints
from gdcoverage.geo import ellipsoid
from gdcoverage.network import Snap, WalkNetwork, reach
from gdcoverage.network._ways import DOUBTFUL, NOT_JOINED

_BEGIN, _END = -1, -2
NEAREST_M, FARTHEST_M = 300.0, 1_500.0
_POOL = 50_000
# A line that only touches a square is no longer in it.
_CROSSED_M = 2.0
_SEARCHED_M = 100_000.0


@dataclass(frozen=True)
class Piece:
    """A straight piece of a walk: edge, way (-1: unknown), place half-way along, metres."""

    edge: int
    way: int
    middle: Place
    metres: float


@dataclass(frozen=True)
class Route:
    """A walk of ours: its metres, inf where there is none, and its pieces in their order."""

    metres: float
    pieces: tuple[Piece, ...] = ()


def pairs(network: WalkNetwork, count: int, seed: int) -> tuple[Floats, Floats]:
    """Places on streets that are certain, of the largest component, two and two.

    Returns
    -------
    begins, ends : (count, 2), degrees; 300 to 1,500 m from each other in a straight line.
    """
    random = np.random.default_rng(seed)
    usable = network.joinable() & ((network.edge_look & DOUBTFUL) == 0)
    usable &= network.edge_component == 0
    metres = np.where(usable, network.edge_m, 0.0)
    edge = random.choice(network.edges, _POOL, p=metres / metres.sum())
    pool = _places(network, edge, random.random(_POOL) * metres[edge])
    begins, ends = pool[:count], np.empty((count, 2))
    for row, (lon, lat) in enumerate(begins):
        away = ellipsoid.short_m(np.array([lon]), np.array([lat]), *pool[count:].T)
        fits = np.flatnonzero((away >= NEAREST_M) & (away <= FARTHEST_M))
        ends[row] = pool[count + random.choice(fits)]
    return begins, ends


def _places(network: WalkNetwork, edge: Ints, along_m: Floats) -> Floats:
    """Places of edges, metres along, degrees."""
    out = np.empty((len(edge), 2))
    for row, (e, along) in enumerate(zip(edge.tolist(), along_m.tolist(), strict=True)):
        on = slice(network.shape_start[e], network.shape_start[e + 1])
        for column, degrees in enumerate((network.shape_lon[on], network.shape_lat[on])):
            out[row, column] = np.interp(along, network.shape_m[on], degrees)
    return out


def walks_m(network: WalkNetwork, begins: Floats, ends: Floats) -> Floats:
    """Metres of the walk of each pair, as the package has them; inf where there is none."""
    sources, points = (network.snap(_series(places)) for places in (begins, ends))
    held = reach.cover_sets(network, sources, points, _SEARCHED_M).tocoo()
    metres = np.full(len(begins), np.inf)
    own = held.row == held.col
    metres[held.row[own]] = held.data[own]
    return metres


class Router:
    """Searches for walks with networkx, which knows nothing of our kernels.

    Parameters
    ----------
    network : the streets.
    """

    def __init__(self, network: WalkNetwork) -> None:
        self.network = network
        # Valhalla begins walks on bridges and ramps too.
        look = network.edge_look & np.uint8(~NOT_JOINED & 0xFF)
        self._open = replace(network, edge_look=look, _indexes={})
        self._graph = nx.MultiGraph()
        ends = zip(network.edge_u.tolist(), network.edge_v.tolist(), strict=True)
        for e, ((u, v), metres) in enumerate(zip(ends, network.edge_m.tolist(), strict=True)):
            self._graph.add_edge(u, v, key=e, m=metres)

    def find(self, begin: Place, end: Place, shut: Collection[int] = ()) -> Route:
        """The shortest walk between streets, each nearest, that takes none of some edges."""
        joined = self._open.snap(_series(np.array([begin, end]))).only_nearest()
        graph, at = self._graph, (_BEGIN, _END)
        for point in (0, 1):
            for e, along, metres in _joins(joined, point):
                u, v = int(self.network.edge_u[e]), int(self.network.edge_v[e])
                whole = float(self.network.edge_m[e])
                runs = ((u, along, (along, 0.0)), (v, whole - along, (along, whole)))
                for node, part, run in runs:
                    told = {"m": metres + part, "edge": e, "run": run}
                    graph.add_edge(at[point], node, **told)
        for e, along, metres in _joins(joined, 0):
            for other, other_along, other_m in _joins(joined, 1):
                if e == other:
                    told = {"m": metres + abs(along - other_along) + other_m}
                    told |= {"edge": e, "run": (along, other_along)}
                    graph.add_edge(_BEGIN, _END, **told)

        def best(parallel: dict[int, dict[str, Any]]) -> tuple[float, int] | None:
            open_ = (
                (told["m"], key)
                for key, told in parallel.items()
                if told.get("edge", key) not in shut
            )
            return min(open_, default=None)

        def weight(u: int, v: int, parallel: dict[int, dict[str, Any]]) -> float | None:
            found = best(parallel)
            return None if found is None else found[0]

        try:
            metres, nodes = nx.bidirectional_dijkstra(graph, _BEGIN, _END, weight)
            pieces: list[Piece] = []
            for u, v in pairwise(nodes):
                chosen = best(graph[u][v])
                assert chosen is not None
                told = graph[u][v][chosen[1]]
                e = told.get("edge", chosen[1])
                pieces += self._pieces(e, told.get("run", (0.0, float(self.network.edge_m[e]))))
            return Route(metres, tuple(pieces))
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return Route(np.inf)
        finally:
            graph.remove_nodes_from([node for node in at if node in graph])

    def way_at(self, place: Place) -> int:
        """OSM's id of the way that a place lies on, or of the nearest; -1 unknown."""
        joins = self.network.snap(_series(np.array([place]))).joins[np.array([0])]
        return int(self.network.way_ids_at(joins.edge, joins.along_m).fillna(-1)[0])

    def edges_of(self, way: int) -> list[int]:
        """The edges of which a piece is of a way."""
        network = self.network
        (number,) = network.ways.numbers(np.array([way]))
        at = np.flatnonzero(network.shape_way == number) if number >= 0 else np.empty(0, np.int64)
        found = np.searchsorted(network.shape_start, at, side="right") - 1
        return list(np.unique(found).tolist())

    def runs_through(self, line: Floats, square: int) -> bool:
        """Whether a line (degrees) runs through a square, by the hull of its rim."""
        rim = self.network.lines().iloc[self.edges_of(square)].union_all().convex_hull
        crossed = rim.intersection(shapely.LineString(line))
        return bool(ellipsoid.GEOD.geometry_length(crossed) > _CROSSED_M)

    def _pieces(self, edge: int, run: tuple[float, float]) -> Iterator[Piece]:
        """The pieces of part of an edge."""
        network, (low, high) = self.network, sorted(run)
        first, last = network.shape_start[edge], network.shape_start[edge + 1] - 1
        for piece in range(first, last):
            a = max(low, network.shape_m[piece])
            b = min(high, network.shape_m[piece + 1])
            if b - a > 0.01:
                (middle,) = _places(network, np.array([edge]), np.array([(a + b) / 2])).tolist()
                number = network.shape_way[piece]
                way = -1 if number < 0 else int(network.way_id[number])
                yield Piece(edge, way, (middle[0], middle[1]), float(b - a))


def _joins(snap: Snap, point: int) -> Iterator[tuple[int, float, float]]:
    """Edge, metres along it and metres to it of every join of a point."""
    for j in range(snap.start[point], snap.start[point + 1]):
        joins = snap.joins
        yield int(joins.edge[j]), float(joins.along_m[j]), float(joins.access_m[j])


def _series(places: Floats) -> gpd.GeoSeries:
    return gpd.GeoSeries(gpd.points_from_xy(*places.T), crs="EPSG:4326")
