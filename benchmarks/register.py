"""The register of outlets at the size of a province: ``python -m benchmarks.register``.

Ten years of 20,000 outlets as a province might have them: each opens, half change something, some
move or leave, all are inspected and assessed.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.results import in_figures
from benchmarks.timing import Figure, once, seconds
from gdcoverage.register import Draft, Register, differences, outlet_frame

OUTLETS, EVENTS, ROWS = 20_000, 200_000, 10_000
MOST_AS_OF_S, MOST_COMPARED_S = 1.0, 5.0
_FIRST, _LAST = dt.date(2024, 7, 1), dt.date(2034, 6, 30)


def main() -> list[Figure]:
    """Writing events, the register as of its last day, and a table beside it."""
    with tempfile.TemporaryDirectory() as folder:
        register = Register(Path(folder) / "r.gpkg", create=True)
        drafts = list(_history(OUTLETS, EVENTS))
        written_s = once(lambda: register.append(drafts, recorded_by="x", source="x"))
        whole_s = seconds(lambda: register.as_of(_LAST))
        plain_s = seconds(lambda: register.as_of(_LAST, supervised=False))
        small = Register(Path(folder) / "s.gpkg", create=True)
        small.append(list(_history(ROWS, 3 * ROWS)), recorded_by="x", source="x")
        book = small.as_of(_LAST)
        table = outlet_frame(book)
        # A tenth has another telephone, a twentieth no number of its own.
        table.loc[::10, "phone"] = "020-12345678"
        table.loc[::20, "outlet_id"] = [f"X{i}" for i in range(0, ROWS, 20)]
        compared_s = seconds(lambda: differences(book, table))
    size = f"{EVENTS:,} events"
    return [
        Figure(f"register: {size} written, rules asked", written_s, "s"),
        Figure(f"register: as of a day, {size}", whole_s, "s", MOST_AS_OF_S),
        Figure(f"register: the same without supervision, {size}", plain_s, "s", MOST_AS_OF_S),
        Figure(f"register: a table of {ROWS:,} rows compared", compared_s, "s", MOST_COMPARED_S),
    ]


def _history(outlets: int, events: int) -> Iterator[Draft]:
    """So many outlets opened, and what happens to them until there are so many events."""
    chance = random.Random(1)
    for i in range(outlets):
        place = {"lon": 110.0 + chance.random() * 6, "lat": 21.5 + chance.random() * 3}
        told = {
            "name": f"第{i}支行",
            "bank": f"{i % 20}银行",
            "address": f"某路{i}号",
            "stated_county": f"{i % 124}县",
            "phone": f"0755-{i:08d}",
            "hours": "周一至周五 9:00-17:00",
            "modes": ["window", "guided"],
        }
        items = {"items": ["基本养老保险", "社会保障卡"]}
        yield Draft(f"W{i}", "registered", _FIRST, told | place)
        yield Draft(f"W{i}", "signed", _FIRST, items)
        yield Draft(f"W{i}", "authorised", _FIRST, items)
    for i in range(events - 3 * outlets):
        outlet_id = f"W{chance.randrange(outlets)}"
        on = _FIRST + dt.timedelta(chance.randrange(1, 3_600))
        yield chance.choice(
            [
                Draft(outlet_id, "changed", on, {"phone": f"0755-{i:08d}"}),
                Draft(outlet_id, "changed", on, {"hours": f"周一至周六 9:{i % 60:02d}-17:00"}),
                Draft(outlet_id, "inspected", on, {"by": "daily", "passed": True}),
                Draft(outlet_id, "assessed", on, {"year": on.year, "passed": True}),
                Draft(outlet_id, "complained", on, {"content": "慢", "reply": "已改"}),
            ]
        )


if __name__ == "__main__":
    print(in_figures(main()))
