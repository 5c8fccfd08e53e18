"""A plan with one budget over its counties: put together from what the counties keep."""

import json
import re
from dataclasses import replace

import openpyxl
import pytest

from gdcoverage import cli
from gdcoverage.assessment import assess
from gdcoverage.emap import build_index_map
from gdcoverage.problems import InputError
from gdcoverage.report import json_text, report_text
from gdcoverage.run import (
    How,
    county_tasks,
    load_plan,
    make_report,
    read_inputs,
    read_network,
    run_plan,
)
from gdcoverage.sites import Terms, make_siting, recommend_sites
from known import known
from three_counties import ADCODES, files_of, write_plan

DATE, HERE = "2026-06-14", How(workers=1)


def planned(folder, terms="add = 4", generated=False):
    """A plan whose counties share one budget."""
    path = write_plan(folder)
    text = path.read_text(encoding="utf-8").replace("add = 2", f'scope = "province"\n{terms}')
    text = text.replace('candidates = "candidates.csv"\n', "") if generated else text
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))


def answered(path, **changes):
    """The joint plan, and what was said on the way."""
    plan = load_plan(path)
    if changes:
        asked = known(plan.sites)
        terms = replace(asked.terms, **changes)
        plan = replace(plan, sites=replace(asked, terms=terms))
    told: list[str] = []
    report = make_report(plan, read_inputs(plan), DATE, told.append, how=HERE)
    return report, "".join(told)


def at_once(plan):
    """An assessment of all counties together, and what was read for it."""
    inputs = read_inputs(plan)
    frames = inputs.outlets.frame, inputs.demand.frame
    return assess(*frames, read_network(plan), plan.standard, inputs.counties), inputs


def test_the_joint_plan_is_that_of_an_assessment_of_everything_at_once(tmp_path):
    path = planned(tmp_path / "plan")
    plan = load_plan(path)
    report, _ = answered(path)
    joint = known(report.joint)
    whole, inputs = at_once(plan)
    terms = Terms(add=4, county=ADCODES)
    once = recommend_sites(whole, inputs.candidates, terms, inputs.places)
    columns = ["candidate_id", "county", "population", "lost_without", "gap_name", "outlet_id"]
    told = joint.plan.sites[columns].to_dict("records")
    assert told == once.sites[columns].to_dict("records")
    assert joint.plan.bound == pytest.approx(once.bound)
    assert joint.plan.rate_after == pytest.approx(once.rate_after)
    assert joint.counties["won"].sum() == pytest.approx(joint.plan.population)
    ways = joint.ways.set_index("way")
    assert ways.loc["joint", "population"] >= ways["population"].max()
    assert (ways["gap"] == 0).all()
    # The candidates of the table, whichever counties they serve.
    assert joint.candidates == 12


@pytest.mark.parametrize("aim", ["expected", "regret"])
def test_the_robust_plan_of_all_counties_is_that_of_an_assessment_of_everything_at_once(
    tmp_path, aim
):
    """A trunk road makes streets in doubt of the first county's alone."""
    path = planned(tmp_path / "plan", f'add = 3\nrobust = "{aim}"\nwithin = 60')
    streets = path.parent / "streets.osm"
    text = streets.read_text(encoding="utf-8").replace("v='residential'", "v='trunk'", 4)
    streets.write_text(text, encoding="utf-8")
    plan = load_plan(path)
    report, _ = answered(path, alternatives=2)
    joint = known(report.joint)
    whole, inputs = at_once(plan)
    terms = replace(known(plan.sites).terms, scope="county", county=ADCODES, alternatives=2)
    once = make_siting(whole, terms, inputs.candidates, inputs.places)
    robust, alone = known(joint.robust), known(once.robust)
    assert "certain_ways" in set(robust.regrets["scenario"])
    assert robust.value == pytest.approx(alone.value, abs=1e-6)
    assert robust.bound == pytest.approx(alone.bound, abs=1e-6)
    best = ["scenario", "best"]
    assert set(map(tuple, robust.regrets[best].round(3).to_numpy())) == set(
        map(tuple, alone.regrets[best].round(3).to_numpy())
    )
    assert (
        known(joint.alternatives).plans["population"].tolist()
        == known(once.alternatives).plans["population"].tolist()
    )
    told = report_text(report)
    assert "稳健方案" in told
    data = json.loads(json_text(report))["joint"]
    assert data["robust"]["aim"] == aim
    assert {site["where"] for site in data["robust"]["sites"]} != {""}
    marks = [layer for layer in index_styles(report) if layer == "alternatives"]
    assert len(marks) == (1 if len(data["alternatives"]) > 1 else 0)


def index_styles(report):
    """Layers of the map of all counties."""
    total = {str(name): value for name, value in report.total.items()}
    numbers = report.inside.drop(columns=["county_name", "city"])
    rated = report.coverage.counties.merge(numbers, left_on="adcode", right_on="county")
    said = {"title": "三县", "standard": report.coverage.standard, "total": total}
    further = report.joint.alternatives
    made = build_index_map(rated, report.coverage.outlets, **said, alternatives=further)
    return [style["key"] for style in made.head["styles"]]


def test_a_run_that_goes_on_says_the_same_and_a_changed_county_changes_the_plan(tmp_path):
    path = planned(tmp_path / "plan", "add = 4\ncounty_least = 1")
    first = run_plan(load_plan(path), DATE, HERE)
    files = files_of(path.parent / "results")
    told: list[str] = []
    run_plan(load_plan(path), DATE, HERE, told.append)
    assert "求解" not in "".join(told)
    assert files_of(path.parent / "results") == files
    run_plan(load_plan(path), DATE, replace(HERE, fresh=True))
    fresh = files_of(path.parent / "results")
    assert {name for name in files if files[name] != fresh[name]} == set()
    # Twice the people of one county: the answer is another, and equals that of a fresh run.
    people = (path.parent / "people.csv").read_text().splitlines()
    head, rows = people[0], [line.split(",") for line in people[1:]]
    column = head.split(",").index("常住人口")
    for row in rows[:60]:
        row[column] = str(7 * int(row[column]))
    (path.parent / "people.csv").write_text("\n".join([head, *map(",".join, rows)]) + "\n")
    again, said = answered(path)
    assert "求解" in said
    assert known(again.joint).plan.population != known(first.report.joint).plan.population


def test_generated_candidates_serve_people_across_borders_and_a_county_alone_has_its_own(tmp_path):
    path = planned(tmp_path / "plan", "add = 3\ngenerate = 12", generated=True)
    report, _ = answered(path)
    joint = known(report.joint)
    sites = joint.plan.sites
    assert joint.generated
    assert all(
        i.startswith(f"{c}-G") for i, c in zip(sites.candidate_id, sites.county, strict=True)
    )
    home = joint.counties.set_index("county")
    assert home["won"].sum() == pytest.approx(joint.plan.population)
    _, said = answered(path, add=2)
    assert "沿用上次已完成的 4 个县区" in said


def test_the_report_says_how_the_budget_falls_on_the_counties(tmp_path):
    path = planned(tmp_path / "plan", "add = 3\nrate_least = 45")
    ran = run_plan(load_plan(path), DATE, HERE)
    assert ran.failures == ()
    text = report_text(ran.report)
    for words in ("全省布点", "各县区均分", "按人口分配", "新增网点落在", "覆盖率最低的是"):
        assert words in text
    folder = path.parent / "results"
    book = openpyxl.load_workbook(folder / "汇总.xlsx")
    assert {"全省布点", "布点分配方式", "各县区布点"} < set(book.sheetnames)
    assert "布点建议" not in book.sheetnames
    data = json.loads((folder / "汇总.json").read_text(encoding="utf-8"))
    assert [way["way"] for way in data["joint"]["ways"]][-2:] == ["equal", "by_people"]
    assert len(data["joint"]["counties"]) == 3
    assert len(data["sites"]) == len(known(ran.report.joint).plan.sites)
    assert min(row["rate_after"] for row in data["joint"]["counties"]) >= 0.45 - 1e-6


def test_outlets_of_all_counties_close_and_open_as_in_an_assessment_of_everything_at_once(tmp_path):
    terms = "add = 2\nclose = 2\nclose_most = 1\ncapacity = 9000"
    path = planned(tmp_path / "plan", terms)
    plan = load_plan(path)
    ran = run_plan(plan, DATE, HERE)
    assert ran.failures == ()
    joint = known(ran.report.joint)
    found, room = known(joint.redesign), known(joint.capacity)
    whole, inputs = at_once(plan)
    asked = replace(known(plan.sites).terms, scope="county", county=ADCODES, frontier=10)
    once = make_siting(whole, asked, inputs.candidates, inputs.places)
    alone = known(once.redesign)
    assert found.closed["outlet_id"].tolist() == alone.closed["outlet_id"].tolist()
    assert found.closed["county"].is_unique
    columns = ["candidate_id", "population", "gap_name", "outlet_id"]
    told = found.opened[columns].to_dict("records")
    assert told == alone.opened[columns].to_dict("records")
    assert (found.won, found.lost, found.bound) == (alone.won, alone.lost, alone.bound)
    inside = alone.counties[alone.counties["county"] != ""].reset_index(drop=True)
    assert found.counties[["won", "lost"]].equals(inside[["won", "lost"]])
    assert room.served_now == pytest.approx(known(once.capacity).served_now)
    assert room.served == pytest.approx(known(once.capacity).served)
    assert room.bound == pytest.approx(known(once.capacity).bound)
    assert room.loads["full"].tolist() == known(once.capacity).loads["full"].tolist()
    folder = path.parent / "results"
    sheets = set(openpyxl.load_workbook(folder / "汇总.xlsx").sheetnames)
    assert {"网点调整", "调整新设网点", "调整影响", "网点负荷", "按容量布点"} < sheets
    data = json.loads((folder / "汇总.json").read_text(encoding="utf-8"))["joint"]
    assert data["redesign"]["won"] == found.won
    assert len(data["capacity"]["counties"]) == 3
    assert "change_open" in (folder / "地图.html").read_text(encoding="utf-8")
    text = report_text(ran.report)
    assert "网点调整：" in text
    assert "每个网点最多服务 9,000 人" in text


def test_the_shortest_way_of_all_counties_is_that_of_an_assessment_of_everything_at_once(tmp_path):
    path = planned(tmp_path / "plan", 'add = 12\nthen = "mean_walk"')
    plan = load_plan(path)
    report, _ = answered(path)
    joint = known(report.joint)
    whole, inputs = at_once(plan)
    terms = Terms(add=12, county=ADCODES, then="mean_walk")
    once = known(recommend_sites(whole, inputs.candidates, terms, inputs.places).preferred)
    found = known(joint.plan.preferred)
    assert (found.metres, found.bound) == pytest.approx((once.metres, once.bound))
    assert "平均" in report_text(report)
    data = json.loads(json_text(report))["joint"]
    assert data["preferred"]["metres"] == pytest.approx(found.metres)


def test_places_are_found_for_people_of_every_county_whose_outlets_may_close(tmp_path):
    path = planned(tmp_path / "plan", "add = 2\nclose = 2\ngenerate = 6", generated=True)
    report, _ = answered(path, capacity=9000.0)
    joint = known(report.joint)
    plan, changed = joint.plan.sites["candidate_id"], known(joint.redesign).opened["candidate_id"]
    assert plan.str.contains("-G").all()
    assert changed.str.contains("-M").any()
    assert known(joint.capacity).gap == 0
    # Candidates more are found for the redesign alone: what else is told stays as it was.
    bare, _ = answered(path, close=0)
    assert known(bare.joint).plan.sites.equals(joint.plan.sites)


def test_a_question_without_an_answer_leaves_the_rest_of_the_report(tmp_path):
    path = planned(tmp_path / "plan", "add = 1\nrate_least = 99")
    ran = run_plan(load_plan(path), DATE, HERE)
    assert ran.report.joint is None
    assert len(ran.report.inside) == 3
    (failure,) = ran.failures
    assert failure.what.startswith("全省布点：")
    assert "县区最低覆盖率" in failure.action
    unknown = planned(tmp_path / "other", 'add = 1\ncounty_least = { "440305" = 1 }')
    with pytest.raises(InputError, match="county_least 里的代码 440305"):
        run_plan(load_plan(unknown), DATE, HERE)


def test_counties_on_their_own_are_asked_what_is_theirs(tmp_path):
    own = f'add = 2\nrate_least = {{ "{ADCODES[0]}" = 65, "{ADCODES[1]}" = 30 }}'
    path = planned(tmp_path / "plan", own)
    path.write_text(path.read_text(encoding="utf-8").replace('scope = "province"\n', ""))
    plan = load_plan(path)
    tasks = {task.adcode: task for task in county_tasks(plan, read_inputs(plan), DATE)}
    rates = [known(tasks[adcode].asked.terms).rate_least for adcode in ADCODES]
    assert rates == [{ADCODES[0]: 0.65}, {ADCODES[1]: 0.3}, {}]


def test_one_county_has_the_budget_to_itself(tmp_path):
    path = planned(tmp_path / "plan")
    plan = load_plan(path)
    alone = replace(plan, counties=replace(plan.counties, adcodes=(ADCODES[0],)))
    report = make_report(alone, read_inputs(alone), DATE, how=HERE)
    assert report.joint is None
    assert len(known(report.siting).plan.sites) == 4


def test_the_command_asks_all_counties_once(tmp_path, monkeypatch, capsys):
    path = planned(tmp_path / "plan")

    def said(*words):
        monkeypatch.setattr("sys.argv", ["gdcoverage", "sites", str(path), *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        told = capsys.readouterr()
        return end.value.code or 0, told.out + told.err

    code, told = said("--scope", "province", "--add", "3", "--county-least", "1")
    assert code == 0
    assert "建议新增 3 个网点" in told
    assert "统筹方案下，每个县区都有新增" in told
    assert len(re.findall(r"^ \d\. .县　候选", told, re.MULTILINE)) == 3
    assert len(re.findall(r"位于 .+，WGS-84 .+，高德（GCJ-02）", told.replace("\n", ""))) >= 1
    assert told.count("高德（GCJ-02）") == 3
    # As the plan has it; one county of it may still be asked alone.
    assert "各县区均分" in said("--add", "2")[1]
    assert "各县区均分" not in said("--add", "2", "--county", ADCODES[0])[1]
    code, told = said("--scope", "province", "--add", "1", "--rate-least", "99")
    assert code == 1
    assert "也达不到县区最低覆盖率" in told
    assert said("--scope", "province", "--add", "1", "--county", ADCODES[0])[0] == 2
    more = ("--frontier", "2", "--alternatives", "1", "--within", "90", "--differ-m", "800")
    code, told = said("--scope", "province", "--add", "2", *more)
    told = told.replace("\n", "")
    assert code == 0
    assert re.search(r"全省曲线（新增网点数与新增达标人口）：1 个 [\d,]+ 人；2 个 ", told)
    assert re.search(r"备选方案 1：新增达标.*距最优方案的网点 *[\d,]+ *米；位于", told)
    words = ["redesign", str(path), "--close", "2", "--scope", "province"]
    monkeypatch.setattr("sys.argv", ["gdcoverage", *words, "--close-most", "1"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    told = capsys.readouterr().out.replace("\n", "")
    assert not end.value.code
    assert re.search(r"网点总数由 4 变为 4；.*县：关闭 1 个", told)
    limited = ("--class-most", "乡村=0", "--people-least", "城区=1")
    assert said("--scope", "province", "--add", "2", *limited)[0] == 0
    assert "没有候选点" in said("--add", "2", "--kind-least", "村居=1")[1]
    for wrong in (("--class-most", "镇=1"), ("--kind-most", "x"), ("--people-least", "乡村")):
        assert said("--add", "2", *wrong)[0] == 2


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--refine", "50"], "不能同时写"),
    ],
)
def test_what_one_budget_does_not_answer_is_wrong_usage_wherever_it_is_asked(
    tmp_path, monkeypatch, capsys, more, told
):
    """The scope stands in the plan, the rest in the command."""
    path = write_plan(tmp_path / "plan", people=20)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[sites]\n", '[sites]\nscope = "province"\n'), "utf-8")
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.argv", ["gdcoverage", "sites", str(path), "--add", "2", *more])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
