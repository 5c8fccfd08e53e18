"""The map in its editions: what the page of each says first, and its blocks of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd

from gdcoverage.emap._base import base_block, bounds, with_base
from gdcoverage.emap._changed import change_rows
from gdcoverage.emap._credits import LEAFLET_LICENSE, credits_of
from gdcoverage.emap._ground import Ground, Release
from gdcoverage.emap._outlets import in_order, look_up, public_view
from gdcoverage.emap._pack import Block
from gdcoverage.emap._page import EMap
from gdcoverage.emap._plain import plain_list
from gdcoverage.emap._planner import alternative_marks, headline, layer_styles, planner_block
from gdcoverage.emap._province import province_block, province_styles
from gdcoverage.emap._walks import walks_block
from gdcoverage.emap.tiles import tile_service
from gdcoverage.findings import Coverage, Findings
from gdcoverage.network import WalkNetwork
from gdcoverage.outlets import sound_outlets
from gdcoverage.places.counties import assign_counties, read_counties
from gdcoverage.policy import MAP_TITLE, PHRASE, Standard
from gdcoverage.progress import at_work
from gdcoverage.report import read_first
from gdcoverage.sites import Alternatives, Redesign, Siting
from gdcoverage.tables import Rows


@at_work("制作公众版地图")
def build_public_map(
    outlets: Rows,
    counties: Rows | None = None,
    *,
    title: str,
    made_on: str = "",
    data_date: str = "",
    ground: Ground | None = None,
    release: Release | None = None,
    network: WalkNetwork | None = None,
    standard: Standard | None = None,
    beside: bool = False,
) -> EMap:
    """The public's map: outlets in service, their hours and services, and the way there.

    Parameters
    ----------
    outlets : as for `assess`; only those in service are shown, and of them only what the public
        may know.
    counties : as for `assess`, to draw and to find by.
    title : what the map covers.
    made_on : date on which the map is made, as text.
    data_date : date until which the data go, as text; empty where it is not known.
    ground : the base map, tiles.
    release : of a map that may be published; without one the page says that it is a draft.
    network : streets, so that readers see how far they walk; straight lines without them, or
        where they are too many for a page (`_walks`).
    standard : tells the walking speed; the default one otherwise.
    beside : whether `names_beside` will lie beside the page, which may then read these scripts.

    Returns
    -------
    EMap, a `folium.Map`: a notebook shows it, `write_map` writes it.

    Raises
    ------
    InputError : as for `assess`.

    Examples
    --------
    >>> emap = gd.build_public_map(outlets, counties, title="示例县", network=streets)
    >>> gd.write_map(emap, "公众版.html")
    """
    ground = ground or Ground()
    area = None if counties is None else read_counties(counties)
    active = sound_outlets(outlets)
    active = public_view(active[active["status"] == "active"])
    if area is not None:
        active = active.assign(county=assign_counties(active, area))
    head = _head("public", title, made_on, data_date, ground)
    head["bounds"] = bounds(active if area is None else area)
    head["beside"] = beside or bool(ground.pieces)
    release, head["draft"] = release or Release(), release is None
    active = in_order(active, area)
    walks = None if network is None else _walks(network, active, ground, standard or Standard())
    streets = ground.streets or walks is not None
    head |= {
        "url": release.url,
        "waived": list(release.waived),
        "unapproved": release.unapproved,
        "streets": streets,
        "credits": credits_of(
            streets=streets, boundaries=ground.boundaries, counties=area is not None
        ),
    }
    listed = look_up(active, area, decimals=ground.decimals)
    data: dict[str, Any] = {
        "outlets": listed,
        "names": ground.named(area, beside),
        "base": base_block(area, bool(ground.boundaries)),
    }
    if walks is not None:
        data["walks"] = walks
    return EMap(head, with_base(data, ground, area), plain_list(f"{MAP_TITLE}｜{title}", listed))


def _walks(
    network: WalkNetwork, outlets: gpd.GeoDataFrame, ground: Ground, standard: Standard
) -> Block | None:
    """Walks to where the page shows the outlets: no nearer than it tells their places."""
    shown = outlets.geometry.set_precision(10.0**-ground.decimals)
    return walks_block(network, outlets.set_geometry(shown), standard)


@at_work("制作地图")
def build_map(
    coverage: Coverage,
    gaps: gpd.GeoDataFrame,
    *,
    title: str,
    made_on: str = "",
    data_date: str = "",
    network_base: bool = True,
    siting: Siting | None = None,
    ground: Ground | None = None,
    box: Sequence[str] | None = None,
    towns: gpd.GeoDataFrame | None = None,
    supervision: gpd.GeoDataFrame | None = None,
    province: str = "",
) -> EMap:
    """The planner's map of an assessment: people covered and not, areas, gaps, sites.

    Parameters
    ----------
    coverage : result of `assess`.
    gaps : result of `find_gaps`.
    title : of the plan.
    made_on : date on which the map is made, as text.
    data_date : date until which the data go, as text; empty where it is not known.
    network_base : draw the streets as the base.
    siting : recommended sites and exit impact, to draw as well.
    ground : the base map, tiles.
    towns : frame of `read_towns`: drawn by coverage rate where they have polygons.
    box : what must be read before the headline (`Report.box`); of outlets in doubt by default.
    supervision : frame of `Report.supervision_table`: outlets that want looking at.
    province : relative path of the map of all counties, where the county is one of several.

    Returns
    -------
    EMap, a `folium.Map`: a notebook shows it, `write_map` writes it.

    Examples
    --------
    >>> emap = gd.build_map(coverage, gd.find_gaps(coverage), title="示例县")
    >>> gd.write_map(emap, "规划版.html")
    """
    ground = ground or Ground()
    head = _head("planner", title, made_on, data_date, ground) | {
        "province": province,
        "standard": str(coverage.standard),
        "doubt": list(read_first(coverage.doubt(), ()) if box is None else box),
        "headline": headline(dict(coverage.total()) if len(coverage.demand) else {"population": 0}),
        "bounds": bounds(*_seen_first(coverage)),
        "styles": layer_styles(coverage, siting, towns, supervision, bare=not ground.pictured),
    }
    exits = None
    if siting is not None:
        exits = dict(zip(siting.exits["outlet_id"], siting.exits["population"], strict=True))
    data = {
        "outlets": look_up(coverage.outlets, coverage.counties, exits),
        "names": ground.named(coverage.counties),
        "base": base_block(coverage.counties, bool(ground.boundaries)),
        "planner": planner_block(coverage, gaps, network_base, siting, towns, supervision),
    }
    return EMap(head, with_base(data, ground, coverage.counties))


def build_index_map(
    counties: gpd.GeoDataFrame,
    outlets: gpd.GeoDataFrame,
    *,
    title: str,
    standard: Standard,
    total: Mapping[str, Any],
    gaps: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    links: Mapping[str, str] | None = None,
    box: Sequence[str] = (),
    made_on: str = "",
    data_date: str = "",
    ground: Ground | None = None,
    supervision: gpd.GeoDataFrame | None = None,
    towns: Sequence[Mapping[str, Any]] = (),
    alternatives: Alternatives | None = None,
    redesign: Redesign | None = None,
) -> EMap:
    """The planner's map of a province: counties coloured by coverage rate, each with its numbers.

    Parameters
    ----------
    counties : adcode, name, city, polygons, and the columns of `tally`; numbers are missing
        (NaN) for a county that was not assessed.
    outlets : frame as `read_outlets` makes it.
    title : of the plan.
    standard : applied.
    total : the columns of `tally` over all counties.
    gaps, sites : of all counties, with the columns of `find_gaps` and of `SitePlan.sites`;
        the gaps with most people are drawn.
    links : adcode -> relative path of the county's own map.
    box : what must be read before the headline; its title first.
    made_on : date on which the map is made, as text.
    data_date : date until which the data go, as text; empty where it is not known.
    ground : the base map, tiles.
    supervision : frame of `Report.supervision_table`: outlets that want looking at.
    towns : result of `town_rows` with names of counties: listed, and drawn where they have areas.
    alternatives : to the plan of all counties together.
    redesign : outlets of all counties that close and sites that open.
    """
    ground = ground or Ground()
    others = alternative_marks(alternatives)
    head = _head("planner", title, made_on, data_date, ground) | {
        "standard": str(standard),
        "doubt": list(box),
        "headline": headline(total),
        "bounds": bounds(counties),
        "styles": province_styles(
            gaps, sites, supervision, towns, others=bool(others), redesign=redesign
        ),
        "beside": bool(ground.pieces),
    }
    data = {
        "outlets": look_up(outlets, counties),
        "names": ground.named(counties),
        "base": base_block(counties, bool(ground.boundaries)),
        "planner": province_block(
            counties, standard, gaps, sites, links or {}, total, supervision, towns
        )
        | {"alternatives": others, "changes": change_rows(redesign)},
    }
    return EMap(head, with_base(data, ground, counties))


def _seen_first(coverage: Findings) -> list[gpd.GeoDataFrame]:
    """People and their own outlets; outlets beyond the border serve, and need not be in view."""
    outlets, counties = coverage.outlets, coverage.counties
    if counties is not None:
        outlets = outlets[outlets["county"].isin(counties["adcode"])]
    shown = [coverage.demand, outlets]
    return shown if any(map(len, shown)) or counties is None else [counties]


def _head(edition: str, title: str, made_on: str, data_date: str, ground: Ground) -> dict[str, Any]:
    return {
        "edition": edition,
        "title": MAP_TITLE,
        "subtitle": title,
        "phrase": f"「{PHRASE}」",
        "madeOn": made_on,
        "dataDate": data_date,
        "tiles": tile_service(ground.tiles, ground.key) if ground.tiles else None,
        "approval": ground.approval,
        "streets": True,
        "credits": credits_of(streets=True, boundaries=ground.boundaries, counties=True),
        "leaflet": LEAFLET_LICENSE,
    }
