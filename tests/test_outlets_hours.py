from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.outlets._hours_words import DAY
from gdcoverage.outlets.hours import WEEK, Hours, read_hours

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


WEEKEND = (5, 6)
NINE_TO_FIVE = on(WEEKDAYS, "9:00-17:00")
LUNCH = on(WEEKDAYS, "9:00-12:00", "14:00-17:30")


@pytest.mark.parametrize(
    ("text", "week", "holidays"),
    [
        # Remarks on public holidays, before, between and after.
        ("周一至周日 9:00-17:00", on(ALL, "9:00-17:00"), None),
        ("周一至周日 9:00-17:00，节假日照常营业", on(ALL, "9:00-17:00"), True),
        ("节假日照常营业，周一至周日 9:00-17:00", on(ALL, "9:00-17:00"), True),
        ("周一至周五 9:00-17:00（法定节假日除外）", NINE_TO_FIVE, False),
        ("周一至周五（法定节假日除外）9:00-17:00", NINE_TO_FIVE, False),
        ("（节假日除外）周一至周五 9:00-17:00", NINE_TO_FIVE, False),
        ("周一至周五（节假日休息）9:00-17:00", NINE_TO_FIVE, False),
        ("周一至周五，法定节假日除外，9:00-17:00", NINE_TO_FIVE, False),
        ("节假日休息，周一至周五9:00-17:00", NINE_TO_FIVE, False),
        ("除法定节假日外，周一至周五9:00-17:00", NINE_TO_FIVE, False),
        ("周一至周日 9:00-17:00，除国家法定节假日之外", on(ALL, "9:00-17:00"), False),
        ("周一至周五9:00-17:00；国家法定节假日不对外营业", NINE_TO_FIVE, False),
        ("周一至周五9：00—17：00，法定节假日另行通知", NINE_TO_FIVE, None),
        ("节假日以网点公告为准；周一至周五 9:00-17:00", NINE_TO_FIVE, None),
        ("周一至周日9:00-17:00（含节假日）", on(ALL, "9:00-17:00"), True),
        ("周一至周日（包括法定节假日）9:00-17:00", on(ALL, "9:00-17:00"), True),
        ("9:00-17:00（周一至周五，法定节假日除外）", NINE_TO_FIVE, False),
        ("周一至周五9:00-17:00（除法定节假日）", NINE_TO_FIVE, False),
        ("除周三外每天9:00-17:00", on([0, 1, 3, 4, 5, 6], "9:00-17:00"), None),
        ("7×24小时", ((0, WEEK),), None),
        ("365天24小时营业", ((0, WEEK),), True),
        ("工作日 9:00-17:00", NINE_TO_FIVE, False),
        ("法定工作日9:00-17:00", NINE_TO_FIVE, False),
        ("每个工作日上午9:00-12:00，下午14:00-17:30", LUNCH, False),
        ("9:00-17:00（周末及节假日除外）", NINE_TO_FIVE, False),
        ("9:00-17:00（工作日）", NINE_TO_FIVE, False),
        ("9:00-17:00，周六、周日及法定节假日休息", NINE_TO_FIVE, False),
        ("双休日及节假日休息，9:00-17:00", NINE_TO_FIVE, False),
        ("周一至周五9:00-17:00，周六、周日、节假日休息", NINE_TO_FIVE, False),
        ("Mo-Su 09:00-17:00; PH off", on(ALL, "9:00-17:00"), False),
        ("全年无休 9:00-21:00", on(ALL, "9:00-21:00"), True),
        ("9:00-21:00，全年无休", on(ALL, "9:00-21:00"), True),
        ("周一至周日 9:00-21:00（全年无休）", on(ALL, "9:00-21:00"), True),
        ("24小时营业，全年无休", ((0, WEEK),), True),
        ("每天 9:00-17:00，节假日 9:00-17:00", on(ALL, "9:00-17:00"), None),
        ("每天及节假日 9:00-17:00", on(ALL, "9:00-17:00"), True),
        # On a holiday amid the week this one has weekend hours, which "as usual" does not say.
        (
            "双休日及节假日 9:30-16:00，工作日 9:00-17:00",
            NINE_TO_FIVE + on(WEEKEND, "9:30-16:00"),
            None,
        ),
        ("工作日：9:00-17:00；节假日：9:30-16:00", NINE_TO_FIVE, None),
        # Days.
        ("每周二、四 9:00-17:00", on([1, 3], "9:00-17:00"), None),
        ("逢周一、三、五上午9:00-11:30", on([0, 2, 4], "9:00-11:30"), None),
        ("每逢星期二下午2:30-5:00", on([1], "14:30-17:00"), None),
        ("周一，周三，周五 9:00-12:00", on([0, 2, 4], "9:00-12:00"), None),
        ("每周一至周五9:00-17:00", NINE_TO_FIVE, None),
        ("周一~周五 9:00-17:00", NINE_TO_FIVE, None),
        ("周一到周五 9:00到17:00", NINE_TO_FIVE, None),
        ("周一—周五 9:00—17:00", NINE_TO_FIVE, None),
        ("星期一至星期五 9:00-17:00", NINE_TO_FIVE, None),
        ("星期一至五9:00-17:00", NINE_TO_FIVE, None),
        ("礼拜一到礼拜五 9:00-17:00", NINE_TO_FIVE, None),
        ("周1-5 9:00-17:00", NINE_TO_FIVE, None),
        ("周一-周六9:00-17:00", on(range(6), "9:00-17:00"), None),
        ("周一至周四、周六 9:00-17:00", on([0, 1, 2, 3, 5], "9:00-17:00"), None),
        ("天天 8:30-17:30", on(ALL, "8:30-17:30"), None),
        ("每日：08:30－17:30", on(ALL, "8:30-17:30"), None),
        ("一周七天 9:00-17:00", on(ALL, "9:00-17:00"), None),
        ("周六日9:00-16:00，周一至周五9:00-17:00", NINE_TO_FIVE + on(WEEKEND, "9:00-16:00"), None),
        ("周末9:00-16:00；周一至周五9:00-17:00", NINE_TO_FIVE + on(WEEKEND, "9:00-16:00"), None),
        ("周一至周五9:00-17:00\n周六、日9-16点", NINE_TO_FIVE + on(WEEKEND, "9:00-16:00"), None),
        ("周一至周五9:00-17:00，周六日照常营业", on(ALL, "9:00-17:00"), None),
        ("周日公休，周一至周六9:00-17:00", on(range(6), "9:00-17:00"), None),
        ("9:00-17:00 休息日：周日", on(range(6), "9:00-17:00"), None),
        ("周一至周五 9:00-17:00 周六日不营业", NINE_TO_FIVE, None),
        # Hours first.
        ("9:00-17:00（周一至周五）", NINE_TO_FIVE, None),
        ("9:00-17:00 周一至周五", NINE_TO_FIVE, None),
        ("9:00-12:00，14:00-17:30（周一至周五）", LUNCH, None),
        (
            "9:00-17:00（周一至周五）；9:00-12:00（周六）",
            NINE_TO_FIVE + on([5], "9:00-12:00"),
            None,
        ),
        (
            "9:00-17:00（周一至周五），10:00-15:00（周六日）",
            NINE_TO_FIVE + on(WEEKEND, "10:00-15:00"),
            None,
        ),
        ("9:00-17:00（周一至周五），周六日休息", NINE_TO_FIVE, None),
        ("（周一至周五）9:00-17:00", NINE_TO_FIVE, None),
        (
            "周一至周五9:00-17:00（周六、周日9:30-16:00）",
            NINE_TO_FIVE + on(WEEKEND, "9:30-16:00"),
            None,
        ),
        ("周一至周五（9:00-17:00）", NINE_TO_FIVE, None),
        ("周一至周五 9:00-17:00；9:00-12:00（周六）", NINE_TO_FIVE + on([5], "9:00-12:00"), None),
        # Clock times.
        ("周一至周五 9.00-17.00", NINE_TO_FIVE, None),
        ("周一至周五 0900-1700", NINE_TO_FIVE, None),
        ("周一至周五9-17点", NINE_TO_FIVE, None),
        ("周一至周五 9时-17时", NINE_TO_FIVE, None),
        ("周一至周五 9点整至17点整", NINE_TO_FIVE, None),
        ("周一至周五 9:00:00-17:00:00", NINE_TO_FIVE, None),
        ("周一至周五上午9点至下午5点", NINE_TO_FIVE, None),
        ("周一至周五早9:00-晚6:30", on(WEEKDAYS, "9:00-18:30"), None),
        ("周一至周五 8：30—17：00", on(WEEKDAYS, "8:30-17:00"), None),
        ("周一至周五 ８：３０－１７：３０", on(WEEKDAYS, "8:30-17:30"), None),
        ("周一至周五 上午 9:00-12:00 下午 2:00-5:30", LUNCH, None),
        ("周一至周五：上午9:00-12:00；下午14:00-17:30", LUNCH, None),
        ("周一至周五\n上午9:00-12:00\n下午2:00-5:30", LUNCH, None),
        ("周一至周五9:00-12:00、14:00-17:30", LUNCH, None),
        ("周一至周五 上午：9:00-12:00 下午：2:00-5:30", LUNCH, None),
        ("周一至周五 9:00-12:00/14:00-17:30", LUNCH, None),
        (
            "周一至周五：上午9:00-12:00；下午14:00-17:30；周六：上午9:00-12:00",
            LUNCH + on([5], "9:00-12:00"),
            None,
        ),
        # Lunch.
        ("周一至周五 9:00-17:30，中午12:00-14:00休息", LUNCH, None),
        ("周一至周五 9:00-17:30，午休时间12:00-14:00", LUNCH, None),
        ("周一至周五 9:00-17:30，中午12:00-2:00休息", LUNCH, None),
        ("周一至周五（午休12:00-14:00）9:00-17:30", LUNCH, None),
        ("周一至周五 9:00-17:30（12:00-14:00午休）", LUNCH, None),
        ("周一至周五 9:00-12:00 14:00-17:30（12:00-14:00午休）", LUNCH, None),
        ("周一至周五 9:00-17:00（中午不休）", NINE_TO_FIVE, None),
        ("周一至周五 9:00-17:00，午间连续营业", NINE_TO_FIVE, None),
        (
            "周一至周五 9:00-17:30（午休12:00-14:00）；周六 9:00-12:00",
            LUNCH + on([5], "9:00-12:00"),
            None,
        ),
        # Words around, and English.
        ("对外营业时间：周一至周五9:00-17:00", NINE_TO_FIVE, None),
        ("网点营业时间 周一至周五 9:00-17:00", NINE_TO_FIVE, None),
        ("窗口服务时间为周一至周五9:00-17:00。", NINE_TO_FIVE, None),
        ("Monday to Friday 9:00-17:00", NINE_TO_FIVE, None),
        ("Mon-Fri 9am-5pm", NINE_TO_FIVE, None),
        ("Mon.-Fri. 9:00 am - 5:00 pm; Sat & Sun closed", NINE_TO_FIVE, None),
        ("Weekdays 9:00-17:00, closed on weekends", None, None),
        ("Daily 9:00-17:00", on(ALL, "9:00-17:00"), None),
    ],
)  # fmt: skip
def test_spellings_and_the_week_that_each_means(text, week, holidays):
    assert read_hours(text) == (None if week is None else Hours(week, holidays))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "详询网点",
        "以网点公告为准",
        "周一至周五",
        # Two businesses, two seasons.
        "对公：周一至周五9:00-17:00 对私：周一至周日9:00-16:00",
        "周一至周五9:00-17:00（对公），周一至周日9:00-16:00（对私）",
        "夏令时 周一至周五9:00-17:00 冬令时 9:00-16:30",
        "周一至周五 9:00-17:00（5月至9月）",
        "柜台周一至周五9:00-17:00，自助24小时",
        # Holidays in turn, only some, or both ways.
        "周一至周五 9:00-17:00，节假日轮休",
        "周一至周日 9:00-17:00（春节除外）",
        "节假日休息，周一至周日 9:00-17:00，节假日照常营业",
        "工作日9:00-17:00，节假日照常营业",
        "节假日 9:00-12:00",
        # Never open is no answer.
        "停业",
        "周一至周日休息",
        "周一至周五 9:00-17:00；周一至周五休息",
        "周三 9:00-17:00；周四 9:00-17:00；周三休息",
        "9:00-17:00，周一至周五休息",
        # One day twice.
        "周一至周五 9:00-17:00；周三 9:00-12:00",
        "周一至周日9:00-17:00，周六10:00-15:00",
        "周一至周五 9:00-12:00，11:00-14:00",
        # Two ways to read them.
        "9:00-17:00 周六 周日休息",
        "周六、周日，节假日休息，周一至周五9:00-17:00",
        "周一至周五 9:00-12:00 14:00-17:00 周六",
        "9:00-17:00；周六 9:00-12:00；周日休息",
        "周一至周五 9:00-17:30，周六日 9:00-16:30，12:00-14:00休息",
        "周一至周五 9:00-12:00 2:30-5:30",  # night or afternoon?
        # Times and days that are none.
        "周五至周一 9:00-17:00",
        "周一至周五 25:00-26:00",
        "周一至周五 9:75-17:00",
        "周一至周五6.10-8.31 9:00-17:00",
        "Mon-Fri 12am-5pm",
        "周一至周五 12:00-9:00",
        "周一至周五 9:00-17:00（午休18:00-19:00）",
        "周一至周五 9:00-17:30，午休12:00-14:00，中午不休息",
        "周一至周五 17:00-9:00 预约",
        "周一至周五 9:00-17:00，周六",
        "周六；周一至周五 9:00-17:00",
        "周一至周五 9:00-17:00 周六需预约",
        "周一至周五 9:00-17:00，中午休息",
        "周一至周五9:00-17:00（除周三",
        "0755-82345678",
    ],
)
def test_what_is_not_clear_is_unknown(text):
    assert read_hours(text) is None


# The corpus ------------------------------------------------------------------------------------

LINES = (Path(__file__).parent / "data" / "hours.tsv").read_text(encoding="utf-8").splitlines()
CORPUS = [line.replace("↵", "\n").split("\t") for line in LINES if not line.startswith("#")]
ON_HOLIDAYS = {"open": True, "closed": False, "-": None}


def meant(week, remarks):
    """Hours as a line of the corpus tells them."""
    if week == "unknown":
        return None
    holidays, *days = remarks.split()
    spans = [part.split(maxsplit=1) for part in week.split("; ")]
    found = sorted(
        span for days, hours in spans for span in on([int(d) - 1 for d in days], *hours.split())
    )
    # Midnight ends nothing.
    joined: list[tuple[int, int]] = []
    for start, end in found:
        before = joined.pop() if joined and joined[-1][1] == start else (start, start)
        joined.append((before[0], end))
    return Hours(tuple(joined), ON_HOLIDAYS[holidays], days_said=days != ["days?"])


@pytest.mark.parametrize(("text", "week", "remarks"), CORPUS)
def test_corpus(text, week, remarks):
    assert read_hours(text) == meant(week, remarks)


WAYS = {
    "-": "-－—–―−‐‑─━﹣→至到~～∼〜",
    ":": ":：∶﹕",
    ",": ",，、",
    "(": "(（【[",
    ")": ")）】]",
    " ": " 　\t\xa0",
}
WIDE = {str(i): "０１２３４５６７８９"[i] for i in range(10)}
SIGNS = {way: sign for sign, ways in WAYS.items() for way in ways if way not in "至到、"}


@given(st.sampled_from(CORPUS), st.randoms(use_true_random=False))
def test_signs_widths_and_blanks_do_not_matter(line, random):
    text, week, remarks = line
    written = []
    # "Mo-Fr" is not "Mo至Fr".
    for sign in text if text.isascii() else (SIGNS.get(sign, sign) for sign in text):
        ways = sign if text.isascii() else WAYS.get(sign, sign)
        written.append(random.choice(ways + WIDE.get(sign, "")))
        if sign in "-,()；：" and random.random() < 0.3:
            written.append(random.choice(WAYS[" "]))
    assert read_hours("".join(written)) == meant(week, remarks)


CLAUSES = (
    "周一至周四 9:00-17:00",
    "周五上午9:00-12:00，下午2:30-5:30",
    "周五 9:00-16:30",
    "周六、周日 10:00-15:00",
    "周六日休息",
    "周日不营业",
    "节假日休息",
    "节假日照常营业",
    "法定节假日除外",
    "（法定节假日除外）",
    "节假日另行通知",
    "9:00-11:00（周六）",
    "中午不休息",
    "全年无休",
)
# The only hours, of days that nobody says or says elsewhere.
WITHOUT_DAYS = (
    "9:00-17:00",
    "周日不营业",
    "周三、周六休息",
    "节假日休息",
    "节假日照常营业",
    "（法定节假日除外）",
    "春节期间另行通知",
    "午休12:00-13:30",
    "全年无休",
)


@pytest.mark.parametrize(
    "text", ["全年无休；周日不营业；9:00-17:00", "全年无休9:00-17:00，周日休息"]
)
def test_open_all_the_year_round_and_closed_contradict_each_other(text):
    assert read_hours(text) is None


@given(
    st.sampled_from([CLAUSES, WITHOUT_DAYS])
    .flatmap(lambda said: st.lists(st.sampled_from(said), min_size=1, max_size=5, unique=True))
    .flatmap(lambda clauses: st.tuples(st.just(clauses), st.permutations(clauses))),
    st.sampled_from(["；", "\n", "。"]),
)
def test_order_of_clauses_does_not_matter(orders, stop):
    one, other = (read_hours(stop.join(clauses)) for clauses in orders)
    assert one == other


REMARKS = (
    "节假日休息",
    "法定节假日除外",
    "节假日照常营业",
    "周三休息",
    "午休12:00-13:30",
    "中午不休息",
)


@given(
    st.sampled_from(["周一至周五", "周一、三、五", "工作日", "每天", ""]),
    st.sampled_from(["9:00-17:00", "上午8点半-12点，下午1点半-5点半"]),
    st.lists(st.sampled_from(REMARKS), min_size=1, max_size=2, unique=True),
)
def test_place_of_a_remark_does_not_matter(days, hours, remarks):
    said = "".join(f"（{remark}）" for remark in remarks)
    texts = [
        *(f"{said}{days}{hours}", f"{days}{said}{hours}", f"{days}{hours}{said}"),
        *(f"{days}：{hours}；{'；'.join(remarks)}", f"{'；'.join(remarks)}；{days}：{hours}"),
        f"{hours}（{days}）{said}".replace("（）", ""),
    ]
    first, *others = map(read_hours, texts)
    assert others == [first] * len(others)
    contradiction = {"节假日照常营业"} < set(remarks) and "节" in "".join(
        r for r in remarks if r != "节假日照常营业"
    )
    assert first is None or not contradiction
    if len(remarks) == 1 and not (days == "工作日" and remarks == ["节假日照常营业"]):
        assert first is not None


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


@given(st.text() | st.text(alphabet="周一至五日0123456789:-：—，；（）休息节假下午上除外 "))
def test_no_text_is_an_error(text):
    found = read_hours(text)
    # Unknown is told from never open: there are no hours without hours.
    assert found is None or (found.open and all(0 <= a < b <= WEEK for a, b in found.open))
