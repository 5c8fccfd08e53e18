"""Whether the declared datum of outlets fits the streets, or another would fit better."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from gdcoverage.geo.datum import DATUMS, from_wgs84, to_wgs84
from gdcoverage.network import WalkNetwork
from gdcoverage.problems import Problem

# Fewer points than this prove nothing; nor does a median this near to the streets need proof.
ENOUGH_POINTS = 8
NEAR_ENOUGH_M = 20.0
_SEARCH_M = 600.0


def datum_problems(outlets: gpd.GeoDataFrame, network: WalkNetwork) -> list[Problem]:
    """A warning where outlets lie off the streets and would lie on them under another datum.

    Outlets stand on streets, so the median distance to the nearest street tells the datum:
    bus stops of Shenzhen in GCJ-02 are 33 m off as they are and 2 m once converted.

    Parameters
    ----------
    outlets : frame of `read_outlets` (EPSG:4326, with ``source_datum``, ``source_file``).
    """
    problems = []
    for (file, declared), group in outlets.groupby(["source_file", "source_datum"]):
        lon, lat = group.geometry.x.to_numpy(), group.geometry.y.to_numpy()
        as_declared = _median_to_street(network, lon, lat)
        raw = from_wgs84(lon, lat, declared)
        others = {
            datum: _median_to_street(network, *to_wgs84(*raw, datum))
            for datum in ("wgs84", "gcj02", "bd09")
            if datum != declared
        }
        best = min(others, key=lambda datum: others[datum])
        doubtful = as_declared > NEAR_ENOUGH_M and others[best] < as_declared / 2
        if len(group) >= ENOUGH_POINTS and doubtful:
            problems.append(
                Problem(
                    "datum_doubtful",
                    f"按所写坐标系 {DATUMS[declared]}，"
                    f"网点到最近街道的中位距离为 {as_declared:.0f} 米；"
                    f"若按 {DATUMS[best]} 则为 {others[best]:.0f} 米",
                    f"请核对坐标来源；多半应写 datum = “{best}”",
                    "warning",
                    file=str(file),
                )
            )
    return problems


def _median_to_street(network: WalkNetwork, lon: np.ndarray, lat: np.ndarray) -> float:
    """Median metres to the nearest street; a point far from all counts as the search limit."""
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    access_m = network.snap(points, _SEARCH_M).access_m
    return float(np.median(np.nan_to_num(access_m, nan=_SEARCH_M))) if len(lon) else 0.0
