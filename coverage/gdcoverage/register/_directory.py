"""The provincial directory of items, from a table that the planner supplies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from gdcoverage.policy import ITEMS
from gdcoverage.problems import InputError, Problem
from gdcoverage.register._events import Draft
from gdcoverage.register._kinds import DIRECTORY
from gdcoverage.tables import read_tables

_HEADINGS = {
    "item": ("事项名称", "事项", "业务事项", "名称", "item"),
    "term": ("所属险种", "险种", "类别", "大类", "所属类别", "term"),
}


def read_directory(path: str | Path, on: dt.date) -> Draft:
    """The event that puts a directory in force.

    Parameters
    ----------
    path : a table with the columns 事项名称 and 类别 (one of the four: 基本养老保险, …).
    on : the first day of the directory.

    Raises
    ------
    InputError : the table cannot be read; or a class is none of the four, every such row at once.
    """
    by_term = {term: name for name, term in ITEMS.items()}
    items: dict[str, str] = {}
    faults: list[Problem] = []
    for table in read_tables(path, _HEADINGS, tuple(_HEADINGS)):
        for i, (item, term) in enumerate(zip(table.text("item"), table.text("term"), strict=True)):
            if term in by_term and item:
                items[str(item)] = by_term[term]
            else:
                what = "类别不是四大类之一" if item else "没有事项名称"
                action = f"类别请写 {'、'.join(by_term)} 之一"
                faults.append(table.problem(i, "term", "directory_unclear", what, action))
    if faults:
        raise InputError(*faults)
    return Draft("", DIRECTORY, on, {"items": items}, source=Path(path).name)
