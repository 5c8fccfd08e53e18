"""What osmnx saved as GraphML, and what it downloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import osmnx as ox
import requests
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
from shapely.geometry.base import BaseGeometry

from gdcoverage.network._compact import Segments
from gdcoverage.network._graph import segments_of
from gdcoverage.network._walkable import EXCLUDED
from gdcoverage.network._ways import Ways
from gdcoverage.problems import InputError, Problem, unusable

_NO_ANSWER = (requests.exceptions.RequestException, ResponseStatusCodeError, OSError)
_INSTEAD = (
    '请检查网络；没有互联网时请改用本地路网文件（[network] 下写 osm = "….osm.pbf"），'
    "或用 overpass_url 指定单位自建的服务器"
)


@dataclass(frozen=True)
class Download:
    """How osmnx downloads: servers, resolver, and where it keeps answers."""

    overpass_url: str | None = None
    doh_url_template: str | None = None
    cache_folder: str | Path | None = None
    nominatim_url: str | None = None


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
