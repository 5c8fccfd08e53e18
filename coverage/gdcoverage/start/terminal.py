"""What the command prints on: the terminal or a pipe, steps as they are taken, tables, paths."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gdcoverage.problems import HEADINGS, Problem, problem_frame
from gdcoverage.progress import telling

# A file or a pipe has no width; a report needs this many columns.
_PIPE_WIDTH = 100

out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _PIPE_WIDTH)


def print_everywhere() -> None:
    """On a console with few characters (GBK) those that it lacks become ?, and nothing dies."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def write_data(text: str) -> None:
    """Data for other programs to the standard output, in UTF-8 whatever the console speaks."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A function that tells the step at work: a spinner on a terminal, else a line each."""
    started = time.monotonic()
    if not err.is_terminal:

        def say(step: str) -> None:
            err.print(f"[{time.monotonic() - started:5.1f} 秒] {step}", markup=False)

        with telling(say):
            yield say
        return
    with err.status("准备") as status:

        def show(step: str) -> None:
            status.update(f"{step}……")

        with telling(show):
            yield show


def problem_table(found: Sequence[Problem]) -> Table:
    """Problems as a table; what is the same in every row is not repeated in each."""
    table = Table(header_style="bold", show_edge=False)
    same = {"文件"} | ({"工作表"} if len({problem.sheet for problem in found}) == 1 else set())
    shown = [heading for heading in HEADINGS if heading not in same]
    for heading in shown:
        table.add_column(heading, overflow="fold")
    for row in problem_frame(found)[shown].astype(object).fillna("").to_numpy():
        table.add_row(*(Text(str(cell)) for cell in row))
    return table


def nearby(path: Path) -> str:
    """The path as seen from the working directory, where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def word(path: Path) -> str:
    """The path as a word of a command that can be pasted into any shell."""
    near = nearby(path)
    return f'"{near}"' if set(near) & set(" &()'^;") else near


def today() -> str:
    """The date in China, ISO 8601."""
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
