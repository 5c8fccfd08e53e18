"""Several who write at once, and some who are killed at it."""

import datetime as dt
import multiprocessing
import random
import sqlite3
import time

from gdcoverage.problems import InputError
from gdcoverage.register import Draft, Register
from registers import day, opened, places, server, written  # noqa: F401 - fixtures

WRITERS, EACH = 8, 6
TODAY = dt.date(2026, 1, 1)
# Processes of their own that have everything loaded.
processes = multiprocessing.get_context("fork")


def write_on(where, name, times, say):
    """Two events that belong together each time; tells their numbers once it has them."""
    register = Register(where)
    for number in range(times):
        on = day(number + 1)
        drafts = [Draft(name, "suspended", on), Draft(name, "resumed", on)]
        say.send(register.append(drafts, recorded_by=name, source="x", today=TODAY))
    say.close()


def writer(where, name, times):
    hear, say = processes.Pipe(duplex=False)
    process = processes.Process(target=write_on, args=(where, name, times, say), daemon=True)
    process.start()
    say.close()
    return process, hear


def heard(hear):
    """All that a writer told, until it is done or dead."""
    told = []
    try:
        while True:
            told.append(hear.recv())
    except (EOFError, OSError):
        return told


def test_of_eight_that_write_at_once_none_loses_anything(places):  # noqa: F811
    where = places.new()
    register = Register(where, create=True)
    names = [f"W{number}" for number in range(WRITERS)]
    for number, name in enumerate(names):
        written(register, opened(name, day(0), number))
    crew = [writer(where, name, EACH) for name in names]
    told = [pair for _, hear in crew for pair in heard(hear)]
    for process, _ in crew:
        process.join()
    assert [process.exitcode for process, _ in crew] == [0] * WRITERS
    events = {event.event_id: event for event in Register(where).events()}
    assert sorted(events) == list(range(1, 3 * WRITERS + 2 * WRITERS * EACH + 1))
    assert sorted(number for pair in told for number in pair) == sorted(events)[3 * WRITERS :]
    # What was written together stands together.
    for first, second in told:
        assert second == first + 1
        assert events[first].outlet_id == events[second].outlet_id


def suspend(where, say):
    try:
        written(Register(where), [Draft("W1", "suspended", day(9))])
        say.send("")
    except InputError as error:
        say.send(str(error))


def test_of_two_of_whom_only_one_may_one_does(places):  # noqa: F811
    """Each asks the rules again as it writes, whatever it has seen before."""
    where = places.new()
    written(Register(where, create=True), opened("W1", day(0)))
    pipes = [processes.Pipe(duplex=False) for _ in range(2)]
    for _, say in pipes:
        processes.Process(target=suspend, args=(where, say)).start()
    said = sorted(hear.recv() for hear, _ in pipes)
    assert said[0] == ""
    assert "起已经暂停" in said[1]


def test_a_writer_killed_at_any_moment_leaves_a_whole_register(tmp_path):
    """What it was told is written is there, and no half of what belongs together."""
    where = str(tmp_path / "r.gpkg")
    register = Register(where, create=True)
    chance = random.Random(7)
    for turn in range(20):
        written(register, opened(f"W{turn}", day(0), turn))
        process, hear = writer(where, f"W{turn}", 1000)
        told = [hear.recv()]  # it has begun
        time.sleep(chance.random() * 0.02)
        process.kill()
        process.join()
        told += heard(hear)
        events = Register(where).events()
        assert [event.event_id for event in events] == list(range(1, len(events) + 1))
        assert len(events) >= told[-1][-1]
        own = [event.kind for event in events if event.outlet_id == f"W{turn}"][3:]
        assert own == ["suspended", "resumed"] * (len(own) // 2)
    check = sqlite3.connect(where)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()
