"""The workbook that a planner fills in, and the same plan in TOML beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xlsxwriter

from gdcoverage.files import written_whole
from gdcoverage.run import settings
from gdcoverage.start import columns
from gdcoverage.start.fresh import require_free
from gdcoverage.tables.spreadsheet import WORKBOOK_OPTIONS, cell_width

WORKBOOK, PLAN = "社保网点计划.xlsx", "plan.toml"
ABOUT = "说明"
# So many rows have drop-downs.
_ROWS = 5000
_WIDEST = 60
_SPELLINGS = 8
# Excel's own bound for the values of a drop-down, with the commas between them.
_LONGEST_CHOICES = 255

_STEPS = (
    "社保服务合作网点覆盖分析：「城区步行15分钟，乡村辐射5公里」",
    "一、在“网点”表每行填一个网点，在“人口”表每行填一个居民点；可从别的表整列粘贴，表头也可用下面的其他写法。",
    "二、在“设置”表填县区、坐标系、街道文件；其余不填则按默认。",
    f"三、运行 gdcoverage check {WORKBOOK} 核对网点，再运行 gdcoverage run {WORKBOOK}。",
    "需要布点建议时在“设置”表写 新增网点数 或 目标覆盖率；“候选点”表可不填，则由程序在街道上生成。",
    columns.ALSO,
    "下面“示例”一列是虚构的，只供参考；本表的内容不会当作数据读入。",
)
_DICTIONARY = ("表", "列", "含义", "要求", "可填的值", "示例（虚构，不读入）", "也认识的表头")


def write_template(folder: str | Path) -> Path:
    """Write the workbook and a plan.toml that says the same of it.

    Returns
    -------
    The workbook.

    Raises
    ------
    InputError : the folder holds a file of one of these names.
    """
    folder = Path(folder)
    require_free(folder, (WORKBOOK, PLAN))
    with written_whole(folder / WORKBOOK) as partial:
        _write_workbook(partial)
    with written_whole(folder / PLAN) as partial:
        partial.write_text(_toml(), encoding="utf-8")
    return folder / WORKBOOK


def _write_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        looks = {
            "head": {"bold": True, "bg_color": "#DEEAF6", "border": 1, "text_wrap": True},
            "needed": {"bold": True, "bg_color": "#FFE699", "border": 1, "text_wrap": True},
            "group": {"bold": True, "bg_color": "#E8EEF4"},
            "text": {"num_format": "@"},
            "wrap": {"text_wrap": True, "valign": "top"},
        }
        formats = {name: book.add_format(look) for name, look in looks.items()}
        _write_about(book.add_worksheet(ABOUT), formats)
        _write_settings(book.add_worksheet(settings.SHEET), formats)
        for name, table in (
            (settings.OUTLETS, columns.OUTLETS),
            (settings.PEOPLE, columns.PEOPLE),
            (settings.CANDIDATES, columns.CANDIDATES),
        ):
            _write_table(book.add_worksheet(name), table, formats)


def _write_about(sheet: Any, formats: dict[str, Any]) -> None:
    for row, line in enumerate(_STEPS):
        sheet.write_string(row, 0, line, formats["group"] if row == 0 else None)
    top = len(_STEPS) + 1
    for at, (heading, width) in enumerate(
        zip(_DICTIONARY, (8, 16, 40, 8, 48, 26, 60), strict=True)
    ):
        sheet.write_string(top, at, heading, formats["head"])
        sheet.set_column(at, at, width)
    rows = (
        (table, column)
        for table, listed in (
            (settings.OUTLETS, columns.OUTLETS),
            (settings.PEOPLE, columns.PEOPLE),
        )
        for column in listed
    )
    for row, (table, column) in enumerate(rows, top + 1):
        more = "……" if len(column.spellings) > _SPELLINGS else ""
        others = " / ".join(column.spellings[:_SPELLINGS]) + more
        cells = (table, column.heading, column.about, column.need, column.allowed, column.example)
        for at, cell in enumerate((*cells, others)):
            sheet.write_string(row, at, cell, formats["wrap"])


def _write_settings(sheet: Any, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 34, formats["text"])
    sheet.set_column(2, 2, 110)
    for at, heading in enumerate(settings.HEADINGS):
        sheet.write_string(0, at, heading, formats["head"])
    sheet.freeze_panes(1, 1)
    rows: list[str | settings.Setting] = []
    for group, listed in settings.SETTINGS.items():
        rows += [group, *listed]
    for at, row in enumerate(rows, 1):
        if isinstance(row, str):
            sheet.write_string(at, 0, f"【{row}】", formats["group"])
            continue
        sheet.write_string(at, 0, row.name, formats["needed"] if row.needed else None)
        sheet.write_string(at, 1, row.first, formats["text"])
        sheet.write_string(at, 2, row.about)
        if row.choices:
            _offer(sheet, at, at, 1, row.choices, strict=True)


def _write_table(sheet: Any, table: Iterable[columns.Column], formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(table):
        needed = column.need == columns.NEEDED
        sheet.write_string(0, at, column.heading, formats["needed" if needed else "head"])
        width = max(cell_width(column.heading), cell_width(column.example)) + 4
        sheet.set_column(at, at, min(width, _WIDEST))
        if column.choices:
            _offer(sheet, 1, _ROWS, at, column.choices, strict=False)


def _offer(
    sheet: Any, first: int, last: int, column: int, choices: Iterable[str], *, strict: bool
) -> None:
    """A drop-down; where it is not strict, other texts may be written."""
    values = list(choices)
    assert len(",".join(values)) <= _LONGEST_CHOICES
    sheet.data_validation(
        *(first, column, last, column),
        {
            "validate": "list",
            "source": values,
            "show_error": strict,
            "error_title": "请从列表中选择",
        },
    )


def _toml() -> str:
    """The same plan as the workbook's, for those who would rather write TOML."""
    return f"""\
# 与 {WORKBOOK} 的“设置”表作用相同；两个都可以运行，只需填其中一个。
title = "{_first("", "title")}"

[counties]
names = []                # 如 ["龙门县"]、["惠州市"]、["441324"]；全省写 ["全省"]

[outlets]
path = "{WORKBOOK}"
sheet = "{settings.OUTLETS}"
datum = ""                # 高德、腾讯：gcj02；百度：bd09；GPS：wgs84；国家2000：cgcs2000

[demand]
path = "{WORKBOOK}"
sheet = "{settings.PEOPLE}"
datum = ""                # 同上

[network]
osm = "街道.osm.pbf"       # 从 download.geofabrik.de 下载，改成实际文件名

# [sites]                 # 需要布点建议时去掉 #
# add = 5                 # 或 target = 95（%）
# candidates = "{WORKBOOK}"   # 或 "osm"：街道文件里的银行、村居委会、政府机构、邮政网点
# sheet = "{settings.CANDIDATES}"

[outputs]
folder = "{_first("outputs", "folder")}"
"""


def _first(section: str, key: str) -> str:
    (first,) = [s.first for s in settings.ALL if (s.section, s.key) == (section, key)]
    return first
