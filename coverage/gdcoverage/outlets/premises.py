"""Places that exist where an outlet could be: banks, committees, offices of an OSM file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from gdcoverage.arrays import Bools
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.network._osm_faults import Damage
from gdcoverage.outlets._from_osm import _COLUMNS, _KINDS, _Feature, _of_file, _outlet
from gdcoverage.outlets.banks import bank_called
from gdcoverage.problems import Problem
from gdcoverage.tables import Reading
from gdcoverage.tables.frames import source_of

BRANCH, MACHINE, COMMITTEE, OFFICE, POST, CENTRE = (
    *("银行网点", "自助银行", "村居委会", "政府机构", "邮政网点", "社区中心"),
)
# Kinds in the order in which one of several things at one place is kept.
PREMISES = (BRANCH, COMMITTEE, OFFICE, POST, CENTRE, MACHINE)
_WANTED: Mapping[str, list[str]] = {
    "amenity": ["bank", "atm", "townhall", "post_office", "community_centre"],
    "office": ["government", "administrative"],
}
_AMENITIES = {"bank": BRANCH, "atm": MACHINE, "post_office": POST, "community_centre": CENTRE}
_COMMITTEES = (
    *("村委会", "居委会", "村民委员会", "居民委员会", "村委", "居委", "党群服务中心"),
    *("公共服务站", "社区工作站", "社区服务站"),
)
_GONE = ("disused", "abandoned", "demolished", "removed", "ruins")
# Machines stand in or before the branch of their bank; a thing may be mapped twice.
_SAME_PLACE_M = 60.0
# An outlet's own coordinates and those of the same branch in OSM are apart by less.
_SAME_BRANCH_M = 150.0
_ACTION = "候选点取自街道文件；如需采用，请另列候选点表"


def read_premises(osm: str | Path) -> Reading:
    """Bank branches and machines, committees, offices, post offices, community centres.

    Parameters
    ----------
    osm : ``.osm.pbf`` or ``.osm``.

    Returns
    -------
    Reading; its frame, EPSG:4326, Points, sorted by number: ``outlet_id`` (``node/123``),
    ``name``, ``bank`` (of `bank_called`; empty for what is no bank), ``address``,
    ``stated_county``, ``kind`` (of `PREMISES`). What stands at one place under one name or bank
    comes once. Problems say what was left out, and why.

    Raises
    ------
    InputError : the file is missing, empty, not OSM, or damaged.
    """
    path, damage = Path(osm), Damage()
    features = sorted(
        _of_file(path, _WANTED, damage), key=lambda f: (_KINDS.index(f.kind), f.number)
    )
    left = [f for f in features if all(f.tags.get(key, "no") == "no" for key in _GONE)]
    frame = _frame(left)
    named = frame["name"] != ""
    frame = frame[named].reset_index(drop=True)
    once = _once(frame)
    told = (
        (len(features) - len(left), "已停用"),
        (int((~named).sum()), "没有名称，也没有银行"),
        (int((~once).sum()), f"与同名或同一银行的另一处相距不到 {_SAME_PLACE_M:.0f} 米，只取一处"),
    )
    source = source_of(path, "候选点")
    problems = [_left_out(count, why, source.name) for count, why in told if count]
    if frame.empty:
        what = "街道文件里没有可作候选点的银行、村居委会、政府机构、邮政网点"
        problems.append(Problem("premises_none", what, _ACTION, "warning", file=source.name))
    return Reading(
        frame[once].reset_index(drop=True),
        (*damage.problems(source.name), *problems),
        source,
    )


def without_outlets(premises: Reading, outlets: gpd.GeoDataFrame) -> Reading:
    """The premises but for those where an outlet is already, which is told.

    A branch is an outlet if one of its bank, or one of its name, stands within 150 m; outlets
    that have left do not count.

    Parameters
    ----------
    premises : of `read_premises`.
    outlets : frame of `read_outlets`.
    """
    frame = premises.frame
    there = outlets[outlets["status"] != "exited"]
    taken = np.zeros(len(frame), bool)
    for own, theirs in (("bank", there["bank"].map(bank_called)), ("name", there["name"])):
        taken |= _beside(frame, frame[own], there, theirs)
    if not taken.any():
        return premises
    told = _left_out(int(taken.sum()), "已是现有网点", premises.source.name)
    return Reading(
        frame[~taken].reset_index(drop=True), (*premises.problems, told), premises.source
    )


def _frame(features: list[_Feature]) -> gpd.GeoDataFrame:
    data = pd.DataFrame([_outlet(feature) for feature in features], columns=list(_COLUMNS))
    data = data[["outlet_id", "name", "bank", "address", "stated_county"]].astype("str")
    kinds = [_kind(f.tags, name) for f, name in zip(features, data["name"], strict=True)]
    data["kind"] = pd.Series(kinds, data.index, dtype="str")
    of_bank = data["kind"].isin((BRANCH, MACHINE))
    said = data["bank"].where(data["bank"] != "", data["name"])
    data["bank"] = said.map(bank_called).where(of_bank, "")
    # What nobody named is called by its bank.
    names = data["bank"].where(data["kind"] != MACHINE, data["bank"] + MACHINE)
    nameless = (data["name"] == "") & (data["bank"] != "")
    data["name"] = data["name"].mask(nameless, names).astype("str")
    return gpd.GeoDataFrame(data, geometry=[f.place for f in features], crs="EPSG:4326")


def _kind(tags: Mapping[str, str], name: str) -> str:
    amenity = tags.get("amenity", "")
    if amenity in ("bank", "atm", "post_office"):
        return _AMENITIES[amenity]
    if name.endswith(_COMMITTEES):
        return COMMITTEE
    return _AMENITIES.get(amenity, OFFICE)


def _once(frame: gpd.GeoDataFrame) -> Bools:
    """Whether each row is the first of its name, or of its bank, at its place."""
    kept = np.ones(len(frame), bool)
    if frame.empty:
        return kept
    rank = frame["kind"].map(PREMISES.index).to_numpy()
    names, banks = frame["name"].to_numpy(str), frame["bank"].to_numpy(str)
    tree = cKDTree(ellipsoid.to_ecef(*lonlat(frame.geometry.to_numpy())))
    pairs = tree.query_pairs(_SAME_PLACE_M, output_type="ndarray")
    one, other = pairs.T
    same = (names[one] == names[other]) | ((banks[one] == banks[other]) & (banks[one] != ""))
    # The later of a pair goes, by kind and then by number, if the earlier stays.
    order = np.lexsort((np.arange(len(frame)), rank))
    place = np.argsort(order)
    one, other = one[same], other[same]
    first = np.where(place[one] < place[other], one, other)
    second = np.where(place[one] < place[other], other, one)
    for i in np.lexsort((place[second], place[first])):
        if kept[first[i]]:
            kept[second[i]] = False
    return kept


def _beside(
    frame: gpd.GeoDataFrame, own: pd.Series, there: gpd.GeoDataFrame, theirs: pd.Series
) -> Bools:
    """Which rows have an outlet with the same word near."""
    near = np.zeros(len(frame), bool)
    lon, lat = lonlat(frame.geometry.to_numpy())
    other_lon, other_lat = lonlat(there.geometry.to_numpy())
    row, outlet = ellipsoid.pairs_within(lon, lat, other_lon, other_lat, _SAME_BRANCH_M)
    words, others = own.to_numpy(str), theirs.to_numpy(str)
    near[row[(words[row] == others[outlet]) & (words[row] != "")]] = True
    return near


def _left_out(count: int, why: str, file: str) -> Problem:
    what = f"{count:,} 处可作候选点的地方未采用：{why}"
    return Problem("premises_left_out", what, _ACTION, "warning", file=file)
