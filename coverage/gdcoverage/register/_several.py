"""Events that are written together: of an outlet that moves, of all outlets of a bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gdcoverage.problems import unusable
from gdcoverage.register._events import Draft
from gdcoverage.register._kinds import DESCRIPTION
from gdcoverage.register._standing import Book


def relocation(book: Book, outlet_id: str, told: Mapping[str, Any]) -> list[Draft]:
    """An exit and a new point, which is what the old one was but for what is told of it.

    Parameters
    ----------
    book : the register as of the day of the move.
    told : of the move and of the new point, by name or Chinese name; its number and place at
        least.
    """
    names = {detail.name: name for name, detail in DESCRIPTION.items()}
    plain = {names.get(word, word): value for word, value in told.items()}
    moved = {word: value for word, value in plain.items() if word not in DESCRIPTION}
    drafts = [Draft(outlet_id, "moved", book.on, moved)]
    new = moved.get("to", moved.get("新网点编号", ""))
    if new:
        old = book.outlets.get(outlet_id)
        same = {
            name: getattr(old, name)
            for name in DESCRIPTION
            if name not in ("lon", "lat") and getattr(old, name, None)
        }
        described = same | {w: v for w, v in plain.items() if w in DESCRIPTION}
        described["moved_from"] = outlet_id
        drafts.append(Draft(str(new), "registered", book.on, described))
    return drafts


def partners_of(book: Book, bank: str) -> list[str]:
    """Numbers of a bank's outlets that have signed and not left.

    Raises
    ------
    InputError : there are none.
    """
    own = [s for s in book.outlets.values() if s.bank == bank]
    found = sorted(s.outlet_id for s in own if s.signed_on is not None and s.left_on is None)
    if not found:
        action = "请核对银行名称；台账里的写法见 gdcoverage register export"
        raise unusable("bank_unknown", f"{book.on} 没有 {bank} 的网点", action)
    return found
