"""`EMap`: a folium map whose page holds all that it needs, and writing it to a file."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from folium.template import Template

from gdcoverage.emap import _assets
from gdcoverage.emap._added import take_in
from gdcoverage.emap._pack import Block, block
from gdcoverage.emap._plain import NO_SCRIPT
from gdcoverage.emap._policy import with_policy
from gdcoverage.files import written_whole

# Whatever a browser would fetch: sources, style sheets and images that are not inside the page.
_FETCHED = re.compile(
    r"""(?:<script[^>]*\ssrc\s*=|<link[^>]*\shref\s*=|<img[^>]*\ssrc\s*=\s*["']?https?:"""
    r"""|url\(\s*["']?(?:https?:)?//|@import)""",
    re.IGNORECASE,
)


class _Page(Figure):
    """branca's page with a language, a title, the plain list's script and a policy."""

    _template = Template(_assets.own("page.html"))

    def __init__(self, title: str) -> None:
        super().__init__(title=title)
        self._texts: dict[str, str] = {}
        # Nobody who names an outlet can know it.
        self._mark = f"text-{secrets.token_hex(16)}-"

    def later(self, text: str) -> str:
        """A mark where a text will stand: branca reads all others as templates once more."""
        mark = f"{self._mark}{len(self._texts)};"
        self._texts[mark] = text
        return mark

    @property
    def plain(self) -> str:
        """Shows the outlets as a list where the map does not start."""
        return _assets.own("plain.bundle.js")

    def render(self, **kwargs: Any) -> str:
        """The page as HTML, with what added elements use in it.

        Raises
        ------
        OfflineError : an element that was added would load something.
        """
        maps = tuple(self._children)
        for child in self._children.values():
            child.render(**kwargs)
        admitted = take_in(self, maps)
        marked = self._template.render(this=self, kwargs=kwargs)
        marks = re.compile(f"{self._mark}[0-9]+;")
        html = marks.sub(lambda mark: self._texts[mark[0]], marked)
        self._texts.clear()
        return with_policy(html, admitted)


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

    def later(self, text: str) -> str:
        """A text where the page's is to stand, however long."""
        page = self.get_root()
        return page.later(text) if isinstance(page, _Page) else text

    def render(self, **kwargs: Any) -> Any:
        """Put the map into its page; the scripts once, however many maps the page has."""
        page = self.get_root()
        assert isinstance(page, Figure)
        page.script.add_child(_Scripts(), name="emap")
        return super().render(**kwargs)

    @property
    def script_hosts(self) -> str:
        """Whose scripts run besides those in the page: those beside it, if any."""
        return " 'self' file:" if self.head.get("beside") else ""

    @property
    def image_hosts(self) -> str:
        """Where images may come from: the page itself, and the host of tiles."""
        tiles = self.head["tiles"]
        return f"data: {tiles['host']}" if tiles else "data:"


def write_map(emap: folium.Map, path: str | Path) -> None:
    """Write a map as one HTML file.

    Raises
    ------
    ValueError : the page would load something from elsewhere: an element that was added to the
        map, by name (`OfflineError`).

    Examples
    --------
    >>> gd.write_map(gd.build_public_map(outlets, title="示例县"), "网点.html")
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


def _without_data(html: str) -> str:
    """The page without its data blocks and Leaflet's code, in which texts may look like links."""
    plain = re.sub(r'(?s)<script type="application/(?:json|gzip)".*?</script>', "", html)
    return plain.replace(_assets.leaflet_js(), "")
