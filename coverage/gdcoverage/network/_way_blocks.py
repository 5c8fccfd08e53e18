"""Ways of an OSM file with the places of their nodes, many at once.

Python objects for every way and every node would take most of the time that reading takes.
So libosmium writes the ways that pass its filters to a file of its own, PBF without compression,
and this module unpacks what it has written there.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.filter import EntityFilter
from osmium.osm import WAY, osm_entity_bits

from gdcoverage.arrays import Ints
from gdcoverage.kernels import kernel
from gdcoverage.network._osm_faults import REFUSALS, refused
from gdcoverage.network._osm_file import Tags, require_file

_WRITTEN = "pbf,pbf_compression=none,add_metadata=false,locations_on_ways=true"
# Of the file that is read, what is written may be so many times the size; seldom is it twice.
_TIMES = 4
# Numbers of fields in https://github.com/openstreetmap/OSM-binary/tree/master/osmpbf
_SIZE, _RAW, _TEXTS, _TEXT, _GROUP = 3, 1, 1, 1, 2
# With the kind of their value: what a way's parts begin with.
_ID, _KEYS, _VALUES, _REFS, _LATS, _LONS = 0x08, 0x12, 0x1A, 0x42, 0x4A, 0x52


class WayBlock(NamedTuple):
    """Some ways, in the order of the file, and their nodes, one way after another.

    Parameters
    ----------
    way : ids.
    size : how many nodes each has.
    kind : of each, its place in `tags`.
    tags : those that there are; a text that is no UTF-8 raises when it is asked for.
    ref : of the nodes.
    x, y : where they lie, 1e-7 degrees.
    """

    way: Ints
    size: Ints
    kind: Ints
    tags: list[Tags]
    ref: Ints
    x: NDArray[np.int32]
    y: NDArray[np.int32]


class _Damaged(dict[str, Any]):
    """Tags of which a text is no UTF-8."""

    def get(self, key: str, default: Any = None) -> Any:
        value = super().get(key, default)
        return value.decode() if isinstance(value, bytes) else value

    def __getitem__(self, key: str) -> str:
        value = super().__getitem__(key)
        return value.decode() if isinstance(value, bytes) else value


def way_blocks(path: Path, kinds: osm_entity_bits, *handlers: Any) -> Iterator[WayBlock]:
    """The ways that come through filters and handlers of osmium.

    Parameters
    ----------
    kinds : of objects that are read.
    handlers : one of them gives ways the places of their nodes.

    Raises
    ------
    InputError : the file cannot be read.
    OSError : the disk has no room for what libosmium writes, which would end the process.
    """
    require_file(path)
    with tempfile.TemporaryDirectory(prefix="gdcoverage-") as folder:
        if shutil.disk_usage(folder).free < _TIMES * path.stat().st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)
        written = Path(folder, "ways.osm.pbf")
        try:
            if path.stat().st_size == 0:
                raise RuntimeError("empty file")
            with (
                osmium.io.Reader(str(path), kinds) as reader,
                osmium.SimpleWriter(osmium.io.File(str(written), _WRITTEN)) as writer,
            ):
                osmium.apply(reader, *handlers, EntityFilter(WAY), writer)
        except REFUSALS as error:
            raise refused(path, error) from error
        with written.open("rb") as file:
            yield from map(_block, _blocks(file))


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The blocks of a PBF file behind its header, unpacked from their envelopes."""
    number = 0
    while size := file.read(4):
        head = dict(_fields(file.read(int.from_bytes(size, "big"))))
        body = dict(_fields(file.read(head[_SIZE])))
        if number:
            yield body[_RAW]
        number += 1


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Number and value, a whole number or bytes, of each field."""
    at, end = 0, len(message)
    while at < end:
        field, at = _number(message, at)
        value, at = _number(message, at)
        if field & 7 == 2:
            yield field >> 3, message[at : at + value]
            at += value
        else:
            yield field >> 3, value


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while (byte := message[at]) & 0x80:
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | (byte << shift), at + 1


def _block(data: bytes) -> WayBlock:
    texts: list[Any] = []
    groups = []
    for field, value in _fields(data):
        if field == _TEXTS:
            texts = [_text(text) for number, text in _fields(value) if number == _TEXT]
        elif field == _GROUP:
            groups.append(value)
    group = np.frombuffer(b"".join(groups), np.uint8)
    way, tag_end, size, pairs, ref, x, y = _unpacked(group)
    said, known = pairs.tobytes(), dict[bytes, int]()
    ends = (tag_end * pairs.itemsize * 2).tolist()
    kind = [known.setdefault(said[a:b], len(known)) for a, b in pairwise([0, *ends])]
    tags = [_tags(texts, np.frombuffer(one, pairs.dtype).tolist()) for one in known]
    return WayBlock(way, size, np.array(kind, np.int64), tags, ref, x, y)


def _text(text: bytes) -> str | bytes:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text


def _tags(texts: list[Any], pairs: list[int]) -> Tags:
    """Tags by the numbers of their texts, key and value in turn; of a key, the first counts."""
    tags = dict(
        zip((texts[k] for k in pairs[-2::-2]), (texts[v] for v in pairs[::-2]), strict=True)
    )
    return _Damaged(tags) if bytes in map(type, tags.values()) else tags


@kernel
def _unpacked(group):  # type: ignore[no-untyped-def]
    """Ids, ends among tags, and sizes of ways; their tags as pairs of texts; nodes' refs, x, y."""
    most = len(group)
    way, tag_end, size = (
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
    )
    pairs, ref = np.empty((most, 2), np.int32), np.empty(most, np.int64)
    x, y = np.empty(most, np.int32), np.empty(most, np.int32)
    at = ways = tags = nodes = np.int64(0)
    while at < most:
        _, at = _varint(group, at)
        length, at = _varint(group, at)
        end = at + np.int64(length)
        tags_now, nodes_now = tags, nodes
        while at < end:
            field, at = _varint(group, at)
            value, at = _varint(group, at)
            if field == _ID:
                way[ways] = np.int64(value)
                continue
            stop = at + np.int64(value)
            tag, node, sum_ = tags, nodes, np.int64(0)
            while at < stop:
                value, at = _varint(group, at)
                if field == _KEYS:
                    pairs[tag, 0] = value
                    tag += 1
                elif field == _VALUES:
                    pairs[tag, 1] = value
                    tag += 1
                else:
                    sum_ += np.int64(value >> np.uint64(1)) ^ -np.int64(value & np.uint64(1))
                    if field == _REFS:
                        ref[node] = sum_
                    elif field == _LATS:
                        y[node] = sum_
                    elif field == _LONS:
                        x[node] = sum_
                    node += 1
            tags_now, nodes_now = max(tags_now, tag), max(nodes_now, node)
        size[ways], tag_end[ways] = nodes_now - nodes, tags_now
        tags, nodes = tags_now, nodes_now
        ways += 1
    return (
        *(way[:ways].copy(), tag_end[:ways].copy(), size[:ways].copy()),
        *(pairs[:tags].copy(), ref[:nodes].copy(), x[:nodes].copy(), y[:nodes].copy()),
    )


@kernel(inner=True)
def _varint(data, at):  # type: ignore[no-untyped-def]
    """A number of any length, seven bits a byte, and where the next begins."""
    value, shift = np.uint64(0), np.uint64(0)
    while True:
        byte = np.uint64(data[at])
        value |= (byte & np.uint64(0x7F)) << shift
        at += 1
        if byte < np.uint64(0x80):
            return value, at
        shift += np.uint64(7)
