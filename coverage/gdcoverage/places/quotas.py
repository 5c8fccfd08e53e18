"""How many outlets a county plans, by settlement class and kind: a table of the planner's."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gdcoverage.places.called import counties_called
from gdcoverage.policy import SETTLEMENTS
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.tables import Headings, Rows, Table, numbers, plain_number, tables_of

_HEADINGS: Headings = {
    "county": ("县区", "区县", "县区名称", "所属县区", "县区代码", "区划代码", "adcode", "county"),
    "settlement": ("城乡类别", "城乡", "类别", "城乡分类", "区域", "settlement", "class"),
    "kind": ("网点类型", "类型", "种类", "服务方式", "kind", "type"),
    "planned": ("计划", "计划数", "计划个数", "计划网点数", "规划数", "个数", "数量", "planned"),
}
# Townships are country to the standard's two classes.
_CLASSES = {"城区": "urban", "城镇": "urban", "乡村": "rural", "乡镇": "rural", "农村": "rural"}


def read_quotas(
    source: Rows, known: pd.DataFrame, kinds: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Planned numbers of outlets.

    Parameters
    ----------
    source : a table with columns 县区, 城乡类别 (城区, 乡村), 网点类型 (a kind, in words; 网点 for
        any, also where there is no such column) and 计划数.
    known : ``adcode``, ``name``, ``city`` of the counties.
    kinds : key -> what tables call it.

    Returns
    -------
    DataFrame: ``county``, ``settlement``, ``kind``, ``planned``; and a warning for each row of a
    county that is none of these, which is left out.

    Raises
    ------
    InputError : a column is missing; a cell is not understood; something is planned twice. All of
        them at once.
    """
    (table, *others) = tables_of(source, _HEADINGS, ("planned",))
    lacking = [name for name in ("county", "settlement", "planned") if name not in table.columns]
    if lacking or others:
        what = f"配额表缺少列：{'、'.join(_HEADINGS[name][0] for name in lacking)}"
        action = "请给出 县区、城乡类别、网点类型、计划数 四列，只留一个工作表"
        raise unusable(
            "quotas_unusable", what if lacking else "配额表不止一个", action, file=table.file
        )
    words = {term: key for key, term in kinds.items()} | {key: key for key in kinds}
    words |= {term.removesuffix("办"): key for key, term in kinds.items()} | {"": "any"}
    classes = _CLASSES | {key: key for key in SETTLEMENTS}
    rows, problems, passed = [], list[Problem](), list[Problem]()
    planned = numbers(table.text("planned"))
    for i in range(len(table)):
        county, told = _county(table, i, known)
        settlement = classes.get(table.text("settlement")[i].strip())
        kind = words.get(table.text("kind")[i].strip())
        whole = planned[i] >= 0 and float(planned[i]).is_integer()
        passed += [told] if told else []
        checks = (
            ("settlement", settlement is None, f"应为 {'、'.join(_CLASSES)} 之一"),
            ("kind", kind is None, f"应为 {'、'.join(kinds.values())} 之一"),
            ("planned", not whole, "应为 0 或正整数"),
        )
        problems += [
            table.problem(i, name, "quota_unusable", f"配额表{action}", "请改正")
            for name, wrong, action in checks
            if wrong
        ]
        rows.append((county, settlement, kind, planned[i]))
    frame = pd.DataFrame(rows, columns=["county", "settlement", "kind", "planned"])
    frame = frame[frame["county"] != ""]
    for i in frame.index[frame.duplicated(["county", "settlement", "kind"])]:
        what = "同一县区、类别、类型写了两次"
        problems.append(table.problem(int(i), "planned", "quota_unusable", what, "请删去其一"))
    if problems:
        raise InputError(*problems)
    frame = frame.astype({"county": "str", "settlement": "str", "kind": "str"})
    return frame.reset_index(drop=True), passed


def _county(table: Table, at: int, known: pd.DataFrame) -> tuple[str, Problem | None]:
    """The county that a row means, or why it means none."""
    text = plain_number(table.text("county")[at]).removesuffix(".0")
    found: tuple[str, ...] = ()
    what, action = "配额表的县区应是一个县区，该行未用", "请逐个县区填写"
    try:
        found = counties_called([text], known)
    except InputError as error:
        what, action = f"配额表里{error.problem.what}，该行未用", error.problem.action
    if len(found) == 1:
        return found[0], None
    told = table.problem(at, "county", "quota_unused", what, action, severity="warning")
    return "", told
