"""What a report says of outlets in doubt: a box where they could change the answer, else a line."""

from __future__ import annotations

from collections.abc import Iterable

from gdcoverage.findings import SAME_RATE_POINTS, Doubt
from gdcoverage.numbers import NUMBERS
from gdcoverage.outlets.datum_fit import DATUM_DOUBTFUL
from gdcoverage.problems import Problem
from gdcoverage.report._columns import UNKNOWN, measured, percent, plain

BOX_TITLE = "存疑网点影响结论"
DATUM_TITLE = "坐标系可能写错，结论可能不对"
READ_ACCOUNT = "读表说明"


def read_first(doubt: Doubt | None, problems: Iterable[Problem]) -> tuple[str, ...]:
    """What must be read before the headline, its title first; nothing where the answer stands.

    Parameters
    ----------
    problems : of these, that a datum does not fit the streets.
    """
    datum = [
        plain(f"{p.file}：{p.what}。{p.action}。") for p in problems if p.kind == DATUM_DOUBTFUL
    ]
    if doubt is not None and doubt.matters:
        return (BOX_TITLE, *doubt_box(doubt), *datum)
    return (DATUM_TITLE, *datum) if datum else ()


def doubt_box(doubt: Doubt) -> list[str]:
    """What must be read before the headline, where the two rates are two answers."""
    lines = [
        f"{_who(doubt)}状态无法判断，未计入覆盖。",
        f"{NUMBERS['rate'].said}：都不计入 {percent(doubt.rate)}，"
        f"全部计入 {percent(doubt.rate_with)}，相差 {_points(doubt)}。",
    ]
    if doubt.counties:
        names = "、".join(map(plain, doubt.counties))
        lines.append(f"相差超过 {SAME_RATE_POINTS:g} 个百分点的县区：{names}。")
    lines.append(f"请看「{READ_ACCOUNT}」，在原表或读表约定里写明这些网点的状态后重新运行。")
    return lines


def doubt_line(doubt: Doubt) -> str:
    """The same where the two rates are one answer."""
    return (
        f"{_who(doubt)}状态无法判断，未计入：{NUMBERS['rate'].said}都不计入 {percent(doubt.rate)}，"
        f"全部计入 {percent(doubt.rate_with)}，相差 {_points(doubt)}；见「{READ_ACCOUNT}」。"
    )


def _who(doubt: Doubt) -> str:
    what = NUMBERS["doubtful_outlets"].said
    if not doubt.outlets:
        return f"县区界外有{what}，"
    return f"{what} {measured(doubt.outlets, 'count')}，"


def _points(doubt: Doubt) -> str:
    return f"{doubt.points:.2f} 个百分点" if doubt.points >= 0 else UNKNOWN
