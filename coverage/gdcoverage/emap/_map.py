"""`EMap`: a folium map whose page holds all that it needs, and writing it to a file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
from branca.element import Element, Figure
from folium.template import Template

from gdcoverage.emap import _assets
from gdcoverage.emap._base import base_block, bounds
from gdcoverage.emap._names_block import names_block
from gdcoverage.emap._outlets import look_up
from gdcoverage.emap._pack import Block, block
from gdcoverage.emap._plain import NO_SCRIPT, plain_list
from gdcoverage.emap._planner import headline, layer_styles, planner_block
from gdcoverage.emap._province import province_block, province_styles
from gdcoverage.emap.names import names_of_places
from gdcoverage.emap.tiles import tile_service
from gdcoverage.files import written_whole
from gdcoverage.findings import Coverage, Findings
from gdcoverage.outlets import sound_outlets
from gdcoverage.places.counties import assign_counties, read_counties
from gdcoverage.policy import MAP_TITLE, PHRASE, Standard
from gdcoverage.report import read_first
from gdcoverage.sites import Siting
from gdcoverage.tables import Rows

# Whatever a browser would fetch: sources, style sheets and images that are not inside the page.
_FETCHED = re.compile(
    r"""(?:<script[^>]*\ssrc\s*=|<link[^>]*\shref\s*=|<img[^>]*\ssrc\s*=\s*["']?https?:"""
    r"""|url\(\s*["']?(?:https?:)?//|@import)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies under the map, and who answers for it.

    Parameters
    ----------
    drawn : water and main streets as `read_base` reads them.
    places : named places (``name``, Point) near which one may ask for outlets.
    tiles : tianditu, amap or osm; none by default, and then the page asks nobody for anything.
    key : for tiles that want one.
    approval : 审图号 of an audited base map.
    names : more of them, as `read_names` reads them; in place of `places`.
    """

    drawn: gpd.GeoDataFrame | None = None
    places: gpd.GeoDataFrame | None = None
    tiles: str | None = None
    key: str = ""
    approval: str = ""
    names: gpd.GeoDataFrame | None = None

    def named(self, counties: gpd.GeoDataFrame | None) -> dict[str, Any]:
        """The block of names for a map of counties."""
        names = self.names
        if names is None and self.places is not None:
            names = names_of_places(self.places)
        return names_block(names, counties)


class _Page(Figure):
    """branca's page with the language of its readers, a title, and the plain list's script."""

    _template = Template(_assets.own("page.html"))

    @property
    def plain(self) -> str:
        """Shows the outlets as a list where the map does not start."""
        return _assets.own("plain.bundle.js")


class _Scripts(Element):
    """Our scripts; branca reads the text as a template, which takes its time."""

    _template = Template("{% raw %}" + _assets.own("emap.bundle.js") + "{% endraw %}")


class EMap(folium.Map):
    """The electronic map: a `folium.Map` to which a planner may add folium layers.

    Unlike folium's own it loads nothing: Leaflet, styles, scripts and data are in the page, and
    a Content-Security-Policy forbids requests (but to the host of tiles, where they are wanted).

    Parameters
    ----------
    head : what the page says first: titles, bounds, styles, tiles.
    data : blocks of data by name, to be packed for the page or packed already.
    plain : HTML for a page whose scripts do not run.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's way of naming its links
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(_assets.own("map.html"))

    def __init__(
        self, head: Mapping[str, Any], data: Mapping[str, Any], plain: str = NO_SCRIPT
    ) -> None:
        (south, west), (north, east) = head["bounds"]
        super().__init__(
            location=((south + north) / 2, (west + east) / 2), tiles=None, zoom_control=False
        )
        # folium keeps these per class, so that one map's plugin would show in the next.
        self.default_js, self.default_css = [], []
        self.head = head
        self.plain = plain
        # The head is read at once, the rest as it is unpacked.
        self.blocks = {"head": block(head, plain=True)}
        self.blocks |= {
            name: part if isinstance(part, Block) else block(part) for name, part in data.items()
        }
        # folium draws a name by lot; the same data must make the same page.
        texts = "".join(part.text for part in self.blocks.values())
        self._id = hashlib.sha256(texts.encode()).hexdigest()[:32]
        page = _Page(title=f"{head['title']}｜{head['subtitle']}")
        page.add_child(self)

    @property
    def edition(self) -> str:
        """Public or planner."""
        return str(self.head["edition"])

    @property
    def css(self) -> str:
        """Leaflet's styles and ours."""
        return _assets.leaflet_css() + _assets.own("emap.css")

    @property
    def leaflet(self) -> str:
        """Leaflet's script."""
        return _assets.leaflet_js()

    def render(self, **kwargs: Any) -> Any:
        """Put the map into its page; the scripts once, however many maps the page has."""
        page = self.get_root()
        assert isinstance(page, Figure)
        page.script.add_child(_Scripts(), name="emap")
        return super().render(**kwargs)

    @property
    def image_hosts(self) -> str:
        """Where images may come from: the page itself, and the host of tiles."""
        tiles = self.head["tiles"]
        return f"data: {tiles['host']}" if tiles else "data:"


def build_public_map(
    outlets: Rows,
    counties: Rows | None = None,
    *,
    title: str,
    made_on: str = "",
    data_date: str = "",
    ground: Ground | None = None,
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
    ground : water, streets, tiles.
    box : see `planner_head`.

    Returns
    -------
    EMap, a `folium.Map`: a notebook shows it, `write_map` writes it.

    Raises
    ------
    InputError : as for `assess`.
    """
    ground = ground or Ground()
    area = None if counties is None else read_counties(counties)
    active = sound_outlets(outlets)
    active = active[active["status"] == "active"]
    if area is not None:
        active = active.assign(county=assign_counties(active, area))
    head = _head("public", title, made_on, data_date, ground)
    head["bounds"] = bounds(active if area is None else area)
    listed = look_up(active, area)
    data = {
        "outlets": listed,
        "names": ground.named(area),
        "base": base_block(area, ground.drawn),
    }
    return EMap(head, data, plain_list(f"{MAP_TITLE}｜{title}", listed))


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
    ground : water, streets, tiles.

    Returns
    -------
    EMap, a `folium.Map`: a notebook shows it, `write_map` writes it.
    """
    ground = ground or Ground()
    said = {"title": title, "made_on": made_on, "data_date": data_date}
    head = planner_head(coverage, siting, **said, ground=ground, box=box)
    return EMap(head, planner_data(coverage, gaps, siting, ground, network_base))


def planner_head(
    coverage: Findings,
    siting: Siting | None,
    *,
    title: str,
    made_on: str,
    data_date: str,
    ground: Ground,
    box: Sequence[str] | None = None,
) -> dict[str, Any]:
    """What the page of `build_map` says first; no streets are needed for it.

    Parameters
    ----------
    box : what must be read before the headline (`Report.box`); of outlets in doubt by default.
    """
    return _head("planner", title, made_on, data_date, ground) | {
        "standard": str(coverage.standard),
        "doubt": list(read_first(coverage.doubt(), ()) if box is None else box),
        "headline": headline(dict(coverage.total()) if len(coverage.demand) else {"population": 0}),
        "bounds": bounds(*_seen_first(coverage)),
        "styles": layer_styles(coverage, siting),
    }


def planner_data(
    coverage: Coverage,
    gaps: gpd.GeoDataFrame,
    siting: Siting | None,
    ground: Ground,
    network_base: bool = True,
) -> dict[str, Block]:
    """The data of `build_map`, packed; neither title nor date is in it."""
    exits = None
    if siting is not None:
        exits = dict(zip(siting.exits["outlet_id"], siting.exits["population"], strict=True))
    data = {
        "outlets": look_up(coverage.outlets, coverage.counties, exits),
        "names": ground.named(coverage.counties),
        "base": base_block(coverage.counties, ground.drawn),
        "planner": planner_block(coverage, gaps, network_base, siting),
    }
    return {name: block(part) for name, part in data.items()}


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
    ground : water, streets, tiles.
    """
    ground = ground or Ground()
    head = _head("planner", title, made_on, data_date, ground) | {
        "standard": str(standard),
        "doubt": list(box),
        "headline": headline(total),
        "bounds": bounds(counties),
        "styles": province_styles(gaps, sites),
    }
    return EMap(
        head,
        {
            "outlets": look_up(outlets, counties),
            "names": ground.named(counties),
            "base": base_block(counties, ground.drawn),
            "planner": province_block(counties, standard, gaps, sites, links or {}),
        },
    )


def write_map(emap: folium.Map, path: str | Path) -> None:
    """Write a map as one HTML file.

    Raises
    ------
    ValueError : the page would load something from elsewhere (a folium plugin with links).
    """
    html = page_of(emap)
    with written_whole(path) as partial:
        partial.write_text(html, encoding="utf-8")


def page_of(emap: folium.Map) -> str:
    """A map as an HTML page.

    Raises
    ------
    ValueError : as of `write_map`.
    """
    html = str(emap.get_root().render())
    outside = _FETCHED.search(_without_data(html))
    if outside:
        raise ValueError(f"the page would load from elsewhere: {outside[0][:80]!r}")
    return html


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
    }


def _without_data(html: str) -> str:
    """The page without its data blocks and Leaflet's code, in which texts may look like links."""
    plain = re.sub(r'(?s)<script type="application/(?:json|gzip)".*?</script>', "", html)
    return plain.replace(_assets.leaflet_js(), "")
