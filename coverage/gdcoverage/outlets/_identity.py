"""Which rows are one outlet: rows entered twice, or with one number."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gdcoverage.arrays import Bools, Ints, Objects
from gdcoverage.geo.ellipsoid import short_m
from gdcoverage.outlets._numbering import renumbered
from gdcoverage.policy import FLAGS, ITEMS, MODES
from gdcoverage.problems import Problem, Severity

# Rows of one name nearer than this are one outlet entered twice.
SAME_OUTLET_M = 50.0
# Latitudes farther apart than this are farther apart than `SAME_OUTLET_M`.
_FAR_DEG = 0.001

_HEADINGS = {"name": "网点名称", "outlet_id": "网点编号"}


def without_duplicates(
    outlets: pd.DataFrame, decided: Collection[str] = ()
) -> tuple[pd.DataFrame, list[Problem]]:
    """Outlets entered once each; the later row of a pair is left out and reported.

    One name at most `SAME_OUTLET_M` apart is one outlet, unless the rows name different banks
    (every bank has a 营业部); so is one number, unless a table's numbers are not its outlets' own
    (`renumbered`). Of such rows one that is not in doubt is kept.
    Where one says that the outlet is active and another that it is not, it is in doubt; so is
    an outlet of one name and bank at two places, and a second one of the same bank at the same
    spot. One spot under names of different banks is only reported.

    Parameters
    ----------
    decided : names and ids of outlets of which the planner has said what they are.
    """
    problems: list[Problem] = []
    outlets = outlets.copy()
    # Rows that are certain stand first, and are kept.
    certain = np.argsort((outlets["status"] == "unknown").to_numpy(), kind="stable")
    twin = np.full(len(outlets), -1, np.int64)
    earlier = _earlier_twin(outlets.iloc[certain])
    twin[certain[earlier >= 0]] = certain[earlier[earlier >= 0]]
    settled = (outlets["name"].isin(decided) | outlets["outlet_id"].isin(decided)).to_numpy()
    problems += _merged(outlets, twin) + _contradicted(outlets, twin, settled)
    for i in np.flatnonzero(twin >= 0):
        problems.append(
            _about(
                outlets,
                i,
                "name",
                "duplicate_outlet",
                f"与{_row(outlets, i, twin[i])}是同一网点"
                f"（同名且相距不到 {SAME_OUTLET_M:.0f} 米），该行未计入",
                "请删除重复的行；若确是两个网点，请写明不同的名称或银行",
            )
        )
    kept = np.flatnonzero(twin < 0)
    own, told = renumbered(outlets.iloc[kept])
    problems += told
    outlets["outlet_id"] = outlets["outlet_id"].where(twin >= 0, own["outlet_id"])
    first = _first_of(own["outlet_id"].to_numpy())
    again = first != np.arange(len(kept))
    for i, other in zip(kept[again], kept[first[again]], strict=True):
        problems.append(
            _about(
                outlets,
                i,
                "outlet_id",
                "duplicate_id",
                f"网点编号与{_row(outlets, i, other)}相同，该行未计入",
                "请给每个网点不同的编号",
            )
        )
    kept = kept[~again]
    problems += _in_two_places(outlets, kept[~settled[kept]])
    points = outlets["geometry"].to_numpy()[kept]
    spot = shapely.get_x(points).round(6) + 1j * shapely.get_y(points).round(6)
    first = _first_of(spot)
    again = first != np.arange(len(kept))
    banks, status = outlets["bank"].to_numpy(object), outlets["status"].to_numpy(object)
    for i, other in zip(kept[again], kept[first[again]], strict=True):
        alike = banks[i] and banks[i] == banks[other]
        if alike and status[i] == status[other] == "active" and not settled[i]:
            problems.append(_in_doubt(outlets, i, f"与{_row(outlets, i, other)}同一银行、同一位置"))
            continue
        problems.append(
            _about(
                outlets,
                i,
                "name",
                "same_place",
                f"与{_row(outlets, i, other)}的网点坐标完全相同",
                "请核对是否误填了他行的坐标",
                "warning",
            )
        )
    return outlets.iloc[kept].reset_index(drop=True), problems


_SERVICES = (*MODES, *ITEMS, *FLAGS)
# Names of which a bank has one in every county.
_ANY_BRANCH = frozenset(
    {"营业部", "营业室", "营业厅", "营业所", "分理处", "储蓄所", "支行", "网点"}
)
_OTHERWISE_ALIKE = ("name", "bank", "address", "phone", "hours", "status", "source_sheet")


def _merged(outlets: pd.DataFrame, twin: Ints) -> list[Problem]:
    """An outlet whose services stand in several rows, all else alike, gets them all."""
    problems = []
    alike = outlets[list(_OTHERWISE_ALIKE)].to_numpy(object)
    services = outlets[list(_SERVICES)].to_numpy(bool).copy()
    points = outlets["geometry"].to_numpy()
    for i in np.flatnonzero(twin >= 0):
        j = twin[i]
        same = (alike[i] == alike[j]).all() and shapely.equals(points[i], points[j])
        if same and (services[i] & ~services[j]).any():
            services[j] |= services[i]
            what = f"与{_row(outlets, i, j)}是同一网点，服务方式与业务事项合在一起"
            action = "若不是，请写明不同的名称"
            problems.append(_about(outlets, i, "name", "rows_merged", what, action, "warning"))
    outlets[list(_SERVICES)] = services
    return problems


def _contradicted(outlets: pd.DataFrame, twin: Ints, settled: Bools) -> list[Problem]:
    """An outlet that one row calls active and another not is in doubt."""
    problems = []
    status = outlets["status"].to_numpy(object)
    for i in np.flatnonzero((twin >= 0) & ~settled):
        j = twin[i]
        if "unknown" not in (status[i], status[j]) and status[i] != status[j]:
            what = f"与{_row(outlets, j, i)}是同一网点，状态不一"
            problems.append(_in_doubt(outlets, j, what))
    return problems


def _in_two_places(outlets: pd.DataFrame, kept: Ints) -> list[Problem]:
    """Active outlets of one name and bank at two places: it may have moved.

    At more, it is a name that all of them bear (社保服务点).
    """
    problems = []
    there = outlets.iloc[kept]
    named_so = (there["bank"] != "") & ~there["name"].isin(_ANY_BRANCH)
    maybe = kept[(there["status"].isin(["active", "unknown"]) & named_so).to_numpy()]
    named = outlets.iloc[maybe].groupby(["bank", "name", "stated_county"]).indices
    for rows in named.values():
        same = maybe[rows]
        for at, other in zip(same, same[::-1], strict=True):
            if len(same) == 2 and outlets["status"].iloc[at] == "active":
                what = f"与{_row(outlets, at, other)}同一银行、同名而位置不同，或已搬迁"
                problems.append(_in_doubt(outlets, at, what))
    return problems


def _in_doubt(outlets: pd.DataFrame, at: np.integer[Any], why: str) -> Problem:
    """Put an outlet in doubt."""
    outlets.iloc[int(at), outlets.columns.get_loc("status")] = "unknown"  # type: ignore[index]
    action = "请核对，删去其一，或写明不同的名称；改正之前不计入覆盖"
    return _about(outlets, at, "name", "doubt_twice", f"存疑：{why}", action)


def _earlier_twin(outlets: pd.DataFrame) -> Ints:
    """For each row the kept row before it that is the same outlet, or -1."""
    points = outlets["geometry"].to_numpy()
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    bank = outlets["bank"].to_numpy(object)
    name = np.array([unicodedata.normalize("NFKC", text) for text in outlets["name"]], object)
    twin = np.full(len(outlets), -1, np.int64)
    for rows in pd.Series(np.arange(len(outlets))).groupby(name).indices.values():
        if name[rows[0]] == "" or len(rows) == 1:
            continue
        kept, count = np.empty(len(rows), np.int64), 0
        for i in rows:
            near = kept[:count][np.abs(lat[kept[:count]] - lat[i]) < _FAR_DEG]
            same = (bank[near] == bank[i]) | (bank[near] == "") | (bank[i] == "")
            near = near[same & (short_m(lon[i], lat[i], lon[near], lat[near]) <= SAME_OUTLET_M)]
            if len(near):
                twin[i] = near[0]
            else:
                kept[count], count = i, count + 1
    return twin


def same_outlets(outlets: pd.DataFrame) -> Ints:
    """A number for each row; rows of one name and bank in one place have the same."""
    twin = _earlier_twin(outlets)
    return np.where(twin < 0, np.arange(len(outlets)), twin)


def _first_of(values: Objects) -> Ints:
    """Position of the first equal value, for each."""
    _, first, which = np.unique(values.astype(str), return_index=True, return_inverse=True)
    return np.asarray(first[which])


def _row(outlets: pd.DataFrame, here: np.integer[Any], there: np.integer[Any]) -> str:
    """How a person finds another row from this one."""
    sheet, number = outlets["source_sheet"].iloc[there], outlets["source_row"].iloc[there]
    other_sheet = f"工作表“{sheet}”" if sheet != outlets["source_sheet"].iloc[here] else ""
    return f"{other_sheet}第 {number} 行"


def _about(
    outlets: pd.DataFrame,
    at: np.integer[Any],
    field: str,
    kind: str,
    what: str,
    action: str,
    severity: Severity = "error",
) -> Problem:
    row = outlets.iloc[at]
    return Problem(
        kind,
        what,
        action,
        severity,
        file=row["source_file"],
        sheet=row["source_sheet"],
        row=int(row["source_row"]),
        column=_HEADINGS[field],
        value=row[field],
    )
