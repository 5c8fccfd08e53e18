"""What a redesign changes: what becomes of outlets that close, and who wins or loses where."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.findings import NO_COUNTY, Findings
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.sites._moves import Moves, banks_of
from gdcoverage.sites._question import Question


def closed_frame(moves: Moves, closed: Ints, plan: Ints, lost: Bools) -> gpd.GeoDataFrame:
    """The rows of `Redesign.closed`."""
    coverage = moves.question.coverage
    demand, outlets = coverage.demand, coverage.outlets.iloc[closed]
    people, covers = demand["population"].to_numpy(float), coverage.covers[:, closed]
    frame = gpd.GeoDataFrame(
        {
            "outlet_id": outlets["outlet_id"].to_numpy(object),
            "name": outlets["name"].to_numpy(object) if "name" in outlets else "",
            "bank": banks_of(coverage)[closed],
            "county": outlets["county"].to_numpy(object),
            "population": np.asarray(covers.T @ people),
            "lost": np.asarray(covers.T @ (people * lost)),
        },
        geometry=outlets.geometry.to_numpy(),
        crs="EPSG:4326",
    )
    return frame.assign(**_whither(moves, closed, plan))[
        [
            *frame.columns.drop("geometry"),
            *("change", "to", "to_name", "to_m", "to_lon", "to_lat", "geometry"),
        ]
    ]


def _whither(moves: Moves, closed: Ints, plan: Ints) -> dict[str, object]:
    """What becomes of each outlet that closes: where it moves to, or who takes its place."""
    question = moves.question
    outlets, candidates = question.coverage.outlets, question.candidates
    open_ = plan[moves.site[plan] >= 0]
    stays = outlets["counts"].to_numpy(bool).copy()
    stays[closed] = False
    rows = np.flatnonzero(stays)
    site = moves.site[open_]
    lon, lat = lonlat(outlets.geometry.to_numpy())
    at = [
        np.append(own[rows], theirs[site])
        for own, theirs in zip((lon, lat), lonlat(candidates.geometry.to_numpy()), strict=True)
    ]
    ids = np.append(outlets["outlet_id"].to_numpy(object)[rows], candidates["candidate_id"][site])
    names = outlets["name"].to_numpy(object) if "name" in outlets else np.full(len(outlets), "")
    names = np.append(names[rows], candidates["name"].to_numpy(object)[site])
    bank = np.append(banks_of(question.coverage)[rows], moves.bank[open_])
    own = banks_of(question.coverage)[closed]
    away = np.array(
        [
            ellipsoid.metres(np.full(len(ids), lon[r]), np.full(len(ids), lat[r]), *at)
            for r in closed
        ]
    ).reshape(len(closed), len(ids))
    moved = _moved(moves, closed, open_, own, away[:, len(rows) :])
    away_own = np.where(bank[None, :] == own[:, None], away, np.inf)
    to = np.where(moved >= 0, len(rows) + moved, _first_least(away_own))
    metres = away[np.arange(len(closed)), to] if len(ids) else np.full(len(closed), np.inf)
    unknown = (moved < 0) & ~np.isfinite(away_own).any(axis=1)
    merge_m = question.terms.merge_most_m
    merged = (moved < 0) & ~unknown & (metres <= (merge_m or 0) + 0.001)
    return {
        "change": np.select([moved >= 0, merged], ["move", "merge"], "close"),
        "to": np.where(unknown, "", np.append(ids, "")[to]),
        "to_name": np.where(unknown, "", np.append(names, "")[to]),
        "to_m": np.where(unknown, np.nan, np.round(metres, 3)),
        **{
            name: np.where(unknown, np.nan, np.append(own, np.nan)[to])
            for name, own in zip(("to_lon", "to_lat"), at, strict=True)
        },
    }


def _first_least(away: Floats) -> Ints:
    """The column of the least of each row; 0 without columns."""
    return away.argmin(axis=1) if away.shape[1] else np.zeros(len(away), np.int64)


def _moved(moves: Moves, closed: Ints, open_: Ints, own: Objects, away: Floats) -> Ints:
    """Of each outlet that closes the opening that it moves to, as a place in `open_`; or -1.

    As the plan says where moves are bounded; else together as short as can be, each to a site of
    its bank or of none.
    """
    moved = np.full(len(closed), -1)
    if moves.question.terms.move_most_m is not None:
        place = {int(row): i for i, row in enumerate(closed)}
        for i, column in enumerate(open_):
            if moves.outlet[column] >= 0:
                moved[place[int(moves.closable[moves.outlet[column]])]] = i
        return moved
    bank = moves.bank[open_]
    may = (bank[None, :] == "") | (bank[None, :] == own[:, None])
    far = 10 * (away.max(initial=0.0) + 1.0) * (1 + len(closed))
    one, other = linear_sum_assignment(np.where(may, away, far))
    right = may[one, other]
    moved[one[right]] = other[right]
    return moved


def by_county(question: Question, closed: Ints, sites: Ints, covered: Bools) -> pd.DataFrame:
    """The rows of `Redesign.counties`.

    Parameters
    ----------
    covered : of each row of the demand, whether it is then.
    """
    coverage = question.coverage
    demand = coverage.demand
    before = demand["covered"].to_numpy(bool)
    table = _counties(coverage)
    amounts = pd.DataFrame(
        {"": demand["population"].astype(float), "elderly_": demand.get("elderly", np.nan)}
    )
    sums = {}
    for word, rows in (("won", covered & ~before), ("lost", before & ~covered)):
        found = amounts[rows].groupby(demand["county"][rows]).sum(min_count=1).reindex(table.index)
        none = ~table.index.isin(demand["county"][rows])
        known = demand.get("elderly", pd.Series(np.nan, demand.index)).notna().any()
        sums[word] = found[""].fillna(0.0)
        sums[f"elderly_{word}"] = found["elderly_"].mask(none & known, 0.0)
    own = table["population"].where(table["population"] > 0)
    net = sums["won"] - sums["lost"]
    gone = coverage.outlets["county"].iloc[closed].value_counts()
    come = question.candidates["county"].iloc[sites].value_counts()
    return pd.DataFrame(
        {
            "county_name": table["county_name"],
            "outlets": table["outlets"],
            "closed": gone.reindex(table.index).fillna(0).astype(int),
            "opened": come.reindex(table.index).fillna(0).astype(int),
            "population": table["population"],
            "rate_before": table["rate"],
            "rate_after": table["rate"] + net / own,
            **sums,
            "net": net,
        }
    ).reset_index()


def _counties(coverage: Findings) -> pd.DataFrame:
    """Of each county, by adcode, and last of what lies outside: its name, outlets, people, rate."""
    demand, outlets = coverage.demand, coverage.outlets
    people = demand["population"].astype(float)
    sums = pd.DataFrame({"population": people, "covered": people * demand["covered"]})
    sums = sums.groupby(demand["county"].to_numpy(str)).sum()
    names = pd.Series({NO_COUNTY: "县区外"}, dtype="str")
    if coverage.counties is not None:
        known = coverage.counties
        names = pd.concat([names, known.set_index("adcode")["name"]])
        sums = sums.reindex(known["adcode"].astype("str").pipe(pd.Index).union(sums.index))
    sums = sums.fillna(0.0).sort_index(key=lambda codes: codes.where(codes != NO_COUNTY, "~"))
    active = outlets["county"][outlets["counts"].to_numpy(bool)].value_counts()
    return pd.DataFrame(
        {
            "county_name": names.reindex(sums.index, fill_value=""),
            "outlets": active.reindex(sums.index, fill_value=0),
            "population": sums["population"],
            "rate": sums["covered"] / sums["population"].where(sums["population"] > 0),
        }
    ).rename_axis("county")
