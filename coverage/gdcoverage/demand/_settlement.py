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

from gdcoverage.policy import RURAL_CODES, TOWN_CODES, URBAN_CODES, Standard
from gdcoverage.problems import InputError, Problem
from gdcoverage.sphere import EARTH_RADIUS_M
from gdcoverage.tables import plain_heading

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]

CODE_HEADINGS = (
    "城乡分类代码", "城乡分类", "城乡代码", "城乡类别", "城乡", "城乡类型", "settlement", "settlementcode", "urbanrural",
)  # fmt: skip

# Words that stand for a code in tables that carry none.
_WORDS = {
    "城区": "111", "主城区": "111", "城乡结合区": "112", "城镇": "111", "城市": "111", "urban": "111",
    "镇中心区": "121", "镇区": "121", "镇": "121", "镇乡结合区": "122", "特殊区域": "123", "town": "121",
    "乡中心区": "210", "村庄": "220", "乡村": "220", "农村": "220", "村": "220", "乡": "220", "rural": "220",
}  # fmt: skip

# Degree of urbanisation (Eurostat, UN, OECD and others, Applying the Degree of Urbanisation,
# 2021): people per km² and people in all, of contiguous 1 km cells.
CELL_M = 1_000.0
CENTRE_DENSITY, CENTRE_PEOPLE = 1_500.0, 50_000.0
CLUSTER_DENSITY, CLUSTER_PEOPLE = 300.0, 5_000.0


@dataclass(frozen=True, eq=False)
class Settled:
    """Per point: class ("" unknown), whether a town, the code, and what says so."""

    settlement: Texts
    town: NDArray[np.bool_]
    code: Texts
    source: Texts

    def filled(self, other: Settled) -> Settled:
        """What is known here, and the other's where it is not."""
        known = self.settlement != ""
        return Settled(
            np.where(known, self.settlement, other.settlement),
            np.where(known, self.town, other.town),
            np.where(known, self.code, other.code),
            np.where(known, self.source, other.source),
        )


def by_code(text: Texts, standard: Standard) -> Settled:
    """Class from official codes or the words for them; "" for a cell that is neither."""
    distinct, at = np.unique(text.astype(str), return_inverse=True)
    codes = np.array([_code(t) for t in distinct], object)[at]
    return _of_codes(codes, standard, "code")


def declared(settlement: str, points: int, standard: Standard) -> Settled:
    """One class for all points, as the caller declares."""
    settled = by_code(np.full(points, settlement, object), standard)
    source = np.full(points, "declared", object)
    return Settled(settled.settlement, settled.town, np.full(points, "", object), source)


def by_polygon(lon: Floats, lat: Floats, polygons: gpd.GeoDataFrame, standard: Standard) -> Settled:
    """Class of the polygon that a point lies in; rural outside them all.

    Raises
    ------
    InputError : the polygons have no class column.
    """
    column = next((c for c in polygons if plain_heading(c) in CODE_HEADINGS), None)
    if column is None:
        raise InputError(
            Problem(
                "settlement_heading_missing",
                "城乡图层没有城乡分类列",
                "请提供“城乡分类代码”列（111、112、121、122、123、210、220）",
            )
        )
    polygons = polygons.to_crs(4326)
    text = polygons[column].astype(str).to_numpy(object)
    tree = shapely.STRtree(shapely.points(lon, lat))
    polygon, point = tree.query(polygons.geometry.to_numpy(), predicate="intersects")
    first = np.full(len(lon), len(polygons))
    np.minimum.at(first, point, polygon)
    inside = by_code(np.append(text, "220")[first], standard)
    return Settled(
        inside.settlement, inside.town, inside.code, np.full(len(lon), "polygon", object)
    )


def by_degree_of_urbanisation(
    lon: Floats, lat: Floats, people: Floats, standard: Standard
) -> Settled:
    """Class from where people live close together, on an equal-area grid of 1 km cells.

    An urban centre is 4-connected cells of at least 1,500 people/km² with 50,000 people in all;
    an urban cluster (a town) 8-connected cells of 300 with 5,000; all else is rural.
    """
    # Lambert's cylindrical equal-area projection, true to scale at the middle of the points.
    squeeze = np.cos(np.radians((lat.min() + lat.max()) / 2)) if len(lat) else 1.0
    x = EARTH_RADIUS_M * np.radians(lon) * squeeze
    y = EARTH_RADIUS_M * np.sin(np.radians(lat)) / squeeze
    column = np.floor(x / CELL_M).astype(np.int64)
    row = np.floor(y / CELL_M).astype(np.int64)
    column -= column.min(initial=0 if not len(lon) else column[0])
    row -= row.min(initial=0 if not len(lon) else row[0])
    grid = np.zeros((row.max(initial=0) + 1, column.max(initial=0) + 1))
    np.add.at(grid, (row, column), people)
    centre = clusters(grid, CENTRE_DENSITY, CENTRE_PEOPLE, ndimage.generate_binary_structure(2, 1))
    cluster = clusters(
        grid, CLUSTER_DENSITY, CLUSTER_PEOPLE, ndimage.generate_binary_structure(2, 2)
    )
    codes = np.where(centre, "111", np.where(cluster, "121", "220"))[row, column].astype(object)
    settled = _of_codes(codes, standard, "degurba")
    return Settled(settled.settlement, settled.town, np.full(len(lon), "", object), settled.source)


def clusters(
    grid: Floats, density: float, people: float, neighbours: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Cells of contiguous groups that are dense enough and hold enough people."""
    label, count = ndimage.label(grid >= density, structure=neighbours)
    total = ndimage.sum_labels(grid, label, np.arange(count + 1))
    enough = np.asarray(total) >= people
    enough[0] = False
    return np.asarray(enough[label])


def _code(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().lower().removesuffix(".0")
    plain = re.sub(r"[\s()]", "", plain)
    if plain in URBAN_CODES | TOWN_CODES | RURAL_CODES:
        return plain
    return _WORDS.get(plain, "")


def _of_codes(codes: Texts, standard: Standard, source: str) -> Settled:
    meaning = {code: standard.settlement_of(code) or "" for code in pd.unique(codes)}
    settlement = np.array([meaning[code] for code in codes], object)
    known = settlement != ""
    return Settled(
        settlement,
        np.isin(codes.astype(str), list(TOWN_CODES)),
        codes,
        np.where(known, source, "").astype(object),
    )
