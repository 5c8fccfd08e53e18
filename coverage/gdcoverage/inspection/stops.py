"""Which outlets to inspect, and what to look at there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gdcoverage.policy import MODES
from gdcoverage.problems import InputError, Problem
from gdcoverage.register import Book, Finding, Standing

# The signs that the policy asks for at the areas of an outlet (O8), by mode.
_SIGNS = {"window": "窗口区", "guided": "导办区", "online": "网办区", "self_service": "自助区"}


@dataclass(frozen=True)
class Stop:
    """An outlet to inspect.

    Parameters
    ----------
    checks : what to look at, in Chinese.
    """

    standing: Standing
    checks: tuple[str, ...]

    @property
    def last(self) -> str:
        """When it was inspected last."""
        inspected = self.standing.inspected_on
        return f"{inspected}" if inspected else f"{self.standing.signed_on} 签约后没有检查过"


def longest_uninspected(book: Book, inside: Collection[str], most: int) -> list[str]:
    """Numbers of outlets that have gone without an inspection for longest, so the overdue first.

    Parameters
    ----------
    book : as of the day of the inspection.
    inside : numbers of the outlets of the county.
    most : how many.
    """
    due = [
        (s.inspected_on or s.signed_on, s.outlet_id)
        for s in book.outlets.values()
        if s.outlet_id in inside and s.signed_on is not None and s.left_on is None
    ]
    return [outlet_id for _, outlet_id in sorted(due)[:most]]  # type: ignore[type-var]


def stops_of(book: Book, outlet_ids: Sequence[str], found: Sequence[Finding]) -> list[Stop]:
    """The outlets of some numbers, with what to look at.

    Parameters
    ----------
    found : what the register finds as of that day.

    Raises
    ------
    InputError : one is not in the register, or has left.
    """
    faults = [fault for i in outlet_ids if (fault := _fault(book, i)) is not None]
    if faults:
        raise InputError(*faults)
    return [
        Stop(s, (*_told(s.outlet_id, found), *_usual(s)))
        for s in (book.outlets[i] for i in dict.fromkeys(outlet_ids))
    ]


def _fault(book: Book, outlet_id: str) -> Problem | None:
    standing = book.outlets.get(outlet_id)
    if standing is None:
        return Problem("outlet_unknown", f"台账里没有网点 {outlet_id}", "请核对网点编号")
    if standing.left_on is not None:
        what = f"网点 {outlet_id} 已于 {standing.left_on} 退出"
        return Problem("outlet_left", what, "请从 --outlet 中删去")
    return None


def _told(outlet_id: str, found: Sequence[Finding]) -> list[str]:
    """What the register finds of an outlet."""
    return [f"【{f.kind}】{f.what}" for f in found if f.outlet_id == outlet_id]


def _usual(s: Standing) -> list[str]:
    """What is looked at everywhere."""
    signs = "、".join(_SIGNS[mode] for mode in s.modes)
    modes = "、".join(MODES[mode] for mode in s.modes)
    return [
        f"“社保服务合作网点”标牌在醒目处{f'，{signs}有标识' if signs else ''}",
        f"服务方式：{modes or '（台账没有写）'}，实际能办",
        f"业务事项：{'、'.join(s.items) or '（台账没有写）'}，与协议、授权一致，无超范围经办",
        f"公示的营业时间、电话与台账一致{'，有社保专窗' if s.dedicated_window else ''}",
    ]
