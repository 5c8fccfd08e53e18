"""A mistake mended: an event that says which event it corrects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.register._events import Draft, in_force
from gdcoverage.register._kinds import CORRECTED, KINDS, TERMS, understood
from gdcoverage.register._store import Register


def correction(
    register: Register,
    event_id: int,
    *,
    effective_on: dt.date | None = None,
    void: bool = False,
    details: Mapping[str, Any] | None = None,
) -> Draft:
    """The event that corrects another.

    Parameters
    ----------
    event_id : of the event that was wrong.
    effective_on : when it should have taken effect; by default as it was.
    void : whether it never was.
    details : what it should have told, by name or Chinese name; the rest stays as it was.

    Raises
    ------
    InputError : there is no such event, or it is a correction itself, or details are not
        understood.
    """
    events = register.events_beside(event_id)
    meant = next((event for event in events if event.event_id == event_id), None)
    if meant is None:
        raise unusable(
            "event_unknown", f"台账里没有第 {event_id} 条事件", "请用 register show 核对"
        )
    if meant.kind == CORRECTED:
        what = f"第 {event_id} 条本身是更正"
        raise unusable("event_unknown", what, f"请更正原来的第 {meant.corrects} 条")
    if void:
        day = effective_on or meant.effective_on
        return Draft(meant.outlet_id, CORRECTED, day, {"void": True}, event_id)
    now = next((event for event in in_force(events) if event.event_id == event_id), meant)
    told, faults = dict(details or {}), list[str]()
    if meant.kind in KINDS:
        told, faults = _only_told(meant.kind, told)
    if faults:
        raise InputError(*(Problem("event_refused", what, "请改正后再写入") for what in faults))
    whole = {"details": now.details | told}
    return Draft(meant.outlet_id, CORRECTED, effective_on or now.effective_on, whole, event_id)


def _only_told(kind: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What is given as it is kept; that the rest is missing is no fault here."""
    if not given:
        return {}, []
    found, faults = understood(kind, given)
    return found, [fault for fault in faults if not fault.startswith(f"“{TERMS[kind]}”缺少")]
