"""The report as a workbook for Excel and WPS."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from gdcoverage.assess import SPEED_COLUMNS
from gdcoverage.files import written_whole
from gdcoverage.policy import COMPARISON_SPEEDS, OUTLET_STATUS, PHRASE, POLICY_DOCUMENT, SETTLEMENTS
from gdcoverage.problems import HEADINGS, problem_frame
from gdcoverage.report import _columns
from gdcoverage.report._columns import UNKNOWN, Column
from gdcoverage.report._report import Report
from gdcoverage.report._text import distance_text, headline, remarks
from gdcoverage.sheets import WORKBOOK_OPTIONS, cell_width

UNCOVERED_ROWS = 50_000
_CHART_GAPS = 12
_FORMATS = {
    "people": "#,##0",
    "count": "#,##0",
    "rate": "0.00%",
    "km2": "#,##0.00",
    "metres": "#,##0",
    "minutes": "0.0",
    "degrees": "0.000000",
}
_BLUE, _ORANGE = "#0B5394", "#B45F06"


def write_workbook(report: Report, path: str | Path) -> None:
    """Write the workbook: 汇总, 分类, 空白区, 网点, 不达标需求点, 数据问题, 输入与参数.

    Text that looks like a formula or a link stays text.
    """
    with (
        written_whole(path) as partial,
        xlsxwriter.Workbook(str(partial), WORKBOOK_OPTIONS) as book,
    ):
        made = dt.datetime.fromisoformat(report.made_on)
        book.set_properties({"title": report.title, "created": made})
        writer = _Writer(book)
        _summary(report, writer)
        writer.sheet("分类", report.coverage.by_settlement(), _columns.SETTLEMENT)
        _gaps(report, writer)
        outlets = report.outlet_table()
        outlets["status_name"] = outlets["status"].map(OUTLET_STATUS)
        writer.sheet("网点", outlets, _columns.OUTLET)
        _uncovered(report, writer)
        problems = problem_frame(report.problems)
        writer.sheet("数据问题", problems, {h: Column(h, "text") for h in HEADINGS})
        _inputs(report, writer)


class _Writer:
    """Sheets of one look in one book."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        base = {"font_name": "微软雅黑", "font_size": 10}
        self.title = book.add_format(base | {"bold": True, "font_size": 14, "font_color": _BLUE})
        self.note = book.add_format(base | {"font_color": "#444444"})
        self.head = book.add_format(
            base
            | {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}
            | {"align": "center", "valign": "vcenter"}
        )
        self.cell = {
            kind: book.add_format(base | {"border": 1, "num_format": code})
            for kind, code in _FORMATS.items()
        }
        self.text = book.add_format(base | {"border": 1, "valign": "top"})
        self.bold = {
            kind: book.add_format(base | {"border": 1, "bold": True, "num_format": code})
            for kind, code in (_FORMATS | {"text": "@"}).items()
        }

    def sheet(
        self,
        name: str,
        table: pd.DataFrame,
        columns: dict[str, Column],
        above: tuple[str, ...] = (),
        total: bool = False,
    ) -> Any:
        """A sheet with lines above, a header that repeats in print, and one row per record."""
        sheet = self.book.add_worksheet(name)
        for i, line in enumerate(above):
            sheet.write_string(i, 0, line, self.note if i else self.title)
        columns = {key: column for key, column in columns.items() if key in table}
        top = len(above)
        for j, column in enumerate(columns.values()):
            sheet.write_string(top, j, column.heading, self.head)
            widest = max((cell_width(v) for v in table[list(columns)[j]].head(300)), default=0)
            widest = widest if column.kind == "text" else 8
            sheet.set_column(j, j, min(max(widest, cell_width(column.heading) / 2, 6) + 3, 44))
        sheet.set_row(top, 32)
        for i, row in enumerate(table[list(columns)].to_numpy(object), top + 1):
            last = total and i == top + len(table)
            for j, (value, column) in enumerate(zip(row, columns.values(), strict=True)):
                self._cell(sheet, i, j, value, column.kind, bold=last)
        sheet.freeze_panes(top + 1, min(2, len(columns)))
        if len(table):
            sheet.autofilter(top, 0, top + len(table), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.set_footer("&L" + name + "&R第 &P 页，共 &N 页")
        return sheet

    def _cell(self, sheet: Any, i: int, j: int, value: object, kind: str, *, bold: bool) -> None:
        if kind in ("text", "yes"):
            text = ("是" if value else "否") if kind == "yes" else _text(value)
            sheet.write_string(i, j, text, self.bold["text"] if bold else self.text)
        elif pd.isna(value):  # type: ignore[call-overload]
            sheet.write_string(i, j, UNKNOWN, self.text)
        else:
            sheet.write_number(i, j, value, self.bold[kind] if bold else self.cell[kind])


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _summary(report: Report, writer: _Writer) -> None:
    above = (
        report.title,
        headline(report),
        f"标准：{report.coverage.standard}",
        f"依据：{POLICY_DOCUMENT}；gdcoverage {report.version}；{report.made_on}",
        *remarks(report),
        "",
    )
    table = report.with_total()
    several = len(table) > len(report.counties)
    sheet = writer.sheet("汇总", table, _columns.COUNTY, above, total=several)
    first, last = len(above) + 1, len(above) + len(report.counties)
    shown = [name for name in _columns.COUNTY if name in table]
    series = (
        [("rate", "覆盖率")]
        if several
        else [
            (column, speed.label)
            for column, speed in zip(SPEED_COLUMNS, COMPARISON_SPEEDS, strict=True)
        ]
    )
    chart = writer.book.add_chart({"type": "column"})
    for column, name in series:
        at = shown.index(column)
        chart.add_series(
            {
                "name": name,
                "categories": ["汇总", first, 1, last, 1],
                "values": ["汇总", first, at, last, at],
                "data_labels": {"value": len(report.counties) < 15, "num_format": "0.0%"},
            }
        )
    chart.set_title({"name": "覆盖率" if several else "不同步行速度下的覆盖率"})
    chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": True}})
    chart.set_legend({"position": "bottom", "none": len(series) == 1})
    chart.set_size({"width": max(520, min(60 * len(table), 1600)), "height": 300})
    sheet.insert_chart(first + len(table) + 2, 1, chart)


def _gaps(report: Report, writer: _Writer) -> None:
    gaps = report.gaps.sort_values(["population", "gap_id"], ascending=[False, True])
    gaps = pd.DataFrame(gaps.drop(columns="geometry"))
    gaps["settlement_name"] = gaps["settlement"].map(SETTLEMENTS)
    note = f"距离为“—”者：{distance_text(float('nan'), report.coverage.standard)}"
    above = ("空白区（按人口从多到少）", note) if len(gaps) else ("没有空白区",)
    sheet = writer.sheet("空白区", gaps, _columns.GAP, above)
    if not len(gaps):
        return
    shown = list(_columns.GAP)
    first = len(above) + 1
    last = len(above) + min(len(gaps), _CHART_GAPS)
    chart = writer.book.add_chart({"type": "bar"})
    names, people = shown.index("name"), shown.index("population")
    chart.add_series(
        {
            "name": "人口",
            "categories": ["空白区", first, names, last, names],
            "values": ["空白区", first, people, last, people],
            "fill": {"color": _ORANGE},
            "data_labels": {"value": True, "num_format": "#,##0"},
        }
    )
    chart.set_title({"name": "人口最多的空白区"})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"none": True})
    chart.set_size({"width": 720, "height": 120 + 28 * (last - first + 1)})
    sheet.insert_chart(first - 1, len(shown) + 1, chart)


def _uncovered(report: Report, writer: _Writer) -> None:
    missed = report.uncovered_table()
    missed["status_name"] = missed["status"].map(_columns.SNAP_STATUS)
    left_out = len(missed) - UNCOVERED_ROWS
    above = [f"不达标需求点（共 {len(missed):,} 个，按人口从多到少）"]
    if left_out > 0:
        above.append(f"本表列前 {UNCOVERED_ROWS:,} 个，其余 {left_out:,} 个见数据文件。")
    table = pd.DataFrame(missed.head(UNCOVERED_ROWS))
    writer.sheet("不达标需求点", table, _columns.UNCOVERED, tuple(above))


def _inputs(report: Report, writer: _Writer) -> None:
    standard = report.coverage.standard
    rows = [("官方表述", f"「{PHRASE}」"), ("政策依据", POLICY_DOCUMENT)]
    rows += [
        ("步行时间（分钟）", f"{standard.minutes:g}"),
        ("步行速度（公里/小时）", f"{standard.walking_speed_kmh:g}"),
        ("步行距离上限（米）", f"{standard.walk_limit_m:g}"),
        ("乡村辐射半径（米）", f"{standard.rural_radius_m:g}"),
        ("接驳上限（米）", f"{standard.snap_limit_m:g}"),
        ("最小路网（米）", f"{standard.smallest_component_m:g}"),
        ("镇区规则", standard.town_rule),
        ("程序版本", report.version),
        ("运行日期", report.made_on),
    ]
    rows += [
        (f"输入：{s.role}", f"{s.name}　SHA-256 {s.sha256 or UNKNOWN}") for s in report.sources
    ]
    headings = ("项目", "内容")
    table = pd.DataFrame(rows, columns=list(headings))
    writer.sheet("输入与参数", table, {h: Column(h, "text") for h in headings})
