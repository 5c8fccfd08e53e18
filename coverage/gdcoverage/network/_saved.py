"""Networks on disk: arrays with what is known of their source, in one NumPy file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gdcoverage.files import Source, written_whole
from gdcoverage.network._profile import Profile
from gdcoverage.problems import InputError, Problem, unusable

# Raised when the arrays or their meaning change; a saved network of another format is refused.
FORMAT = 3

# Values are arrays; mypy would else hold them against keyword arguments of other types.
Arrays = dict[str, Any]


def write(
    path: Path,
    arrays: Mapping[str, Any],
    source: Source,
    problems: Iterable[Problem],
    profile: Profile,
) -> None:
    """Write arrays whole or not at all (``.npz``, uncompressed)."""
    told = [vars(problem) for problem in problems]
    _write(path, arrays, source=vars(source), problems=told, profile=profile)


def write_refusal(path: Path, problem: Problem) -> None:
    """Write, in the place of a network, why there is none; `read` raises it."""
    _write(path, {}, refusal=vars(problem))


def _write(path: Path, arrays: Mapping[str, Any], **about: object) -> None:
    text = json.dumps({"format": FORMAT, **about})
    with written_whole(path) as partial, partial.open("wb") as file:
        np.savez(file, about=np.array(text), **arrays)


def read(
    file: Path | BinaryIO, names: Iterable[str]
) -> tuple[Arrays, Source, tuple[Problem, ...], Profile]:
    """What `write` wrote; every byte is checked against the file's checksums.

    Raises
    ------
    InputError : not a saved network, damaged, of another version, or a refusal.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            if about["format"] != FORMAT:
                raise ValueError(f"format {about['format']}")
            if refusal := about.get("refusal"):
                raise InputError(Problem(**refusal))
            arrays = {name: stored[name] for name in names}
        problems = tuple(Problem(**problem) for problem in about["problems"])
        return arrays, Source(**about["source"]), problems, about["profile"]
    except (InputError, MemoryError):
        raise
    except Exception as error:  # a damaged archive fails in a dozen ways
        raise unusable(
            "network_unreadable",
            f"不是本版本可用的路网文件（{error}）",
            "请用 gdcoverage network build 重新生成",
            file=file.name if isinstance(file, Path) else "",
        ) from error
