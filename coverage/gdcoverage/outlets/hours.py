"""Opening hours as branches write them, to minutes of the week; what is not clear stays unknown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

DAY = 1440
WEEK = 7 * DAY


@dataclass(frozen=True)
class Hours:
    """When an outlet is open in a week without holidays.

    Parameters
    ----------
    open : [start, end) in minutes since Monday 0:00, sorted, apart, within 0 and 10,080.
    holidays : open on public holidays as on other days (True), closed (False), not said (None).
    """

    open: tuple[tuple[int, int], ...]
    holidays: bool | None


_NUMERALS = {
    **{d: i for i, d in enumerate("一二三四五六日")},
    "天": 6,
    **{str(i + 1): i for i in range(7)},
}
_ENGLISH = {d: i for i, d in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"))}

_NAME = r"(?:周|星期|礼拜)"
_TO = r"\s*(?:-+|~|至|到)\s*"
_CLOCK = (
    r"(?:上午|早上|早|下午|晚上|晚|中午)?\s*"
    r"\d{1,2}(?::\d{2}|点半|点\d{1,2}分?|点|时(?:\d{1,2}分?)?)"
)

# Tried in this order at each place; what none of them knows makes the whole text unclear.
_TOKENS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("always", r"24\s*/\s*7|(?:全天)?24\s*小时|全天候"),
        ("holidays", r"(?:法定|国家)?(?:节假日|公众假期|公共假期|假期|节日)|\bph\b"),
        ("worked", r"(?:法定)?工作日|平日"),
        ("weekend", r"周末|双休日"),
        ("daily", r"每天|每日|天天|全周|一周七天|全年无休|全年"),
        (
            "days",
            rf"{_NAME}[一二三四五六日天1-7](?:(?:{_TO}{_NAME}?[一二三四五六日天]|{_TO}{_NAME}[1-7])"
            rf"|[、,/和及]?\s*{_NAME}?[一二三四五六日天](?!\d)|[、,/和及]\s*{_NAME}[1-7])*",
        ),
        (
            "english",
            r"\b(?:mo|tu|we|th|fr|sa|su)\b(?:\s*[-,]\s*\b(?:mo|tu|we|th|fr|sa|su)\b)*",
        ),
        ("noon", r"(?:中午|午间)(?:不休息?|照常营业|连续营业)"),
        ("break", r"(?:中午|午间)休息|午休(?:时间)?"),
        ("range", rf"{_CLOCK}{_TO}{_CLOCK}"),
        ("as_usual", r"照常(?:营业|办理|服务)?|正常(?:营业|办理|服务)|不休息?"),
        ("closed", r"休息|不营业|不办公|不对外|关闭|停业|除外|轮休|休|\boff\b|\bclosed\b"),
        ("noise", r"(?:营业|服务|办公|工作|办理|业务|对外)(?:时间|时段)?|均|为|:"),
        ("apart", r"[\s,、;/|()\[\]。.及和与]+"),
    )
)


def read_hours(text: str) -> Hours | None:
    """Opening hours from text, or None where they cannot be read with certainty.

    A text that names no days, has other hours in summer, or says anything that is not
    understood is unclear as a whole: a part of it would be a guess.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[—–−―－]+", "-", plain.replace("～", "~").replace("：", ":"))
    tokens = _tokens(plain)
    if tokens is None:
        return None
    try:
        return _read(tokens)
    except ValueError:
        return None


def _tokens(text: str) -> list[tuple[str, str]] | None:
    found, at = [], 0
    while at < len(text):
        for kind, pattern in _TOKENS:
            match = pattern.match(text, at)
            if match and match.end() > at:
                if kind not in ("noise", "noon"):
                    found.append((kind, match[0]))
                at = match.end()
                break
        else:
            return None
    return found


def _read(tokens: list[tuple[str, str]]) -> Hours | None:
    """The meaning of the tokens, one after the other.

    Raises
    ------
    ValueError : they contradict one another or leave something open.
    """
    reader = _Reader(tokens)
    for kind, word in tokens:
        if kind in ("days", "english", "weekend", "daily", "worked"):
            reader.name_days(kind, word)
        elif kind in ("closed", "as_usual"):
            reader.judge(kind == "closed")
        elif kind in ("range", "always"):
            reader.give_hours(kind, word)
        elif kind == "holidays":
            reader.of_holidays = True
        elif kind == "break":
            reader.resting = True
    return reader.result()


class _Reader:
    """What has been said so far: hours in a week, and days of which something is still to come."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.week = bytearray(WEEK + DAY)  # the last day is the night after Sunday
        self.holidays: bool | None = None
        self.days: set[int] = set()  # to which hours apply
        self.named: set[int] = set()  # since the last hours or judgement
        self.shut: set[int] = set()
        self.of_holidays = self.resting = self.said = False

    def name_days(self, kind: str, word: str) -> None:
        if not self.named and not self.of_holidays:
            self.days = set()
        self.named |= _days(kind, word)
        self.days |= self.named
        if kind == "worked":
            self.holidays = False

    def judge(self, closed: bool) -> None:
        if not self.named and not self.of_holidays:
            raise ValueError("who is closed?")
        if self.of_holidays:
            self.holidays = not closed
        if closed:
            self.shut |= self.named
        self.named, self.of_holidays = set(), False

    def give_hours(self, kind: str, word: str) -> None:
        if self.of_holidays:
            raise ValueError("hours of holidays")
        start, end = (0, DAY) if kind == "always" else _range(word)
        if not self.days:
            self.days = set(range(7)) if kind == "always" else _all_but_named(self.tokens)
        for day in self.days:
            span = slice(day * DAY + start, day * DAY + end)
            self.week[span] = bytes([0 if self.resting else 1]) * (end - start)
        self.resting, self.said, self.named = False, True, set()

    def result(self) -> Hours:
        if self.named or self.of_holidays or self.resting or not self.said:
            raise ValueError("days without hours")
        for minute in range(DAY):
            self.week[minute] |= self.week[WEEK + minute]
        for day in self.shut:
            self.week[day * DAY : (day + 1) * DAY] = bytes(DAY)
        return Hours(_intervals(self.week), self.holidays)


def _all_but_named(tokens: list[tuple[str, str]]) -> set[int]:
    """Every day, where a text begins with hours and names the exceptions (which follow).

    Raises
    ------
    ValueError : it names none.
    """
    kinds = {kind for kind, _ in tokens}
    if "closed" in kinds and kinds & {"days", "weekend", "english"}:
        return set(range(7))
    raise ValueError("no days")


def _days(kind: str, word: str) -> set[int]:
    fixed = {"weekend": {5, 6}, "daily": set(range(7)), "worked": set(range(5))}
    if kind in fixed:
        return fixed[kind]
    if kind == "english":
        marks = re.findall(r"mo|tu|we|th|fr|sa|su|-", word)
        numbers = [mark if mark == "-" else _ENGLISH[mark] for mark in marks]
    else:
        marks = re.findall(r"[一二三四五六日天1-7]|-|~|至|到", word)
        numbers = [_NUMERALS.get(mark, "-") for mark in marks]
    found: set[int] = set()
    for i, number in enumerate(numbers):
        if number == "-":
            first, last = numbers[i - 1], numbers[i + 1]
            if not isinstance(first, int) or not isinstance(last, int) or first > last:
                raise ValueError("days out of order")
            found |= set(range(first, last + 1))
        else:
            assert isinstance(number, int)
            found.add(number)
    return found


def _range(word: str) -> tuple[int, int]:
    """Minutes of the day; the end lies behind midnight only for evening hours."""
    texts = re.findall(_CLOCK, word)
    start, end = map(_minute, texts)
    afternoon = re.match(r"下午|晚", texts[0]) and not re.match(r"上午|早", texts[1])
    if afternoon and end <= start and end < DAY // 2:
        end += DAY // 2
    if end <= start:
        if start < 17 * 60:
            raise ValueError("ends before it begins")
        end += DAY
    # 2:30-5:30 without a word may be night or afternoon.
    if 0 < start < 6 * 60:
        raise ValueError("before dawn")
    return start, end


def _minute(text: str) -> int:
    hour, *rest = map(int, re.findall(r"\d+", text))
    minute = rest[0] if rest else 30 if "半" in text else 0
    if re.match(r"下午|晚", text) and hour < 12:
        hour += 12
    if re.match(r"中午", text) and hour < 6:
        hour += 12
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError("no such time")
    return hour * 60 + minute


def _intervals(week: bytearray) -> tuple[tuple[int, int], ...]:
    found, start = [], None
    for minute in range(WEEK + 1):
        is_open = minute < WEEK and week[minute]
        if is_open and start is None:
            start = minute
        if not is_open and start is not None:
            found.append((start, minute))
            start = None
    return tuple(found)
