"""``gdcoverage register route``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from gdcoverage.start.registering import day_of
from gdcoverage.start.terminal import err, nearby, out, steps

EPILOG = "例：gdcoverage register route 计划.toml --county 龙门县 --on 2026-07-01 --most 8"
# As of a run of which a part failed.
_UNREACHED = 3


def route(
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help="用台账的计划（[outlets] register）")
    ],
    county: Annotated[str | None, typer.Option(help="县区名或代码；计划含多个县区时须指定")] = None,
    on: Annotated[str | None, typer.Option("--on", help="检查的日期；默认今天")] = None,
    outlet: Annotated[
        list[str] | None, typer.Option(help="要检查的网点编号，可写多次；不写则取最久没有检查的")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=60, help="最多几个网点")] = 8,
    start: Annotated[
        str | None, typer.Option(help="出发地：经度,纬度（WGS-84）；写了则回到出发地")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="网页（.html），按 A4 打印；默认 检查路线_县区_日期.html")
    ] = None,
) -> None:
    """排一天的检查路线：最久没有检查的在先，沿街道近似最短，附地图、地址、电话和检查内容。"""
    from gdcoverage.inspection.routing import write_route
    from gdcoverage.outlets import this_day
    from gdcoverage.run import load_plan

    day = this_day() if on is None else day_of(on, "--on")
    where = None if start is None else _place(start)
    with steps() as say:
        done = write_route(
            load_plan(plan),
            day,
            county=county,
            outlet_ids=tuple(outlet or ()),
            most=most,
            start=where,
            output=output,
            say=say,
        )
    for number, stop in enumerate(done.route.stops, 1):
        s = stop.standing
        out.print(Text(f"{number:>3}. {s.outlet_id} {s.name}（上次检查：{stop.last}）"))
    km = done.route.metres / 1000
    out.print(f"{done.county}：{len(done.route.stops)} 个网点，沿街道共 {km:,.1f} 公里。")
    out.print(Text(f"已写出：{nearby(done.path)}（内部使用）"), soft_wrap=True)
    for problem in done.route.unreached:
        err.print(Text(str(problem), style="red"), soft_wrap=True)
    if done.route.unreached:
        raise typer.Exit(_UNREACHED)


def _place(text: str) -> tuple[float, float]:
    try:
        lon, lat = map(float, text.replace("，", ",").split(","))
    except ValueError:
        raise typer.BadParameter("应为 经度,纬度，如 113.26,23.13", param_hint="--start") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        said = "应为 经度,纬度，如 113.26,23.13；经度写在前"
        raise typer.BadParameter(said, param_hint="--start")
    return lon, lat
