import json
from dataclasses import replace

import pandas as pd
import pytest
import shapely

import worlds
from browser import chromium, opened
from gdcoverage.assessment import assess
from gdcoverage.emap import build_map, write_map
from gdcoverage.emap._planner import alternative_marks, layer_styles
from gdcoverage.gaps import find_gaps
from gdcoverage.places.counties import one_county
from gdcoverage.report import (
    Report,
    alternative_lines,
    json_text,
    report_text,
    siting_lines,
    write_workbook,
)
from gdcoverage.run.outputs import layers
from gdcoverage.sites import Terms, alternatives, make_siting


@pytest.fixture(scope="module")
def coverage(tmp_path_factory):
    """A lattice 4 km across; an outlet in one corner, people in all four."""
    network = worlds.lattice(tmp_path_factory.mktemp("siting"), 21, 21, 200.0)
    demand = worlds.demand([(0, 0), (4000, 0), (0, 4000), (4000, 4000)], [100, 900, 500, 300])
    counties = one_county("示例县", demand)
    return assess(worlds.outlets([(200, 0)]), demand, network, counties=counties)


@pytest.fixture(scope="module")
def siting(coverage):
    candidates = worlds.outlets([(3800, 0), (0, 3800), (3800, 4000), (2000, 2000)])
    candidates = candidates.drop(columns="status").rename(columns={"outlet_id": "candidate_id"})
    terms = Terms(add=2, frontier=4, alternatives=2)
    return make_siting(coverage, terms, candidates)


@pytest.fixture(scope="module")
def report(coverage, siting):
    gaps = find_gaps(coverage)
    return Report("示例", coverage, gaps, (), (), "0", "2024-06-14", siting=siting)


def test_two_sites_go_where_most_people_are(siting):
    assert siting.plan.sites["candidate_id"].tolist() == ["W0", "W1"]
    assert siting.plan.population == 1400
    assert siting.plan.gap == 0
    assert siting.plan.rate_after == pytest.approx(1500 / 1800)
    assert siting.frontier.points["population"].tolist() == [0, 900, 1400, 1700, 1700]
    assert siting.exits["population"].tolist() == [100]


def test_text_says_what_to_build_and_that_it_is_proved(report):
    text = report_text(report)
    assert "建议新增 2 个网点，新增达标 1,400 人" in text
    assert "已证明" in text
    assert "退出影响最大的网点：第0支行 100 人" in text


def test_workbook_has_the_sheets_planners_ask_for(report, tmp_path):
    write_workbook(report, tmp_path / "r.xlsx")
    sheets = pd.read_excel(tmp_path / "r.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert {"布点建议", "银行占比", "覆盖—投入曲线", "备选方案", "退出影响"} <= set(sheets)
    assert "新增达标人口" in sheets["布点建议"].to_string()


def test_json_carries_the_plan_and_its_proof(report):
    data = json.loads(json_text(report))["siting"]
    assert [site["population"] for site in data["sites"]] == [900, 500]
    assert (data["gap"], data["bound"]) == (0, 1400)


def test_json_carries_the_frontier_and_each_alternative_with_its_sites(report):
    data = json.loads(json_text(report))["siting"]
    assert [point["population"] for point in data["frontier"]] == [0, 900, 1400, 1700, 1700]
    best, *others = data["alternatives"]
    assert (best["plan"], best["population"], best["gap"]) == (0, 1400, 0)
    assert [site["candidate_id"] for site in best["sites"]] == ["W0", "W1"]
    assert {"name", "bank", "lon", "lat", "population"} <= set(best["sites"][0])
    assert all({s["candidate_id"] for s in plan["sites"]} != {"W0", "W1"} for plan in others)


def test_text_workbook_and_map_tell_where_the_sites_of_alternatives_are(
    report, siting, coverage, tmp_path
):
    text = report_text(report).replace("\n", "")
    assert "且相距 500 米以上" in text
    assert "备选方案 1：新增达标" in text or "没有符合条件的备选方案" in text
    wide = replace(siting, alternatives=alternatives_of(coverage, within=0.5))
    others = wide.alternatives.sites[~wide.alternatives.sites["in_best"]]
    assert (others["apart_m"] >= 500).any()
    said = "\n".join(alternative_lines(wide.alternatives))
    for site in others.itertuples():
        assert f"高德（GCJ-02） {site.gcj02_lon:.6f},{site.gcj02_lat:.6f}" in said
        assert f"第{site.candidate_id[1:]}支行（{site.candidate_id}" in said
    write_workbook(replace(report, siting=wide), tmp_path / "r.xlsx")
    sheet = pd.read_excel(tmp_path / "r.xlsx", "备选方案网点", header=None, engine="openpyxl")
    assert set(others["candidate_id"]) <= set(sheet.to_numpy().ravel())
    marks = alternative_marks(wide.alternatives)
    assert len(marks) == others["candidate_id"].nunique()
    assert any(label == "高德坐标（GCJ-02）" for label, _ in marks[0]["facts"])
    drawn = layers(coverage, report.gaps, wide)["alternatives"]
    assert len(drawn) == len(wide.alternatives.sites)
    keys = [style["key"] for style in layer_styles(coverage, wide)]
    assert keys.index("alternatives") < keys.index("sites")
    alone = replace(wide, alternatives=None)
    assert "alternatives" not in [style["key"] for style in layer_styles(coverage, alone)]


def alternatives_of(coverage, **terms):
    candidates = worlds.outlets([(3800, 0), (0, 3800), (3800, 4000), (2000, 2000)])
    candidates = candidates.drop(columns="status").rename(columns={"outlet_id": "candidate_id"})
    return alternatives(coverage, candidates, Terms(add=2, alternatives=2, **terms))


def lines_of(coverage, spots, terms):
    candidates = worlds.outlets(spots).drop(columns="status")
    return siting_lines(make_siting(coverage, terms, candidates))


def test_no_proof_is_claimed_where_nothing_could_be_chosen(coverage):
    for spots, reason in (([], "没有候选点"), ([(200, 200)], "全部用上也不够")):
        said = "".join(lines_of(coverage, spots, Terms(add=2)))
        assert reason in said
        assert "不建议新增网点" in said
        assert "已证明" not in said
        assert "全部用上也不够" in "".join(lines_of(coverage, [(200, 200)], Terms(target=0.9)))


def test_lines_name_what_keeps_the_target_out_of_reach(coverage):
    corners = [(3800, 0), (0, 3800), (3800, 4000)]
    said = "".join(lines_of(coverage, corners, Terms(target=0.9, forbidden=["W0"])))
    assert "受禁选候选点限制" in said
    assert "全部用上" not in said
    said = "".join(lines_of(coverage, corners, Terms(target=0.9, bank_caps={"": 2})))
    assert "受银行上限限制" in said
    assert "全部用上" not in said


def test_candidates_in_excluded_areas_are_counted(coverage):
    area = shapely.box(*worlds.degrees(3700, -100), *worlds.degrees(3900, 100))
    said = lines_of(coverage, [(3800, 0), (0, 3800)], Terms(add=1, excluded=area))
    assert "候选点 2 个，来自候选点表；其中 1 个位于不布点区域，不予考虑。" in said


def test_people_in_reach_of_two_outlets_are_told_in_text_workbook_and_json(coverage, tmp_path):
    candidates = worlds.outlets([(3800, 0), (3600, 0), (0, 200)]).drop(columns="status")
    siting = make_siting(coverage, Terms(add=3, then="two_outlets"), candidates)
    report = Report("示例", coverage, find_gaps(coverage), (), (), "0", "2024-06-14", siting=siting)
    told = "有两个及以上网点可用的人口由 0 人增至 1,000 人"
    assert told in report_text(report).replace("\n", "")
    data = json.loads(json_text(report))["siting"]["two_outlets"]
    assert (data["before"], data["after"], data["bound"], data["gap"]) == (0, 1000, 1000, 0)
    write_workbook(report, tmp_path / "r.xlsx")
    sheet = pd.read_excel(tmp_path / "r.xlsx", "布点建议", header=None, engine="openpyxl")
    assert told in "".join(sheet[0].astype(str))


def test_locations_are_generated_without_a_table(coverage):
    made = make_siting(coverage, Terms(add=3, frontier=0, alternatives=0, generate=40))
    assert made.generated
    assert made.plan.rate_after == 1.0
    assert made.frontier is None


@pytest.mark.browser
def test_map_shows_recommended_sites_as_stars(report, tmp_path):
    emap = build_map(report.coverage, report.gaps, title="示例", siting=report.siting)
    write_map(emap, tmp_path / "m.html")
    with chromium() as browser:
        found = opened(browser, tmp_path / "m.html")
        assert found.complaints == []
        assert found.page.locator('[data-layer="sites"]').is_checked()
        count = found.page.evaluate("emap.layers.sites.getLayers().length")
    assert count == 2


def test_a_search_that_the_clock_ended_is_told(report):
    text, plan = report_text(report), report.siting.plan
    assert "重新计算，结果可能不同" not in text
    assert "stopped_by_clock" not in json.loads(json_text(report))["siting"]
    further = report.siting.alternatives
    stopped = replace(further, plans=further.plans.assign(status="clock"))
    for changed in ({"plan": replace(plan, status="clock")}, {"alternatives": stopped}):
        late = replace(report, siting=replace(report.siting, **changed))
        assert "求解用时远超时限，已提前停止；用 --fresh 重新计算，结果可能不同。" in report_text(
            late
        )
        assert json.loads(json_text(late))["siting"]["stopped_by_clock"] is True
