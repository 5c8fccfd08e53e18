"""Compiled functions: what they take is arrays, and other threads go on while they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from numba import njit

# Kernels for which no folder was found to keep them in.
_unkept: list[str] = []


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
    try:
        return njit(cache=True, nogil=True, inline=inline)(function)
    except (RuntimeError, OSError):
        _unkept.append(function.__qualname__)
        return njit(nogil=True, inline=inline)(function)


def are_kept() -> bool:
    """Whether the kernels loaded so far are kept for later runs."""
    return not _unkept
