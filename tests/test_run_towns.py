"""Plans with towns, quotas and a service asked about: of one county, of one unit, of several."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import worlds
from gdcoverage.problems import InputError
from gdcoverage.run import How, load_plan, make_report, read_inputs, run_plan
from test_supervision import blocks_of
from three_counties import SIDE, write_plan

DATE = "2026-06-14"


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Three counties; a town in the west of the first, one across the border to the second."""
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", sites=False, people=40)
    boxes = [(0, 0, SIDE / 2, SIDE), (SIDE / 2, 0, SIDE * 1.5, SIDE)]
    shapes = [shapely.box(*worlds.degrees(a, b), *worlds.degrees(c, d)) for a, b, c, d in boxes]
    towns = gpd.GeoDataFrame({"镇街": ["西镇", "跨界镇"], "代码": [990101101.0, 990101102.0]},
                             geometry=shapes, crs=4326)  # fmt: skip
    towns.to_crs(4547).to_file(path.parent / "towns.gpkg")
    quotas = {"县区": ["西县", 990102], "城乡类别": ["城区", "乡村"], "计划数": [2, 1]}
    pd.DataFrame(quotas).to_csv(path.parent / "quotas.csv", index=False)
    text = path.read_text(encoding="utf-8")
    more = '[places]\ntowns = "towns.gpkg"\n[quotas]\ntable = "quotas.csv"\n'
    path.write_text(text + more, encoding="utf-8")
    return path


def test_towns_of_several_counties_sum_to_each(plan):
    report = run_plan(load_plan(plan), DATE, How(workers=1, only_numbers=True)).report
    table = report.town_table
    sums = table.groupby("county")["population"].sum()
    counties = report.counties.set_index("county")["population"]
    pd.testing.assert_series_equal(sums, counties.sort_index(), check_names=False)
    # What lies across the border counts over there, under its own name.
    assert set(table.loc[table["county"] == "990102", "town_label"]) == {"跨界镇", "未归入镇街"}
    assert table.loc[table["county"] == "990103", "town_label"].tolist() == ["未归入镇街"]
    quotas = report.quota_table.dropna(subset=["planned"])
    assert quotas["county_name"].tolist() == ["西县", "中县"]
    assert (quotas["missing"] == (quotas["planned"] - quotas["present"]).clip(lower=0)).all()
    assert [source.role for source in report.sources][-2:] == ["镇街", "网点配额"]


def test_the_provinces_map_lists_and_draws_the_towns_of_all_counties(plan):
    report = run_plan(load_plan(plan), DATE, How(workers=1)).report
    results = plan.parent / "results"
    blocks = blocks_of(results / "地图.html")
    head, planner = (json.loads(blocks[name]) for name in ("head", "planner"))
    names = {town["name"] for town in planner["towns"]}
    # A town across a border is one of each county.
    assert names == {"西县西镇", "西县跨界镇", "中县跨界镇"}
    drawn = {town["style"] for town in planner["towns"] if town["area"]}
    styles = {style["key"] for style in head["styles"]}
    assert drawn
    assert {style for style in styles if style.startswith("town_")} == drawn
    told = sum(town["missed"] for town in planner["towns"])
    table = report.town_table
    missed = table.loc[table["town_id"] != "", "uncovered_population"].sum()
    assert told == pytest.approx(missed, abs=3)
    # What the file of towns was read as is said where that of the others is.
    account = (results / "读表说明.html").read_text(encoding="utf-8")
    assert "镇街：towns.gpkg" in account
    assert "镇街 2、有界线 2" in account


def test_where_nothing_tells_towns_there_is_no_table_of_them(plan):
    text = plan.read_text(encoding="utf-8").partition("[places]")[0]
    numbers = How(workers=1, only_numbers=True)
    run_plan(load_plan(plan), DATE, numbers)
    results = plan.parent / "results"
    assert (results / "镇街.csv").exists()
    plan.write_text(text, encoding="utf-8")
    written = run_plan(load_plan(plan), DATE, How(workers=1)).written
    assert not [path for path in written.files if path.name == "镇街.csv"]
    # That of the run before is put aside.
    assert not (results / "镇街.csv").exists()
    assert not list(results.glob("县区/*/镇街.csv"))


@pytest.mark.parametrize(
    "counties", ['names = ["西县"]\npath = "counties.geojson"', 'single = "三县"']
)
def test_towns_of_one_county_and_of_one_unit(plan, counties):
    text = plan.read_text(encoding="utf-8").replace('path = "counties.geojson"', counties)
    if "single" in counties:
        text = text.partition("[quotas]")[0]
    plan.write_text(text, encoding="utf-8")
    report = run_plan(load_plan(plan), DATE, How(workers=1, only_numbers=True)).report
    told = report.town_table.groupby("town_label")["population"].sum()
    assert told["西镇"] > 0
    assert told["跨界镇"] > 0
    assert told.sum() == report.total["population"]


def test_a_service_asked_about_is_checked_with_the_plan(plan):
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text + '[sites]\nadd = 1\nitem = "医保"\nwhen = "改天"\n', encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_plan(plan)
    assert [problem.what.partition("，")[0] for problem in error.value.problems] == [
        "[sites] item 没有业务事项“医保”",
        "[sites] when 看不懂时段“改天”",
    ]


def test_sites_for_a_service_answer_for_those_whom_no_outlet_offers_it(plan):
    """All outlets together leave fewer people than those that are open on Saturdays."""
    outlets = plan.parent / "outlets.csv"
    hours = ["周六 9:00-12:00", *["周一至周五 9:00-17:00"] * 4]
    pd.read_csv(outlets, dtype=str).assign(营业时间=hours).to_csv(outlets, index=False)
    asked = '[sites]\nadd = 1\nfrontier = 0\nalternatives = 0\ngenerate = 20\nwhen = "星期六"\n'
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text + asked, encoding="utf-8")
    loaded = load_plan(plan)
    report = make_report(loaded, read_inputs(loaded), DATE, county="990101")
    assert report.siting is not None
    assert report.siting.service == "不限事项·不限方式·星期六"
    rate = report.coverage.of(when="星期六")["rate"].iloc[0]
    assert report.siting.plan.rate_before == pytest.approx(rate)
    assert rate < report.total["rate"]
    # Of the outlets in service only W0 can be missed.
    exits = report.siting.exits
    assert exits["outlet_id"].tolist() == ["W0"]
