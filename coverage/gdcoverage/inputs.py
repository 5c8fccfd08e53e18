"""Reading what a plan names: outlets, people, counties, candidates, streets, a base map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pyarrow
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage import boundaries
from gdcoverage.assess import NO_COUNTY
from gdcoverage.basemap import read_base
from gdcoverage.demand import read_demand
from gdcoverage.files import Source, sha256, written_whole
from gdcoverage.network import WalkNetwork, networks_of, places_of, read_places
from gdcoverage.outlets import read_outlets
from gdcoverage.plan_file import Plan, SitesInput
from gdcoverage.problems import InputError, Problem
from gdcoverage.tables import Reading, read_layer

Say = Callable[[str], None]

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
    excluded : areas in which none is generated, or None.
    places : named places, or None.
    base : water and main streets, or None.
    problems : what is wrong with the files.
    sources : the files.
    """

    outlets: Reading
    demand: Reading
    counties: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame | None
    excluded: gpd.GeoDataFrame | None
    places: gpd.GeoDataFrame | None
    base: gpd.GeoDataFrame | None
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...] = field(default=())


def read_inputs(plan: Plan, say: Say = lambda _: None) -> Inputs:
    """Read everything that the plan names but the streets, telling each step."""
    counties = None
    if not plan.counties.single:
        say("读取县区界线")
        counties = boundaries.read_counties(plan.counties.path, adcodes=plan.counties.adcodes)
    say("读取人口与城乡分类")
    demand = _read_demand(plan, counties)
    if counties is None:
        assert plan.counties.single
        counties = boundaries.one_county(plan.counties.single, demand.frame)
    demand = replace(demand, frame=_with_county(demand.frame, counties))
    say("读取网点")
    area = _outlet_area(plan, counties)
    outlets = read_outlets(
        plan.outlets.path, datum=plan.outlets.datum, sheet=plan.outlets.sheet, within=area
    )
    outlets = replace(outlets, frame=_with_county(outlets.frame, counties))
    asked = plan.sites or SitesInput()
    candidates = read_candidates(asked, counties)
    if candidates:
        candidates = replace(candidates, frame=_with_county(candidates.frame, counties))
    osm, own = plan.network.osm, plan.counties.path
    places = base = None
    if osm:
        say("读取地名、水系与主要道路")
        places, base = _named_and_drawn(plan, osm, counties)
    polygons = plan.demand.settlement_polygons
    sources = (
        Source.of(plan.path, "计划"),
        outlets.source,
        demand.source,
        *([candidates.source] if candidates else []),
        *([Source.of(own, "县区界线")] if own else []),
        *([Source.of(polygons, "城乡分类")] if polygons else []),
        *([Source.of(asked.excluded, "不布点区域")] if asked.excluded else []),
    )
    problems = (
        *outlets.problems,
        *boundaries.stated_county_problems(outlets.frame, counties),
        *demand.problems,
        *(candidates.problems if candidates else ()),
        *_outside_counties(demand),
    )
    return Inputs(
        outlets,
        demand,
        counties,
        candidates.frame if candidates else None,
        read_layer(asked.excluded) if asked.excluded else None,
        places,
        base,
        problems,
        sources,
    )


def _named_and_drawn(
    plan: Plan, osm: Path, counties: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Named places, water and main streets; of several counties kept, as their streets are."""
    area = counties.geometry.union_all()
    if len(counties) == 1:
        return read_places(osm), read_base(osm, area)
    folder = plan.cache / "路网"
    places = places_of(osm, folder)
    kept = folder / f"base-{sha256(osm)[:16]}.parquet"
    try:
        base = gpd.read_parquet(kept)
    except (OSError, ValueError, pyarrow.ArrowException):
        base = read_base(osm)
        with written_whole(kept) as partial:
            base.to_parquet(partial)
    near = base.sindex.query(shapely.box(*area.bounds), sort=True)
    return places, base.iloc[near].reset_index(drop=True)


def read_candidates(asked: SitesInput, counties: gpd.GeoDataFrame) -> Reading | None:
    """The plan's table of candidates, or None where they are to be generated."""
    if asked.candidates is None:
        return None
    within = shapely.box(*counties.total_bounds).buffer(0.5)
    reading = read_outlets(asked.candidates, datum=asked.datum, sheet=asked.sheet, within=within)
    # A village committee has no bank, and need not.
    problems = tuple(p for p in reading.problems if p.kind != "bank_missing")
    return replace(reading, problems=problems, source=replace(reading.source, role="候选点"))


def read_network(plan: Plan, area: BaseGeometry | None = None) -> WalkNetwork:
    """The plan's walk network, cut to an area with the margin that the standard's walks need."""
    net, margin_m = plan.network, plan.standard.margin_m
    if net.saved:
        return WalkNetwork.load(net.saved)
    if net.osm:
        return WalkNetwork.from_osm(net.osm, polygon=area, margin_m=margin_m)
    if net.graphml:
        return WalkNetwork.from_graphml(net.graphml, polygon=area, margin_m=margin_m)
    how = {
        "margin_m": margin_m,
        "overpass_url": net.overpass_url,
        "doh_url_template": net.doh_url_template,
        "cache_folder": net.cache_folder or plan.path.parent / "cache",
    }
    if net.place:
        return WalkNetwork.from_place(net.place, nominatim_url=net.nominatim_url, **how)  # type: ignore[arg-type]
    assert net.polygon is not None
    return WalkNetwork.from_polygon(read_layer(net.polygon).geometry.union_all(), **how)  # type: ignore[arg-type]


def saved_networks(
    plan: Plan, areas: Mapping[str, BaseGeometry], folder: Path, say: Say
) -> Mapping[str, Path]:
    """A saved network for each area: cut from an OSM file in one pass, or one for all of them."""
    if plan.network.osm:
        return networks_of(plan.network.osm, areas, plan.standard.margin_m, folder, say)
    if plan.network.saved:
        return dict.fromkeys(areas, plan.network.saved)
    path = folder / "streets.npz"
    read_network(plan, shapely.union_all(list(areas.values()))).save(path)
    return dict.fromkeys(areas, path)


def _read_demand(plan: Plan, counties: gpd.GeoDataFrame | None) -> Reading:
    asked = plan.demand
    polygons = asked.settlement_polygons
    return read_demand(
        asked.path,
        datum=asked.datum,
        standard=plan.standard,
        settlement=asked.settlement,  # type: ignore[arg-type]
        settlement_polygons=read_layer(polygons) if polygons else None,
        sheet=asked.sheet,
        within=None if counties is None else counties.geometry.union_all(),
    )


def _with_county(points: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return points.assign(county=boundaries.assign_counties(points, counties))


def _outlet_area(plan: Plan, counties: gpd.GeoDataFrame) -> BaseGeometry:
    """Where outlets may lie: the province with piers and new land, or around one's own counties."""
    if plan.counties.path or plan.counties.single:
        return shapely.box(*counties.total_bounds).buffer(0.5)
    return boundaries.province().simplify(0.005).buffer(0.03)


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
        raise InputError(
            Problem("county_unknown", f"计划里没有县区 {adcode}", "请核对六位区划代码")
        )
