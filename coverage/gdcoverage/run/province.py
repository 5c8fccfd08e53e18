"""The province's report: the counties' results put together, never computed a second way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gdcoverage._version import __version__
from gdcoverage.emap import (
    EMap,
    Ground,
    Squares,
    build_index_map,
    build_public_map,
    names_beside,
    page_of,
    paths_beside,
    town_rows,
)
from gdcoverage.files import Source, written_whole
from gdcoverage.findings import SUPPOSED, WITH_DOUBTFUL, StreetlessCoverage, StreetsWalked
from gdcoverage.numbers import NUMBERS
from gdcoverage.outlets.datum_fit import DATUM_DOUBTFUL, doubted, joined_fits
from gdcoverage.problems import Problem, unusable
from gdcoverage.report import Report, data_date
from gdcoverage.run.inputs import Inputs
from gdcoverage.run.job import with_streets
from gdcoverage.run.outputs import (
    ACCOUNT,
    PLANNER_MAP,
    PUBLIC_MAP,
    Written,
    tables_of,
)
from gdcoverage.run.plan import Plan
from gdcoverage.townships import tells_towns
from gdcoverage.verify import Witness


def joined_report(
    plan: Plan,
    inputs: Inputs,
    results: Mapping[str, Report],
    streets: Iterable[Source],
    made_on: str,
    failures: Sequence[Problem] = (),
) -> Report:
    """One report of all counties.

    Parameters
    ----------
    results : adcode -> the county's report; empty adcode for what lies outside all of them.
    streets : the files of their streets.
    failures : why other counties have none.
    """
    ordered = dict(sorted(results.items(), key=lambda item: (not item[0], item[0])))
    parts = list(ordered.values())
    kept = inputs.counties["adcode"].isin(list(results))
    counties = inputs.counties[kept].reset_index(drop=True)
    # Few outlets of a county prove nothing, and those of all counties much.
    fits = joined_fits(fit for part in parts for fit in part.fits)
    told = doubted(fits, inputs.outlets.source.name)
    said = [problem for part in parts for problem in _said(part, told)]
    problems = dict.fromkeys([*failures, *inputs.problems, *said, *told])
    service = None if plan.sites is None else plan.sites.service
    return Report(
        title=plan.title,
        coverage=_joined(plan, inputs.outlets.frame, ordered, counties),
        gaps=_stacked([part.gaps for part in parts]),
        sources=with_streets(inputs.sources, *dict.fromkeys(streets)),
        problems=tuple(problems),
        version=__version__,
        made_on=made_on,
        county_sites=_county_sites(results) if plan.sites is not None else None,
        sites_service=service.label if service is not None else "",
        data_date=data_date(inputs.outlets.account),
        files=inputs.files,
        fits=fits,
        streets=StreetsWalked.together(part.streets for part in parts if part.streets),
        witness=_together(results),
        towns=inputs.towns,
        quotas=inputs.quotas,
        supervision=inputs.supervision,
    )


def _said(county: Report, told: Sequence[Problem]) -> Iterator[Problem]:
    """A county's problems; of a datum with its name, unless that is told of all counties."""
    for problem in county.problems:
        if problem.kind != DATUM_DOUBTFUL:
            yield problem
        elif not any(p.sheet in ("", problem.sheet) and p.action == problem.action for p in told):
            yield replace(problem, what=f"{county.name}：{problem.what}")


def _together(results: Mapping[str, Report]) -> Witness:
    """The counties' witnesses as one; where one saw nothing, it is told of which county."""
    return Witness.together(
        replace(
            report.witness, unseen=tuple(f"{report.name}（{why}）" for why in report.witness.unseen)
        )
        for report in results.values()
        if report.witness is not None
    )


def _joined(
    plan: Plan,
    outlets: gpd.GeoDataFrame,
    results: Mapping[str, Report],
    counties: gpd.GeoDataFrame,
) -> StreetlessCoverage:
    """The demand of all results, in their order, and who covers whom among all outlets."""
    number = pd.Series(np.arange(len(outlets)), outlets["outlet_id"].to_numpy())
    status = np.full(len(outlets), "off_network", object)
    access_m = np.full(len(outlets), np.nan)
    rows, columns, first = [np.empty(0, int)], [np.empty(0, int)], 0
    for adcode, result in results.items():
        part = result.coverage
        local = number[part.outlets["outlet_id"]].to_numpy()
        pairs = part.covers.tocoo()
        rows.append(pairs.row.astype(int) + first)
        columns.append(local[pairs.col])
        first += part.covers.shape[0]
        # How an outlet joins the streets is what its own county found.
        at_home = (part.outlets["county"] == adcode).to_numpy()
        status[local[at_home]] = part.outlets["status_snap"].to_numpy(object)[at_home]
        access_m[local[at_home]] = part.outlets["access_m"].to_numpy()[at_home]
    row, column = np.concatenate(rows), np.concatenate(columns)
    covers = csr_array((np.ones(len(row), bool), (row, column)), shape=(first, len(outlets)))
    covers.sort_indices()
    counts = outlets["status"] == "active"
    joined = outlets.assign(counts=counts, status_snap=status, access_m=access_m)
    demand = _stacked([result.coverage.demand for result in results.values()])
    told = set(demand.columns) & SUPPOSED
    if (outlets["status"] == "unknown").any():
        told |= {WITH_DOUBTFUL}
    for name in sorted(told):
        # Where nothing in doubt is near, nothing would change.
        beside = demand.get(name, demand["covered"]).astype("boolean")
        demand[name] = beside.fillna(demand["covered"]).astype(bool)
    return StreetlessCoverage(
        plan.standard, demand, joined.reset_index(drop=True), covers, counties
    )


def _stacked(frames: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Frames one under the other; empty ones decide no column's type."""
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs="EPSG:4326")


def _county_sites(results: Mapping[str, Report]) -> gpd.GeoDataFrame:
    """The recommended sites of all counties, with the county that asked for them."""
    tables = [
        report.siting.plan.sites.assign(asked_by=adcode)
        for adcode, report in sorted(results.items())
        if report.siting is not None
    ]
    return _stacked(tables) if tables else gpd.GeoDataFrame()


def require_reconciled(inputs: Inputs, report: Report, failed: Sequence[str]) -> None:
    """Refuse a report in which people or outlets were lost or counted twice on the way.

    Parameters
    ----------
    failed : adcodes of counties without results.

    Raises
    ------
    InputError : people read are not people reported, by county and in all; or outlets likewise.
    """
    demand, outlets = inputs.demand.frame, inputs.outlets.frame
    read = demand[~demand["county"].isin(failed)].groupby("county")["population"].sum()
    table = report.counties.set_index("county")
    told = table["population"]
    if len(inputs.counties) == 1 and len(table) == 1:
        read, told = pd.Series([read.sum()]), pd.Series([told.sum()])
    both = pd.concat({"read": read, "told": told}, axis=1).fillna(0.0)
    _require_equal("人口", both["read"], both["told"])
    _require_equal("总人口", pd.Series([read.sum()]), pd.Series([report.total["population"]]))
    if len(towns := report.town_table):
        sums = towns.groupby("county")[["population", "outlets"]].sum()
        sums = sums.reindex(table.index).fillna(0.0)
        _require_equal("镇街人口", sums["population"], table["population"])
        _require_equal("镇街在营网点", sums["outlets"], table["outlets"])
    here = outlets["county"].isin(table.index) & ~outlets["county"].isin(failed)
    for status, column in (("active", "outlets"), ("unknown", "doubtful_outlets")):
        count = float((here & (outlets["status"] == status)).sum())
        counted = float(table.get(column, pd.Series(0)).sum())
        _require_equal(NUMBERS[column].said, pd.Series([count]), pd.Series([counted]))


def _require_equal(what: str, read: pd.Series, told: pd.Series) -> None:
    apart = (read - told).abs() > 1e-6 * np.maximum(1.0, read.abs())
    if apart.any():
        where = apart[apart].index[0]
        raise unusable(
            "not_reconciled",
            f"{what}对不上：读入 {read[where]:,.6f}，结果 {told[where]:,.6f}（{where or '合计'}）",
            "没有写出任何结果；请加 --fresh 重新运行，若仍如此请把输出发给维护人员",
        )


GAPS = "空白区.parquet"
_FILES = (ACCOUNT, PLANNER_MAP, PUBLIC_MAP, GAPS)


def province_files(plan: Plan, inputs: Inputs) -> tuple[str, ...]:
    """Names of a province's results but the base map's squares, as paths below its folder."""
    towns = tells_towns(inputs.demand.frame, inputs.towns)
    tables = tables_of(towns, plan.sites is not None)
    return (*tables, *_FILES, *names_beside_of(inputs))


def names_beside_of(inputs: Inputs) -> list[str]:
    """Paths of the names that lie beside a province's pages."""
    return paths_beside(inputs.counties) if inputs.pictured.known else []


def begin_names(
    inputs: Inputs, beside: Callable[..., Callable[[], Any]]
) -> Callable[[], Mapping[str, str]]:
    """Begin the names of each county, that lie beside the public's page: path -> script."""
    return beside(names_beside, inputs.pictured.names, inputs.counties)


def begin_province_maps(
    report: Report,
    folders: Mapping[str, Path],
    ground: Ground,
    beside: Callable[..., Callable[[], Any]],
) -> dict[str, Callable[[], bytes]]:
    """Begin the map of counties by coverage rate, and the public's of all outlets.

    Parameters
    ----------
    folders : adcode -> folder of the county's results, where its own map is.
    beside : does work beside, see `Processes.beside`.

    Returns
    -------
    Name of each page -> what gives it as its file holds it.
    """
    coverage, sites = report.coverage, report.county_sites
    outlets, own = coverage.outlets, coverage.counties
    assert own is not None
    numbers = report.inside.drop(columns=["county_name", "city"])
    rated = own.merge(numbers, left_on="adcode", right_on="county", how="left")
    said = {"title": report.title, "made_on": report.made_on, "data_date": report.data_date}
    of_counties = said | {
        "standard": coverage.standard,
        "total": {str(name): value for name, value in report.total.items()},
        "gaps": report.gaps,
        "sites": sites if sites is not None and len(sites) else None,
        "links": {
            adcode: f"{folder.parent.name}/{folder.name}/地图.html"
            for adcode, folder in folders.items()
        },
        "box": report.box,
        "supervision": report.supervision_table,
        "towns": town_rows(coverage, report.towns, report.names),
        "ground": replace(ground, places=None, names=None),
        "alternatives": None if report.joint is None else report.joint.alternatives,
        "redesign": None if report.joint is None else report.joint.redesign,
    }
    of_outlets = said | {"ground": ground, "beside": ground.names is not None}
    return {
        PLANNER_MAP: beside(_page, build_index_map, rated, outlets, of_counties),
        PUBLIC_MAP: beside(
            _page, build_public_map, coverage.outlets, coverage.counties, of_outlets
        ),
    }


def _page(build: Callable[..., EMap], one: Any, other: Any, more: Mapping[str, Any]) -> bytes:
    return page_of(build(one, other, **more)).encode()


def write_squares(squares: Squares, names: Collection[str], written: Written) -> None:
    """Write some squares of the base map, each as soon as it is made."""
    written.say(f"写出 底图（{len(names)} 块）")
    numbers = {path: number for number, path in enumerate(squares.paths) if path in names}
    for name, number in numbers.items():
        with written.writing(name, listed=False) as path:
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as partial:
                partial.write_text(squares.script(number), encoding="utf-8")


def write_names(scripts: Mapping[str, str], written: Written) -> None:
    """Write the names that lie beside a page."""
    if scripts:
        written.say(f"写出 地名（{len(scripts)} 个县区）")
    for name, script in scripts.items():
        with written.writing(name, listed=False) as path:
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as partial:
                partial.write_text(script, encoding="utf-8")
