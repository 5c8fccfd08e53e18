"""Covering models on published instances: every optimum reached and proven."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist

from gdcoverage.locate import maximal_covering, partial_covering

SJC_MINIMA = {
    ("SJC324", 800): 5, ("SJC402", 800): 6, ("SJC500", 800): 8,
    ("SJC324", 400): 14, ("SJC402", 400): 17, ("SJC500", 400): 24,
}  # fmt: skip


@pytest.fixture(scope="module")
def instances(shared):
    return shared / "instances"


@cache
def sjc(folder: Path, name: str):
    points = np.loadtxt(folder / "sjc_mclp" / f"{name}.txt", skiprows=1)
    return cdist(points, points), np.loadtxt(folder / "sjc_mclp" / f"demand-{name}.dat")


def assert_proven(solution, optimum):
    assert solution.objective == pytest.approx(optimum, abs=1e-6)
    assert solution.bound == solution.objective
    assert solution.gap == 0
    assert solution.status == "optimal"


def test_sjc_most_properties_within_reach(instances):
    cells = pd.read_csv(instances / "sjc_mclp" / "optima.csv")
    assert len(cells) == 32
    asked = cells[["instance", "S", "p", "optimal_covered"]]
    for name, metres_reach, sites, optimum in asked.itertuples(index=False, name=None):
        metres, demand = sjc(instances, name)
        covers = sparse.csr_array(metres <= metres_reach)
        solution = maximal_covering(covers, demand, sites)
        assert_proven(solution, optimum)
        assert len(solution.sites) <= sites


@pytest.mark.parametrize(("name", "metres_reach"), SJC_MINIMA)
def test_sjc_fewest_sites_for_all(instances, name, metres_reach):
    metres, demand = sjc(instances, name)
    covers = sparse.csr_array(metres <= metres_reach)
    assert_proven(partial_covering(covers, None, 1.0), SJC_MINIMA[name, metres_reach])
    assert_proven(partial_covering(covers, demand, 1.0), SJC_MINIMA[name, metres_reach])


def test_sjc_fewest_sites_for_a_share(instances):
    """The fewest sites for a rate are the least p whose best plan reaches it."""
    metres, demand = sjc(instances, "SJC324")
    covers = sparse.csr_array(metres <= 800)
    assert_proven(partial_covering(covers, demand, 0.95), 3)
    assert_proven(partial_covering(covers, demand, 11_604 / 12_152), 3)
    assert_proven(partial_covering(covers, demand, 11_605 / 12_152), 4)


def test_swain(instances):
    table = np.loadtxt(instances / "swain55" / "swain.txt", skiprows=1)
    places, demand = table[:, 1:3], table[:, 3]
    optima = json.loads((instances / "swain55" / "optima_highs.json").read_text())
    assert demand.sum() == optima["total"]
    for reach in (8, 10, 12, 15):
        covers = sparse.csc_array(cdist(places, places) <= reach)
        assert_proven(partial_covering(covers, None, 1.0), optima[f"LSCP_S{reach}"])
        for p in range(1, 6):
            solution = maximal_covering(covers, demand, p)
            assert_proven(solution, optima[f"MCLP_S{reach}_p{p}"])


def test_san_francisco(instances):
    folder = instances / "spopt_sf"
    rows = pd.read_csv(folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    table = rows.pivot_table(index="DestinationName", columns="name", values="distance")
    people = rows.groupby("DestinationName")["demand"].first().reindex(table.index).to_numpy()
    optima = json.loads((folder / "brute_force_optima.json").read_text())
    covers = sparse.csr_array((table <= 5_000).to_numpy())
    assert people.sum() == 955_113
    assert_proven(partial_covering(covers, None, 1.0), 8)
    for p in range(1, 9):
        people_covered, stores = optima[f"MCLP_S5000_p{p}"]
        solution = maximal_covering(covers, people, p)
        assert_proven(solution, people_covered)
        if p < 8:  # with 8, other stores cover everyone too
            assert sorted(table.columns[solution.sites]) == stores
    assert maximal_covering(covers, people, 4).objective == 875_247
