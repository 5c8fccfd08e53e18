"""Which town and village each demand point and outlet belongs to, and how that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gdcoverage.arrays import Ints, Objects
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.places.towns import NO_VILLAGE, TOWN, VILLAGE, narrow, stem
from gdcoverage.problems import Problem

# How it is known, as reports say it.
BY_LAYER, BY_TABLE, BY_POINT, BY_DEMAND = "镇街图层", "人口表", "最近的镇街点", "最近的需求点"
COLUMNS = ("town_id", "town_label", "town_by", "village_id", "village_label")


@dataclass(eq=False)
class _Found:
    """Town and village of each point, as they are found."""

    town: Objects
    by: Objects
    village: Objects
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def none(cls, count: int) -> _Found:
        return cls(*np.full((3, count), "", object))

    def set(self, rows: Ints, towns: Objects, by: str) -> None:
        """Towns of points that have none yet; "" stays none."""
        told = towns != ""
        self.town[rows[told]], self.by[rows[told]] = towns[told], by


def assign_towns(
    demand: gpd.GeoDataFrame, outlets: gpd.GeoDataFrame, towns: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[Problem]]:
    """Demand points and outlets with their towns.

    A point lies in the town whose polygon holds it; else where the table of people says (by code,
    else by a name within its county); else, where the towns are points, in the nearest one of its
    county. An outlet that no polygon holds, and that has no town's point in its county, lies where
    the nearest demand point of its county does. What cannot be told stays without a town.

    Parameters
    ----------
    demand, outlets : EPSG:4326, with ``county``; demand with ``town_name``, ``division`` and
        ``name`` where its table tells them.
    towns : frame of `read_towns`, or None.

    Returns
    -------
    Both frames with ``town_id`` (the code of nine digits; where only a name is known the adcode, a
    hyphen and the name; empty for none), ``town_label``, ``town_by`` (how it is known);
    ``village_id`` (twelve digits, or town and name) and ``village_label`` of the demand; and what
    could not be told for certain.

    Examples
    --------
    >>> townless, halls, told = gd.assign_towns(coverage.demand, coverage.outlets, None)
    >>> townless["town_id"].unique().tolist()
    ['']
    """
    book = _Book(towns)
    found, problems = _of_demand(demand, book)
    placed = demand.assign(
        town_id=found.town,
        town_label=_each(book.label, found.town),
        town_by=found.by,
        village_id=found.village,
        village_label=[found.names[code] for code in found.village],
    ).astype(dict.fromkeys(COLUMNS, "str"))
    serving = _of_outlets(outlets, placed, book)
    return placed, serving, problems


def outlets_in_towns(
    outlets: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, towns: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Other outlets with their towns, beside people who have theirs.

    Parameters
    ----------
    demand : result of `assign_towns`.
    """
    return _of_outlets(outlets, demand, _Book(towns))


class _Book:
    """Towns and villages to look up."""

    def __init__(self, towns: gpd.GeoDataFrame | None) -> None:
        self.names: dict[str, str] = {}
        self.ids_by_name: dict[tuple[str, str], list[str]] = {}
        shapes, self.ids = np.empty(0, object), np.empty(0, object)
        self.counties = np.empty(0, object)
        self.listed = towns is not None
        if towns is not None:
            self.counties = towns["county"].to_numpy(object)
            self.ids = ids_of(towns)
            self.names = dict(zip(self.ids, towns["name"], strict=True))
            shapes = towns.geometry.to_numpy()
        self.is_village = np.array([self._is_village(code) for code in self.ids], bool)
        for code, place in zip(
            self.ids[~self.is_village], self.counties[~self.is_village], strict=True
        ):
            key = str(place), stem(self.names[code])
            self.ids_by_name.setdefault(key, []).append(code)
        kind = shapely.get_type_id(shapes)
        self.polygons, self.points = np.flatnonzero(kind > 0), np.flatnonzero(kind == 0)
        self.shapes = shapes

    @staticmethod
    def _is_village(code: str) -> bool:
        return len(code) == VILLAGE and code.isdigit()

    def label(self, town: str) -> str:
        """A town's name; its code where no name is known."""
        return self.names.get(town, town.partition("-")[2] or town)

    def holding(self, points: Objects, county: Objects, villages: bool) -> Objects:
        """Id of the town, or village, whose polygon holds each point; of several one of its own
        county, else the first; "" for none.
        """
        best = np.full(len(points), "", object)
        rows = self.polygons[self.is_village[self.polygons] == villages]
        if not len(rows):
            return best
        shape, point = shapely.STRtree(points).query(self.shapes[rows], predicate="intersects")
        foreign = self.counties[rows[shape]] != county[point]
        order = np.lexsort((shape, foreign))[::-1]
        best[point[order]] = self.ids[rows[shape[order]]]
        return best

    def town_holding(self, points: Objects, county: Objects, villages: Objects) -> Objects:
        """Id of the town whose polygon holds each point, or whose village's does; "" for none."""
        own = self.holding(points, county, villages=False)
        return np.where(own != "", own, [village[:TOWN] for village in villages]).astype(object)

    def nearest(self, points: Objects, county: Objects) -> Objects:
        """Id of the nearest town's point within the same county; "" for none."""
        best = np.full(len(points), "", object)
        rows = self.points[~self.is_village[self.points]]
        for adcode in set(self.counties[rows]) - {""}:
            here, own = np.flatnonzero(county == adcode), rows[self.counties[rows] == adcode]
            if len(here):
                _, at = ellipsoid.nearest(*lonlat(points[here]), *lonlat(self.shapes[own]))
                best[here] = self.ids[own[at]]
        return best


def _of_demand(demand: gpd.GeoDataFrame, book: _Book) -> tuple[_Found, list[Problem]]:
    points, county = demand.geometry.to_numpy(), demand["county"].to_numpy(object)
    found = _Found.none(len(demand))
    every = np.arange(len(demand))
    found.village = book.holding(points, county, villages=True)
    found.set(every, book.town_holding(points, county, found.village), BY_LAYER)
    codes, names, problems = _as_told(demand, county, book)
    open_ = np.flatnonzero(found.town == "")
    found.set(open_, codes[open_], BY_TABLE)
    open_ = np.flatnonzero(found.town == "")
    found.set(open_, book.nearest(points[open_], county[open_]), BY_POINT)
    book.names |= {code: name for code, name in names.items() if code not in book.names}
    _add_villages(demand, found, book)
    return found, problems


def _texts(frame: pd.DataFrame, name: str) -> Objects:
    return frame[name].to_numpy(object) if name in frame else np.full(len(frame), "", object)


def _each(do: Callable[[str], str], texts: Iterable[str]) -> list[str]:
    """What becomes of each text; of those that repeat, which are most, once."""
    known: dict[str, str] = {}
    return [known[t] if t in known else known.setdefault(t, do(t)) for t in texts]


def _as_told(
    demand: gpd.GeoDataFrame, county: Objects, book: _Book
) -> tuple[Objects, dict[str, str], list[Problem]]:
    """Town of each row as its table has it, the names of those the list lacks, and doubts."""
    codes = [code[:TOWN] for code in _texts(demand, "division")]
    told = _each(narrow, _texts(demand, "town_name"))
    rows = pd.DataFrame({"code": codes, "county": county, "name": told, "stem": _each(stem, told)})
    coded, named = rows["code"] != "", rows["name"] != ""
    # What a table's own coded rows are called holds for those without a code.
    same = rows[coded & named].groupby(["county", "stem"])["code"].agg(set).to_dict()
    # 永汉 and 永汉镇 are one town, called by the fuller name.
    fuller = rows[named].groupby(["county", "stem"])["name"].agg(_fullest).to_dict()
    called = rows[coded & named].groupby("code")["name"].agg(_fullest)
    names = {str(code): str(name) for code, name in called.items()}
    ids, problems = np.array(rows["code"], object), []
    for (place, bare), part in rows[~coded & named].groupby(["county", "stem"]):
        key = str(place), str(bare)
        name, meant = fuller[key], book.ids_by_name.get(key) or sorted(same.get(key, ()))
        if len(meant) > 1:
            problems.append(_doubt("有多个同名的，没有归入", key[0], name, len(part)))
            continue
        if book.listed and not meant:
            problems.append(_doubt("不在镇街表里，另立一行", key[0], name, len(part)))
        ids[part.index] = meant[0] if meant else f"{key[0]}-{name}"
    return ids, names, problems


def _fullest(names: pd.Series) -> str:
    return max(names, key=_fullness)


def _fullness(name: str) -> tuple[int, str]:
    return len(name), name


def _doubt(what: str, adcode: str, name: str, rows: int) -> Problem:
    return Problem(
        "town_unmatched",
        f"人口表里的镇街“{name}”（{rows:,} 行，县区 {adcode or '之外'}）{what}",
        "请按镇街表的名称改正，或补填 12 位区划代码",
        "warning",
        value=name,
    )


def _add_villages(demand: gpd.GeoDataFrame, found: _Found, book: _Book) -> None:
    """Villages of rows that no polygon holds: by code, else a named row of a town."""
    codes, told, names = (_texts(demand, name) for name in ("division", "town_name", "name"))
    called: dict[str, str] = {}
    # The others have none, and they are most where nothing tells towns.
    for i in np.flatnonzero((found.village != "") | (found.town != "") | (codes != "")):
        town, code, name = found.town[i], codes[i], narrow(names[i])
        if not found.village[i]:
            if len(code) == VILLAGE and not code.endswith(NO_VILLAGE):
                found.village[i] = code
            elif town and narrow(told[i]) and name and stem(name) != stem(book.label(town)):
                found.village[i] = f"{town}-{name}"
        if village := found.village[i]:
            called[village] = max(called.get(village, ""), name, key=_fullness)
    found.names = {"": ""} | {
        village: book.names.get(village) or name or village for village, name in called.items()
    }


def _of_outlets(
    outlets: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, book: _Book
) -> gpd.GeoDataFrame:
    points, county = outlets.geometry.to_numpy(), outlets["county"].to_numpy(object)
    found = _Found.none(len(outlets))
    villages = book.holding(points, county, villages=True)
    found.set(np.arange(len(outlets)), book.town_holding(points, county, villages), BY_LAYER)
    open_ = np.flatnonzero(found.town == "")
    found.set(open_, book.nearest(points[open_], county[open_]), BY_POINT)
    # At one distance from two, the lower number decides, not the order of the table.
    told = demand[demand["town_id"] != ""].sort_values("demand_id")
    at_home = told["county"].to_numpy(object)
    for adcode in set(at_home) - {""}:
        open_ = np.flatnonzero((found.town == "") & (county == adcode))
        near = told[at_home == adcode]
        if len(open_):
            places = lonlat(near.geometry.to_numpy())
            _, at = ellipsoid.nearest(*lonlat(points[open_]), *places)
            found.set(open_, near["town_id"].to_numpy(object)[at], BY_DEMAND)
    labels = [book.label(code) for code in found.town]
    return outlets.assign(town_id=found.town, town_label=labels, town_by=found.by).astype(
        dict.fromkeys(COLUMNS[:3], "str")
    )


def ids_of(towns: pd.DataFrame) -> Objects:
    """What towns and villages are known by: their code, else county and name."""
    told = zip(towns["code"], towns["county"], towns["name"], strict=True)
    return np.array([code or f"{place}-{name}" for code, place, name in told], object)


def towns_of(towns: gpd.GeoDataFrame, adcode: str) -> gpd.GeoDataFrame:
    """The towns, without villages, of a county."""
    own = (towns["county"] == adcode) & (towns["code"].str.len() != VILLAGE)
    return towns[own].reset_index(drop=True)
