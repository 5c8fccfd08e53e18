"""What the register holds: events as they were written, and what they say once corrected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from gdcoverage.register._kinds import CORRECTED


class Event(NamedTuple):
    """An event as it stands in the register.

    Parameters
    ----------
    event_id : its number, in the order of recording, from 1 without gaps.
    outlet_id : whose it is; "" for the directory of items.
    kind : of `TERMS`.
    effective_on : the first day on which it is so.
    recorded_on : the day on which it was written down.
    source : the paper or table that tells of it.
    recorded_by : who wrote it down.
    corrects : number of the event that it corrects, or None.
    details : what it tells, see `KINDS`; of a correction ``void``, or ``details`` as they should
        have been.
    """

    event_id: int
    outlet_id: str
    kind: str
    effective_on: dt.date
    recorded_on: dt.date
    source: str
    recorded_by: str
    corrects: int | None
    details: dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """An event to be written; numbers, day of recording and writer are the register's to add.

    Parameters
    ----------
    kind : of `TERMS`, Chinese or English.
    source : as of an event; "" for that of all that is written with it.
    """

    outlet_id: str
    kind: str
    effective_on: dt.date
    details: Mapping[str, Any] = field(default_factory=dict)
    corrects: int | None = None
    source: str = ""


def in_force(events: Iterable[Event], known_on: dt.date | None = None) -> list[Event]:
    """Events as their last corrections have them, in the order of effect, then of recording.

    Parameters
    ----------
    known_on : leave out what was recorded after this day.
    """
    known: Sequence[Event] = list(events)
    if known_on is not None:
        known = [event for event in known if event.recorded_on <= known_on]
    last: dict[int | None, Event] = {}
    for event in known:
        if event.kind == CORRECTED:
            before = last.get(event.corrects)
            if before is None or before.event_id < event.event_id:
                last[event.corrects] = event
    if last:
        known = [
            event if event.event_id not in last else _corrected(event, last[event.event_id])
            for event in known
            if event.kind != CORRECTED
            and not (event.event_id in last and last[event.event_id].details.get("void"))
        ]
    return sorted(sorted(known, key=_NUMBER), key=_EFFECT)


_NUMBER, _EFFECT = itemgetter(0), itemgetter(3)


def _corrected(event: Event, correction: Event) -> Event:
    return event._replace(
        effective_on=correction.effective_on, details=correction.details["details"]
    )
