"""Towns and villages of the made-up province: where, how many people, how wide."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from benchmarks.data import SHARED
from gdcoverage.geo.plane import from_plane, stretch, to_plane

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rng = np.random.Generator

PEOPLE = 126_000_000
TOWN_SHARE = 0.78
VILLAGES = 26_842  # as many as the statistics bureau lists in Guangdong
LEAST_TOWNS = 4  # of a county
_PLACES = SHARED / "data/gd-geonames/guangdong_populated_places_geonames500.csv"
_MADE_UP_PLACES = 1_600  # where the real ones are absent

# One plane for the whole province; lengths in it are true within 2 %.
_STRETCH = float(stretch(np.array([23.0]))[0])


@dataclass(frozen=True)
class Settlements:
    """Towns, about by people down, and after them the villages.

    Parameters
    ----------
    name : unique for villages; towns have the name of a real place or a made-up one.
    x, y : metres, see `plane`.
    people : whole numbers.
    radius_m : of the built-up area.
    town : whether it is a town.
    county : position of its county.
    """

    name: NDArray[np.object_]
    x: Floats
    y: Floats
    people: Ints
    radius_m: Floats
    town: NDArray[np.bool_]
    county: Ints

    def __len__(self) -> int:
        return len(self.name)


def plane(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees to metres."""
    x, y = to_plane(lon, lat)
    return x / _STRETCH, y / _STRETCH


def degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Metres to degrees on OSM's grid."""
    lon, lat = from_plane(x * _STRETCH, y * _STRETCH)
    return lon.round(7), lat.round(7)


def settle(counties: gpd.GeoDataFrame, rng: Rng) -> Settlements:
    """People the counties: towns at known places by rank and size, villages anywhere between."""
    polygons = counties.geometry.to_numpy()
    towns = _towns(polygons, rng)
    area = shapely.area(polygons)
    home = rng.choice(len(polygons), VILLAGES, p=area / area.sum())
    lon, lat = _within(polygons, home, rng)
    people = _shared(PEOPLE - int(towns["people"].sum()), rng.lognormal(0, 0.6, VILLAGES))
    villages = pd.DataFrame(
        {"name": _village_names(VILLAGES, rng), "lon": lon, "lat": lat, "people": people}
    ).assign(radius_m=_radius(people, 2_500), town=False, county=home)
    both = pd.concat([towns, villages], ignore_index=True)
    x, y = plane(both["lon"].to_numpy(), both["lat"].to_numpy())
    columns = ("people", "radius_m", "town", "county")
    return Settlements(
        both["name"].to_numpy(object), x, y, **{name: both[name].to_numpy() for name in columns}
    )


def chosen(settlements: Settlements, mask: NDArray[np.bool_]) -> Settlements:
    """Only the masked settlements."""
    return Settlements(**{name: values[mask] for name, values in vars(settlements).items()})


def _towns(polygons: NDArray[np.object_], rng: Rng) -> pd.DataFrame:
    """Real places as far as known, made-up ones for counties with few; about the largest first."""
    places = _places(polygons, rng)
    lack = np.maximum(LEAST_TOWNS - np.bincount(places["county"], minlength=len(polygons)), 0)
    home = np.repeat(np.arange(len(polygons)), lack)
    lon, lat = _within(polygons, home, rng)
    more = pd.DataFrame({"name": _village_names(len(home), rng, "镇"), "lon": lon, "lat": lat})
    places = pd.concat([places, more.assign(known=0, county=home)], ignore_index=True)
    # The place known to be largest in its county goes by that, all others by chance.
    known = places["known"].where(~places.sort_values("known").duplicated("county", keep="last"), 0)
    order = np.lexsort((rng.random(len(places)), -known.to_numpy()))
    places = places.iloc[order].reset_index(drop=True)
    # Sizes by rank (Zipf), evened out at the top; density grows with size.
    size = rng.lognormal(0, 0.25, len(places)) / (np.arange(len(places)) + 12)
    people = _shared(round(PEOPLE * TOWN_SHARE), size)
    density = 2_800 * (people / 20_000) ** 0.3
    return places.assign(people=people, radius_m=_radius(people, density), town=True)


def _places(polygons: NDArray[np.object_], rng: Rng) -> pd.DataFrame:
    if _PLACES.is_file():
        table = pd.read_csv(_PLACES)
        name = table["zh"].fillna(table["name"]).to_numpy(object)
        lon, lat, known = (table[c].to_numpy() for c in ("longitude", "latitude", "population"))
    else:
        area = shapely.area(polygons)
        home = rng.choice(len(polygons), _MADE_UP_PLACES, p=area / area.sum())
        lon, lat = _within(polygons, home, rng)
        name = _village_names(len(home), rng, "镇")
        known = np.zeros(len(home))
    tree = shapely.STRtree(polygons)
    place, county = tree.query(shapely.points(lon, lat), predicate="within")
    place, first = np.unique(place, return_index=True)
    frame = pd.DataFrame({"name": name, "lon": lon, "lat": lat, "known": known}).iloc[place]
    return frame.assign(county=county[first])


def _within(polygons: NDArray[np.object_], home: Ints, rng: Rng) -> tuple[Floats, Floats]:
    """A random point in the polygon of each."""
    shapely.prepare(polygons)
    west, south, east, north = shapely.bounds(polygons)[home].T
    lon, lat = np.full(len(home), np.nan), np.full(len(home), np.nan)
    while len(open_ := np.flatnonzero(np.isnan(lon))):
        x = rng.uniform(west[open_], east[open_])
        y = rng.uniform(south[open_], north[open_])
        hit = shapely.contains_xy(polygons[home[open_]], x, y)
        lon[open_[hit]], lat[open_[hit]] = x[hit], y[hit]
    return lon, lat


def _shared(total: int, weight: Floats) -> Ints:
    """A total in whole shares by weight; the remainder goes to the largest."""
    share = np.maximum((total * weight / weight.sum()).astype(np.int64), 1)
    share[np.argmax(share)] += total - share.sum()
    return share


def _radius(people: Ints, density: float | Floats) -> Floats:
    """Metres of a disc with so many people at so many a square kilometre."""
    return np.sqrt(people / density / np.pi) * 1_000


def _village_names(count: int, rng: Rng, suffix: str = "村") -> NDArray[np.object_]:
    """Names like those of villages, with a number that tells them apart."""
    first, second = (
        rng.choice(list(signs), count) for signs in ("上下新老大小东西", "坑塘岭围屋田桥岗")
    )
    return np.array(
        [f"{a}{b}{i}{suffix}" for i, (a, b) in enumerate(zip(first, second, strict=True), 1)],
        object,
    )
