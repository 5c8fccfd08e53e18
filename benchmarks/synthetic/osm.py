"""The streets of the made-up province as an OSM file, with houses and named places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.osm.mutable import Node, Way

from benchmarks.synthetic.settlements import Settlements, degrees
from benchmarks.synthetic.streets import ALLEY, LANE, ROAD, STREET, Streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rng = np.random.Generator

# Tags of a way by its class, each as often as it is written. Some cannot be walked.
_TAGS = {
    STREET: (
        *(({"highway": "residential"},) * 12),
        *(({"highway": "tertiary"},) * 4),
        *(({"highway": "secondary", "foot": "yes"},) * 2),
        *(({"highway": "footway"},) * 2),
        {"highway": "living_street"},
        {"highway": "primary", "sidewalk": "separate"},
        {"highway": "cycleway"},
    ),
    ALLEY: ({"highway": "service"}, {"highway": "footway"}, {"highway": "steps"}),
    ROAD: ({"highway": "unclassified"}, {"highway": "tertiary"}, {"highway": "secondary"}),
    LANE: ({"highway": "track"}, {"highway": "path"}),
}
_BREAK = 0.12  # a way ends, and another goes on
_BENDS = (0.4, 0.4, 0.2)  # links of a settlement with 0, 1, 2 nodes between crossings
_HOUSES = 0.06  # for each node of the streets
_HOUSE_M = 14.0
# OSM's ids are large, and many numbers between them are elsewhere on earth.
_FIRST_NODE, _FIRST_WAY, _ID_STEP = 2_400_000_000, 230_000_000, 7


def write_osm(streets: Streets, settlements: Settlements, path: Path, rng: Rng) -> int:
    """Write the file; it must not exist.

    Returns
    -------
    How many nodes of all kinds it has.
    """
    x, y, refs, starts, kinds = _ways(streets, rng)
    streets_nodes = len(x)
    x, y, houses = _with_houses(x, y, streets_nodes, rng)
    x, y = np.concatenate([x, settlements.x]), np.concatenate([y, settlements.y])
    lon, lat = (axis.tolist() for axis in degrees(x, y))
    first_place = len(lon) - len(settlements)
    with osmium.SimpleWriter(str(path)) as writer:
        for i in range(first_place):
            writer.add_node(Node(id=_FIRST_NODE + _ID_STEP * i, location=(lon[i], lat[i])))
        for name, town, i in zip(
            settlements.name, settlements.town, range(first_place, len(lon)), strict=True
        ):
            tags = {"place": "town" if town else "village", "name": name}
            spot = (lon[i], lat[i])
            writer.add_node(Node(id=_FIRST_NODE + _ID_STEP * i, location=spot, tags=tags))
        ids = (_FIRST_NODE + _ID_STEP * refs).tolist()
        ends = [*starts[1:].tolist(), len(ids)]
        drawn = rng.random(len(starts))
        number = _FIRST_WAY
        for start, end, kind, luck in zip(
            starts.tolist(), ends, kinds.tolist(), drawn, strict=True
        ):
            tags = _TAGS[kind][int(luck * len(_TAGS[kind]))]
            writer.add_way(Way(id=number, nodes=ids[start:end], tags=tags))
            number += 1
        for corner in (_FIRST_NODE + _ID_STEP * houses).tolist():
            nodes = [corner + _ID_STEP * i for i in (0, 1, 2, 3, 0)]
            writer.add_way(Way(id=number, nodes=nodes, tags={"building": "yes"}))
            number += 1
    return len(lon)


def _ways(streets: Streets, rng: Rng) -> tuple[Floats, Floats, Ints, Ints, NDArray[np.int8]]:
    """Nodes with bends added, the nodes of all ways one after another, where each way begins."""
    a, b, kind = streets.a, streets.b, streets.kind
    begins = np.ones(len(a), bool)
    begins[1:] = (a[1:] != b[:-1]) | (kind[1:] != kind[:-1]) | (rng.random(len(a) - 1) < _BREAK)
    ends = np.append(begins[1:], True)
    bends = np.where(kind == STREET, rng.choice(len(_BENDS), len(a), p=_BENDS), 0)

    link = np.repeat(np.arange(len(a)), bends)
    nth = np.arange(len(link)) - (np.cumsum(bends) - bends)[link] + 1
    share = nth / (bends[link] + 1)
    dx, dy = streets.x[b] - streets.x[a], streets.y[b] - streets.y[a]
    bow = rng.normal(0, 0.05, len(link))
    x = streets.x[a][link] + share * dx[link] - bow * dy[link]
    y = streets.y[a][link] + share * dy[link] + bow * dx[link]

    count = 1 + bends + ends
    at = np.cumsum(count) - count
    refs = np.empty(int(count.sum()), np.int64)
    refs[at] = a
    refs[at[link] + nth] = len(streets.x) + np.arange(len(link))
    refs[(at + count - 1)[ends]] = b[ends]
    return (
        np.concatenate([streets.x, x]),
        np.concatenate([streets.y, y]),
        refs,
        at[begins],
        kind[begins],
    )


def _with_houses(x: Floats, y: Floats, count: int, rng: Rng) -> tuple[Floats, Floats, Ints]:
    """Square houses beside nodes: nodes with their corners added, and each one's first corner."""
    beside = np.flatnonzero(rng.random(count) < _HOUSES)
    west = x[beside] + rng.uniform(8, 30, len(beside))
    south = y[beside] + rng.uniform(8, 30, len(beside))
    corner_x = np.column_stack([west, west + _HOUSE_M, west + _HOUSE_M, west]).ravel()
    corner_y = np.column_stack([south, south, south + _HOUSE_M, south + _HOUSE_M]).ravel()
    first = count + 4 * np.arange(len(beside))
    return np.concatenate([x, corner_x]), np.concatenate([y, corner_y]), first
