"""The report as a person reads it on a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gdcoverage.files import written_whole
from gdcoverage.numbers import GAP, NUMBERS, Column, class_columns, county_columns, shown_in
from gdcoverage.problems import alike
from gdcoverage.report._alternatives import alternative_lines
from gdcoverage.report._columns import UNKNOWN, distance_text, measured, plain, shown
from gdcoverage.report._joint import joint_lines
from gdcoverage.report._remarks import dates, headline, remarks, where_read
from gdcoverage.report._report import TOTAL, Report
from gdcoverage.report._services import service_lines, services_shown
from gdcoverage.report._siting import siting_lines
from gdcoverage.report._supervision import supervision_lines
from gdcoverage.report._towns import TOWNS, town_lines, towns_shown

__all__ = ["distance_text", "print_report", "report_text", "write_text"]

_GAPS_SHOWN = 10
# A line may be broken behind these.
_PIECES = re.compile(r".+?(?:[，。；、：）]+|$)")
_UNBOUNDED = Console(width=1_000, file=io.StringIO(), color_system=None, force_jupyter=False)
_PROBLEMS_SHOWN = 8
# Columns that a box's lines and their margins take.
_BOX_SIDES = 4


def print_report(report: Report, console: Console) -> None:
    """Print one county's report, or the summary of several, for 80 columns or more."""
    if report.box:
        _print_box(report.box, console)
    _say(console, headline(report), "bold")
    console.print()
    if report.total["demand_points"]:
        _print_tables(report, console)
    for line in remarks(report):
        _say(console, line)
    console.print()
    _print_towns(report, console)
    _print_services(report, console)
    _print_supervision(report, console)
    _print_gaps(report, console)
    console.print()
    if report.siting is not None:
        _say(console, "布点建议", "bold")
        for line in (*siting_lines(report.siting), *alternative_lines(report.siting.alternatives)):
            _say(console, plain(line))
        console.print()
    if report.joint is not None:
        _say(console, "全省布点", "bold")
        for line in joint_lines(report.joint, report.names):
            _say(console, plain(line))
        console.print()
    _print_problems(report, console)
    console.print()
    _say(console, f"标准：{report.coverage.standard}")
    for source in report.sources:
        _say(console, f"{source.role}：{plain(str(source))}", "dim")
        _say(console, f"  SHA-256 {source.sha256 or UNKNOWN}", "dim")
    for line in where_read(report):
        _say(console, line)
    _say(console, f"{plain(report.title)}；gdcoverage {report.version}；{dates(report)}", "dim")


def report_text(report: Report, width: int = 100) -> str:
    """What `print_report` prints, as plain text.

    Parameters
    ----------
    width : columns of the page; a Chinese character takes two.
    """
    out = io.StringIO()
    page = Console(
        file=out,
        width=width,
        color_system=None,
        legacy_windows=False,
        force_jupyter=False,
        _environ={},
    )
    print_report(report, page)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def write_text(report: Report, path: str | Path) -> None:
    """Write what `print_report` prints, UTF-8."""
    with written_whole(path) as partial:
        partial.write_text(report_text(report), encoding="utf-8", errors="backslashreplace")


def _say(console: Console, line: str, style: str = "") -> None:
    """A line as it stands (names in it are no markup), broken after Chinese punctuation only."""
    console.print(Text(_broken(line, console.width), style=style), overflow="fold")


def _broken(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    lines = [""]
    for piece in _PIECES.findall(line):
        if lines[-1].strip() and cell_len(lines[-1] + piece) > width:
            lines.append(indent)
        lines[-1] += piece
    return "\n".join(lines)


def _print_box(told: Sequence[str], console: Console) -> None:
    """What must be read first, in a red box."""
    named, *lines = told
    text = Text("\n".join(_broken(line, console.width - _BOX_SIDES) for line in lines))
    title = Text(named, style="bold")
    console.print(Panel(text, box.HEAVY, title=title, title_align="left", style="red"))
    console.print()


def _print_tables(report: Report, console: Console) -> None:
    """People, then everything else, by class for one county and by county for several.

    The rates at the three speeds stand beside the people where the page is wide enough.
    """
    if report.one:
        rows, first, known = report.settlements, "settlement_name", class_columns()
    else:
        rows, first, known = report.with_total(), "county_name", county_columns()

    def table(title: str, *places: str) -> Table:
        columns = {first: known[first]}
        for place in places:
            columns |= {k: column for k, column in shown_in(place, known).items() if k in rows}
        return _table(title, rows, columns)

    rate = NUMBERS["rate"].label
    people = f"{NUMBERS['population'].label}与{rate}"
    tables = [table(f"{people}（右侧为不同步速下的{rate}）", "text_people", "text_speeds")]
    if _UNBOUNDED.measure(tables[0]).maximum > console.width:
        tables = [
            table(people, "text_people"),
            table(f"不同步速下的{rate}", "text_speeds"),
        ]
    points = NUMBERS["demand_points"].label
    tables.append(table(f"{points}（不按人口加权）、多点可办与路网（人）", "text_other"))
    for one in tables:
        _print_whole(one, console)
        console.print()


def _print_whole(table: Table, console: Console) -> None:
    """A table, over the page's edge where it is wider: rich would cut the numbers."""
    width = _UNBOUNDED.measure(table).maximum
    if width <= console.width:
        console.print(table)
        return
    page = Console(
        width=width,
        file=io.StringIO(),
        color_system=None,
        legacy_windows=False,
        force_jupyter=False,
    )
    with page.capture() as capture:
        page.print(table)
    console.print(Text(capture.get().rstrip("\n")), soft_wrap=True)


def _table(title: str, rows: pd.DataFrame, columns: dict[str, Column]) -> Table:
    """The columns of the rows; the first is what each row is about."""
    table = Table(
        title=title, title_justify="left", title_style="", header_style="bold",
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    for column in columns.values():
        text = column.kind == "text"
        table.add_column(
            column.short or column.label,
            justify="left" if text else "right",
            vertical="bottom",
            overflow="fold",
            no_wrap=not text,
        )
    first = next(iter(columns))
    for row in rows[list(columns)].to_dict("records"):
        cells = [Text(shown(row[name], column.kind)) for name, column in columns.items()]
        table.add_row(*cells, style="bold" if row[first] == TOTAL else "")
    return table


def _print_towns(report: Report, console: Console) -> None:
    lines = town_lines(report)
    if len(report.town_table):
        rows, columns = towns_shown(report)
        title = f"{TOWNS}（{NUMBERS['uncovered_population'].label}最多的 {len(rows)} 个）"
        if len(rows):
            _print_whole(_table(title, rows, columns), console)
    for line in lines:
        _say(console, line)
    if lines:
        console.print()


def _print_services(report: Report, console: Console) -> None:
    if not report.total["population"]:
        return
    if len(report.all_services):
        title = "事项与时段（最常问的，再列达标人口最少的；标准不变，只数办理该项的网点）"
        _print_whole(_table(title, *services_shown(report)), console)
    for line in service_lines(report):
        _say(console, line)
    console.print()


def _print_supervision(report: Report, console: Console) -> None:
    lines = supervision_lines(report)
    for line in lines:
        _say(console, line)
    if lines:
        console.print()


def _print_gaps(report: Report, console: Console) -> None:
    gaps = report.gap_table()
    if gaps.empty:
        nobody = not report.total["population"]
        _say(console, "空白区：没有。" + ("" if nobody else "有人口的需求点全部达标。"))
        return
    first = f"，以下为{GAP['population'].label}最多的 {_GAPS_SHOWN} 个"
    most = first if len(gaps) > _GAPS_SHOWN else ""
    people = measured(gaps["population"].sum(), "people")
    _say(console, f"空白区：共 {len(gaps):,} 个，{people}未达标{most}。", "bold")
    for number, gap in enumerate(gaps.head(_GAPS_SHOWN).to_dict("records"), 1):
        county = "" if report.one else f"{plain(gap['county_name'])}，"
        _say(console, f"{number:>2}. {plain(gap['name'])}（{county}{gap['settlement_name']}）")
        _say(
            console,
            f"    {measured(gap['population'], 'people')}，"
            f"{GAP['demand_points'].label} {measured(gap['demand_points'], 'count')}，"
            f"{measured(gap['area_km2'], 'km2')}；"
            f"位于 {gap['lon']:.5f}, {gap['lat']:.5f}",
        )
        _say(console, f"    {_way(gap, report)}", "dim")


def _way(gap: dict[Any, Any], report: Report) -> str:
    """Both ways from the gap's own point to its outlet, and how far half of its people have it."""
    settlement, standard = gap["settlement"], report.coverage.standard
    if not gap["outlet_id"]:
        return distance_text(gap["distance_m"], standard, settlement)
    walk = "" if isnan(gap["walk_m"]) else f"步行 {measured(gap['walk_m'], 'metres')}"
    if not walk and settlement == "urban":
        walk = distance_text(gap["walk_m"], standard)
    pair = (
        f"{GAP['demand_name'].said} {plain(gap['demand_name'])}："
        f"{GAP['outlet_name'].said} {plain(gap['outlet_name'])}，"
        f"直线 {measured(gap['radius_m'], 'metres')}{walk and '，'}{walk}"
    )
    if isnan(gap["distance_m"]):
        return f"{pair}；人口中位{distance_text(gap['distance_m'], standard, settlement)}"
    kind = "步行" if settlement == "urban" else "直线"
    middle, beyond = (measured(gap[name], "metres") for name in ("distance_m", "beyond_m"))
    return f"{pair}；人口中位{kind} {middle}，超出标准 {beyond}"


def _print_problems(report: Report, console: Console) -> None:
    problems = report.problems
    if not problems:
        _say(console, "数据问题：没有。")
        return
    errors = sum(problem.severity == "error" for problem in problems)
    _say(console, f"数据问题：错误 {errors:,} 条，提醒 {len(problems) - errors:,} 条。", "bold")
    told = alike(problems)
    for problem in told[:_PROBLEMS_SHOWN]:
        _say(console, f"  {plain(problem)}")
    if left := sum(problem.count for problem in told[_PROBLEMS_SHOWN:]):
        _say(console, f"  其余 {left:,} 条见工作簿“数据问题”表。")
