"""The words of opening hours as marks, each with what it means; one unknown word spoils a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

DAY = 1440
EVERY_DAY = frozenset(range(7))

Span = tuple[int, int]


class UnclearError(ValueError):
    """The text cannot be read with certainty."""


@dataclass(frozen=True)
class Days:
    """Days that a text names.

    Parameters
    ----------
    week : 0 for Monday to 6.
    holidays : public holidays are named too.
    worked : named as working days, which no public holiday is.
    """

    week: frozenset[int]
    holidays: bool = False
    worked: bool = False

    def __or__(self, other: Days) -> Days:
        return Days(
            self.week | other.week, self.holidays or other.holidays, self.worked or other.worked
        )


@dataclass(frozen=True)
class Mark:
    """One word: its letter in the grammar, and the days or the minutes of the day that it means.

    Letters: D days, V all the year round, S span of hours, C closed, E excepted, X and Y around
    exceptions (除…外), R days of rest follow, U as usual, A to be announced, N lunch break,
    M no lunch break, and the signs ``+ , ; ( )``.
    """

    letter: str
    days: Days = Days(frozenset())
    span: Span = (0, 0)


_DAY_NAMES = "一二三四五六日"
_CHINESE = {name: i for i, name in enumerate(_DAY_NAMES)} | {"天": 6}
_CHINESE |= {str(i + 1): i for i in range(7)}
_ENGLISH = {name: i for i, name in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"))}

_TO = r"\s*(?:-|~|至|到|\bto\b)\s*"
_NAMED = r"(?:周|星期|礼拜)"
_EN_DAY = (
    r"\b(?:mon?(?:day)?|tu(?:es?(?:day)?)?|we(?:d(?:nesday)?)?|th(?:u(?:rs?(?:day)?)?)?"
    r"|fr(?:i(?:day)?)?|sat?(?:urday)?|sun?(?:day)?)\b"
)
_MORNING, _LATER = r"上午|早上|早晨|早间|早|\bam\b", r"下午|晚上|晚间|傍晚|晚|\bpm\b"
_HALF = rf"(?:(?:{_MORNING}|{_LATER}|中午|正午)[\s:]*)?"
_CLOCK = (
    rf"{_HALF}\d{{1,2}}(?:[:.]\d{{2}}(?::00)?分?|点半|[点时](?:\d{{1,2}}分?|整)?)(?:\s*[ap]m\b)?"
    r"|\d{1,2}\s*[ap]m\b"
)
# 9-12点, 0830-1700
_SHORT = rf"{_HALF}\d{{1,2}}(?={_TO}{_HALF}\d{{1,2}}[点时])"

_HOLIDAYS = r"(?:国家|法定|国定|公众|公共)*(?:节假日|节日|假日|假期)(?:期间)?"
_FESTIVAL = (
    r"(?:元旦|除夕|春节|清明节?|五一|劳动节|端午节?|中秋节?|十一|国庆节?)(?:长假|假期|期间)*"
)
_ANNOUNCED = r"另行(?:通知|公告|安排)|(?:详见|以)(?:网点|本行)?(?:公告|通知)(?:为准)?"
_BY_RULE = r"(?:按照?|依照?)(?:国家|国务院)?(?:法定|有关|相关|统一)*(?:规定|安排|通知)"

# Tried in this order at each place.
_WORDS = tuple(
    (letter, re.compile(pattern))
    for letter, pattern in (
        ("always", r"24\s*[/x×*]\s*7|7\s*[x×*]\s*24(?:小时)?|全天24小时|24小时|全天候"),
        ("V", r"(?:全年|年中)(?:无|不)休息?|全年365天|365天|全年每天"),
        ("festival", rf"{_FESTIVAL}(?:{_ANNOUNCED})"),
        ("included", rf"(?:含|包含|包括){_HOLIDAYS}"),
        ("holidays", _HOLIDAYS),
        ("holidays", r"\bph\b|\b(?:public )?holidays?\b"),
        ("worked", r"每?个?(?:法定|国家)?工作日|平日"),
        ("weekdays", r"\bweekdays?\b"),
        ("weekend", r"每?个?(?:周末|双休日|周休日|双休)|\bweekends?\b"),
        ("daily", r"每天|每日|天天|全周|一周七天|全年|\b(?:daily|every ?day)\b"),
        ("M", r"(?:中午|午间)(?:不(?:午?休息?|间断|打烊|停业)|无休|照常|连续|正常)|[不无]午休"),
        ("N", r"(?:中午|午间)休息|午休"),
        (
            "chinese",
            rf"(?:每逢|逢|每个?)?{_NAMED}[{_DAY_NAMES}天1-7]"
            rf"(?:{_TO}{_NAMED}?[{_DAY_NAMES}天]|{_TO}{_NAMED}?[1-7](?![\d.点时]|:(?!\s*\d\d?:))"
            rf"|[、,/和及]?\s*[{_DAY_NAMES}天](?![点时])|[、/和及]?{_NAMED}[{_DAY_NAMES}天1-7])*",
        ),
        ("english", rf"{_EN_DAY}\.?(?:{_TO}{_EN_DAY}\.?)?"),
        ("S", rf"(?:{_CLOCK}|{_SHORT}){_TO}(?:{_CLOCK})"),
        ("S", r"\d{4}-\d{4}(?!\d)"),
        ("U", r"(?:照常|正常)(?:对外)?(?:营业|办理|服务|上班|办公|开放)?|不休息?|无休|不打烊"),
        ("C", rf"{_BY_RULE}(?:放假|休息)"),
        ("A", rf"{_ANNOUNCED}|{_BY_RULE}(?:执行|调整)?"),
        ("E", r"除外|\bexcept(?:ed)?\b"),
        ("R", r"(?:休息|公休)日"),
        ("C", r"公休|休息|休业|不(?:营业|上班|办公|开门|开放|办理)|不对外(?:营业|办公)?"),
        ("C", r"关闭|关门|闭馆|停业|放假|休|\boff\b|\bclosed\b"),
        ("X", r"除了?"),
        ("Y", r"之?外"),
        ("", r"(?:网点|柜台|柜面|窗口)?(?:对外)?(?:营业|服务|办公|办理|受理|开放|上班|工作)+"),
        ("", r"(?:业务|办理|受理)*(?:时间|时段)|业务|对外|均|为|是|:|\bopen(?:ing)?\b|\bhours\b"),
        ("+", r"、|/|&|和|以及|及|与|\band\b"),
        (";", r"[;\n。|]"),
        (",", r"[,.]"),
        ("(", r"[(\[【]"),
        (")", r"[)\]】]"),
        ("", r"\s+"),
    )
)
_FIXED = {
    "holidays": Days(frozenset(), holidays=True),
    "worked": Days(frozenset(range(5)), worked=True),
    "weekdays": Days(frozenset(range(5))),
    "weekend": Days(frozenset({5, 6})),
    "daily": Days(EVERY_DAY),
}

# Dashes, waves and colons of all kinds; "9 : 00", but not the colon of "周1-5: 09:00".
_SIGNS = (
    ("[-‐‒–—―−─━]+|→", "-"),
    ("[~∼∽〜]+", "~"),
    ("[∶ː꞉]", ":"),
    (r"(?<=\d)\s*:\s*(?=\d\d(?!\d|\s*:))", ":"),
)
_DIGITS = "一二三四五六七八九"
_HOURS = {word: str(i) for i, word in enumerate(_DIGITS, 1)} | {"两": "2", "十": "10"}
_HOURS |= {f"十{word}": str(i) for i, word in enumerate(_DIGITS, 11)}
# Not of 周二十点, which may be Tuesday's ten or the hour twenty, nor of 周一二点.
_HOUR_IN_WORDS = re.compile(
    rf"(?:(?<!二)十[{_DIGITS}]?|(?<!十)[八九]|(?<![{_DIGITS}十])[两一二三四五六七])(?=[点时])"
)


def marks_of(text: str) -> list[Mark]:
    """The marks of a text, in its order; words that say nothing of hours leave none.

    Raises
    ------
    UnclearError : a word is not known, or no such time or days exist.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    for way, sign in _SIGNS:
        plain = re.sub(way, sign, plain)
    plain = _HOUR_IN_WORDS.sub(lambda hour: _HOURS[hour[0]], plain)
    # 6.10-8.31 among hours with colons is a date.
    if re.search(r"\d\.\d", plain) and re.search(r"\d:\d", plain):
        raise UnclearError("times in two notations")
    found, at = [], 0
    while at < len(plain):
        for word, pattern in _WORDS:
            match = pattern.match(plain, at)
            if match:
                found += _marks(word, match[0])
                at = match.end()
                break
        else:
            raise UnclearError(plain[at:])
    return _joined(found)


def _marks(word: str, text: str) -> list[Mark]:
    match word:
        case "":
            return []
        case "included" | "festival":
            return [Mark("D", _FIXED["holidays"]), Mark("U" if word == "included" else "A")]
        case "V":
            return [Mark("V", Days(EVERY_DAY, holidays=True))]
        case "S" | "always":
            return [Mark("S", span=(0, DAY) if word == "always" else _span(text))]
        case "chinese" | "english":
            pattern = _EN_DAY if word == "english" else rf"[{_DAY_NAMES}天1-7]"
            return [Mark("D", Days(_listed(re.findall(rf"{pattern}|-|~|至|到|to", text))))]
    return [Mark("D", _FIXED[word]) if word in _FIXED else Mark(word)]


def _joined(marks: list[Mark]) -> list[Mark]:
    """Days with "and" between them are one; any other "and" is a comma."""
    found: list[Mark] = []
    for mark in marks:
        if mark.letter == "D" and [m.letter for m in found[-2:]] == ["D", "+"]:
            found[-2:] = [Mark("D", found[-2].days | mark.days)]
        else:
            found.append(mark)
    return [Mark(",") if mark.letter == "+" else mark for mark in found]


def _listed(parts: list[str]) -> frozenset[int]:
    """Days named one by one or from one to another."""
    found: set[int] = set()
    first = None
    for i, part in enumerate(parts):
        day = _CHINESE.get(part, _ENGLISH.get(part[:2]))
        if day is None:  # a sign for "to"
            first = _CHINESE.get(parts[i - 1], _ENGLISH.get(parts[i - 1][:2]))
        elif first is not None:
            if first > day:
                raise UnclearError("days out of order")
            found |= set(range(first, day + 1))
            first = None
        else:
            found.add(day)
    return frozenset(found)


def _span(text: str) -> Span:
    """Minutes of the day; the end lies behind midnight only for evening hours."""
    if re.fullmatch(r"\d{4}-\d{4}", text):
        text = re.sub(r"(\d\d)(\d\d)", r"\1:\2", text)
    first = re.match(rf"{_CLOCK}|{_SHORT}", text)
    assert first
    rest = re.sub(rf"^{_TO}", "", text[first.end() :])
    start, end = _minute(first[0]), _minute(rest)
    if (
        re.search(rf"{_LATER}|中午|正午", first[0])
        and not re.search(_MORNING, rest)
        and end <= start < 12 * 60 + end
    ):
        end += DAY // 2
    if end <= start:
        if start < 17 * 60:
            raise UnclearError("ends before it begins")
        end += DAY
    # 2:30-5:30 without a word may be night or afternoon.
    if 0 < start < 6 * 60:
        raise UnclearError("before dawn")
    return start, end


def _minute(text: str) -> int:
    hour, *rest = map(int, re.findall(r"\d+", text))
    minute = rest[0] if rest else 30 if "半" in text else 0
    if re.search(rf"{_LATER}|pm", text) and hour < 12:
        hour += 12
    if re.match(r"中午|正午", text) and hour < 6:
        hour += 12
    if (
        hour > 24
        or (hour == 12 and re.search(r"am\b", text))
        or minute > 59
        or (hour == 24 and minute)
    ):
        raise UnclearError("no such time")
    return hour * 60 + minute
