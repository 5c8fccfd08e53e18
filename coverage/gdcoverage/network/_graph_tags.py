"""What the attributes of a graph's edges and nodes say: looks, ways, and what they leave unsaid."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from gdcoverage.arrays import Floats
from gdcoverage.network._profile import (
    LOOK_KEYS,
    WAY_KEYS,
    Profile,
    is_open_ground,
    look_of,
    obstacle_of,
    stops,
)
from gdcoverage.network._walkable import EXCLUDED
from gdcoverage.network._ways import BARRIER, DOUBTFUL, NOT_JOINED, WATER, Ways
from gdcoverage.problems import Problem, unusable

Attributes = Mapping[str, Any]

# Attributes that this package writes and reads again, beside osmnx's own.
LOOK = "walk_look"  # of edges: bits of `_ways`
RUNS = "walk_ways"  # of edges: JSON, [osmid, pieces, highway, name] of each way along the geometry
BARRIERS = "walk_barriers"  # of the graph: JSON, [look, [[lon, lat], …]] of each barrier

# What `LOOK` may say of a street.
_LOOKS = {str(look) for look in range((DOUBTFUL | NOT_JOINED) + 1)}
_BARRED = (BARRIER, BARRIER | WATER)
_STOP_KEYS = ("barrier", "foot", "access", "locked")
_OBSTACLE_KEYS = {"natural", "railway", "waterway"}
# Keys of what is rare: that no edge has them says nothing.
_RARE = {"public_transport", "man_made"}
_KEYS: dict[Profile, frozenset[str]] = {
    "walk": LOOK_KEYS | {"area"},
    "osmnx": frozenset({"highway", *EXCLUDED}),
}
# An edge that says what it is, if only that it is a ferry, is no street by default.
_SORTS = {*WAY_KEYS, "route"}
_READ = {profile: keys | _SORTS for profile, keys in _KEYS.items()}
# Simplifying gives a tag several values, of ways that are not told apart: every mixture of them
# is judged. Real edges have a dozen; one with more than this is not walked on, and told.
_MIXTURES = 1024
_INSTEAD = "可改用 OSM 文件（.osm.pbf）"


class Judged(NamedTuple):
    """What the rules say of an edge.

    Parameters
    ----------
    look : bits of `_ways`; None where it is not walked on.
    obstacle : bits of `_ways`; 0 where access legs cross it.
    mixed : some of its ways are walked on, others not; then it is not.
    open_ground : it is the rim of ground that one walks across.
    """

    look: int | None
    obstacle: int = 0
    mixed: bool = False
    open_ground: bool = False


def judged(tags: Attributes, profile: Profile) -> Judged:
    """How an edge looks; one without a sort is a street, for the graph says so."""
    if (look := str(tags.get(LOOK))) in _LOOKS:
        return Judged(int(look))
    keys = sorted(_READ[profile] & tags.keys())
    return _judged(tuple((key, *_texts(tags[key])) for key in keys), profile)


@lru_cache(maxsize=10_000)
def _judged(told: tuple[tuple[str, ...], ...], profile: Profile) -> Judged:
    keys = [key for key, *_ in told]
    sort = {} if _SORTS & set(keys) else {"highway": "road"}
    if math.prod(len(values) for _, *values in told) > _MIXTURES:
        return Judged(None, mixed=True)
    mixtures = product(*(values for _, *values in told))
    ways = [sort | dict(zip(keys, values, strict=True)) for values in mixtures]
    looks = [look_of(way, profile) for way in ways]
    walked = [look for look in looks if look is not None]
    if len(walked) == len(looks):
        ground = any(is_open_ground(way, profile) for way in ways)
        return Judged(_any_bit(walked), open_ground=ground)
    obstacle = 0 if walked else _any_bit(obstacle_of(way, profile) for way in ways)
    return Judged(None, obstacle, mixed=bool(walked))


def _any_bit(looks: Iterable[int]) -> int:
    bits = 0
    for look in looks:
        bits |= look
    return bits


def stopping(graph: nx.MultiDiGraph, profile: Profile) -> set[int]:
    """The nodes that nobody walks past."""
    return {node for node, told in graph.nodes(data=True) if stops(_plain(told), profile)}


def _plain(told: Attributes) -> dict[str, str]:
    return {key: _texts(told[key])[0] for key in _STOP_KEYS if key in told}


def tags_absent(graph: nx.MultiDiGraph, profile: Profile, file: str) -> tuple[Problem, ...]:
    """What the rules look at and no edge or node of a graph carries: told, for it may be lost."""
    edges = [tags for _, _, tags in graph.edges(data=True)]
    carried = {key for tags in edges for key in tags}
    told = []
    if not all(LOOK in tags for tags in edges):
        lacking = sorted(_KEYS[profile] - carried - _OBSTACLE_KEYS - _RARE)
        told += [f"道路标签 {'、'.join(lacking)}"] if lacking else []
        told += _nodes_absent(graph) if profile == "walk" else []
    if profile == "walk" and BARRIERS not in graph.graph and not carried & _OBSTACLE_KEYS:
        told.append("河流、水面、铁路（接驳直线可能穿过它们）")
    if not told:
        return ()
    return (
        Problem(
            "tags_absent",
            f"路网图不含步行规则要看的：{'；'.join(told)}。按没有这些判断",
            "若导出时未保留，请在 osmnx 的 useful_tags_way、useful_tags_node 里加上后重新生成；"
            f"{_INSTEAD}",
            "warning",
            file=file,
        ),
    )


def _nodes_absent(graph: nx.MultiDiGraph) -> list[str]:
    carried = {key for _, tags in graph.nodes(data=True) for key in tags}
    lacking = [key for key in _STOP_KEYS if key not in carried]
    told = [f"节点标签 {'、'.join(lacking)}"] if lacking else []
    if str(graph.graph.get("simplified")) == "True":
        told.append("街道中间的门、围栏等节点（简化时已去掉）")
    return told


def barriers_kept(graph: nx.MultiDiGraph, file: str) -> list[tuple[int, Floats]]:
    """The barriers that a graph of ours keeps: look and points of each.

    Raises
    ------
    InputError : another program changed them.
    """
    try:
        kept = [
            (int(look), np.array(line, float).reshape(-1, 2))
            for look, line in json.loads(graph.graph.get(BARRIERS, "[]"))
        ]
    except (TypeError, ValueError, RecursionError):
        kept = [(0, np.empty((0, 2)))]
    if all(look in _BARRED and len(line) and _on_earth(line) for look, line in kept):
        return kept
    raise unusable(
        "graph_unusable",
        f"路网图的 {BARRIERS} 属性已损坏，不知道哪里过不去",
        "请重新用 WalkNetwork.to_osmnx 生成，或去掉这个属性",
        file=file,
    )


def _on_earth(lonlat: Floats) -> bool:
    return bool((np.abs(lonlat) <= (180, 90)).all())


def told_of(found: Iterable[Judged], file: str) -> tuple[Problem, ...]:
    """What there is to say of how edges were judged."""
    found = list(found)
    excluded = sum(edge.look is None for edge in found)
    mixed = sum(edge.mixed for edge in found)
    if not excluded:
        return ()
    several = f"；其中 {mixed} 条由多条道路合并而成，只有部分道路可步行" if mixed else ""
    instead = f"，或用未简化（simplify=False）的图；{_INSTEAD}" if mixed else ""
    return (
        Problem(
            "edges_excluded",
            f"路网图中有 {excluded} 条边不可步行（高速公路、私有道路等），未使用{several}",
            f"无需处理；若不应排除，请检查这些道路的标签{instead}",
            "warning",
            file=file,
        ),
    )


def ground_uncrossed(ways: int, file: str) -> tuple[Problem, ...]:
    """What there is to say of open ground that one only walks around."""
    if not ways:
        return ()
    return (
        Problem(
            "ground_uncrossed",
            f"路网图中有 {ways} 处广场等面状步行区的边线不完整，或与街道相接太多，"
            "只沿边线步行，不横穿",
            f"需要横穿时{_INSTEAD}",
            "warning",
            file=file,
        ),
    )


# Ways ------------------------------------------------------------------------------------------


def _several(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(value: object) -> list[str]:
    return [str(one) for one in _several(value)] or [""]


def _runs(tags: Attributes) -> list[tuple[int, int, str, str]]:
    """What `RUNS` says of an edge; nothing where another program changed it."""
    told: Any = tags.get(RUNS, [])
    try:
        runs = json.loads(told) if isinstance(told, str) else told
        runs = [(int(way), int(count), str(kind), str(name)) for way, count, kind, name in runs]
    except (TypeError, ValueError, RecursionError):
        return []
    return runs if all(-1 <= way < 2**63 and count > 0 for way, count, *_ in runs) else []


def way_of_each(tags: Attributes, pieces: int) -> tuple[int, ...]:
    """The way of each piece along an edge's geometry; -1 unknown."""
    runs = _runs(tags)
    if runs and sum(run[1] for run in runs) == pieces:
        return tuple(way for way, count, _, _ in runs for _ in range(count))
    return (_single(tags),) * pieces


def _single(tags: Attributes) -> int:
    """The one way that an edge is of; -1 where it is of several, or nobody says."""
    # A frame with gaps turns whole numbers into others.
    ids = {str(way).removesuffix(".0") for way in _several(tags.get("osmid"))}
    text = ids.pop() if len(ids) == 1 else ""
    return int(text) if text.isdecimal() and int(text) < 2**63 else -1


def ways_of(edges: Iterable[Attributes]) -> Ways:
    """The ways of edges of one way each, and of those that tell of several."""
    known = sorted({way for tags in edges for way in _known(tags)}, reverse=True)
    # Of a way told of twice, the most.
    return Ways.of(*zip(*known, strict=True)) if known else Ways.of([], [], [])


def _known(tags: Attributes) -> Iterator[tuple[int, str, str]]:
    yield from ((way, kind, name) for way, _, kind, name in _runs(tags) if way >= 0)
    if (way := _single(tags)) >= 0:
        sort = next((tags[key] for key in WAY_KEYS if key in tags), "")
        yield way, _text(sort), _text(tags.get("name"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
