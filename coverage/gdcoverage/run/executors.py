"""Doing many pieces of work: in this process, in several, or on a Dask cluster; same results.

A piece that fails, or whose worker dies, is told of, and the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

# Libraries that would start a thread for every core in every process.
_THREADS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
    "GDAL_NUM_THREADS",
)


def in_process(
    work: Callable[[Task], Result], tasks: Sequence[Task]
) -> Iterator[tuple[int, Result | Exception]]:
    """One after the other, here.

    Yields
    ------
    The number of a task, and its result or the error that ended it.
    """
    for number, task in enumerate(tasks):
        try:
            yield number, work(task)
        except Exception as error:  # told by the caller
            yield number, error


def in_processes(
    work: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[int, Result | Exception]]:
    """In several processes of this machine, as they finish; see `in_process`.

    Where a process dies (memory ran out, or somebody killed it), the tasks that may have killed
    it are tried once more, each alone in a process of its own.
    """
    left = dict(enumerate(tasks))
    while left:
        suspects: list[int] = []
        with _pool(workers) as pool:
            futures: dict[Future[Result], int] = {}
            try:
                futures = {pool.submit(work, task): number for number, task in left.items()}
                for number, outcome in _finished(futures):
                    if isinstance(outcome, BrokenProcessPool):
                        suspects.append(number)
                        continue
                    del left[number]
                    yield number, outcome
            except BaseException:
                _stop(pool)
                raise
        if not suspects:
            continue
        # Those that had not begun get another pool; the first few were under way.
        for number in sorted(suspects)[: workers + 1]:
            yield number, _alone(work, left.pop(number))


def _alone(work: Callable[[Task], Result], task: Task) -> Result | Exception:
    with _pool(1) as pool:
        try:
            return pool.submit(work, task).result()
        except Exception as error:
            return error


def _finished(
    futures: dict[Future[Result], int],
) -> Iterator[tuple[int, Result | Exception]]:
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=futures.__getitem__):
            error = future.exception()
            if error is not None and not isinstance(error, Exception):
                raise error
            yield futures[future], future.result() if error is None else error


def _pool(workers: int) -> ProcessPoolExecutor:
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    # A forked process may hang on a lock that another thread held.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_settle)


def _settle() -> None:
    """Leave Ctrl-C to the parent process, and tidy up when it ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the processes at once; what they write is whole or not there."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


def on_dask(
    work: Callable[[Task], Result], tasks: Sequence[Task], scheduler: str
) -> Iterator[tuple[int, Result | Exception]]:
    """On the workers of a Dask cluster, as they finish; see `in_process`.

    The workers must see the files under the same paths. A task whose worker dies is given to
    another by the scheduler.

    Parameters
    ----------
    scheduler : address, e.g. ``tcp://10.0.0.5:8786``.

    Raises
    ------
    ModuleNotFoundError : ``distributed`` is not installed.
    OSError : there is no scheduler at the address.
    """
    from distributed import Client, as_completed

    with Client(scheduler) as client:
        futures: list[Any] = client.map(work, tasks, pure=False)
        numbers = {future.key: number for number, future in enumerate(futures)}
        for future in as_completed(futures):
            error = future.exception()
            yield numbers[future.key], future.result() if error is None else error
