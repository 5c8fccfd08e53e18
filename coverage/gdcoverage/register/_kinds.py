"""The events of an outlet's life: what they are called, and what each of them tells."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gdcoverage.policy import FLAGS, ITEMS, MODES

How = Literal["text", "date", "number", "yes", "choice", "modes", "items"]
_BETWEEN = re.compile(r"[、,，;；\s]+")
# A text of a register is a sentence or two, not a file.
_MOST_LETTERS = 4_000


@dataclass(frozen=True)
class Detail:
    """One thing that an event tells.

    Parameters
    ----------
    name : what it is called, in Chinese.
    how : what it is.
    needed : whether the event is nothing without it.
    choices : what is kept -> how it is written.
    """

    name: str
    how: How = "text"
    needed: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of event: its official term and what it tells."""

    term: str
    details: Mapping[str, Detail]


# What an outlet is, but for its status; the names are those of an outlet frame.
DESCRIPTION = {
    "name": Detail("网点名称"),
    "bank": Detail("所属银行"),
    "address": Detail("地址"),
    "stated_county": Detail("县区"),
    "phone": Detail("联系电话"),
    "hours": Detail("营业时间"),
    "lon": Detail("经度", "number"),
    "lat": Detail("纬度", "number"),
    "modes": Detail("服务方式", "modes"),
    **{name: Detail(term, "yes") for name, term in FLAGS.items()},
}
# Why a bank may leave (POLICY X1), and why it may have to (X2).
REASONS = {
    "resources": "资源不足",
    "merger": "网点合并",
    "relocation": "迁址",
    "closure": "关闭",
}
GROUNDS = {
    "confidentiality": "泄密造成严重后果",
    "talks": "重大失误且连续两次约谈整改不到位",
    "complaints": "被投诉造成恶劣社会影响",
    "assessment": "年度考核不合格",
    "other": "其他严重违规",
}
INSPECTIONS = {"own": "自查", "daily": "日常检查", "unannounced": "暗访", "yearly": "年度专项检查"}

KINDS = {
    "registered": Kind("登记", DESCRIPTION | {"moved_from": Detail("迁自")}),
    "signed": Kind(
        "签约",
        DESCRIPTION
        | {
            "items": Detail("协议事项", "items", True),
            "agreement": Detail("协议编号"),
            "until": Detail("协议到期", "date"),
        },
    ),
    "authorised": Kind(
        "授权事项", {"items": Detail("授权事项", "items", True), "document": Detail("文号")}
    ),
    "changed": Kind("变更", DESCRIPTION),
    "suspended": Kind("暂停", {"reason": Detail("原因")}),
    "resumed": Kind("恢复", {"reason": Detail("原因")}),
    "deregistered": Kind("撤销登记", {"reason": Detail("原因")}),
    "moved": Kind("迁址", {"to": Detail("新网点编号", needed=True), "reason": Detail("原因")}),
    "exit_applied": Kind("自愿退出申请", {"reason": Detail("原因", "choice", True, REASONS)}),
    "exit_approved": Kind("自愿退出核准", {"document": Detail("文号")}),
    "exit_forced": Kind(
        "强制退出",
        {"ground": Detail("情形", "choice", True, GROUNDS), "document": Detail("文号")},
    ),
    "inspected": Kind(
        "检查",
        {
            "by": Detail("方式", "choice", True, INSPECTIONS),
            "passed": Detail("合格", "yes", True),
            "sign": Detail("标识合格", "yes"),
            "findings": Detail("发现问题"),
        },
    ),
    "talked": Kind("约谈", {"reason": Detail("事由", needed=True)}),
    "rectified": Kind(
        "整改", {"adequate": Detail("到位", "yes", True), "measures": Detail("措施")}
    ),
    "assessed": Kind(
        "考核",
        {
            "year": Detail("年度", "number", True),
            "passed": Detail("合格", "yes", True),
            "remark": Detail("说明"),
        },
    ),
    "complained": Kind(
        "投诉",
        {
            "content": Detail("内容"),
            "answers": Detail("答复第几条", "number"),
            "reply": Detail("答复"),
            "called_back": Detail("已回访", "yes"),
        },
    ),
}
# What changes neither an outlet nor its status.
SUPERVISION = frozenset({"inspected", "talked", "rectified", "assessed", "complained"})
# A mistake is mended by an event that says which event it corrects, and what that should have said.
CORRECTED = "corrected"
# The provincial directory of items, as the planner supplies it; an event of no outlet.
DIRECTORY = "directory"
TERMS = {name: kind.term for name, kind in KINDS.items()} | {
    CORRECTED: "更正",
    DIRECTORY: "事项目录",
}


def kind_of(word: str) -> str | None:
    """The kind that a word means, Chinese or English; None for none."""
    by_term = {term: name for name, term in TERMS.items()}
    return by_term.get(word, word if word in TERMS else None)


def understood(kind: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What an event tells, as it is kept, and what is wrong with it.

    Parameters
    ----------
    given : details by name or by their Chinese name; values as kept, or as texts of people.

    Returns
    -------
    details : name -> text, ISO date, number, truth value, or list of names.
    faults : in Chinese.
    """
    known, found, faults = KINDS[kind].details, dict[str, Any](), list[str]()
    names = {detail.name: name for name, detail in known.items()} | {name: name for name in known}
    for word, value in given.items():
        name = names.get(word)
        if name is None:
            told = "、".join(detail.name for detail in known.values())
            faults.append(f"“{TERMS[kind]}”没有“{word}”；可写：{told}")
            continue
        try:
            found[name] = _kept(known[name], value)
        except ValueError as error:
            faults.append(f"{known[name].name}{error}，现为“{value}”")
    missing = [
        detail.name
        for name, detail in known.items()
        if detail.needed and found.get(name) in (None, "", [])
    ]
    if missing and not faults:
        faults.append(f"“{TERMS[kind]}”缺少{'、'.join(missing)}")
    if kind == "changed" and not found and not faults:
        faults.append("“变更”没有写变更了什么")
    return found, faults


def _kept(detail: Detail, value: Any) -> Any:
    """A value as it is kept.

    Raises
    ------
    ValueError : it is none; says what it should be.
    """
    if detail.how == "yes":
        if isinstance(value, bool):
            return value
        if value not in ("是", "否"):
            raise ValueError("应为 是 或 否")
        return value == "是"
    if detail.how == "number":
        return _number(value)
    if detail.how in ("modes", "items"):
        words = _BETWEEN.split(value.strip()) if isinstance(value, str) else list(value)
        names = [str(word) for word in words if word]
        if not all(map(storable, names)):
            raise ValueError(_UNSTORABLE)
        return _modes(names) if detail.how == "modes" else [ITEMS.get(n, n) for n in names]
    return _kept_text(detail, value)


def _kept_text(detail: Detail, value: Any) -> str:
    text = value.isoformat() if isinstance(value, dt.date) else value
    if not isinstance(text, str) or len(text) > _MOST_LETTERS:
        raise ValueError(f"应为不超过 {_MOST_LETTERS} 字的文字")
    if not storable(text):
        raise ValueError(_UNSTORABLE)
    text = text.strip()
    if detail.how == "date" and text:
        return day(text).isoformat()
    if detail.how == "choice":
        written = {term: name for name, term in detail.choices.items()}
        if text not in written and text not in detail.choices:
            raise ValueError(f"应为 {'、'.join(written)} 之一")
        return written.get(text, text)
    return text


def _number(value: Any) -> float | int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError("应为数字") from None
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError("应为数字")
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _modes(words: list[str]) -> list[str]:
    by_term = {term: name for name, term in MODES.items()}
    if strange := [word for word in words if word not in MODES and word not in by_term]:
        raise ValueError(f"里不认识 {'、'.join(strange)}，应为 {'、'.join(by_term)}")
    found = {by_term.get(word, word) for word in words}
    return [name for name in MODES if name in found]


_UNSTORABLE = "里有无法保存的字符"


def storable(text: str) -> bool:
    """Whether every database keeps a text as it is."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:  # half a character
        return False


def day(text: str) -> dt.date:
    """A day, ISO 8601.

    Raises
    ------
    ValueError : it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("应为日期，如 2025-06-30") from None


def told(kind: str, details: Mapping[str, Any]) -> str:
    """What an event tells, as people read it: 名称=值 with ； between."""
    known = KINDS[kind].details if kind in KINDS else {}
    return "；".join(
        f"{detail.name}={_written(detail, details[name])}"
        for name, detail in known.items()
        if name in details
    )


def _written(detail: Detail, value: Any) -> str:
    if detail.how == "yes":
        return "是" if value else "否"
    if detail.how in ("modes", "items"):
        return "、".join(MODES.get(name, name) for name in value)
    return str(detail.choices.get(value, value))
