"""Whether an outlet counts: only if nothing speaks against it, or only if all says the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gdcoverage.arrays import Bools, Objects
from gdcoverage.outlets._evidence import HINT, Evidence
from gdcoverage.problems import Problem
from gdcoverage.tables import Table

_ACTION = "请核对后在“状态”列写明：在营、筹建、暂停或退出；写明之前不计入覆盖"


def judged(stated: Objects, evidence: Iterable[Evidence]) -> tuple[Objects, dict[int, str]]:
    """The status of each row, and why it is in doubt.

    What a row states counts if nothing speaks against it; where it states nothing, what else
    says so in so many words; where nothing is said, the outlet is active. Where two things
    speak against one another, or something may or may not mean that it has gone, the row is
    in doubt. A row that says itself that it is not active is not, whatever else says so.

    Parameters
    ----------
    stated : status by its column; "" where it says nothing, "unknown" where it is not
        understood.
    evidence : all else that speaks of it.

    Returns
    -------
    status : one of `OUTLET_STATUS` a row.
    doubts : row -> the reasons, in Chinese; of the rows with status unknown for them.
    """
    nowhere = np.zeros(len(stated), bool)
    told: dict[str, Bools] = {}
    reasons: dict[int, list[str]] = {}
    hinted = nowhere.copy()
    against: dict[int, list[str]] = {}
    for said in evidence:
        where = reasons if said.strength == HINT else against
        for i in np.flatnonzero(said.rows):
            where.setdefault(int(i), []).append(said.why)
        if said.strength == HINT:
            hinted |= said.rows
        else:
            told[said.status] = told.get(said.status, nowhere) | said.rows
    status = np.array(stated, object)
    doubts: dict[int, str] = {}
    gone = {kind: rows for kind, rows in told.items() if kind != "active"}
    how_many = np.zeros(len(stated), int)
    for rows in gone.values():
        how_many += rows
    says_active = told.get("active", nowhere)
    silent = stated == ""
    for kind, rows in gone.items():
        status[silent & rows] = kind
    status[silent & (how_many == 0)] = "active"
    conflict = (how_many > 0) & ((stated == "active") | (silent & ((how_many > 1) | says_active)))
    for i in np.flatnonzero(conflict):
        sides = (["“状态”列写在营"] if stated[i] == "active" else []) + against[int(i)]
        doubts[int(i)] = "说法不一：" + "；".join(dict.fromkeys(sides))
    for i in np.flatnonzero(hinted & (status == "active") & ~conflict):
        doubts[int(i)] = "；".join(dict.fromkeys(reasons[int(i)]))
    status[list(doubts)] = "unknown"
    return status, doubts


def doubtful(table: Table, doubts: dict[int, str], kept: Bools) -> list[Problem]:
    """A problem for each row in doubt that has a place."""
    return [
        table.problem(i, "name", "doubt_status", f"存疑：{why}", _ACTION)
        for i, why in sorted(doubts.items())
        if kept[i]
    ]
