"""Which rows count: each village once, of today, and no sum of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools, Ints, Objects
from gdcoverage.demand import _headings as words
from gdcoverage.demand._lines import Lines, Verdict
from gdcoverage.demand._totals import judge_totals, looks_like_sums
from gdcoverage.demand._twice import Left, older, repeated, unseen
from gdcoverage.problems import Problem
from gdcoverage.tables import Table

# Towns of one name in a table; more rows are places that bear their town's name.
_MOST_OF_A_NAME = 3
_CHECK = "请核对；确应计入的，请消除疑点（取消隐藏、删去删除线、改正名称或人口）后重新运行"
_IF_A_PLACE = "若确是另一处居民点，请改正名称、编号或人口"
_KINDS = {
    "total": ("total_left_out", "是合计行，未计入：{why}"),
    "part": ("part_left_out", "未计入：{why}"),
}


@dataclass(eq=False)
class Judgement:
    """What was decided of rows.

    Parameters
    ----------
    left : rows that are left out.
    problems : what is told of them, and of others that look like them.
    people : in doubt.
    counts : what the rows are, in Chinese -> how many.
    """

    left: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    people: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)

    def leave(self, i: int, problem: Problem, people: float, count: str) -> None:
        """Leave a row out, with the people that this concerns."""
        self.left.add(i)
        if problem.kind.startswith("doubt_"):
            self.people += people
            problem = replace(problem, value=f"{people:.10g}")
        if problem.what:
            self.problems.append(problem)
        self.counts[count] = self.counts.get(count, 0) + 1


def judge_rows(
    tables: Sequence[Table],
    points: pd.DataFrame,
    steps: Sequence[float],
    written: Sequence[Mapping[int, float]],
) -> Judgement:
    """Judge the rows of all tables of a file.

    Parameters
    ----------
    points : of the tables one after the other: ``table`` (number), ``name``, ``demand_id``,
        ``population``, ``lon``, ``lat``, ``label`` and ``town_name``.
    steps : in which people of each table are counted.
    written : of each table, row -> people, of rows that say 合计 and are none of the points.
    """
    number = points["table"].to_numpy()
    starts = np.searchsorted(number, np.arange(len(tables)))
    people = points["population"].to_numpy(float)
    judgement = Judgement(counts=dict.fromkeys(("合计行", "存疑", "重复", "较早年份"), 0))
    left: dict[int, Left] = {}
    for start, table in zip(starts, tables, strict=True):
        left |= {int(start) + at: reason for at, reason in unseen(table).items()}
    past, judgement.problems = older(tables, points)
    left = past | left
    aside = np.zeros(len(points), bool)
    aside[list(left)] = True
    again = repeated(points, ~aside)
    aside[list(again)] = True
    lines = _lines(tables, points, steps, aside)
    found = judge_totals(lines)
    for i, verdict in found.items():
        if not aside[i]:
            at = i - int(starts[number[i]])
            _tell_total(judgement, tables[number[i]], i, at, verdict)
    left = again | left
    for i, reason in list(left.items()):
        if i in found and found[i].kind == "total" and reason.kind != "year_older":
            left[i] = Left("total_left_out", f"是合计行，{found[i].why}")
        table = tables[number[i]]
        _tell_left(judgement, table, i, i - int(starts[number[i]]), left[i], people[i])
    _tell_sums(judgement, tables, number, looks_like_sums(lines), lines.row)
    for at, (table, totals) in enumerate(zip(tables, written, strict=True)):
        _check_written(judgement, table, totals, lines, at)
    return judgement


def _lines(
    tables: Sequence[Table], points: pd.DataFrame, steps: Sequence[float], aside: Bools
) -> Lines:
    number = points["table"].to_numpy()
    name = points["label"].to_numpy(object)
    empty = [np.full(len(table), "", object) for table in tables]
    sections = [e if t.section is None else t.section for t, e in zip(tables, empty, strict=True)]
    return Lines(
        cents=np.rint(np.nan_to_num(points["population"].to_numpy(float)) * 100).astype(np.int64),
        step=np.array(steps)[number],
        name=name,
        level=_levels(name, number),
        town=points["town_name"].to_numpy(object),
        section=np.concatenate(sections),
        sheet=points["sheet"].to_numpy(object),
        table=number,
        row=points["source_row"].to_numpy(np.int64),
        aside=aside,
    )


def _levels(name: Objects, number: Ints) -> Ints:
    """What each name is of; one that several rows of a table bear says where a place lies."""
    level = np.fromiter(map(words.level_of, name), np.int64, len(name))
    called = np.flatnonzero((level != words.PLACE) & (level != words.WHOLE))
    bearers = pd.DataFrame({"name": name[called], "table": number[called]})
    several = bearers.groupby(["name", "table"])["name"].transform("size") > _MOST_OF_A_NAME
    level[called[several.to_numpy(bool)]] = words.PLACE
    return level


def _tell_total(judgement: Judgement, table: Table, i: int, at: int, verdict: Verdict) -> None:
    if verdict.kind == "looks_total":
        action = "若它是合计，请删去或改名为“合计”"
        judgement.problems.append(
            table.problem(at, "name", "town_counted", verdict.why, action, severity="warning")
        )
        return
    if verdict.kind in _KINDS:
        kind, what = _KINDS[verdict.kind]
        problem = table.problem(
            at, "name", kind, what.format(why=verdict.why), _IF_A_PLACE, severity="warning"
        )
        judgement.leave(i, problem, 0.0, "合计行" if verdict.kind == "total" else "其他行的一部分")
        return
    what = f"存疑，{verdict.people:,.0f} 人未计入：{verdict.why}"
    judgement.leave(
        i, table.problem(at, "name", verdict.kind, what, _CHECK), verdict.people, "存疑"
    )


def _tell_left(
    judgement: Judgement, table: Table, i: int, at: int, reason: Left, people: float
) -> None:
    people = 0.0 if np.isnan(people) else people
    if reason.kind.startswith("doubt_"):
        what = f"存疑，{people:,.0f} 人未计入：{reason.why}"
        judgement.leave(i, table.problem(at, "name", reason.kind, what, _CHECK), people, "存疑")
        return
    what = f"未计入：{reason.why}" if reason.why else ""
    problem = table.problem(at, "name", reason.kind, what, _IF_A_PLACE, severity="warning")
    kinds = {"year_older": "较早年份", "village_repeated": "重复", "total_left_out": "合计行"}
    judgement.leave(i, problem, people, kinds[reason.kind])


def _tell_sums(
    judgement: Judgement, tables: Sequence[Table], number: Ints, rows: Ints, spreadsheet: Ints
) -> None:
    """One word a table of rows that are counted and may be sums all the same."""
    for at in np.unique(number[rows]) if len(rows) else ():
        own = rows[number[rows] == at]
        first = "、".join(str(spreadsheet[i]) for i in own[:5])
        more = "等" if len(own) > 5 else ""
        what = f"有 {len(own)} 行的人口恰好等于相邻几行之和（第 {first} 行{more}），按居民点计入"
        action = "若其中有合计行，请删去或在名称里写明“合计”"
        judgement.problems.append(_of_table(tables[at], "sums_counted", what, action))


def _check_written(
    judgement: Judgement, table: Table, totals: Mapping[int, float], lines: Lines, at: int
) -> None:
    """Rows that say 合计: no places, but what they say should be what the others are."""
    for row, people in totals.items():
        what = f"写明是合计（{people:,.0f} 人），未计入"
        told = _of_table(table, "total_left_out", what, "不需处理")
        judgement.problems.append(replace(told, row=row))
    judgement.counts["合计行"] += len(totals)
    own = lines.free & (lines.table == at)
    sums = [own, own & ~lines.aside, lines.free, lines.free & ~lines.aside]
    if not totals or not own.any():
        return
    slack = lines.slack(np.flatnonzero(own)[:1], np.array([own.sum()]))[0] + 1
    said = {max(totals.values()), sum(totals.values())}
    if any(abs(n * 100 - lines.cents[rows].sum()) <= slack for n in said for rows in sums):
        return
    most = max(totals, key=lambda row: totals[row])
    people = lines.cents[own & ~lines.aside].sum() / 100
    what = f"合计写的是 {totals[most]:,.0f} 人，计入的各行之和是 {people:,.0f} 人"
    action = "请核对是否有行漏填、填错，或合计没有更新"
    judgement.problems.append(replace(_of_table(table, "total_differs", what, action), row=most))


def _of_table(table: Table, kind: str, what: str, action: str) -> Problem:
    return Problem(kind, what, action, "warning", file=table.file, sheet=table.sheet)
