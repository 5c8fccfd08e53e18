"""Timing one thing beside another."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measurement: what, by whom, seconds, the peer's seconds, and a remark."""

    what: str
    peer: str
    seconds: float
    peer_seconds: float
    wanted: float
    remark: str = ""

    @property
    def ratio(self) -> float:
        """How many times longer the peer takes."""
        return self.peer_seconds / self.seconds


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
