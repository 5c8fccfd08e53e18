"""What was measured, as one table for people and one file for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import psutil

from benchmarks.timing import Figure, Row
from gdcoverage._version import __version__


def write(folder: Path, rows: Sequence[Row], figures: Sequence[Figure]) -> str:
    """Write ``results.md`` and ``results.json``; returns the former's text."""
    folder.mkdir(parents=True, exist_ok=True)
    about = _about()
    text = f"{', '.join(f'{name} {value}' for name, value in about.items())}\n\n"
    text += "\n".join(part for part in (beside_peers(rows), in_figures(figures)) if part)
    (folder / "results.md").write_text(text, encoding="utf-8")
    measured = {
        "about": about,
        "beside_peers": [asdict(row) | {"ratio": row.ratio, "missed": row.missed} for row in rows],
        "figures": [asdict(figure) | {"missed": figure.missed} for figure in figures],
    }
    (folder / "results.json").write_text(
        json.dumps(measured, indent=1, ensure_ascii=False), encoding="utf-8"
    )
    return text


def beside_peers(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    if not rows:
        return ""
    lines = [
        "| what | ours | peer | peer's time | ratio | wanted | |",
        "|---|--:|---|--:|--:|--:|---|",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:,.1f}{_mark(row.missed)}"
        peer = "not installed" if row.peer_seconds is None else _time(row.peer_seconds)
        lines.append(
            f"| {row.what} | {_time(row.seconds)} | {row.peer} | {peer} | {ratio} "
            f"| ≥ {row.wanted:g} | {row.remark} |"
        )
    return "\n".join(lines) + "\n"


def in_figures(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    if not figures:
        return ""
    lines = ["| what | measured | wanted | |", "|---|--:|--:|---|"]
    for figure in figures:
        wanted = "" if figure.most is None else f"≤ {figure.most:g} {figure.unit}"
        measured = f"{_number(figure.value)} {figure.unit}".rstrip() + _mark(figure.missed)
        lines.append(f"| {figure.what} | {measured} | {wanted.rstrip()} | {figure.remark} |")
    return "\n".join(lines) + "\n"


def _mark(missed: bool) -> str:
    return " ✗" if missed else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:,.2f} {unit}"
    return f"{seconds * 1e6:,.0f} µs"


def _about() -> dict[str, str]:
    return {
        "gdcoverage": __version__,
        "Python": platform.python_version(),
        "machine": platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
    }
