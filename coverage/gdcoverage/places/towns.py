"""Towns and villages below the counties: a layer or list of them; who lies in which.

Names and codes are those of the statistics bureau: nine digits for a town (镇, 街道, 乡), twelve
for a village (村委会, 居委会), of which the first nine are its town's and three noughts are none's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

from gdcoverage.arrays import Objects
from gdcoverage.geo.datum import Datum
from gdcoverage.places.called import counties_called
from gdcoverage.places.counties import assign_counties
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.tables import Headings, Reading, Rows, Table, plain_number, tables_of
from gdcoverage.tables.account import Account, TableRead
from gdcoverage.tables.coordinates import ANYWHERE, locate_rows
from gdcoverage.tables.coordinates import HEADINGS as COORDINATES
from gdcoverage.tables.frames import source_of

# Digits of codes.
COUNTY, TOWN, VILLAGE = 6, 9, 12
# The last three of a town's own code of twelve digits.
NO_VILLAGE = "000"
_POLYGONS = (3, 6)  # shapely's type numbers of Polygon and MultiPolygon
_POWER = re.compile(r"(\d)\.?(\d*)[eE]\+?(\d+)")
_END = re.compile(r"(?:镇|乡|街道(?:办事处|办)?)(?:人民政府|政府)?$")

TOWNS = pa.DataFrameSchema(
    {
        "code": pa.Column(
            str,
            pa.Check.str_matches(r"^(\d{9}|\d{12})?$"),
            description="9 digits of a town, 12 of a village; empty unknown",
        ),
        "name": pa.Column(str, description="of the town or village"),
        "county": pa.Column(str, description="adcode; empty where neither code nor table tells it"),
        "geometry": pa.Column("geometry", nullable=True, description="polygon, point, or none"),
    },
    strict=True,
)

_HEADINGS: Headings = {
    "code": (
        *("统计用区划代码", "统计区划代码", "区划代码", "行政区划代码", "镇街代码", "乡镇代码"),
        *("镇街编码", "乡镇编码", "村居代码", "村代码", "代码", "编码"),
        *("code", "towncode", "xzqdm"),
    ),
    "name": (
        *("镇街", "镇街名称", "乡镇", "乡镇名称", "乡镇街道", "乡镇街道名称", "街道", "街道名称"),
        *("镇", "村居名称", "村名", "名称", "行政区名称", "name", "townname", "xzqmc"),
    ),
    "county": ("县区", "区县", "所属县区", "所属区县", "县区名称", "县区代码", "adcode", "county"),
} | dict(COORDINATES)
_MEANING = {"code": "区划代码", "name": "镇街", "county": "县区", "lon": "经度", "lat": "纬度"}


def read_towns(source: Rows, counties: gpd.GeoDataFrame, datum: Datum = "wgs84") -> Reading:
    """Towns, and villages if there are any, of a layer, a table or a frame.

    Parameters
    ----------
    source : polygons or points in any CRS, or a table with or without coordinates; with names, and
        codes (also as numbers) or counties (名称 or adcode) where known.
    counties : frame of `read_counties`: those that names of counties may mean, and in which towns
        without code and county lie.
    datum : of coordinates in a table.

    Returns
    -------
    Reading; its frame has the columns of `TOWNS`, sorted by code and name, each town once. Rows
    without a name or with a code of other digits are left out, and told.

    Raises
    ------
    InputError : unreadable, or without a column of names.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"镇街": ["龙城街道"], "区划代码": ["441324001"]})
    >>> gd.read_towns(table, counties).frame[["code", "name", "county"]].values.tolist()
    [['441324001', '龙城街道', '441324']]
    """
    tables = tables_of(source, _HEADINGS, ("name",), documented=TOWNS.columns)
    parts = [_rows(table, counties, datum) for table in tables]
    frame = pd.concat([rows for rows, _ in parts], ignore_index=True)
    problems = [problem for _, told in parts for problem in told]
    frame = frame.sort_values(["code", "county", "name"], kind="stable", ignore_index=True)
    twice = frame.duplicated("code") & (frame["code"] != "")
    for row in frame[twice].itertuples():
        what, action = f"镇街代码 {row.code} 出现了多次，只用第一个", "请合并同一镇街的图形"
        problems.append(Problem("town_repeated", what, action, "warning", value=row.name))
    towns = gpd.GeoDataFrame(frame[~twice].reset_index(drop=True), crs="EPSG:4326")
    if towns.empty:
        raise unusable("no_rows", "没有可用的镇街", "请检查名称与代码两列", file=tables[0].file)
    towns = TOWNS.validate(towns.astype(dict.fromkeys(("code", "name", "county"), "str")))
    said = tuple(_of_file(problem, source) for problem in problems)
    return Reading(towns, said, source_of(source, "镇街"), _account(tables, towns))


def _account(tables: Sequence[Table], towns: gpd.GeoDataFrame) -> Account:
    """What was understood of a file of towns."""
    drawn = shapely.get_type_id(towns.geometry.to_numpy())
    villages = towns["code"].str.len() == VILLAGE
    kinds = (
        ("镇街", ~villages),
        ("村居", villages),
        ("有界线", np.isin(drawn, _POLYGONS)),
        ("没有位置", drawn < 0),
        ("不知在哪个县区", towns["county"] == ""),
    )
    read = tuple(
        TableRead(
            table.sheet,
            *table.span,
            True,
            "有名称列",
            len(table),
            tuple((heading, _MEANING.get(name, name)) for name, heading in table.headings.items()),
            table.unused,
        )
        for table in tables
    )
    return Account(read, tuple((word, int(there.sum())) for word, there in kinds if there.any()))


def _of_file(problem: Problem, source: Rows) -> Problem:
    if problem.file or isinstance(source, pd.DataFrame):
        return problem
    return replace(problem, file=Path(source).name)


def _rows(
    table: Table, counties: gpd.GeoDataFrame, datum: Datum
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """The usable rows of a table, and what is wrong with the others."""
    if "name" not in table.columns:
        action = "请给出镇街名称列（如 镇街、名称、name）"
        raise unusable("towns_unusable", "镇街表没有名称列", action, file=table.file)
    names = np.array([narrow(text) for text in table.text("name")], object)
    codes = np.array([_code(text) for text in table.text("code")], object)
    bad = np.array([code is None for code in codes], bool)
    problems = [
        table.problem(
            int(i),
            "code",
            "town_code_unusable",
            "镇街代码不是 9 位或 12 位数字，该行未用",
            "请改成统计用区划代码，或留空",
        )
        for i in np.flatnonzero(bad)
    ]
    nameless = (names == "") & ~bad
    action = "请补填名称"
    problems += [
        table.problem(int(i), "name", "town_nameless", "没有镇街名称，该行未用", action)
        for i in np.flatnonzero(nameless)
    ]
    keep = ~bad & ~nameless
    shapes, told = _shapes(table, datum)
    counties_said, unknown = _counties(table, codes, counties)
    problems += [*told, *unknown]
    rows = {"code": codes, "name": names, "county": counties_said, "geometry": shapes}
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")[keep]
    frame = frame.reset_index(drop=True)
    bare = ((frame["county"] == "") & frame.geometry.notna()).to_numpy()
    if bare.any():
        inside = frame[bare].set_geometry(frame.geometry[bare].representative_point())
        frame.loc[bare, "county"] = assign_counties(inside, counties).astype(object)
    return frame, problems


def _code(text: str) -> str | None:
    """A code of nine or twelve digits as text; "" for none, None where it is something else."""
    plain = plain_number(text).removesuffix(".0")
    # 4.41324101E8 has all its digits; 4.41324E11 has lost some.
    if spelt := _POWER.fullmatch(plain):
        digits = spelt[1] + spelt[2]
        plain = digits if len(digits) == int(spelt[3]) + 1 else plain
    if not plain:
        return ""
    if len(plain) == VILLAGE and plain.endswith(NO_VILLAGE):
        plain = plain[:TOWN]
    return plain if re.fullmatch(r"\d{9}(?:\d{3})?", plain) else None


def _counties(
    table: Table, codes: Objects, counties: pd.DataFrame
) -> tuple[Objects, list[Problem]]:
    """Adcode of each row: its code's, else what its column of counties means."""
    coded = np.array([bool(code) for code in codes], bool)
    told = np.where(coded, "", table.text("county"))
    meant: dict[str, str] = {"": ""}
    problems = []
    for text in dict.fromkeys(told):
        if text and text not in meant:
            word = plain_number(text).removesuffix(".0")
            try:
                found = counties_called([word], counties)
            except InputError as error:
                problems.append(error.problem)
                found = ()
            meant[text] = found[0] if len(found) == 1 else ""
    own = [code[:COUNTY] if code else "" for code in codes]
    pairs = zip(own, told, strict=True)
    return np.array([code or meant[text] for code, text in pairs], object), problems


def _shapes(table: Table, datum: Datum) -> tuple[Objects, list[Problem]]:
    """Polygons and points, valid; None where a row has neither."""
    if table.geometry is None:
        shapes = np.full(len(table), None, object)
        if {"lon", "lat"} <= table.columns.keys() or "lonlat" in table.columns:
            located = locate_rows(table, datum, ANYWHERE)
            there = ~np.isnan(located.lon)
            shapes[there] = shapely.points(located.lon[there], located.lat[there])
            return shapes, list(located.problems)
        return shapes, []
    shapes = np.array(table.geometry, object)
    crossed = ~shapely.is_valid(shapes) & np.isin(shapely.get_type_id(shapes), _POLYGONS)
    shapes[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
    kind = shapely.get_type_id(shapes)
    usable = (kind == 0) | np.isin(kind, _POLYGONS)
    usable &= ~shapely.is_empty(shapes)
    shapes[~usable] = None
    what, action = "图形不是点或面，只用名称与代码", "请核对图层"
    return shapes, [
        table.problem(int(i), "name", "town_shape_unusable", what, action, severity="warning")
        for i in np.flatnonzero(~usable)
    ]


def narrow(text: str) -> str:
    """A name without what varies in writing."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text)))


def stem(name: str) -> str:
    """A town's name without 镇, 乡, 街道: 永汉 of 永汉镇; whole where little would be left."""
    bare = _END.sub("", name)
    return bare if len(bare) >= 2 else name


def kind_of(name: str) -> str:
    """镇, 街道 or 乡, as a town's name ends; 其他 for a farm, a zone and the like."""
    found = _END.search(name)
    return "其他" if found is None else "街道" if found[0].startswith("街") else found[0][0]
