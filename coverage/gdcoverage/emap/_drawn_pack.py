"""A base map packed for the page: whole numbers on Mercator's square, dearest things last.

Layers of one kind and rank stand one after the other. Within a layer things are in the order of
the squares that they lie in, so that steps from one to the next are short.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from gdcoverage.arrays import Floats, Ints, Objects
from gdcoverage.emap._pack import Block, packed_bytes

# Units across the world: one is a pixel at zoom 18, half a metre in Guangdong.
WORLD = 2.0**26

_LINES = frozenset({"road", "rail", "river"})
# What is taken while there is room, the most needed first, and how closely it is drawn (units).
# By these people find themselves; by house numbers, footpaths and sheds last.
_WANTED: tuple[tuple[str, tuple[int, ...], float], ...] = (
    ("place", (1, 2, 3, 4, 5), 0),
    ("station", (1, 2, 3), 0),
    ("road", (1, 2, 3, 4), 2),
    ("water", (1, 2, 3), 3),
    ("rail", (1, 2), 3),
    ("river", (2, 3), 3),
    ("hospital", (1, 2), 0),
    ("government", (1, 2), 0),
    ("school", (1, 2, 3), 0),
    ("market", (1, 2), 0),
    ("exit", (1,), 0),
    ("park", (1, 2, 3, 4), 0),
    ("lake", (1, 2, 3), 0),
    ("road", (5,), 2),
    ("green", (1, 2, 3), 3),
    ("wood", (1, 2, 3), 4),
    ("campus", (1, 2, 3), 3),
    ("sight", (1, 2), 0),
    ("estate", (1, 2, 3, 4), 0),
    ("stop", (1,), 0),
    ("built", (1, 2, 3), 3),
    ("sand", (1, 2, 3), 3),
    ("road", (6,), 2),
    ("building", (1, 2, 3), 1.5),
    ("title", (1, 2, 3, 4), 0),
    ("road", (7,), 2),
    ("water", (4,), 2),
    ("green", (4,), 2),
    ("campus", (4,), 2),
    ("building", (4,), 1.5),
    ("river", (4,), 3),
    ("house", (1,), 0),
    ("wood", (4,), 3),
    ("sand", (4,), 3),
    ("lake", (4,), 0),
)
# The largest buildings alone, where not all have room.
_SHARES = (1.0, 0.6, 0.35, 0.2, 0.1)


class _Layer(NamedTuple):
    """Things of one kind and rank as numbers.

    Parameters
    ----------
    name : of each thing.
    rings : of each thing, the number of its lines.
    points : of each line, the number of its points.
    xy : of all points.
    """

    kind: str
    rank: int
    name: Objects
    rings: Ints
    points: Ints
    xy: Ints


def packed_base(drawn: gpd.GeoDataFrame, room: int, coarser: float = 1.0) -> Block:
    """A base map as a block of at most about so many bytes; what is dearest is left out.

    Parameters
    ----------
    drawn : as `read_base` makes it.
    room : bytes of the page.
    coarser : how many times less closely lines are drawn than for a single county.
    """
    taken: list[_Layer] = []
    left = float(room)
    tables = dict(iter(drawn.groupby(["kind", "rank"])))
    for kind, ranks, tolerance in _WANTED:
        for rank in ranks:
            if (kind, rank) not in tables:
                continue
            layer = _layer(kind, rank, tables[kind, rank], tolerance * coarser)
            for share in _SHARES if kind == "building" else (1.0,):
                part = _largest(layer, share)
                cost = len(packed_bytes(_written([part])).text)
                if cost <= left:
                    taken.append(part)
                    left -= cost
                    break
    return packed_bytes(_written(taken))


def _layer(kind: str, rank: int, things: gpd.GeoDataFrame, tolerance: float) -> _Layer:
    name, shapes = things["name"].to_numpy(object), things.geometry.to_numpy()
    planar = shapely.transform(shapes, _in_world)
    if kind in _LINES:
        planar, name = _joined(planar, name)
    if tolerance:
        planar = shapely.simplify(planar, tolerance, preserve_topology=kind not in _LINES)
    planar, whole = shapely.get_parts(planar, return_index=True)
    name = name[whole]
    order = _along_squares(planar)
    planar, name = planar[order], name[order]
    if kind in _LINES or shapely.get_type_id(planar[:1]).tolist() == [0]:
        rings, owner = planar, np.arange(len(planar))
    else:
        rings, owner = shapely.get_rings(planar, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return _Layer(kind, rank, name, *_on_grid(xy, ring, owner, len(planar)))


def _on_grid(xy: Floats, ring: Ints, owner: Ints, things: int) -> tuple[Ints, Ints, Ints]:
    """Rings of each thing, points of each ring, and points, without those that fall together."""
    grid = np.round(xy).astype(np.int64)
    first = np.diff(ring, prepend=-1) != 0
    kept = first | (np.diff(grid, axis=0, prepend=grid[:1] - 1) != 0).any(axis=1)
    points = np.bincount(ring[kept], minlength=len(owner))
    return np.bincount(owner, minlength=things), points, grid[kept]


def _in_world(lonlat: Floats) -> Floats:
    """Web Mercator's square, from the north-west corner."""
    x = (lonlat[:, 0] + 180) / 360
    y = 0.5 - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / (2 * np.pi)
    return np.column_stack([x, y]) * WORLD


def _joined(lines: Objects, name: Objects) -> tuple[Objects, Objects]:
    """Pieces of one name that meet made one, so that it has room for its name."""
    names, code = np.unique(name.astype(str), return_inverse=True)
    order = np.argsort(code, kind="stable")
    groups = np.split(lines[order], np.cumsum(np.bincount(code, minlength=len(names)))[:-1])
    merged = [shapely.line_merge(shapely.multilinestrings(group)) for group in groups]
    parts, owner = shapely.get_parts(np.array(merged, object), return_index=True)
    return parts, names[owner].astype(object)


def _along_squares(shapes: Objects) -> Ints:
    """Order by squares within squares (Morton 1966), of the middle of each shape."""
    if not len(shapes):
        return np.empty(0, np.int64)
    bounds = shapely.bounds(shapes)
    key = np.zeros(len(shapes), np.int64)
    for axis in (0, 1):
        middle = ((bounds[:, axis] + bounds[:, axis + 2]) / 2).astype(np.int64) >> 4
        for bit in range(22):
            key |= ((middle >> bit) & 1) << (2 * bit + axis)
    return np.argsort(key, kind="stable")


def _largest(layer: _Layer, share: float) -> _Layer:
    """The things of a layer that are largest on the map."""
    if share >= 1:
        return layer
    ring_of, thing_of = (np.repeat(np.arange(len(n)), n) for n in (layer.points, layer.rings))
    thing = thing_of[ring_of]
    size = np.zeros(len(layer.rings))
    for axis in (0, 1):
        low, high = (np.full(len(layer.rings), fill) for fill in (np.inf, -np.inf))
        np.minimum.at(low, thing, layer.xy[:, axis])
        np.maximum.at(high, thing, layer.xy[:, axis])
        size += high - low
    kept = size >= np.quantile(size, 1 - share) if len(size) else np.zeros(0, bool)
    ring_kept = kept[thing_of]
    return layer._replace(
        name=layer.name[kept],
        rings=layer.rings[kept],
        points=layer.points[ring_kept],
        xy=layer.xy[ring_kept[ring_of]],
    )


def _written(layers: list[_Layer]) -> bytes:
    """Length of the heading, four bytes, least first; the heading, JSON; then numbers.

    The heading has of each layer kind, rank and counts of things, lines and points, and all
    names. Numbers are seven bits a byte, least first, a set eighth bit where more follow. Of
    each layer: a name's number for each thing (0 without), rings of each thing, points of each
    ring, then steps x and y from point to point, on from layer to layer, 0, -1, 1, -2 … as 0,
    1, 2, 3 ….
    """
    names = list(dict.fromkeys(n for layer in layers for n in layer.name.tolist() if n))
    number = {name: i for i, name in enumerate(names, 1)} | {"": 0}
    streams: list[Ints] = []
    at = np.zeros((1, 2), np.int64)
    for layer in layers:
        streams += [np.array([number[name] for name in layer.name.tolist()], np.int64)]
        steps = np.diff(np.concatenate([at, layer.xy]), axis=0).ravel()
        streams += [layer.rings, layer.points, (steps << 1) ^ (steps >> 63)]
        at = layer.xy[-1:] if len(layer.xy) else at
    counts = [
        [layer.kind, layer.rank, len(layer.name), len(layer.points), len(layer.xy)]
        for layer in layers
    ]
    heading = json.dumps({"layers": counts, "names": names}, ensure_ascii=False).encode()
    numbers = np.concatenate(streams) if streams else np.empty(0, np.int64)
    return len(heading).to_bytes(4, "little") + heading + _sevens(numbers)


def _sevens(values: Ints) -> bytes:
    """Whole numbers from 0, seven bits a byte."""
    size = np.ones(len(values), np.int64)
    for bits in range(7, 42, 7):
        size += values >= 1 << bits
    start = np.cumsum(size) - size
    out = np.zeros(int(size.sum()), np.uint8)
    for byte in range(int(size.max(initial=1))):
        some = size > byte
        more = (size[some] > byte + 1).astype(np.int64) << 7
        out[start[some] + byte] = ((values[some] >> (7 * byte)) & 127) | more
    return out.tobytes()
