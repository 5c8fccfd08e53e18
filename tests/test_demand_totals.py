"""Sums among villages: found by name and arithmetic, told, and nobody lost to chance."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdcoverage import InputError, Standard, read_demand
from gdcoverage.demand import sound_demand
from gdcoverage.problems import Problem

TOWNS = ("永汉镇", "麻榨镇", "平陵街道", "龙田乡")


def frame(rows, **columns) -> pd.DataFrame:
    """Rows (name, people), each at a place of its own."""
    names, people = zip(*rows, strict=True)
    count = len(rows)
    return pd.DataFrame(
        {
            "村名": names,
            "人口": people,
            "经度": 113.5 + np.arange(count) / 10_000,
            "纬度": 23.5,
            "城乡分类代码": "220",
            **columns,
        }
    )


def read(rows, **columns):
    return read_demand(frame(rows, **columns))


def left(reading, kind="total_left_out") -> list[int | None]:
    return [p.row for p in reading.problems if p.kind == kind]


def kinds(reading) -> set[str]:
    return {p.kind for p in reading.problems}


VILLAGES = [("永汉东村", 735), ("永汉西村", 862), ("永汉南村", 989)]
OTHERS = [("麻榨东村", 1046), ("麻榨西村", 1173)]


def test_a_total_is_told_with_what_it_is_the_sum_of():
    reading = read([("永汉镇", 2586), *VILLAGES, ("麻榨镇", 2219), *OTHERS])
    assert reading.frame["population"].sum() == 2586 + 2219
    assert left(reading) == [1, 5]
    assert "第 2 至 4 行之和" in reading.problems[0].what
    assert reading.problems[0].severity == "warning"
    assert reading.account.counts == (("计入", 5), ("合计行", 2))
    assert reading.account.people == 4805


def test_towns_may_stand_in_any_order_before_villages_that_bear_their_names():
    reading = read([("麻榨镇", 2219), ("永汉镇", 2586), *VILLAGES, *OTHERS])
    assert left(reading) == [1, 2]


def test_towns_without_names_in_common_are_found_by_their_sum_together():
    villages = [(name[2:], n) for name, n in VILLAGES + OTHERS]
    reading = read([("甲镇", 2586), ("乙镇", 2219), *villages])
    assert left(reading) == [1, 2]


def test_a_town_is_known_by_the_column_of_towns():
    rows = [
        ("甲镇", 2219),
        ("东村", 735),
        ("西村", 862),
        ("南村", 989),
        ("北村", 1046),
        ("中村", 1173),
    ]
    towns = ["", "乙镇", "乙镇", "乙镇", "甲镇", "甲镇"]
    assert left(read(rows, 所属镇=towns)) == [1]


def test_a_row_without_a_name_is_its_town():
    rows = [("", 2586), *VILLAGES, ("", 2219), *OTHERS]
    reading = read(rows, 镇街=["永汉镇"] * 4 + ["麻榨镇"] * 3)
    assert left(reading) == [1, 5]


def test_a_table_of_towns_alone_keeps_them():
    reading = read([("永汉镇", 20_000), ("麻榨镇", 15_000), ("龙田镇", 9_000)])
    assert reading.frame["population"].sum() == 44_000
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("people", "kind", "value", "counted"),
    [
        (2643, "doubt_total", "57", 2586),
        (2500, "doubt_total", "2500", 2586),
        (900, "town_counted", "900", 3486),
    ],
)
def test_a_town_that_is_nearly_its_villages_is_in_doubt(people, kind, value, counted):
    reading = read([("永汉镇", people), *VILLAGES])
    [problem] = [p for p in reading.problems if p.kind == kind]
    assert (problem.row, reading.frame["population"].sum()) == (1, counted)
    if kind == "doubt_total":
        assert problem.value == value
        assert problem.severity == "error"
        [missed] = [p for p in reading.problems if p.kind == "people_left_out"]
        assert f"{float(value):,.0f} 人" in missed.what
        assert ("存疑", 1) in reading.account.counts


def test_villages_with_a_towns_name_on_many_rows_are_places():
    rows = [("永汉镇", n) for n in (3, 1, 2, 3, 5, 8, 16, 32)]
    assert read(rows).frame["population"].sum() == 70


def test_a_district_is_a_total_of_many_or_of_all_and_estates_called_so_are_places():
    assert left(read([("龙岗区", 90_000), ("甲镇", 30_000), ("乙镇", 60_000)])) == [1]
    estates = [("丽江花园东区", 1100), ("甲苑", 400), ("乙苑", 700), ("丙苑", 300)]
    assert read(estates).frame["population"].sum() == 2500


@pytest.mark.parametrize(
    ("parts", "counted", "kind"),
    [
        ((500, 300), 800, "total_left_out"),
        ((300, 200), 800, "part_left_out"),
        ((500, 400), 800, "doubt_part"),
    ],
)
def test_parts_of_a_village_are_not_counted_beside_it(parts, counted, kind):
    rows = [("东村", 800), *((f"其中：{i}组", n) for i, n in enumerate(parts)), ("西村", 77)]
    reading = read(rows)
    assert reading.frame["population"].sum() == counted + 77
    assert kind in kinds(reading)


def test_a_place_whose_name_begins_those_of_its_parts_is_their_sum():
    reading = read([("永汉", 2586), *VILLAGES, ("麻榨西村", 3)])
    assert left(reading) == [1]


def test_without_a_word_a_table_that_falls_into_sums_is_in_doubt():
    parts = [310, 420, 515, 128, 244, 367]
    rows = [("", sum(parts[:3])), *(("", n) for n in parts[:3])]
    rows += [("", sum(parts[3:])), *(("", n) for n in parts[3:])]
    reading = read(rows)
    assert left(reading, "doubt_total") == [1, 5]
    assert reading.frame["population"].sum() == sum(parts)


def test_without_a_word_one_that_happens_to_be_a_sum_counts_and_is_told():
    rows = [(f"第{i}村", n) for i, n in enumerate((412, 388, 301, 1101, 777, 90))]
    reading = read(rows)
    assert reading.frame["population"].sum() == 3069
    assert kinds(reading) == {"sums_counted"}


def test_places_without_people_are_parts_of_no_sum():
    rows = [("东村", 250), ("西村", 250), *((f"空{i}村", 0) for i in "甲乙丙丁")]
    assert read(rows).frame["population"].sum() == 500


def test_cents_and_tens_of_thousands_are_summed_as_they_are_written():
    cents = [(f"永汉{i}村", n) for i, n in enumerate((100.01, 200.02, 300.03))]
    assert left(read([("永汉镇", 600.06), *cents])) == [1]
    tens = frame([("永汉镇", 0.26), ("永汉东村", 0.07), ("永汉西村", 0.09), ("永汉南村", 0.1)])
    reading = read_demand(tens.rename(columns={"人口": "人口（万人）"}))
    assert left(reading) == [1]
    assert reading.frame["population"].sum() == pytest.approx(2600)


def test_the_total_that_a_table_writes_is_checked(tmp_path: Path):
    def problems(total: int) -> list[Problem]:
        table = pd.concat([frame(VILLAGES), frame([("合计", total)])])
        table.to_csv(tmp_path / "p.csv", index=False, encoding="utf-8")
        return list(read_demand(tmp_path / "p.csv").problems)

    assert [(p.kind, p.row) for p in problems(2586)] == [("total_left_out", 5)]
    differs = problems(2600)[1]
    assert (differs.kind, differs.row) == ("total_differs", 5)
    assert "2,600 人" in differs.what
    assert "2,586 人" in differs.what


def test_an_assessment_refuses_a_frame_with_sums():
    with pytest.raises(InputError, match="合计"):
        sound_demand(frame([("永汉镇", 2586), *VILLAGES]), Standard())


def test_what_was_read_is_not_judged_again():
    rows = frame([(f"第{i}村", n) for i, n in enumerate((412, 388, 301, 1101, 777, 90))])
    once = read_demand(rows).frame
    assert read_demand(once).problems == ()


PEOPLE = st.one_of(st.integers(0, 30), st.integers(50, 9_000)).map(float)
CENTS = st.integers(0, 900_000).map(lambda n: n / 100)


@st.composite
def counties(draw):
    """Villages by town, and the order of towns' totals and villages."""
    number = draw(st.sampled_from([PEOPLE, CENTS]))
    return [
        (
            town,
            [
                (f"{town[:2]}{i}村", n)
                for i, n in enumerate(draw(st.lists(number, min_size=1, max_size=9)))
            ],
        )
        for town in TOWNS[: draw(st.integers(1, 4))]
    ]


def people(reading) -> list[tuple[str, float]]:
    counted = reading.frame[reading.frame["population"] > 0]
    return list(zip(counted["name"], counted["population"], strict=True))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(county=counties(), style=st.sampled_from(["above", "below", "first", "last", "whole"]))
def test_totals_change_nobodys_number(county, style):
    plain = [village for _, listed in county for village in listed]
    sums = {town: (town, round(sum(n for _, n in listed), 2)) for town, listed in county}
    rows = []
    for town, listed in county:
        rows += [sums[town]] * (style == "above") + listed + [sums[town]] * (style == "below")
    whole = [("龙门县", round(sum(n for _, n in plain), 2))]
    rows = [*sums.values()] * (style == "first") + rows + [*sums.values()] * (style == "last")
    rows = whole * (style == "whole") + rows
    assert people(read(rows)) == [(name, n) for name, n in plain if n]


@settings(deadline=None)
@given(numbers=st.lists(PEOPLE, min_size=1, max_size=40))
def test_villages_without_totals_lose_nobody(numbers):
    rows = [(f"{'甲乙丙丁'[i % 4]}{i}村", n) for i, n in enumerate(numbers)]
    reading = read(rows)
    doubted = {p.row for p in reading.problems if p.kind == "doubt_total"}
    # Only a table that is all sums and parts, of six rows or more, is in doubt.
    assert len(reading.frame) == len(rows) - len(doubted)
    assert not doubted or len(rows) > 5
