"""What the report says of a plan that stays good in every scenario."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gdcoverage.numbers import SITE, Column
from gdcoverage.report._columns import percent
from gdcoverage.report._records import records, values
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.sites import SCENARIOS, Robust

AIMS = {
    "expected": "各情景平均新增达标人口最多",
    "regret": "在最差的情景下比该情景最优方案少得最少",
}
_PLANS = {"planned": "按本计划步速", "robust": "稳健方案"} | {
    name: f"按{label}" for name, label in SCENARIOS.items()
}


def robust_lines(robust: Robust | None) -> list[str]:
    """The robust plan in sentences, and each plan in each scenario, a line each."""
    if robust is None:
        return []
    return [*_head(robust), *_sites(robust), *_table_lines(robust)]


def robust_sheets(robust: Robust, writer: SheetWriter) -> None:
    """Sheets 稳健方案 and 各情景比较."""
    writer.sheet("稳健方案", pd.DataFrame(robust.plan.sites), SITE, ("稳健方案", *_head(robust)))
    title = (
        "各情景比较：每个方案在每种情景（步速、接驳）下新增达标多少人，比该情景已知最好的方案少多少"
    )
    table = regret_table(robust)
    columns = {name: column for name, column in regret_columns().items() if name in table}
    writer.sheet("各情景比较", table, columns, (title,))


def regret_table(robust: Robust) -> pd.DataFrame:
    """A row for each plan: people in each scenario and how far short, and the largest of these."""
    wide = robust.regrets.pivot(index="plan", columns="scenario", values=["population", "regret"])
    wide.columns = pd.Index(["_".join(pair) for pair in wide.columns])
    wide = wide.loc[robust.regrets["plan"].unique()]
    worst = robust.regrets.groupby("plan")["regret"].max()
    return wide.assign(name=[_PLANS[plan] for plan in wide.index], worst=worst).reset_index()


def regret_columns() -> dict[str, Column]:
    """Columns of `regret_table`."""
    columns = {"name": Column("方案")}
    for name, label in SCENARIOS.items():
        columns[f"population_{name}"] = Column(f"新增达标人口（{label}）", "people")
        columns[f"regret_{name}"] = Column(f"比最优少（{label}）", "rate")
    return columns | {"worst": Column("最差情景比最优少", "rate")}


def robust_data(robust: Robust) -> dict[str, Any]:
    """For JSON: aim, value, proof, what it costs, its sites, and what each plan loses where."""
    names = ("aim", "value", "bound", "gap", "status", "cost")
    return {
        **values({name: getattr(robust, name) for name in names}),
        "population": robust.plan.population,
        "sites": records(pd.DataFrame(robust.plan.sites.drop(columns="geometry"))),
        "regrets": records(robust.regrets),
    }


def _head(robust: Robust) -> list[str]:
    plan = robust.plan
    if not len(plan.sites):
        return ["稳健方案：不建议新增网点。"]
    mean = f"平均 {robust.value:,.0f} 人"
    value = mean if robust.aim == "expected" else f"少 {percent(robust.value)}"
    if robust.is_planned:
        return [
            f"稳健方案（{AIMS[robust.aim]}：{value}）就是上面的方案；"
            f"最差情景下比该情景最优少 {percent(robust.worst('robust'))}。{_proof(robust)}。"
        ]
    less = f"少 {robust.cost:,.0f} 人" if robust.cost > 0 else "不少"
    return [
        f"稳健方案（{AIMS[robust.aim]}：{value}）：{len(plan.sites)} 个网点，"
        f"按本计划步速新增达标 {plan.population:,.0f} 人，比上面的方案{less}；"
        f"最差情景下比该情景最优少 {percent(robust.worst('robust'))}，"
        f"上面的方案少 {percent(robust.worst('planned'))}。{_proof(robust)}。"
    ]


def _proof(robust: Robust) -> str:
    if robust.gap <= 0:
        return "已证明没有更稳健的方案"
    return f"在规定时间内的最好方案，{_at_best(robust)}"


def _at_best(robust: Robust) -> str:
    if robust.aim == "expected":
        return f"任何方案平均不超过 {robust.bound:,.0f} 人"
    return f"任何方案至少少 {percent(max(robust.bound, 0.0))}"


def _sites(robust: Robust) -> list[str]:
    sites = robust.plan.sites.to_dict("records")
    named = [f"{site['name'] or site['candidate_id']}（{site['where']}）" for site in sites]
    return [f"稳健方案的网点：{'；'.join(named)}。"] if named and not robust.is_planned else []


def _table_lines(robust: Robust) -> list[str]:
    """A line for each plan; those that do the same in every scenario share one."""
    plans: dict[str, list[str]] = {}
    for row in regret_table(robust).to_dict("records"):
        at = "，".join(
            f"{label} {row[f'population_{name}']:,.0f} 人（{_short(row[f'regret_{name}'])}）"
            for name, label in SCENARIOS.items()
            if f"regret_{name}" in row
        )
        plans.setdefault(at, []).append(row["name"])
    return [f"{_plan_named(names)}：{at}" for at, names in plans.items()]


def _plan_named(names: list[str]) -> str:
    first, *others = names
    told = first if first == _PLANS["robust"] else f"{first}选的方案"
    return f"{told}（{'、'.join(others)}选的也一样）" if others else told


def _short(regret: float) -> str:
    return f"少 {percent(regret)}" if regret > 0 else "最优"
