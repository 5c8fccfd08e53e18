"""A walk network as other software has it: networkx and osmnx graphs, frames of nodes and edges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, Protocol

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd

from gdcoverage.arrays import Floats, Int32s, Ints
from gdcoverage.geo.lines import Lines
from gdcoverage.network._graph_tags import BARRIERS, LOOK, RUNS
from gdcoverage.network._ways import DOUBTFUL, Barriers, Looks, Ways
from gdcoverage.problems import InputError, unusable

# The osmid of an edge of which no way is known: osmnx wants one.
UNKNOWN = -1
_FRAMES = "请给出 osmnx.convert.graph_to_gdfs 或 WalkNetwork.to_gdfs 得到的两个数据框"


class Streets(Protocol):
    """What is asked of a `WalkNetwork`, which documents it."""

    @property
    def node_lon(self) -> Floats: ...
    @property
    def node_lat(self) -> Floats: ...
    @property
    def edge_u(self) -> Int32s: ...
    @property
    def edge_v(self) -> Int32s: ...
    @property
    def edge_m(self) -> Floats: ...
    @property
    def edge_look(self) -> Looks: ...
    @property
    def edge_lines(self) -> Lines: ...
    @property
    def shape_start(self) -> Ints: ...
    @property
    def shape_way(self) -> Int32s: ...
    @property
    def ways(self) -> Ways: ...
    @property
    def barriers(self) -> Barriers: ...


_Run = tuple[int, int, str, str]


def to_networkx(network: Streets) -> nx.MultiGraph:
    """See `WalkNetwork.to_networkx`."""
    graph = nx.MultiGraph(crs="EPSG:4326")
    places = zip(network.node_lon.tolist(), network.node_lat.tolist(), strict=True)
    graph.add_nodes_from((i, {"lon": lon, "lat": lat}) for i, (lon, lat) in enumerate(places))
    for u, v, told, _ in _edges(network):
        graph.add_edge(u, v, **told)
    return graph


def to_osmnx(network: Streets) -> nx.MultiDiGraph:
    """See `WalkNetwork.to_osmnx`."""
    graph = nx.MultiDiGraph(crs="EPSG:4326", simplified=True)
    graph.graph[BARRIERS] = _barriers(network.barriers)
    nodes = _nodes(network).drop(columns="geometry")
    graph.add_nodes_from(zip(nodes.index.tolist(), nodes.to_dict("records"), strict=True))
    lines = network.edge_lines.shapes()
    looks = network.edge_look.tolist()
    for (u, v, told, runs), line, look in zip(_edges(network), lines, looks, strict=True):
        told |= {"oneway": False, LOOK: look}
        graph.add_edge(u, v, **told, **_told(runs), geometry=line, reversed=False)
        back = _told(runs[::-1])
        graph.add_edge(v, u, **told, **back, geometry=line.reverse(), reversed=True)
    return graph


def to_gdfs(network: Streets) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """See `WalkNetwork.to_gdfs`."""
    columns = ["osmid", "highway", "name", "length", "doubtful", RUNS]
    rows = [told | _told(runs) for _, _, told, runs in _edges(network)]
    edges = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=columns).assign(**{LOOK: network.edge_look}),
        geometry=network.edge_lines.shapes(),
        crs="EPSG:4326",
    )
    ends = pd.DataFrame({"u": network.edge_u, "v": network.edge_v})
    ends["key"] = ends.groupby(["u", "v"]).cumcount()
    edges.attrs[BARRIERS] = _barriers(network.barriers)
    return _nodes(network), edges.set_index(pd.MultiIndex.from_frame(ends))


def graph_of(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, file: str) -> nx.MultiDiGraph:
    """The graph that two frames describe; a value that is absent is no attribute.

    Raises
    ------
    InputError : the frames lack what makes a graph.
    """
    if edges.index.nlevels == 1 and {"u", "v"} <= set(edges.columns):
        edges = edges.set_index(["u", "v"])
    if nodes.index.name != "osmid" and "osmid" in nodes:
        nodes = nodes.set_index("osmid")
    if edges.index.nlevels not in (2, 3):
        raise _no_graph("边的数据框没有 u、v（两端节点的编号）", file)
    if not nodes.index.is_unique:
        raise _no_graph("节点的数据框有重复的编号", file)
    if not {"x", "y"} <= set(nodes.columns):
        if nodes.active_geometry_name is None:
            raise _no_graph("节点的数据框没有 x、y 列，也没有几何", file)
        nodes = nodes.assign(x=nodes.geometry.x, y=nodes.geometry.y)
    if edges.active_geometry_name not in (None, "geometry"):
        edges = edges.rename_geometry("geometry")
    crs = edges.crs if edges.active_geometry_name is not None else nodes.crs
    graph = nx.MultiDiGraph() if crs is None else nx.MultiDiGraph(crs=crs)
    graph.graph |= {BARRIERS: edges.attrs[BARRIERS]} if BARRIERS in edges.attrs else {}
    others = [c for c in nodes.columns if c != nodes.active_geometry_name]
    for node, told in zip(nodes.index, nodes[others].to_dict("records"), strict=True):
        graph.add_node(node, **_present(told))
    for (u, v, *_), told in zip(edges.index, edges.to_dict("records"), strict=True):
        graph.add_edge(u, v, **_present(told))
    return graph


def _no_graph(what: str, file: str) -> InputError:
    return unusable("frames_unusable", what, _FRAMES, file=file)


def _present(told: dict[Any, Any]) -> dict[str, Any]:
    """What is told; lists as such, which some formats give back as arrays."""
    plain = {
        str(name): value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in told.items()
        if name != "key"
    }
    return {n: v for n, v in plain.items() if isinstance(v, list) or not pd.isna(v)}


def _nodes(network: Streets) -> gpd.GeoDataFrame:
    """Crossings and dead ends as osmnx has them; a loop counts as two streets."""
    ends = np.concatenate([network.edge_u, network.edge_v])
    index = pd.RangeIndex(len(network.node_lon), name="osmid")
    return gpd.GeoDataFrame(
        {
            "x": network.node_lon,
            "y": network.node_lat,
            "street_count": np.bincount(ends, minlength=len(index)),
        },
        geometry=gpd.points_from_xy(network.node_lon, network.node_lat),
        index=index,
        crs="EPSG:4326",
    )


def _edges(network: Streets) -> Iterator[tuple[int, int, dict[str, Any], list[_Run]]]:
    """Per edge its ends, what one asks of it first, and its ways along it."""
    ways, texts = network.ways, network.ways.texts()
    of = [
        *zip(
            ways.id.tolist(),
            [texts[t] for t in ways.highway.tolist()],
            [texts[t] for t in ways.name.tolist()],
            strict=True,
        ),
        (UNKNOWN, "", ""),
    ]
    number, start = network.shape_way.tolist(), network.shape_start.tolist()
    doubtful = ((network.edge_look & DOUBTFUL) > 0).tolist()
    ends = zip(network.edge_u.tolist(), network.edge_v.tolist(), strict=True)
    for e, ((u, v), metres) in enumerate(zip(ends, network.edge_m.tolist(), strict=True)):
        pieces = groupby(number[start[e] : start[e + 1] - 1])
        counted = [(of[way], sum(1 for _ in same)) for way, same in pieces]
        runs = [(way, count, kind, name) for (way, kind, name), count in counted]
        told = {
            "osmid": [way for way, *_ in runs if way != UNKNOWN] or [UNKNOWN],
            "highway": [kind for _, _, kind, _ in runs if kind],
            "name": [name for *_, name in runs if name],
        }
        single = {key: _as_osmnx(values) for key, values in told.items() if values}
        yield u, v, single | {"length": metres, "doubtful": doubtful[e]}, runs


def _as_osmnx(values: Sequence[Any]) -> Any:
    """Values each once: one alone as it is, several as a list."""
    once = list(dict.fromkeys(values))
    return once[0] if len(once) == 1 else once


def _told(runs: list[_Run]) -> dict[str, str]:
    """Which piece is of which way, where the osmid alone does not say it."""
    return {RUNS: json.dumps(runs, ensure_ascii=False)} if len(runs) > 1 else {}


def _barriers(barriers: Barriers) -> str:
    """Barriers as an attribute that GraphML holds."""
    lonlat = np.column_stack([barriers.lon, barriers.lat]).tolist()
    cuts = pairwise(barriers.start.tolist())
    looks = barriers.look.tolist()
    return json.dumps([(look, lonlat[a:b]) for look, (a, b) in zip(looks, cuts, strict=True)])
