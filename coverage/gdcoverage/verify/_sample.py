"""Which walks of an assessment are computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import geopandas as gpd
import numpy as np

from gdcoverage.arrays import Ints
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.policy import Standard

# Walks somewhat longer than the limit are looked at too: they are as near to it as the others.
_BEYOND = 1.1


def longest_m(standard: Standard) -> float:
    """Walks up to this are in a sample, metres."""
    return standard.walk_limit_m * _BEYOND


def reach_m(standard: Standard) -> float:
    """How far from its outlet a walk of a sample can lead, with all that bears on its legs."""
    return longest_m(standard) + standard.snap_limit_m + standard.smallest_component_m


def place_to_visit(
    outlets: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    county: str,
    standard: Standard,
    walks: int,
) -> tuple[float, float] | None:
    """Where the outlet is, in degrees, from which a county's sample is walked.

    The draw follows from where the outlets lie, so one more or less seldom changes it. Only
    outlets near enough to as many demand points as walks are wanted are drawn, or to most.

    Parameters
    ----------
    outlets, demand : in EPSG:4326, with ``status`` and ``county``.
    walks : how many are wanted.
    """
    own = outlets[(outlets["status"] == "active") & (outlets["county"] == county)]
    if own.empty or demand.empty:
        return None
    lon, lat = lonlat(own.geometry.to_numpy())
    _, near = ellipsoid.pairs_within(
        *lonlat(demand.geometry.to_numpy()), lon, lat, standard.walk_limit_m
    )
    points = np.bincount(near, minlength=len(own))
    fit = np.flatnonzero(points >= min(walks, points.max()))
    drawn = min(fit.tolist(), key=lambda i: _lot(f"{lon[i]:.6f},{lat[i]:.6f}"))
    return float(lon[drawn]), float(lat[drawn])


def _lot(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def sampled(
    demand: gpd.GeoDataFrame,
    outlet_ids: Collection[str],
    place: tuple[float, float],
    standard: Standard,
    walks: int,
) -> Ints:
    """Rows of the points whose walk to outlets on one spot is computed again.

    Half of them, at most, are those whose walk there is nearest to the limit. The others are
    drawn among all that are near in a straight line, those without any walk, or with a shorter
    one to elsewhere, too.

    Parameters
    ----------
    demand : assessed; ``demand_id``, ``walk_outlet_id``, ``walk_m``, EPSG:4326.
    place : of these outlets, degrees.
    walks : how many at most.
    """
    walk_m = demand["walk_m"].to_numpy()
    ids = demand["demand_id"].to_numpy(str)
    lon, lat = lonlat(demand.geometry.to_numpy())
    near, _ = ellipsoid.pairs_within(
        lon, lat, np.array([place[0]]), np.array([place[1]]), longest_m(standard)
    )
    # Farther walks lead out of the region.
    near = near[~(walk_m[near] > longest_m(standard))]
    here = near[demand["walk_outlet_id"].isin(outlet_ids).to_numpy()[near]]
    away = np.abs(walk_m[here] - standard.walk_limit_m)
    nearest = here[np.lexsort((ids[here], away))][: (walks + 1) // 2]
    others = sorted(set(near.tolist()) - set(nearest.tolist()), key=lambda row: _lot(ids[row]))
    return np.array([*nearest, *others[: walks - len(nearest)]], np.int64)
