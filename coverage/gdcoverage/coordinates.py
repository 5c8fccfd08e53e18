"""Coordinates as tables write them: parsed, put right where that is certain, else explained."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gdcoverage.datum import Datum, to_wgs84
from gdcoverage.problems import Problem
from gdcoverage.sphere import lonlat
from gdcoverage.tables import Headings, Table, numbers

Floats = NDArray[np.float64]

# Guangdong with its islands, in degrees: west, south, east, north.
GUANGDONG = shapely.box(109.6, 20.1, 117.4, 25.6)

HEADINGS: Headings = {
    "lon": (
        "经度",
        "lng",
        "lon",
        "long",
        "longitude",
        "x",
        "x坐标",
        "坐标x",
        "网点经度",
        "经度坐标",
    ),
    "lat": ("纬度", "lat", "latitude", "y", "y坐标", "坐标y", "网点纬度", "纬度坐标"),
    "lonlat": (
        "坐标",
        "经纬度",
        "位置坐标",
        "地理坐标",
        "lnglat",
        "lonlat",
        "location",
        "经度纬度",
    ),
}

# Degrees, then perhaps minutes and seconds: 113°16′30″, 113度16分30秒, 113:16:30.
_DMS = re.compile(
    r"(?P<sign>[-]?)(?P<d>\d+(?:\.\d+)?)[°度:]"
    r"(?:(?P<m>\d+(?:\.\d+)?)['′’分:]?(?:(?P<s>\d+(?:\.\d+)?)[\"″”秒]?)?)?"
)
_MARKS = re.compile(r"东经|北纬|[eEnN]|经度|纬度|[:：]|°|度")
_WEST_OR_SOUTH = re.compile(r"[wWsS]|西经|南纬")


@dataclass(frozen=True, eq=False)
class Located:
    """Where the rows of a table lie: WGS-84 degrees, NaN where a row has no usable place."""

    lon: Floats
    lat: Floats
    problems: tuple[Problem, ...]


def locate_rows(table: Table, datum: Datum, within: BaseGeometry) -> Located:
    """Coordinates of each row, converted to WGS-84; every doubtful one explained.

    Parameters
    ----------
    table : with the fields ``lon`` and ``lat``, or ``lonlat``, or a point geometry.
    datum : of the coordinates as written.
    within : area in WGS-84 degrees where points may lie. A point outside that lies inside with
        longitude and latitude exchanged is exchanged and reported; any other is left out.
    """
    if table.geometry is not None:
        given_lon, given_lat = lonlat(shapely.point_on_surface(table.geometry.to_numpy()))
        blank = np.isnan(given_lon)
        field = "geometry"
    else:
        lon_text, lat_text, field = _texts(table)
        given_lon, given_lat = _degrees(lon_text), _degrees(lat_text)
        blank = (lon_text == "") | (lat_text == "")

    shapely.prepare(within)
    lon, lat = to_wgs84(given_lon, given_lat, datum)
    turned_lon, turned_lat = to_wgs84(given_lat, given_lon, datum)
    inside = shapely.contains_xy(within, lon, lat) | shapely.touches(
        within, shapely.points(lon, lat)
    )
    turned = ~inside & shapely.contains_xy(within, turned_lon, turned_lat)
    lon, lat = np.where(turned, turned_lon, lon), np.where(turned, turned_lat, lat)
    bad = ~inside & ~turned
    problems = []
    for i in np.flatnonzero(turned | bad):
        kind, what, action = _explained(
            bool(blank[i]), bool(turned[i]), float(given_lon[i]), float(given_lat[i])
        )
        severity = {"severity": "warning"} if turned[i] else {}
        value = (
            {} if table.geometry is not None else {"value": _as_written(lon_text[i], lat_text[i])}
        )
        problem = table.problem(int(i), field, kind, what, action, **severity)
        problems.append(Problem(**(vars(problem) | value)))
    lon[bad] = lat[bad] = np.nan
    return Located(lon, lat, tuple(problems))


def _as_written(lon: str, lat: str) -> str:
    return f"{lon}，{lat}" if lon or lat else ""


def _explained(blank: bool, turned: bool, lon: float, lat: float) -> tuple[str, str, str]:
    if blank:
        return "coordinate_missing", "没有坐标，该行未计入", "请补填经度和纬度"
    if np.isnan(lon) or np.isnan(lat):
        return (
            "coordinate_unreadable",
            "坐标不是可识别的经纬度，该行未计入",
            "请写成十进制度数，如 113.264385 和 23.129112",
        )
    if turned:
        return "coordinate_swapped", "经度和纬度填反了，已对调", "请核对并在原表改正"
    if abs(lon) < 1e-6 or abs(lat) < 1e-6:
        return "coordinate_zero", "坐标为 0，该行未计入", "请补填真实坐标"
    if abs(lon) > 1000 or abs(lat) > 1000:
        return (
            "coordinate_projected",
            "像是以米为单位的投影坐标，该行未计入",
            "请换算成经纬度（度）后再填",
        )
    return (
        "coordinate_outside",
        f"点（{lon:.4f}，{lat:.4f}）在规定范围之外，该行未计入",
        "请核对坐标是否填错，或坐标系（datum）是否写错",
    )


def _texts(table: Table) -> tuple[NDArray[np.object_], NDArray[np.object_], str]:
    """Text of longitude and latitude, and the field where a problem with them stands."""
    if "lon" in table.columns and "lat" in table.columns:
        return table.columns["lon"], table.columns["lat"], "lon"
    both = [
        [*re.split(r"[,，;；、|\s]+", str(text).strip("()（）[] ")), "", ""][:2]
        for text in table.text("lonlat")
    ]
    pairs = np.array(both, object).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], "lonlat"


def _degrees(text: NDArray[np.object_]) -> Floats:
    """Decimal degrees of plain numbers and of texts such as 113°16′30″E and 东经113度16分."""
    out = numbers(text)
    for i in np.flatnonzero(np.isnan(out) & (text != "")):
        plain = unicodedata.normalize("NFKC", str(text[i])).replace(" ", "")
        # NFKC takes the primes apart: ″ becomes two of ′.
        match = _DMS.search(plain.replace("′′", "″"))
        if match and (match["m"] or match["s"]):
            minutes, seconds = float(match["m"] or 0), float(match["s"] or 0)
            if minutes < 60 and seconds < 60:
                out[i] = float(match["d"]) + minutes / 60 + seconds / 3600
                out[i] *= -1 if match["sign"] else 1
        else:
            bare = _WEST_OR_SOUTH.sub("", _MARKS.sub("", plain))
            out[i] = numbers(np.array([bare], object))[0]
        if _WEST_OR_SOUTH.search(plain):
            out[i] = -abs(out[i])
    return out
