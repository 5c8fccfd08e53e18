"""Writing results: workbook, tables, maps and layers; what cannot be written stops nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock

import geopandas as gpd
import pyogrio

from gdcoverage.access_legs import access_legs
from gdcoverage.emap import (
    Ground,
    build_map,
    build_public_map,
    write_map,
)
from gdcoverage.files import written_whole
from gdcoverage.findings import Coverage
from gdcoverage.network import WalkNetwork
from gdcoverage.problems import Problem, refused_by_system
from gdcoverage.report import (
    Report,
    write_account,
    write_csv,
    write_json,
    write_services,
    write_sites,
    write_towns,
    write_workbook,
)
from gdcoverage.service_areas import reached_streets
from gdcoverage.sites import Siting
from gdcoverage.townships import tells_towns

Say = Callable[[str], None]


@dataclass
class Written:
    """The files that a run wrote, and those that it could not, with the reason."""

    folder: Path
    say: Say = lambda _: None
    files: list[Path] = field(default_factory=list)
    failures: list[Problem] = field(default_factory=list)

    @contextmanager
    def writing(
        self, name: str, folder: Path | None = None, *, listed: bool = True
    ) -> Iterator[Path]:
        """A path to write; an error of the disk becomes a failure (the file open in Excel, say).

        Parameters
        ----------
        folder : another than that of the run.
        listed : whether the file is one of those that the run names.
        """
        path = (folder or self.folder) / name
        if listed:
            self.say(f"写出 {name}")
        try:
            yield path
            if listed:
                self.files.append(path)
        except OSError as error:
            self.failures.append(unwritten(path, error))


def unwritten(path: Path, error: OSError) -> Problem:
    """Why a file could not be written, for the person who must act."""
    why, action = refused_by_system(error)
    return Problem("output_failed", f"写不出文件（{why}）", action, file=str(path))


def write_outputs(
    report: Report, folder: Path, say: Say = lambda _: None, ground: Ground | None = None
) -> Written:
    """Write all results of a plan with one county, whose streets are at hand."""
    written, ground = Written(folder, say), ground or Ground()
    for name, make in county_files(
        report,
        ground,
        lambda: report.walked,
        among_others=False,
    ).items():
        with written.writing(name) as path:
            make(path)
    return written


# The documents of a county, in the order in which they are written. What stands in the first
# shows the date and the sources; layers show neither.
TOWNS = "镇街.csv"
TABLES = ("汇总.xlsx", "汇总.csv", "汇总.json", "事项与时段.csv", TOWNS)
# Where a siting question is answered.
SITES = "布点建议.csv"
ACCOUNT = "读表说明.html"
PLANNER_MAP, PUBLIC_MAP, GEOPACKAGE = "地图.html", "公众版地图.html", "结果图层.gpkg"
_LAYERS = {
    "outlets": "网点",
    "demand": "需求点",
    "gaps": "空白区",
    "reached_streets": "可达街道",
    "access_legs": "接驳",
    "sites": "布点建议",
}


def county_file_names(siting: bool, among_others: bool, towns: bool) -> tuple[str, ...]:
    """Names of all results of a county.

    Parameters
    ----------
    siting : whether a siting question is answered.
    among_others : whether the county is one of several: with GeoParquet, and without a map of
        its own for the public, or what was understood of the inputs.
    towns : whether anything tells towns.
    """
    tables = tables_of(towns, siting)
    if not among_others:
        return (*tables, ACCOUNT, PLANNER_MAP, PUBLIC_MAP, GEOPACKAGE)
    parquet = [f"{_LAYERS[name]}.parquet" for name in _LAYERS if siting or name != "sites"]
    return (*tables, PLANNER_MAP, GEOPACKAGE, *parquet)


def tables_of(towns: bool, siting: bool) -> tuple[str, ...]:
    """Names of the tables: that of towns where anything tells them, of sites where asked for."""
    tables = TABLES if towns else tuple(name for name in TABLES if name != TOWNS)
    return (*tables, SITES) if siting else tables


def shows_date(name: str) -> bool:
    """Whether a result says when it was made and from what."""
    return name in (*TABLES, SITES, ACCOUNT, PLANNER_MAP, PUBLIC_MAP)


def county_files(
    report: Report,
    ground: Ground,
    walked: Callable[[], Coverage],
    *,
    among_others: bool,
) -> dict[str, Callable[[Path], None]]:
    """What writes each result of a county; streets are asked for by those that show them.

    Parameters
    ----------
    walked : gives the report's coverage with its streets.
    """

    @cache
    def drawn() -> dict[str, gpd.GeoDataFrame]:
        return layers(walked(), report.gaps, report.siting)

    def planner_map(path: Path) -> None:
        province = f"../../{PLANNER_MAP}" if among_others else ""
        write_report_map(report, path, ground, walked=walked(), province=province)

    def parquet(name: str) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            with written_whole(path) as partial:
                drawn()[name].to_parquet(partial)

        return write

    outlets, counties = report.coverage.outlets, report.coverage.counties
    known = tables(report) | {
        PLANNER_MAP: planner_map,
        PUBLIC_MAP: lambda path: write_public_map(
            outlets, counties, report, path, ground, walked().network
        ),
        GEOPACKAGE: lambda path: write_layers(drawn(), path),
        **{f"{chinese}.parquet": parquet(name) for name, chinese in _LAYERS.items()},
    }
    towns = tells_towns(report.coverage.demand, report.towns)
    names = county_file_names(report.siting is not None, among_others, towns)
    return {name: known[name] for name in names}


def content(make: Callable[[Path], None], name: str) -> bytes:
    """What a maker writes to a file of this name."""
    with tempfile.TemporaryDirectory(prefix="gdcoverage-") as folder:
        path = Path(folder) / name
        make(path)
        return path.read_bytes()


def tables(report: Report) -> dict[str, Callable[[Path], None]]:
    """What writes the tables of a report, and what was understood of the inputs."""
    return {
        "汇总.xlsx": lambda path: write_workbook(report, path),
        "汇总.csv": lambda path: write_csv(report, path),
        "汇总.json": lambda path: write_json(report, path),
        "事项与时段.csv": lambda path: write_services(report, path),
        TOWNS: lambda path: write_towns(report, path),
        SITES: lambda path: write_sites(report, path),
        ACCOUNT: lambda path: write_account(report, path),
    }


def write_report_map(
    report: Report,
    path: Path,
    ground: Ground | None = None,
    *,
    walked: Coverage | None = None,
    province: str = "",
) -> None:
    """Write the planner's map of a report.

    Parameters
    ----------
    walked : the report's coverage with its streets, where the report has none.
    province : relative path of the map of all counties, if there is one.
    """
    emap = build_map(
        report.walked if walked is None else walked,
        report.gaps,
        title=report.title,
        made_on=report.made_on,
        data_date=report.data_date,
        siting=report.siting,
        ground=ground,
        box=report.box,
        towns=report.towns,
        supervision=report.supervision_table,
        province=province,
    )
    write_map(emap, path)


def write_public_map(
    outlets: gpd.GeoDataFrame,
    counties: gpd.GeoDataFrame | None,
    report: Report,
    path: Path,
    ground: Ground | None,
    network: WalkNetwork,
) -> None:
    """Write the public's map of a report's outlets, with the streets to walk on."""
    emap = build_public_map(
        outlets,
        counties,
        title=report.title,
        made_on=report.made_on,
        data_date=report.data_date,
        ground=ground,
        network=network,
        standard=report.coverage.standard,
    )
    write_map(emap, path)


def layers(
    coverage: Coverage, gaps: gpd.GeoDataFrame, siting: Siting | None
) -> dict[str, gpd.GeoDataFrame]:
    """Results as layers: outlets, demand points, gaps, reached streets, access legs, recommended
    sites, sites of alternatives.
    """
    found = {
        "outlets": coverage.outlets,
        "demand": coverage.demand,
        "gaps": gaps,
        "reached_streets": reached_streets(coverage),
        "access_legs": access_legs(coverage),
    }
    if siting is not None:
        found["sites"] = siting.plan.sites
        if siting.alternatives is not None:
            found["alternatives"] = siting.alternatives.sites
    return found


# GDAL writes the time of day into the file unless it is told another; and as the file is renamed
# when it is whole, SQLite need not wait for the disk at every layer.
_GDAL = {"OGR_CURRENT_DATE": "2024-01-01T00:00:00.000Z", "OGR_SQLITE_SYNCHRONOUS": "OFF"}
_GDAL_SET = Lock()


def write_layers(frames: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write layers as a GeoPackage; the same layers give the same bytes, on any day."""
    with _GDAL_SET, written_whole(path) as partial:
        pyogrio.set_gdal_config_options(_GDAL)
        try:
            partial.unlink()
            for name, frame in frames.items():
                frame.to_file(partial, layer=name, driver="GPKG")
        finally:
            pyogrio.set_gdal_config_options(dict.fromkeys(_GDAL))
