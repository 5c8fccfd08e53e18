import time

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdcoverage.geo.datum import from_wgs84, to_wgs84
from gdcoverage.outlets import OUTLETS, read_outlets, write_outlets, write_problems
from gdcoverage.problems import HEADINGS, InputError

HEADER = [
    "序号", "网点编号", "网点名称（全称）", "所属银行", "县（市、区）", "网点地址",
    "经度(°)", "纬度(°)", "营业时间", "服务方式", "业务事项", "联系电话", "专窗", "上门",
    "网点状态",
]  # fmt: skip


def row(i, name, lon, lat, **more):
    base = {
        "bank": "农商银行", "county": "越秀区", "address": f"中山路{i}号",
        "hours": "工作日 9:00-17:00",
        "modes": "窗口办、自助办", "items": "养老、社保卡", "phone": "020-00000000", "window": "是",
        "door": "", "status": "在营", "id": f"N{i}",
    } | more  # fmt: skip
    return [
        i, base["id"], name, base["bank"], base["county"], base["address"], lon, lat, base["hours"],
        base["modes"], base["items"], base["phone"], base["window"], base["door"], base["status"],
    ]  # fmt: skip


def workbook(path, rows, header=HEADER):
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("登记表")
        sheet.write(0, 0, "社保服务合作网点登记表")
        for i, cells in enumerate([header, *rows, ["合计", len(rows)]], 1):
            sheet.write_row(i, 0, cells)
    return path


MISTAKES = [
    row(1, "好支行", 113.26, 23.13),
    row(2, "对调支行", 23.14, 113.27),
    row(3, "缺坐标支行", "", ""),
    row(4, "零坐标支行", 0, 0),
    row(5, "度分秒支行", "113°16′30″E", "北纬23度7分30秒"),
    row(6, "省外支行", 116.4, 39.9),
    row(7, "投影支行", 38461234.5, 2567890.1),
    row(8, "乱码支行", "不详", "23.1"),
    row(1, "重号支行", 113.30, 23.15),
    row(10, "好支行", 113.26001, 23.13001, id="N10"),
    row(11, "同址支行", 113.26, 23.13),
    row(12, "怪状态支行", 113.28, 23.13, status="待定"),
    row(13, "全角支行", "１１３．２９", "２３．１３", phone="０２０－８１２３４５６７"),
    row(14, "无方式支行", 113.31, 23.13, modes=""),
    row(15, "怪词支行", 113.32, 23.13, modes="窗口办、魔法办"),
    row(16, "", 113.33, 23.13),
    row(17, "无银行支行", 113.34, 23.13, bank=""),
]


def test_every_mistake_is_found_in_its_row_and_good_rows_go_on(tmp_path):
    reading = read_outlets(workbook(tmp_path / "网点.xlsx", MISTAKES), datum="wgs84")
    found = [(p.row, p.kind, p.severity) for p in reading.problems]
    assert found == [
        (4, "coordinate_swapped", "warning"),
        (5, "coordinate_missing", "error"),
        (6, "coordinate_zero", "error"),
        (8, "coordinate_outside", "error"),
        (9, "coordinate_projected", "error"),
        (10, "coordinate_unreadable", "error"),
        (11, "duplicate_id", "error"),
        (12, "duplicate_outlet", "error"),
        (13, "doubt_twice", "error"),
        (14, "status_unknown", "error"),
        (16, "mode_missing", "warning"),
        (17, "term_unknown", "warning"),
        (18, "name_missing", "warning"),
        (19, "bank_missing", "warning"),
    ]
    assert len(reading.frame) == 10
    told = reading.problems[1]
    assert (told.file, told.sheet, told.column) == ("网点.xlsx", "登记表", "经度(°)")
    assert "请补填" in str(told)


def test_what_rows_mean(tmp_path):
    frame = read_outlets(workbook(tmp_path / "t.xlsx", MISTAKES), datum="wgs84").frame
    by_name = frame.set_index("name")
    good = by_name.loc["好支行"]
    assert good[["window", "self_service", "online", "guided"]].tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert good[["pension", "social_card", "work_injury"]].tolist() == [True, True, False]
    assert good["dedicated_window"]
    assert not good["door_to_door"]
    assert (good["outlet_id"], good["source_row"], good["source_datum"]) == ("N1", 3, "wgs84")
    assert by_name.loc["怪状态支行", "status"] == "unknown"
    assert by_name.loc["全角支行", "phone"] == "020-81234567"
    assert by_name.loc["对调支行"].geometry.equals(shapely.Point(113.27, 23.14))
    turned = by_name.loc["度分秒支行"].geometry
    assert (turned.x, turned.y) == pytest.approx((113.275, 23.125))
    assert by_name.loc["全角支行"].geometry.x == pytest.approx(113.29)
    assert frame.crs.to_epsg() == 4326
    OUTLETS.validate(frame)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_declared_datum_is_converted_at_the_door(tmp_path, datum):
    lon, lat = from_wgs84(113.26, 23.13, datum)
    path = workbook(tmp_path / "t.xlsx", [row(1, "甲支行", float(lon), float(lat))])
    point = read_outlets(path, datum=datum).frame.geometry[0]
    assert (point.x, point.y) == pytest.approx((113.26, 23.13), abs=1e-8)


def test_english_headings_and_one_coordinate_column(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('Name,Bank,Location\nA,B,"113.26, 23.13"\n', encoding="utf-8")
    frame = read_outlets(path, datum="wgs84").frame
    assert frame.geometry[0].equals(shapely.Point(113.26, 23.13))
    assert frame["status"].tolist() == ["active"]


def test_layers_are_read_by_their_geometry(tmp_path):
    layer = gpd.GeoDataFrame(
        {"名称": ["甲"], "银行": ["乙"], "颜色": ["红"]},
        geometry=gpd.points_from_xy([113.26], [23.13]),
        crs=4326,
    )
    for name in ("l.geojson", "l.gpkg"):
        layer.to_crs(4326 if "geojson" in name else 3857).to_file(tmp_path / name)
        reading = read_outlets(tmp_path / name, datum="wgs84")
        assert reading.frame.geometry[0].distance(shapely.Point(113.26, 23.13)) < 1e-9
        assert [p.kind for p in reading.problems] == ["columns_unused"]
    layer.to_parquet(tmp_path / "l.parquet")
    assert len(read_outlets(tmp_path / "l.parquet", datum="wgs84").frame) == 1
    with pytest.warns(UserWarning, match="crs"):
        layer.set_crs(None, allow_override=True).to_file(tmp_path / "bare.gpkg")
    with pytest.raises(InputError, match="坐标系"):
        read_outlets(tmp_path / "bare.gpkg", datum="wgs84")


def test_unused_columns_are_told_once(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("名称,经度,纬度,负责人,颜色\n甲,113.2,23.1,张,红\n", encoding="utf-8")
    (problem,) = read_outlets(path, datum="wgs84").problems
    assert problem.kind == "columns_unused"
    assert "负责人、颜色" in problem.what


def test_without_coordinate_column_says_which_headings_there_are(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("网点名称,地址\n甲,乙路\n", encoding="utf-8")
    with pytest.raises(InputError, match="网点名称、地址"):
        read_outlets(path, datum="wgs84")


def test_unknown_coordinate_headings_are_named_though_only_the_name_is_known(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("网点名称,东坐标值,北坐标值\n甲,113.2,23.1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"没有坐标列.*东坐标值、北坐标值.*“经度”“纬度”"):
        read_outlets(path, datum="wgs84")


def test_ids_without_a_column_do_not_depend_on_the_row(tmp_path):
    rows = [("甲", 113.2, 23.1), ("乙", 113.3, 23.2)]
    ids = []
    for order in (rows, rows[::-1]):
        path = tmp_path / "t.csv"
        pd.DataFrame(order, columns=["名称", "经度", "纬度"]).to_csv(path, index=False)
        frame = read_outlets(path, datum="wgs84").frame
        ids.append(dict(zip(frame["name"], frame["outlet_id"], strict=True)))
    assert ids[0] == ids[1]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.permutations([cells for i, cells in enumerate(MISTAKES) if i not in (8, 9, 10)]))
def test_order_of_rows_does_not_change_what_is_read(tmp_path, rows):
    straight = read_outlets(
        workbook(tmp_path / "a.xlsx", sorted(rows, key=lambda r: r[0])), datum="wgs84"
    )
    mixed = read_outlets(workbook(tmp_path / "b.xlsx", rows), datum="wgs84")
    drop = ["source_row", "source_file"]
    one, other = (r.frame.drop(columns=drop).sort_values("outlet_id") for r in (straight, mixed))
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))
    assert sorted(p.kind for p in straight.problems) == sorted(p.kind for p in mixed.problems)


HOSTILE = ["=1+1", "<script>alert(1)</script>", "+86 支行", "@甲", "'乙", 'a"b,c']


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".geojson", ".gpkg", ".parquet"])
def test_written_and_read_again_is_the_same(tmp_path, suffix):
    rows = [row(i, name, 113.2077 + i / 100, 23.1) for i, name in enumerate(HOSTILE, 1)]
    first = read_outlets(workbook(tmp_path / "t.xlsx", rows), datum="wgs84").frame
    path = tmp_path / f"clean{suffix}"
    write_outlets(first, path)
    again = read_outlets(path, datum="wgs84")
    assert not again.problems
    names = again.frame["name"].tolist()
    if suffix == ".csv":
        # A spreadsheet would run these; the apostrophe keeps them text.
        names = [name.removeprefix("'") if name[1:2] in "=+@" else name for name in names]
    assert names == HOSTILE
    keep = ["outlet_id", "window", "items" if "items" in first else "pension", "status", "phone"]
    assert again.frame[keep].equals(first[keep])


def test_problem_sheet_has_a_row_for_each(tmp_path):
    reading = read_outlets(workbook(tmp_path / "t.xlsx", MISTAKES), datum="wgs84")
    write_problems(reading.problems, tmp_path / "问题.xlsx")
    sheet = pd.read_excel(tmp_path / "问题.xlsx", engine="openpyxl")
    assert list(sheet.columns) == list(HEADINGS)
    assert len(sheet) == len(reading.problems)
    assert sheet["行号"].tolist() == [p.row for p in reading.problems]


def test_within_decides_where_outlets_may_lie(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [row(1, "圣保罗支行", -46.6, -23.5)])
    assert read_outlets(path, datum="wgs84").frame.empty
    world = shapely.box(-180, -90, 180, 90)
    assert len(read_outlets(path, datum="wgs84", within=world).frame) == 1


def test_twenty_thousand_rows_without_a_loop_over_frames(tmp_path):
    n = 20_000
    pd.DataFrame(
        {
            "名称": [f"第{i}支行" for i in range(n)],
            "经度": [113 + i * 1e-5 for i in range(n)],
            "纬度": 23.1,
            "服务方式": "窗口办、自助办",
            "状态": "在营",
        }
    ).to_csv(tmp_path / "t.csv", index=False)
    started = time.process_time()
    assert len(read_outlets(tmp_path / "t.csv", datum="gcj02").frame) == n
    assert time.process_time() - started < 60
    lon, _ = to_wgs84(113.0, 23.1, "gcj02")
    assert lon < 113


@pytest.mark.parametrize("declared", ["gcj02", "bd09", "wgs84"])
@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".geojson", ".gpkg", ".parquet"])
def test_clean_table_names_its_datum_and_reads_back_to_a_centimetre(tmp_path, suffix, declared):
    """Whatever datum is declared for it: what it says of itself is nearer."""
    rows = [row(i, f"第{i}支行", 113.2077 + i / 100, 23.1312) for i in range(6)]
    first = read_outlets(workbook(tmp_path / "t.xlsx", rows), datum="gcj02").frame
    write_outlets(first, tmp_path / f"clean{suffix}")
    again = read_outlets(tmp_path / f"clean{suffix}", datum=declared)
    away = first.geometry.to_crs(4526).distance(again.frame.geometry.to_crs(4526))
    assert away.max() < 0.01
    assert set(again.frame["status"]) == {"active"}
    assert {p.kind for p in again.problems} <= {"datum_of_row"}
