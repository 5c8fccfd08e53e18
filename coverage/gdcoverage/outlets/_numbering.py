"""Numbers of outlets: a table's own, made of name and place, or new where they are not its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
import shapely

from gdcoverage.arrays import Bools
from gdcoverage.problems import Problem
from gdcoverage.tables.folder import BETWEEN

_TABLE = ["source_file", "source_sheet"]


def outlet_ids(given: Iterable[str], outlets: pd.DataFrame) -> list[str]:
    """The table's own numbers; for rows without one, W and a digest of name and place.

    Parameters
    ----------
    given : numbers as the table has them, "" where it has none.
    outlets : ``name``, ``bank``, ``address``, ``geometry``.

    Returns
    -------
    One id a row. Where different outlets share the digest of 8 digits (one pair is likely among
    100,000 rows), each of them gets 16 digits, which count bank and address too.
    """
    points = outlets["geometry"].to_numpy()
    where = zip(shapely.get_x(points), shapely.get_y(points), strict=True)
    keys = [
        (f"{name}|{x:.6f}|{y:.6f}", f"{bank}|{address}")
        for name, bank, address, (x, y) in zip(
            outlets["name"], outlets["bank"], outlets["address"], where, strict=True
        )
    ]
    short = [_digest(key, 4) for key, _ in keys]
    owners: dict[str, set[tuple[str, str]]] = {}
    for digest, key in zip(short, keys, strict=True):
        owners.setdefault(digest, set()).add(key)
    return [
        number or (digest if len(owners[digest]) == 1 else _digest("|".join(key), 8))
        for number, digest, key in zip(given, short, keys, strict=True)
    ]


def renumbered(outlets: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Outlets with numbers of their own where their table's are not, and a warning for each table.

    Parameters
    ----------
    outlets : different outlets, with the columns of `OUTLETS`.
    """
    foreign = borne_by_others(outlets)
    if not foreign.any():
        return outlets, []
    old, theirs = outlets["outlet_id"], outlets[foreign]
    new = old.copy()
    new[foreign] = _table_names(outlets)[foreign] + "-" + theirs["outlet_id"]
    again = foreign & new.duplicated(keep=False).to_numpy()
    new[again] = outlet_ids([""] * int(again.sum()), outlets[again])
    problems = []
    for (file, name), rows in theirs.groupby(_TABLE, sort=False):
        first = rows.index[0]
        other = outlets[(old == old[first]) & (old.index != first)].iloc[0]
        where = f"工作表“{other['source_sheet']}”" if other["source_sheet"] != name else ""
        problems.append(
            Problem(
                "numbers_repeated",
                f"编号不是各网点自己的：“{old[first]}”也是{where}第 {other['source_row']} 行的；"
                f"{len(rows):,} 个网点改用另外的编号（如“{new[first]}”），照常计入",
                "请给每个网点不同的编号；计划里按编号指明网点时，请用改用的编号",
                "warning",
                file=str(file),
                sheet=str(name),
            )
        )
    return outlets.assign(outlet_id=new), problems


def borne_by_others(outlets: pd.DataFrame) -> Bools:
    """Rows with a number of another outlet, in tables whose numbers are not their outlets' own.

    A table is such a one if it shares most of its numbers with other tables (every town counts
    from 1), or if one number stands in most of its rows (that of the bank, or of the county).
    """
    table = outlets.groupby(_TABLE, sort=False).ngroup()
    number = outlets["outlet_id"]
    elsewhere = table.groupby(number).transform("nunique") > 1
    alike = number.groupby([table, number]).transform("size")
    everywhere = (alike > 2) & (alike * 2 > table.groupby(table).transform("size"))
    foreign = (elsewhere | everywhere).astype(float).groupby(table).transform("mean") > 0.5
    return np.asarray(foreign & number.duplicated(keep=False), bool)


def _table_names(outlets: pd.DataFrame) -> pd.Series:
    """What each row's table is called: its sheet, or the file that has no other in a folder."""
    whole = outlets["source_sheet"].where(outlets["source_sheet"] != "", outlets["source_file"])
    file = whole.str.partition(BETWEEN)[0]
    stem = file.str.replace(r"\.\w+$", "", regex=True).where(file != whole, whole)
    return stem.where(whole.groupby(stem).transform("nunique") == 1, whole)


def _digest(key: str, size: int) -> str:
    return "W" + hashlib.blake2b(key.encode(), digest_size=size).hexdigest()
