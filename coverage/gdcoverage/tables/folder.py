"""A folder of tables, one from each county or bank, read as one file with all their sheets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from gdcoverage.files import files_of, passed_over, sha256
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.tables._read import Table
from gdcoverage.tables.frames import Rows

# Between the names of a file in a folder and of its sheet.
BETWEEN = " › "


class Found(NamedTuple):
    """Tables that are meant, tables that are others, and what is told of both."""

    tables: list[Table]
    others: list[Table]
    problems: list[Problem]


def of_each(source: Rows, find: Callable[[Rows], Found]) -> Found:
    """What is found in a file or frame; of a folder, in all of its files together.

    The files of a folder stand for sheets of one file, so that whatever is asked of several
    sheets (which is older, which repeats another) is asked of them. One that cannot be used is
    refused with all such others: a county that is missing would be a county without outlets.

    Raises
    ------
    InputError : as `find`; the folder has no table.
    """
    if isinstance(source, pd.DataFrame) or not Path(source).is_dir():
        return find(source)
    folder = Path(source)
    found, faults = Found([], [], _passed_over(folder)), list[Problem]()
    first_of: dict[str, Path] = {}
    for path in files_of(folder):
        first = first_of.setdefault(sha256(path), path)
        if first != path:
            found.problems.append(_twice(folder, path, first))
            continue
        try:
            here = find(path)
        except InputError as error:
            faults += [_told_of(p, folder, path) for p in error.problems]
            continue
        found.tables.extend(_of_folder(table, folder, path) for table in here.tables)
        found.others.extend(_of_folder(table, folder, path) for table in here.others)
        found.problems.extend(_told_of(problem, folder, path) for problem in here.problems)
        if not any(map(len, here.tables)):
            found.problems.append(_empty(folder, path))
    if faults:
        raise InputError(*(replace(p, action=f"{p.action}；或把它移出文件夹") for p in faults))
    if not found.tables:
        action = "请把要读的表（.xlsx、.xls、.csv 或图层）直接放在这个文件夹里"
        raise unusable("no_rows", "文件夹里没有表", action, file=folder.name)
    return found


def _called(path: Path, sheet: str) -> str:
    return f"{path.name}{BETWEEN}{sheet}" if sheet else path.name


def _of_folder(table: Table, folder: Path, path: Path) -> Table:
    return replace(
        table,
        file=folder.name,
        sheet=_called(path, table.sheet),
        names=(table.sheet, path.stem, folder.name),
        unread=tuple(replace(one, sheet=_called(path, one.sheet)) for one in table.unread),
    )


def _told_of(problem: Problem, folder: Path, path: Path) -> Problem:
    return replace(problem, file=folder.name, sheet=_called(path, problem.sheet))


def _twice(folder: Path, path: Path, first: Path) -> Problem:
    what, action = f"与 {first.name} 内容相同，没有重复读取", "请删去其一"
    return Problem("file_twice", what, action, "warning", file=folder.name, sheet=path.name)


def _empty(folder: Path, path: Path) -> Problem:
    what = "表头下面一行也没有：这张表所管的地方会像是什么也没有"
    return Problem("no_rows", what, "请核对是否交错了表", file=folder.name, sheet=path.name)


def _passed_over(folder: Path) -> list[Problem]:
    names = "、".join(path.name for path in passed_over(folder))
    what, action = f"没有读取：{names}", "若其中有要读的表，请另存为 .xlsx 直接放在这个文件夹里"
    told = Problem("files_unused", what, action, "warning", file=folder.name)
    return [told] if names else []
