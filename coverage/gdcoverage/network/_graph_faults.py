"""What may be wrong with a graph: as a whole, or with single edges, which are told."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real

import networkx as nx
import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from gdcoverage.arrays import Floats
from gdcoverage.problems import InputError, Problem, Severity, unusable

_MADE_ANEW = "请检查生成路网图的步骤，用 osmnx 重新生成"
# A geometry ends at its nodes, and is as long as stated, within a metre; a length also within
# 1 %, which is more than sphere and ellipsoid differ.
_SLACK_M = 1.0
_SLACK = 0.01
# Edges that are named; the others are counted.
_NAMED = 5


def joins(gap_m: float) -> bool:
    """Whether a geometry that misses its nodes by so much joins them."""
    return gap_m <= _SLACK_M


def faults_of(
    ends: Sequence[tuple[int, int]],
    gaps: Sequence[float],
    metres: Floats,
    stated: Iterable[object],
    file: str,
) -> tuple[Problem, ...]:
    """What does not fit about edges, one problem for each sort of fault.

    Parameters
    ----------
    ends : nodes of each edge, by which it is named.
    gaps : metres by which its geometry misses them; infinite where it is no line.
    metres, stated : its length, and what the graph says, if it does.
    """
    misplaced, differing = [], []
    for (u, v), gap, length, said in zip(ends, gaps, metres.tolist(), stated, strict=True):
        if not joins(gap):
            how = f"相差 {gap:,.0f} 米" if gap < math.inf else "不是一条线"
            misplaced.append(f"{u}–{v}（{how}）")
        elif said is not None and not abs(length - _number(said)) <= _slack(said):
            differing.append(f"{u}–{v}（量得 {length:,.1f} 米，标注 {said!s:.10}）")
    return (
        *_told(
            "edges_misplaced",
            "条边的几何与两端节点接不上，未采用",
            misplaced,
            _MADE_ANEW,
            "error",
            file,
        ),
        *_told(
            "edge_lengths_differ",
            "条边按几何量得的长度与标注的 length 相差超过 1%，按量得的计",
            differing,
            f"若几何缺失或有误，步行距离也会有误；{_MADE_ANEW}",
            "warning",
            file,
        ),
    )


def _number(said: object) -> float:
    try:
        return float(str(said))
    except ValueError:
        return math.nan


def _slack(said: object) -> float:
    return _SLACK_M + _SLACK * abs(_number(said))


def _told(
    kind: str, what: str, edges: list[str], action: str, severity: Severity, file: str
) -> tuple[Problem, ...]:
    if not edges:
        return ()
    more = f"等 {len(edges):,} 条" if len(edges) > _NAMED else ""
    what = f"路网图有 {len(edges):,} {what}：{'、'.join(edges[:_NAMED])}{more}"
    return (Problem(kind, what, action, severity, file=file),)


def require_places(graph: nx.MultiDiGraph, file: str) -> None:
    """Refuse a graph without a CRS, or whose nodes lack coordinates or whole numbers for names."""
    if "crs" not in graph.graph:
        raise unusable(
            "crs_missing", "路网图没有坐标系", "请使用 osmnx 生成、带 crs 属性的图", file=file
        )
    lacking = [
        node
        for node, place in graph.nodes(data=True)
        if not all(isinstance(place.get(axis), Real) for axis in "xy")
    ]
    if lacking:
        raise _not_placed(len(lacking), f"节点 {lacking[0]}", file)
    odd = [n for n in graph if not isinstance(n, Integral) or not -(2**63) <= int(n) < 2**63]
    if odd:
        raise unusable(
            "graph_unusable",
            f"路网图有 {len(odd):,} 个节点的编号不是 64 位整数（如 {str(odd[0])[:40]}）",
            _MADE_ANEW,
            file=file,
        )


def _not_placed(count: int, example: str, file: str) -> InputError:
    return unusable(
        "graph_not_placed",
        f"路网图有 {count:,} 个点没有坐标，或坐标不在地球上（如 {example}）",
        _MADE_ANEW,
        file=file,
    )


def degrees(crs: object, xy: Floats, file: str) -> Floats:
    """Places in WGS-84 degrees; to 1e-9, so that OSM's coordinates come back from a plane."""
    try:
        if CRS.from_user_input(crs).equals(CRS.from_epsg(4326)):
            places = xy
        else:
            lonlat = Transformer.from_crs(crs, 4326, always_xy=True).transform(*xy.T)
            places = np.round(np.transpose(lonlat), 9)
    except ProjError as error:
        raise unusable(
            "crs_unknown", f"路网图的坐标系无法换算成经纬度（{error}）", _MADE_ANEW, file=file
        ) from error
    somewhere = (np.abs(places) <= (180, 90)).all(axis=1)
    if not somewhere.all():
        lon, lat = places[int(somewhere.argmin())]
        raise _not_placed(int((~somewhere).sum()), f"{lon:g}, {lat:g}", file)
    return places
