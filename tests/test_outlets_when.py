"""Hours that people ask about: what each class means, to the minute."""

import pytest

from gdcoverage.outlets.hours import read_hours
from gdcoverage.outlets.when import WHEN, is_open_at, when_called
from gdcoverage.problems import InputError

BY_KEY = {when.key: when for when in WHEN}
OFFICE = "周一至周五 9:00-12:00、14:00-17:00"
MEETS = {
    OFFICE: ["weekday"],
    "周一至周五 9:00-17:00": ["weekday", "lunch"],
    "周一至周日 9:00-17:30": ["weekday", "lunch", "saturday", "sunday"],
    # The last minute before 17:30 is not after it; the first one is.
    "周一至周五 9:00-17:31": ["weekday", "lunch", "evening"],
    "周一至周六 9:00-12:00": ["weekday", "saturday"],
    # Wednesday is no day of its own, but it opens over noon whenever it opens on a weekday.
    "周一、周二、周四、周五 9:00-17:00": ["lunch"],
    "周一至周四 9:00-17:00，周五 9:00-12:00": ["weekday"],
    # One minute of the break is a break.
    "周一至周五 9:00-13:59": ["weekday"],
    "周一至周五 9:00-14:00": ["weekday", "lunch"],
    # It opens when offices have closed.
    "周一至周五 17:00-20:00": ["evening"],
    "周六 18:00-20:00": ["saturday"],
    "周日 9:00-12:00": ["sunday"],
    "24小时": ["weekday", "lunch", "evening", "saturday", "sunday"],
}


@pytest.mark.parametrize("text", MEETS)
def test_an_outlet_is_open_in_the_classes_that_its_hours_meet(text):
    hours = read_hours(text)
    assert hours is not None
    assert [key for key, when in BY_KEY.items() if is_open_at(hours, when)] == ["any", *MEETS[text]]


def test_of_unknown_hours_only_any_are_known():
    told = {key: is_open_at(None, when) for key, when in BY_KEY.items()}
    assert told == dict.fromkeys(BY_KEY) | {"any": True}


def test_hours_without_days_are_unknown_unless_no_day_would_do():
    hours = read_hours("9:00-12:00")
    assert hours is not None
    assert not hours.days_said
    told = {key: is_open_at(hours, when) for key, when in BY_KEY.items()}
    unknown = dict.fromkeys(("weekday", "saturday", "sunday"))
    assert told == unknown | {"any": True, "lunch": False, "evening": False}


@pytest.mark.parametrize(
    ("asked", "opens", "met"),
    [
        ("星期六上午", "周六 11:59-15:00", True),
        ("星期六上午", "周六 12:00-15:00", False),
        ("周六 9:00-12:00", "周一至周六 8:30-11:30", True),
        ("周末", "周六 9:00-12:00", False),
        ("周末", "周六、周日 9:00-12:00", True),
        # Either half of the day will do.
        ("周六 9:00-12:00 14:00-17:00", "周六 15:00-16:00", True),
        ("saturday", "周六 22:00-23:00", True),
        ("工作日中午", "周一至周五 12:00-14:00", True),
    ],
)
def test_hours_may_be_asked_for_in_words(asked, opens, met):
    assert is_open_at(read_hours(opens), when_called(asked)) is met


@pytest.mark.parametrize("words", ["", "上午", "9:00-12:00", "有空的时候"])
def test_hours_that_name_no_day_or_are_not_understood_are_refused(words):
    with pytest.raises(InputError, match="看不懂时段"):
        when_called(words)
