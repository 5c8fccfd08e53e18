"""`Report`: one assessment with its gaps, sources and problems, ready to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.assess import NO_COUNTY, Coverage, tally
from gdcoverage.files import Source
from gdcoverage.policy import OUTLET_STATUS, SETTLEMENTS
from gdcoverage.problems import InputError, Problem
from gdcoverage.report._columns import SNAP_STATUS, distance_text

OUTSIDE = "县区外"
TOTAL = "合计"


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that a report says, whatever form it takes.

    Parameters
    ----------
    title : of the plan.
    coverage : result of `assess`.
    gaps : result of `find_gaps`.
    sources : the inputs' names and fingerprints.
    problems : what is wrong with them.
    version : of the program.
    made_on : date of the run, ISO 8601; given, so that a report can be made again the same.
    neighbours : adcode -> name of counties beyond the coverage's own, for outlets over there.
    """

    title: str
    coverage: Coverage
    gaps: gpd.GeoDataFrame
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]
    version: str
    made_on: str
    neighbours: Mapping[str, str] | None = None

    def for_county(self, adcode: str) -> Report:
        """The report of one county; data problems stay those of the whole run.

        Raises
        ------
        InputError : the report has no such county.
        """
        if adcode not in set(self.counties["county"]):
            known = "、".join(f"{code or '（空）'} {self.names[code]}" for code in self.names)
            raise InputError(
                Problem("county_unknown", f"没有区划代码为“{adcode}”的县区", f"可选：{known}")
            )
        gaps = self.gaps[self.gaps["county"] == adcode].reset_index(drop=True)
        coverage = self.coverage.in_county(adcode)
        return replace(self, coverage=coverage, gaps=gaps, neighbours=self.names)

    @cached_property
    def counties(self) -> pd.DataFrame:
        """`Coverage.by_county` with ``uncovered_population``; every row has a name."""
        table = _with_uncovered(self.coverage.by_county())
        unnamed = table["county_name"] == ""
        table["county_name"] = table["county_name"].where(~unnamed, table["county"])
        if self.coverage.counties is None and set(table["county"]) == {NO_COUNTY}:
            table["county_name"] = "全部（未分县区）"
        return table

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
            unknown = {"area_km2", "covered_area_km2", "elderly", "elderly_covered"}
            amounts = {c: np.nan if "rate" in c or c in unknown else 0 for c in empty}
        amounts |= {"county": "", "county_name": TOTAL, "city": ""}
        amounts |= {"outlets": int(self.counties["outlets"].sum())}
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
        everyone = self.total.drop(["city", "outlets"]).to_dict()
        name = {"settlement": "all", "settlement_name": TOTAL}
        if len(self.counties) == 1:
            name |= {k: self.counties[k].iloc[0] for k in ("county", "county_name")}
        parts.append(pd.DataFrame([everyone | name]))
        table = pd.concat([part for part in parts if len(part)], ignore_index=True)
        # urban before rural, as the phrase has it
        order = table["settlement"].map({"urban": 0, "rural": 1, "all": 2})
        block = table["county_name"].ne(table["county_name"].shift()).cumsum()
        return _with_uncovered(table.iloc[np.lexsort((order, block))].reset_index(drop=True))

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
        total = pd.DataFrame([self.total[list(self.counties)].to_dict()])
        return pd.concat([self.counties, total], ignore_index=True)

    def gap_table(self) -> pd.DataFrame:
        """Gaps with most people first, with ``county_name`` and ``settlement_name``."""
        gaps = pd.DataFrame(self.gaps.drop(columns="geometry"))
        gaps = gaps.sort_values(["population", "gap_id"], ascending=[False, True])
        return gaps.assign(
            county_name=gaps["county"].map(self.names),
            settlement_name=gaps["settlement"].map(SETTLEMENTS),
        ).reset_index(drop=True)

    def outlet_table(self) -> pd.DataFrame:
        """Outlets with the people that each covers, and those whom only it covers.

        A county's report holds the outlets inside it, and those outside that cover its people.
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
        """Demand points with people outside the standard, most people first."""
        demand = self.coverage.demand
        missed = demand[~demand["covered"] & (demand["population"] > 0)]
        return missed.sort_values(["population", "demand_id"], ascending=[False, True])

    def described(self, missed: gpd.GeoDataFrame) -> pd.DataFrame:
        """Rows of `uncovered_table` in words, with ``lon`` and ``lat``."""
        distances = zip(missed["distance_m"], missed["settlement"], strict=True)
        standard = self.coverage.standard
        return pd.DataFrame(missed.drop(columns="geometry")).assign(
            county_name=missed["county"].map(self.names),
            settlement_name=missed["settlement"].map(SETTLEMENTS),
            status_name=missed["status"].map(SNAP_STATUS),
            distance_text=[distance_text(m, standard, s) for m, s in distances],
            lon=missed.geometry.x,
            lat=missed.geometry.y,
        )


def _with_uncovered(table: pd.DataFrame) -> pd.DataFrame:
    # Two sums of the same fractions may differ in the last bit.
    left = (table["population"] - table["covered_population"]).round(6)
    return table.assign(uncovered_population=left)
