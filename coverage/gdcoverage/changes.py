"""Two assessments side by side: who is covered now and was not, who was and is not, by cause.

Whoever gained the standard has it from the outlet that is nearest now; had that one counted at the
same place before, they would have had it before. So its cause is theirs, and likewise the cause of
the outlet that was nearest is that of whoever lost it. Every person has one cause, and the sums
are those of the two assessments to the last person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.findings import Coverage
from gdcoverage.policy import SETTLEMENTS
from gdcoverage.progress import at_work
from gdcoverage.register import MOVED_M, distance_m
from gdcoverage.showing import Shown, share

OPENED, LEFT, MOVED = "新增网点", "退出", "迁址"
SUSPENDED, RESUMED, OTHERWISE = "暂停", "恢复", "其他（状态存疑、表格变化）"
STREETS, PEOPLE, STANDARD = "街道变化", "人口变化（净）", "标准变化"
STREETS_OR_STANDARD = "街道或标准变化"
CAUSES = (OPENED, LEFT, MOVED, SUSPENDED, RESUMED, OTHERWISE, STREETS, PEOPLE)

KEYS = ["county", "settlement"]


@dataclass(frozen=True, eq=False, repr=False)
class Changed(Shown):
    """Two assessments of the same people side by side.

    Parameters
    ----------
    totals : as of `beside`.
    places : as of `changes`.
    """

    totals: pd.DataFrame
    places: gpd.GeoDataFrame

    @property
    def by_cause(self) -> pd.DataFrame:
        """``county``, ``settlement``, ``cause``, ``gained``, ``lost`` (people)."""
        return pd.DataFrame(
            self.places.groupby([*KEYS, "cause"])[["gained", "lost"]].sum()
        ).reset_index()

    def _line(self) -> str:
        gained, lost = self.places[["gained", "lost"]].sum()
        sums = self.totals.sum(numeric_only=True)
        before, after = (
            share(sums[f"covered_{day}"] / sums[f"population_{day}"]) for day in ("before", "after")
        )
        return f"{gained:,.0f} people gained, {lost:,.0f} lost: {before} to {after}"

    def _table(self) -> pd.DataFrame:
        return self.by_cause


@at_work("比较两次评估")
def compared(before: Coverage, after: Coverage) -> Changed:
    """What another assessment of the same demand points finds otherwise.

    What neither an outlet that came nor one that left explains is due to the streets or to the
    standard, whichever differ; where both do, to one of them.

    Raises
    ------
    ValueError : the demand points are not the same.
    """
    come, gone = causes(before.outlets, after.outlets, {})
    same = before.network.has_the_streets_of(after.network), before.standard == after.standard
    otherwise = {
        (True, True): OTHERWISE,
        (True, False): STANDARD,
        (False, True): STREETS,
        (False, False): STREETS_OR_STANDARD,
    }[same]
    return Changed(
        beside(totals(before.demand), totals(after.demand)),
        changes(before.demand, after.demand, come, gone, otherwise),
    )


def causes(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, moved: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Why outlets count that did not, and why others no longer do.

    Parameters
    ----------
    before, after : outlets with ``outlet_id``, ``status`` and a place, EPSG:4326.
    moved : id of a new point -> id of the point that it moved from.

    Returns
    -------
    come, gone : id -> one of `CAUSES`; an outlet that counts at another place than before is in
        both.
    """
    was, now = _by_id(before), _by_id(after)
    origins = set(moved.values())
    come, gone = {}, {}
    for outlet_id in sorted(was.keys() | now.keys()):
        old, old_place = was.get(outlet_id, ("", None))
        new, new_place = now.get(outlet_id, ("", None))
        counted, counts = old == "active", new == "active"
        if counted and counts:
            if old_place != new_place:
                assert old_place is not None and new_place is not None
                far = distance_m(*old_place, *new_place) > MOVED_M
                come[outlet_id] = gone[outlet_id] = MOVED if far else OTHERWISE
        elif counts:
            come[outlet_id] = MOVED if outlet_id in moved else _COME.get(old, OTHERWISE)
        elif counted:
            gone[outlet_id] = MOVED if outlet_id in origins else _GONE.get(new, OTHERWISE)
    return come, gone


# By what it was before, by what it is after; "" where it was not there.
_COME = {"": OPENED, "planned": OPENED, "exited": OPENED, "suspended": RESUMED}
_GONE = {"": LEFT, "exited": LEFT, "suspended": SUSPENDED}
Place = tuple[float, float]


def _by_id(outlets: gpd.GeoDataFrame) -> dict[str, tuple[str, Place]]:
    places = zip(outlets.geometry.x, outlets.geometry.y, strict=True)
    told = zip(outlets["outlet_id"], outlets["status"], places, strict=True)
    return {str(outlet_id): (str(status), place) for outlet_id, status, place in told}


def changes(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    come: Mapping[str, str],
    gone: Mapping[str, str],
    otherwise: str = OTHERWISE,
) -> gpd.GeoDataFrame:
    """People who gained the standard and who lost it, the same demand points assessed twice.

    Parameters
    ----------
    before, after : demand points with ``population``, ``county``, ``settlement``, ``covered`` and
        ``outlet_id``, row by row the same.
    come, gone : as of `causes`.
    otherwise : the cause where neither says one.

    Returns
    -------
    GeoDataFrame, EPSG:4326, one row a demand point that changed: ``demand_id``, ``county``,
    ``settlement``, ``cause``, ``outlet_id`` (that it has the standard from, or had), ``gained``,
    ``lost`` (people).
    """
    if not np.array_equal(before["demand_id"], after["demand_id"]):
        raise ValueError(
            "not the same demand points (demand_id, in order); assess both on the same table"
        )
    was, now = before["covered"].to_numpy(bool), after["covered"].to_numpy(bool)
    people = after["population"].to_numpy(float)
    changed = np.flatnonzero(was != now)
    gained = now[changed]
    outlet = np.where(
        gained,
        after["outlet_id"].to_numpy(object)[changed],
        before["outlet_id"].to_numpy(object)[changed],
    )
    cause = [
        (come if gain else gone).get(str(i), otherwise)
        for i, gain in zip(outlet, gained, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            **{key: after[key].to_numpy(object)[changed] for key in ("demand_id", *KEYS)},
            "cause": cause,
            "outlet_id": outlet,
            "gained": np.where(gained, people[changed], 0.0),
            "lost": np.where(gained, 0.0, people[changed]),
        },
        geometry=after.geometry.to_numpy()[changed],
        crs="EPSG:4326",
    )


def net_of(before: pd.DataFrame, after: pd.DataFrame, cause: str) -> pd.DataFrame:
    """What sums of `totals` changed by, as rows of `changes`: nobody can be followed from one
    table of people to another.
    """
    both = beside(before, after).set_index(KEYS)
    change = both["covered_after"] - both["covered_before"]
    table = pd.DataFrame({"gained": change.clip(lower=0), "lost": (-change).clip(lower=0)})
    table = table[change != 0].reset_index()
    return table.assign(cause=cause, outlet_id="")


def beside(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Two tables of `totals` as one; noughts where one has no such county or class."""
    first = before.set_index(KEYS).add_suffix("_before")
    both = first.join(after.set_index(KEYS).add_suffix("_after"), how="outer")
    return both.fillna(0.0).reset_index()


def totals(demand: pd.DataFrame) -> pd.DataFrame:
    """People, and people covered, of each county and class.

    Returns
    -------
    DataFrame: ``county``, ``settlement``, ``population``, ``covered``.
    """
    people = demand["population"].astype(float)
    amounts = {"population": people, "covered": people * demand["covered"].astype(bool)}
    table = pd.DataFrame({key: demand[key] for key in KEYS} | amounts)
    return table.groupby(KEYS, sort=True).sum().reset_index()


def described(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The table with the names of counties and classes."""
    return table.assign(
        county_name=[names.get(str(code)) or "县区外" for code in table["county"]],
        settlement_name=table["settlement"].map(SETTLEMENTS),
    )
