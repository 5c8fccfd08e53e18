"""Shapes and blocks of data packed for the page: whole numbers, steps, compression."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.arrays import Floats, Ints
from gdcoverage.geo.lines import Lines

# Coordinates travel as whole numbers of 1e-5 degrees, about a metre.
GRID = 1e5
SIMPLE_DEG = 3e-5
# Half the time of gzip's usual 6, and two hundredths more bytes.
_LEVEL = 5

# In JSON two of these stand side by side within a text only.
_TEMPLATE = re.compile(r"\{(?=[{%#])")


class Block(NamedTuple):
    """Data as text for a script element: JSON as it is, or compressed where that is shorter."""

    kind: str  # MIME type of the script element
    text: str


def block(data: Any, plain: bool = False) -> Block:
    """Data for the page, whichever way is shorter, or plain; the same data give the same text.

    JSON is made safe inside a script element: no text in it can end the element, nor be taken
    for a template by branca, which reads the page's parts as such once more.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    safe = _TEMPLATE.sub(r"\\u007b", safe)
    packed = base64.b64encode(gzip.compress(text.encode(), _LEVEL, mtime=0)).decode()
    if plain or len(safe.encode()) <= len(packed):
        return Block("application/json", safe)
    return Block("application/gzip", packed)


def packed_bytes(data: bytes) -> Block:
    """Data that are no JSON, compressed."""
    return Block(
        "application/gzip", base64.b64encode(gzip.compress(data, _LEVEL, mtime=0)).decode()
    )


def packed_lines(lines: Lines, tolerance_deg: float = SIMPLE_DEG) -> list[list[int]]:
    """Lines as whole numbers: x, y of the first point, then steps, also from line to line."""
    simple = lines.simplified(tolerance_deg)
    line = np.repeat(np.arange(len(simple.start) - 1), np.diff(simple.start))
    return _steps(np.column_stack([simple.x, simple.y]), line)


def packed_area(area: BaseGeometry, tolerance_deg: float = SIMPLE_DEG) -> list[list[list[int]]]:
    """Polygons as lists of rings, packed as lines are."""
    simple = shapely.simplify(area, tolerance_deg)
    out = []
    for polygon in shapely.get_parts(simple):
        rings, ring = shapely.get_coordinates(shapely.get_rings(polygon), return_index=True)
        out.append(_steps(rings, ring))
    return out


def whole(degrees: pd.Series) -> list[int]:
    """Degrees as whole numbers of 1e-5."""
    return np.round(degrees.to_numpy() * GRID).astype(int).tolist()


def coded(texts: pd.Series) -> dict[str, list[Any]]:
    """Texts that repeat: each once, in order of appearance, and the number of every row's."""
    codes, values = pd.factorize(texts.to_numpy(object))
    return {"values": list(values), "codes": codes.tolist()}


def _steps(xy: Floats, line: Ints) -> list[list[int]]:
    grid = np.round(xy * GRID).astype(np.int64)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    moved = (np.diff(grid, axis=0, prepend=0) != 0).any(axis=1)
    moved[first] = True
    kept, owner = grid[moved], line[moved]
    flat = np.diff(kept, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    ends = [*np.flatnonzero(np.diff(owner)) + 1, len(kept)]
    return [flat[2 * a : 2 * b] for a, b in zip([0, *ends], ends, strict=False) if a < b]
