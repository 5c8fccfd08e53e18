"""What the report says of a redesign: which outlets close, which sites open, who wins and loses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gdcoverage.numbers import CHANGE_STEP, CHANGED, CLOSED, SITE, Column
from gdcoverage.report._columns import percent
from gdcoverage.report._records import place_of, records, values
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.sites import Redesign

# Whoever lives across the border is another county's, and not in these numbers.
_OURS = "得失只计所问县区的居民：关闭的网点如也服务邻县居民，对他们的影响请对邻县另行计算。"
_THEIRS = "得失只计这些县区的居民：关闭的网点如也服务其他县区的居民，对他们的影响不在其中。"
_CHANGES = {"move": "迁移", "merge": "合并", "close": "关闭"}


def redesign_lines(redesign: Redesign | None) -> list[str]:
    """The redesign in sentences: what it does and is worth, a line for each outlet and site."""
    if redesign is None:
        return []
    names = _names(redesign)
    return [
        *_head(redesign),
        *(_where(row, names) + _closed_line(row) for row in redesign.closed.to_dict("records")),
        *(_where(row, names) + _opened_line(row) for row in redesign.opened.to_dict("records")),
        *_county_lines(redesign),
    ]


def redesign_summary(redesign: Redesign | None) -> list[str]:
    """What the redesign does and is worth, in all and county by county."""
    return [] if redesign is None else [*_head(redesign), *_county_lines(redesign)]


def redesign_sheets(redesign: Redesign, writer: SheetWriter) -> None:
    """Sheets 网点调整, 调整新设网点, 调整影响 and 逐步调整."""
    names = _names(redesign)
    closed = pd.DataFrame(redesign.closed.drop(columns="geometry"))
    closed = closed.assign(
        county_name=closed["county"].map(names), change_name=closed["change"].map(_CHANGES)
    )
    writer.sheet("网点调整", closed, CLOSED, ("网点调整", *_head(redesign)))
    note = "调整新设网点：关闭上表网点之后，每个新设网点使多少人达标（按此次序建设）"
    opened = pd.DataFrame(redesign.opened)
    columns = SITE
    if len(names) > 1:
        opened = opened.assign(county_name=opened["county"].map(names))
        columns = {"county_name": Column("县区")} | SITE
    writer.sheet("调整新设网点", opened, columns, (note,))
    note = "调整影响：谁新达标、谁失去达标，按居住地统计"
    writer.sheet("调整影响", redesign.counties, CHANGED, (note,))
    note = "逐步调整：调整后的网点总数相同，允许关闭的网点多一个，净增达标人口多多少"
    writer.sheet("逐步调整", redesign.steps, CHANGE_STEP, (note,))


def _tables(redesign: Redesign) -> dict[str, pd.DataFrame]:
    closed, opened = redesign.closed, redesign.opened
    return {
        "closed": pd.DataFrame(closed.drop(columns="geometry")).assign(
            lon=closed.geometry.x, lat=closed.geometry.y
        ),
        "opened": pd.DataFrame(opened.drop(columns="geometry")),
        "counties": redesign.counties,
        "steps": redesign.steps,
    }


def redesign_data(redesign: Redesign) -> dict[str, Any]:
    """A redesign for JSON: its numbers, and its frames as lists."""
    names = ("won", "lost", "population", "rate_before", "rate_after", "bound", "gap", "status")
    cost = {} if redesign.cost is None else {"cost": redesign.cost}
    frames = {name: records(table) for name, table in _tables(redesign).items()}
    return values({name: getattr(redesign, name) for name in names} | cost) | frames


def _head(redesign: Redesign) -> list[str]:
    closed, opened = len(redesign.closed), len(redesign.opened)
    several = len(redesign.counties) > 1
    if not closed and not opened:
        lines = ["网点调整：现有网点不动就是最好的，任何允许的关闭和新设都不能使更多人达标。"]
    else:
        before = int(redesign.counties["outlets"].sum())
        kinds = redesign.closed["change"].value_counts()
        parts = [f"{word} {kinds[kind]} 个" for kind, word in _CHANGES.items() if kind in kinds]
        parts += [f"新设 {opened} 个"] if opened else []
        lines = [
            f"网点调整：{'、'.join(parts)}（迁移的旧址关闭，新址计入新设），"
            f"网点总数由 {before} 变为 {before - closed + opened}；"
            f"{redesign.won:,.0f} 人新达标，{redesign.lost:,.0f} 人失去达标，"
            f"覆盖率由 {percent(redesign.rate_before)} 变为 {percent(redesign.rate_after)}。"
        ]
    if redesign.cost is not None and opened:
        lines.append(f"费用合计 {redesign.cost:,.10g}。")
    if redesign.gap > 0:
        lines.append(
            f"在规定时间内的最好调整方案；任何调整净增不超过 {redesign.bound:,.0f} 人"
            f"（与上界相差 {percent(redesign.gap)}）。"
        )
    else:
        lines.append("已证明：在所给候选点和条件下没有使更多人达标的调整方案。")
    if not redesign.closable:
        lines.append("按所给条件没有可以关闭的网点。")
    if closed:
        lines.append(_THEIRS if several else _OURS)
    return [*lines, *_step_lines(redesign)]


def _step_lines(redesign: Redesign) -> list[str]:
    """What each further outlet that may close is worth."""
    if len(redesign.steps) < 2:
        return []
    steps = "；".join(
        f"最多关闭 {row.closings} 个，净增 {row.population:,.0f} 人"
        for row in redesign.steps.itertuples(index=False)
    )
    return [f"网点总数相同时：{steps}。"]


def _names(redesign: Redesign) -> pd.Series:
    """Names of the counties, by adcode."""
    return redesign.counties.set_index("county")["county_name"]


def _where(row: dict[Any, Any], names: pd.Series) -> str:
    """The county of an outlet or a site, where there are several."""
    return f"{names.get(row['county']) or '县区外'}　" if len(names) > 1 else ""


def _county_lines(redesign: Redesign) -> list[str]:
    """Where people win or lose, where there are several counties."""
    changed = redesign.counties[(redesign.counties["won"] > 0) | (redesign.counties["lost"] > 0)]
    several = changed.to_dict("records") if len(redesign.counties) > 1 else []
    return [
        f"{row['county_name']}：关闭 {row['closed']} 个，新设 {row['opened']} 个；"
        f"新达标 {row['won']:,.0f} 人，失去达标 {row['lost']:,.0f} 人，"
        f"覆盖率 {percent(row['rate_before'])} → {percent(row['rate_after'])}"
        for row in several
    ]


def _closed_line(outlet: dict[Any, Any]) -> str:
    name = outlet["name"] or outlet["outlet_id"]
    to = outlet["to_name"] or outlet["to"]
    whither = {
        "move": f"迁往 {to}，直线 {outlet['to_m']:,.0f} 米",
        "merge": f"并入 {to}，直线 {outlet['to_m']:,.0f} 米",
        "close": f"本行最近的网点为 {to}，直线 {outlet['to_m']:,.0f} 米" if to else "本行再无网点",
    }[outlet["change"]]
    return (
        f"{_CHANGES[outlet['change']]} {name}：{whither}；原覆盖 {outlet['population']:,.0f} 人，"
        f"其中失去达标 {outlet['lost']:,.0f} 人"
    )


def _opened_line(site: dict[Any, Any]) -> str:
    label = site["name"] or site["candidate_id"]
    return (
        f"新设 {label}：{site['population']:,.0f} 人因此达标"
        f"（城区 {site['urban']:,.0f}，乡村 {site['rural']:,.0f}）；{place_of(site)}"
    )
