"""A folder of results holds what its last run wrote; what earlier runs wrote is put aside."""

import json
from pathlib import Path

import pytest

from gdcoverage.run import How, load_plan, run_plan
from gdcoverage.run.earlier import put_aside
from gdcoverage.run.outputs import Written
from three_counties import ADCODES, write_plan

DATE = "2026-06-14"
FOREIGN = "县区/990102_中县/我的笔记.txt"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))


def plan_of(folder, adcodes, results, sites):
    path = folder / "plan.toml"
    if not path.exists():
        write_plan(folder, people=12)
    text = path.read_text(encoding="utf-8").partition("[counties]")[0]
    text += f'[counties]\npath = "counties.geojson"\nadcodes = {json.dumps(adcodes)}\n'
    text += (
        '[sites]\ncandidates = "candidates.csv"\nadd = 1\nfrontier = 0\nalternatives = 0\n' * sites
    )
    path.write_text(f'{text}[outputs]\nfolder = "{results}"\n', encoding="utf-8")
    return load_plan(path)


def names(folder: Path, *, aside: bool = False) -> set[str]:
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return {name for name in found if name.startswith("旧结果/") == aside and name != FOREIGN}


def test_after_any_runs_all_files_are_those_of_the_last(tmp_path):
    everything, two, one = list(ADCODES), list(ADCODES[:2]), [ADCODES[1]]
    folder = tmp_path / "plan/results"
    runs = [(everything, True), (one, False), (two, True), (two, False)]
    for number, (adcodes, sites) in enumerate(runs):
        before = {name: (folder / name).read_bytes() for name in names(folder)}
        put = names(folder, aside=True)
        steps: list[str] = []
        run_plan(plan_of(tmp_path / "plan", adcodes, "results", sites), DATE, How(1), steps.append)
        alone = f"alone{number}"
        run_plan(plan_of(tmp_path / "plan", adcodes, alone, sites), DATE, How(1))
        assert names(folder) == names(tmp_path / "plan" / alone)
        moved = {name.split("/", 2)[2]: name for name in names(folder, aside=True) - put}
        assert moved.keys() == before.keys() - names(folder)
        for name, now in moved.items():
            assert (folder / now).read_bytes() == before[name]
        said = [step for step in steps if "旧结果" in step]
        assert len(said) == bool(moved)
        if number == 0:
            (folder / FOREIGN).write_text("不是程序写的", encoding="utf-8")
    assert (folder / FOREIGN).read_text(encoding="utf-8") == "不是程序写的"
    assert not (folder / "县区/990101_西县/布点建议.parquet").exists()


def test_numbers_alone_leave_the_documents_of_the_same_plan(tmp_path):
    plan = plan_of(tmp_path / "plan", list(ADCODES), "results", False)
    run_plan(plan, DATE, How(1))
    before = names(plan.outputs.folder)
    run_plan(plan, DATE, How(1, only_numbers=True))
    assert names(plan.outputs.folder) == before


def listing(folder, *files):
    folder.mkdir(exist_ok=True)
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file, encoding="utf-8")
    text = json.dumps({"files": files}, ensure_ascii=False)
    (folder / "运行清单.json").write_text(text, encoding="utf-8")
    return Written(folder)


def test_a_run_that_is_broken_off_is_known_to_the_next(tmp_path):
    written = listing(tmp_path, "甲/a.csv")
    assert put_aside(written, ["乙/b.csv"]) == ["乙/b.csv"]
    assert not (tmp_path / "甲").exists()
    (tmp_path / "乙").mkdir()
    (tmp_path / "乙/b.csv").write_text("half of the run", encoding="utf-8")
    put_aside(written, ["丙/c.csv"])
    assert not (tmp_path / "乙").exists()
    assert sorted(p.name for p in (tmp_path / "旧结果").rglob("*.csv")) == ["a.csv", "b.csv"]
    assert len(list((tmp_path / "旧结果").iterdir())) == 2


def test_what_leads_out_of_the_folder_is_not_touched(tmp_path):
    outside = tmp_path / "别人的.txt"
    outside.write_text("x", encoding="utf-8")
    written = listing(tmp_path / "结果", "../别人的.txt", "旧结果/a.csv", "b.csv")
    text = json.dumps({"files": [str(outside), "../别人的.txt", "旧结果/a.csv", "b.csv", 7, ""]})
    (tmp_path / "结果/运行清单.json").write_text(text, encoding="utf-8")
    put_aside(written, [])
    assert outside.exists()
    assert (tmp_path / "结果/旧结果/a.csv").exists()
    assert not (tmp_path / "结果/b.csv").exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3}', "[" * 100_000])
def test_a_manifest_that_says_nothing_moves_nothing(tmp_path, text):
    written = listing(tmp_path, "a.csv")
    (tmp_path / "运行清单.json").write_text(text, encoding="utf-8")
    put_aside(written, [])
    assert (tmp_path / "a.csv").exists()


def test_where_nothing_can_be_put_aside_it_is_told_and_stays_listed(tmp_path):
    written = listing(tmp_path, "a.csv")
    (tmp_path / "旧结果").write_text("a file where the folder should be", encoding="utf-8")
    assert put_aside(written, []) == ["a.csv"]
    assert "移不走" in str(written.failures[0])
    assert (tmp_path / "a.csv").exists()
