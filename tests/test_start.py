"""The front door: the template filled in runs as the sample's plan does; the sample comes along."""

import csv
import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.demand._headings import HEADINGS as PEOPLE_HEADINGS
from gdcoverage.outlets import read_outlets
from gdcoverage.outlets._headings import HEADINGS as OUTLET_HEADINGS
from gdcoverage.problems import InputError
from gdcoverage.register import Register
from gdcoverage.run import load_outlets_input, load_plan, make_report, read_inputs, settings
from gdcoverage.run.plan_sheet import _values
from gdcoverage.start import columns
from gdcoverage.start.sample import write_sample
from gdcoverage.start.template import write_template
from gdcoverage.tables import fields_of, spellings_of
from known import known

SAMPLE = Path(__file__).parent.parent / "data/sample"
DATE = "2026-06-14"


@pytest.fixture
def book(tmp_path):
    return write_template(tmp_path / "我的县")


def set_up(path, **values):
    """Fill cells of 设置 by the name of their row; None leaves one empty."""
    book = openpyxl.load_workbook(path)
    rows = {row[0].value: row for row in book["设置"].iter_rows(min_row=2)}
    for name, value in values.items():
        rows[name][1].value = value
    book.save(path)


def fill(path, sheet, table, headings):
    """Put a table (header first) into a sheet, each column under the template's heading."""
    book = openpyxl.load_workbook(path)
    target, places = book[sheet], spellings_of(headings)
    columns_of = fields_of([str(cell.value) for cell in target[1]], places)
    source = fields_of(map(str, table[0]), places)
    for number, row in enumerate(table[1:], 2):
        for field, at in source.items():
            if field in columns_of:
                target.cell(number, columns_of[field] + 1).value = row[at]
    book.save(path)


def sample_tables():
    sheet = openpyxl.load_workbook(SAMPLE / "outlets.xlsx").worksheets[0]
    outlets = list(sheet.iter_rows(min_row=2, values_only=True))
    with (SAMPLE / "population.csv").open(encoding="utf-8-sig", newline="") as file:
        return outlets, list(csv.reader(file))


@pytest.fixture
def filled(book):
    outlets, people = sample_tables()
    fill(book, "网点", outlets, OUTLET_HEADINGS)
    fill(book, "人口", people, PEOPLE_HEADINGS)
    shutil.copy(SAMPLE / "streets.osm.pbf", book.parent / "街道.osm.pbf")
    set_up(
        book,
        县区="龙门县",
        网点坐标系="GCJ-02（高德、腾讯）",
        人口坐标系="WGS-84（GPS、OpenStreetMap）",
        街道文件="街道.osm.pbf",
    )
    return book


def report_of(path):
    plan = load_plan(path)
    return make_report(plan, read_inputs(plan), DATE)


def test_template_filled_in_says_what_the_samples_plan_says(filled):
    told, expected = report_of(filled), report_of(SAMPLE / "plan.toml")
    pd.testing.assert_series_equal(told.total, expected.total)
    assert 0.5 < told.total["rate"] < 1
    plan = load_plan(filled)
    assert plan.sites is None
    assert plan.outputs.folder == filled.parent / "结果"
    assert load_outlets_input(filled) == plan.outlets


def test_toml_beside_the_workbook_says_the_same(filled):
    toml = filled.with_name("plan.toml")
    text = toml.read_text(encoding="utf-8")
    for old, new in (("names = []", 'names = ["龙门县"]'), ('datum = ""', 'datum = "gcj02"')):
        text = text.replace(old, new, 1)
    toml.write_text(text.replace('datum = ""', 'datum = "wgs84"'), encoding="utf-8")
    one, other = load_plan(toml), load_plan(filled)
    for section in ("title", "outlets", "demand", "network", "counties", "outputs", "standard"):
        assert getattr(one, section) == getattr(other, section), section


def test_candidates_on_their_sheet_are_asked_for_with_the_sites(filled):
    rows = [["网点编号", "网点名称", "经度", "纬度"], ["C1", "甲村委会", 114.08, 23.6]]
    fill(filled, "候选点", rows, OUTLET_HEADINGS)
    set_up(
        filled, 新增网点数=2, 各银行上限="农商银行=2、工商银行：1", 其次看什么="两个以上网点可达"
    )
    sites = known(load_plan(filled).sites)
    assert (sites.candidates, sites.sheet, sites.datum) == (filled, "候选点", "gcj02")
    assert (sites.terms.add, sites.terms.then) == (2, "two_outlets")
    assert sites.terms.bank_caps == {"农商银行": 2, "工商银行": 1}
    assert list(known(read_inputs(load_plan(filled)).candidates)["outlet_id"]) == ["C1"]


def test_template_holds_nothing_that_could_be_read_as_data(book):
    with pytest.raises(InputError):
        found = read_outlets(book, datum="wgs84")
        raise InputError(*found.problems) if found.frame.empty else AssertionError(found.frame)
    rows = [["网点名称", "经度", "纬度"], ["甲", 114.08, 23.6]]
    fill(book, "网点", rows, OUTLET_HEADINGS)
    assert list(read_outlets(book, datum="wgs84").frame["name"]) == ["甲"]


def test_unfilled_template_says_all_that_is_to_be_filled_in(book):
    with pytest.raises(InputError) as refused:
        load_plan(book)
    said = str(refused.value)
    for name in ("县区", "网点坐标系", "人口坐标系", "“网点”表", "“人口”表", "街道文件"):
        assert name in said
    rows = [problem.row for problem in refused.value.problems]
    assert rows == sorted(known(row) for row in rows)
    assert {problem.sheet for problem in refused.value.problems} == {"设置"}
    with pytest.raises(InputError, match="names 不能是空的"):
        load_plan(book.with_name("plan.toml"))


def test_every_fault_of_the_settings_is_told_at_once_with_its_row(filled):
    set_up(
        filled,
        县区="龙们县、博罗县",
        网点坐标系="火星文",
        步行分钟数="十五",
        步行速度=99,
        镇区怎样判定="随便",
        街道文件="没有.osm.pbf",
        目标覆盖率=0.95,
        各银行上限="农商银行",
    )
    book = openpyxl.load_workbook(filled)
    sheet = book["设置"]
    sheet.append(["步行分钟", 15])
    sheet.append(["标题", "又一个"])
    sheet.append([None, "没有项目"])
    row_of = {row[0].value: row[0].row for row in reversed(list(sheet.iter_rows()))}
    last = sheet.max_row
    book.save(filled)
    with pytest.raises(InputError) as refused:
        load_plan(filled)
    told = [(p.row, p.value, p.what + p.action) for p in refused.value.problems]
    for name, value, said in (
        ("县区", "龙们县、博罗县", "是否想写 龙门县"),
        ("网点坐标系", "火星文", "不认识的坐标系"),
        ("步行分钟数", "十五", "应是数字"),
        ("步行速度", "99", "应在 0.5 与 10 之间"),
        ("镇区怎样判定", "随便", "按城区、按乡村、两种都列"),
        ("街道文件", "没有.osm.pbf", "找不到文件"),
        ("目标覆盖率", "0.95", "95% 请写 95"),
        ("各银行上限", "农商银行", "农商银行=2"),
    ):
        (found,) = [one for one in told if one[0] == row_of[name]]
        assert found[1] == value
        assert said in found[2]
    assert [said for row, _, said in told if row == last - 2] == [
        f"不认识的项目“步行分钟”是否想写 步行分钟数？可用的有：{'、'.join(settings.NAMES.values())}"
    ]
    assert any(
        "标题写了两次（前一次在第 3 行）" in said for row, _, said in told if row == last - 1
    )
    assert any("没有项目" in said for row, _, said in told if row == last)
    assert len(told) == 11


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*settings.NAMES.values(), "", "步行", "【必填】"]), st.text(max_size=9)
        ),
        max_size=5,
    )
)
def test_any_text_in_any_cell_is_understood_or_told(rows):
    cells = np.array([(name, text, "") for name, text in rows] or [("", "", "")], object)
    _, values, faults = _values(cells)
    told = [fault.row for fault in faults]
    for number, (name, text) in enumerate(rows, 1):
        keys = [key for key, known_as in settings.NAMES.items() if known_as == name]
        assert not text or number in told or keys[0] in values
    assert len(told) == len(set(told))


def test_what_contradicts_itself_is_told_in_the_words_of_the_sheet(filled):
    set_up(filled, 新增网点数=2, 目标覆盖率="90%", 路网文件="路网.npz", 合为一个单元="全县")
    filled.with_name("路网.npz").write_bytes(b"")
    with pytest.raises(InputError) as refused:
        load_plan(filled)
    assert [p.what for p in refused.value.problems] == [
        "县区：合为一个单元 不能与 县区 同时写",
        "街道应恰好写一种来源，现有：街道文件、路网文件",
        "布点应在 新增网点数 与 目标覆盖率 中写一个，现两个都有",
    ]


def test_every_key_of_a_plan_has_one_row():
    from gdcoverage.run.plan import _KEYS

    keys = {(section, key) for section, names in _KEYS.items() for key in names} | {("", "title")}
    # Names are codes too.
    assert set(settings.NAMES) == keys - {("counties", "adcodes")}
    assert (
        len({setting.name for setting in settings.ALL}) == len(settings.ALL) == len(settings.NAMES)
    )


def test_headings_of_the_template_are_understood_as_what_they_are():
    for table, fields, headings in (
        (columns.OUTLETS, columns._OUTLETS, OUTLET_HEADINGS),
        (columns.PEOPLE, columns._PEOPLE, PEOPLE_HEADINGS),
    ):
        found = fields_of([column.heading for column in table], spellings_of(headings))
        assert list(found) == list(fields)


def test_drop_downs_hold_what_the_readers_know(book):
    sheets = openpyxl.load_workbook(book)
    for name, heading, value in (
        ("网点", "状态", "筹建"),
        ("网点", "服务方式", "窗口办,网办,自助办,导办"),
        ("人口", "城乡分类代码", "121"),
    ):
        sheet = sheets[name]
        (letter,) = [cell.column_letter for cell in sheet[1] if cell.value == heading]
        offers = [
            rule.formula1
            for rule in sheet.data_validations.dataValidation
            if f"{letter}2" in rule.sqref
        ]
        assert len(offers) == 1
        assert value in offers[0]
    assert any("GCJ-02" in v.formula1 for v in sheets["设置"].data_validations.dataValidation)


@pytest.mark.parametrize("write", [write_template, write_sample])
def test_nothing_of_the_users_is_written_over(tmp_path, write):
    (tmp_path / "plan.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"已有 plan\.toml"):
        write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.toml"]
    with pytest.raises(InputError, match="是文件"):
        write(tmp_path / "plan.toml")


def test_sample_is_written_with_results_beside_it(tmp_path):
    plan = load_plan(write_sample(tmp_path / "示例"))
    assert plan.outputs.folder == tmp_path / "示例/结果"
    assert plan.outlets.path is not None
    assert plan.outlets.path.read_bytes() == (SAMPLE / "outlets.xlsx").read_bytes()


def test_a_workbook_may_name_a_register_and_a_day_instead_of_its_own_outlets(filled):
    Register(filled.parent / "台账.gpkg", create=True)
    set_up(filled, 网点台账="台账.gpkg", 截至日期=dt.datetime(2025, 6, 30))
    with pytest.raises(InputError, match="“网点”表也有内容，不知道以哪个为准"):
        load_plan(filled)
    book = openpyxl.load_workbook(filled)
    book["网点"].delete_rows(2, book["网点"].max_row)
    book.save(filled)
    asked = load_plan(filled).outlets
    assert asked.path is None
    assert asked.register == str(filled.parent / "台账.gpkg")
    assert asked.as_of == dt.date(2025, 6, 30)


def test_workbook_without_settings_is_no_plan(tmp_path):
    openpyxl.Workbook().save(tmp_path / "网点.xlsx")
    shutil.copy(SAMPLE / "outlets.xlsx", tmp_path / "o.xlsx")
    for name in ("网点.xlsx", "o.xlsx"):
        with pytest.raises(InputError, match="没有“设置”工作表"):
            load_plan(tmp_path / name)
