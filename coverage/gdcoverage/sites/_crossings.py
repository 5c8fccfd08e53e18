"""Where named streets meet, and which street a place is on: by the names that a network keeps."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from gdcoverage.arrays import Floats, Ints
from gdcoverage.geo import ellipsoid
from gdcoverage.network import Snap, WalkNetwork


def crossings_near(
    network: WalkNetwork, lon: Floats, lat: Floats, metres: float
) -> gpd.GeoDataFrame:
    """Places near some others where streets of two names meet.

    Parameters
    ----------
    lon, lat : the others, degrees.
    metres : how near.

    Returns
    -------
    GeoDataFrame, EPSG:4326, Points: ``name`` (``甲路与乙路路口``), a row for each pair of names.
    """
    rows: list[tuple[str, float, float]] = []
    if len(lon) and network.nodes:
        nodes = ellipsoid.to_ecef(network.node_lon, network.node_lat)
        near, _ = cKDTree(ellipsoid.to_ecef(lon, lat)).query(
            nodes, distance_upper_bound=metres + 1.0
        )
        for node, names in _names_at(network, np.isfinite(near)).items():
            spot = float(network.node_lon[node]), float(network.node_lat[node])
            rows += [(f"{one}与{other}路口", *spot) for one, other in combinations(names, 2)]
    table = pd.DataFrame(rows, columns=["name", "lon", "lat"])
    return gpd.GeoDataFrame(
        {"name": table["name"].astype("str")},
        geometry=gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float)),
        crs="EPSG:4326",
    )


def streets_of(network: WalkNetwork, joined: Snap) -> list[str]:
    """Name of the nearest street that each point joins; empty where it has none."""
    texts, number = _way_names(network)
    names = []
    for join in joined.nearest.tolist():
        name = ""
        if join >= 0:
            edge, along = int(joined.joins.edge[join]), float(joined.joins.along_m[join])
            begin, end = network.shape_start[edge : edge + 2].tolist()
            piece = begin + int(np.searchsorted(network.shape_m[begin + 1 : end - 1], along))
            name = texts[number[network.shape_way[piece]]]
        names.append(name)
    return names


def _names_at(network: WalkNetwork, wanted: np.ndarray) -> dict[int, list[str]]:
    """Names of the streets that meet at each of some nodes, sorted, where they are several."""
    texts, number = _way_names(network)
    ends = np.concatenate([network.edge_u, network.edge_v])
    pieces = np.concatenate([network.shape_start[:-1], network.shape_start[1:] - 2])
    names = number[network.shape_way[pieces]]
    used = wanted[ends] & (np.array([bool(text) for text in texts])[names])
    found: dict[int, set[str]] = {}
    for node, name in zip(ends[used].tolist(), names[used].tolist(), strict=True):
        found.setdefault(node, set()).add(texts[name])
    return {node: sorted(several) for node, several in found.items() if len(several) > 1}


def _way_names(network: WalkNetwork) -> tuple[list[str], Ints]:
    """Texts, and for each way, and last for none at all, which of them is its name."""
    ways = network.ways
    texts = [*ways.texts(), ""]
    return texts, np.append(ways.name, len(texts) - 1).astype(np.int64)
