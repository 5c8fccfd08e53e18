"""An independent witness: walks of a run computed again by osmnx and networkx.

It reads the same file with other software, walks on it with other code, and shares nothing with
what it checks but the walk profile's table and the frames that it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from gdcoverage.arrays import Bools, Floats
from gdcoverage.geo.plane import lonlat
from gdcoverage.policy import Standard
from gdcoverage.verify._region import Region, cut_graph, cut_network, cut_regions
from gdcoverage.verify._sample import place_to_visit, reach_m, sampled

__all__ = [
    "SAME_WALK_M",
    "Region",
    "Witness",
    "bear_witness",
    "cut_graph",
    "cut_network",
    "cut_regions",
    "place_to_visit",
    "reach_m",
    "sampled",
]

# Two ways to the same walk may differ by so much.
SAME_WALK_M = 0.1


@dataclass(frozen=True)
class Witness:
    """What came of computing walks again.

    Parameters
    ----------
    walks : how many were compared.
    most_m : the largest difference among them, metres.
    apart : the walks that differ by more than `SAME_WALK_M`, and those of which only one of the
        two knows, named.
    unseen : why none were compared, of each county where none was.
    """

    walks: int = 0
    most_m: float = 0.0
    apart: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @classmethod
    def together(cls, several: Iterable[Witness]) -> Witness:
        """Those of several counties as one."""
        parts = list(several)
        return cls(
            sum(part.walks for part in parts),
            max((part.most_m for part in parts), default=0.0),
            tuple(told for part in parts for told in part.apart),
            tuple(told for part in parts for told in part.unseen),
        )

    @property
    def agrees(self) -> bool:
        """Whether no walk differs."""
        return not self.apart


def bear_witness(
    outlets: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    region: Region,
    profile: str,
    standard: Standard,
    walks: int,
) -> Witness:
    """Compute walks of an assessment again: osmnx reads the streets, networkx finds the way.

    Parameters
    ----------
    outlets, demand : assessed, EPSG:4326: ``outlet_id``, ``name``; ``demand_id``,
        ``walk_outlet_id``, ``walk_m``.
    region : the ground around the outlet from which walks are drawn.
    profile : which ways are walked on.
    walks : how many at most; half of them those nearest to the limit, half drawn. Of points that
        have no walk, or a shorter one to another outlet, it is seen whether that can be.
    """
    if region.fault:
        return Witness(unseen=(region.fault,))
    if region.place is None:
        return Witness(unseen=("没有在营网点",))
    if not region.data:
        return Witness(unseen=("抽到的网点周边没有街道",))
    lon, lat = lonlat(outlets.geometry.to_numpy())
    there = (lon == region.place[0]) & (lat == region.place[1])
    there &= (outlets["status"] == "active").to_numpy()
    visited = outlets.loc[there, "outlet_id"]
    rows = sampled(demand, set(visited), region.place, standard, walks)
    if not len(rows):
        return Witness(unseen=("抽到的网点周边没有需求点",))
    from gdcoverage.verify._ground import ground_of, read_graph
    from gdcoverage.verify._rules import rules_of
    from gdcoverage.verify._walks import walks as walked

    rules = rules_of(profile, taken=region.kind == "own")
    graph = read_graph(region, rules)
    ground = ground_of(
        *(graph, rules, region.place, standard.smallest_component_m),
        whole_rims=region.kind != "graphml",
    )
    ends = np.column_stack(lonlat(demand.geometry.to_numpy()[rows])).tolist()
    again = walked(ground, region.place, ends, standard.snap_limit_m)
    told_m = demand["walk_m"].to_numpy()[rows]
    here = demand["walk_outlet_id"].isin(visited).to_numpy()[rows]
    away = _apart(again, told_m, here, standard)
    ids = demand["demand_id"].to_numpy(str)[rows]
    names = outlets["name"] if "name" in outlets else outlets["outlet_id"]
    name = str(names[outlets["outlet_id"].isin(visited)].iloc[0])
    known = np.isfinite(away)
    return Witness(
        len(rows),
        float(away[known].max(initial=0.0)),
        tuple(
            f"需求点 {ids[i]} 到 {name}：程序{_told(told_m[i], here[i])}，"
            f"networkx{_told(again[i], here=True)}"
            for i in np.flatnonzero(away > SAME_WALK_M)
        ),
    )


def _apart(again: Floats, told_m: Floats, here: Bools, standard: Standard) -> Floats:
    """How far each walk is from what was told of it, metres; inf where one of the two is none.

    To an outlet that is not the nearest the walk is no shorter than to the nearest; where none was
    found, it is longer than was searched.
    """
    least_m = np.where(np.isnan(told_m), standard.walk_search_m, told_m)
    shorter = np.maximum(least_m - again, 0.0)
    shorter[np.isnan(told_m) & (shorter > 0)] = np.inf
    return np.where(here, np.abs(again - told_m), shorter)


def _told(metres: float, here: bool) -> str:
    if not np.isfinite(metres):
        return "没有步行路线"
    return f" {metres:,.1f} 米" if here else f"另有更近的网点 {metres:,.1f} 米"
