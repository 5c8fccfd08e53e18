"""What supervision has to look at: in the planner's workbook and map, and in nothing public."""

import base64
import datetime as dt
import gzip
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from gdcoverage.emap._outlets import PUBLIC_COLUMNS
from gdcoverage.register import KINDS, ORDER, SUPERVISION, Draft, Register
from gdcoverage.report import report_text
from gdcoverage.run import How, load_plan, make_report, read_inputs, run_plan
from gdcoverage.sites import exit_impact, exit_impact_of
from known import known
from test_run_again import from_register, happened
from three_counties import write_plan

DATE = "2026-06-14"
# Names and words that stand nowhere but in supervision, or are a person's.
INSPECTOR, PERSON, MANAGER, MOBILE = "欧阳稽查", "李四光", "张三丰", "13800138000"
SECRET = ("密一字", "密二字", "密三", "密四字", "密五字", "密六字", INSPECTOR)


def supervised(register: Register) -> None:
    """W0 is a candidate of forced exit twice over; W1 was inspected; W3 is on no map."""
    day = dt.date
    drafts = [
        Draft("W0", "talked", day(2026, 1, 6), {"reason": SECRET[0]}),
        Draft("W0", "talked", day(2026, 2, 6), {"reason": SECRET[1]}),
        Draft("W0", "assessed", day(2026, 3, 1), {"year": 2025, "passed": False, "remark": "密三"}),
        Draft("W1", "inspected", day(2026, 1, 5), {"by": "unannounced", "passed": False,
                                                   "sign": False, "findings": SECRET[3]}),
        Draft("W2", "complained", day(2026, 4, 1), {"content": SECRET[4]}),
        Draft("W2", "changed", day(2026, 4, 2), {
            "phone": f"{MANAGER} {MOBILE}、0755-82000000", "hours": f"9:00-17:00 联系人：{PERSON}",
        }),
    ]  # fmt: skip
    register.append(drafts, recorded_by=INSPECTOR, source=SECRET[5])
    place = {"name": "未登记支行", "bank": "丁银行", "lon": 113.035, "lat": 23.01}
    items = {"items": ["工伤保险"]}
    happened(
        Draft("W9", "signed", day(2026, 5, 1), place | {"modes": ["window"]} | items),
        Draft("W9", "authorised", day(2026, 5, 1), items),
    )(register)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A run of three counties, and the folder of its results."""
    folder = tmp_path_factory.mktemp("supervised")
    path = write_plan(folder / "plan", sites=False, people=60)
    from_register(supervised)(path.parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GDCOVERAGE_CACHE", str(folder / "cache"))
        done = run_plan(load_plan(path), DATE, How(workers=1))
    return done.report, path.parent / "results"


def test_all_that_the_register_finds_is_listed_with_who_would_lose_the_standard(ran):
    report, results = ran
    table = report.supervision_table
    found = list(zip(table["outlet_id"], table["kind"], strict=True))
    assert found == [
        ("W0", "强制退出候选"),
        ("W0", "强制退出候选"),
        ("W0", "连续约谈"),
        *((i, "逾期未检查") for i in ("W0", "W2", "W3", "W4")),
        ("W1", "标识不合格"),
        ("W2", "投诉未答复"),
        ("W9", "在营而未登记"),
        ("W4", "已登记而不在营"),
    ]
    # Only whoever has no other outlet loses the standard.
    demand, outlets = report.coverage.demand, report.coverage.outlets
    column = int((outlets["outlet_id"] == "W0").to_numpy().argmax())
    has = report.coverage.covers[:, [column]].toarray().ravel()
    alone = demand["population"][has & (demand["covering_outlets"] == 1)].sum()
    lost = table.set_index("outlet_id")["population"]
    assert alone > 0
    assert (lost["W0"] == alone).all()
    assert pd.isna(lost["W4"]).all()
    sheet = pd.read_excel(results / "汇总.xlsx", sheet_name="监督", header=None, engine="calamine")
    assert "不得公开" in str(sheet.iloc[0, 0])
    text = sheet.to_string()
    for word in ("2025 年度考核不合格", "W9", "未登记支行", "全部退出则"):
        assert word in text
    # Who inspected, and what was said, is the register's own.
    assert not any(word in text for word in SECRET)


def test_every_county_has_its_own_and_the_province_counts_them(ran):
    report, results = ran
    own = {
        path.parent.name[7:]: pd.read_excel(path, sheet_name="监督", header=None, engine="calamine")
        for path in results.glob("县区/*/汇总.xlsx")
    }
    ids = {name: set(re.findall(r"\bW\d\b", table.to_string())) for name, table in own.items()}
    assert ids == {"西县": {"W0", "W1"}, "中县": {"W2", "W9"}, "东县": {"W3", "W4"}}
    counts = pd.read_excel(
        results / "汇总.xlsx", sheet_name="监督（各县区）", header=1, engine="calamine"
    )
    counts.columns = [str(name).split("（")[0].strip() for name in counts.columns]
    assert set(ORDER) < set(counts.columns)
    sums = counts[counts["县区"] != "合计"][list(ORDER)].sum()
    table = report.supervision_table
    assert sums.sum() == len(table.drop_duplicates(["kind", "outlet_id"])) == len(table) - 1
    assert (counts[counts["县区"] == "合计"][list(ORDER)].iloc[0] == sums).all()


def test_candidates_that_leave_together_take_what_the_exit_question_says(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", sites=False, people=60)
    from_register(supervised)(path.parent)
    talked = {"reason": "又"}
    happened(
        Draft("W1", "talked", dt.date(2026, 1, 6), talked),
        Draft("W1", "talked", dt.date(2026, 1, 7), talked),
    )(Register(path.parent / "台账.gpkg"))
    text = path.read_text(encoding="utf-8")
    one = text.replace('path = "counties.geojson"', 'single = "三县"')
    path.write_text(one, encoding="utf-8")
    plan = load_plan(path)
    report = make_report(plan, read_inputs(plan, today=dt.date.fromisoformat(DATE)), DATE)
    both = exit_impact_of(report.walked, ["W0", "W1"])
    alone = exit_impact(report.walked).set_index("outlet_id")["population"]
    table = known(report.supervision_table)
    lost = table.drop_duplicates("outlet_id").set_index("outlet_id")
    assert lost["population"]["W1"] == alone["W1"]
    said = f"在营 2 个，全部退出则 {both.population_lost:,.0f} 人失去达标"
    assert said in report_text(report, 200)


def test_a_ring_stands_around_each_outlet_on_the_planners_maps(ran):
    _, results = ran
    data = {
        n: json.loads(t)
        for n, t in blocks_of(results / "地图.html").items()
        if n in ("head", "planner")
    }
    rings = [(row["style"], row["name"]) for row in data["planner"]["supervision"]]
    # Two grounds of one candidate are one ring.
    assert rings.count(("supervised_forced", "第0支行")) == 1
    styles = {style["key"]: style for style in data["head"]["styles"]}
    assert {style for style, _ in rings} == {key for key in styles if "supervised" in key}
    assert not any(styles[style]["on"] for style, _ in rings)
    (mine,) = results.glob("县区/*西县/地图.html")
    own = json.loads(blocks_of(mine)["planner"])["supervision"]
    assert {row["name"] for row in own} <= {name for _, name in rings}
    forced = next(row for row in own if row["style"] == "supervised_forced")
    assert len([fact for fact in forced["facts"] if fact[0] == "强制退出候选"]) == 2


def blocks_of(page: Path) -> dict[str, str]:
    """The text of every block of a page, unpacked."""
    pattern = r'(?s)<script type="application/(json|gzip)"[^>]*data-block="(\w+)">(.*?)</script>'
    return {
        name: gzip.decompress(base64.b64decode(text)).decode(errors="replace")
        if kind == "gzip"
        else text
        for kind, name, text in re.findall(pattern, page.read_text(encoding="utf-8"))
    }


def test_nothing_of_supervision_and_no_persons_name_is_in_the_public_file(ran):
    report, results = ran
    page = results / "公众版地图.html"
    blocks = blocks_of(page)
    assert "planner" not in blocks
    assert "styles" not in json.loads(blocks["head"])
    # The outlets are there, with what the public may know.
    for text in ("未登记支行", "0755-82000000", "9:00-17:00"):
        assert text in blocks["outlets"]
    persons = (*SECRET, PERSON, MANAGER, MOBILE)
    # The page's own scripts serve both editions; what they are told is in the blocks.
    told = "\n".join(blocks.values())
    words = [*persons, *report.supervision_table["what"], *ORDER]
    words += [KINDS[kind].term for kind in SUPERVISION]
    assert [word for word in words if word in told] == []
    html = page.read_text(encoding="utf-8")
    assert [word for word in persons if word in html] == []
    # The same words are found where they are meant to be.
    inside = "\n".join(blocks_of(results / "地图.html").values())
    assert all(what in inside for what in report.supervision_table["what"])


def test_the_publics_view_has_the_publics_columns():
    assert not {name for name in PUBLIC_COLUMNS if re.search("source|unclear|super|record", name)}
