"""Compiled functions: what they take is arrays, and other threads go on while they work.

Numba compiles a function when it is first called on a computer, which takes seconds for all of
them. When the first of them is compiled, that is said, and another process starts on those that
are needed last (`start.ahead`), so that nobody waits for all.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from numba import njit
from numba.core import event

# Kernels for which no folder was found to keep them in.
_unkept: list[str] = []
_AHEAD = "gdcoverage.start.ahead"
# Set where kernels are compiled ahead, which starts no other process.
_IS_AHEAD = "GDCOVERAGE_AHEAD"


def kernel(
    function: Callable[..., Any] | None = None, *, inline: Literal["never", "always"] = "never"
) -> Any:
    """Compile a function when it is first called, and keep it for later runs where that can be.

    Numba keeps it beside the package, in the user's cache, or in ``NUMBA_CACHE_DIR``; where none
    can be written (an installation that is read only, a user without a home), it refuses, and
    the function is compiled in every process.
    """
    if function is None:
        return lambda function: kernel(function, inline=inline)
    options: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True, "inline": inline}
    try:
        return njit(cache=True, **options)(function)
    except (RuntimeError, OSError):
        _unkept.append(function.__qualname__)
        return njit(**options)(function)


def are_kept() -> bool:
    """Whether the kernels loaded so far are kept for later runs."""
    return not _unkept


@contextmanager
def telling(say: Callable[[str], None]) -> Iterator[None]:
    """Within the block, who is told when the first kernel is compiled."""
    before, _first.say = _first.say, say
    try:
        yield
    finally:
        _first.say = before


def _print(step: str) -> None:
    """Where nobody else is told: those who sit in front of a prompt or a notebook."""
    if sys.stderr is not None and (sys.stderr.isatty() or "ipykernel" in sys.modules):
        print(f"gdcoverage：{step}", file=sys.stderr, flush=True)


class _First(event.Listener):
    """Waits for the first of our kernels that is compiled in this process."""

    def __init__(self) -> None:
        self.say: Callable[[str], None] = _print
        self.waits = True
        self.ahead: subprocess.Popen[bytes] | None = None

    def on_start(self, event: event.Event) -> None:
        """A function begins to be compiled."""
        ours = event.data["dispatcher"].py_func.__module__.startswith("gdcoverage.")
        if not (self.waits and ours):
            return
        self.waits = False
        if os.environ.get(_IS_AHEAD) or multiprocessing.parent_process() is not None:
            return
        often = "首次使用，" if are_kept() else ""
        self.say(f"{often}正在编译计算程序，约十秒")
        if are_kept():
            self.ahead = _started()

    def on_end(self, event: event.Event) -> None:
        """It is compiled."""


def _started() -> subprocess.Popen[bytes] | None:
    """The process that compiles ahead; none where there is but one core."""
    if (os.cpu_count() or 1) < 2 or not sys.executable:
        return None
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", _AHEAD],
            env=os.environ | {_IS_AHEAD: "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # On Windows a window would open otherwise.
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return None


_first = _First()
event.register("numba:compile", _first)
