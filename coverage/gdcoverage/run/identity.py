"""Identity by content: equal digests, equal answers.

Only what a value holds counts: not the files it came from, not when, not the order of columns'
making. What cannot be digested (a path, an open file) is refused, so nothing can slip in by name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, singledispatch
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pandas.api.types import infer_dtype
from scipy.sparse import csr_array
from shapely.geometry.base import BaseGeometry

_NAME = re.compile(r"[\w.-]+")

# A point in WKB.
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("xy", "<f8", 2)])

_Feed = Callable[[bytes | memoryview], None]


def digest(*values: Any) -> str:
    """Hexadecimal SHA-256 of what the values hold.

    Parameters
    ----------
    values : numbers, texts, arrays, frames, shapes; sequences and mappings of such; dataclasses,
        of which every field counts.

    Raises
    ------
    TypeError : a value is of another kind.
    """
    found = hashlib.sha256()
    _hold(values, found.update)
    return found.hexdigest()


@cache
def program() -> str:
    """Digest of this program's own code and of the releases of all that it needs.

    Another release of a library may change the last digit of a number, the look of a workbook,
    or the holidays that a map knows.
    """
    found = hashlib.sha256()
    root = Path(__file__).parent.parent
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".js", ".html", ".css"} and "node_modules" not in path.parts:
            found.update(path.relative_to(root).as_posix().encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    needed = [line for line in requires("gdcoverage") or () if _decides_numbers(line)]
    for name in sorted({match[0] for match in map(_NAME.match, needed) if match}):
        found.update(f"{name} {_release(name)};".encode())
    found.update(shapely.geos_version_string.encode())
    return found.hexdigest()


def _decides_numbers(line: str) -> bool:
    """Whether a requirement is of all, or of the extra that reads rasters."""
    return "extra ==" not in line or re.search(r"""extra == ["']raster["']""", line) is not None


def _release(name: str) -> str:
    """The release that is installed, or "" for none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@singledispatch
def _hold(value: Any, feed: _Feed) -> None:
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        _tag(feed, type(value).__qualname__, len(parts))
        for name, part in parts.items():
            _hold(name, feed)
            _hold(part, feed)
        return
    raise TypeError(f"no identity by content: {type(value).__qualname__}")


def _tag(feed: _Feed, kind: str, size: int = 0) -> None:
    """What follows: its kind and how much of it, so that parts cannot run into one another."""
    feed(f"{kind}:{size};".encode())


@_hold.register
def _(value: None, feed: _Feed) -> None:
    _tag(feed, "none")


@_hold.register(str)
@_hold.register(bytes)
def _(value: str | bytes, feed: _Feed) -> None:
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    _tag(feed, type(value).__name__, len(data))
    feed(data)


@_hold.register
def _(value: dt.date, feed: _Feed) -> None:
    _hold(value.isoformat(), feed)


@_hold.register(bool)
@_hold.register(np.bool_)
def _(value: bool, feed: _Feed) -> None:
    _tag(feed, "bool", int(value))


@_hold.register(int)
@_hold.register(np.integer)
def _(value: int, feed: _Feed) -> None:
    _tag(feed, "int", int(value))


@_hold.register(float)
@_hold.register(np.floating)
def _(value: float, feed: _Feed) -> None:
    _tag(feed, "float")
    # Every NaN is the same; so are both noughts.
    feed(struct.pack("<d", math.nan if math.isnan(value) else float(value) + 0.0))


@_hold.register(list)
@_hold.register(tuple)
def _(value: list[Any] | tuple[Any, ...], feed: _Feed) -> None:
    _tag(feed, "sequence", len(value))
    for item in value:
        _hold(item, feed)


@_hold.register(set)
@_hold.register(frozenset)
def _(value: set[Any] | frozenset[Any], feed: _Feed) -> None:
    _tag(feed, "set", len(value))
    for one in sorted(digest(item) for item in value):
        feed(one.encode())


@_hold.register
def _(value: Mapping, feed: _Feed) -> None:  # type: ignore[type-arg]
    _tag(feed, "mapping", len(value))
    for key, item in value.items():
        _hold(key, feed)
        _hold(item, feed)


@_hold.register
def _(value: np.ndarray, feed: _Feed) -> None:
    if value.dtype == object:
        _tag(feed, "objects", value.ndim)
        _hold(value.tolist(), feed)
        return
    _tag(feed, f"array {value.dtype.str} {value.shape}", value.nbytes)
    feed(np.ascontiguousarray(value).tobytes())


@_hold.register
def _(value: csr_array, feed: _Feed) -> None:
    _tag(feed, f"matrix {value.shape}", value.nnz)
    for array in (value.data, value.indices, value.indptr):
        _hold(array, feed)


@_hold.register
def _(value: BaseGeometry, feed: _Feed) -> None:
    _hold(shapely.to_wkb(value, include_srid=False), feed)


@_hold.register
def _(value: pd.Series, feed: _Feed) -> None:
    if isinstance(value, gpd.GeoSeries):
        # A coordinate system is written in many ways.
        _tag(
            feed, f"shapes {value.crs and (value.crs.to_epsg() or value.crs.to_wkt())}", len(value)
        )
        _shapes(value.to_numpy(), feed)
    elif _is_text(value):
        # The same whatever pandas holds texts as.
        _tag(feed, "texts", len(value))
        _hold(value.isna().to_numpy(bool), feed)
        _texts(value, feed)
    else:
        _hold(value.to_numpy(), feed)


def _shapes(shapes: np.ndarray, feed: _Feed) -> None:
    """Many shapes in WKB; that of plain points, which are by far the most, is written at once."""
    kinds = shapely.get_type_id(shapes)
    if (kinds != shapely.GeometryType.POINT).any() or (
        shapely.has_z(shapes) | shapely.is_empty(shapes)
    ).any():
        _strings(shapely.to_wkb(shapes, byte_order=1), feed)
        return
    points = np.empty(len(shapes), _POINT)
    points["order"], points["kind"] = 1, 1
    points["xy"] = shapely.get_coordinates(shapes)
    _hold(np.full(len(shapes), _POINT.itemsize), feed)
    feed(points.tobytes())


def _is_text(value: pd.Series) -> bool:
    if isinstance(value.dtype, pd.StringDtype):
        return True
    return infer_dtype(value, skipna=True) in ("string", "empty")


def _texts(value: pd.Series, feed: _Feed) -> None:
    """Many texts in UTF-8, as `_strings`; taken as Arrow holds them, not one by one."""
    held = pa.array(value, pa.large_string(), from_pandas=True)
    whole = pa.concat_arrays(held.chunks) if isinstance(held, pa.ChunkedArray) else held
    whole = pc.fill_null(whole, "")
    _, starts, text = whole.buffers()
    start = np.frombuffer(starts, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    _hold(np.diff(start), feed)
    feed(memoryview(text)[start[0] : start[-1]] if len(whole) and text else b"")


def _strings(items: Iterable[bytes | None], feed: _Feed) -> None:
    """Many strings at once; what is missing is not the same as an empty one."""
    held = list(items)
    _hold(np.array([-1 if item is None else len(item) for item in held], np.int64), feed)
    feed(b"".join(item for item in held if item is not None))


@_hold.register
def _(value: pd.DataFrame, feed: _Feed) -> None:
    _tag(feed, "frame", len(value))
    for name in value.columns:
        _hold(str(name), feed)
        _hold(value[name], feed)
