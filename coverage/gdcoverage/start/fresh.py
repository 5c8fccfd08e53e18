"""A folder to begin in: nothing of the user's is written over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gdcoverage.problems import unusable


def require_free(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder that cannot be one, or holds a file of one of the names.

    Raises
    ------
    InputError : so it is.
    """
    if folder.exists() and not folder.is_dir():
        raise unusable("folder_taken", "是文件，不是文件夹", "请换一个文件夹", file=str(folder))
    if there := [name for name in names if (folder / name).exists()]:
        raise unusable(
            "folder_taken",
            f"文件夹里已有 {'、'.join(there)}，没有改动",
            "请换一个文件夹，或先把这些文件移走",
            file=str(folder),
        )
