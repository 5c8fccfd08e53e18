"""A plan's work, county by county: what of the inputs each county needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.assessment import not_offering
from gdcoverage.emap import Ground
from gdcoverage.files import Source
from gdcoverage.findings import NO_COUNTY
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.places.assign_towns import COLUMNS as TOWN_COLUMNS
from gdcoverage.policy import Standard
from gdcoverage.problems import Problem
from gdcoverage.report import data_date
from gdcoverage.run.identity import digest
from gdcoverage.run.inputs import Inputs
from gdcoverage.run.plan import Plan
from gdcoverage.run.task import M_PER_DEG, Asked, CountyTask, Shown, Subject
from gdcoverage.run.unknown import banks_of, refuse_unknown, words_of
from gdcoverage.sites import Terms, kind_of_services, landmarks_of

_Frame = TypeVar("_Frame", bound=pd.DataFrame)

# Where a county among others is told what was understood of the inputs.
READ_AT = "见全部县区的结果文件夹（本文件夹上两级）里的 读表说明.html，或 汇总.xlsx 的第一张表"

# What a row says of itself; numbers are worked out without it, and cannot depend on it.
_OUTLET_NUMBERS = ("outlet_id", "name", "bank", "status", "county", "source_datum", "geometry")
_DEMAND_WORDS = (
    *("source_row", "settlement_code", "settlement_source"),
    *("town_name", "division", *TOWN_COLUMNS),
)
# Places at which the nearest outlet is looked for stand so far apart.
_GRID_M = 2_000.0


def with_picture(task: CountyTask, inputs: Inputs) -> CountyTask:
    """The task with what its maps show of the streets' file."""
    if not task.adcode:
        return task
    base, names = inputs.pictured.base, inputs.pictured.names
    shown = replace(
        task.shown,
        base=None if base is None else base.within(*task.served.bounds),
        names=touching(names, task.served),
    )
    return replace(task, shown=shown)


def county_tasks(plan: Plan, inputs: Inputs, made_on: str) -> list[CountyTask]:
    """The work of a plan, county by county, by adcode; last what lies outside all of them.

    For numbers; documents want it `with_picture`. A plan with one county is one piece of work,
    the demand outside included.
    """
    demand, counties = inputs.demand.frame, inputs.counties
    parts = _Parts(plan, inputs, made_on)
    if len(counties) == 1:
        return [parts.whole(str(counties["adcode"].iloc[0]), str(counties["name"].iloc[0]))]
    if plan.sites is not None:
        refuse_unknown(plan.sites.terms, inputs)
    inside = demand.groupby("county").indices
    none = np.empty(0, int)
    tasks = [
        parts.of_county(counties.iloc[[i]].reset_index(drop=True), inside.get(adcode, none))
        for i, adcode in sorted(enumerate(counties["adcode"]), key=lambda pair: pair[1])
    ]
    outside = inside.get(NO_COUNTY, none)
    return [*tasks, parts.outside(outside)] if len(outside) else tasks


def ground_of(plan: Plan, inputs: Inputs, adcode: str | None = None) -> Ground:
    """What lies under the map of a county of the plan, or of its only one."""
    tasks = county_tasks(plan, inputs, "")
    task = next(task for task in tasks if adcode in (None, task.adcode))
    return with_picture(task, inputs).ground


class _Parts:
    """The inputs, and what of them each county needs."""

    def __init__(self, plan: Plan, inputs: Inputs, made_on: str) -> None:
        self.plan, self.inputs, self.made_on = plan, inputs, made_on
        self.names = dict(zip(inputs.counties["adcode"], inputs.counties["name"], strict=True))
        self.service = None if plan.sites is None else plan.sites.service
        outlets = inputs.outlets.frame
        self.without = frozenset(
            () if self.service is None else not_offering(outlets, self.service)
        )
        self.outlets = _Outlets(outlets, self.without)
        names = None if plan.sites is None else inputs.pictured.names
        self.landmarks = None if names is None else landmarks_of(names)
        self.by_row: dict[tuple[str, int | None], list[Problem]] = {}
        for problem in inputs.problems:
            self.by_row.setdefault((problem.file, problem.row), []).append(problem)

    def whole(self, adcode: str, name: str) -> CountyTask:
        """Everything, for a plan with one county."""
        inputs = self.inputs
        return self._task(
            adcode,
            name,
            inputs.counties,
            inputs.outlets.frame.reset_index(drop=True),
            inputs.demand.frame.reset_index(drop=True),
            inputs.problems,
            shapely.box(-180, -90, 180, 90),
        )

    def outside(self, rows: Ints) -> CountyTask:
        """Demand points that lie in no county."""
        demand = self.inputs.demand.frame.iloc[rows].reset_index(drop=True)
        standard = self.plan.standard
        spots = ellipsoid.to_ecef(*lonlat(demand.geometry.to_numpy()))
        near = self.outlets.near(spots, 0.0, standard.rural_radius_m + standard.margin_m)
        task = self._task(
            NO_COUNTY,
            "县区外",
            self.inputs.counties,
            self.outlets.frame.iloc[np.flatnonzero(near)].reset_index(drop=True),
            demand,
            self.inputs.problems,
            shapely.box(*demand.total_bounds).buffer(0.1),
        )
        return replace(task, asked=Asked(None, None))

    def of_county(self, own: gpd.GeoDataFrame, rows: Ints) -> CountyTask:
        """What of everything one county needs."""
        adcode = str(own["adcode"].iloc[0])
        demand = self.inputs.demand.frame.iloc[rows].reset_index(drop=True)
        served = served_box(own, self.plan.standard)
        near = self.outlets.near(*_grid(served), 0.0) | self.outlets.inside(served)
        outlets = self.outlets.frame.iloc[np.flatnonzero(near)].reset_index(drop=True)
        here = outlets[outlets["county"] == adcode]
        told = {*zip(here["source_file"], here["source_row"], strict=True)}
        if "source_row" in demand:
            demand_file = next(s.name for s in self.inputs.sources if s.role == "人口")
            told |= {(demand_file, row) for row in demand["source_row"]}
        problems = [problem for row in told for problem in self.by_row.get(row, ())]
        problems.sort(key=lambda p: (p.file, p.sheet, p.row or 0, p.kind))
        name = str(own["name"].iloc[0])
        return self._task(adcode, name, own, outlets, demand, tuple(problems), served)

    def _task(
        self,
        adcode: str,
        name: str,
        counties: gpd.GeoDataFrame,
        outlets: gpd.GeoDataFrame,
        demand: gpd.GeoDataFrame,
        problems: tuple[Problem, ...],
        served: BaseGeometry,
    ) -> CountyTask:
        plan, inputs, several = self.plan, self.inputs, len(self.names) > 1
        candidates, excluded = touching(inputs.candidates, served), None
        towns, quotas = _of_county(inputs.towns, adcode), _of_county(inputs.quotas, adcode)
        supervised = inputs.supervision
        if several:
            supervised = _of_county(supervised, adcode)
        terms = None
        if plan.sites is not None:
            excluded = touching(inputs.excluded, served)
            terms = replace(plan.sites.terms, excluded=excluded)
            # One county has the budget to itself.
            terms = terms.of_county(adcode) if several else replace(terms, scope="county")
            if candidates is not None and several:
                terms = _nearby(terms, candidates, adcode)
            if several:
                # Of a bank that is not here no site can be chosen.
                here = banks_of(outlets, candidates)
                caps = {bank: most for bank, most in terms.bank_caps.items() if bank in here}
                terms = replace(terms, bank_caps=caps)
                own = (outlets["county"] == adcode) & ~outlets["outlet_id"].isin(self.without)
                terms = _closing_here(terms, words_of(outlets[own]))
        return CountyTask(
            Subject(
                adcode,
                plan.standard,
                outlets[[name for name in _OUTLET_NUMBERS if name in outlets]],
                demand.drop(columns=[name for name in _DEMAND_WORDS if name in demand]),
                counties,
                touching(inputs.places, served),
            ),
            Asked(
                terms,
                candidates,
                "" if self.service is None else self.service.label,
                tuple(i for i in outlets["outlet_id"] if i in self.without),
                touching(self.landmarks, served),
            ),
            Shown(
                plan.title,
                self.made_on,
                name,
                outlets,
                demand,
                self.names,
                None,
                None,
                plan.ground,
                problems,
                self._sources(
                    计划=(plan.title, plan.standard, terms, self.service, plan.ground),
                    网点=outlets,
                    人口=demand,
                    候选点=candidates,
                    县区界线=counties,
                    城乡分类=demand,
                    不布点区域=excluded,
                    读表约定=outlets,
                    村居位置=demand,
                    镇街=(towns, demand, outlets),
                    网点配额=quotas,
                ),
                data_date(inputs.outlets.account),
                () if several else inputs.files,
                READ_AT if several else "",
                towns,
                quotas,
                supervised,
            ),
            served,
        )

    def _sources(self, **used: object) -> tuple[Source, ...]:
        """The files; of a county among others, known by what of them it uses.

        So its documents change where something in them changes, and not with every file.
        """
        sources = self.inputs.sources
        if len(self.names) == 1:
            return sources
        return tuple(replace(s, sha256=digest(used[s.role]), part=True) for s in sources)


def _nearby(terms: Terms, candidates: gpd.GeoDataFrame, adcode: str) -> Terms:
    """What the plan asks of a county's candidates.

    A fixed candidate across the border is fixed over there; of the forbidden ones those count
    that this county could choose, and of the caps those of kinds that there are.
    """
    near = candidates["outlet_id"]
    kinds = set(candidates["kind"] if "kind" in candidates else kind_of_services(candidates))
    own = set(near[candidates["county"] == adcode])
    return replace(
        terms,
        fixed=tuple(i for i in terms.fixed if i in own),
        forbidden=tuple(i for i in terms.forbidden if i in set(near)),
        kind_most={kind: most for kind, most in terms.kind_most.items() if kind in kinds},
    )


def _closing_here(terms: Terms, known: set[str]) -> Terms:
    """What of the outlets that may close, or stay, is a county's; none closes where none may."""
    close_of = tuple(word for word in terms.close_of if word in known)
    return replace(
        terms,
        close=0 if not close_of and terms.close_of else terms.close,
        close_of=close_of,
        close_most=(
            {word: most for word, most in terms.close_most.items() if word in known}
            if isinstance(terms.close_most, Mapping)
            else terms.close_most
        ),
        keep=tuple(word for word in terms.keep if word in known),
    )


class _Outlets:
    """All outlets, and which of them matter to a part of the country.

    Parameters
    ----------
    without : ids of those in service that do not offer what is asked about.
    """

    def __init__(self, frame: gpd.GeoDataFrame, without: frozenset[str] = frozenset()) -> None:
        self.frame = frame
        active = frame["status"] == "active"
        asked = active & ~frame["outlet_id"].isin(without)
        self.active = [self._planted(rows) for rows in ([active, asked] if without else [active])]
        self.doubtful, self.doubtful_tree = self._planted(frame["status"] == "unknown")

    def _planted(self, which: pd.Series) -> tuple[Ints, cKDTree | None]:
        """Some rows, and a tree to look for them."""
        rows = np.flatnonzero(which.to_numpy())
        at = ellipsoid.to_ecef(*lonlat(self.frame.geometry.to_numpy()[rows]))
        return rows, cKDTree(at) if len(at) else None

    def inside(self, area: BaseGeometry) -> Bools:
        """Those that touch an area, in service or not."""
        found = np.zeros(len(self.frame), bool)
        found[self.frame.sindex.query(area, predicate="intersects")] = True
        return found

    def near(self, spots: Floats, apart_m: float, reach_m: float) -> Bools:
        """Active ones within reach of the spots, or nearest to any place at most so far from one,
        of all and of those asked about; those in doubt within reach.

        An outlet nearest to such a place is no farther from the spot than the spot's own
        nearest and twice the distance to the place.
        """
        found = np.zeros(len(self.frame), bool)
        if self.doubtful_tree is not None and len(spots) and reach_m > 0:
            served = self.doubtful_tree.query_ball_point(spots, reach_m * 1.0001 + 1)
            found[self.doubtful[np.unique(np.concatenate(served)).astype(int)]] = True
        for active, tree in self.active:
            if tree is None or not len(spots):
                continue
            nearest_m, _ = tree.query(spots)
            # A chord is a little shorter than the way on the ground.
            wide_m = np.maximum(nearest_m + 2 * apart_m, reach_m) * 1.0001 + 1
            rows = np.unique(np.concatenate(tree.query_ball_point(spots, wide_m)))
            found[active[rows.astype(int)]] = True
        return found


def served_box(counties: gpd.GeoDataFrame, standard: Standard) -> BaseGeometry:
    """A box in which lie whoever lives in the counties, and every place that could serve them."""
    reach_m = standard.rural_radius_m + standard.margin_m
    return shapely.box(*counties.total_bounds).buffer(reach_m / M_PER_DEG, join_style="mitre")


def _grid(box: BaseGeometry) -> tuple[Floats, float]:
    """Spots all over a box, and the farthest that any place in it is from one, metres."""
    west, south, east, north = box.bounds
    step = _GRID_M / M_PER_DEG
    lon, lat = np.meshgrid(
        np.linspace(west, east, int((east - west) / step) + 2),
        np.linspace(south, north, int((north - south) / step) + 2),
    )
    # A degree of latitude is 111 km.
    return ellipsoid.to_ecef(lon.ravel(), lat.ravel()), 0.75 * step * 111_700.0


def _of_county(frame: _Frame | None, adcode: str) -> _Frame | None:
    """The rows of a county; None stays None."""
    return None if frame is None else frame[frame["county"] == adcode].reset_index(drop=True)


def touching(frame: gpd.GeoDataFrame | None, area: BaseGeometry) -> gpd.GeoDataFrame | None:
    """The rows of a frame that touch an area; None stays None."""
    if frame is None:
        return None
    rows = frame.sindex.query(area, predicate="intersects", sort=True)
    return frame.iloc[rows].reset_index(drop=True)
