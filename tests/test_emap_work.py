"""What planners do with the map: measure, save what is listed and seen, show it to others."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from PIL import Image

import worlds
from browser import chromium, on_screen, opened, settle
from gdcoverage.assessment import assess
from gdcoverage.emap import build_map, write_map
from gdcoverage.gaps import find_gaps
from gdcoverage.sites import Terms, make_siting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def siting(tmp_path_factory):
    """People in the east of a lattice whom one candidate wins, fewer in the north another."""
    network = worlds.lattice(tmp_path_factory.mktemp("streets"), columns=31, rows=31)
    demand = worlds.demand([(0, 100), (3000, 0), (0, 3000)], [60, 30, 10])
    coverage = assess(worlds.outlets([(0, 0)]), demand, network)
    candidates = worlds.outlets([(3000, 100), (100, 3000)])
    return coverage, make_siting(coverage, Terms(add=2), candidates)


@pytest.fixture(scope="module")
def page(siting, tmp_path_factory):
    coverage, found = siting
    path = tmp_path_factory.mktemp("work") / "m.html"
    write_map(build_map(coverage, find_gaps(coverage), title="示例", siting=found), path)
    return path


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def shown(browser, page):
    found = opened(browser, page)
    yield found
    assert found.complaints == []
    assert found.requests == [page.as_uri()]
    found.page.context.close()


def test_a_line_is_measured_with_the_mouse_and_asks_nothing_of_what_it_crosses(shown):
    page = shown.page
    lat, lon = page.evaluate("(({ lat, lng }) => [lat, lng])(emap.map.getCenter())")
    page.evaluate("void emap.map.setZoom(16, { animate: false })")
    page.click(".emap-measure")
    east, north = worlds.degrees(200, 300)[0] - worlds.degrees(0, 0)[0], 300 / 110_700
    for x, y in ((0, 0), (east, 0), (east, north)):
        left, top = on_screen(page, lat + y, lon + x)
        box = page.locator(".leaflet-container").bounding_box()
        page.mouse.click(box["x"] + left, box["y"] + top)
    length, area = re.findall(r"[\d,]+", page.text_content(".emap-measured"))
    assert int(length) == pytest.approx(500, abs=6)
    assert int(area.replace(",", "")) == pytest.approx(30_000, rel=0.02)
    assert page.locator(".leaflet-popup").count() == 0
    page.keyboard.press("Backspace")
    assert "面积" not in page.text_content(".emap-measured")
    page.keyboard.press("Escape")
    assert page.is_hidden(".emap-measured")


def test_a_line_is_measured_from_the_keyboard(shown):
    page = shown.page
    page.focus(".emap-measure")
    page.keyboard.press("Enter")
    page.focus(".leaflet-container")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    assert re.fullmatch(r"距离 [\d.,]+ (米|公里)", page.text_content(".emap-measured"))


def _saved(page, button):
    with page.expect_download() as download:
        page.click(button)
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_what_is_listed_is_saved_as_a_table(shown):
    page = shown.page
    page.click("#tab_ranking")
    name, data = _saved(page, ".emap-save-ranking")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert name == "示例_空白区.csv"
    assert rows[0][0] == "名称" and "人口" in rows[0]
    listed = page.locator("#part_ranking .emap-ranking .emap-name").all_text_contents()
    assert [row[0] for row in rows[1:]] == [text for text in listed if text]
    page.click("#tab_lookup")
    _, data = _saved(page, ".emap-save-list")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2 and rows[1][:3] == ["1", "W0", "第0支行"]


def test_what_is_seen_is_saved_as_a_picture(shown):
    page = shown.page
    name, data = _saved(page, ".emap-picture")
    image = Image.open(io.BytesIO(data)).convert("RGB")
    box = page.locator(".leaflet-container").bounding_box()
    assert name.endswith(".png")
    assert image.width == 2 * round(box["width"]) and image.height > 2 * round(box["height"])
    # A picture of the map, not a white sheet: the outlet's blue, the served area's.
    colours = np.unique(np.asarray(image).reshape(-1, 3), axis=0).tolist()
    assert [11, 60, 125] in colours and len(colours) > 50


def test_one_number_and_one_map_follow_the_sites(shown, siting):
    _, found = siting
    page = shown.page
    assert found.plan.won.tolist() == [0, 1, 2]
    page.click(".emap-lead")
    settle(page)
    seen = []
    for _ in range(3):
        seen.append((page.text_content(".emap-rate"), page.locator(".emap-site").count()))
        page.keyboard.press("ArrowRight")
    assert seen == [("60.0%", 0), ("90.0%", 1), ("100.0%", 2)]
    assert "增加达标 40 人" in page.text_content(".emap-built")
    assert page.is_hidden(".emap-panel")
    page.keyboard.press("Escape")
    assert page.is_visible(".emap-panel") and page.is_hidden(".emap-leading")
    assert page.locator(".emap-site").count() == 0
    # What was shown before is shown again.
    assert page.evaluate("emap.map.hasLayer(emap.layers.gaps)")


def test_the_legend_yields_its_room_and_comes_back(shown):
    page = shown.page
    wide = page.locator(".leaflet-container").bounding_box()["width"]
    page.click(".emap-fold")
    assert page.locator(".leaflet-container").bounding_box()["width"] > wide + 300
    assert page.evaluate("document.activeElement.className") == "emap-unfold"
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-container").bounding_box()["width"] == wide


def test_on_paper_the_legend_is_back_and_a_leader_sees_the_number_alone(shown):
    page = shown.page
    page.click(".emap-fold")
    page.evaluate("() => { emap.print.lay('A4'); }")
    assert page.is_visible(".emap-legend") and page.is_hidden(".emap-unfold")
    page.evaluate("() => { emap.print.restore(); }")
    page.click(".emap-unfold")
    page.click(".emap-lead")
    page.evaluate("() => { emap.print.lay('A4'); }")
    assert page.is_visible(".emap-rate") and page.is_hidden(".emap-legend")
    assert page.is_hidden(".emap-slid") and page.is_hidden(".emap-leading button")
    card = page.locator(".emap-leading").bounding_box()
    assert card["x"] + card["width"] <= page.locator(".leaflet-container").bounding_box()["x"] + 1
