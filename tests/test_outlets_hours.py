import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.outlets.hours import DAY, WEEK, Hours, read_hours
from known import known

WEEKDAYS, ALL = range(5), range(7)


def at(text):
    """Minutes of the day: 9:30 -> 570."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def on(days, *spans):
    """The spans on each of the days."""
    found = [
        (day * DAY + at(start), day * DAY + at(end))
        for day in days
        for start, end in (span.split("-") for span in spans)
    ]
    return tuple(sorted(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周一至周五 9:00-12:00,14:00-17:30", on(WEEKDAYS, "9:00-12:00", "14:00-17:30")),
        ("周一至周日9:00-17:00", on(ALL, "9:00-17:00")),
        ("周一至五 9:00-17:00", on(WEEKDAYS, "9:00-17:00")),
        ("周一至周五：9：00－17：00", on(WEEKDAYS, "9:00-17:00")),
        (
            "周一至周五：9：00-17：00；周六：9：00-12：00；周日休息",
            on(WEEKDAYS, "9:00-17:00") + on([5], "9:00-12:00"),
        ),
        (
            "周一至周五 9:00-17:00 周六、周日 10:00-15:00",
            on(WEEKDAYS, "9:00-17:00") + on([5, 6], "10:00-15:00"),
        ),
        ("每天 8:30~17:00", on(ALL, "8:30-17:00")),
        ("全年无休 9:00-21:00", on(ALL, "9:00-21:00")),
        ("周末9:00-16:00", on([5, 6], "9:00-16:00")),
        ("周六日 10:00-16:00", on([5, 6], "10:00-16:00")),
        ("周一、三、五 9:00-12:00", on([0, 2, 4], "9:00-12:00")),
        ("星期一至星期五上午9:00-12:00 下午2:30-5:30", on(WEEKDAYS, "9:00-12:00", "14:30-17:30")),
        ("周一到周五早上9点到下午5点半", on(WEEKDAYS, "9:00-17:30")),
        ("周一至周五9时至17时30分", on(WEEKDAYS, "9:00-17:30")),
        ("周一至周五 9:00-17:30（午休12:00-14:00）", on(WEEKDAYS, "9:00-12:00", "14:00-17:30")),
        ("周一至周五9:00-17:00，中午不休息", on(WEEKDAYS, "9:00-17:00")),
        ("营业时间：周一至周五 9:00-17:00", on(WEEKDAYS, "9:00-17:00")),
        ("24小时", ((0, WEEK),)),
        ("24/7", ((0, WEEK),)),
        ("Mo-Fr 09:00-17:00; Sa 09:00-12:00", on(WEEKDAYS, "9:00-17:00") + on([5], "9:00-12:00")),
        ("周日 22:00-6:00", ((0, 360), (6 * DAY + 1320, WEEK))),
        ("周一至周五 9:00-17:00；周三休息", on([0, 1, 3, 4], "9:00-17:00")),
        ("9:00-17:00（周末除外）", on(WEEKDAYS, "9:00-17:00")),
    ],
)
def test_hours_as_branches_write_them(text, expected):
    assert read_hours(text) == Hours(expected, None)


@pytest.mark.parametrize(
    ("text", "holidays"),
    [
        ("周一至周日 9:00-17:00", None),
        ("周一至周日 9:00-17:00，节假日照常营业", True),
        ("周一至周五 9:00-17:00（法定节假日除外）", False),
        ("工作日 9:00-17:00", False),
        ("9:00-17:00（周末及节假日除外）", False),
        ("Mo-Su 09:00-17:00; PH off", False),
    ],
)
def test_what_is_said_of_holidays(text, holidays):
    assert known(read_hours(text)).holidays is holidays


@pytest.mark.parametrize(
    "text",
    [
        "",
        "详询网点",
        "9:00-17:00",  # on which days?
        "周一至周五",
        "对公：周一至周五9:00-17:00 对私：周一至周日9:00-16:00",
        "夏令时 周一至周五9:00-17:00 冬令时 9:00-16:30",
        "周一至周五 9:00-12:00 2:30-5:30",  # night or afternoon?
        "周一至周五 17:00-9:00 预约",
        "周五至周一 9:00-17:00",
        "周一至周五 25:00-26:00",
        "周一至周五 12:00-9:00",
        "节假日 9:00-12:00",
        "周一至周五 9:00-17:00，周六",
        "周一至周五 9:00-17:00 周六需预约",
        "0755-82345678",
    ],
)
def test_what_is_not_clear_is_unknown(text):
    assert read_hours(text) is None


DAYS = "一二三四五六日"


@st.composite
def weeks(draw):
    """For every day up to two spans that do not touch, within the day."""
    week = []
    for day in range(7):
        cuts = sorted(draw(st.sets(st.integers(36, 144), max_size=4)))
        cuts = [cut * 10 for cut in cuts[: len(cuts) // 2 * 2]]
        week += [(day * DAY + a, day * DAY + b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    return tuple(week)


@given(weeks())
def test_hours_written_out_are_read_back(week):
    parts = []
    for day, name in enumerate(DAYS):
        spans = [
            f"{a % DAY // 60}:{a % 60:02d}-{(b - day * DAY) // 60}:{b % 60:02d}"
            for a, b in week
            if a // DAY == day
        ]
        if spans:
            parts.append(f"周{name}{'，'.join(spans)}")
    read = read_hours("；".join(parts))
    if not parts:
        assert read is None
    else:
        assert read is not None
        assert _minutes(read.open) == _minutes(week)
        assert all(0 <= a < b <= WEEK for a, b in read.open)
        assert all(b < c for (_, b), (c, _) in zip(read.open[:-1], read.open[1:], strict=True))


def _minutes(spans):
    return {minute for start, end in spans for minute in range(start, end)}


@given(st.text() | st.text(alphabet="周一至五日0123456789:-：—，；休息节假下午上 "))
def test_no_text_is_an_error(text):
    found = read_hours(text)
    assert found is None or all(0 <= a < b <= WEEK for a, b in found.open)
