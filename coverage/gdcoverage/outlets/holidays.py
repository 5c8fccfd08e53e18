"""Public holidays and make-up workdays of mainland China: published, or only to be expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from chinese_calendar import constants
from lunar_python import Lunar, Solar

# Years beyond the last notice for which festivals are told; a map as old as that is not used.
_AHEAD = 3

# Days before and after a festival that may become days off, or (at weekends) be worked for it. No
# notice of 2008 to 2026 went further; festivals of one day, and longer ones. Tested.
_SHORT_OFF, _LONG_OFF = (2, 2), (2, 5)
_SHORT_WORK, _LONG_WORK = (5, 5), (10, 10)


class HolidayCalendar(NamedTuple):
    """What the State Council's yearly notices say, and what the coming ones may say.

    Parameters
    ----------
    off : days off, weekends among them included.
    work : weekend days that are worked instead (调休).
    unsettled : days of which only a coming notice can say whether they are worked.
    since, until : the first day told of, and the last that a notice covers.
    horizon : the last day told of; beyond it every day is unsettled.
    """

    off: tuple[dt.date, ...]
    work: tuple[dt.date, ...]
    unsettled: tuple[dt.date, ...]
    since: dt.date
    until: dt.date
    horizon: dt.date


@cache
def holiday_calendar() -> HolidayCalendar:
    """The last two years of notices in the installed ``chinesecalendar``, and three years more.

    An outlet is taken to be open on a day off only where its hours say so, and closed where they
    say that; of the others nobody knows. On a weekend day that is worked, an outlet that opens
    at weekends anyway keeps those hours; of the others nobody knows. On an unsettled day nobody
    knows anything. The map says so, instead of sending somebody to a closed door.
    """
    last = max(constants.holidays).year
    since, until = dt.date(last - 1, 1, 1), dt.date(last, 12, 31)
    horizon = dt.date(last + _AHEAD, 12, 31)
    off = sorted(day for day in constants.holidays if since <= day)
    work = sorted(day for day in constants.workdays if since <= day and day.weekday() >= 5)
    # New Year of the year after the last touches its end.
    festivals = statutory_days(range(last + 1, last + _AHEAD + 2))
    unsettled = sorted(day for day in unsettled_around(festivals) if day <= horizon)
    return HolidayCalendar(tuple(off), tuple(work), tuple(unsettled), since, until, horizon)


def statutory_days(years: Iterable[int]) -> list[dt.date]:
    """The days of 《全国年节及纪念日放假办法》 (2024-11): 13 a year, fewer where two fall on one.

    The moon's days and 清明 are those of the almanac (GB/T 33661), as ``lunar_python`` has them.
    """
    return sorted({day for year in years for day in _statutory(year)})


def _statutory(year: int) -> Iterator[dt.date]:
    for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)):
        yield dt.date(year, month, day)
    spring = Lunar.fromYmd(year, 1, 1)
    # The eve, and the first three days.
    for shift in range(-1, 3):
        yield _date(spring.next(shift).getSolar())
    yield _date(spring.getJieQiTable()["清明"])
    for month, day in ((5, 5), (8, 15)):
        yield _date(Lunar.fromYmd(year, month, day).getSolar())


def _date(solar: Solar) -> dt.date:
    return dt.date(solar.getYear(), solar.getMonth(), solar.getDay())


def unsettled_around(festivals: Iterable[dt.date]) -> set[dt.date]:
    """Festivals, and the days about them that a notice may make days off or workdays."""
    found: set[dt.date] = set()
    for first, last in _runs(festivals):
        short = first == last
        off, work = (_SHORT_OFF, _SHORT_WORK) if short else (_LONG_OFF, _LONG_WORK)
        for shift in range(-work[0], (last - first).days + work[1] + 1):
            day = first + dt.timedelta(shift)
            before, after = off if day.weekday() < 5 else work
            if -before <= shift and (day - last).days <= after:
                found.add(day)
    return found


def _runs(days: Iterable[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last of days that follow one another."""
    first = last = None
    for day in sorted(days):
        if first is None or last is None:
            first = day
        elif day - last > dt.timedelta(1):
            yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last
