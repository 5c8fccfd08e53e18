"""Datums: GCJ-02 (Amap, Tencent), BD-09 (Baidu) and CGCS2000 to and from WGS-84, on arrays."""

from __future__ import annotations

import unicodedata
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gdcoverage.arrays import Floats
from gdcoverage.problems import InputError, unusable

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]

DATUMS: dict[str, str] = {
    "wgs84": "WGS-84（GPS、OpenStreetMap）",
    "gcj02": "GCJ-02（高德、腾讯）",
    "bd09": "BD-09（百度）",
    "cgcs2000": "CGCS2000（国家2000）",
}

_SPELLINGS: dict[str, tuple[str, ...]] = {
    "wgs84": ("wgs84", "wgs1984", "gps", "osm", "epsg:4326", "4326"),
    "gcj02": ("gcj02", "gcj", "高德", "腾讯", "火星", "国测局", "amap"),
    "bd09": ("bd09", "bd09ll", "百度", "baidu"),
    "cgcs2000": (
        "cgcs2000",
        "国家2000",
        "2000国家大地",
        "国家大地2000",
        "2000",
        "天地图",
        "epsg:4490",
        "4490",
    ),
}

# Semi-major axis and squared eccentricity of the Krasovsky 1940 ellipsoid, as GCJ-02 uses them.
_AXIS_M = 6_378_245.0
_ES = 0.00669342162296594323
# GCJ-02 is defined inside this box only; outside it equals WGS-84.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271

_BD_TURN = np.pi * 3000 / 180
# A degree is at most 111.7 km, so this is below a tenth of a millimetre.
_CLOSE_DEG = 5e-10
# Points worked on at once, so that intermediate arrays stay in the processor's cache.
_CHUNK = 16_384


def parse_datum(text: str) -> Datum:
    """The datum that a person means by “GCJ-02”, “高德”, “百度坐标”, “EPSG:4490” and the like.

    Raises
    ------
    InputError : no known datum is meant.
    """
    key = unicodedata.normalize("NFKC", str(text)).lower()
    key = "".join(c for c in key.split("(")[0] if c not in " -_")
    said = {key.removesuffix(ending) for ending in ("", "坐标系", "坐标", "地图")}
    for datum, spellings in _SPELLINGS.items():
        if said & set(spellings):
            return datum  # type: ignore[return-value]
    raise unusable(
        "datum_unknown",
        "不认识的坐标系",
        f"请写 {'、'.join(DATUMS)} 之一（高德、腾讯用 gcj02，百度用 bd09）",
        value=str(text),
    )


def datum_named(text: str) -> Datum | None:
    """The datum that a text names, or None."""
    try:
        return parse_datum(text) if text else None
    except InputError:
        return None


def names_other_datum(text: str, datum: Datum, *, if_unknown: bool) -> bool:
    """Whether a text names a datum that places points elsewhere than the declared one.

    Parameters
    ----------
    text : as a heading or cell has it.
    datum : the declared one.
    if_unknown : the answer where the text names no known datum.
    """
    named = datum_named(text)
    if named is None:
        return if_unknown
    return named != datum and not {named, datum} <= {"wgs84", "cgcs2000"}


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Degrees of any datum to degrees in WGS-84.

    The inverse of the published forward formulas, iterated until the forward conversion of the
    result is within 0.1 mm. CGCS2000 equals WGS-84 at our precision (a few centimetres).

    Parameters
    ----------
    lon, lat : degrees, any shape; NaN stays NaN; points outside China are unchanged.
    datum : ``wgs84``, ``gcj02``, ``bd09`` or ``cgcs2000``.

    Returns
    -------
    lon, lat : degrees, float64, of the same shape.
    """
    return _chunked(_INVERSE[datum], lon, lat)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Degrees in WGS-84 to degrees of any datum; parameters as for `to_wgs84`."""
    return _chunked(_FORWARD[datum], lon, lat)


def _chunked(convert, lon, lat):  # type: ignore[no-untyped-def]
    lon, lat = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    out = np.empty((2, lon.size))
    flat_lon, flat_lat = lon.ravel(), lat.ravel()
    for start in range(0, lon.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        out[:, part] = convert(flat_lon[part], flat_lat[part])
    return out[0].reshape(lon.shape), out[1].reshape(lon.shape)


def _same(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return lon, lat


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (waves + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (waves + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3

    phi = np.radians(lat)
    w = 1 - _ES * np.sin(phi) ** 2
    meridian = _AXIS_M * (1 - _ES) / (w * np.sqrt(w))
    parallel = _AXIS_M / np.sqrt(w) * np.cos(phi)
    return (
        np.where(inside, lon + np.degrees(east / parallel), lon),
        np.where(inside, lat + np.degrees(north / meridian), lat),
    )


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_TURN)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, lon),
        np.where(inside, radius * np.sin(angle) + 0.006, lat),
    )


def _wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return _gcj02_to_bd09(*_wgs84_to_gcj02(lon, lat))


def _inverse_of(forward):  # type: ignore[no-untyped-def]
    """Fixed-point iteration: the shift changes slowly, so each step gains about three digits."""

    def inverse(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        guess_lon, guess_lat = lon.copy(), lat.copy()
        for _ in range(30):
            there_lon, there_lat = forward(guess_lon, guess_lat)
            off_lon, off_lat = lon - there_lon, lat - there_lat
            guess_lon += off_lon
            guess_lat += off_lat
            if not (np.fmax(np.abs(off_lon), np.abs(off_lat)) > _CLOSE_DEG).any():
                break
        return guess_lon, guess_lat

    return inverse


_FORWARD = {
    "wgs84": _same,
    "cgcs2000": _same,
    "gcj02": _wgs84_to_gcj02,
    "bd09": _wgs84_to_bd09,
}
_INVERSE = {
    "wgs84": _same,
    "cgcs2000": _same,
    "gcj02": _inverse_of(_wgs84_to_gcj02),
    "bd09": _inverse_of(_wgs84_to_bd09),
}
