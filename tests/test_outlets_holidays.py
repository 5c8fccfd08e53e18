import datetime as dt

from gdcoverage.outlets.holidays import holiday_calendar


def test_holidays_and_the_weekends_worked_for_them():
    calendar = holiday_calendar()
    # 国办发明电〔2025〕7号: National Day 2026 from 1 to 7 October, 10 October is worked.
    assert all(dt.date(2026, 10, day) in calendar.off for day in range(1, 8))
    assert dt.date(2026, 10, 10) in calendar.work
    assert dt.date(2026, 10, 10) not in calendar.off
    assert all(day.weekday() >= 5 for day in calendar.work)


def test_nothing_is_said_beyond_the_last_notice():
    calendar = holiday_calendar()
    assert calendar.until >= dt.date(2026, 12, 31)
    assert (calendar.until.month, calendar.until.day) == (12, 31)
    assert max(*calendar.off, *calendar.work) <= calendar.until
