"""The workbook between a table and the register: differences to be decided, then written."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from gdcoverage.files import sha256, written_whole
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.register._events import Draft
from gdcoverage.register._kinds import TERMS, kind_of, told
from gdcoverage.register._match import Difference
from gdcoverage.tables._cells import read_cells
from gdcoverage.tables._sheet import Cells
from gdcoverage.tables.dates import period_of
from gdcoverage.tables.spreadsheet import WORKBOOK_OPTIONS, add_sheet

REVIEW, EVENTS, ABOUT = "复核", "事件", "说明"
ADOPT, IGNORE = "采纳", "忽略"
_COLUMNS = ("序号", "处理", "类别", "网点编号", "网点名称", "行号", "说明", "生效日期")
_EVENT_COLUMNS = ("序号", "网点编号", "事件", "内容", "数据")
_REGISTER, _AS_OF, _LAST, _TABLE = "台账", "截至", "最后一条事件", "网点表"


@dataclass(frozen=True)
class Review:
    """What a planner has decided.

    Parameters
    ----------
    drafts : the events to be written.
    last : number of the last event when the differences were found.
    source : the table that they come from.
    register : where the register is that it was compared with.
    adopted, ignored, undecided : how many differences.
    """

    drafts: tuple[Draft, ...]
    last: int
    source: str
    register: str
    adopted: int
    ignored: int
    undecided: int


def write_review(
    found: Sequence[Difference],
    path: Path,
    *,
    register: str,
    last: int,
    as_of: dt.date,
    table: Path,
) -> None:
    """Write differences to be decided in a column 处理.

    What is certain is adopted unless the planner says otherwise; the rest is left to them.

    Parameters
    ----------
    register : where it is.
    last : number of its last event.
    table : the file that was compared with it.
    """
    rows = [
        (i, _proposed(d), d.kind, d.outlet_id, d.name, d.row or None, d.what, as_of.isoformat())
        for i, d in enumerate(found, 1)
    ]
    events = [
        (i, draft.outlet_id, TERMS[draft.kind], told(draft.kind, draft.details), _data(draft))
        for i, difference in enumerate(found, 1)
        for draft in difference.drafts
    ]
    about = [
        (_REGISTER, register),
        (_AS_OF, as_of.isoformat()),
        (_LAST, str(last)),
        (_TABLE, f"{table.name}（截至 {as_of}，SHA-256 {sha256(table)[:12]}）"),
        ("用法", f"在“{REVIEW}”表的“处理”列写 {ADOPT} 或 {IGNORE}，“生效日期”可改；"
                 "保存后运行 gdcoverage register apply"),
        ("会写入什么", f"见“{EVENTS}”表，序号相同的各行；那张表请不要改"),
    ]  # fmt: skip
    with (
        written_whole(path) as partial,
        xlsxwriter.Workbook(str(partial), WORKBOOK_OPTIONS) as book,
    ):
        sheet = add_sheet(book, pd.DataFrame(rows, columns=list(_COLUMNS)), REVIEW)
        choice = {"validate": "list", "source": [ADOPT, IGNORE]}
        sheet.data_validation(1, 1, max(len(rows), 1), 1, choice)
        listed = add_sheet(book, pd.DataFrame(events, columns=list(_EVENT_COLUMNS)), EVENTS)
        listed.set_column(4, 4, None, None, {"hidden": True})
        add_sheet(book, pd.DataFrame(about, columns=["项目", "内容"]), ABOUT)


def _proposed(difference: Difference) -> str:
    if difference.certain:
        return ADOPT
    return "" if difference.drafts else IGNORE


def _data(draft: Draft) -> str:
    """An event's details as text that no spreadsheet changes: no blanks, nothing but ASCII."""
    text = json.dumps(dict(draft.details), ensure_ascii=True, separators=(",", ":"))
    return text.replace(" ", "\\u0020")


def read_review(path: Path) -> Review:
    """What a planner has decided in a workbook of `write_review`.

    Raises
    ------
    InputError : the file is no such workbook, or rows of it are not understood.
    """
    if not path.is_file():
        raise unusable("file_missing", "找不到复核表", "请检查路径与文件名", file=path.name)
    sheets = {name: sheet.cells for name, sheet in read_cells(path, len).items()}
    if lacking := [name for name in (REVIEW, EVENTS, ABOUT) if name not in sheets]:
        action = "请用 gdcoverage register import 写出的工作簿"
        what = f"不是复核表：没有工作表 {'、'.join(lacking)}"
        raise unusable("not_a_review", what, action, file=path.name)
    about = {str(row[0]): str(row[1]) for row in sheets[ABOUT][1:]}
    faults: list[Problem] = []
    drafts = _events_of(sheets[EVENTS], path.name, faults)
    chosen: list[Draft] = []
    counts = {ADOPT: 0, IGNORE: 0, "": 0}
    for number, row in _rows(sheets[REVIEW], _COLUMNS, path.name):
        place = {"file": path.name, "sheet": REVIEW, "row": number}
        if row["处理"] not in counts:
            what, action = "处理应为 采纳 或 忽略", "请改正，或留空暂不处理"
            faults.append(Problem("review_unclear", what, action, value=row["处理"], **place))  # type: ignore[arg-type]
            continue
        counts[row["处理"]] += 1
        if row["处理"] != ADOPT:
            continue
        own = drafts.get(row["序号"], [])
        day = period_of(row["生效日期"])
        if day is None or day.first != day.last:
            what, action = "生效日期应为某一天", "如 2026-06-30"
            faults.append(Problem("review_unclear", what, action, value=row["生效日期"], **place))  # type: ignore[arg-type]
        elif not own:
            what, action = "没有可写入的事件，不能采纳", "请写 忽略；或用 register add 写入"
            faults.append(Problem("review_unclear", what, action, value=row["网点名称"], **place))  # type: ignore[arg-type]
        else:
            chosen += [replace(draft, effective_on=day.first) for draft in own]
    if faults:
        raise InputError(*faults)
    last = about.get(_LAST, "")
    if not last.isdecimal():
        what = f"“{ABOUT}”表里的“{_LAST}”不是编号"
        raise unusable("not_a_review", what, "请重新 register import", file=path.name)
    source, register = about.get(_TABLE, path.name), about.get(_REGISTER, "")
    decided = counts[ADOPT], counts[IGNORE], counts[""]
    return Review(tuple(chosen), int(last), source, register, *decided)


def _events_of(cells: Cells, file: str, faults: list[Problem]) -> dict[str, list[Draft]]:
    found: dict[str, list[Draft]] = {}
    for number, row in _rows(cells, _EVENT_COLUMNS, file):
        try:
            kind, details = kind_of(row["事件"]), json.loads(row["数据"])
            if kind is None or not isinstance(details, dict):
                raise ValueError
        except ValueError:
            what, action = "事件看不懂（这张表不应改动）", "请重新 register import"
            faults.append(
                Problem("review_unclear", what, action, file=file, sheet=EVENTS, row=number)
            )
            continue
        draft = Draft(row["网点编号"], kind, dt.date.min, details)
        found.setdefault(row["序号"], []).append(draft)
    return found


def _rows(
    cells: Cells, columns: Sequence[str], file: str
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows below the headings, with their numbers as a spreadsheet counts."""
    headings = [str(cell).strip() for cell in cells[0]]
    if lacking := [name for name in columns if name not in headings]:
        what = f"不是复核表：缺少列 {'、'.join(lacking)}"
        action = "请用 gdcoverage register import 写出的工作簿"
        raise unusable("not_a_review", what, action, file=file)
    at = {name: headings.index(name) for name in columns}
    for number, row in enumerate(cells[1:], 2):
        told_here = {name: str(row[i]).strip() for name, i in at.items()}
        if any(told_here.values()):
            yield number, told_here
