"""What is wrong with an input: where, what, and what the person who owns it should do."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "warning"]

SEVERITIES = {"error": "错误", "warning": "提醒"}
HEADINGS = ("级别", "文件", "工作表", "行号", "列", "值", "问题", "处理办法")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input, told to the person who can mend it.

    Parameters
    ----------
    kind : short English code of the sort of problem, e.g. ``coordinate_missing``.
    what : what is wrong, in Chinese.
    action : what to do, in Chinese.
    severity : ``error`` where the row (or part of it) is left out, ``warning`` where it is used.
    file, sheet, row, column, value : where it stands; ``row`` as the spreadsheet counts, from 1.

    Examples
    --------
    >>> print(gd.Problem("no_place", "没有坐标", "请补填经纬度", file="网点.xlsx", row=13))
    错误：网点.xlsx，第 13 行：没有坐标。请补填经纬度
    """

    kind: str
    what: str
    action: str
    severity: Severity = "error"
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        return _told(self, f"第 {self.row} 行" if self.row is not None else "")


def _told(problem: Problem, rows: str) -> str:
    """A problem in a sentence; its rows as given."""
    place = "，".join(
        part
        for part in (
            problem.file,
            f"工作表“{problem.sheet}”" if problem.sheet else "",
            rows,
            f"“{problem.column}”列" if problem.column else "",
            f"值“{problem.value}”" if problem.value else "",
        )
        if part
    )
    where = f"{place}：" if place else ""
    return f"{SEVERITIES[problem.severity]}：{where}{problem.what}。{problem.action}"


@dataclass(frozen=True)
class Alike:
    """Problems that differ in their rows alone, told as one.

    Parameters
    ----------
    problem : the first of them; without its value where the values differ.
    rows : of all, ascending; empty where the problem is of no row.
    count : how many problems there are.
    """

    problem: Problem
    rows: tuple[int, ...]
    count: int

    def __str__(self) -> str:
        if len(self.rows) < 2:
            return str(self.problem)
        return _told(self.problem, rows_told(self.rows, _RANGES))


# So many ranges of rows are told in a sentence; the tables of problems hold every row.
_RANGES = 12


def alike(problems: Iterable[Problem]) -> list[Alike]:
    """Problems grouped where kind, place but for the row, and text are the same; by the first."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for p in problems:
        same = (p.severity, p.kind, p.file, p.sheet, p.column, p.what, p.action)
        # What is of no row is about its value.
        groups.setdefault((*same, p.value if p.row is None else ""), []).append(p)
    found = []
    for group in groups.values():
        first = group[0]
        rows = sorted({p.row for p in group if p.row is not None})
        if len({p.value for p in group}) > 1:
            first = replace(first, value="")
        found.append(Alike(first, tuple(rows), len(group)))
    return found


def rows_told(rows: Iterable[int], most: int | None = None) -> str:
    """Rows as people say them: “第 3–20、25 行（共 19 行）”.

    Parameters
    ----------
    rows : ascending.
    most : how many ranges to name; all of them by default.
    """
    ranges: list[list[int]] = []
    for row in rows:
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    count = sum(last - first + 1 for first, last in ranges)
    named = [str(first) if first == last else f"{first}–{last}" for first, last in ranges[:most]]
    more = "……" if len(ranges) > len(named) else ""
    return f"第 {'、'.join(named)}{more} 行" + (f"（共 {count:,} 行）" if count > 1 else "")


class InputError(ValueError):
    """An input that cannot be used at all; says which, why, and what to do, fault by fault.

    Parameters
    ----------
    problem, others : what is wrong.
    rows : where single rows are the reason, the problem of each.

    Examples
    --------
    >>> try:
    ...     gd.read_outlets("没有这个文件.xlsx", datum="gcj02")
    ... except gd.InputError as error:
    ...     print(error.problem.kind)
    file_missing
    """

    def __init__(self, problem: Problem, *others: Problem, rows: tuple[Problem, ...] = ()) -> None:
        self.problems = (problem, *others)
        super().__init__("\n".join(map(str, self.problems)))
        self.rows = rows

    @property
    def problem(self) -> Problem:
        """The first of them."""
        return self.problems[0]


def unusable(
    kind: str,
    what: str,
    action: str,
    *,
    file: str = "",
    sheet: str = "",
    row: int | None = None,
    column: str = "",
    value: str = "",
) -> InputError:
    """The error to raise for an input that cannot be used; parameters as of `Problem`."""
    place = {"file": file, "sheet": sheet, "row": row, "column": column, "value": value}
    return InputError(Problem(kind, what, action, **place))  # type: ignore[arg-type]


def refused_by_system(error: OSError) -> tuple[str, str]:
    """Why the system did not read or write a file, and what to do; in words of the office."""
    if getattr(error, "winerror", None) in _IN_USE or error.errno in (errno.EACCES, errno.EPERM):
        return (
            "文件正被 Excel、WPS 等程序打开，或者没有权限",
            "请关闭正在打开它的程序；若没有打开，请换一个有权限的文件夹。然后重新运行",
        )
    return _REFUSED.get(
        error.errno or 0, (error.strerror or str(error), "请检查磁盘与路径，然后重新运行")
    )


# Windows: another program has the file, or a part of it.
_IN_USE = (32, 33)
_REFUSED = {
    errno.ENOSPC: ("磁盘已满", "请腾出空间，然后重新运行"),
    errno.EROFS: ("磁盘是只读的", "请换一个可以写的文件夹"),
    errno.ENAMETOOLONG: ("路径太长", "请把文件夹移到靠近盘符的地方，名称写短"),
    errno.ENOENT: ("找不到文件或文件夹", "请检查路径；Windows 的路径不能超过 260 个字符"),
    errno.ENOTDIR: ("路径中有一段是文件，不是文件夹", "请检查路径"),
    errno.EISDIR: ("这是文件夹，不是文件", "请写到文件名为止"),
}

# So many bad rows are named when rows are refused.
_NAMED = 5


def refuse_rows(problems: Iterable[Problem], what: str, action: str) -> None:
    """Raise where rows cannot be used as they stand, naming the first and how many there are.

    Raises
    ------
    InputError : there is any problem; its ``rows`` are all of them.
    """
    rows = tuple(problems)
    if not rows:
        return
    # Without “错误：”, which begins the whole.
    told = (str(replace(p, action="")).partition("：")[2].rstrip("。") for p in rows[:_NAMED])
    first = "；".join(told)
    more = "……" if len(rows) > _NAMED else ""
    count = len({p.row for p in rows})
    raise InputError(
        Problem("rows_unusable", f"{what}有 {count:,} 行不能使用：{first}{more}", action), rows=rows
    )


def problem_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems as a table with Chinese headings (`HEADINGS`), in the order given."""
    import pandas as pd

    return pd.DataFrame(
        [
            (SEVERITIES[p.severity], p.file, p.sheet, p.row, p.column, p.value, p.what, p.action)
            for p in problems
        ],
        columns=list(HEADINGS),
    ).astype({"行号": "Int64"})
