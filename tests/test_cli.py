"""The command as people run it: a process, its output and its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

from gdcoverage import __version__

SAMPLE = Path(__file__).parent.parent / "data/sample"
PLAN = str(SAMPLE / "plan.toml")


def command(*words, cwd=None, speaks="utf-8", reads="utf-8"):
    """Run ``gdcoverage``; standard output, standard error and exit code."""
    return subprocess.run(
        [sys.executable, "-m", "gdcoverage.cli", *words],
        capture_output=True,
        text=True,
        encoding=reads,
        errors="replace",
        cwd=cwd,
        env=os.environ | {"PYTHONIOENCODING": speaks, "COLUMNS": "100"},
        check=False,
    )


@pytest.fixture
def plan(tmp_path):
    """The sample's plan, writing to a folder of the test's."""
    text = (SAMPLE / "plan.toml").read_text(encoding="utf-8")
    for name in ("outlets.xlsx", "population.csv", "streets.osm.pbf"):
        text = text.replace(f'"{name}"', f'"{(SAMPLE / name).as_posix()}"')
    path = tmp_path / "plan.toml"
    path.write_text(text.replace("../../maps/sample", "results"), encoding="utf-8")
    return path


def test_run_does_everything(plan):
    done = command("run", str(plan), cwd=plan.parent)
    assert done.returncode == 0, done.stderr
    assert "城区步行15分钟，乡村辐射5公里" in done.stdout
    assert "龙门县" in done.stdout
    assert "已写出：results/地图.html" in done.stdout
    assert "读取步行路网" in done.stderr
    assert (plan.parent / "results/汇总.xlsx").exists()


def test_prepare_leaves_nothing_but_what_was_compiled(tmp_path):
    done = command("prepare", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "已就绪。\n"), done.stderr
    assert "编译" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_console_of_few_characters_loses_those_and_no_more():
    """䶮 (of names) and ² are not in GBK, which Windows speaks to pipes in China."""
    done = command("report", "䶮²县.toml", speaks="gbk", reads="gbk")
    assert done.returncode == 1
    assert "??县.toml：找不到计划文件" in done.stderr


def test_data_for_other_programs_are_utf_8_on_any_console():
    done = command("report", PLAN, "--format", "json", speaks="gbk")
    assert json.loads(done.stdout)["phrase"] == "城区步行15分钟，乡村辐射5公里"


def test_report_of_one_county_as_json_goes_to_a_pipe_alone():
    done = command("report", PLAN, "--county", "441324", "--format", "json")
    data = json.loads(done.stdout)
    assert [county["county_name"] for county in data["counties"]] == ["龙门县"]
    assert data["phrase"] == "城区步行15分钟，乡村辐射5公里"


def test_rate_below_what_was_asked_ends_with_four():
    assert command("report", PLAN, "--fail-under", "99.9").returncode == 4
    assert command("report", PLAN, "--fail-under", "10").returncode == 0


def test_unusable_input_ends_with_one_in_chinese_without_a_traceback(tmp_path):
    done = command("run", str(tmp_path / "无.toml"))
    assert done.returncode == 1
    assert "找不到计划文件" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in command("--debug", "run", str(tmp_path / "无.toml")).stderr


def test_every_fault_of_a_plan_stands_on_a_line_of_its_own(plan):
    text = plan.read_text(encoding="utf-8")
    wrong = text.replace("minutes = 15 ", "minutes = nan ").replace("add = 3 ", "add = -1 ")
    plan.write_text(wrong, encoding="utf-8")
    done = command("run", str(plan))
    assert done.returncode == 1
    assert [line.split(" 应")[0] for line in done.stderr.splitlines()] == [
        "错误：plan.toml：[standard] minutes",
        "错误：plan.toml：[sites] add",
    ]


def test_unknown_county_is_unusable_and_unknown_option_is_wrong_usage():
    assert command("report", PLAN, "--county", "440305").returncode == 1
    assert command("report", PLAN, "--fromat", "json").returncode == 2
    assert command("report", PLAN, "--format", "pdf").returncode == 2
    assert command("nonsense").returncode == 2


def test_finished_with_failures_ends_with_three(plan):
    (plan.parent / "results/汇总.xlsx").mkdir(parents=True)
    done = command("run", str(plan))
    assert done.returncode == 3
    assert "写不出文件" in done.stderr


def test_check_lists_problems_and_writes_the_clean_table(tmp_path):
    done = command(
        "check", str(SAMPLE / "outlets.xlsx"), "--datum", "高德",
        "--clean", str(tmp_path / "整理.xlsx"), "--problems", str(tmp_path / "问题.xlsx"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "填反了" in done.stdout
    assert "没有坐标" in done.stdout
    clean = openpyxl.load_workbook(tmp_path / "整理.xlsx").active
    problems = openpyxl.load_workbook(tmp_path / "问题.xlsx").active
    assert f"可用网点 {clean.max_row - 1} 个" in done.stdout
    assert problems.max_row - 1 == sum(map(int, _numbers(done.stdout.splitlines()[-3:])))


def _numbers(lines):
    import re

    (line,) = [line for line in lines if line.startswith("错误")]
    return re.findall(r"\d+", line)


def test_check_of_an_empty_file_ends_with_one(tmp_path):
    (tmp_path / "空.csv").write_bytes(b"")
    done = command("check", str(tmp_path / "空.csv"), "--datum", "wgs84")
    assert done.returncode == 1
    assert "空的" in done.stderr


def test_network_build_then_version(tmp_path):
    done = command("network", "build", str(SAMPLE / "streets.osm.pbf"), str(tmp_path / "n.npz"))
    assert done.returncode == 0, done.stderr
    assert "公里" in done.stdout
    assert command("version").stdout == f"gdcoverage {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        *[(), ("run",), ("report",), ("map",), ("check",), ("network", "build")],
        *[("sites",), ("exit-impact",)],
    ],
)
def test_help_is_chinese_and_has_an_example(words):
    done = command(*words, "--help")
    assert done.returncode == 0
    assert any("\u4e00" <= c <= "\u9fff" for c in done.stdout)
    if words:
        assert "例：gdcoverage" in done.stdout


def test_sites_says_where_to_add_and_that_it_is_proved():
    done = command("sites", PLAN, "--add", "2")
    assert done.returncode == 0, done.stderr
    assert "建议新增 2 个网点" in done.stdout
    assert "已证明" in done.stdout
    assert command("sites", PLAN, "--add", "2", "--target", "90").returncode == 2


def test_exit_impact_of_every_outlet_of_one_and_of_a_bank():
    every = command("exit-impact", PLAN).stdout.splitlines()
    assert every[0].strip().startswith("1.")
    outlet = every[0].split()[1]
    one = command("exit-impact", PLAN, "--outlet", outlet)
    assert "失去达标" in one.stdout
    assert "补位方案" in one.stdout
    bank = command("exit-impact", PLAN, "--bank", "农商银行", "--replace-by", "0")
    assert "新空白区" in bank.stdout
    assert command("exit-impact", PLAN, "--bank", "无此银行").returncode == 1


def test_replacements_keep_the_terms_of_the_plan(plan):
    """A is of the bank that leaves, B forbidden, C in an excluded area; only D is left."""
    rows = ["A,甲点,农商银行,114.0757,23.5894", "B,乙点,工商银行,114.0767,23.5894"]
    rows += ["C,丙点,工商银行,114.0757,23.5914", "D,丁点,工商银行,114.0767,23.5874"]
    header = "网点编号,网点名称,所属银行,经度,纬度"
    (plan.parent / "c.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    area = shapely.box(114.075, 23.591, 114.077, 23.592)
    gpd.GeoSeries([area], crs=4326).to_file(plan.parent / "no.geojson")
    terms = 'add = 3\ncandidates = "c.csv"\nforbidden = ["B"]\nexcluded = "no.geojson"\n'
    text = plan.read_text(encoding="utf-8").replace("add = 3 ", terms, 1)
    plan.write_text(text, encoding="utf-8")
    done = command("exit-impact", str(plan), "--bank", "农商银行", "--replace-by", "3")
    assert done.returncode == 0, done.stderr
    (said,) = [line for line in done.stdout.splitlines() if "补位方案" in line]
    assert "丁点" in said
    assert not any(name in said for name in ("甲点", "乙点", "丙点"))


def test_sites_takes_a_second_aim_and_alternatives():
    words = ("--then", "two-outlets", "--alternatives", "2", "--differ", "2", "--within", "20")
    done = command("sites", PLAN, "--add", "2", *words)
    assert done.returncode == 0, done.stderr
    assert "两个及以上网点可用的人口" in done.stdout
    assert "备选方案 1：" in done.stdout
    assert command("sites", PLAN, "--add", "2", "--then", "nearest").returncode == 2


def test_a_redesign_says_what_moves_where_and_who_loses():
    done = command("redesign", PLAN, "--close", "1", "--move-most", "2000", "--keep", "SL010")
    assert done.returncode == 0, done.stderr
    said = done.stdout.replace("\n", "")
    assert "迁移 1 个、新设 1 个" in said
    assert "没有使更多人达标的调整方案" in said
    assert "失去达标 0 人" in said
    unknown = command("redesign", PLAN, "--close", "1", "--close-of", "没有的银行")
    assert unknown.returncode == 1
    assert "没有的银行" in unknown.stderr


def test_sites_are_robust_and_refined_and_of_the_street_file_when_asked():
    done = command("sites", PLAN, "--add", "2", "--robust", "regret", "--refine", "100")
    assert done.returncode == 0, done.stderr
    assert "稳健方案（在最差的情景下" in done.stdout
    assert "加密到每 100 米" in done.stdout
    assert "高德（GCJ-02）" in done.stdout
    assert command("sites", PLAN, "--add", "2", "--robust", "mean").returncode == 2
    # The sample's streets have no bank or committee beside them.
    none = command("sites", PLAN, "--add", "2", "--from-osm")
    assert "候选点 0 个" in none.stdout
    assert command("sites", PLAN, "--add", "2", "--from-osm", "--refine", "50").returncode == 2


def test_map_alone(plan):
    target = plan.parent / "m.html"
    assert command("map", str(plan), "--output", str(target)).returncode == 0
    assert "广东社保电子地图" in target.read_text(encoding="utf-8")
