"""Settlement class of demand points: by code, by polygon, or by degree of urbanisation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Bools, Floats, Int32s, Objects
from gdcoverage.geo.plane import EARTH_RADIUS_M
from gdcoverage.policy import RURAL_CODES, TOWN_CODES, URBAN_CODES, Standard
from gdcoverage.problems import unusable
from gdcoverage.tables import plain_heading

Texts = Objects
Small = NDArray[np.int8]

CODE_HEADINGS = (
    "城乡分类代码", "城乡分类", "城乡代码", "城乡类别", "城乡", "城乡类型", "settlement", "settlementcode", "urbanrural",
)  # fmt: skip

# What a point may be: nothing known, an official code, or a class that carries no code.
CODES = ("", *sorted(URBAN_CODES | TOWN_CODES | RURAL_CODES))
KINDS = (*CODES, "urban", "town", "rural")
_JUDGED_AS = {"urban": "111", "town": "121", "rural": "220"}
SOURCES = ("", "code", "polygon", "degurba", "declared")

# Official names stand for their code, other words for a class.
_WORDS = {
    "主城区": "111", "城乡结合区": "112", "镇中心区": "121", "镇乡结合区": "122", "特殊区域": "123", "乡中心区": "210", "村庄": "220",
    "城区": "urban", "城镇": "urban", "城市": "urban", "镇区": "town", "镇": "town",
    "乡村": "rural", "农村": "rural", "村": "rural", "乡": "rural",
}  # fmt: skip

# 111主城区, 主城区111: only where both say the same.
_CODE_AND_WORD = re.compile(r"(?=.*?(?P<code>\d{3}))(?=.*?(?P<word>\D+))(?:\d{3}\D+|\D+\d{3})")

# Degree of urbanisation (Eurostat, UN-Habitat, OECD and others, Applying the Degree of
# Urbanisation, 2021): people per km² and people in all, of contiguous 1 km cells.
CELL_M = 1_000.0
CENTRE_DENSITY, CENTRE_PEOPLE = 1_500.0, 50_000.0
CLUSTER_DENSITY, CLUSTER_PEOPLE = 300.0, 5_000.0
# The 1 km grid is the same whatever the raster's extent: Lambert's cylindrical equal-area
# projection, true to shape at the middle of Guangdong.
_TRUE_LATITUDE = 23.0
_LARGEST_GRID = 100_000_000
_FOUR = ndimage.generate_binary_structure(2, 1)
_EIGHT = ndimage.generate_binary_structure(2, 2)


@dataclass(frozen=True, eq=False)
class Settled:
    """Per point: its number in `KINDS`, and in `SOURCES` what says so; 0 is unknown."""

    kind: Small
    source: Small

    @classmethod
    def of(cls, kind: NDArray[np.integer], source: str) -> Settled:
        """Points whose class comes from one source."""
        number = SOURCES.index(source)
        return cls(kind.astype(np.int8), np.where(kind > 0, number, 0).astype(np.int8))

    @classmethod
    def unknown(cls, points: int) -> Settled:
        """Points that nothing is known of."""
        return cls.of(np.zeros(points, int), "")

    def at(self, mask: Bools) -> Settled:
        """Some of the points."""
        return Settled(self.kind[mask], self.source[mask])

    @property
    def known(self) -> Bools:
        """Which points have a class."""
        return self.kind > 0

    def filled(self, other: Settled) -> Settled:
        """What is known here, and the other's where it is not."""
        return Settled(
            np.where(self.known, self.kind, other.kind),
            np.where(self.known, self.source, other.source),
        )

    def columns(self, standard: Standard) -> dict[str, pd.Series]:
        """The four columns of a demand frame that say what a point is; towns as the rule has it."""
        codes = [_JUDGED_AS.get(kind, kind) for kind in KINDS]
        town = np.array([code in TOWN_CODES for code in codes])
        return {
            "settlement": _words([standard.settlement_of(c) or "" for c in codes], self.kind),
            "town": pd.Series(town[self.kind]),
            "settlement_code": _words([k if k in CODES else "" for k in KINDS], self.kind),
            "settlement_source": _words(SOURCES, self.source),
        }


def by_code(text: Texts, said_by: Texts | None = None) -> Settled:
    """Class from official codes or the words for them; unknown for a cell that is neither.

    Parameters
    ----------
    said_by : what says so, where an earlier reading has found it; else the code.
    """
    settled = Settled.of(_kinds(text), "code")
    if said_by is None:
        return settled
    at, distinct = pd.factorize(said_by)
    known = np.array([SOURCES.index(s) if s in SOURCES else 0 for s in distinct] or [0])[at]
    return Settled(
        settled.kind, np.where(settled.known & (known > 0), known, settled.source).astype(np.int8)
    )


def without_code(text: Texts) -> Bools:
    """Which cells carry no official code: a class in words, or nothing known."""
    return (_kinds(text) == 0) | (_kinds(text) >= len(CODES))


def _kinds(text: Texts) -> NDArray[np.integer]:
    at, distinct = pd.factorize(text)
    return np.array([_kind(str(t)) for t in distinct] or [0])[at]


def declared(settlement: str, points: int) -> Settled:
    """One class for all points, as the caller declares: a class or a code.

    Raises
    ------
    InputError : it is neither.
    """
    kind = _kind(settlement)
    if not kind:
        raise unusable(
            "settlement_unknown",
            "声明的城乡类别无法识别",
            "settlement 请写 urban（城区）或 rural（乡村）",
            value=str(settlement),
        )
    return Settled.of(np.full(points, KINDS.index(_class(kind))), "declared")


def by_polygon(lon: Floats, lat: Floats, polygons: gpd.GeoDataFrame) -> Settled:
    """Class of the polygon that a point lies in; rural outside them all.

    Where polygons overlap or touch, the lower code counts: 城区 before 镇区 before 乡村.

    Raises
    ------
    InputError : the polygons have no coordinate system, no class column, or a strange class.
    """
    column = next((c for c in polygons if plain_heading(c) in CODE_HEADINGS), None)
    if column is None or polygons.crs is None:
        raise unusable(
            "settlement_polygons_unusable",
            "城乡图层没有城乡分类列" if column is None else "城乡图层没有坐标系",
            "请提供“城乡分类代码”列（111、112、121、122、123、210、220），并指定坐标系",
        )
    text = np.array(["" if pd.isna(v) else str(v) for v in polygons[column]], object)
    kind = by_code(text).kind
    if not kind.all():
        raise unusable(
            "settlement_unknown",
            "城乡图层里有无法识别的城乡分类",
            "请填 111、112、121、122、123、210、220 之一",
            row=int(np.argmin(kind != 0)) + 1,
            column=str(column),
            value=str(text[kind == 0][0]),
        )
    shapes = shapely.make_valid(polygons.geometry.to_crs(4326).to_numpy())
    polygon, point = shapely.STRtree(shapely.points(lon, lat)).query(shapes, predicate="intersects")
    code = np.array([CODES.index(_JUDGED_AS.get(k, k)) if k else 0 for k in KINDS])[kind]
    lowest = np.full(len(lon), len(KINDS) * len(CODES))
    np.minimum.at(lowest, point, code[polygon] * len(KINDS) + kind[polygon])
    outside = lowest == len(KINDS) * len(CODES)
    return Settled.of(np.where(outside, KINDS.index("rural"), lowest % len(KINDS)), "polygon")


def by_degree_of_urbanisation(
    lon: Floats, lat: Floats, people: Floats, area_km2: Floats
) -> Settled:
    """Class of populated raster cells from where people live close together.

    People are summed on an equal-area grid of 1 km cells. An urban centre is 4-connected cells
    of at least 1,500 people/km² with 50,000 people in all; an urban cluster (a town)
    8-connected cells of 300 with 5,000; all else is rural.

    Raises
    ------
    InputError : the cells lie too far apart for a grid in memory.
    """
    if not len(lon):
        return Settled.of(np.zeros(0, int), "degurba")
    squeeze = np.cos(np.radians(_TRUE_LATITUDE))
    x = EARTH_RADIUS_M * np.radians(lon) * squeeze / CELL_M
    y = EARTH_RADIUS_M * np.sin(np.radians(lat)) / squeeze / CELL_M
    side = np.sqrt(np.nan_to_num(area_km2)).clip(1e-6)
    x, y = x - np.floor((x - side).min()), y - np.floor((y - side).min())
    grid = _people_grid(x, y, side, people)
    centre = clusters(grid, CENTRE_DENSITY, CENTRE_PEOPLE, _FOUR)
    cluster = clusters(grid, CLUSTER_DENSITY, CLUSTER_PEOPLE, _EIGHT)
    urban, town, rural = (KINDS.index(kind) for kind in ("urban", "town", "rural"))
    kind = np.where(centre, urban, np.where(cluster, town, rural))
    return Settled.of(kind[y.astype(np.int32), x.astype(np.int32)], "degurba")


def bearing_on(area: BaseGeometry, side_km: float) -> BaseGeometry:
    """The surroundings of an area whose people may bear on its settlement classes, and itself.

    A centre or town may cross the border. One that reaches from the area past these
    surroundings has 34 of its grid cells within them: 34 x 1,500 people are enough for a
    centre, 17 x 300 for a town, whoever lives farther away. So the classes inside the area are
    those that the whole raster would give.

    Parameters
    ----------
    area : polygon in degrees, WGS-84.
    side_km : side of a raster cell.
    """
    most_cells = max(CENTRE_PEOPLE / CENTRE_DENSITY, CLUSTER_PEOPLE / CLUSTER_DENSITY)
    squeeze = np.cos(np.radians(_TRUE_LATITUDE))
    radius = EARTH_RADIUS_M / CELL_M

    def to_grid(degrees: Floats) -> Floats:
        lon, lat = np.radians(degrees).T
        return np.column_stack([radius * lon * squeeze, radius * np.sin(lat) / squeeze])

    def to_degrees(grid: Floats) -> Floats:
        x, y = grid.T / radius
        return np.degrees(np.column_stack([x / squeeze, np.arcsin(np.clip(y * squeeze, -1, 1))]))

    # Half a degree of straight line is bent by less than a tenth of a cell.
    on_grid = shapely.transform(shapely.segmentize(area, 0.5), to_grid)
    tolerance = 1.0
    # Beyond the last of those cells: its diagonal, the raster's cell that lies across its far
    # side, and what the simpler outline leaves out.
    margin = most_cells + 3 + 2 * side_km + tolerance
    return shapely.transform(on_grid.simplify(tolerance).buffer(margin), to_degrees)


def _people_grid(x: Floats, y: Floats, side: Floats, people: Floats) -> Floats:
    """People per grid cell; those of a raster cell are shared out by area.

    A raster of 30 arc seconds would else put one or two of its cells into each of the grid's,
    and one of 5 km all its people into one.

    Parameters
    ----------
    x, y, side : middle and side of raster cells in grid cells, from the grid's lower left.
    """
    width, height = (int((middle + side).max()) + 2 for middle in (x, y))
    if height * width > _LARGEST_GRID:
        raise unusable("raster_too_wide", "人口栅格范围过大", "请先裁剪到所需的省、市或县")
    grid = np.zeros((height, width))
    reach = range(int(np.ceil(side.max())) + 1)
    across = [_overlap(x, side, step) for step in reach]
    for row, tall in (_overlap(y, side, step) for step in reach):
        for column, wide in across:
            np.add.at(grid, (row, column), people * tall * wide)
    # A cell of exactly 300 or 1,500 people counts.
    return grid.round(6)


def _overlap(middle: Floats, side: Floats, step: int) -> tuple[Int32s, Floats]:
    """The grid line so many steps from where a raster cell begins, and its share of the cell."""
    low = middle - side / 2
    line = np.floor(low) + step
    share = (np.minimum(line + 1, low + side) - np.maximum(line, low)).clip(0) / side
    return line.astype(np.int32), share


def clusters(grid: Floats, density: float, people: float, neighbours: Bools) -> Bools:
    """Cells of contiguous groups that are dense enough and hold enough people."""
    label, count = ndimage.label(grid >= density, structure=neighbours)
    total = ndimage.sum_labels(grid, label, np.arange(count + 1))
    enough = np.asarray(total) >= people
    enough[0] = False
    return np.asarray(enough[label])


def _kind(text: str) -> int:
    """Number in `KINDS` of what a cell says; 0 for nothing known."""
    plain = unicodedata.normalize("NFKC", text).strip().lower().removesuffix(".0")
    plain = re.sub(r"[\s()\[\]:.、\-]", "", plain)
    if (both := _CODE_AND_WORD.fullmatch(plain)) and _WORDS.get(both["word"]) == both["code"]:
        plain = both["code"]
    plain = _WORDS.get(plain, plain)
    return KINDS.index(plain) if plain in KINDS else 0


def _class(kind: int) -> str:
    """Urban, town or rural, whatever the code."""
    code = _JUDGED_AS.get(KINDS[kind], KINDS[kind])
    return "urban" if code in URBAN_CODES else "town" if code in TOWN_CODES else "rural"


def _words(words: list[str] | tuple[str, ...], at: Small) -> pd.Series:
    return pd.Series(pd.array(list(words), dtype="str").take(at.astype(np.int64)))
