"""A plan on the sheet 设置 of a workbook, whose other sheets hold outlets, people, candidates."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gdcoverage.problems import Problem, unusable
from gdcoverage.run import settings
from gdcoverage.run.plan_form import KIND, SheetForm
from gdcoverage.run.settings import ALL, NAMES, Setting
from gdcoverage.tables._cells import read_cells
from gdcoverage.tables._sheet import Cells

_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BETWEEN = re.compile(r"[、,，;；\s]+")
_BY_NAME = {setting.name: setting for setting in ALL}


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, by its content."""
    try:
        with path.open("rb") as file:
            return file.read(4) in _MAGIC
    except OSError:
        return False


def read_sheet(path: Path) -> SheetForm:
    """The plan of a workbook; every fault of a cell is among its faults.

    Raises
    ------
    InputError : the workbook cannot be read, or has no sheet 设置.
    """
    sheets = {name: sheet.cells for name, sheet in read_cells(path, len).items()}
    if settings.SHEET not in sheets:
        raise unusable(
            KIND,
            f"工作簿里没有“{settings.SHEET}”工作表，不是计划；现有：{'、'.join(sheets)}",
            "请用 gdcoverage init 文件夹 生成模板，把内容复制到其中；只检查网点表请加 --datum",
            file=path.name,
        )
    cells, values, faults = _values(sheets[settings.SHEET])
    form = SheetForm({}, (), settings.SHEET, NAMES, cells)
    raw: dict[str, Any] = {"outlets": {}, "demand": {}, "network": {}, "outputs": {}}
    for (section, key), value in values.items():
        (raw.setdefault(section, {}) if section else raw)[key] = value
    raw["outputs"].setdefault("folder", "结果")
    faults += _with_own_sheets(raw, path, sheets, form)
    faults += _not_filled_in(form, raw)
    return SheetForm(raw, tuple(faults), settings.SHEET, NAMES, cells)


Key = tuple[str, str]


def _values(
    rows: Cells,
) -> tuple[dict[Key, tuple[int, str]], dict[Key, Any], list[Problem]]:
    """Where keys stand, what they say, and what of that is not understood."""
    cells: dict[Key, tuple[int, str]] = {}
    values: dict[Key, Any] = {}
    faults = []
    for number, row in enumerate(rows, 1):
        name, text = (*map(str, row[:2]), "")[:2]
        setting = _BY_NAME.get(name.strip(" *：:"))
        if not text or (name, text) == settings.HEADINGS[:2]:
            if setting:
                cells.setdefault((setting.section, setting.key), (number, ""))
            continue
        place = {"sheet": settings.SHEET, "row": number, "column": "值", "value": text}
        if setting is None:
            faults.append(Problem(KIND, *_strange(name), **place))  # type: ignore[arg-type]
            continue
        key = setting.section, setting.key
        if key in values:
            what = f"{setting.name}写了两次（前一次在第 {cells[key][0]} 行）"
            faults.append(Problem(KIND, what, "请删去其中一行", **place))  # type: ignore[arg-type]
            continue
        cells[key] = number, text
        try:
            values[key] = _meant(setting, text)
        except ValueError as error:
            what = f"{setting.name}{error}"
            faults.append(Problem(KIND, what, "请改正", **place))  # type: ignore[arg-type]
    return cells, values, faults


def _strange(name: str) -> tuple[str, str]:
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    hint = f"是否想写 {near[0]}？" if near else ""
    known = "、".join(_BY_NAME)
    return f"不认识的项目“{name}”" if name else "值的左边没有项目", f"{hint}可用的有：{known}"


def _meant(setting: Setting, text: str) -> Any:
    """What a cell says, as TOML would have it.

    Raises
    ------
    ValueError : it is none of what may be written; says what may be.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if setting.how == "number":
        return _number(plain)
    if setting.how == "percent":
        return _percent(plain)
    if setting.how == "list":
        return [word for word in _BETWEEN.split(plain) if word]
    if setting.how in ("caps", "counts"):
        by_name = setting.how == "caps" or re.search("[=:：]", plain)
        return _caps(plain) if by_name else _number(plain)
    if setting.how == "choice":
        if plain not in {*setting.choices, *setting.choices.values()}:
            raise ValueError(f"应为 {'、'.join(setting.choices)} 之一")
        return setting.choices.get(plain, plain)
    return setting.choices.get(text, text)


def _number(text: str) -> float | int:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        raise ValueError("应是数字，不带单位") from None
    return int(number) if number.is_integer() else number


def _percent(text: str) -> float | int:
    number = _number(text.removesuffix("%"))
    # A cell formatted as 95 % holds 0.95; nobody knows which was meant.
    if 0 < number <= 1 and not text.endswith("%"):
        raise ValueError("应是 0 到 100 的百分数：95% 请写 95（单元格格式用“常规”）")
    return number


def _caps(text: str) -> dict[str, float | int]:
    caps = {}
    for part in filter(None, _BETWEEN.split(text)):
        bank, equals, most = re.sub(r"[:：]", "=", part).partition("=")
        if not (bank and equals):
            raise ValueError("应写成 农商银行=2、工商银行=1")
        caps[bank] = _number(most)
    return caps


def _with_own_sheets(
    raw: dict[str, Any], path: Path, sheets: Mapping[str, Cells], form: SheetForm
) -> list[Problem]:
    """Put the workbook's own sheets where no other file is named; tell where there is neither."""
    faults = []
    for section, sheet in (("outlets", settings.OUTLETS), ("demand", settings.PEOPLE)):
        filled = sheet in sheets and _is_filled(sheets[sheet])
        if "register" in raw[section]:
            if filled:
                name = form.name(section, "register")
                what = f"填写了{name}，“{sheet}”表也有内容，不知道以哪个为准"
                faults.append(form.whole(section, ["register"], what, "请删去其一"))
        elif "path" not in raw[section]:
            if not filled:
                name = form.name(section, "path")
                what = f"“{sheet}”表是空的，也没有填写{name}"
                action = f"请把数据填入或粘贴到“{sheet}”表，或在“{name}”写出文件名"
                faults.append(form.whole(section, ["path"], what, action))
            raw[section] |= {"path": path.name, "sheet": sheet}
    if (sites := raw.get("sites")) is not None:
        sites.setdefault("datum", raw["outlets"].get("datum", "wgs84"))
        filled = settings.CANDIDATES in sheets and _is_filled(sheets[settings.CANDIDATES])
        if filled and "candidates" not in sites:
            sites |= {"candidates": path.name, "sheet": settings.CANDIDATES}
    return faults


def _is_filled(cells: Cells) -> bool:
    """Whether something stands below the headings."""
    return bool(np.count_nonzero((cells != "").any(axis=1)) > 1)


def _not_filled_in(form: SheetForm, raw: Mapping[str, Any]) -> Iterator[Problem]:
    single = "single" in raw.get("counties", {})
    for setting in ALL:
        row, text = form.cells.get((setting.section, setting.key), (None, ""))
        if setting.needed and not text and not (single and setting.section == "counties"):
            place = {"sheet": settings.SHEET, "row": row, "column": "值"}
            allowed = "、".join(setting.choices)
            action = f"请选一种：{allowed}" if allowed else f"请填写：{setting.about}"
            yield Problem(KIND, f"没有填写{setting.name}", action, **place)  # type: ignore[arg-type]
