"""What a base map is drawn from: streets, water, green, buildings and names of an OSM file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import shapely
from osmium.filter import EmptyTagFilter, KeyFilter
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Ints, Objects
from gdcoverage.emap._drawn_kinds import (
    AREA_KEYS,
    KEYS,
    ground_of,
    mark_of,
    name_of,
    street_of,
)
from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, refused

# An exit's letter, a house's number.
_LONGEST_NUMBER = 10
_M_PER_DEG = 111_195.0


def read_base(osm: str | Path, area: BaseGeometry | None = None) -> gpd.GeoDataFrame:
    """Everything that a base map shows, in one reading.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.
    area : WGS-84 degrees; what does not touch its bounding box is left out.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``kind``, ``rank`` (1 the greatest), ``name`` (empty where there is
    none) and shapes. Lines: road (1 motorways, 4 tertiary streets, 7 footpaths), rail, river.
    Polygons: water, green, wood, sand, campus, built, building; their rank is by size: 1 from
    1 km², 2 from 0.1 km², 3 from 0.01 km², else 4. Points, always with a name: place, station,
    exit, stop, hospital, government, school, market, sight, park, lake, estate, title (of a
    building), house (its number).

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.
    """
    osm = Path(osm)
    rows: list[tuple[str, int, str, bytes]] = []
    factory = osmium.geom.WKBFactory()
    try:
        reader = (
            osmium.FileProcessor(str(osm))
            .with_areas(KeyFilter(*AREA_KEYS))
            .with_filter(EmptyTagFilter())
            .with_filter(KeyFilter("highway", "railway", "waterway", *KEYS))
        )
        for thing in reader:
            try:
                rows.extend(_drawn(thing, factory))
            except (*BAD_ELEMENT, RuntimeError):
                # A node that the file does not hold or that lies nowhere, text that is none: a
                # picture goes without it. Of streets the reader of the network tells.
                continue
    except REFUSALS as error:
        raise refused(osm, error) from error
    kinds, ranks, names, shapes = zip(*rows, strict=True) if rows else ((), (), (), ())
    shape, rank = shapely.from_wkb(np.array(shapes, object)), np.array(ranks, np.int64)
    by_size = rank == 0
    rank[by_size] = _rank_of(shape[by_size])
    _pointed(shape, np.isin(np.array(kinds, object), _POINTS))
    frame = gpd.GeoDataFrame(
        {"kind": np.array(kinds, object), "rank": rank, "name": np.array(names, object)},
        geometry=shape,
        crs="EPSG:4326",
    ).astype({"kind": "str", "name": "str"})
    if area is not None:
        frame = frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*area.bounds))]
    return frame.reset_index(drop=True)


_POINTS = (
    *("place", "station", "exit", "stop", "hospital", "government", "school", "market", "sight"),
    *("park", "lake", "estate", "title", "house"),
)


def _drawn(thing: Any, factory: Any) -> Iterator[tuple[str, int, str, bytes]]:
    """Kind, rank, name and shape of all that an object is drawn as."""
    tags = thing.tags
    if thing.is_way():
        street = street_of(tags)
        if street:
            # A name that is no text leaves the street.
            yield *street, _readable_name(tags), bytes.fromhex(factory.create_linestring(thing))
    elif thing.is_area():
        fill = "building" if "building" in tags else ground_of(tags)
        shape = bytes.fromhex(factory.create_multipolygon(thing))
        if fill:
            yield fill, 0, "", shape
        yield from _written(tags, shape)
    elif thing.is_node():
        yield from _written(tags, bytes.fromhex(factory.create_point(thing)))


def _written(tags: Any, shape: bytes) -> Iterator[tuple[str, int, str, bytes]]:
    """What is written at an object: its name, its number."""
    mark, name = mark_of(tags), _readable_name(tags)
    if mark is not None and mark.kind == "exit":
        name = tags.get("ref") or name
    if mark is not None and name:
        yield "title" if mark.kind == "building" else mark.kind, mark.rank, name, shape
    number = tags.get("addr:housenumber") or ""
    if 0 < len(number) <= _LONGEST_NUMBER:
        yield "house", 1, number, shape


def _readable_name(tags: Any) -> str:
    try:
        return name_of(tags)
    except UnicodeDecodeError:
        return ""


def _rank_of(shapes: Objects) -> Ints:
    """By size; points are the least."""
    _, south, _, north = shapely.bounds(shapes).T if len(shapes) else np.empty((4, 0))
    km2 = shapely.area(shapes) * _M_PER_DEG**2 * np.cos(np.radians((south + north) / 2)) / 1e6
    return np.asarray(4 - np.digitize(km2, [0.01, 0.1, 1.0]), np.int64)


def _pointed(shapes: Objects, written: Bools) -> None:
    """What is only written becomes a point within its area."""
    areas = np.flatnonzero(written & (shapely.get_dimensions(shapes) == 2))
    shapes[areas] = shapely.point_on_surface(shapes[areas])
