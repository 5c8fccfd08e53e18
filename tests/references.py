"""Slow and obvious ways to the same numbers: networkx with snapped points put in as nodes."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np

from gdcoverage.network import Snap, WalkNetwork


def street_graph(network: WalkNetwork, **joined: Snap) -> nx.DiGraph:
    """The network with every snapped point as a node of its own.

    Nodes are ``("node", i)``, the places of joining ``("at", name, join)``, and the points
    themselves ``(name, i)``, linked by access legs. Each edge is cut at all places that join it.
    Legs lead away from ``source`` and towards all others: nobody walks through another's door.
    """
    places: dict[int, list[tuple[float, tuple[str, str, int]]]] = {}
    graph = nx.DiGraph()
    for name, snap in joined.items():
        graph.add_nodes_from((name, i) for i in range(len(snap)))
        for join, i in enumerate(snap.point.tolist()):
            place = ("at", name, join)
            along_m, access_m = snap.joins.along_m[join], snap.joins.access_m[join]
            places.setdefault(int(snap.joins.edge[join]), []).append((float(along_m), place))
            if name == "source":
                _shorter(graph, (name, i), place, float(access_m))
            else:
                _shorter(graph, place, (name, i), float(access_m))
    for edge in range(network.edges):
        ends = ("node", int(network.edge_u[edge])), ("node", int(network.edge_v[edge]))
        stops = [
            (0.0, ends[0]),
            *sorted(places.get(edge, [])),
            (float(network.edge_m[edge]), ends[1]),
        ]
        for (a, here), (b, there) in pairwise(stops):
            _shorter(graph, here, there, b - a)
            _shorter(graph, there, here, b - a)
    return graph


def _shorter(graph: nx.DiGraph, u: object, v: object, metres: float) -> None:
    """Add an edge; of parallel edges the shortest matters."""
    if u != v and (not graph.has_edge(u, v) or graph.edges[u, v]["weight"] > metres):
        graph.add_edge(u, v, weight=metres)


def walk_matrix(network: WalkNetwork, sources: Snap, points: Snap) -> np.ndarray:
    """Metres from every source to every point by networkx's Dijkstra; inf where no way."""
    graph = street_graph(network, source=sources, point=points)
    out = np.full((len(sources), len(points)), np.inf)
    for s in range(len(sources)):
        lengths = nx.single_source_dijkstra_path_length(graph, ("source", s))
        for p in range(len(points)):
            out[s, p] = lengths.get(("point", p), np.inf)
    return out
