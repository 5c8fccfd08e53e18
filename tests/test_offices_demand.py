import dataclasses
import itertools

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdcoverage.problems import Problem
from offices import judge_people as judge
from offices._book import Sheet
from offices._census import TOWNS, Census, Village, villages
from offices._columns import entries, header
from offices.corpus import PEOPLE
from offices.judge import Answer


@pytest.mark.parametrize("census", PEOPLE, ids=lambda census: census.name)
def test_nobody_is_lost_or_counted_twice_in_silence(census, tmp_path):
    assert judge.faults(census, judge.read(census, tmp_path)) == []


# Traps at random: where totals stand, how people and classes are written, in which order.
PEOPLE_COLUMNS = {
    "number": {"人口": "people"},
    "unit": {"常住人口": ("people", lambda v: f"{v.people:.0f}人")},
    "ten thousand": {"人口（万人）": ("people", lambda v: v.people / 1e4)},
    "with households": {"户数": lambda v: v.people // 3, "人数": "people"},
    "under one heading": {"人口|男": lambda v: v.people // 2, "人口|合计": "people"},
}
CLASS_COLUMNS = {
    "code": {"城乡分类代码": "code"},
    "words": {"城乡类型": ("code", lambda v: "城镇" if v.code[0] == "1" else "乡村")},
}
TOTALS = ("none", "above", "below", "first", "last", "sheet")


@st.composite
def censuses_at_random(draw):
    encoding, suffix = draw(st.sampled_from([("", ".xlsx"), ("gb18030", ".csv")]))
    totals = draw(st.sampled_from(TOTALS[: 5 if encoding else 6]))
    people = st.lists(st.integers(0, 9) | st.integers(100, 9000), min_size=4, max_size=4)
    towns = {
        TOWNS[t]: [
            dataclasses.replace(v, people=float(n))
            for v, n in zip(villages(4, t), draw(people), strict=True)
        ]
        for t in range(draw(st.integers(1, 3)))
    }
    blocks = [{"村名": "name"}, {"经度": "lon", "纬度": "lat"}]
    blocks += [draw(st.sampled_from(list(c.values()))) for c in (PEOPLE_COLUMNS, CLASS_COLUMNS)]
    columns = {h: field for block in draw(st.permutations(blocks)) for h, field in block.items()}

    everyone = [village for listed in towns.values() for village in listed]
    sums = {
        town: entries([whole(town, listed)], columns, "wgs84") for town, listed in towns.items()
    }
    rows = []
    for town, listed in towns.items():
        rows += sums[town] * (totals == "above") + entries(listed, columns, "wgs84")
        rows += sums[town] * (totals == "below")
    county = entries([whole("龙门县", everyone)], columns, "wgs84")
    rows = [*county * (totals == "first"), *rows, *county * (totals == "last")]
    sheets = [Sheet("" if encoding else "各村", [*header(columns), *rows])]
    if totals == "sheet":
        sheets.insert(0, Sheet("各镇", [*header(columns), *itertools.chain(*sums.values())]))
    return Census(totals, sheets, everyone, encoding=encoding, suffix=suffix)


def whole(name, listed):
    """Several villages as one row: it is of no village."""
    return Village(name, name, 114.4 + len(name) / 100, 23.95, sum(v.people for v in listed), "121")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(census=censuses_at_random())
def test_nor_in_any_mixture_of_traps(census, tmp_path):
    assert judge.faults(census, judge.read(census, tmp_path)) == []


# The judge itself, over an answer that is right and then spoilt.
RIGHT = next(census for census in PEOPLE if census.name == "an_ordinary_table")
LOOSE = dataclasses.replace(RIGHT, plain=False)


@pytest.fixture
def frame(tmp_path):
    answer = judge.read(RIGHT, tmp_path)
    assert judge.faults(RIGHT, answer) == []
    assert answer.frame is not None
    assert answer.frame.loc[0, "source_row"] == 3
    return answer.frame


def judged(frame, census=LOOSE, **problem):
    place = {"sheet": "Sheet1", "severity": "error"} | problem
    told = (Problem("any", "说明", "处理", **place),) if problem else ()
    return judge.faults(census, Answer(frame, told))


def test_the_judge_finds_people_lost(frame):
    short = frame.iloc[1:]
    assert judged(short) == ["“永汉东村”（735 人）没有读入"]
    assert judged(short, row=3) == judged(short, row=None) == []
    assert judged(short, row=3, severity="warning") != []
    assert judged(short, row=4) != []
    assert judged(short, RIGHT, row=3) != []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("population", 735.5, "“永汉东村”应为 735.0 人，读成 735.5 人"),
        ("settlement", "rural", "“永汉东村”的城乡分类应为 111，读成 rural"),
    ],
)
def test_the_judge_finds_people_misread(frame, field, value, told):
    wrong = frame.copy()
    wrong.loc[0, field] = value
    assert judged(wrong) == [told]
    assert judged(wrong, row=3, severity="warning") == []
    assert judged(wrong, row=None, severity="warning") == [told]
    assert judged(wrong, RIGHT, row=3) == [told]


def test_the_judge_finds_people_counted_twice(frame):
    assert judged(pd.concat([frame, frame.iloc[:1]])) == ["“永汉东村”计入了两次"]


def test_the_judge_finds_totals_among_people(frame):
    sums = frame.iloc[:1].assign(source_row=14, name="合计", population=9999.0)
    wrong = pd.concat([frame, sums], ignore_index=True)
    assert judged(wrong) == ["第14行“合计”不是居民点，却计入 9,999 人"]
    assert judged(wrong, row=14, severity="warning") == []


def test_the_judge_accepts_refusal_unless_the_file_is_plain():
    assert judged(None) == []
    assert judged(None, RIGHT) == ["整个文件被拒收"]
