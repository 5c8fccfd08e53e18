import datetime as dt

import pytest
from chinese_calendar import constants

from gdcoverage.outlets.holidays import holiday_calendar, statutory_days, unsettled_around

# 《全国年节及纪念日放假办法》 of 2024-11, worked out by hand: New Year's Eve by the moon and the
# three days after it, 清明, 端午, 中秋 as the almanac (GB/T 33661) has them.
STATUTORY = {
    2026: "0101 0216 0217 0218 0219 0405 0501 0502 0619 0925 1001 1002 1003",
    2027: "0101 0205 0206 0207 0208 0405 0501 0502 0609 0915 1001 1002 1003",
    # Mid-Autumn falls on National Day's third day.
    2028: "0101 0125 0126 0127 0128 0404 0501 0502 0528 1001 1002 1003",
    2029: "0101 0212 0213 0214 0215 0404 0501 0502 0616 0922 1001 1002 1003",
}


def by_hand(year):
    days = STATUTORY[year].split()
    return [dt.date(year, int(day[:2]), int(day[2:])) for day in days]


def test_holidays_and_the_weekends_worked_for_them():
    calendar = holiday_calendar()
    # 国办发明电〔2025〕7号: National Day 2026 from 1 to 7 October, 10 October is worked.
    assert all(dt.date(2026, 10, day) in calendar.off for day in range(1, 8))
    assert dt.date(2026, 10, 10) in calendar.work
    assert dt.date(2026, 10, 10) not in calendar.off
    assert all(day.weekday() >= 5 for day in calendar.work)


def test_nothing_is_sure_beyond_the_last_notice():
    calendar = holiday_calendar()
    assert calendar.until >= dt.date(2026, 12, 31)
    assert (calendar.until.month, calendar.until.day) == (12, 31)
    assert calendar.since <= min(*calendar.off, *calendar.work)
    assert max(*calendar.off, *calendar.work) <= calendar.until
    assert max(calendar.unsettled) <= calendar.horizon
    for year in range(calendar.until.year + 1, calendar.horizon.year + 1):
        assert set(statutory_days([year])) <= set(calendar.unsettled)


@pytest.mark.parametrize("year", STATUTORY)
def test_statutory_days_are_those_of_the_almanac(year):
    assert statutory_days([year]) == by_hand(year)


@pytest.mark.parametrize("year", range(2008, max(constants.holidays).year + 1))
def test_every_notice_gave_the_days_of_the_law(year):
    days = statutory_days([year])
    if year < 2025:  # the law had neither New Year's Eve nor 2 May
        days.remove(dt.date(year, 5, 2))
        days.remove(days[1])
    # That a weekend is off need not be told.
    assert {day for day in days if day.weekday() < 5} <= set(constants.holidays)


def test_no_notice_went_beyond_the_days_about_a_festival():
    """Every day off within the week, and every weekend worked, since there are such notices."""
    years = range(2008, max(constants.holidays).year + 1)
    # The law of 2025 for all of them: before, its festivals were the same, some of fewer days.
    unsettled = unsettled_around(statutory_days([*years, years[-1] + 1]))
    moved = {day for day in constants.holidays if day.weekday() < 5}
    moved |= {day for day in constants.workdays if day.weekday() >= 5}
    # Of 2020 the epidemic, which no notice had foreseen; of 2015 the jubilee of the victory.
    once = {dt.date(2020, 1, 31), *(dt.date(2015, 9, day) for day in (3, 4, 6))}
    beyond = {day for day in moved if day.year in years} - once - unsettled
    assert beyond == set()


def test_days_about_a_festival():
    friday = dt.date(2027, 1, 1)
    found = unsettled_around([friday])
    inside = {"2026-12-27", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"}
    assert {day.isoformat() for day in found} == inside
    assert unsettled_around([]) == set()
    # Three days in a row: Saturdays and Sundays within ten days, others within 2 and 5.
    long = unsettled_around(dt.date(2027, 10, day) for day in (1, 2, 3))
    assert (min(long), max(long)) == (dt.date(2027, 9, 25), dt.date(2027, 10, 10))
    assert dt.date(2027, 9, 28) not in long
    assert dt.date(2027, 10, 8) in long
