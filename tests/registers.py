"""Registers to test on: where they may be kept, histories made up, and what must come of them."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import strategies as st

from gdcoverage.problems import InputError
from gdcoverage.register import Draft, Event, Register
from gdcoverage.register._drafts import checked, corrections_checked, require_allowed

FIRST = dt.date(2024, 7, 1)
DAYS = 40
ITEMS = ("基本养老保险", "工伤保险", "失业保险", "社会保障卡")
MODES = ("window", "online", "self_service", "guided")
IDS = ("W1", "W2", "W3")


def day(number: int) -> dt.date:
    """A day of the made-up histories."""
    return FIRST + dt.timedelta(number)


def described(number: int = 1, **more: object) -> dict[str, object]:
    """What the first event of an outlet tells."""
    place = {"lon": round(113.2 + number / 100, 7), "lat": 23.1}
    return {"name": f"第{number}支行", "bank": "甲银行", "modes": ["window"]} | place | more


def opened(outlet_id: str, on: dt.date, number: int = 1, **more: object) -> list[Draft]:
    """The events after which an outlet is active."""
    items = {"items": ["基本养老保险", "工伤保险"]}
    return [
        Draft(outlet_id, "registered", on, described(number, **more)),
        Draft(outlet_id, "signed", on, items),
        Draft(outlet_id, "authorised", on, items),
    ]


def written(register: Register, drafts: Sequence[Draft], on: dt.date | None = None) -> tuple:
    """The numbers of events written by the test."""
    today = on or dt.date(2026, 1, 1)
    return register.append(drafts, recorded_by="测试", source="测试", today=today)


# --- where registers are kept


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """URL of a PostgreSQL server for the session, on a socket in a folder of its own."""
    pytest.importorskip("psycopg", reason="no PostgreSQL driver (extra postgres)")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    programs = found[-1].parent if found else shutil.which("initdb") and Path(
        str(shutil.which("initdb"))
    ).parent  # fmt: skip
    if not programs:
        pytest.skip("no PostgreSQL server is installed (initdb not found)")
    # PostgreSQL does not run as root; and a socket's path has to be short.
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="gdpg-"))
    if other:
        shutil.chown(folder, "postgres")
    base = [*other, str(programs / "initdb")]
    control = [*other, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    settings = f"-c listen_addresses= -k {folder} -c fsync=off"

    def runs(command: list[str]) -> bool:
        done = subprocess.run(command, check=False, capture_output=True, cwd=folder)
        return done.returncode == 0

    try:
        made = [*base, "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        started = [*control, "-o", settings, "-l", str(folder / "log"), "start"]
        if not (runs([*made, "--locale=C"]) and runs(started)):
            pytest.skip("no PostgreSQL server can be started here")
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        runs([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


class Places:
    """Gives a new place for a register each time."""

    _number = itertools.count()

    def __init__(self, folder: Path, server: str | None) -> None:
        self._folder, self._server = folder, server

    def new(self) -> str:
        """Where nothing is yet."""
        name = f"r{next(self._number)}"
        if self._server is None:
            return str(self._folder / f"{name}.gpkg")
        import psycopg

        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self._server}&options=-csearch_path%3D{name}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def places(request, tmp_path_factory) -> Places:
    """Every test of it runs on a file, and on a PostgreSQL server where one can be started."""
    server = request.getfixturevalue("server") if request.param == "postgresql" else None
    return Places(tmp_path_factory.mktemp("registers"), server)


# --- histories


@st.composite
def histories(draw) -> list[tuple[Draft, int]]:
    """Drafts that the rules allow, in the order of recording, and the day of recording of each."""
    known: list[Event] = []
    found: list[tuple[Draft, int]] = []
    recorded = 0
    for _ in range(draw(st.integers(3, 28))):
        drafts = draw(_proposals(known))
        recorded += draw(st.integers(0, 2))
        try:
            meant = checked(drafts, "测试", "测试")
            events = [
                Event(len(known) + i, d.outlet_id, d.kind, d.effective_on, day(recorded), "测试",
                      "测试", d.corrects, dict(d.details))
                for i, d in enumerate(meant, 1)
            ]  # fmt: skip
            events = corrections_checked(known, events)
            require_allowed(known, events)
        except InputError:
            continue
        known += events
        found += [(draft, recorded) for draft in drafts]
    return found


_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["甲支行", "乙支行", "=1+1", "<b>丙</b>"]),
        "phone": st.sampled_from(["0755-12345678", ""]),
        "modes": st.lists(st.sampled_from(MODES), min_size=1, unique=True),
        "dedicated_window": st.booleans(),
    },
).filter(bool)
_ITEMS = st.lists(st.sampled_from(ITEMS), min_size=1, unique=True)


@st.composite
def _proposals(draw, known: list[Event]) -> list[Draft]:
    """Events that may be allowed or not; openings often, lest nothing else ever is."""
    outlet_id, on = draw(st.sampled_from(IDS)), day(draw(st.integers(0, DAYS)))
    number = IDS.index(outlet_id) + 1
    there = {event.outlet_id for event in known}
    if outlet_id not in there and draw(st.integers(0, 3)):
        return opened(outlet_id, day(draw(st.integers(0, 10))), number)
    details: dict[str, st.SearchStrategy] = {
        "registered": st.just(described(number)),
        "signed": st.fixed_dictionaries(
            {"items": _ITEMS},
            optional={"until": st.integers(5, DAYS).map(lambda n: day(n).isoformat())},
        ),
        "authorised": st.fixed_dictionaries({"items": _ITEMS}),
        "changed": _CHANGES,
        "suspended": st.just({}),
        "resumed": st.just({}),
        "moved": st.sampled_from([{"to": i} for i in IDS]),
        "exit_applied": st.just({"reason": "merger"}),
        "exit_approved": st.just({}),
        "exit_forced": st.sampled_from([{"ground": g} for g in ("talks", "assessment", "other")]),
        "talked": st.just({"reason": "超时"}),
        "rectified": st.fixed_dictionaries({"adequate": st.booleans()}),
        "assessed": st.fixed_dictionaries({"year": st.just(2025), "passed": st.booleans()}),
        "inspected": st.just({"by": "daily", "passed": True}),
        "complained": st.just({"content": "慢"}),
    }
    kind = draw(st.sampled_from([*details, "corrected", "corrected"]))
    if kind == "corrected":
        plain = [event for event in known if event.kind != "corrected"]
        if not plain:
            return []
        meant = draw(st.sampled_from(plain))
        if draw(st.booleans()):
            void = {"void": True}
            return [Draft(meant.outlet_id, kind, meant.effective_on, void, meant.event_id)]
        told = {"details": meant.details}
        if meant.kind == "changed":
            told = {"details": draw(_CHANGES)}
        return [Draft(meant.outlet_id, kind, on, told, meant.event_id)]
    drafts = [Draft(outlet_id, kind, on, draw(details[kind]))]
    if kind == "moved" and drafts[0].details["to"] not in there:
        new = str(drafts[0].details["to"])
        more = described(IDS.index(new) + 1, moved_from=outlet_id)
        drafts.append(Draft(new, "registered", on, more))
    return drafts


# --- what must come of them, told without a fold


def expected(events: Sequence[Event], on: dt.date, known_on: dt.date) -> dict[str, dict]:
    """Each outlet's status, texts, services and talks, by looking for the last event that tells.

    Shares no code with the register: it asks of each thing by itself which event decided it.
    """
    said = []
    for event in events:
        if event.kind == "corrected" or event.recorded_on > known_on:
            continue
        mended = [e for e in events if e.corrects == event.event_id and e.recorded_on <= known_on]
        effective, details = event.effective_on, event.details
        if mended:
            newest = max(mended, key=lambda e: e.event_id)
            if newest.details.get("void"):
                continue
            effective, details = newest.effective_on, newest.details["details"]
        if effective <= on:
            said.append((effective, event.event_id, event.outlet_id, event.kind, details))
    return {i: _alone([s for s in sorted(said, key=lambda s: s[:2]) if s[2] == i], on)
            for i in {s[2] for s in said}}  # fmt: skip


def _alone(said: list[tuple], on: dt.date) -> dict:
    def last(*kinds: str) -> int:
        return max((n for n, event in enumerate(said) if event[3] in kinds), default=-1)

    def value(name: str, empty: object) -> object:
        telling = [e[4][name] for e in said
                   if e[3] in ("registered", "signed", "changed") and name in e[4]]  # fmt: skip
        return telling[-1] if telling else empty

    left = last("moved", "exit_approved", "exit_forced")
    signed, authorised = last("signed"), last("authorised")
    # A signature after an exit begins anew.
    again = max(
        (n for n, e in enumerate(said) if e[3] == "signed" and _gone_before(said, n)), default=-1
    )
    agreed = said[signed][4]["items"] if signed >= 0 else []
    items = [i for i in (said[authorised][4]["items"] if authorised > again else []) if i in agreed]
    until = said[signed][4].get("until") if signed >= 0 else None
    if left > signed:
        status = "exited"
    elif last("suspended") > max(last("resumed"), again):
        status = "suspended"
    elif not items:
        status = "planned"
    elif until and until < on.isoformat():
        status = "unknown"
    else:
        status = "active"
    mended = max(
        (n for n, e in enumerate(said) if e[3] == "rectified" and e[4]["adequate"]), default=-1
    )
    return {
        "status": status,
        "items": sorted(items),
        "name": value("name", ""),
        "phone": value("phone", ""),
        "modes": sorted(value("modes", [])),  # type: ignore[call-overload]
        "dedicated_window": value("dedicated_window", False),
        "talks": sum(e[3] == "talked" for e in said[mended + 1 :]),
    }


def _gone_before(said: list[tuple], at: int) -> bool:
    exits = [n for n in range(at) if said[n][3] in ("moved", "exit_approved", "exit_forced")]
    return bool(exits) and not any(said[n][3] == "signed" for n in range(exits[-1], at))
