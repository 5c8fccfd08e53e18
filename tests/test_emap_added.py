"""What planners add to a map with folium works without a network, or is refused by name."""

from __future__ import annotations

import re

import folium
import pandas as pd
import pytest
from branca.element import Element, Figure, IFrame, JavascriptLink, MacroElement
from folium import plugins
from jinja2 import Template

import worlds
from browser import chromium, opened, pixel
from gdcoverage.assessment import assess
from gdcoverage.emap import build_map, page_of, write_map
from gdcoverage.gaps import find_gaps

HERE = (23.005, 113.02)
SQUARE = [[113.015, 23.0], [113.025, 23.0], [113.025, 23.01], [113.015, 23.0]]
AREAS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "a",
            # An address in the data is read by nobody.
            "properties": {"name": "甲", "url": "https://example.org/"},
            "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
        }
    ],
}
POINT = {"type": "Point", "coordinates": [HERE[1], HERE[0]]}
PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # noqa: E501


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    demand = worlds.demand([(0, 100), (3000, 0)], [10, 20])
    network = worlds.lattice(tmp_path_factory.mktemp("streets"))
    coverage = assess(worlds.outlets([(0, 0)]), demand, network)
    return coverage, find_gaps(coverage)


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def _map(found):
    return build_map(*found, title="示例")


def _drawn(html):
    """Whether images of a selector are shown with a size: a broken one has none."""
    return f"() => [...document.querySelectorAll('{html}')].every((image) => image.naturalWidth)"


def _choropleth():
    data = pd.Series({"a": 1.0, "b": 3.0})
    return folium.Choropleth(AREAS, data=data, key_on="feature.id", legend_name="图例", bins=3)


def _group():
    group = folium.FeatureGroup("我的图层")
    folium.CircleMarker(HERE, radius=20, color="red", fill=True, fill_opacity=1).add_to(group)
    return group


# What is added -> what must be seen then, as a selector with its text, if it has one.
WORKS = {
    "marker": (lambda: folium.Marker(HERE), "img.leaflet-marker-icon", ""),
    "icon": (
        lambda: folium.Marker(HERE, icon=folium.Icon("red")),
        ".awesome-marker-icon-red .glyphicon-info-sign",
        "",
    ),
    "fa": (
        lambda: folium.Marker(HERE, icon=folium.Icon("red", icon="home", prefix="fa")),
        ".awesome-marker .fa-home",
        "",
    ),
    "image": (
        lambda: folium.Marker(HERE, icon=folium.CustomIcon(PNG, icon_size=(20, 20))),
        "img.leaflet-marker-icon",
        "",
    ),
    "popup": (
        lambda: folium.Marker(HERE, popup=folium.Popup("<b>这里</b>", show=True)),
        ".leaflet-popup-content b",
        "这里",
    ),
    "tooltip": (
        lambda: folium.Marker(HERE, tooltip=folium.Tooltip("看这里", permanent=True)),
        ".leaflet-tooltip",
        "看这里",
    ),
    "geojson": (
        lambda: folium.GeoJson(
            AREAS,
            style_function=lambda _: {"color": "red", "fillOpacity": 1},
            popup=folium.GeoJsonPopup(["name"]),
        ),
        ".leaflet-container",
        "",
    ),
    "geojson of points": (lambda: folium.GeoJson(POINT), "img.leaflet-marker-icon", ""),
    "choropleth": (_choropleth, "#legend .caption", "图例"),
    "heat": (lambda: plugins.HeatMap([HERE]), "canvas.leaflet-heatmap-layer", ""),
    "cluster": (
        lambda: plugins.MarkerCluster([HERE, (23.0051, 113.0201)]),
        ".marker-cluster",
        "2",
    ),
    "draw": (lambda: plugins.Draw(export=True), '.leaflet-draw a[title="画面"]', ""),
    "measure": (plugins.MeasureControl, ".leaflet-control-measure .startprompt", ""),
    "group": (_group, ".leaflet-container", ""),
    "control": (folium.LayerControl, ".leaflet-control-layers", ""),
    "tiles in the page": (lambda: folium.TileLayer(PNG, attr="本机"), "img.leaflet-tile", ""),
    "style": (
        lambda: Element('<p class="own" style="position:fixed;color:rgb(1,2,3)">说明</p>'),
        ".own",
        "说明",
    ),
}


@pytest.mark.parametrize("name", WORKS)
def test_works_from_a_disk_and_asks_for_nothing(name, found, browser, tmp_path):
    make, selector, text = WORKS[name]
    emap, added = _map(found), make()
    if type(added) is Element:
        emap.get_root().html.add_child(added)
    else:
        added.add_to(emap)
    write_map(emap, tmp_path / "m.html")
    seen = opened(browser, tmp_path / "m.html")
    try:
        shown = seen.page.locator(selector).first
        shown.wait_for(state="attached", timeout=5000)
        assert text in (shown.text_content() or "")
        assert seen.page.evaluate(_drawn("img"))
        assert seen.complaints == []
        assert not seen.page.locator(".emap-added-failed").count()
        outside = [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))]
        assert outside == [] and len([u for u in seen.requests if u.startswith("file:")]) == 1
        if name in ("icon", "fa"):
            fonts = "() => document.fonts.ready.then((all) => [...all].map((one) => one.status))"
            assert "loaded" in seen.page.evaluate(fonts)
        if name in ("geojson", "group"):
            red, green, blue = (
                pixel(seen.page, 23.003, 113.0205) if name == "geojson" else pixel(seen.page, *HERE)
            )
            assert red > 200 and max(green, blue) < 90
        if name == "style":
            colour = "(node) => getComputedStyle(node).color"
            assert shown.evaluate(colour) == "rgb(1, 2, 3)"
    finally:
        seen.page.context.close()


def test_measures_and_draws_when_clicked(found, browser, tmp_path):
    emap = _map(found)
    plugins.MeasureControl().add_to(emap)
    plugins.Draw().add_to(emap)
    write_map(emap, tmp_path / "m.html")
    seen = opened(browser, tmp_path / "m.html")
    page = seen.page
    page.hover(".leaflet-control-measure")
    page.click(".leaflet-control-measure .js-start")
    for x, y in ((800, 300), (900, 300), (900, 400)):
        page.mouse.click(x, y)
    page.click(".leaflet-control-measure .js-finish")
    # A length and an area, in metres and hectares.
    assert re.search(r"\d.*公里|\d.*米", page.text_content(".leaflet-popup-content") or "")
    page.click(".leaflet-draw-draw-marker")
    page.mouse.click(1000, 600)
    assert page.locator("img.leaflet-marker-icon").count() == 1
    assert seen.complaints == []
    page.context.close()


def _iframe():
    return folium.Marker(HERE, popup=folium.Popup(IFrame("<p>x</p>")))


class _OfAnother(folium.elements.JSCSSMixin):
    """An element of which the package knows nothing."""

    default_js = [("their_js", "https://example.org/their.js")]  # noqa: RUF012


class _Asking(MacroElement):
    """An element whose script asks for data when the page is opened."""

    _template = Template("{% macro script(this, kwargs) %}fetch('x.json');{% endmacro %}")


# What is added -> whose name the error says, and a word of what to do.
REFUSED = {
    "tiles": (lambda: folium.TileLayer("OpenStreetMap"), "folium.TileLayer", "Ground"),
    "wms": (
        lambda: folium.WmsTileLayer("https://example.org/wms", layers="a"),
        "folium.WmsTileLayer",
        "图",
    ),
    "overlay": (
        lambda: folium.raster_layers.ImageOverlay("https://example.org/a.png", [[0, 0], [1, 1]]),
        "folium.ImageOverlay",
        "图片",
    ),
    "icon": (
        lambda: folium.Marker(HERE, icon=folium.CustomIcon("https://example.org/a.png")),
        "folium.CustomIcon",
        "图片",
    ),
    "font": (
        lambda: folium.Marker(HERE, icon=folium.Icon(prefix="ion")),
        "folium.Icon",
        "glyphicon",
    ),
    "link": (lambda: folium.GeoJson("https://example.org/a.json", embed=False), "", "embed"),
    "plugin": (plugins.Fullscreen, "folium.plugins.Fullscreen", "MeasureControl"),
    "another": (_OfAnother, "_OfAnother", "example.org/their.js"),
    "iframe": (_iframe, "folium.Popup", "IFrame"),
    "image": (
        lambda: folium.Marker(HERE, popup="<img src='https://example.org/a.png'>"),
        "folium.Popup",
        "data:",
    ),
    "handler": (
        lambda: folium.Marker(HERE, popup='<button onclick="go()">x</button>'),
        "folium.Popup",
        "EventHandler",
    ),
    "script": (_Asking, "_Asking", "Python"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_ask_the_network_is_refused_by_name(name, found, tmp_path, monkeypatch):
    make, who, what_to_do = REFUSED[name]
    emap = _map(found)
    if name == "link":
        # folium itself would ask for the file already when it is given its address.
        monkeypatch.setattr(folium.GeoJson, "process_data", lambda self, data: AREAS)
        monkeypatch.setattr(folium.GeoJson, "_validate_function", lambda *_: None)
        added = folium.GeoJson(AREAS)
        added.embed, added.embed_link = False, "https://example.org/a.json"
    else:
        added = make()
    added.add_to(emap)
    with pytest.raises(ValueError, match="用不了") as refused:
        write_map(emap, tmp_path / "m.html")
    assert who in str(refused.value) and what_to_do in str(refused.value)
    assert not (tmp_path / "m.html").exists()


def test_a_link_that_no_element_owns_is_refused(found):
    emap = _map(found)
    emap.get_root().header.add_child(JavascriptLink("https://example.org/mine.js"))
    with pytest.raises(ValueError, match=r"example\.org/mine\.js"):
        page_of(emap)


def test_a_file_is_in_the_page_only_where_it_is_used(found):
    bare = page_of(_map(found))
    assert "L.AwesomeMarkers" not in bare and "drawLocal" not in bare and "jQuery" not in bare
    emap = _map(found)
    folium.Marker(HERE, popup="x").add_to(emap)
    with_popup = page_of(emap)
    assert "jQuery" in with_popup and "L.AwesomeMarkers" not in with_popup
    # A page made twice has everything once.
    assert page_of(emap).count("/*! jquery") == with_popup.count("/*! jquery") == 1


def test_a_failure_is_told_on_the_page(found, browser, tmp_path):
    emap = _map(found)
    folium.TileLayer("没有/{z}/{x}/{y}.png", attr="本机").add_to(emap)
    write_map(emap, tmp_path / "m.html")
    seen = opened(browser, tmp_path / "m.html")
    assert "没有图块" in (seen.page.text_content(".emap-added-failed") or "")
    seen.page.context.close()


def test_a_notebook_shows_what_was_added(found, browser, tmp_path):
    emap = _map(found)
    folium.Marker(HERE, popup=folium.Popup("<b>这里</b>", show=True)).add_to(emap)
    shown = emap._repr_html_()
    (tmp_path / "cell.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{shown}", "utf-8")
    page = browser.new_context().new_page()
    page.goto((tmp_path / "cell.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(".leaflet-popup-content b").wait_for(timeout=10000)
    page.context.close()
    figure = emap.get_root()
    assert isinstance(figure, Figure)
