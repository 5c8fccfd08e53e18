"""Results kept between runs: found by their identity, checked to the last bit, never executed.

A kept result is one file: a line with the format, the identity and the SHA-256 of what follows,
then a ZIP archive of JSON, Parquet and NumPy arrays. What is damaged, cut short, emptied, of
another format or under another's name is not there, and is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from scipy.sparse import csr_array

from gdcoverage.files import written_whole

FORMAT = 1
_TREE = "value.json"
# What has not been asked for so long is let go.
_UNUSED_S = 90 * 86_400
_TOUCHED_S = 86_400
# So that the same value makes the same bytes.
_STAMP = (1980, 1, 1, 0, 0, 0)


def cache_folder(chosen: str | Path | None = None) -> Path:
    """Where results are kept: as chosen, as ``GDCOVERAGE_CACHE`` says, or the user's cache.

    Where nothing can be written there (no home, a disk that is read only), a folder for
    temporary files.
    """
    wanted = (
        chosen or os.environ.get("GDCOVERAGE_CACHE") or platformdirs.user_cache_path("gdcoverage")
    )
    folder = Path(wanted).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        if chosen:
            raise
        return _temporary()


@cache
def _temporary() -> Path:
    """The user's folder for temporary files; the process's own, where another has its name."""
    owner = getattr(os, "getuid", lambda: 0)()
    folder = Path(tempfile.gettempdir()) / f"gdcoverage-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.name != "nt" and folder.lstat().st_uid != owner:
        return Path(tempfile.mkdtemp(prefix="gdcoverage-"))
    return folder


class Kept:
    """A folder of kept results.

    Parameters
    ----------
    folder : to be used by nothing else; several processes, and several plans, may share it.
    kinds : dataclasses that values are made of; nothing else can come out of the folder.
    say : is told, in Chinese, of what is damaged, and where nothing can be written.
    """

    def __init__(
        self, folder: Path, kinds: tuple[type, ...], say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.folder = folder
        self.kinds = {kind.__name__: kind for kind in kinds}
        self._say = say

    def path(self, identity: str) -> Path:
        """The file of a result."""
        return self.folder / identity[:2] / f"{identity}.kept"

    def body(self, identity: str) -> bytes | None:
        """The result as `packed`, or None where none is kept whole."""
        path = self.path(identity)
        try:
            body = _checked(path.read_bytes(), identity)
        except FileNotFoundError:
            return None
        except OSError:
            body = None
        if body is None:
            self._say(f"缓存中的一项结果已损坏（{path.name[:12]}），重新计算")
        else:
            _touch(path)
        return body

    def get(self, identity: str) -> Any | None:
        """The result, or None where none is kept whole."""
        body = self.body(identity)
        return None if body is None else self.opened(body)

    def opened(self, body: bytes) -> Any:
        """The value of a result as `packed`."""
        return unpacked(body, self.kinds)

    def put(self, identity: str, body: bytes) -> None:
        """Keep a result that `packed` has made; where that cannot be, it is told and no more."""
        try:
            with written_whole(self.path(identity)) as partial:
                partial.write_bytes(_sealed(body, identity))
        except OSError as error:
            self._say(f"缓存写不进（{error.strerror or error}），下次运行须重新计算：{self.folder}")

    def let_go(self) -> None:
        """Remove what nobody has asked for in a long time, and what killed processes left."""
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):
                age_s = time.time() - path.stat().st_mtime
                left = path.name.startswith(".partial-") and age_s > _TOUCHED_S
                if left or (path.suffix == ".kept" and age_s > _UNUSED_S):
                    path.unlink()


def packed(value: Any) -> bytes:
    """A value as bytes: dataclasses, frames, arrays, sparse matrices, and what JSON holds.

    Raises
    ------
    TypeError : something in it is of another kind.
    """
    parts: dict[str, bytes] = {}
    tree = _tree(value, parts)
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {_TREE: text.encode(), **parts}.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data)
    return whole.getvalue()


def unpacked(body: bytes, kinds: Mapping[str, type]) -> Any:
    """The value that `packed` has made bytes of.

    Parameters
    ----------
    kinds : dataclasses by name; no other is made.
    """
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _value(json.loads(parts[_TREE]), parts, kinds)


def _sealed(body: bytes, identity: str) -> bytes:
    return _seal(identity, body) + body


def _seal(identity: str, body: bytes) -> bytes:
    return f"gdcoverage kept {FORMAT} {identity} {hashlib.sha256(body).hexdigest()}\n".encode()


def _checked(data: bytes, identity: str) -> bytes | None:
    """What follows the first line, if that line is true of it."""
    line, _, body = data.partition(b"\n")
    return body if line + b"\n" == _seal(identity, body) else None


def _touch(path: Path) -> None:
    """Remember that it was asked for, at most once a day."""
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _TOUCHED_S:
            os.utime(path)


def _tree(value: Any, parts: dict[str, bytes]) -> Any:  # noqa: PLR0911 - a line a kind
    """The value for JSON; what is large goes to parts of its own."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list):
        return [_tree(item, parts) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_tree(item, parts) for item in value]}
    if isinstance(value, Mapping):
        return {"map": [[_tree(k, parts), _tree(v, parts)] for k, v in value.items()]}
    if is_dataclass(value) and not isinstance(value, type):
        held = {f.name: _tree(getattr(value, f.name), parts) for f in fields(value)}
        return {"kind": type(value).__name__, "fields": held}
    name = f"{len(parts)}"
    parts[name] = b""
    if isinstance(value, bytes):
        parts[name] = value
        return {"bytes": name}
    if isinstance(value, np.ndarray):
        parts[name] = _array_bytes(value)
        return {"array": name}
    if isinstance(value, csr_array):
        arrays = (value.data, value.indices, value.indptr)
        return {"csr": [_tree(array, parts) for array in arrays], "shape": list(value.shape)}
    if isinstance(value, gpd.GeoDataFrame):
        shape = value.geometry.name
        plain = pd.DataFrame(value).assign(**{shape: shapely.to_wkb(value.geometry.to_numpy())})
        parts[name] = _table_bytes(plain)
        return {"layer": name, "shape": shape, "crs": value.crs and value.crs.to_string()}
    if isinstance(value, pd.DataFrame):
        parts[name] = _table_bytes(value)
        return {"table": name}
    raise TypeError(f"cannot be kept: {type(value).__qualname__}")


def _value(  # noqa: PLR0911 - a line a kind
    tree: Any, parts: Mapping[str, bytes], kinds: Mapping[str, type]
) -> Any:
    """The value of a tree."""
    if isinstance(tree, list):
        return [_value(item, parts, kinds) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "fields" in tree:
        held = {name: _value(part, parts, kinds) for name, part in tree["fields"].items()}
        return kinds[tree["kind"]](**held)
    if "layer" in tree:
        table, shape = _table(parts[tree["layer"]]), tree["shape"]
        shapes = shapely.from_wkb(table[shape].to_numpy(object))
        return gpd.GeoDataFrame(
            table.assign(**{shape: shapes}), geometry=shape, crs=_crs(tree["crs"])
        )
    if "csr" in tree:
        data = tuple(_value(array, parts, kinds) for array in tree["csr"])
        return csr_array(data, shape=tuple(tree["shape"]))
    ((what, held),) = tree.items()
    if what == "tuple":
        return tuple(_value(item, parts, kinds) for item in held)
    if what == "map":
        return {_value(k, parts, kinds): _value(v, parts, kinds) for k, v in held}
    if what == "bytes":
        return parts[held]
    if what == "array":
        return np.load(io.BytesIO(parts[held]), allow_pickle=False)
    return _table(parts[held])


@cache
def _crs(text: str | None) -> CRS | None:
    """A coordinate system; PROJ takes its time to make one."""
    return None if text is None else CRS.from_user_input(text)


def _table_bytes(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _table(data: bytes) -> pd.DataFrame:
    return pq.read_table(pa.BufferReader(data)).to_pandas()


def _array_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
