"""Who is told what is being done: a command's own line, a terminal or a notebook, or nobody."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Event, Lock, Thread
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

# What takes less is not worth a word.
_SOON_S = 2.0


class _Audience:
    """Who is told in this process."""

    def __init__(self) -> None:
        self.told: dict[object, Callable[[str], None]] = {}
        self.is_wanted = True
        self.at_work = Lock()

    def watches(self) -> bool:
        """Whether somebody sits in front of a prompt or a notebook, and is not told otherwise."""
        if not self.is_wanted or self.told or sys.stderr is None:
            return False
        if multiprocessing.parent_process() is not None:
            return False
        return sys.stderr.isatty() or "ipykernel" in sys.modules


_audience = _Audience()


def show_progress(wanted: bool) -> None:
    """Whether long calls say what they do and for how long, at a prompt and in a notebook.

    Parameters
    ----------
    wanted : False for silence from now on. Where the standard error goes to a file or a pipe
        nothing is said anyway.

    Examples
    --------
    >>> gd.show_progress(False)
    >>> gd.show_progress(True)
    """
    _audience.is_wanted = wanted


@contextmanager
def telling(say: Callable[[str], None]) -> Iterator[None]:
    """Within the block, who is told instead; blocks of several threads may end in any order."""
    mark = object()
    _audience.told[mark] = say
    try:
        yield
    finally:
        del _audience.told[mark]


def tell(step: str) -> None:
    """Tell a step, in Chinese, to whoever is there."""
    if _audience.told:
        next(reversed(_audience.told.values()))(step)
    elif _audience.watches():
        print(f"gdcoverage：{step}", file=sys.stderr, flush=True)


def at_work(what: str) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Have a function say what it does and for how many seconds, if it takes long.

    What it calls says nothing of its own.

    Parameters
    ----------
    what : what it does, in Chinese.
    """

    def around(function: Callable[Given, Result]) -> Callable[Given, Result]:
        @wraps(function)
        def telling_it(*args: Given.args, **named: Given.kwargs) -> Result:
            if not _audience.watches() or not _audience.at_work.acquire(blocking=False):
                return function(*args, **named)
            try:
                with _counted(what):
                    return function(*args, **named)
            finally:
                _audience.at_work.release()

        return telling_it

    return around


@contextmanager
def _counted(what: str) -> Iterator[None]:
    """A line that counts the seconds of the block, by a thread of its own."""
    begun, over = time.monotonic(), Event()

    def count() -> None:
        if over.wait(_SOON_S):
            return
        _write(f"\r{what}，已 {time.monotonic() - begun:.0f} 秒")
        while not over.wait(1.0):
            _write(f"\r{what}，已 {time.monotonic() - begun:.0f} 秒")
        _write(f"\r{what}，用时 {time.monotonic() - begun:.0f} 秒\n")

    thread = Thread(target=count, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
