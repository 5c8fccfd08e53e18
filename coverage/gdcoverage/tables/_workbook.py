"""Workbooks, read by a process that a damaged file may end, hold up or fill without harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from multiprocessing.spawn import get_executable
from pathlib import Path
from typing import Any

import numpy as np

from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.tables._sheet import Sheet
from gdcoverage.workbook.reading import lines_of

# The largest table that is read at all takes less.
_MEMORY = 4 * 1024**3
_SECONDS, _SECONDS_PER_MB = 60, 1
_SAVE_ANEW = "请用 Excel 或 WPS 打开，把所需的工作表复制到新工作簿，另存为 .xlsx 后再试"


def workbook_sheets(path: Path) -> dict[str, Sheet]:
    """Sheet name -> sheet, of each sheet of a workbook that is not empty.

    Raises
    ------
    InputError : damaged, encrypted, or more than memory or patience holds.
    """
    sheets = {}
    for line in _lines(path):
        if "problem" in line:
            raise InputError(Problem(**line["problem"] | {"file": path.name}))
        if "error" in line:
            raise unusable(
                "workbook_unreadable",
                f"工作簿无法读取（{line['error']}）",
                "请用 Excel 或 WPS 打开后另存为 .xlsx；加密的文件请先取消密码",
                file=path.name,
            )
        sheets[line["name"]] = _sheet(line)
    return sheets


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    # In a program frozen into one file there is no interpreter to start: it would start itself.
    if getattr(sys, "frozen", False) or not get_executable():
        return lines_of(str(path))
    return map(json.loads, _told(path).splitlines())


def _told(path: Path) -> bytes:
    """What the process says of a file."""
    seconds = _SECONDS + _SECONDS_PER_MB * (path.stat().st_size >> 20)
    limits = str(seconds), str(_MEMORY)
    try:
        ran = subprocess.run(
            # -P: what lies in the folder where somebody works is no module.
            [get_executable(), "-P", "-m", "gdcoverage.workbook", str(path.absolute()), *limits],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise unusable(
            "file_too_large",
            f"工作簿在 {seconds} 秒内没有读完，内容过多或已损坏",
            _SAVE_ANEW,
            file=path.name,
        ) from error
    if ran.returncode != 0:
        raise unusable(
            "workbook_unreadable",
            f"工作簿无法读取（内容已损坏，或读取所需的内存超过 {_MEMORY >> 30} GB）",
            _SAVE_ANEW,
            file=path.name,
        )
    return ran.stdout


def _sheet(line: dict[str, Any]) -> Sheet:
    cells = np.array(line["cells"], object)
    if "struck" not in line:
        return Sheet(cells, line["hidden"], look_known=False)
    struck = fill = None
    if line["struck"]:
        struck = np.zeros(cells.shape, bool)
        struck.flat[line["struck"]] = True
    if line["fill"]:
        fill = np.full(cells.shape, "", object)
        for colour, places in line["fill"].items():
            fill.flat[places] = colour
    return Sheet(
        cells,
        line["hidden"],
        np.array(line["hidden_rows"], np.int64),
        np.array(line["hidden_columns"], np.int64),
        struck,
        fill,
        {int(at): note for at, note in line["comments"].items()},
    )
