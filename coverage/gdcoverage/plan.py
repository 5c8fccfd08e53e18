"""The run that a plan file describes: inputs read, coverage assessed, reports and map written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage import boundaries
from gdcoverage._version import __version__
from gdcoverage.assess import NO_COUNTY, Coverage, assess
from gdcoverage.datum_fit import datum_problems
from gdcoverage.demand import read_demand
from gdcoverage.emap import build_map, write_map
from gdcoverage.files import Source, written_whole
from gdcoverage.gaps import find_gaps
from gdcoverage.network import WalkNetwork, read_places
from gdcoverage.outlets import read_outlets
from gdcoverage.plan_file import Plan, SitesInput, load_plan
from gdcoverage.problems import Problem
from gdcoverage.report import Report, write_csv, write_json, write_workbook
from gdcoverage.service_areas import reached_streets
from gdcoverage.siting import Siting, SitingTerms, make_siting
from gdcoverage.tables import Reading, read_layer

# Demand points outside every county are listed one by one up to here, then counted.
_LISTED = 20

Say = Callable[[str], None]

__all__ = [
    "Inputs",
    "Plan",
    "SitesInput",
    "Written",
    "ask_sites",
    "load_plan",
    "make_report",
    "read_candidates",
    "read_inputs",
    "read_network",
    "write_layers",
    "write_outputs",
    "write_report_map",
]


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a plan's files hold."""

    outlets: Reading
    demand: Reading
    network: WalkNetwork
    counties: gpd.GeoDataFrame
    places: gpd.GeoDataFrame | None
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Written:
    """The files that a run wrote, and those that it could not, with the reason."""

    files: tuple[Path, ...]
    failures: tuple[Problem, ...]


def read_inputs(plan: Plan, say: Say = lambda _: None) -> Inputs:
    """Read everything that the plan names, telling each step."""
    say("读取人口与城乡分类")
    demand_in = plan.demand
    polygons = demand_in.settlement_polygons
    demand = read_demand(
        demand_in.path,
        datum=demand_in.datum,
        standard=plan.standard,
        settlement=demand_in.settlement,  # type: ignore[arg-type]
        settlement_polygons=read_layer(polygons) if polygons else None,
        sheet=demand_in.sheet,
    )
    say("读取县区界线")
    counties = _counties(plan, demand.frame)
    say("读取网点")
    outlets = read_outlets(
        plan.outlets.path,
        datum=plan.outlets.datum,
        sheet=plan.outlets.sheet,
        within=_outlet_area(plan, counties),
    )
    say("读取步行路网")
    network = read_network(plan, counties.geometry.union_all())
    places = read_places(plan.network.osm) if plan.network.osm else None
    own = plan.counties.path
    sources = (
        Source.of(plan.path, "计划"),
        outlets.source,
        demand.source,
        network.source,
        *([Source.of(own, "县区界线")] if own else []),
        *([Source.of(polygons, "城乡分类")] if polygons else []),
    )
    problems = (
        *outlets.problems,
        *boundaries.stated_county_problems(outlets.frame, counties),
        *datum_problems(outlets.frame, network),
        *demand.problems,
        *network.problems,
    )
    return Inputs(outlets, demand, network, counties, places, problems, sources)


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


def make_report(plan: Plan, inputs: Inputs, made_on: str, say: Say = lambda _: None) -> Report:
    """Assess, find the gaps, and gather all that a report says."""
    say("计算覆盖（首次运行需编译，约十秒）")
    coverage = assess(
        inputs.outlets.frame, inputs.demand.frame, inputs.network, plan.standard, inputs.counties
    )
    say("归并空白区")
    gaps = find_gaps(coverage, inputs.places)
    siting = None
    if plan.sites is not None:
        say("选择布点、计算退出影响")
        siting = ask_sites(plan.sites, coverage, inputs)
    return Report(
        title=plan.title,
        coverage=coverage,
        gaps=gaps,
        sources=inputs.sources,
        problems=(*inputs.problems, *_outside_counties(coverage, inputs.demand)),
        version=__version__,
        made_on=made_on,
        siting=siting,
    )


def ask_sites(
    asked: SitesInput, coverage: Coverage, inputs: Inputs, county: str | None = None
) -> Siting:
    """Answer the plan's siting question, for all counties together or for one."""
    terms = SitingTerms(
        add=asked.add,
        target=None if asked.target is None else asked.target / 100,
        county=county,
        bank_caps=asked.bank_caps,
        fixed=asked.fixed,
        forbidden=asked.forbidden,
        frontier=asked.frontier,
        alternatives=asked.alternatives,
        time_limit=asked.time_limit,
    )
    return make_siting(
        coverage,
        terms,
        read_candidates(asked, coverage),
        generate=asked.generate,
        apart_m=asked.apart_m,
        excluded=read_layer(asked.excluded) if asked.excluded else None,
        places=inputs.places,
    )


def read_candidates(asked: SitesInput, coverage: Coverage) -> gpd.GeoDataFrame | None:
    """The plan's table of candidates, or None where they are to be generated."""
    if asked.candidates is None:
        return None
    around = coverage.outlets if coverage.counties is None else coverage.counties
    within = shapely.box(*around.total_bounds).buffer(0.5)
    return read_outlets(asked.candidates, datum=asked.datum, sheet=asked.sheet, within=within).frame


def write_outputs(report: Report, folder: Path, say: Say = lambda _: None) -> Written:
    """Write the workbook, CSV, JSON, map and layers; with several counties, one report for each.

    A file that cannot be written (open in Excel, say) does not stop the others.
    """
    files: list[Path] = []
    failures: list[Problem] = []

    @contextmanager
    def writing(name: str) -> Iterator[Path]:
        path = folder / name
        say(f"写出 {name}")
        try:
            yield path
            files.append(path)
        except OSError as error:
            failures.append(
                Problem(
                    "output_failed",
                    f"写不出文件（{error.strerror or error}）",
                    "请关闭正在打开它的程序，或检查磁盘与权限，然后重新运行",
                    file=str(path),
                )
            )

    with writing("汇总.xlsx") as path:
        write_workbook(report, path)
    with writing("汇总.csv") as path:
        write_csv(report, path)
    with writing("汇总.json") as path:
        write_json(report, path)
    counties = report.counties
    inside = counties[counties["county"] != NO_COUNTY]
    for row in inside.itertuples() if len(inside) > 1 else ():
        own = report.for_county(str(row.county))
        with writing(f"县区/{row.county}_{row.county_name}.xlsx") as path:
            write_workbook(own, path)
        with writing(f"县区/{row.county}_{row.county_name}.json") as path:
            write_json(own, path)
    with writing("地图.html") as path:
        write_report_map(report, path)
    with writing("结果图层.gpkg") as path:
        write_layers(report, path)
    return Written(tuple(files), tuple(failures))


def write_report_map(report: Report, path: Path) -> None:
    """Write the report's map."""
    write_map(
        build_map(
            report.coverage,
            report.gaps,
            title=report.title,
            made_on=report.made_on,
            siting=report.siting,
        ),
        path,
    )


def write_layers(report: Report, path: Path) -> None:
    """Write outlets, demand points, gaps and reached streets as layers of a GeoPackage."""
    coverage = report.coverage
    layers = {
        "outlets": coverage.outlets,
        "demand": coverage.demand,
        "gaps": report.gaps,
        "reached_streets": reached_streets(coverage),
    }
    with written_whole(path) as partial:
        partial.unlink()
        for name, frame in layers.items():
            frame.to_file(partial, layer=name, driver="GPKG")


def _counties(plan: Plan, demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if plan.counties.single:
        return boundaries.one_county(plan.counties.single, demand)
    return boundaries.read_counties(plan.counties.path, adcodes=plan.counties.adcodes)


def _outlet_area(plan: Plan, counties: gpd.GeoDataFrame) -> BaseGeometry:
    """Where outlets may lie: the province with piers and new land, or around one's own counties."""
    if plan.counties.path or plan.counties.single:
        return shapely.box(*counties.total_bounds).buffer(0.5)
    return boundaries.province().simplify(0.005).buffer(0.03)


def _outside_counties(coverage: Coverage, reading: Reading) -> list[Problem]:
    """Demand points in no county: in the sea, across the provincial border, or misplaced."""
    outside = coverage.demand[coverage.demand["county"] == NO_COUNTY]
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
