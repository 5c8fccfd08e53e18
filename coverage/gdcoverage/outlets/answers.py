"""Answers of the planner to what a table leaves open, kept for the same form next year."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gdcoverage.files import written_whole
from gdcoverage.outlets import _headings as words
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.problems import InputError
from gdcoverage.tables import Headings, fields_of, plain_heading, read_tables, spellings_of

# The file beside the tables.
ANSWERS = "读表约定.csv"
GROUP, WORD, OUTLET, HEADING = "工作表", "词", "网点", "表头"
_KINDS = (GROUP, WORD, OUTLET, HEADING)
_COLUMNS = ("类别", "原文", "含义")
_PASS, _UNUSED = "不读", "不用"
STATUS = {term: name for name, term in OUTLET_STATUS.items() if name != "unknown"}
_TERMS = {term: name for name, term in (MODES | ITEMS | FLAGS).items()}


@dataclass(frozen=True)
class Answers:
    """What texts mean, as the planner has said.

    Parameters
    ----------
    groups : name of a sheet, a title or a part of a table -> status of its rows; "" for a sheet
        that is not to be read.
    words : whole text of a cell -> status of its row.
    outlets : name or id of an outlet -> its status, whatever else is said of it.
    headings : heading -> field; "" for none.
    """

    groups: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    outlets: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)


def answers_beside(table: Path) -> Path | None:
    """The file of answers in the folder of a table, if there is one."""
    path = table.parent / ANSWERS
    return path if path.is_file() else None


def with_answers(headings: Headings, answers: Answers) -> Headings:
    """Headings with those of the planner standing first."""
    own = {plain_heading(text): field for text, field in answers.headings.items()}
    return {
        name: (
            *(plain for plain, field in own.items() if field == name),
            *(spelling for spelling in spellings if spelling not in own),
        )
        for name, spellings in headings.items()
    }


def read_answers(path: str | Path) -> Answers:
    """Answers of a CSV or workbook with the columns 类别, 原文, 含义.

    Raises
    ------
    InputError : unreadable, or rows that are not understood, all of them at once.
    """
    headings = {name: (name,) for name in _COLUMNS}
    found: dict[str, dict[str, str]] = {kind: {} for kind in _KINDS}
    faults = []
    for table in read_tables(path, headings, _COLUMNS):
        rows = zip(*(table.text(name) for name in _COLUMNS), strict=True)
        for i, (kind, text, meaning) in enumerate(rows):
            value = _meant(kind, meaning)
            if value is None:
                what, action = f"“{kind}”“{meaning}”不认识", _allowed(kind)
                faults.append(table.problem(i, "含义", "answer_unknown", what, action))
            else:
                found[kind][text] = value
    if faults:
        raise InputError(*faults)
    return Answers(found[GROUP], found[WORD], found[OUTLET], found[HEADING])


def _meant(kind: str, meaning: str) -> str | None:
    """What an answer means; None if it means nothing known."""
    if kind == HEADING:
        if meaning == _UNUSED:
            return ""
        found = fields_of([meaning], spellings_of(words.HEADINGS))
        return next(iter(found), _TERMS.get(meaning))
    if kind == GROUP and meaning == _PASS:
        return ""
    return STATUS.get(meaning) if kind in _KINDS else None


def allowed_for(kind: str) -> tuple[str, ...]:
    """What may be answered of a sheet, a word or an outlet."""
    return (*STATUS, _PASS) if kind == GROUP else tuple(STATUS)


def _allowed(kind: str) -> str:
    statuses = "、".join(STATUS)
    return {
        HEADING: f"请写标准表头（如 状态、服务方式、窗口办）或 {_UNUSED}",
        GROUP: f"请填 {statuses} 或 {_PASS} 之一",
    }.get(kind, f"类别请填 {'、'.join(_KINDS)} 之一，含义请填 {statuses} 之一")


def write_answers(rows: Iterable[tuple[str, str, str]], path: Path) -> None:
    """Write answers (kind, text, meaning); those that the file has already stay."""
    known: dict[tuple[str, str], str] = {}
    if path.exists():
        for table in read_tables(path, {name: (name,) for name in _COLUMNS}, _COLUMNS):
            for kind, text, meaning in zip(*(table.text(n) for n in _COLUMNS), strict=True):
                known[kind, text] = meaning
    known |= {(kind, text): meaning for kind, text, meaning in rows}
    with (
        written_whole(path) as partial,
        partial.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        csv.writer(file).writerows([_COLUMNS, *((*key, meant) for key, meant in known.items())])
