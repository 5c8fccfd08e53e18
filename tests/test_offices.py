import dataclasses
import itertools
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdcoverage.policy import ITEMS, MODES
from gdcoverage.problems import Problem
from offices import judge
from offices._book import EVERY_CELL, Sheet, lines
from offices._columns import header
from offices._office import TERMS, Office, each, entries, some, table, ticks
from offices.corpus import OUTLETS


@pytest.mark.parametrize("office", OUTLETS, ids=lambda office: office.name)
def test_no_table_is_misread_in_silence(office, tmp_path):
    assert judge.faults(office, judge.read(office, tmp_path)) == []


# Traps at random: what says that an outlet has gone, and the tables that say nothing else.
WORDS = {
    "active": ("在营", "正常营业", "营业中"),
    "planned": ("筹建", "拟建", "在建"),
    "suspended": ("停业", "暂停营业"),
    "exited": ("已退出", "撤销", "关闭"),
}
GROUPS = {
    "active": ("在营网点", "正常营业网点"),
    "planned": ("拟建网点", "筹建网点"),
    "suspended": ("停业网点", "暂停营业网点"),
    "exited": ("已退出网点", "退出网点名单"),
}
HEADINGS = ("状态", "网点状态", "目前状态", "经营情况", "网点现状")
MARKS: dict[str, dict[str, Any]] = {"strike": {"struck": EVERY_CELL}, "hidden": {"hidden": True}}
IN_ROWS, IN_SHEETS = ("column", "note", *MARKS), ("sheet", "title")
ON_PAPER = ("column", "note", "section", "stacked")
FILES = (("", ".xlsx"), ("gb18030", ".csv"), ("utf-8-sig", ".csv"), ("utf-16", ".txt"))


@st.composite
def columns_of_a_table(draw):
    place = draw(st.sampled_from([{"经度": "lon", "纬度": "lat"}, {"坐标": "lonlat"}]))
    services = {
        "cell": ({"服务方式": "modes"}, {"业务事项": "items"}),
        "ticks": (ticks(MODES), ticks(ITEMS, "{}", "是", "否")),
        "two rows": (ticks(MODES, "服务方式|{}"), ticks(ITEMS, "业务事项|{}", 1, 0)),
    }[draw(st.sampled_from(["cell", "ticks", "two rows"]))]
    blocks = [{"网点名称": "name"}, {"所属银行": "bank"}, place, *services, {"联系电话": "phone"}]
    return {h: field for block in draw(st.permutations(blocks)) for h, field in block.items()}


@st.composite
def offices_at_random(draw):
    encoding, suffix = draw(st.sampled_from(FILES))
    trap = draw(st.sampled_from(ON_PAPER if encoding else (*IN_ROWS, *IN_SHEETS, *ON_PAPER[2:])))
    status = st.sampled_from(list(WORDS))
    outlets = each(some(6), *draw(st.lists(status, min_size=6, max_size=6)))
    columns = draw(columns_of_a_table())
    said = {status: draw(st.sampled_from(spelt)) for status, spelt in WORDS.items()}
    called = {status: draw(st.sampled_from(spelt)) for status, spelt in GROUPS.items()}
    outlets.sort(key=lambda o: o.status if trap not in IN_ROWS else o.name)
    groups = {called[s]: list(g) for s, g in itertools.groupby(outlets, lambda o: o.status)}

    rows = []
    if trap == "column":
        heading = draw(st.sampled_from(HEADINGS))
        rows = table(outlets, {**columns, heading: lambda o: said[o.status]})
    elif trap == "note":
        note = {**said, "active": ""}
        rows = table(outlets, {**columns, "备注": lambda o: note[o.status]})
    elif trap in MARKS:
        rows = header(columns)
        for outlet in outlets:
            rows += entries([outlet], columns, **MARKS[trap] if outlet.status != "active" else {})
    elif trap == "section":
        rows = header(columns)
        for name, group in groups.items():
            rows += [*lines(name), *entries(group, columns)]
    elif trap == "stacked":
        for name, group in groups.items():
            rows += [*lines(name), *table(group, columns), *lines("")]
    sheets = {
        "sheet": [Sheet(name, table(group, columns)) for name, group in groups.items()],
        "title": [
            Sheet(f"Sheet{i}", [*lines(name), *table(group, columns)])
            for i, (name, group) in enumerate(groups.items(), 1)
        ],
    }.get(trap, [Sheet("" if encoding else "Sheet1", rows)])
    return Office(trap, sheets, outlets, encoding=encoding, suffix=suffix)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(office=offices_at_random())
def test_nor_is_any_mixture_of_traps(office, tmp_path):
    assert judge.faults(office, judge.read(office, tmp_path)) == []


def told_right(office):
    """The answer of a reader who knows the truth."""
    rows = []
    for outlet in office.outlets:
        *before, (sheet, number, line) = [
            ("" if office.encoding else sheet.name, number, row)
            for sheet in office.sheets
            for number, row in enumerate(sheet.rows, 1)
            if outlet.key in row.of
        ]
        fields = {"modes": MODES, "items": ITEMS}
        told = {s for field in line.says.values() for s in fields.get(field, (field,))}
        named = any(outlet.name in row.cells for _, _, row in (*before, (sheet, number, line)))
        facts = {
            "name": outlet.name if named else line.cells[1],
            "bank": outlet.bank,
            "status": "exited" if outlet.status == "inactive" else outlet.status,
            "source_sheet": sheet,
            "source_row": number,
            "geometry": shapely.Point(outlet.lon, outlet.lat),
        }
        rows.append(facts | {service: service in outlet.services & told for service in TERMS})
    return judge.Answer(gpd.GeoDataFrame(rows), ())


@pytest.mark.parametrize("office", OUTLETS, ids=lambda office: office.name)
def test_the_judge_finds_the_truth_faultless(office):
    assert judge.faults(office, told_right(office)) == []


# The judge itself, over an answer that is right and then spoilt.
SPOT = ("登记表", 3)
OTHER = dataclasses.replace(
    next(office for office in OUTLETS if office.name == "an_ordinary_register"), plain=False
)


@pytest.fixture
def answer(tmp_path):
    right = judge.read(OTHER, tmp_path)
    assert judge.faults(OTHER, right) == []
    assert right.frame is not None
    assert tuple(right.frame.iloc[0][["source_sheet", "source_row"]]) == SPOT
    return judge.Answer(right.frame, ())


def spoilt(answer, field, value):
    """The answer with another value in its first row, which is active."""
    frame = answer.frame.copy()
    frame.loc[0, field] = value
    return judge.Answer(frame, answer.problems)


def with_problem(answer, severity="error", sheet=SPOT[0], row=SPOT[1], **place):
    problem = Problem("any", "说明", "处理", severity, sheet=sheet, row=row, **place)
    return judge.Answer(answer.frame, (problem,))


def test_the_judge_finds_a_row_wrongly_active(answer):
    gone = dataclasses.replace(OTHER, outlets=each(OTHER.outlets, "exited", "active"))
    told = judge.faults(gone, answer)
    assert told[0] == "“工商银行龙城支行”已是“exited”，却按在营计入"


def test_the_judge_finds_an_active_outlet_that_is_missing_or_gone(answer):
    short = judge.Answer(answer.frame.iloc[1:], ())
    assert judge.faults(OTHER, short) == ["在营的“工商银行龙城支行”没有读入"]
    assert judge.faults(OTHER, spoilt(answer, "status", "exited")) == [
        "在营的“工商银行龙城支行”读成了“exited”"
    ]


@pytest.mark.parametrize(
    ("place", "enough"),
    [
        ({}, True),
        ({"row": None}, True),
        ({"row": None, "sheet": ""}, True),
        ({"severity": "warning"}, False),
        ({"row": None, "severity": "warning"}, False),
        ({"row": 4}, False),
        ({"sheet": "别的表"}, False),
        ({"row": None, "sheet": "别的表"}, False),
    ],
)
def test_the_judge_accepts_what_is_announced(answer, place, enough):
    short = judge.Answer(answer.frame.iloc[1:], ())
    assert (judge.faults(OTHER, with_problem(short, **place)) == []) == enough
    plain = dataclasses.replace(OTHER, plain=True)
    assert judge.faults(plain, with_problem(short, **place)) == ["在营的“工商银行龙城支行”没有读入"]


def test_the_judge_accepts_doubt_and_refusal_unless_the_file_is_plain(answer):
    plain = dataclasses.replace(OTHER, plain=True)
    doubted, refused = spoilt(answer, "status", "unknown"), judge.Answer(None, ())
    assert judge.faults(OTHER, doubted) == judge.faults(OTHER, refused) == []
    assert judge.faults(plain, doubted) == ["“工商银行龙城支行”应为“active”，读成“unknown”"]
    assert judge.faults(plain, refused) == ["整个文件被拒收"]


def test_the_judge_wants_the_status_of_plain_files_right(answer):
    frame = answer.frame.replace({"status": {"planned": "exited"}})
    wrong = judge.Answer(frame, ())
    assert judge.faults(OTHER, wrong) == []
    assert judge.faults(dataclasses.replace(OTHER, plain=True), wrong) == [
        "“农业银行平陵支行”应为“planned”，读成“exited”"
    ]


@pytest.mark.parametrize(
    ("place", "enough"),
    [
        ({}, True),
        ({"severity": "warning", "column": "服务方式"}, True),
        ({"severity": "warning", "column": "经度"}, False),
        ({"row": None, "column": "服务方式", "severity": "warning"}, True),
        ({"row": None, "column": "业务事项", "severity": "warning"}, False),
        ({"row": 4}, False),
    ],
)
def test_the_judge_finds_a_service_missing_in_silence(answer, place, enough):
    lacking = spoilt(answer, "window", False)
    assert judge.faults(OTHER, lacking) == ["“工商银行龙城支行”有“窗口办”，没有读入"]
    assert (judge.faults(OTHER, with_problem(lacking, **place)) == []) == enough


def test_the_judge_finds_a_service_too_many(answer):
    assert not answer.frame.loc[0, "online"]
    too_many = with_problem(spoilt(answer, "online", True))
    assert judge.faults(OTHER, too_many) == ["“工商银行龙城支行”没有“网办”，却读成有"]


def test_the_judge_measures_places_and_reads_names_and_banks(answer):
    at = answer.frame.geometry[0]
    near, far = (shapely.Point(at.x, at.y + metres / 111_195) for metres in (0.8, 1.3))
    assert judge.faults(OTHER, spoilt(answer, "geometry", near)) == []
    assert judge.faults(OTHER, spoilt(answer, "geometry", far)) == [
        "“工商银行龙城支行”的位置差 1 米"
    ]
    assert judge.faults(OTHER, spoilt(answer, "bank", "农业银行")) == [
        "“工商银行龙城支行”的银行读成“农业银行”"
    ]
    assert "不是网点" in judge.faults(OTHER, spoilt(answer, "name", "永汉支行"))[0]


def test_the_judge_counts_once_and_only_rows_of_outlets(answer):
    twice = judge.Answer(pd.concat([answer.frame, answer.frame.iloc[:1]]), ())
    assert judge.faults(OTHER, twice) == ["“工商银行龙城支行”计入了两次"]
    told = judge.faults(OTHER, spoilt(answer, "source_row", 1))
    assert told[0] == "登记表第1行“龙城支行”不是网点，却按“active”读入"
