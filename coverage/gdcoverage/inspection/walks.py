"""Walks between a few places along the streets, with the way that each takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import geopandas as gpd
import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from gdcoverage.arrays import Floats, Ints
from gdcoverage.geo.plane import lonlat
from gdcoverage.network import Snap, WalkNetwork


@dataclass(frozen=True, eq=False)
class Walks:
    """The shortest walks between stops, as walks of the assessment are: leg, streets, leg.

    Parameters
    ----------
    network : the streets.
    stops : where they are, EPSG:4326, Points.
    snap : how they join the streets.
    """

    network: WalkNetwork
    stops: gpd.GeoSeries
    snap: Snap

    @cached_property
    def metres(self) -> Floats:
        """Float64, (stops, stops); inf where there is no way."""
        ends = self.network.nodes + len(self.snap) + np.arange(len(self.snap))
        found = np.array(self._searched[0][:, ends])
        np.fill_diagonal(found, 0.0)
        return found

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        """Joins of different stops on one edge, between which one may walk along it."""
        edge, point = self.snap.joins.edge, self.snap.point
        same = (edge[:, None] == edge) & (point[:, None] != point)
        one, other = np.nonzero(same)
        return one, other

    @cached_property
    def _links(self) -> tuple[csr_array, dict[tuple[int, int], int]]:
        """The streets with the stops as further nodes, and by what each link leads.

        A stop is one node to start from and another to end at, so no walk passes through it.
        It leads by an edge, counted from 0; behind them by a join; behind these by one of `_pairs`.
        """
        network, joins = self.network, self.snap.joins
        start, edge = network.nodes + self.snap.point, joins.edge
        end = start + len(self.snap)
        u, v = network.edge_u[edge], network.edge_v[edge]
        to_u = joins.access_m + joins.along_m
        to_v = joins.access_m + network.edge_m[edge] - joins.along_m
        one, other = self._pairs
        along = np.abs(joins.along_m[one] - joins.along_m[other])
        streets = np.arange(network.edges)
        join = network.edges + np.arange(len(joins))
        pair = network.edges + len(joins) + np.arange(len(one))
        links = (
            (network.edge_u, network.edge_v, network.edge_m, streets),
            (network.edge_v, network.edge_u, network.edge_m, streets),
            (start, u, to_u, join),
            (start, v, to_v, join),
            (u, end, to_u, join),
            (v, end, to_v, join),
            (start[one], end[other], joins.access_m[one] + along + joins.access_m[other], pair),
        )
        tail, head, metres, by = (np.concatenate(parts) for parts in zip(*links, strict=True))
        # Of links between the same two the shortest is walked on; loops lead nowhere.
        order = np.lexsort((metres, head, tail))
        order = order[tail[order] != head[order]]
        changed = np.diff(tail[order], prepend=-1) | np.diff(head[order], prepend=-1)
        kept = order[changed != 0]
        size = network.nodes + 2 * len(self.snap)
        matrix = coo_array((metres[kept], (tail[kept], head[kept])), shape=(size, size))
        known = zip(tail[kept].tolist(), head[kept].tolist(), strict=True)
        return csr_array(matrix), dict(zip(known, by[kept].tolist(), strict=True))

    @cached_property
    def _searched(self) -> tuple[Floats, Ints]:
        starts = self.network.nodes + np.arange(len(self.snap))
        found = dijkstra(self._links[0], indices=starts, return_predecessors=True)
        return found[0], found[1]

    def way(self, start: int, end: int) -> Floats:
        """Longitudes and latitudes along the walk from a stop to another, (points, 2)."""
        lon, lat = lonlat(self.stops.to_numpy())
        parts = [np.column_stack([lon, lat])[[start]]]
        for tail, head in pairwise(self._nodes(start, end)):
            parts.append(self._link(tail, head))
        parts.append(np.column_stack([lon, lat])[[end]])
        return np.vstack(parts)

    def names(self, start: int, end: int) -> list[str]:
        """Named streets along the walk, in order, each once."""
        network = self.network
        texts, found = network.ways.texts(), dict[str, None]()
        for tail, head in pairwise(self._nodes(start, end)):
            edge, first, last = self._part(tail, head)
            points = slice(network.shape_start[edge], network.shape_start[edge + 1])
            at, way = network.shape_m[points], network.shape_way[points][:-1]
            walked = way[(at[1:] > min(first, last)) & (at[:-1] < max(first, last))]
            for number in walked if first < last else walked[::-1]:
                name = texts[network.ways.name[number]] if number >= 0 else ""
                if name:
                    found[name] = None
        return list(found)

    def _nodes(self, start: int, end: int) -> list[int]:
        """The nodes of the walk, stops behind the streets' own."""
        before, first = self._searched[1][start], self.network.nodes + start
        nodes = [self.network.nodes + len(self.snap) + end]
        while nodes[-1] != first:
            nodes.append(int(before[nodes[-1]]))
        return nodes[::-1]

    def _part(self, tail: int, head: int) -> tuple[int, float, float]:
        """The edge that a link runs along, and from and to how many metres of it."""
        network, joins = self.network, self.snap.joins
        by = self._links[1][tail, head]
        if by < network.edges:
            whole = float(network.edge_m[by])
            return (by, 0.0, whole) if network.edge_u[by] == tail else (by, whole, 0.0)
        by -= network.edges
        if by >= len(joins):
            one, other = (int(part[by - len(joins)]) for part in self._pairs)
            return int(joins.edge[one]), float(joins.along_m[one]), float(joins.along_m[other])
        edge, along = int(joins.edge[by]), float(joins.along_m[by])
        whole, node = float(network.edge_m[edge]), min(tail, head)
        to_start = network.edge_u[edge] == node
        if network.edge_u[edge] == network.edge_v[edge]:
            to_start = 2 * along <= whole
        end = 0.0 if to_start else whole
        return (edge, along, end) if head == node else (edge, end, along)

    def _link(self, tail: int, head: int) -> Floats:
        """The shape of a link, from its tail to its head."""
        network = self.network
        edge, first, last = self._part(tail, head)
        points = slice(network.shape_start[edge], network.shape_start[edge + 1])
        at = network.shape_m[points]
        between = at[(at > min(first, last)) & (at < max(first, last))]
        steps = np.concatenate([[first], between if first < last else between[::-1], [last]])
        shape = network.shape_lon[points], network.shape_lat[points]
        return np.column_stack([np.interp(steps, at, line) for line in shape])
