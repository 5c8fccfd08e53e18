"""The dual standard applied: for every demand point who serves it, how far, and whether that is
within the promise.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gdcoverage.arrays import Floats, Int32s, Ints
from gdcoverage.demand import sound_demand
from gdcoverage.findings import (
    BY_NEAREST_STREET,
    NO_COUNTY,
    OUTLET_RESULT_COLUMNS,
    RESULT_COLUMNS,
    SUPPOSED,
    WITH_DOUBTFUL,
    WITHOUT_DOUBTFUL_WAYS,
    Coverage,
    covered_at,
    joiner,
)
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.network import Snap, WalkNetwork, reach
from gdcoverage.outlets import sound_outlets
from gdcoverage.outlets.offers import Service, offers_of
from gdcoverage.places.counties import assign_counties, read_counties
from gdcoverage.policy import Standard
from gdcoverage.tables import Rows


def assess(
    outlets: Rows,
    demand: Rows,
    network: WalkNetwork,
    standard: Standard | None = None,
    counties: Rows | None = None,
) -> Coverage:
    """Apply the dual standard to every demand point.

    Urban points are covered by a walk along the streets within the limit, rural points by a
    geodesic within the radius; values on the line count as covered. Only active outlets serve;
    those across a county border do too. Where outlets are in doubt (status ``unknown``), it is
    told beside who would be covered if they served. Points that cannot join the network stay in.

    Parameters
    ----------
    outlets : frame as `read_outlets` makes it, or any frame or file that it can read, in any
        CRS; a file's coordinates are WGS-84.
    demand : the same of `read_demand`. Towns (``town``, or codes) go by the standard given here.
    network : streets of the area and at least `Standard.margin_m` beyond it.
    standard : the numbers of the promise; the default ones if not given.
    counties : frame as `read_counties` makes it, or what it can read; demand points and outlets
        are assigned to them by where they lie, whatever they carry. Without, a column
        ``county`` of adcodes is taken as it is.

    Returns
    -------
    Coverage; its ``demand`` and ``outlets`` have the index and the columns of the frames given,
    so that ``frame.join(coverage.demand["covered"])`` is right in any order. The columns of
    `DEMAND` and `OUTLETS` are as the readers would read them.

    Raises
    ------
    InputError : any row is unusable or in doubt (the error names the first, its ``rows`` are
        all of them); a frame has no coordinate system, an index label twice, or a column whose
        name the result needs (`RESULT_COLUMNS`); a column is missing.

    Examples
    --------
    >>> coverage = gd.assess(outlets, people, streets, counties=counties)
    >>> print(f"{coverage.total()['rate']:.1%}")
    82.3%
    >>> int(coverage.demand["covered"].sum())
    529
    """
    standard = standard or Standard()
    area = None if counties is None else read_counties(counties)
    serving = sound_outlets(outlets, OUTLET_RESULT_COLUMNS)
    beside = SUPPOSED & set(getattr(demand, "columns", ()))
    people = sound_demand(demand, standard, (*RESULT_COLUMNS, *beside))
    return apply_standard(
        serving.assign(county=county_of(serving, area)),
        people.assign(county=county_of(people, area)),
        network,
        standard,
        area,
    )


def apply_standard(
    outlets: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    network: WalkNetwork,
    standard: Standard,
    counties: gpd.GeoDataFrame | None,
) -> Coverage:
    """`assess` for frames whose points carry their county already, those beyond the counties too.

    Parameters
    ----------
    outlets, demand : checked frames with ``county``, the adcode that each point lies in.
    network, standard, counties : as for `assess`.
    """
    join = joiner(network, standard)
    labels = outlets.index, demand.index
    outlets, demand = outlets.reset_index(drop=True), demand.reset_index(drop=True)
    outlets["counts"] = outlets["status"] == "active"
    joined, points = join(outlets), join(demand)
    outlets["status_snap"], outlets["access_m"] = joined.status, joined.access_m

    serving = serving_rows(outlets)
    served = cover_matrix(
        network, standard, joined[serving], outlets.iloc[serving], points, demand
    ).tocoo()
    covers = _matrix(served.row, serving[served.col], (len(demand), len(outlets)))
    demand = _with_nearest(network, standard, joined, outlets, points, demand)
    demand["status"] = points.status
    demand["covering_outlets"] = np.diff(covers.indptr)
    outlets, demand = outlets.set_axis(labels[0]), demand.set_axis(labels[1])
    return Coverage(standard, demand, outlets, covers, counties, network, joined, points)


def without_outlets(coverage: Coverage, outlet_ids: Collection[str]) -> Coverage:
    """What an assessment finds when outlets have left, from who covers whom.

    The same as `assess` with these outlets exited; cover sets are not searched again, only the
    nearest outlets are.

    Parameters
    ----------
    coverage : result of `assess`.
    outlet_ids : the outlets that leave; those unknown are passed over.
    """
    leave = coverage.outlets["outlet_id"].isin(list(outlet_ids))
    outlets = coverage.outlets.assign(
        status=coverage.outlets["status"].where(~leave, "exited"),
        counts=coverage.outlets["counts"] & ~leave,
    )
    pairs = coverage.covers.tocoo()
    stay = ~leave.to_numpy()[pairs.col]
    covers = _matrix(pairs.row[stay], pairs.col[stay], coverage.covers.shape)
    demand = _with_nearest(
        coverage.network,
        coverage.standard,
        coverage.outlets_joined,
        outlets,
        coverage.demand_joined,
        coverage.demand.assign(covering_outlets=np.diff(covers.indptr)),
    )
    return replace(coverage, demand=demand, outlets=outlets, covers=covers)


def for_service(coverage: Coverage, service: Service) -> Coverage:
    """What an assessment finds when only the outlets serve of which the table says that they offer
    a service; the same as `assess` with the others exited.

    Parameters
    ----------
    coverage : result of `assess`.
    service : see `service_called`.

    Examples
    --------
    >>> saturday = gd.service_called(when="星期六")
    >>> print(gd.for_service(coverage, saturday))
    Coverage(46.6 % of 291,670 people covered: 673 demand points, 9 active outlets)
    """
    return without_outlets(coverage, not_offering(coverage.outlets, service))


def not_offering(outlets: pd.DataFrame, service: Service) -> list[str]:
    """Ids of outlets in service of which the table does not say that they offer a service."""
    others = (outlets["status"] == "active") & ~offers_of(outlets, [service]).known[:, 0]
    return sorted(outlets.loc[others, "outlet_id"])


class Reach(NamedTuple):
    """How far somebody may be who is covered, metres: on foot in towns, straight in the country."""

    walk_limit_m: float
    rural_radius_m: float


def cover_matrix(
    network: WalkNetwork,
    standard: Standard | Reach,
    sources: Snap,
    source_points: gpd.GeoDataFrame,
    points: Snap,
    demand: gpd.GeoDataFrame,
    *,
    certain: bool = False,
) -> csr_array:
    """Who covers whom: urban demand by walks, rural demand by the radius.

    Parameters
    ----------
    sources, source_points : outlets or candidates: where they join the network, and where they
        lie (EPSG:4326). One off the network still serves rural demand.
    points, demand : the same of the demand points, with their ``settlement``.
    certain : walk on no street in doubt.

    Returns
    -------
    csr_array, bool, (demand, sources), column indices ascending.
    """
    walked, straight = _pairs(
        network, standard, sources, source_points, points, demand, certain=certain
    )
    rows = np.concatenate([walked.row, straight.row])
    columns = np.concatenate([walked.column, straight.column])
    return _matrix(rows, columns, (len(demand), len(sources)))


def length_matrix(
    network: WalkNetwork,
    standard: Standard | Reach,
    sources: Snap,
    source_points: gpd.GeoDataFrame,
    points: Snap,
    demand: gpd.GeoDataFrame,
) -> csr_array:
    """How far who is covered has to go; parameters and pairs as of `cover_matrix`.

    Returns
    -------
    csr_array, metres, (demand, sources): the walk if urban, the geodesic if rural, perhaps 0.
    """
    walked, straight = _pairs(network, standard, sources, source_points, points, demand)
    here = lonlat(demand.geometry.to_numpy()[straight.row])
    there = lonlat(source_points.geometry.to_numpy()[straight.column])
    metres = np.concatenate([walked.metres, ellipsoid.metres(*here, *there)])
    rows = np.concatenate([walked.row, straight.row])
    columns = np.concatenate([walked.column, straight.column])
    return csr_array((metres, (rows, columns)), shape=(len(demand), len(sources)))


class _Pairs(NamedTuple):
    """Rows of the demand, sources that cover them, and metres where these are walked."""

    row: Ints
    column: Ints
    metres: Floats


def _pairs(
    network: WalkNetwork,
    standard: Standard | Reach,
    sources: Snap,
    source_points: gpd.GeoDataFrame,
    points: Snap,
    demand: gpd.GeoDataFrame,
    *,
    certain: bool = False,
) -> tuple[_Pairs, _Pairs]:
    """Pairs of urban demand, by walks, and of rural demand, by the radius; see `cover_matrix`."""
    is_urban = (demand["settlement"] == "urban").to_numpy()
    urban, rural = np.flatnonzero(is_urban), np.flatnonzero(~is_urban)
    limit_m = standard.walk_limit_m
    walked = reach.cover_sets(network, sources, points[urban], limit_m, certain=certain).tocoo()
    lon, lat = lonlat(demand.geometry.to_numpy()[rural])
    source_lon, source_lat = lonlat(source_points.geometry.to_numpy())
    near, source = ellipsoid.pairs_within(lon, lat, source_lon, source_lat, standard.rural_radius_m)
    return (
        _Pairs(urban[walked.col], walked.row, walked.data),
        _Pairs(rural[near], source, np.empty(0)),
    )


def county_of(points: gpd.GeoDataFrame, counties: gpd.GeoDataFrame | None) -> pd.Series:
    """Adcode of each point: by the counties' polygons if given, else as the points say."""
    if counties is not None:
        return assign_counties(points, counties)
    if "county" in points:
        return points["county"].fillna(NO_COUNTY)
    return pd.Series(NO_COUNTY, points.index, dtype="str")


def serving_rows(outlets: gpd.GeoDataFrame) -> Ints:
    """Rows of the outlets that count, ordered by place so that ties do not follow the file."""
    active = _of_status(outlets, "active")
    lon, lat = lonlat(outlets.geometry.to_numpy()[active])
    return active[np.lexsort((outlets["outlet_id"].to_numpy(str)[active], lat, lon))]


def _of_status(outlets: gpd.GeoDataFrame, status: str) -> Ints:
    return np.flatnonzero((outlets["status"] == status).to_numpy())


def _known(metres: Floats) -> Floats:
    """Metres to the millimetre, NaN where there is no way."""
    return np.where(np.isfinite(metres), np.round(metres, 3), np.nan)


def _matrix(
    rows: NDArray[np.integer], columns: NDArray[np.integer], shape: tuple[int, int]
) -> csr_array:
    """True at the pairs, column indices ascending."""
    matrix = csr_array((np.ones(len(rows), bool), (rows, columns)), shape=shape)
    matrix.sort_indices()
    return matrix


def _with_nearest(
    network: WalkNetwork,
    standard: Standard,
    joined: Snap,
    outlets: gpd.GeoDataFrame,
    points: Snap,
    demand: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """The demand with its nearest outlets, whether they are near enough, and whether they would
    be under what is supposed of outlets and streets in doubt.
    """
    serving = serving_rows(outlets)
    walk = reach.nearest_to_points(network, joined[serving], points, standard.walk_search_m)
    radius_m, radius_source = _straight(demand, outlets, serving)
    ids = np.append(outlets["outlet_id"].to_numpy(object)[serving], "")
    urban = (demand["settlement"] == "urban").to_numpy()
    walk_m, radius_m = _known(walk.metres), _known(radius_m)
    walk_id, radius_id = ids[walk.source], ids[radius_source]
    demand = demand.assign(
        walk_outlet_id=walk_id,
        walk_m=walk_m,
        walk_min=lambda frame: standard.walk_minutes(frame["walk_m"]),
        radius_outlet_id=radius_id,
        radius_m=radius_m,
        access_m=points.access_of(walk.own_join),
        outlet_id=np.where(urban, walk_id, radius_id),
        distance_m=np.where(urban, walk_m, radius_m),
    )
    demand = demand.drop(columns=list(SUPPOSED), errors="ignore").assign(
        covered=covered_at(demand, standard, standard.walk_limit_m)
    )
    limit_m, supposed = standard.walk_limit_m, {}
    doubtful = _of_status(outlets, "unknown")
    if len(doubtful):
        # The nearest of all is the nearer of the two: those that serve are not searched again.
        walk = reach.nearest_to_points(network, joined[doubtful], points, limit_m)
        straight_m, _ = _straight(demand, outlets, doubtful)
        of_doubtful = demand.assign(walk_m=_known(walk.metres), radius_m=_known(straight_m))
        also = covered_at(of_doubtful, standard, limit_m)
        supposed[WITH_DOUBTFUL] = demand["covered"].to_numpy() | also
    nearest = joined[serving].only_nearest(), points.only_nearest()
    walk = reach.nearest_to_points(network, *nearest, limit_m)
    by_nearest = demand.assign(walk_m=_known(walk.metres))
    supposed[BY_NEAREST_STREET] = covered_at(by_nearest, standard, limit_m)
    if network.doubtful_m:
        walk = reach.nearest_to_points(network, joined[serving], points, limit_m, certain=True)
        certain = demand.assign(walk_m=_known(walk.metres))
        supposed[WITHOUT_DOUBTFUL_WAYS] = covered_at(certain, standard, limit_m)
    return demand.assign(**supposed)


def _straight(
    demand: gpd.GeoDataFrame, outlets: gpd.GeoDataFrame, rows: Ints
) -> tuple[Floats, Int32s]:
    """Geodesic to the nearest of some outlets, metres, and which of the rows it is."""
    return ellipsoid.nearest(
        *lonlat(demand.geometry.to_numpy()), *lonlat(outlets.geometry.to_numpy()[rows])
    )
