"""Walkable streets and named places from an OSM file (.osm.pbf, .osm), read by pyosmium."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
from osmium.filter import EntityFilter, KeyFilter

from gdcoverage.network._compact import Segments
from gdcoverage.network._walkable import is_walkable
from gdcoverage.problems import InputError, Problem

# libosmium's mark for a node that the file refers to and does not hold.
_ABSENT = 2**31 - 1


@dataclass(frozen=True)
class Reading:
    """Segments of an OSM file, and how many references led to nodes that it does not hold."""

    segments: Segments
    absent_nodes: int
    broken_ways: int


def read_segments(path: Path) -> Reading:
    """All walkable street segments of an OSM file.

    A way is broken where a node is absent; what lies on either side of the hole stays.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, damaged, or holds no walkable street.
    """
    # Typed arrays: a province has millions of nodes, and a Python number takes 28 bytes.
    sizes, refs, xs, ys = array("q"), array("q"), array("i"), array("i")
    for way in _objects(path, osmium.osm.WAY, "highway"):
        if is_walkable(dict(way.tags)):
            nodes = list(way.nodes)
            sizes.append(len(nodes))
            refs.extend([node.ref for node in nodes])
            xs.extend([node.x for node in nodes])
            ys.extend([node.y for node in nodes])
    size, ref, x, y = (np.array(values) for values in (sizes, refs, xs, ys))

    present = x != _ABSENT
    way_of = np.repeat(np.arange(len(size)), size)
    joined = (way_of[:-1] == way_of[1:]) & present[:-1] & present[1:]
    node_id, first, number = np.unique(ref, return_index=True, return_inverse=True)
    segments = Segments(
        node_id, x[first] / 1e7, y[first] / 1e7, number[:-1][joined], number[1:][joined]
    )
    if not len(segments.a):
        raise InputError(
            Problem(
                "no_streets",
                "文件里没有可步行的街道",
                "请检查是否选对了文件，或导出时是否包含 highway 要素",
                file=path.name,
            )
        )
    return Reading(
        segments,
        absent_nodes=len(np.unique(ref[~present])),
        broken_ways=len(np.unique(way_of[~present])),
    )


def read_places(path: str | Path) -> gpd.GeoDataFrame:
    """Named places (``place=*`` nodes) of an OSM file.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``name``, ``kind`` (the value of ``place``), Point geometry;
    sorted by name. The Chinese name is taken where a place has several.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.
    """
    rows = [
        (node.tags.get("name:zh") or node.tags["name"], node.tags["place"], node.lon, node.lat)
        for node in _objects(Path(path), osmium.osm.NODE, "place")
        if "name" in node.tags
    ]
    rows.sort()
    name, kind, lon, lat = zip(*rows, strict=True) if rows else ((), (), (), ())
    return gpd.GeoDataFrame(
        {"name": np.array(name, object), "kind": np.array(kind, object)},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    ).astype({"name": "str", "kind": "str"})


def _objects(path, entity, key):  # type: ignore[no-untyped-def]
    """Objects of one sort that have a key; a reading failure becomes an `InputError`."""
    if not path.is_file():
        raise InputError(
            Problem("file_missing", "找不到路网文件", "请检查路径与文件名", file=str(path))
        )
    try:
        if path.stat().st_size == 0:
            raise RuntimeError("empty file")
        reader = osmium.FileProcessor(str(path), osmium.osm.NODE | entity)
        if entity == osmium.osm.WAY:
            reader = reader.with_locations()
        yield from reader.with_filter(EntityFilter(entity)).with_filter(KeyFilter(key))
    except RuntimeError as error:
        raise InputError(
            Problem(
                "osm_unreadable",
                f"路网文件无法读取（{error}）",
                "请使用完整的 .osm.pbf 或 .osm 文件；若是下载中断，请重新下载",
                file=path.name,
            )
        ) from error
