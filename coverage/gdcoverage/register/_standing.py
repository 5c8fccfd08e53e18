"""What an outlet is after all that befell it: a fold over its events."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gdcoverage.policy import FLAGS, ITEMS
from gdcoverage.register._events import Event, in_force
from gdcoverage.register._kinds import DESCRIPTION, DIRECTORY

_TEXTS = ("name", "bank", "address", "stated_county", "phone", "hours")


@dataclass(slots=True)
class Standing:
    """An outlet as of a day; the fold makes it, nothing changes it after.

    Parameters
    ----------
    registered_on, signed_on, authorised_on : since when, or None; of agreements and
        authorisations the last.
    agreed, authorised : items by name.
    until : the agreement's last day, or None.
    suspended_on, exit_applied_on, left_on : since when, or None; on the day on which it left an
        outlet counts no more.
    left_by : kind of the event by which it left, or "".
    ground : of a forced exit, or "".
    moved_to, moved_from : the point that it moved to, or from; "" for none.
    talks : admonitory talks in a row without adequate correction.
    failed : year of the last assessment if that was failed, else None.
    inspected_on : last inspection, or None.
    sign_ok : whether the sign 社保服务合作网点 was in order when last looked at; None before.
    unanswered : numbers of complaints without a reply.
    """

    outlet_id: str
    name: str = ""
    bank: str = ""
    address: str = ""
    stated_county: str = ""
    phone: str = ""
    hours: str = ""
    lon: float | None = None
    lat: float | None = None
    modes: tuple[str, ...] = ()
    dedicated_window: bool = False
    door_to_door: bool = False
    registered_on: dt.date | None = None
    signed_on: dt.date | None = None
    authorised_on: dt.date | None = None
    agreed: tuple[str, ...] = ()
    authorised: tuple[str, ...] = ()
    agreement: str = ""
    until: dt.date | None = None
    suspended_on: dt.date | None = None
    exit_applied_on: dt.date | None = None
    left_on: dt.date | None = None
    left_by: str = ""
    ground: str = ""
    moved_to: str = ""
    moved_from: str = ""
    talks: int = 0
    failed: int | None = None
    inspected_on: dt.date | None = None
    sign_ok: bool | None = None
    unanswered: tuple[int, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """What it may do: authorised, and in its agreement."""
        return tuple(item for item in self.authorised if item in self.agreed)

    def status(self, on: dt.date) -> str:
        """One of `OUTLET_STATUS`, as of a day.

        It is active from the day on which its agreement is signed and items are authorised to
        the day on which it leaves. With an agreement that has run out it is in doubt: nobody has
        said that it left, nor that it stays.
        """
        if self.left_on is not None:
            return "exited"
        if self.suspended_on is not None:
            return "suspended"
        if self.signed_on is None or not self.items:
            return "planned"
        return "unknown" if self.until is not None and self.until < on else "active"


Directory = Mapping[str, str]


@dataclass(frozen=True)
class Book:
    """The register as of a day.

    Parameters
    ----------
    on : the day.
    outlets : id -> how it stands; those that have left included.
    directory : item -> the term of `ITEMS` that it belongs to; None where none was supplied.
    """

    on: dt.date
    outlets: dict[str, Standing] = field(default_factory=dict)
    directory: Directory | None = None

    def successor(self, outlet_id: str) -> Standing | None:
        """The outlet of a number, or where it has moved to in the end; None if there is none."""
        found = self.outlets.get(outlet_id)
        seen = set[str]()
        while found is not None and found.moved_to in self.outlets and found.moved_to not in seen:
            seen.add(found.moved_to)
            found = self.outlets[found.moved_to]
        return found


def replay(events: Iterable[Event], on: dt.date, known_on: dt.date | None = None) -> Book:
    """The register as of a day: what the events up to then have made of every outlet.

    Parameters
    ----------
    known_on : as it was known on that day, by what was recorded until then; by default as it is
        known now.
    """
    outlets: dict[str, Standing] = {}
    directory: Directory | None = None
    for event in in_force(events, known_on):
        if event.effective_on > on:
            break
        if event.kind == DIRECTORY:
            directory = event.details["items"]
            continue
        standing = outlets.get(event.outlet_id)
        if standing is None:
            standing = outlets[event.outlet_id] = Standing(event.outlet_id)
        _STEPS[event.kind](standing, event)
    return Book(on, outlets, directory)


def advance(standing: Standing, event: Event) -> None:
    """Let an event befall an outlet."""
    _STEPS[event.kind](standing, event)


class Directories:
    """Which directory of items was in force when."""

    def __init__(self, events: Sequence[Event]) -> None:
        """Take the directories from events in force."""
        told = [event for event in events if event.kind == DIRECTORY]
        self._since = [event.effective_on for event in told]
        self._items: list[Directory] = [event.details["items"] for event in told]

    def on(self, day: dt.date) -> Directory | None:
        """The one in force on a day; None before the first."""
        at = bisect_right(self._since, day)
        return self._items[at - 1] if at else None


def term_of(item: str, directory: Directory | None) -> str | None:
    """The column of `ITEMS` that an item belongs to; None for none."""
    if item in _BY_TERM:
        return _BY_TERM[item]
    return directory.get(item) if directory is not None else None


_BY_TERM = {term: name for name, term in ITEMS.items()}


def _describe(s: Standing, event: Event) -> None:
    for name, value in event.details.items():
        if name == "modes":
            s.modes = tuple(value)
        elif name in DESCRIPTION:
            setattr(s, name, value)


def _registered(s: Standing, event: Event) -> None:
    _describe(s, event)
    s.registered_on = event.effective_on
    s.moved_from = event.details.get("moved_from", s.moved_from)


def _signed(s: Standing, event: Event) -> None:
    _describe(s, event)
    if s.left_on is not None:
        # A new agreement after an exit begins anew: items are authorised again.
        s.left_on, s.left_by, s.ground, s.authorised = None, "", "", ()
        s.suspended_on = s.exit_applied_on = s.authorised_on = None
    until = event.details.get("until")
    s.signed_on = event.effective_on
    s.agreed = tuple(event.details["items"])
    s.agreement = event.details.get("agreement", "")
    s.until = dt.date.fromisoformat(until) if until else None


def _authorised(s: Standing, event: Event) -> None:
    s.authorised_on = event.effective_on
    s.authorised = tuple(event.details["items"])


def _deregistered(s: Standing, _: Event) -> None:
    s.registered_on = None


def _suspended(s: Standing, event: Event) -> None:
    s.suspended_on = event.effective_on


def _resumed(s: Standing, _: Event) -> None:
    s.suspended_on = None


def _applied(s: Standing, event: Event) -> None:
    s.exit_applied_on = event.effective_on


def _left(s: Standing, event: Event) -> None:
    s.left_on, s.left_by = event.effective_on, event.kind
    s.ground = event.details.get("ground", "")
    s.moved_to = event.details.get("to", "")


def _inspected(s: Standing, event: Event) -> None:
    s.inspected_on = event.effective_on
    s.sign_ok = event.details.get("sign", s.sign_ok)


def _talked(s: Standing, _: Event) -> None:
    s.talks += 1


def _rectified(s: Standing, event: Event) -> None:
    if event.details["adequate"]:
        s.talks = 0


def _assessed(s: Standing, event: Event) -> None:
    s.failed = None if event.details["passed"] else int(event.details["year"])


def _complained(s: Standing, event: Event) -> None:
    answered = event.details.get("answers")
    if answered is not None:
        s.unanswered = tuple(number for number in s.unanswered if number != answered)
    elif not event.details.get("reply"):
        s.unanswered = (*s.unanswered, event.event_id)


_STEPS: dict[str, Callable[[Standing, Event], None]] = {
    "registered": _registered,
    "signed": _signed,
    "authorised": _authorised,
    "changed": _describe,
    "deregistered": _deregistered,
    "suspended": _suspended,
    "resumed": _resumed,
    "moved": _left,
    "exit_applied": _applied,
    "exit_approved": _left,
    "exit_forced": _left,
    "inspected": _inspected,
    "talked": _talked,
    "rectified": _rectified,
    "assessed": _assessed,
    "complained": _complained,
}
TEXTS, FLAG_NAMES = _TEXTS, tuple(FLAGS)
