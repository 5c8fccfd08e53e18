"""Timing one thing beside another, and figures beside what is wanted of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True)
class Row:
    """One measurement: what, our seconds, the peer and its (None: not installed), a remark."""

    what: str
    peer: str
    seconds: float
    peer_seconds: float | None
    wanted: float
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times longer the peer takes."""
        return None if self.peer_seconds is None else self.peer_seconds / self.seconds

    @property
    def missed(self) -> bool:
        """Whether less than the wanted ratio was measured."""
        return self.ratio is not None and self.ratio < self.wanted


@dataclass(frozen=True)
class Figure:
    """One figure: what, how much of which unit, and the most that is wanted (None: no limit)."""

    what: str
    value: float
    unit: str
    most: float | None = None
    remark: str = ""

    @property
    def missed(self) -> bool:
        """Whether more than wanted was measured."""
        return self.most is not None and self.value > self.most


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest time of a few runs, after one that warms up."""
    work()
    best = float("inf")
    for _ in range(repeats):
        gc.collect()
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def once(work: Callable[[], object]) -> float:
    """The time of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def spent(work: Callable[[], Found]) -> tuple[float, Found]:
    """CPU seconds that something takes, in all threads, and what it finds."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def of_peer(measure: Callable[[], float]) -> float | None:
    """What a peer takes; None where it is not installed."""
    try:
        return measure()
    except ImportError:
        return None
