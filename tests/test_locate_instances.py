"""Public instances with known optima: reached, and proven (gap 0)."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import shortest_path

from gdcoverage.locate import maximal_covering, p_median, set_covering


def within(points, radius):
    """Who covers whom, where every point is demand and site."""
    apart = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    return csr_array(apart <= radius)


def proven(solution):
    assert solution.gap == 0
    assert solution.status == "optimal"
    return solution.objective


@pytest.fixture(scope="module")
def sjc(shared):
    """São José dos Campos: points in metres, and people per point."""
    folder = shared / "instances/sjc_mclp"

    def read(name):
        points = np.loadtxt(folder / f"{name}.txt", skiprows=1)
        return points, np.loadtxt(folder / f"demand-{name}.dat")

    return {name: read(name) for name in ("SJC324", "SJC402", "SJC500")}


def test_every_cell_of_sao_jose_dos_campos(shared, sjc):
    optima = pd.read_csv(shared / "instances/sjc_mclp/optima.csv")
    known = optima[optima["instance"].isin(list(sjc))]
    assert len(known) == 32
    for cell in known.itertuples():
        points, people = sjc[cell.instance]
        solution = maximal_covering(within(points, cell.S), people, cell.p)
        assert proven(solution) == cell.optimal_covered, cell


@pytest.mark.parametrize(
    ("name", "radius", "fewest"),
    [
        ("SJC324", 800, 5), ("SJC402", 800, 6), ("SJC500", 800, 8),
        ("SJC324", 400, 14), ("SJC402", 400, 17), ("SJC500", 400, 24),
    ],
)  # fmt: skip
def test_fewest_sites_for_all_of_sao_jose_dos_campos(sjc, name, radius, fewest):
    points, _ = sjc[name]
    solution = set_covering(within(points, radius))
    assert proven(solution) == fewest
    assert solution.covered.all()


def test_swain(shared):
    folder = shared / "instances/swain55"
    rows = np.loadtxt(folder / "swain.txt", skiprows=1)
    points, people = rows[:, 1:3], rows[:, 3]
    known = json.loads((folder / "optima_highs.json").read_text())
    assert people.sum() == known.pop("total")
    for key, value in known.items():
        model, radius, *sites = key.split("_")
        covers = within(points, float(radius[1:]))
        if model == "LSCP":
            assert proven(set_covering(covers)) == value, key
        else:
            assert proven(maximal_covering(covers, people, int(sites[0][1:]))) == value, key


def test_san_francisco(shared):
    folder = shared / "instances/spopt_sf"
    table = pd.read_csv(folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    apart = table.pivot_table(index="DestinationName", columns="name", values="distance")
    people = table.groupby("DestinationName")["demand"].first().loc[apart.index].to_numpy()
    covers = csr_array((apart <= 5000).to_numpy())
    assert people.sum() == 955_113
    assert proven(set_covering(covers)) == 8
    known = json.loads((folder / "brute_force_optima.json").read_text())
    cells = {key: value[0] for key, value in known.items() if key.startswith("MCLP_S5000")}
    assert cells["MCLP_S5000_p4"] == 875_247
    for key, value in cells.items():
        solution = maximal_covering(covers, people, int(key.rsplit("p", 1)[1]))
        assert proven(solution) == value, key


PMED = (5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255)


@pytest.mark.parametrize(("number", "optimum"), list(enumerate(PMED, 1)))
def test_p_median_of_the_or_library(shared, number, optimum):
    """Where an edge is listed twice, the last one holds."""
    numbers = (shared / f"instances/orlib_pmed/pmed{number}.txt").read_text().split()
    n, m, p = map(int, numbers[:3])
    edges = np.array(numbers[3 : 3 + 3 * m], float).reshape(m, 3)
    lengths = {(min(i, j), max(i, j)): cost for i, j, cost in edges}
    ends = np.array(list(lengths), int) - 1
    graph = csr_array((list(lengths.values()), ends.T), shape=(n, n))
    apart = shortest_path(graph, directed=False)
    # Every distance is stored, also those of nought, which a sparse matrix would leave out.
    row, column = (axis.ravel() for axis in np.indices(apart.shape))
    solution = p_median(coo_array((apart.ravel(), (row, column)), shape=apart.shape), None, p)
    assert proven(solution) == optimum
