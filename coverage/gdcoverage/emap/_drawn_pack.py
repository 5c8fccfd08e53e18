"""A base map packed for the page: whole numbers on Mercator's square, dearest things last.

Layers of one kind and rank stand one after the other. Within a layer things are in the order of
the squares that they lie in, so that steps from one to the next are short.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gdcoverage.arrays import Ints
from gdcoverage.emap._drawn import KINDS, LINES, POINTS, Drawn
from gdcoverage.emap._drawn_chains import chained, less_closely
from gdcoverage.emap._pack import Block, packed_bytes

# What is taken while there is room, the most needed first: by house numbers, footpaths and sheds
# one finds oneself last.
_WANTED: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("place", (1, 2, 3)),
    ("road", (1, 2)),
    ("station", (1, 2)),
    ("water", (1, 2)),
    ("rail", (1, 2)),
    ("river", (2,)),
    ("road", (3,)),
    ("place", (4,)),
    ("road", (4,)),
    ("water", (3,)),
    ("river", (3,)),
    ("place", (5,)),
    ("hospital", (1, 2)),
    ("government", (1, 2)),
    ("school", (1, 2)),
    ("market", (1,)),
    ("park", (1, 2, 3)),
    ("lake", (1, 2, 3)),
    ("exit", (1,)),
    ("station", (3,)),
    ("road", (5,)),
    ("green", (1, 2, 3)),
    ("wood", (1, 2)),
    ("campus", (1, 2, 3)),
    ("estate", (1, 2, 3)),
    ("sight", (1, 2)),
    ("stop", (1,)),
    ("built", (1, 2, 3)),
    ("road", (6,)),
    ("building", (1, 2, 3)),
    ("title", (1, 2, 3, 4)),
    ("estate", (4,)),
    ("school", (3,)),
    ("market", (2,)),
    ("road", (7,)),
    ("water", (4,)),
    ("green", (4,)),
    ("campus", (4,)),
    ("wood", (3,)),
    ("sand", (1, 2, 3)),
    ("building", (4,)),
    ("river", (4,)),
    ("park", (4,)),
    ("house", (1,)),
    ("wood", (4,)),
    ("built", (4,)),
    ("sand", (4,)),
    ("lake", (4,)),
)
# The largest buildings alone, where not all have room.
_SHARES = (1.0, 0.6, 0.35, 0.2, 0.1)
# A thing takes at least so many bytes.
_LEAST_BYTES = 4.0
# A point takes at least so many before they are packed; packed they are at most so many times more.
_LEAST_POINT, _MOST_GROWTH = 2.0, 1.4
# How many times less closely lines are drawn, where they have no room else.
_COARSER = (1.0, 3.0, 10.0)
# A gap in a greater street may be a lesser one, up to a residential one.
_LEAST_STREET = 5


def packed_base(drawn: Drawn, room: int, tolerance: float = 0.0) -> Block:
    """A base map as a block of at most about so many bytes; what is dearest is left out.

    Parameters
    ----------
    room : bytes of the page.
    tolerance : how closely lines and outlines follow what they show, units of `WORLD`.
    """
    taken: list[Drawn] = []
    left = float(room)
    layers = _layers(unbroken(drawn))
    if len(drawn.xy) * _LEAST_POINT < left:
        # Most often all have room, which is seen without packing each.
        best = [next(_ever_less(kind, layer, tolerance, left), None) for kind, layer in layers]
        written = _written([part for part in best if part is not None])
        if None not in best and len(written) * _MOST_GROWTH < left:
            return packed_bytes(written)
    for kind, layer in layers:
        # A province's footpaths need not be packed to see that they have no room.
        if len(layer) * _SHARES[-1] * _LEAST_BYTES > left:
            continue
        for part in _ever_less(kind, layer, tolerance, left):
            cost = len(packed_bytes(_written([part])).text)
            if cost <= left:
                taken.append(part)
                left -= cost
                break
    return packed_bytes(_written(taken))


def _layers(drawn: Drawn) -> list[tuple[str, Drawn]]:
    """What is wanted of a base map, the dearest first, with the kind of each."""
    layer = drawn.kind.astype(np.int64) << 8 | drawn.rank
    order = np.argsort(layer, kind="stable")
    wanted = [(kind, rank) for kind, ranks in _WANTED for rank in ranks]
    codes = [KINDS.index(kind) << 8 | rank for kind, rank in wanted]
    first, end = (np.searchsorted(layer[order], codes, side) for side in ("left", "right"))
    rows = [order[a:b] for a, b in zip(first, end, strict=True)]
    return [
        (kind, drawn.take(some)) for (kind, _), some in zip(wanted, rows, strict=True) if len(some)
    ]


def unbroken(drawn: Drawn) -> Drawn:
    """Streets whose greater pieces a lesser one of the same name joins are great all along."""
    road = (drawn.kind == KINDS.index("road")) & (drawn.rank <= _LEAST_STREET) & (drawn.name > 0)
    some = np.flatnonzero(road)
    rank = drawn.rank.copy()
    first = drawn.start[drawn.ring[some]]
    last = drawn.start[drawn.ring[some] + 1] - 1
    ends = np.concatenate([drawn.xy[first], drawn.xy[last]]).astype(np.int64)
    place = np.unique(ends @ np.array([1 << 27, 1]), return_inverse=True)[1]
    named = place * len(drawn.names) + np.tile(drawn.name[some], 2)
    spot = np.unique(named, return_inverse=True)[1].reshape(2, -1)
    size = int(spot.max(initial=-1)) + 1
    for great in range(1, _LEAST_STREET - 1):
        lesser = np.flatnonzero(rank[some] > great)
        reached = np.zeros(size, bool)
        reached[spot[:, rank[some] <= great]] = True
        ends = spot[:, lesser]
        # Lesser pieces hang together where no greater one comes in.
        apart = size + np.arange(ends.size).reshape(ends.shape)
        node = np.where(reached[ends], apart, ends)
        links = coo_array((np.ones(len(lesser), bool), tuple(node)), (size + ends.size,) * 2)
        chain = connected_components(links, directed=False)[1][node]
        doors = np.unique(np.stack([chain, ends])[:, reached[ends]], axis=1)[0]
        closed = np.bincount(doors, minlength=chain.max(initial=-1) + 1)[chain[0]] > 1
        rank[some[lesser[closed]]] = great
    return replace(drawn, rank=rank)


def _ever_less(kind: str, layer: Drawn, tolerance: float, room: float) -> Iterator[Drawn]:
    """A layer as it is best drawn, then as less and less."""
    if kind in POINTS:
        yield _in_order(layer)
    elif kind == "building":
        size = (layer.boxes[:, 2:] - layer.boxes[:, :2]).sum(axis=1)
        for share in _SHARES:
            yield _in_order(layer.where(size >= np.quantile(size, 1 - share)))
    elif len(layer) * _LEAST_BYTES <= room:
        if kind in LINES:
            layer = chained(layer)
        elif tolerance == 0:
            yield _in_order(layer)
        for coarser in _COARSER:
            closeness = max(tolerance, 1.0) * coarser
            yield _in_order((less_closely if kind in LINES else _coarser)(layer, closeness))


def _coarser(layer: Drawn, tolerance: float) -> Drawn:
    """Areas drawn less closely."""
    shapes = shapely.simplify(layer.shapes(), tolerance)
    kinds = [KINDS[code] for code in layer.kind]
    return Drawn.of(kinds, layer.rank.tolist(), [layer.names[code] for code in layer.name], shapes)


def _in_order(layer: Drawn) -> Drawn:
    """Things by squares within squares (Morton 1966) of their middles."""
    key = np.zeros(len(layer), np.int64)
    for axis in (0, 1):
        middle = (layer.boxes[:, axis].astype(np.int64) + layer.boxes[:, axis + 2]) >> 5
        for bit in range(22):
            key |= ((middle >> bit) & 1) << (2 * bit + axis)
    return layer.take(np.argsort(key, kind="stable"))


def _written(layers: list[Drawn]) -> bytes:
    """Length of the heading, four bytes, least first; the heading, JSON; then numbers.

    The heading has of each layer kind, rank and counts of things, lines and points, and all
    names. Numbers are seven bits a byte, least first, a set eighth bit where more follow. Of
    each layer: a name's number for each thing (0 without), rings of each thing, points of each
    ring, then steps x and y from point to point, on from layer to layer, 0, -1, 1, -2 … as 0,
    1, 2, 3 ….
    """
    whole = Drawn.together(layers)
    streams: list[Ints] = []
    at, before = np.zeros((1, 2), np.int64), 0
    for layer in layers:
        name = whole.name[before : before + len(layer)].astype(np.int64)
        steps = np.diff(np.concatenate([at, layer.xy]), axis=0).ravel()
        streams += [name, np.diff(layer.ring), np.diff(layer.start), (steps << 1) ^ (steps >> 63)]
        at, before = layer.xy[-1:].astype(np.int64), before + len(layer)
    counts = [
        [KINDS[part.kind[0]], int(part.rank[0]), len(part), len(part.start) - 1, len(part.xy)]
        for part in layers
    ]
    heading = {"layers": counts, "names": whole.names[1:]}
    text = json.dumps(heading, ensure_ascii=False, separators=(",", ":")).encode()
    numbers = np.concatenate(streams) if streams else np.empty(0, np.int64)
    return len(text).to_bytes(4, "little") + text + _sevens(numbers)


def _sevens(values: Ints) -> bytes:
    """Whole numbers from 0, seven bits a byte."""
    size = np.ones(len(values), np.int8)
    for bits in range(7, 42, 7):
        size += values >= 1 << bits
    at = np.cumsum(size, dtype=np.int64) - size
    out = np.zeros(int(size.sum(dtype=np.int64)), np.uint8)
    while len(values):
        more = size > 1
        out[at] = (values & 127) | (more << 7)
        values, at, size = values[more] >> 7, at[more] + 1, size[more] - 1
    return out.tobytes()
