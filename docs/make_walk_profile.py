"""Write the tables of docs/walk-profile.md from the rules: ``python docs/make_walk_profile.py``."""

from __future__ import annotations

import re
from pathlib import Path

from gdcoverage.network._walk_rules import (
    FREE,
    OBSTACLES,
    OFF_GROUND,
    ROUTERS,
    TABLE,
    Rule,
    Verdict,
)
from gdcoverage.network._ways import BARRIER, NOT_JOINED, WATER

DOCUMENT = Path(__file__).with_name("walk-profile.md")
_MARKS = re.compile(r"(<!-- rules -->\n).*(<!-- /rules -->)", re.DOTALL)
_THEIRS = {"y": "yes", "n": "no", "d": "to its end", "-": "–"}
_LOOKS = {
    0: "joined",
    NOT_JOINED: "not joined",
    BARRIER: "bars",
    BARRIER | WATER: "bars, water",
}


def tables() -> str:
    """Every table of rules in Markdown, our verdict beside those of the routers."""
    return "\n".join(_table(title, rules) for title, rules in TABLE.items())


def _table(title: str, rules: tuple[Rule, ...]) -> str:
    bits = rules in (OFF_GROUND, FREE, OBSTACLES)
    compared = any(set(rule.routers) != {"-"} for rule in rules)
    heads = ["tag", "here", *(ROUTERS if compared else ()), "why"]
    lines = [f"### {title}", "", _row(heads), _row(["---"] * len(heads))]
    for rule in rules:
        ours = _LOOKS[rule.verdict] if bits else Verdict(rule.verdict).name.lower()
        theirs = [_THEIRS[letter] for letter in rule.routers] if compared else []
        values = ", ".join(f"`{value}`" for value in rule.values.split())
        lines.append(_row([f"`{rule.key}` = {values}", ours, *theirs, rule.why]))
    return "\n".join([*lines, ""])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def renewed(document: str) -> str:
    """The document with the tables as the rules are now."""
    return _MARKS.sub(lambda marks: f"{marks[1]}\n{tables()}\n{marks[2]}", document)


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
