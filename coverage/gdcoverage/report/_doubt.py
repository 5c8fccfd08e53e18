"""What a report says of outlets in doubt: a box where they could change the answer, else a line."""

from __future__ import annotations

from collections.abc import Iterable

from gdcoverage.findings import SAME_RATE_POINTS, Doubt
from gdcoverage.numbers import NUMBERS
from gdcoverage.outlets.datum_fit import DATUM_DOUBTFUL
from gdcoverage.problems import Problem
from gdcoverage.report._columns import UNKNOWN, measured, percent, plain
from gdcoverage.verify import SAME_WALK_M, Witness

# So many walks, or counties, are named; the others are counted.
_NAMED = 5

BOX_TITLE = "存疑网点影响结论"
DATUM_TITLE = "坐标系可能写错，结论可能不对"
WITNESS_TITLE = "步行路线核对不一致，结论可能不对"
READ_ACCOUNT = "读表说明"


def read_first(
    doubt: Doubt | None, problems: Iterable[Problem], witness: Witness | None = None
) -> tuple[str, ...]:
    """What must be read before the headline, its title first; nothing where the answer stands.

    Parameters
    ----------
    problems : of these, that a datum does not fit the streets.
    witness : of it, that walks differ.
    """
    datum = [
        plain(f"{p.file}{f'，工作表“{p.sheet}”' if p.sheet else ''}：{p.what}。{p.action}。")
        for p in problems
        if p.kind == DATUM_DOUBTFUL
    ]
    parts = [
        (BOX_TITLE, doubt_box(doubt) if doubt is not None and doubt.matters else []),
        (DATUM_TITLE, datum),
        (WITNESS_TITLE, [] if witness is None or witness.agrees else witness_box(witness)),
    ]
    told = [(title, lines) for title, lines in parts if lines]
    if not told:
        return ()
    return (told[0][0], *(line for _, lines in told for line in lines))


def witness_box(witness: Witness) -> list[str]:
    """What must be read before the headline, where walks computed again differ."""
    named = [plain(f"{walk}。") for walk in witness.apart[:_NAMED]]
    left = len(witness.apart) - len(named)
    return [
        f"抽查 {witness.walks:,} 条步行路线，{len(witness.apart):,} 条与 networkx 的结果相差超过"
        f" {SAME_WALK_M:g} 米：",
        *named,
        *([f"另有 {left:,} 条。"] if left else []),
        "请把路网文件与这份报告发给维护人员；弄清原因之前，请勿采用这些数字。",
    ]


def witness_line(witness: Witness) -> str:
    """What the witness found; where it saw nothing, why."""
    said = "未抽查步行路线"
    if witness.walks:
        agreed = (
            f"与 networkx 一致（最大差 {witness.most_m:.3f} 米）"
            if witness.agrees
            else f"其中 {len(witness.apart):,} 条与 networkx 不一致"
        )
        said = f"抽查 {witness.walks:,} 条步行路线，{agreed}"
    if not witness.unseen:
        return f"{said}。"
    why = "；".join(map(plain, witness.unseen[:_NAMED]))
    more = f"等 {len(witness.unseen):,} 处" if len(witness.unseen) > _NAMED else ""
    return f"{said}；未能抽查：{why}{more}。" if witness.walks else f"{said}：{why}{more}。"


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
