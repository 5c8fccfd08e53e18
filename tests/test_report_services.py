"""Services, towns and quotas in text, workbook, CSV and JSON."""

import json

import openpyxl
import pandas as pd
import pytest

import worlds
from gdcoverage.assessment import assess
from gdcoverage.gaps import find_gaps
from gdcoverage.places.assign_towns import assign_towns
from gdcoverage.places.towns import read_towns
from gdcoverage.report import (
    Report,
    json_text,
    report_text,
    write_services,
    write_towns,
    write_workbook,
)
from test_places_towns import COUNTIES, people
from test_services import OFFICE, SATURDAY, offering


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Two counties of 2 km; an outlet does pensions on weekdays, one everything on Saturday."""
    streets = worlds.lattice(tmp_path_factory.mktemp("streets"), 9, 9, 500.0)
    spots = [(0, 0), (1500, 1500), (0, 2000)]
    outlets = offering(
        worlds.outlets(spots),
        [["pension"], ["pension", "work_injury", "unemployment", "social_card"], []],
        [["window"], ["window"], ["online"]],
        [OFFICE, SATURDAY, "看门口"],
    ).assign(bank="农商银行", county="441324")
    demand = people(
        [(0, 0), (1500, 1500), (3900, 0), (1000, 0)],
        ["441324", "441324", "441322", "441324"],
        population=[100.0, 200.0, 400.0, 50.0],
        name=["上村", "下村", "河村", "中村"],
        town_name=["永汉镇", "龙华镇", "罗阳街道", ""],
    )
    listed = pd.DataFrame({"code": ["441324101", "441324105"], "name": ["永汉镇", "平陵街道"]})
    towns = read_towns(listed, COUNTIES).frame
    demand, outlets, _ = assign_towns(demand, outlets, towns)
    coverage = assess(outlets, demand, streets, counties=COUNTIES)
    quotas = pd.DataFrame(
        {"county": ["441324"], "settlement": ["urban"], "kind": ["any"], "planned": [5.0]}
    )
    said = ("示例", coverage, find_gaps(coverage), (), (), "0.1.0", "2026-01-02")
    return Report(*said, towns=towns, quotas=quotas)


def test_text_shows_the_services_most_asked_for_then_the_worst(report):
    text = report_text(report)
    rows = [line.split() for line in text.splitlines() if " 窗口办 " in line]
    assert [row[:6] for row in rows[:5]] == [
        ["基本养老保险", "窗口办", "不限时段", "2", "350", "46.7%"],
        ["工伤保险", "窗口办", "不限时段", "1", "200", "26.7%"],
        ["失业保险", "窗口办", "不限时段", "1", "200", "26.7%"],
        ["社会保障卡", "窗口办", "不限时段", "1", "200", "26.7%"],
        ["社会保障卡", "窗口办", "星期六", "1", "200", "26.7%"],
    ]
    assert rows[5][:4] == ["基本养老保险", "窗口办", "工作日", "1"]
    assert "96 种组合中，86 种没有网点能办" in text
    assert "有 1 个在营网点没有写明" in text


def test_text_names_towns_without_outlets_and_what_is_planned(report):
    text = report_text(report, width=200)
    assert "没有在营网点的 2 个（博罗县罗阳街道、龙门县平陵街道）" in text
    assert "无人达标的 1 个（博罗县罗阳街道）" in text
    assert "未归入镇街：50 人，单列一行。" in text
    assert "村居（居民点）：有人口的 3 个，无人达标的 1 个，400 人" in text
    assert "网点配额：龙门县城区网点计划 5 个，现有 3 个，缺 2 个。" in text


def test_services_of_all_counties_are_those_of_each_together(report):
    table = report.services
    total = report.all_services
    assert len(table) == 3 * 96
    assert len(total) == 96
    parts = table[table["county"] != ""].groupby(["item", "mode", "when"], sort=False)
    for column in ("outlets", "population", "covered_population", "unsaid_outlets"):
        assert parts[column].sum().tolist() == total[column].tolist()
    headline = report.total["rate"]
    assert (headline - total["rate"]).tolist() == pytest.approx(total["below_headline"].tolist())
    one = report.for_county("441324")
    assert len(one.services) == len(one.all_services) == 96


def test_sheets_and_files(report, tmp_path):
    write_workbook(report, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    rows = {
        name: list(book[name].iter_rows(values_only=True))
        for name in ("事项与时段", "服务未写明网点", "镇街", "无人达标村居", "网点配额")
    }
    assert rows["事项与时段"][-1][:5] == ("", "合计", "社会保障卡", "导办", "星期日")
    assert rows["服务未写明网点"][-1][0] == "W2"
    assert "业务事项、营业时间" in rows["服务未写明网点"][-1]
    assert [row[3] for row in rows["镇街"][3:]] == [
        *("罗阳街道", "龙华镇", "永汉镇", "平陵街道", "未归入镇街")
    ]
    assert rows["无人达标村居"][-1][:5] == ("博罗县", "罗阳街道", "", "河村", 400)
    assert ("龙门县", "城区", "网点", 5, 3, 2) in rows["网点配额"]
    assert ("龙门县", "乡村", "窗口办", "—", 0, "—") in rows["网点配额"]
    write_services(report, tmp_path / "s.csv")
    write_towns(report, tmp_path / "t.csv")
    services = pd.read_csv(tmp_path / "s.csv")
    assert len(services) == 3 * 96
    assert services.loc[96 + 0, "覆盖率（%）"] == 100.0
    towns = pd.read_csv(tmp_path / "t.csv")
    assert towns["人口（人）"].sum() == 750
    assert towns.set_index("镇街").loc["永汉镇", "各银行网点"] == "农商银行 1"


def test_json_has_keys_for_programs(report):
    data = json.loads(json_text(report))
    first = data["services"][96]
    assert (first["county"], first["item"], first["mode"], first["when"]) == (
        *("441324", "pension", "window"),
        "any",
    )
    assert first["covered_population"] == 350
    assert data["unsaid_services"] == [
        {"outlet_id": "W2", "county": "441324", "unsaid": "业务事项、营业时间"}
    ]
    assert [town["town_label"] for town in data["towns"]][:2] == ["罗阳街道", "龙华镇"]
    assert data["villages_without"][0]["village_label"] == "河村"
    assert data["quotas"][0]["planned"] == 5


def test_where_nothing_is_said_a_line_says_so(report, tmp_path):
    bare = report.coverage.outlets.drop(columns=["pension", "window", "online"]).assign(
        work_injury=False, unemployment=False, social_card=False
    )
    coverage = type(report.coverage)(**{**vars(report.coverage), "outlets": bare})
    silent = Report("示例", coverage, report.gaps, (), (), "0.1.0", "2026-01-02")
    assert "网点表没有写业务事项和服务方式" in report_text(silent)
    assert silent.services.empty
    write_services(silent, tmp_path / "s.csv")
    assert len(pd.read_csv(tmp_path / "s.csv")) == 0
    assert json.loads(json_text(silent))["services"] == []
