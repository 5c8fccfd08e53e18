"""Small worlds to test on: streets as OSM files, outlets and people as frames, in metres."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
from pyproj import Geod

from gdcoverage.network import WalkNetwork

# Worlds lie in Guangdong, at 113° E, 23° N, so that what holds only on the equator shows.
ORIGIN = (113.0, 23.0)
GEOD = Geod(ellps="WGS84")

Spot = tuple[float, float]


def degrees(x: float, y: float) -> Spot:
    """Longitude and latitude of a spot in metres east and north of the origin.

    First along the meridian, then along the parallel reached there, on the ellipsoid: rows and
    columns of streets are as long as one works out on paper, to the millimetre over ten
    kilometres.
    """
    _, lat, _ = GEOD.fwd(*ORIGIN, 0.0, y)
    return ORIGIN[0] + float(np.degrees(x / _parallel_m(lat))), lat


def metres(lon: float, lat: float) -> Spot:
    """The spot at a longitude and latitude: `degrees` the other way."""
    _, _, y = GEOD.inv(*ORIGIN, ORIGIN[0], lat)
    x = float(np.radians(lon - ORIGIN[0])) * _parallel_m(lat)
    return x, y if lat >= ORIGIN[1] else -y


def _parallel_m(lat: float) -> float:
    """Radius of the circle of latitude, metres."""
    phi = np.radians(lat)
    return float(GEOD.a * np.cos(phi) / np.sqrt(1 - GEOD.es * np.sin(phi) ** 2))


def write_osm(
    path: Path,
    nodes: Mapping[int, Spot],
    ways: Sequence[tuple[Sequence[int], Mapping[str, str]]],
    places: Iterable[tuple[Spot, str, str]] = (),
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
    multipolygons: Sequence[tuple[Sequence[int], Mapping[str, str]]] = (),
) -> Path:
    """An .osm file of nodes in metres, ways with tags, named places, and multipolygons of ways.

    Ways are numbered from 1.
    """
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", "<osm version='0.6'>"]
    for i, spot in nodes.items():
        lon, lat = degrees(*spot)
        tagged = _tagged((node_tags or {}).get(i, {}))
        lines.append(f"<node id='{i}' version='1' lat='{lat:.9f}' lon='{lon:.9f}'>{tagged}</node>")
    for i, (spot, kind, name) in enumerate(places, 900_000):
        lon, lat = degrees(*spot)
        named = f"<tag k='place' v='{kind}'/><tag k='name' v='{name}'/>"
        lines.append(f"<node id='{i}' version='1' lat='{lat:.9f}' lon='{lon:.9f}'>{named}</node>")
    for i, (refs, tags) in enumerate(ways, 1):
        body = "".join(f"<nd ref='{ref}'/>" for ref in refs)
        lines.append(f"<way id='{i}' version='1'>{body}{_tagged(tags)}</way>")
    for i, (refs, tags) in enumerate(multipolygons, 1):
        body = "".join(f"<member type='way' ref='{ref}' role='outer'/>" for ref in refs)
        body += _tagged({"type": "multipolygon", **tags})
        lines.append(f"<relation id='{i}' version='1'>{body}</relation>")
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tagged(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())


def network(
    folder: Path,
    nodes: Mapping[int, Spot],
    ways: Sequence[Sequence[int]],
    **tags: str,
) -> WalkNetwork:
    """The walk network of plain residential ways."""
    tags = {"highway": "residential"} | tags
    return WalkNetwork.from_osm(write_osm(folder / "world.osm", nodes, [(w, tags) for w in ways]))


def lattice(folder: Path, columns: int = 6, rows: int = 6, step: float = 100.0) -> WalkNetwork:
    """Streets on a square grid, its south-west corner at the origin."""
    nodes = {i * rows + j + 1: (i * step, j * step) for i in range(columns) for j in range(rows)}
    ways = [[i * rows + j + 1 for j in range(rows)] for i in range(columns)]
    ways += [[i * rows + j + 1 for i in range(columns)] for j in range(rows)]
    return network(folder, nodes, ways)


def points(spots: Sequence[Spot]) -> gpd.GeoSeries:
    """Spots in metres as points."""
    lon, lat = zip(*(degrees(*spot) for spot in spots), strict=True) if spots else ((), ())
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def outlets(spots: Sequence[Spot], status: Sequence[str] | None = None) -> gpd.GeoDataFrame:
    """Outlets at spots."""
    n = len(spots)
    return gpd.GeoDataFrame(
        {
            "outlet_id": np.array([f"W{i}" for i in range(n)], object).astype(str),
            "name": np.array([f"第{i}支行" for i in range(n)], object).astype(str),
            "status": list(status) if status else ["active"] * n,
        },
        geometry=points(spots).to_numpy(),
        crs="EPSG:4326",
    )


def demand(
    spots: Sequence[Spot],
    people: Sequence[float] | None = None,
    settlement: str | Sequence[str] = "urban",
    town: Sequence[bool] | None = None,
) -> gpd.GeoDataFrame:
    """Demand points at spots."""
    n = len(spots)
    return gpd.GeoDataFrame(
        {
            "demand_id": np.array([f"D{i}" for i in range(n)], object).astype(str),
            "name": "",
            "population": np.array(people if people is not None else [100.0] * n, float),
            "elderly": np.nan,
            "settlement": settlement if isinstance(settlement, str) else list(settlement),
            "town": list(town) if town else [False] * n,
            "area_km2": np.nan,
            "county": "",
        },
        geometry=points(spots).to_numpy(),
        crs="EPSG:4326",
    )
