"""Exit impact: who loses the standard when an outlet, or every outlet of a bank, leaves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools
from gdcoverage.assessment import without_outlets
from gdcoverage.findings import Coverage
from gdcoverage.gaps import find_gaps, gap_of_demand
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.problems import InputError, unusable
from gdcoverage.progress import at_work
from gdcoverage.showing import Shown, share
from gdcoverage.sites._candidates import generate_candidates
from gdcoverage.sites._plan import SitePlan
from gdcoverage.sites._question import Question, ask
from gdcoverage.sites._recommend import plan_for
from gdcoverage.sites._terms import Terms
from gdcoverage.tables import Rows

# A candidate this near to an outlet, in metres, stands at its place: two readings of one address
# differ by less.
SAME_PLACE_M = 50.0


@dataclass(frozen=True, eq=False, repr=False)
class ExitImpact(Shown):
    """What is lost when outlets leave together.

    Parameters
    ----------
    outlets : the active outlets that leave, with the columns of `exit_impact` (what each takes
        away if it leaves alone; together they take at least the sum of that).
    counties : per county that has demand: ``county``, ``county_name``, ``outlets`` (active) and
        ``outlets_after``, ``population``, ``rate_before``, ``rate_after``, ``population_lost``,
        ``urban_lost``, ``rural_lost``, ``elderly_lost`` (NaN where unknown), ``points_lost``.
    gaps : frame of `find_gaps` as it is without them, of the gaps with people who lose the
        standard, and ``population_lost`` (those people of the gap).
    population_lost : people who lose the standard.
    rate_before, rate_after : over all demand points.
    coverage : the whole assessment without them.
    replacement : with candidates, the plan that serves most of the people who lost the standard;
        its ``population`` counts those people only. None without.
    """

    outlets: gpd.GeoDataFrame
    counties: pd.DataFrame
    gaps: gpd.GeoDataFrame
    population_lost: float
    rate_before: float
    rate_after: float
    coverage: Coverage
    replacement: SitePlan | None

    def _line(self) -> str:
        return (
            f"{len(self.outlets)} outlets leave: {self.population_lost:,.0f} people lose the "
            f"standard, {share(self.rate_before)} to {share(self.rate_after)}"
        )

    def _table(self) -> pd.DataFrame:
        return self.counties


@at_work("计算各网点退出的影响")
def exit_impact(coverage: Coverage) -> gpd.GeoDataFrame:
    """For each active outlet the people who would lose the standard if it alone left.

    These are the people whom no other outlet covers. Nothing is searched again: who covers whom
    says it for all outlets at once.

    Parameters
    ----------
    coverage : result of `assess`.

    Returns
    -------
    GeoDataFrame, EPSG:4326, Points, most people lost first, ties by outlet_id: ``rank``,
    ``outlet_id``, ``name``, ``bank``, ``county``, ``population`` (people lost), ``urban``,
    ``rural``, ``elderly`` (of them; elderly NaN where unknown), ``demand_points`` (lost),
    ``covered_population`` (people it covers, alone or not), ``rate_after`` (coverage rate over
    all demand points without it).

    Examples
    --------
    >>> gd.exit_impact(coverage)["outlet_id"].iloc[0]
    'SL018'
    """
    demand, outlets = coverage.demand, coverage.outlets.reset_index(drop=True)
    alone = np.flatnonzero((demand["covering_outlets"] == 1).to_numpy())
    owner = coverage.covers.indices[coverage.covers.indptr[alone]]
    amounts = _amounts(demand).iloc[alone]
    lost = amounts.groupby(owner).sum(min_count=1).reindex(range(len(outlets)))
    lost = lost.fillna({name: 0 for name in lost if name != "elderly"})
    if demand.get("elderly", pd.Series(np.nan, demand.index)).notna().any():
        lost.loc[lost["demand_points"] == 0, "elderly"] = 0.0
    people = demand["population"].to_numpy(float)
    lost["covered_population"] = coverage.covers.T @ people
    total, covered = people.sum(), people[demand["covered"].to_numpy()].sum()
    lost["rate_after"] = (covered - lost["population"]) / (total or np.nan)
    empty = pd.Series("", outlets.index, dtype="str")
    table = gpd.GeoDataFrame(
        {
            "outlet_id": outlets["outlet_id"],
            "name": outlets.get("name", empty),
            "bank": outlets.get("bank", empty),
            "county": outlets["county"],
        },
        geometry=outlets.geometry,
    )
    table = table.join(lost.astype({"demand_points": int}))[outlets["counts"]]
    order = np.lexsort((table["outlet_id"].to_numpy(str), -table["population"].round(6)))
    table = table.iloc[order].reset_index(drop=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table[[*table.columns.drop("geometry"), "geometry"]]


@at_work("计算退出的影响")
def exit_impact_of(
    coverage: Coverage,
    outlet_ids: Collection[str] = (),
    *,
    bank: str | None = None,
    candidates: Rows | None = None,
    terms: Terms | None = None,
    places: gpd.GeoDataFrame | None = None,
) -> ExitImpact:
    """What is lost when several outlets leave together, and how best to replace them.

    Nothing that leaves replaces itself: candidates at a leaving outlet's own place (within
    `SAME_PLACE_M` metres), and those of a bank that leaves, are forbidden.

    Parameters
    ----------
    coverage : result of `assess`.
    outlet_ids : outlets that leave.
    bank : every active outlet of this bank leaves too.
    candidates : where outlets could be added instead, as for `recommend_sites`. If None, street
        locations are generated as there (G0001, …), and more of them where the people live who
        lose the standard (R0001, …).
    terms : what the replacement has to keep, `add` or `target` included; one site if None. No
        replacement is sought where neither candidates nor terms are given.
    places : to name gaps after, as for `find_gaps`.

    Raises
    ------
    ValueError : neither outlets nor a bank are named.
    InputError : an outlet or bank is not among the active outlets; a fixed candidate leaves; or
        as for `recommend_sites`.

    Examples
    --------
    >>> impact = gd.exit_impact_of(coverage, bank="邮储银行", terms=gd.Terms(add=1))
    >>> len(impact.replacement.sites)
    1
    """
    leaving = _leaving(coverage, outlet_ids, bank)
    after = without_outlets(coverage, leaving)
    lost = (coverage.demand["covered"] & ~after.demand["covered"]).to_numpy()
    replacement = None
    if candidates is not None or terms is not None:
        terms = terms or Terms(add=1)
        if candidates is None:
            candidates = _generated(coverage, after, lost, terms)
        question = ask(coverage, candidates, terms)
        question = _after_exit(question, after, lost, leaving, bank)
        replacement = plan_for(question, find_gaps(after, places, areas=False))
    alone = exit_impact(coverage)
    population = float(coverage.demand["population"].to_numpy(float)[lost].sum())
    return ExitImpact(
        alone[alone["outlet_id"].isin(leaving)].reset_index(drop=True),
        _by_county(coverage, after, lost),
        _new_gaps(after, lost, places),
        population,
        float(coverage.total()["rate"]) if len(coverage.demand) else np.nan,
        float(after.total()["rate"]) if len(coverage.demand) else np.nan,
        after,
        replacement,
    )


def _generated(coverage: Coverage, after: Coverage, lost: Bools, terms: Terms) -> gpd.GeoDataFrame:
    """The street locations that the terms may name, and those that would serve who is lost."""
    losers = replace(after, demand=after.demand.assign(covered=~lost))
    known, more = (
        generate_candidates(asked, terms.generate, terms.spacing_m, terms.excluded)
        for asked in (coverage, losers)
    )
    more["candidate_id"] = more["candidate_id"].str.replace("G", "R")
    return pd.concat([known, more], ignore_index=True)


def _leaving(coverage: Coverage, outlet_ids: Collection[str], bank: str | None) -> set[str]:
    """Ids of the outlets that leave, all of them active."""
    outlets = coverage.outlets[coverage.outlets["counts"]]
    leaving = {outlet_ids} if isinstance(outlet_ids, str) else set(outlet_ids)
    if not leaving and bank is None:
        raise ValueError("name the outlets that leave, or a bank")
    for outlet_id in sorted(leaving - set(outlets["outlet_id"])):
        raise _unknown("outlet_unknown", "没有这个在营网点", "网点编号", outlet_id)
    if bank is not None:
        of_bank = outlets.loc[outlets["bank"] == bank, "outlet_id"] if "bank" in outlets else []
        if not len(of_bank):
            raise _unknown_bank(bank, outlets)
        leaving |= set(of_bank)
    return leaving


def _unknown_bank(bank: str, outlets: pd.DataFrame) -> InputError:
    """Names the banks that there are, as the table writes them."""
    banks = sorted(set(outlets.get("bank", ())) - {""})
    action = f"表中在营网点的银行有：{'、'.join(banks)}" if banks else "表中没有所属银行"
    return unusable("bank_unknown", "这家银行没有在营网点", action, column="所属银行", value=bank)


def _unknown(kind: str, what: str, column: str, value: str) -> InputError:
    return unusable(kind, what, "请核对网点表中的写法", column=column, value=value)


def _amounts(demand: pd.DataFrame) -> pd.DataFrame:
    """What each demand point counts for."""
    people = demand["population"].astype(float)
    urban = demand["settlement"] == "urban"
    return pd.DataFrame(
        {
            "population": people,
            "urban": people.where(urban, 0.0),
            "rural": people.where(~urban, 0.0),
            "elderly": demand.get("elderly", np.nan),
            "demand_points": 1,
        }
    )


def _by_county(before: Coverage, after: Coverage, lost: Bools) -> pd.DataFrame:
    was, now = before.by_county().set_index("county"), after.by_county().set_index("county")
    amounts = _amounts(before.demand)[lost]
    sums = amounts.groupby(before.demand["county"][lost]).sum(min_count=1).reindex(was.index)
    sums = sums.fillna({name: 0 for name in sums if name != "elderly"})
    sums = sums.astype({"demand_points": int}).rename(columns={"demand_points": "points"})
    table = was[["county_name", "outlets"]].assign(
        outlets_after=now["outlets"],
        population=was["population"],
        rate_before=was["rate"],
        rate_after=now["rate"],
    )
    return table.join(sums.add_suffix("_lost")).reset_index()


def _new_gaps(
    after: Coverage,
    lost: Bools,
    places: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    """Gaps with people who lose the standard, most of them first."""
    gaps, gap = find_gaps(after, places), gap_of_demand(after)
    people = after.demand["population"].to_numpy(float)
    struck = lost & (gap >= 0)
    gaps["population_lost"] = np.bincount(gap[struck], people[struck], minlength=len(gaps))
    gaps = gaps[np.bincount(gap[struck], minlength=len(gaps)) > 0]
    return gaps.sort_values("population_lost", ascending=False, kind="stable", ignore_index=True)


def _after_exit(
    question: Question, after: Coverage, lost: Bools, leaving: set[str], bank: str | None
) -> Question:
    """The same question of those who lost the standard, without candidates that leave."""
    candidates, outlets = question.candidates, after.outlets
    gone = outlets[outlets["outlet_id"].isin(leaving)]
    metres, _ = ellipsoid.nearest(
        *lonlat(candidates.geometry.to_numpy()), *lonlat(gone.geometry.to_numpy())
    )
    leave = (metres <= SAME_PLACE_M) | candidates["candidate_id"].isin(leaving).to_numpy()
    if bank is not None:
        leave |= (candidates["bank"] == bank).to_numpy()
    if (both := question.fixed & leave).any():
        raise unusable(
            "fixed_leaves",
            "必选候选点属于退出的银行，或就在退出网点的原址",
            "请从必选点中删去",
            column="candidate_id",
            value=str(candidates["candidate_id"][both].iloc[0]),
        )
    return replace(
        question,
        coverage=after,
        counted=question.counted & lost,
        barred=question.barred | leave,
        # Rates are about all people; those who lost the standard alone are to be won here.
        rates={},
        won_least={},
    )
