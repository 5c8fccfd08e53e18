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

from gdcoverage.arrays import Bools, Floats, Objects
from gdcoverage.demand._degurba import CENTRE, CLUSTER, RURAL, Degrees
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


def by_degree_of_urbanisation(degree: Degrees) -> Settled:
    """Class of cells from where people live close together.

    An urban centre is urban, an urban cluster a town, all else rural.
    """
    kinds = np.zeros(3, int)
    for code, kind in ((CENTRE, "urban"), (CLUSTER, "town"), (RURAL, "rural")):
        kinds[code] = KINDS.index(kind)
    return Settled.of(kinds[degree], "degurba")


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
