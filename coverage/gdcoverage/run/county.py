"""One county's work: a description that travels to where it is done, and the report made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage._version import __version__
from gdcoverage.assessment import apply_standard
from gdcoverage.files import Source
from gdcoverage.findings import NO_COUNTY
from gdcoverage.gaps import find_gaps
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.sphere import lonlat
from gdcoverage.network import WalkNetwork
from gdcoverage.outlets.datum_fit import datum_problems
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.report import Report
from gdcoverage.run.inputs import Inputs
from gdcoverage.run.plan import Plan
from gdcoverage.sites import Terms, make_siting

# Raised when what a finished county leaves behind changes its meaning.
_FORMAT = 1
_TILE_DEG = 0.02
_M_PER_DEG = 100_000.0  # along a parallel of Guangdong; fewer than along a meridian


@dataclass(frozen=True, eq=False)
class CountyTask:
    """All that the work on one county needs, and nothing of the others.

    Parameters
    ----------
    adcode, name : of the county; an empty adcode for demand points outside all of them.
    plan : standard, siting question, map.
    made_on : date that the reports show.
    outlets : those inside, those that serve people inside, and those nearest to any.
    demand : the demand points inside.
    counties : the county; of a plan with one county that one.
    neighbours : adcode -> name of all counties of the plan.
    candidates : those that could serve people inside; None where they are to be generated.
    excluded, places, base : what of them lies near.
    problems : those of rows inside.
    sources : the plan's files.
    """

    adcode: str
    name: str
    plan: Plan
    made_on: str
    outlets: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame
    neighbours: Mapping[str, str]
    candidates: gpd.GeoDataFrame | None
    excluded: gpd.GeoDataFrame | None
    places: gpd.GeoDataFrame | None
    base: gpd.GeoDataFrame | None
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...]

    @property
    def key(self) -> str:
        """Name for files."""
        return self.adcode or "outside"

    @property
    def area(self) -> BaseGeometry:
        """Where the streets are wanted, before the margin."""
        if self.adcode or len(self.counties) == 1:
            return self.counties.geometry.union_all()
        # Points at sea or beyond the border: the tiles that they lie in, if a county is near.
        tiles = np.unique(
            np.floor(np.column_stack(lonlat(self.demand.geometry)) / _TILE_DEG), axis=0
        )
        boxes = shapely.box(*(tiles * _TILE_DEG).T, *((tiles + 1) * _TILE_DEG).T)
        near = self.counties.geometry.union_all().buffer(self.plan.standard.margin_m / _M_PER_DEG)
        return shapely.union_all(boxes).intersection(near)

    def fingerprint(self) -> str:
        """Of everything that the result rests on; equal ones give equal results."""
        facts = [
            _FORMAT,
            __version__,
            self.made_on,
            self.adcode,
            [vars(source) for source in self.sources],
            str(self.plan.outputs.folder),
        ]
        digest = hashlib.sha256(json.dumps(facts).encode())
        digest.update(shapely.to_wkb(self.area))
        if self.plan.network.osm is None:
            digest.update(repr(self.plan.network).encode())
        return digest.hexdigest()[:16]


def county_tasks(plan: Plan, inputs: Inputs, made_on: str) -> list[CountyTask]:
    """The work of a plan, county by county, by adcode; last what lies outside all of them.

    A plan with one county is one piece of work, the demand outside included.
    """
    demand, outlets, counties = inputs.demand.frame, inputs.outlets.frame, inputs.counties
    names = dict(zip(counties["adcode"], counties["name"], strict=True))
    whole = CountyTask(
        adcode="",
        name="县区外",
        plan=plan,
        made_on=made_on,
        outlets=outlets,
        demand=demand,
        counties=counties,
        neighbours=names,
        candidates=inputs.candidates,
        excluded=inputs.excluded,
        places=inputs.places,
        base=inputs.base,
        problems=inputs.problems,
        sources=inputs.sources,
    )
    if len(counties) == 1:
        return [replace(whole, adcode=str(counties["adcode"].iloc[0]), name=names.popitem()[1])]
    _require_candidates(plan, inputs.candidates)
    farthest = _distance_to_outlets(outlets, demand)
    inside = dict(list(demand.groupby("county").groups.items()))
    by_row: dict[tuple[str, int | None], list[Problem]] = {}
    for problem in inputs.problems:
        by_row.setdefault((problem.file, problem.row), []).append(problem)
    tasks = []
    for i in np.argsort(counties["adcode"].to_numpy(str)):
        own = counties.iloc[[i]].reset_index(drop=True)
        adcode = str(own["adcode"].iloc[0])
        rows = inside.get(adcode, demand.index[:0])
        tasks.append(
            _part(whole, own, demand.loc[rows], float(farthest[rows].max(initial=0.0)), by_row)
        )
    outside = inside.get(NO_COUNTY, demand.index[:0])
    if len(outside):
        people = demand.loc[outside].reset_index(drop=True)
        tasks.append(replace(whole, demand=people, candidates=None, excluded=None, base=None))
    return tasks


def _require_candidates(plan: Plan, candidates: gpd.GeoDataFrame | None) -> None:
    """Refuse fixed or forbidden candidates that the table does not have.

    Raises
    ------
    InputError : an id is unknown.
    """
    if plan.sites is None or candidates is None:
        return
    terms = plan.sites.terms
    unknown = sorted({*terms.fixed, *terms.forbidden} - set(candidates["outlet_id"]))
    if unknown:
        raise unusable(
            "candidate_unknown",
            f"[sites] 里的候选点 {'、'.join(unknown)} 不在候选点表中",
            "请核对候选点编号",
        )


def _distance_to_outlets(outlets: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> np.ndarray:
    """Metres from each demand point to the nearest active outlet; nought without outlets."""
    active = outlets[outlets["status"] == "active"]
    metres, _ = ellipsoid.nearest(
        *lonlat(demand.geometry.to_numpy()), *lonlat(active.geometry.to_numpy())
    )
    return np.where(np.isfinite(metres), metres, 0.0)


def _part(
    whole: CountyTask,
    own: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    farthest_m: float,
    by_row: Mapping[tuple[str, int | None], list[Problem]],
) -> CountyTask:
    """What of everything one county needs."""
    standard = whole.plan.standard
    reach_m = standard.rural_radius_m + standard.margin_m
    box = shapely.box(*own.total_bounds)
    # Any place that could serve somebody here finds its own nearest outlet in the wider box.
    near = box.buffer((reach_m + farthest_m) / _M_PER_DEG)
    served = box.buffer(reach_m / _M_PER_DEG)
    adcode = str(own["adcode"].iloc[0])
    outlets = _touching(whole.outlets, near)
    here = outlets[outlets["county"] == adcode]
    rows = {*zip(here["source_file"], here["source_row"], strict=True)}
    if "source_row" in demand:
        demand_file = next(s.name for s in whole.sources if s.role == "人口")
        rows |= {(demand_file, row) for row in demand["source_row"]}
    problems = [problem for row in rows for problem in by_row.get(row, ())]
    assert outlets is not None
    return replace(
        whole,
        adcode=adcode,
        name=str(own["name"].iloc[0]),
        counties=own,
        outlets=outlets,
        demand=demand.reset_index(drop=True),
        candidates=_touching(whole.candidates, served),
        excluded=_touching(whole.excluded, served),
        places=_touching(whole.places, served),
        base=_touching(whole.base, served),
        problems=tuple(sorted(problems, key=lambda p: (p.file, p.sheet, p.row or 0, p.kind))),
    )


def _touching(frame, area):  # type: ignore[no-untyped-def]
    """The rows of a frame that touch a box; None stays None."""
    if frame is None:
        return None
    rows = frame.sindex.query(area, predicate="intersects", sort=True)
    return frame.iloc[rows].reset_index(drop=True)


def network_of(task: CountyTask, path: Path) -> WalkNetwork:
    """The saved streets of a task; none at all where nobody there needs to walk.

    Raises
    ------
    InputError : there are no streets, and urban people.
    """
    try:
        return WalkNetwork.load(path)
    except InputError as error:
        urban = (task.demand["settlement"] == "urban") & (task.demand["population"] > 0)
        if error.problem.kind != "no_streets" or (urban.any() and task.adcode):
            raise
        source = next(s for s in (*task.sources, Source("路网", path.name, "")) if s.role == "路网")
        return WalkNetwork.without_streets(source, (replace(error.problem, severity="warning"),))


def report_of(task: CountyTask, network: WalkNetwork) -> Report:
    """Assess a county, find its gaps, answer the siting question, and gather what a report says."""
    plan = task.plan
    coverage = apply_standard(task.outlets, task.demand, network, plan.standard, task.counties)
    gaps = find_gaps(coverage, task.places)
    siting = None
    if plan.sites is not None and task.adcode:
        siting = make_siting(coverage, terms_of(task), task.candidates, task.places)
    own = task.outlets[task.outlets["county"].isin(task.counties["adcode"])]
    problems = (*task.problems, *datum_problems(own, network), *network.problems)
    return Report(
        title=plan.title,
        coverage=coverage,
        gaps=gaps,
        sources=_with_network(task.sources, network.source),
        problems=problems,
        version=__version__,
        made_on=task.made_on,
        neighbours=task.neighbours,
        siting=siting,
    )


def _with_network(sources: tuple[Source, ...], network: Source) -> tuple[Source, ...]:
    """The streets behind the people, where a reader looks for them."""
    place = 1 + max(i for i, source in enumerate(sources) if source.role == "人口")
    return (*sources[:place], network, *sources[place:])


def terms_of(task: CountyTask) -> Terms:
    """What the plan asks of a county's candidates.

    A fixed candidate across the border is fixed over there; of the forbidden ones those count
    that this county could choose.
    """
    asked = task.plan.sites
    terms = replace(Terms() if asked is None else asked.terms, excluded=task.excluded)
    if task.candidates is None or len(task.neighbours) == 1:
        return terms
    near = task.candidates["outlet_id"]
    own = set(near[task.candidates["county"] == task.adcode])
    return replace(
        terms,
        fixed=tuple(i for i in terms.fixed if i in own),
        forbidden=tuple(i for i in terms.forbidden if i in set(near)),
    )
