"""What every form of a report says of outlets in doubt, and of what was understood of the files."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import openpyxl
import pytest

import worlds
from gdcoverage.assessment import assess
from gdcoverage.emap import build_index_map, build_map, build_public_map
from gdcoverage.files import Source
from gdcoverage.findings import Coverage, Doubt
from gdcoverage.gaps import find_gaps
from gdcoverage.outlets.datum_fit import DatumFit
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from gdcoverage.problems import Problem
from gdcoverage.report import (
    FileRead,
    Report,
    account_page,
    csv_text,
    json_text,
    report_text,
    write_workbook,
)
from gdcoverage.report._account import DoubtfulRow, account_sections
from gdcoverage.report._doubt import doubt_box, doubt_line, read_first
from gdcoverage.tables import Reading
from gdcoverage.tables.account import Account, TableRead
from known import known

BOX = "存疑网点影响结论"
HOSTILE = "<script>alert(1)</script>支行"
COLUMNS = (("网点名称", "名称"), ("状态", "状态"))
ACCOUNT = Account(
    (
        TableRead("表1", 3, 12, True, "表头有名称与坐标", 9, COLUMNS, ("备注<b>",)),
        TableRead("表2", 1, 5, True, "表头有名称与坐标", 4, COLUMNS, ("备注<b>",)),
        TableRead("统计", 0, 0, False, "没有逐个网点"),
    ),
    (("在营", 9), ("存疑", 4), ("未计入", 2)),
    data_date="2025-06",
    date_from="标题行",
)


def doubted(row: int, reason: str = "该行被隐藏", sheet: str = "表1") -> Problem:
    return Problem("doubt_hidden", reason, "请写明状态", "warning", "网点.xlsx", sheet, row)


def reading_of(rows, problems=(), account=ACCOUNT, role="网点") -> Reading:
    """Outlets of sheets and rows, with a status each."""
    frame = worlds.outlets([(0, 0)] * len(rows), [status for *_, status in rows]).assign(
        source_sheet=[sheet for sheet, *_ in rows],
        source_row=[row for _, row, _ in rows],
        name=[f"第{row}支行" for _, row, _ in rows],
    )
    return Reading(frame, tuple(problems), Source(role, "网点.xlsx", "ab" * 32), account)


@pytest.fixture(scope="module")
def lattice(tmp_path_factory):
    return worlds.lattice(tmp_path_factory.mktemp("doubt"), 11, 11, 200.0)


@pytest.fixture(scope="module")
def coverage(lattice) -> Coverage:
    """Half the people beside an outlet, three tenths beside one in doubt, the rest by neither."""
    people = worlds.demand([(100, 0), (2000, 1900), (0, 2000)], [500, 300, 200])
    outlets = worlds.outlets([(0, 0), (2000, 2000)], ["active", "unknown"])
    return assess(outlets, people, lattice, counties=one_county("甲县", people))


@pytest.fixture(scope="module")
def report(coverage) -> Report:
    made = Report("示例", coverage, find_gaps(coverage), (), (), "0.1.0", "2026-01-02")
    files = (FileRead.of(reading_of([("表1", 3, "active"), ("表1", 4, "unknown")]), 3),)
    metres = {"gcj02": np.array([1.0, 2.0, 9.0]), "wgs84": np.array([50.0] * 3)}
    fit = DatumFit("gcj02", metres, np.array([[9.0], [12.0]]))
    return replace(made, data_date="2025-06", files=files, fits=(fit,))


@pytest.fixture(scope="module")
def mild(report, lattice) -> Report:
    """The one in doubt serves one of 401: a quarter of a point."""
    people = worlds.demand([(100, 0), (2000, 1900)], [400, 1])
    outlets = worlds.outlets([(0, 0), (2000, 2000)], ["active", "unknown"])
    found = assess(outlets, people, lattice, counties=one_county("甲县", people))
    return replace(report, coverage=found, gaps=find_gaps(found))


# Two answers: a box before everything ----------------------------------------------------------


def test_the_box_tells_how_many_both_rates_and_what_to_do():
    assert doubt_box(Doubt(3, 0.5, 0.8)) == [
        "存疑网点 3 个，状态无法判断，未计入覆盖。",
        "覆盖率：都不计入 50.0%，全部计入 80.0%，相差 30.00 个百分点。",
        "请看「读表说明」，在原表或读表约定里写明这些网点的状态后重新运行。",
    ]
    of_several = doubt_box(Doubt(3, 0.5, 0.501, ("甲县", "乙县")))
    assert "相差超过 0.5 个百分点的县区：甲县、乙县。" in of_several
    assert doubt_box(Doubt(0, 0.5, 0.8))[0].startswith("县区界外有存疑网点，")


@pytest.mark.parametrize("width", [60, 100])
def test_the_text_begins_with_it(report, width):
    lines = report_text(report, width).splitlines()
    assert lines[0].startswith(f"┏━ {BOX} ━")
    end = next(i for i, line in enumerate(lines) if line.startswith("┗"))
    assert lines[end + 2].startswith("甲县：常住人口 1,000 人，达标 500 人，")
    boxed = "".join(line.strip("┃ ") for line in lines[1:end])
    assert boxed == "".join(doubt_box(known(report.doubt)))


def test_the_first_sheet_has_it_in_red(report, tmp_path):
    for name, files in (("读表说明", report.files), ("汇总", ())):
        write_workbook(replace(report, files=files), tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
        assert sheet.title == name
        said = [sheet.cell(row, 1) for row in range(1, 5)]
        assert [cell.value for cell in said] == [BOX, *doubt_box(known(report.doubt))]
        assert {cell.font.color.rgb for cell in said} == {"FFC00000"}


def test_the_planners_maps_show_it_and_the_publics_does_not(coverage, report):
    box = [BOX, *doubt_box(known(coverage.doubt()))]
    assert build_map(coverage, report.gaps, title="示例").head["doubt"] == box
    counties = known(coverage.counties).merge(
        report.inside.drop(columns=["county_name", "city"]), left_on="adcode", right_on="county"
    )
    index = build_index_map(
        counties,
        coverage.outlets,
        title="示例",
        standard=Standard(),
        total=dict(report.total),
        box=report.box,
    )
    assert index.head["doubt"] == box
    public = build_public_map(coverage.outlets, coverage.counties, title="示例")
    assert "doubt" not in public.head


def test_the_data_carry_it(report):
    data = json.loads(json_text(report))
    assert data["doubt"] == {
        "outlets": 1, "rate": 0.5, "rate_with_doubtful": 0.8, "matters": True, "counties": []
    }  # fmt: skip
    assert data["counties"][0]["rate_with_doubtful"] == 0.8
    head, row = (line.split(",") for line in csv_text(report).splitlines())
    assert row[head.index("计入存疑网点的覆盖率（%）")] == "80.0"
    assert row[head.index("存疑网点（个）")] == "1"


# One answer: a line ----------------------------------------------------------------------------


def test_a_small_difference_is_one_line(mild, tmp_path):
    text = report_text(mild, 200)
    line = (
        "存疑网点 1 个，状态无法判断，未计入：覆盖率都不计入 99.8%，全部计入 100.0%，"
        "相差 0.25 个百分点；见「读表说明」。"
    )
    assert doubt_line(known(mild.doubt)) == line
    assert text.count(line) == 1
    assert BOX not in text
    assert BOX not in account_page(mild)
    assert line in account_page(mild)
    write_workbook(mild, tmp_path / "a.xlsx")
    first = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert first["A1"].value == "读表说明"
    assert json.loads(json_text(mild))["doubt"]["matters"] is False
    assert build_map(mild.walked, mild.gaps, title="示例").head["doubt"] == []


def test_without_any_nothing_is_said(lattice, tmp_path):
    people = worlds.demand([(100, 0)])
    found = assess(worlds.outlets([(0, 0)]), people, lattice)
    bare = Report("示例", found, find_gaps(found), (), (), "0.1.0", "2026-01-02")
    write_workbook(bare, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    for said in (report_text(bare), csv_text(bare), " ".join(cells)):
        assert "存疑" not in said
    assert json.loads(json_text(bare))["doubt"] is None


# Dates -----------------------------------------------------------------------------------------


def test_the_datas_date_is_theirs_and_the_runs_date_beside_it(report, tmp_path):
    assert "数据截至 2025-06，生成日期 2026-01-02" in report_text(report)
    unknown = replace(report, data_date="未知")
    assert "数据截至 未知，生成日期 2026-01-02" in report_text(unknown)
    data = json.loads(json_text(report))
    assert (data["data_date"], data["made_on"]) == ("2025-06", "2026-01-02")
    write_workbook(report, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["输入与参数"]
    rows = {row[0].value: row[1].value for row in sheet.iter_rows(max_col=2)}
    assert (rows["数据截至"], rows["生成日期"]) == ("2025-06", "2026-01-02")


# 读表说明 ---------------------------------------------------------------------------------------


def test_every_row_in_doubt_is_told_with_its_name_and_reason():
    rows = [("表1", 3, "active"), *(("表1", row, "unknown") for row in (4, 5, 7))]
    rows += [("表2", 4, "unknown"), ("表2", 5, "unknown")]
    problems = [doubted(4), doubted(5), doubted(7, "标红"), doubted(9, "重复的行")]
    whole = Problem("doubt_sheet", "整表像是退出名单", "请写明", "warning", "网点.xlsx", "表2")
    read = FileRead.of(reading_of(rows, [*problems, whole]))
    assert [(r.sheet, r.row, r.name, r.reason) for r in read.doubtful] == [
        ("表1", 4, "第4支行", "该行被隐藏"),
        ("表1", 5, "第5支行", "该行被隐藏"),
        ("表1", 7, "第7支行", "标红"),
        ("表1", 9, "", "重复的行"),
        ("表2", 4, "第4支行", "整表像是退出名单"),
        ("表2", 5, "第5支行", "整表像是退出名单"),
    ]
    grid = account_sections([read])[0].grids[-1]
    assert grid.title == "存疑的行（共 6 行）"
    assert [row[:4] for row in grid.rows] == [
        ("表1", "第 4–5 行（共 2 行）", "第4支行、第5支行", "该行被隐藏"),
        ("表1", "第 7 行", "第7支行", "标红"),
        ("表1", "第 9 行", "—", "重复的行"),
        ("表2", "第 4–5 行（共 2 行）", "第4支行、第5支行", "整表像是退出名单"),
    ]


def test_a_row_in_doubt_of_which_nothing_is_said_is_told_all_the_same():
    (row,) = FileRead.of(reading_of([("表1", 8, "unknown")])).doubtful
    assert row == DoubtfulRow("表1", 8, "第8支行", "状态无法判断", "请写明状态")
    wrong = Problem("status_unknown", "状态无法识别", "请填在营", "error", "网点.xlsx", "表1", 8)
    (row,) = FileRead.of(reading_of([("表1", 8, "unknown")], [wrong])).doubtful
    assert row == DoubtfulRow("表1", 8, "第8支行", "状态无法识别", "请填在营")


def test_doubts_about_people_are_named_by_their_rows():
    people = worlds.demand([(0, 0), (9, 9)]).assign(source_row=[2, 3], name=["甲村", "乙村"])
    found = (doubted(3, "人口写了两处", sheet=""),)
    reading = Reading(gpd.GeoDataFrame(people), found, Source("人口", "人口.csv", ""), Account())
    (row,) = FileRead.of(reading).doubtful
    assert (row.row, row.name, row.reason) == (3, "乙村", "人口写了两处")


def facts_of(read: FileRead) -> dict[str, str]:
    return dict(account_sections([read])[0].facts)


def test_what_was_read_stands_beside_the_planners_own_figure():
    outlets = reading_of([("表1", 3, "active"), ("表1", 4, "active"), ("表1", 5, "unknown")])
    said = facts_of(FileRead.of(outlets, 3))
    assert said["读入"] == "在营 9、存疑 4、未计入 2"
    assert said["您的数字"] == "在营 3 个；读入 2 个，读入的比您的少 1 个"
    assert said["数据截至"] == "2025-06（标题行）"
    bare = FileRead.of(replace(outlets, account=Account()))
    assert facts_of(bare)["读入"] == "在营 2、存疑 1"
    assert facts_of(bare)["数据截至"] == "未知"
    assert "您的数字" not in facts_of(bare)
    people = worlds.demand([(0, 0)], [1200.0])
    reading = Reading(people, (), Source("人口", "人口.csv", ""), Account(people=1234.0))
    assert facts_of(FileRead.of(reading, 1000))["您的数字"] == (
        "人口 1,000 人；读入 1,234 人，读入的比您的多 234 人"
    )
    assert facts_of(FileRead.of(reading, 1234))["您的数字"].endswith("一致")
    candidates = FileRead.of(reading_of([("表1", 3, "active")], role="候选点"))
    assert facts_of(candidates)["读入"] == "候选点 1"


def test_sheets_used_and_passed_over_and_what_their_columns_mean():
    tables, columns = account_sections([FileRead.of(reading_of([("表1", 3, "active")]))])[0].grids
    assert tables.rows == [
        ("表1", "3–12", "采用", "表头有名称与坐标", "9"),
        ("表2", "1–5", "采用", "表头有名称与坐标", "4"),
        ("统计", "—", "未采用", "没有逐个网点", "—"),
    ]
    assert columns.rows == [
        ("表1、表2", "网点名称", "名称"),
        ("表1、表2", "状态", "状态"),
        ("表1、表2", "备注<b>", "未使用"),
    ]


def test_the_datum_is_told_with_its_evidence(report):
    section = account_sections(report.files, report.fits)[-1]
    assert section.title == "坐标系的依据"
    assert "3 个网点，不足 8 个，不足以判断" in section.grids[0].title
    assert section.grids[0].rows == [
        ("GCJ-02（高德、腾讯）", "2.0 米", "计划所写"),
        ("WGS-84（GPS、OpenStreetMap）", "50.0 米", ""),
    ]
    assert len(account_sections(report.files, None)) == 1


class Page(HTMLParser):
    """Tags, and texts one after the other."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    def handle_data(self, data):
        self.texts += data


def test_the_page_is_safe_whatever_names_say_and_needs_nothing(report):
    row = DoubtfulRow(HOSTILE, 3, HOSTILE, HOSTILE, HOSTILE)
    file = replace(
        report.files[0],
        source=Source("网点", HOSTILE, ""),
        counts=((HOSTILE, 1),),
        account=replace(ACCOUNT, data_date=HOSTILE, date_from=HOSTILE),
        doubtful=(row,),
    )
    named = replace(report, title=HOSTILE, data_date=HOSTILE, files=(file,))
    page = Page(account_page(named))
    assert not page.tags & {"script", "b", "img", "link", "iframe"}
    assert page.texts.count(HOSTILE) >= 9
    assert "备注<b>" in page.texts


def test_the_workbooks_sheet_says_what_the_page_says(report, tmp_path):
    write_workbook(report, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    page = Page(account_page(report)).texts
    for section in account_sections(report.files, report.fits):
        told = {section.title, *(text for fact in section.facts for text in fact)}
        for grid in section.grids:
            told |= {grid.title, *grid.headings, *(text for row in grid.rows for text in row)}
        assert told - {""} <= cells
        assert all(text in page for text in told)
    assert sheet.page_setup.paperSize == 9


def test_a_county_among_others_points_to_where_it_is_told(report, tmp_path):
    county = replace(report, files=(), read_at="见上两级文件夹")
    assert "读表说明：见上两级文件夹" in report_text(county)
    write_workbook(county, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "读表说明" not in book.sheetnames
    above = [book["汇总"].cell(row, 1).value for row in range(1, 12)]
    assert "读表说明：见上两级文件夹" in above


def test_like_problems_are_one_line_of_the_text_and_a_row_each_of_the_workbook(report, tmp_path):
    many = (*map(doubted, (*range(3, 21), 25)), doubted(4, "标红"))
    troubled = replace(report, problems=many)
    text = report_text(troubled, 200)
    assert "第 3–20、25 行（共 19 行）" in text
    assert "数据问题：错误 0 条，提醒 20 条。" in text
    assert "其余" not in text
    write_workbook(troubled, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["数据问题"]
    assert sheet.max_row == 2 + 20


def test_a_datum_that_does_not_fit_is_read_first_too(report):
    wrong = Problem("datum_doubtful", "多半是 GCJ-02", "请改正", "warning", file="网点.xlsx")
    told = "网点.xlsx：多半是 GCJ-02。请改正。"
    both = replace(report, problems=(*report.problems, wrong))
    assert both.box == (BOX, *doubt_box(known(report.doubt)), told)
    assert read_first(None, [wrong]) == ("坐标系可能写错，结论可能不对", told)
    assert read_first(None, [replace(wrong, kind="other")]) == ()
    assert told in report_text(both, 200)
    assert told in account_page(both)
    head = build_map(report.coverage, report.gaps, title="示例", box=both.box).head
    assert head["doubt"] == list(both.box)
