"""The sentences of a report: the headline, and what one must know to read its rates."""

from __future__ import annotations

import numpy as np

from gdcoverage.assessment import NO_COUNTY
from gdcoverage.report._columns import people, percent, plain
from gdcoverage.report._report import Report


def headline(report: Report) -> str:
    """The one sentence: people, people covered, the rate, and the rate of each class."""
    total = report.total
    if not total["population"]:
        return f"{plain(report.name)}：没有人口数据，无法计算覆盖率。"
    classes = [
        f"{name} {percent(total[f'{kind}_rate'])}"
        if total[f"{kind}_population"] > 0
        else f"无{name}人口"
        for kind, name in (("urban", "城区"), ("rural", "乡村"))
    ]
    return (
        f"{plain(report.name)}：常住人口 {people(total['population'])} 人，"
        f"达标 {people(total['covered_population'])} 人，覆盖率 {percent(total['rate'])}"
        f"（{'，'.join(classes)}）。"
    )


def remarks(report: Report) -> list[str]:
    """Outlets, overlaps, older people, islands, points off the network, people in no county."""
    lines = _about_outlets(report)
    total = report.total
    if not total["population"]:
        return lines
    standard = report.coverage.standard
    lines.append(
        f"多点可办：仅一个网点达标 {people(total['one_outlet'])} 人，"
        f"两个及以上网点达标 {people(total['two_outlets'])} 人。"
    )
    if not np.isnan(total["elderly"]):
        of_them = percent(total["elderly_covered"] / total["elderly"]) if total["elderly"] else "—"
        lines.append(
            f"60岁以上：{people(total['elderly'])} 人，"
            f"达标 {people(total['elderly_covered'])} 人（{of_them}）。"
        )
    if "rate_towns_rural" in total:
        lines.append(
            f"镇区规则：镇区按城区，覆盖率 {percent(total['rate'])}；"
            f"镇区按乡村，覆盖率 {percent(total['rate_towns_rural'])}。"
        )
    demand = report.coverage.demand
    urban = (demand["settlement"] == "urban") & (demand["status"] == "off_network")
    lines.append(
        f"未接入路网（离街道超过{standard.snap_limit_m:.0f}米）："
        f"{people(total['off_network_population'])} 人，"
        f"其中城区 {people(demand.loc[urban, 'population'].sum())} 人因此不达标；"
        f"路网孤岛：{people(total['island_population'])} 人。均计入常住人口。"
    )
    outside = report.counties.loc[report.counties["county"] == NO_COUNTY, "population"].sum()
    if outside > 0 and len(report.inside):
        lines.append(f"县区外：{people(outside)} 人不在所列任何县区之内，单列一行，计入合计。")
    return lines


def _about_outlets(report: Report) -> list[str]:
    """How many outlets count, where none do, and who is served from across the border."""
    bare = report.inside.loc[report.inside["outlets"] == 0, "county_name"]
    table = report.outlet_table()
    serving = table[table["counts"]]
    beyond = ~serving["county"].isin(report.counties["county"])
    across = int((beyond & (serving["covered_population"] > 0)).sum())
    lines = [f"在营网点：{int(report.total['outlets']):,} 个。"]
    if len(bare) == 1 and report.one:
        lines = ["本县区无在营网点。"]
    elif report.one and not len(serving):
        lines = ["无在营网点。"]
    elif len(bare):
        lines.append(f"无在营网点的县区：{'、'.join(map(plain, bare))}。")
    if across:
        lines.append(f"县区界外另有 {across:,} 个在营网点的覆盖范围内有上述人口，已计入达标。")
    return lines
