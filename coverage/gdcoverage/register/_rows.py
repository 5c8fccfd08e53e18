"""Events as rows of a database, read many at a time."""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from gdcoverage.register._events import Event
from gdcoverage.register._public import PUBLIC_EVENTS
from gdcoverage.register._schema import EVENTS

# Of more outlets than these all events are read.
_FEW = 400


@contextmanager
def no_garbage() -> Iterator[None]:
    """So many small things are made at once that looking for garbage takes most of the time."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def events_of(connection: sa.Connection, outlet_ids: Collection[str] | None) -> list[Event]:
    """Events in the order of recording."""
    wanted = sa.select(*EVENTS.c).order_by(EVENTS.c.event_id)
    if outlet_ids is not None and len(outlet_ids) <= _FEW:
        wanted = wanted.where(EVENTS.c.outlet_id.in_(sorted(outlet_ids)))
    rows = connection.execute(wanted).cursor.fetchall()
    if outlet_ids is not None and len(outlet_ids) > _FEW:
        rows = [row for row in rows if row[1] in outlet_ids]
    day = dt.date.fromisoformat
    return [
        Event(i, outlet, kind, day(effective), day(recorded), source, by, corrects, told)
        for (i, outlet, kind, effective, recorded, source, by, corrects, _), told in zip(
            rows, _details([row[8] for row in rows]), strict=True
        )
    ]


def effects(
    connection: sa.Connection,
    on: dt.date,
    known_on: dt.date | None,
    without: Collection[str],
    *,
    public: bool = False,
) -> list[Event]:
    """What events up to a day tell, without who recorded them when and by what.

    Parameters
    ----------
    known_on : leave out what was recorded later.
    without : kinds to leave out.
    public : read the public's view, which tells less.
    """
    c = (PUBLIC_EVENTS if public else EVENTS).c
    corrected = sa.select(c.corrects).where(c.corrects.is_not(None))
    # A correction may bring forward what was to come later.
    told = sa.or_(
        c.effective_on <= on.isoformat(), c.corrects.is_not(None), c.event_id.in_(corrected)
    )
    columns = (c.event_id, c.outlet_id, c.kind, c.effective_on, c.corrects, c.details)
    wanted = sa.select(*columns).where(told).order_by(c.event_id)
    if known_on is not None:
        wanted = wanted.where(c.recorded_on <= known_on.isoformat())
    if without:
        wanted = wanted.where(c.kind.not_in(sorted(without)))
    # The driver's own rows: plain texts and numbers, which need nothing done to them.
    rows = connection.execute(wanted).cursor.fetchall()
    day, never = dt.date.fromisoformat, dt.date.min
    return [
        Event(i, outlet, kind, day(effective), never, "", "", corrects, told)
        for (i, outlet, kind, effective, corrects, _), told in zip(
            rows, _details([row[5] for row in rows]), strict=True
        )
    ]


def _details(texts: Sequence[str]) -> list[dict[str, Any]]:
    # One text is understood many times quicker than as many as there are events.
    return json.loads(f"[{','.join(texts)}]")


def row_of(event: Event) -> dict[str, Any]:
    """An event as it is written."""
    kept = {"ensure_ascii": False, "sort_keys": True, "allow_nan": False}
    return event._asdict() | {
        "effective_on": event.effective_on.isoformat(),
        "recorded_on": event.recorded_on.isoformat(),
        "details": json.dumps(event.details, **kept),  # type: ignore[arg-type]
    }


def last_of(connection: sa.Connection) -> tuple[int, dt.date | None]:
    """Number of the last event, and the day on which it was recorded; 0 and None without any."""
    last = sa.select(EVENTS.c.event_id, EVENTS.c.recorded_on).order_by(EVENTS.c.event_id.desc())
    row = connection.execute(last.limit(1)).one_or_none()
    return (0, None) if row is None else (row[0], dt.date.fromisoformat(row[1]))


def owner_of(connection: sa.Connection, event_id: int) -> str | None:
    """Whose an event is; None where there is no such event."""
    wanted = sa.select(EVENTS.c.outlet_id).where(EVENTS.c.event_id == event_id)
    return connection.execute(wanted).scalar_one_or_none()
