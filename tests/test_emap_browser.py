"""The planner's map in a browser, opened from a file as people open it."""

import pytest

import worlds
from browser import chromium, on_screen, opened, pixel, settle
from gdcoverage.assessment import assess
from gdcoverage.emap import (
    build_map,
    build_public_map,
    write_map,
)
from gdcoverage.emap._styles import styles
from gdcoverage.gaps import find_gaps
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from gdcoverage.sites import Terms, make_siting
from known import known

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>甲支行"
STYLES = styles(Standard())


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
    siting = make_siting(result, Terms(add=1, frontier=0, alternatives=1, within=1.0))
    emap = build_map(result, gaps, title="浏览器测试", made_on="2024-06-14", siting=siting)
    write_map(emap, folder / "地图.html")
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


def click_at(page, x, y):
    left, top = on_screen(page, *degrees(x, y))
    page.locator(".leaflet-container").click(position={"x": left, "y": top})


def test_asks_for_nothing_but_itself_and_does_not_complain(browser, path):
    found = opened(browser, path)
    for tab in ("ranking", "lookup", "layers"):
        found.page.locator(f"#tab_{tab}").click()
    click_at(found.page, 0, 0)
    settle(found.page)
    assert found.requests == [path.as_uri()]
    assert found.complaints == []
    assert found.page.title() == "广东社保电子地图｜浏览器测试"


def test_a_request_would_be_refused(browser, path):
    found = opened(browser, path)
    found.page.evaluate("void (new Image().src = 'https://example.invalid/x.png')")
    settle(found.page)
    assert any("Content Security Policy" in text for text in found.complaints)


def test_points_have_the_colours_of_the_legend(browser, path):
    page = opened(browser, path).page
    assert pixel(page, *degrees(400, 200)) == colour("covered")
    page.locator('[data-layer="sites"]').uncheck()
    assert pixel(page, *degrees(1600, 1800)) == colour("uncovered")
    # Beside the white cross in the middle of the mark.
    page.evaluate("void emap.map.setView([23, 113], 17, { animate: false })")
    settle(page)
    assert pixel(page, *degrees(-5, 5)) == colour("outlets")


def test_reached_ground_is_blue_and_the_gap_is_not(browser, path):
    page = opened(browser, path).page
    page.locator('[data-layer="radius"]').uncheck()
    settle(page)
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
            shown = page.evaluate(f"emap.map.hasLayer(emap.layers.{key})")
            assert shown == box.is_checked()
    assert page.locator(".emap-layers li").count() == len(STYLES)


def test_switching_a_layer_off_takes_it_off_the_ground(browser, path):
    page = opened(browser, path).page
    for key, spot in (("covered", (400, 200)), ("outlets", (0, 12)), ("gaps", (1700, 1760))):
        with_it = pixel(page, *degrees(*spot))
        page.locator(f'[data-layer="{key}"]').uncheck()
        settle(page)
        assert pixel(page, *degrees(*spot)) != with_it, key


def test_points_stay_above_the_gaps_when_layers_come_back(browser, path):
    page = opened(browser, path).page
    page.locator('[data-layer="sites"]').uncheck()
    box = page.locator('[data-layer="gaps"]')
    box.uncheck()
    box.check()
    settle(page)
    assert pixel(page, *degrees(1600, 1800)) == colour("uncovered")


def test_click_on_an_outlet_opens_its_card_with_the_name_as_text(browser, path):
    page = opened(browser, path).page
    click_at(page, 0, 0)
    card = page.locator(".emap-card")
    assert card.locator("h2").inner_text() == HOSTILE
    assert card.locator("img").count() == 0
    assert "示例路1号" in card.inner_text()
    assert "5,000 人失去达标" in card.inner_text()
    assert not page.locator("#part_layers").is_visible()
    card.locator(".emap-back").click()
    assert page.locator("#part_layers").is_visible()


def test_click_on_people_says_how_far_they_walk(browser, path):
    page = opened(browser, path).page
    click_at(page, 400, 200)
    popup = page.locator(".leaflet-popup").inner_text()
    assert "5,000 人" in popup
    assert "600 米" in popup


def test_villagers_outside_the_standard_have_marks_of_their_own(browser, tmp_path):
    spots = [(1800, 1800), (6000, 0), (6000, 400)]
    demand = worlds.demand(spots, [800, 700, 600], ["urban", "rural", "rural"])
    result = assess(worlds.outlets([(0, 0)]), demand, worlds.lattice(tmp_path, 11, 11, 200.0))
    emap = build_map(result, find_gaps(result), title="县", province="../../地图.html")
    write_map(emap, tmp_path / "m.html")
    page = opened(browser, tmp_path / "m.html").page
    for key, count in (("uncovered", "1"), ("uncovered_rural", "2")):
        row = page.locator(".emap-layers li").filter(has=page.locator(f'[data-layer="{key}"]'))
        assert row.locator(".emap-number").inner_text() == count
    assert pixel(page, *degrees(6000, 0)) == colour("uncovered_rural")
    # From a county's map one finds back.
    link = page.get_by_text("‹ 全省地图")
    assert link.is_visible()
    assert link.get_attribute("href") == "../../地图.html"


def test_list_of_gaps_leads_to_the_gap(browser, path):
    page = opened(browser, path).page
    page.locator("#tab_ranking").click()
    page.locator(".emap-ranking button").first.click()
    settle(page)
    assert "8,700 人" in page.locator(".emap-popup").inner_text()
    centre = page.evaluate("(() => { const c = emap.map.getCenter(); return [c.lat, c.lng]; })()")
    assert centre == pytest.approx(degrees(1700, 1800), abs=0.006)


def test_tabs_go_by_arrow_keys(browser, path):
    page = opened(browser, path).page
    page.locator("#tab_layers").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab_ranking"
    assert page.locator("#part_ranking").is_visible()
    assert not page.locator("#part_layers").is_visible()


def test_layers_and_view_are_in_the_address(browser, path):
    page = opened(browser, path).page
    page.locator('[data-layer="walk_1"]').check()
    page.locator('[data-layer="streets"]').uncheck()
    settle(page)
    fragment = page.evaluate("location.hash").lstrip("#")
    again = opened(browser, path, fragment=fragment).page
    assert again.locator('[data-layer="walk_1"]').is_checked()
    assert not again.locator('[data-layer="streets"]').is_checked()
    view = (
        "(() => { const c = emap.map.getCenter(); return [c.lat, c.lng, emap.map.getZoom()]; })()"
    )
    assert again.evaluate(view) == pytest.approx(page.evaluate(view), abs=1e-4)


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_prints_on_one_page_with_the_map_painted(browser, path, tmp_path, paper):
    import pypdfium2

    page = opened(browser, path).page
    page.evaluate(f"() => emap.print.prepare('{paper}')")
    page.pdf(path=tmp_path / "m.pdf", prefer_css_page_size=True, print_background=True)
    document = pypdfium2.PdfDocument(tmp_path / "m.pdf")
    assert len(document) == 1
    width, height = (side / 72 * 25.4 for side in document[0].get_size())
    assert (width, height) == pytest.approx({"A4": (297, 210), "A3": (420, 297)}[paper], abs=1)
    text = document[0].get_textpage().get_text_range()
    assert "城区步行15分钟，乡村辐射5公里" in text
    assert "步行15分钟服务区" in text
    image = document[0].render(scale=1).to_pil().convert("RGB")
    seen = {found for _, found in image.getcolors(1 << 24)}
    assert colour("outlets") in seen
    assert colour("uncovered") in seen
    page.evaluate("() => emap.print.restore()")
    assert page.locator(".emap-panel").is_visible()


def test_two_maps_on_a_page_keep_their_own_state(browser, tmp_path):
    first, second = (
        build_public_map(worlds.outlets([(0, 0), (x, 0)], ["active"] * 2), title=title)
        for title, x in (("甲图", 500), ("乙图", 900))
    )
    first.get_root().add_child(second)
    write_map(first, tmp_path / "m.html")
    # One bundle starts both.
    assert (tmp_path / "m.html").read_text(encoding="utf-8").count("var EMap=") == 1
    found = opened(browser, tmp_path / "m.html")
    page, one, two = found.page, *(f"#emap_{emap.get_name()}" for emap in (first, second))
    page.wait_for_function("(map) => document.querySelector(map).emap.ready", arg=two)
    assert found.complaints == []
    page.locator(two).locator(".emap-language").click()
    page.locator(two).locator('[type="search"]').fill("无此网点")
    page.locator(two).locator(".emap-count", has_text="No outlet").wait_for()
    assert page.locator(f"{one} .emap-count").inner_text() == "共 2 个网点"
    # The page's address is the first map's.
    assert "lang=en" not in page.url
    page.locator(f"{one} .emap-item").first.click()
    assert page.locator(f"{one} .emap-back").inner_text() == "‹ 返回列表"
    assert page.locator(f"{two} .emap-card").is_hidden()
    page.wait_for_function("() => location.hash.includes('outlet=')")
    # Labels and names lead to what is in the same map.
    assert page.evaluate(
        "(map) => document.querySelector(map + ' label').control.closest(map)", two
    )
    ids = page.evaluate("() => [...document.querySelectorAll('.emap [id]')].map(({ id }) => id)")
    assert len(ids) == len(set(ids))


def test_phone_shows_the_map_above_the_sheet_and_does_not_scroll_sideways(browser, path):
    page = opened(browser, path, 390, 844, has_touch=True).page
    assert known(page.locator(".leaflet-container").bounding_box())["height"] > 250
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    panel = page.locator(".emap-panel")
    heights = []
    for button in (".emap-raise", ".emap-lower", ".emap-lower"):
        page.locator(button).tap()
        settle(page)
        heights.append(known(panel.bounding_box())["height"])
    assert heights[0] == 844
    assert heights[1] == 422
    # The least that is seen of it are the tabs.
    assert heights[2] < 120
    assert page.locator("#tab_layers").is_visible()
    assert known(page.locator(".leaflet-container").bounding_box())["height"] > 650
