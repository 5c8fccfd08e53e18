"""Tile services that may lie under the map: off by default, each with its host and datum."""

from __future__ import annotations

from typing import Any, NamedTuple

from gdcoverage.geo.datum import Datum


class Tiles(NamedTuple):
    """A tile service; over one in GCJ-02 everything that is drawn is shifted to fit."""

    name: str
    urls: tuple[str, ...]  # layers, the lowest first
    host: str  # the only host that the page's policy then admits
    datum: Datum
    attribution: str
    needs_key: bool = False
    max_zoom: int = 18


_TIANDITU = (
    "https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)

TILES = {
    "tianditu": Tiles(
        "天地图",
        (_TIANDITU.format(layer="vec"), _TIANDITU.format(layer="cva")),
        "https://t0.tianditu.gov.cn",
        "wgs84",
        "底图 © 天地图",
        needs_key=True,
    ),
    "amap": Tiles(
        "高德地图",
        (
            "https://webrd01.is.autonavi.com/appmaptile"
            "?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
        ),
        "https://webrd01.is.autonavi.com",
        "gcj02",
        "底图 © 高德地图",
    ),
    "osm": Tiles(
        "OpenStreetMap",
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
        "https://tile.openstreetmap.org",
        "wgs84",
        "底图 © OpenStreetMap 贡献者",
        max_zoom=19,
    ),
}


def tile_service(name: str, key: str = "") -> dict[str, Any]:
    """A tile service by name, as the page takes it.

    Parameters
    ----------
    name : tianditu, amap or osm.
    key : of one's own, where the service wants one.

    Raises
    ------
    ValueError : unknown name, or no key where one is needed.
    """
    if name not in TILES:
        raise ValueError(f"底图应为 {'、'.join(TILES)}，现为 {name!r}")
    service = TILES[name]
    if service.needs_key and not key:
        raise ValueError(f"底图 {service.name} 需要密钥（key）")
    return {
        "urls": [url.replace("{key}", key) for url in service.urls],
        "host": service.host,
        "datum": service.datum,
        "attribution": service.attribution,
        "maxZoom": service.max_zoom,
    }
