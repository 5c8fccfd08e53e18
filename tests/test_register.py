"""The register: what it makes of events, what it refuses, and that it keeps what it was told."""

import datetime as dt
import sqlite3

import hypothesis
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gdcoverage as gd
from gdcoverage.problems import InputError
from gdcoverage.register import (
    Draft,
    Register,
    correction,
    findings,
    read_directory,
    read_register,
    replay,
)
from gdcoverage.register import _schema as schema
from registers import (  # noqa: F401 - fixtures
    DAYS,
    day,
    described,
    expected,
    histories,
    opened,
    places,
    server,
    written,
)


def told(book):
    """What the register says, as `expected` does."""
    return {
        outlet_id: {
            "status": s.status(book.on),
            "items": sorted(s.items),
            "name": s.name,
            "phone": s.phone,
            "modes": sorted(s.modes),
            "dedicated_window": s.dedicated_window,
            "talks": s.talks,
        }
        for outlet_id, s in book.outlets.items()
    }


@hypothesis.settings(max_examples=30)
@given(histories(), st.data())
def test_the_register_as_of_any_day_is_what_its_events_say(places, history, data):  # noqa: F811
    """By every event up to any day, as known on any day; written in one go or one by one."""
    register = Register(places.new(), create=True)
    together = data.draw(st.booleans())
    on = history[-1][1] if history else 0
    if together:
        written(register, [draft for draft, _ in history], day(on))
    else:
        for recorded in sorted({recorded for _, recorded in history}):
            written(register, [d for d, r in history if r == recorded], day(recorded))
    events = register.events()
    assert [event.event_id for event in events] == list(range(1, len(history) + 1))
    for number in data.draw(st.lists(st.integers(-1, DAYS + 1), min_size=2, max_size=5)):
        known = day(data.draw(st.integers(0, on + 1)))
        must = expected(events, day(number), known)
        assert told(register.as_of(day(number), known)) == must
        assert told(replay(events, day(number), known)) == must
        without = register.as_of(day(number), known, supervised=False)
        seen = {i: s["status"] for i, s in told(without).items()}
        assert seen == {i: s["status"] for i, s in must.items()}


@pytest.fixture
def register(places):  # noqa: F811
    """A register with the outlet W1, active from the first day."""
    register = Register(places.new(), create=True)
    written(register, opened("W1", day(0)))
    return register


def refused(register, *drafts):
    """What is said against drafts, none of which is written."""
    before = register.events()
    with pytest.raises(InputError) as error:
        written(register, drafts)
    assert register.events() == before
    return str(error.value)


def test_an_outlet_counts_from_signature_and_authorisation_to_the_day_it_leaves(register):
    register.append(
        [
            Draft("W2", "registered", day(1), described(2)),
            Draft("W2", "signed", day(3), {"items": "基本养老保险、工伤保险"}),
            Draft("W2", "authorised", day(5), {"授权事项": "工伤保险"}),
            Draft("W2", "exit_applied", day(7), {"原因": "网点合并"}),
            Draft("W2", "exit_approved", day(9)),
        ],
        recorded_by="测试",
        source="测试",
    )
    stood = [register.as_of(day(n)).outlets.get("W2") for n in range(10)]
    said = [s.status(day(n)) if s else None for n, s in enumerate(stood)]
    assert said == [None, *["planned"] * 4, *["active"] * 4, "exited"]
    assert stood[8].items == ("工伤保险",)


def test_an_agreement_that_ran_out_leaves_an_outlet_in_doubt_until_it_is_renewed(register):
    until = {"items": ["工伤保险"], "until": day(10).isoformat()}
    written(register, [Draft("W1", "signed", day(2), until)])
    written(register, [Draft("W1", "signed", day(20), {"items": ["工伤保险"]})])
    said = [register.as_of(day(n)).outlets["W1"].status(day(n)) for n in (10, 11, 19, 20)]
    assert said == ["active", "unknown", "unknown", "active"]
    reading = read_register(register, day(15))
    assert [p.kind for p in reading.problems] == ["doubt_expired"]
    assert list(reading.frame["status"]) == ["unknown"]


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Draft("W9", "talked", day(5), {"reason": "x"}), "还没有登记，也没有签约"),
        (Draft("W1", "changed", day(5), {"modes": []}), "在营网点至少要有一种服务方式"),
        (Draft("W1", "authorised", day(5), {"items": ["失业保险"]}), "授权了协议里没有的事项"),
        (Draft("W1", "signed", day(5), {"items": ["代发工资"]}), "事项目录里没有 代发工资"),
        (Draft("W1", "resumed", day(5)), "网点没有暂停"),
        (Draft("W1", "exit_approved", day(5)), "没有自愿退出的申请"),
        (Draft("W1", "exit_forced", day(5), {"ground": "talks"}), "只有 0 次"),
        (Draft("W1", "exit_forced", day(5), {"ground": "assessment"}), "不是不合格"),
        (Draft("W1", "exit_forced", day(5), {"ground": "weather"}), "泄密造成严重后果"),
        (Draft("W1", "registered", day(5), described(1)), "登记有误请写“更正”"),
        (Draft("W1", "changed", day(5), {"lon": 113.3}), "米是迁址"),
        (Draft("W1", "changed", day(5), {"colour": "红"}), "“变更”没有“colour”"),
        (Draft("W1", "changed", day(5), {}), "没有写变更了什么"),
        (Draft("W1", "moved", day(5), {"to": "W5"}), "W5 没有登记"),
        (Draft("W1", "inspected", day(-1), {"by": "自查", "passed": "是"}), "还没有登记"),
        (Draft("W2", "registered", day(5), {"name": "乙"}), "缺少所属银行、经度、纬度"),
        (Draft("W2", "registered", day(5), described(2, lon=23.1, lat=113.2)), "不在广东"),
        (Draft("W2", "registered", day(5), described(2, moved_from="W1")), "没有迁往这里"),
        (Draft("W1", "corrected", day(5), {"void": True}, 99), "没有第 99 条事件"),
        (Draft("W1", "corrected", day(5), {"void": True}, 1), "缺少"),
        (Draft("W1", "complained", day(5), {"answers": 2, "reply": "改"}), "不是本网点待答复"),
        (Draft("W1", "dancing", day(5)), "不认识的事件"),
        (Draft("W\0", "suspended", day(5)), "无法保存的字符"),
        (Draft("W1", "changed", day(5), {"name": "\ud800"}), "无法保存的字符"),
        (Draft("W1", "suspended", dt.datetime(2024, 7, 6)), "生效日期应为日期"),
    ],
)  # fmt: skip
def test_what_the_policy_does_not_allow_is_not_written(register, draft, said):
    assert said in refused(register, draft)


def test_who_has_left_is_on_the_map_until_that_is_undone(register):
    left = [
        Draft("W1", "exit_applied", day(6), {"reason": "merger"}),
        Draft("W1", "exit_approved", day(7)),
    ]
    written(register, left)
    assert [f.kind for f in findings(register.as_of(day(7)))] == ["已登记而不在营"]
    written(register, [Draft("W1", "deregistered", day(9))])
    assert findings(register.as_of(day(9))) == []
    assert findings(register.as_of(day(8))) != []
    assert "无从撤销" in refused(register, Draft("W1", "deregistered", day(10)))
    early = [Draft("W2", "registered", day(1), described(2)), Draft("W2", "deregistered", day(2))]
    written(register, early)
    assert findings(register.as_of(day(9))) == []


def test_a_kind_may_be_said_in_either_language(register):
    written(register, [Draft("W1", "约谈", day(6), {"事由": "超时"})])
    kinds = [event.kind for event in register.events(["W1"])]
    assert kinds[-1] == "talked"
    assert register.as_of(day(6)).outlets["W1"].talks == 1


def test_an_event_before_the_agreement_is_refused_but_for_the_registration(register):
    written(register, [Draft("W2", "registered", day(1), described(2))])
    said = refused(register, Draft("W2", "suspended", day(2)))
    assert "“暂停”早于签约" in said


def test_all_faults_are_told_and_nothing_is_written_of_what_stands_beside_them(register):
    said = refused(
        register,
        Draft("W1", "suspended", day(5)),
        Draft("W1", "suspended", day(6)),
        Draft("W2", "talked", day(6), {"reason": "x"}),
    )
    assert "起已经暂停" in said and "W2 2024-07-07 “约谈”" in said


def test_an_event_that_undoes_the_ground_of_a_later_one_is_refused(register):
    written(register, [Draft("W1", "suspended", day(5)), Draft("W1", "resumed", day(9))])
    said = refused(register, Draft("W1", "corrected", day(5), {"void": True}, 4))
    assert "写入后，2024-07-10 的“恢复”（第 5 条）不再成立" in said


def test_a_relocation_is_an_exit_and_a_new_point(register):
    new = Draft("W1-2", "registered", day(5), described(3, moved_from="W1"))
    written(register, [Draft("W1", "moved", day(5), {"to": "W1-2"}), new])
    book = register.as_of(day(5))
    assert [s.status(day(5)) for s in book.outlets.values()] == ["exited", "planned"]
    assert book.successor("W1").outlet_id == "W1-2"
    assert "已迁往 W1-2" in refused(
        register, Draft("W1", "signed", day(6), {"items": ["工伤保险"]})
    )


def test_items_lie_within_the_directory_that_the_planner_supplies(register, tmp_path):
    table = tmp_path / "目录.csv"
    table.write_text(
        "事项名称,类别\n养老待遇申领,基本养老保险\n工伤认定,工伤保险\n", encoding="utf-8"
    )
    written(register, [read_directory(table, day(3))])
    items = {"items": ["养老待遇申领"]}
    written(register, [Draft("W1", k, day(4), items) for k in ("signed", "authorised")])
    frame = read_register(register, day(4)).frame
    assert frame.loc[0, ["pension", "work_injury"]].tolist() == [True, False]
    said = refused(register, Draft("W1", "signed", day(5), {"items": ["失业金申领"]}))
    assert "事项目录里没有 失业金申领" in said
    table.write_text("事项名称,类别\n跳舞,舞蹈\n", encoding="utf-8")
    with pytest.raises(InputError, match="四大类"):
        read_directory(table, day(3))


def test_talks_failed_assessments_and_what_else_wants_looking_at(register):
    talk = Draft("W1", "talked", day(5), {"reason": "超时"})
    poor = Draft("W1", "rectified", day(6), {"adequate": "否"})
    written(register, [talk, poor, Draft("W1", "talked", day(7), {"reason": "又超时"})])
    written(register, opened("W2", day(0), 2))
    written(register, [Draft("W2", "assessed", day(8), {"年度": "2024", "合格": "否"})])
    written(register, [Draft("W2", "complained", day(8), {"content": "慢"})])
    kinds = {(f.kind, f.outlet_id) for f in findings(register.as_of(day(9)), 30)}
    assert kinds == {
        ("强制退出候选", "W1"), ("连续约谈", "W1"), ("强制退出候选", "W2"), ("投诉未答复", "W2"),
    }  # fmt: skip
    overdue = [f.outlet_id for f in findings(register.as_of(day(31)), 30) if "逾期" in f.kind]
    assert overdue == ["W1", "W2"]
    written(register, [Draft("W1", "rectified", day(10), {"adequate": "是"})])
    unsigned = {"by": "暗访", "passed": "是", "标识合格": "否"}
    written(register, [Draft("W1", "inspected", day(10), unsigned)])
    later = findings(register.as_of(day(31)), 30)
    assert {f.kind for f in later if f.outlet_id == "W1"} == {"标识不合格"}
    # The ground is there, and was on that day.
    written(register, [Draft("W2", "exit_forced", day(20), {"ground": "assessment"})])
    left = [f.kind for f in findings(register.as_of(day(21)), 90) if f.outlet_id == "W2"]
    assert left == ["投诉未答复", "已登记而不在营"]


def test_a_correction_says_what_it_corrects_and_what_was_known_before_stays(register):
    draft = correction(register, 1, details={"网点名称": "对的名称"})
    written(register, [draft], dt.date(2026, 2, 1))
    assert register.as_of(day(1)).outlets["W1"].name == "对的名称"
    assert register.as_of(day(1), dt.date(2026, 1, 31)).outlets["W1"].name == "第1支行"
    again = correction(register, 1, effective_on=day(-3), details={"phone": "020-1"})
    written(register, [again], dt.date(2026, 3, 1))
    stood = register.as_of(day(-3)).outlets["W1"]
    assert (stood.name, stood.phone, stood.registered_on) == ("对的名称", "020-1", day(-3))
    with pytest.raises(InputError, match="第 4 条本身是更正"):
        correction(register, 4)
    with pytest.raises(InputError, match="没有第 77 条"):
        correction(register, 77)
    void = Draft("W1", "corrected", day(1), {"void": True}, 4)
    with pytest.raises(InputError, match="请更正原来的第 1 条"):
        written(register, [void], dt.date(2026, 3, 1))


def test_nobody_writes_into_the_past_of_the_register(register):
    written(register, [Draft("W1", "suspended", day(5))], dt.date(2026, 5, 1))
    with pytest.raises(InputError, match="早于台账最后一次记录的日期"):
        written(register, [Draft("W1", "resumed", day(6))], dt.date(2026, 4, 30))


@pytest.mark.parametrize(
    "act", ["UPDATE outlet_events SET source = 'x'", "DELETE FROM outlet_events"]
)
def test_nothing_is_ever_altered_or_deleted_whatever_program_tries(tmp_path, act):
    register = Register(tmp_path / "r.gpkg", create=True)
    written(register, opened("W1", day(0)))
    connection = sqlite3.connect(tmp_path / "r.gpkg")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(act)
    connection.close()


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE outlet_events SET source = 'x'",
        "DELETE FROM outlet_events",
        "TRUNCATE outlet_events",
    ],
)
def test_nor_on_a_server(server, tmp_path, act):  # noqa: F811
    import psycopg

    from registers import Places

    where = Places(tmp_path, server).new()
    written(Register(where, create=True), opened("W1", day(0)))
    with psycopg.connect(where) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute(act)


def test_the_file_is_a_geopackage(tmp_path):
    register = Register(tmp_path / "r.gpkg", create=True)
    written(register, opened("W1", day(0)))
    rows = pyogrio.read_dataframe(tmp_path / "r.gpkg", layer="outlet_events")
    assert list(rows["kind"]) == ["registered", "signed", "authorised"]


def test_an_older_register_is_brought_up_to_date_and_a_newer_one_refused(places, monkeypatch):  # noqa: F811
    where = places.new()
    written(Register(where, create=True), opened("W1", day(0)))
    step = ("ALTER TABLE outlet_events ADD COLUMN region TEXT",)
    newer = [*schema.MIGRATIONS, {"sqlite": step, "postgresql": step}]
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", newer)
        patch.setattr("gdcoverage.register._store.MIGRATIONS", newer)
        written(Register(where), [Draft("W1", "suspended", day(3))])
        assert len(Register(where).events()) == 4
    with pytest.raises(InputError, match="较新版本的程序写的（第 3 版，本程序只认识到第 2 版）"):
        Register(where)


def test_what_is_no_register_is_told_from_one(tmp_path):
    (tmp_path / "text.gpkg").write_text("hello " * 500)
    sqlite3.connect(tmp_path / "other.gpkg").execute("CREATE TABLE t (a)").connection.close()
    for name, said in {
        "no.gpkg": "找不到台账",
        "text.gpkg": "不是台账",
        "other.gpkg": "不是台账",
    }.items():
        with pytest.raises(InputError, match=said):
            Register(tmp_path / name)
    with pytest.raises(InputError, match="不是台账"):
        Register(tmp_path / "other.gpkg", create=True)
    with pytest.raises(InputError, match="没有安装这种数据库的驱动"):
        Register("mysql://me:secret@localhost/x")
    with pytest.raises(InputError, match="地址看不懂"):
        Register("postgresql://h:port/x")
    with pytest.raises(InputError) as error:
        Register("postgresql://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(error.value)
    assert gd.Register is Register
