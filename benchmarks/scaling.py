"""How cost grows with streets, outlets and candidates: ``python -m benchmarks.scaling``.

Greater Porto is replicated side by side, with people and outlets strewn over its streets anew in
each copy; copies tell how cost grows with size, and nothing else.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.replicate import PORTO, replicate
from benchmarks.results import in_figures
from benchmarks.timing import Figure, once
from gdcoverage.assessment import assess
from gdcoverage.findings import Coverage
from gdcoverage.gaps import find_gaps
from gdcoverage.network import WalkNetwork
from gdcoverage.places.counties import one_county
from gdcoverage.sites import Terms, make_siting

COPIES = (1, 2, 4, 8)
COUNTS = (1, 4, 16, 32)  # times the outlets, the candidates of one copy
NODES = 64_455  # street nodes of one copy
# Of one copy: as many as a county of so many streets has.
POINTS, OUTLETS, CANDIDATES = 4_000, 200, 350
MOST_EXPONENT = 1.15
_TERMS = Terms(add=3, frontier=0, alternatives=0)


@dataclass
class Spent:
    """Seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, step: str) -> Iterator[None]:
        """Measure a step."""
        started = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - started


def main() -> list[Figure]:
    """How time grows with street nodes, and what one more outlet and candidate costs."""
    with tempfile.TemporaryDirectory() as folder:
        files = {n: Path(folder, f"{n}.osm.pbf") for n in COPIES}
        for copies, file in files.items():
            replicate(PORTO, copies, file)
        _everything(files[1], Spent())  # compiles the kernels
        sizes, runs = [], []
        for file in files.values():
            spent = Spent()
            sizes.append(_everything(file, spent).network.nodes)
            runs.append(spent.seconds | {"all": sum(spent.seconds.values())})
        world = _World(WalkNetwork.from_osm(files[2]))
    figures = []
    for step in ("all", *(name for name in runs[0] if name != "all")):
        spent_on = [run[step] for run in runs]
        most = MOST_EXPONENT if step == "all" else None
        figures.append(_growth(step, sizes, spent_on, most))
    world.sites(world.assess(OUTLETS), CANDIDATES)  # makes the index of streets
    figures.append(_each("one more outlet, assess", OUTLETS, world.assess))
    coverage = world.assess(OUTLETS)
    more = _each("one more candidate, sites", CANDIDATES, partial(world.sites, coverage))
    return [*figures, more]


def _growth(what: str, sizes: list[int], spent: list[float], most: float | None) -> Figure:
    """The exponent of a line through the points on log-log paper."""
    exponent = float(np.polyfit(np.log(sizes), np.log(spent), 1)[0])
    more = (spent[-1] - spent[0]) / (sizes[-1] - sizes[0])
    told = f"{_told(sizes, spent)}; {more * 1e6:.3g} µs a node"
    return Figure(f"exponent of {what}, by street nodes", exponent, "", most, told)


def _each(what: str, first: int, work: Callable[[int], object]) -> Figure:
    """What one more costs, from the slope of a line through the points."""
    counts = [first * times for times in COUNTS]
    spent = [once(partial(work, count)) for count in counts]
    slope = float(np.polyfit(counts, spent, 1)[0])
    return Figure(what, 1e3 * slope, "ms", None, _told(counts, spent))


def _told(sizes: list[int], spent: list[float]) -> str:
    return ", ".join(f"{size:,}: {s:.2f} s" for size, s in zip(sizes, spent, strict=True))


@dataclass
class _World:
    """Streets with people on them, and as many outlets as one asks for."""

    network: WalkNetwork

    def __post_init__(self) -> None:
        self.copies = round(self.network.nodes / NODES)
        self.demand = self._demand()
        self.counties = one_county("波尔图", self.demand)

    def _spots(self, count: int, seed: int) -> gpd.GeoSeries:
        rng = np.random.default_rng(seed)
        main = np.flatnonzero(self.network.component_m[self.network.component] > 5_000)
        node = rng.choice(main, count)
        lon = self.network.node_lon[node] + rng.normal(0, 2e-4, count)
        lat = self.network.node_lat[node] + rng.normal(0, 2e-4, count)
        return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326")

    def _demand(self) -> gpd.GeoDataFrame:
        count = POINTS * self.copies
        rng = np.random.default_rng(3)
        frame = pd.DataFrame(
            {
                "demand_id": [f"P{i}" for i in range(count)],
                "population": rng.integers(1, 2_000, count).astype(float),
                "settlement": rng.choice(["urban", "rural"], count, p=[0.75, 0.25]),
                "town": False,
            }
        )
        return gpd.GeoDataFrame(frame, geometry=self._spots(count, 3))

    def outlets(self, count: int, seed: int = 4) -> gpd.GeoDataFrame:
        """Outlets, or candidates with another seed."""
        ids = [f"W{i}" for i in range(count)]
        return gpd.GeoDataFrame(
            {"outlet_id": ids, "name": ids, "status": "active"}, geometry=self._spots(count, seed)
        )

    def assess(self, count: int) -> Coverage:
        """The coverage by so many outlets."""
        return assess(self.outlets(count), self.demand, self.network, counties=self.counties)

    def sites(self, coverage: Coverage, count: int) -> object:
        """The answer to a siting question with so many candidates."""
        return make_siting(coverage, _TERMS, self.outlets(count, 5))


def _everything(file: Path, spent: Spent) -> Coverage:
    with spent.on("file to network"):
        network = WalkNetwork.from_osm(file)
    world = _World(network)
    with spent.on("assess"):
        coverage = world.assess(OUTLETS * world.copies)
    with spent.on("gaps"):
        find_gaps(coverage)
    with spent.on("sites"):
        world.sites(coverage, CANDIDATES * world.copies)
    return coverage


if __name__ == "__main__":
    print(in_figures(main()))
