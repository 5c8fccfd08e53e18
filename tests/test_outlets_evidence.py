"""Whether an outlet counts: evidence, doubt, and the planner's answers."""

import dataclasses
import datetime as dt
import itertools

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gdcoverage.cli import app
from gdcoverage.outlets import read_outlets
from gdcoverage.outlets._evidence import DECIDED, HINT, TOLD, Evidence, group_status
from gdcoverage.outlets._status import judged
from gdcoverage.outlets.answers import ANSWERS, Answers, read_answers, write_answers
from gdcoverage.policy import OUTLET_STATUS
from gdcoverage.problems import InputError
from gdcoverage.tables.dates import date_of_data, last_period, period_of

TODAY = dt.date(2026, 11, 26)
HEADER = ["网点名称", "所属银行", "经度", "纬度"]


def rows(*names, start=0):
    return [[name, "甲银行", 114.1234 + (start + i) / 10, 23.5678] for i, name in enumerate(names)]


def book(path, **sheets):
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, lines in sheets.items():
            sheet = workbook.add_worksheet(name)
            for i, line in enumerate(lines):
                sheet.write_row(i, 0, line)
    return path


def status_of(path, **more):
    frame = read_outlets(path, datum="gcj02", today=TODAY, **more).frame
    return dict(zip(frame["name"], frame["status"], strict=True))


EVIDENCE = st.lists(
    st.tuples(
        st.sampled_from(
            [(TOLD, s) for s in ("active", "planned", "suspended", "exited")] + [(HINT, "unknown")]
        ),
        st.lists(st.booleans(), min_size=3, max_size=3),
    ),
    max_size=5,
)


@given(
    st.lists(st.sampled_from(["", *OUTLET_STATUS]), min_size=3, max_size=3),
    EVIDENCE,
    st.randoms(use_true_random=False),
)
def test_order_of_evidence_means_nothing_and_active_is_never_contradicted(stated, said, random):
    evidence = [Evidence(how, what, np.array(on, bool), what) for (how, what), on in said]
    mixed = random.sample(evidence, len(evidence))
    stated = np.array(stated, object)
    status, doubts = judged(stated, evidence)
    again, doubts_again = judged(stated, mixed)
    assert status.tolist() == again.tolist()
    assert doubts.keys() == doubts_again.keys()
    for i, result in enumerate(status):
        against = [e for e in evidence if e.rows[i] and e.status != "active"]
        if result == "active":
            assert stated[i] in ("", "active")
            assert not against
        if stated[i] not in ("", "active"):
            assert result == stated[i]
        assert (i in doubts) == (result == "unknown" != stated[i])


def test_what_is_decided_is_so():
    one = np.array([True])
    hidden = Evidence(HINT, "unknown", one, "该行是隐藏的")
    for status in ("active", "exited"):
        decided = Evidence(DECIDED, status, one, "读表约定")
        for order in itertools.permutations([hidden, decided]):
            assert judged(np.array([""], object), order) == (np.array([status], object), {})


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("在营网点", "active"),
        ("已退出网点", "exited"),
        ("2026年拟布设网点清单", "planned"),
        ("龙门县社保服务合作网点登记表", ""),
        ("2025年新增网点", ""),
        ("在营及退出网点", "unknown"),
        ("合作网点（不含已退出）", ""),
        ("作废", "unknown"),
        ("退役军人服务网点", ""),
        # A plan of what will be, or of what is?
        ("社保服务网点布局规划", "unknown"),
    ],
)
def test_names_of_groups(text, status):
    assert group_status(text) == status


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024年5月", "2024-05-01", "2024-05-31"),
        ("2024年", "2024-01-01", "2024-12-31"),
        ("2024-02-30", None, None),
        ("2024.2.9", "2024-02-09", "2024-02-09"),
        ("20240209", "2024-02-09", "2024-02-09"),
        ("2024-02-09 00:00:00", "2024-02-09", "2024-02-09"),
        ("２０２４／２／９", "2024-02-09", "2024-02-09"),
        ("2024年2月29日起", "2024-02-29", "2024-02-29"),
        ("长期", None, None),
        ("编号2024001", None, None),
    ],
)
def test_dates_as_people_write_them(text, first, last):
    period = period_of(text)
    told = (None, None) if period is None else (period.first.isoformat(), period.last.isoformat())
    assert told == (first, last)


def test_the_end_of_a_term_and_the_date_of_data():
    end = last_period("2021.1.1-2023.12.31")
    assert end is not None
    assert end.iso == "2023-12-31"
    lines = [("文件名", "网点2025"), ("表题", "网点表（2026年3月）"), ("说明", "截至2026年6月30日")]
    assert date_of_data(lines) == ("2026-06-30", "说明")
    assert date_of_data(lines[:2]) == ("2025", "文件名")
    assert date_of_data([("表题", "网点表")]) == ("", "")


def test_nothing_is_said_of_candidates_status(tmp_path):
    """Their sheet, notes and names say what they will be; two of a bank may be called alike."""
    path = book(
        tmp_path / "候选点.xlsx",
        拟布点=[
            [*HEADER, "备注"],
            *([*row, "拟撤并"] for row in (*rows("甲"), *rows("甲", start=3))),
        ],
    )
    assert set(status_of(path).values()) == {"unknown"}
    reading = read_outlets(path, datum="gcj02", candidates=True)
    assert reading.frame["status"].tolist() == ["active", "active"]
    assert not reading.problems


@pytest.mark.parametrize(
    ("header", "cells", "status"),
    [
        (["是否在营"], ["是", ""], ["active", "unknown"]),
        (["是否在营"], ["", ""], ["active", "active"]),
        (["是否退出"], ["是", ""], ["exited", "active"]),
        (["情况"], ["已停", "好"], ["unknown", "active"]),
        (["情况"], ["停车场大", "退役军人多"], ["active", "active"]),
        (["经度"], [114.1234, 114.9], ["active", "unknown"]),
        (["经度（新）"], [114.1234, 114.9], ["active", "active"]),
    ],
)
def test_what_is_left_open_is_in_doubt(tmp_path, header, cells, status):
    lines = [[*row, cell] for row, cell in zip(rows("甲", "乙"), cells, strict=True)]
    path = book(tmp_path / "t.xlsx", 表=[[*HEADER, *header], *lines])
    assert [*status_of(path).values()] == status


def test_parts_that_have_stopped_and_towns_that_were_merged(tmp_path):
    path = book(
        tmp_path / "t.xlsx",
        表=[["撤并乡镇后的网点表"], HEADER, *rows("甲"), ["二、停办"], *rows("乙", start=1)],
    )
    assert status_of(path) == {"甲": "active", "乙": "suspended"}


def test_that_no_outlet_counts_is_told(tmp_path):
    path = book(tmp_path / "t.xlsx", 已退出=[HEADER, *rows("甲", "乙")])
    reading = read_outlets(path, datum="gcj02")
    assert [(p.kind, p.row) for p in reading.problems] == [("none_active", None)]


# Answers --------------------------------------------------------------------------------------


def test_answers_settle_the_doubts_and_the_next_form_is_read_without_a_question(tmp_path):
    def form(name, year):
        return book(
            tmp_path / name,
            旧网点=[HEADER, *rows("甲", "乙")],
            现网点=[
                [*HEADER, "备注", "摘要"],
                [*rows("丙", start=3)[0], "搬至新楼", ""],
                [*rows("丁", start=4)[0], f"{year}年已撤点", ""],
                [*rows("戊", start=5)[0], "", "装修"],
            ],
        )

    reading = read_outlets(form("a.xlsx", 2025), datum="gcj02", today=TODAY)
    assert set(reading.frame["status"]) == {"unknown"}
    asked = [(q.kind, q.text, q.rows) for q in reading.account.questions]
    assert asked == [
        ("工作表", "旧网点", (2, 3)),
        ("词", "搬至新楼", (2,)),
        ("词", "2025年已撤点", (3,)),
        ("词", "装修", (4,)),
    ]
    path = tmp_path / ANSWERS
    given = ("退出", "在营", "退出", "在营")
    write_answers(((k, t, m) for (k, t, _), m in zip(asked, given, strict=True)), path)
    answers = read_answers(path)
    settled = {"甲": "exited", "乙": "exited", "丙": "active", "丁": "exited", "戊": "active"}
    assert status_of(form("a.xlsx", 2025), answers=answers) == settled
    # Next year's form asks only what is new.
    again = read_outlets(form("b.xlsx", 2026), datum="gcj02", today=TODAY, answers=path)
    assert [q.text for q in again.account.questions] == ["2026年已撤点"]
    assert not read_outlets(form("a.xlsx", 2025), datum="gcj02", answers=path).account.questions


def test_an_answer_about_an_outlet_stands_above_all(tmp_path):
    path = book(tmp_path / "t.xlsx", 在营=[[*HEADER, "状态"], [*rows("甲")[0], "待定"]])
    assert status_of(path) == {"甲": "unknown"}
    assert status_of(path, answers=Answers(outlets={"甲": "active"})) == {"甲": "active"}
    assert status_of(path, answers=Answers(words={"待定": "planned"})) == {"甲": "planned"}


def test_headings_and_sheets_are_answered_too(tmp_path):
    header = [*HEADER, "甲栏", "窗口"]
    path = book(
        tmp_path / "t.xlsx", 一=[header, [*rows("甲")[0], "退出", "√"]], 二=[HEADER, *rows("乙")]
    )
    (tmp_path / ANSWERS).write_text(
        "类别,原文,含义\n表头,甲栏,状态\n表头,窗口,不用\n工作表,二,不读\n", encoding="gb18030"
    )
    reading = read_outlets(path, datum="gcj02", answers=tmp_path / ANSWERS)
    assert reading.frame[["name", "status", "window"]].to_numpy().tolist() == [
        ["甲", "exited", False]
    ]


def test_answers_that_are_none_are_told_all_at_once(tmp_path):
    path = tmp_path / ANSWERS
    path.write_text("类别,原文,含义\n表头,甲,乙\n词,丙,丁\n戊,己,在营\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_answers(path)
    assert [p.row for p in caught.value.problems] == [2, 3, 4]


def test_written_answers_keep_those_that_were_there(tmp_path):
    path = tmp_path / ANSWERS
    write_answers([("词", "甲", "在营"), ("词", "乙", "退出")], path)
    write_answers([("词", "乙", "暂停"), ("工作表", "丙", "不读")], path)
    found = read_answers(path)
    assert found.words == {"甲": "active", "乙": "suspended"}
    assert found.groups == {"丙": ""}
    assert dataclasses.replace(found, words={}, groups={}) == Answers()


def test_asked_on_the_terminal_the_answers_are_kept_and_used(tmp_path):
    path = book(
        tmp_path / "网点.xlsx",
        在营=[[*HEADER, "备注"], [*rows("甲")[0], "停业整顿"], [*rows("乙", start=1)[0], "已搬"]],
        旧表=[HEADER, *rows("丙", start=2)],
    )
    runner = CliRunner()
    asked = runner.invoke(app, ["check", str(path), "--datum", "gcj02", "--ask"], "9\n暂停\n1\n5\n")
    assert asked.exit_code == 0, asked.output
    for told in ("[1/3]", "第 2 行存疑", "请填 1 到", "已记入", "在营 1 个"):
        assert told in asked.output
    found = read_answers(tmp_path / ANSWERS)
    assert found.words == {"停业整顿": "suspended", "已搬": "active"}
    assert found.groups == {"旧表": ""}
    again = runner.invoke(app, ["check", str(path), "--datum", "gcj02", "--ask"])
    assert "没有需要询问的存疑之处" in again.output


def test_what_a_comment_says_is_told(tmp_path):
    path = tmp_path / "网点.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("网点")
        for i, line in enumerate([HEADER, *rows("东支行", "西支行")]):
            sheet.write_row(i, 0, line)
        sheet.write_comment("A2", "张三:\n此网点已撤销")
        sheet.write_comment("A3", "张三:\n已核实")
    (told,) = read_outlets(path, datum="gcj02", today=TODAY).problems
    assert told.row == 2
    assert "单元格批注提到：张三: 此网点已撤销" in told.what
