"""The register where it is kept: a file, or a PostgreSQL database; written to, never altered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from gdcoverage.outlets import this_day
from gdcoverage.problems import InputError, unusable
from gdcoverage.register._drafts import (
    checked,
    corrections_checked,
    named,
    refuse_stale,
    require_allowed,
)
from gdcoverage.register._events import Draft, Event
from gdcoverage.register._kinds import SUPERVISION
from gdcoverage.register._public import is_restricted, let_read
from gdcoverage.register._rows import effects, events_of, last_of, no_garbage, owner_of, row_of
from gdcoverage.register._schema import (
    EVENTS,
    MIGRATIONS,
    has_tables,
    migrate,
    require_known,
    version_of,
)
from gdcoverage.register._standing import Book, replay

# A writer waits so long for others.
_WAIT_S = 60


class Register:
    """The register of outlets: events are appended to it, and read.

    Several processes may write at the same time; each waits for the others. What is written
    together is there whole or not at all.

    Examples
    --------
    >>> register = gd.Register("台账.gpkg", create=True)
    >>> register.last_event_id()
    0
    """

    def __init__(self, where: str | Path, *, create: bool = False) -> None:
        """Open a register.

        Parameters
        ----------
        where : a file (SQLite, a GeoPackage), or ``postgresql://…``.
        create : make it where there is none.

        Raises
        ------
        InputError : there is none, it cannot be opened, is none, or was written by a newer program.
        """
        self._url = _url(where)
        # A password is nobody's to see.
        self.where = _shown(self._url)
        path = Path(self._url.database or "")
        if self._url.get_backend_name() == "sqlite" and not create and not path.is_file():
            action = "请检查路径；新建请用 gdcoverage register init"
            raise unusable("register_missing", "找不到台账", action, file=self.where)
        try:
            self._engine = _engine(self._url)
        except (ModuleNotFoundError, NoSuchModuleError):
            action = "请运行 pip install 'gdcoverage[postgres]'"
            raise unusable(
                "register_driver", "没有安装这种数据库的驱动", action, file=self.where
            ) from None
        if not self._is_current(create):
            with self._begun(writing=True) as connection:
                migrate(connection, self.where)

    def __repr__(self) -> str:
        """Where it is, without a password."""
        return f"Register({self.where})"

    def _is_current(self, create: bool) -> bool:
        """Whether the tables are those of this program.

        Raises
        ------
        InputError : there are none and none are to be made, or others, or newer ones.
        """
        with self._begun(writing=False) as connection:
            version = version_of(connection)
            if version is None and (not create or has_tables(connection)):
                action = "请检查路径；新建请用 gdcoverage register init，写一个还没有的文件名"
                raise unusable("not_a_register", "不是台账", action, file=self.where)
            require_known(version or 0, self.where)
            return version == len(MIGRATIONS)

    @contextmanager
    def _begun(self, *, writing: bool) -> Iterator[sa.Connection]:
        """A transaction; of writers there is one at a time."""
        try:
            with self._engine.connect() as plain:
                connection = plain.execution_options(writing=writing)
                with connection.begin():
                    if writing and connection.dialect.name == "postgresql":
                        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                    yield connection
        except InputError:
            raise
        except OperationalError as error:
            raise unusable(
                "register_unavailable",
                f"台账打不开或正被占用（{_said(error)}）",
                "请关闭其他正在使用它的程序，或检查路径、网络和权限，然后重试",
                file=self.where,
            ) from None
        except DatabaseError as error:
            if getattr(error.orig, "sqlstate", "") == _FORBIDDEN:
                what = f"这个账号没有权限（{_said(error)}）"
                action = "请换一个账号；只读公开列的账号只用于发布公众版"
                raise unusable("register_forbidden", what, action, file=self.where) from None
            action = "请检查是否选错了文件；若文件损坏，请用备份"
            raise unusable(
                "not_a_register", f"不是台账，或已损坏（{_said(error)}）", action, file=self.where
            ) from None

    def events(self, outlet_ids: Collection[str] | None = None) -> list[Event]:
        """Events in the order of recording.

        Parameters
        ----------
        outlet_ids : only theirs; "" for the directory of items. All by default.

        Examples
        --------
        >>> gd.Register("甲.gpkg", create=True).events()
        []
        """
        with no_garbage(), self._begun(writing=False) as connection:
            return events_of(connection, outlet_ids)

    def events_beside(self, event_id: int) -> list[Event]:
        """All events of the outlet that an event is of; none where there is no such event.

        Examples
        --------
        >>> gd.Register("乙.gpkg", create=True).events_beside(1)
        []
        """
        with self._begun(writing=False) as connection:
            owner = owner_of(connection, event_id)
            return [] if owner is None else events_of(connection, [owner])

    def last_event_id(self) -> int:
        """Number of the last event; 0 in an empty register.

        Examples
        --------
        >>> gd.Register("丙.gpkg", create=True).last_event_id()
        0
        """
        with self._begun(writing=False) as connection:
            return last_of(connection)[0]

    def as_of(
        self,
        on: dt.date,
        known_on: dt.date | None = None,
        *,
        supervised: bool = True,
        public: bool = False,
    ) -> Book:
        """The register as of a day; see `replay`.

        Parameters
        ----------
        supervised : whether supervision is wanted too: inspections, talks and their like, which
            are most of what a register holds and change no outlet.
        public : read nothing but the public's view: neither supervision nor why an outlet left,
            nor who recorded what. An account that may read nothing else reads that anyway.

        Examples
        --------
        >>> import datetime as dt
        >>> book = gd.Register("丁.gpkg", create=True).as_of(dt.date(2026, 6, 30))
        >>> len(book.outlets)
        0
        """
        with no_garbage(), self._begun(writing=False) as connection:
            without = () if supervised and not public else SUPERVISION
            public = public or (not supervised and is_restricted(connection))
            return replay(effects(connection, on, known_on, without, public=public), on)

    @property
    def is_restricted(self) -> bool:
        """Whether this account may read nothing but the public's view."""
        with self._begun(writing=False) as connection:
            return is_restricted(connection)

    def let_read(self, role: str) -> None:
        """Let a role of the PostgreSQL server read the public's view, and nothing else.

        Raises
        ------
        InputError : the register is a file; there is no such role; or it may read more.
        """
        with self._begun(writing=True) as connection:
            let_read(connection, role, self.where)

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        recorded_by: str,
        source: str = "",
        today: dt.date | None = None,
        unless_after: int | None = None,
    ) -> tuple[int, ...]:
        """Write events, all of them or none, after the policy's rules were asked.

        Parameters
        ----------
        recorded_by : who writes them down.
        source : what tells of them, where a draft does not say.
        today : the day of recording; today in Guangdong by default.
        unless_after : refuse if any of the outlets has events after this number.

        Returns
        -------
        Their numbers.

        Raises
        ------
        InputError : a draft is not understood or against the rules; every fault at once.

        Examples
        --------
        >>> import datetime as dt
        >>> from gdcoverage.register import Draft
        >>> register = gd.Register("戊.gpkg", create=True)
        >>> told = {"name": "城东支行", "bank": "示例银行", "lon": 114.25, "lat": 23.72}
        >>> first = Draft("W001", "registered", dt.date(2026, 1, 5), told)
        >>> register.append([first], recorded_by="规划科", source="省厅通知")
        (1,)
        """
        meant = checked(drafts, recorded_by, source)
        outlets = {draft.outlet_id for draft in meant}
        with self._begun(writing=True) as connection:
            last, last_on = last_of(connection)
            today = today or this_day()
            if last_on is not None and today < last_on:
                raise unusable(
                    "register_clock",
                    f"今天（{today}）早于台账最后一次记录的日期（{last_on}）",
                    "请核对电脑的日期",
                    file=self.where,
                )
            known = events_of(connection, outlets | {""} | named(meant))
            if unless_after is not None:
                later = {e.outlet_id for e in known if e.event_id > unless_after} & outlets
                refuse_stale(later, self.where)
            new = [
                Event(
                    last + number,
                    draft.outlet_id,
                    draft.kind,
                    draft.effective_on,
                    today,
                    draft.source or source,
                    recorded_by,
                    draft.corrects,
                    dict(draft.details),
                )
                for number, draft in enumerate(meant, 1)
            ]
            new = corrections_checked(known, new)
            require_allowed(known, new)
            if new:
                connection.execute(EVENTS.insert(), [row_of(event) for event in new])
        return tuple(event.event_id for event in new)


_LOCK = 0x67646376  # gdcv
# SQLSTATE of PostgreSQL for what an account may not do.
_FORBIDDEN = "42501"


def _url(where: str | Path) -> URL:
    text = str(where)
    if "://" not in text:
        return URL.create("sqlite+pysqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        action = "请写文件名，或 postgresql://用户:密码@主机/数据库"
        raise unusable("register_missing", "台账的地址看不懂", action) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def _shown(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "").name
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def _engine(url: URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, poolclass=sa.NullPool)
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": _WAIT_S})

    # Transactions are begun here: of writers at once, lest two that have read both want to write.
    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_S * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _said(error: SQLAlchemyError) -> str:
    told = str(getattr(error, "orig", error)).strip()
    return told.splitlines()[0] if told else type(error).__name__
