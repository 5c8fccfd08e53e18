"""Cut networks kept between runs, and found again by what they rest on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.files import Source, sha256, written_whole
from gdcoverage.network import _saved
from gdcoverage.network._cut import SPILL_PREFIX, Each, Say, cut, silent
from gdcoverage.network._osm_file import require_file
from gdcoverage.network._profile import Profile
from gdcoverage.network._street_reader import StreetReader
from gdcoverage.network._walk_network import WalkNetwork
from gdcoverage.network._walk_rules import TABLE
from gdcoverage.network._walkable import EXCLUDED
from gdcoverage.problems import InputError

_ROLE = "路网"
_HASHES = "files.json"
# What killed processes left is removed after a day; before, another may be at work on it.
_LEFT_BEHIND_S = 86_400


def networks_of(
    osm: Path,
    areas: Mapping[str, BaseGeometry],
    margin_m: float,
    folder: Path,
    say: Say = silent,
    each: Each = map,
    *,
    profile: Profile = "walk",
) -> dict[str, Path]:
    """The saved networks of areas of an OSM file, cut in one pass where they are not kept yet.

    A network is kept by the file's name and SHA-256, the profile and its rules, the format, the
    margin and the area's polygon. Each that is found is read and checked; a damaged one is made
    anew.
    When the file at a path has changed, what was kept of the former one is removed.

    Parameters
    ----------
    osm, areas, margin_m, say, profile : as for `cut_osm`.
    folder : the cache, to be used by nothing else; several processes may share it.
    each : makes the network of each area, as `map` does or at once.

    Returns
    -------
    A file for every key, in the order of `areas`; `WalkNetwork.load` reads it, and raises
    `InputError` for an area without streets.

    Raises
    ------
    InputError : there is something to cut, and the file is unusable (see `cut_osm`).
    """
    osm, folder = Path(osm), Path(folder)
    source, home = _home(osm, folder, say)
    paths = {
        key: home / f"{key}-{_fingerprint(osm, area, margin_m, profile)}.npz"
        for key, area in areas.items()
    }
    missing = [key for key, path in paths.items() if not _is_whole(path)]
    if len(missing) < len(areas):
        say(f"沿用已切分的 {len(areas) - len(missing)} 个县区的路网")
    if missing:
        reader = StreetReader(osm, profile)
        targets = {key: (areas[key], paths[key]) for key in missing}
        cut(reader, source, targets, margin_m, say, each)
    return paths


def _fingerprint(osm: Path, area: BaseGeometry, margin_m: float, profile: Profile) -> str:
    """What a network rests on besides the file's content, in short."""
    rules = TABLE if profile == "walk" else EXCLUDED
    parts = [osm.name, _saved.FORMAT, profile, rules, float(margin_m), shapely.geos_version_string]
    digest = hashlib.sha256(json.dumps(parts).encode())
    digest.update(shapely.to_wkb(area))
    return digest.hexdigest()[:16]


def _is_whole(path: Path) -> bool:
    """Whether a kept network, or the word that there is none, can be read to its last byte."""
    if not path.exists():
        return False
    try:
        WalkNetwork.load(path)
    except InputError as error:
        return error.problem.kind == "no_streets"
    return True


def _home(osm: Path, folder: Path, say: Say) -> tuple[Source, Path]:
    """The file's fingerprint, and the folder of what is kept of a file with that content."""
    require_file(osm)
    folder.mkdir(parents=True, exist_ok=True)
    digest, former = _sha256_and_former(osm, folder)
    home = folder / digest[:16]
    home.mkdir(exist_ok=True)
    if former and (old := folder / former[:16]).is_dir():
        say(f"{osm.name} 已更新，删除旧版本的路网缓存")
        shutil.rmtree(old, ignore_errors=True)
    _remove_left_behind(home)
    return Source(_ROLE, osm.name, digest), home


def _sha256_and_former(osm: Path, folder: Path) -> tuple[str, str | None]:
    """The file's SHA-256, and that of the version at its path that it has replaced.

    It is computed each time: a file may change and keep its size and its time.
    """
    memory, name = folder / _HASHES, str(osm.resolve())
    try:
        noted = json.loads(memory.read_text(encoding="utf-8")).items()
    except (OSError, ValueError, AttributeError):
        noted = ()
    known = {path: digest for path, digest in noted if isinstance(digest, str)}
    digest, former = sha256(osm), known.get(name)
    if former == digest:
        return digest, None
    known[name] = digest
    with written_whole(memory) as partial:
        partial.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    return digest, None if former in known.values() else former


def _remove_left_behind(folder: Path) -> None:
    for left in (*folder.glob(f"{SPILL_PREFIX}*"), *folder.glob(".partial-*")):
        # What another run has just finished is no longer there.
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime < _LEFT_BEHIND_S:
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()
