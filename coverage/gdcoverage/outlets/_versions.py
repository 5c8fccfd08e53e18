"""Tables of several times: of an earlier year, or one list at two times."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import shapely

from gdcoverage.arrays import Bools, Objects
from gdcoverage.outlets._evidence import HINT, Evidence, other_branches
from gdcoverage.outlets._identity import same_outlets
from gdcoverage.outlets.answers import GROUP, Answers
from gdcoverage.tables import Table
from gdcoverage.tables.dates import last_period

# So many outlets in common are no chance.
_ENOUGH = 3
# What names of one list at two times differ in.
_OF_TIME = re.compile(
    r"最新|最终|原始|初稿|定稿|终稿|修[改订]|更新|调整|副本|备份|final|copy|new|old|ver|v"
    r"|[新旧原现前后版稿第年月日号季度上下半\d一二三四五六七八九十零〇\s\-_.,，、()（）\[\]【】—–]",
    re.IGNORECASE,
)


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def evidence_beside(
    tables: Sequence[Table], frames: Sequence[pd.DataFrame], answers: Answers
) -> list[list[Evidence]]:
    """What each table is beside the others, unless the planner has said what it is.

    Parameters
    ----------
    frames : rows of each table that have a place, their index the position in the table.
    """
    told = zip(
        older_years(tables, frames),
        other_versions(tables, frames, answers),
        other_branches(tables),
        strict=True,
    )
    return [
        [] if table.sheet in answers.groups else [e for found in each for e in found]
        for table, each in zip(tables, told, strict=True)
    ]


def older_years(tables: Sequence[Table], frames: Sequence[pd.DataFrame]) -> list[list[Evidence]]:
    """For each table, that its rows are of an earlier year than others.

    A table of which no later one has an outlet's place, nor half of the names, is of other places.
    """
    years = [_year_of(table) for table in tables]
    newest = [max(known, default=0) for known in years]
    latest = max(newest, default=0)
    spots, names = [_spots(frame) for frame in frames], [set(frame["name"]) for frame in frames]

    def follows(later: int, table: int) -> bool:
        common = 2 * len(names[table] & names[later]) >= len(names[table])
        return newest[later] > newest[table] and (common or bool(spots[table] & spots[later]))

    found = []
    for k, (table, known) in enumerate(zip(tables, years, strict=True)):
        shared = "year" in table.columns or any(follows(m, k) for m in range(len(tables)))
        found.append(
            [
                Evidence(
                    HINT,
                    "unknown",
                    np.asarray(known == year, bool),
                    f"是较早年度（{year}年）的",
                    GROUP,
                    table.sheet,
                )
                for year in sorted(set(known) - {0, latest})
                if shared
            ]
        )
    return found


def _year_of(table: Table) -> Objects:
    """The year that each row is of, by its column of years or the sheet's name; 0 for none."""
    if "year" in table.columns:
        found = [_YEAR.search(_narrow(text)) for text in table.text("year")]
        return np.array([int(match[1]) if match else 0 for match in found], object)
    match = next(filter(None, (_YEAR.search(_narrow(name)) for name in table.tabs)), None)
    return np.full(len(table), int(match[1]) if match else 0, object)


def _spots(frame: pd.DataFrame) -> set[tuple[int, int]]:
    """Where outlets are, to about a hundred metres."""
    points = frame["geometry"].to_numpy()
    degrees = (shapely.get_x(points), shapely.get_y(points))
    return set(zip(*(np.round(d * 1000).astype(int).tolist() for d in degrees), strict=True))


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def other_versions(
    tables: Sequence[Table], frames: Sequence[pd.DataFrame], answers: Answers
) -> list[list[Evidence]]:
    """For each table, that some of its rows stand in no other version of the same list.

    Two tables are versions of one list if their names differ in nothing but a time (3月, 9月;
    旧, 新) and they have at least half of the longer's outlets in common. An outlet that no other
    table has may have gone or come since; of two whose dates are known the later stands.
    """
    found: list[list[Evidence]] = [[] for _ in tables]
    if len(tables) < 2:
        return found
    same = same_outlets(pd.concat(frames, ignore_index=True))
    held = np.split(same, np.cumsum([len(frame) for frame in frames])[:-1])
    outlets = [set(numbers.tolist()) for numbers in held]
    in_tables = np.bincount([n for each in outlets for n in each], minlength=len(same))
    for i, j in combinations(range(len(tables)), 2):
        common, longest = len(outlets[i] & outlets[j]), max(len(outlets[i]), len(outlets[j]))
        if common < _ENOUGH or 2 * common < longest or not _alike(tables[i], tables[j]):
            continue
        if any(tables[k].sheet in answers.groups for k in (i, j)):
            continue
        later = _later(tables[i], tables[j])
        for this, other in ((i, j), (j, i)):
            alone = in_tables[held[this]] == 1
            if alone.any() and tables[this] is not later:
                found[this].append(_only_here(tables[this], tables[other], frames[this], alone))
    return found


def _only_here(table: Table, other: Table, frame: pd.DataFrame, alone: Bools) -> Evidence:
    rows = np.zeros(len(table), bool)
    rows[frame.index[alone]] = True
    why = f"“{table.sheet}”与“{other.sheet}”像是同一份名单的两个版本，只在前者里有"
    return Evidence(HINT, "unknown", rows, why, GROUP, table.sheet)


def _alike(one: Table, other: Table) -> bool:
    """Whether two names differ in nothing but a time."""
    return len({_OF_TIME.sub("", _narrow("".join(table.tabs))) for table in (one, other)}) == 1


def _later(one: Table, other: Table) -> Table | None:
    """Which of two tables is of a later day, by name or title; None if that is not known."""
    when = [last_period(" ".join((t.title, *reversed(t.tabs)))) for t in (one, other)]
    if when[0] is None or when[1] is None or when[0].last == when[1].last:
        return None
    return one if when[0].last > when[1].last else other
