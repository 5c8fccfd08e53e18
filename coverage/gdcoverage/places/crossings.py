"""Crossings of named streets in an OSM file, by which people say where something is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
from osmium.filter import IdFilter, KeyFilter
from osmium.osm import NODE, WAY

from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, refused

# No street that one meets at a corner.
_NO_STREETS = frozenset(
    {"platform", "construction", "proposed", "elevator", "services", "motorway", "motorway_link"}
)
_SHORTEST = 2


def read_crossings(osm: str | Path) -> gpd.GeoDataFrame:
    """Places where two streets of different names meet; several where their lanes are apart.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.

    Returns
    -------
    GeoDataFrame, EPSG:4326, Points, sorted by name and place: ``name`` (``甲路与乙路路口``).

    Raises
    ------
    InputError : the file cannot be read.
    """
    osm = Path(osm)
    try:
        names = _names_at(osm)
        places = _places(osm, np.array(sorted(names), np.int64))
    except REFUSALS as error:
        raise refused(osm, error) from error
    rows = [
        (f"{one}与{other}路口", *places[node])
        for node, streets in names.items()
        if node in places
        for one, other in combinations(sorted(streets), 2)
    ]
    table = pd.DataFrame(rows, columns=["name", "lon", "lat"])
    table = table.sort_values(["name", "lon", "lat"], ignore_index=True)
    return gpd.GeoDataFrame(
        {"name": table["name"].astype("str").to_numpy()},
        geometry=gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float)),
        crs="EPSG:4326",
    )


def _names_at(osm: Path) -> dict[int, set[str]]:
    """Node -> names of the streets that meet there, where they are two or more."""
    codes: dict[str, int] = {}
    nodes, streets = [], []
    for name, refs in _named_ways(osm):
        code = codes.setdefault(name, len(codes))
        nodes.append(np.array(refs, np.int64))
        streets.append(np.full(len(refs), code, np.int32))
    if not nodes:
        return {}
    pairs = np.unique(np.column_stack([np.concatenate(nodes), np.concatenate(streets)]), axis=0)
    node, count = np.unique(pairs[:, 0], return_counts=True)
    shared = pairs[np.isin(pairs[:, 0], node[count > 1])]
    words = list(codes)
    found: dict[int, set[str]] = {}
    for at, code in shared.tolist():
        found.setdefault(at, set()).add(words[code])
    return found


def _named_ways(osm: Path) -> Iterator[tuple[str, list[int]]]:
    if osm.stat().st_size == 0:
        raise RuntimeError("empty file")
    reader = osmium.FileProcessor(str(osm), WAY).with_filter(KeyFilter("highway"))
    for way in reader.with_filter(KeyFilter("name", "name:zh")):
        try:
            found = _named(way)
        except BAD_ELEMENT:
            continue  # the reader of the network tells of damage
        if found is not None:
            yield found


def _named(way: Any) -> tuple[str, list[int]] | None:
    tags = way.tags
    if tags["highway"] in _NO_STREETS:
        return None
    name = " ".join((tags.get("name:zh") or tags.get("name") or "").split())
    return (name, [node.ref for node in way.nodes]) if len(name) >= _SHORTEST else None


def _places(osm: Path, wanted: np.ndarray) -> dict[int, tuple[float, float]]:
    if not len(wanted):
        return {}
    wanted_ones = IdFilter(wanted.tolist())
    reader: Iterable[Any] = osmium.FileProcessor(str(osm), NODE).with_filter(wanted_ones)
    return {node.id: (node.lon, node.lat) for node in reader if node.location.valid()}
