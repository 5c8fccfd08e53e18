"""Candidates: places where an outlet could be added, who they would cover, and generated ones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.assessment import county_of, cover_matrix, length_matrix
from gdcoverage.findings import Coverage
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat, stretch, to_plane
from gdcoverage.outlets import sound_outlets
from gdcoverage.policy import SETTLEMENTS
from gdcoverage.problems import refuse_rows, unusable
from gdcoverage.progress import at_work
from gdcoverage.sites._terms import Areas
from gdcoverage.tables import Headings, Rows, coordinates, tables_of
from gdcoverage.tables.frames import adcodes, labelled, only_points

# Columns of candidates as every function here makes them complete.
CANDIDATE_COLUMNS = {
    "candidate_id": "unique; the outlet_id where the table has only that, else C0001, C0002, …",
    "name": "empty where not known",
    "bank": "empty where not known, and for places that are no bank",
    "county": "adcode, empty outside every county",
    "kind": "what stands there, in Chinese, as of `read_premises`; of a table that tells services, "
    "网点 with a window, 自助点 with machines alone; empty where not known",
    "address": "empty where not known",
}

_HEADINGS: Headings = {
    "candidate_id": ("candidateid", "候选点编号"),
    "outlet_id": ("outletid", "网点编号", "编号", "id"),
    "name": ("name", "名称"),
    "bank": ("bank", "所属银行", "银行"),
    "kind": ("kind", "候选点类型", "网点类型", "类型"),
    "address": ("address", "地址"),
} | dict(coordinates.HEADINGS)

# Kinds of candidates of a table that tells their services.
TABLE_KINDS = ("网点", "自助点")
_TEXTS = ("name", "bank", "kind", "address")
# So many street locations are weighed for each that is asked for, and at least so many in all.
_POOL_PER_SITE, _SMALLEST_POOL = 20, 1_000


def complete_candidates(coverage: Coverage, candidates: Rows) -> gpd.GeoDataFrame:
    """The candidates with the columns `CANDIDATE_COLUMNS`, in the order given.

    Parameters
    ----------
    candidates : outlet-like: a frame of Points in any CRS, or of longitudes and latitudes; one of
        `read_outlets` will do. A file is read as `assess` reads one of outlets.

    Raises
    ------
    InputError : a frame has no coordinate system; a row has no usable place; a candidate_id
        comes twice.
    """
    given = candidates
    if not isinstance(given, pd.DataFrame):
        given = sound_outlets(given, candidates=True)
    (table,) = tables_of(given, _HEADINGS, ())
    located = coordinates.locate_rows(table, "wgs84", coordinates.ANYWHERE)
    refuse_rows(
        labelled((*located.problems, *only_points(table)), given.index),
        "候选点",
        "请改正这些行，或从候选点中删去",
    )
    told = pd.Series(table.text("candidate_id"), dtype="str")
    told = told.where(told != "", pd.Series(table.text("outlet_id"), dtype="str"))
    numbered = pd.Series([f"C{i + 1:04d}" for i in range(len(told))], dtype="str")
    ids = told.where(told != "", numbered)
    twice = ids[ids.duplicated()]
    if len(twice):
        raise unusable(
            "candidate_id_twice",
            "候选点编号重复",
            "请使每个候选点的编号唯一",
            column="candidate_id",
            value=str(twice.iloc[0]),
        )
    frame = gpd.GeoDataFrame(
        {"candidate_id": ids} | {name: table.text(name) for name in _TEXTS},
        geometry=shapely.points(located.lon, located.lat),
        crs="EPSG:4326",
    ).astype(dict.fromkeys(_TEXTS, "str"))
    frame["kind"] = frame["kind"].where(frame["kind"] != "", kind_of_services(given))
    if "county" in given:
        frame["county"] = adcodes(given["county"]).to_numpy()
    frame["county"] = county_of(frame, coverage.counties).astype("str")
    return frame[[*CANDIDATE_COLUMNS, "geometry"]]


def kind_of_services(outlets: pd.DataFrame) -> Objects:
    """网点 or 自助点 by the services that a table tells of each; empty where it tells none."""
    window, machines = (
        outlets[name].to_numpy(bool) if name in outlets else np.zeros(len(outlets), bool)
        for name in ("window", "self_service")
    )
    return np.select([window, machines], TABLE_KINDS, "").astype(object)


def kinds_of(kind: pd.Series) -> tuple[tuple[str, int], ...]:
    """What stands there and how often, most first."""
    counts = kind[kind != ""].value_counts()
    return tuple(sorted(((str(k), int(n)) for k, n in counts.items()), key=lambda p: (-p[1], p[0])))


def candidate_covers(coverage: Coverage, candidates: gpd.GeoDataFrame) -> csr_array:
    """Who each candidate would cover under the dual standard, as `assess` finds it of outlets.

    Parameters
    ----------
    coverage : result of `assess`.
    candidates : EPSG:4326, Points.

    Returns
    -------
    csr_array, bool, (demand, candidates): rows as in `Coverage.demand`, columns as given.

    Raises
    ------
    ValueError : the candidates are not in EPSG:4326.
    """
    return cover_matrix(
        coverage.network,
        coverage.standard,
        coverage.join(candidates),
        candidates,
        coverage.demand_joined,
        coverage.demand,
    )


def candidate_lengths(coverage: Coverage, candidates: gpd.GeoDataFrame) -> csr_array:
    """How far those whom each candidate would cover have to go, metres by the standard.

    Returns
    -------
    csr_array, (demand, candidates), stored where `candidate_covers` is true.
    """
    return length_matrix(
        coverage.network,
        coverage.standard,
        coverage.join(candidates),
        candidates,
        coverage.demand_joined,
        coverage.demand,
    )


@at_work("生成候选点")
def generate_candidates(
    coverage: Coverage,
    count: int,
    apart_m: float = 500.0,
    excluded: Areas | None = None,
) -> gpd.GeoDataFrame:
    """Street locations where an outlet would serve uncovered people, spread as those people are.

    Places on the streets inside the counties are weighed by the uncovered people whom they
    would cover. The best is taken; each one taken halves what its people count for, so that
    dense quarters get several and no quarter is left out. The same input gives the same places,
    whatever the order of its rows.

    Parameters
    ----------
    coverage : result of `assess`; with counties, places lie inside them.
    count : most places to return; fewer where no further place would serve anybody.
    apart_m : geodesic metres that any two are apart at least.
    excluded : areas (EPSG:4326 polygons) without candidates: water, airfields, ….

    Returns
    -------
    GeoDataFrame, EPSG:4326, Points: `CANDIDATE_COLUMNS`, best first.

    Raises
    ------
    ValueError : the excluded areas are in another CRS, or ``apart_m`` is not above nought.

    Examples
    --------
    >>> places = gd.generate_candidates(coverage, 5)
    >>> places["candidate_id"].tolist()
    ['G0001', 'G0002', 'G0003', 'G0004', 'G0005']
    """
    if not apart_m > 0:
        raise ValueError(f"apart_m must be above 0, not {apart_m}")
    pool = _pool(coverage, max(_POOL_PER_SITE * count, _SMALLEST_POOL), apart_m, excluded)
    people = coverage.demand["population"].to_numpy(float) * ~coverage.demand["covered"].to_numpy()
    missed = np.flatnonzero(people > 0)
    covers = candidate_covers(coverage, pool)[missed]
    chosen = pool.iloc[_spread(covers, people[missed], pool, count, apart_m)]
    chosen = chosen.reset_index(drop=True)
    chosen["candidate_id"] = [f"G{i + 1:04d}" for i in range(len(chosen))]
    return complete_candidates(coverage, chosen)


def _pool(
    coverage: Coverage,
    most: int,
    apart_m: float,
    excluded: Areas | None,
) -> gpd.GeoDataFrame:
    """Street places within reach of uncovered people, about evenly thinned to at most so many."""
    lon, lat = street_points(coverage, apart_m / 2)
    near_m = _metres_to_missed(coverage, lon, lat)
    keep = np.isfinite(near_m)
    if coverage.counties is not None:
        keep &= inside(coverage.counties.geometry.to_numpy(), lon, lat)
    keep &= ~inside(polygons(excluded), lon, lat)
    lon, lat, near_m = lon[keep], lat[keep], near_m[keep]
    x, y = to_plane(lon, lat)
    cell_m = apart_m / 2
    while True:
        chosen = one_per_cell(x, y, near_m, cell_m * float(stretch(lat).mean()) if len(lat) else 1)
        if len(chosen) <= most:
            break
        cell_m *= 1.25
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon[chosen], lat[chosen]), crs="EPSG:4326")


def street_points(coverage: Coverage, step_m: float) -> tuple[Floats, Floats]:
    """The bends of the streets that points may join, and places between bends far apart."""
    network = coverage.network
    usable = network.joinable(coverage.standard.smallest_component_m)
    on = np.flatnonzero(np.repeat(usable, np.diff(network.shape_start)))
    last = np.zeros(len(network.shape_m), bool)
    last[network.shape_start[1:] - 1] = True
    begin = on[~last[on]]
    pieces = np.ceil((network.shape_m[begin + 1] - network.shape_m[begin]) / step_m)
    pieces = np.maximum(pieces, 1).astype(np.int64)
    part = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share, first = part / np.repeat(pieces, pieces), np.repeat(begin, pieces)
    ends = on[last[on]]

    def between(values: Floats) -> Floats:
        inner = values[first] + share * (values[first + 1] - values[first])
        return np.concatenate([inner, values[ends]])

    return between(network.shape_lon), between(network.shape_lat)


def in_areas(points: gpd.GeoDataFrame, areas: Areas | None) -> Bools:
    """Which points (EPSG:4326) lie in, or on the edge of, one of the areas."""
    return inside(polygons(areas), *lonlat(points.geometry.to_numpy()))


def polygons(excluded: Areas | None) -> Objects:
    """The excluded areas one by one."""
    if excluded is None:
        return np.empty(0, object)
    if isinstance(excluded, shapely.Geometry):
        return np.array([excluded], object)
    if excluded.crs is None or excluded.crs.to_epsg() != 4326:
        raise ValueError(f"excluded areas must be in EPSG:4326, not {excluded.crs}")
    return np.asarray(excluded.geometry.to_numpy(), object)


def _metres_to_missed(coverage: Coverage, lon: Floats, lat: Floats) -> Floats:
    """Straight metres to the nearest uncovered person that an outlet there might serve; inf."""
    demand, standard = coverage.demand, coverage.standard
    missed = (~demand["covered"] & (demand["population"] > 0)).to_numpy()
    at, best = ellipsoid.to_ecef(lon, lat), np.full(len(lon), np.inf)
    for settlement in SETTLEMENTS:
        rows = missed & (demand["settlement"] == settlement).to_numpy()
        if rows.any() and len(lon):
            people = ellipsoid.to_ecef(*lonlat(demand.geometry.to_numpy()[rows]))
            metres, _ = cKDTree(people).query(at, distance_upper_bound=standard.limit_m(settlement))
            best = np.minimum(best, metres)
    return best


def inside(areas: Objects, lon: Floats, lat: Floats) -> Bools:
    """Which points lie in, or on the edge of, one of the areas."""
    inside = np.zeros(len(lon), bool)
    for area in areas:
        shapely.prepare(area)
        inside |= shapely.intersects_xy(area, lon, lat)
    return inside


def one_per_cell(x: Floats, y: Floats, near_m: Floats, cell: float) -> Ints:
    """Of the points in each square cell of the plane, the one nearest to people."""
    column, row = np.floor(x / cell), np.floor(y / cell)
    order = np.lexsort((y, x, near_m.round(3), row, column))
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(column[order]) != 0) | (np.diff(row[order]) != 0)
    return order[new]


def _spread(
    covers: csr_array, people: Floats, pool: gpd.GeoDataFrame, count: int, apart_m: float
) -> Ints:
    """Greedy choice where each site taken halves the worth of those it covers."""
    by_site = covers.T.tocsr()
    xyz = ellipsoid.to_ecef(*lonlat(pool.geometry.to_numpy()))
    tree = cKDTree(xyz) if len(xyz) else None
    worth, gain = people.copy(), by_site @ people
    chosen: list[int] = []
    while tree is not None and len(chosen) < count and gain.max() > 0:
        best = int(np.argmax(gain.round(6)))
        chosen.append(best)
        rows = by_site.indices[by_site.indptr[best] : by_site.indptr[best + 1]]
        worth[rows] /= 2
        touched = covers[rows]
        lost = np.repeat(worth[rows], np.diff(touched.indptr))
        gain -= np.bincount(touched.indices, lost, minlength=len(gain))
        gain[tree.query_ball_point(xyz[best], apart_m)] = -np.inf
    return np.array(chosen, np.int64)
