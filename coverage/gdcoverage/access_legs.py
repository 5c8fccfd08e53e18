"""Where every point joins the streets: the access legs, to look at on a map."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gdcoverage.arrays import Ints
from gdcoverage.assessment import serving_rows
from gdcoverage.findings import Coverage
from gdcoverage.geo.plane import lonlat
from gdcoverage.network import Snap, WalkNetwork, reach


def access_legs(coverage: Coverage) -> gpd.GeoDataFrame:
    """One leg of every demand point, then of every outlet.

    A demand point's is that of the walk to its nearest outlet; without such a walk, and for
    outlets, it is the shortest that can be walked.

    Parameters
    ----------
    coverage : result of `assess`.

    Returns
    -------
    GeoDataFrame, EPSG:4326, LineStrings from the point to the street; none where it joins none:
    ``demand_id``, ``outlet_id`` (one of them empty), ``status`` (as in `RESULT_COLUMNS`),
    ``access_m``, ``way_id`` (OSM's id of the way joined; missing where not known).
    """
    network, outlets, demand = coverage.network, coverage.outlets, coverage.demand
    joined, points = coverage.outlets_joined, coverage.demand_joined
    walk = reach.nearest_to_points(
        network, joined[serving_rows(outlets)], points, coverage.standard.walk_search_m
    )
    walked = np.where(walk.own_join < 0, points.nearest, walk.own_join)
    of_demand = _legs(network, demand, points, walked).assign(
        demand_id=demand["demand_id"].to_numpy(), outlet_id=""
    )
    of_outlets = _legs(network, outlets, joined, joined.nearest).assign(
        demand_id="", outlet_id=outlets["outlet_id"].to_numpy()
    )
    columns = ["demand_id", "outlet_id", "status", "access_m", "way_id", "geometry"]
    return pd.concat([of_demand, of_outlets], ignore_index=True)[columns]


def _legs(
    network: WalkNetwork, points: gpd.GeoDataFrame, joined: Snap, join: Ints
) -> gpd.GeoDataFrame:
    """The legs of one join of each point; -1 for none."""
    on = np.flatnonzero(join >= 0)
    held = joined.joins[join[on]]
    ends = np.array([lonlat(points.geometry.to_numpy()[on]), (held.lon, held.lat)])
    lines = np.full(len(join), None, object)
    lines[on] = shapely.linestrings(ends.transpose(2, 0, 1))
    ways = pd.array([pd.NA] * len(join), "Int64")
    ways[on] = network.way_ids_at(held.edge, held.along_m)
    return gpd.GeoDataFrame(
        {"status": joined.status, "access_m": joined.access_of(join), "way_id": ways},
        geometry=lines,
        crs="EPSG:4326",
    )
