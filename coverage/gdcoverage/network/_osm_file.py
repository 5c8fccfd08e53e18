"""OSM files (.osm.pbf, .osm) as pyosmium reads them: chosen objects, their tags, named places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
from osmium.filter import KeyFilter
from osmium.osm import NODE, osm_entity_bits

from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, refused
from gdcoverage.network._profile import LOOK_KEYS, WAY_KEYS
from gdcoverage.problems import unusable

_TAG_KEYS = LOOK_KEYS | {*WAY_KEYS, "name", "type"}

Place = tuple[str, str, float, float]
Tags = Mapping[str, str]


def read_places(path: str | Path) -> gpd.GeoDataFrame:
    """Named places (``place=*`` nodes) of an OSM file.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``name``, ``kind`` (the value of ``place``), Point geometry;
    sorted by name. The Chinese name is taken where a place has several.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.

    Examples
    --------
    >>> places = gd.read_places("示例/streets.osm.pbf")
    >>> places.loc[places["kind"] == "town", "name"].tolist()
    ['清溪镇', '示例县城']
    """
    return place_frame(
        place
        for node in objects(Path(path), NODE, having(NODE, "place"))
        for place in _sound_place(node)
    )


def place_frame(places: Iterable[Place]) -> gpd.GeoDataFrame:
    """Places as the frame of `read_places`."""
    rows = sorted(places)
    name, kind, lon, lat = zip(*rows, strict=True) if rows else ((), (), (), ())
    return gpd.GeoDataFrame(
        {"name": np.array(name, object), "kind": np.array(kind, object)},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    ).astype({"name": "str", "kind": "str"})


def require_file(path: Path) -> None:
    """Raise `InputError` where there is no such file."""
    if not path.is_file():
        raise unusable("file_missing", "找不到路网文件", "请检查路径与文件名", file=str(path))


def place_of(node: Any) -> list[Place]:
    """The named place that a node is, if it is one."""
    tags = node.tags
    if "name" not in tags:
        return []
    return [(tags.get("name:zh") or tags["name"], tags["place"], node.lon, node.lat)]


def _sound_place(node: Any) -> list[Place]:
    """The same; none where the node is damaged, which a `StreetReader` tells."""
    try:
        return place_of(node)
    except BAD_ELEMENT:
        return []


def tags_of(thing: Any) -> dict[str, str]:
    """What is asked of a way's or relation's tags, to be kept."""
    tags = thing.tags
    return {key: tags[key] for key in _TAG_KEYS if key in tags}


def objects(path: Path, kinds: osm_entity_bits, *filters: Any) -> Iterator[Any]:
    """Objects of some kinds that pass the filters, in the order of the file.

    Raises
    ------
    InputError : the file cannot be read.
    """
    require_file(path)
    try:
        if path.stat().st_size == 0:
            raise RuntimeError("empty file")
        reader = osmium.FileProcessor(str(path), kinds)
        for one in filters:
            reader.with_filter(one)
        yield from reader
    except REFUSALS as error:
        raise refused(path, error) from error


def having(kind: osm_entity_bits, *keys: str) -> KeyFilter:
    """Lets objects of a kind pass if they have one of some keys, and all others."""
    having = KeyFilter(*keys)
    having.enable_for(kind)
    return having
