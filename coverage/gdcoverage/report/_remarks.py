"""The sentences of a report: the headline, and what one must know to read its rates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gdcoverage.findings import MISPLACED_M, NO_COUNTY, StreetsWalked
from gdcoverage.numbers import NUMBERS, SPEED_COLUMNS
from gdcoverage.policy import COMPARISON_SPEEDS, SETTLEMENTS
from gdcoverage.report._columns import measured, people, percent, plain
from gdcoverage.report._doubt import READ_ACCOUNT, doubt_line, witness_line
from gdcoverage.report._report import Report

# What is supposed for a rate, as the line of uncertainty says it.
_SUPPOSED = {
    "rate_towns_rural": "镇区按乡村判定",
    "rate_towns_urban": "镇区按城区判定",
    "rate_by_nearest_street": "各点只由最近的街道出入",
    "rate_without_doubtful_ways": "不走存疑道路",
    "rate_with_doubtful": "计入存疑网点",
}


def headline(report: Report) -> str:
    """The one sentence: people, people covered, the rate, and the rate of each class."""
    total = report.total
    if not total["population"]:
        return f"{plain(report.name)}：没有人口数据，无法计算覆盖率。"
    classes = [
        f"{name} {percent(total[f'{kind}_rate'])}"
        if total[f"{kind}_population"] > 0
        else f"无{name}人口"
        for kind, name in SETTLEMENTS.items()
    ]
    residents = f"{NUMBERS['population'].said} {measured(total['population'], 'people')}"
    return (
        f"{plain(report.name)}：{residents}，{_told(total, 'covered_population')}，"
        f"{NUMBERS['rate'].said} {percent(total['rate'])}（{'，'.join(classes)}）。"
    )


def remarks(report: Report) -> list[str]:
    """Outlets, those in doubt, overlaps, uncertainty, older people, who is off the network or on
    an island of it, people in no county.
    """
    lines = _about_outlets(report)
    if report.doubt is not None and not report.doubt.matters:
        lines.append(doubt_line(report.doubt))
    total = report.total
    if not total["population"]:
        return lines
    standard = report.coverage.standard
    lines.append(f"多点可办：{_told(total, 'one_outlet')}，{_told(total, 'two_outlets')}。")
    if not np.isnan(total["elderly"]):
        share = total["elderly_covered"] / total["elderly"] if total["elderly"] else np.nan
        covered = NUMBERS["covered_population"].clause
        lines.append(
            f"{_told(total, 'elderly', '：')}，"
            f"{covered} {measured(total['elderly_covered'], 'people')}（{percent(share)}）。"
        )
    lines.append(_uncertainty(total))
    off, everyone = NUMBERS["off_network_population"].clause, NUMBERS["population"].said
    barred = ""
    if total["barred_population"] > 0:
        barred = (
            f"{NUMBERS['barred_population'].clause}"
            f"（{standard.snap_limit_m:.0f}米内的街道均隔着水域、铁路、高速公路等）："
            f"{measured(total['barred_population'], 'people')}，"
            f"其中城区 {_urban(report, 'barred')} 人因此不达标；"
        )
    lines.append(
        f"{off}（离街道超过{standard.snap_limit_m:.0f}米）："
        f"{measured(total['off_network_population'], 'people')}，"
        f"其中城区 {_urban(report, 'off_network')} 人因此不达标；"
        f"{barred}{_told(total, 'island_population', '：')}。均计入{everyone}。"
    )
    if report.streets is not None:
        lines.append(_walked_on(report.streets, total))
    if report.witness is not None:
        lines.append(witness_line(report.witness))
    outside = report.counties.loc[report.counties["county"] == NO_COUNTY, "population"].sum()
    if outside > 0 and len(report.inside):
        lines.append(f"县区外：{people(outside)} 人不在所列任何县区之内，单列一行，计入合计。")
    return lines


def dates(report: Report) -> str:
    """Until when the data go, and when the report was made."""
    return f"数据截至 {plain(report.data_date)}，生成日期 {report.made_on}"


def where_read(report: Report) -> list[str]:
    """Where to read what was understood of the inputs, if not in the same document."""
    return [f"{READ_ACCOUNT}：{report.read_at}"] if report.read_at else []


def _urban(report: Report, status: str) -> str:
    """How many urban people join the streets, or do not, in such a way."""
    demand = report.coverage.demand
    rows = (demand["settlement"] == "urban") & (demand["status"] == status)
    return people(demand.loc[rows, "population"].sum())


def _told(total: pd.Series, name: str, between: str = " ") -> str:
    """A number of people in a sentence: “达标 1,234 人”."""
    return f"{NUMBERS[name].clause}{between}{measured(total[name], 'people')}"


def _walked_on(streets: StreetsWalked, total: pd.Series) -> str:
    """By what rules ways are streets, how many are in doubt, and who hangs on those."""
    rules = {"walk": "本程序的步行规则", "osmnx": "osmnx 的步行规则"}
    named = rules.get(streets.profile, streets.profile)
    said = f"步行路网（{named}）：{streets.metres / 1000:,.1f} 公里"
    if not streets.doubtful_m:
        return f"{said}。"
    said += f"，其中存疑 {streets.doubtful_m / 1000:,.1f} 公里，按可走计"
    if "rate_without_doubtful_ways" not in total:
        return f"{said}。"
    hang = (total["rate"] - total["rate_without_doubtful_ways"]) * total["population"]
    return f"{said}；{people(hang)} 人靠这些路达标。"


def _uncertainty(total: pd.Series) -> str:
    """The headline's rate under other suppositions, in one line."""
    speeds = "、".join(
        f"{speed.label} {percent(total[column])}"
        for column, speed in zip(SPEED_COLUMNS, COMPARISON_SPEEDS, strict=True)
    )
    low, high = percent(total["rate_farther"]), percent(total["rate_nearer"])
    told = [f"步速 {speeds}", f"各点位置偏差 {MISPLACED_M:.0f} 米 {low}～{high}"]
    told += [
        f"{words} {percent(total[column])}"
        for column, words in _SUPPOSED.items()
        if column in total
    ]
    return f"{NUMBERS['rate'].said}的不确定性：{'；'.join(told)}。"


def _about_outlets(report: Report) -> list[str]:
    """How many outlets count, where none do, and who is served from across the border."""
    bare = report.inside.loc[report.inside["outlets"] == 0, "county_name"]
    table = report.outlet_table()
    serving = table[table["counts"]]
    beyond = ~serving["county"].isin(report.counties["county"])
    across = int((beyond & (serving["covered_population"] > 0)).sum())
    outlets = NUMBERS["outlets"].said
    lines = [f"{outlets}：{measured(report.total['outlets'], 'count')}。"]
    if len(bare) == 1 and report.one:
        lines = [f"本县区无{outlets}。"]
    elif report.one and not len(serving):
        lines = [f"无{outlets}。"]
    elif len(bare):
        lines.append(f"无{outlets}的县区：{'、'.join(map(plain, bare))}。")
    if across:
        lines.append(f"县区界外另有 {across:,} 个{outlets}的覆盖范围内有上述人口，已计入达标。")
    return lines
