"""Compiled functions: what they take is arrays, and other threads go on while they work.

Numba compiles a function when it is first called on a computer, which takes seconds for all of
them. Where none is kept, or when the first of them is compiled, that is said, and another process
starts on those that are needed last (`start.ahead`), so that nobody waits for all.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from numba import config, njit
from numba.core import caching, event
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.dispatcher import Dispatcher

from gdcoverage.progress import tell

# Kernels loaded so far; and those for which no folder was found to keep them in.
_loaded: list[Any] = []
_unkept: list[str] = []
_AHEAD = "gdcoverage.start.ahead"
# Set where kernels are compiled ahead, which starts no other process.
_IS_AHEAD = "GDCOVERAGE_AHEAD"


def kernel(
    function: Callable[..., Any] | None = None,
    *,
    inline: Literal["never", "always"] = "never",
    inner: bool = False,
) -> Any:
    """Compile a function when it is first called, and keep it for later runs where that can be.

    Parameters
    ----------
    inner : other kernels call it and Python does not, so nothing is compiled that takes its
        arguments out of Python's objects, which takes as long again where they are many.

    Numba keeps it beside the package, in the user's cache, or in ``NUMBA_CACHE_DIR``. An
    installation that is read only serves what was compiled when it was made. Where nothing can be
    written (and the user has no home either), the rest is compiled in every process.
    """
    if function is None:
        return lambda function: kernel(function, inline=inline, inner=inner)
    options: dict[str, Any] = {
        "nogil": True,
        "no_cfunc_wrapper": True,
        "no_cpython_wrapper": inner,
        "inline": inline,
    }
    try:
        compiled = njit(cache=True, **options)(function)
    except (RuntimeError, OSError):
        compiled = njit(**options)(function)
    if isinstance(compiled, Dispatcher):  # not where numba is told to compile nothing
        _read_prepared(compiled)
    return compiled


def _read_prepared(compiled: Any) -> None:
    """Where numba would write elsewhere or nowhere, look beside the package first."""
    own, elsewhere = compiled._cache, config.CACHE_DIR  # type: ignore[attr-defined]
    prepared = _Prepared(compiled.py_func, own)
    if not elsewhere and own.cache_path != prepared.cache_path and prepared.is_there():
        compiled._cache = prepared
    if compiled._cache.cache_path is None:
        _unkept.append(compiled.py_func.__qualname__)
    else:
        _loaded.append(compiled)


# Before numba 0.61 the name began with an underscore.
_InTree: Any = getattr(caching, "InTreeCacheLocator", None) or vars(caching)["_InTreeCacheLocator"]


class _Beside(_InTree):  # type: ignore[misc]
    """The folder beside a module, be it writable or not."""

    def ensure_cache_path(self) -> None:
        """It is not written to."""


class _BesideOnly(CompileResultCacheImpl):
    _locator_classes = (_Beside,)  # type: ignore[assignment]


class _Prepared(FunctionCache):
    """What whoever installed the package has compiled, for those who cannot write there.

    Parameters
    ----------
    own : where what is not among it is looked for and kept.
    """

    _impl_class = _BesideOnly  # type: ignore[assignment]

    def __init__(self, function: Callable[..., Any], own: Any) -> None:
        super().__init__(function)
        self._own = own

    def is_there(self) -> bool:
        """Whether something of the function is kept here, be it of another version."""
        return Path(self._cache_file._index_path).exists()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What is kept of a signature; None if nothing."""
        found = super().load_overload(sig, target_context)
        return found or self._own.load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep it elsewhere, where that can be."""
        self._own.save_overload(sig, data)


def are_kept() -> bool:
    """Whether kernels are kept for later runs, or were when the package was installed."""
    return bool(_loaded) or not _unkept


def _is_there(compiled: Any) -> bool:
    """Whether something of a kernel is kept, be it of another version of it."""
    name = f"{compiled.py_func.__module__.rpartition('.')[2]}.{compiled.py_func.__qualname__}"
    return any(Path(compiled.stats.cache_path).glob(f"{name}-*.nbi"))


def compile_early() -> None:
    """Where no kernel is kept from an earlier run, let another process begin to compile."""
    if _loaded and are_kept() and not any(map(_is_there, _loaded)):
        _first.comes()


class _First(event.Listener):
    """Waits for the first of our kernels that is compiled in this process, and times them all."""

    def __init__(self) -> None:
        self.waits = True
        self.ahead: subprocess.Popen[bytes] | None = None
        self.depth, self.since, self.seconds = 0, 0.0, 0.0

    def on_start(self, event: event.Event) -> None:
        """A function begins to be compiled; while one is, those that it calls."""
        if self.depth == 0:
            self.since = time.monotonic()
        self.depth += 1
        ours = event.data["dispatcher"].py_func.__module__.startswith("gdcoverage.")
        if ours:
            self.comes()

    def comes(self) -> None:
        """The first is to be compiled, unless another was."""
        if not self.waits:
            return
        self.waits = False
        if os.environ.get(_IS_AHEAD) or multiprocessing.parent_process() is not None:
            return
        kept = are_kept() and not _unkept
        often = "首次使用，" if kept else ""
        tell(f"{often}正在编译计算程序，约十秒")
        if kept:
            self.ahead = _started()

    def on_end(self, event: event.Event) -> None:
        """It is compiled."""
        self.depth -= 1
        if self.depth == 0:
            self.seconds += time.monotonic() - self.since


def compiling_s() -> float:
    """Seconds that this process has spent compiling so far, which no question is to blame for."""
    now = time.monotonic() - _first.since if _first.depth else 0.0
    return _first.seconds + now


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
