"""Whether an outlet counts: only if nothing speaks against it, or only if all says the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Objects
from gdcoverage.outlets._evidence import DECIDED, HINT, TOLD, Evidence
from gdcoverage.outlets.answers import GROUP, OUTLET, WORD
from gdcoverage.problems import Problem
from gdcoverage.tables import Table
from gdcoverage.tables.account import Question

_ACTION = "请核对后在“状态”列写明（在营、筹建、暂停、退出），或写进读表约定；之前不计入覆盖"


class Doubt(NamedTuple):
    """Why a row is in doubt, and what the planner may be asked about it; see `Evidence`."""

    why: str
    ask: str
    about: str


def judged(stated: Objects, evidence: Iterable[Evidence]) -> tuple[Objects, dict[int, Doubt]]:
    """The status of each row, and why it is in doubt.

    What a row states counts if nothing speaks against it; where it states nothing, what else
    says so in so many words; where nothing is said, the outlet is active. Where two things
    speak against one another, or something may or may not mean that it has gone, the row is
    in doubt. A row that says itself that it is not active is not, whatever else says so. What
    the planner has decided is so.

    Parameters
    ----------
    stated : status by its column; "" where it says nothing, "unknown" where it is not
        understood.
    evidence : all else that speaks of it.

    Returns
    -------
    status : one of `OUTLET_STATUS` a row.
    doubts : row -> why; of the rows with status unknown for it.
    """
    nowhere = np.zeros(len(stated), bool)
    told: dict[str, Bools] = {}
    hints: dict[int, list[Evidence]] = {}
    against: dict[int, list[Evidence]] = {}
    decided = np.full(len(stated), "", object)
    for said in evidence:
        if said.strength == DECIDED:
            decided[said.rows] = said.status
            continue
        where = hints if said.strength == HINT else against
        for i in np.flatnonzero(said.rows).tolist():
            where.setdefault(i, []).append(said)
        if said.strength == TOLD:
            told[said.status] = told.get(said.status, nowhere) | said.rows
    status = np.array(stated, object)
    gone = {kind: rows for kind, rows in told.items() if kind != "active"}
    how_many = np.zeros(len(stated), int)
    for kind, rows in gone.items():
        how_many += rows
        status[(stated == "") & rows] = kind
    status[(stated == "") & (how_many == 0)] = "active"
    several = (how_many > 1) | told.get("active", nowhere)
    conflict = (how_many > 0) & ((stated == "active") | ((stated == "") & several))
    doubts: dict[int, Doubt] = {}
    for i in np.flatnonzero(conflict).tolist():
        sides = "；".join(dict.fromkeys(said.of(i) for said in against[i]))
        stands = "“状态”列写在营；" if stated[i] == "active" else ""
        doubts[i] = _doubt(i, against[i], f"说法不一：{stands}{sides}")
    for i, said_so in hints.items():
        if status[i] == "active" and not conflict[i]:
            doubts[i] = _doubt(i, said_so, "；".join(dict.fromkeys(said.of(i) for said in said_so)))
    status[list(doubts)] = "unknown"
    status = np.where(decided != "", decided, status)
    return status, {i: doubt for i, doubt in doubts.items() if not decided[i]}


def _doubt(row: int, evidence: list[Evidence], why: str) -> Doubt:
    """A doubt, and the question that would settle it for most rows."""
    doubtful = [said for said in evidence if said.status != "active"] or evidence
    ask = min(doubtful, key=lambda said: (GROUP, WORD, OUTLET).index(said.ask))
    about = ask.about if isinstance(ask.about, str) else str(ask.about[row])
    return Doubt(why, ask.ask, about)


def doubtful(table: Table, doubts: dict[int, Doubt], kept: Bools) -> list[Problem]:
    """A problem for each row in doubt that has a place."""
    return [
        table.problem(i, "name", "doubt_status", f"存疑：{doubt.why}", _ACTION)
        for i, doubt in sorted(doubts.items())
        if kept[i]
    ]


def questions_of(table: Table, doubts: dict[int, Doubt]) -> list[Question]:
    """What would settle the doubts, each asked once; an outlet by its name."""
    names, asked = table.text("name"), dict[tuple[str, str], list[int]]()
    for i, doubt in sorted(doubts.items()):
        asked.setdefault((doubt.ask, doubt.about or str(names[i])), []).append(i)
    return [
        Question(kind, about, doubts[rows[0]].why, table.sheet, tuple(table.row[rows].tolist()))
        for (kind, about), rows in asked.items()
    ]
