"""Rows of people one after the other, and sums of runs and groups of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.demand import _headings as words


class Verdict(NamedTuple):
    """What a row is if it is no place as others.

    Parameters
    ----------
    kind : "total" of others, "part" of another, "doubt_total", "doubt_part"; or "looks_total",
        which counts as a place.
    why : what it is the sum or part of, in Chinese.
    people : that are not counted and perhaps should be.
    """

    kind: str
    why: str
    people: float = 0.0


@dataclass(eq=False)
class Lines:
    """Rows of all tables of a file, one after the other.

    Parameters
    ----------
    cents : hundredths of people, 0 where unknown.
    step : people in which each is counted (0.01, 1, or up to 10,000).
    name : of the row; where it has none, its town's.
    level : what the name is of, as `_headings.level_of` says.
    town, section, sheet : where each stands.
    table : number of each row's table, rising.
    row : as a spreadsheet counts.
    aside : rows that are left out whatever they are.
    """

    cents: Ints
    step: Floats
    name: Objects
    level: Ints
    town: Objects
    section: Objects
    sheet: Objects
    table: Ints
    row: Ints
    aside: Bools
    found: dict[int, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        edges = np.flatnonzero(np.diff(self.table, prepend=-1))
        sizes = np.diff(np.append(edges, len(self.table)))
        self.start = np.repeat(edges, sizes)
        self.end = np.repeat(edges + sizes, sizes)
        # Rows that may be parts of a sum.
        self.free = np.ones(len(self.cents), bool)

    def tell(self, i: int, kind: str, why: str, people: float = 0.0) -> None:
        """Decide on a row; one that is left out is no part of a sum."""
        self.found[i] = Verdict(kind, why, people)
        if kind != "looks_total":
            self.free[i] = False

    def open(self, mask: Bools) -> Ints:
        """Rows of a mask with people on which nothing is decided."""
        rows = np.flatnonzero(mask & (self.cents > 0))
        return np.array([i for i in rows if i not in self.found], np.int64)

    def slack(self, rows: Ints, parts: Ints) -> Floats:
        """By how many cents a sum of rounded numbers may miss."""
        step = self.step[rows]
        rounded = np.where(step > 1, step * 100, np.where(step < 1, 1.0, 0.0))
        return rounded * (parts + 1) / 2

    def is_sum(self, i: int, cents: int, parts: int) -> bool:
        """Whether a row is the sum of so many rows with so many cents together."""
        slack = self.slack(np.array([i]), np.array([parts]))[0]
        return parts > 0 and bool(abs(cents - self.cents[i]) <= slack)

    def span(self, first: int, behind: int) -> str:
        """Rows as a person calls them."""
        sheet = f"工作表“{self.sheet[first]}”" if self.sheet[first] else ""
        low, high = self.row[first], self.row[behind - 1]
        return f"{sheet}第 {low} 行" if low == high else f"{sheet}第 {low} 至 {high} 行"


class Sums(NamedTuple):
    """Running sums of cents, and of how many rows they are."""

    cents: Ints
    number: Ints

    @classmethod
    def of(cls, lines: Lines, parts: Bools) -> Sums:
        weight = np.where(parts, lines.cents, 0)
        return cls(
            np.concatenate([[0], np.cumsum(weight)]), np.concatenate([[0], np.cumsum(weight > 0)])
        )


class Groups:
    """Sums of rows that belong together by their town, section, sheet, or how names begin."""

    def __init__(self, lines: Lines, lower: Bools) -> None:
        at = np.flatnonzero(lower & (lines.cents > 0))
        cents = lines.cents[at]
        self._sums: list[tuple[str, dict[str, tuple[int, int]]]] = []
        for what, keys in (
            ("所属镇街", lines.town),
            ("小标题", lines.section),
            ("工作表", lines.sheet),
        ):
            grouped = pd.Series(cents).groupby(keys[at]).agg(["sum", "count"])
            grouped = grouped.groupby([stem(str(key)) for key in grouped.index]).sum()
            told = zip(grouped.index, grouped["sum"], grouped["count"], strict=True)
            self._sums.append((what, {key: (int(s), int(c)) for key, s, c in told if key}))
        order = np.argsort(lines.name[at].astype(str), kind="stable")
        self._names = lines.name[at][order].astype(str)
        self._running = np.concatenate([[0], np.cumsum(cents[order])])

    def of(self, name: str) -> tuple[int, int, str]:
        """Cents and number of the rows of a town, and what makes them its."""
        begin = stem(name)
        for what, sums in self._sums:
            if begin in sums:
                return *sums[begin], f"{what}为“{begin}”的各行"
        if len(begin) < 2:
            return 0, 0, ""
        low, high = np.searchsorted(self._names, [begin, begin + "\U0010ffff"])
        people = int(self._running[high] - self._running[low])
        return people, int(high - low), f"名称以“{begin}”开头的各行"


def stem(name: str) -> str:
    """A town's name as names of its villages begin: 永汉 of 永汉镇."""
    return words.STEM.sub("", name)
