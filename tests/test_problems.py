"""Problems told to people: like ones as one, their rows as ranges."""

import errno
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.problems import Problem, alike, refused_by_system, rows_told

FIRST = Problem(
    "doubt_hidden", "该行被隐藏", "请取消隐藏", "warning", "a.xlsx", "表1", 3, "状态", "在营"
)


def test_rows_are_told_as_ranges():
    assert rows_told([3]) == "第 3 行"
    assert rows_told([3, 4, 5, 6, 7, 12]) == "第 3–7、12 行（共 6 行）"
    assert rows_told([1, 3, 5, 7], most=2) == "第 1、3…… 行（共 4 行）"


def test_like_problems_are_one_line():
    many = [replace(FIRST, row=row) for row in (*range(20, 2, -1), 25)]
    (group,) = alike(many)
    assert (group.count, str(group)) == (
        19,
        "提醒：a.xlsx，工作表“表1”，第 3–20、25 行（共 19 行），“状态”列，值“在营”："
        "该行被隐藏。请取消隐藏",
    )


def test_a_value_that_differs_is_not_told_of_all():
    (group,) = alike([FIRST, replace(FIRST, row=4, value="营业")])
    assert "值" not in str(group)


def test_one_alone_is_told_as_it_is():
    (group,) = alike([FIRST])
    assert str(group) == str(FIRST)


def test_what_differs_in_anything_else_stays_apart_in_the_order_of_the_first():
    others = [
        replace(FIRST, kind="x"),
        replace(FIRST, what="x"),
        replace(FIRST, action="x"),
        replace(FIRST, file="x"),
        replace(FIRST, sheet="x"),
        replace(FIRST, column="x"),
    ]
    told = alike([FIRST, *others, replace(FIRST, severity="error"), replace(FIRST, row=9)])
    assert [group.count for group in told] == [2, *[1] * 7]
    assert told[0].problem == FIRST


def test_problems_of_no_row_are_told_by_their_values():
    whole = replace(FIRST, row=None)
    assert [g.count for g in alike([whole, replace(whole, value="b"), whole])] == [2, 1]


@given(st.sets(st.integers(1, 400)))
def test_ranges_name_every_row_and_no_other(rows):
    told = rows_told(sorted(rows)).split("（")[0].strip("第行 ")
    named = set()
    for part in filter(None, told.split("、")):
        first, _, last = part.partition("–")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == rows


@pytest.mark.parametrize("code", [errno.EACCES, errno.ENOSPC, errno.ENAMETOOLONG, errno.ENOENT])
def test_what_the_system_refuses_is_told_in_chinese(code):
    why, action = refused_by_system(OSError(code, "words of the system", "名单.xlsx"))
    assert "words" not in why
    assert action.startswith("请")


def test_a_file_that_windows_keeps_from_others_is_open_elsewhere():
    class SharingError(OSError):
        winerror = 32

    assert "Excel" in refused_by_system(SharingError("cannot access the file"))[0]


def test_what_no_words_are_known_for_is_told_in_those_of_the_system():
    assert refused_by_system(OSError(errno.EIO, "Input/output error"))[0] == "Input/output error"
