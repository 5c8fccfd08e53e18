"""Opening hours as branches write them, to minutes of the week; what is not clear stays unknown."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gdcoverage.outlets._hours_words import DAY, EVERY_DAY, Days, Mark, Span, UnclearError, marks_of

WEEK = 7 * DAY

# More is no text about hours; and more readings than this are no clear text.
_MOST_MARKS, _MOST_READINGS = 60, 64


@dataclass(frozen=True)
class Hours:
    """When an outlet is open in a week without holidays.

    Parameters
    ----------
    open : [start, end) in minutes since Monday 0:00, sorted, apart, within 0 and 10,080.
    holidays : open on public holidays as on other days (True), closed (False), not said (None).
    days_said : False where hours are known and days are not: ``open`` has them on every day, and
        holds for the days that the outlet opens, whichever these are.
    """

    open: tuple[tuple[int, int], ...]
    holidays: bool | None
    days_said: bool = True


@dataclass(frozen=True)
class _Clause:
    """One thing said: ``hours``, ``rest``, ``closed``, ``usual``, ``announced`` or ``no rest``."""

    kind: str
    days: Days | None = None
    spans: tuple[Span, ...] = ()


_ALWAYS: tuple[Span, ...] = ((0, DAY),)

_DAYS, _SPANS = "[DV](?:,*[DV])*", "S(?:,*S)*"
# What may be said beside the hours: it means the same wherever it stands.
_REMARKS = {
    "closed": rf"{_DAYS},*[CE]|X{_DAYS}Y?|R{_DAYS}",
    "usual": rf"{_DAYS},*U|V",
    "announced": "D,*A",
    "rest": "D?B",
    "no rest": "M",
}
# Of these only one within a part of a text: "周一 9-12 14-17 周二" might be either.
_STYLES = (
    rf"{_DAYS}U?,*(?:{_SPANS}|\({_SPANS}\))|\(,*{_DAYS},*\),*{_SPANS}",  # days first
    rf"{_SPANS},*(?:{_DAYS}|\(,*{_DAYS},*\))",  # hours first
    _SPANS,  # of every day but those excepted
)
_GRAMMARS = tuple(
    {kind: re.compile(pattern) for kind, pattern in (_REMARKS | {"hours": style}).items()}
    for style in _STYLES
)
_REMARK = "|".join(_REMARKS.values())
# What stands for itself: where it is written, and what it is.
_IN_BRACKETS = (
    re.compile(r"\(([^()]*)\)"),
    re.compile(rf"(?:(?:{_REMARK}|{_DAYS},*{_SPANS})[,;]*)+"),
)
_BETWEEN_COMMAS = (re.compile(r"(?<![^,;(])([^(),;]+)(?![^,;)])"), re.compile(_REMARK))
_REST = re.compile(r"N(?:S|\(S\))|S(?:[CN]|\([CN]\))(?!\(?S)")


def read_hours(text: str) -> Hours | None:
    """Opening hours from text, or None where they cannot be read with certainty.

    A text that has other hours in summer, can be read in two ways, contradicts itself, or says
    anything that is not understood, is unclear as a whole: a part of it would be a guess. Hours
    without a word of days are hours of unsaid days. The order of the clauses does not matter.
    """
    try:
        marks = _with_rests(marks_of(text))
        meanings = {_meaning(clauses) for clauses in _readings(marks)} - {None}
    except UnclearError:
        return None
    return meanings.pop() if len(meanings) == 1 else None


def _letters(marks: Iterable[Mark]) -> str:
    return "".join(mark.letter for mark in marks)


def _with_rests(marks: list[Mark]) -> list[Mark]:
    """Marks with every lunch break and its hours as one, B."""
    found, at = [], 0
    for match in _REST.finditer(_letters(marks)):
        span = next(m.span for m in marks[match.start() : match.end()] if m.letter == "S")
        found += [*marks[at : match.start()], Mark("B", span=span)]
        at = match.end()
    return found + marks[at:]


def _readings(marks: list[Mark]) -> set[frozenset[_Clause]]:
    """Everything that the marks may say, as sets of clauses.

    Raises
    ------
    UnclearError : there are too many of them.
    """
    if len(marks) > _MOST_MARKS:
        raise UnclearError("too long")
    found = set()
    for patterns in ((_IN_BRACKETS,), (_IN_BRACKETS, _BETWEEN_COMMAS), (_BETWEEN_COMMAS,)):
        said, left = [], marks
        for where, what in patterns:
            more, left = _lifted(left, where, what)
            said += more
        for parts in _parted(left):
            ways = [_ways(tuple(part)) for part in [*said, *parts]]
            for way in itertools.product(*ways):
                found.add(frozenset(clause for part in way for clause in part))
                if len(found) > _MOST_READINGS:
                    raise UnclearError("too many readings")
    return found


def _lifted(
    marks: list[Mark], where: re.Pattern[str], what: re.Pattern[str]
) -> tuple[list[list[Mark]], list[Mark]]:
    """Remarks that stand for themselves, and the marks without them."""
    remarks, left, at = [], [], 0
    for match in where.finditer(_letters(marks)):
        if what.fullmatch(match[1]):
            remarks.append(marks[slice(*match.span(1))])
            left += marks[at : match.start()]
            at = match.end()
    return remarks, left + marks[at:]


def _parted(marks: list[Mark]) -> Iterator[list[list[Mark]]]:
    """Parts between stops; a stop before hours, or where days come once, may be a mere comma."""
    comma = Mark(",")
    letters = _letters(marks)
    once = len(re.findall("[DV]", letters)) == 1
    yield _split(marks)
    yield _split(
        [
            comma if mark.letter == ";" and (once or letters[i + 1 : i + 2] == "S") else mark
            for i, mark in enumerate(marks)
        ]
    )


def _split(marks: list[Mark]) -> list[list[Mark]]:
    groups = itertools.groupby(marks, lambda mark: mark.letter == ";")
    return [list(group) for stop, group in groups if not stop]


def _ways(part: tuple[Mark, ...]) -> set[tuple[_Clause, ...]]:
    """How a part may be divided into clauses, no mark left over."""
    letters = _letters(part)
    found: set[tuple[_Clause, ...]] = set()
    for grammar in _GRAMMARS:
        ends: list[list[tuple[_Clause, ...]]] = [[()], *([] for _ in part)]
        for start, mark in enumerate(part):
            if not ends[start]:
                continue
            if mark.letter == ",":
                ends[start + 1] += ends[start]
            for end in range(start + 1, len(part) + 1):
                for kind, pattern in grammar.items():
                    if pattern.fullmatch(letters, start, end):
                        clause = _clause(kind, part[start:end])
                        ends[end] += [(*before, clause) for before in ends[start]]
            if any(len(ways) > _MOST_READINGS for ways in ends):
                raise UnclearError("too many readings")
        found |= set(ends[-1])
    return found


def _clause(kind: str, marks: Sequence[Mark]) -> _Clause:
    named = [mark.days for mark in marks if mark.letter in "DV"]
    spans = tuple(mark.span for mark in marks if mark.letter in "SB")
    return _Clause(kind, functools.reduce(Days.__or__, named) if named else None, spans)


def _meaning(clauses: frozenset[_Clause]) -> Hours | None:
    """Hours that clauses mean together; None where they contradict or leave something open."""
    said: dict[str, list[_Clause]] = {kind: [] for kind in (*_REMARKS, "hours")}
    for clause in clauses:
        said[clause.kind].append(clause)
    closed = frozenset(day for c in said["closed"] for day in _named(c).week)
    days_said = any(c.days or c.spans == _ALWAYS for c in said["hours"])
    days_said |= bool(closed) or any(_named(c).week == EVERY_DAY for c in said["usual"])
    always = [c for c in (*said["hours"], *said["usual"]) if _named(c).week == EVERY_DAY]
    if closed and any(_named(clause).holidays for clause in always):
        return None  # open all the year round, and closed
    try:
        opened = _opened(said["hours"], closed)
        opened = _also_open(opened, said["usual"])
        opened = _with_breaks(opened, said["rest"], bool(said["no rest"]))
        week = _painted(opened, closed)
        holidays = _on_holidays(said, opened)
    except UnclearError:
        return None
    return Hours(_intervals(week), holidays, days_said)


def _named(clause: _Clause) -> Days:
    return clause.days or Days(frozenset())


def _opened(hours: list[_Clause], closed: frozenset[int]) -> list[_Clause]:
    """Hours with their days; hours without any are every day's but the one or two excepted."""
    if not hours:
        raise UnclearError("no hours")
    if all(clause.days for clause in hours):
        return hours
    if len(hours) > 1 or (len(closed) > 2 and hours[0].spans != _ALWAYS):
        raise UnclearError("no days")
    return [_Clause("hours", Days(EVERY_DAY), hours[0].spans)]


def _also_open(opened: list[_Clause], usual: list[_Clause]) -> list[_Clause]:
    """Days that are open as usual have the only hours that there are."""
    for clause in usual:
        already = frozenset[int]().union(*(_named(c).week for c in opened))
        more = _named(clause).week - already
        if not more:
            continue
        if len(opened) > 1 or (_named(clause).holidays and _named(clause).week == EVERY_DAY):
            raise UnclearError("as usual, of different hours")
        opened = [replace(opened[0], days=_named(opened[0]) | Days(more))]
    return opened


def _with_breaks(opened: list[_Clause], rests: list[_Clause], none: bool) -> list[_Clause]:
    """Hours without the lunch break of the one clause that it can belong to.

    Raises
    ------
    UnclearError : it may belong to several, or to none; or there is said to be none.
    """
    if rests and none:
        raise UnclearError("a break, and none")
    for rest in rests:
        (start, end), days = rest.spans[0], rest.days
        around = [
            c
            for c in opened
            if min(c.spans)[0] <= start and end <= max(c.spans)[1] and (not days or days == c.days)
        ]
        if len(around) != 1:
            raise UnclearError("whose break?")
        parts = [p for a, b in around[0].spans for p in ((a, min(b, start)), (max(a, end), b))]
        left = tuple(sorted((a, b) for a, b in parts if a < b))
        opened = [replace(c, spans=left) if c is around[0] else c for c in opened]
    return opened


def _painted(opened: list[_Clause], closed: frozenset[int]) -> bytearray:
    """The minutes of the week, 1 where open.

    Raises
    ------
    UnclearError : hours overlap, or nothing is left of a clause.
    """
    week = bytearray(WEEK)
    for clause in opened:
        named = _named(clause)
        if not clause.spans or (named.week and named.week <= closed):
            raise UnclearError("open and closed")
        for day, (start, end) in itertools.product(named.week - closed, clause.spans):
            for minute in range(day * DAY + start, day * DAY + end):
                if week[minute % WEEK]:
                    raise UnclearError("hours overlap")
                week[minute % WEEK] = 1
    if not any(week):
        raise UnclearError("never open")
    return week


def _on_holidays(said: Mapping[str, list[_Clause]], opened: list[_Clause]) -> bool | None:
    """Open on public holidays as on other days, closed, or not known.

    Raises
    ------
    UnclearError : two different things are said.
    """
    voices = {
        kind
        for kind, clauses in {**said, "hours": opened}.items()
        if any(_named(clause).holidays for clause in clauses)
    }
    worked = any(_named(clause).worked for clause in opened)
    if len(voices) > 1 or (worked and voices & {"usual"}):
        raise UnclearError("what of holidays?")
    if voices == {"hours"}:
        # Known only where holidays have the hours of every other day.
        return True if len(opened) == 1 and _named(opened[0]).week == EVERY_DAY else None
    if "usual" in voices:
        return True
    return False if "closed" in voices or (worked and not voices) else None


def _intervals(week: bytearray) -> tuple[tuple[int, int], ...]:
    found, start = [], None
    for minute in range(WEEK + 1):
        is_open = minute < WEEK and week[minute]
        if is_open and start is None:
            start = minute
        if not is_open and start is not None:
            found.append((start, minute))
            start = None
    return tuple(found)
