"""Where an address may be: names of places, streets and buildings of the plan's own OSM file.

What is found is a proposal, for a person to look at; nothing is counted or drawn by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
from osmium.filter import EmptyTagFilter, KeyFilter

from gdcoverage.arrays import Floats
from gdcoverage.geo import ellipsoid
from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, refused

# Kind of thing -> how far from its middle an address of that name may be, metres at least; the
# surest first.
KINDS = {"地点": 100.0, "道路": 200.0, "村居": 800.0, "镇街": 3_000.0}
_PLACES = {
    **dict.fromkeys(("village", "hamlet", "neighbourhood", "quarter", "locality"), "村居"),
    **dict.fromkeys(("town", "suburb"), "镇街"),
}
_POINTS = ("amenity", "office", "shop", "building", "tourism", "public_transport", "railway")
# Things of one name and kind nearer than this are one: the pieces of a street.
_ONE_M = 1_500.0
_SHORTEST = 2

COLUMNS = ("name", "kind", "off_m")


def read_gazetteer(osm: str | Path) -> gpd.GeoDataFrame:
    """Names of an OSM file with a place.

    Returns
    -------
    GeoDataFrame, EPSG:4326, Points: ``name``, ``kind`` (of `KINDS`), ``off_m`` (how far from the
    point something of that address may be), one row for each thing; sorted by name and kind.

    Raises
    ------
    InputError : the file cannot be read.
    """
    osm = Path(osm)
    try:
        rows = list(_named(osm))
    except REFUSALS as error:
        raise refused(osm, error) from error
    return _things(pd.DataFrame(rows, columns=["name", "kind", "lon", "lat"]))


def _named(osm: Path) -> Iterator[tuple[str, str, float, float]]:
    reader = (
        osmium.FileProcessor(str(osm))
        .with_locations()
        .with_filter(EmptyTagFilter())
        .with_filter(KeyFilter("name", "name:zh"))
    )
    for thing in reader:
        try:
            yield from _told(thing)
        except BAD_ELEMENT:
            continue  # text that is none, or no such place: no name to propose


def _told(thing: Any) -> Iterator[tuple[str, str, float, float]]:
    """The name, kind and place of an element that has them."""
    tags = thing.tags
    name, kind = tags.get("name:zh") or tags.get("name") or "", _kind(tags)
    spots: list[osmium.osm.Location] = []
    if not kind or len(name) < _SHORTEST:
        return
    if isinstance(thing, osmium.osm.Node):
        spots = [thing.location]
    elif isinstance(thing, osmium.osm.Way):
        spots = [node.location for node in thing.nodes if node.location.valid()]
    if spots:
        middle = spots[len(spots) // 2]
        yield name, kind, middle.lon, middle.lat


def _kind(tags: osmium.osm.TagList) -> str:
    if "place" in tags:
        return _PLACES.get(tags["place"], "")
    if "highway" in tags:
        return "道路"
    return "地点" if any(key in tags for key in _POINTS) else ""


def _things(named: pd.DataFrame) -> gpd.GeoDataFrame:
    """The pieces of a thing made one, in its middle, with how far it reaches from there."""
    rows = []
    for (name, kind), group in named.sort_values(["name", "kind", "lon", "lat"]).groupby(
        ["name", "kind"], sort=True
    ):
        lon, lat = group["lon"].to_numpy(float), group["lat"].to_numpy(float)
        for part in _near_one_another(lon, lat):
            x, y = float(lon[part].mean()), float(lat[part].mean())
            away = ellipsoid.metres(
                np.full(len(part), x), np.full(len(part), y), lon[part], lat[part]
            )
            rows.append((name, kind, max(KINDS[str(kind)], float(away.max())), x, y))
    table = pd.DataFrame(rows, columns=[*COLUMNS, "lon", "lat"])
    return gpd.GeoDataFrame(
        table[list(COLUMNS)],
        geometry=gpd.points_from_xy(table["lon"], table["lat"]),
        crs="EPSG:4326",
    )


def _near_one_another(lon: Floats, lat: Floats) -> list[np.ndarray]:
    """Groups of points, each within reach of the group's first."""
    left, groups = np.arange(len(lon)), []
    while len(left):
        first = left[0]
        here = np.full(len(left), lon[first]), np.full(len(left), lat[first])
        away = ellipsoid.metres(*here, lon[left], lat[left])
        groups.append(left[away <= _ONE_M])
        left = left[away > _ONE_M]
    return groups


def propose_places(
    unplaced: pd.DataFrame, names: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Where rows without coordinates may be.

    The longest name that stands in a row's name or address is taken, of equally long ones the
    surest kind; only one that is alone of its name within the county that the row states, or
    within all of them.

    Parameters
    ----------
    unplaced : ``name``, ``address``, ``stated_county``, and whatever else, a row each.
    names : frame of `read_gazetteer`.
    counties : ``name`` and polygons.

    Returns
    -------
    GeoDataFrame, EPSG:4326: the columns of `unplaced`, with ``by`` (the name that was found),
    ``kind``, ``off_m`` and a Point; one row for each of `unplaced`, without a geometry where
    nothing was found.
    """
    there = names.reset_index(drop=True)
    book = _Book(there, counties)
    said = zip(unplaced["address"], unplaced["name"], unplaced["stated_county"], strict=True)
    found = [book.best(f"{address} {name}", county) for address, name, county in said]
    points = there.geometry.to_numpy()
    with_names = unplaced.reset_index(drop=True).assign(
        by=["" if at is None else str(there["name"][at]) for at in found],
        kind=["" if at is None else str(there["kind"][at]) for at in found],
        off_m=[np.nan if at is None else float(there["off_m"][at]) for at in found],
    )
    shapes = [None if at is None else points[at] for at in found]
    return gpd.GeoDataFrame(with_names, geometry=shapes, crs="EPSG:4326")


class _Book:
    """Names to look up, and in which county each is."""

    def __init__(self, names: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> None:
        self.rows = names.groupby("name").indices
        self.longest = max(map(len, self.rows), default=0)
        self.order = names["kind"].map(list(KINDS).index).to_numpy(int)
        self.county = np.full(len(names), "", object)
        point, county = counties.sindex.query(names.geometry.to_numpy(), predicate="intersects")
        self.county[point] = counties["name"].to_numpy(object)[county]

    def best(self, text: str, county: str) -> int | None:
        """The row of the name that says best where a text means."""
        for piece in _windows(_plain(text), self.longest):
            rows = self.rows.get(piece, np.empty(0, int))
            here = rows[self.county[rows] == county]
            rows = here if len(here) else rows[self.county[rows] != ""]
            surest = rows[self.order[rows] == self.order[rows].min(initial=len(KINDS))]
            if len(surest) == 1:
                return int(surest[0])
        return None


def _windows(text: str, longest: int) -> Iterator[str]:
    """Pieces of a text, the longest first, and of these the last."""
    for size in range(min(longest, len(text)), _SHORTEST - 1, -1):
        for start in range(len(text) - size, -1, -1):
            yield text[start : start + size]


def _plain(text: str) -> str:
    return re.sub(r"[\s,，。.、]+", " ", unicodedata.normalize("NFKC", text)).strip()
