"""Doing many pieces of work: here, in processes, on any executor or Dask cluster; same results.

A piece that fails, or whose worker dies, is told of, and the others go on.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from gdcoverage.problems import unusable
from gdcoverage.run.identity import program

Task = TypeVar("Task")
Result = TypeVar("Result")
Outcomes = Iterator[tuple[int, Result | Exception]]

# Libraries that would start a thread for every core in every process.
_THREADS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
    "GDAL_NUM_THREADS",
)
# A scheduler that has not answered for so long is not there.
_ANSWER_S = 5
# So many large tasks are on their way at least.
_FEW = 8
# Objects made since Python last looked for those that refer to one another and to nothing else:
# by default it looks through all of them so often that a fifth to a third of the time goes to it.
_BETWEEN_COLLECTIONS = 100_000


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python look for cycles of objects no more than now and then, until the block ends."""
    before = gc.get_threshold()
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def in_process(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Outcomes[Result]:
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


def here(work: Callable[..., Result], *given: Any) -> Callable[[], Result]:
    """One piece of work, done in this process when its result is called for."""
    return partial(work, *given)


class Processes:
    """Processes of this machine; they start with the first work and stay until the block ends.

    Parameters
    ----------
    workers : how many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._open = ExitStack()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Processes:
        self._open.__enter__()
        return self

    def __exit__(self, *told: Any) -> None:
        self._pool = None
        self._open.__exit__(*told)

    def beside(self, work: Callable[..., Result], *given: Any) -> Callable[[], Result]:
        """One piece of work begun, while other things are done here; its result when called."""
        future = self._at_hand().submit(work, *given)

        def result() -> Result:
            try:
                return future.result()
            except BrokenProcessPool:
                _require_start()
                return work(*given)

        return result

    def each(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> list[Result]:
        """The results of all tasks, in their order.

        Raises
        ------
        InputError : a process died, most likely of want of memory.
        """
        outcomes = dict(self.outcomes(work, list(tasks)))
        for outcome in outcomes.values():
            if isinstance(outcome, BrokenProcessPool):
                raise unusable(
                    "worker_died",
                    "工作进程中途退出，多半是内存不足",
                    "请减少 --workers 后重新运行",
                ) from outcome
            if isinstance(outcome, Exception):
                raise outcome
        return [outcomes[number] for number in sorted(outcomes)]  # type: ignore[misc]

    def outcomes(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> Outcomes[Result]:
        """Begin all tasks; their outcomes as they finish, see `in_process`.

        Where a process dies (memory ran out, or somebody killed it), the tasks that may have
        killed it are tried once more, each alone in a process of its own.
        """
        return self._finished(work, tasks, _outcomes(work, tasks, self._at_hand()))

    def _finished(
        self, work: Callable[[Task], Result], tasks: Sequence[Task], begun: Outcomes[Result]
    ) -> Outcomes[Result]:
        left = dict(enumerate(tasks))
        numbers = list(left)
        while True:
            suspects: list[int] = []
            for place, outcome in begun:
                if isinstance(outcome, BrokenProcessPool):
                    suspects.append(numbers[place])
                    continue
                del left[numbers[place]]
                yield numbers[place], outcome
            if not suspects:
                return
            _require_start()
            self._pool = None
            # Those that had not begun get another pool; the first few were under way.
            for number in sorted(suspects)[: self.workers + 1]:
                with _pool(1) as pool:
                    ((_, outcome),) = _outcomes(work, [left.pop(number)], pool)
                yield number, outcome
            numbers = list(left)
            begun = _outcomes(work, list(left.values()), self._at_hand())

    def _at_hand(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = self._open.enter_context(_pool(self.workers))
        return self._pool


def on_executor(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    executor: Any,
    files: Mapping[str, int],
    by_value: Callable[[Task], Task],
) -> Outcomes[Result]:
    """On an executor, as they finish; see `in_process`. It is left open.

    Parameters
    ----------
    executor : of `concurrent.futures`, or a client of a Dask cluster.
    files : path -> size of what the work reads.
    by_value : a task with the content of its files; asked for where a worker does not see them.

    Raises
    ------
    InputError : a worker cannot do the work, or the cluster is gone.
    """
    if not hasattr(executor, "get_executor"):
        travelling = by_value if _must_travel(_asked(executor, files)) else None
        yield from _outcomes(work, tasks, executor, travelling)
        return
    # The threads and processes of a cluster are asked for through its client.
    client, executor = executor, executor.get_executor(pure=False)
    try:
        told = client.run(survey, files, on_error="return")
        seen = {worker: it for worker, it in told.items() if not isinstance(it, OSError)}
        # A cluster without workers starts some when there is something to do.
        travelling = by_value if _must_travel(seen or _asked(executor, files)) else None
        ahead = 2 * sum(client.nthreads().values())
        yield from _outcomes(work, tasks, executor, travelling, ahead)
    except (CancelledError, OSError) as error:
        raise unusable(
            "scheduler_lost",
            "与 Dask 调度器的连接中断",
            "请确认调度器仍在运行，然后重新运行；已完成的县区不会重算",
        ) from error


def on_dask(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    scheduler: str,
    files: Mapping[str, int],
    by_value: Callable[[Task], Task],
) -> Outcomes[Result]:
    """On the workers of a Dask cluster; see `on_executor`.

    Parameters
    ----------
    scheduler : address, e.g. ``tcp://10.0.0.5:8786``.

    Raises
    ------
    ModuleNotFoundError : ``distributed`` is not installed.
    InputError : also where there is no scheduler at the address.
    """
    from distributed import Client

    # What is to be known of a lost connection is raised, and needs no traceback besides.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        # A client that finds nobody keeps its process from ending, for a while.
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, _greet(scheduler)).result()
        client = Client(scheduler, timeout=_ANSWER_S, set_as_default=False)
    except Exception as error:  # what else may listen there answers in a dozen ways
        raise unusable(
            "no_scheduler",
            f"连不上 Dask 调度器 {scheduler}",
            "请核对地址与端口（如 tcp://10.0.0.5:8786），并确认调度器已启动、防火墙放行；"
            "不写 --scheduler 则在本机计算",
        ) from error
    with client:
        yield from on_executor(work, tasks, client, files, by_value)


async def _greet(scheduler: str) -> None:
    from distributed.comm.core import connect
    from distributed.security import Security

    known = Security().get_connection_args("client")
    comm = await connect(scheduler, timeout=_ANSWER_S, **known)
    await comm.close()


def survey(files: Mapping[str, int]) -> dict[str, Any]:
    """What a worker is, and which files it does not see as they are here.

    Parameters
    ----------
    files : path -> size.
    """

    def is_seen(path: str, size: int) -> bool:
        return os.access(path, os.R_OK) and Path(path).stat().st_size == size

    return {
        "program": program(),
        "python": _version(sys.version_info),
        "unseen": [path for path, size in files.items() if not is_seen(path, size)],
    }


def _asked(executor: Executor, files: Mapping[str, int]) -> dict[str, Any]:
    future = executor.submit(survey, files)
    return {"": future.exception() or future.result()}


def _must_travel(seen: Mapping[str, Any]) -> bool:
    """Whether a worker does not see the files, so that what is in them must go to it.

    Parameters
    ----------
    seen : address of a worker -> what `survey` found there, or the error that kept it from it.

    Raises
    ------
    InputError : a worker's installation would give other numbers, or none.
    """
    for worker, told in seen.items():
        if isinstance(told, Exception) and not isinstance(told, ImportError | AttributeError):
            raise told
        if fault := _difference(told):
            raise unusable(
                "worker_differs",
                f"计算进程 {worker or '（所给的执行器）'}：{fault}",
                f"请在那里用 Python {_version(sys.version_info)} 安装与本机相同的 gdcoverage "
                "和依赖库，重新启动计算进程，再重新运行",
            )
    return any(told["unseen"] for told in seen.values())


def _difference(told: Any) -> str:
    if isinstance(told, ModuleNotFoundError):
        return f"没有安装 {told.name}"
    # An error: another release, which cannot be asked.
    if isinstance(told, Exception):
        return "gdcoverage 的版本与本机不同"
    if told["python"] != _version(sys.version_info):
        return f"Python 是 {told['python']}"
    return "" if told["program"] == program() else "gdcoverage 或其依赖库的版本与本机不同"


def _version(python: Sequence[Any]) -> str:
    return f"{python[0]}.{python[1]}"


def _outcomes(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    executor: Executor,
    travelling: Callable[[Task], Task] | None = None,
    ahead: int = 0,
) -> Outcomes[Result]:
    """Begin tasks on any executor; what comes of them, as they finish.

    Parameters
    ----------
    travelling : makes of a task what is submitted, which is large: so only a few at a time are.
    ahead : how many, where the executor's workers are known to be many.
    """
    left = deque(range(len(tasks)))
    most = len(tasks) if travelling is None else max(ahead, _FEW)
    waiting: dict[Future[Result], int] = {}

    def begin() -> Outcomes[Result]:
        while left and len(waiting) < most:
            number = left.popleft()
            task = tasks[number] if travelling is None else travelling(tasks[number])
            try:
                waiting[executor.submit(work, task)] = number
            except BrokenExecutor as error:
                yield number, error

    refused = list(begin())
    return chain(refused, _as_they_finish(left, waiting, begin))


def _as_they_finish(
    left: Sized, waiting: dict[Future[Any], int], begin: Callable[[], Outcomes[Any]]
) -> Outcomes[Any]:
    try:
        while left or waiting:
            yield from begin()
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=waiting.__getitem__):
                number, failed = waiting.pop(future), future.exception()
                if failed is not None and not isinstance(failed, Exception):
                    raise failed
                yield number, future.result() if failed is None else failed
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one, and with the block; nor do their temporary files stay."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    # A forked process may hang on a lock that another thread held.
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="gdcoverage-", ignore_cleanup_errors=True) as scratch,
        ProcessPoolExecutor(
            workers, mp_context=context, initializer=_settle, initargs=(scratch,)
        ) as pool,
    ):
        try:
            yield pool
        except BaseException:
            _stop(pool)
            raise


def _require_start() -> None:
    """Refuse to go on where processes end before they can do anything.

    A process that is started reads the script which started it, and does all that stands there
    outside ``if __name__ == "__main__":``, this included.

    Raises
    ------
    InputError : a new process did not come so far as to answer.
    """
    with _pool(1) as pool:
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool as error:
            raise unusable(
                "worker_not_started",
                "计算进程一启动就退出了",
                '在脚本里调用时，请写在 if __name__ == "__main__": 之下，或写 How(workers=1)；'
                "否则请看上面的报错",
            ) from error


def _settle(scratch: str) -> None:
    """Leave Ctrl-C to the parent process, and do not outlive it; what is loaded stays."""
    gc.freeze()
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    threading.Thread(target=_follow, args=(scratch,), daemon=True).start()


def _follow(scratch: str) -> None:
    """End when the parent process is gone; it was killed, and could tell nobody."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the processes at once, whatever they are at; files are written by the parent."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
