"""The map for everyone: screen readers, keyboards, small phones, large text, other colours."""

import functools
from importlib.resources import files

import numpy as np
import pytest

import worlds
from browser import chromium, on_screen, opened, settle, unguarded
from gdcoverage.assessment import assess
from gdcoverage.emap import build_map, build_public_map, write_map
from gdcoverage.emap._styles import styles
from gdcoverage.gaps import find_gaps
from gdcoverage.places.counties import one_county
from gdcoverage.policy import Standard
from known import known
from public_outlets import counties, public_outlets

pytestmark = pytest.mark.browser

WEDNESDAY = "2026-06-10T10:00:00+08:00"
# Levels A and AA of WCAG 2.0 to 2.2.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    file = tmp_path_factory.mktemp("everyone") / "公众版.html"
    write_map(
        build_public_map(public_outlets(), counties(), title="测试", made_on="2026-06-01"), file
    )
    return file


@pytest.fixture(scope="module")
def planner(tmp_path_factory):
    folder = tmp_path_factory.mktemp("everyone")
    outlets = worlds.outlets([(0, 0), (1000, 200)], ["active", "exited"])
    demand = worlds.demand([(400, 200), (1800, 1800), (1600, 1800)], [5000, 8000, 700])
    network = worlds.lattice(folder, 11, 11, 200.0)
    result = assess(outlets, demand, network, counties=one_county("示例县", demand))
    write_map(build_map(result, find_gaps(result), title="测试"), folder / "规划版.html")
    return folder / "规划版.html"


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@functools.cache
def axe_script():
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def findings(page):
    """What axe-core has against the page: rule, and the elements."""
    page.evaluate(axe_script())
    result = page.evaluate(
        "(rules) => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES
    )
    assert len(result["passes"]) > 10
    return [
        (found["id"], [node["html"][:160] for node in found["nodes"]])
        for found in result["violations"]
    ]


# Screen readers -------------------------------------------------------------------------------


STATES = {
    "start": "() => {}",
    "results": "() => emap.look.ask({ query: '番禺' })",
    "no result": "() => emap.look.ask({ query: '月球' })",
    "filters": "() => emap.look.filter(true)",
    "chosen filter": "() => emap.look.ask({ items: 1, open: true })",
    "card": "() => emap.look.open(7)",
    "near": "() => emap.look.near.set({ lat: 23, lon: 113.3, kind: 'picked' })",
    "print": "() => document.querySelector('.emap-print').click()",
}


@pytest.mark.parametrize("state", STATES)
def test_public_map_has_no_barrier(browser, public, state):
    page = opened(browser, public, at=WEDNESDAY, bypass_csp=True).page
    page.evaluate(STATES[state])
    settle(page)
    assert findings(page) == []


@pytest.mark.parametrize("fragment", ["lang=en", "large=1", "lang=en&large=1"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_no_barrier_in_english_in_large_text_or_on_a_phone(
    browser, public, fragment, width, height
):
    page = opened(
        browser, public, width, height, at=WEDNESDAY, fragment=fragment, bypass_csp=True
    ).page
    assert findings(page) == []
    page.evaluate("() => emap.look.open(7)")
    settle(page)
    assert findings(page) == []


def text_doubled(file, folder):
    """The page for a reader who has set letters twice as large."""
    again = folder / f"大字-{file.name}"
    html = file.read_text(encoding="utf-8")
    once = "html { font-size: 100%; }"
    assert html.count(once) == 1
    doubled = unguarded(html).replace(once, "html { font-size: 200%; }")
    again.write_text(doubled, encoding="utf-8")
    return again


@pytest.mark.parametrize(
    ("width", "height", "scheme", "doubled"),
    [(360, 640, "light", True), (1440, 900, "dark", False), (390, 844, "dark", False)],
)
def test_no_barrier_at_night_or_with_letters_twice_as_large(
    browser, public, tmp_path, width, height, scheme, doubled
):
    file = text_doubled(public, tmp_path) if doubled else public
    page = opened(
        browser, file, width, height, at=WEDNESDAY, color_scheme=scheme, bypass_csp=True
    ).page
    assert page.evaluate("document.documentElement.className").strip() == (
        "emap-night" if scheme == "dark" else ""
    )
    for state in ("start", "filters", "near", "card"):
        page.evaluate(STATES[state])
        settle(page)
        assert findings(page) == [], state


@pytest.mark.parametrize("tab", ["layers", "ranking", "lookup"])
def test_planners_map_has_no_barrier(browser, planner, tab):
    page = opened(browser, planner, bypass_csp=True).page
    page.locator(f"#tab_{tab}").click()
    if tab == "ranking":
        page.locator(".emap-ranking button").first.click()
    settle(page)
    assert findings(page) == []


def test_languages_are_marked(browser, public):
    page = opened(browser, public, at=WEDNESDAY).page
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.locator(".emap-language").click()
    assert page.locator(".emap").get_attribute("lang") == "en"
    assert page.locator(".emap-item .emap-name").first.get_attribute("lang") == "zh-CN"
    assert page.locator(".emap-near").inner_text() == "Near me"
    assert page.locator(".emap-language").inner_text() == "中文"
    assert page.locator(".leaflet-control-attribution svg").count() == 0
    page.locator(".emap-language").click()
    assert page.locator(".emap-near").inner_text() == "离我最近"


# Keyboard -------------------------------------------------------------------------------------


def focused(page):
    return page.evaluate(
        "() => { const e = document.activeElement; const s = getComputedStyle(e);"
        " return { tag: e.tagName, text: e.textContent, i: e.dataset.i || '', id: e.id,"
        " name: e.className, filter: e.dataset.filter || '', outline: s.outlineStyle }; }"
    )


def tab_to(page, wanted, most=40):
    for _ in range(most):
        page.keyboard.press("Tab")
        now = focused(page)
        if wanted in (now["id"], now["name"], now["filter"]) or wanted in now["name"].split():
            assert now["outline"] != "none"
            return now
    raise AssertionError(f"no way to {wanted} by keyboard")


def test_from_search_to_card_and_back_by_keyboard_alone(browser, public):
    page = opened(browser, public, at=WEDNESDAY).page
    tab_to(page, "emap_query")
    page.keyboard.type("zggsyh")
    settle(page)
    page.keyboard.press("ArrowDown")
    first = focused(page)
    assert "emap-item" in first["name"]
    page.keyboard.press("ArrowDown")
    second = focused(page)
    assert second["i"] != first["i"]
    page.keyboard.press("Enter")
    settle(page)
    assert focused(page)["tag"] == "H2"
    assert focused(page)["text"] in second["text"]
    page.keyboard.press("Tab")
    assert focused(page)["name"] == "emap-copy"
    page.keyboard.press("Shift+Tab")
    assert focused(page)["name"] == "emap-share"
    page.keyboard.press("Escape")
    assert focused(page)["i"] == second["i"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert focused(page)["id"] == "emap_query"


def test_filters_by_keyboard(browser, public):
    page = opened(browser, public, at=WEDNESDAY).page
    tab_to(page, "county")
    page.keyboard.press("ArrowDown")  # the first county
    settle(page)
    assert page.evaluate("emap.look.conditions.county") >= 0
    page.evaluate("() => { document.querySelector('.emap-filters details').open = true; }")
    tab_to(page, "emap-chip")
    page.keyboard.press("Space")
    settle(page)
    assert page.evaluate("emap.look.conditions.open") is True
    assert "emap-chip" in focused(page)["name"]


# Phones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640)])
@pytest.mark.parametrize("large", ["", "large=1"])
def test_phone_never_scrolls_sideways(browser, public, width, height, large):
    page = opened(browser, public, width, height, at=WEDNESDAY, fragment=large, has_touch=True).page
    for state in ("start", "results", "filters", "chosen filter", "card", "near"):
        page.evaluate(STATES[state])
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        wide = page.evaluate(
            "(width) => [...document.querySelectorAll('.emap-panel *')].filter((e) => {"
            " const r = e.getBoundingClientRect(); return r.width && r.right > width + 1; })"
            ".map((e) => e.className)",
            width,
        )
        assert wide == [], state


def test_phone_shows_the_whole_province_above_the_sheet(browser, public):
    page = opened(browser, public, 390, 844, at=WEDNESDAY, has_touch=True).page
    box = known(page.locator(".leaflet-container").bounding_box())
    west, south, east, north = counties().total_bounds
    for lat, lon in ((south, west), (north, east)):
        x, y = on_screen(page, lat, lon)
        assert 0 <= x <= box["width"]
        assert 0 <= y <= box["height"]
    panel = known(page.locator(".emap-panel").bounding_box())
    assert box["y"] + box["height"] <= panel["y"] + 1


def seen_height(page, selector):
    """Pixels of an element's first match that lie within the screen and under nothing else."""
    return page.evaluate(
        "(selector) => { const e = [...document.querySelectorAll(selector)]"
        ".find((one) => one.offsetParent); if (!e) return 0; const r = e.getBoundingClientRect();"
        " let seen = 0; for (let y = r.top + 1; y < r.bottom; y += 2) {"
        " const at = document.elementFromPoint(r.left + r.width / 3, y);"
        " if (at && e.contains(at)) seen += 2; } return seen; }",
        selector,
    )


@pytest.mark.parametrize(("width", "height", "doubled"), [(360, 640, True), (320, 256, False)])
def test_little_screens_have_a_map_and_results(browser, public, tmp_path, width, height, doubled):
    file = text_doubled(public, tmp_path) if doubled else public
    page = opened(browser, file, width, height, at=WEDNESDAY, has_touch=True).page
    assert seen_height(page, ".emap-map") > 0.25 * height
    page.locator(".emap-raise").tap()
    settle(page)
    assert seen_height(page, ".emap-errand") >= 44
    page.evaluate("() => emap.look.enter({ items: 1 })")
    settle(page)
    line = 40 if doubled else 20
    assert seen_height(page, ".emap-item") > 2 * line
    page.locator(".emap-filter").tap()
    settle(page)
    assert seen_height(page, ".emap-item") > line
    page.locator(".emap-lower").tap()
    settle(page)
    assert seen_height(page, ".emap-map") > 0.25 * height


def test_sheet_is_dragged_and_moved_by_keys(browser, public):
    page = opened(browser, public, 390, 844, at=WEDNESDAY).page
    panel, grip = page.locator(".emap-panel"), known(page.locator(".emap-grip").bounding_box())

    def drag(by):
        x, y = grip["x"] + 10, known(page.locator(".emap-grip").bounding_box())["y"] + 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + by, steps=4)
        page.mouse.up()
        settle(page)
        return known(panel.bounding_box())["height"]

    assert drag(-120) == 844
    assert drag(100) == 422
    assert drag(80) < 150
    # What is under the edge of the screen is not reached by Tab.
    assert not page.locator(".emap-errand").first.is_visible()
    page.locator(".emap-raise").focus()
    page.keyboard.press("ArrowUp")
    settle(page)
    assert known(panel.bounding_box())["height"] == 422
    assert page.locator(".emap-errand").first.is_visible()


def test_a_phone_without_a_position_asks_for_a_place_on_the_map(browser, public):
    page = opened(browser, public, 390, 844, at=WEDNESDAY, has_touch=True, permissions=[]).page
    page.locator(".emap-near").tap()
    page.wait_for_function("() => emap.look.near.picking")
    settle(page)
    assert seen_height(page, ".emap-notice") >= 44
    assert seen_height(page, ".emap-map") > 400
    page.locator(".emap-aim").tap()
    settle(page)
    assert seen_height(page, ".emap-item") > 40
    assert "直线 " in page.locator(".emap-item").first.inner_text()


def test_first_stop_of_the_keyboard_leads_to_the_outlets(browser, public):
    page = opened(browser, public, at=WEDNESDAY).page
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "跳到网点列表"
    page.keyboard.press("Enter")
    assert "emap-item" in focused(page)["name"]


def test_the_number_found_is_said_once_after_typing(browser, public):
    page = opened(browser, public, at=WEDNESDAY).page
    page.wait_for_timeout(1000)
    page.evaluate(
        "() => { window.said = []; const aloud = document.querySelector('.emap-aloud');"
        " new MutationObserver(() => window.said.push(aloud.textContent))"
        ".observe(aloud, { childList: true }); }"
    )
    page.locator("#emap_query").press_sequentially("panyu", delay=150)
    page.wait_for_timeout(1300)
    read, count = (page.locator(name).inner_text() for name in (".emap-read", ".emap-count"))
    assert page.evaluate("window.said") == [f"{read}。{count}"]


def test_night_is_switched_by_hand(browser, public):
    page = opened(browser, public, at=WEDNESDAY).page
    page.locator(".emap-dark").click()
    assert page.locator(".emap-dark").get_attribute("aria-pressed") == "true"
    settle(page)
    assert "theme=dark" in page.url
    page.emulate_media(reduced_motion="reduce")
    assert (
        page.evaluate(
            "() => getComputedStyle(document.querySelector('.emap-panel')).backgroundColor"
        )
        == "rgb(22, 32, 43)"
    )


def test_phone_does_not_hide_the_chosen_outlet(browser, public):
    page = opened(browser, public, 390, 844, at=WEDNESDAY, has_touch=True).page
    page.locator("#emap_query").tap()
    page.locator("#emap_query").fill("第77支行")
    settle(page)
    page.locator(".emap-item").first.tap()
    settle(page)
    spot = public_outlets().set_index("outlet_id").loc["W0077"].geometry
    x, y = on_screen(page, spot.y, spot.x)
    box = known(page.locator(".leaflet-container").bounding_box())
    inside = page.evaluate(
        "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('.leaflet-container'))",
        [box["x"] + x, box["y"] + y],
    )
    assert inside


def test_targets_on_a_phone_are_44_pixels(browser, public):
    page = opened(browser, public, 390, 844, at=WEDNESDAY, has_touch=True, is_mobile=True).page
    for state in ("start", "filters", "near", "card"):
        page.evaluate(STATES[state])
        settle(page)
        small = page.evaluate(
            "() => [...document.querySelectorAll('button, select, input, .emap-card a,"
            " .leaflet-bar a')].filter((e) => e.offsetParent).map((e) => [e.className || e.id,"
            " e.getBoundingClientRect()]).filter(([, r]) => r.height < 44 || r.width < 44)"
            ".map(([name]) => name)"
        )
        assert small == [], state


def test_pinch_zoom_is_allowed_and_text_grows(browser, public):
    page = opened(browser, public, at=WEDNESDAY).page
    meta = known(page.locator('meta[name="viewport"]').get_attribute("content"))
    assert "user-scalable" not in meta
    assert "maximum-scale" not in meta
    size = "() => parseFloat(getComputedStyle(document.querySelector('.emap-name')).fontSize)"
    before = page.evaluate(size)
    page.locator(".emap-large").click()
    assert page.evaluate(size) >= 1.3 * before
    assert page.locator(".emap-large").get_attribute("aria-pressed") == "true"


# Colours --------------------------------------------------------------------------------------

# Machado, Oliveira, Fernandes (2009), severity 1.
_BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def linear(code):
    rgb = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of linear sRGB, D65."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(matrix) @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("blindness", _BLINDNESS)
def test_marks_are_told_apart_by_colour_blind_eyes_and_by_shape(blindness):
    table = styles(Standard())
    keys = ("covered", "uncovered", "uncovered_rural", "outlets", "sites")
    seen = {
        key: lab(np.array(_BLINDNESS[blindness]) @ linear(table[key].options["fillColor"]))
        for key in keys
    }
    for i, one in enumerate(keys):
        for other in keys[i + 1 :]:
            # 10 is a difference seen at a glance.
            assert np.linalg.norm(seen[one] - seen[other]) > 10, (one, other)
    assert len({table[key].shape for key in keys}) == len(keys)
    areas = [table[key].options.get("dashArray", "") for key in ("walk_3", "radius", "gaps")]
    assert len(set(areas)) == 3


# Little and much ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1])
def test_maps_of_no_outlet_and_of_one(browser, tmp_path, count):
    frame = public_outlets().iloc[5 : 5 + count]
    write_map(
        build_public_map(frame, counties() if count else None, title="t"), tmp_path / "m.html"
    )
    found = opened(browser, tmp_path / "m.html", at=WEDNESDAY)
    assert found.complaints == []
    text = found.page.locator(".emap-count").inner_text()
    assert text == ("共 1 个网点" if count else "没有符合条件的网点")
    assert found.page.locator(".emap-item").count() == count


def test_five_hundred_outlets_on_one_spot(browser, tmp_path):
    frame = public_outlets(500)
    frame["geometry"] = [frame.geometry.iloc[0]] * 500
    write_map(build_public_map(frame, counties(), title="t"), tmp_path / "m.html")
    found = opened(browser, tmp_path / "m.html", at=WEDNESDAY)
    page, spot = found.page, frame.geometry.iloc[0]
    for _ in range(14):
        x, y = on_screen(page, spot.y, spot.x)
        page.locator(".leaflet-container").click(position={"x": x, "y": y})
        settle(page)
        if "这里有" in page.locator(".emap-count").inner_text():
            break
    assert "这里有 500 个网点" in page.locator(".emap-count").inner_text()
    assert page.evaluate("document.querySelectorAll('*').length") <= 1500
    shown = page.locator(".emap-item").count()
    page.locator(".emap-more").click()
    assert page.locator(".emap-item").count() == 2 * shown
    assert found.complaints == []
