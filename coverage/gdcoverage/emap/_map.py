"""`EMap`: a folium map whose page holds all that it needs, and writing it to a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
from branca.element import Figure
from folium.template import Template

from gdcoverage.assess import Coverage
from gdcoverage.emap import _assets
from gdcoverage.emap._data import map_data
from gdcoverage.files import written_whole
from gdcoverage.siting import Siting

_SCRIPTS = ("shapes.js", "layers.js", "panel.js", "start.js")

# Whatever a browser would fetch: sources, style sheets and images that are not inside the page.
_FETCHED = re.compile(
    r"""(?:<script[^>]*\ssrc\s*=|<link[^>]*\shref\s*=|<img[^>]*\ssrc\s*=\s*["']?https?:"""
    r"""|url\(\s*["']?(?:https?:)?//|@import)""",
    re.IGNORECASE,
)


class _Page(Figure):
    """branca's page with the language of its readers and a title."""

    _template = Template(_assets.own("page.html"))


class EMap(folium.Map):
    """The electronic map: a `folium.Map` to which a planner may add folium layers.

    Unlike folium's own it loads nothing: Leaflet, styles, scripts and data are in the page, and
    a Content-Security-Policy forbids requests.

    Parameters
    ----------
    data : what `map_data` makes.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's way of naming its links
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(_assets.own("map.html"))

    def __init__(self, data: dict[str, Any]) -> None:
        (south, west), (north, east) = data["bounds"]
        super().__init__(
            location=((south + north) / 2, (west + east) / 2), tiles=None, zoom_control=False
        )
        # folium keeps these per class, so that one map's plugin would show in the next.
        self.default_js, self.default_css = [], []
        self.data = data
        page = _Page(title=f"{data['title']}｜{data['subtitle']}")
        page.add_child(self)

    @property
    def css(self) -> str:
        """Leaflet's styles and ours."""
        return _assets.leaflet_css() + _assets.own("emap.css")

    @property
    def leaflet(self) -> str:
        """Leaflet's script."""
        return _assets.leaflet_js()

    @property
    def scripts(self) -> str:
        """Our scripts."""
        return "\n".join(_assets.own(name) for name in _SCRIPTS)

    @property
    def json(self) -> str:
        """The data, safe inside a script element: no text in it can end the element."""
        text = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def build_map(
    coverage: Coverage,
    gaps: gpd.GeoDataFrame,
    *,
    title: str,
    made_on: str = "",
    network_base: bool = True,
    siting: Siting | None = None,
) -> EMap:
    """The planner's map of an assessment: outlets, people covered and not, areas, gaps.

    Parameters
    ----------
    coverage : result of `assess`.
    gaps : result of `find_gaps`.
    title : of the plan.
    made_on : date of the data, as text.
    network_base : draw the streets as the base.
    siting : recommended sites and exit impact, to draw as well.

    Returns
    -------
    EMap, a `folium.Map`: a notebook shows it, `write_map` writes it.
    """
    return EMap(map_data(coverage, gaps, title, made_on, network_base, siting))


def write_map(emap: folium.Map, path: str | Path) -> None:
    """Write a map as one HTML file.

    Raises
    ------
    ValueError : the page would load something from elsewhere (a folium plugin with links).
    """
    html = emap.get_root().render()
    outside = _FETCHED.search(_without_data(html))
    if outside:
        raise ValueError(f"the page would load from elsewhere: {outside[0][:80]!r}")
    with written_whole(path) as partial:
        partial.write_text(html, encoding="utf-8")


def _without_data(html: str) -> str:
    """The page without its data block and Leaflet's code, in which texts may look like links."""
    plain = re.sub(r'(?s)<script type="application/json".*?</script>', "", html)
    return plain.replace(_assets.leaflet_js(), "")
