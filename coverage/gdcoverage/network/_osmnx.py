"""Street segments from osmnx: its graphs, its GraphML files, and its downloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx as ox
import requests
import shapely
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats
from gdcoverage.network._compact import Segments
from gdcoverage.network._walkable import EXCLUDED, is_walkable
from gdcoverage.network._ways import Ways
from gdcoverage.problems import InputError, Problem, unusable

_NO_ANSWER = (requests.exceptions.RequestException, ResponseStatusCodeError, OSError)
_INSTEAD = (
    '请检查网络；没有互联网时请改用本地路网文件（[network] 下写 osm = "….osm.pbf"），'
    "或用 overpass_url 指定单位自建的服务器"
)

_MADE_ANEW = "请检查生成路网图的步骤，用 osmnx 重新生成"


@dataclass(frozen=True)
class Download:
    """How osmnx downloads: servers, resolver, and where it keeps answers."""

    overpass_url: str | None = None
    doh_url_template: str | None = None
    cache_folder: str | Path | None = None
    nominatim_url: str | None = None


def segments_of(
    graph: nx.MultiDiGraph, file: str = "osmnx"
) -> tuple[Segments, Ways, tuple[Problem, ...]]:
    """Every walkable edge of a graph as straight pieces, each street once.

    Shape points inside an edge become nodes of that edge alone, so that streets which cross
    without a common node stay apart. The two directions of a street are one.
    """
    if "crs" not in graph.graph:
        raise unusable(
            "crs_missing", "路网图没有坐标系", "请使用 osmnx 生成、带 crs 属性的图", file=file
        )
    _require_places(graph, file)
    lines, ends, excluded = _streets(graph)
    node_ids = np.array(sorted({end for pair in ends for end in pair}), np.int64)
    xy = np.array([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in node_ids.tolist()], float)
    inner = [line[1:-1] for line in lines]
    inner_xy = np.concatenate([*inner, np.empty((0, 2))])
    lon, lat = _degrees(graph.graph["crs"], np.concatenate([xy.reshape(-1, 2), inner_xy]), file)
    somewhere = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if not somewhere.all():
        at = int(somewhere.argmin())
        raise _not_placed(int((~somewhere).sum()), f"{lon[at]:g}, {lat[at]:g}", file)

    # Per edge: its first node, its own shape points, its last node.
    position = {node: i for i, node in enumerate(node_ids.tolist())}
    first_inner = len(node_ids) + np.concatenate([[0], np.cumsum([len(i) for i in inner])])
    a, b = [], []
    for (u, v), start, stop in zip(ends, first_inner[:-1], first_inner[1:], strict=True):
        chain = [position[u], *range(start, stop), position[v]]
        a += chain[:-1]
        b += chain[1:]
    ids = np.concatenate([node_ids, -1 - np.arange(len(inner_xy))])
    pieces = np.array(a, np.int64), np.array(b, np.int64)
    unknown = np.full(len(a), -1), np.zeros(len(a), np.uint8)
    segments = Segments(ids, lon, lat, *pieces, *unknown)
    return segments, Ways.of([], [], []), _told(excluded, file)


def load_graphml(path: Path) -> nx.MultiDiGraph:
    """A graph that osmnx saved."""
    if not path.is_file():
        raise unusable("file_missing", "找不到路网文件", "请检查路径与文件名", file=str(path))
    try:
        return ox.load_graphml(path, edge_dtypes={"geometry": _line_text})
    except Exception as error:  # XML, key and type errors, according to the damage
        raise unusable(
            "graphml_unreadable",
            f"不是 osmnx 保存的 GraphML（{type(error).__name__}）",
            "请用 osmnx.save_graphml 重新保存",
            file=path.name,
        ) from error


def _line_text(text: str) -> str:
    """A line as text; collections within collections, deep enough, would end the process."""
    if not text.startswith("LINESTRING"):
        raise ValueError(f"no line: {text[:40]}")
    return text


def download(
    polygon: BaseGeometry, options: Download
) -> tuple[Segments, Ways, tuple[Problem, ...]]:
    """Walkable streets in and around an area, from an Overpass server."""
    with _settings(options):
        try:
            graph = ox.graph_from_polygon(
                polygon, network_type="walk", simplify=False, retain_all=True, truncate_by_edge=True
            )
        except (InsufficientResponseError, ValueError) as error:
            raise unusable(
                "no_streets", "服务器没有返回可步行的街道", "请检查所选范围", file="Overpass"
            ) from error
        except _NO_ANSWER as error:
            raise _unreachable("Overpass", ox.settings.overpass_url, error) from error
    return segments_of(graph)


def polygon_of(place: str, options: Download) -> BaseGeometry:
    """The area of a place that Nominatim knows by name."""
    with _settings(options):
        try:
            return ox.geocode_to_gdf(place).geometry.union_all()
        except (InsufficientResponseError, TypeError) as error:
            raise unusable(
                "place_unknown",
                "地名服务不认识这个地名，或它没有范围",
                "请换一种写法（如“南山区, 深圳市, 中国”），或用 polygon 给出范围",
                value=place,
            ) from error
        except _NO_ANSWER as error:
            raise _unreachable("Nominatim", ox.settings.nominatim_url, error) from error


def _require_places(graph: nx.MultiDiGraph, file: str) -> None:
    """Refuse a graph whose nodes lack coordinates or whole numbers for names."""
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


def _streets(
    graph: nx.MultiDiGraph,
) -> tuple[list[Floats], list[tuple[int, int]], int]:
    """Shape and end nodes of each walkable street, and how many edges the rules exclude."""
    lines, ends, excluded = [], [], 0
    seen: set[tuple[int, int, bytes]] = set()
    for u, v, tags in graph.edges(data=True):
        if not _edge_is_walkable(tags):
            excluded += 1
            continue
        geometry = tags.get("geometry")
        if geometry is None:
            xy = np.array([[graph.nodes[n]["x"], graph.nodes[n]["y"]] for n in (u, v)], float)
        else:
            xy = shapely.get_coordinates(geometry)
        here = u, v
        if (v, u, xy[::-1].tobytes()) < (u, v, xy.tobytes()):
            here, xy = (v, u), np.ascontiguousarray(xy[::-1])
        key = (*here, xy.tobytes())
        if key not in seen:
            seen.add(key)
            lines.append(xy)
            ends.append(here)
    return lines, ends, excluded


def _edge_is_walkable(tags: dict[str, object]) -> bool:
    """The walk rules on an edge; simplifying gives several values, of which none may be out."""
    if "highway" not in tags:
        return True
    values = {
        key: tags[key] if isinstance(tags[key], list) else [tags[key]]
        for key in EXCLUDED
        if key in tags
    }
    return all(
        is_walkable({"highway": "", key: str(value)})
        for key, several in values.items()
        for value in several  # type: ignore[attr-defined]
    )


def _degrees(crs: object, xy: Floats, file: str) -> tuple[Floats, Floats]:
    try:
        if CRS.from_user_input(crs).equals(CRS.from_epsg(4326)):
            return xy[:, 0].copy(), xy[:, 1].copy()
        lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(*xy.T)
    except ProjError as error:
        raise unusable(
            "crs_unknown", f"路网图的坐标系无法换算成经纬度（{error}）", _MADE_ANEW, file=file
        ) from error
    return np.asarray(lon), np.asarray(lat)


def _told(excluded: int, file: str) -> tuple[Problem, ...]:
    if not excluded:
        return ()
    return (
        Problem(
            "edges_excluded",
            f"路网图中有 {excluded} 条边不可步行（高速公路、私有道路等），未使用",
            "无需处理；若不应排除，请检查这些道路的标签",
            "warning",
            file=file,
        ),
    )


def _unreachable(service: str, url: str, error: Exception) -> InputError:
    return unusable(
        "no_internet", f"连不上 {service} 服务器 {url}（{type(error).__name__}）", _INSTEAD
    )


@contextmanager
def _settings(options: Download) -> Iterator[None]:
    """Osmnx's settings are global; they are ours inside the block and as before after it."""
    wanted: dict[str, Any] = {
        "use_cache": True,
        "doh_url_template": options.doh_url_template,
        "useful_tags_way": sorted({*ox.settings.useful_tags_way, *EXCLUDED}),
    }
    if options.overpass_url is not None:
        # A server of one's own is asked at once; the public one says when it has a slot free.
        wanted |= {"overpass_url": options.overpass_url, "overpass_rate_limit": False}
    if options.nominatim_url is not None:
        wanted["nominatim_url"] = options.nominatim_url
    if options.cache_folder is not None:
        wanted["cache_folder"] = options.cache_folder
    before = {name: getattr(ox.settings, name) for name in wanted}
    try:
        for name, value in wanted.items():
            setattr(ox.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(ox.settings, name, value)
