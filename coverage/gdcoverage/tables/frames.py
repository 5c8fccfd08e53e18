"""Frames in memory, read by the same rules as files, and handed back as the caller knows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryDtype

from gdcoverage.files import Source
from gdcoverage.problems import Problem, unusable
from gdcoverage.tables._headings import Headings, plain_heading
from gdcoverage.tables._read import Table, as_table, read_tables, texts

# The caller's name of a column -> the name of the field that it holds.
Named = Mapping[str, str]

# Where rows come from: a file, or a frame.
Rows: TypeAlias = str | Path | pd.DataFrame

# What `source_of` calls a frame, which has no file name.
FRAME = "数据框"
_ADCODE = r"|\d{6}"


def tables_of(
    source: Rows,
    headings: Headings,
    needed: tuple[str, ...],
    *,
    sheet: str | None = None,
    columns: Named | None = None,
    documented: Collection[str] = (),
) -> list[Table]:
    """The tables of a file as `read_tables` finds them; a frame is one table.

    Parameters
    ----------
    source : a file; or a frame in any CRS, or with longitudes and latitudes as columns.
    headings, needed, sheet : as for `read_tables`.
    columns : the caller's own column names, which come before all others.
    documented : columns of a reader's own result that it does not read again.

    Raises
    ------
    InputError : as `read_tables`; a frame has no coordinate system, or a name or index label
        comes twice; ``columns`` names what is not there.
    """
    if isinstance(source, pd.DataFrame):
        headings = {name: (plain_heading(name), *spellings) for name, spellings in headings.items()}
    headings = with_columns(headings, columns or {})
    if isinstance(source, pd.DataFrame):
        table = as_table(in_degrees(source), headings)
        unused = tuple(name for name in table.unused if name not in documented)
        tables = [replace(table, unused=unused)]
    else:
        tables = read_tables(source, headings, needed, sheet)
    require_columns(columns or {}, (h for t in tables for h in (*t.headings.values(), *t.unused)))
    return tables


def require_columns(columns: Named, seen: Iterable[object]) -> None:
    """Refuse a caller's column name that is not among the headings seen.

    Raises
    ------
    InputError : one is not there.
    """
    plain = {plain_heading(heading) for heading in seen}
    for theirs in columns:
        if plain_heading(theirs) not in plain:
            raise _column_unknown(f"没有列“{theirs}”", theirs)


def with_columns(headings: Headings, columns: Named) -> Headings:
    """The headings with the caller's names standing first for the fields that he says.

    Raises
    ------
    InputError : there is no such field.
    """
    for ours in columns.values():
        if ours not in headings:
            known = "、".join(name for name in headings if name[0] != "_")
            raise _column_unknown(f"没有字段“{ours}”，可用：{known}", ours)
    own = {plain_heading(theirs): ours for theirs, ours in columns.items()}
    return {
        name: (
            *(spelling for spelling, ours in own.items() if ours == name),
            *(spelling for spelling in spellings if spelling not in own),
        )
        for name, spellings in headings.items()
    }


def _column_unknown(what: str, value: str) -> Exception:
    action = "columns 请写成 {表里的列名: 字段名}"
    return unusable("column_unknown", what, action, value=value)


def in_degrees(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its geometry in EPSG:4326.

    Raises
    ------
    InputError : no coordinate system, or a column name or index label comes twice.
    """
    for what, labels, action in (
        ("列名", frame.columns, "请改名或删去其一"),
        ("索引", frame.index, "请先 reset_index(drop=True)，或换成不重复的索引"),
    ):
        if not labels.is_unique:
            value = str(labels[labels.duplicated()][0])
            raise unusable("labels_repeated", f"数据框的{what}有重复", action, value=value)
    if isinstance(frame, gpd.GeoDataFrame):
        layer = frame
    elif "geometry" in frame and isinstance(frame["geometry"].dtype, GeometryDtype):
        layer = gpd.GeoDataFrame(frame, geometry="geometry")
    else:
        return frame
    if layer.active_geometry_name is None:
        action = "请用 set_geometry 指定几何列，或给出经度、纬度两列"
        raise unusable("no_geometry", "数据框没有几何列", action)
    if layer.crs is None:
        action = "请用 set_crs 指定，如经纬度（WGS-84）用 set_crs(“EPSG:4326”)"
        raise unusable("crs_missing", "数据框没有坐标系，无法换算成 EPSG:4326", action)
    return layer if layer.crs.to_epsg() == 4326 else layer.to_crs(4326)


def source_of(source: Rows, role: str) -> Source:
    """The fingerprint of a file; a frame has none."""
    if isinstance(source, pd.DataFrame):
        return Source(role, FRAME, "")
    return Source.of(source, role)


def as_given(read: gpd.GeoDataFrame, given: pd.DataFrame) -> gpd.GeoDataFrame:
    """Rows read from a frame with its index, and where they came from before if it says so.

    Parameters
    ----------
    read : with ``source_row``, the place in the frame from 1.
    """
    at = read["source_row"].to_numpy(np.int64) - 1
    origin = [
        name
        for name in read
        if str(name).startswith("source_") and name in given and given[name].notna().all()
    ]
    read = read.set_axis(given.index[at])
    return read.assign(**{name: given[name].iloc[at].astype(read[name].dtype) for name in origin})


def labelled(problems: Iterable[Problem], index: pd.Index) -> list[Problem]:
    """Problems of a frame's rows (counted from 1) with the label of each beside its value."""
    if isinstance(index, pd.RangeIndex) and (index.start, index.step) == (0, 1):
        return list(problems)
    return [
        p if p.row is None else replace(p, value=f"{p.value}（索引 {index[p.row - 1]}）")
        for p in problems
    ]


def fit_for_use(
    given: pd.DataFrame, read: gpd.GeoDataFrame, needed: Collection[str]
) -> gpd.GeoDataFrame:
    """A caller's frame, its documented columns as they were read: his index, his other columns.

    Parameters
    ----------
    read : the same rows, read.
    needed : columns that are added where the caller has none.
    """
    shape = in_degrees(given)
    own = pd.DataFrame(given)
    if isinstance(shape, gpd.GeoDataFrame):
        own = own.drop(columns=shape.active_geometry_name)
    refuse_columns(own, ["geometry"])
    told = [
        str(name)
        for name in read
        if (name in needed or name in own)
        and name not in ("county", "geometry")
        and not name.startswith("source_")
        # An id of theirs stays what they join by.
        and not (name.endswith("_id") and name in own and _is_text(own[name]))
    ]
    values = {name: read[name].set_axis(own.index) for name in told}
    if "county" in own:
        values["county"] = adcodes(own["county"])
    return gpd.GeoDataFrame(
        own.assign(**values), geometry=read.geometry.to_numpy(), crs="EPSG:4326"
    )


def _is_text(ids: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(ids) and ids.notna().all() and (ids != "").all())


def adcodes(county: pd.Series) -> pd.Series:
    """Adcodes that a frame carries, as text.

    Raises
    ------
    InputError : the column holds something else.
    """
    codes = pd.Series(texts(county), county.index, dtype="str")
    other = codes[~codes.str.fullmatch(_ADCODE)]
    if len(other):
        raise unusable(
            "county_unusable",
            "county 列应是六位区划代码或空白，评估时按位置填写",
            "若是别的内容（如县区名称），请改名，如 stated_county",
            column="county",
            value=str(other.iloc[0]),
        )
    return codes


def refuse_columns(frame: pd.DataFrame, taken: Collection[str]) -> pd.DataFrame:
    """Refuse a frame of which a column bears a name that a result needs.

    All of the names together are an earlier result, which is left out.

    Raises
    ------
    InputError : some of the names are there.
    """
    there = [name for name in taken if name in frame]
    if len(there) == len(taken) > 1:
        return frame.drop(columns=there)
    if there:
        raise unusable(
            "columns_taken",
            f"以下列名是评估结果要用的：{'、'.join(there)}",
            f"请先改名，如 frame.rename(columns={{'{there[0]}': '原{there[0]}'}})",
        )
    return frame


def only_points(table: Table) -> list[Problem]:
    """A problem for each row with another geometry than a point; none is what readers explain."""
    if table.geometry is None:
        return []
    other = shapely.get_type_id(table.geometry.to_numpy()) > 0
    action = "请先用 read_outlets 或 read_demand 读入，或自取其内部一点"
    return [
        table.problem(int(i), "geometry", "not_a_point", "几何不是点", action)
        for i in np.flatnonzero(other)
    ]


def repeated_ids(table: Table, field: str) -> list[Problem]:
    """A problem for each row whose id an earlier row has."""
    ids = pd.Series(table.text(field))
    again = ids.duplicated() & (ids != "")
    return [
        table.problem(int(i), field, "duplicate_id", "编号与前面的行相同", "请给每行不同的编号")
        for i in np.flatnonzero(again)
    ]
