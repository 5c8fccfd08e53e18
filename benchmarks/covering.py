"""Covering models: beside spopt, at the edge of exactness, and at the size of a province."""

from __future__ import annotations

import resource
import time

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from benchmarks.data import SHARED
from benchmarks.results import beside_peers, in_figures
from benchmarks.timing import Figure, Row, of_peer
from gdcoverage.locate import CoverSolution, maximal_covering


def beside_spopt(demand: int = 6_000, sites: int = 1_200, p: int = 30) -> Row:
    """MCLP on points strewn over a square, a site covering about 45 of them; same optimum."""
    rng = np.random.default_rng(4)
    points, places = rng.random((demand, 2)), rng.random((sites, 2))
    radius = float(np.sqrt(45 / demand / np.pi))
    people = rng.integers(1, 500, demand)
    apart = np.hypot(*(points[:, None, :] - places[None, :, :]).transpose(2, 0, 1))

    started = time.perf_counter()
    ours = maximal_covering(csr_array(apart <= radius), people, p)
    seconds = time.perf_counter() - started

    def spopt() -> float:
        import pulp
        from spopt.locate import MCLP

        highs = "HiGHS" in pulp.listSolvers(onlyAvailable=True)
        solver = pulp.HiGHS(msg=False) if highs else pulp.PULP_CBC_CMD(msg=False)
        started = time.perf_counter()
        model = MCLP.from_cost_matrix(apart, people, radius, p_facilities=p).solve(solver)
        taken = time.perf_counter() - started
        theirs = float(pulp.value(model.problem.objective))
        if ours.gap != 0 or abs(theirs - ours.objective) > 0.5:
            raise AssertionError(f"optimum {ours.objective} (gap {ours.gap}), spopt {theirs}")
        return taken

    remark = f"p = {p}: {ours.objective:,.0f}, proven"
    return Row(f"MCLP {demand:,} × {sites:,}", "spopt MCLP", seconds, of_peer(spopt), 10, remark)


def sjc5000(seconds: float = 60.0) -> CoverSolution:
    """SJC5000 with the radius at which a site covers about 1 % of the points, p = 50."""
    folder = SHARED / "instances/sjc_mclp"
    points = np.loadtxt(folder / "SJC5000.txt", skiprows=1)
    people = np.loadtxt(folder / "demand-SJC5000.dat")
    tree = cKDTree(points)
    wanted = 0.01 * len(points)
    low, high = 1.0, float(np.ptp(points, axis=0).max())
    for _ in range(40):
        radius = (low + high) / 2
        fewer = tree.count_neighbors(tree, radius) / len(points) < wanted
        low, high = (radius, high) if fewer else (low, radius)
    return maximal_covering(_within(tree, tree, radius), people, 50, time_limit=seconds)


def province(
    demand: int = 200_000, sites: int = 17_000, entries: int = 30_000_000, p: int = 300
) -> csr_array:
    """A synthetic province: clustered towns, people and sites drawn from the same towns."""
    rng = np.random.default_rng(9)
    towns = rng.uniform(0, 600_000, (800, 2))
    spread = rng.lognormal(8.3, 0.6, 800)
    share = rng.pareto(1.1, 800) + 0.05

    def drawn(count: int) -> np.ndarray:
        town = rng.choice(800, count, p=share / share.sum())
        return towns[town] + rng.normal(0, 1, (count, 2)) * spread[town, None]

    points, places = cKDTree(drawn(demand)), cKDTree(drawn(sites))
    low, high = 10.0, 50_000.0
    for _ in range(40):
        radius = (low + high) / 2
        fewer = points.count_neighbors(places, radius) < entries
        low, high = (radius, high) if fewer else (low, radius)
    return _within(points, places, radius)


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
    print(beside_peers([beside_spopt()]) + in_figures([*sjc(), *large()]))
