"""Whether the declared datum of outlets fits the streets, or another would fit better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from gdcoverage.arrays import Floats
from gdcoverage.geo.datum import DATUMS, Datum, from_wgs84, to_wgs84
from gdcoverage.network import WalkNetwork
from gdcoverage.problems import Problem

# Fewer points than this prove nothing; nor does a median this near to the streets need proof.
ENOUGH_POINTS = 8
NEAR_ENOUGH_M = 20.0
SEARCH_M = 600.0
_CANDIDATES: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")

# Kind of the problem that a datum does not fit the streets.
DATUM_DOUBTFUL = "datum_doubtful"


@dataclass(frozen=True, eq=False)
class DatumFit:
    """How near outlets lie to the streets under each datum that their numbers could be of.

    Outlets stand on streets, so the median distance to the nearest street tells the datum:
    bus stops of Shenzhen in GCJ-02 are 33 m off as they are and 2 m once converted.

    Parameters
    ----------
    declared : the datum that the plan says.
    metres : datum -> distance of each outlet to the nearest street, metres; one that is far
        from all streets counts as the search limit.
    """

    declared: str
    metres: Mapping[str, Floats]

    @property
    def outlets(self) -> int:
        """How many were measured."""
        return len(self.metres[self.declared])

    @property
    def medians(self) -> dict[str, float]:
        """Datum -> median distance to the nearest street, metres; the declared one first."""
        return {datum: float(np.median(metres)) for datum, metres in self.metres.items()}

    @property
    def problem(self) -> Problem | None:
        """A warning where the outlets lie off the streets and would lie on them under another."""
        medians = self.medians
        as_declared = medians.pop(self.declared)
        best = min(medians, key=lambda datum: medians[datum])
        fits = as_declared <= NEAR_ENOUGH_M or medians[best] >= as_declared / 2
        if self.outlets < ENOUGH_POINTS or fits:
            return None
        return Problem(
            DATUM_DOUBTFUL,
            f"按所写坐标系 {DATUMS[self.declared]}，"
            f"网点到最近街道的中位距离为 {as_declared:.0f} 米；"
            f"若按 {DATUMS[best]} 则为 {medians[best]:.0f} 米",
            f"请核对坐标来源；多半应写 datum = “{best}”",
            "warning",
        )


def datum_fits(outlets: gpd.GeoDataFrame, network: WalkNetwork) -> tuple[DatumFit, ...]:
    """How each declared datum fits the streets.

    Parameters
    ----------
    outlets : frame of `read_outlets` (EPSG:4326, with ``source_datum``).
    """
    fits = []
    for declared, group in outlets.groupby("source_datum"):
        lon, lat = group.geometry.x.to_numpy(), group.geometry.y.to_numpy()
        metres = {declared: _to_street(network, lon, lat)}
        raw = from_wgs84(lon, lat, declared)
        for datum in _CANDIDATES:
            if datum != declared:
                metres[datum] = _to_street(network, *to_wgs84(*raw, datum))
        fits.append(DatumFit(str(declared), metres))
    return tuple(fits)


def joined_fits(fits: Iterable[DatumFit]) -> tuple[DatumFit, ...]:
    """The fits of several counties as those of all their outlets together."""
    by_declared: dict[str, list[DatumFit]] = {}
    for fit in fits:
        by_declared.setdefault(fit.declared, []).append(fit)
    return tuple(
        DatumFit(
            declared,
            {
                datum: np.concatenate([fit.metres[datum] for fit in parts])
                for datum in parts[0].metres
            },
        )
        for declared, parts in sorted(by_declared.items())
    )


def _to_street(network: WalkNetwork, lon: Floats, lat: Floats) -> Floats:
    """Metres to the nearest street; a point far from all counts as the search limit."""
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    return np.minimum(network.metres_to_street(points, SEARCH_M), SEARCH_M)
