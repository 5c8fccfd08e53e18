"""A day's route of inspection: the stops in order, how far each is, and who cannot be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.inspection.order import one_way, round_trip
from gdcoverage.inspection.stops import Stop
from gdcoverage.inspection.walks import Walks
from gdcoverage.network import WalkNetwork
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError, Problem, unusable

Place = tuple[float, float]
_WHY = {
    "off_network": "{limit:g} 米内没有街道",
    "barred": "到街道隔着河、铁路或快速路",
    "ok": "与其他网点之间没有街道相连",
    "island": "只与不相连的一片街道相接",
}


@dataclass(frozen=True)
class Leg:
    """From a place of the route to the next.

    Parameters
    ----------
    metres : along the streets, access legs included.
    streets : named streets on the way.
    line : longitudes and latitudes, (points, 2).
    """

    metres: float
    streets: tuple[str, ...]
    line: Floats


@dataclass(frozen=True, eq=False)
class Route:
    """Stops in the order of the day.

    Parameters
    ----------
    stops : in order.
    legs : the first leads from the start to the first stop and the last back, where there is a
        start; else there is one less than stops.
    start : where the day begins and ends, degrees in WGS-84, or None.
    unreached : stops that no street leads to from the others, and why.
    """

    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    start: Place | None
    unreached: tuple[Problem, ...]

    @property
    def metres(self) -> float:
        """All legs together."""
        return sum(leg.metres for leg in self.legs)


def plan_route(
    stops: Sequence[Stop], network: WalkNetwork, standard: Standard, start: Place | None = None
) -> Route:
    """A short route through the stops along the streets.

    Parameters
    ----------
    stops : outlets with places.
    network : their streets.
    standard : how they join them.
    start : where the day begins and ends, degrees in WGS-84; without, at whichever stop is best.

    Raises
    ------
    InputError : the start is not near a street; or there is nothing to visit, or no way there.
    """
    if not stops:
        action = "请用 --outlet 写明网点，或检查县区和日期"
        raise unusable("no_stops", "没有可检查的网点", action)
    spots = [(s.standing.lon, s.standing.lat) for s in stops]
    points = gpd.GeoSeries(
        shapely.points(np.array([*([start] if start else []), *spots], float)), crs="EPSG:4326"
    )
    snap = network.snap(points, standard.snap_limit_m, standard.smallest_component_m)
    if start is not None and snap.component[0] < 0:
        what = f"出发地 {start[0]}, {start[1]} 附近没有街道"
        raise unusable("start_off", what, "请核对 --start（经度,纬度，WGS-84）")
    walks = Walks(network, points, snap)
    reached = _together(walks.metres, snap.component >= 0, start is not None)
    metres = walks.metres[np.ix_(reached, reached)]
    order = reached[(one_way if start is None else round_trip)(metres)].tolist()
    first = 0 if start is None else 1
    way = [*order, order[0]] if start is not None and len(order) > 1 else order
    legs = tuple(
        Leg(float(walks.metres[a, b]), tuple(walks.names(a, b)), walks.way(a, b))
        for a, b in pairwise(way)
    )
    visited = tuple(stops[i - first] for i in order if i >= first)
    status, left = snap.status, sorted(set(range(len(points))) - set(order))
    unreached = tuple(_unreached(stops[i - first], status[i], standard) for i in left)
    if not visited:
        raise InputError(*unreached)
    return Route(visited, legs, start, unreached)


def _together(metres: Floats, joined: Bools, from_start: bool) -> Ints:
    """The places that streets join: those of the start, or the most there are."""
    _, part = connected_components(np.isfinite(metres), directed=False)
    chosen = part[0] if from_start else np.bincount(part, joined).argmax()
    return np.flatnonzero((part == chosen) & joined)


def _unreached(stop: Stop, status: str, standard: Standard) -> Problem:
    s = stop.standing
    return Problem(
        "stop_unreached",
        f"走不到：{_WHY[status].format(limit=standard.snap_limit_m)}",
        "请核对网点坐标；确在岛上或路网缺这条路的，请另行安排",
        value=f"{s.outlet_id} {s.name}",
    )
