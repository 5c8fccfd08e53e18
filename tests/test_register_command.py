"""``gdcoverage register`` as people use it, one command after another."""

import datetime as dt

import pandas as pd
import pytest
from typer.testing import CliRunner

from gdcoverage.cli import app
from gdcoverage.problems import InputError
from gdcoverage.register import Register
from gdcoverage.run import load_plan
from test_run_again import LEFT, from_register
from three_counties import write_plan


@pytest.fixture
def say(tmp_path, monkeypatch):
    """Runs a command on a new register; what it prints, or the fault that it ends with."""
    monkeypatch.setenv("GDCOVERAGE_REGISTER", str(tmp_path / "台账.gpkg"))
    monkeypatch.setenv("GDCOVERAGE_BY", "监督科")

    def said(*words: str) -> str:
        done = CliRunner().invoke(app, ["register", *words])
        if isinstance(done.exception, InputError):
            return str(done.exception)
        assert done.exit_code == 0, done.output
        return done.output

    assert "已新建台账" in said("init")
    return said


def add(say, outlet, kind, on, *details, **options):
    named = [word for name, value in options.items() for word in (f"--{name}", value)]
    return say("add", outlet, kind, *details, "--on", on, "--source", "文1号", *named)


PLACE = (
    "网点名称=城南支行",
    "所属银行=农商银行",
    "经度=113.2",
    "纬度=23.1",
    "服务方式=窗口办、导办",
)


def test_an_outlet_through_its_life(say, tmp_path):
    assert "已写入第 1 条" in add(say, "A1", "登记", "2024-07-01", *PLACE)
    add(say, "A1", "签约", "2024-07-02", "协议事项=基本养老保险、工伤保险", "协议到期=2027-07-01")
    add(say, "A1", "授权事项", "2024-07-03", "授权事项=工伤保险")
    add(say, "A1", "约谈", "2025-01-01", "事由=超时办结")
    add(say, "A1", "约谈", "2025-02-01", "事由=又超时")
    shown = say("show", "A1", "--as-of", "2025-03-01")
    assert "截至 2025-03-01：在营；服务方式 窗口办、导办；业务事项 工伤保险" in shown
    checked = say("check", "--as-of", "2025-03-01", "--output", str(tmp_path / "监督.xlsx"))
    assert "强制退出候选 1、连续约谈 1。" in checked
    table = pd.read_excel(tmp_path / "监督.xlsx", engine="calamine")
    assert list(table["类别"]) == ["强制退出候选", "连续约谈"]
    assert "逾期未检查 1" in say("check", "--as-of", "2025-03-01", "--inspection-days", "200")
    assert "重大失误且连续两次约谈" in add(say, "A1", "强制退出", "2025-04-01", "情形=天气")
    add(say, "A1", "强制退出", "2025-04-01", "情形=重大失误且连续两次约谈整改不到位")
    assert "截至 2025-04-01：退出" in say("show", "A1", "--as-of", "2025-04-01")
    assert "不能再“暂停”" in add(say, "A1", "暂停", "2025-05-01")


def test_a_relocation_registers_the_new_point_as_the_old_one_was(say, tmp_path):
    add(say, "A1", "登记", "2024-07-01", *PLACE)
    add(say, "A1", "签约", "2024-07-02", "协议事项=工伤保险")
    told = add(say, "A1", "迁址", "2025-01-01", "新网点编号=A2", "经度=113.3", "纬度=23.2")
    assert "A1 2025-01-01 迁址" in told
    assert "A2 2025-01-01 登记" in told
    book = Register(tmp_path / "台账.gpkg").as_of(dt.date(2025, 1, 1))
    new = book.outlets["A2"]
    assert (new.name, new.modes, new.lon) == ("城南支行", ("window", "guided"), 113.3)
    assert (new.moved_from, book.outlets["A1"].moved_to) == ("A1", "A2")


def test_a_forced_exit_may_hit_a_whole_bank(say, tmp_path):
    for outlet, bank in (("A1", "农商银行"), ("A2", "农商银行"), ("A3", "建设银行")):
        add(say, outlet, "登记", "2024-07-01", *PLACE, f"所属银行={bank}")
        add(say, outlet, "签约", "2024-07-01", "协议事项=工伤保险")
    words = ("强制退出", "2025-01-01", "情形=其他严重违规", "--whole-bank")
    told = add(say, "农商银行", *words)
    assert "A1 2025-01-01 强制退出" in told and "A2 2025-01-01 强制退出" in told
    book = Register(tmp_path / "台账.gpkg").as_of(dt.date(2025, 1, 1))
    assert [s.left_by for s in book.outlets.values()] == ["exit_forced", "exit_forced", ""]
    assert "没有 农商银行 的网点" in add(say, "农商银行", *words)


def test_a_mistake_is_corrected_and_stays_to_be_seen(say):
    add(say, "A1", "登记", "2024-07-01", *PLACE)
    done = add(say, "A1", "更正", "2024-06-01", "网点名称=城北支行", corrects="1")
    assert "已写入第 2 条：A1 2024-06-01 更正" in done
    shown = say("show", "A1", "--as-of", "2024-06-01")
    plain = "".join(shown.split())
    for word in ("城北支行", "城南支行", "更正第1"):
        assert word in plain
    assert "是网点 A1 的" in add(say, "A9", "更正", "2024-06-01", corrects="1")
    wrong = CliRunner().invoke(app, ["register", "add", "A1", "更正", "--on", "2024-06-01",
                                     "--source", "x", "--by", "x"])  # fmt: skip
    assert wrong.exit_code == 2
    nonsense = CliRunner().invoke(app, ["register", "add", "A1", "跳舞", "--on", "2024-06-01",
                                        "--source", "x", "--by", "x"])  # fmt: skip
    assert nonsense.exit_code == 2


def test_items_follow_a_directory_once_there_is_one(say, tmp_path):
    table = tmp_path / "目录.csv"
    table.write_text("事项名称,类别\n工伤认定,工伤保险\n", encoding="utf-8")
    assert "事项目录，1 项" in say("directory", str(table), "--on", "2024-06-14")
    add(say, "A1", "登记", "2024-07-01", *PLACE)
    told = add(say, "A1", "签约", "2024-07-02", "协议事项=失业保险")
    assert "事项目录里没有 失业保险" in told
    assert "已写入" in add(say, "A1", "签约", "2024-07-02", "协议事项=工伤认定")


def test_what_is_not_there_is_said(say, tmp_path):
    assert "没有网点 A7" in say("show", "A7")
    assert "文件已存在" in say("init")
    assert "找不到台账" in say("check", "--register", str(tmp_path / "别处.gpkg"))
    assert "找不到复核表" in say("apply", str(tmp_path / "无.xlsx"))


def test_a_run_as_of_a_day_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", sites=False, people=40)
    from_register(LEFT)(path.parent)
    words = ["run", str(path), "--workers", "1", "--only", "numbers", "--as-of", "2026-01-31"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "2026-01-31" in (path.parent / "results/汇总.json").read_text(encoding="utf-8")
    assert CliRunner().invoke(app, [*words[:-1], "昨天"]).exit_code == 2


PLAN_FAULTS = {
    'register = "无.gpkg"': "register 找不到文件",
    'register = "plan.toml"\npath = "outlets.csv"': "path 与 register 不能同时写",
    'register = "postgresql://h/d"\nas_of = "去年"': "as_of 应是某一天",
    'as_of = "2025-06-30"': "缺少 path、datum",
}


@pytest.mark.parametrize("asked", PLAN_FAULTS)
def test_a_plan_that_asks_a_register_wrongly_is_told(tmp_path, asked):
    path = write_plan(tmp_path, sites=False)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('path = "outlets.csv"\ndatum = "wgs84"', asked), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_plan(path)
    assert PLAN_FAULTS[asked] in str(error.value)


def test_a_plan_may_name_a_day_as_toml_has_days(tmp_path):
    path = write_plan(tmp_path, sites=False)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[demand]", "as_of = 2025-06-30\n[demand]"), encoding="utf-8")
    assert load_plan(path).outlets.as_of == dt.date(2025, 6, 30)
