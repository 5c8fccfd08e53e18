"""People of today, each once: repeated villages, years, hidden and struck rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gdcoverage import read_demand
from offices._book import EVERY_CELL, Row, Sheet, write

HEADER = ("编号", "村名", "人口", "经度", "纬度", "城乡分类代码")


def village(number: int, people: float = 500, **more: object) -> tuple[object, ...]:
    known = {"编号": "", "村名": f"第{number}村", "人口": people, "经度": 113.5 + number / 1000}
    known |= {"纬度": 23.5, "城乡分类代码": "220", **more}
    return tuple(known[heading] for heading in HEADER)


def read(tmp_path: Path, **sheets: Sequence[Any]):
    book = [
        Sheet(name, [Row(HEADER), *(r if isinstance(r, Row) else Row(tuple(r)) for r in rows)])
        for name, rows in sheets.items()
    ]
    return read_demand(write(book, tmp_path / "p.xlsx"))


def told(reading) -> list[tuple[str, str, int | None]]:
    return [(p.kind, p.sheet, p.row) for p in reading.problems if p.kind != "people_left_out"]


def test_a_village_entered_twice_counts_once(tmp_path: Path):
    reading = read(tmp_path, 甲=[village(1), village(2)], 乙=[village(2), village(3)])
    assert reading.frame["name"].tolist() == ["第1村", "第2村", "第3村"]
    assert told(reading) == [("village_repeated", "乙", 2)]
    assert "工作表“甲”第 3 行" in reading.problems[0].what
    assert ("重复", 1) in reading.account.counts


@pytest.mark.parametrize(
    ("again", "kinds"),
    [
        ({"编号": "A1", "经度": 113.6}, ["village_repeated"]),
        ({"编号": "A2", "经度": 113.6}, []),
        ({"人口": 499, "编号": "A2"}, []),
        ({"人口": 499, "编号": "A1"}, ["doubt_repeated", "id_repeated"]),
        ({"村名": "同楼", "编号": "A2"}, []),
    ],
)
def test_what_makes_two_rows_one_village(tmp_path: Path, again: dict, kinds: list[str]):
    people = again.pop("人口", 500)
    reading = read(tmp_path, 甲=[village(1, 编号="A1"), village(1, people, **again)])
    assert [k for k, *_ in told(reading)] in (kinds, kinds[:1])
    assert len(reading.frame) == (1 if kinds else 2)


def test_a_code_that_all_rows_bear_makes_none_of_them_one_village(tmp_path: Path):
    rows = [village(i, 编号="441324", 村名="永汉镇") for i in range(5)]
    assert len(read(tmp_path, 甲=rows).frame) == 5


def test_the_latest_year_counts_and_what_only_an_earlier_one_has_is_in_doubt(tmp_path: Path):
    sheets = {"2020年": [village(1, 600), village(2, 300)], "2023年": [village(1)]}
    reading = read(tmp_path, **sheets)
    assert reading.frame["population"].tolist() == [500]
    assert told(reading) == [("year_older", "2020年", None), ("doubt_year", "2020年", 3)]
    assert "按 2023 年计" in reading.problems[1].what
    assert reading.problems[2].value == "300"
    assert reading.account.data_date == "2023"


def test_years_of_different_places_all_count(tmp_path: Path):
    reading = read(tmp_path, **{"2020年": [village(1)], "2023年": [village(2)]})
    assert len(reading.frame) == 2
    assert told(reading) == [("years_differ", "2020年", None)]


def test_rows_of_years_in_one_table():
    rows = pd.DataFrame([village(1, 600), village(1), village(2)], columns=HEADER)
    reading = read_demand(rows.assign(年度=[2020, 2023, 2023]))
    assert reading.frame["population"].tolist() == [500, 500]


def test_rows_of_a_year_to_come_are_in_doubt():
    rows = pd.DataFrame([village(1), village(1, 900)], columns=HEADER)
    reading = read_demand(rows.assign(年度=[2023, 2099]))
    assert reading.frame["population"].tolist() == [500]
    assert told(reading) == [("doubt_not_yet", "", 2)]


def test_hidden_and_struck_rows_are_in_doubt(tmp_path: Path):
    rows = [village(1), Row(village(2), hidden=True), Row(village(3), struck=EVERY_CELL)]
    reading = read(tmp_path, 甲=rows)
    assert len(reading.frame) == 1
    assert told(reading) == [("doubt_hidden", "甲", 3), ("doubt_struck", "甲", 4)]
    assert [p.value for p in reading.problems[1:]] == ["500", "500"]
    assert reading.account.counts == (("计入", 1), ("存疑", 2))


def test_people_who_are_yet_to_come_are_in_doubt(tmp_path: Path):
    reading = read(tmp_path, 现状=[village(1)], 规划人口=[village(2)])
    assert told(reading) == [("doubt_not_yet", "规划人口", 2)]


def test_a_remark_that_a_row_is_counted_elsewhere_is_a_doubt():
    rows = pd.DataFrame([village(1), village(2)], columns=HEADER)
    reading = read_demand(rows.assign(备注=["", "人口已计入第1村"]))
    assert reading.frame["name"].tolist() == ["第1村"]
    assert "“备注”列" in next(p for p in reading.problems if p.kind == "doubt_remark").what


def test_another_place_of_the_same_heading_is_told():
    rows = pd.DataFrame([(*village(1), 114.9), (*village(2), 113.502)])
    source = rows.set_axis([*HEADER, "经度 "], axis=1)
    kinds = [("columns_unused", "", None), ("place_told_twice", "", 1)]
    assert told(read_demand(source)) == kinds
