"""Options that several commands have, and which county is meant by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gdcoverage.run import Inputs

PlanFile = Annotated[
    Path, typer.Argument(metavar="PLAN", help="计划：工作簿（.xlsx，有“设置”表）或 TOML 文件")
]
County = Annotated[
    str | None, typer.Option(help="县区名或代码，如 龙门县、441324；计划含多个县区时须指定一个")
]
Item = Annotated[str | None, typer.Option(help="只看能办某项业务的网点，如 失业保险")]
Mode = Annotated[str | None, typer.Option(help="只看某种服务方式，如 窗口办")]
Hours = Annotated[str | None, typer.Option(help="只看某个时段营业的网点，如 星期六、工作日中午")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="同时计算几个县区（进程数）；默认为处理器核数")
]
Scheduler = Annotated[
    str | None, typer.Option(help="用 Dask 集群计算，如 tcp://10.0.0.5:8786（需安装 dask 组件）")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="全部重算重写，不沿用缓存中已有的结果")]


def called(inputs: Inputs, county: str | None) -> list[str]:
    """Adcodes of the plan's counties that are meant; all without a name."""
    from gdcoverage.places.called import counties_called

    words = ["全部"] if county is None else [county]
    return list(counties_called(words, inputs.counties))


def only(inputs: Inputs, county: str | None) -> str | None:
    """The county asked for, which a plan with several must name; None where there is but one."""
    if county is None and len(inputs.counties) == 1:
        return None
    codes = called(inputs, county)
    if len(codes) > 1:
        several = inputs.counties[inputs.counties["adcode"].isin(codes)]
        names = "、".join(several["name"].head(10)) + "……" * (len(codes) > 10)
        said = f"{county} 有多个县区" if county else "计划含多个县区"
        raise typer.BadParameter(f"{said}，请指定一个：{names}", param_hint="--county")
    return codes[0]
