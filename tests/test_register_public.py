"""The public's view of the register: all that the public's map is made from, and nothing else."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gdcoverage.problems import InputError
from gdcoverage.register import Draft, Register, outlet_frame, read_register
from gdcoverage.register import _schema as schema
from gdcoverage.run import load_plan, read_inputs
from registers import DAYS, day, described, histories, opened, places, server, written  # noqa: F401
from test_run_again import from_register
from test_supervision import DATE, SECRET, supervised
from three_counties import write_plan

SECRETS = ("密事由", "密情形", "密来源", "密记录人", "密投诉", "密编号")


@settings(max_examples=10, deadline=None)
@given(history=histories(), on=st.integers(0, DAYS), known=st.integers(0, 60))
def test_the_view_tells_of_outlets_what_the_events_tell(places, history, on, known):  # noqa: F811
    register = Register(places.new(), create=True)
    for recorded in sorted({recorded for _, recorded in history}):
        written(register, [draft for draft, r in history if r == recorded], day(recorded))
    for known_on in (None, day(known)):
        whole = register.as_of(day(on), known_on, supervised=False)
        public = register.as_of(day(on), known_on, public=True)
        frames = [outlet_frame(book) for book in (whole, public)]
        assert_frame_equal(*frames)


@pytest.fixture
def register(places):  # noqa: F811
    """With all kinds of events, corrected and not, that tell what is not the public's."""
    kept = Register(places.new(), create=True)
    drafts = [
        *opened("W1", day(0), 1, phone="0755-12345678"),
        Draft("W1", "talked", day(1), {"reason": SECRETS[0]}),
        Draft("W1", "complained", day(1), {"content": SECRETS[4]}),
        Draft("W1", "suspended", day(2), {"reason": SECRETS[0]}),
        *opened("W2", day(0), 2),
        Draft("W2", "signed", day(3), {"items": ["工伤保险"], "agreement": SECRETS[5]}),
        Draft("W2", "exit_forced", day(4), {"ground": "other", "document": SECRETS[1]}),
    ]
    kept.append(drafts, recorded_by=SECRETS[3], source=SECRETS[2], today=dt.date(2026, 1, 1))
    talk = {"details": {"reason": SECRETS[0] + "更正"}}
    pause = {"details": {"reason": SECRETS[0]}}
    mended = [Draft("W1", "corrected", day(1), talk, 4), Draft("W1", "corrected", day(3), pause, 6)]
    kept.append(mended, recorded_by=SECRETS[3], source=SECRETS[2], today=dt.date(2026, 1, 1))
    return kept


def test_nothing_else_is_in_it(register):
    with register._engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM outlet_events_public")).mappings().all()
        told = str(rows)
    assert {row["kind"] for row in rows} == {
        *("registered", "signed", "authorised", "suspended", "exit_approved", "corrected")
    }
    assert [secret for secret in (*SECRETS, "other", "ground", "reason") if secret in told] == []
    assert "0755-12345678" in told
    # The correction of the pause is there, without why.
    assert register.as_of(day(2), public=True).outlets["W1"].suspended_on is None
    assert register.as_of(day(3), public=True).outlets["W1"].suspended_on == day(3)
    assert register.as_of(day(4), public=True).outlets["W2"].ground == ""


@pytest.fixture
def restricted(server, places, register):  # noqa: F811
    """A register as a role sees that may read the view alone; on PostgreSQL."""
    where = register._url.render_as_string(hide_password=False)
    if "postgresql" not in where:
        pytest.skip("files have no roles")
    with register._engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP ROLE IF EXISTS emap")
        connection.exec_driver_sql("CREATE ROLE emap LOGIN")
    register.let_read("emap")
    yield Register(where.replace("postgres@", "emap@"))
    with register._engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP OWNED BY emap")
        connection.exec_driver_sql("DROP ROLE emap")


def test_a_role_reads_the_view_and_can_read_nothing_else(register, restricted):
    frame = read_register(restricted, day(2)).frame
    columns = [name for name in frame if name != "source_file"]
    whole = read_register(register, day(2)).frame
    assert_frame_equal(frame[columns], whole[columns])
    asked = sa.text("SELECT has_table_privilege(c.oid, 'SELECT') FROM pg_class c "
                    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' "
                    "AND c.relname <> 'register_version'")  # fmt: skip
    with restricted._engine.connect() as connection:
        assert not any(connection.execute(asked).scalars())
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("SELECT count(*) FROM outlet_events"))
    for forbidden in (
        restricted.events,
        lambda: restricted.as_of(day(2)),
        lambda: written(restricted, [Draft("W1", "resumed", day(9))]),
        lambda: restricted.let_read("emap"),
    ):
        with pytest.raises(InputError, match="没有权限"):
            forbidden()
    assert restricted.is_restricted
    assert not register.is_restricted


def test_a_register_from_before_the_view_has_it_once_it_is_opened(places, monkeypatch):  # noqa: F811
    where = places.new()
    with monkeypatch.context() as patch:
        for module in ("_schema", "_store"):
            patch.setattr(f"gdcoverage.register.{module}.MIGRATIONS", schema.MIGRATIONS[:1])
        written(Register(where, create=True), opened("W1", day(0)))
    book = Register(where).as_of(day(0), public=True)
    assert book.outlets["W1"].status(day(0)) == "active"


def test_who_may_read_more_is_no_such_role(register):
    if "postgresql" not in register.where:
        with pytest.raises(InputError, match="不在 PostgreSQL 里"):
            register.let_read("emap")
        return
    with pytest.raises(InputError, match="没有账号 nobody"):
        register.let_read("nobody")
    with pytest.raises(InputError, match="仍能读全部事件"):
        register.let_read("postgres")


def test_the_public_edition_is_made_from_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    path = write_plan(tmp_path / "plan", sites=False, people=20)
    from_register(supervised)(path.parent)
    asked = []
    real = Register.as_of

    def noted(*where, **how):
        asked.append(how.get("public"))
        return real(*where, **how)

    monkeypatch.setattr(Register, "as_of", noted)
    read = read_inputs(load_plan(path), today=dt.date.fromisoformat(DATE), public=True)
    assert asked == [True]
    assert read.supervision is None
    assert not any(word in read.outlets.frame.to_csv() for word in SECRET)
