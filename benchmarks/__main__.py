"""Run all benchmarks and write the table: ``python -m benchmarks [FOLDER]``, or ``make bench``."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks import covering, streets
from benchmarks.data import SHARED
from benchmarks.timing import Row


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        "| what | ours | peer | peer's time | ratio | wanted | |",
        "|---|--:|---|--:|--:|--:|---|",
    ]
    lines += [
        f"| {r.what} | {_time(r.seconds)} | {r.peer} | {_time(r.peer_seconds)} "
        f"| {r.ratio:,.1f} | ≥ {r.wanted:g} | {r.remark} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:,.2f} {unit}"
    return f"{seconds * 1e6:,.0f} µs"


def main(folder: Path) -> int:
    """Measure, write and print; 1 where a ratio is below what is wanted."""
    if not SHARED.is_dir():
        print(f"no real data in {SHARED}; set GDCOVERAGE_SHARED", file=sys.stderr)
        return 2
    rows = [*streets.main(), *covering.main()]
    folder.mkdir(parents=True, exist_ok=True)
    text = table(rows)
    (folder / "benchmarks.md").write_text(text, encoding="utf-8")
    about = {"python": platform.python_version(), "machine": platform.machine()}
    measured = {"about": about, "rows": [asdict(row) | {"ratio": row.ratio} for row in rows]}
    (folder / "benchmarks.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
    print(text)
    return int(any(row.ratio < row.wanted for row in rows))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("maps/benchmarks")))
