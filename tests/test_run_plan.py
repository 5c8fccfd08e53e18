import datetime as dt
import json
import shutil
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmnx as ox
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine

from gdcoverage.network import WalkNetwork
from gdcoverage.places.counties import read_counties
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.run import (
    How,
    load_plan,
    make_report,
    read_inputs,
    read_network,
    run_plan,
    write_outputs,
)
from gdcoverage.run.plan import (
    CountiesInput,
    DemandInput,
    MapInput,
    NetworkInput,
    OutletsInput,
    Outputs,
    Plan,
    PublishInput,
    SitesInput,
)
from gdcoverage.sites import Terms
from known import known
from overpass_server import serving

SAMPLE = Path(__file__).parent.parent / "data/sample"


@pytest.fixture
def sample(tmp_path):
    """A copy of the bundled sample whose results go beside it."""
    for name in ("outlets.xlsx", "population.csv", "streets.osm.pbf"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    text = (SAMPLE / "plan.toml").read_text(encoding="utf-8")
    text = text.replace("../../maps/sample", "results")
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    return tmp_path / "plan.toml"


def edited(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def report_of(path):
    plan = load_plan(path)
    return make_report(plan, read_inputs(plan), "2024-06-14")


def test_plan_is_read_with_paths_beside_it(sample):
    plan = load_plan(sample)
    assert plan.title.startswith("合成示例")
    assert plan.outlets.path == sample.parent / "outlets.xlsx"
    assert plan.outlets.datum == "gcj02"
    assert plan.standard == Standard()
    assert plan.outputs.folder == sample.parent / "results"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[standard]", "[standrad]", r"不认识 standrad.*standard"),
        ("minutes = 15", "minuets = 15", r"\[standard\] 里不认识 minuets.*minutes"),
        ("minutes = 15", "minutes = -1", r"minutes 应在"),
        ('datum = "gcj02"', 'datum = "mars"', "不认识的坐标系"),
        ('path = "outlets.xlsx"\n', "", r"\[outlets\] 缺少 path"),
        ('osm = "streets', 'place = "x"\nosm = "streets', "恰好写一种来源"),
        ("[demand]", "[demand", r"请把这一行改成：\[demand\]"),
        ("adcodes = [", "adcodes = 441324 # [", "应是列表"),
        ("add = 3", "add = 3\ntarget = 95", "add 与 target 中写一个"),
    ],
)
def test_wrong_plan_says_what_and_what_to_do(sample, old, new, message):
    with pytest.raises(InputError, match=message):
        load_plan(edited(sample, old, new))


def test_missing_plan_and_missing_section(tmp_path):
    with pytest.raises(InputError, match="找不到计划文件"):
        load_plan(tmp_path / "none.toml")
    (tmp_path / "bare.toml").write_text('title = "x"\n')
    with pytest.raises(InputError, match=r"\[outlets\] \[demand\] \[network\]"):
        load_plan(tmp_path / "bare.toml")


def test_environment_variables_in_paths(sample, monkeypatch):
    monkeypatch.setenv("DATA_HERE", str(sample.parent))
    plan = load_plan(edited(sample, '"streets.osm.pbf"', '"${DATA_HERE}/streets.osm.pbf"'))
    assert plan.network.osm == sample.parent / "streets.osm.pbf"


FAULTY = """title = 2024
[outlets]
path = "网点.xlsx"
datum = "mars"
[demand]
path = "${NOT_SET_HERE}/people.csv"
settlment = "urban"
[network]
osm = "streets.osm.pbf"
place = "龙门县"
[standard]
walking_speed = 4
snap_limit_m = nan
[counties]
adcodes = [441324, "441324", "44132"]
[sites]
add = "3"
frontier = 2.5
bank_caps = { "甲" = -1, "乙" = 1 }
[[map]]
tiles = "osm"
[mpa]
tiles = "osm"
"""

TOLD = """\
[demand] 里不认识 settlment。是否想写 settlement？可用的有：datum、expected_population、land、path、places、settlement、settlement_polygons、sheet
[standard] 里不认识 walking_speed。是否想写 walking_speed_kmh？可用的有：minutes、rural_radius_m、smallest_component_m、snap_limit_m、town_rule、walking_speed_kmh
不认识 mpa。是否想写 map？可用的有：counties、demand、map、network、outlets、outputs、places、publish、quotas、sites、standard、title
[network] 应恰好写一种来源，现有：osm、place。请在 osm、graphml、saved、place、polygon 中选一种
[counties] adcodes 没有县区“44132”，现为 "44132"。是否想写 441324（龙门县）、441323（惠东县）、441322（博罗县）？请写县区名、市名，或行政区划代码（县 441324、市 4413）
title 应是文字，现为 2024。请用英文引号括起来
[outlets] path 找不到文件，现为 "网点.xlsx"。请检查路径与文件名（相对于计划文件所在文件夹）
[outlets] datum 是不认识的坐标系，现为 "mars"。请写 wgs84、gcj02、bd09、cgcs2000 之一（高德、腾讯用 gcj02，百度用 bd09）
[demand] path 里的环境变量没有设置：${NOT_SET_HERE}，现为 "${NOT_SET_HERE}/people.csv"。请先设置，或直接写出路径
[standard] snap_limit_m 应在 0 与 5,000 之间，现为 nan。请改正
[counties] adcodes 有重复的："441324"，现为 [441324, "441324", "44132"]。应是县区名、市名或行政区划代码，每个写一次
[sites] add 应是整数，在 0 与 1,000,000 之间，现为 "3"。请去掉引号
[sites] frontier 应是整数，在 0 与 1,000,000 之间，现为 2.5。请改正
[sites] bank_caps 中“甲”的上限应是整数，在 0 与 1,000,000 之间，现为 {"甲": -1, "乙": 1}。请改正
[map] 应是一节，现为 [{"tiles": "osm"}]。请另起一行写 [map]（单方括号），其下每行一个键
"""  # noqa: E501


def test_a_plan_names_rasters_of_classes_and_of_land(sample):
    """Read anew each time: a raster that changed is not answered by what was read of another."""
    table = sample.parent / "population.csv"
    people = pd.read_csv(table).drop(columns="城乡分类代码")
    people.to_csv(table, index=False, encoding="utf-8-sig")
    west, south = people["经度"].min() - 0.1, people["纬度"].min() - 0.1
    edited(
        sample,
        'path = "population.csv"',
        'path = "population.csv"\nsettlement_polygons = "smod.tif"\nland = "land.tif"',
    )
    for code, settlement in ((30, "urban"), (11, "rural")):
        for name in ("smod.tif", "land.tif"):
            with rasterio.open(
                sample.parent / name, "w", driver="GTiff", width=1, height=1, count=1,
                dtype="int16", crs="EPSG:4326", transform=Affine(1, 0, west, 0, -1, south + 1),
            ) as file:  # fmt: skip
                file.write(np.full((1, 1, 1), code, "int16"))
        inputs = read_inputs(load_plan(sample))
        assert set(inputs.demand.frame["settlement"]) == {settlement}
        assert set(inputs.demand.frame["settlement_source"]) == {"degurba"}
        roles = {source.name: source.role for source in inputs.sources}
        assert roles["smod.tif"] == "城乡分类"
        assert roles["land.tif"] == "陆地比例"
        assert "land_unused" in {p.kind for p in inputs.problems}


def test_all_faults_of_a_plan_are_told_at_once(sample):
    sample.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_plan(sample)
    lines = [f"错误：plan.toml：{line}" for line in TOLD.splitlines()]
    assert str(refused.value).splitlines() == lines
    assert [str(problem) for problem in refused.value.problems] == lines


def refusal(sample, section, line):
    """What is said of a line, put in the place of what the sample has for its key."""
    plan = tomllib.loads(sample.read_text(encoding="utf-8"))
    plan[section] = plan.get(section, {}) | tomllib.loads(line)
    sample.write_text(toml_file(plan), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_plan(sample)
    return str(refused.value)


WRONG = [
    *[("sites", f"add = {v}") for v in ('"3"', "-1", "2.5", "3.0", "true", "nan", "[3]", "{}")],
    *[("sites", f"frontier = {v}") for v in ('"8"', "-1", "1e3", "inf")],
    *[("sites", f"bank_caps = {v}") for v in ("5", "[]", '{ "甲" = "2" }', '{ "甲" = true }')],
    *[("sites", f"apart_m = {v}") for v in ("0", "nan", "inf", "false", '"500"')],
    *[("sites", f"generate = {v}") for v in ("-5", "1.5")],
    *[("sites", f"within = {v}") for v in ("101", "-1", "true", '"5"', "nan")],
    *[("sites", f"{k} = {v}") for k in ("fixed", "forbidden") for v in ('"C7"', "[true]", "{}")],
    *[("sites", f"then = {v}") for v in ('"nearest"', "2", "[]")],
    *[("sites", f"refine_m = {v}") for v in ("0", "4.9", "nan", '"50"')],
    *[("sites", f"robust = {v}") for v in ('"mean"', "true", "[]")],
    *[("sites", f"candidates = {v}") for v in ('"none.csv"', '""', '"."', "5")],
    ("sites", 'excluded = "none.geojson"'),
    *[("standard", f"minutes = {v}") for v in ('"15"', "nan", "inf", "true", "[]", "{}")],
    *[("standard", f"town_rule = {v}") for v in ("[]", '"towns"', "1")],
    *[("outlets", f"path = {v}") for v in ('""', '" "', '"none.xlsx"', "1")],
    *[("outlets", f"path = {v}") for v in ('"a\\u0000"', '"~nobody/x"')],
    ("outlets", f'path = "{"x" * 5000}"'),
    *[("outlets", f"datum = {v}") for v in ('"mars"', '""', "84", "[]")],
    *[("outlets", f"sheet = {v}") for v in ('""', "1", '["a"]')],
    *[("demand", f"settlement = {v}") for v in ('"suburb"', "111", '""')],
    ("demand", 'settlement_polygons = "none.gpkg"'),
    ("demand", 'land = "none.tif"'),
    *[("network", f"osm = {v}") for v in ('"none.osm"', '"."')],
    *[("network", f"overpass_url = {v}") for v in ('"ftp://x"', '"overpass.de/api"', '"http://"')],
    *[("network", f"profile = {v}") for v in ('"car"', '""', "1", '["walk"]')],
    ("network", 'nominatim_url = "file:///x"'),
    *[("network", f"doh_url_template = {v}") for v in ('"https://x"', '"https://x/{hostname}{n}"')],
    ("network", 'cache_folder = "outlets.xlsx"'),
    *[("counties", f"adcodes = {v}") for v in ("[]", "441324", '"441324"', "[4413.24]", "[true]")],
    *[("counties", f"{k} = {v}") for k in ("adcodes", "names") for v in ('["龙们县"]', "[44132]")],
    ("counties", "adcodes = [441324, 441324]"),
    ("counties", f"adcodes = [0x{'f' * 5000}]"),
    *[("counties", f"single = {v}") for v in ('"整体"', '""', "true")],
    *[("map", f"tiles = {v}") for v in ('"tianditu"', '"google"', "1")],
    *[("outputs", f"folder = {v}") for v in ('"outlets.xlsx"', '"outlets.xlsx/x"', '""', "[]")],
]  # fmt: skip


@pytest.mark.parametrize(("section", "line"), WRONG)
def test_a_wrong_value_is_told_with_section_and_key(sample, section, line):
    said = refusal(sample, section, line)
    assert f"[{section}]" in said
    assert line.split(" = ")[0] in said


def test_text_that_looks_like_a_number_needs_no_quotes_where_it_is_a_code(sample):
    more = "add = 3\nfixed = [7]\nforbidden = [8]\n"
    edited(sample, "add = 3 ", more)
    edited(sample, '["441324"]', "[441324]")
    plan = load_plan(edited(sample, 'datum = "wgs84"', "datum = 4490"))
    assert plan.counties.adcodes == ("441324",)
    assert (known(plan.sites).terms.fixed, known(plan.sites).terms.forbidden) == (("7",), ("8",))
    assert plan.demand.datum == "cgcs2000"


def test_a_key_of_another_section_is_sent_there(sample):
    edited(sample, 'title = "合', 'path = "x"\ntitle = "合')
    with pytest.raises(InputError, match=r"不认识 path.*\[outlets\]、\[demand\]、\[counties\]"):
        load_plan(sample)
    assert "是否应写在 [map] 下" in refusal(sample, "outputs", 'tiles = "osm"')


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8-sig", None), ("gbk", "UTF-8"), ("utf-16", "UTF-8")],
)
def test_encodings_of_a_plan(sample, encoding, said):
    text = sample.read_text(encoding="utf-8").replace("—", "-")
    sample.write_text(text, encoding=encoding)
    if said is None:
        assert load_plan(sample).title.startswith("合成示例")
        return
    with pytest.raises(InputError, match=said):
        load_plan(sample)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('path = "C:\\data\\x.xlsx"', "第 1 行第 13 列.*单引号"),
        ('path = "C:\\Users\\x.xlsx"', "单引号"),
        ("a = 1\na = 2", "写了两次"),
        ("[a]\n[a]", "同一节写了两次"),
        ("path = 网点.xlsx", "英文引号"),
        ("path = “网点.xlsx”", "英文引号"),
        ('path = "网点.xlsx', "引号没有成对"),
        ("[outlets", "括号没有成对"),
        ("路径", "键 = 值"),
        ("a = 1 b = 2", "一行只能写一项"),
        ("a = " + "9" * 5000, "无法读取"),
        ("a = " + "[" * 5000, "无法读取"),
    ],
)
def test_slips_of_the_pen_are_told_with_their_place(tmp_path, text, said):
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_plan(tmp_path / "plan.toml")
    with pytest.raises(InputError, match="无法读取"):
        load_plan(tmp_path)


MENDED = [
    ('path = "C:\\data\\x.xlsx"', "path = 'C:\\data\\x.xlsx'"),
    ('path = "C:\\Users\\x.xlsx"', "path = 'C:\\Users\\x.xlsx'"),
    ('folder = "D:\\结果\\"', "folder = 'D:\\结果\\'"),
    ("path = “网点.xlsx”", 'path = "网点.xlsx"'),
    ("path = ‘网点.xlsx’", "path = '网点.xlsx'"),
    ("minutes ＝ 15", "minutes = 15"),
    ('names = ["龙门县"，"博罗县"]', 'names = ["龙门县","博罗县"]'),
    ("【outlets】", "[outlets]"),
    ('path = "网点.xlsx', 'path = "网点.xlsx"'),
    ("path = 网点.xlsx", 'path = "网点.xlsx"'),
    ("[outlets", "[outlets]"),
]


@pytest.mark.parametrize(("line", "mended"), MENDED)
@pytest.mark.parametrize("after", ["", "\n\n", "\nb = 1\n"])
def test_a_line_that_can_be_mended_is_shown_mended(tmp_path, line, mended, after):
    path = tmp_path / "plan.toml"
    path.write_text(f'title = "甲"\n{line}{after}', encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_plan(path)
    assert "第 2 行" in refused.value.problem.what
    assert refused.value.problem.action == f"请把这一行改成：{mended}"
    tomllib.loads(mended)


@pytest.mark.parametrize("line", ["路径", "a = 1 b = 2", "a = [1, 2", "= 3", "a = 网点 b = 人口"])
def test_a_line_that_cannot_be_mended_is_not_guessed_at(tmp_path, line):
    (tmp_path / "plan.toml").write_text(line, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_plan(tmp_path / "plan.toml")
    mended = refused.value.problem.action.partition("请把这一行改成：")[2]
    assert mended in ("", "a = [1, 2]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\nx = 1\ny = 2\nx = 3\n", "第 4 行.*前一次在第 2 行"),
        ("[b]\nx = 1\n[a]\nx = 2\nx = 3\nz = 1", "第 5 行.*前一次在第 4 行"),
        ("[a]\nx = 1\n[b]\n[a]\n", "第 4 行.*前一次在第 1 行"),
    ],
)
def test_what_stands_twice_is_told_with_both_lines(tmp_path, text, said):
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_plan(tmp_path / "plan.toml")


def test_a_backslash_that_became_an_invisible_sign_is_told(sample):
    edited(sample, '"outlets.xlsx"', '"D:\\temp\\new.xlsx"')
    with pytest.raises(
        InputError, match=r"\[outlets\] path 里的 \\t、\\n 成了不可见的符号.*单引号"
    ):
        load_plan(sample)


def test_counties_by_name_and_by_code_are_the_same(sample):
    for line in ('names = ["龙门县"]', 'names = ["惠州市龙门县"]', 'adcodes = ["龙门"]'):
        edited(sample, 'adcodes = ["441324"]', line)
        assert load_plan(sample).counties == CountiesInput(adcodes=("441324",))
        edited(sample, line, 'adcodes = ["441324"]')
    edited(sample, 'adcodes = ["441324"]', 'names = ["龙门"]\nadcodes = [441322]')
    assert load_plan(sample).counties.adcodes == ("441322", "441324")


def test_counties_of_an_own_layer_by_name(sample):
    layer = read_counties(adcodes=["441322", "441324"]).assign(city="")
    layer["name"] = ["东片", "西片"]
    layer.to_file(sample.parent / "片区.geojson")
    edited(sample, 'adcodes = ["441324"]', 'path = "片区.geojson"\nnames = ["西片"]')
    assert list(read_inputs(load_plan(sample)).counties["adcode"]) == ["441324"]
    edited(sample, '["西片"]', '["龙门县"]')
    with pytest.raises(InputError, match=r"没有县区“龙门县”.*东片"):
        read_inputs(load_plan(sample))


def test_results_go_beside_the_plan_unless_it_says_where(sample):
    edited(sample, '[outputs]\nfolder = "results"', "")
    assert load_plan(sample).outputs.folder == sample.parent / "output"


def test_parts_of_a_plan_can_be_replaced(sample):
    plan = load_plan(sample)
    terms = replace(known(plan.sites).terms, add=None, target=0.9)
    other = replace(plan, sites=replace(known(plan.sites), terms=terms))
    assert (known(other.sites).terms.target, other.outlets) == (0.9, plan.outlets)


def toml(value):
    """A value as TOML has it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dt.date() | dt.time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{toml(k)} = {toml(v)}' for k, v in value.items())} }}"
    return hex(value) if isinstance(value, int) and value > 2**63 else repr(value)


def toml_file(plan):
    return "\n".join(f"{toml(key)} = {toml(value)}" for key, value in plan.items())


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", ".", "..", "/", "~", "~nobody", "${X}", "$X", "outlets.xlsx", "outlets.xlsx/x", "a\0b",
     "gcj02", "4326", "urban", "osm", "amap", "both", "two_outlets", "441324", "http://x"]
)  # fmt: skip
VALUES = st.recursive(
    TEXTS
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.dates()
    | st.times()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
KINDS = {
    "outlets": OutletsInput,
    "demand": DemandInput,
    "network": NetworkInput,
    "standard": Standard,
    "counties": CountiesInput,
    "outputs": Outputs,
    "sites": SitesInput,
    "map": MapInput,
    "publish": PublishInput,
}
KEYS = [(section, f.name) for section, kind in KINDS.items() for f in fields(kind)]
KEYS += [("sites", f.name) for f in fields(Terms)] + [("", name) for name in ("title", "path")]
KEYS += [("", section) for section in KINDS]


@pytest.fixture(scope="module")
def somewhere(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    for name in ("outlets.xlsx", "population.csv", "streets.osm.pbf"):
        (folder / name).touch()
    return folder


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=400)
@given(where=st.sampled_from(KEYS) | st.tuples(st.sampled_from(["", *KINDS]), TEXTS), value=VALUES)
@example(where=("sites", "fixed"), value=[10**400])
@example(where=("counties", "adcodes"), value=[10**400, -1])
@example(where=("standard", "town_rule"), value={})
@example(where=("sites", "terms"), value={"add": 1})
def test_any_value_anywhere_gives_a_plan_or_is_told(somewhere, where, value):
    section, key = where
    plan = tomllib.loads((SAMPLE / "plan.toml").read_text(encoding="utf-8"))
    plan["outputs"] = {"folder": "results"}
    if section:
        plan[section] = plan.get(section, {}) | {key: value}
    else:
        plan[key] = value
    path = somewhere / "plan.toml"
    path.write_text(toml_file(plan), encoding="utf-8", newline="")
    try:
        assert isinstance(load_plan(path), Plan)
    except InputError as error:
        assert key in str(error)
        assert not section or f"[{section}]" in str(error)


def test_run_writes_every_result_and_says_what_it_stands_on(sample):
    report = report_of(sample)
    written = write_outputs(report, sample.parent / "results")
    assert not written.failures
    assert {path.name for path in written.files} == {
        "汇总.xlsx", "汇总.csv", "汇总.json", "事项与时段.csv",
        "布点建议.csv", "读表说明.html", "地图.html", "公众版地图.html", "结果图层.gpkg",
    }  # fmt: skip
    assert {path.name for path in (sample.parent / "results").iterdir()} == {
        path.name for path in written.files
    }
    assert [source.role for source in report.sources] == ["计划", "网点", "人口", "路网"]
    assert all(len(source.sha256) == 64 for source in report.sources)
    # What a run writes for the public is a draft until it is published.
    public = (sample.parent / "results/公众版地图.html").read_text("utf-8")
    assert '"draft":true' in public and 'data-block="walks"' in public
    demand = gpd.read_file(sample.parent / "results/结果图层.gpkg", layer="demand")
    assert demand["covered"].sum() == report.coverage.demand["covered"].sum()


def test_same_plan_same_results(sample):
    one, other = report_of(sample), report_of(sample)
    pd.testing.assert_frame_equal(one.counties, other.counties)
    pd.testing.assert_frame_equal(one.gaps, other.gaps)


def test_osm_file_saved_network_and_graphml_give_the_same_numbers(sample):
    from_file = report_of(sample)
    folder = sample.parent
    plan = load_plan(sample)
    area = read_inputs(plan).counties.geometry.union_all()
    read_network(plan, area).save(folder / "streets.npz")
    saved = report_of(edited(sample, 'osm = "streets.osm.pbf"', 'saved = "streets.npz"'))
    pd.testing.assert_frame_equal(from_file.counties, saved.counties)

    network = WalkNetwork.from_osm(folder / "streets.osm.pbf")
    ox.save_graphml(_graph(network), folder / "streets.graphml")
    edited(sample, 'saved = "streets.npz"', 'graphml = "streets.graphml"')
    pd.testing.assert_frame_equal(from_file.counties, report_of(sample).counties)


def test_download_by_polygon_and_by_place_gives_the_same_numbers(sample):
    from_file = report_of(sample)
    folder = sample.parent
    county = read_counties(adcodes=["441324"])
    county.to_file(folder / "area.geojson")
    with serving(folder / "streets.osm.pbf", "示例县", county.geometry[0]) as url:
        here = f'overpass_url = "{url}/api"\nnominatim_url = "{url}/"\n'
        edited(sample, 'osm = "streets.osm.pbf"', f'{here}polygon = "area.geojson"')
        by_polygon = report_of(sample)
        by_place = report_of(edited(sample, 'polygon = "area.geojson"', 'place = "示例县"'))
    pd.testing.assert_frame_equal(from_file.counties, by_polygon.counties)
    pd.testing.assert_frame_equal(from_file.counties, by_place.counties)
    assert by_place.sources[-1].name == "OpenStreetMap（osmnx 下载）"


def _graph(network):
    """The network as the graph that osmnx would make of it."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node in range(network.nodes):
        graph.add_node(node, x=network.node_lon[node], y=network.node_lat[node])
    lines = network.lines()
    for edge in range(network.edges):
        u, v = int(network.edge_u[edge]), int(network.edge_v[edge])
        graph.add_edge(u, v, geometry=lines[edge], highway="residential", length=1.0, osmid=edge)
    return graph


def test_what_cannot_be_written_does_not_stop_the_rest(sample):
    folder = sample.parent / "results"
    (folder / "汇总.xlsx").mkdir(parents=True)
    written = write_outputs(report_of(sample), folder)
    assert [problem.kind for problem in written.failures] == ["output_failed"]
    assert len(written.files) == 8
    assert not [path for path in folder.iterdir() if path.name.startswith(".partial")]


def test_a_point_in_the_sea_and_an_outlet_in_another_county_are_reported(sample):
    table = pd.read_csv(sample.parent / "population.csv", dtype=str)
    table.loc[0, ["经度", "纬度"]] = ["114.9", "21.9"]
    table.to_csv(sample.parent / "population.csv", index=False, encoding="utf-8-sig")
    report = report_of(sample)
    (told,) = [p for p in report.problems if p.kind == "demand_outside"]
    assert told.row == 2
    assert report.counties["county_name"].tolist() == ["龙门县", "县区外"]
    assert report.counties["population"].sum() == table["常住人口"].astype(int).sum()


def test_wrong_datum_is_noticed(sample):
    kinds = [p.kind for p in report_of(sample).problems]
    assert "datum_doubtful" not in kinds
    told = [
        p for p in report_of(edited(sample, '"gcj02"', '"bd09"')).problems
        if p.kind == "datum_doubtful"
    ]  # fmt: skip
    assert len(told) == 1
    assert "gcj02" in told[0].action


def test_several_counties_get_a_folder_each(sample):
    plan = load_plan(edited(sample, '["441324"]', '["441324", "441322"]'))
    ran = run_plan(plan, "2024-06-14", How(workers=1))
    assert ran.failures == ()
    folder = sample.parent / "results"
    for county in ("441324_龙门县", "441322_博罗县"):
        names = {path.name for path in (folder / "县区" / county).iterdir()}
        assert {"汇总.xlsx", "汇总.json", "地图.html", "结果图层.gpkg", "需求点.parquet"} <= names
    assert {"汇总.xlsx", "地图.html", "公众版地图.html", "运行清单.json"} <= {
        path.name for path in folder.iterdir()
    }
    bare = ran.report.counties.set_index("county").loc["441322"]
    assert (bare["population"], bare["outlets"]) == (0, 0)


def test_counties_of_ones_own_and_a_single_unit(sample):
    box = shapely.box(113.5, 23.2, 114.6, 24.1)
    own = gpd.GeoDataFrame({"代码": ["156999901"], "名称": ["自定县"]}, geometry=[box], crs=4490)
    own.to_file(sample.parent / "own.geojson")
    edited(sample, 'adcodes = ["441324"]', 'path = "own.geojson"')
    report = report_of(sample)
    assert report.counties["county_name"].tolist() == ["自定县"]
    assert "县区界线" in [source.role for source in report.sources]
    edited(sample, 'path = "own.geojson"', 'single = "整体"')
    assert report_of(sample).counties["county_name"].tolist() == ["整体"]


def test_candidates_of_ones_own_with_terms(sample):
    table = pd.DataFrame(
        {
            "网点编号": ["A", "B", "C"],
            "网点名称": ["甲", "乙", "丙"],
            "所属银行": ["农商银行", "农商银行", "工商银行"],
            "经度": [114.115, 114.120, 114.205],
            "纬度": [23.6626, 23.664, 23.534],
        }
    )
    table.to_csv(sample.parent / "candidates.csv", index=False)
    terms = 'add = 2\ncandidates = "candidates.csv"\nbank_caps = { "农商银行" = 1 }\nfixed = ["C"]'
    siting = report_of(edited(sample, "add = 3 ", f"{terms} ")).siting
    assert not siting.generated
    chosen = set(siting.plan.sites["candidate_id"])
    assert "C" in chosen
    assert len(chosen & {"A", "B"}) == 1


def test_terms_stand_in_the_section_of_the_candidates(sample):
    more = 'target = 95\nwithin = 20\ndiffer = 2\nthen = "two_outlets"\n'
    terms = known(load_plan(edited(sample, "add = 3 ", more)).sites).terms
    assert (terms.target, terms.within, terms.differ) == (0.95, 0.2, 2)
    assert (terms.then, terms.frontier, terms.alternatives) == ("two_outlets", 8, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("target = 950", "百分数"),
        ("add = 3\nwithin = 101", "within"),
        ('add = "3"', "add"),
        ("add = 3\ncounty = 1", "county"),
        ('add = 3\nthen = "nearest"', "two_outlets"),
        ("add = 3\ntarget = 95", "add 与 target"),
        ("add = 3\nbank_caps = 2", "bank_caps"),
    ],
)
def test_terms_that_make_no_sense_are_explained(sample, line, said):
    with pytest.raises(InputError, match=said):
        load_plan(edited(sample, "add = 3 ", line + " "))


def test_no_site_is_generated_in_an_excluded_area(sample):
    town = shapely.box(114.09, 23.64, 114.14, 23.69)
    gpd.GeoDataFrame(geometry=[town], crs=4326).to_file(sample.parent / "no.geojson")
    free = report_of(sample).siting.plan.sites
    kept_out = report_of(edited(sample, "add = 3 ", 'add = 3\nexcluded = "no.geojson" '))
    assert free.within(town).any()
    assert not kept_out.siting.plan.sites.within(town).any()
