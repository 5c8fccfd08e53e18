"""Hours of the usual week that people ask about, as one table; and whether an outlet is open then.

The map for the public asks of noon and evening by the same rule (``emap/scripts/when.js``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gdcoverage.outlets._hours_words import DAY
from gdcoverage.outlets.hours import Hours, read_hours
from gdcoverage.problems import unusable


@dataclass(frozen=True)
class When:
    """Hours of a week without holidays.

    Parameters
    ----------
    key : name in columns.
    label : what planners call them.
    spans : [start, end) in minutes since Monday 0:00, one or more on a day; none for any hours.
    through : whether an outlet must be open for all of a span, not only for some of it.
    each : whether that is asked of every day that has spans, of one of them at least; or only of
        those days on which the outlet opens at all, of which there must be one.
    """

    key: str
    label: str
    spans: tuple[tuple[int, int], ...] = ()
    through: bool = False
    each: bool = True


def _on(days: Iterable[int], begin: float, end: float) -> tuple[tuple[int, int], ...]:
    """The same hours of several days (0 Monday)."""
    return tuple((day * DAY + int(begin * 60), day * DAY + int(end * 60)) for day in days)


_WEEKDAYS = range(5)
ANY = When("any", "不限时段")
# In the order of reports.
WHEN = (
    ANY,
    # Open at some time between 9 and 17, on each of the five days.
    When("weekday", "工作日", _on(_WEEKDAYS, 9, 17)),
    # No break between 12 and 14, on every weekday on which it opens.
    When("lunch", "工作日中午", _on(_WEEKDAYS, 12, 14), through=True, each=False),
    # Open at some time after 17:30, on every weekday on which it opens.
    When("evening", "工作日17:30以后", _on(_WEEKDAYS, 17.5, 24), each=False),
    # Open at some time of the day.
    When("saturday", "星期六", _on((5,), 0, 24)),
    When("sunday", "星期日", _on((6,), 0, 24)),
)
_PARTS = {"上午": "9:00-12:00", "下午": "14:00-17:00", "晚上": "18:00-21:00"}
_ALL_DAY = "0:00-24:00"


def is_open_at(hours: Hours | None, when: When) -> bool | None:
    """Whether an outlet is open at such hours; None where nobody can tell.

    Hours of which the days are not said are closed where not even a day that it opens would do.
    """
    if not when.spans:
        return True
    if hours is None:
        return None
    opens = {day for start, end in hours.open for day in range(start // DAY, (end - 1) // DAY + 1)}
    asked = {start // DAY for start, _ in when.spans} & (set(range(7)) if when.each else opens)
    kept = {span[0] // DAY for span in when.spans if _meets(hours, span, when.through)}
    met = bool(asked) and asked <= kept
    return False if not met else True if hours.days_said else None


def _meets(hours: Hours, span: tuple[int, int], through: bool) -> bool:
    begin, end = span
    if through:
        return any(start <= begin and end <= stop for start, stop in hours.open)
    return any(start < end and begin < stop for start, stop in hours.open)


def when_called(text: str) -> When:
    """The hours that a text means: a key or label of `WHEN`, or hours such as 星期六上午, 周末 and
    周六 9:00-12:00, at some time of which, on each day named, an outlet must be open.

    Raises
    ------
    InputError : it is none of these.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for when in WHEN:
        if plain.lower() in (when.key, when.label):
            return when
    spelt = plain
    if not re.search(r"\d", plain):
        part = next((part for part in _PARTS if plain.endswith(part)), "")
        spelt = f"{plain.removesuffix(part)} {_PARTS[part] if part else _ALL_DAY}"
    read = read_hours(spelt)
    if read is None or not read.days_said or not plain:
        known = "、".join(when.label for when in WHEN)
        action = f"可写 {known}，或写明星期与钟点，如 星期六上午、周六 9:00-12:00"
        raise unusable("when_unknown", f"看不懂时段“{text}”", action, value=text)
    return When(plain, plain, tuple(_by_day(read)))


def _by_day(hours: Hours) -> Iterator[tuple[int, int]]:
    """Hours divided at midnight."""
    for start, end in hours.open:
        for day in range(start // DAY, (end - 1) // DAY + 1):
            yield max(start, day * DAY), min(end, (day + 1) * DAY)
