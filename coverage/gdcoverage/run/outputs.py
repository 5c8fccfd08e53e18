"""Writing results: workbook, tables, maps and layers; what cannot be written stops nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd

from gdcoverage.emap import Ground, build_map, build_public_map, write_map
from gdcoverage.files import written_whole
from gdcoverage.problems import Problem
from gdcoverage.report import Report, write_csv, write_json, write_workbook
from gdcoverage.service_areas import reached_streets

Say = Callable[[str], None]


@dataclass
class Written:
    """The files that a run wrote, and those that it could not, with the reason."""

    folder: Path
    say: Say = lambda _: None
    files: list[Path] = field(default_factory=list)
    failures: list[Problem] = field(default_factory=list)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A path to write; an error of the disk becomes a failure (the file open in Excel, say)."""
        path = self.folder / name
        self.say(f"写出 {name}")
        try:
            yield path
            self.files.append(path)
        except OSError as error:
            self.failures.append(
                Problem(
                    "output_failed",
                    f"写不出文件（{error.strerror or error}）",
                    "请关闭正在打开它的程序，或检查磁盘与权限，然后重新运行",
                    file=str(path),
                )
            )


def write_outputs(
    report: Report, folder: Path, say: Say = lambda _: None, ground: Ground | None = None
) -> Written:
    """Write all results of a plan with one county."""
    written = Written(folder, say)
    write_tables(report, written)
    with written.writing("地图.html") as path:
        write_report_map(report, path, ground)
    with written.writing("公众版地图.html") as path:
        coverage = report.coverage
        write_public_map(coverage.outlets, coverage.counties, report, path, ground)
    with written.writing("结果图层.gpkg") as path:
        write_layers(report, path)
    return written


def write_county(report: Report, folder: Path, ground: Ground) -> Written:
    """Write all results of one county among others, GeoParquet too."""
    written = Written(folder)
    write_tables(report, written)
    with written.writing("地图.html") as path:
        write_report_map(report, path, ground)
    with written.writing("结果图层.gpkg") as path:
        write_layers(report, path)
    for name, layer in layers(report).items():
        with written.writing(f"{_CHINESE[name]}.parquet") as path, written_whole(path) as partial:
            layer.to_parquet(partial)
    return written


def write_tables(report: Report, written: Written) -> None:
    """Write the workbook, CSV and JSON."""
    with written.writing("汇总.xlsx") as path:
        write_workbook(report, path)
    with written.writing("汇总.csv") as path:
        write_csv(report, path)
    with written.writing("汇总.json") as path:
        write_json(report, path)


def write_report_map(report: Report, path: Path, ground: Ground | None = None) -> None:
    """Write the planner's map of a report."""
    write_map(
        build_map(
            report.walked,
            report.gaps,
            title=report.title,
            made_on=report.made_on,
            siting=report.siting,
            ground=ground,
        ),
        path,
    )


def write_public_map(
    outlets: gpd.GeoDataFrame,
    counties: gpd.GeoDataFrame | None,
    report: Report,
    path: Path,
    ground: Ground | None,
) -> None:
    """Write the public's map of a report's outlets."""
    emap = build_public_map(
        outlets, counties, title=report.title, made_on=report.made_on, ground=ground
    )
    write_map(emap, path)


def layers(report: Report) -> dict[str, gpd.GeoDataFrame]:
    """Results as layers: outlets, demand points, gaps, reached streets, recommended sites."""
    coverage = report.coverage
    found = {
        "outlets": coverage.outlets,
        "demand": coverage.demand,
        "gaps": report.gaps,
        "reached_streets": reached_streets(report.walked),
    }
    if report.siting is not None:
        found["sites"] = report.siting.plan.sites
    return found


_CHINESE = {
    "outlets": "网点",
    "demand": "需求点",
    "gaps": "空白区",
    "reached_streets": "可达街道",
    "sites": "布点建议",
}


def write_layers(report: Report, path: Path) -> None:
    """Write the report's layers as a GeoPackage; the same report gives the same bytes."""
    # GDAL writes the time of day into the file unless it is told another.
    before = os.environ.get("OGR_CURRENT_DATE")
    os.environ["OGR_CURRENT_DATE"] = f"{report.made_on}T00:00:00.000Z"
    try:
        with written_whole(path) as partial:
            partial.unlink()
            for name, frame in layers(report).items():
                frame.to_file(partial, layer=name, driver="GPKG")
    finally:
        if before is None:
            del os.environ["OGR_CURRENT_DATE"]
        else:
            os.environ["OGR_CURRENT_DATE"] = before
