"""Gaps: uncovered demand points of a county grouped into areas that one could name and fill."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gdcoverage.arrays import Floats, Ints, Objects
from gdcoverage.findings import Coverage, Findings
from gdcoverage.gap_areas import uncovered_areas
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import from_plane, stretch, to_plane
from gdcoverage.network import reach
from gdcoverage.progress import at_work

# A place farther than this from a gap does not lend it its name.
NAMING_DISTANCE_M = 5_000.0
_LEAST_HALF_M = 100.0

_COMPASS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


@at_work("寻找空白区")
def find_gaps(
    coverage: Coverage, places: gpd.GeoDataFrame | None = None, *, areas: bool = True
) -> gpd.GeoDataFrame:
    """Group uncovered demand points with people into gaps, per county and settlement class.

    Points near one another belong together: nearer than one and a half times the usual spacing
    of the county's points, or three tenths of what an outlet reaches, whichever is more. A group
    wider than an outlet could serve (the walk limit in towns, the radius in the country, from
    its middle) is divided along its length, so that each gap is about one outlet's work.

    Parameters
    ----------
    coverage : result of `assess`.
    places : named places (``name``, Point geometry in EPSG:4326) to name gaps after; the demand
        points' own names come first, then places, then outlets.
    areas : whether to draw what is uncovered; else discs around the points, which takes less.

    Returns
    -------
    GeoDataFrame, EPSG:4326, most people first within each county: ``gap_id``, ``county``,
    ``settlement``, ``name``, ``population``, ``elderly`` (NaN unknown), ``demand_points``,
    ``area_km2`` (of the demand points where known, else of discs around them); its place, which is
    its demand point nearest the people's centre: ``demand_id``, ``demand_name`` (the number
    where it has no name), ``lon``, ``lat``; one outlet, the nearest to that point by the
    standard's measure, in a straight line where no walk was found: ``outlet_id``,
    ``outlet_name``; and between these two ``radius_m`` (geodesic) and ``walk_m`` (NaN where
    longer than `Standard.walk_search_m` or no way), never less than it. Of all its people:
    ``distance_m``, the people-weighted median to each point's own nearest outlet by the
    standard's measure (NaN as above), ``beyond_m`` (how far that is beyond the standard),
    ``off_network_population`` and ``barred_population``. The geometry is what is uncovered there:
    the land around the points without the service area, without other gaps, and in the country
    without what lies within the radius. The demand points of a gap: `gap_of_demand`.

    Examples
    --------
    >>> gaps = gd.find_gaps(coverage, gd.read_places("示例/streets.osm.pbf"))
    >>> gaps[["gap_id", "settlement"]].iloc[0].tolist()
    ['441324-001', 'urban']
    """
    gap = gap_of_demand(coverage)
    missed = coverage.demand.assign(gap=gap)[gap >= 0]
    if missed.empty:
        return gpd.GeoDataFrame(
            {name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()},
            geometry=gpd.GeoSeries([], crs="EPSG:4326"),
        )
    described = gpd.GeoDataFrame(_described(missed, coverage), crs="EPSG:4326")
    if areas:
        half = coverage.demand["county"].astype(str).map(_half_by_county(coverage.demand))
        drawn = uncovered_areas(coverage, gap, half.to_numpy(float))
        described = described.set_geometry(gpd.GeoSeries(drawn, crs="EPSG:4326"))
    gaps = described.assign(**_nearest_outlets(coverage, np.flatnonzero(gap >= 0)[described["at"]]))
    gaps["name"] = _named(gaps, coverage.outlets, places)
    gaps["gap_id"] = [f"{c or '000000'}-{i + 1:03d}" for c, i in _numbered(gaps)]
    return gaps[[*_COLUMNS, "geometry"]].astype(_COLUMNS)


_COLUMNS = {
    "gap_id": "str",
    "county": "str",
    "settlement": "str",
    "name": "str",
    "population": "float64",
    "elderly": "float64",
    "demand_points": "int64",
    "area_km2": "float64",
    "demand_id": "str",
    "demand_name": "str",
    "lon": "float64",
    "lat": "float64",
    "outlet_id": "str",
    "outlet_name": "str",
    "radius_m": "float64",
    "walk_m": "float64",
    "distance_m": "float64",
    "beyond_m": "float64",
    "off_network_population": "float64",
    "barred_population": "float64",
}


def gap_of_demand(coverage: Findings) -> Ints:
    """Number of the gap that each demand point belongs to, -1 for none.

    Gaps are numbered by county, then by people, most first: row ``i`` of `find_gaps` is gap
    ``i``. Points without people belong to no gap.
    """
    demand, standard = coverage.demand, coverage.standard
    missed = (~demand["covered"] & (demand["population"] > 0)).to_numpy()
    label = np.full(len(demand), -1, np.int64)
    spacing = _spacing_of(demand)
    xyz = ellipsoid.to_ecef(demand.geometry.x.to_numpy(), demand.geometry.y.to_numpy())
    groups = demand[missed].groupby(["county", "settlement"]).indices
    rows_missed = np.flatnonzero(missed)
    used = 0
    for (county, settlement), members in groups.items():
        rows = rows_missed[members]
        reach_m = standard.limit_m(settlement)
        link_m = min(max(1.5 * spacing[county], 0.3 * reach_m), 2 * reach_m)
        for part in _clusters(xyz[rows], link_m, reach_m):
            label[rows[part]] = used
            used += 1
    return _by_people(label, demand, used)


def _by_people(label: Ints, demand: gpd.GeoDataFrame, gaps: int) -> Ints:
    """Renumber by county, then people, then the lowest demand id, so row order does not matter."""
    inside = label >= 0
    frame = pd.DataFrame(
        {
            "gap": label[inside],
            "county": demand["county"].to_numpy(str)[inside],
            "people": demand["population"].to_numpy()[inside],
            "id": demand["demand_id"].to_numpy(str)[inside],
        }
    )
    table = frame.groupby("gap").agg({"county": "first", "people": "sum", "id": "min"})
    order = np.lexsort((table["id"], -table["people"].round(6), table["county"]))
    rank = np.empty(gaps + 1, np.int64)
    rank[order], rank[-1] = np.arange(gaps), -1
    return rank[label]


def _spacing_of(demand: gpd.GeoDataFrame) -> dict[str, float]:
    """Median distance of a county's demand points to their nearest neighbour, metres."""
    xyz = ellipsoid.to_ecef(demand.geometry.x.to_numpy(), demand.geometry.y.to_numpy())
    spacing = {}
    for county, rows in demand.groupby("county").indices.items():
        spots = np.unique(xyz[rows], axis=0)
        near = cKDTree(spots).query(spots, k=2)[0][:, 1] if len(spots) > 1 else np.zeros(1)
        spacing[str(county)] = float(np.median(near))
    return spacing


def _half_by_county(demand: gpd.GeoDataFrame) -> dict[str, float]:
    """How far the land around a county's demand points is counted as theirs, metres."""
    return {county: max(0.75 * m, _LEAST_HALF_M) for county, m in _spacing_of(demand).items()}


def _clusters(xyz: Floats, link_m: float, reach_m: float) -> list[Ints]:
    """Groups of linked points, divided until each fits within reach of its middle."""
    pairs = cKDTree(xyz).query_pairs(link_m, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs), bool), pairs.T), shape=(len(xyz), len(xyz)))
    count, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1])
    fitting = []
    while parts:
        part = parts.pop()
        offset = xyz[part] - (xyz[part].min(axis=0) + xyz[part].max(axis=0)) / 2
        if (offset**2).sum(axis=1).max() <= reach_m**2:
            fitting.append(part)
            continue
        axis = np.linalg.eigh(offset.T @ offset)[1][:, -1]
        along = offset @ axis
        far = along > (along.min() + along.max()) / 2
        parts += [part[far], part[~far]]
    return fitting


def _described(missed: gpd.GeoDataFrame, coverage: Coverage) -> list[dict[str, object]]:
    """Each gap: its people, its place (``at`` is its row), and an area to draw."""
    # Plain arrays: a frame for each of thousands of gaps takes ten times as long.
    column = {name: missed[name].to_numpy() for name in missed.columns.drop("geometry")}
    shapes = missed.geometry.to_numpy()
    lon, lat = missed.geometry.x.to_numpy(), missed.geometry.y.to_numpy()
    unknown, nameless = np.full(len(missed), np.nan), np.full(len(missed), "", object)
    areas, elderly = (column.get(name, unknown) for name in ("area_km2", "elderly"))
    own_names = column.get("name", nameless)
    off_network, barred = (column["status"] == status for status in ("off_network", "barred"))
    half_m = _half_by_county(coverage.demand)
    # Within a gap by id, so that what is equal does not follow the file.
    order = np.lexsort((column["demand_id"].astype(str), column["gap"]))
    groups = np.split(order, np.flatnonzero(np.diff(column["gap"][order])) + 1)
    reach_m = np.array([half_m[str(column["county"][rows[0]])] for rows in groups])
    described = []
    for rows, area in zip(groups, _drawn(shapes, groups, reach_m), strict=True):
        first, people = rows[0], column["population"][rows]
        county, settlement = column["county"][first], column["settlement"][first]
        middle = rows[_nearest_to_centre(lon[rows], lat[rows], people)]
        distance_m = _weighted_median(column["distance_m"][rows], people)
        area_km2 = areas[rows].sum()
        if not np.isfinite(area_km2):
            area_km2 = ellipsoid.area_km2(np.array([area], object))[0]
        described.append(
            {
                "county": county,
                "settlement": settlement,
                "name": _of_several(own_names[rows[np.argmax(people)]], len(rows)),
                "population": people.sum(),
                "elderly": _sum_of_known(elderly[rows]),
                "demand_points": len(rows),
                "area_km2": area_km2,
                "at": middle,
                "demand_id": column["demand_id"][middle],
                "demand_name": own_names[middle] or column["demand_id"][middle],
                "lon": lon[middle],
                "lat": lat[middle],
                "distance_m": distance_m,
                "beyond_m": distance_m - coverage.standard.limit_m(settlement),
                "off_network_population": people[off_network[rows]].sum(),
                "barred_population": people[barred[rows]].sum(),
                "geometry": area,
            }
        )
    return described


def _nearest_outlets(coverage: Coverage, rows: Ints) -> dict[str, Objects | Floats]:
    """For each of some demand points one outlet, the straight way to it and the walk to it."""
    column = {name: coverage.demand[name].to_numpy()[rows] for name in _OF_NEAREST}
    outlet_id = np.where(column["outlet_id"] != "", column["outlet_id"], column["radius_outlet_id"])
    outlet = pd.Index(coverage.outlets["outlet_id"]).get_indexer(outlet_id)
    walk_m = np.where(column["walk_outlet_id"] == outlet_id, column["walk_m"], np.nan)
    # Nearest in a straight line, where another one is nearer on foot: not walked to yet.
    walked_to = column["walk_outlet_id"]
    left = np.flatnonzero((walked_to != "") & (walked_to != outlet_id))
    walk_m[left] = _walks(coverage, rows[left], outlet[left])
    radius_m = np.full(len(rows), np.nan)
    some = np.flatnonzero(outlet >= 0)
    here, there = coverage.demand.geometry.iloc[rows[some]], coverage.outlets.geometry
    there = there.iloc[outlet[some]]
    radius_m[some] = ellipsoid.metres(here.x, here.y, there.x, there.y).round(3)
    return {
        "outlet_id": outlet_id,
        "outlet_name": _outlet_names(coverage.outlets).reindex(outlet_id, fill_value="").to_numpy(),
        # Along one straight street the two are one length, whatever the rounding of either.
        "radius_m": np.fmin(radius_m, walk_m),
        "walk_m": walk_m,
    }


_OF_NEAREST = ("outlet_id", "radius_outlet_id", "walk_outlet_id", "walk_m")


def _walks(coverage: Coverage, rows: Ints, outlets: Ints) -> Floats:
    """The walk from each demand point to its outlet, metres; NaN beyond the search or no way."""
    places, place = np.unique(outlets, return_inverse=True)
    found = reach.cover_sets(
        coverage.network,
        coverage.outlets_joined[places],
        coverage.demand_joined[rows],
        coverage.standard.walk_search_m,
    ).tocoo()
    own = found.row == place[found.col]
    metres = np.full(len(rows), np.nan)
    metres[found.col[own]] = found.data[own].round(3)
    return metres


def _nearest_to_centre(lon: Floats, lat: Floats, people: Floats) -> int:
    centre = (np.average(lon, weights=people), np.average(lat, weights=people))
    return int(np.argmin(ellipsoid.metres(lon, lat, *np.broadcast_arrays(*centre, lon)[:2])))


def _drawn(points: Objects, groups: list[Ints], half_m: Floats) -> Objects:
    """Discs around the points of each group, as one area."""
    each = np.concatenate(groups)
    group = np.repeat(np.arange(len(groups)), [len(rows) for rows in groups])
    lat = shapely.get_y(points)
    ends = np.array([[lat[rows].min(), lat[rows].max()] for rows in groups])
    half = half_m * stretch(ends).max(axis=1)
    planar = shapely.transform(points[each], lambda xy: np.column_stack(to_plane(*xy.T)))
    discs = shapely.buffer(planar, half[group], quad_segs=3)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    areas = np.array([shapely.union_all(some) for some in np.split(discs, first[1:])], object)
    areas = shapely.simplify(areas, half / 20)
    return shapely.transform(areas, lambda xy: np.column_stack(from_plane(*xy.T)))


def _sum_of_known(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.sum()) if len(known) else np.nan


def _of_several(name: str, points: int) -> str:
    """“河北街等25处” of a point named 河北街32 among others."""
    if not name or points == 1:
        return name
    return f"{name.rstrip('0123456789') or name}等{points}处"


def _weighted_median(values: Floats, weights: Floats) -> float:
    """The value that half of the weight does not exceed; an unknown value counts as endless."""
    order = np.argsort(values)
    half = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    return float(values[order][half])


def _outlet_names(outlets: gpd.GeoDataFrame) -> pd.Series:
    names = outlets["name"] if "name" in outlets else outlets["outlet_id"]
    return pd.Series(names.to_numpy(), index=outlets["outlet_id"].to_numpy())


def _named(
    gaps: gpd.GeoDataFrame, outlets: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None
) -> list[str]:
    """The gap's own name; else the nearest place, with distance and direction; else an outlet."""
    place_names = _nearest_names(gaps, places, NAMING_DISTANCE_M)
    active = outlets[outlets["counts"]].assign(
        name=_outlet_names(outlets).to_numpy()[outlets["counts"]]
    )
    outlet_names = _nearest_names(gaps, active, np.inf)
    return [
        own or place or outlet or f"{lon:.4f}, {lat:.4f}"
        for own, place, outlet, lon, lat in zip(
            gaps["name"], place_names, outlet_names, gaps["lon"], gaps["lat"], strict=True
        )
    ]


def _nearest_names(
    gaps: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, limit_m: float
) -> list[str]:
    """“石围村东北1.2公里” for each gap, empty where no place is near enough."""
    if places is None or places.empty:
        return [""] * len(gaps)
    lon, lat = places.geometry.x.to_numpy(), places.geometry.y.to_numpy()
    at = gaps["lon"].to_numpy(), gaps["lat"].to_numpy()
    metres, nearest = ellipsoid.nearest(*at, lon, lat)
    azimuth = ellipsoid.GEOD.inv(lon[nearest], lat[nearest], *at)[0]
    names = places["name"].to_numpy()[nearest]
    return [
        ""
        if m > limit_m
        else f"{name}附近"
        if m < 300
        else f"{name}{_COMPASS[round(float(a) / 45) % 8]}{m / 1000:.1f}公里"
        for name, m, a in zip(names, metres, azimuth, strict=True)
    ]


def _numbered(gaps: gpd.GeoDataFrame) -> list[tuple[str, int]]:
    return list(zip(gaps["county"], gaps.groupby("county").cumcount(), strict=True))
