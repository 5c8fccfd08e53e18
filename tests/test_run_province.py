"""Several counties in one run: each as if alone, put together, done again only where needed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gdcoverage.assessment import assess
from gdcoverage.files import sha256
from gdcoverage.outlets.datum_fit import DATUM_DOUBTFUL
from gdcoverage.problems import InputError, Problem
from gdcoverage.run import How, load_plan, make_report, read_inputs, read_network, run_plan
from gdcoverage.run.province import _said
from known import known
from three_counties import ADCODES, files_of, write_plan

DATE = "2026-06-14"
HERE = How(workers=1)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A plan, run in this process, and what came of it."""
    path = write_plan(tmp_path_factory.mktemp("province"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GDCOVERAGE_CACHE", str(path.parent / "cache"))
        return path, run_plan(load_plan(path), DATE, HERE)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Each test finds for itself what it compares."""
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


# One county alone, and all together -----------------------------------------------------------


@pytest.mark.parametrize("adcode", ADCODES)
def test_a_county_alone_equals_the_county_in_the_province(finished, adcode, tmp_path):
    path, ran = finished
    plan = load_plan(path)
    alone = replace(plan, counties=replace(plan.counties, adcodes=(adcode,)))
    demand = ran.report.coverage.demand
    together = demand[demand["county"] == adcode].set_index("demand_id")
    report = make_report(alone, read_inputs(alone), DATE)
    one = report.coverage.demand
    one = one[one["county"] == adcode].set_index("demand_id")
    columns = [
        "covered",
        "outlet_id",
        "distance_m",
        "walk_m",
        "radius_m",
        "covering_outlets",
        "status",
    ]
    pd.testing.assert_frame_equal(one[columns], together[columns])
    row = ran.report.counties.set_index("county").loc[adcode]
    own = report.counties.set_index("county").loc[adcode]
    assert own.drop("city").to_dict() == pytest.approx(row.drop("city").to_dict(), nan_ok=True)


def test_the_province_equals_an_assessment_of_everything_at_once(finished):
    path, ran = finished
    plan = load_plan(path)
    inputs = read_inputs(plan)
    whole = assess(
        inputs.outlets.frame,
        inputs.demand.frame,
        read_network(plan),
        plan.standard,
        inputs.counties,
    )
    once = whole.demand.set_index("demand_id")
    joined = ran.report.coverage.demand.set_index("demand_id").loc[once.index]
    # Who lies far from every county has no streets in either.
    for column in ("covered", "outlet_id", "walk_m", "radius_m", "covering_outlets"):
        pd.testing.assert_series_equal(joined[column], once[column])
    by_id = dict(
        zip(whole.outlets["outlet_id"], (whole.covers.T @ once["population"]), strict=True)
    )
    table = ran.report.outlet_table().set_index("outlet_id")["covered_population"]
    assert table.to_dict() == pytest.approx(by_id)


def test_totals_reconcile_and_nobody_is_lost(finished):
    path, ran = finished
    people = pd.read_csv(path.parent / "people.csv")["常住人口"].sum()
    counties = ran.report.counties
    assert counties["population"].sum() == people == ran.report.total["population"]
    assert ran.report.coverage.demand["demand_id"].is_unique
    assert counties["county"].tolist() == [*ADCODES, ""]
    assert counties["covered_population"].sum() == ran.report.total["covered_population"]
    outside = [p for p in ran.report.problems if p.kind == "demand_outside"]
    assert len(outside) == 2


def test_outlets_across_the_border_serve_and_keep_their_county(finished):
    path, _ = finished
    west = gpd.read_parquet(path.parent / "results/县区/990101_西县/网点.parquet")
    assert {"W0", "W1", "W2"} <= set(west["outlet_id"])
    assert west.set_index("outlet_id")["county"]["W2"] == "990102"
    demand = gpd.read_parquet(path.parent / "results/县区/990101_西县/需求点.parquet")
    assert (demand["outlet_id"] == "W2").any()


def test_sites_are_recommended_to_each_county_and_keep_their_promise(finished):
    path, ran = finished
    sites = ran.report.county_sites
    assert set(sites["asked_by"]) <= set(ADCODES)
    assert (sites.groupby("asked_by").size() <= 2).all()
    data = json.loads((path.parent / "results/县区/990103_东县/汇总.json").read_text("utf-8"))
    promised = data["siting"]["rate_after"]
    plan = load_plan(path)
    inputs = read_inputs(plan)
    asked = sites.loc[sites["asked_by"] == "990103", "candidate_id"]
    offered = known(inputs.candidates)
    chosen = offered[offered["outlet_id"].isin(asked)]
    assert len(chosen) == 2
    outlets = pd.concat([inputs.outlets.frame, chosen], ignore_index=True)
    with_them = assess(outlets, inputs.demand.frame, read_network(plan), None, inputs.counties)
    assert with_them.by_county().set_index("county")["rate"]["990103"] == pytest.approx(
        promised, abs=1e-6
    )


def test_workbook_map_and_manifest_of_the_province(finished):
    path, _ = finished
    folder = path.parent / "results"
    manifest = json.loads((folder / "运行清单.json").read_text(encoding="utf-8"))
    assert [county["adcode"] for county in manifest["counties"]] == [*ADCODES, ""]
    assert all(county["seconds"]["assess"] >= 0 for county in manifest["counties"])
    assert {source["role"] for source in manifest["sources"]} >= {"计划", "网点", "人口", "路网"}
    assert all(len(source["sha256"]) == 64 for source in manifest["sources"])
    assert all(50 < county["peak_mb"] < 20_000 for county in manifest["counties"])
    assert manifest["failures"] == []
    names = {f"地名/{adcode}.js" for adcode in ADCODES}
    names |= {f"底图/{path.name}" for path in (folder / "底图").iterdir()}
    assert len(names) > len(ADCODES)
    assert names <= set(manifest["files"])
    assert all((folder / name).is_file() for name in names)
    html = (folder / "地图.html").read_text(encoding="utf-8")
    assert "<title>广东社保电子地图｜三县</title>" in html
    assert (
        pd.read_excel(folder / "汇总.xlsx", sheet_name="布点建议", header=1, engine="calamine")[
            "县区"
        ]
        .notna()
        .all()
    )


# Going on -------------------------------------------------------------------------------------


def test_a_square_of_the_base_map_is_written_again_only_where_it_changed(tmp_path):
    path = write_plan(tmp_path, sites=False)
    plan = load_plan(path)
    run_plan(plan, DATE, HERE)
    squares = sorted((tmp_path / "results/底图").iterdir())
    for file in [*squares, tmp_path / "results/地图.html"]:
        os.utime(file, (1, 1))
    whole = squares[0].read_bytes()
    squares[0].write_bytes(b"")
    # Another day: the pages say so, the squares show the same.
    run_plan(plan, "2024-07-01", HERE)
    assert (tmp_path / "results/地图.html").stat().st_mtime > 1
    assert squares[0].read_bytes() == whole
    assert [file.stat().st_mtime == 1 for file in squares] == [False] + [True] * (len(squares) - 1)


def test_finished_counties_are_not_done_again_unless_asked(tmp_path):
    path = write_plan(tmp_path, sites=False)
    plan = load_plan(path)
    run_plan(plan, DATE, HERE)
    book = tmp_path / "results/县区/990101_西县/汇总.xlsx"
    os.utime(book, (1, 1))
    steps: list[str] = []
    run_plan(plan, DATE, HERE, steps.append)
    assert book.stat().st_mtime == 1
    assert any("沿用上次已完成的 4 个县区" in step for step in steps)
    run_plan(plan, DATE, How(workers=1, fresh=True))
    assert book.stat().st_mtime > 1


def steps_of(path, how=HERE):
    """What a run tells."""
    steps: list[str] = []
    run_plan(load_plan(path), DATE, how, steps.append)
    return steps


def counted(steps, word):
    """How many counties had numbers found (``县区``) or documents written (``文件``)."""
    return len([step for step in steps if step.startswith(f"{word} ")])


@pytest.mark.parametrize(
    ("change", "documents"),
    [
        ("outlets.csv", 0),
        ("plan.toml", 0),
        ("results/县区/990102_中县/汇总.json", 0),
        ("results/县区/990102_中县/网点.parquet", 1),
    ],
)
def test_what_shows_something_else_or_went_missing_is_written_again(tmp_path, change, documents):
    """A blank line changes a file's fingerprint, which the tables of all show; and no number.

    What shows the day is kept without it, and need not be made again.
    """
    path = write_plan(tmp_path, sites=False)
    run_plan(load_plan(path), DATE, HERE)
    if change.startswith("results"):
        (tmp_path / change).unlink()
    else:
        with (tmp_path / change).open("a", encoding="utf-8") as file:
            file.write("\n")
    steps = steps_of(path)
    assert counted(steps, "县区") == 0
    assert counted(steps, "文件") == documents
    told = (tmp_path / "results" / "汇总.json").read_text(encoding="utf-8")
    assert all(sha256(tmp_path / name) in told for name in ("outlets.csv", "plan.toml"))
    assert (tmp_path / "results/县区/990102_中县/汇总.json").exists()
    assert (tmp_path / change).exists()


def test_killed_in_the_middle_a_run_goes_on_and_ends_the_same(finished, tmp_path):
    path, _ = finished
    there = write_plan(tmp_path / "p")
    code = (
        "from gdcoverage.run import *; import sys;"
        f"run_plan(load_plan({str(there)!r}), {DATE!r}, How(workers=1),"
        " lambda step: print(step, flush=True))"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    for line in known(run.stdout):
        if line.startswith("县区 2/"):
            run.send_signal(signal.SIGKILL)
            break
    assert run.wait() == -signal.SIGKILL
    assert not (there.parent / "results/汇总.xlsx").exists()
    steps: list[str] = []
    run_plan(load_plan(there), DATE, HERE, steps.append)
    # It may have found another by the time that the signal came.
    assert any(re.search("沿用上次已完成的 [234] 个县区", step) for step in steps)
    here, elsewhere = files_of(path.parent / "results"), files_of(there.parent / "results")
    assert [name for name in here if here[name] != elsewhere.get(name)] == []


# Failures -------------------------------------------------------------------------------------


def test_a_county_without_streets_fails_and_the_others_finish(tmp_path):
    from typer.testing import CliRunner

    from gdcoverage.cli import FAILURES, app

    path = write_plan(tmp_path, sites=False)
    own = gpd.read_file(tmp_path / "counties.geojson")
    far = gpd.GeoDataFrame(
        {"代码": ["990104"], "名称": ["远县"]},
        geometry=own.geometry[:1].translate(1.0, 0.0),
        crs=own.crs,
    )
    pd.concat([own, far]).to_file(tmp_path / "counties.geojson")
    people = pd.read_csv(tmp_path / "people.csv", dtype=str)
    moved = people.head(1).assign(编号="X", 城乡分类代码="111", 经度="114.01", 纬度="23.01")
    pd.concat([people, moved]).to_csv(tmp_path / "people.csv", index=False)
    result = CliRunner().invoke(app, ["run", str(path), "--workers", "1"])
    assert result.exit_code == FAILURES
    told = " ".join(result.output.split())
    assert "990104 远县 未完成" in told
    assert "路网文件是否覆盖" in told
    for county in ("990101_西县", "990103_东县"):
        assert (tmp_path / "results/县区" / county / "汇总.xlsx").exists()
    report = json.loads((tmp_path / "results/汇总.json").read_text(encoding="utf-8"))
    assert [county["county"] for county in report["counties"]] == [*ADCODES, ""]
    assert any("远县" in problem["what"] for problem in report["problems"])


def test_one_county_of_several_can_be_asked_for(finished, own_cache):
    path, ran = finished
    plan = load_plan(path)
    report = make_report(plan, read_inputs(plan), DATE, county="990102")
    assert report.counties["county"].tolist() == ["990102"]
    whole = ran.report.counties.set_index("county")
    assert report.total["population"] == whole["population"]["990102"]
    with pytest.raises(InputError, match="计划里没有县区 000009"):
        make_report(plan, read_inputs(plan), DATE, county="000009")
    shutil.rmtree(own_cache / "streets")
    again = make_report(plan, read_inputs(plan), DATE, county="990102")
    assert again.total["population"] == report.total["population"]


def test_nearest_outlet_is_found_however_far(tmp_path):
    """With one outlet in the west, people in the east know how far it is."""
    path = write_plan(tmp_path, sites=False)
    table = pd.read_csv(tmp_path / "outlets.csv")
    table.head(1).to_csv(tmp_path / "outlets.csv", index=False)
    ran = run_plan(load_plan(path), DATE, HERE)
    demand = ran.report.coverage.demand
    assert (demand["radius_outlet_id"] == "W0").all()
    assert np.isfinite(demand["radius_m"]).all()


def test_where_the_siting_question_has_no_answer_the_rest_of_the_report_stands(tmp_path):
    path = write_plan(tmp_path / "plan", people=60)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[sites]\n", "[sites]\nrate_least = 99\n"), "utf-8")
    asked = load_plan(path)
    ran = run_plan(asked, DATE, How(workers=1))
    told = [problem.what for problem in ran.failures]
    assert told
    assert all("县布点：" in what for what in told)
    bare = make_report(replace(asked, sites=None), read_inputs(replace(asked, sites=None)), DATE)
    columns = ["county", "population", "covered_population", "rate"]
    assert ran.report.counties[columns].equals(bare.counties[columns])
    assert set(told) <= {problem.what for problem in ran.report.problems}
    refused = {what.partition("布点：")[0] for what in told}
    for folder in (path.parent / "results/县区").iterdir():
        names = {file.name for file in folder.iterdir()}
        assert {"汇总.xlsx", "地图.html"} <= names
        assert ("布点建议.csv" in names) == (folder.name.partition("_")[2] not in refused)
    # Nothing has changed: nothing is written again, and the same is told.
    sizes = {p: p.stat().st_mtime_ns for p in path.parent.rglob("县区/*/*")}
    again = run_plan(asked, DATE, How(workers=1))
    assert [problem.what for problem in again.failures] == told
    assert {p: p.stat().st_mtime_ns for p in path.parent.rglob("县区/*/*")} == sizes


def test_a_county_whose_datum_is_doubted_is_named_unless_all_are():
    """Of one county alone the province's reader is told which."""

    def doubt(what, action="多半应写 bd09", sheet=""):
        return Problem(DATUM_DOUBTFUL, what, action, "warning", file="网点.xlsx", sheet=sheet)

    other = Problem("no_rows", "别的", "")
    county: Any = SimpleNamespace(name="龙门县", problems=(other, doubt("差 500 米")))
    assert [p.what for p in _said(county, [])] == ["别的", "龙门县：差 500 米"]
    assert [p.what for p in _said(county, [doubt("都差")])] == ["别的"]
    elsewhere = [doubt("都差", action="多半应写 wgs84"), doubt("都差", sheet="农行")]
    assert [p.what for p in _said(county, elsewhere)] == ["别的", "龙门县：差 500 米"]
