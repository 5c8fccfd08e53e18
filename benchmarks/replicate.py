"""Copies of a real OSM file side by side, and what cutting them costs per street node.

Copies tell how cost grows with size, and nothing else: all are the same place.
``python -m benchmarks.replicate [COPIES …]`` cuts Greater Porto so many times side by side.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium
import psutil
import shapely
from osmium.osm import NODE, WAY, Node, Way, mutable
from shapely.geometry import Polygon

from benchmarks.data import SHARED
from gdcoverage.network import WalkNetwork, cut_osm
from gdcoverage.policy import Standard

PORTO = SHARED / "data/porto-osm/porto_portugal.osm.pbf"
GAP = 0.1
# A county of Guangdong has about 25,000 street nodes and an outline of 1,600 vertices.
COUNTIES_PER_COPY = 3
OUTLINE = 1_600


def replicate(osm: Path, copies: int, path: Path) -> float:
    """Write copies of an OSM file, each one east of the last.

    Parameters
    ----------
    osm : any OSM file; its relations are left out.
    copies : how many; the first lies where the original does.
    path : the file to write, ``.osm.pbf`` or ``.osm``; it must not exist.

    Returns
    -------
    Degrees of longitude from one copy to the next.
    """
    node_ids = 1 + max(node.id for node in _nodes(osm))
    way_ids = 1 + max(way.id for way in _ways(osm))
    west, _, east, _ = extent(osm)
    step = round(east - west + GAP, 3)
    with osmium.SimpleWriter(str(path)) as writer:
        for copy in range(copies):
            for node in _nodes(osm):
                spot = (node.lon + copy * step, node.lat)
                writer.add_node(mutable.Node(node, spot, id=node.id + copy * node_ids))
        for copy in range(copies):
            for way in _ways(osm):
                refs = [node.ref + copy * node_ids for node in way.nodes]
                writer.add_way(mutable.Way(way, refs, id=way.id + copy * way_ids))
    return step


def extent(osm: Path) -> tuple[float, float, float, float]:
    """West, south, east and north of an OSM file's nodes, degrees."""
    spots = np.array([(n.lon, n.lat) for n in _nodes(osm)])
    return (*spots.min(axis=0), *spots.max(axis=0))


def _nodes(osm: Path) -> Iterator[Node]:
    return (o for o in osmium.FileProcessor(str(osm), NODE) if isinstance(o, Node))


def _ways(osm: Path) -> Iterator[Way]:
    return (o for o in osmium.FileProcessor(str(osm), WAY) if isinstance(o, Way))


def counties(osm: Path, copies: int, step: float) -> dict[str, Polygon]:
    """Ragged areas in strips over each copy: as many vertices and streets as a county has."""
    west, south, east, north = extent(osm)
    ragged = np.random.default_rng(1)
    width = (east - west) / COUNTIES_PER_COPY
    areas = {}
    for copy in range(copies):
        for strip in range(COUNTIES_PER_COPY):
            left = west + copy * step + strip * width
            outline = shapely.box(left, south, left + width, north).exterior
            line = shapely.line_interpolate_point(
                outline, np.linspace(0, 1, OUTLINE, endpoint=False), normalized=True
            )
            xy = shapely.get_coordinates(line) + ragged.normal(0, 0.0002, (OUTLINE, 2))
            areas[f"{copy:03d}-{strip}"] = shapely.make_valid(Polygon(xy))
    return areas


class PeakMemory:
    """The most memory that this process holds at any time within the block, MB."""

    def __enter__(self) -> PeakMemory:
        self.before = self.peak = self._now()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._sample)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _sample(self) -> None:
        while not self._over.wait(0.02):
            self.peak = max(self.peak, self._now())

    @staticmethod
    def _now() -> float:
        return psutil.Process().memory_info().rss / 1e6


def measure(copies: int, folder: Path) -> str:
    """A line of the table: one cut of so many copies of Greater Porto."""
    path = folder / f"porto-{copies}.osm.pbf"
    step = replicate(PORTO, copies, path)
    areas = counties(PORTO, copies, step)
    cut_osm(PORTO, {"warm": shapely.box(-8.7, 41.1, -8.6, 41.2)}, 0.0, folder / "warm")
    with PeakMemory() as memory:
        started = time.perf_counter()
        cut = cut_osm(path, areas, Standard().margin_m, folder / f"cut-{copies}")
        taken = time.perf_counter() - started
    dealt = sum(WalkNetwork.load(network).nodes for network in cut.values())
    streets = WalkNetwork.from_osm(PORTO).nodes * copies
    return (
        f"| {copies} | {len(areas)} | {streets:,} | {dealt:,} | {path.stat().st_size / 1e6:,.0f} "
        f"| {taken:,.1f} | {taken / streets * 1e6:,.1f} | {memory.before:,.0f} "
        f"| {memory.peak:,.0f} |"
    )


def main(copies: list[int]) -> None:
    """Measure each number of copies and print the table."""
    print("| copies | areas | street nodes | in all areas | MB | s | µs per node "
          "| MB before | MB at most |")  # fmt: skip
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for number in copies:
            print(measure(number, Path(folder)), flush=True)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [1, 4, 16])
