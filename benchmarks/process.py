"""A command run to its end, with the time and the memory that it and its children take."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_EVERY_S = 0.2


@dataclass(frozen=True)
class Finished:
    """How a command ended.

    Parameters
    ----------
    code : exit code.
    seconds : wall time.
    peak_gib : most memory (resident, pages that processes share counted in each) of the command
        and all its children at one time, sampled five times a second.
    worker_gib : most memory of one child at one time; 0 without children.
    output : what it printed, both streams.
    """

    code: int
    seconds: float
    peak_gib: float
    worker_gib: float
    output: str


def finish(words: Sequence[str]) -> Finished:
    """Run a command to its end."""
    started = time.perf_counter()
    with psutil.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        peak = worker = 0
        text: list[str] = []
        reader = threading.Thread(target=lambda: text.extend(running.stdout))
        reader.start()
        while running.poll() is None:
            own, *children = _memory(running)
            peak = max(peak, own + sum(children))
            worker = max(worker, *children, 0)
            time.sleep(_EVERY_S)
        reader.join()
        seconds = time.perf_counter() - started
    return Finished(running.returncode, seconds, peak / 2**30, worker / 2**30, "".join(text))


def _memory(process: psutil.Process) -> list[int]:
    """Bytes of a process and of each of its children; 0 for one that has just ended."""
    return [_resident(process), *map(_resident, _children(process))]


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
