"""What the report says of items, modes and hours: sheets, a table and lines for a terminal, CSV."""

from __future__ import annotations

import pandas as pd

from gdcoverage.numbers import SERVICE, UNSAID, Column
from gdcoverage.outlets.offers import ASKED_FOR
from gdcoverage.report._columns import measured
from gdcoverage.report._report import Report
from gdcoverage.report._sheet import SheetWriter

SERVICES, UNSAID_OUTLETS = "事项与时段", "服务未写明网点"
# So many of the combinations that cover fewest people are shown.
_WORST = 3
_KEYS = ["item", "mode", "when"]
NOTHING_SAID = (
    "事项与时段：网点表没有写业务事项和服务方式，不能分项统计；"
    "请在网点表补填“业务事项”“服务方式”“营业时间”三列。"
)


def service_sheets(report: Report, writer: SheetWriter) -> None:
    """Sheets 事项与时段 and 服务未写明网点; neither where outlets say nothing of it."""
    table = report.services
    if table.empty:
        return
    above = (
        f"{SERVICES}：各项服务按同一标准，只数办理该项服务的在营网点",
        "工作日：周一至周五每天 9:00–17:00 内有营业；工作日中午：营业的工作日 12:00–14:00 不间断；"
        "工作日17:30以后：营业的工作日 17:30 后有营业；星期六、星期日：当天有营业。均不计节假日。",
        "没有写明（或看不懂）事项、方式、时间的网点不计入相应各项；右边两列是这样的网点数，"
        "以及它们都能办时的覆盖率。",
    )
    totals = 0 if report.one else len(report.all_services)
    writer.sheet(SERVICES, table, SERVICE, above, totals=totals)
    unsaid = report.unsaid_table()
    title = f"{UNSAID_OUTLETS}：{measured(len(unsaid), 'count')}，请向银行核实后补进网点表"
    if len(unsaid):
        writer.sheet(UNSAID_OUTLETS, unsaid, UNSAID, (title,))


def services_shown(report: Report) -> tuple[pd.DataFrame, dict[str, Column]]:
    """A few combinations for a terminal: those most asked for, then those that cover fewest."""
    table = report.all_services.set_index(_KEYS, drop=False)
    asked = [(each.item, each.mode, each.when.key) for each in ASKED_FOR]
    others = table.drop(index=asked)
    worst = others[others["outlets"] > 0].nsmallest(_WORST, "covered_population", keep="first")
    rows = pd.concat([table.loc[asked], worst]).reset_index(drop=True)
    left_out = {"county", "county_name", "population"}
    return rows, {name: column for name, column in SERVICE.items() if name not in left_out}


def service_lines(report: Report) -> list[str]:
    """What is to be known beside that table."""
    table = report.all_services
    if table.empty:
        return [NOTHING_SAID]
    none = int((table["outlets"] == 0).sum())
    lines = [f"{len(table)} 种组合中，{none} 种没有网点能办；全部见工作簿“{SERVICES}”表。"]
    if unsaid := len(report.unsaid_table()):
        lines.append(
            f"有 {measured(unsaid, 'count')}在营网点没有写明（或看不懂）业务事项、服务方式或"
            f"营业时间，不计入相应各项；名单见工作簿“{UNSAID_OUTLETS}”表。"
        )
    return lines
