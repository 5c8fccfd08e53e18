"""What the report says of one budget over many counties: sheets, lines and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from math import isnan
from typing import Any

import pandas as pd

from gdcoverage.numbers import JOINT_COUNTY, JOINT_CURVE, JOINT_WAY, SITE, Column
from gdcoverage.report._alternatives import (
    alternative_lines,
    alternative_sheets,
    alternatives_data,
)
from gdcoverage.report._capacity import capacity_data, capacity_lines, capacity_sheets
from gdcoverage.report._columns import percent
from gdcoverage.report._records import place_of, proved, records
from gdcoverage.report._redesign import redesign_data, redesign_sheets, redesign_summary
from gdcoverage.report._robust import robust_data, robust_lines, robust_sheets
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.report._siting import candidates_line, clock_lines, plan_lines, service_line
from gdcoverage.sites import JointPlan

# So many counties are named in a line.
_NAMED = 12
# Fewer people than this are none in a report.
_HALF = 0.5
WAYS = {
    "joint": "全省统筹",
    "equal": "各县区均分",
    "by_people": "按人口分配",
    "without_floors": "统筹但不设下限",
}


def joint_sheets(joint: JointPlan, names: Mapping[str, str], writer: SheetWriter) -> None:
    """Sheets 全省布点, 布点分配方式, 各县区布点, 全省曲线; of what else was asked."""
    sites = pd.DataFrame(joint.plan.sites)
    sites = sites.assign(county_name=sites["county"].map(names))
    above = ("全省布点：全部县区合用一个总数", *_head_lines(joint))
    writer.sheet("全省布点", sites, {"county_name": Column("县区")} | SITE, above)
    ways = joint.ways.assign(
        way_name=joint.ways["way"].map(WAYS), least_name=joint.ways["least_county"].map(names)
    )
    writer.sheet(
        "布点分配方式",
        ways,
        JOINT_WAY,
        ("布点分配方式：同样的总数怎样分给各县区", *_way_lines(joint, names)),
    )
    counties = joint.counties.assign(county_name=joint.counties["county"].map(names))
    note = "各县区布点：新增达标人口按居住地统计，可由邻县网点服务"
    shown = {name: column for name, column in JOINT_COUNTY.items() if name in counties}
    writer.sheet("各县区布点", counties, shown, (note,))
    if joint.frontier is not None:
        _curve_sheet(joint.frontier, writer)
    if joint.alternatives is not None:
        alternative_sheets(joint.alternatives, writer, names)
    if joint.robust is not None:
        robust_sheets(joint.robust, writer)
    if joint.capacity is not None:
        capacity_sheets(joint.capacity, names, writer)
    if joint.redesign is not None:
        redesign_sheets(joint.redesign, writer)


def _curve_sheet(curve: pd.DataFrame, writer: SheetWriter) -> None:
    """Sheet 全省曲线, with its chart."""
    shown = {name: column for name, column in JOINT_CURVE.items() if name in curve}
    title = "全省曲线：全省统筹新增若干网点，最多新增达标多少人（各解一次，不计下限）"
    sheet = writer.sheet("全省曲线", curve, shown, (title,))
    lines = [
        ("population", "新增达标人口", "#2E75B6"),
        ("bound", "理论上界", "#A6A6A6"),
        ("floors_population", "按下限", "#C55A11"),
    ]
    series = [("全省曲线", "sites", *line) for line in lines if line[0] in curve]
    chart = writer.curves("新增网点数与新增达标人口", series, len(curve))
    sheet.insert_chart(len(curve) + 4, 0, chart)


def joint_lines(joint: JointPlan, names: Mapping[str, str]) -> list[str]:
    """The plan of all counties for a terminal."""
    lines = [*_head_lines(joint), *_way_lines(joint, names)]
    given = joint.counties[joint.counties["sites"] > 0]
    given = given.sort_values(["sites", "won"], ascending=False, kind="stable")
    if len(given):
        named = "、".join(
            f"{names.get(row['county']) or row['county']} {row['sites']} 个"
            for row in given.to_dict("records")
        )
        lines.append(f"新增网点落在：{named}。")
    more = (
        _curve_lines(joint.frontier),
        robust_lines(joint.robust),
        alternative_lines(joint.alternatives),
        capacity_lines(joint.capacity),
        redesign_summary(joint.redesign),
    )
    return [*lines, *chain(*more)]


def _curve_lines(curve: pd.DataFrame | None) -> list[str]:
    """How many people so many sites win, and what the floors cost there."""
    if curve is None:
        return []
    told = "；".join(
        f"{row['sites']} 个 {row['population']:,.0f} 人"
        + (f"（不超过 {row['bound']:,.0f}）" if row["gap"] > 0 else "")
        for row in curve[curve["population"].notna()].to_dict("records")
    )
    lines = [f"全省曲线（新增网点数与新增达标人口）：{told}。"]
    if "price" in curve:
        floors = "；".join(
            f"{row['sites']} 个 "
            + (
                "没有找到方案"
                if isnan(row["floors_population"])
                else f"{row['floors_population']:,.0f} 人，少 {row['price']:,.0f}"
            )
            for row in curve.to_dict("records")
        )
        lines.append(f"按下限（各数目下的代价）：{floors}。")
    return lines


def joint_site_lines(joint: JointPlan, names: Mapping[str, str]) -> list[str]:
    """The sites of the plan for a terminal, a line each."""
    return [
        f"{site['rank']:>2}. {names.get(site['county']) or '县区外'}　"
        f"{site['name'] or site['candidate_id']}：新增 {site['population']:,.0f} 人；"
        f"{place_of(site)}"
        for site in joint.plan.sites.to_dict("records")
    ]


def joint_data(joint: JointPlan) -> dict[str, Any]:
    """The plan of all counties for JSON, but for its sites."""
    plan = joint.plan
    told = {
        "candidates": joint.candidates,
        "generated": joint.generated,
        "population": plan.population,
        "rate_before": plan.rate_before,
        "rate_after": plan.rate_after,
        "bound": plan.bound,
        "gap": plan.gap,
        "status": plan.status,
        "uncoverable_population": plan.uncoverable_population,
    }
    (numbers,) = records(pd.DataFrame([told]))
    return {
        **({"service": joint.service} if joint.service else {}),
        **numbers,
        **({"stopped_by_clock": True} if "clock" in _statuses(joint) else {}),
        **({} if plan.cost is None else {"cost": plan.cost}),
        **({"limited_by": list(plan.limited_by)} if plan.limited_by else {}),
        "ways": records(joint.ways),
        **({} if joint.frontier is None else {"frontier": records(joint.frontier)}),
        **(
            {}
            if joint.alternatives is None
            else {"alternatives": alternatives_data(joint.alternatives)}
        ),
        **({"preferred": proved(plan.preferred)} if plan.preferred else {}),
        **({"two_outlets": proved(plan.two_outlets)} if plan.two_outlets else {}),
        **({} if joint.robust is None else {"robust": robust_data(joint.robust)}),
        **({} if joint.capacity is None else {"capacity": capacity_data(joint.capacity)}),
        **({} if joint.redesign is None else {"redesign": redesign_data(joint.redesign)}),
        "counties": records(joint.counties),
    }


def _head_lines(joint: JointPlan) -> list[str]:
    about = [service_line(joint.service)] if joint.service else []
    stopped = clock_lines(_statuses(joint))
    return [*about, *plan_lines(joint.plan), candidates_line(joint), *stopped]


def _statuses(joint: JointPlan) -> list[str]:
    """How the search for each part of the answer ended."""
    others = None if joint.alternatives is None else joint.alternatives.plans
    steps = None if joint.redesign is None else joint.redesign.steps
    tables = (joint.ways, joint.frontier, others, steps)
    ended = [status for table in tables if table is not None for status in table["status"]]
    plan = joint.plan
    single = (plan.two_outlets, plan.preferred, joint.robust, joint.capacity, joint.redesign)
    return [*ended, *(part.status for part in single if part is not None)]


def _way_lines(joint: JointPlan, names: Mapping[str, str]) -> list[str]:
    """What dividing the budget beforehand loses, and whom the joint plan leaves out."""
    jointly, lines = joint.ways.iloc[0], []
    for way in joint.ways.iloc[1:].to_dict("records"):
        against = _against(way["below_joint"], jointly["population"])
        if way["way"] == "without_floors":
            against = (
                "即下限没有代价" if way["below_joint"] > -_HALF else f"{against}，即下限的代价"
            )
        lines.append(
            f"{WAYS[way['way']]}：{way['sites']} 个网点新增达标 {way['population']:,.0f} 人，"
            f"{against}，{_without(way['counties_without'])}。"
        )
    if jointly["least_county"]:
        lines.append(
            f"统筹方案下，{_without(jointly['counties_without'])}；覆盖率最低的是"
            f"{names.get(jointly['least_county'], jointly['least_county'])}"
            f"（{percent(jointly['least_rate'])}）。"
        )
    bare = joint.counties[joint.counties["sites"] == 0]
    if len(bare):
        bare = bare.sort_values("missed", ascending=False, kind="stable")
        first = "、".join(names.get(code) or code for code in bare["county"].head(_NAMED))
        more = f" 等 {len(bare)} 个县区" if len(bare) > _NAMED else ""
        lines.append(f"统筹方案没有放网点的县区（未达标人口多的在前）：{first}{more}。")
    return lines


def _without(counties: int) -> str:
    return f"{counties} 个县区没有新增" if counties else "每个县区都有新增"


def _against(below: float, jointly: float) -> str:
    """How many people fewer than jointly, and what share."""
    if abs(below) < _HALF:
        return "与统筹相同"
    share = percent(abs(below) / jointly) if jointly else ""
    return f"比统筹{'少' if below > 0 else '多'} {abs(below):,.0f} 人（{share}）"
