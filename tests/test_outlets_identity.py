"""Which rows are one outlet, what a table says of itself, and what must not be lost or fused."""

import hashlib
import time

import numpy as np
import pandas as pd
import pytest
import shapely
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from gdcoverage.geo.datum import to_wgs84
from gdcoverage.outlets import _identity, _numbering, read_outlets, write_outlets
from gdcoverage.policy import FLAGS, ITEMS, MODES

HEADER = ["编号", "网点名称", "所属银行", "地址", "经度", "纬度", "服务方式", "状态", "联系电话"]


def row(name, lon, bank="甲银行", **more):
    base = {"id": "", "address": "一路1号", "lat": 23.1, "modes": "窗口办", "status": "在营"}
    cell = base | {"phone": ""} | more
    return [cell["id"], name, bank, cell["address"], lon, cell["lat"], cell["modes"],
            cell["status"], cell["phone"]]  # fmt: skip


def read(tmp_path, rows, header=HEADER, datum="wgs84", **sheets):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, cells in ({"表": [header, *rows]} | sheets).items():
            sheet = book.add_worksheet(name)
            for i, line in enumerate(cells):
                sheet.write_row(i, 0, line)
    return read_outlets(path, datum=datum)


def kinds(reading):
    return [(p.row, p.kind, p.severity) for p in reading.problems]


def test_every_bank_may_have_a_branch_of_the_same_name_next_door(tmp_path):
    rows = [row("营业部", 113.3), row("营业部", 113.3002, "乙银行")]
    reading = read(tmp_path, rows)
    assert len(reading.frame) == 2
    assert not reading.problems


@pytest.mark.parametrize(("places", "status"), [(2, "unknown"), (3, "active")])
def test_one_name_at_two_places_may_have_moved_and_at_more_is_what_all_are_called(
    tmp_path, places, status
):
    reading = read(tmp_path, [row("社保服务点", 113.3 + i / 10) for i in range(places)])
    assert reading.frame["status"].tolist() == [status] * places
    doubts = [(i + 2, "doubt_twice", "error") for i in range(places)]
    assert kinds(reading) == (doubts if status == "unknown" else [])


def test_second_of_a_pair_is_found_though_others_of_that_name_come_first(tmp_path):
    far, here, again = (row("营业部", lon) for lon in (113.1, 113.3, 113.3002))
    reading = read(tmp_path, [far, here, again])
    assert kinds(reading) == [(4, "duplicate_outlet", "error")]
    assert "第 3 行" in reading.problems[0].what


@pytest.mark.parametrize(("metres", "rows"), [(49, 1), (51, 2)])
def test_fifty_metres_decide_whether_one_name_is_one_outlet(tmp_path, metres, rows):
    # A degree of latitude is 110,751 m there.
    reading = read(tmp_path, [row("甲", 113.3), row("甲", 113.3, lat=23.1 + metres / 110_751)])
    assert len(reading.frame) == rows


def test_bank_left_blank_does_not_hide_a_duplicate(tmp_path):
    reading = read(tmp_path, [row("甲", 113.3), row("甲", 113.3, "")])
    assert (3, "duplicate_outlet", "error") in kinds(reading)


def test_number_of_a_row_left_out_is_free_again(tmp_path):
    reading = read(
        tmp_path, [row("甲", 113.3, id="1"), row("甲", 113.3, id="2"), row("乙", 113.4, id="2")]
    )
    assert kinds(reading) == [(3, "duplicate_outlet", "error")]
    assert reading.frame["outlet_id"].tolist() == ["1", "2"]


def counted(town, number, at):
    return [row(f"{town}支行{i}", at + i * 0.01713, id=i) for i in range(1, number + 1)]


@pytest.mark.parametrize(("here", "there"), [(6, 6), (12, 3), (1, 9)])
def test_towns_that_count_from_one_each_lose_no_outlet(tmp_path, here, there):
    """Half of a county's outlets were left out for the number that another town's had."""
    reading = read(tmp_path, counted("南", here, 113.3), 北=[HEADER, *counted("北", there, 113.6)])
    assert len(reading.frame) == here + there
    assert reading.frame["outlet_id"].is_unique
    assert {(p.kind, p.severity) for p in reading.problems} == {("numbers_repeated", "warning")}
    assert "“1”也是工作表“" in reading.problems[0].what


def test_number_of_the_bank_in_most_rows_is_no_number_of_outlets(tmp_path):
    rows = [row(f"支行{i}", 113.3 + i * 0.01713, id="102581" if i else "") for i in range(6)]
    reading = read(tmp_path, rows)
    assert len(reading.frame) == 6
    assert kinds(reading) == [(None, "numbers_repeated", "warning")]


def test_one_number_twice_in_a_table_of_own_numbers_is_a_fault(tmp_path):
    rows = [row(f"支行{i}", 113.3 + i * 0.01713, id=min(i, 4)) for i in range(6)]
    assert kinds(read(tmp_path, rows)) == [(7, "duplicate_id", "error")]


@given(st.lists(st.lists(st.integers(0, 4), max_size=6), min_size=1, max_size=4), st.randoms())
def test_what_a_number_is_depends_on_no_order_and_no_outlet_is_lost_to_counting(tables, random):
    frame = pd.DataFrame(
        [
            {"source_file": "", "source_sheet": f"表{t}", "source_row": r, "outlet_id": str(number),
             "name": f"{t}-{r}", "bank": "", "address": "",
             "geometry": shapely.Point(113 + t / 10, 23 + r / 100)}
            for t, numbers in enumerate(tables)
            for r, number in enumerate(numbers)
        ],
        columns=["source_file", "source_sheet", "source_row", "outlet_id", "name", "bank",
                 "address", "geometry"],
    )  # fmt: skip
    mixed = frame.sample(frac=1, random_state=random.randrange(1000))
    ids = _numbering.renumbered(frame)[0].set_index("name")["outlet_id"]
    again = _numbering.renumbered(mixed)[0].set_index("name")["outlet_id"]
    assert ids.to_dict() == again.to_dict()
    foreign = _numbering.borne_by_others(frame)
    assert ids[foreign].is_unique and not set(ids[foreign]) & set(ids[~foreign])
    assert (ids[~foreign] == frame.set_index("name")["outlet_id"][~foreign]).all()


def test_duplicate_in_another_sheet_is_told_with_the_sheet(tmp_path):
    reading = read(tmp_path, [row("甲", 113.3)], 二=[HEADER, row("甲", 113.3)])
    (problem,) = reading.problems
    assert (problem.sheet, problem.row) == ("二", 2)
    assert "工作表“表”第 2 行" in problem.what


def test_different_outlets_never_share_a_made_number(tmp_path, monkeypatch):
    """Of 20,000 rows one pair in twenty shares 8 digits; here all do."""

    def poor(key, size):
        return "W0" if size == 4 else "W" + hashlib.blake2b(key.encode()).hexdigest()[:16]

    monkeypatch.setattr(_numbering, "_digest", poor)
    rows = [row(f"支行{i}", 113.3 + i / 100) for i in range(9)]
    first, mixed = (read(tmp_path, order).frame for order in (rows, rows[::-1]))
    assert len(first) == 9
    assert dict(zip(first["name"], first["outlet_id"], strict=True)) == dict(
        zip(mixed["name"], mixed["outlet_id"], strict=True)
    )


def test_one_spot_and_name_of_two_banks_are_two_outlets(tmp_path):
    reading = read(tmp_path, [row("营业部", 113.3), row("营业部", 113.3, "乙银行")])
    assert reading.frame["outlet_id"].is_unique
    assert kinds(reading) == [(3, "same_place", "warning")]
    assert "第 2 行" in reading.problems[0].what


def test_two_phone_numbers_stay_two(tmp_path):
    phones = ["020-1234567，13800138000", "020 1234 5678", 13800138000.0, "０２０－１"]
    rows = [row(f"支行{i}", 113 + i / 10, phone=p) for i, p in enumerate(phones)]
    assert read(tmp_path, rows).frame["phone"].tolist() == [
        "020-1234567,13800138000",
        "020 1234 5678",
        "13800138000",
        "020-1",
    ]


def test_outlet_without_a_name_goes_by_its_address(tmp_path):
    reading = read(tmp_path, [row("", 113.3, address="人民路8号")])
    assert reading.frame["name"].tolist() == ["人民路8号"]
    assert kinds(reading) == [(2, "name_missing", "warning")]


def test_table_without_rows_is_an_empty_register_and_is_told(tmp_path):
    reading = read(tmp_path, [])
    assert reading.frame.empty
    assert [p.kind for p in reading.problems] == ["no_rows"]
    write_outlets(reading.frame, tmp_path / "empty.xlsx")
    assert read_outlets(tmp_path / "empty.xlsx", datum="wgs84").frame.empty


def test_status_left_blank_counts_as_active_and_is_told(tmp_path):
    reading = read(tmp_path, [row("甲", 113.3, status="")])
    assert reading.frame["status"].tolist() == ["active"]
    assert kinds(reading) == [(2, "status_missing", "warning")]


def test_none_is_an_answer_and_no_unknown_word(tmp_path):
    reading = read(tmp_path, [row("甲", 113.3, modes="无")])
    assert kinds(reading) == [(2, "mode_missing", "warning")]


@pytest.mark.parametrize(
    ("written", "declared", "used", "told", "status"),
    [
        ("百度", "gcj02", "bd09", [("datum_of_row", "warning")], "active"),
        ("瞎写", "gcj02", "gcj02", [("doubt_status", "error")], "unknown"),
        ("高德地图", "gcj02", "gcj02", [], "active"),
        ("", "gcj02", "gcj02", [], "active"),
        ("国家2000", "wgs84", "wgs84", [], "active"),
    ],
)
def test_datum_that_a_row_names_is_its_own(tmp_path, written, declared, used, told, status):
    reading = read(tmp_path, [[*row("甲", 113.3), written]], [*HEADER, "坐标系"], declared)
    assert kinds(reading) == [(2, kind, severity) for kind, severity in told]
    assert reading.frame["source_datum"].tolist() == [used]
    assert reading.frame["status"].tolist() == [status]
    point = reading.frame.geometry[0]
    lon, lat = to_wgs84(113.3, 23.1, used)
    assert (point.x, point.y) == pytest.approx((float(lon), float(lat)), abs=1e-9)


def test_datum_that_a_heading_names_is_held_against_the_declared(tmp_path):
    rows, header = [["甲", 113.3, 23.1]], ["网点名称", "经度（百度）", "纬度(°)"]
    problem, doubt = read(tmp_path, rows, header, "gcj02").problems
    assert (problem.kind, problem.column) == ("datum_differs", "经度（百度）")
    assert (doubt.kind, doubt.row) == ("doubt_status", 2)
    assert not read(tmp_path, rows, header, "bd09").problems


@pytest.mark.parametrize(
    ("header", "declared", "doubtful"),
    [
        (("高德经度", "高德纬度"), "gcj02", 0),
        (("lng_bd09", "lat_bd09"), "bd09", 0),
        (("百度经度", "百度纬度"), "gcj02", 2),
        (("网点经度", "网点纬度"), "gcj02", 0),
    ],
)
def test_heading_that_names_a_datum_without_brackets(tmp_path, header, declared, doubtful):
    reading = read(tmp_path, [["甲", 113.3, 23.1]], ["网点名称", *header], declared)
    assert len(reading.frame) == 1
    told = ["datum_differs"] * doubtful + ["doubt_status"] * bool(doubtful)
    assert [p.kind for p in reading.problems] == told
    assert reading.frame["status"].tolist() == ["unknown" if doubtful else "active"]


def test_sheets_that_are_not_read_are_told(tmp_path):
    reading = read(
        tmp_path,
        [row("甲", 113.3)],
        另一市=[["网点名称", "地址"], ["乙", "二路"]],
        续表=[row("丙", 113.4), row("丁", 113.5)],
    )
    told = {p.kind: p for p in reading.problems}
    assert set(told) == {"coordinate_heading_missing", "sheet_unused"}
    assert told["coordinate_heading_missing"].sheet == "另一市"
    assert "1 行未计入" in told["coordinate_heading_missing"].what
    unused = told["sheet_unused"]
    assert (unused.sheet, unused.severity) == ("续表", "error")
    assert "2 行" in unused.what


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_written_layer_has_a_name_of_its_own(tmp_path, suffix):
    frame = read(tmp_path, [row("甲", 113.3)]).frame
    for name in ("one", "two"):
        write_outlets(frame, tmp_path / f"{name}{suffix}")
    if suffix == ".geojson":
        one, two = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "two"))
        assert one == two
    assert len(read_outlets(tmp_path / f"one{suffix}", datum="wgs84").frame) == 1


def test_twenty_thousand_rows_of_one_number_do_not_take_minutes():
    n = 20_000
    outlets = pd.DataFrame(
        {
            "outlet_id": "1",
            "name": "营业部",
            "bank": "",
            "address": "",
            "stated_county": "",
            "phone": "",
            "hours": "",
            "status": "active",
            **dict.fromkeys((*MODES, *ITEMS, *FLAGS), True),
            "source_sheet": "",
            "source_file": "t.csv",
            "source_row": np.arange(n),
            "geometry": shapely.points(np.linspace(111, 116, n), 23.1),
        }
    )
    started = time.process_time()
    frame, problems = _identity.without_duplicates(outlets)
    # Two are on the same fifty metres.
    assert (len(frame), frame["outlet_id"].nunique()) == (n // 2, n // 2)
    assert sum(p.kind == "numbers_repeated" for p in problems) == 1
    assert time.process_time() - started < 60
