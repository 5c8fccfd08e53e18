"""What keeps a public map from being published, what lets it pass, and what is in it then."""

import base64
import gzip
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gdcoverage.cli import app
from gdcoverage.emap import EMap, Release, build_public_map, write_map
from gdcoverage.emap._outlets import look_up
from gdcoverage.outlets import read_outlets
from gdcoverage.problems import InputError, unusable
from gdcoverage.publish import cards, publishing
from gdcoverage.publish.gate import refusals, release_of
from gdcoverage.publish.publishing import PUBLISHED
from gdcoverage.run import load_plan, streets
from known import known
from public_outlets import counties, public_outlets
from three_counties import ADCODES, write_plan

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
WEEK = "周一至周五 9:00-17:00"
HEADINGS = ("编号", "网点名称", "所属银行", "地址", "电话", "营业时间", "状态", "经度", "纬度")
ROW = ("A1", "甲支行", "中国工商银行", "东门路1号", "0752-7780001", WEEK, "在营", "114.25", "23.72")
MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])")


def _read(folder, *changes, name="网点截至2026年6月30日.csv", headings=HEADINGS):
    """A table of outlets, each a sound row with some cells changed."""
    rows = [_row(i, change or {}) for i, change in enumerate(changes or (None,), 1)]
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in (headings, *rows))
    (folder / name).write_text(text, encoding="utf-8")
    reading = read_outlets(folder / name, datum="wgs84")
    frame = reading.frame[reading.frame["status"] == "active"].assign(county="441324")
    return reading, frame.reset_index(drop=True)


def _row(i, change):
    """An outlet like no other, but for what is changed."""
    change = {"编号": f"A{i}", "网点名称": f"第{i}支行", "经度": f"{114 + i / 100:.2f}"} | change
    return tuple(change.get(heading, cell) for heading, cell in zip(HEADINGS, ROW, strict=True))


def _kinds(reading, outlets, approval="粤S（2026）012号"):
    return [
        refusal.waiver.removeprefix("waive_") for refusal in refusals(reading, outlets, approval)
    ]


def test_a_sound_table_with_an_approval_passes(tmp_path):
    assert _kinds(*_read(tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"营业时间": "详询网点"}, "hours", "“营业时间”列，值“详询网点”：营业时间没有读懂"),
        ({"营业时间": f"{WEEK} 张三"}, "hours", "营业时间没有读懂"),
        ({"电话": "请咨询柜台"}, "phones", "电话没有读懂"),
        ({"地址": "东门路1号（联系人：李四）"}, "personal", "“李四”像是个人的姓名或手机号"),
        ({"网点名称": "甲支行张经理"}, "personal", "张经理"),
        ({"地址": "东门路1号 13800138000"}, "personal", "13800138000"),
        # An office's own mobile is published, so somebody must answer for it.
        ({"电话": "值班手机13800138000"}, "personal", "138 0013 8000"),
        ({"编号": "13800138000"}, "personal", "13800138000"),
    ],
)
def test_each_cell_that_keeps_it_back_is_told(tmp_path, change, kind, said):
    reading, outlets = _read(tmp_path, None, change)
    found = [*refusals(reading, outlets, "粤S（2026）012号")]
    assert kind in {refusal.waiver.removeprefix("waive_") for refusal in found}
    lines = [str(refusal.problem) for refusal in found]
    assert any(said in line and "第 3 行" in line for line in lines), lines


def test_hours_that_are_not_read_are_looked_at_for_persons_too(tmp_path):
    reading, outlets = _read(tmp_path, {"营业时间": "9点开门（张三）"})
    assert _kinds(reading, outlets) == ["hours", "personal"]


def test_a_persons_mobile_in_the_column_of_telephones_is_not_shown_and_keeps_nothing_back(tmp_path):
    reading, outlets = _read(tmp_path, {"电话": "张经理13800138000，0752-7780001"})
    assert _kinds(reading, outlets) == []
    assert "13800138000" not in str(build_public_map(outlets, title="t").blocks)


@pytest.mark.parametrize(("column", "kind"), [("营业时间", "hours"), ("电话", "phones")])
def test_a_column_that_was_not_understood_is_told_with_those_unused(tmp_path, column, kind):
    headings = tuple("对外事宜" if name == column else name for name in HEADINGS)
    reading, outlets = _read(tmp_path, headings=headings)
    (refusal,) = refusals(reading, outlets, "粤S（2026）012号")
    assert refusal.waiver == f"waive_{kind}"
    assert f"没有读到“{column}”列（没有用到的列：对外事宜）" in str(refusal.problem)


def test_no_date_no_approval_and_a_bank_that_may_be_another(tmp_path):
    banks = ({"所属银行": "农商银行"}, {"所属银行": "龙门农商银行"})
    reading, outlets = _read(tmp_path, *banks, name="网点.csv")
    assert _kinds(reading, outlets, " ") == ["date", "banks", "approval"]


def test_without_an_outlet_nothing_is_published(tmp_path):
    reading, outlets = _read(tmp_path)
    with pytest.raises(InputError, match="没有一个在营网点"):
        list(refusals(reading, outlets.iloc[:0], "粤S（2026）012号"))


@pytest.fixture
def sample(tmp_path):
    """The bundled plan with a folder of its own for results."""
    shutil.copytree(SAMPLE, tmp_path / "plan", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    plan = tmp_path / "plan" / "plan.toml"
    text = plan.read_text(encoding="utf-8").replace("../../maps/sample", "结果")
    plan.write_text(text, encoding="utf-8")
    return plan


def _with(plan, *lines):
    plan.write_text("\n".join([plan.read_text(encoding="utf-8"), *lines]), encoding="utf-8")
    return load_plan(plan)


def test_what_is_waived_is_said_on_the_page_with_name_and_reason(sample, tmp_path):
    reading, outlets = _read(tmp_path, {"营业时间": "详询网点"})
    inputs: Any = SimpleNamespace(outlets=reading)
    plan = _with(
        sample,
        "[publish]",
        'url = "https://rs.example.gov.cn/map"',
        'waive_approval = "张三: 只在大厅触摸屏使用"',
        'waive_banks = "李四：不会用到"',
    )
    with pytest.raises(InputError) as refused:
        release_of(plan, inputs, outlets)
    # What has a waiver is not told again; how to waive the rest is.
    assert len(refused.value.problems) == 1
    assert "[publish] waive_hours）写 姓名：理由" in str(refused.value)
    plan = replace(plan, publish=replace(plan.publish, waive_hours="王五：正在核实"))
    release = release_of(plan, inputs, outlets)
    unapproved = "本图未附审图号：经张三同意，理由：只在大厅触摸屏使用"
    assert release == Release(
        "https://rs.example.gov.cn/map",
        ("本图有网点的营业时间没有读懂，照原文显示：经王五同意，理由：正在核实", unapproved),
        unapproved,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('waive_date = "同意"', "应写明谁同意、为什么"),
        ('waive_date = "张三："', "应写明谁同意、为什么"),
        ("decimals = 6", "应是小数位数"),
        ('url = "rs.example.cn"', "应是 http:// 或 https:// 开头的网址"),
        (f'url = "https://rs.example.cn/{"x" * 200}"', "印成二维码扫不出"),
    ],
)
def test_values_of_the_plan_that_cannot_be(sample, line, said):
    with pytest.raises(InputError, match=said):
        _with(sample, "[publish]", line)


def _run(plan):
    return CliRunner().invoke(app, ["publish", str(plan)], standalone_mode=False)


def _blocks(html):
    """Every block of a page, unpacked, as one text each."""
    found = re.findall(
        r'<script type="application/(json|gzip)"[^>]*data-block="(\w+)">(.*?)</script>', html, re.S
    )
    return {
        name: _told(
            name, text.encode() if kind == "json" else gzip.decompress(base64.b64decode(text))
        )
        for kind, name, text in found
    }


def _told(name, data):
    """JSON; of the base map's numbers the heading, in which all its names stand."""
    if name == "drawn":
        data = data[4 : 4 + int.from_bytes(data[:4], "little")]
    return json.dumps(json.loads(data), ensure_ascii=False)


def test_the_sample_is_refused_with_every_reason_then_granted(sample, monkeypatch):
    monkeypatch.setattr(publishing, "opened_faults", lambda page, emap: None)
    refused = _run(sample)
    kinds = {problem.kind for problem in refused.exception.problems}
    assert kinds == {"publish_hours", "publish_date", "publish_approval"}
    page = sample.parent / "结果" / PUBLISHED
    assert not page.exists()
    waivers = [f'waive_{kind} = "张三：核实中"' for kind in ("hours", "date")]
    _with(sample, "[map]", 'approval = "粤S（2026）012号"', "[publish]", "decimals = 4", *waivers)
    granted = _run(sample)
    assert granted.exception is None, granted.exception
    assert "没有逐张打开" in granted.output
    assert "图上注明：本图数据日期不明：经张三同意，理由：核实中" in granted.output
    html = page.read_text(encoding="utf-8")
    blocks = _blocks(html)
    assert blocks.keys() == {"head", "outlets", "names", "base", "drawn", "walks"}
    assert "内部草稿" not in re.sub(r"(?s)<script>.*?</script>", "", html)
    head = json.loads(blocks["head"])
    assert (head["draft"], head["approval"]) == (False, "粤S（2026）012号")
    for name, text in blocks.items():
        assert not MOBILE.search(text), name
        assert not re.search("经理|先生|女士|联系人", text), name
    outlets = json.loads(blocks["outlets"])
    assert all(degree % 10 == 0 for side in ("lon", "lat") for degree in outlets[side])
    assert [file.name for file in page.parent.iterdir()] == [PUBLISHED]


def test_streets_that_cannot_be_had_leave_straight_lines(sample, monkeypatch):
    def refuse(*_):
        raise unusable("no_streets", "服务器连不上", "请稍后再试")

    monkeypatch.setattr(streets, "streets_of", refuse)
    monkeypatch.setattr(publishing, "opened_faults", lambda page, emap: [])
    kinds = ("hours", "date", "approval")
    _with(sample, "[publish]", *(f'waive_{kind} = "张三：核实中"' for kind in kinds))
    granted = _run(sample)
    assert granted.exception is None, granted.exception
    assert "服务器连不上" in granted.output and "离网点多远只写直线距离" in granted.output
    html = (sample.parent / "结果" / PUBLISHED).read_text(encoding="utf-8")
    assert "walks" not in _blocks(html)


def test_a_province_is_published_with_its_counties_names(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(publishing, "opened_faults", lambda page, emap: [])
    monkeypatch.setattr(publishing, "card_faults", lambda emap: [])
    plan = write_plan(tmp_path / "plan", sites=False)
    kinds = ("hours", "phones", "date", "banks", "approval")
    _with(plan, "[publish]", *(f'waive_{kind} = "张三：核实中"' for kind in kinds))
    granted = _run(plan)
    assert granted.exception is None, granted.exception
    assert "请把“地名”文件夹与网页放在同一处一起发布" in granted.output
    folder = plan.parent / "results"
    assert {path.name for path in (folder / "地名").iterdir()} == {f"{a}.js" for a in ADCODES}
    assert "请把“底图”文件夹与网页放在同一处一起发布" in granted.output
    assert list((folder / "底图").glob("*.js"))
    html = (folder / PUBLISHED).read_text(encoding="utf-8")
    assert " 'self' file:; style-src" in html
    assert "walks" not in _blocks(html)


def test_ones_own_county_lines_are_those_of_the_map_and_named_in_its_credits(sample, monkeypatch):
    monkeypatch.setattr(publishing, "opened_faults", lambda page, emap: [])
    box = (113.9, 23.4, 114.6, 24.1)
    own = gpd.GeoDataFrame(
        {"代码": ["441324"], "名称": ["龙门县"]}, geometry=[shapely.box(*box)], crs="EPSG:4490"
    )
    own.to_file(sample.parent / "审定界线.geojson")
    text = sample.read_text(encoding="utf-8")
    text = text.replace('adcodes = ["441324"]', 'path = "审定界线.geojson"')
    sample.write_text(text, encoding="utf-8")
    lines = [f'waive_{kind} = "张三：核实中"' for kind in ("hours", "date", "approval")]
    _with(sample, "[publish]", *lines)
    granted = _run(sample)
    assert granted.exception is None, granted.exception
    assert "cnmaps" not in granted.output
    blocks = _blocks((sample.parent / "结果" / PUBLISHED).read_text(encoding="utf-8"))
    assert "图层“审定界线.geojson”，由制图单位提供" in blocks["head"]
    assert "cnmaps" not in blocks["head"]
    base = json.loads(blocks["base"])
    for rings in (base["borders"], *base["land"]):
        lon, lat = _unpacked(rings)
        on = np.isin(lon, box[::2]) | np.isin(lat, box[1::2])
        assert on.all()
        assert (lon.min(), lat.min(), lon.max(), lat.max()) == box


def _unpacked(lines):
    """Degrees of packed lines: steps of 1e-5 degrees, on from line to line."""
    steps = np.concatenate([np.reshape(line, (-1, 2)) for line in lines])
    return (steps.cumsum(axis=0) / 1e5).T


def test_a_card_that_does_not_open_keeps_the_page_back_and_the_old_one_stands(sample, monkeypatch):
    lines = [f'waive_{kind} = "张三：核实中"' for kind in ("hours", "date", "approval")]
    _with(sample, "[publish]", *lines)
    page = sample.parent / "结果" / PUBLISHED
    page.parent.mkdir()
    page.write_text("旧", encoding="utf-8")
    monkeypatch.setattr(publishing, "opened_faults", lambda trial, emap: _far_away()[:1])
    assert "不在广东" in str(_run(sample).exception)
    assert page.read_text(encoding="utf-8") == "旧"


def _far_away():
    """The faults of outlets that lie twenty degrees off."""
    outlets = public_outlets(20)
    outlets = outlets.set_geometry(outlets.geometry.translate(20))
    return cards.card_faults(build_public_map(outlets, title="t"))


def test_cards_are_checked_by_their_data():
    outlets = public_outlets(40)
    # The code for the way there cuts a long name.
    outlets.loc[2, "name"] = "名" * 60
    assert cards.card_faults(build_public_map(outlets, counties(), title="t")) == []
    assert "不在广东" in str(_far_away()[0])


def test_every_card_is_opened_in_a_browser(tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed (make test installs it)")
    page = tmp_path / "m.html"
    sound = build_public_map(public_outlets(40), counties(), title="t")
    write_map(sound, page)
    assert cards.opened_faults(page, sound) == []
    data = cards.unpacked(sound.blocks["outlets"])
    data["county"]["codes"][1] = 99
    others = {name: block for name, block in sound.blocks.items() if name != "head"}
    broken = EMap(sound.head, others | {"outlets": data})
    write_map(broken, page)
    (fault,) = known(cards.opened_faults(page, broken))
    assert "打开时出错" in str(fault)


THREE = public_outlets(20).iloc[[2, 3, 4]].reset_index(drop=True)
THREE = THREE.assign(county="440113", source_file="a.csv", source_sheet="", source_row=[2, 3, 4])
SAFE = st.text("东门路一二三号楼，（）", max_size=10)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["name", "address", "bank", "hours", "phone", "outlet_id"]),
    SAFE,
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    SAFE,
)
def test_no_mobile_number_passes_the_gate_into_the_page(column, before, number, after):
    outlets = THREE.copy()
    outlets.loc[2, column] = f"{before}号{number}{after}"
    reading: Any = SimpleNamespace(
        source=SimpleNamespace(name="a.csv"),
        account=SimpleNamespace(tables=(), data_date="2026"),
    )
    told = {refusal.waiver for refusal in refusals(reading, outlets, "粤S（2026）012号")}
    page = str(look_up(outlets, None))
    assert "waive_personal" in told or number not in re.sub("[ -]", "", page)
