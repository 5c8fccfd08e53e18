"""Where a site is, in words and in the degrees that Amap takes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools, Floats
from gdcoverage.findings import Coverage, Findings
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.datum import from_wgs84
from gdcoverage.geo.plane import lonlat
from gdcoverage.sites._crossings import crossings_near, streets_of

# A site at most so far from a crossing is at it; from another landmark, beside it.
_AT_CROSSING_M, _BESIDE_M = 60.0, 100.0
# Nobody is told of a corner that is farther; of a village, whatever is nearest.
_NEAR_M = 600.0
_WINDS = ("以东", "东北", "以北", "西北", "以西", "西南", "以南", "东南")
# Kinds of names that are as large as a village; streets are told by their crossings.
_WIDE, _STREET, _CROSSING = ("town", "village"), "street", "crossing"


def landmarks_of(names: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """What people say where something is by, of the names beside a map; without streets.

    Parameters
    ----------
    names : named things with ``kind``.
    """
    wanted = names["kind"] != _STREET
    return names.loc[wanted, ["name", "kind", "geometry"]].reset_index(drop=True)


def found_at(
    coverage: Findings, sites: gpd.GeoDataFrame, landmarks: gpd.GeoDataFrame | None = None
) -> dict[str, object]:
    """``where``, ``gcj02_lon`` and ``gcj02_lat`` of sites.

    In words a site is its address with a number; else, behind its address or street, at the
    nearest crossing or beside the nearest landmark; else so far, and which way, from the nearest
    of both within 600 m; else from the nearest village, demand point, or outlet that has a name.

    Parameters
    ----------
    coverage : without streets, no crossing and no street is told.
    sites : EPSG:4326, Points, with ``address``, perhaps empty.
    landmarks : of `landmarks_of`, or None.
    """
    lon, lat = lonlat(sites.geometry.to_numpy())
    address = sites["address"].to_numpy(object)
    streets, crossings = [""] * len(sites), None
    if isinstance(coverage, Coverage):
        streets = streets_of(coverage.network, coverage.join(sites))
        crossings = crossings_near(coverage.network, lon, lat, _NEAR_M)
    words = np.array([text if _has_number(text) else "" for text in address], object)
    for marks, beyond in _books(coverage, crossings, landmarks):
        missing = np.flatnonzero(words == "")
        words[missing] = _by(marks, lon[missing], lat[missing], beyond)
    said = [_together(*parts) for parts in zip(address, streets, words, strict=True)]
    gcj02_lon, gcj02_lat = from_wgs84(lon, lat, "gcj02")
    return {
        "where": np.array(said, object).astype(str),
        "gcj02_lon": np.round(gcj02_lon, 6),
        "gcj02_lat": np.round(gcj02_lat, 6),
    }


def by_landmarks(
    sites: gpd.GeoDataFrame, coverage: Findings, landmarks: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Sites that were `found_at` without landmarks, told by them."""
    if landmarks is None or sites.empty:
        return sites
    return sites.assign(**found_at(coverage, sites, landmarks))


def _books(
    coverage: Findings, crossings: gpd.GeoDataFrame | None, landmarks: gpd.GeoDataFrame | None
) -> list[tuple[gpd.GeoDataFrame, bool]]:
    """Names to look up, the most telling first, and whether they tell at any distance."""
    narrow: list[gpd.GeoDataFrame] = []
    books: list[tuple[gpd.GeoDataFrame, bool]] = []
    if crossings is not None:
        narrow.append(crossings.assign(kind=_CROSSING))
    if landmarks is not None:
        wide = landmarks["kind"].isin(_WIDE)
        narrow.append(landmarks[~wide])
        books.append((landmarks[wide], True))
    near = []
    if narrow:
        near = [gpd.GeoDataFrame(pd.concat(narrow, ignore_index=True), crs="EPSG:4326")]
    outlets = coverage.outlets[coverage.outlets["counts"].to_numpy(bool)]
    books += [(frame, True) for frame in (coverage.demand, outlets) if "name" in frame]
    named = [*((frame, False) for frame in near), *books]
    return [(frame[frame["name"].fillna("") != ""], beyond) for frame, beyond in named]


def _together(address: str, street: str, words: str) -> str:
    """Address, or street where what follows does not name it, and what is beside."""
    first = address or (street if street not in words else "")
    return "，".join(dict.fromkeys(filter(None, (first, words))))


def _has_number(address: str) -> bool:
    return "号" in address or any(letter.isdigit() for letter in address)


def _by(marks: gpd.GeoDataFrame, lon: Floats, lat: Floats, beyond: bool) -> list[str]:
    """Each place as told by the nearest of the marks; empty where none is near enough."""
    # Of equally near ones the name decides, whatever the order of the table.
    there_lon, there_lat = lonlat(marks.geometry.to_numpy())
    order = np.lexsort((there_lat, there_lon, marks["name"].to_numpy(str)))
    marks, there_lon, there_lat = marks.iloc[order], there_lon[order], there_lat[order]
    metres, which = ellipsoid.nearest(lon, lat, there_lon, there_lat)
    names = marks["name"].to_numpy(object)
    crossing = _is_crossing(marks)
    told = []
    for i, (away, mark) in enumerate(zip(metres.tolist(), which.tolist(), strict=True)):
        if mark < 0 or (away > _NEAR_M and not beyond):
            told.append("")
        elif crossing[mark] and away <= _AT_CROSSING_M:
            told.append(str(names[mark]))
        elif away <= _BESIDE_M:
            told.append(f"{names[mark]}旁")
        else:
            wind = _wind(there_lon[mark], there_lat[mark], lon[i], lat[i])
            told.append(f"{names[mark]}{wind}约 {_rounded(away)}")
    return told


def _is_crossing(marks: gpd.GeoDataFrame) -> Bools:
    if "kind" not in marks:
        return np.zeros(len(marks), bool)
    return (marks["kind"] == _CROSSING).to_numpy()


def _wind(from_lon: float, from_lat: float, lon: float, lat: float) -> str:
    """Which way a place lies from another."""
    east = (lon - from_lon) * np.cos(np.radians(lat))
    turn = np.degrees(np.arctan2(lat - from_lat, east))
    return _WINDS[round(turn / 45) % 8]


def _rounded(metres: float) -> str:
    return f"{round(metres, -1):.0f} 米" if metres < 995 else f"{metres / 1000:.1f} 公里"
