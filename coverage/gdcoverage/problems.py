"""What is wrong with an input: where, what, and what the person who owns it should do."""

from __future__ import annotations

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
        place = "，".join(
            part
            for part in (
                self.file,
                f"工作表“{self.sheet}”" if self.sheet else "",
                f"第 {self.row} 行" if self.row is not None else "",
                f"“{self.column}”列" if self.column else "",
                f"值“{self.value}”" if self.value else "",
            )
            if part
        )
        where = f"{place}：" if place else ""
        return f"{SEVERITIES[self.severity]}：{where}{self.what}。{self.action}"


class InputError(ValueError):
    """An input that cannot be used at all; says which, why, and what to do, fault by fault.

    Parameters
    ----------
    problem, others : what is wrong.
    rows : where single rows are the reason, the problem of each.
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
