"""Covering models: beside spopt, at the edge of exactness, and at the size of a province."""

from __future__ import annotations

import resource

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.covering_highs import alone
from benchmarks.covering_questions import Asked, clustered, province, radius_of, strewn, within
from benchmarks.data import SHARED
from benchmarks.results import beside_peers, in_figures
from benchmarks.timing import Figure, Row, of_peer, spent
from gdcoverage.locate import CoverSolution, maximal_covering


def beside_others() -> list[Row]:
    """MCLP beside spopt and beside the textbook's program in HiGHS: on strewn and clustered points.

    CPU seconds; all find the same optimum.
    """
    return [*_beside(strewn(), 10), *_beside(clustered(), 1)]


def _beside(asked: Asked, wanted: float) -> list[Row]:
    """Rows for one question; spopt is to take so many times as long."""
    maximal_covering(asked.covers, asked.weights, asked.p, time_limit=0.1)  # compiles the kernels
    seconds, ours = spent(
        lambda: maximal_covering(asked.covers, asked.weights, asked.p, time_limit=600)
    )
    if ours.gap != 0:
        raise AssertionError(f"gap {ours.gap}")

    def same(theirs: float) -> None:
        if abs(theirs - ours.objective) > 0.5:
            raise AssertionError(f"optimum {ours.objective}, another finds {theirs}")

    def spopt() -> float:
        import pulp
        from spopt.locate import MCLP

        solver = pulp.HiGHS(msg=False, gapRel=0)
        apart = 1.0 - asked.covers.toarray()
        taken, model = spent(
            lambda: MCLP.from_cost_matrix(apart, asked.weights, 0.5, p_facilities=asked.p).solve(
                solver
            )
        )
        same(float(pulp.value(model.problem.objective)))
        return taken

    def sparse() -> float:
        taken, found = spent(lambda: alone(asked))
        same(found.best)
        return taken

    what = f"MCLP, {asked.name}"
    remark = f"p = {asked.p}: {ours.objective:,.0f}, proven; CPU seconds"
    return [
        Row(what, "spopt MCLP", seconds, of_peer(spopt), wanted, remark),
        Row(what, "sparse HiGHS", seconds, of_peer(sparse), 1, remark),
    ]


def sjc5000(seconds: float = 60.0) -> CoverSolution:
    """SJC5000 with the radius at which a site covers about 1 % of the points, p = 50."""
    folder = SHARED / "instances/sjc_mclp"
    points = np.loadtxt(folder / "SJC5000.txt", skiprows=1)
    people = np.loadtxt(folder / "demand-SJC5000.dat")
    tree = cKDTree(points)
    radius = radius_of(tree, tree, 0.01 * len(points) ** 2)
    return maximal_covering(within(tree, tree, radius), people, 50, time_limit=seconds)


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
