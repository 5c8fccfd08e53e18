"""What an earlier run left in a folder of results is put aside: all else is the last run's."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from gdcoverage.files import written_whole
from gdcoverage.problems import Problem, refused_by_system
from gdcoverage.run.outputs import Written

MANIFEST = "运行清单.json"
ASIDE = "旧结果"


def put_aside(written: Written, files: Collection[str]) -> list[str]:
    """Move what an earlier run wrote to the folder, and this one does not, to ``旧结果/time/``.

    What no run of ours has listed in the folder's manifest stays where it is. From here on the
    manifest lists the files of this run, so that they are known even if it is broken off.

    Parameters
    ----------
    written : is told of what cannot be moved (a file open in Excel); it stays listed.
    files : what this run writes, as paths below the folder with ``/``.

    Returns
    -------
    The files that are listed: those of this run, and what could not be moved.
    """
    folder = written.folder
    old = [name for name in _listed(folder) if name not in files and (folder / name).is_file()]
    left = []
    aside = _fresh_folder(folder / ASIDE) if old else folder
    for name in old:
        target = aside / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / name).rename(target)
        except OSError as error:
            left.append(name)
            written.failures.append(_unmoved(folder / name, error))
    for parent in {parent for name in old for parent in PurePosixPath(name).parents}:
        with contextlib.suppress(OSError):  # it holds something else, or is the folder itself
            (folder / parent).rmdir()
    if moved := len(old) - len(left):
        written.say(f"以前的结果 {moved} 个文件本次不再产生，已移到 {ASIDE}/{aside.name}")
    listed = sorted({*files, *left})
    with contextlib.suppress(OSError), written_whole(folder / MANIFEST) as partial:
        partial.write_text(json.dumps({"files": listed}, ensure_ascii=False), encoding="utf-8")
    return listed


def _listed(folder: Path) -> list[str]:
    """What the folder's manifest lists, but for names that lead out of the folder."""
    try:
        names = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        known = [name for name in names if isinstance(name, str)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [
        name
        for name in dict.fromkeys(known)
        if (path := PurePosixPath(name)).parts
        and ".." not in path.parts
        and not Path(name).is_absolute()
        and path.parts[0] != ASIDE
    ]


def _fresh_folder(aside: Path) -> Path:
    """A folder, named by the time, in which nothing is yet."""
    now = dt.datetime.now(ZoneInfo("Asia/Shanghai"))
    names = [f"{now:%Y-%m-%d %H-%M-%S}", *(f"{now:%Y-%m-%d %H-%M-%S} {i}" for i in range(2, 100))]
    return next((aside / name for name in names if not (aside / name).exists()), aside / names[0])


def _unmoved(path: Path, error: OSError) -> Problem:
    why, action = refused_by_system(error)
    what = f"以前的结果移不走（{why}），它不属于本次运行"
    return Problem("output_failed", what, action, file=str(path))
