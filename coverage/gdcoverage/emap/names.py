"""Streets, villages, stations and landmarks of an OSM file, near which one may ask for outlets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
from osmium.filter import KeyFilter
from osmium.osm import NODE, WAY
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gdcoverage.arrays import Ints
from gdcoverage.network import require_file
from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, refused

# Kind -> key -> its values. Of several the first counts.
_KINDS = {
    "town": {"place": {"city", "town", "suburb", "borough"}},
    "station": {
        "railway": {"station", "halt"},
        "public_transport": {"station"},
        "amenity": {"bus_station", "ferry_terminal"},
    },
    "hospital": {"amenity": {"hospital", "clinic"}},
    "government": {"amenity": {"townhall"}, "office": {"government"}},
    "village": {
        "place": {"village", "hamlet", "neighbourhood", "quarter", "isolated_dwelling", "locality"}
    },
    "mall": {"shop": {"mall", "department_store"}},
    "market": {"amenity": {"marketplace"}, "shop": {"supermarket"}},
    "park": {"leisure": {"park"}},
    "school": {"amenity": {"school", "university", "college"}},
}
_MAIN_STREETS = frozenset({"trunk", "primary", "secondary"})
_NO_STREETS = frozenset({"platform", "construction", "proposed", "elevator", "services"})
# How far known: a small map may have all, a large one goes by this.
_RANK = {"town": 1, "station": 1, "hospital": 2, "government": 2, "village": 3, "mall": 3}
_MAIN_RANK, _LAST_RANK = 2, 4
# Ways of one name nearer than this to one another are one street, stations one station.
_ONE_M = 700.0
_M_PER_DEG = 111_195.0


class _Named(NamedTuple):
    """A named object, or an end of one: `spot` tells which of them it is."""

    name: str
    kind: str
    rank: int
    lon: float
    lat: float
    middle: bool


def read_names(osm: str | Path) -> gpd.GeoDataFrame:
    """Named streets, towns, villages, stations and landmarks; each once where it is.

    Landmarks drawn as relations are left out, for their ways have the name as a rule.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.

    Returns
    -------
    GeoDataFrame, EPSG:4326: ``name`` (the Chinese one where there are several), ``kind`` (street
    or a key of the table above), ``rank`` (1 known farthest, 4 the street around the corner),
    Point on it; sorted by rank, kind, name.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.
    """
    osm = Path(osm)
    require_file(osm)
    try:
        frame = pd.DataFrame(_objects(osm), columns=list(_Named._fields))
    except REFUSALS as error:
        raise refused(osm, error) from error
    frame = frame.astype({"rank": int, "lon": float, "lat": float, "middle": bool})
    frame = frame.drop_duplicates(ignore_index=True)
    frame["one"] = _together(frame)
    # On the street itself, near its middle.
    spots = frame[frame["middle"]]
    centre = spots.groupby("one")[["lon", "lat"]].transform("mean")
    frame = spots.assign(
        off=(spots["lon"] - centre["lon"]) ** 2 + (spots["lat"] - centre["lat"]) ** 2,
        rank=spots.groupby("one")["rank"].transform("min"),
    )
    frame = frame.sort_values(["rank", "kind", "name", "off", "lon", "lat"])
    frame = frame.drop_duplicates("one")
    return gpd.GeoDataFrame(
        frame[["name", "kind", "rank"]]
        .reset_index(drop=True)
        .astype({"name": "str", "kind": "str"}),
        geometry=gpd.points_from_xy(frame["lon"], frame["lat"]),
        crs="EPSG:4326",
    )


def names_of_places(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Named places (``name``, perhaps ``kind`` of OSM) as the frame of `read_names`."""
    kind = places["kind"] if "kind" in places else pd.Series("", places.index)
    kind = kind.map(lambda value: _kind({"place": value}) or "village")
    return (
        places[["name", "geometry"]].assign(kind=kind, rank=kind.map(_RANK)).reset_index(drop=True)
    )


def _objects(osm: Path) -> Iterator[_Named]:
    """Named nodes; named ways by their middle and their ends."""
    if osm.stat().st_size == 0:
        raise RuntimeError("empty file")
    ways = KeyFilter("name")
    ways.enable_for(WAY)
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("sparse_mem_array"))
    locations.ignore_errors()
    # In this order: the nodes of ways without a name are never looked up.
    reader = osmium.FileProcessor(str(osm), NODE | WAY).with_filter(ways).with_filter(locations)
    for thing in reader.with_filter(KeyFilter("name")):
        try:
            yield from _named(thing)
        except BAD_ELEMENT:
            # The reader of the network tells of damage.
            continue


def _named(thing: Any) -> Iterator[_Named]:
    tags = thing.tags
    name = "".join((tags.get("name:zh") or tags["name"]).split("\n")).strip()
    street = tags.get("highway") if thing.is_way() else None
    if street in _NO_STREETS:
        street = None
    kind = "street" if street else _kind(tags)
    if not kind or len(name) < 2:
        return
    rank = _MAIN_RANK if street in _MAIN_STREETS else _RANK.get(kind, _LAST_RANK)
    if not thing.is_way():
        yield _Named(name, kind, rank, thing.lon, thing.lat, True)
        return
    spots = [node.location for node in thing.nodes if node.location.valid()]
    for at in {0, len(spots) // 2, len(spots) - 1} if spots else ():
        yield _Named(name, kind, rank, spots[at].lon, spots[at].lat, at == len(spots) // 2)


def _kind(tags: Any) -> str:
    for kind, keys in _KINDS.items():
        if any(tags.get(key) in values for key, values in keys.items()):
            return kind
    return ""


def _together(frame: pd.DataFrame) -> Ints:
    """Number of what each row is of: of one name and kind, and near one another."""
    if frame.empty:
        return np.empty(0, int)
    # Far apart in a third dimension are those that have another name or kind.
    which = frame.groupby(["name", "kind"], sort=False).ngroup().to_numpy(np.float64)
    lon, lat = (frame[axis].to_numpy(np.float64) for axis in ("lon", "lat"))
    east = lon * np.cos(np.radians(lat)) * _M_PER_DEG
    near = cKDTree(np.column_stack([east, lat * _M_PER_DEG, which * 2 * _ONE_M]))
    one, other = near.query_pairs(_ONE_M, output_type="ndarray").T
    size = len(frame)
    links = coo_array((np.ones(len(one), bool), (one, other)), (size, size))
    return np.asarray(connected_components(links, directed=False)[1])
