"""The tables on a sheet: headers of several rows, titles, parts, several tables at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.tables._blocks import blocks_of
from gdcoverage.tables._headings import chosen, meaning, spellings_of

PLACES = spellings_of(
    {
        "name": ("名称", "村名"),
        "lon": ("经度", "lon"),
        "lat": ("纬度", "lat"),
        "people": ("人口", "常住人口"),
        "window": ("窗口办",),
        "_number": ("序号",),
    }
)


def sheet(*rows):
    width = max(map(len, rows))
    cells = np.full((len(rows), width), "", object)
    for i, row in enumerate(rows):
        cells[i, : len(row)] = row
    return cells


def found(*rows, needed=("name",)):
    return [
        (block.title, block.columns.tolist(), block.rows.tolist(), block.sections.tolist())
        for block in blocks_of(sheet(*rows), PLACES, needed)
    ]


HEAD, FIRST, SECOND = ("名称", "经度"), ("甲", "113.1"), ("乙", "113.2")


@pytest.mark.parametrize(
    ("path", "field", "year", "part"),
    [
        (("人口",), "people", 0, 0),
        (("2023年人口",), "people", 2023, 0),
        (("人口", "2023年末"), "people", 2023, 0),
        (("2023年", "人口"), "people", 2023, 0),
        (("人口", "合计"), "people", 0, 0),
        (("人口", "男"), "", 0, 0),
        (("人口", "户数"), "", 0, 0),
        (("服务方式", "窗口办"), "window", 0, 0),
        (("是否有窗口办（是/否）",), "window", 0, 0),
        (("经度", "分"), "lon", 0, 2),
        (("地点经度",), "lon", 0, 0),
        (("原经度",), "", 0, 0),
        (("海拔高度与经度的说明",), "", 0, 0),
    ],
)
def test_what_a_heading_means(path, field, year, part):
    told = meaning(path, PLACES)
    assert (told.field, told.year, told.part) == (field, year, part)


def test_of_two_columns_the_latest_the_visible_and_the_new_one_is_taken():
    paths = [("人口",), ("2020年人口",), ("2023年人口",), ("经度",), ("经度（新）",)]
    assert chosen(paths, PLACES) == {"people": 2, "lon": 4}
    assert chosen(paths, PLACES, passed=[2, 4]) == {"people": 1, "lon": 3}


def test_one_table_with_title_and_parts():
    assert found(("网点表",), ("",), HEAD, FIRST, ("（二）退出网点",), SECOND) == [
        ("网点表", [0, 1], [3, 5], ["", "（二）退出网点"])
    ]


def test_a_header_repeated_goes_on_and_what_stands_above_it_is_a_part():
    assert found(HEAD, FIRST, ("续表",), HEAD, SECOND) == [("", [0, 1], [1, 4], ["", ""])]
    assert found(HEAD, FIRST, ("拟建",), HEAD, SECOND) == [("", [0, 1], [1, 4], ["", "拟建"])]


def test_another_table_below_has_columns_and_a_title_of_its_own():
    assert found(HEAD, FIRST, ("退出网点",), ("经度", "纬度", "名称"), ("1.5", "2.5", "乙")) == [
        ("", [0, 1, 2], [1], [""]),
        ("退出网点", [0, 1, 2], [4], [""]),
    ]


def test_side_by_side():
    assert found((*HEAD, "", *HEAD), (*FIRST, "", *SECOND)) == [
        ("", [0, 1, 2], [1], [""]),
        ("", [3, 4], [1], [""]),
    ]
    # One column that comes twice makes no table of its own.
    assert found(("名称", "人口", "名称", "经度"), ("甲", "9", "乙", "1.5")) == [
        ("", [0, 1, 2, 3], [1], [""])
    ]
    # Two longitudes of one name are not two tables.
    assert found((*HEAD, "经度"), (*FIRST, "1.5")) == [("", [0, 1, 2], [1], [""])]


def test_headers_of_two_and_three_rows():
    rows = [("名称", "位置", ""), ("", "经度", "纬度"), ("甲", "113.1", "23.1")]
    (block,) = blocks_of(sheet(*rows), PLACES, ("name",))
    assert (block.top, block.bottom) == (0, 1)
    assert block.paths == (("名称",), ("位置", "经度"), ("位置", "纬度"))
    (block,) = blocks_of(sheet(("总表", "总表", "总表"), *rows), PLACES, ("name",))
    assert (block.top, block.bottom, block.title) == (1, 2, "总表")


@given(
    st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=6), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_every_entry_is_in_one_table_and_nothing_else_is(groups, numbered, repeated):
    """However a list is divided by lines, blanks and headers, the entries are the same."""
    head = ("序号", "名称", "经度", "人口") if numbered else ("名称", "经度", "人口")
    rows: list[tuple[str, ...]] = [("各村人口",), head]
    entries = []
    for number, group in enumerate(groups):
        if number:
            rows += [("",), (f"（{'一二三四'[number]}）某镇",)] + [head] * repeated
        for people in group:
            entries.append(len(rows))
            row = (f"{people}村", f"113.{people}", str(people))
            rows.append((str(len(entries)), *row) if numbered else row)
        rows.append(("合计", "", str(sum(group))))
    told = [row for block in blocks_of(sheet(*rows), PLACES, ("name",)) for row in block.rows]
    assert told == entries
