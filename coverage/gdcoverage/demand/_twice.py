"""Rows that are no people of today, or have been counted already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools, Ints
from gdcoverage.demand import _headings as words
from gdcoverage.problems import Problem
from gdcoverage.tables import Table, plain_heading
from gdcoverage.tables.dates import last_period

# A village may be entered so many times.
_ENTRIES = 3


class Left(NamedTuple):
    """Why a row is left out.

    Parameters
    ----------
    kind : of its problem; those that begin with "doubt_" may be people after all.
    why : in Chinese.
    """

    kind: str
    why: str


def unseen(table: Table) -> dict[int, Left]:
    """Row -> why it is in doubt: how it looks, where it stands, or what a remark says."""
    look = table.look
    found: dict[int, Left] = {}

    def doubt(rows: Bools | None, kind: str, why: str) -> None:
        for i in np.flatnonzero(rows) if rows is not None else ():
            found.setdefault(int(i), Left(kind, why))

    if look.hidden_sheet:
        doubt(np.ones(len(table), bool), "doubt_hidden", "工作表是隐藏的")
    doubt(look.hidden, "doubt_hidden", "该行是隐藏的")
    doubt(look.struck, "doubt_struck", "该行画有删除线")
    if any(words.NOT_YET.search(name) for name in table.tabs):
        doubt(np.ones(len(table), bool), "doubt_not_yet", f"工作表“{table.sheet}”不是现有人口")
    for heading, text in table.others.items():
        if words.is_remark(plain_heading(heading)):
            said = {t: bool(words.ASIDE.search(t)) for t in dict.fromkeys(text)}
            aside = np.array([said[t] for t in text], bool)
            doubt(aside, "doubt_remark", f"“{heading}”列这样写")
    if table.section is not None:
        said = {t: bool(words.NOT_YET.search(t)) for t in dict.fromkeys(table.section)}
        ahead = np.array([said[t] for t in table.section], bool)
        doubt(ahead, "doubt_not_yet", "所在部分的小标题说不是现有人口")
    return found


def years_of(table: Table) -> Ints:
    """The year that each row is of, by its column, section, sheet or title; 0 for none."""
    for texts in (
        table.text("year"),
        table.section,
        *([name] for name in table.tabs),
        [table.title],
    ):
        if texts is None or not any(texts):
            continue
        distinct = {text: last_period(text) for text in dict.fromkeys(texts)}
        years = [p.first.year if (p := distinct[text]) else 0 for text in texts]
        if any(years):
            return np.resize(np.array(years, np.int64), len(table))
    return np.zeros(len(table), np.int64)


def older(tables: Sequence[Table], points: pd.DataFrame) -> tuple[dict[int, Left], list[Problem]]:
    """Rows of a year before the latest, or yet to come, and what is told of each table.

    Of a table that has none of the latest year's villages the rows count: they are other places.
    """
    year = np.concatenate([years_of(table) for table in tables])
    ahead = year > dt.date.today().year
    found = {
        int(i): Left("doubt_not_yet", f"是 {year[i]} 年的，还没有到") for i in np.flatnonzero(ahead)
    }
    latest = int(year[~ahead].max(initial=0))
    past = (year > 0) & (year < latest)
    if not past.any():
        return found, []
    key = np.where(points["name"] != "", points["name"], points["demand_id"])
    known = set(key[year == latest]) - {""}
    met = np.array([k in known for k in key], bool)
    problems = []
    for number, table in enumerate(tables):
        own = past & (points["table"] == number).to_numpy()
        if not own.any():
            continue
        years = "、".join(f"{y} 年" for y in sorted(set(year[own])))
        if not (own & met).any():
            what = f"这些行是 {years}的，别处有 {latest} 年的；村名不重复，都已计入"
            problems.append(_of_table(table, "years_differ", what, "请核对年份"))
            continue
        rows = np.flatnonzero(own & met)
        people = points["population"].to_numpy()[rows]
        what = (
            f"{len(rows)} 行是 {years}的，已有 {latest} 年的，按 {latest} 年计；"
            f"{years}的 {np.nansum(people):,.0f} 人没有计入"
        )
        action = "若应按其他年份计，请只保留那一年的行或工作表"
        problems.append(_of_table(table, "year_older", what, action))
        found |= {int(i): Left("year_older", "") for i in rows}
        why = f"是 {years}的，而 {latest} 年的里面没有它"
        found |= {int(i): Left("doubt_year", why) for i in np.flatnonzero(own & ~met)}
    return found, problems


def repeated(points: pd.DataFrame, free: Bools) -> dict[int, Left]:
    """Rows of a village that an earlier row has.

    The same code or name and people at the same place, or the same code, name and people
    anywhere, is the same village. The same name at the same place with other people is in doubt,
    unless their codes differ.

    Parameters
    ----------
    free : rows that are not left out for another reason.
    """
    rows = np.flatnonzero(free & ((points["name"] != "") | (points["demand_id"] != "")))
    keys = pd.DataFrame(
        {
            "name": points["name"].to_numpy()[rows],
            "id": points["demand_id"].to_numpy()[rows],
            "people": points["population"].to_numpy()[rows].round(2),
            "lon": points["lon"].to_numpy()[rows].round(5),
            "lat": points["lat"].to_numpy()[rows].round(5),
            "at": rows,
        }
    )
    keys["who"] = np.where(keys["name"] != "", keys["name"], keys["id"])
    keys = keys[keys["lon"].notna() & keys["people"].notna()]
    named = keys[keys["name"] != ""]
    # A code that many rows bear is their county's.
    coded = named[(named["id"] != "") & (named.groupby("id")["id"].transform("size") <= _ENTRIES)]
    found: dict[int, Left] = {}
    for part, same, kind, told in (
        (keys, ["who", "people", "lon", "lat"], "village_repeated", "同一村，只计一次"),
        (coded, ["id", "name", "people"], "village_repeated", "编号、名称、人口相同，只计一次"),
        (
            named,
            ["name", "id", "lon", "lat"],
            "doubt_repeated",
            "名称、位置相同而人口不同，只计前面一行",
        ),
    ):
        several = part[part.duplicated(same, keep=False)]
        first = several.groupby(same, sort=False)["at"].transform("min")
        for i, before in zip(several["at"], first, strict=True):
            if i != before:
                found.setdefault(int(i), Left(kind, f"与{_place(points, int(before))}{told}"))
    return found


def _place(points: pd.DataFrame, i: int) -> str:
    sheet = points["sheet"].iloc[i]
    return f"{f'工作表“{sheet}”' if sheet else ''}第 {points['source_row'].iloc[i]} 行"


def _of_table(table: Table, kind: str, what: str, action: str) -> Problem:
    return Problem(kind, what, action, "warning", file=table.file, sheet=table.sheet)
