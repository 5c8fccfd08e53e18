"""`Report`: one assessment with its gaps, sources and problems, ready to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.files import Source
from gdcoverage.findings import (
    NO_COUNTY,
    Coverage,
    Doubt,
    Findings,
    StreetsWalked,
    tally,
    with_streets,
)
from gdcoverage.numbers import NUMBERS
from gdcoverage.outlets.datum_fit import DatumFit
from gdcoverage.policy import OUTLET_STATUS, SETTLEMENTS
from gdcoverage.problems import Problem, unusable
from gdcoverage.report._account import NO_DATE, FileRead
from gdcoverage.report._columns import SNAP_STATUS, distance_text
from gdcoverage.report._doubt import read_first
from gdcoverage.services import says_anything, unsaid_outlets
from gdcoverage.showing import Shown
from gdcoverage.sites import JointPlan, Siting
from gdcoverage.townships import by_quota, by_town, villages_without
from gdcoverage.verify import Witness

OUTSIDE = "县区外"
TOTAL = "合计"


@dataclass(frozen=True, eq=False, repr=False)
class Report(Shown):
    """Everything that a report says, whatever form it takes.

    Parameters
    ----------
    title : of the plan.
    coverage : result of `assess`, or of several put together.
    gaps : result of `find_gaps`.
    sources : the inputs' names and fingerprints.
    problems : what is wrong with them.
    version : of the program.
    made_on : date of the run, ISO 8601; given, so that a report can be made again the same.
    data_date : date that the outlets' file tells of itself.
    files : what was understood of the inputs; empty where another document tells it.
    read_at : where that document is, as a reader of this one finds it.
    fits : how near the outlets lie to the streets under each datum.
    streets : what was walked on; None where nobody asked.
    witness : what came of computing walks again; None where nobody was asked to.
    neighbours : adcode -> name of counties beyond the coverage's own, for outlets over there.
    towns : frame of `read_towns`, so that towns without people are listed too; or None.
    quotas : frame of `read_quotas`, or None.
    supervision : what supervision has to look at, frame of `register.supervision`; None without
        a register.
    siting : answers to the plan's siting question, if it asks one.
    county_sites : of several counties: the sites recommended to each, with ``asked_by`` (adcode).
    joint : the sites recommended to all counties together, where they share one budget.
    sites_service : what these are asked about; empty for whatever outlets offer.

    Examples
    --------
    >>> from gdcoverage.report import write_text
    >>> report = coverage.report("示例县", made_on="2026-06-10")
    >>> write_text(report, "报告.txt")
    """

    title: str
    coverage: Findings
    gaps: gpd.GeoDataFrame
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]
    version: str
    made_on: str
    neighbours: Mapping[str, str] | None = None
    siting: Siting | None = None
    county_sites: gpd.GeoDataFrame | None = None
    joint: JointPlan | None = None
    sites_service: str = ""
    data_date: str = NO_DATE
    files: tuple[FileRead, ...] = ()
    read_at: str = ""
    fits: tuple[DatumFit, ...] = ()
    streets: StreetsWalked | None = None
    witness: Witness | None = None
    towns: gpd.GeoDataFrame | None = None
    quotas: pd.DataFrame | None = None
    supervision: gpd.GeoDataFrame | None = None

    def _line(self) -> str:
        return f"{self.title}: {self.coverage!r}"

    def _table(self) -> pd.DataFrame:
        return self.counties[["county", "county_name", "outlets", "population", "rate"]]

    def for_county(self, adcode: str) -> Report:
        """The report of one county; data problems stay those of the whole run.

        Raises
        ------
        InputError : the report has no such county.

        Examples
        --------
        >>> coverage.report().for_county("441324").name
        '龙门县'
        """
        if adcode not in set(self.counties["county"]):
            known = "、".join(f"{code or '（空）'} {self.names[code]}" for code in self.names)
            raise unusable("county_unknown", f"没有区划代码为“{adcode}”的县区", f"可选：{known}")
        gaps = self.gaps[self.gaps["county"] == adcode].reset_index(drop=True)
        coverage = self.coverage.in_county(adcode)
        return replace(
            self,
            coverage=coverage,
            gaps=gaps,
            neighbours=self.names,
            siting=None,
            county_sites=None,
            joint=None,
            supervision=_of(self.supervision, adcode),
        )

    @cached_property
    def counties(self) -> pd.DataFrame:
        """`Coverage.by_county` with ``uncovered_population``; every row has a name."""
        table = _with_uncovered(self.coverage.by_county())
        unnamed = table["county_name"] == ""
        table["county_name"] = table["county_name"].where(~unnamed, table["county"])
        if self.coverage.counties is None and set(table["county"]) == {NO_COUNTY}:
            table["county_name"] = "全部（未分县区）"
        return table

    @property
    def walked(self) -> Coverage:
        """The coverage with its streets.

        Raises
        ------
        ValueError : it was put together from several counties.
        """
        return with_streets(self.coverage)

    @cached_property
    def inside(self) -> pd.DataFrame:
        """The rows of `counties` that are counties."""
        return self.counties[self.counties["county"] != NO_COUNTY]

    @cached_property
    def total(self) -> pd.Series:
        """The columns of `counties` over all of them; noughts and unknowns without demand."""
        demand = self.coverage.demand
        if len(demand):
            amounts = self.coverage.total().to_dict()
        else:
            empty = tally(demand.assign(county=NO_COUNTY), ["county"], self.coverage.standard)
            amounts = {name: NUMBERS[name].empty for name in map(str, empty)}
        amounts |= {"county": "", "county_name": TOTAL, "city": ""}
        for name in {"outlets", "doubtful_outlets"} & set(self.counties):
            amounts[name] = int(self.counties[name].sum())
        return _with_uncovered(pd.DataFrame([amounts])).iloc[0]

    @cached_property
    def settlements(self) -> pd.DataFrame:
        """`Coverage.by_settlement` with ``county_name``; last the classes in all, and all."""
        coverage = self.coverage
        table = coverage.by_settlement()
        table["county_name"] = table["county"].map(self.names)
        parts = [table]
        if len(self.counties) > 1 and len(table):
            classes = tally(coverage.demand, ["settlement"], coverage.standard).reset_index()
            classes["settlement_name"] = classes["settlement"].map(SETTLEMENTS)
            parts.append(classes.assign(county="", county_name=TOTAL))
        counted = ["city", "outlets", "doubtful_outlets"]
        everyone = self.total.drop(counted, errors="ignore").to_dict()
        name = {"settlement": "all", "settlement_name": TOTAL}
        if len(self.counties) == 1:
            name |= {k: self.counties[k].iloc[0] for k in ("county", "county_name")}
        parts.append(pd.DataFrame([everyone | name]))
        table = pd.concat([part for part in parts if len(part)], ignore_index=True)
        # urban before rural, as the phrase has it
        order = table["settlement"].map({"urban": 0, "rural": 1, "all": 2})
        place = {code: i for i, code in enumerate(self.counties["county"])}
        block = table["county"].map(place).where(table["county_name"] != TOTAL, len(place))
        return _with_uncovered(table.iloc[np.lexsort((order, block))].reset_index(drop=True))

    @cached_property
    def services(self) -> pd.DataFrame:
        """`Coverage.by_service`; where there are several counties, last of all of them together.

        Empty where no outlet in service says what it offers.
        """
        if not says_anything(self.coverage.outlets):
            return pd.DataFrame()
        table = self.coverage.by_service()
        table["county_name"] = table["county"].map(self.names)
        return table if self.one else pd.concat([table, _over_all(table)], ignore_index=True)

    @cached_property
    def all_services(self) -> pd.DataFrame:
        """The rows of `services` of all counties together."""
        table = self.services
        return table if self.one or table.empty else table[table["county_name"] == TOTAL]

    @cached_property
    def town_table(self) -> pd.DataFrame:
        """`by_town` in words, with ``uncovered_population``; empty where nothing tells towns."""
        table = by_town(self.coverage, self.towns)
        return table if table.empty else _with_uncovered(self._in_words(table))

    @cached_property
    def village_table(self) -> pd.DataFrame:
        """`villages_without` in words."""
        table = villages_without(self.coverage)
        if table.empty:
            return table
        known = table["village_id"].str.fullmatch(r"\d{12}")
        return self._in_words(table.assign(village_id=table["village_id"].where(known, "")))

    @cached_property
    def quota_table(self) -> pd.DataFrame:
        """`by_quota` in words; empty without quotas."""
        if self.quotas is None:
            return pd.DataFrame()
        table = by_quota(self.coverage, self.quotas, list(self.inside["county"]))
        return table.assign(county_name=table["county"].map(self.names))

    @cached_property
    def supervision_table(self) -> gpd.GeoDataFrame | None:
        """`supervision` in words, with ``population``: who loses the standard if the outlet leaves.

        NaN of outlets that do not count anyway; None without a register.
        """
        if self.supervision is None:
            return None
        outlets = self.outlet_table()
        only = dict(zip(outlets["outlet_id"], outlets["only_population"], strict=True))
        told = self.supervision
        lost = told["outlet_id"].map(only).astype(float).where(told["status"] == "active")
        return told.assign(
            county_name=told["county"].map(self.names).fillna(OUTSIDE),
            status_name=told["status"].map(OUTLET_STATUS),
            population=lost,
        )

    def _in_words(self, table: pd.DataFrame) -> pd.DataFrame:
        """With ``county_name``, and ``outlet_name`` of the outlet that a row names."""
        outlets = self.coverage.outlets
        names = outlets["name"] if "name" in outlets else outlets["outlet_id"]
        called = dict(zip(outlets["outlet_id"], names, strict=True))
        return table.assign(
            county_name=table["county"].map(self.names),
            outlet_name=[called.get(number) or number for number in table["outlet_id"]],
        )

    def unsaid_table(self) -> pd.DataFrame:
        """Outlets in service here that do not say their items, modes or hours."""
        table = unsaid_outlets(pd.DataFrame(self.coverage.outlets.drop(columns="geometry")))
        own = table["county"].isin(self.counties["county"])
        return table.assign(county_name=table["county"].map(self.names).fillna(OUTSIDE))[own]

    @cached_property
    def doubt(self) -> Doubt | None:
        """What outlets in doubt could change; None where none could."""
        return self.coverage.doubt()

    @cached_property
    def box(self) -> tuple[str, ...]:
        """What must be read before the headline, its title first; empty where it stands."""
        return read_first(self.doubt, self.problems, self.witness)

    @property
    def name(self) -> str:
        """Name of the county, or of all of them together."""
        names = (self.inside if len(self.inside) else self.counties)["county_name"]
        return str(names.iloc[0]) if len(names) == 1 else "全部县区"

    @cached_property
    def names(self) -> dict[str, str]:
        """Adcode -> name of every county of the run; ``""`` for outside of all."""
        own = dict(zip(self.counties["county"], self.counties["county_name"], strict=True))
        return {NO_COUNTY: OUTSIDE} | dict(self.neighbours or {}) | own

    @property
    def one(self) -> bool:
        """Whether this is the report of a single county (or of all without counties)."""
        return len(self.counties) == 1

    def with_total(self) -> pd.DataFrame:
        """The county table with a last row for all of them, where there are several."""
        if self.one:
            return self.counties
        total = pd.DataFrame([self.total.reindex(self.counties.columns).to_dict()])
        return pd.concat([self.counties, total], ignore_index=True)

    def gap_table(self) -> pd.DataFrame:
        """Gaps with most people first, with ``county_name``, ``settlement_name``, ``distance``.

        ``distance`` is ``distance_m``, in words where no outlet was found, and ``walk`` so
        ``walk_m`` of urban gaps.

        Examples
        --------
        >>> coverage.report().gap_table()["population"].is_monotonic_decreasing
        True
        """
        gaps = pd.DataFrame(self.gaps.drop(columns="geometry"))
        gaps = gaps.sort_values(["population", "gap_id"], ascending=[False, True])
        return gaps.assign(
            county_name=gaps["county"].map(self.names),
            settlement_name=gaps["settlement"].map(SETTLEMENTS),
            distance=self._distances(gaps),
            walk=self._distances(gaps.assign(distance_m=gaps["walk_m"])).where(
                (gaps["settlement"] == "urban") | gaps["walk_m"].notna(), np.nan
            ),
        ).reset_index(drop=True)

    def outlet_table(self) -> pd.DataFrame:
        """Outlets with the people that each covers, and those whom only it covers.

        A county's report holds the outlets inside it, and those outside that cover its people.

        Examples
        --------
        >>> int(coverage.report().outlet_table()["counts"].sum())
        29
        """
        coverage = self.coverage
        people = coverage.demand["population"].to_numpy()
        alone = coverage.demand["covering_outlets"].to_numpy() == 1
        covers = coverage.covers.astype(np.float64).T
        table = pd.DataFrame(coverage.outlets.drop(columns="geometry")).assign(
            covered_population=covers @ people,
            only_population=covers @ (people * alone),
            county_name=coverage.outlets["county"].map(self.names).fillna(OUTSIDE),
            status_name=coverage.outlets["status"].map(OUTLET_STATUS),
        )
        own = table["county"].isin(self.counties["county"])
        return table[own | (table["covered_population"] > 0) | (not self.one)]

    def uncovered_table(self) -> pd.DataFrame:
        """Demand points with people outside the standard, most people first.

        Examples
        --------
        >>> len(coverage.report().uncovered_table())
        144
        """
        demand = self.coverage.demand
        missed = demand[~demand["covered"] & (demand["population"] > 0)]
        return missed.sort_values(["population", "demand_id"], ascending=[False, True])

    def described(self, missed: gpd.GeoDataFrame) -> pd.DataFrame:
        """Rows of `uncovered_table` in words (``distance_m`` too), with ``lon`` and ``lat``."""
        return pd.DataFrame(missed.drop(columns="geometry")).assign(
            county_name=missed["county"].map(self.names),
            settlement_name=missed["settlement"].map(SETTLEMENTS),
            status_name=missed["status"].map(SNAP_STATUS),
            distance_m=self._distances(missed),
            lon=missed.geometry.x,
            lat=missed.geometry.y,
        )

    def _distances(self, table: pd.DataFrame) -> pd.Series:
        """``distance_m`` as numbers, in words where no outlet was found."""
        standard = self.coverage.standard
        known = table["distance_m"].astype(object)
        words = table["settlement"].map(
            {kind: distance_text(np.nan, standard, kind) for kind in SETTLEMENTS}
        )
        return known.where(table["distance_m"].notna(), words.astype(object))


def _of(frame: gpd.GeoDataFrame | None, adcode: str) -> gpd.GeoDataFrame | None:
    return None if frame is None else frame[frame["county"] == adcode].reset_index(drop=True)


def _over_all(table: pd.DataFrame) -> pd.DataFrame:
    """Each service over all counties."""
    keys = ["item", "mode", "when", "item_name", "mode_name", "when_name"]
    missed = table["below_headline"].fillna(0) * table["population"]
    sums = table.assign(missed=missed).groupby(keys, sort=False).sum(numeric_only=True)
    people = sums["population"].where(sums["population"] > 0)
    return sums.assign(
        county="",
        county_name=TOTAL,
        rate=sums["covered_population"] / people,
        below_headline=sums["missed"] / people,
        rate_with_unsaid=sums["covered_with_unsaid"] / people,
    ).reset_index()[list(table.columns)]


def _with_uncovered(table: pd.DataFrame) -> pd.DataFrame:
    # Two sums of the same fractions may differ in the last bit.
    left = (table["population"] - table["covered_population"]).round(6)
    return table.assign(uncovered_population=left)
