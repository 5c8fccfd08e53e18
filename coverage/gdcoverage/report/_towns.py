"""What the report says of towns, villages and quotas: sheets, a table and lines for a terminal."""

from __future__ import annotations

import pandas as pd

from gdcoverage.numbers import QUOTA, TOWN, VILLAGE, Column
from gdcoverage.report._columns import measured, people, plain
from gdcoverage.report._report import Report
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.townships import NO_TOWN

TOWNS, VILLAGES, QUOTAS = "镇街", "无人达标村居", "网点配额"
# So many towns, those with most people outside the standard; so many are named in a line.
_WORST, _NAMED = 8, 10


def town_sheets(report: Report, writer: SheetWriter) -> None:
    """Sheets 镇街, 无人达标村居 and 网点配额, each where there is something to tell."""
    table = report.town_table
    if len(table):
        above = (
            f"{TOWNS}：共 {measured(int((table['town_id'] != '').sum()), 'count')}；"
            f"各县区的镇街与“{NO_TOWN}”合计即该县区",
            "最近网点：离该镇街多数人直线最近的在营网点；人口中位直线距离：一半的人到各自最近网点不超过此数。",
        )
        writer.sheet(TOWNS, table, TOWN, above)
    if len(report.village_table):
        count = measured(len(report.village_table), "count")
        missed = people(report.village_table["population"].sum())
        title = f"{VILLAGES}：没有一人达标的村居 {count}，{missed} 人，按人口从多到少"
        writer.sheet(VILLAGES, report.village_table, VILLAGE, (title,))
    if len(report.quota_table):
        title = f"{QUOTAS}：计划数为规划人员所填；网点的城乡类别按离它最近的需求点"
        writer.sheet(QUOTAS, report.quota_table, QUOTA, (title,))


def towns_shown(report: Report) -> tuple[pd.DataFrame, dict[str, Column]]:
    """The towns with most people outside the standard, for a terminal."""
    table = report.town_table
    rows = table[table["uncovered_population"] > 0]
    rows = rows.sort_values("uncovered_population", ascending=False, kind="stable").head(_WORST)
    names = (
        *("town_label", "population", "covered_population", "uncovered_population", "rate"),
        *("outlets", "radius_m"),
    )
    county = () if report.one else ("county_name",)
    return rows, {name: TOWN[name] for name in (names[0], *county, *names[1:])}


def town_lines(report: Report) -> list[str]:
    """Towns without an outlet or without anybody in standard, villages, quotas."""
    return [*_of_towns(report), *_of_villages(report), *_of_quotas(report)]


def _of_towns(report: Report) -> list[str]:
    table = report.town_table
    if table.empty:
        return []
    named = table[table["town_id"] != ""]
    bare = named[named["outlets"] == 0]
    missed = named[(named["covered_population"] == 0) & (named["population"] > 0)]
    lines = [
        f"{TOWNS}：共 {measured(len(named), 'count')}；"
        f"没有在营网点的 {measured(len(bare), 'count')}{_names(bare, report)}；"
        f"无人达标的 {measured(len(missed), 'count')}{_names(missed, report)}。"
    ]
    unknown = table.loc[table["town_id"] == "", "population"].sum()
    if unknown:
        lines.append(f"{NO_TOWN}：{measured(unknown, 'people')}，单列一行。")
    return lines


def _names(towns: pd.DataFrame, report: Report) -> str:
    if towns.empty:
        return ""
    some = towns.sort_values("population", ascending=False, kind="stable").head(_NAMED)
    names = [
        plain(town.town_label if report.one else f"{town.county_name}{town.town_label}")
        for town in some.itertuples()
    ]
    return f"（{'、'.join(names)}{'等' if len(towns) > len(some) else ''}）"


def _of_villages(report: Report) -> list[str]:
    if report.town_table.empty or not (count := int(report.town_table["villages"].sum())):
        return []
    missed = report.village_table
    left = people(missed["population"].sum()) if len(missed) else "0"
    return [
        f"村居（居民点）：有人口的 {measured(count, 'count')}，无人达标的 "
        f"{measured(len(missed), 'count')}，{left} 人；名单见工作簿“{VILLAGES}”表。"
    ]


def _of_quotas(report: Report) -> list[str]:
    table = report.quota_table
    if table.empty:
        return []
    short = table[table["missing"] > 0]
    told = [
        f"{'' if report.one else plain(row.county_name)}{row.settlement_name}{row.kind_name}"
        f"计划 {row.planned:,.0f} 个，现有 {row.present:,} 个，缺 {row.missing:,.0f} 个"
        for row in short.head(_NAMED).itertuples()
    ]
    more = f"等 {len(short)} 项；见工作簿“{QUOTAS}”表" if len(short) > _NAMED else ""
    return [f"{QUOTAS}：{'；'.join(told) or '没有缺额'}{more}。"]
