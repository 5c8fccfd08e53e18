"""The process: limits on itself, then lines for the one who started it."""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from gdcoverage.workbook.reading import lines_of


def main(path: str, seconds: str, memory: str) -> None:
    """Write the sheets of a workbook to the standard output, as JSON lines in UTF-8."""
    _limit(int(seconds), int(memory))
    for line in lines_of(path):
        sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _limit(seconds: int, memory: int) -> None:
    """Limits that hold when nobody is left to end this process; Windows has none of these."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main(*sys.argv[1:])
