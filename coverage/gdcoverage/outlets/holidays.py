"""Public holidays and make-up workdays of mainland China, and until when they are known."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from chinese_calendar import constants


class HolidayCalendar(NamedTuple):
    """What the State Council's yearly notices say.

    Parameters
    ----------
    off : days off, weekends among them included.
    work : weekend days that are worked instead (调休).
    until : the last day that a notice covers; nothing is known of later holidays.
    """

    off: tuple[dt.date, ...]
    work: tuple[dt.date, ...]
    until: dt.date


def holiday_calendar() -> HolidayCalendar:
    """The calendar of the installed ``chinesecalendar``, which carries the notices year by year.

    An outlet is taken to be open on a day off only where its hours say so, and closed where they
    say that; of the others nobody knows. On a weekend day that is worked, an outlet that opens
    at weekends anyway keeps those hours; of the others nobody knows. The map says so, instead of
    sending somebody to a closed door.
    """
    off = tuple(sorted(constants.holidays))
    work = tuple(sorted(day for day in constants.workdays if day.weekday() >= 5))
    return HolidayCalendar(off, work, dt.date(off[-1].year, 12, 31))
