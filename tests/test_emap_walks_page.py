"""Walks on the public's page: in list and card, on the map; straight lines where none is known."""

from __future__ import annotations

import numpy as np
import pytest

import worlds
from browser import chromium, opened, settle
from gdcoverage.emap import build_public_map, write_map
from gdcoverage.network import WalkNetwork
from test_emap_everyone import findings, text_doubled

# 15 minutes are 1000 m: within, on the line's other side, and across a river without a bridge.
SPOTS = [(700, 0), (1500, 0), (300, 0), (200, 950)]


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("walks")
    nodes = {1: (-2000, 0), 2: (2000, 0), 3: (0, 0), 4: (0, -600), 5: (-900, 700), 6: (900, 700)}
    nodes |= {7: (-900, 950), 8: (900, 950)}
    path = worlds.write_osm(
        folder / "w.osm",
        nodes,
        [
            ((1, 3, 2), {"highway": "residential"}),
            ((3, 4), {"highway": "residential"}),
            ((5, 6), {"waterway": "river"}),
            ((7, 8), {"highway": "residential"}),
        ],
    )
    network = WalkNetwork.from_osm(path)
    outlets = worlds.outlets(SPOTS)
    write_map(build_public_map(outlets, title="有街道", network=network), folder / "with.html")
    write_map(build_public_map(outlets, title="无街道"), folder / "without.html")
    return folder


def stand(page, x, y):
    """The reader stands there; what the list says line by line."""
    lon, lat = worlds.degrees(x, y)
    page.evaluate(f"() => emap.look.near.set({{ lat: {lat}, lon: {lon}, kind: 'picked' }})")
    settle(page)
    return page.locator(".emap-list > li").evaluate_all(
        "(items) => items.map((item) => (item.querySelector('.emap-away') || item).textContent)"
    )


def test_outlets_are_sorted_by_walks_with_the_standards_line(browser, pages):
    found = opened(browser, pages / "with.html")
    said = stand(found.page, 0, 0)
    assert said == [
        "步行约 5 分钟（300 米）",
        "步行约 11 分钟（700 米）",
        "以上步行 15 分钟以内",
        "步行约 23 分钟（1.5 公里）",
        "以下没有查到步行路线，按直线距离排列",
        "直线 970 米",
    ]
    assert "步行的远近排列（约数，每分钟 67 米）" in found.page.inner_text(".emap-notice")
    assert "最近" not in found.page.inner_text(".emap-notice")
    # The focus goes from item to item, past the lines between.
    found.page.locator(".emap-search input").focus()
    for _ in range(3):
        found.page.keyboard.press("ArrowDown")
    assert found.page.evaluate("document.activeElement.dataset.i") == "1"
    assert found.complaints == []


def test_nothing_within_the_standard_is_said_first(browser, pages):
    page = opened(browser, pages / "with.html").page
    assert stand(page, -1490, 0)[:2] == ["步行 15 分钟以内没有网点", "步行约 27 分钟（1.8 公里）"]


def test_the_card_draws_its_way_from_where_one_is(browser, pages):
    page = opened(browser, pages / "with.html").page
    stand(page, 0, -290)
    page.locator(".emap-item").first.click()
    settle(page)
    card = page.inner_text(".emap-card")
    assert "步行约 9 分钟（590 米）" in card and "直线 420 米" in card
    way = page.evaluate("() => emap.look.way.lines[0].getLatLngs().map((p) => [p.lng, p.lat])")
    corners = np.array([worlds.metres(*place) for place in way])
    assert corners == pytest.approx(np.array([(0, -290), (0, 0), (0, 0), (300, 0)]), abs=2)
    seen = "() => emap.map.getBounds().contains(emap.look.way.lines[0].getBounds())"
    assert page.evaluate(seen)
    assert page.locator(".emap-map svg path").first.is_visible()
    page.locator(".emap-back").click()
    assert page.evaluate("() => emap.look.way.lines.length") == 0


def test_straight_lines_where_one_is_off_the_streets_or_the_page_has_none(browser, pages):
    page = opened(browser, pages / "with.html").page
    assert stand(page, 5000, 5000)[0].startswith("直线")
    assert "不在本图的步行街道旁" in page.inner_text(".emap-notice")
    page = opened(browser, pages / "without.html").page
    assert [said[:2] for said in stand(page, 0, 0)] == ["直线"] * 4
    assert "直线距离" in page.inner_text(".emap-notice")


def test_in_english(browser, pages):
    page = opened(browser, pages / "with.html", fragment="lang=en").page
    assert stand(page, 0, 0)[:1] == ["about 5 min on foot (300 m)"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_with_letters_twice_as_large(browser, pages, tmp_path, scheme):
    file = text_doubled(pages / "with.html", tmp_path)
    page = opened(browser, file, 360, 640, color_scheme=scheme, bypass_csp=True).page
    stand(page, 0, 0)
    assert findings(page) == []
    # However long what is said of the walk, nothing is cut.
    wide = "[...document.querySelectorAll('.emap-list *')].map((node) => node.scrollWidth)"
    assert page.evaluate(f"Math.max(...{wide})") <= 360
    page.evaluate("() => emap.look.open(0)")
    settle(page)
    assert findings(page) == []
