"""People from a population raster, window by window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats, Ints
from gdcoverage.demand._clip import Clip
from gdcoverage.demand._degurba import Degrees
from gdcoverage.demand._ground import Ground
from gdcoverage.demand._kilometres import Kilometres
from gdcoverage.demand._open import opened
from gdcoverage.demand._people import MOST_PEOPLE
from gdcoverage.geo.datum import Datum
from gdcoverage.problems import Problem, unusable

# Cells held at once; a raster of any size passes through this much memory.
_WINDOW_CELLS = 4_000_000
# Cells looked through in some minutes; China at 100 m has 3 thousand million.
_MOST_READ = 20_000_000_000
# A demand point takes about 550 bytes while it is read: 11 GB.
_MOST_CELLS = 20_000_000


@dataclass(frozen=True, eq=False)
class Cells:
    """Populated cells, row by row from the raster's first.

    Parameters
    ----------
    number : running number among all populated cells of the raster, from 1.
    lon, lat : centre in degrees, WGS-84.
    people : people in the cell.
    area_km2 : geodesic area; NaN unknown.
    degree : degree of urbanisation (`CENTRE`, `CLUSTER`, `RURAL`); nought where not asked.
    problems : what there is to say of the raster.
    unplaced_people : people in cells whose coordinates could not be converted.
    """

    number: Ints
    lon: Floats
    lat: Floats
    people: Floats
    area_km2: Floats
    degree: Degrees
    problems: tuple[Problem, ...]
    unplaced_people: float


def read_cells(
    path: Path,
    datum: Datum = "wgs84",
    within: BaseGeometry | None = None,
    judged: bool = True,
    land: Path | None = None,
) -> Cells:
    """Every cell with people of a raster whose values are people per cell, not per km².

    Cells without data (nodata value, mask, NaN) and cells of nought are no demand points;
    negative and impossible values (infinity, more than a thousand million) are reported and
    count as no data. The sum over the cells inside, outside (which is reported) and unplaced is
    the sum of the raster's first band.

    Parameters
    ----------
    datum : of the raster's coordinates.
    within : polygon in degrees, WGS-84; only cells with their centre in it or on its outline.
    judged : whether to find the degree of urbanisation.
    land : raster of how much of the ground is land, for densities per km² of land; else all of
        it counts as land. The raster of people does not tell: what has no data in it may be land
        where nobody lives.

    Raises
    ------
    InputError : unreadable, without a coordinate system or a place on the earth, or with more
        populated cells than memory holds.
    """
    with opened(path, "人口栅格") as raster:
        _require_size(path, raster)
        return _populated(path, raster, datum, within, judged, land)


def _require_size(path: Path, raster: rasterio.DatasetReader) -> None:
    """Refuse what an empty file of a few kilobytes may say of itself: a million by a million."""
    if raster.width > _WINDOW_CELLS or raster.width * raster.height > _MOST_READ:
        raise unusable(
            "raster_too_large",
            f"栅格有 {raster.width:,} × {raster.height:,} 个像元，超出可处理的范围",
            "请先裁剪到所需的市县，或汇总为较大的栅格",
            file=path.name,
        )


def _populated(
    path: Path,
    raster: rasterio.DatasetReader,
    datum: Datum,
    within: BaseGeometry | None,
    judged: bool,
    land: Path | None,
) -> Cells:
    scale, offset = raster.scales[0], raster.offsets[0]
    ground = Ground(raster, datum)
    clip = None if within is None else Clip(raster, datum, within)
    kilometres = Kilometres(ground)
    blocks, squares, told = [], [], _Tally()
    kept = 0
    for window in _windows(raster):
        values = raster.read(1, window=window, masked=True).astype(float).filled(np.nan)
        values = values * scale + offset
        told.negative += int((values < 0).sum())
        told.impossible += int((values > MOST_PEOPLE).sum())
        row, column = np.nonzero((values > 0) & (values <= MOST_PEOPLE))
        people = values[row, column]
        number = told.populated + np.arange(1, len(row) + 1)
        told.populated += len(row)
        row += window.row_off

        if judged:
            # An urban centre may cross the area's border: its people beyond it count as well.
            near = clip.bears(column, row) if clip else np.ones(len(row), bool)
            kilometres.add(column[near], row[near], people[near])
        if clip:
            near = clip.may_hold(column, row)
            told.leave_outside(people[~near])
            column, row, people, number = (a[near] for a in (column, row, people, number))
        lon, lat = ground.lon_lat(column + 0.5, row + 0.5)
        keep = placed = np.isfinite(lon) & (np.abs(lat) <= 90)
        told.leave_unplaced(people[~placed])
        if clip:
            keep = clip.inside(lon, lat, placed)
            told.leave_outside(people[placed & ~keep])
        cells = (number, lon, lat, people, ground.km2(column, row))
        blocks.append([a[keep] for a in cells])
        if judged:
            squares.append(kilometres.squares(column[keep], row[keep]))
        kept += int(keep.sum())
        if kept > _MOST_CELLS:
            raise unusable(
                "raster_too_large",
                f"有人口的栅格超过 {_MOST_CELLS:,} 个",
                "请先裁剪到所需的市县，或汇总为较大的栅格",
                file=path.name,
            )
    number, lon, lat, people, area_km2 = map(np.concatenate, zip(*blocks, strict=True))
    degree, problems = np.zeros(len(number), np.int8), told.problems(path, raster.count)
    if judged:
        line, file = map(np.concatenate, zip(*squares, strict=True))
        degree, landless = kilometres.degrees(line, file, land)
        if land is not None and landless:
            problems = (*problems, _land_unknown(land, landless))
    return Cells(number, lon, lat, people, area_km2, degree, problems, told.unplaced_people)


@dataclass
class _Tally:
    """What is not among the cells, or should be told of them."""

    populated: int = 0
    negative: int = 0
    impossible: int = 0
    unplaced: int = 0
    unplaced_people: float = 0.0
    outside: int = 0
    outside_people: float = 0.0

    def leave_unplaced(self, people: Floats) -> None:
        self.unplaced += len(people)
        self.unplaced_people += float(people.sum())

    def leave_outside(self, people: Floats) -> None:
        self.outside += len(people)
        self.outside_people += float(people.sum())

    def problems(self, path: Path, bands: int) -> tuple[Problem, ...]:
        """One problem for each sort of cell that there was."""
        nodata, region = "请检查栅格的 nodata 设置", "请核对县区范围、栅格的范围与坐标系"
        found: dict[str, tuple[int, str, str]] = {
            "population_negative": (self.negative, "的人口为负数，按无数据处理", nodata),
            "population_impossible": (self.impossible, "的人口大得不可能，按无数据处理", nodata),
            "coordinate_outside": (self.unplaced, "的坐标换算不成经纬度，未计入", region),
            "cells_outside": (
                self.outside,
                f"（{self.outside_people:,.0f} 人）在所选县区之外，不在任何合计之内",
                region,
            ),
        }
        problems = [
            Problem(
                kind,
                f"{count:,} 个栅格{what}",
                action,
                "error" if kind == "coordinate_outside" else "warning",
                file=path.name,
            )
            for kind, (count, what, action) in found.items()
            if count
        ]
        if bands > 1:
            what = f"栅格有 {bands} 个波段，只用了第 1 个"
            action = "请确认第 1 个波段是总人口"
            problems.append(Problem("bands_unused", what, action, "warning", file=path.name))
        return tuple(problems)


def _land_unknown(land: Path, people: float) -> Problem:
    return Problem(
        "land_unknown",
        f"有 {people:,.0f} 人的地方陆地栅格没有数据，按全是陆地计算人口密度",
        "请换用覆盖整个人口栅格的陆地栅格",
        "warning",
        file=land.name,
    )


def _windows(raster: rasterio.DatasetReader) -> Iterator[Window]:
    """Bands of whole rows, each small enough for memory."""
    height = max(1, _WINDOW_CELLS // max(raster.width, 1))
    for top in range(0, raster.height, height):
        yield Window(0, top, raster.width, min(height, raster.height - top))
