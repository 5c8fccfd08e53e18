"""Coordinates as tables write them: parsed, put right where that is certain, else explained."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Floats, Objects
from gdcoverage.geo.datum import DATUMS, Datum, datum_named, names_other_datum, to_wgs84
from gdcoverage.geo.plane import lonlat
from gdcoverage.problems import Problem
from gdcoverage.tables import Headings, Table, is_newer, numbers, plain_heading

# Guangdong with its islands, in degrees: west, south, east, north.
GUANGDONG = shapely.box(109.6, 20.1, 117.4, 25.6)
# Anywhere on earth but on the equator or the Greenwich meridian, where a place without
# coordinates ends up as 0.
ANYWHERE = shapely.difference(
    shapely.box(-180, -90, 180, 90),
    shapely.union(shapely.box(-180, -1e-6, 180, 1e-6), shapely.box(-1e-6, -90, 1e-6, 90)),
)

# Headings name a datum too: 高德经度, 经度(百度), lng_gcj02.
DATUM_WORDS = (
    *("高德", "腾讯", "百度", "天地图", "火星", "国家2000"),
    *("gcj02", "bd09", "wgs84", "cgcs2000"),
)


def _with_datum(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        spelt for word in DATUM_WORDS for name in names for spelt in (word + name, name + word)
    )


HEADINGS: Headings = {
    "lon": (
        *(
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
            "东经",
            "e",
        ),
        *_with_datum(("经度", "lng", "lon")),
    ),
    "lat": (
        *("纬度", "lat", "latitude", "y", "y坐标", "坐标y", "网点纬度", "纬度坐标", "北纬", "n"),
        *_with_datum(("纬度", "lat")),
    ),
    "lonlat": (
        *("坐标", "经纬度", "经纬度坐标", "坐标经纬度", "位置坐标", "地理坐标", "网点坐标"),
        *("lnglat", "lonlat", "location", "经度纬度"),
        *_with_datum(("坐标", "经纬度")),
    ),
    "datum": ("坐标系", "坐标系统", "坐标类型", "datum", "crs"),
}


def preferring(headings: Headings, datum: Datum) -> Headings:
    """Headings of which those that name another datum than the declared one stand last."""

    def names_another(spelling: str) -> bool:
        around = filter(None, _AROUND.split(spelling))
        return any(names_other_datum(word, datum, if_unknown=False) for word in around)

    placed = {field: headings[field] for field in HEADINGS if field in headings}
    return dict(headings) | {
        field: tuple(sorted(spellings, key=names_another)) for field, spellings in placed.items()
    }


# What stands around the words for a coordinate in a heading may name its datum.
_AROUND = re.compile(r"经纬度|经度|纬度|坐标|lng|lon|lat|[()（）\[\]【】]", re.IGNORECASE)
CHECK_DATUM = "请核对坐标来源；若表里写得对，请改声明的坐标系（datum）"

# Two places of a row are one where they differ by less, about ten metres.
_SAME_DEG = 1e-4
# The many marks for degrees, minutes and seconds, and the one that stands for them.
_MARKS = str.maketrans(
    dict.fromkeys("º˚∘度", "°") | dict.fromkeys("′’‘`´分", "'") | dict.fromkeys("″”“秒", '"')
)
_SIDE = re.compile(r"[东西]经|[南北]纬|[经纬]°:?|(?:lng|lon|lat):|[ewns东西南北]")
_WEST_OR_SOUTH = re.compile(r"[ws西南]")
_SPACE_BESIDE_MARK = re.compile(r"(?<!\d) +| +(?!\d)")
_THREE_NUMBERS = re.compile(r"(-?\d{1,3})([ -])(\d{1,2})\2(\d{1,2}(?:\.\d+)?)")
_DECIMAL = re.compile(r"([+-]?\d+(?:\.\d*)?)°?")
_SEXAGESIMAL = re.compile(
    r"(?P<sign>-?)(?P<d>\d{1,3})[°:]"
    r"(?:(?P<m>\d{1,2})(?:[':](?:(?P<s>\d{1,2}(?:\.\d+)?)\"?)?)?|(?P<only_m>\d{1,2}\.\d+)'?)"
)

# Where one cell with both coordinates is cut, surest first; the later ones if two parts come out.
_CUTS = (
    re.compile(r"[,，;；、|/／]+"),
    re.compile(r"\s+"),
    re.compile(r"(?<=.)(?=[东西]经|[南北]纬)"),
    re.compile(r"(?<=[EWNSewns])\s*(?=\d)"),
    re.compile(r"(?<=.)(?=[EWNSewns]\s*\d)"),
)
_SAYS_LATITUDE = re.compile(r"[南北纬]|lat|(?<![a-z])[ns](?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Located:
    """Where the rows of a table lie: WGS-84 degrees, NaN where a row has no usable place.

    Parameters
    ----------
    datum : by which each row was converted.
    """

    lon: Floats
    lat: Floats
    datum: Objects
    problems: tuple[Problem, ...]


def locate_rows(table: Table, datum: Datum, within: BaseGeometry) -> Located:
    """Coordinates of each row, converted to WGS-84; every doubtful one explained.

    Parameters
    ----------
    table : with the fields ``lon`` and ``lat``, or ``lonlat``, or a point geometry.
    datum : of the coordinates as written, where a row does not name its own.
    within : area in WGS-84 degrees where points may lie. A point outside that lies inside with
        longitude and latitude exchanged is exchanged and reported; any other is left out.
    """
    if table.geometry is not None:
        shapes = table.geometry.to_numpy()
        given_lon, given_lat = lonlat(_middles(shapes))
        blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
        endless = ~np.isfinite(given_lon + given_lat)
        given_lon[endless] = given_lat[endless] = np.nan
        field = "geometry"
    else:
        lon_text, lat_text, field = _texts(table)
        given_lon, given_lat = _degrees(lon_text), _degrees(lat_text)
        blank = (lon_text == "") | (lat_text == "")
        if field == "lonlat":
            blank = table.text("lonlat") == ""

    shapely.prepare(within)
    datums = _datum_of_rows(table, datum)
    lon, lat = _converted(given_lon, given_lat, datums)
    turned_lon, turned_lat = _converted(given_lat, given_lon, datums)
    inside = shapely.contains_xy(within, lon, lat) | shapely.touches(
        within, shapely.points(lon, lat)
    )
    turned = ~inside & shapely.contains_xy(within, turned_lon, turned_lat)
    lon, lat = np.where(turned, turned_lon, lon), np.where(turned, turned_lat, lat)
    bad = ~inside & ~turned
    problems = _headings_of_other_datum(table, datum)
    for i in np.flatnonzero(turned | bad):
        kind, what, action = _explained(
            bool(blank[i]), bool(turned[i]), float(given_lon[i]), float(given_lat[i])
        )
        severity = {"severity": "warning"} if turned[i] else {}
        value = {"value": _as_written(lon_text[i], lat_text[i])} if field == "lon" else {}
        problem = table.problem(int(i), field, kind, what, action, **severity)
        problems.append(Problem(**(vars(problem) | value)))
    lon[bad] = lat[bad] = np.nan
    for i in np.flatnonzero(datums != datum):
        what = f"按该行写明的坐标系 {DATUMS[datums[i]]} 换算（声明的是 {DATUMS[datum]}）"
        problems.append(
            table.problem(int(i), "datum", "datum_of_row", what, "请核对", severity="warning")
        )
    return Located(lon, lat, datums, tuple(problems))


def _datum_of_rows(table: Table, datum: Datum) -> Objects:
    """The datum that each row names, the declared one where it names none that is known."""
    said = {t: datum_named(t) for t in dict.fromkeys(table.text("datum"))}
    same = {name for name in DATUMS if not names_other_datum(name, datum, if_unknown=True)}
    known = [said[t] if said[t] not in same else "" for t in table.text("datum")]
    return np.array([name or datum for name in known], object)


def _converted(lon: Floats, lat: Floats, datums: Objects) -> tuple[Floats, Floats]:
    """Degrees of several datums to degrees in WGS-84."""
    out = np.full((2, len(lon)), np.nan)
    for datum in dict.fromkeys(datums):
        rows = np.asarray(datums == datum, bool)
        out[:, rows] = to_wgs84(lon[rows], lat[rows], datum)
    return out[0], out[1]


def _middles(shapes: Objects) -> Objects:
    """Points as they are, and a point within each other shape."""
    middles = np.array(shapes, object)
    # An endless point would come back as one at 0, 0.
    wide = shapely.get_type_id(middles) > 0
    middles[wide] = shapely.point_on_surface(middles[wide])
    return middles


def _headings_of_other_datum(table: Table, datum: Datum) -> list[Problem]:
    """A problem for each heading that names another datum than the declared one, which is used."""
    return [
        Problem(
            "datum_differs",
            f"表头写明坐标系为“{words}”，与声明的 {DATUMS[datum]} 不同，按声明换算",
            CHECK_DATUM,
            "warning",
            file=table.file,
            sheet=table.sheet,
            column=table.headings[field],
        )
        for field in ("lon", "lat", "lonlat")
        if table.geometry is None
        for words in _AROUND.split(table.headings.get(field, ""))
        if names_other_datum(words, datum, if_unknown=False)
    ]


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


def told_twice(table: Table) -> Bools:
    """Where a column of the same heading has another number than the one that was taken."""
    apart = np.zeros(len(table), bool)
    for field in ("lon", "lat"):
        heading = table.headings.get(field, "")
        for other, text in table.others.items():
            if is_newer(heading) or plain_heading(other) != plain_heading(heading):
                continue
            given, again = numbers(table.text(field)), numbers(text)
            apart |= np.abs(given - again) > _SAME_DEG
    return apart


def texts_of(table: Table) -> tuple[Objects, Objects]:
    """Texts of longitude and latitude."""
    lon, lat, _ = _texts(table)
    return lon, lat


def _texts(table: Table) -> tuple[Objects, Objects, str]:
    """Text of longitude and latitude, and the field where a problem with them stands."""
    if "lon" in table.columns and "lat" in table.columns:
        return table.columns["lon"], table.columns["lat"], "lon"
    pairs = np.array([_halves(str(text)) for text in table.text("lonlat")], object).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], "lonlat"


def _halves(text: str) -> tuple[str, str]:
    """Longitude and latitude out of one cell, blank where it does not fall into the two."""
    bare = re.sub(r"^point", "", text.strip(), flags=re.IGNORECASE).strip("()（）[]【】 ")
    for cut in _CUTS:
        parts = [part for part in cut.split(bare) if part.strip()]
        # A third number after a comma is a height.
        if len(parts) == 2 or (cut is _CUTS[0] and len(parts) == 3):
            first, second = parts[:2]
            if _SAYS_LATITUDE.search(first) and not _SAYS_LATITUDE.search(second):
                return second, first
            return first, second
    return "", ""


def _degrees(text: Objects) -> Floats:
    """Decimal degrees of plain numbers and of what `_angle` reads; NaN of the rest."""
    plain = pd.to_numeric(pd.Series(text, dtype=object), errors="coerce")
    out: Floats = plain.to_numpy(float, copy=True)
    for i in np.flatnonzero(np.isnan(out) & (text != "")):
        out[i] = _angle(str(text[i]))
    out[~np.isfinite(out)] = np.nan
    return out


def _angle(text: str) -> float:
    """Degrees of 113°16′30″E, 东经113度16分, 113 16 30, １１３．２６; NaN if anything is left over.

    A mistyped character must not move a point by hundreds of metres in silence.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).lower().replace("''", '"')
    plain = _SPACE_BESIDE_MARK.sub("", plain).strip(",;。、")
    bare = _SIDE.sub("", plain)
    turn = -1.0 if _WEST_OR_SOUTH.search(plain) else 1.0
    if decimal := _DECIMAL.fullmatch(bare):
        return turn * float(decimal[1])
    if three := _THREE_NUMBERS.fullmatch(bare):
        bare = f"{three[1]}:{three[3]}:{three[4]}"
    match = _SEXAGESIMAL.fullmatch(bare)
    if match is None:
        return np.nan
    minutes, seconds = float(match["m"] or match["only_m"]), float(match["s"] or 0)
    if minutes >= 60 or seconds >= 60:
        return np.nan
    degrees = float(match["d"]) + minutes / 60 + seconds / 3600
    return -degrees if match["sign"] else turn * degrees
