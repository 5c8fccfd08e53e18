"""What the report says of supervision, for the agency alone: a table, its sheets, a line."""

from __future__ import annotations

import pandas as pd

from gdcoverage.findings import lost_without
from gdcoverage.numbers import SUPERVISION, Column
from gdcoverage.register import FORCED, ORDER
from gdcoverage.report._columns import people, percent
from gdcoverage.report._report import TOTAL, Report
from gdcoverage.report._sheet import SheetWriter

FINDINGS, COUNTS = "监督", "监督（各县区）"
_INTERNAL = "内部使用，不得公开；公众版地图里没有这些内容。"


def supervision_sheets(report: Report, writer: SheetWriter) -> None:
    """Sheet 监督, and 监督（各县区） where there are several; none without a register."""
    table = report.supervision_table
    if table is None:
        return
    lost = SUPERVISION["population"].label
    above = (
        f"{FINDINGS}：台账截至 {report.data_date}，共 {len(table):,} 条。{_INTERNAL}",
        *_together(report),
        f"{lost}：只由它达标的人；检查满一年为逾期。强制退出候选依据连续约谈、年度考核，"
        "是否退出由管理部门决定。",
    )
    writer.sheet(FINDINGS, pd.DataFrame(table.drop(columns="geometry")), SUPERVISION, above)
    if report.one:
        return
    once = table.drop_duplicates(["kind", "outlet_id"])
    counts = pd.crosstab(once["county"], once["kind"])
    counts = counts.reindex(index=report.inside["county"], columns=list(ORDER), fill_value=0)
    counts.insert(0, "county_name", counts.index.map(report.names))
    counts.loc[""] = [TOTAL, *counts[list(ORDER)].sum()]
    columns = {"county_name": Column("县区")} | {kind: Column(kind, "count") for kind in ORDER}
    title = f"{COUNTS}：每类的网点数。{_INTERNAL}"
    writer.sheet(COUNTS, counts, columns, (title,), totals=1)


def supervision_lines(report: Report) -> list[str]:
    """How much there is to look at, for a terminal; nothing without a register."""
    table = report.supervision_table
    if table is None:
        return []
    counts = table.groupby("kind")["outlet_id"].nunique()
    told = "、".join(f"{kind} {counts[kind]:,} 个" for kind in ORDER if kind in counts)
    where = f"；见工作簿“{FINDINGS}”表（内部）" if told else ""
    return [f"{FINDINGS}：{told or '没有要处理的'}{where}。", *_together(report)]


def _together(report: Report) -> list[str]:
    """What is lost if all candidates of forced exit leave at once."""
    table = report.supervision_table
    assert table is not None
    leaving = set(table.loc[(table["kind"] == FORCED) & (table["status"] == "active"), "outlet_id"])
    if not leaving:
        return []
    lost, total = lost_without(report.coverage, leaving), report.total
    if not total["population"]:
        return []
    after = (total["covered_population"] - lost) / total["population"]
    how = "、".join(sorted(leaving)[:3]) + "…" * (len(leaving) > 3)
    return [
        f"{FORCED}在营 {len(leaving)} 个，全部退出则 {people(lost)} 人失去达标，覆盖率 "
        f"{percent(total['rate'])} → {percent(after)}；"
        f"补位见 gdcoverage exit-impact（--outlet {how}）。"
    ]
