"""What the report says of further plans nearly as good: sheets, lines for a terminal, and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gdcoverage.numbers import FURTHER, FURTHER_SITE, Column
from gdcoverage.report._columns import measured, percent
from gdcoverage.report._records import place_of, records
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.sites import Alternatives


def alternative_sheets(
    alternatives: Alternatives, writer: SheetWriter, names: Mapping[str, str] | None = None
) -> None:
    """Sheets 备选方案 and 备选方案网点.

    Parameters
    ----------
    names : of counties by adcode, where there are several.
    """
    ids = alternatives.sites.groupby("plan")["candidate_id"].agg("、".join)
    plans = alternatives.plans
    plans = plans.assign(candidates=plans["plan"].map(ids).fillna(""))
    told = f"备选方案：方案 0 为最优，其余{_asked(alternatives)}"
    writer.sheet("备选方案", plans, FURTHER, (told,))
    sites = pd.DataFrame(alternatives.sites)
    columns: dict[str, Column] = dict(FURTHER_SITE)
    if names is not None:
        sites = sites.assign(county_name=sites["county"].map(names))
        columns = {"plan": columns.pop("plan"), "county_name": Column("县区")} | columns
    writer.sheet("备选方案网点", sites, columns, ("备选方案网点：各方案的网点，按建设次序",))


def alternative_lines(alternatives: Alternatives | None) -> list[str]:
    """The alternatives for a terminal: each plan, and the sites that the best plan has not."""
    if alternatives is None:
        return []
    plans = alternatives.plans.iloc[1:]
    if plans.empty:
        return [f"没有符合条件的备选方案（{_asked(alternatives)}）。"]
    lines = [f"备选方案{_asked(alternatives)}："]
    for plan in plans.to_dict("records"):
        sites = alternatives.sites[alternatives.sites["plan"] == plan["plan"]]
        lines.append(
            f"备选方案 {plan['plan']}：新增达标 {plan['population']:,.0f} 人"
            f"（比最优少 {percent(plan['below_best'])}），{plan['sites']} 个网点，"
            f"其中 {plan['other_sites']} 个与最优不同"
            + (f"；与理论上界的差距不超过 {percent(plan['gap'])}" if plan["gap"] > 0 else "")
        )
        lines += [
            f"    {_called(site)}：新增 {site['population']:,.0f} 人，"
            f"距最优方案的网点 {measured(site['apart_m'], 'metres')}；{place_of(site)}"
            for site in sites[~sites["in_best"]].to_dict("records")
        ]
    return lines


def alternatives_data(alternatives: Alternatives | None) -> list[dict[str, Any]]:
    """For JSON: each plan, the best one first, with its sites in build order."""
    if alternatives is None:
        return []
    sites = pd.DataFrame(alternatives.sites.drop(columns="geometry"))
    return [
        {**plan, "sites": records(sites[sites["plan"] == plan["plan"]].drop(columns="plan"))}
        for plan in records(alternatives.plans.drop(columns="seconds"))
    ]


def _asked(alternatives: Alternatives) -> str:
    """What makes a plan another."""
    sites, metres = alternatives.differ, alternatives.differ_m
    far = f"且相距 {metres:,.0f} 米以上" if metres else ""
    return (
        f"至少有 {sites} 个网点与前面各方案不同{far}，"
        f"新增达标人口最多比最优少 {percent(alternatives.within)}"
    )


def _called(site: Mapping[Any, Any]) -> str:
    """Name, id and bank of a site."""
    beside = [part for part in (site["name"] and site["candidate_id"], site["bank"]) if part]
    return (site["name"] or site["candidate_id"]) + (f"（{'，'.join(beside)}）" if beside else "")
