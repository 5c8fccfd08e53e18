"""What the report says of outlets that have room for so many people each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gdcoverage.numbers import LOAD, ROOM, SITE
from gdcoverage.report._columns import percent
from gdcoverage.report._records import place_of, records, values
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.sites import Capacity

# Outlets near a border serve people of another county too, who are not in these numbers.
_OURS = "负荷只计所问县区的居民；邻县居民也用的网点，实际负荷更大。"
# Fewer people than this are none in a report.
_HALF = 0.5


def capacity_lines(capacity: Capacity | None) -> list[str]:
    """Who finds room now and with the sites that serve most, in sentences."""
    if capacity is None:
        return []
    sites = capacity.sites.to_dict("records")
    named = "；".join(f"{s['name'] or s['candidate_id']}（{place_of(s)}）" for s in sites)
    return [*_head(capacity), *([f"按容量选的网点：{named}。"] if named else [])]


def capacity_sheets(capacity: Capacity, names: Mapping[str, str], writer: SheetWriter) -> None:
    """Sheets 网点负荷, 容量与县区 and 按容量布点.

    Parameters
    ----------
    names : of the counties, by adcode.
    """
    loads = capacity.loads.assign(
        county_name=capacity.loads["county"].map(names),
        kind_name=capacity.loads["is_new"].map({True: "新增", False: "现有"}),
    )
    note = "各网点的负荷是使最多人有容量的一种分法；容量不够的网点无论怎样分都是这些"
    writer.sheet("网点负荷", loads, LOAD, ("网点负荷", *_head(capacity), note))
    counties = capacity.counties.assign(county_name=capacity.counties["county"].map(names))
    writer.sheet("容量与县区", counties, ROOM, ("容量与县区：达标但超出容量的人口，按居住地",))
    title = "按容量布点：使最多人达标且在容量之内"
    writer.sheet("按容量布点", pd.DataFrame(capacity.sites), SITE, (title,))


def _tables(capacity: Capacity) -> dict[str, pd.DataFrame]:
    sites = pd.DataFrame(capacity.sites.drop(columns="geometry"))
    return {"sites": sites, "loads": capacity.loads, "counties": capacity.counties}


def capacity_data(capacity: Capacity) -> dict[str, Any]:
    """The answer for JSON: its numbers, and its frames as lists."""
    names = (
        *("room", "covered_now", "served_now", "covered_planned", "served_planned"),
        *("covered", "served", "bound", "gap", "status"),
    )
    frames = {name: records(table) for name, table in _tables(capacity).items()}
    return values({name: getattr(capacity, name) for name in names}) | frames


def _head(capacity: Capacity) -> list[str]:
    full = int(capacity.loads["full_now"].sum())
    over = capacity.covered_now - capacity.served_now
    lines = [
        f"每个网点最多服务 {capacity.room:,.10g} 人：现在达标的 {capacity.covered_now:,.0f} 人中"
        + (f"有 {over:,.0f} 人超出容量，{full} 个网点不够。" if over > _HALF else "无人超出容量。")
    ]
    if over > _HALF or len(capacity.sites):
        lines.append(_OURS)
    if len(capacity.sites):
        lines.append(
            f"按容量选 {len(capacity.sites)} 个网点，达标且在容量之内的有 {capacity.served:,.0f} 人"
            f"（布点建议 {capacity.served_planned:,.0f} 人，现在 {capacity.served_now:,.0f} 人）"
            f"，超出容量的 {capacity.covered - capacity.served:,.0f} 人。"
        )
    if capacity.gap > 0:
        lines.append(
            f"在规定时间内的最好方案；任何方案在容量之内不超过 {capacity.bound:,.0f} 人"
            f"（差距不超过 {percent(capacity.gap)}）。"
        )
    else:
        lines.append("已证明：在所给候选点和条件下，没有使更多人在容量之内达标的方案。")
    return lines
