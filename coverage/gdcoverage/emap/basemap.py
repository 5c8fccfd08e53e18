"""What a base map is drawn from: streets, water, green, buildings and names of an OSM file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from osmium.filter import EmptyTagFilter, KeyFilter

from gdcoverage.arrays import Bools, Ints, Objects
from gdcoverage.emap._drawn import POINTS, Drawn, in_world
from gdcoverage.emap._drawn_kinds import (
    AREA_KEYS,
    KEYS,
    ground_of,
    mark_of,
    name_of,
    street_of,
)
from gdcoverage.network import require_file
from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, refused

# An exit's letter, a house's number.
_LONGEST_NUMBER = 10
_M_PER_DEG = 111_195.0
# Rows that are made arrays at once.
_AT_ONCE = 100_000
# How closely lines follow what they show, units of `WORLD`: no closer than is ever drawn.
_CLOSENESS = {
    **dict.fromkeys(("road", "water", "green", "campus"), 2.0),
    **dict.fromkeys(("rail", "river", "built", "sand", "wood"), 3.0),
    "building": 1.4,
}

_Row = tuple[str, int, str, bytes]


def read_base(osm: str | Path) -> Drawn:
    """Everything that a base map shows, in one reading.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.

    Returns
    -------
    Lines: road (1 motorways, 4 tertiary streets, 7 footpaths), rail, river. Polygons: water,
    green, wood, sand, campus, built, building; their rank is by size: 1 from 1 km², 2 from
    0.1 km², 3 from 0.01 km², else 4. Points, always with a name: place, station, exit, stop,
    hospital, government, school, market, sight, park, lake, estate, title (of a building), house
    (its number). As a layer: `Drawn.frame`.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.

    Examples
    --------
    >>> base = gd.read_base("示例/streets.osm.pbf").frame()
    >>> sorted(base["kind"].unique())
    ['green', 'lake', 'park', 'place', 'road', 'water']
    """
    osm = Path(osm)
    require_file(osm)
    factory = osmium.geom.WKBFactory()
    parts: list[Drawn] = []
    rows: list[_Row] = []
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
            if len(rows) > _AT_ONCE:
                parts.append(_flat(rows))
                rows = []
    except REFUSALS as error:
        raise refused(osm, error) from error
    return Drawn.together([*parts, _flat(rows)])


def _drawn(thing: Any, factory: Any) -> Iterator[_Row]:
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


def _written(tags: Any, shape: bytes) -> Iterator[_Row]:
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


def _flat(rows: list[_Row]) -> Drawn:
    """Rows as arrays."""
    kinds, ranks, names, shapes = zip(*rows, strict=True) if rows else ((), (), (), ())
    shape, rank = shapely.from_wkb(np.array(shapes, object)), np.array(ranks, np.int64)
    by_size = rank == 0
    rank[by_size] = _rank_of(shape[by_size])
    _pointed(shape, np.isin(np.array(kinds, object), POINTS))
    planar = shapely.transform(shape, in_world)
    closeness = np.array([_CLOSENESS.get(kind, 0.0) for kind in kinds])
    for wanted in np.unique(closeness[closeness > 0]):
        own = closeness == wanted
        planar[own] = shapely.simplify(planar[own], wanted)
    return Drawn.of(kinds, rank.tolist(), names, planar)


def _rank_of(shapes: Objects) -> Ints:
    """By size; points are the least."""
    _, south, _, north = shapely.bounds(shapes).T if len(shapes) else np.empty((4, 0))
    km2 = shapely.area(shapes) * _M_PER_DEG**2 * np.cos(np.radians((south + north) / 2)) / 1e6
    return np.asarray(4 - np.digitize(km2, [0.01, 0.1, 1.0]), np.int64)


def _pointed(shapes: Objects, written: Bools) -> None:
    """What is only written becomes a point within its area."""
    areas = np.flatnonzero(written & (shapely.get_dimensions(shapes) == 2))
    shapes[areas] = shapely.point_on_surface(shapes[areas])
