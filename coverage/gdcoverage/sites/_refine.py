"""Generated candidates made denser around the chosen ones, and what no denser set could pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array, hstack
from scipy.spatial import cKDTree

from gdcoverage import locate
from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.assessment import Reach, cover_matrix
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat, stretch, to_plane
from gdcoverage.network import Joins, Snap
from gdcoverage.sites._candidates import inside, one_per_cell, polygons, street_points
from gdcoverage.sites._plan import SitePlan
from gdcoverage.sites._question import HAIR, Question, ask

# Pairs of cell and demand point that are held at once; a few hundred megabytes.
_MOST_PAIRS = 20_000_000
# Cells that are looked at to see how many pairs there will be.
_SAMPLE = 200
_M_PER_DEG = 110_000.0  # along a meridian; fewer than there are anywhere


@dataclass(frozen=True)
class Refinement:
    """What denser candidates won, and how much any denser set could still win.

    Parameters
    ----------
    apart_m, refine_m : metres between candidates at first, and around chosen sites at last.
    rounds : how often candidates were added around the sites chosen till then.
    candidates_before : how many candidates there were at first.
    before, after : people newly covered by the plan at first, and at last.
    sites_before, sites_after : how many sites it has.
    bound : no plan of as many sites, wherever on the streets they stand, covers more people;
        where the fewest sites for a rate are asked for, none of fewer sites reaches it.
    gap : how far the plan may be from that, as a share.
    cell_m : length of the pieces of street by which the bound is found.
    """

    apart_m: float
    refine_m: float
    rounds: int
    candidates_before: int
    before: float
    after: float
    sites_before: int
    sites_after: int
    bound: float
    gap: float
    cell_m: float


def refined(
    question: Question, plan: SitePlan, answer: Callable[[Question], SitePlan]
) -> tuple[Question, SitePlan, Refinement]:
    """The question with denser candidates where it matters, its plan, and what that came to.

    Streets are cut into cells, and each is taken to cover whatever any of its points covers: what
    the best plan of cells covers bounds every plan. Street places every ``refine_m`` metres
    within ``apart_m`` of the chosen sites, and of the cells of that plan, join the candidates,
    until the plan is no better for them.

    Parameters
    ----------
    question : with generated candidates.
    plan : its answer.
    answer : finds the plan of a question.
    """
    terms = question.terms
    assert terms.refine_m is not None
    first, count, rounds = plan, len(question.candidates), 0
    bound, best_cells, cell_m = _anywhere(question, plan, terms.refine_m)
    while True:
        spots = np.concatenate([plan.sites.geometry.to_numpy(), best_cells])
        denser = _denser(question, spots, best_cells)
        better = None if denser is None else answer(denser)
        if denser is None or better is None or not _is_better(better, plan):
            break
        question, plan, rounds = denser, better, rounds + 1
    reached = float(len(plan.sites)) if plan.aim == "sites" else plan.population
    bound = min(bound, reached) if plan.aim == "sites" else max(bound, reached)
    larger = max(bound, reached)
    return (
        question,
        plan,
        Refinement(
            terms.spacing_m,
            terms.refine_m,
            rounds,
            count,
            first.population,
            plan.population,
            len(first.sites),
            len(plan.sites),
            bound,
            abs(bound - reached) / larger if larger else 0.0,
            cell_m,
        ),
    )


def _is_better(plan: SitePlan, than: SitePlan) -> bool:
    """Whether it needs fewer sites for a rate, or covers more people."""
    if plan.aim == "sites" and len(plan.sites) != len(than.sites):
        return len(plan.sites) < len(than.sites) or than.status == "out_of_reach"
    return plan.population > than.population + HAIR


def _denser(question: Question, spots: Objects, exactly: Objects) -> Question | None:
    """The question with street places around some spots as candidates too; None without new ones.

    Parameters
    ----------
    exactly : spots that are candidates themselves.
    """
    coverage, terms = question.walked, question.terms
    assert terms.refine_m is not None
    if not len(spots):
        return None
    lon, lat = street_points(coverage, terms.refine_m)
    near_m, _ = cKDTree(ellipsoid.to_ecef(*lonlat(spots))).query(
        ellipsoid.to_ecef(lon, lat), distance_upper_bound=terms.spacing_m
    )
    lon, lat = _allowed(question, lon[np.isfinite(near_m)], lat[np.isfinite(near_m)])
    x, y = to_plane(lon, lat)
    cell = terms.refine_m * float(stretch(coverage.network.node_lat).mean())
    thinned = one_per_cell(x, y, np.zeros(len(x)), cell)
    places = np.column_stack([lon[thinned], lat[thinned]])
    exact = np.column_stack(_allowed(question, *lonlat(exactly)))
    known = set(zip(*lonlat(question.candidates.geometry.to_numpy()), strict=True))
    both = np.unique(np.concatenate([places, exact]), axis=0)
    new = [spot for spot in map(tuple, both.tolist()) if spot not in known]
    if not new:
        return None
    # From south to north, so that numbers do not follow the order of streets.
    lon, lat = np.array(sorted(new, key=lambda spot: spot[::-1])).T
    number = len(question.candidates) + 1 + np.arange(len(lon))
    extra = gpd.GeoDataFrame(
        {"candidate_id": [f"G{i:04d}" for i in number]},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    )
    joined = pd.concat([question.candidates.drop(columns="county"), extra], ignore_index=True)
    texts = ["name", "bank", "kind", "address"]
    frame = gpd.GeoDataFrame(joined.fillna(dict.fromkeys(texts, "")), crs="EPSG:4326")
    return replace(ask(coverage, frame, terms), generated=True, counted=question.counted)


def _allowed(question: Question, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Those of some places that lie inside the counties and outside excluded areas."""
    counties = question.walked.counties
    keep = ~inside(polygons(question.terms.excluded), lon, lat)
    if counties is not None:
        keep &= inside(counties.geometry.to_numpy(), lon, lat)
    return lon[keep], lat[keep]


def _anywhere(question: Question, plan: SitePlan, cell_m: float) -> tuple[float, Objects, float]:
    """What no plan passes whose sites stand anywhere in the cells or on a candidate; the middles
    of the cells of the plan that shows it; and how long cells are.
    """
    cells, middles, cell_m = _cells(question, cell_m)
    covers = hstack([question.covers, cells], format="csr")
    fixed = np.append(question.fixed, np.zeros(cells.shape[1], bool))
    already, terms = int(question.fixed.sum()), question.terms
    options: locate.Options = {"fixed": fixed, "time_limit": terms.time_limit}
    if plan.aim == "people":
        assert terms.add is not None
        found = locate.maximal_covering(covers, question.people, terms.add - already, **options)
        bound = float(found.bound)
    else:
        assert terms.target is not None
        everyone = float(question.people.sum())
        wanted = terms.target * question.population - question.covered_population - HAIR
        most = plan.population if plan.status == "out_of_reach" else everyone
        share = min(max(wanted, 0.0), most) / everyone if everyone else 0.0
        found = locate.partial_covering(covers, question.people, share, **options)
        bound = already + float(np.ceil(found.bound - 1e-6))
    chosen = found.sites - len(question.candidates)
    return bound, middles[chosen[chosen >= 0]], cell_m


def _cells(question: Question, cell_m: float) -> tuple[csr_array, Objects, float]:
    """Who of the missed some point of each piece of street covers; its middle; how long it is.

    A piece of length L reaches those to whom the walk from its middle is at most L / 2 longer
    than the limit: from the middle one leaves by either end, so the nearest point of the piece is
    L / 2 nearer. In a straight line nobody is nearer than that, either.
    """
    while True:
        middles, edge, along = _pieces(question, cell_m)
        few = np.linspace(0, len(edge) - 1, min(len(edge), _SAMPLE)).astype(np.int64)
        pairs = _covered(question, middles.iloc[few], edge[few], along[few], cell_m).nnz
        if not len(few) or pairs / len(few) * len(edge) <= _MOST_PAIRS:
            break
        cell_m *= 2
    covers = _covered(question, middles, edge, along, cell_m)
    serving = np.flatnonzero(np.diff(covers.tocsc().indptr) > 0)
    return csr_array(covers[:, serving]), middles.to_numpy()[serving], cell_m


def _pieces(question: Question, cell_m: float) -> tuple[gpd.GeoSeries, Ints, Floats]:
    """Middles of pieces of the streets that may be joined, with the edge and metres along it."""
    coverage = question.walked
    network = coverage.network
    edges = np.flatnonzero(network.joinable(coverage.standard.smallest_component_m))
    length = network.edge_m[edges]
    count = np.maximum(np.ceil(length / cell_m), 1).astype(np.int64)
    edge = np.repeat(edges, count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = (number + 0.5) * np.repeat(length / count, count)
    lon, lat = _places(question, edge, along)
    keep = _may_hold_sites(question, lon, lat, cell_m / 2)
    middles = gpd.GeoSeries(gpd.points_from_xy(lon[keep], lat[keep]), crs="EPSG:4326")
    return middles, edge[keep], along[keep]


def _places(question: Question, edge: Ints, along: Floats) -> tuple[Floats, Floats]:
    """Where places on edges are, degrees."""
    network = question.walked.network
    # Shapes one after another on one scale, edge by edge.
    owner = np.repeat(np.arange(network.edges), np.diff(network.shape_start))
    before = np.concatenate([[0.0], np.cumsum(network.edge_m + 1.0)])[:-1]
    scale = before[owner] + network.shape_m
    at = before[edge] + along
    return np.interp(at, scale, network.shape_lon), np.interp(at, scale, network.shape_lat)


def _may_hold_sites(question: Question, lon: Floats, lat: Floats, half_m: float) -> Bools:
    """Pieces of which some point may lie inside the counties and outside excluded areas."""
    coverage = question.walked
    away = half_m / (_M_PER_DEG * np.cos(np.radians(np.abs(lat).max(initial=0.0))))
    shrunk = np.array([area.buffer(-away) for area in polygons(question.terms.excluded)], object)
    keep = ~inside(shrunk, lon, lat)
    if coverage.counties is not None:
        points, near = shapely.points(lon, lat), np.zeros(len(lon), bool)
        for county in coverage.counties.geometry:
            shapely.prepare(county)
            near |= shapely.dwithin(points, county, away)
        keep &= near
    return np.asarray(keep)


def _covered(
    question: Question, middles: gpd.GeoSeries, edge: Ints, along: Floats, cell_m: float
) -> csr_array:
    """Who of the missed some point of each piece covers, (missed, pieces)."""
    coverage, count = question.walked, len(edge)
    nowhere = np.zeros(count)
    joins = Joins(edge.astype(np.int32), along, nowhere, *lonlat(middles.to_numpy()))
    component = coverage.network.edge_component[edge]
    snap = Snap(np.arange(count + 1), joins, component, np.zeros(count, bool))
    standard = coverage.standard
    wide = Reach(standard.walk_limit_m + cell_m / 2, standard.rural_radius_m + cell_m / 2)
    rows = question.missed
    return cover_matrix(
        coverage.network,
        wide,
        snap,
        gpd.GeoDataFrame(geometry=middles),
        coverage.demand_joined[rows],
        coverage.demand.iloc[rows],
    )
