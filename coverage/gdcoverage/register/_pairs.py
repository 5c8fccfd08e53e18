"""Which row of a table is which outlet of the register."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from gdcoverage.geo import ellipsoid
from gdcoverage.register._rules import MOVED_M, distance_m
from gdcoverage.register._standing import Book, Standing


class Pairs:
    """Which row is which outlet."""

    def __init__(self, book: Book, rows: Sequence[Mapping[str, Any]]) -> None:
        self.book, self.rows = book, rows
        self.taken = set(book.outlets) | {str(row["outlet_id"]) for row in rows}
        self._of_row: dict[int, tuple[Standing, str]] = {}
        self._used: set[str] = set()
        self._by_number()
        live = [s for s in book.outlets.values() if self._is_free(s)]
        if live:
            self._by_likeness(live)

    def of(self, row: int) -> tuple[Standing | None, str]:
        """The outlet of a row, and what speaks against it; None for none."""
        return self._of_row.get(row, (None, ""))

    def unmatched(self) -> Iterator[Standing]:
        """Outlets that no row is, but for those that have left."""
        return (s for s in self.book.outlets.values() if self._is_free(s))

    def free_id(self, wanted: str) -> str:
        """A number that no outlet has: as wanted, or with a number behind it."""
        if wanted not in self.book.outlets:
            return wanted
        number = 2
        while f"{wanted}-{number}" in self.taken:
            number += 1
        self.taken.add(f"{wanted}-{number}")
        return f"{wanted}-{number}"

    def _is_free(self, standing: Standing) -> bool:
        return standing.outlet_id not in self._used and standing.left_on is None

    def _take(self, row: int, standing: Standing, doubt: str = "") -> None:
        self._of_row[row] = standing, doubt
        self._used.add(standing.outlet_id)

    def _by_number(self) -> None:
        """The outlet of a number itself; then, of one that has moved, the point it moved to."""
        for follow in (False, True):
            for i, row in enumerate(self.rows):
                number = str(row["outlet_id"])
                standing = self.book.outlets.get(number)
                if standing is None or i in self._of_row:
                    continue
                stays = not standing.moved_to or row["status"] == "exited"
                if follow:
                    standing = self.book.successor(number) or standing
                if (follow or stays) and standing.outlet_id not in self._used:
                    self._take(i, standing, _all_different(standing, row))

    def _by_likeness(self, live: Sequence[Standing]) -> None:
        lon = np.array([s.lon for s in live], float)
        lat = np.array([s.lat for s in live], float)
        tree = cKDTree(ellipsoid.to_ecef(lon, lat))
        named: dict[tuple[str, str], list[Standing]] = {}
        for standing in live:
            named.setdefault(_called(standing.name, standing.bank), []).append(standing)
        left = [i for i in range(len(self.rows)) if i not in self._of_row]
        # What is certain first, so that no guess takes it.
        for step in (self._same, self._other_name, self._elsewhere):
            for i in left:
                if i not in self._of_row:
                    step(i, live, tree, named)

    def _near(self, row: Mapping[str, Any], live: Sequence[Standing], tree: Any) -> list[Standing]:
        spot = ellipsoid.to_ecef(np.array([row["geometry"].x]), np.array([row["geometry"].y]))[0]
        found = tree.query_ball_point(spot, MOVED_M)
        return [live[k] for k in sorted(found) if self._is_free(live[k])]

    def _same(self, i: int, live: Sequence[Standing], tree: Any, named: Mapping[Any, Any]) -> None:
        row = self.rows[i]
        called = _called(row["name"], row["bank"])
        if called not in named:
            return
        alike = [s for s in self._near(row, live, tree) if _called(s.name, s.bank) == called]
        if alike:
            self._take(i, alike[0])

    def _other_name(
        self, i: int, live: Sequence[Standing], tree: Any, named: Mapping[Any, Any]
    ) -> None:
        row = self.rows[i]
        alike = [s for s in self._near(row, live, tree) if s.bank == row["bank"]]
        if alike:
            what = f"与台账 {alike[0].outlet_id} {alike[0].name} 同一银行、同一位置而不同名"
            self._take(i, alike[0], what)

    def _elsewhere(
        self, i: int, live: Sequence[Standing], tree: Any, named: Mapping[Any, Any]
    ) -> None:
        row = self.rows[i]
        alike = [s for s in named.get(_called(row["name"], row["bank"]), ()) if self._is_free(s)]
        if alike:
            what = f"与台账 {alike[0].outlet_id} 同名、同一银行而不在一处，编号也不同"
            self._take(i, alike[0], what)


def _called(name: str, bank: str) -> tuple[str, str]:
    return unicodedata.normalize("NFKC", name), unicodedata.normalize("NFKC", bank)


def _all_different(standing: Standing, row: Mapping[str, Any]) -> str:
    """What speaks against two that share nothing but their number."""
    elsewhere = apart_m(standing, row) > MOVED_M
    other = _called(standing.name, "") != _called(row["name"], "")
    if elsewhere and other and row["bank"] != standing.bank:
        return "编号相同，名称、银行、位置都不同，编号或被别的网点使用"
    return ""


def apart_m(standing: Standing, row: Mapping[str, Any]) -> float:
    """Metres between an outlet and the place of a row."""
    assert standing.lon is not None and standing.lat is not None
    return distance_m(standing.lon, standing.lat, row["geometry"].x, row["geometry"].y)
