"""Outlets, or places for some, that OpenStreetMap knows: a file of it, or features from osmnx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import osmium
import pandas as pd
import shapely
from osmium.filter import KeyFilter
from osmium.geom import WKBFactory
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from gdcoverage.network._osm_faults import BAD_ELEMENT, REFUSALS, Damage, refused
from gdcoverage.problems import unusable
from gdcoverage.progress import at_work
from gdcoverage.tables import Reading
from gdcoverage.tables.frames import source_of

# Values wanted of each key: one, several, or any.
Wanted = Mapping[str, str | list[str] | Literal[True]]
_BANKS: Wanted = {"amenity": "bank"}
# The first key that says something.
_NAME = ("name:zh", "name", "official_name", "name:en")
_BANK = ("brand:zh", "brand", "operator:zh", "operator")
_PHONE = ("phone", "contact:phone", "contact:mobile")
# From the large to the small, as addresses are written in Chinese.
_ADDRESS = tuple(
    f"addr:{part}"
    for part in ("province", "city", "district", "subdistrict", "street", "place", "housenumber")
)
_COLUMNS = (*("outlet_id", "name", "bank", "address", "stated_county", "phone", "hours", "status"),)
_KINDS = ("node", "way", "relation")
_NAMES = {"n": "node", "w": "way", "r": "relation", "a": "area"}
_NOWHERE = "没有可用的位置或标签文字损坏"
_WKB = WKBFactory()


class _Feature(NamedTuple):
    kind: str
    number: int
    tags: Mapping[str, str]
    place: BaseGeometry


@at_work("读取街道文件里的网点")
def outlets_from_osm(source: str | Path | gpd.GeoDataFrame, tags: Wanted = _BANKS) -> Reading:
    """Features of OpenStreetMap as outlets, for `read_outlets`, `assess` or candidate sites.

    Parameters
    ----------
    source : ``.osm.pbf`` or ``.osm``; or features from ``osmnx.features_from_*``, in any CRS.
    tags : as osmnx takes them: the value of a key, several, or True for any; one key suffices.

    Returns
    -------
    Reading; its frame, in EPSG:4326, has a row for each feature, nodes first, by number:
    ``outlet_id`` (``node/123``), ``name`` with the branch behind it, ``bank`` (brand, else
    operator), ``address`` (``addr:*``), ``stated_county`` (``addr:district``), ``phone``,
    ``hours`` (``opening_hours`` as given), ``status``, and a point (of buildings and areas the
    centroid). What nobody has mapped is empty. The status is ``unknown``: that a bank is there
    does not say that it does social-insurance business. Problems name the features that have
    no usable place.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged; the frame has no CRS, or is
        not indexed as osmnx does.

    Examples
    --------
    >>> banks = gd.outlets_from_osm("示例/streets.osm.pbf")
    >>> list(banks.frame.columns)[:5]
    ['outlet_id', 'name', 'bank', 'address', 'stated_county']

    The sample has no banks mapped; a real file has:

    >>> len(banks.frame)
    0
    """
    damage = Damage()
    if isinstance(source, pd.DataFrame):
        found = _of_frame(source, tags, damage)
    else:
        found = _of_file(Path(source), tags, damage)
    features = sorted(found, key=lambda f: (_KINDS.index(f.kind), f.number))
    data = pd.DataFrame([_outlet(feature) for feature in features], columns=list(_COLUMNS))
    places = [feature.place for feature in features]
    frame = gpd.GeoDataFrame(data.astype("str"), geometry=places, crs="EPSG:4326")
    origin = source_of(source, "网点")
    return Reading(frame, damage.problems(origin.name), origin)


def _outlet(feature: _Feature) -> tuple[str, ...]:
    """The columns of a feature, but for its place."""
    tags = feature.tags
    name, branch = _first(tags, _NAME), tags.get("branch", "")
    return (
        f"{feature.kind}/{feature.number}",
        name if branch in name else name + branch,
        _first(tags, _BANK),
        tags.get("addr:full") or "".join(tags.get(key, "") for key in _ADDRESS),
        tags.get("addr:district", ""),
        _first(tags, _PHONE),
        tags.get("opening_hours", ""),
        "unknown",
    )


def _first(tags: Mapping[str, str], keys: Iterable[str]) -> str:
    return next((tags[key] for key in keys if tags.get(key)), "")


def _wanted(tags: Mapping[str, str], wanted: Wanted) -> bool:
    for key, values in wanted.items():
        if values is True or tags.get(key) in ([values] if isinstance(values, str) else values):
            return key in tags
    return False


def _of_frame(features: gpd.GeoDataFrame, wanted: Wanted, damage: Damage) -> Iterator[_Feature]:
    if features.crs is None or features.index.nlevels != 2:
        raise unusable(
            "features_unusable",
            "要素数据框没有坐标系，或索引不是 osmnx 的（element, id）",
            "请直接使用 osmnx.features_from_* 返回的数据框",
            file="osmnx",
        )
    places = shapely.centroid(features.geometry.to_crs(4326).to_numpy())
    columns = [c for c in features.columns if c != features.active_geometry_name]
    rows = zip(features.index, features[columns].to_dict("records"), places, strict=True)
    for (kind, number), told, place in rows:
        tags = {str(key): str(value) for key, value in told.items() if not pd.isna(value)}
        if not _wanted(tags, wanted):
            continue
        if place is None or place.is_empty:
            damage.note(_NOWHERE, f"{kind}/{number}")
            continue
        yield _Feature(kind, int(number), tags, place)


def _of_file(path: Path, wanted: Wanted, damage: Damage) -> Iterator[_Feature]:
    if not path.is_file():
        raise unusable("file_missing", "找不到 OSM 文件", "请检查路径与文件名", file=str(path))
    try:
        if path.stat().st_size == 0:
            raise RuntimeError("empty file")
        keys = KeyFilter(*wanted)
        relations = set[int]()
        # Areas for relations alone: of ways one need not know whether they close.
        things: Iterable[Any] = osmium.FileProcessor(str(path)).with_areas(keys).with_filter(keys)
        for thing in things:
            element = f"{_NAMES[thing.type_str()]}/{thing.id}"
            try:
                tags = dict(thing.tags)
                if not _wanted(tags, wanted) or (thing.is_area() and thing.from_way()):
                    continue
                if thing.is_relation():
                    relations.add(thing.id)
                    continue
                if thing.is_area():
                    relations.discard(thing.orig_id())
                    yield _Feature("relation", thing.orig_id(), tags, _middle(thing))
                else:
                    yield _Feature(_NAMES[thing.type_str()], thing.id, tags, _middle(thing))
            except (*BAD_ELEMENT, ShapelyError):
                damage.note(_NOWHERE, element)
        damage.note(_NOWHERE, *(f"relation/{number}" for number in sorted(relations)))
    except REFUSALS as error:
        raise refused(path, error) from error


def _middle(thing: Any) -> BaseGeometry:
    """The place of a node; of a way or area its centroid."""
    if thing.is_node():
        return shapely.Point(thing.lon, thing.lat)
    if thing.is_area():
        return shapely.centroid(shapely.from_wkb(_WKB.create_multipolygon(thing)))
    line = [(node.lon, node.lat) for node in thing.nodes]
    shape = shapely.Polygon if len(line) > 3 and line[0] == line[-1] else shapely.LineString
    return shapely.centroid(shape(line))
