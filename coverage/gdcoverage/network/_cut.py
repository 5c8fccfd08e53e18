"""One pass over an OSM file cuts it into the networks of many areas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from shapely.geometry.base import BaseGeometry

from gdcoverage.files import Source
from gdcoverage.geo.areas import Areas
from gdcoverage.network import _saved
from gdcoverage.network._osm_file import require_file
from gdcoverage.network._profile import Profile
from gdcoverage.network._street_reader import StreetReader
from gdcoverage.network._walk_network import WalkNetwork, widened
from gdcoverage.network._way_nodes import WAY_NODE, parts
from gdcoverage.network._ways import Ways
from gdcoverage.problems import InputError, Problem

Say = Callable[[str], None]
# Does a piece of work for each of many things: `map`, or what does them at once.
Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]

# What a killed process may leave behind in the folder begins so.
SPILL_PREFIX = ".cut-"


def silent(_: str) -> None:
    """Tell nobody."""


def cut_osm(
    osm: Path,
    areas: Mapping[str, BaseGeometry],
    margin_m: float,
    folder: Path,
    say: Say = silent,
    *,
    profile: Profile = "walk",
) -> dict[str, Path]:
    """Cut an OSM file into one saved network per area, reading it once.

    Each is, to the last bit, what `WalkNetwork.from_osm` gives with the area as its polygon;
    for an area without streets the file holds the refusal instead, and `WalkNetwork.load`
    raises it as `from_osm` would. Way nodes wait in temporary files in the folder; in memory are
    a batch of them or one area's streets, and 16 bytes for every node of the file.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.
    areas : polygons in WGS-84 degrees, by keys that are fit for file names, e.g. adcodes.
    margin_m : metres around each area that belong to it.
    folder : gets ``<key>.npz`` for each area.
    say : is told of the progress, in Chinese.
    profile : as for `WalkNetwork.from_osm`.

    Returns
    -------
    The files, by key.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, damaged, or holds no walkable street.
    """
    osm = Path(osm)
    require_file(osm)
    targets = {key: (area, Path(folder) / f"{key}.npz") for key, area in areas.items()}
    cut(StreetReader(osm, profile), Source.of(osm, "路网"), targets, margin_m, say)
    return {key: path for key, (_, path) in targets.items()}


def cut(
    reader: StreetReader,
    source: Source,
    targets: Mapping[str, tuple[BaseGeometry, Path]],
    margin_m: float,
    say: Say,
    each: Each = map,
) -> None:
    """`cut_osm` with a reader of one's own, and a path of its own for each area's network."""
    if not targets:
        return
    areas, paths = zip(*targets.values(), strict=True)
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=paths[0].parent, prefix=SPILL_PREFIX) as spill:
        spilled = [Path(spill, f"{number}") for number in range(len(areas))]
        say(f"读取 {reader.path.name}，切分为 {len(areas)} 个县区的路网")
        wide = Areas([widened(area, margin_m) for area in areas], outline=False)
        for batch in reader:
            for number, nodes in parts(wide, batch):
                # Opened anew each time: a process may not have as many open files as areas.
                with spilled[number].open("ab") as file:
                    nodes.tofile(file)
        about = Path(spill, "ways.npz")
        np.savez(about, **reader.ways._asdict())
        problems = reader.problems()
        areas_left = [
            _Part(nodes, path, about, source, problems, reader.profile)
            for nodes, path in zip(spilled, paths, strict=True)
        ]
        for key, refusal in zip(targets, each(_settle, areas_left), strict=True):
            if refusal is not None:
                say(f"{key}：{refusal}")


class _Part(NamedTuple):
    """The way nodes of an area, where its network goes, and what is to be said of them."""

    spilled: Path
    path: Path
    ways: Path
    source: Source
    problems: tuple[Problem, ...]
    profile: Profile


def _settle(part: _Part) -> Problem | None:
    """Make and save the network of an area; or the refusal, which is returned."""
    spilled = part.spilled
    nodes = np.fromfile(spilled, WAY_NODE) if spilled.exists() else np.empty(0, WAY_NODE)
    spilled.unlink(missing_ok=True)
    with np.load(part.ways) as about:
        ways = Ways(**about)
    try:
        network = WalkNetwork.from_way_nodes(nodes, ways, part.source, part.problems, part.profile)
        network.save(part.path)
    except InputError as error:
        _saved.write_refusal(part.path, error.problem)
        return error.problem
    return None
