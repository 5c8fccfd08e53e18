"""Files at the edges: fingerprints of what is read, and writing whole or not at all."""

from __future__ import annotations

import glob
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """An input file as a result remembers it: its name and what was in it.

    Parameters
    ----------
    role : what the file was used as, in Chinese, e.g. 网点.
    name : file name without its folder.
    sha256 : hexadecimal digest of the content; empty where there is no file (a download).
    part : whether the digest is of what is used of the file alone.
    """

    role: str
    name: str
    sha256: str
    part: bool = False

    def __str__(self) -> str:
        return f"{self.name}（本县所用部分）" if self.part else self.name

    @classmethod
    def of(cls, path: str | Path, role: str) -> Source:
        """The fingerprint of a file, or of a folder of tables."""
        return cls(role, Path(path).name, sha256(path))


def files_of(path: str | Path) -> list[Path]:
    """The file; of a folder, the tables and layers that lie in it, by name."""
    path = Path(path)
    return [there for there in _visible(path) if _is_table(there)] if path.is_dir() else [path]


def passed_over(folder: Path) -> list[Path]:
    """What else lies in a folder of tables: files of other kinds, and folders."""
    parts = {there.stem for there in files_of(folder) if there.suffix.lower() == ".shp"}
    return [
        there
        for there in _visible(folder)
        if not _is_table(there) and not (there.stem in parts and there.suffix.lower() in _SHAPEFILE)
    ]


_TABLES = frozenset(
    {".xlsx", ".xlsm", ".xls", ".et", ".csv", ".tsv"}
    | {".geojson", ".gpkg", ".parquet", ".shp", ".fgb"}
)


def _is_table(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _TABLES


def _visible(folder: Path) -> list[Path]:
    """What lies in a folder, but for what programs hide there (~$, of a workbook that is open)."""
    hidden = (".", "~$", "Thumbs.db", "desktop.ini")
    return sorted(there for there in folder.iterdir() if not there.name.startswith(hidden))


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's content, read in pieces.

    Of a Shapefile, that of the digests of its parts, by suffix: names and values stand beside it.
    Of a folder of tables, that of their names and digests.
    """
    path = Path(path)
    if path.is_dir():
        lines = [f"{there.name} {sha256(there)}" for there in files_of(path)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
    if path.suffix.lower() != ".shp":
        return _sha256(path)
    parts = {part.suffix.lower(): part for part in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    listed = [f"{end} {_sha256(parts[end])}" for end in sorted(parts.keys() & _SHAPEFILE)]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


_SHAPEFILE = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """A temporary path to write to, renamed to `path` when the block ends without an error.

    The temporary file lies in the same folder and keeps the suffix, so that writers that look
    at it behave; after an error or Ctrl-C it is removed and an older `path` stays as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.parent / f".partial-{secrets.token_hex(8)}{path.suffix}"
    # The system applies the umask, which a process can only ask for by changing it.
    handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        mode = os.fstat(handle).st_mode
        os.close(handle)
        yield partial
        # Some writers make the file anew.
        partial.chmod(mode)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
