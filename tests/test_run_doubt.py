"""Outlets in doubt in a run: each county's own, all together, and how the command ends."""

import re
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import worlds
from gdcoverage.assessment import assess
from gdcoverage.cli import app
from gdcoverage.findings import WITH_DOUBTFUL
from gdcoverage.run import How, load_plan, make_report, read_inputs, read_network, run_plan
from gdcoverage.run.county import county_tasks
from gdcoverage.run.identity import digest
from known import known
from three_counties import write_plan

DATE = "2026-06-14"
HERE = How(workers=1)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))


def plan_with(folder, status: dict[str, str], **more: str):
    """The three counties with other words in the column of the outlets' status."""
    path = write_plan(folder, sites=False)
    outlets = pd.read_csv(folder / "outlets.csv").set_index("网点编号")
    for outlet, word in status.items():
        outlets.loc[outlet, "状态"] = word
    outlets.reset_index().to_csv(folder / "outlets.csv", index=False)
    text = path.read_text(encoding="utf-8")
    for section, line in more.items():
        text = text.replace(f"[{section}]\n", f"[{section}]\n{line}\n")
    path.write_text(text, encoding="utf-8")
    return path


def command(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """W1 stands in the west and would serve people of the middle too."""
    folder = tmp_path_factory.mktemp("run")
    path = plan_with(
        folder, {"W1": "待定"}, outlets="expected = 4", demand="expected_population = 70000"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GDCOVERAGE_CACHE", str(folder / "cache"))
        return path, run_plan(load_plan(path), DATE, HERE)


def test_together_they_equal_an_assessment_in_which_the_doubtful_are_active(finished):
    path, ran = finished
    plan = load_plan(path)
    inputs = read_inputs(plan)
    outlets = inputs.outlets.frame
    as_active = outlets.assign(status=outlets["status"].replace("unknown", "active"))
    whole = assess(
        as_active, inputs.demand.frame, read_network(plan), plan.standard, inputs.counties
    )
    once = whole.demand.set_index("demand_id")["covered"]
    joined = ran.report.coverage.demand.set_index("demand_id")[WITH_DOUBTFUL].loc[once.index]
    pd.testing.assert_series_equal(joined, once, check_names=False)
    theirs = whole.by_county()["rate"]
    pd.testing.assert_series_equal(
        ran.report.counties["rate_with_doubtful"], theirs, check_names=False
    )
    assert ran.report.counties["doubtful_outlets"].tolist() == [1, 0, 0, 0]


def test_a_county_alone_tells_of_doubt_what_it_tells_among_others(finished):
    path, ran = finished
    plan = load_plan(path)
    for adcode in ("990101", "990102"):
        report = make_report(plan, read_inputs(plan), DATE, county=adcode)
        row = ran.report.counties.set_index("county").loc[adcode]
        doubt = known(report.doubt)
        assert (doubt.rate, doubt.rate_with) == (row["rate"], row["rate_with_doubtful"])
        assert doubt.outlets == row["doubtful_outlets"]
    # The middle has none of its own, and people whom the west's would serve.
    assert doubt.outlets == 0
    assert doubt.rate_with > doubt.rate


def test_people_outside_all_counties_are_served_by_the_doubtful_nearby(tmp_path):
    path = plan_with(tmp_path, {"W0": "待定"})
    people = pd.read_csv(tmp_path / "people.csv", dtype=str)
    lon, lat = worlds.degrees(200, -400)
    south = people.head(1).assign(编号="S", 城乡分类代码="220", 经度=str(lon), 纬度=str(lat))
    pd.concat([people, south]).to_csv(tmp_path / "people.csv", index=False)
    report = make_report(load_plan(path), read_inputs(load_plan(path)), DATE)
    point = report.coverage.demand.set_index("demand_id").loc["S"]
    assert (point["county"], bool(point[WITH_DOUBTFUL])) == ("", True)


def test_a_doubt_is_the_affair_of_those_whom_it_could_serve(tmp_path):
    """The standard that serves a kilometre; the east lies farther from W0 than it could walk."""

    def subjects(status):
        path = plan_with(tmp_path, {"W0": status})
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "[standard]\nminutes = 5\nrural_radius_m = 500\n", encoding="utf-8")
        plan = load_plan(path)
        tasks = county_tasks(plan, read_inputs(plan), DATE)
        return {task.name: digest(task.subject) for task in tasks}

    before, after = subjects("暂停"), subjects("待定")
    changed = {name for name in before if before[name] != after[name]}
    assert "西县" in changed
    assert "东县" not in changed


def test_what_was_read_is_told_once_in_the_main_folder(finished):
    path, ran = finished
    results = path.parent / "results"
    assert [p.name for p in results.rglob("读表说明.html")] == ["读表说明.html"]
    page = (results / "读表说明.html").read_text(encoding="utf-8")
    for told in ("outlets.csv", "people.csv", "在营 4 个；读入 3 个", "第1支行", "坐标系的依据"):
        assert told in page
    fits = {fit.declared: fit.outlets for fit in ran.report.fits}
    assert fits == {"wgs84": 5}
    main = openpyxl.load_workbook(results / "汇总.xlsx", read_only=True)
    assert main.sheetnames[0] == "读表说明"
    own = openpyxl.load_workbook(results / "县区/990102_中县/汇总.xlsx")
    assert "读表说明" not in own.sheetnames
    sheet = own.worksheets[0]
    assert sheet["A1"].value == "存疑网点影响结论"
    first = [str(sheet.cell(row, 1).value) for row in range(1, 12)]
    assert any("读表说明.html" in line for line in first)


def test_another_figure_of_the_planners_is_told_again_and_no_number_found_again(finished, tmp_path):
    path, _ = finished
    steps: list[str] = []
    plan = load_plan(path)
    other = replace(plan, outlets=replace(plan.outlets, expected=9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GDCOVERAGE_CACHE", str(path.parent / "cache"))
        run_plan(other, DATE, HERE, steps.append)
        page = (path.parent / "results/读表说明.html").read_text(encoding="utf-8")
        run_plan(plan, DATE, HERE)
    assert any("沿用上次已完成的 4 个县区" in step for step in steps)
    assert "在营 9 个；读入 3 个" in page


def test_two_answers_end_with_three_after_everything_is_written(tmp_path):
    path = plan_with(tmp_path, {"W2": "待定"})
    ran = command("run", path, "--workers", 1)
    assert ran.exit_code == 3
    told = " ".join(ran.output.split())
    assert "存疑网点影响结论" in told
    assert (tmp_path / "results/县区/990103_东县/地图.html").exists()
    assert command("report", path, "--format", "json").exit_code == 3
    assert command("report", path, "--county", "990103").exit_code == 0
    county = command("county", path, "990102")
    assert county.exit_code == 3
    assert "已存入缓存" in county.output
    assert command("county", path, "990103").exit_code == 0
    # Below what was asked, too: the doubt comes first, and both are told.
    both = command("report", path, "--fail-under", "99.9")
    assert both.exit_code == 3
    assert "覆盖率低于要求" in both.output


def test_a_doubt_that_changes_nothing_ends_with_nought(tmp_path):
    path = plan_with(tmp_path, {"W4": "待定"})
    people = pd.read_csv(tmp_path / "people.csv", dtype=str)
    west = people[people["经度"].astype(float) < worlds.degrees(3000, 0)[0]]
    west.to_csv(tmp_path / "people.csv", index=False)
    done = command("report", path)
    assert done.exit_code == 0
    assert "存疑网点 1 个，状态无法判断，未计入" in done.output


def test_exit_codes_are_told_in_help():
    assert re.search(r"3 完成但有失败项，\s*或是否计入存疑网点", command("--help").output)


# check -----------------------------------------------------------------------------------------


def test_check_of_a_plan_reads_all_inputs_and_no_streets(tmp_path):
    path = plan_with(tmp_path, {"W2": "待定"}, outlets="expected = 4")
    (tmp_path / "streets.osm").write_text("no streets at all", encoding="utf-8")
    done = command("check", path, "--problems", tmp_path / "p.xlsx")
    assert done.exit_code == 0, done.output
    for told in ("网点：outlets.csv", "人口：people.csv", "在营 4 个；读入 3 个", "第2支行"):
        assert told in done.output
    assert "坐标系的依据" not in done.output
    assert openpyxl.load_workbook(tmp_path / "p.xlsx").active.max_row > 1
    assert command("check", path, "--clean", tmp_path / "c.xlsx").exit_code == 0
    assert (tmp_path / "c.xlsx").exists()


@pytest.mark.parametrize("kind", [None, "people", "outlets"])
def test_check_finds_out_what_a_table_is_or_is_told(tmp_path, kind):
    write_plan(tmp_path, sites=False)
    words = ("--datum", "wgs84", *(() if kind is None else ("--kind", kind)))
    people = command("check", tmp_path / "people.csv", *words)
    outlets = command("check", tmp_path / "outlets.csv", *words)
    if kind == "outlets":
        assert people.exit_code == 1
    else:
        assert "人口合计" in people.output
        assert "可用网点" not in people.output
    if kind == "people":
        assert outlets.exit_code == 1
    else:
        assert "可用网点 5 个，其中在营 4 个" in outlets.output


def test_check_refuses_what_it_cannot_do(tmp_path):
    write_plan(tmp_path, sites=False)
    table = tmp_path / "people.csv"
    assert command("check", table).exit_code == 2
    assert command("check", table, "--datum", "wgs84", "--kind", "roads").exit_code == 2
    clean = command("check", table, "--datum", "wgs84", "--clean", tmp_path / "c.xlsx")
    assert clean.exit_code == 2
    assert not (tmp_path / "c.xlsx").exists()


# The plan --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("expected = 4.5", "[outlets] expected 应是网点数，现为 4.5"),
        ('expected = "4"', '[outlets] expected 应是网点数，现为 "4"'),
        ("expected = -1", "[outlets] expected 应是网点数，现为 -1"),
        ("expected = true", "[outlets] expected 应是网点数，现为 true"),
    ],
)
def test_a_figure_that_is_none_is_refused(tmp_path, line, told):
    path = plan_with(tmp_path, {}, outlets=line)
    done = command("check", path)
    assert done.exit_code == 1
    assert told in str(done.exception)
    path = plan_with(tmp_path, {}, demand='expected_population = "多"')
    assert "[demand] expected_population 应是人数" in str(command("check", path).exception)


def test_the_figures_of_a_plan_are_kept_as_they_are(tmp_path):
    path = plan_with(tmp_path, {}, outlets="expected = 0", demand="expected_population = 1_234.5")
    plan = load_plan(path)
    assert (plan.outlets.expected, plan.demand.expected_population) == (0, 1234.5)
    bare = load_plan(plan_with(tmp_path, {}))
    assert (bare.outlets.expected, bare.demand.expected_population) == (None, None)
