"""Coverage by town and village; outlets by kind and class, planned and present."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Objects
from gdcoverage.findings import NO_COUNTY, Findings, tally
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.numbers import NUMBERS
from gdcoverage.places.assign_towns import ids_of, towns_of
from gdcoverage.places.towns import kind_of
from gdcoverage.policy import FLAGS, MODES, SETTLEMENTS

# What people without a town are called.
NO_TOWN = "未归入镇街"
# Kinds of outlets that a county may plan: any, those with a service mode, or a window of its own.
KINDS = {"any": "网点", **MODES, "dedicated_window": FLAGS["dedicated_window"]}


def tells_towns(demand: pd.DataFrame, towns: gpd.GeoDataFrame | None) -> bool:
    """Whether anything tells towns: people who say theirs, or a layer or table of them."""
    return "town_id" in demand and bool((demand["town_id"] != "").any() or towns is not None)


def by_town(found: Findings, towns: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Coverage of each town, those of a county by code and name; last who has none.

    Parameters
    ----------
    found : of demand and outlets with the columns of `assign_towns`.
    towns : frame of `read_towns`: towns of the counties reported on without people are listed too.

    Returns
    -------
    DataFrame: ``county``, ``town_id`` (empty for people without a town), ``town_code``,
    ``town_label``, ``town_kind``, ``town_by`` (how most people's town is known), the columns of
    `tally`, ``outlets`` (in service, in the town), ``banks`` (which, and how many of each),
    ``outlet_id`` (nearest in a straight line to most of its people), ``radius_m`` (people-weighted
    median to each one's nearest), ``villages`` and ``villages_without`` (with nobody in standard).
    People of a county's towns sum to the county's. Empty where nothing tells towns.

    Examples
    --------
    >>> import dataclasses
    >>> told = coverage.demand.assign(town_name="龙城街道")
    >>> demand, halls, _ = gd.assign_towns(told, coverage.outlets, None)
    >>> found = dataclasses.replace(coverage, demand=demand, outlets=halls)
    >>> gd.by_town(found)[["town_label", "population"]].values.tolist()
    [['龙城街道', 291670.0]]
    """
    demand, outlets = found.demand, found.outlets
    if not tells_towns(demand, towns):
        return pd.DataFrame()
    keys = ["county", "town_id"]
    table = tally(demand, keys, found.standard)
    listed = _listed(found, towns)
    served = _outlets(outlets)
    reported = set(demand["county"]) | set(
        () if found.counties is None else found.counties["adcode"]
    )
    here = served.index[served.index.get_level_values("county").isin(reported)]
    table = table.reindex(table.index.union(listed.index).union(here))
    table = table.fillna({name: NUMBERS[name].empty for name in map(str, table)})
    labels = demand.groupby(keys)["town_label"].first().reindex(table.index)
    labels = labels.fillna(listed["name"].reindex(table.index))
    table["town_label"] = labels.fillna(served["town_label"].reindex(table.index))
    known_by = _first_by(demand, keys, "town_by", pd.Series(1.0, demand.index))
    table["town_by"] = known_by.reindex(table.index).fillna("")
    table = table.join(_nearest(demand, keys)).join(_villages(demand))
    table[["villages", "villages_without"]] = (
        table[["villages", "villages_without"]].fillna(0).astype(int)
    )
    table = table.join(served.drop(columns="town_label"))
    table["outlets"] = table["outlets"].fillna(0).astype(int)
    for name in ("banks", "outlet_id"):
        table[name] = table[name].astype(object).fillna("").astype("str")
    table = table.reset_index()
    bare = table["town_id"] == ""
    table.loc[bare, "town_label"] = NO_TOWN
    table["town_code"] = table["town_id"].where(table["town_id"].str.fullmatch(r"\d{9}"), "")
    table["town_kind"] = table["town_label"].map(kind_of).where(~bare, "")
    outside = table["county"] == NO_COUNTY
    order = np.lexsort((table["town_label"], table["town_code"], bare, table["county"], outside))
    return table.iloc[order].reset_index(drop=True)


def _listed(found: Findings, towns: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """``name`` of the towns of the counties reported on, by county and id."""
    if towns is None or found.counties is None:
        names: list[tuple[str, str, str]] = []
    else:
        own = [towns_of(towns, adcode) for adcode in found.counties["adcode"]]
        names = [
            row
            for part in own
            for row in zip(part["county"], ids_of(part), part["name"], strict=True)
        ]
    frame = pd.DataFrame(names, columns=["county", "town_id", "name"])
    return frame.drop_duplicates(["county", "town_id"]).set_index(["county", "town_id"])


def _first_by(rows: pd.DataFrame, keys: list[str], name: str, weight: pd.Series) -> pd.Series:
    """The value of a column with most weight in each group; of equal ones the first by name."""
    sums = weight.groupby([rows[key] for key in (*keys, name)]).sum().reset_index(name="weight")
    sums = sums.sort_values(["weight", name], ascending=[False, True], kind="stable")
    return sums.groupby(keys)[name].first()


def _nearest(demand: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """``outlet_id`` nearest to most people of each group, and ``radius_m``: half of its people have
    theirs no farther. Where nobody lives, all points count alike.
    """
    told = demand[demand["radius_m"].notna()]
    by = [told[key] for key in keys]
    people = told["population"].groupby(by).transform("sum")
    weight = told["population"].where(people > 0, 1.0)
    order = told["radius_m"].sort_values(kind="stable").index
    by = [told.loc[order, key] for key in keys]
    sums = weight[order].groupby(by)
    reached = told.loc[order][sums.cumsum() >= sums.transform("sum") / 2]
    return pd.DataFrame(
        {
            "outlet_id": _first_by(told, keys, "radius_outlet_id", weight),
            "radius_m": reached.groupby(keys)["radius_m"].first(),
        }
    )


def _outlets(outlets: pd.DataFrame) -> pd.DataFrame:
    """``outlets`` in service of each town, ``town_label``, ``banks``: 农商银行 2、工商银行 1."""
    active = outlets[outlets["counts"]]
    keys = ["county", "town_id"]
    if "town_id" not in active or active.empty:
        index = pd.MultiIndex.from_arrays([[], []], names=keys)
        return pd.DataFrame({"outlets": [], "banks": [], "town_label": []}, index=index)
    banks = active["bank"] if "bank" in active else pd.Series("", active.index)
    active = active.assign(bank=banks.where(banks != "", "未写银行"))
    groups = active.groupby(keys)
    return pd.DataFrame(
        {
            "outlets": groups.size(),
            "banks": groups["bank"].agg(_counted),
            "town_label": groups["town_label"].first(),
        }
    )


def _counted(names: pd.Series) -> str:
    counts = sorted(names.value_counts().items(), key=lambda pair: (-pair[1], str(pair[0])))
    return "、".join(f"{name} {count}" for name, count in counts)


def _villages(demand: pd.DataFrame) -> pd.DataFrame:
    """``villages`` with people of each town, and ``villages_without``: nobody there in standard."""
    each = _by_village(demand)
    each = each.assign(villages=1, villages_without=(each["covered_population"] == 0).astype(int))
    return each.groupby(["county", "town_id"])[["villages", "villages_without"]].sum()


def _by_village(demand: pd.DataFrame) -> pd.DataFrame:
    told = demand[(demand["village_id"] != "") & (demand["population"] > 0)]
    covered = told["population"] * told["covered"]
    keys = ["county", "town_id", "village_id"]
    sums = told.assign(covered_population=covered).groupby(keys)
    return sums[["population", "covered_population"]].sum().reset_index()


def villages_without(found: Findings) -> pd.DataFrame:
    """Villages in which nobody has an outlet in standard, most people first.

    Returns
    -------
    DataFrame: ``county``, ``town_id``, ``town_label``, ``village_id``, ``village_label``,
    ``population``, ``outlet_id``, ``radius_m`` (as of `by_town`).
    """
    demand = found.demand
    if "village_id" not in demand or not (demand["village_id"] != "").any():
        return pd.DataFrame()
    each = _by_village(demand)
    missed = each[each["covered_population"] == 0].drop(columns="covered_population")
    keys = ["county", "town_id", "village_id"]
    rows = demand.merge(missed[keys], on=keys)
    labels = rows.groupby(keys)[["town_label", "village_label"]].first()
    table = missed.merge(labels.join(_nearest(rows, keys)).reset_index(), on=keys)
    table["outlet_id"] = table["outlet_id"].fillna("")
    order = np.lexsort((table["village_id"], table["town_id"], -table["population"]))
    return table.iloc[order].reset_index(drop=True)


def outlet_classes(outlets: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> Objects:
    """Settlement class of the place where each outlet stands: that of the nearest demand point; ""
    without any.
    """
    near = demand.sort_values("demand_id")
    _, at = ellipsoid.nearest(
        *lonlat(outlets.geometry.to_numpy()), *lonlat(near.geometry.to_numpy())
    )
    return np.append(near["settlement"].to_numpy(object), "")[at]


def by_quota(found: Findings, quotas: pd.DataFrame, counties: Sequence[str]) -> pd.DataFrame:
    """Outlets by kind and class of each county: planned, present, missing.

    Parameters
    ----------
    quotas : frame of `read_quotas`.
    counties : adcodes reported on.

    Returns
    -------
    DataFrame: ``county``, ``settlement``, ``settlement_name``, ``kind``, ``kind_name``,
    ``planned`` (NaN where the planner says nothing), ``present`` (in service), ``missing`` (NaN
    likewise); every class and kind of a county for which anything is planned. ``any`` counts every
    outlet once, the other kinds each outlet that has them.
    """
    active = found.outlets[found.outlets["counts"].to_numpy(bool)]
    active = active.assign(settlement=outlet_classes(active, found.demand))
    own = quotas[quotas["county"].isin(counties)]
    planned = own.set_index(["county", "settlement", "kind"])["planned"]
    rows = []
    for county in (adcode for adcode in counties if adcode in set(own["county"])):
        here = active[active["county"] == county]
        for settlement, name in SETTLEMENTS.items():
            part = here[here["settlement"] == settlement]
            for kind, term in KINDS.items():
                there = len(part) if kind == "any" else int(part.get(kind, pd.Series()).sum())
                wanted = float(planned.get((county, settlement, kind), np.nan))
                rows.append((county, settlement, name, kind, term, wanted, there))
    columns = ["county", "settlement", "settlement_name", "kind", "kind_name"]
    table = pd.DataFrame(rows, columns=[*columns, "planned", "present"])
    missing = (table["planned"] - table["present"]).clip(lower=0)
    return table.assign(missing=missing)
