"""Reading an outlet table: fields from headings, official terms from words, faults row by row."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gdcoverage.coordinates import GUANGDONG, locate_rows
from gdcoverage.datum import Datum
from gdcoverage.files import Source
from gdcoverage.outlets import _headings as words
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.problems import InputError, Problem
from gdcoverage.sphere import great_circle_m
from gdcoverage.tables import Reading, Table, plain_number, read_tables

# Rows of one name nearer than this are one outlet entered twice.
SAME_OUTLET_M = 50.0

_TEXT = ("name", "bank", "address", "stated_county", "phone", "hours")
_SEPARATORS = re.compile(r"[、，,;；/／|｜+＋\s]+|以及|和|及")

# Columns of an outlet frame; the points are WGS-84.
OUTLETS = pa.DataFrameSchema(
    {
        "outlet_id": pa.Column(str, pa.Check.str_length(min_value=1), unique=True),
        "name": pa.Column(str, description="branch name as the table writes it"),
        "bank": pa.Column(str),
        "address": pa.Column(str),
        "county": pa.Column(str, description="adcode by location; empty until assigned"),
        "stated_county": pa.Column(str, description="county as the table writes it"),
        "phone": pa.Column(str),
        "hours": pa.Column(str, description="opening hours as the table writes them"),
        **{name: pa.Column(bool, description=term) for name, term in MODES.items()},
        **{name: pa.Column(bool, description=term) for name, term in FLAGS.items()},
        **{name: pa.Column(bool, description=term) for name, term in ITEMS.items()},
        "status": pa.Column(str, pa.Check.isin(OUTLET_STATUS)),
        "source_file": pa.Column(str),
        "source_sheet": pa.Column(str),
        "source_row": pa.Column(int, description="row as a spreadsheet counts, from 1"),
        "source_datum": pa.Column(str, description="datum declared for the coordinates"),
        "geometry": pa.Column("geometry"),
    },
    strict=True,
    ordered=True,
)


def read_outlets(
    path: str | Path,
    *,
    datum: Datum,
    sheet: str | None = None,
    within: BaseGeometry | None = None,
) -> Reading:
    """Outlets of a table or layer file, with everything that is wrong in it.

    Title rows, total rows, merged cells, full-width digits and Chinese or English headings in
    many spellings (``outlets/_headings.py``) are understood. A bad row is reported and left out;
    the others go on.

    Parameters
    ----------
    path : XLSX, XLS, CSV, GeoJSON, GeoPackage or GeoParquet.
    datum : of the coordinates in the file.
    sheet : only this sheet; all sheets with outlet headings otherwise.
    within : area in WGS-84 degrees where outlets may lie; a box around Guangdong by default.

    Returns
    -------
    Reading; its frame has the columns of `OUTLETS`, in the order of the file.

    Raises
    ------
    InputError : the file is missing, empty or unreadable, or lacks a name or coordinate column.
    """
    path = Path(path)
    tables = _tables_with_places(path, sheet)
    frames, problems = [], []
    for table in tables:
        frame, found = _outlets_of(table, datum, GUANGDONG if within is None else within)
        frames.append(frame)
        problems += found
    outlets = pd.concat(frames, ignore_index=True)
    outlets, found = _without_duplicates(outlets)
    problems += found
    problems.sort(key=lambda p: (p.sheet, p.row or 0))
    if outlets.empty and not problems:
        problems.append(
            Problem("no_rows", "表里没有网点", "请检查表头下面是否有数据", file=path.name)
        )
    frame = gpd.GeoDataFrame(outlets, geometry="geometry", crs="EPSG:4326")
    return Reading(OUTLETS.validate(frame), tuple(problems), Source.of(path, "网点"))


def _tables_with_places(path: Path, sheet: str | None) -> list[Table]:
    """Tables that name outlets and say where they are."""
    tables = read_tables(path, words.HEADINGS, ("name",), sheet)
    placed = [
        table
        for table in tables
        if table.geometry is not None
        or {"lon", "lat"} <= table.columns.keys()
        or "lonlat" in table.columns
    ]
    if placed:
        return placed
    seen = "、".join([*tables[0].headings.values(), *tables[0].unused])
    raise InputError(
        Problem(
            "coordinate_heading_missing",
            f"没有坐标列，看到的表头是：{seen}",
            "请增加“经度”“纬度”两列（或一列“坐标”，写成 113.26,23.13）",
            file=path.name,
            sheet=tables[0].sheet,
        )
    )


def _outlets_of(
    table: Table, datum: Datum, within: BaseGeometry
) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows of one table that have a place, with the faults of all."""
    located = locate_rows(table, datum, within)
    problems = list(located.problems)
    keep = ~np.isnan(located.lon)
    data: dict[str, object] = {name: table.text(name).astype(str) for name in _TEXT}
    data["phone"] = np.array([plain_number(text) for text in table.text("phone")], object)
    told = _each(table, "modes", _by_word(words.MODE_WORDS), problems, keep)
    items = _each(table, "items", _by_word(words.ITEM_WORDS, words.ALL_ITEM_WORDS), problems, keep)
    for name in (*MODES, *FLAGS):
        data[name] = np.array([name in found for found in told], bool)
    for name in FLAGS:
        yes = _each(table, name, _yes_or_no, problems, keep)
        data[name] = data[name] | np.array(yes, bool)  # type: ignore[operator]
    for name in ITEMS:
        data[name] = np.array([name in found for found in items], bool)
    data["status"] = np.array(_each(table, "status", _status, problems, keep), object)
    data["outlet_id"] = _ids(table, located.lon, located.lat)
    data |= {"county": "", "source_file": table.file, "source_sheet": table.sheet}
    data |= {"source_row": table.row, "source_datum": datum}
    data["geometry"] = shapely.points(located.lon, located.lat)
    frame = pd.DataFrame(data)[list(OUTLETS.columns)].astype(
        {name: "str" for name, column in OUTLETS.columns.items() if str(column.dtype) == "str"}
    )
    problems += _incomplete(table, frame, keep)
    ignored = [table.headings[n] for n in words.IGNORED if n in table.headings]
    unused = [heading for heading in table.unused if heading not in ignored]
    if unused:
        problems.append(
            Problem(
                "columns_unused",
                f"以下列未使用：{'、'.join(unused)}",
                "若其中有需要的内容，请把表头改成标准写法",
                "warning",
                file=table.file,
                sheet=table.sheet,
            )
        )
    return frame[keep], problems


def _each(
    table: Table,
    field: str,
    meaning: Callable[[str], tuple[object, str]],
    problems: list[Problem],
    keep: NDArray[np.bool_],
) -> list[Any]:
    """What each cell of a column means; words that mean nothing known become problems.

    Offices write the same few texts over and over, so each distinct text is judged once.
    """
    text = table.text(field)
    meanings = {t: meaning(unicodedata.normalize("NFKC", t)) for t in dict.fromkeys(text)}
    for i, t in enumerate(text):
        strange = meanings[t][1]
        if strange and keep[i]:
            kind, what, action, severity = _STRANGE[field](strange)
            problems.append(table.problem(i, field, kind, what, action, severity=severity))
    return [meanings[t][0] for t in text]


def _by_word(
    words_of: Mapping[str, tuple[str, ...]], everything: frozenset[str] = frozenset()
) -> Callable[[str], tuple[frozenset[str], str]]:
    """Judge of cells that list official terms, in any of their spellings."""
    meaning = {word: name for name, spelt in words_of.items() for word in spelt}

    def judge(text: str) -> tuple[frozenset[str], str]:
        found, strange = set(), []
        if text in meaning:
            return frozenset({meaning[text]}), ""
        for word in filter(None, _SEPARATORS.split(text)):
            if word in everything:
                found |= set(words_of)
            elif word in meaning:
                found.add(meaning[word])
            else:
                strange.append(word)
        return frozenset(found), "、".join(strange)

    return judge


def _yes_or_no(text: str) -> tuple[bool, str]:
    plain = text.strip().lower()
    if plain in words.NO_WORDS:
        return False, ""
    return (True, "") if plain in words.YES_WORDS else (False, text)


def _status(text: str) -> tuple[str, str]:
    plain = text.strip().lower()
    for status, spelt in words.STATUS_WORDS.items():
        if plain in spelt:
            return status, text if status == "unknown" else ""
    return "unknown", text


def _strange_word(what: str) -> Callable[[str], tuple[str, str, str, str]]:
    def told(strange: str) -> tuple[str, str, str, str]:
        return (
            "term_unknown",
            f"{what}里有不认识的词“{strange}”，已忽略",
            "请改用官方用语",
            "warning",
        )

    return told


def _strange_status(_: str) -> tuple[str, str, str, str]:
    known = "、".join(term for name, term in OUTLET_STATUS.items() if name != "unknown")
    return "status_unknown", "网点状态无法识别，不计入覆盖", f"请填 {known} 之一", "error"


_STRANGE = {
    "modes": _strange_word("服务方式"),
    "items": _strange_word("业务事项"),
    "dedicated_window": _strange_word("专窗"),
    "door_to_door": _strange_word("上门"),
    "status": _strange_status,
}


def _incomplete(table: Table, frame: pd.DataFrame, keep: NDArray[np.bool_]) -> list[Problem]:
    """Rows that count but lack what the register wants."""
    found = []
    checks = [("name", frame["name"] == "", "name_missing", "没有网点名称", "请补填网点名称")]
    if "bank" in table.columns:
        checks.append(
            ("bank", frame["bank"] == "", "bank_missing", "没有所属银行", "请补填所属银行")
        )
    if "modes" in table.columns:
        none = ~frame[list(MODES)].any(axis=1) & (frame["status"] == "active")
        checks.append(
            (
                "modes",
                none,
                "mode_missing",
                "在营网点没有服务方式",
                f"请至少填一种：{'、'.join(MODES.values())}",
            )
        )
    for field, mask, kind, what, action in checks:
        for i in np.flatnonzero(mask.to_numpy() & keep):
            found.append(table.problem(int(i), field, kind, what, action, severity="warning"))
    return found


def _ids(table: Table, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[str]:
    """The table's own numbers; else one made from name and place, whatever the row."""
    return [
        given
        or "W" + hashlib.blake2b(f"{name}|{x:.6f}|{y:.6f}".encode(), digest_size=4).hexdigest()
        for given, name, x, y in zip(
            (plain_number(text) for text in table.text("outlet_id")),
            table.text("name"),
            lon,
            lat,
            strict=True,
        )
    ]


def _without_duplicates(outlets: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Outlets entered once each; the later row of a pair is left out and reported."""
    points = outlets["geometry"].to_numpy()
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    row = outlets["source_row"]
    number = pd.Series(np.arange(len(outlets)))
    leader = number.groupby(outlets["name"].to_numpy()).transform("first").to_numpy()
    apart = great_circle_m(lon, lat, lon[leader], lat[leader])
    again = (leader != np.arange(len(outlets))) & (apart <= SAME_OUTLET_M)
    again &= (outlets["name"] != "").to_numpy()
    same_id = outlets["outlet_id"].duplicated().to_numpy() & ~again
    spot = pd.Series(list(zip(lon.round(6), lat.round(6), strict=True)))
    same_spot = spot.duplicated().to_numpy() & ~again & ~same_id
    problems = []
    for i in np.flatnonzero(again):
        problems.append(
            _about(
                outlets.iloc[i],
                "name",
                "duplicate_outlet",
                f"与第 {row.iloc[leader[i]]} 行是同一网点"
                f"（同名且相距不到 {SAME_OUTLET_M:.0f} 米），该行未计入",
                "请删除重复的行",
            )
        )
    for i in np.flatnonzero(same_id):
        other = row[outlets["outlet_id"] == outlets["outlet_id"].iloc[i]].iloc[0]
        problems.append(
            _about(
                outlets.iloc[i],
                "outlet_id",
                "duplicate_id",
                f"网点编号与第 {other} 行相同，该行未计入",
                "请给每个网点不同的编号",
            )
        )
    for i in np.flatnonzero(same_spot):
        problems.append(
            _about(
                outlets.iloc[i],
                "name",
                "same_place",
                "与另一网点坐标完全相同",
                "请核对是否误填了他行的坐标",
                "warning",
            )
        )
    return outlets[~again & ~same_id].reset_index(drop=True), problems


def _about(
    row: pd.Series, field: str, kind: str, what: str, action: str, severity: str = "error"
) -> Problem:
    return Problem(
        kind,
        what,
        action,
        severity,  # type: ignore[arg-type]
        file=row["source_file"],
        sheet=row["source_sheet"],
        row=int(row["source_row"]),
        column={"name": "网点名称", "outlet_id": "网点编号"}[field],
        value=row[field],
    )
