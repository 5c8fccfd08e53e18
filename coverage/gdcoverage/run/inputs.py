"""Reading what a plan names but the streets: outlets, people, counties, candidates, a base map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.demand import RASTER_SUFFIXES, read_demand
from gdcoverage.emap import Squares
from gdcoverage.files import Source, files_of, passed_over, sha256
from gdcoverage.findings import NO_COUNTY
from gdcoverage.outlets import read_outlets, this_day
from gdcoverage.outlets.answers import answers_beside, read_answers
from gdcoverage.outlets.premises import without_outlets
from gdcoverage.places.assign_towns import assign_towns, outlets_in_towns
from gdcoverage.places.called import counties_called
from gdcoverage.places.counties import (
    assign_counties,
    one_county,
    province,
    read_counties,
    stated_county_problems,
)
from gdcoverage.places.quotas import read_quotas
from gdcoverage.places.towns import read_towns
from gdcoverage.problems import Problem, unusable
from gdcoverage.report import FileRead
from gdcoverage.run.executors import Processes, here
from gdcoverage.run.identity import digest, program
from gdcoverage.run.kept import Kept, packed, unpacked
from gdcoverage.run.osm_layers import Pictured, layers_of
from gdcoverage.run.plan import OutletsInput, Plan, SitesInput
from gdcoverage.run.plan_values import FROM_OSM
from gdcoverage.tables import Reading, read_layer
from gdcoverage.tables.account import Account, Question, TableRead
from gdcoverage.townships import KINDS

Say = Callable[[str], None]

# Files that hold all that is read of them; others have more beside them (a world file, a journal).
_ALONE = frozenset({".csv", ".txt", ".xlsx", ".xls", ".geojson", ".json", ".parquet", ".fgb"})
# Demand points outside every county are listed one by one up to here, then counted.
_LISTED = 20


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a plan's files hold, but for the streets.

    Parameters
    ----------
    outlets, demand : readings; every outlet and demand point with the ``county`` that it lies
        in, empty outside all of them.
    counties : frame of `read_counties`.
    candidates : where outlets could be added; None where they are to be generated.
    excluded : areas in which none is generated (geometry alone), or None.
    places : named places, or None.
    pictured : what maps show of the streets' file.
    problems : what is wrong with the files.
    sources : the files.
    files : what was understood of outlets, people and candidates.
    towns : frame of `read_towns`, or None; outlets and demand have the columns of `assign_towns`.
    quotas : frame of `read_quotas`, or None.
    supervision : of a register what supervision has to look at, frame of
        `register.supervision`; None of a table, which tells nothing of it.
    """

    outlets: Reading
    demand: Reading
    counties: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame | None
    excluded: gpd.GeoDataFrame | None
    places: gpd.GeoDataFrame | None
    pictured: Pictured
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...] = field(default=())
    files: tuple[FileRead, ...] = field(default=())
    towns: gpd.GeoDataFrame | None = None
    quotas: pd.DataFrame | None = None
    supervision: gpd.GeoDataFrame | None = None

    @cached_property
    def squares(self) -> Squares | None:
        """The base map as it lies beside the pages of several counties, if it does."""
        base = self.pictured.base if len(self.counties) > 1 else None
        return None if base is None else Squares.of(base)


def read_inputs(
    plan: Plan,
    say: Say = lambda _: None,
    crew: Processes | None = None,
    today: dt.date | None = None,
    *,
    public: bool = False,
) -> Inputs:
    """Read everything that the plan names but the streets, telling each step.

    Parameters
    ----------
    crew : begins to read what maps show of a province's OSM file, beside all else.
    today : see `read_outlets`.
    public : read of a register nothing but the public's view.
    """
    counties = None
    if not plan.counties.single:
        say("读取县区界线")
        counties = read_counties(plan.counties.path, adcodes=plan.counties.adcodes)
        if plan.counties.names:
            meant = counties_called(plan.counties.names, counties)
            counties = counties[counties["adcode"].isin(meant)].reset_index(drop=True)
    osm, own = plan.network.osm, plan.counties.path
    content = "" if osm is None else sha256(osm)
    several = counties is not None and len(counties) > 1
    beside = crew.beside if crew is not None and several else here
    of_osm = {} if osm is None else layers_of(plan, osm, content, beside, say)
    say("读取人口与城乡分类")
    kept = Kept(
        plan.cache / "results", (Reading, Source, Problem, Account, TableRead, Question), say
    )
    demand = _read_demand(plan, counties, kept)
    if counties is None:
        assert plan.counties.single
        counties = one_county(plan.counties.single, demand.frame)
    demand = replace(demand, frame=_with_county(demand.frame, counties))
    if plan.counties.adcodes or plan.counties.names:
        demand = _without_others(demand, read_counties(own), counties)
    say("读取网点")
    answered = None if plan.outlets.path is None else answers_beside(plan.outlets.path)
    on = plan.outlets.as_of or today or this_day()
    outlets = outlets_as_of(plan, counties, on, kept, public=public)
    supervised = None if public else _supervision(plan, on, outlets.frame, counties)
    towns = _towns(plan, counties, say)
    demand, outlets, of_towns = _in_towns(demand, outlets, towns)
    quotas = None
    if plan.quotas.table:
        quotas, unused = read_quotas(plan.quotas.table, counties, KINDS)
        of_towns += unused
    asked = plan.sites or SitesInput()
    candidates = read_candidates(asked, counties, kept)
    if "premises" in of_osm:
        candidates = _standing(of_osm["premises"](), outlets, counties)
    if candidates:
        candidates = replace(candidates, frame=_with_county(candidates.frame, counties))
    places, pictured = None, Pictured()
    if of_osm:
        say("读取地名")
        places, bounds = of_osm["places"](), counties.total_bounds
        pictured = Pictured(
            lambda: of_osm["base"]().within(*bounds),
            of_osm["names"],
            digest("pictured", program(), content, bounds),
        )
    polygons = plan.demand.settlement_polygons
    sources = (
        Source.of(plan.path, "计划"),
        outlets.source,
        demand.source,
        *([candidates.source] if candidates else []),
        *([Source.of(answered, "读表约定")] if answered else []),
        *([Source.of(own, "县区界线")] if own else []),
        *([Source.of(polygons, "城乡分类")] if polygons else []),
        *([Source.of(plan.demand.land, "陆地比例")] if plan.demand.land else []),
        *([Source.of(plan.demand.places, "村居位置")] if plan.demand.places else []),
        *([Source.of(asked.excluded, "不布点区域")] if asked.excluded else []),
        *([towns.source] if towns else []),
        *([Source.of(plan.quotas.table, "网点配额")] if plan.quotas.table else []),
    )
    problems = (
        *outlets.problems,
        *stated_county_problems(outlets.frame, counties),
        *demand.problems,
        *(candidates.problems if candidates else ()),
        *_outside_counties(demand),
        *(towns.problems if towns else ()),
        *of_towns,
    )
    return Inputs(
        outlets,
        demand,
        counties,
        candidates.frame if candidates else None,
        read_layer(asked.excluded).geometry.to_frame("geometry") if asked.excluded else None,
        places,
        pictured,
        problems,
        sources,
        (
            FileRead.of(outlets, plan.outlets.expected),
            FileRead.of(demand, plan.demand.expected_population),
            *([FileRead.of(candidates)] if candidates else []),
            *([FileRead.of(towns)] if towns else []),
        ),
        towns.frame if towns else None,
        quotas,
        supervised,
    )


def _towns(plan: Plan, counties: gpd.GeoDataFrame, say: Say) -> Reading | None:
    """The plan's towns; where all is one unit, that unit's."""
    if plan.places.towns is None:
        return None
    say("读取镇街")
    reading = read_towns(plan.places.towns, counties, plan.places.datum)
    if plan.counties.single:
        unit = str(counties["adcode"].iloc[0])
        reading = replace(reading, frame=reading.frame.assign(county=unit))
    return reading


def _in_towns(
    demand: Reading, outlets: Reading, towns: Reading | None
) -> tuple[Reading, Reading, list[Problem]]:
    """People and outlets with their towns."""
    known = None if towns is None else towns.frame
    people, serving, told = assign_towns(demand.frame, outlets.frame, known)
    problems = [replace(problem, file=demand.source.name) for problem in told]
    return replace(demand, frame=people), replace(outlets, frame=serving), problems


def read_candidates(
    asked: SitesInput, counties: gpd.GeoDataFrame, kept: Kept | None = None
) -> Reading | None:
    """The plan's table of candidates, or None where there is none."""
    if asked.candidates is None or asked.candidates == FROM_OSM:
        return None
    assert isinstance(asked.candidates, Path)
    within = shapely.box(*counties.total_bounds).buffer(0.5)
    asked_of = OutletsInput(path=asked.candidates, datum=asked.datum, sheet=asked.sheet)
    reading = _outlets(kept, asked_of, {"within": within, "candidates": True})
    # A village committee has no bank, and need not.
    problems = tuple(p for p in reading.problems if p.kind != "bank_missing")
    return replace(reading, problems=problems, source=replace(reading.source, role="候选点"))


def _standing(premises: Reading, outlets: Reading, counties: gpd.GeoDataFrame) -> Reading:
    """Places of the OSM file that could serve the counties and are no outlets."""
    near = shapely.box(*counties.total_bounds).buffer(0.5)
    here = premises.frame[premises.frame.intersects(near)].reset_index(drop=True)
    return without_outlets(replace(premises, frame=here), outlets.frame)


def _read_demand(plan: Plan, counties: gpd.GeoDataFrame | None, kept: Kept) -> Reading:
    asked = plan.demand
    layer, is_raster = asked.settlement_polygons, _is_raster(asked.path)
    options = {
        "datum": asked.datum,
        "standard": plan.standard,
        "settlement": asked.settlement,
        "settlement_polygons": layer if layer is None or _is_raster(layer) else read_layer(layer),
        "land": asked.land,
        "sheet": asked.sheet,
        "places": None if asked.places is None else read_layer(asked.places),
        "within": counties.geometry.union_all() if counties is not None and is_raster else None,
    }
    # Rasters beside it would have to be part of what a kept reading rests on, with all files that
    # belong to them.
    beside = asked.land is not None or (layer is not None and _is_raster(layer))
    return _read_once(None if beside else kept, read_demand, asked.path, options)


def _is_raster(path: Path) -> bool:
    return path.suffix.lower() in RASTER_SUFFIXES


def outlets_as_of(
    plan: Plan,
    counties: gpd.GeoDataFrame,
    on: dt.date,
    kept: Kept | None = None,
    *,
    public: bool = False,
) -> Reading:
    """The plan's outlets as of a day, each with the county that it lies in.

    Parameters
    ----------
    on : of a register, what it held on that day; of a table, dates in it are judged from there.
    public : read of a register nothing but the public's view.
    """
    asked = plan.outlets
    if asked.register is not None:
        from gdcoverage.register import Register, read_register

        outlets = read_register(Register(asked.register), on, public=public)
    else:
        assert asked.path is not None
        answered = answers_beside(asked.path)
        judging = {
            "within": _outlet_area(plan, counties),
            "today": on,
            "answers": None if answered is None else read_answers(answered),
        }
        outlets = _outlets(kept, asked, judging)
    return replace(outlets, frame=_with_county(outlets.frame, counties))


def on_another_day(plan: Plan, inputs: Inputs, on: dt.date) -> Inputs:
    """The same people and places with the outlets of another day."""
    outlets = outlets_as_of(plan, inputs.counties, on)
    frame = outlets_in_towns(outlets.frame, inputs.demand.frame, inputs.towns)
    return replace(inputs, outlets=replace(outlets, frame=frame))


def _supervision(
    plan: Plan, on: dt.date, outlets: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> gpd.GeoDataFrame | None:
    """What of the plan's counties supervision has to look at; None where that cannot be read."""
    if plan.outlets.register is None:
        return None
    from gdcoverage.register import Register, findings, supervision

    register = Register(plan.outlets.register)
    if register.is_restricted:
        return None
    found = supervision(findings(register.as_of(on)), outlets)
    # A register of the province serves for one county.
    own = found["county"].isin(counties["adcode"]) | bool(plan.counties.single)
    return found[own].reset_index(drop=True)


def _outlets(kept: Kept | None, asked: OutletsInput, more: dict[str, Any]) -> Reading:
    options = {"datum": asked.datum, "sheet": asked.sheet, **more}
    assert asked.path is not None
    return _read_once(kept, read_outlets, asked.path, options)


def _read_once(
    kept: Kept | None, read: Callable[..., Reading], path: Path, options: dict[str, Any]
) -> Reading:
    """What a reader makes of a file; of the same file, read in the same way, it is kept."""
    if kept is None or not all(there.suffix.lower() in _ALONE for there in files_of(path)):
        return read(path, **options)
    told = [there.name for there in passed_over(path)] if path.is_dir() else []
    identity = digest("reading", program(), read.__name__, path.name, sha256(path), told, options)
    reading = kept.get(identity)
    if reading is None:
        body = packed(read(path, **options))
        kept.put(identity, body)
        reading = unpacked(body, kept.kinds)
    assert isinstance(reading, Reading)
    return reading


def _with_county(points: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return points.assign(county=assign_counties(points, counties))


def _without_others(
    demand: Reading, known: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> Reading:
    """The people but those of other counties: a table of the province serves for one of them.

    Who lies in no county at all stays, and is told apart.
    """
    others = known[~known["adcode"].isin(counties["adcode"])].reset_index(drop=True)
    frame = demand.frame
    outside = frame[frame["county"] == NO_COUNTY]
    if others.empty or outside.empty:
        return demand
    theirs = outside.index[_with_county(outside, others)["county"] != NO_COUNTY]
    if theirs.empty:
        return demand
    told = Problem(
        "people_elsewhere",
        f"{len(theirs):,} 个需求点（{frame.loc[theirs, 'population'].sum():,.0f} 人）"
        "在计划没有列出的县区内，不计入",
        "如应计入，请把这些县区也写进计划",
        "warning",
        file=demand.source.name,
    )
    left = frame.drop(index=theirs).reset_index(drop=True)
    return replace(demand, frame=left, problems=(*demand.problems, told))


def _outlet_area(plan: Plan, counties: gpd.GeoDataFrame) -> BaseGeometry:
    """Where outlets may lie: the province with piers and new land, or around one's own counties."""
    if plan.counties.path or plan.counties.single:
        return shapely.box(*counties.total_bounds).buffer(0.5)
    return province().simplify(0.005).buffer(0.03)


def _outside_counties(reading: Reading) -> list[Problem]:
    """Demand points in no county: in the sea, across the provincial border, or misplaced."""
    outside = reading.frame[reading.frame["county"] == NO_COUNTY]
    problems = [
        Problem(
            "demand_outside",
            f"需求点不在所列任何县区之内（{row.population:,.0f} 人），单列为“县区外”",
            "请核对坐标，或在 [counties] 里补上所在县区",
            "warning",
            file=reading.source.name,
            row=row.source_row or None,
            value=row.name or row.demand_id,
        )
        for row in outside.head(_LISTED).itertuples(index=False)
    ]
    rest = outside.iloc[_LISTED:]
    if len(rest):
        problems.append(
            Problem(
                "demand_outside",
                f"另有 {len(rest):,} 个需求点（{rest['population'].sum():,.0f} 人）在县区之外",
                "同上",
                "warning",
                file=reading.source.name,
            )
        )
    return problems


def require_county(counties: gpd.GeoDataFrame, adcode: str) -> None:
    """Refuse an adcode that is none of the plan's.

    Raises
    ------
    InputError : the plan has no such county.
    """
    if adcode not in set(counties["adcode"]):
        raise unusable("county_unknown", f"计划里没有县区 {adcode}", "请核对六位区划代码")


def narrowed(inputs: Inputs, adcodes: Collection[str]) -> Inputs:
    """The inputs with these counties and their people alone; outlets of others still serve them."""
    counties, demand = inputs.counties, inputs.demand.frame
    own = demand[demand["county"].isin(adcodes)].reset_index(drop=True)
    supervised = inputs.supervision
    if supervised is not None:
        supervised = supervised[supervised["county"].isin(adcodes)].reset_index(drop=True)
    return replace(
        inputs,
        counties=counties[counties["adcode"].isin(adcodes)].reset_index(drop=True),
        demand=replace(inputs.demand, frame=own),
        supervision=supervised,
    )
