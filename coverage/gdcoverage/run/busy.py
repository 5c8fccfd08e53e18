"""A folder of results has one run at a time, and says which."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from gdcoverage.problems import InputError, refused_by_system, unusable

try:
    import fcntl
except ImportError:
    import msvcrt

NAME = ".gdcoverage-运行中.json"
_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
# Windows lets nobody read what is locked; this lies behind all that the file says.
_FAR = 1 << 20


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other runs from a folder until the block ends.

    The system's lock on a file holds, which ends with its process, however that ends; where a
    network drive has no locks, what the file says of its run.

    Raises
    ------
    InputError : another run has the folder, or nothing can be written to it.
    """
    _require_writable(folder)
    path = folder / NAME
    file = _taken(path)
    try:
        yield
    finally:
        if file is not None:
            _give_back(file, path)


def _require_writable(folder: Path) -> None:
    """Tell before the work, not after it, that none of its results could be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why, action = refused_by_system(error)
        what = f"结果文件夹不能写入（{why}）"
        raise unusable("output_failed", what, action, file=str(folder)) from None


def _taken(path: Path) -> IO[str] | None:
    """The file, locked; None where nothing can be written, which each result tells for itself."""
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a+", encoding="utf-8")
        except OSError:
            return None
        if not _lock(file, path):
            file.close()
            raise _busy(path)
        if _is_still(file, path):
            break
        # The run before removed it in this moment.
        file.close()
    file.truncate(0)
    now = dt.datetime.now().astimezone().isoformat(" ", "seconds")
    json.dump({"host": platform.node(), "pid": os.getpid(), "started": now}, file)
    file.flush()
    return file


def _give_back(file: IO[str], path: Path) -> None:
    with suppress(OSError):
        # On Windows a file that is open stays.
        path.unlink()
    file.close()
    if os.name == "nt":
        with suppress(OSError):
            path.unlink()


def _lock(file: IO[str], path: Path) -> bool:
    try:
        if os.name == "nt":
            os.lseek(file.fileno(), _FAR, os.SEEK_SET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _TAKEN and not _may_live(_told(path))
    return True


def _is_still(file: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _may_live(told: dict[str, Any]) -> bool:
    """Whether a run could be at work, by what it said when it began."""
    if not told or told.get("host") != platform.node() or os.name == "nt":
        return bool(told)
    try:
        os.kill(int(told["pid"]), 0)
    except (ProcessLookupError, KeyError, ValueError):
        return False
    except OSError:
        return True
    return int(told["pid"]) != os.getpid()


def _told(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _busy(path: Path) -> InputError:
    told = _told(path)
    who = (
        f"（主机 {told['host']}，进程 {told['pid']}，{told['started']} 开始）"
        if told.keys() >= {"host", "pid", "started"}
        else ""
    )
    return unusable(
        "folder_busy",
        f"另一次运行正在写这个结果文件夹{who}",
        "请等它结束再运行，或在计划的 [outputs] 里换一个 folder；"
        f"若确认那次运行已不在，请删除文件夹里的 {path.name}",
        file=str(path.parent),
    )
