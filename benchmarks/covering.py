"""Covering models: beside spopt, at the edge of exactness, and at the size of a province."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack
from scipy.spatial import cKDTree

from benchmarks.data import SHARED
from benchmarks.results import beside_peers, in_figures
from benchmarks.timing import Figure, Row, of_peer
from gdcoverage.arrays import Floats, Ints
from gdcoverage.locate import CoverSolution, maximal_covering

Found = TypeVar("Found")


def beside_others() -> list[Row]:
    """MCLP beside spopt and beside the textbook's program in HiGHS: on strewn and clustered points.

    CPU seconds; all find the same optimum.
    """
    rng = np.random.default_rng(4)
    strewn = rng.random((6_000, 2)), rng.random((1_200, 2))
    drawn = _towns(np.random.default_rng(1), 40, 100.0, 0.8)
    clustered = drawn(5_000), drawn(1_000)
    return [*_beside("strewn", *strewn, 45, 30), *_beside("clustered", *clustered, 300, 20)]


def _beside(name: str, points: Floats, places: Floats, reached: int, p: int) -> list[Row]:
    """Rows for one question in which a place reaches so many points on average."""
    tree, other = cKDTree(points), cKDTree(places)
    radius = _radius(tree, other, reached * len(places))
    covers = _within(tree, other, radius)
    people = np.random.default_rng(2).integers(1, 500, len(points))
    maximal_covering(covers, people, p, time_limit=0.1)  # compiles the kernels
    seconds, ours = spent(lambda: maximal_covering(covers, people, p, time_limit=600))
    if ours.gap != 0:
        raise AssertionError(f"gap {ours.gap}")

    def same(theirs: float) -> None:
        if abs(theirs - ours.objective) > 0.5:
            raise AssertionError(f"optimum {ours.objective}, another finds {theirs}")

    def spopt() -> float:
        import pulp
        from spopt.locate import MCLP

        solver = pulp.HiGHS(msg=False, gapRel=0)
        apart = np.hypot(*(points[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
        taken, model = spent(
            lambda: MCLP.from_cost_matrix(apart, people, radius, p_facilities=p).solve(solver)
        )
        same(float(pulp.value(model.problem.objective)))
        return taken

    def sparse() -> float:
        taken, worth = spent(lambda: _textbook(covers, people, p))
        same(worth)
        return taken

    what = f"MCLP, {name}, {covers.shape[0]:,} × {covers.shape[1]:,}"
    remark = f"p = {p}: {ours.objective:,.0f}, proven; CPU seconds"
    return [
        Row(what, "spopt MCLP", seconds, of_peer(spopt), 10 if name == "strewn" else 1, remark),
        Row(what, "sparse HiGHS", seconds, of_peer(sparse), 1, remark),
    ]


def spent(work: Callable[[], Found]) -> tuple[float, Found]:
    """CPU seconds that something takes, in all threads, and what it finds."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def _textbook(covers: csr_array, people: Ints, p: int) -> float:
    """Most weight by the model as it stands in books, sparse, solved by HiGHS."""
    rows, sites = covers.shape
    claims = hstack([covers.astype(float), -eye_array(rows)], format="csr")
    most = np.concatenate([np.ones(sites), np.zeros(rows)])
    found = milp(
        np.concatenate([np.zeros(sites), -people]),
        integrality=np.repeat([1, 0], [sites, rows]),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(claims, 0, np.inf), LinearConstraint(most, -np.inf, p)],
        options={"mip_rel_gap": 0},
    )
    return float(-found.fun)


def sjc5000(seconds: float = 60.0) -> CoverSolution:
    """SJC5000 with the radius at which a site covers about 1 % of the points, p = 50."""
    folder = SHARED / "instances/sjc_mclp"
    points = np.loadtxt(folder / "SJC5000.txt", skiprows=1)
    people = np.loadtxt(folder / "demand-SJC5000.dat")
    tree = cKDTree(points)
    radius = _radius(tree, tree, 0.01 * len(points) ** 2)
    return maximal_covering(_within(tree, tree, radius), people, 50, time_limit=seconds)


def province(
    demand: int = 200_000, sites: int = 17_000, entries: int = 30_000_000, p: int = 300
) -> csr_array:
    """A synthetic province: clustered towns, people and sites drawn from the same towns."""
    drawn = _towns(np.random.default_rng(9), 800, 600_000, 8.3)
    points, places = cKDTree(drawn(demand)), cKDTree(drawn(sites))
    return _within(points, places, _radius(points, places, entries))


def _towns(
    rng: np.random.Generator, count: int, across: float, spread: float
) -> Callable[[int], Floats]:
    """Draws places in made-up towns: a few hold much of them, the wider ones strewn wider."""
    towns = rng.uniform(0, across, (count, 2))
    spreads = rng.lognormal(spread, 0.6, count)
    share = rng.pareto(1.1, count) + 0.05

    def drawn(number: int) -> Floats:
        town = rng.choice(count, number, p=share / share.sum())
        return towns[town] + rng.normal(0, 1, (number, 2)) * spreads[town, None]

    return drawn


def _radius(points: cKDTree, places: cKDTree, pairs: float) -> float:
    """The distance within which there are so many pairs of point and place."""
    low, high = 0.0, float(np.ptp(points.data, axis=0).max())
    for _ in range(50):
        radius = (low + high) / 2
        fewer = points.count_neighbors(places, radius) < pairs
        low, high = (radius, high) if fewer else (low, radius)
    return radius


def _within(points: cKDTree, places: cKDTree, radius: float) -> csr_array:
    """Who covers whom, a few thousand places at a time."""
    rows, sizes = [], []
    for start in range(0, places.n, 2_000):
        for near in places.data[start : start + 2_000]:
            found = np.array(sorted(points.query_ball_point(near, radius)), np.int32)
            rows.append(found)
            sizes.append(len(found))
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    items = np.concatenate(rows)
    by_site = csr_array((np.ones(len(items), bool), items, indptr), shape=(places.n, points.n))
    return csr_array(by_site.T)


def sjc() -> list[Figure]:
    """SJC5000: how far the answer may be from the best."""
    found = sjc5000()
    remark = f"{found.objective:,.0f} in {found.seconds:.1f} s"
    return [Figure("MCLP SJC5000, p = 50: gap", 100 * found.gap, "%", None, remark)]


def large() -> list[Figure]:
    """The size of a province: gap, time, and memory of the whole process."""
    covers = province()
    people = np.random.default_rng(2).integers(1, 2_000, covers.shape[0])
    found = maximal_covering(covers, people, 300, time_limit=280)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    what = f"MCLP {covers.shape[0]:,} × {covers.shape[1]:,}, p = 300"
    remark = f"{covers.nnz:,} entries: {found.objective:,.0f}"
    return [
        Figure(f"{what}: gap", 100 * found.gap, "%", None, remark),
        Figure(f"{what}: time", found.seconds, "s"),
        Figure(f"{what}: memory", peak, "GiB", None, "peak of the process so far"),
    ]


if __name__ == "__main__":
    print(beside_peers(beside_others()) + in_figures([*sjc(), *large()]))
