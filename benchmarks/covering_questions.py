"""Covering questions to measure on: towns, Chen's and Cordeau's recipes, p-medians, a province."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array, csr_array, vstack
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import cKDTree

from benchmarks.data import SHARED
from gdcoverage.arrays import Floats
from gdcoverage.locate import CoverSolution, maximal_covering, partial_covering


class Asked(NamedTuple):
    """Cover the most weight with `p` sites, or a share of it with the fewest.

    Parameters
    ----------
    name : what is told of it.
    covers : points x sites, true where the site covers the point.
    weights : of each point.
    p : how many sites.
    share : of all weight that is to be covered, where the fewest sites are asked for.
    known : the optimum, where it is published.
    """

    name: str
    covers: csr_array
    weights: Floats
    p: int
    share: float | None = None
    known: float | None = None

    def answered(self, cpu_seconds: float) -> CoverSolution:
        """Our answer, with so many seconds' work."""
        if self.share is None:
            return maximal_covering(self.covers, self.weights, self.p, time_limit=cpu_seconds)
        return partial_covering(self.covers, self.weights, self.share, time_limit=cpu_seconds)


def strewn() -> Asked:
    """Points and places strewn over a square, where the linear relaxation is whole."""
    rng = np.random.default_rng(4)
    points, places = cKDTree(rng.random((6_000, 2))), cKDTree(rng.random((1_200, 2)))
    return _asked("strewn, 6,000 × 1,200", points, places, 45 * 1_200, 30)


def clustered(points: int = 5_000, places: int = 1_000, pairs: int = 300_000, p: int = 20) -> Asked:
    """Points and places in 40 towns."""
    drawn = towns(np.random.default_rng(1), 40, 100.0, 0.8)
    trees = cKDTree(drawn(points)), cKDTree(drawn(places))
    return _asked(f"clustered, {points:,} × {places:,}", *trees, pairs, p)


def slice_of_province(part: int = 10) -> Asked:
    """Such a part of `province`: of its towns, its area, its points, places, pairs and sites."""
    drawn = towns(np.random.default_rng(9), 800 // part, 600_000 / np.sqrt(part), 8.3)
    points, places = 200_000 // part, 17_000 // part
    trees = cKDTree(drawn(points)), cKDTree(drawn(places))
    name = f"province slice, {points:,} × {places:,}"
    return _asked(name, *trees, 30_000_000 // part, 300 // part)


def province(demand: int = 200_000, sites: int = 17_000, entries: int = 30_000_000) -> csr_array:
    """A synthetic province: clustered towns, people and sites drawn from the same towns."""
    drawn = towns(np.random.default_rng(9), 800, 600_000, 8.3)
    points, places = cKDTree(drawn(demand)), cKDTree(drawn(sites))
    return within(points, places, radius_of(points, places, entries))


def chen(n: int, radius: float, p: int, seed: int = 1) -> Asked:
    """Sites among the points themselves, drawn evenly over 30 x 30, demand from 1 to 100.

    By the recipe of the second test set of Chen and others (2023, "Efficient presolving methods
    for solving maximal covering and partial set covering location problems"), which takes it from
    Cordeau, Furini and Ljubic (2019): radii 3.5 to 4, 15 to 25 sites. Drawn here, not theirs.
    """
    rng = np.random.default_rng(seed)
    points = cKDTree(rng.uniform(0, 30, (n, 2)).round(3))
    people = rng.integers(1, 101, n).astype(float)
    covers = within(points, points, radius)
    return Asked(f"Chen's recipe, n = {n}, r = {radius}", covers, people, p)


def cordeau(demand: int, radius: float, p: int, sites: int = 100, seed: int = 1) -> Asked:
    """Few sites and many points, both drawn evenly over 30 x 30, demand from 1 to 100.

    By the recipe of Cordeau, Furini and Ljubic (2019, "Benders decomposition for very large scale
    partial set covering and maximal covering location problems"): 100 sites, radii 3.25 to 6.25,
    a tenth to a fifth of the sites. Drawn here, not theirs.
    """
    rng = np.random.default_rng(seed)
    places, points = rng.uniform(0, 30, (sites, 2)), rng.uniform(0, 30, (demand, 2))
    people = rng.integers(1, 101, demand).astype(float)
    covers = within(cKDTree(points), cKDTree(places), radius)
    return Asked(f"Cordeau's recipe, {demand:,} × {sites}, r = {radius}", covers, people, p)


def pmed(number: int) -> Asked:
    """OR-Library's p-median question, as one of covering (Church and ReVelle 1976).

    A row for each node and each length that it may have to the nearest site, but the longest. It
    is covered within that length, and worth the step to the next: what is covered is what the
    lengths fall short of the longest ones.
    """
    folder = SHARED / "instances/orlib_pmed"
    n, _, p = np.loadtxt(folder / f"pmed{number}.txt", max_rows=1, dtype=int)
    edges = np.loadtxt(folder / f"pmed{number}.txt", skiprows=1, dtype=int)
    length = np.zeros((n, n))
    for one, other, cost in edges:  # the last of repeated ones counts
        length[one - 1, other - 1] = length[other - 1, one - 1] = cost
    apart = shortest_path(csr_array(length), directed=False)
    covers, steps = [], []
    for row in apart:
        levels = np.unique(row)
        covers.append(csr_array(row[None, :] <= levels[:-1, None]))
        steps.append(np.diff(levels))
    best = PMED_OPTIMA[number - 1]
    worth = float(apart.max(axis=1).sum()) - best
    whole = csr_array(vstack(covers))
    return Asked(f"pmed{number}, {n} nodes", whole, np.concatenate(steps), int(p), known=worth)


PMED_OPTIMA = (5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255)


def towns(
    rng: np.random.Generator, count: int, across: float, spread: float
) -> Callable[[int], Floats]:
    """Draws places in made-up towns: a few hold much of them, the wider ones strewn wider."""
    centres = rng.uniform(0, across, (count, 2))
    spreads = rng.lognormal(spread, 0.6, count)
    share = rng.pareto(1.1, count) + 0.05

    def drawn(number: int) -> Floats:
        town = rng.choice(count, number, p=share / share.sum())
        return centres[town] + rng.normal(0, 1, (number, 2)) * spreads[town, None]

    return drawn


def radius_of(points: cKDTree, places: cKDTree, pairs: float) -> float:
    """The distance within which there are so many pairs of point and place."""
    low, high = 0.0, float(np.ptp(points.data, axis=0).max())
    for _ in range(50):
        radius = (low + high) / 2
        fewer = points.count_neighbors(places, radius) < pairs
        low, high = (radius, high) if fewer else (low, radius)
    return radius


def within(points: cKDTree, places: cKDTree, radius: float) -> csr_array:
    """Who covers whom, a few thousand places at a time."""
    rows, sizes = [], []
    for start in range(0, places.n, 2_000):
        for near in places.data[start : start + 2_000]:
            found = np.array(sorted(points.query_ball_point(near, radius)), np.int32)
            rows.append(found)
            sizes.append(len(found))
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    items = np.concatenate(rows)
    by_site = csc_array((np.ones(len(items), bool), items, indptr), shape=(points.n, places.n))
    return csr_array(by_site)


def _asked(name: str, points: cKDTree, places: cKDTree, pairs: int, p: int) -> Asked:
    covers = within(points, places, radius_of(points, places, pairs))
    people = np.random.default_rng(2).integers(1, 500, points.n).astype(float)
    return Asked(name, covers, people, p)


def chens(sizes: tuple[int, ...] = (1_000, 1_500, 2_000)) -> Iterator[Asked]:
    """Chen's recipe for some sizes, with all its radii and numbers of sites."""
    for n in sizes:
        for radius in (3.5, 3.75, 4.0):
            for p in (15, 20, 25):
                yield chen(n, radius, p)
