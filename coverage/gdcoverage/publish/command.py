"""``gdcoverage publish``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from gdcoverage.start.terminal import nearby, out, steps, today

EPILOG = "例：gdcoverage publish 社保网点计划.xlsx"


def publish(
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help="计划：工作簿（.xlsx，有“设置”表）或 TOML 文件")
    ],
) -> None:
    """发布公众版地图：核对营业时间、电话、个人信息、数据日期、银行名称、审图号和每张卡片，有一项不行就不写出，并列出全部原因。"""
    from gdcoverage.publish.publishing import publish_plan
    from gdcoverage.run import load_plan

    with steps() as say:
        done = publish_plan(load_plan(plan), today(), say)
    for line in done.told:
        out.print(Text(line), soft_wrap=True)
    out.print(Text(f"已发布：{nearby(done.path)}"), soft_wrap=True)
