"""An assessment as a notebook holds it: what is asked of it next is a method of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from branca.element import Figure

from gdcoverage import assessment, findings
from gdcoverage._version import __version__
from gdcoverage.changes import Changed, compared
from gdcoverage.emap import EMap, build_map
from gdcoverage.files import Source
from gdcoverage.gaps import find_gaps
from gdcoverage.network import WalkNetwork, reach
from gdcoverage.policy import Standard
from gdcoverage.problems import unusable
from gdcoverage.progress import at_work
from gdcoverage.report import Report
from gdcoverage.service_areas import isochrones, reached_streets
from gdcoverage.showing import chinese_fonts
from gdcoverage.sites import (
    Alternatives,
    ExitImpact,
    Frontier,
    Redesign,
    SitePlan,
    Terms,
    alternatives,
    exit_impact_of,
    frontier,
    make_siting,
    recommend_sites,
    redesign,
)
from gdcoverage.tables import Rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TITLE = "社保服务合作网点覆盖分析"
_GREY, _COVERED, _UNCOVERED, _OUTLET = "#c9c9c4", "#4a90a4", "#d55e00", "#0b3d7a"
_CHINESE = ("达标人口", "不达标人口", "网点")
_ENGLISH = ("covered", "not covered", "outlets")


@dataclass(frozen=True, eq=False, repr=False)
class Coverage(findings.Coverage):
    """What `assess` found, and what one may ask of it.

    Every method is the public function of the same purpose with this coverage as its first
    argument; what they return says so in the function's own words. Siting questions take the
    fields of `Terms` by name, and rates above 1 in per cent, as the command does.

    Examples
    --------
    >>> coverage = gd.assess(outlets, people, streets, counties=counties)   # doctest: +SKIP
    >>> coverage.recommend(add=3)                                           # doctest: +SKIP
    """

    def gaps(self, places: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
        """Where uncovered people live together; see `find_gaps`.

        Examples
        --------
        >>> int(coverage.gaps()["population"].sum())
        51602
        """
        return find_gaps(self, places)

    def report(
        self,
        title: str = _TITLE,
        *,
        made_on: str = "",
        places: gpd.GeoDataFrame | None = None,
        **terms: Any,
    ) -> Report:
        """Everything that a report says, to print or write; with terms their answers too.

        Parameters
        ----------
        made_on : date that it shows, ISO 8601; today's if not given.
        places : to name gaps after, as for `find_gaps`.

        Examples
        --------
        >>> report = coverage.report("示例县", made_on="2026-06-10", add=1)
        >>> report.siting.plan.status
        'optimal'
        """
        found = find_gaps(self, places)
        asked = make_siting(self, _terms(terms), None, places, found) if terms else None
        at_hand = [Source(role, "数据框", "") for role in ("网点", "人口")]
        return Report(
            title=title,
            coverage=self,
            gaps=found,
            sources=(*at_hand, self.network.source),
            problems=self.network.problems,
            version=__version__,
            made_on=made_on or dt.date.today().isoformat(),
            siting=asked,
            streets=findings.StreetsWalked.of(self),
        )

    def explore(self, title: str = _TITLE, *, height: int = 560, **options: Any) -> EMap:
        """The planner's map, as high as a cell; see `build_map` for the options.

        Parameters
        ----------
        height : pixels.

        Examples
        --------
        >>> gd.write_map(coverage.explore("示例县", height=400), "地图.html")
        """
        emap = build_map(self, find_gaps(self), title=title, **options)
        page = emap.get_root()
        assert isinstance(page, Figure)
        page.width, page.height = "100%", f"{height}px"
        return emap

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw streets, people covered and not, and outlets (needs matplotlib).

        Parameters
        ----------
        ax : axes to draw on; new ones if not given.

        Examples
        --------
        >>> axes = coverage.plot()
        >>> axes.figure.savefig("达标.png")
        """
        from matplotlib import pyplot as plt

        ax = ax if ax is not None else plt.subplots()[1]
        self.network.lines().plot(ax=ax, color=_GREY, linewidth=0.5, zorder=1)
        fonts = chinese_fonts()
        words = (
            ("达标人口", "不达标人口", "网点") if fonts else ("covered", "not covered", "outlets")
        )
        people = self.demand["population"].to_numpy(float)
        size = 4 + 60 * people / (people.max() if people.any() else 1.0)
        covered = self.demand["covered"].to_numpy(bool)
        for rows, colour, word in zip(
            (covered, ~covered), (_COVERED, _UNCOVERED), words, strict=False
        ):
            at = self.demand.geometry[rows]
            ax.scatter(at.x, at.y, s=size[rows], color=colour, alpha=0.7, linewidth=0, label=word)
        serving = self.outlets.geometry[self.outlets["counts"].to_numpy(bool)]
        ax.scatter(
            serving.x, serving.y, s=36, color=_OUTLET, marker="s", edgecolor="white", label=words[2]
        )
        # An outlet far beyond the border would make all else small.
        west, south, east, north = self.demand.total_bounds
        ax.set_xlim(west - 0.05 * (east - west), east + 0.05 * (east - west))
        ax.set_ylim(south - 0.05 * (north - south), north + 0.05 * (north - south))
        ax.set_aspect(1 / np.cos(np.radians((south + north) / 2)))
        ax.set_axis_off()
        for text in ax.legend().get_texts():
            text.set_fontfamily([*fonts, "sans-serif"])
        return ax

    def recommend(self, candidates: Rows | None = None, **terms: Any) -> SitePlan:
        """Where to add outlets; see `recommend_sites`.

        Examples
        --------
        >>> coverage.recommend(add=3)
        SitePlan(3 sites: 30,507 people more, 82.3 % to 92.8 %; optimal, at most 0 % from the best)
        >>> coverage.recommend(target=85).rate_after >= 0.85
        True
        """
        return recommend_sites(self, candidates, _terms(terms))

    def frontier(self, candidates: Rows | None = None, **terms: Any) -> Frontier:
        """How many people so many sites can cover; see `frontier`.

        Examples
        --------
        >>> coverage.frontier(frontier=2).points["sites"].tolist()
        [0, 1, 2]
        """
        return frontier(self, candidates, _terms(terms))

    def alternatives(self, candidates: Rows | None = None, **terms: Any) -> Alternatives:
        """Other plans nearly as good; see `alternatives`.

        Examples
        --------
        >>> coverage.alternatives(add=3, alternatives=1, within=0.2)
        Alternatives(1 besides the best)
        """
        return alternatives(self, candidates, _terms(terms))

    def exit(
        self,
        outlet_ids: str | Collection[str] = (),
        *,
        bank: str | None = None,
        candidates: Rows | None = None,
        **terms: Any,
    ) -> ExitImpact:
        """What is lost when outlets leave, and how to make it good; see `exit_impact_of`.

        Examples
        --------
        >>> coverage.exit("SL018")
        ExitImpact(1 outlets leave: 17,355 people lose the standard, 82.3 % to 76.4 %)
        """
        leaving = [outlet_ids] if isinstance(outlet_ids, str) else outlet_ids
        asked = _terms(terms) if terms else None
        return exit_impact_of(self, leaving, bank=bank, candidates=candidates, terms=asked)

    def compare(self, later: findings.Coverage) -> Changed:
        """Who gained and who lost the standard in another assessment of the same people.

        Parameters
        ----------
        later : of other outlets, streets or another standard.

        Returns
        -------
        Changed: ``totals`` of each county and class, ``by_cause``, ``places`` (the demand points
        that changed).

        Raises
        ------
        ValueError : the demand points are not the same.

        Examples
        --------
        >>> fewer = outlets[outlets["outlet_id"] != "SL018"]
        >>> coverage.compare(gd.assess(fewer, people, streets, counties=counties))
        Changed(0 people gained, 17,355 lost: 82.3 % to 76.4 %)
        """
        return compared(self, later)

    def redesign(self, candidates: Rows | None = None, **terms: Any) -> Redesign:
        """Which outlets to close and where to open others; see `redesign`.

        Examples
        --------
        >>> coverage.redesign(add=1, close=1).won
        21265.0
        """
        return redesign(self, candidates, _terms(terms))

    def isochrones(
        self,
        outlet_ids: Collection[str] | None = None,
        minutes: Sequence[float] = (5, 10, 15),
        *,
        per_outlet: bool = False,
    ) -> gpd.GeoDataFrame:
        """What walks of so many minutes reach; see `isochrones`.

        Parameters
        ----------
        outlet_ids : of these outlets only.

        Raises
        ------
        InputError : there is no such outlet among those that count.

        Examples
        --------
        >>> coverage.isochrones(["SL018"], minutes=[5, 15])["minutes"].tolist()
        [15, 5]
        """
        if outlet_ids is None:
            return isochrones(self, minutes, per_outlet=per_outlet)
        there = self.outlets.loc[self.outlets["counts"].to_numpy(bool), "outlet_id"]
        if strange := [str(one) for one in outlet_ids if one not in set(there)]:
            what, action = "没有这个在营网点", "请核对网点表中的写法"
            raise unusable("outlet_unknown", what, action, column="网点编号", value=strange[0])
        wanted = self.outlets["outlet_id"].isin(set(outlet_ids))
        counting = self.outlets.assign(counts=self.outlets["counts"] & wanted)
        some = type(self)(**_parts(self) | {"outlets": counting})
        return isochrones(some, minutes, per_outlet=per_outlet)

    def reached_streets(self, minutes: float | None = None) -> gpd.GeoDataFrame:
        """The pieces of street within a walk of the outlets; see `reached_streets`.

        Examples
        --------
        >>> list(coverage.reached_streets(minutes=5).columns)
        ['edge', 'from_m', 'to_m', 'length_m', 'geometry']
        """
        return reached_streets(self, minutes)

    def distances(self, limit_m: float | None = None) -> pd.DataFrame:
        """All walks from demand points to active outlets within a limit; see `reach.distances`.

        Parameters
        ----------
        limit_m : longest walk; the standard's if not given.

        Returns
        -------
        DataFrame: ``demand_id``, ``outlet_id``, ``walk_m``; by point, then by metres.

        Examples
        --------
        >>> list(coverage.distances(500).columns)
        ['demand_id', 'outlet_id', 'walk_m']
        """
        serving = self.outlets[self.outlets["counts"].to_numpy(bool)].set_index("outlet_id")
        walks = reach.distances(
            self.network,
            serving,
            self.demand.set_index("demand_id"),
            self.standard.walk_limit_m if limit_m is None else limit_m,
            self.standard.snap_limit_m,
        )
        return walks.rename(columns={"point": "demand_id", "source": "outlet_id"})

    def cover_sets(self) -> pd.DataFrame:
        """Who covers whom: a sparse frame of truth values, demand_ids by outlet_ids.

        Examples
        --------
        >>> covers = coverage.cover_sets()
        >>> bool((covers.any(axis=1).to_numpy() == coverage.demand["covered"].to_numpy()).all())
        True
        """
        return pd.DataFrame.sparse.from_spmatrix(  # type: ignore[attr-defined]
            self.covers.astype(bool),
            index=pd.Index(self.demand["demand_id"], name="demand_id"),
            columns=pd.Index(self.outlets["outlet_id"], name="outlet_id"),
        )


@at_work("评估覆盖")
def assess(
    outlets: Rows,
    demand: Rows,
    network: WalkNetwork,
    standard: Standard | None = None,
    counties: Rows | None = None,
) -> Coverage:
    found = assessment.assess(outlets, demand, network, standard, counties)
    return Coverage(**_parts(found))


assess.__doc__ = assessment.assess.__doc__


def _parts(coverage: findings.Coverage) -> dict[str, Any]:
    return {field.name: getattr(coverage, field.name) for field in fields(coverage)}


def _terms(given: dict[str, Any]) -> Terms:
    """The terms asked; rates above 1 are in per cent."""
    for name in given:
        if name not in _TERMS:
            near = get_close_matches(name, _TERMS, 1) or [one for one in _TERMS if one in name]
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(_TERMS)}"
            raise TypeError(f"no term is called {name}{hint}")
    rates = {name: _shares(given[name]) for name in ("target", "rate_least") if name in given}
    return Terms(**given | rates)


_TERMS = [field.name for field in fields(Terms)]


def _shares(rate: Any) -> Any:
    if isinstance(rate, Mapping):
        return {code: _shares(one) for code, one in rate.items()}
    return rate / 100 if isinstance(rate, int | float) and rate > 1 else rate
