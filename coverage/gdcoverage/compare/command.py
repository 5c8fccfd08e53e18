"""``gdcoverage compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from gdcoverage.start.registering import day_of
from gdcoverage.start.terminal import err, nearby, out, steps

_ONE_TABLE = (
    "计划用的是一张网点表，不是台账：两天的网点只在表里写明日期之处不同。要比较去年和今年的两张表，"
    "请先用 gdcoverage register import 写进台账，再在计划里写 [outlets] register = …（网点台账）；"
    "或用 --later 写今年的计划。"
)
EPILOG = "例：gdcoverage compare plan.toml --from 2025-06-30 --to 2026-06-30"


def compare(
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help="计划：工作簿（.xlsx，有“设置”表）或 TOML 文件")
    ],
    before: Annotated[str, typer.Option("--from", help="起日，如 2025-06-30")],
    after: Annotated[str, typer.Option("--to", help="止日，如 2026-06-30")],
    later: Annotated[
        Path | None, typer.Option(metavar="PLAN", help="止日的计划，人口、街道也不同时写")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="工作簿，图层（.gpkg）在它旁边；默认在计划旁，名为 变化_起日_止日.xlsx"),
    ] = None,
    months: Annotated[bool, typer.Option(help="逐月的覆盖率；--no-months 只算起止两日")] = True,
    workers: Annotated[int | None, typer.Option(min=1, help="同时计算几个县区")] = None,
) -> None:
    """比较两个日期：谁得到、失去达标，因新增、退出、迁址、暂停还是人口、街道变化；逐月的覆盖率。"""
    from gdcoverage.compare.comparison import compare_plan
    from gdcoverage.compare.sheets import write_change_layers, write_comparison
    from gdcoverage.compare.text import comparison_lines
    from gdcoverage.run import How, load_plan

    if output is not None and output.suffix.lower() != ".xlsx":
        raise typer.BadParameter("后缀应为 .xlsx；图层写在它旁边", param_hint="--output")
    days = day_of(before, "--from"), day_of(after, "--to")
    first = load_plan(plan)
    if first.outlets.register is None and later is None:
        err.print(Text(_ONE_TABLE, style="yellow"), soft_wrap=True)
    with steps() as say:
        found = compare_plan(
            first,
            *days,
            None if later is None else load_plan(later),
            monthly=months,
            how=How(workers),
            say=say,
        )
    for line in comparison_lines(found):
        out.print(Text(line), soft_wrap=True)
    target = output or plan.with_name(f"变化_{days[0]}_{days[1]}.xlsx")
    write_comparison(found, target)
    layers = target.with_suffix(".gpkg")
    write_change_layers(found, layers)
    for path in (target, layers):
        out.print(Text(f"已写出：{nearby(path)}"), soft_wrap=True)
