"""`Report`: one assessment with its gaps, sources and problems, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.assess import NO_COUNTY, Coverage
from gdcoverage.files import Source
from gdcoverage.policy import SETTLEMENTS
from gdcoverage.problems import Problem


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
    """

    title: str
    coverage: Coverage
    gaps: gpd.GeoDataFrame
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]
    version: str
    made_on: str

    def for_county(self, adcode: str) -> Report:
        """The report of one county; data problems stay those of the whole run."""
        gaps = self.gaps[self.gaps["county"] == adcode].reset_index(drop=True)
        return replace(self, coverage=self.coverage.in_county(adcode), gaps=gaps)

    @property
    def counties(self) -> pd.DataFrame:
        """`Coverage.by_county`."""
        return self.coverage.by_county()

    @property
    def name(self) -> str:
        """Name of the county, or of all of them together."""
        inside = self.counties.loc[self.counties["county"] != NO_COUNTY, "county_name"]
        return str(inside.iloc[0]) if len(inside) == 1 else "全部县区"

    def with_total(self) -> pd.DataFrame:
        """The county table with a last row for all of them, where there are several."""
        table = self.counties
        if len(table) < 2:
            return table
        total = self.coverage.total().to_dict()
        total |= {
            "county": "",
            "county_name": "合计",
            "city": "",
            "outlets": table["outlets"].sum(),
        }
        return pd.concat([table, pd.DataFrame([total])], ignore_index=True)

    def outlet_table(self) -> pd.DataFrame:
        """Outlets with the people that each covers, and those whom only it covers."""
        coverage = self.coverage
        people = coverage.demand["population"].to_numpy()
        alone = coverage.demand["covering_outlets"].to_numpy() == 1
        covers = coverage.covers.astype(np.float64).T
        table = coverage.outlets.assign(
            covered_population=covers @ people, only_population=covers @ (people * alone)
        )
        names = self.county_names()
        return table.assign(county_name=table["county"].map(names).fillna("县区外"))

    def uncovered_table(self) -> pd.DataFrame:
        """Demand points outside the standard, most people first."""
        demand = self.coverage.demand
        missed = demand[~demand["covered"] & (demand["population"] > 0)]
        missed = missed.sort_values(["population", "demand_id"], ascending=[False, True])
        return missed.assign(
            county_name=missed["county"].map(self.county_names()).fillna("县区外"),
            settlement_name=missed["settlement"].map(SETTLEMENTS),
            lon=missed.geometry.x,
            lat=missed.geometry.y,
        )

    def county_names(self) -> dict[str, str]:
        """Adcode -> name."""
        counties = self.coverage.counties
        if counties is None:
            return {}
        return dict(zip(counties["adcode"], counties["name"], strict=True))
