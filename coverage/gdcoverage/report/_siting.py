"""What the report says of sites: sheets, lines for a terminal, and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from gdcoverage.numbers import CROWDED, CURVE, EXIT, SHARE, SITE, Column
from gdcoverage.report._alternatives import alternative_sheets, alternatives_data
from gdcoverage.report._capacity import capacity_data, capacity_lines, capacity_sheets
from gdcoverage.report._columns import percent
from gdcoverage.report._records import number, place_of, proved, records
from gdcoverage.report._redesign import (
    redesign_data,
    redesign_lines,
    redesign_sheets,
)
from gdcoverage.report._robust import robust_data, robust_lines, robust_sheets
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.sites import (
    TABLE_KINDS,
    ExitImpact,
    JointPlan,
    Preferred,
    Refinement,
    SitePlan,
    Siting,
    TwoOutlets,
)

# What keeps a plan from more, as `SitePlan.limited_by` names it.
_LIMITS = {
    "reached": "目标已经达到",
    "no_candidates": "没有候选点",
    "candidates": "现有候选点全部用上也不够",
    "forbidden": "受禁选候选点限制",
    "excluded": "受不布点区域限制",
    "apart": "受同一银行网点间距限制",
    "bank_caps": "受银行上限限制",
    "kind_caps": "受候选点类别上限限制",
    "class_caps": "受城乡上限限制",
    "county_caps": "受县区上限限制",
    "city_caps": "受各市上限限制",
}


def siting_sheets(siting: Siting, names: Mapping[str, str], writer: SheetWriter) -> None:
    """Sheets 布点建议, 银行占比, 覆盖—投入曲线, of alternatives and robust plans, 退出影响;
    where asked for, those of a redesign, and 过近的候选点.
    """
    above = ("布点建议", *_head_lines(siting))
    writer.sheet("布点建议", pd.DataFrame(siting.plan.sites), SITE, above)
    share = ("各银行占比（不偏向任何银行）",)
    writer.sheet("银行占比", siting.plan.bank_share, SHARE, share)
    if siting.frontier is not None:
        curve = _curve(siting)
        title = "覆盖—投入曲线：每增一个网点多覆盖多少人"
        if siting.frontier.without_floors:
            title += "（不计各项下限，与布点建议不同）"
        sheet = writer.sheet("覆盖—投入曲线", curve, CURVE, (title,))
        chart = writer.bars(
            "新增网点数与新增达标人口",
            [("覆盖—投入曲线", "sites", "population", "新增达标人口", "#2E75B6")],
            len(curve),
        )
        sheet.insert_chart(len(curve) + 4, 0, chart)
    if siting.alternatives is not None:
        alternative_sheets(siting.alternatives, writer)
    if siting.robust is not None:
        robust_sheets(siting.robust, writer)
    if siting.capacity is not None:
        capacity_sheets(siting.capacity, names, writer)
    if siting.redesign is not None:
        redesign_sheets(siting.redesign, writer)
    if siting.crowded is not None:
        writer.sheet("过近的候选点", siting.crowded, CROWDED, (_crowded_line(siting.crowded),))
    note = "退出影响：单个网点退出后失去达标的人口（仅由它达标的人）"
    writer.sheet("退出影响", pd.DataFrame(siting.exits), EXIT, (note,))


def county_sites_sheet(
    sites: pd.DataFrame, service: str, names: Mapping[str, str], writer: SheetWriter
) -> None:
    """Sheet 布点建议 of several counties: what is recommended to each."""
    people = f"{sites['population'].sum():,.0f}" if len(sites) else "0"
    title = f"布点建议：按县区分别选择，共 {len(sites):,} 个，新增达标 {people} 人"
    above = (title, service_line(service)) if service else (title,)
    writer.sheet("布点建议", *of_counties(sites, names), above)


def of_counties(
    sites: pd.DataFrame, names: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, Column]]:
    """The sites of several counties with the name of the one that asked, and the columns."""
    table = pd.DataFrame(sites)
    if len(table):
        table = table.assign(county_name=table["asked_by"].map(names))
    return table, {"county_name": Column("县区")} | SITE


def plan_lines(plan: SitePlan) -> tuple[str, ...]:
    """The plan in sentences: what it adds, how good it is proved to be, what nobody can serve."""
    causes = "，且".join(_LIMITS[cause] for cause in plan.limited_by)
    if not len(plan.sites):
        lines = [f"{causes or '没有要求新增网点'}，不建议新增网点。"]
        if plan.status == "out_of_reach":
            lines.append("目标覆盖率无法达到。")
    else:
        lines = [
            f"建议新增 {len(plan.sites)} 个网点，新增达标 {plan.population:,.0f} 人，"
            f"覆盖率由 {percent(plan.rate_before)} 升至 {percent(plan.rate_after)}。"
        ]
        if plan.status == "out_of_reach":
            why = f"{causes}，" if causes else ""
            lines.append(f"目标覆盖率无法达到：{why}本方案已达到所能达到的最高覆盖率。")
    if plan.cost is not None and len(plan.sites):
        lines.append(f"费用合计 {plan.cost:,.10g}。")
    if plan.gap > 0:
        lines.append(f"在规定时间内的最好方案；与理论上界的差距不超过 {percent(plan.gap)}。")
    elif len(plan.sites):
        lines.append("已证明：在所给候选点和条件下没有更好的方案。")
    if plan.two_outlets is not None and len(plan.sites):
        lines.append(_two_outlets_line(plan.two_outlets))
    if plan.preferred is not None and len(plan.sites):
        lines.append(_preferred_line(plan.preferred))
    if plan.uncoverable_population:
        lines.append(f"有 {plan.uncoverable_population:,.0f} 人不在任何候选点的服务范围内。")
    return tuple(lines)


def _preferred_line(preferred: Preferred) -> str:
    if preferred.what == "mean_walk":
        what = f"达标的人到最近网点平均 {preferred.metres:,.0f} 米（城区步行，乡村直线）"
        proof = f"任何方案不短于 {preferred.bound:,.0f} 米"
    else:
        what = f"新增网点相互之间、与现有网点之间至少相距 {preferred.metres:,.0f} 米"
        proof = f"任何方案不超过 {preferred.bound:,.0f} 米"
    if preferred.gap <= 0:
        proof = "已证明在新增达标人口不减的前提下不能更好"
    return f"{what}（{proof}）。"


def _two_outlets_line(twice: TwoOutlets) -> str:
    proof = (
        "已证明在新增达标人口不减的前提下不能更多"
        if twice.gap <= 0
        else f"与理论上界的差距不超过 {percent(twice.gap)}"
    )
    people = f"由 {twice.before:,.0f} 人增至 {twice.after:,.0f} 人"
    return f"有两个及以上网点可用的人口{people}（{proof}）。"


def siting_lines(siting: Siting) -> list[str]:
    """The siting part of the report for a terminal."""
    lines = _head_lines(siting)
    for site in siting.plan.sites.to_dict("records"):
        label = site["name"] or site["candidate_id"]
        fills = f"，主要填补“{site['gap_name']}”" if site["gap_name"] else ""
        lines.append(
            f"{site['rank']:>2}. {label}：新增 {site['population']:,.0f} 人"
            f"（城区 {site['urban']:,.0f}，乡村 {site['rural']:,.0f}）{fills}；{place_of(site)}"
        )
    lines += robust_lines(siting.robust)
    lines += capacity_lines(siting.capacity)
    lines += redesign_lines(siting.redesign)
    worst = siting.exits[siting.exits["population"] > 0].head(3)
    if len(worst):
        named = "；".join(
            f"{row.name} {row.population:,.0f} 人" for row in worst.itertuples(index=False)
        )
        lines.append(f"退出影响最大的网点：{named}。")
    return lines


def _head_lines(siting: Siting) -> list[str]:
    """What is asked about, what the plan adds, and of what it was chosen."""
    about = [service_line(siting.service)] if siting.service else []
    denser = _refinement_lines(siting.plan, siting.refinement)
    crowded = [] if siting.crowded is None else [_crowded_line(siting.crowded)]
    head = [*about, *plan_lines(siting.plan), candidates_line(siting), *crowded, *denser]
    return [*head, *clock_lines(_statuses(siting))]


def _crowded_line(crowded: pd.DataFrame) -> str:
    """Which candidates are too near to an outlet of their bank, the nearest by name."""
    named = "；".join(
        f"{row['name'] or row['candidate_id']}（离{row['outlet_name']} {row['outlet_m']:,.0f} 米）"
        for row in crowded.head(3).to_dict("records")
    )
    more = "等" if len(crowded) > 3 else ""
    return f"{len(crowded):,} 个候选点离同一银行的现有网点太近，不予考虑：{named}{more}。"


def _statuses(siting: Siting) -> list[str]:
    """How the search for each part of the answer ended."""
    plan, redesign = siting.plan, siting.redesign
    single = (plan, plan.two_outlets, plan.preferred, siting.robust, siting.capacity, redesign)
    ended = [part.status for part in single if part is not None]
    if siting.frontier is not None:
        ended.extend(siting.frontier.points["status"])
    if siting.alternatives is not None:
        ended.extend(siting.alternatives.plans["status"])
    if redesign is not None:
        ended.extend(redesign.steps["status"])
    return ended


def clock_lines(statuses: Iterable[str]) -> list[str]:
    """What is said where the clock, which may run otherwise next time, ended a search."""
    return (
        ["求解用时远超时限，已提前停止；用 --fresh 重新计算，结果可能不同。"]
        if "clock" in statuses
        else []
    )


def _refinement_lines(plan: SitePlan, refinement: Refinement | None) -> list[str]:
    """What denser candidates won, and how much any place on the streets could win at most."""
    if refinement is None:
        return []
    won = refinement.after - refinement.before
    more = f"多 {won:,.0f} 人" if won > 0 else "没有增加"
    less = refinement.sites_before - refinement.sites_after
    if less > 0:
        more = f"少用 {less} 个网点"
    lines = [
        f"候选点先每 {refinement.apart_m:,.0f} 米一个，再在选中处周围加密到每 "
        f"{refinement.refine_m:,.0f} 米：加密 {refinement.rounds} 轮，比加密前{more}。"
    ]
    if refinement.gap <= 0 and len(plan.sites):
        lines.append("已证明：即使可设在街道上的任何位置，同样多的网点也不能更好。")
    elif plan.aim == "sites":
        lines.append(
            f"即使可设在街道上的任何位置，达到同样的覆盖率也至少要 {refinement.bound:,.0f} 个网点。"
        )
    else:
        left = refinement.bound - refinement.after
        lines.append(
            f"即使可设在街道上的任何位置，同样多的网点新增达标也不超过 {refinement.bound:,.0f} 人"
            f"（比本方案最多再多 {left:,.0f} 人，{percent(refinement.gap)}）。"
        )
    return lines


def service_line(service: str) -> str:
    """What rates and people are about that are asked for one service."""
    return f"以下只看“{service}”：只数写明能办的网点，新增网点视为都能办。"


def exit_lines(impact: ExitImpact) -> list[str]:
    """What is lost when outlets leave together, in sentences."""
    named = impact.outlets["name"].where(impact.outlets["name"] != "", impact.outlets["outlet_id"])
    names = "、".join(named.head(5))
    more = f"等 {len(impact.outlets)} 个网点" if len(impact.outlets) > 5 else ""
    lines = [
        f"{names}{more}退出后，{impact.population_lost:,.0f} 人失去达标，"
        f"覆盖率由 {percent(impact.rate_before)} 降至 {percent(impact.rate_after)}。"
    ]
    changed = impact.counties[impact.counties["population_lost"] > 0]
    lines += [
        f"{row['county_name'] or '县区外'}：失去达标 {row['population_lost']:,.0f} 人，"
        f"覆盖率 {percent(row['rate_before'])} → {percent(row['rate_after'])}"
        for row in changed.to_dict("records")
    ]
    worst = impact.gaps.sort_values("population_lost", ascending=False).head(5)
    lines += [f"新空白区：{gap.name}，{gap.population_lost:,.0f} 人" for gap in worst.itertuples()]
    made_good = impact.replacement
    if made_good is not None and not len(made_good.sites) and impact.population_lost:
        lines.append("没有可用的候选点能补回失去达标的人口。")
    elif made_good is not None and len(made_good.sites):
        where = "；".join(
            f"{s['name'] or s['candidate_id']}（{place_of(s)}）"
            for s in made_good.sites.to_dict("records")
        )
        lines.append(f"最好的补位方案：{where}，可补回 {made_good.population:,.0f} 人。")
        if made_good.two_outlets is not None:
            lines.append(_two_outlets_line(made_good.two_outlets))
        if made_good.preferred is not None:
            lines.append(_preferred_line(made_good.preferred))
    return lines


def siting_data(siting: Siting) -> dict[str, Any]:
    """The siting part for JSON: frames as lists, NaN as None."""
    plan = siting.plan
    return {
        **({"service": siting.service} if siting.service else {}),
        "candidates": siting.candidates,
        "generated": siting.generated,
        **({"kinds": dict(siting.kinds)} if siting.kinds else {}),
        "population": plan.population,
        "rate_before": number(plan.rate_before),
        "rate_after": number(plan.rate_after),
        "bound": number(plan.bound),
        "gap": number(plan.gap),
        "status": plan.status,
        **({"stopped_by_clock": True} if "clock" in _statuses(siting) else {}),
        "uncoverable_population": plan.uncoverable_population,
        "sites": records(pd.DataFrame(plan.sites).drop(columns="geometry")),
        "frontier": [] if siting.frontier is None else records(_curve(siting)),
        "alternatives": alternatives_data(siting.alternatives),
        "exit_impact": records(pd.DataFrame(siting.exits).drop(columns="geometry")),
        **({"refinement": proved(siting.refinement)} if siting.refinement else {}),
        **({"robust": robust_data(siting.robust)} if siting.robust else {}),
        **({"capacity": capacity_data(siting.capacity)} if siting.capacity else {}),
        **({"redesign": redesign_data(siting.redesign)} if siting.redesign else {}),
        **({} if siting.crowded is None else {"crowded": records(siting.crowded)}),
        **({"limited_by": list(plan.limited_by)} if plan.limited_by else {}),
        **({} if plan.cost is None else {"cost": plan.cost}),
        **({"preferred": proved(plan.preferred)} if plan.preferred else {}),
        **({"two_outlets": proved(plan.two_outlets)} if plan.two_outlets else {}),
    }


def candidates_line(siting: Siting | JointPlan) -> str:
    """Of which candidates the plan was chosen."""
    if not siting.candidates:
        return "候选点 0 个。"
    kinds = "、".join(f"{kind} {count:,}" for kind, count in siting.kinds)
    of_table = all(kind in TABLE_KINDS for kind, _ in siting.kinds)
    source = "来自候选点表" if of_table else "取自街道文件（OSM）"
    given = f"{source}：{kinds}" if kinds else source
    kind = "由程序在街道上生成" if siting.generated else given
    kept_out = f"；其中 {siting.excluded:,} 个位于不布点区域，不予考虑" if siting.excluded else ""
    return f"候选点 {siting.candidates:,} 个，{kind}{kept_out}。"


def _curve(siting: Siting) -> pd.DataFrame:
    """The frontier with the nested order's people and price beside each point."""
    assert siting.frontier is not None
    order = siting.frontier.order.set_index("rank")
    points = siting.frontier.points.drop(columns=["status", "seconds"])
    return points.assign(
        nested=points["sites"].map(order["total"]).fillna(0.0),
        price=points["sites"].map(order["price"]).fillna(0.0),
    )
