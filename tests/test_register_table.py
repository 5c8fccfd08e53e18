"""A table beside the register: what differs, decided by a planner, written, and read back."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import worlds
from gdcoverage.cli import app
from gdcoverage.outlets import read_outlets, write_outlets
from gdcoverage.problems import InputError
from gdcoverage.register import (
    NOT_ACTIVE,
    NOT_ON_MAP,
    Draft,
    Register,
    beside_list,
    differences,
    findings,
    outlet_frame,
    read_review,
    write_review,
)
from registers import (  # noqa: F401 - fixtures
    DAYS,
    day,
    histories,
    opened,
    places,
    server,
    written,
)

ON = dt.date(2026, 6, 30)
SPOTS = {"W1": (0, 0), "W2": (1000, 0), "W3": (2000, 0), "W4": (3000, 0)}


def placed(spot):
    lon, lat = worlds.degrees(*spot)
    return {"lon": round(lon, 7), "lat": round(lat, 7)}


@pytest.fixture
def where(places):  # noqa: F811
    return places.new()


@pytest.fixture
def register(where):
    """Four outlets in service, a kilometre apart."""
    register = Register(where, create=True)
    for number, (outlet_id, spot) in enumerate(SPOTS.items(), 1):
        more = placed(spot) | {"phone": "0755-12345678", "hours": "周一至周五 9:00-17:00"}
        written(register, opened(outlet_id, day(0), number, **more))
    return register


def table_of(register, on=ON):
    return outlet_frame(register.as_of(on))


def moved(table, outlet_id, spot):
    at = table.index[table["outlet_id"] == outlet_id]
    table.loc[at, "geometry"] = shapely.Point(*worlds.degrees(*spot))
    return table


def told(register, table, on=ON):
    return [(d.kind, d.outlet_id, d.certain) for d in differences(register.as_of(on), table)]


def changed(table, which, /, **cells):
    table = table.copy()
    at = table["outlet_id"] == which
    for name, value in cells.items():
        table.loc[at, name] = value
    return table


def test_a_table_that_says_the_same_differs_in_nothing(register):
    assert told(register, table_of(register)) == []


def test_each_sort_of_difference_is_told_as_what_it_is(register):
    table = table_of(register)
    new = pd.concat([table, changed(table.iloc[[0]], "W1", outlet_id="W9", name="新支行")])
    new = moved(new.reset_index(drop=True), "W9", (9000, 0))
    assert told(register, new) == [("新增", "W9", True)]
    assert told(register, table.iloc[1:]) == [("消失", "W1", False)]
    assert told(register, changed(table, "W2", phone="0755-87654321")) == [("变化", "W2", True)]
    assert told(register, changed(table, "W2", name="别名支行")) == [("更名", "W2", True)]
    assert told(register, changed(table, "W2", status="suspended")) == [("变化", "W2", True)]
    assert told(register, changed(table, "W2", status="exited")) == [("变化", "W2", False)]
    assert told(register, changed(table, "W2", status="unknown")) == [("存疑", "W2", False)]
    assert told(register, moved(table.copy(), "W2", (1030, 0))) == [("变化", "W2", True)]
    assert told(register, moved(table.copy(), "W2", (1060, 0))) == [("迁址", "W2", True)]
    assert told(register, changed(table, "W2", social_card=True)) == [("变化", "W2", True)]
    blank = {"phone": "", "hours": "", "window": False, "pension": False, "work_injury": False}
    assert told(register, changed(table, "W2", **blank)) == []


def test_without_a_number_name_bank_and_place_tell_which_it_is(register):
    table = changed(table_of(register), "W2", outlet_id="Wabc")
    assert told(register, table) == []
    assert told(register, changed(table, "Wabc", name="别名支行")) == [("存疑", "W2", False)]
    assert told(register, moved(table.copy(), "Wabc", (1500, 0))) == [("存疑", "W2", False)]
    other = changed(table_of(register), "W2", name="别名支行", bank="乙银行")
    assert told(register, moved(other, "W2", (1500, 0))) == [("存疑", "W2", False)]


def test_nothing_is_written_before_the_planner_says_so_and_then_all_of_it(
    register, where, tmp_path
):
    """One outlet opens, one moves, one is suspended, one is gone."""
    table = changed(table_of(register), "W3", status="suspended")
    table = moved(table, "W2", (1500, 0))
    new = moved(changed(table.iloc[[0]], "W1", outlet_id="W9", name="新支行"), "W9", (9000, 0))
    table = pd.concat([table[table["outlet_id"] != "W4"], new], ignore_index=True)
    write_outlets(table, tmp_path / "网点.xlsx")
    before = register.events()
    words = ["--register", where]
    run = CliRunner().invoke
    file, review = str(tmp_path / "网点.xlsx"), tmp_path / "网点_复核.xlsx"
    done = run(app, ["register", "import", file, "--datum", "wgs84", "--as-of", str(ON), *words])
    assert done.exit_code == 0, done.output
    assert register.events() == before
    book = openpyxl.load_workbook(review)
    sheet = book["复核"]
    rows = {row[3].value: row for row in sheet.iter_rows(min_row=2)}
    assert {i: (row[1].value, row[2].value) for i, row in rows.items()} == {
        "W2": ("采纳", "迁址"),
        "W3": ("采纳", "变化"),
        "W9": ("采纳", "新增"),
        "W4": (None, "消失"),
    }
    rows["W3"][1].value = "忽略"
    rows["W4"][1].value = "采纳"
    rows["W9"][7].value = dt.datetime(2026, 5, 1)
    book.save(review)
    apply = ["register", "apply", str(review), "--by", "规划科", *words]
    assert run(app, apply).exit_code == 0
    now = register.as_of(ON)
    assert {i: s.status(ON) for i, s in now.outlets.items()} == {
        "W1": "active", "W2": "exited", "W2-2": "active", "W3": "active", "W4": "exited",
        "W9": "active",
    }  # fmt: skip
    assert now.outlets["W2-2"].moved_from == "W2"
    assert now.outlets["W9"].signed_on == dt.date(2026, 5, 1)
    fresh = register.events()[len(before) :]
    assert {event.recorded_by for event in fresh} == {"规划科"}
    assert all(event.source.startswith("网点.xlsx（截至 2026-06-30，SHA-256 ") for event in fresh)
    # Again it would be written twice.
    again = run(app, apply)
    assert isinstance(again.exception, InputError)
    assert "又有新的事件" in str(again.exception)
    Register(tmp_path / "别的.gpkg", create=True)
    other = run(app, [*apply[:-1], str(tmp_path / "别的.gpkg")])
    assert f"是对照台账 {register.where} 写出的，不是 别的.gpkg" in str(other.exception)
    # The bank's table, which keeps the old number, now differs in what was ignored alone.
    assert told(register, read_outlets(file, datum="wgs84").frame) == [("变化", "W3", True)]


def test_the_table_of_a_day_is_read_back_as_it_was(register, where, tmp_path):
    written(register, [Draft("W1", "suspended", ON)])
    words = ["register", "export", str(tmp_path / "表.xlsx"), "--as-of", str(ON)]
    done = CliRunner().invoke(app, [*words, "--register", where])
    assert done.exit_code == 0, done.output
    reading = read_outlets(tmp_path / "表.xlsx", datum="gcj02", today=ON)
    assert told(register, reading.frame) == []
    assert list(reading.frame["status"]) == ["suspended", "active", "active", "active"]


@settings(max_examples=20)
@given(history=histories(), number=st.integers(0, DAYS))
def test_whatever_happened_a_table_of_any_day_tells_it(tmp_path_factory, history, number):
    folder, on = tmp_path_factory.mktemp("day"), day(number)
    register = Register(folder / "r.gpkg", create=True)
    written(register, [draft for draft, _ in history])
    book = register.as_of(on)
    if book.outlets:
        write_outlets(outlet_frame(book), folder / "表.csv")
        reading = read_outlets(folder / "表.csv", datum="wgs84", today=on)
        assert list(reading.frame["outlet_id"]) == sorted(book.outlets)
        assert differences(book, reading.frame) == []


HOSTILE = {
    "name": '=HYPERLINK("http://x","点")',
    "bank": "@SUM(1)",
    "address": "<script>alert(1)</script>",
    "phone": "+86 755 1",
    "hours": "-2+3",
}


def test_hostile_text_stays_text_all_the_way(tmp_path):
    register = Register(tmp_path / "r.gpkg", create=True)
    table = tmp_path / "t.xlsx"
    row = {"网点编号": "=1+1", "网点名称": HOSTILE["name"], "所属银行": HOSTILE["bank"],
           "地址": HOSTILE["address"], "电话": HOSTILE["phone"], "营业时间": HOSTILE["hours"],
           "服务方式": "窗口办", "业务事项": "工伤保险", "经度": 113.2, "纬度": 23.1}  # fmt: skip
    book = openpyxl.Workbook()
    book.active.append(list(row))
    book.active.append(list(row.values()))
    for cell in book.active[2]:
        cell.data_type = "n" if isinstance(cell.value, float) else "s"
    book.save(table)
    frame = read_outlets(table, datum="wgs84").frame
    found = differences(register.as_of(ON), frame)
    write_review(found, tmp_path / "r.xlsx", register="r.gpkg", last=0, as_of=ON, table=table)
    for sheet in openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets:
        assert not [c for line in sheet.iter_rows() for c in line if c.data_type == "f"]
    decided = read_review(tmp_path / "r.xlsx")
    written(register, decided.drafts)
    (standing,) = register.as_of(ON).outlets.values()
    assert {name: getattr(standing, name) for name in HOSTILE} == HOSTILE
    write_outlets(outlet_frame(register.as_of(ON)), tmp_path / "o.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert not [c for line in sheet.iter_rows() for c in line if c.data_type == "f"]


def test_a_review_that_was_spoilt_is_refused_with_every_fault(register, tmp_path):
    table = changed(table_of(register), "W2", phone="0755-87654321")
    table = changed(table, "W3", phone="0755-87654321")
    write_outlets(table, tmp_path / "t.xlsx")
    found = differences(register.as_of(ON), table)
    review = tmp_path / "r.xlsx"
    write_review(found, review, register="x", last=1, as_of=ON, table=tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(review)
    book["复核"]["B2"], book["复核"]["H3"] = "也许", "2026年6月"
    book.save(review)
    with pytest.raises(InputError) as error:
        read_review(review)
    assert [(p.row, p.value) for p in error.value.problems] == [(2, "也许"), (3, "2026年6月")]
    with pytest.raises(InputError, match="不是复核表"):
        read_review(tmp_path / "t.xlsx")


def test_what_the_map_shows_is_held_against_who_is_active(register):
    written(register, [Draft("W4", "suspended", day(9))])
    book = register.as_of(ON)
    listed = table_of(register)
    active = listed[listed["status"] == "active"]

    def told(rows):
        found = beside_list(findings(book), book, rows)
        return [(f.kind, f.outlet_id) for f in found if f.kind in (NOT_ON_MAP, NOT_ACTIVE)]

    assert told(active) == []
    assert told(active[1:]) == [(NOT_ON_MAP, "W1")]
    # Whatever a list says of its outlets, it shows them; but for those that it says have left.
    assert told(listed) == [(NOT_ACTIVE, "W4")]
    assert told(listed.assign(status="unknown")) == [(NOT_ACTIVE, "W4")]
    left = listed.assign(status=["exited", "active", "active", "exited"])
    assert told(left) == [(NOT_ON_MAP, "W1")]
    # By name, bank and place too; and one that the register does not know.
    other = active.assign(outlet_id=["图1", "图2", "图3"])
    assert told(other) == []
    strange = moved(other.iloc[[0]].assign(outlet_id="图9", name="别处支行"), "图9", (9000, 0))
    assert told(pd.concat([other, strange])) == [(NOT_ACTIVE, "图9")]


def test_the_check_reads_the_list_of_the_map(register, where, tmp_path):
    write_outlets(table_of(register)[1:], tmp_path / "名单.csv")
    words = ["register", "check", "--register", where, "--as-of", f"{ON}", "--listed"]
    done = CliRunner().invoke(app, [*words, str(tmp_path / "名单.csv"), "--datum", "wgs84"])
    assert done.exit_code == 0, done.output
    assert "在营而未登记 1" in done.output
    assert CliRunner().invoke(app, [*words, str(tmp_path / "名单.csv")]).exit_code == 2


def test_no_names_of_persons_leave_with_an_export(register, where, tmp_path):
    written(register, [
        Draft("W1", "changed", ON, {"phone": "13800138000 李四"}),
        Draft("W1", "changed", ON, {"hours": "联系人：张三 9:00-17:00"}),
        Draft("W1", "talked", ON, {"reason": "王五经理说超时"}),
    ])  # fmt: skip
    for suffix in (".csv", ".geojson"):
        file = tmp_path / f"表{suffix}"
        words = ["register", "export", str(file), "--as-of", str(ON)]
        done = CliRunner().invoke(app, [*words, "--register", where])
        assert "1 个网点的文字里有疑似个人姓名或手机号，已略去" in done.output
        text = file.read_text(encoding="utf-8-sig")
        assert not [word for word in ("李四", "张三", "王五", "138", "测试") if word in text]
        assert "9:00-17:00" in text
