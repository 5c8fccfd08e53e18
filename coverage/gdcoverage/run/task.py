"""One county's work as a description that travels: what its numbers rest on, what is asked, what
its documents show besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.emap import Drawn, Ground
from gdcoverage.files import Source
from gdcoverage.geo.plane import lonlat
from gdcoverage.policy import Standard
from gdcoverage.problems import Problem
from gdcoverage.report import FileRead
from gdcoverage.run.identity import digest
from gdcoverage.sites import Terms

M_PER_DEG = 100_000.0  # along a parallel of Guangdong; fewer than along a meridian
_TILE_DEG = 0.02


@dataclass(frozen=True, eq=False)
class Subject:
    """What a county's numbers rest on, but for its streets; nothing else is at hand for them.

    Parameters
    ----------
    adcode : of the county; empty for demand points outside all of them.
    standard : the standard to apply.
    outlets : those inside, those that serve people inside, and those nearest to any place where
        somebody lives or an outlet could be added; columns that numbers are made of.
    demand : the demand points inside, likewise.
    counties : the county; for what lies outside, all of them.
    places : named places to name gaps after, or None.
    """

    adcode: str
    standard: Standard
    outlets: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame
    places: gpd.GeoDataFrame | None


@dataclass(frozen=True, eq=False)
class Asked:
    """The siting question.

    Parameters
    ----------
    terms : with what is excluded nearby; None where nothing is asked.
    candidates : those that could serve people inside; None where they are to be generated.
    service : whose coverage is to be raised, in official terms; empty for that of all outlets.
    without : ids of outlets in service that do not offer it.
    landmarks : of `landmarks_of`, by which to say where a site is, or None.
    """

    terms: Terms | None
    candidates: gpd.GeoDataFrame | None
    service: str = ""
    without: tuple[str, ...] = ()
    landmarks: gpd.GeoDataFrame | None = None


@dataclass(frozen=True, eq=False)
class Shown:
    """What documents show besides the numbers.

    Parameters
    ----------
    title : of the plan.
    made_on : date, ISO 8601.
    name : of the county.
    outlets, demand : the subject's, row by row, with every column.
    neighbours : adcode -> name of all counties of the plan.
    base : what a base map shows nearby; None without picture, see `with_picture`.
    names : names nearby near which one may ask for outlets; likewise.
    ground : what lies under maps, but for what is drawn and named there.
    problems : those of rows inside.
    sources : the plan's files.
    data_date : date that the outlets' file tells of itself.
    files : what was understood of the inputs; of a county among others empty, for it is told once.
    read_at : where that is.
    towns : its towns, as of `read_towns`, or None.
    quotas : how many outlets it plans, as of `read_quotas`, or None.
    supervision : what it has to look at, as of `register.supervision`, or None.
    """

    title: str
    made_on: str
    name: str
    outlets: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    neighbours: Mapping[str, str]
    base: Drawn | None
    names: gpd.GeoDataFrame | None
    ground: Ground
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...]
    data_date: str
    files: tuple[FileRead, ...]
    read_at: str
    towns: gpd.GeoDataFrame | None
    quotas: pd.DataFrame | None
    supervision: gpd.GeoDataFrame | None

    @cached_property
    def digests(self) -> dict[str, str]:
        """Name of each of these -> digest of what it holds; large ones are held once."""
        return {field.name: digest(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, eq=False)
class CountyTask:
    """All that the work on one county needs, and nothing of the others.

    Parameters
    ----------
    served : box in which everything lies that may serve somebody here.
    """

    subject: Subject
    asked: Asked
    shown: Shown
    served: BaseGeometry

    @property
    def adcode(self) -> str:
        """Of the county; empty for what lies outside all of them."""
        return self.subject.adcode

    @property
    def name(self) -> str:
        """Of the county."""
        return self.shown.name

    @property
    def key(self) -> str:
        """Name for files."""
        return self.adcode or "outside"

    @property
    def population(self) -> float:
        """People of the demand points."""
        return float(self.subject.demand["population"].sum())

    @property
    def ground(self) -> Ground:
        """What lies under its maps."""
        shown = self.shown
        return replace(
            shown.ground, drawn=shown.base, places=self.subject.places, names=shown.names
        )

    @property
    def area(self) -> BaseGeometry:
        """Where the streets are wanted, before the margin."""
        subject = self.subject
        if self.adcode:
            return subject.counties.geometry.union_all()
        # Points at sea or beyond the border: the tiles that they lie in, if a county is near.
        tiles = np.unique(
            np.floor(np.column_stack(lonlat(subject.demand.geometry)) / _TILE_DEG), axis=0
        )
        boxes = shapely.box(*(tiles * _TILE_DEG).T, *((tiles + 1) * _TILE_DEG).T)
        near = subject.counties.geometry.union_all().buffer(subject.standard.margin_m / M_PER_DEG)
        return shapely.union_all(boxes).intersection(near)
