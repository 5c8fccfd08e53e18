"""Streets of the made-up county as plain data: nodes in metres, ways between them, places."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from _land import Spot


class Way(NamedTuple):
    """A street along numbered nodes, with its OSM tags."""

    nodes: list[int]
    tags: dict[str, str]


class Place(NamedTuple):
    """A named place; ``kind`` is OSM's word for it."""

    x: float
    y: float
    kind: str
    name: str


@dataclass
class Streets:
    """All of it; ``town_nodes`` are the crossings of both towns, ``roads`` the country roads."""

    nodes: list[Spot] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    town_nodes: list[int] = field(default_factory=list)
    roads: list[list[int]] = field(default_factory=list)

    def node(self, x: float, y: float) -> int:
        """Add a node; its number."""
        self.nodes.append((x, y))
        return len(self.nodes) - 1

    def way(self, nodes: Iterable[int], **tags: str) -> None:
        """Add a way along nodes."""
        self.ways.append(Way(list(nodes), tags))

    def nearest(self, spot: Spot, among: Iterable[int]) -> int:
        """The nearest of some nodes."""
        return min(among, key=lambda n: math.dist(self.nodes[n], spot))

    def villages(self) -> list[Place]:
        """The villages on the network, in the order in which they were laid out."""
        return [p for p in self.places if p.kind == "village"]
