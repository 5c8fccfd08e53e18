"""The command's front door: init, sample, plans in workbooks, counties by name, wrong usage."""

import re
import shutil
from types import SimpleNamespace

import openpyxl
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from gdcoverage import cli
from test_cli import PLAN, SAMPLE
from three_counties import write_plan


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs ``gdcoverage`` in this process: standard output, standard error and exit code."""

    def run(*words, cwd=None):
        monkeypatch.setattr("sys.argv", ["gdcoverage", *words])
        if cwd is not None:
            monkeypatch.chdir(cwd)
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        told = capsys.readouterr()
        return SimpleNamespace(returncode=end.value.code or 0, stdout=told.out, stderr=told.err)

    return run


def test_init_then_check_and_run_tell_what_to_fill_in(command, tmp_path):
    done = command("init", "我的县", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "gdcoverage run 我的县/社保网点计划.xlsx" in done.stdout
    ran = command("run", "我的县/社保网点计划.xlsx", cwd=tmp_path)
    assert ran.returncode == 1
    assert "没有填写县区" in ran.stderr
    checked = command("check", "我的县/社保网点计划.xlsx", cwd=tmp_path)
    assert checked.returncode == 1
    assert "没有填写网点坐标系" in checked.stderr
    assert "县区" not in checked.stderr, "the rest may be unfinished"


def test_sample_says_the_next_command_which_works(command, tmp_path):
    done = command("sample", "示例", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (told,) = [line for line in done.stdout.splitlines() if line.startswith("下一步：")]
    words = told.removeprefix("下一步：gdcoverage ").split()
    ran = command(*words, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "已写出：示例/结果/地图.html" in ran.stdout
    assert command("sample", "示例", cwd=tmp_path).returncode == 1


def test_check_takes_the_datum_from_a_plan(command, tmp_path):
    by_plan = command("check", PLAN)
    by_hand = command("check", str(SAMPLE / "outlets.xlsx"), "--datum", "gcj02")
    assert by_plan.returncode == 0, by_plan.stderr
    outlets, _ = by_plan.stdout.split("人口：population.csv")
    assert by_hand.stdout.startswith(outlets.strip())
    for told in ("可用网点 32 个，其中在营 30 个。", "错误 3 条"):
        assert told in by_plan.stdout
        assert told in by_hand.stdout


def test_check_of_a_table_without_datum_asks_for_it(command, tmp_path):
    shutil.copy(SAMPLE / "population.csv", tmp_path / "a.csv")
    done = command("check", str(tmp_path / "a.csv"))
    assert done.returncode == 2
    assert "--datum" in done.stderr
    done = command("check", str(SAMPLE / "outlets.xlsx"))
    assert done.returncode == 1
    assert "请加 --datum" in done.stderr.replace("\n", "")


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    return str(write_plan(folder / "plan", sites=False, people=40))


def test_report_of_counties_by_name_by_code_and_by_a_common_beginning(command, three):
    by_name = command("report", three, "--county", "中县", "--format", "csv")
    assert by_name.returncode == 0, by_name.stderr
    assert (
        by_name.stdout == command("report", three, "--county", "990102", "--format", "csv").stdout
    )
    whole = command("report", three, "--format", "csv").stdout.splitlines()
    several = command("report", three, "--county", "9901", "--format", "csv")
    assert several.returncode == 0, several.stderr
    own = [line for line in whole if any(name in line for name in ("西县", "中县", "东县"))]
    assert len(own) == 3
    assert [line for line in several.stdout.splitlines() if line in own] == own


def test_one_county_must_be_meant_where_one_is_needed(command, three):
    done = command("map", three, "--county", "9901")
    assert done.returncode == 2
    assert "西县、中县、东县" in done.stderr
    assert command("map", three).returncode == 2
    done = command("sites", three, "--add", "1", "--county", "南县")
    assert done.returncode == 1
    assert "没有县区“南县”" in done.stderr
    done = command("county", three, "东县")
    assert done.returncode == 0, done.stderr


def test_unknown_bank_is_told_with_the_banks_that_there_are(command):
    done = command("exit-impact", PLAN, "--bank", "无此银行")
    assert done.returncode == 1
    banks = {
        row[3]
        for row in openpyxl.load_workbook(SAMPLE / "outlets.xlsx")
        .worksheets[0]
        .iter_rows(min_row=3, values_only=True)
        if row[3] and row[-1] in (None, "在营")
    }
    assert banks
    for bank in banks:
        assert bank in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "缺少 PLAN：计划"),
        (["run", "a", "b c"], "多写了 b c"),
        (["rum"], "没有命令 rum，是否想写 run"),
        (["nonsense"], "没有命令 nonsense"),
        (["network", "biuld", "a", "b"], "没有命令 biuld，是否想写 build"),
        (["sites", PLAN, "--add", "三"], "--add 应是整数"),
        (["sites", PLAN, "--add", "0"], "--add 应不小于 1"),
        (["sites", PLAN, "--add"], "选项 --add 后面要写值"),
        (["sites", PLAN], "--add / --target 应写其中一个"),
        (["report", PLAN, "--fromat", "json"], "没有选项 --fromat，是否想写 --format"),
        (["report", PLAN, "--fail-under", "200"], "--fail-under 应不大于 100"),
        (["report", PLAN, "--fail-under", "八成"], "--fail-under 应是数字"),
        (["run", PLAN, "--fresh=1"], "选项 --fresh 后面不能有值"),
        (["-x"], "没有选项 -x"),
    ],
)
def test_wrong_usage_is_told_in_chinese(command, words, said):
    done = command(*words)
    assert done.returncode == 2
    told = done.stderr
    assert f"用法错误：{said}" in told
    english = [
        word
        for word in ("Missing", "No such", "Invalid", "Input", "Got", "Option ")
        if word in told
    ]
    assert english == []


def test_a_table_open_in_excel_is_told_as_that(command, tmp_path, monkeypatch):
    """On Windows no file may be replaced while another program has it open."""

    def taken(partial, target):
        raise PermissionError(13, "Permission denied", str(partial), None, str(target))

    monkeypatch.setattr("pathlib.Path.replace", taken)
    clean = tmp_path / "整理.xlsx"
    done = command("check", str(SAMPLE / "outlets.xlsx"), "--datum", "高德", "--clean", str(clean))
    assert done.returncode == 1
    told = done.stderr.replace("\n", "")
    assert "整理.xlsx：文件正被 Excel、WPS 等程序打开" in told
    assert "请关闭" in told
    assert "程序内部错误" not in told
    assert not list(tmp_path.iterdir()), "nothing half written stays"


def test_hints_can_be_pasted_where_folders_have_spaces(command, tmp_path):
    done = command("init", "茂名 社保 2026", cwd=tmp_path)
    (told,) = [line for line in done.stdout.splitlines() if "gdcoverage run" in line]
    assert '"茂名 社保 2026/社保网点计划.xlsx"' in told


def test_where_results_cannot_be_written_that_is_told_before_the_work(
    command, tmp_path, monkeypatch
):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("gdcoverage.run.busy.tempfile.TemporaryFile", refuse)
    plan = write_plan(tmp_path / "p", sites=False)
    done = command("run", str(plan))
    assert done.returncode == 1
    assert "结果文件夹不能写入" in done.stderr
    assert "读取人口" not in done.stderr


# Names of programs and of forms of data that have no Chinese name.
NAMES = (
    *("Excel", "WPS", "TOML", "CSV", "JSON", "HTML", "OSM", "PostgreSQL", "Slurm", "Dask", "WGS"),
    "A4",
)
# What may be written behind an option or as an argument, as it has to be written.
WRITTEN = (
    *("wgs84", "gcj02", "bd09", "cgcs2000", "walk", "osmnx", "text", "json", "csv", "outlets"),
    *("people", "numbers", "province", "county", "two-outlets", "mean-walk", "spread", "expected"),
    *("regret", "months", "run", "network", "register", "dask", "saved"),
    *("GDCOVERAGE_REGISTER", "GDCOVERAGE_BY"),
)


def commands_below(group, words=()):
    yield words
    for name, one in getattr(group, "commands", {}).items():
        yield from commands_below(one, (*words, name))


ROOT = get_command(cli.app)


@pytest.mark.parametrize("words", [*commands_below(ROOT)], ids=" ".join)
def test_help_has_no_english_word_but_what_is_to_be_written(words):
    told = CliRunner().invoke(cli.app, [*words, "--help"]).output.partition("例：")[0]
    about = ROOT
    for word in words:
        about = vars(about)["commands"][word]
    told = told.replace(f"用法：gdcoverage {' '.join(words)}", "").replace("用法：gdcoverage", "")
    names = {*getattr(about, "commands", ()), *(param.metavar for param in about.params)}
    told = re.sub(r"-\n\s+", "-", told)
    # Options, addresses, names of files, what is allowed of a number.
    told = re.sub(r"--[a-z-]+|\S+://\S+|\.[a-z.]+|\bx(?=[<>])|(?<=[<=])x\b", "", told)
    left = set(re.findall(r"[A-Za-z][\w-]*", told)) - {*NAMES, *WRITTEN} - names
    # Metavars of one argument stand in the help of another.
    assert {word for word in left if not word.isupper()} == set()


def test_a_choice_that_is_none_is_told_with_those_there_are(command):
    done = command("network", "build", "a.osm", "b.npz", "--profile", "x")
    assert done.returncode == 2
    assert "--profile 应为其中之一：'walk', 'osmnx'" in done.stderr
    assert "Value" not in done.stderr
