"""A plan as somebody wrote it: what it says, and how its faults are told to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from gdcoverage.problems import Problem
from gdcoverage.run.plan_values import written

KIND = "plan_unusable"
# What sections are called where there are none.
_SECTIONS = {
    "network": "街道",
    "sites": "布点",
    "counties": "县区：",
    "map": "",
    "publish": "",
    "places": "镇街",
    "quotas": "",
    "outlets": "",
    "demand": "",
}


class Form(Protocol):
    """What a plan file says, section by section, and the names of its places."""

    @property
    def raw(self) -> dict[str, Any]:
        """The document."""

    @property
    def faults(self) -> tuple[Problem, ...]:
        """What was wrong on reading it."""

    def faults_of(self, section: str) -> list[Problem]:
        """Those of one section."""

    def name(self, section: str, key: str) -> str:
        """What a key is called there."""

    def whole(self, section: str, keys: Iterable[str], what: str, action: str) -> Problem:
        """What is wrong with a section, or with some of its keys together."""

    def value(self, section: str, key: str, what: str, action: str, given: object) -> Problem:
        """What is wrong with a value."""

    def missing(self, section: str, keys: list[str]) -> Iterator[Problem]:
        """That keys of a section are not there; of none, whole sections."""


@dataclass(frozen=True)
class TomlForm:
    """A plan in TOML.

    Parameters
    ----------
    raw : the document.
    """

    raw: dict[str, Any]
    faults: tuple[Problem, ...] = ()

    def faults_of(self, section: str) -> list[Problem]:
        """None: a document that can be read has all its faults in what it says."""
        return []

    def name(self, section: str, key: str) -> str:
        """As it is written."""
        return key

    def whole(self, section: str, keys: Iterable[str], what: str, action: str) -> Problem:
        """Told of the section."""
        return Problem(KIND, f"[{section}] {what}", action)

    def value(self, section: str, key: str, what: str, action: str, given: object) -> Problem:
        """Told with the value, of the key or of a whole section."""
        place = f"[{section}] {key}".strip() if section else key
        return Problem(KIND, f"{place} {what}，现为 {written(given)}", action)

    def missing(self, section: str, keys: list[str]) -> Iterator[Problem]:
        """Told of the section."""
        if section:
            yield Problem(KIND, f"[{section}] 缺少 {'、'.join(keys)}", "请补上")
        else:
            action = "请参照 data/sample/plan.toml 补上"
            yield Problem(KIND, f"缺少 [{'] ['.join(keys)}]", action)


@dataclass(frozen=True)
class SheetForm:
    """A plan on a sheet of a workbook, 项目 and 值.

    Parameters
    ----------
    raw : the same as a document in TOML.
    faults : what is wrong with the sheet, found on reading it.
    sheet : its name.
    names : section and key -> 项目.
    cells : section and key -> row from 1, and text of the value.
    """

    raw: dict[str, Any]
    faults: tuple[Problem, ...]
    sheet: str
    names: Mapping[tuple[str, str], str]
    cells: Mapping[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def faults_of(self, section: str) -> list[Problem]:
        """Those that stand in its rows."""
        rows = {row for (of, _), (row, _) in self.cells.items() if of == section}
        return [fault for fault in self.faults if fault.row in rows]

    def name(self, section: str, key: str) -> str:
        """The 项目."""
        return self.names[section, key]

    def whole(self, section: str, keys: Iterable[str], what: str, action: str) -> Problem:
        """Told at the first of the keys that is written there."""
        rows = [self.cells[section, key][0] for key in keys if (section, key) in self.cells]
        what = f"{_SECTIONS[section]}{what}"
        return Problem(KIND, what, action, sheet=self.sheet, row=min(rows, default=None))

    def value(self, section: str, key: str, what: str, action: str, given: object) -> Problem:
        """Told at the row of the key."""
        row, text = self.cells.get((section, key), (None, written(given)))
        name = self.names.get((section, key), section)
        what = f"{name}{what}"
        return Problem(KIND, what, action, sheet=self.sheet, row=row, column="值", value=text)

    def missing(self, section: str, keys: list[str]) -> Iterator[Problem]:
        """Nothing: what has to be filled in was looked for on reading the sheet."""
        return iter(())
