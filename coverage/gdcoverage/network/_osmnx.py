"""What osmnx saved as GraphML, and what it downloads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx
import osmium
import osmnx as ox
import requests
from osmium.osm import mutable
from osmnx import _overpass
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
from shapely.geometry.base import BaseGeometry

from gdcoverage.network._profile import Profile
from gdcoverage.network._walk_rules import OBSTACLES, SORTS
from gdcoverage.problems import InputError, unusable

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


@contextmanager
def downloaded(polygon: BaseGeometry, options: Download, profile: Profile) -> Iterator[Path]:
    """An OSM file, while the block runs, of what a server holds in an area for a profile.

    Osmnx asks the server and keeps its answers, which are read as a file is. Of a graph one
    could not: it knows neither where squares are walked across nor where water is.

    Raises
    ------
    InputError : the server cannot be reached, gives up, or holds no way there.
    """
    with _settings(options):
        try:
            elements = list(_elements(polygon, profile))
        except InsufficientResponseError as error:
            raise _no_streets() from error
        except _NO_ANSWER as error:
            raise _unreachable("Overpass", ox.settings.overpass_url, error) from error
    if not any(element["type"] == "way" for element in elements):
        raise _no_streets()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Overpass.osm.pbf"
        _write(elements, path)
        yield path


def _elements(polygon: BaseGeometry, profile: Profile) -> Iterator[dict[str, Any]]:
    """What Overpass answers, its large areas asked about part by part."""
    for part in _overpass._make_overpass_polygon_coord_strs(polygon):
        where = f"(poly:{part!r});"
        wanted = [f"way{only}{where}" for only in filters(profile)]
        if profile == "walk":
            wanted += [f'rel["type"="multipolygon"]{only}{where}' for only in filters(profile)]
        query = f"{_overpass._make_overpass_settings()};({''.join(wanted)});(._;>;);out;"
        answer = _overpass._overpass_request(OrderedDict(data=query))
        if "error" in str(remark := answer.get("remark", "")):
            raise unusable(
                "download_incomplete",
                f"Overpass 服务器中途放弃，街道不全（{remark:.200}）",
                "请稍后重试、缩小范围，或改用本地路网文件",
                file="Overpass",
            )
        yield from answer.get("elements", [])


def filters(profile: Profile) -> list[str]:
    """What to ask Overpass for: filters that hold every street and obstacle of a profile."""
    values: dict[str, list[str]] = {}
    if profile == "walk":
        for rule in (*SORTS, *OBSTACLES):
            values.setdefault(rule.key, []).extend(rule.values.split())
    # Every highway, so that rules on other keys may open or close it.
    others = sorted(values.keys() - {"highway", "motorroad"})
    return ['["highway"]', *(f'["{key}"~"^({"|".join(sorted(values[key]))})$"]' for key in others)]


def _write(elements: Iterable[dict[str, Any]], path: Path) -> None:
    """Elements in the order that readers of OSM files expect, each once."""
    kinds = ("node", "way", "relation")
    once = {(kinds.index(e["type"]), e["id"]): e for e in elements if e["type"] in kinds}
    with osmium.SimpleWriter(str(path)) as writer:
        for (kind, number), element in sorted(once.items(), key=lambda item: item[0]):
            told = {"id": number, "tags": element.get("tags", {})}
            if kind == 0:
                writer.add_node(mutable.Node(location=(element["lon"], element["lat"]), **told))
            elif kind == 1:
                writer.add_way(mutable.Way(nodes=element.get("nodes", []), **told))
            else:
                members = [(m["type"][0], m["ref"], m["role"]) for m in element.get("members", [])]
                writer.add_relation(mutable.Relation(members=members, **told))


def _no_streets() -> InputError:
    what = "服务器没有返回可步行的街道"
    return unusable("no_streets", what, "请检查所选范围", file="Overpass")


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
