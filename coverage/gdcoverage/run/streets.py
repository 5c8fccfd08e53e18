"""The streets of a plan: its walk network, or one saved for each county."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.network import WalkNetwork, networks_of
from gdcoverage.run.inputs import Say
from gdcoverage.run.plan import Plan
from gdcoverage.tables import read_layer


def read_network(plan: Plan, area: BaseGeometry | None = None) -> WalkNetwork:
    """The plan's walk network, cut to an area with the margin that the standard's walks need."""
    net, margin_m = plan.network, plan.standard.margin_m
    if net.saved:
        return WalkNetwork.load(net.saved)
    if net.osm:
        return WalkNetwork.from_osm(net.osm, polygon=area, margin_m=margin_m)
    if net.graphml:
        return WalkNetwork.from_graphml(net.graphml, polygon=area, margin_m=margin_m)
    how = {
        "margin_m": margin_m,
        "overpass_url": net.overpass_url,
        "doh_url_template": net.doh_url_template,
        "cache_folder": net.cache_folder or plan.path.parent / "cache",
    }
    if net.place:
        return WalkNetwork.from_place(net.place, nominatim_url=net.nominatim_url, **how)  # type: ignore[arg-type]
    assert net.polygon is not None
    return WalkNetwork.from_polygon(read_layer(net.polygon).geometry.union_all(), **how)  # type: ignore[arg-type]


def saved_networks(
    plan: Plan, areas: Mapping[str, BaseGeometry], folder: Path, say: Say
) -> Mapping[str, Path]:
    """A saved network for each area: cut from an OSM file in one pass, or one for all of them."""
    if plan.network.osm:
        return networks_of(plan.network.osm, areas, plan.standard.margin_m, folder, say)
    if plan.network.saved:
        return dict.fromkeys(areas, plan.network.saved)
    path = folder / "streets.npz"
    read_network(plan, shapely.union_all(list(areas.values()))).save(path)
    return dict.fromkeys(areas, path)
