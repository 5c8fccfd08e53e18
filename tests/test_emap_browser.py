"""The map in a browser, opened from a file as people open it."""

import pytest

import worlds
from browser import chromium, on_screen, opened, pixel
from gdcoverage.assess import assess
from gdcoverage.boundaries import one_county
from gdcoverage.emap import build_map, write_map
from gdcoverage.emap._styles import styles
from gdcoverage.gaps import find_gaps
from gdcoverage.policy import Standard

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>甲支行"
STYLES = styles(Standard())
del STYLES["sites"]  # drawn only with an answered siting question


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """An outlet at the origin, people near it and 1.8 km off, an outlet that has left."""
    folder = tmp_path_factory.mktemp("browser")
    outlets = worlds.outlets([(0, 0), (1000, 200)], ["active", "exited"]).assign(
        name=[HOSTILE, "乙支行"], address="示例路1号", hours="9:00-17:00"
    )
    demand = worlds.demand([(400, 200), (1800, 1800), (1600, 1800)], [5000, 8000, 700])
    result = assess(
        outlets,
        demand,
        worlds.lattice(folder, 11, 11, 200.0),
        counties=one_county("示例县", demand),
    )
    gaps = find_gaps(result)
    write_map(
        build_map(result, gaps, title="浏览器测试", made_on="2024-06-14"), folder / "地图.html"
    )
    return folder / "地图.html"


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def degrees(x, y):
    lon, lat = worlds.degrees(x, y)
    return lat, lon


def colour(key):
    code = STYLES[key].options["fillColor"]
    return tuple(int(code[i : i + 2], 16) for i in (1, 3, 5))


def test_asks_for_nothing_but_itself_and_does_not_complain(browser, path):
    found = opened(browser, path)
    assert found.requests == [path.as_uri()]
    assert found.complaints == []
    assert found.page.title() == "广东社保电子地图｜浏览器测试"


def test_points_have_the_colours_of_the_legend(browser, path):
    page = opened(browser, path).page
    assert pixel(page, *degrees(400, 200)) == colour("covered")
    assert pixel(page, *degrees(1600, 1800)) == colour("uncovered")
    # Beside the white cross in the middle of the mark.
    page.evaluate("void EMap.map.setView([0, 0], 17, { animate: false })")
    page.wait_for_timeout(300)
    assert pixel(page, *degrees(-5, 5)) == colour("outlets")


def test_reached_ground_is_blue_and_the_gap_is_not(browser, path):
    page = opened(browser, path).page
    page.locator('[data-layer="radius"]').uncheck()
    page.wait_for_timeout(300)
    red, _, blue = pixel(page, *degrees(500, 100))
    assert blue > red + 15
    red, _, blue = pixel(page, *degrees(1700, 1760))
    assert red > blue + 15


def test_every_layer_switches_off_and_on(browser, path):
    page = opened(browser, path).page
    for key in STYLES:
        box = page.locator(f'[data-layer="{key}"]')
        # Nobody lives in the country here, so the radius is off at first.
        assert box.is_checked() == (STYLES[key].on and key != "radius")
        for _ in range(2):
            box.click()
            shown = page.evaluate(f"EMap.map.hasLayer(EMap.layers.{key})")
            assert shown == box.is_checked()
    assert page.locator(".emap-layers li").count() == len(STYLES)


def test_points_stay_above_the_gaps_when_layers_come_back(browser, path):
    page = opened(browser, path).page
    box = page.locator('[data-layer="gaps"]')
    box.uncheck()
    box.check()
    page.wait_for_timeout(300)
    assert pixel(page, *degrees(1600, 1800)) == colour("uncovered")


def test_pop_up_of_an_outlet_shows_its_name_as_text(browser, path):
    page = opened(browser, path).page
    x, y = on_screen(page, 0, 0)
    page.locator(".leaflet-container").click(position={"x": x + 3, "y": y + 3})
    card = page.locator(".emap-popup")
    assert card.locator("h3").inner_text() == HOSTILE
    assert card.locator("img").count() == 0
    assert "示例路1号" in card.inner_text()
    assert "9:00-17:00" in card.inner_text()


def test_list_of_gaps_leads_to_the_gap(browser, path):
    page = opened(browser, path).page
    page.locator(".emap-gaps button").first.click()
    page.wait_for_timeout(500)
    assert "8,700 人" in page.locator(".emap-popup").inner_text()
    centre = page.evaluate("(() => { const c = EMap.map.getCenter(); return [c.lat, c.lng]; })()")
    assert centre == pytest.approx(degrees(1700, 1800), abs=0.006)


def test_phone_shows_the_map_first_and_does_not_scroll_sideways(browser, path):
    page = opened(browser, path, 390, 844).page
    assert page.locator(".leaflet-container").bounding_box()["height"] > 600
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    fold = page.locator(".emap-fold")
    assert fold.bounding_box()["height"] >= 44
    assert not page.locator(".emap-layers").is_visible()
    fold.click()
    assert page.locator(".emap-layers").is_visible()
    assert fold.get_attribute("aria-expanded") == "true"
