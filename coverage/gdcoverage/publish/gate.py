"""What must be right before the public edition is published, and what was let pass, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from gdcoverage.emap import Release
from gdcoverage.outlets.hours import read_hours
from gdcoverage.outlets.personal import personal_in
from gdcoverage.outlets.phones import read_phones
from gdcoverage.problems import InputError, Problem, rows_told
from gdcoverage.publish.banks import ambiguous_banks
from gdcoverage.run import Inputs, Plan
from gdcoverage.run.settings import NAMES
from gdcoverage.tables import Reading
from gdcoverage.tables.account import TableRead

# Words for "none" in a cell.
_NONE = frozenset({"", "无", "-", "—", "/", "暂无"})
_ROWS = 6  # ranges of rows that a sentence names


class Refusal(NamedTuple):
    """A reason not to publish.

    Parameters
    ----------
    waiver : key of ``[publish]`` that would let it pass.
    problem : what is wrong, and what to do.
    """

    waiver: str
    problem: Problem


# What readers are told of what was let pass.
_TOLD = {
    "waive_hours": "本图有网点的营业时间没有读懂，照原文显示",
    "waive_phones": "本图有网点的电话没有读懂，没有显示",
    "waive_personal": "本图有文字像是个人姓名或手机号",
    "waive_date": "本图数据日期不明",
    "waive_banks": "本图银行名称没有统一",
    "waive_approval": "本图未附审图号",
}


def release_of(plan: Plan, inputs: Inputs, outlets: gpd.GeoDataFrame) -> Release:
    """What the published page says of itself.

    Parameters
    ----------
    outlets : those that the page will show, with the columns of `OUTLETS`.

    Raises
    ------
    InputError : all reasons not to publish that nobody has answered for.
    """
    found = [*refusals(inputs.outlets, outlets, plan.map.approval)]
    asked = vars(plan.publish)
    if left := [refusal for refusal in found if not asked[refusal.waiver]]:
        raise InputError(*(_with_waiver(refusal) for refusal in left))
    said = {}
    for waiver in dict.fromkeys(refusal.waiver for refusal in found):
        who, why = asked[waiver].split("：", 1)
        said[waiver] = f"{_TOLD[waiver]}：经{who}同意，理由：{why}"
    url = plan.publish.url or ""
    return Release(url, tuple(said.values()), said.get("waive_approval", ""))


def unused_waivers(plan: Plan, release: Release) -> list[str]:
    """Names of the waivers in the plan of which the page has no need."""
    return [
        NAMES["publish", key]
        for key, told in _TOLD.items()
        if getattr(plan.publish, key) and not any(line.startswith(told) for line in release.waived)
    ]


def refusals(reading: Reading, outlets: gpd.GeoDataFrame, approval: str) -> Iterator[Refusal]:
    """Every reason not to publish.

    Parameters
    ----------
    reading : of the table of outlets.
    outlets : as of `release_of`.
    approval : 审图号.
    """
    file = reading.source.name
    if outlets.empty:
        # No waiver would help: a key that no plan has.
        what, action = "没有一个在营网点可以发布", "请先用 gdcoverage check 核对网点表"
        raise InputError(Problem("publish_empty", what, action, file=file))
    for table in reading.account.tables:
        if table.used:
            yield from _columns(file, table)
    yield from _hours(outlets)
    yield from _phones(outlets)
    yield from _personal(outlets)
    if not reading.account.data_date:
        action = "请在表题、文件名或工作表名里写明，如 截至2026年6月30日"
        yield _refusal("waive_date", "数据日期不明", action, file=file)
    yield from _banks(outlets)
    if not approval.strip():
        name = NAMES["map", "approval"]
        action = f"请送自然资源主管部门审核，把批准的号填入“{name}”（[map] approval）"
        yield _refusal("waive_approval", "没有审图号", action)


def _refusal(waiver: str, what: str, action: str, **place: str | int) -> Refusal:
    kind = waiver.replace("waive", "publish")
    return Refusal(waiver, Problem(kind, what, action, **place))  # type: ignore[arg-type]


def _with_waiver(refusal: Refusal) -> Problem:
    waiver, problem = refusal
    named = f"确须发布的，在“{NAMES['publish', waiver]}”（[publish] {waiver}）写 姓名：理由"
    return Problem(**(vars(problem) | {"action": f"{problem.action}；{named}"}))


def _columns(file: str, table: TableRead) -> Iterator[Refusal]:
    """Columns of hours and telephones that a table lacks, or that were not understood."""
    meant = {meaning for _, meaning in table.columns}
    for name, waiver in (("营业时间", "waive_hours"), ("电话", "waive_phones")):
        if name not in meant:
            unused = "、".join(table.unused)
            beside = f"（没有用到的列：{unused}）" if unused else ""
            what = f"没有读到“{name}”列{beside}"
            action = f"请把那一列的表头改为“{name}”，没有的请补上"
            yield _refusal(waiver, what, action, file=file, sheet=table.sheet)


def _hours(outlets: gpd.GeoDataFrame) -> Iterator[Refusal]:
    unclear = outlets["hours"].map(lambda t: t.strip().lower() not in _NONE and not read_hours(t))
    action = "请写明星期几和几点到几点，如 周一至周五 9:00-12:00、14:00-17:00"
    yield from _told("waive_hours", "营业时间没有读懂", action, outlets[unclear], "hours")


def _phones(outlets: gpd.GeoDataFrame) -> Iterator[Refusal]:
    def unclear(text: str) -> bool:
        phones = read_phones(text)
        return text.strip().lower() not in _NONE and bool(phones.unclear or not phones.numbers)

    action = "请写成 0752-7780001 或 0752-7780001转801，几个号码用“、”隔开"
    rows = outlets[outlets["phone"].map(unclear)]
    yield from _told("waive_phones", "电话没有读懂", action, rows, "phone")


def _personal(outlets: gpd.GeoDataFrame) -> Iterator[Refusal]:
    """Persons in what the page shows; of telephones it shows the numbers alone."""
    shown = outlets[["outlet_id", "name", "bank", "address", "hours"]].assign(
        phone=outlets["phone"].map(lambda t: "、".join(p.text for p in read_phones(t).public))
    )
    for column, texts in shown.items():
        bare = column == "hours"
        persons = texts.map(
            lambda t, bare=bare: "、".join(personal_in(t, bare=bare and not read_hours(t)))
        )
        for person, rows in outlets[persons != ""].groupby(persons[persons != ""], sort=False):
            what = f"“{person}”像是个人的姓名或手机号，会公开"
            action = "请从表里删去；电话请填网点的固定电话"
            yield from _told("waive_personal", what, action, rows, str(column))


def _banks(outlets: gpd.GeoDataFrame) -> Iterator[Refusal]:
    for spelt in ambiguous_banks(outlets["bank"], outlets["county"]):
        named = "、".join(f"“{text}”" for text in spelt)
        what = f"所属银行 {named} 分不清是一家银行还是几家"
        action = "是一家的请统一写法，是几家的请写明各是哪家，如“龙门农商银行”"
        yield from _told(
            "waive_banks", what, action, outlets[outlets["bank"].isin(spelt)], "bank", value=False
        )


_COLUMNS = {"hours": "营业时间", "phone": "电话", "bank": "所属银行", "address": "地址"}
_COLUMNS |= {"name": "网点名称", "outlet_id": "网点编号"}


def _told(
    waiver: str,
    what: str,
    action: str,
    rows: gpd.GeoDataFrame,
    column: str,
    *,
    value: bool = True,
) -> Iterator[Refusal]:
    """A refusal for each file, sheet and value, with all its rows."""
    by = ["source_file", "source_sheet", *([column] if value else [])]
    for (file, sheet, *text), group in pd.DataFrame(rows).groupby(by, sort=False):
        where = rows_told(sorted(group["source_row"]), _ROWS)
        yield _refusal(
            waiver,
            f"{what}：{where}",
            action,
            file=str(file),
            sheet=str(sheet),
            column=_COLUMNS[column],
            value=str(text[0]) if text else "",
        )
