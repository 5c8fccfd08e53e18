"""What a planner adds to a map with folium: its files put into the page, or refused by name.

folium's elements load scripts and styles from elsewhere when a page is opened. Those that are in
`templates/folium` are put into the page instead, where an element uses them; what would still ask
for something is refused with its name, the reason and what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from branca.element import CssLink, Element, Figure, JavascriptLink

from gdcoverage.emap import _assets

# The end of a link's address -> our file of the same; an empty name: the page has it already.
_FILES = {
    r"/leaflet@1\.\d[\w.]*/dist/leaflet\.(?:js|css)": "",
    r"/jquery-3[\w.]*\.js": "jquery.js",
    r"/d3/3\.[\w.]*/d3\.min\.js": "d3.js",
    r"/leaflet[-_]heat(?:\.min)?\.js": "leaflet-heat.js",
    r"/leaflet\.draw\.js": "leaflet.draw.js",
    r"/leaflet\.draw\.css": "leaflet.draw.css",
    r"/leaflet-measure(?:\.min)?\.js": "leaflet-measure.js",
    r"/leaflet-measure(?:\.min)?\.css": "leaflet-measure.css",
    r"/leaflet\.markercluster\.js": "leaflet.markercluster.js",
    r"/MarkerCluster\.css": "MarkerCluster.css",
    r"/MarkerCluster\.Default\.css": "MarkerCluster.Default.css",
}
# What folium's own `Map` loads for everybody: here, only where a script uses it.
_USED = (
    (re.compile(r"(?<![\w$.])(?:\$|jQuery)[(.]"), ("jquery.js",)),
    (re.compile(r"\bL\.AwesomeMarkers\b"), ("awesome-markers.js", "awesome-markers.css")),
)
# Parts of a page that are ours, branca's or of folium's `Map` itself.
_FIGURES = ("emap", "meta_http", "global_switches", "css_style", "map_style")
_LINKS = (JavascriptLink, CssLink)
_STYLE = re.compile(r"\sstyle\s*=")
# Scripts whose own HTML has styles in its tags.
_STYLED = {"leaflet-measure.js"}
_MARKS = re.compile(r"\bL\.(?:marker|geoJson|Control\.Draw)\(")
_ICONS = {"glyphicon": "glyphicons.css", "fa": "fontawesome.css"}
_LOADS = "tiles", "url", "embed_link"  # attributes of elements that hold an address
_IMAGES = "icon_url", "shadow_url", "iconUrl", "shadowUrl"  # options of icons that do
_ELSEWHERE = re.compile(r"(?:https?|ftp|wss?):|//", re.IGNORECASE)
# What a script or a piece of HTML asks for when it stands in a page -> what to do instead.
_ASKS = (
    (
        re.compile(
            r"<(?:img|script|iframe|link|video|audio|object)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//",
            re.I,
        ),
        "网页里引用了外部文件；请存到本机，转成 data: 再用",
    ),
    (re.compile(r"<iframe\b", re.I), "嵌入的网页（IFrame）不会运行；请直接写 HTML"),
    (
        re.compile(r"url\(\s*[\"']?(?:https?:)?//|@import", re.I),
        "样式里引用了外部文件；请转成 data: 再用",
    ),
    (
        re.compile(
            r"(?<![\w.])(?:fetch|importScripts|import)\(|\bXMLHttpRequest\b"
            r"|\bnew (?:Worker|WebSocket)\b|(?:\$|jQuery)\.(?:ajax|get|post|getJSON|getScript)\("
        ),
        "脚本要在打开时取数据；请在 Python 里先读好，直接放进去（GeoJson 用 embed=True）",
    ),
    (
        re.compile(r"(?<![\w.])eval\(|\bnew Function\b"),
        "脚本要把文字当程序运行（eval），本页不许；请换一种写法",
    ),
    (
        re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=\s*[\"']", re.I),
        "写在标签里的脚本（onclick= 之类）不会运行；请用 folium.elements.EventHandler",
    ),
)


class OfflineError(ValueError):
    """An element that was added to the map would ask the network, or would not run."""


def take_in(page: Figure, emaps: tuple[str, ...]) -> dict[str, str]:
    """Put what added elements use into the page's head, in place of links.

    Parameters
    ----------
    page : its elements rendered, so that their links and scripts stand in it; is changed.
    emaps : names of parts of the page that are our own.

    Raises
    ------
    OfflineError : of an element that would load something, by name: why, and what to do.
    """
    own = {*emaps, *_FIGURES}
    elements = {element.get_name(): element for element in _under(page)}
    admitted: dict[str, str] = {}
    if _looks_beside(elements.values()):
        admitted["img-src"] = "'self' file:"
    parts = [
        (name, child, str(child.render()))
        for part in (page.header, page.html, page.script)
        for name, child in part._children.items()
        if name not in own and not isinstance(child, _Held)
    ]
    links = {name: child.url for name, child, _ in parts if isinstance(child, _LINKS)}
    texts = {name: text for name, child, text in parts if not isinstance(child, _LINKS)}
    for name, text in texts.items():
        _check_text(elements.get(name), text)
    files = _files(links.values(), texts.values(), elements)
    if any(_STYLE.search(text) for text in texts.values()) or _STYLED & set(files):
        admitted["style-src-attr"] = "'unsafe-inline'"
    if set(_ICONS.values()) & set(files):
        admitted["font-src"] = "data:"
    held = {f"held_{file}": _Held(file) for file in files}
    if any(_MARKS.search(text) for text in texts.values()):
        held["held_images"] = _Images()
    if parts:
        held["held_words"] = _Held("words.js")
    # Before what uses them: the scripts and styles of users' own stay behind.
    head = page.header._children
    ours = {name: child for name, child in head.items() if name in own}
    theirs = {n: child for n, child in head.items() if n not in {*ours, *links, *held}}
    head.clear()
    head.update(ours | held | theirs)
    return admitted


def _looks_beside(elements: Iterable[Element]) -> bool:
    """Whether an image lies beside the page; one that lies elsewhere is refused."""
    elements = list(elements)
    tiles = [element.head["tiles"] for element in elements if hasattr(element, "head")]
    hosts = tuple(f"{service['host']}/" for service in tiles if service)
    found = False
    for element in elements:
        for address in _addresses(element):
            if address.startswith(("data:", *hosts)):
                continue
            _check_address(element, address)
            found = True
    return found


def _files(
    links: Iterable[str], texts: Iterable[str], elements: Mapping[str, Element]
) -> list[str]:
    """Our files for links and for what scripts use, what others use first."""
    found: list[str] = []
    for address in links:
        file = _file_of(address)
        if file is None:
            raise _refused(_owner(elements, address), f"要从 {address} 取程序或样式")
        found += [file] if file else []
    whole = "\n".join(texts)
    for uses, files in _USED:
        found += files if uses.search(whole) else []
    for element in elements.values():
        found += _icon_styles(element)
    return sorted(dict.fromkeys(found), key=lambda file: file != "jquery.js")


def _check_text(element: Element | None, text: str) -> None:
    """Refuse a script or a piece of HTML that asks for something, or that would not run."""
    for asks, advice in _ASKS:
        if asks.search(text):
            raise _refused(_called(element), advice, "")


class _Held(Element):
    """A file of ours as a script or a style sheet in the page."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def render(self, **kwargs: object) -> str:
        """As HTML."""
        kind = "style" if self.file.endswith(".css") else "script"
        return f"<{kind}>{_assets.own(f'folium/{self.file}')}</{kind}>"


class _Images(_Held):
    """Leaflet's marker: its images, which it would look for beside its style sheet."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, **kwargs: object) -> str:
        """As HTML."""
        images = {
            key: _assets.leaflet_image(name)
            for key, name in (
                ("iconUrl", "marker-icon.png"),
                ("iconRetinaUrl", "marker-icon-2x.png"),
                ("shadowUrl", "marker-shadow.png"),
            )
        }
        return (
            '<script>L.Icon.Default.imagePath="";'
            f"L.Icon.Default.mergeOptions({json.dumps(images)});</script>"
        )


def _under(element: Element) -> Iterator[Element]:
    """Elements with all that hangs below them, the parts of pop-ups too."""
    seen = list(element._children.values())
    for part in ("header", "html", "script", "icon", "color_scale"):
        inner = getattr(element, part, None)
        if isinstance(inner, Element):
            seen += [inner] if part in ("icon", "color_scale") else list(inner._children.values())
    for child in seen:
        yield child
        yield from _under(child)


def _addresses(element: Element) -> Iterator[str]:
    """Addresses from which an element would load when it stands on the map."""
    for name in _LOADS:
        value = getattr(element, name, None)
        if name == "embed_link" and getattr(element, "embed", True):
            continue
        if isinstance(value, str) and not isinstance(element, _LINKS):
            yield value
    options = getattr(element, "options", None)
    if isinstance(options, dict):
        yield from (str(options[name]) for name in _IMAGES if options.get(name))


def _check_address(element: Element, address: str) -> None:
    """Refuse an image that does not lie in a folder beside the page."""
    if hasattr(element, "embed_link"):
        raise _refused(_called(element), f"要在打开时取 {address}", "请用 embed=True")
    if _ELSEWHERE.match(address):
        advice = "请把图片存到本机，用它的路径"
        if hasattr(element, "tiles"):
            advice = (
                "请改用 Ground(tiles=…) 或计划的 [map] tiles（天地图、高德、OSM），"
                "或把瓦片放在地图旁用相对路径，如 瓦片/{z}/{x}/{y}.png"
            )
        raise _refused(_called(element), f"要从 {address} 取图", advice)


def _icon_styles(element: Element) -> Iterator[str]:
    """The fonts of folium's icons."""
    options = getattr(element, "options", None)
    if type(element).__name__ != "Icon" or not isinstance(options, dict):
        return
    prefix = options.get("prefix", "glyphicon")
    if prefix not in _ICONS:
        raise _refused(
            _called(element), f"图标字体 {prefix} 不在本机", f"请用 {' 或 '.join(_ICONS)}"
        )
    yield _ICONS[prefix]


def _file_of(address: str) -> str | None:
    """Our file for a link; empty if the page has it, None if there is none."""
    bare = address.split("?", maxsplit=1)[0]
    return next((file for end, file in _FILES.items() if re.search(end + "$", bare)), None)


def _owner(elements: Mapping[str, Element], address: str) -> str:
    """The name of the element that wants a link."""
    for element in elements.values():
        links = [*getattr(element, "default_js", ()), *getattr(element, "default_css", ())]
        if any(link == address for _, link in links):
            return _called(element)
    return "添加的内容"


def _called(element: Element | None) -> str:
    """An element's class as one writes it."""
    kind = type(element)
    if element is None or kind is Element:
        return "添加的内容"
    room = kind.__module__.split(".")
    shown = {"folium": "folium.plugins" if "plugins" in room else "folium"}.get(
        room[0], kind.__module__
    )
    return f"{shown}.{kind.__name__}"


def _refused(name: str, why: str, advice: str | None = None) -> OfflineError:
    """The error of an element."""
    if advice is None:
        advice = (
            "请去掉它；不联网也能用的有 Marker（Icon 用 glyphicon 或 fa）、Popup、Tooltip、"
            "GeoJson、Choropleth、LayerControl、FeatureGroup，"
            "plugins 的 HeatMap、MarkerCluster、Draw、MeasureControl"
        )
    return OfflineError(f"电子地图不联网，{name} 用不了：{why}。{advice}".rstrip("。") + "。")
