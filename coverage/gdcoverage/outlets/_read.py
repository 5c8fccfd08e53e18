"""Reading an outlet table: fields from headings, official terms from words, faults row by row."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Objects
from gdcoverage.geo.datum import Datum
from gdcoverage.outlets import _doubts as doubts
from gdcoverage.outlets import _headings as words
from gdcoverage.outlets._account import account_of
from gdcoverage.outlets._evidence import Evidence, evidence_of, status_of_word
from gdcoverage.outlets._identity import without_duplicates
from gdcoverage.outlets._numbering import outlet_ids
from gdcoverage.outlets._place import misplaced
from gdcoverage.outlets._status import doubtful, judged, questions_of
from gdcoverage.outlets._terms import Vocabulary
from gdcoverage.outlets._versions import evidence_beside
from gdcoverage.outlets.answers import Answers, read_answers, with_answers
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.problems import InputError, Problem, Severity, unusable
from gdcoverage.progress import at_work
from gdcoverage.tables import (
    Found,
    Named,
    Reading,
    Rows,
    Table,
    Unread,
    of_each,
    plain_heading,
    tables_of,
)
from gdcoverage.tables.account import Question
from gdcoverage.tables.coordinates import GUANGDONG, locate_rows, preferring
from gdcoverage.tables.frames import as_given, labelled, source_of

_TEXT = ("name", "bank", "address", "stated_county", "phone", "hours")
_STRINGS = (
    *_TEXT,
    "unclear",
    "outlet_id",
    "county",
    "status",
    "source_file",
    "source_sheet",
    "source_datum",
)
_SHIFTED = ("gcj02", "bd09")
_TERMS = MODES | FLAGS | ITEMS
_MODES = Vocabulary(words.MODE_WORDS)
_ITEMS = Vocabulary(words.ITEM_WORDS, words.ALL_ITEM_WORDS)

# Columns of an outlet frame; the points are WGS-84.
OUTLETS = pa.DataFrameSchema(
    {
        "outlet_id": pa.Column(
            str,
            pa.Check.str_length(min_value=1),
            unique=True,
            description="number as the table writes it, else made of its row",
        ),
        "name": pa.Column(str, description="branch name as the table writes it"),
        "bank": pa.Column(str, description="whose branch it is, as the table writes it"),
        "address": pa.Column(str, description="as the table writes it"),
        "county": pa.Column(str, description="adcode by location; empty until assigned"),
        "stated_county": pa.Column(str, description="county as the table writes it"),
        "phone": pa.Column(str, description="as the table writes it"),
        "hours": pa.Column(str, description="opening hours as the table writes them"),
        **{name: pa.Column(bool, description=term) for name, term in MODES.items()},
        **{name: pa.Column(bool, description=term) for name, term in FLAGS.items()},
        **{name: pa.Column(bool, description=term) for name, term in ITEMS.items()},
        "unclear": pa.Column(str, description="what of items and modes is said in unknown words"),
        "status": pa.Column(
            str, pa.Check.isin(OUTLET_STATUS), description="only an active outlet counts"
        ),
        "source_file": pa.Column(str, description="name of the file"),
        "source_sheet": pa.Column(str, description="its sheet or layer"),
        "source_row": pa.Column(int, description="row as a spreadsheet counts, from 1"),
        "source_datum": pa.Column(str, description="datum declared for the coordinates"),
        "geometry": pa.Column("geometry", description="point"),
    },
    strict=True,
    ordered=True,
)


@at_work("读取网点")
def read_outlets(
    source: Rows,
    *,
    datum: Datum,
    sheet: str | None = None,
    within: BaseGeometry | None = None,
    columns: Named | None = None,
    today: dt.date | None = None,
    candidates: bool = False,
    answers: Answers | str | Path | None = None,
) -> Reading:
    """Outlets of a table or layer file, or of a frame, with everything that is wrong in it.

    Title rows, total rows, merged cells, full-width digits and Chinese or English headings in
    many spellings (``outlets/_headings.py``) are understood. A bad row is reported and left out;
    the others go on.

    Parameters
    ----------
    source : XLSX, XLS, CSV, GeoJSON, GeoPackage or GeoParquet; or a folder of such files, one
        from each county or bank, read as the sheets of one; or a frame: a GeoDataFrame in any
        CRS, or a DataFrame with longitudes and latitudes. A frame may have the columns of
        `OUTLETS` or any headings that files may have; all but the place may be missing.
    datum : of the coordinates in the file or frame.
    sheet : only this sheet; all sheets with outlet headings otherwise.
    within : area in WGS-84 degrees where outlets may lie; a box around Guangdong by default.
    columns : the source's own column names, ``{"theirs": "outlet_id"}``, before all others.
    candidates : the rows are places where an outlet could be; what is said of status is nothing.
    answers : of the planner to what such tables leave open, or the file of them.
    today : dates of opening and leaving are past or to come as seen from this day; today in
        Guangdong by default.

    Returns
    -------
    Reading; its frame has the columns of `OUTLETS`, in the order of the source, and the index
    of a frame that was read. A problem's row is the frame's row counted from 1. An outlet of
    which it is not certain that it is active has status ``unknown`` and does not count; a
    problem (its kind begins with ``doubt``) says why.

    Raises
    ------
    InputError : the file is missing, empty or unreadable, or lacks a name or coordinate column;
        a frame has no coordinate system, or an index label comes twice.

    Examples
    --------
    >>> reading = gd.read_outlets("示例/outlets.xlsx", datum="gcj02")
    >>> reading.frame["status"].value_counts().to_dict()
    {'active': 30, 'unknown': 1, 'exited': 1}
    >>> reading.problems[0].row, reading.problems[0].kind
    (3, 'hours_without_days')

    A frame with columns of its own:

    >>> mine = outlets[["name", "geometry"]].to_crs("EPSG:4547")
    >>> mine = mine.rename(columns={"name": "wdmc"})
    >>> gd.read_outlets(mine, datum="wgs84", columns={"wdmc": "name"}).frame["name"].iloc[0]
    '工商银行城南第1支行（合成示例）'
    """
    if isinstance(source, pd.DataFrame) and "source_datum" in source and datum in _SHIFTED:
        what = "数据框是读入过的（有 source_datum 列），坐标已是 WGS-84"
        raise unusable("datum_twice", what, "datum 请写 wgs84", value=datum)
    if answers is None:
        answers = Answers()
    elif not isinstance(answers, Answers):
        answers = read_answers(answers)
    tables, passed, problems = of_each(
        source, lambda one: _tables_with_places(one, datum, sheet, columns, answers)
    )
    area = GUANGDONG if within is None else within
    today = today or this_day()
    said = [[] if candidates else list(evidence_of(t, today, answers)) for t in tables]
    rows = [outlets_of(t, datum, area, s, answers) for t, s in zip(tables, said, strict=True)]
    if not candidates:
        beside = evidence_beside(tables, [frame for frame, *_ in rows], answers)
        for i in [i for i, more in enumerate(beside) if more]:
            rows[i] = outlets_of(tables[i], datum, area, [*said[i], *beside[i]], answers)
    questions, unplaced = list[Question](), []
    for table, (_, found, asked) in zip(tables, rows, strict=True):
        problems += found
        questions += asked
        unplaced.append(_unplaced(table, found))
    outlets = pd.concat([frame for frame, *_ in rows], ignore_index=True)
    decided = set(outlets["name"]) if candidates else answers.outlets
    outlets, found = without_duplicates(outlets, decided)
    problems = list(dict.fromkeys([*problems, *found]))
    problems.sort(key=lambda p: (p.sheet, p.row or 0))
    if not any(map(len, tables)):
        action = "请检查表头下面是否有数据"
        problems.append(Problem("no_rows", "表里没有网点", action, file=tables[0].file))
    stated = any("status" in table.columns for table in tables)
    # Where no column says so, it was concluded from the names of things.
    if len(outlets) and not stated and not outlets["status"].isin(["active", "unknown"]).any():
        what = f"读入的 {len(outlets)} 个网点没有一个在营或存疑"
        action = "依据是文件名、工作表名、表题等；若不对，请加“状态”列写明"
        problems.append(Problem("none_active", what, action, "warning", file=tables[0].file))
    frame = gpd.GeoDataFrame(outlets, geometry="geometry", crs="EPSG:4326")
    if isinstance(source, pd.DataFrame):
        frame, problems = as_given(frame, source), labelled(problems, source.index)
    frame = OUTLETS.validate(frame)
    account = account_of(tables, passed, frame, questions)
    lacking = pd.concat(unplaced, ignore_index=True)
    return Reading(frame, tuple(problems), source_of(source, "网点"), account, lacking)


_LACKING = frozenset({"coordinate_missing", "coordinate_unreadable", "coordinate_zero"})


def _unplaced(table: Table, problems: Sequence[Problem]) -> pd.DataFrame:
    """The rows of a table that have no coordinates."""
    without = {p.row for p in problems if p.kind in _LACKING}
    rows = [i for i, row in enumerate(table.row) if int(row) in without]
    said = {name: table.text(name)[rows] for name in ("name", "address", "stated_county")}
    return pd.DataFrame(said | {"source_sheet": table.sheet, "source_row": table.row[rows]})


def this_day() -> dt.date:
    """Today in Guangdong."""
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _tables_with_places(
    source: Rows, datum: Datum, sheet: str | None, columns: Named | None, answers: Answers
) -> Found:
    """Tables that name outlets and say where they are; the others, and a problem for each."""
    tables = tables_of(
        source,
        with_answers(preferring(words.HEADINGS, datum), answers),
        ("name",),
        sheet=sheet,
        columns=columns,
        documented=OUTLETS.columns,
    )
    problems, placed = [], []
    for table in tables:
        if answers.groups.get(table.sheet) == "":
            continue
        if _is_of_people(table):
            problems.append(_of_people(table))
        elif (
            table.geometry is not None
            or {"lon", "lat"} <= table.columns.keys()
            or "lonlat" in table.columns
        ):
            placed.append(table)
        else:
            problems.append(_no_coordinates(table))
    if not placed:
        raise InputError(*(problems or [_nothing_read(tables[0].file)]))
    problems += [_passed_over(unread, tables[0].file) for unread in tables[0].unread]
    return Found(placed, [table for table in tables if table not in placed], problems)


def _nothing_read(file: str) -> Problem:
    return Problem("no_rows", "读表约定里所有工作表都不读", "请改正读表约定", file=file)


def _passed_over(unread: Unread, file: str) -> Problem:
    """A sheet without headings; with coordinates on it, rows are missing."""
    action = "若其中有网点，请补上表头（如 网点名称、经度、纬度）"
    what = f"没有网点表头，未读取（{unread.rows} 行）"
    severity: Severity = "error" if unread.places else "warning"
    return Problem("sheet_unused", what, action, severity, file=file, sheet=unread.sheet)


def _is_of_people(table: Table) -> bool:
    """Whether a table tells of people and nothing that an outlet has."""
    people = any(plain_heading(heading) in words.PEOPLE for heading in table.others)
    return people and not {"bank", "phone", "hours", "status", *_TERMS} & table.columns.keys()


def _of_people(table: Table) -> Problem:
    return Problem(
        "not_outlets",
        f"是人口表，不是网点表：有“{'、'.join(table.others)}”，没有银行、电话、营业时间",
        "请核对计划里网点与人口两个文件是否写反；若确是网点，请补上“所属银行”列",
        file=table.file,
        sheet=table.sheet,
    )


def _no_coordinates(table: Table) -> Problem:
    seen = "、".join([*table.headings.values(), *table.unused])
    return Problem(
        "coordinate_heading_missing",
        f"没有坐标列，{len(table)} 行未计入；看到的表头是：{seen}",
        "请增加“经度”“纬度”两列（或一列“坐标”，写成 113.26,23.13）",
        file=table.file,
        sheet=table.sheet,
    )


def outlets_of(
    table: Table,
    datum: Datum,
    within: BaseGeometry,
    said: Sequence[Evidence] = (),
    answers: Answers | None = None,
) -> tuple[pd.DataFrame, list[Problem], list[Question]]:
    """Rows of one table that have a place, by position, the faults of all, and what to ask.

    Parameters
    ----------
    said : evidence of the rows' status besides the column that states it.
    """
    located = locate_rows(table, datum, within)
    problems = list(located.problems)
    keep = ~np.isnan(located.lon)
    data: dict[str, object] = {name: table.text(name).astype(str) for name in _TEXT}
    data["phone"] = _narrow(table.text("phone"))
    data["name"] = np.where(
        table.text("name") == "", table.text("address"), table.text("name")
    ).astype(str)
    told = _each(table, "modes", _MODES.judge, doubts.unknown_term("服务方式"), problems, keep)
    items = _each(table, "items", _ITEMS.judge, doubts.unknown_term("业务事项"), problems, keep)
    _each(table, "hours", doubts.hours, doubts.unclear_hours, problems, keep)
    _each(table, "note", doubts.services, doubts.services_in_notes, problems, keep)
    _each(table, "phone", doubts.personal, doubts.personal_phone, problems, keep)
    _each(table, "phone", doubts.uncallable, doubts.unclear_phone, problems, keep)
    for name in (*MODES, *FLAGS):
        data[name] = np.array([name in found for found in told], bool)
    for name in ITEMS:
        data[name] = np.array([name in found for found in items], bool)
    for name in _TERMS:
        if name in table.columns:
            yes = _each(table, name, yes_or_no, doubts.unknown_term(_TERMS[name]), problems, keep)
            data[name] = data[name] | np.array(yes, bool)  # type: ignore[operator]
    data["unclear"] = _unclear(table)
    known = {} if answers is None else answers.words
    stated = _each(
        table, "status", lambda t: _status(t, known), doubts.unknown_status, problems, keep
    )
    evidence = (*said, *misplaced(table, datum, located.problems))
    data["status"], why = judged(np.array(stated, object), evidence)
    problems += doubtful(table, why, keep)
    data |= {"county": "", "source_file": table.file, "source_sheet": table.sheet}
    data |= {"source_row": table.row, "source_datum": located.datum}
    data["geometry"] = shapely.points(located.lon, located.lat)
    data["outlet_id"] = outlet_ids(_narrow(table.text("outlet_id")), pd.DataFrame(data))
    frame = pd.DataFrame(data)[list(OUTLETS.columns)].astype(dict.fromkeys(_STRINGS, "str"))
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
    return frame[keep], problems, questions_of(table, {i: d for i, d in why.items() if keep[i]})


def _each(
    table: Table,
    field: str,
    meaning: Callable[[str], tuple[object, str]],
    tell: Callable[[str], doubts.Told],
    problems: list[Problem],
    keep: Bools,
) -> list[Any]:
    """What each cell of a column means; what is not understood becomes problems.

    Offices write the same few texts over and over, so each distinct text is judged once.
    """
    text = table.text(field)
    meanings = {t: meaning(unicodedata.normalize("NFKC", t)) for t in dict.fromkeys(text)}
    rows: dict[str, list[int]] = {}
    for i in np.flatnonzero(keep):
        if meanings[text[i]][1]:
            rows.setdefault(text[i], []).append(int(i))
    for t, same in rows.items():
        kind, what, action, severity = tell(meanings[t][1])
        problems += [table.problem(i, field, kind, what, action, severity=severity) for i in same]
    return [meanings[t][0] for t in text]


def _unclear(table: Table) -> Objects:
    """What of each row's services is said in words that are not understood: 业务事项、服务方式."""
    found = [set(filter(None, text.split("、"))) for text in table.text("unclear")]
    for what, field, terms, words_of in (
        ("业务事项", "items", ITEMS, _ITEMS.judge),
        ("服务方式", "modes", MODES, _MODES.judge),
    ):
        judges: dict[str, Callable[[str], tuple[object, str]]] = {field: words_of}
        judges |= dict.fromkeys(terms, yes_or_no)
        for name in judges.keys() & table.columns.keys():
            text, judge = table.text(name), judges[name]
            strange = {t: judge(unicodedata.normalize("NFKC", t))[1] for t in dict.fromkeys(text)}
            for i, t in enumerate(text):
                if strange[t]:
                    found[i].add(what)
    return np.array(["、".join(sorted(each)) for each in found], object)


def yes_or_no(text: str) -> tuple[bool, str]:
    """Whether a cell says yes; and what it says where that is neither yes nor no."""
    plain = text.strip().lower()
    if plain in words.NO_WORDS:
        return False, ""
    return (True, "") if plain in words.YES_WORDS else (False, text)


def _status(text: str, answered: Mapping[str, str]) -> tuple[str, str]:
    if not text.strip() or text in answered:
        return answered.get(text, ""), ""
    status = status_of_word(text)
    return (status, "") if status not in ("", "unknown") else ("unknown", text)


def _incomplete(table: Table, frame: pd.DataFrame, keep: Bools) -> list[Problem]:
    """Rows that count but lack what the register wants."""
    checks = [
        (
            "name",
            table.text("name") == "",
            "name_missing",
            "没有网点名称，有地址的暂以地址代替",
            "请补填网点名称",
        )
    ]
    if "bank" in table.columns:
        checks.append(
            ("bank", table.text("bank") == "", "bank_missing", "没有所属银行", "请补填所属银行")
        )
    if "status" in table.columns:
        checks.append(
            (
                "status",
                table.text("status") == "",
                "status_missing",
                "没有填写状态，按在营计",
                "请补填状态",
            )
        )
    if "modes" in table.columns:
        none = ~frame[list(MODES)].any(axis=1) & (frame["status"] == "active")
        checks.append(
            (
                "modes",
                none.to_numpy(),
                "mode_missing",
                "在营网点没有服务方式",
                f"请至少填一种：{'、'.join(MODES.values())}",
            )
        )
    return [
        table.problem(int(i), field, kind, what, action, severity="warning")
        for field, mask, kind, what, action in checks
        for i in np.flatnonzero(mask & keep)
    ]


def _narrow(text: Objects) -> Objects:
    """Texts with full-width digits, letters and signs made narrow."""
    return np.array([unicodedata.normalize("NFKC", t).strip() for t in text], object)
