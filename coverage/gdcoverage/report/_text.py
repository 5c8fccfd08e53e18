"""The report as a person reads it on a terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gdcoverage.assess import NO_COUNTY, SPEED_COLUMNS
from gdcoverage.files import written_whole
from gdcoverage.policy import COMPARISON_SPEEDS, SETTLEMENTS, Standard
from gdcoverage.problems import Problem
from gdcoverage.report import _columns
from gdcoverage.report._columns import UNKNOWN, percent, shown
from gdcoverage.report._report import Report

_GAPS_SHOWN = 10
_PROBLEMS_SHOWN = 8


def print_report(report: Report, console: Console) -> None:
    """Print one county's report, or the summary of several."""
    counties = report.counties
    inside = counties[counties["county"] != NO_COUNTY]
    console.print(_line(headline(report), "bold"))
    console.print(_line(str(report.coverage.standard), "dim"))
    if len(inside) == 1 and len(counties) == 1:
        console.print(_classes(report))
        console.print(_speeds(counties))
        for line in remarks(report):
            console.print(_line(f"· {line}"))
    else:
        console.print(_summary(report))
        for line in remarks(report):
            console.print(_line(f"· {line}"))
    if len(report.gaps):
        console.print(_gaps(report))
    else:
        console.print(_line("没有空白区：所有有人口的需求点都达标。"))
    _print_problems(report.problems, console)
    for source in report.sources:
        print_ = f"SHA-256 {source.sha256[:16]}…" if source.sha256 else "（无文件）"
        console.print(_line(f"{source.role}：{source.name}  {print_}", "dim"))
    console.print(_line(f"gdcoverage {report.version}，{report.made_on}", "dim"))


def report_text(report: Report, width: int = 100) -> str:
    """What `print_report` prints, as plain text."""
    out = io.StringIO()
    print_report(report, Console(file=out, width=width, color_system=None, legacy_windows=False))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def write_text(report: Report, path: str | Path) -> None:
    """Write what `print_report` prints, UTF-8."""
    with written_whole(path) as partial:
        partial.write_text(report_text(report), encoding="utf-8")


def headline(report: Report) -> str:
    """The one sentence: people, people covered, the rate, and the rate of each class."""
    total = report.coverage.total() if len(report.coverage.demand) else None
    if total is None or not total["population"]:
        return f"{report.name}：没有人口数据，无法计算覆盖率。"
    return (
        f"{report.name}：常住人口 {total['population']:,.0f} 人，"
        f"达标 {total['covered_population']:,.0f} 人，覆盖率 {percent(total['rate'])}"
        f"（城区 {percent(total['urban_rate'])}，乡村 {percent(total['rural_rate'])}）。"
    )


def distance_text(metres: float, standard: Standard) -> str:
    """Metres, or what is known of a walk that was not found."""
    if pd.isna(metres):
        return f"超过{standard.walk_search_m / 1000:.1f}公里或无路可达"
    return f"{metres:,.0f}"


def remarks(report: Report) -> list[str]:
    """What one must know to read the rates: outlets, overlaps, islands, points off the network."""
    table = report.counties
    lines = []
    bare = table.loc[(table["outlets"] == 0) & (table["county"] != NO_COUNTY), "county_name"]
    if len(bare) == 1 and len(table) == 1:
        lines.append("本县区无在营网点；邻近县区的网点若在范围内，仍计入覆盖。")
    elif len(bare):
        lines.append(f"无在营网点的县区：{'、'.join(bare)}。")
    if not len(report.coverage.demand):
        return lines
    total = report.coverage.total()
    lines.append(
        f"在营网点 {table['outlets'].sum()} 个；达标人口中，"
        f"仅一个网点可达的 {total['one_outlet']:,.0f} 人，"
        f"两个及以上可达的 {total['two_outlets']:,.0f} 人。"
    )
    if not pd.isna(total["elderly"]):
        lines.append(
            f"60岁以上 {total['elderly']:,.0f} 人，其中达标 {total['elderly_covered']:,.0f} 人"
            f"（{percent(total['elderly_covered'] / max(total['elderly'], 1))}）。"
        )
    lines.append(
        f"未接入路网（离街道超过{report.coverage.standard.snap_limit_m:.0f}米）"
        f" {total['off_network_population']:,.0f} 人；"
        f"路网孤岛上 {total['island_population']:,.0f} 人；均保留在分母中。"
    )
    if "rate_towns_rural" in total:
        lines.append(f"镇区若按乡村标准，覆盖率为 {percent(total['rate_towns_rural'])}。")
    outside = table.loc[table["county"] == NO_COUNTY, "population"].sum()
    if outside:
        lines.append(f"有 {outside:,.0f} 人的需求点不在所列任何县区之内，单列为“县区外”。")
    return lines


def _line(text: str, style: str = "") -> Text:
    return Text(text, style=style)


def _table(title: str, headings: list[tuple[str, bool]]) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", show_edge=False)
    for heading, number in headings:
        # The unit goes to a line of its own, so that columns are as narrow as their numbers.
        table.add_column(
            heading.replace("（", "\n（", 1),
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
        )
    return table


def _classes(report: Report) -> Table:
    columns = [
        "population",
        "covered_population",
        "rate",
        "demand_points",
        "covered_points",
        "area_km2",
    ]
    table = _table(
        "覆盖情况（按人口计）",
        [("类别", False), *((_columns.AMOUNTS[c].heading, True) for c in columns)],
    )
    rows = report.coverage.by_settlement().set_index("settlement")
    for kind, name in SETTLEMENTS.items():
        if kind in rows.index:
            row = rows.loc[kind]
            table.add_row(name, *(shown(row[c], _columns.AMOUNTS[c].kind) for c in columns))
    total = report.counties.iloc[0]
    cells = (shown(total[c], _columns.AMOUNTS[c].kind) for c in columns)
    table.add_row("合计", *cells, style="bold")
    return table


def _speeds(counties: pd.DataFrame) -> Table:
    table = _table("不同步行速度下的覆盖率", [(s.label, True) for s in COMPARISON_SPEEDS])
    table.add_row(*(percent(counties[column].iloc[0]) for column in SPEED_COLUMNS))
    return table


def _summary(report: Report) -> Table:
    speeds = [(f"{s.label.split(' ')[1]}", True) for s in COMPARISON_SPEEDS]
    headings = [
        ("县区", False),
        ("网点", True),
        ("人口", True),
        ("达标人口", True),
        ("覆盖率", True),
    ]
    headings += [("城区", True), ("乡村", True), *speeds]
    table = _table("各县区覆盖情况（按人口计）", headings)
    for _, row in report.with_total().iterrows():
        cells = [row["county_name"], shown(row["outlets"], "count")]
        cells += [shown(row[c], "people") for c in ("population", "covered_population")]
        cells += [percent(row[c]) for c in ("rate", "urban_rate", "rural_rate", *SPEED_COLUMNS)]
        table.add_row(*cells, style="bold" if row["county_name"] == "合计" else "")
    return table


def _gaps(report: Report) -> Table:
    gaps = report.gaps.sort_values(["population", "gap_id"], ascending=[False, True])
    standard = report.coverage.standard
    table = _table(
        f"人口最多的空白区（共 {len(gaps)} 个，{gaps['population'].sum():,.0f} 人）",
        [("空白区", False), ("类别", False), ("人口", True), ("需求点", True), ("面积（km²）", True),
         ("最近网点", False), ("距离（米）", True), ("超出（米）", True)],
    )  # fmt: skip
    for gap in gaps.head(_GAPS_SHOWN).itertuples():
        beyond = UNKNOWN if pd.isna(gap.beyond_m) else f"{gap.beyond_m:,.0f}"
        table.add_row(
            gap.name, SETTLEMENTS[gap.settlement], f"{gap.population:,.0f}", str(gap.demand_points),
            f"{gap.area_km2:.2f}", gap.outlet_name or UNKNOWN,
            distance_text(gap.distance_m, standard), beyond,
        )  # fmt: skip
    return table


def _print_problems(problems: tuple[Problem, ...], console: Console) -> None:
    if not problems:
        console.print(_line("数据问题：没有。"))
        return
    errors = sum(p.severity == "error" for p in problems)
    console.print(_line(f"数据问题：错误 {errors} 条，提醒 {len(problems) - errors} 条。", "bold"))
    for problem in problems[:_PROBLEMS_SHOWN]:
        console.print(_line(f"· {problem}"))
    if len(problems) > _PROBLEMS_SHOWN:
        console.print(_line("· ……其余见工作簿“数据问题”表。"))
