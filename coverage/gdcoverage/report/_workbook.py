"""The report as a workbook for Excel and WPS: what stands on which sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from gdcoverage.files import written_whole
from gdcoverage.numbers import (
    DEMAND,
    GAP,
    NUMBERS,
    OUTLET,
    SPEED_COLUMNS,
    Column,
    class_columns,
    county_columns,
    shown_in,
)
from gdcoverage.policy import COMPARISON_SPEEDS, PHRASE, POLICY_DOCUMENT, TOWN_RULES
from gdcoverage.problems import HEADINGS, problem_frame
from gdcoverage.report._account_sheet import account_sheet
from gdcoverage.report._columns import UNKNOWN, people, plain
from gdcoverage.report._day import day_of
from gdcoverage.report._joint import joint_sheets
from gdcoverage.report._remarks import dates, headline, remarks, where_read
from gdcoverage.report._report import TOTAL, Report
from gdcoverage.report._services import service_sheets
from gdcoverage.report._sheet import SheetWriter
from gdcoverage.report._siting import county_sites_sheet, siting_sheets
from gdcoverage.report._supervision import supervision_sheets
from gdcoverage.report._towns import town_sheets
from gdcoverage.tables.spreadsheet import WORKBOOK_OPTIONS

UNCOVERED_ROWS = 50_000
_CHART_GAPS = 12
# Height of a row of plain text, pixels.
_ROW_PX = 18
_SPEED_COLOURS = ("#9DC3E6", "#2E75B6", "#1F3864")
_BLUE, _ORANGE = "#2E75B6", "#C55A11"


def write_workbook(report: Report, path: str | Path) -> None:
    """Write the workbook: 汇总, 分类, 空白区, 网点, 不达标需求点, 数据问题, 输入与参数.

    Before them 读表说明, where it is told here what was understood of the inputs. Where towns are
    known 镇街 and 无人达标村居, with quotas 网点配额; where outlets say what they offer 事项与时段
    and 服务未写明网点; with a register 监督 and 监督（各县区）; with an answered siting question
    布点建议, 银行占比, 覆盖—投入曲线, 备选方案, 退出影响; of one budget over several counties
    全省布点, 布点分配方式, 各县区布点.

    Text that looks like a formula or a link stays text; the same report gives the same bytes.
    """
    with (
        written_whole(path) as partial,
        xlsxwriter.Workbook(str(partial), WORKBOOK_OPTIONS) as book,
    ):
        made = {"title": plain(report.title), "created": day_of(report.made_on)}
        book.set_properties(made)
        writer = SheetWriter(book)
        if report.files:
            account_sheet(report, book)
        summary, below = _summary(report, writer)
        _classes(report, writer)
        _gaps(report, writer)
        town_sheets(report, writer)
        service_sheets(report, writer)
        supervision_sheets(report, writer)
        if report.siting is not None:
            siting_sheets(report.siting, report.names, writer)
        if report.joint is not None:
            joint_sheets(report.joint, report.names, writer)
        elif report.county_sites is not None:
            sites = report.county_sites
            county_sites_sheet(sites, report.sites_service, report.names, writer)
        writer.sheet("网点", report.outlet_table(), OUTLET, (_outlets_title(report),))
        _uncovered(report, writer)
        _problems(report, writer)
        _inputs(report, writer)
        _insert_charts(report, writer, summary, below)


def _summary(report: Report, writer: SheetWriter) -> tuple[Any, int]:
    """The county table under the headline, then what to know; the sheet and its next free row."""
    above = (
        plain(report.title),
        headline(report),
        f"标准：{report.coverage.standard}",
        f"依据：{POLICY_DOCUMENT}　版本：gdcoverage {report.version}　{dates(report)}",
        *where_read(report),
    )
    warned = report.box
    table = report.with_total()
    totals = 0 if report.one else 1
    columns = county_columns()
    sheet = writer.sheet("汇总", table, columns, above, warned=warned, totals=totals, grouped=True)
    below = len(warned) + len(above) + 2 + len(table) + 1
    width = len(shown_in("workbook", columns).keys() & set(table))
    for line in remarks(report):
        writer.note(sheet, below, line, width)
        below += 1
    return sheet, below + 1


def _insert_charts(report: Report, writer: SheetWriter, sheet: Any, row: int) -> None:
    """Charts of rates and of gaps side by side; they stand on data of sheets already written."""
    charts = []
    if report.total["population"]:
        charts.append(_class_chart(report, writer) if report.one else _county_chart(report, writer))
    if len(report.gaps):
        charts.append(_gap_chart(report, writer))
    for i, chart in enumerate(charts):
        sheet.insert_chart(row, 10 * i, chart, {"object_position": 3})
    bars = max(len(report.counties), min(len(report.gaps), _CHART_GAPS))
    writer.end_page(sheet, row + _height(bars) // _ROW_PX + 2)


def _height(bars: int) -> int:
    """Height of a chart of so many bars, pixels."""
    return max(360, 110 + 24 * bars)


def _county_chart(report: Report, writer: SheetWriter) -> Any:
    """Rate of each county, in the order of the table."""
    count = len(report.counties)
    series = [("汇总", "county_name", "rate", NUMBERS["rate"].label, _BLUE)]
    chart = writer.bars(f"各县区{NUMBERS['rate'].label}", series, count)
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": _GRID})
    chart.set_size({"width": 680, "height": _height(count)})
    return chart


def _class_chart(report: Report, writer: SheetWriter) -> Any:
    """Rates of town and country at the three speeds."""
    series = [
        ("分类", "settlement_name", column, speed.label, colour)
        for column, speed, colour in zip(
            SPEED_COLUMNS, COMPARISON_SPEEDS, _SPEED_COLOURS, strict=True
        )
    ]
    chart = writer.bars(
        f"城区、乡村在不同步速下的{NUMBERS['rate'].label}", series, len(report.settlements)
    )
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": _GRID})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 680, "height": _height(0)})
    return chart


def _gap_chart(report: Report, writer: SheetWriter) -> Any:
    """People in the largest gaps."""
    count = min(len(report.gaps), _CHART_GAPS)
    series = [("空白区", "name", "population", GAP["population"].label, _ORANGE)]
    chart = writer.bars(f"{GAP['population'].label}最多的空白区（人）", series, count)
    chart.set_x_axis({"min": 0, "num_format": "#,##0", "major_gridlines": _GRID})
    chart.set_size({"width": 680, "height": _height(count)})
    return chart


_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}


def _classes(report: Report, writer: SheetWriter) -> None:
    table = report.settlements
    totals = int(((table["county_name"] == TOTAL) | (table["settlement_name"] == TOTAL)).sum())
    above = ("分类：城区、乡村覆盖情况",)
    writer.sheet("分类", table, class_columns(), above, totals=totals)


def _gaps(report: Report, writer: SheetWriter) -> None:
    gaps = report.gap_table()
    missed = people(gaps["population"].sum()) if len(gaps) else "0"
    title = f"空白区：共 {len(gaps):,} 个，{missed} 人未达标，按{GAP['population'].label}从多到少"
    notes = (
        f"{GAP['demand_name'].label}：离空白区人口中心最近的需求点，经纬度（WGS-84）即其位置；"
        "最近网点按标准（城区步行，乡村直线；无步行可达的取直线最近），直线、步行都是这两点之间的。",
        f"{GAP['distance'].label}：每人到各自最近网点，城区为步行，乡村为直线，取空白区人口的中位数。",
    )
    above = (title, *notes) if len(gaps) else ("空白区：没有",)
    writer.sheet("空白区", gaps, GAP, above)


def _outlets_title(report: Report) -> str:
    where = "；含覆盖本县区人口的界外网点" if report.one and len(report.inside) else ""
    return f"网点：只有“在营”的计入覆盖；人口为本报告范围内的人口{where}"


def _uncovered(report: Report, writer: SheetWriter) -> None:
    missed = report.uncovered_table()
    left_out = len(missed) - UNCOVERED_ROWS
    above: tuple[str, ...] = (f"不达标需求点：共 {len(missed):,} 个有人口的，按人口从多到少",)
    if left_out > 0:
        where = "" if report.one else "，见各县区的工作簿"
        above += (f"本表列前 {UNCOVERED_ROWS:,} 个，其余 {left_out:,} 个未列出{where}。",)
    table = report.described(missed.head(UNCOVERED_ROWS))
    writer.sheet("不达标需求点", table, DEMAND, above)


def _problems(report: Report, writer: SheetWriter) -> None:
    count = len(report.problems)
    title = f"数据问题：共 {count:,} 条" if count else "数据问题：没有"
    columns = {name: Column(name, "row" if name == "行号" else "text") for name in HEADINGS}
    writer.sheet("数据问题", problem_frame(report.problems), columns, (title,))


def _inputs(report: Report, writer: SheetWriter) -> None:
    standard = report.coverage.standard
    rows = [
        ("官方表述", f"「{PHRASE}」"),
        ("政策依据", POLICY_DOCUMENT),
        ("步行时间上限（分钟）", f"{standard.minutes:g}"),
        ("步行速度（公里/小时）", f"{standard.walking_speed_kmh:g}"),
        ("步行距离上限（米）", f"{standard.walk_limit_m:,.0f}"),
        ("步行搜索上限（米）", f"{standard.walk_search_m:,.0f}"),
        ("乡村辐射半径（米）", f"{standard.rural_radius_m:,.0f}"),
        ("接驳上限（米）", f"{standard.snap_limit_m:,.0f}"),
        ("最小路网（米）", f"{standard.smallest_component_m:,.0f}"),
        ("镇区规则", TOWN_RULES[standard.town_rule]),
        ("对照步速", "、".join(speed.label for speed in COMPARISON_SPEEDS)),
        ("程序版本", f"gdcoverage {report.version}"),
        ("数据截至", report.data_date),
        ("生成日期", report.made_on),
    ]
    table = pd.DataFrame([(*row, "") for row in rows], columns=["项目", "内容", "SHA-256"])
    files = [(f"输入：{s.role}", str(s), s.sha256 or UNKNOWN) for s in report.sources]
    table = pd.concat([table, pd.DataFrame(files, columns=table.columns)], ignore_index=True)
    columns = {name: Column(name) for name in ("项目", "内容", "SHA-256")}
    writer.sheet("输入与参数", table, columns, ("输入与参数",), filtered=False)
