"""The pages made from the code's own tables: file formats and the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from typer.main import get_command

from gdcoverage import numbers
from gdcoverage.cli import app
from gdcoverage.demand import DEMAND
from gdcoverage.findings import RESULT_COLUMNS
from gdcoverage.numbers import KINDS, NUMBERS
from gdcoverage.outlets import OUTLETS
from gdcoverage.places.counties import COUNTIES
from gdcoverage.places.towns import TOWNS
from gdcoverage.policy import FLAGS, ITEMS, MODES, OUTLET_STATUS
from gdcoverage.report._services import SERVICES, UNSAID_OUTLETS
from gdcoverage.report._towns import QUOTAS, VILLAGES
from gdcoverage.report._towns import TOWNS as TOWNS_SHEET
from gdcoverage.run.settings import SETTINGS, Setting
from gdcoverage.start import columns

# Sheet of 汇总.xlsx -> its columns.
SHEETS: Mapping[str, Mapping[str, numbers.Column]] = {
    "空白区": numbers.GAP,
    "网点": numbers.OUTLET,
    "不达标需求点": numbers.DEMAND,
    "布点建议": numbers.SITE,
    "银行占比": numbers.SHARE,
    "覆盖—投入曲线": numbers.CURVE,
    "备选方案": numbers.FURTHER,
    "备选方案网点": numbers.FURTHER_SITE,
    "全省曲线": numbers.JOINT_CURVE,
    "退出影响": numbers.EXIT,
    SERVICES: numbers.SERVICE,
    TOWNS_SHEET: numbers.TOWN,
    VILLAGES: numbers.VILLAGE,
    QUOTAS: numbers.QUOTA,
    UNSAID_OUTLETS: numbers.UNSAID,
}
_PLACES = {
    "text_people": "文字（人口）",
    "text_speeds": "文字（步速）",
    "text_other": "文字（其他）",
    "workbook": "工作簿",
    "csv": "CSV",
    "json": "JSON",
    "map": "地图",
}
_HOW = {
    "text": "文字",
    "number": "数",
    "percent": "百分数",
    "list": "可写多个，用、隔开",
    "caps": "银行=个数",
    "counts": "一个数，或 代码=个数",
    "choice": "选一个",
    "datum": "坐标系",
}

_TYPES = {"string": "text", "str": "text", "float64": "number", "int64": "whole number"}


def write_pages(folder: Path) -> None:
    """Write the made pages, those that changed only: Sphinx reads anew what is newer."""
    folder.mkdir(exist_ok=True)
    for name, text in (("formats.md", formats()), ("commands.md", commands())):
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


# File formats -------------------------------------------------------------------------------


def formats() -> str:
    """What goes in and what comes out, column by column."""
    return "\n".join(
        [
            "# 文件格式和字段",
            "",
            "本页由程序自己的表生成，与所装版本一致。表头有哪些写法，见各表“其他写法”；",
            "看懂了什么，`gdcoverage check` 会先说。",
            "",
            "## 输入：网点表",
            "",
            "XLSX、XLS、CSV、GeoJSON、GeoPackage、GeoParquet。一行一个网点，候选点表同此。",
            "",
            *_template(columns.OUTLETS),
            "",
            columns.ALSO,
            "",
            "## 输入：人口表",
            "",
            "XLSX、XLS、CSV、H3 编号表、点或面图层，或每格人数（不是每平方公里人数）的 GeoTIFF。",
            "",
            *_template(columns.PEOPLE),
            "",
            "## 输入：设置和计划文件",
            "",
            "工作簿“设置”表的每一行，就是 TOML 计划文件里的一个键。",
            "",
            *(line for group, rows in SETTINGS.items() for line in _settings(group, rows)),
            "## 输出：数字",
            "",
            "汇总表每个县区一行。“按城乡”表示城区、乡村另各有一行。",
            "",
            *_rows(
                ("列名", "名称", "单位", "按城乡", "出现在", "English"),
                (
                    (
                        f"`{name}`",
                        column.label,
                        column.unit,
                        "是" if column.by_class else "",
                        "、".join(said for key, said in _PLACES.items() if key in column.where),
                        column.english,
                    )
                    for name, column in NUMBERS.items()
                ),
            ),
            "",
            "没有人的分组，覆盖率为空（不知道），不是 0。各种值的写法：",
            "",
            *_rows(
                ("类别", "单位", "文字", "工作簿", "CSV 小数位"),
                (
                    (
                        f"`{name}`",
                        kind.unit,
                        f"`{kind.text}`" if kind.text else "",
                        f"`{kind.cell}`",
                        "" if kind.decimals is None else str(kind.decimals),
                    )
                    for name, kind in KINDS.items()
                ),
            ),
            "",
            "## 输出：其他表",
            "",
            *(line for sheet, shown in SHEETS.items() for line in _sheet(sheet, shown)),
            "## Frames",
            "",
            "Columns of the frames that the library takes and gives, in their order. "
            "Points and polygons are in EPSG:4326.",
            "",
            *_frame("Outlets, `read_outlets`", OUTLETS),
            *_frame("Demand points, `read_demand`", DEMAND),
            "### What `assess` adds to demand points",
            "",
            *_rows(("column", "what"), ((f"`{k}`", v) for k, v in RESULT_COLUMNS.items())),
            "",
            *_frame("Counties, `read_counties`", COUNTIES),
            *_frame("Towns, `read_towns`", TOWNS),
            "### Official terms",
            "",
            *_rows(
                ("column or value", "term"),
                ((f"`{k}`", v) for k, v in (MODES | ITEMS | FLAGS | OUTLET_STATUS).items()),
            ),
            "",
        ]
    )


def _template(shown: Iterable[columns.Column]) -> list[str]:
    return _rows(
        ("表头", "是什么", "例", "其他写法"),
        (
            (
                f"**{c.heading}**（{c.need}）",
                f"{c.about}{f'。可以写：{c.allowed}' if c.allowed else ''}",
                c.example,
                "、".join(c.spellings),
            )
            for c in shown
        ),
    )


def _settings(group: str, rows: Iterable[Setting]) -> list[str]:
    cells = (
        (
            row.name,
            f"`{f'[{row.section}] ' if row.section else ''}{row.key}`",
            _HOW[row.how] + ("：" + "、".join(row.choices) if row.choices else ""),
            row.about,
        )
        for row in rows
    )
    return [f"### 设置：{group}", "", *_rows(("项目", "TOML", "怎样写", "说明"), cells), ""]


def _sheet(sheet: str, shown: Mapping[str, numbers.Column]) -> list[str]:
    cells = (
        (f"`{name}`", column.label, column.unit, "" if "workbook" in column.where else "只在地图")
        for name, column in shown.items()
    )
    return [f"### {sheet}", "", *_rows(("列名", "名称", "单位", ""), cells), ""]


def _frame(title: str, schema: Any) -> list[str]:
    cells = (
        (
            f"`{name}`",
            _TYPES.get(str(column.dtype).split("[")[0], str(column.dtype)),
            column.description or "",
            "NaN, none" if column.nullable else "",
        )
        for name, column in schema.columns.items()
    )
    return [f"### {title}", "", *_rows(("column", "type", "what", "may be"), cells), ""]


# The command --------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its words, options and example."""
    group = get_command(app)
    lines = ["# 命令", "", str(group.help), "", str(group.epilog), ""]
    lines += ["`--debug` 写在命令前，出错时显示完整追溯信息。", ""]
    for words, command in every_command(group):
        lines += [f"## {' '.join(words)}", "", str(command.help), ""]
        lines += ["```", *examples(command), "```", ""]
        given = [p for p in command.params if p.name != "help"]
        if given:
            cells = ((f"`{'`, `'.join(spelt(p))}`", explained(p)) for p in given)
            lines += [*_rows(("参数", "说明"), cells), ""]
    return "\n".join(lines)


def every_command(group: Any, words: tuple[str, ...] = ("gdcoverage",)) -> list[tuple[Any, Any]]:
    """Commands with the words that call them, those of groups too, in the order of the help."""
    found: list[tuple[Any, Any]] = []
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found += every_command(command, (*words, name)) if inner else [((*words, name), command)]
    return found


def examples(command: Any) -> list[str]:
    """The lines of its example, as one types them."""
    said = str(command.epilog or "").removeprefix("例：")
    return [line.strip() for line in said.replace("；", "\n").split("\n") if line.strip()]


def spelt(parameter: Any) -> list[str]:
    """How a parameter is written: its options, or its word in the usage."""
    if parameter.param_type_name == "option":
        return list(parameter.opts)
    return [parameter.metavar or parameter.name.upper()]


def explained(parameter: Any) -> str:
    """Its help, and what holds without it."""
    default = parameter.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool)
    told = f"（默认 {default:g}）" if isinstance(default, float) else f"（默认 {default}）"
    return f"{parameter.help or ''}{told if plain and default not in ('', ...) else ''}"


def _rows(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table in Markdown."""
    heads = tuple(heads)
    return [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]


def _row(cells: Iterable[str]) -> str:
    told = (" ".join(cell.replace("|", "/").split()) for cell in cells)
    return f"| {' | '.join(told)} |"
