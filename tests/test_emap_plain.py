"""Where the map cannot start: a list, also without scripts; and what old browsers know."""

import re
from importlib.resources import files

import pytest

from browser import chromium, opened, unguarded
from gdcoverage.emap import build_public_map, write_map
from gdcoverage.emap._outlets import look_up
from gdcoverage.emap._plain import MOST_BYTES, plain_list
from gdcoverage.places.counties import assign_counties
from old_chromium import PROGRAMS, old_chromium
from public_outlets import HOSTILE, counties, public_outlets

# What Chromium 78 or Safari 13 does not know, and the bundle does not ask for first.
TOO_NEW = (
    *(r"\.replaceChildren\b", r"\.replaceAll\(", r"\.at\(", r"\bstructuredClone\b"),
    *(r"\.hasOwn\(", r"\.findLast", r"\.toSorted\(", r"\.toReversed\(", r"\.toSpliced\("),
    *(r"Promise\.any\b", r"Promise\.withResolvers", r"Object\.groupBy"),
    *(r"Array\.fromAsync", r"\bResizeObserver\b", r"\bWeakRef\b", r"\brequestIdleCallback\b"),
    *(r"\bcreateImageBitmap\b", r"\bOffscreenCanvas\b", r"\.roundRect\(", r"randomUUID"),
    *(r"Intl\.(?:ListFormat|RelativeTimeFormat|DisplayNames|Segmenter)\b", r"\.inert\b"),
    *(r"\.checkVisibility\(", r"\.isWellFormed\(", r"AbortSignal\.", r"\.showPopover\("),
    # Syntax: lookbehind, chaining, coalescing, private names, logical assignment.
    *(r"\(\?<[=!]", r"\?\.(?!\d)", r"\?\?", r"[\w)]\.#\w", r"(?:\|\||&&)="),
)
TOO_NEW_STYLE = (
    r"\binset\s*:",
    r"aspect-ratio",
    r":is\(",
    r":where\(",
    r":has\(",
    r"\ddvh",
    r"@layer",
)


def template(name):
    return (files("gdcoverage.emap") / "templates" / name).read_text(encoding="utf-8")


def test_scripts_ask_for_nothing_that_old_browsers_lack():
    for name in ("emap.bundle.js", "plain.bundle.js"):
        # Texts may hold anything.
        code = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', template(name))
        assert [word for word in TOO_NEW if re.search(word, code)] == [], name
    style = template("emap.css")
    assert [word for word in TOO_NEW_STYLE if re.search(word, style)] == []


def test_what_only_some_browsers_have_is_asked_for_first():
    code = template("emap.bundle.js")
    for name in ("DecompressionStream", "navigator.geolocation", "navigator.share"):
        asked = re.search(rf"(?:typeof |if\(!?|!){re.escape(name)}\b", code)
        assert asked, name
        assert asked.start() <= code.index(name), name


# Without scripts --------------------------------------------------------------------------------


def listed(count):
    outlets = public_outlets(count)
    return look_up(outlets.assign(county=assign_counties(outlets, counties())), counties())


def test_a_list_holds_every_outlet_by_county_with_address_and_phone():
    outlets = listed(300)
    html = plain_list("甲{{7*7}}乙", outlets)
    assert html.count("<strong>") == 300
    assert len(re.findall("<h2>", html)) == 6
    for i in (5, 100, 250):
        [row] = re.findall(rf"<li><strong>{outlets['name'][i]}</strong>.*?</li>", html)
        assert outlets["address"][i] in row
        assert outlets["phone"][i] in row
    assert HOSTILE not in html
    assert "<img" not in html
    assert "{{" not in html


def test_a_long_list_gives_way_to_the_counties_numbers():
    html = plain_list("t", listed(1200))
    assert len(html.encode()) < MOST_BYTES / 10
    assert sum(map(int, re.findall(r"(\d+) 个网点</li>", html))) == 1200


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    file = tmp_path_factory.mktemp("plain") / "公众版.html"
    write_map(build_public_map(public_outlets(), counties(), title="测试"), file)
    return file


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.mark.browser
def test_without_scripts_the_list_is_the_page(browser, public):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(public.as_uri())
    assert page.locator(".emap-plain li").count() == 300
    assert page.locator(".emap-plain li").first.is_visible()
    assert page.locator(".emap").is_hidden()


def plain_page(browser, file, init=""):
    page = browser.new_context().new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if init:
        page.add_init_script(init)
    page.goto(file.as_uri())
    page.locator(".emap-plain h2 button").first.wait_for()
    return page, errors


BROKEN = {
    # Neither is there, nor can be unpacked by the browser itself.
    "a function is missing": "Object.fromEntries = undefined; DecompressionStream = undefined;",
    "the map fails": "Object.defineProperty(window, 'matchMedia', { value: undefined });",
}


@pytest.mark.browser
@pytest.mark.parametrize("why", BROKEN)
def test_a_map_that_does_not_start_shows_the_list(browser, public, why):
    page, errors = plain_page(browser, public, BROKEN[why])
    assert errors == []  # the failure is said on the page and caught
    assert page.locator(".emap").is_hidden()
    buttons = page.locator(".emap-plain h2 button")
    assert buttons.count() == 6
    assert page.locator(".emap-plain li").count() == 0
    buttons.first.click()
    assert buttons.first.get_attribute("aria-expanded") == "true"
    assert "广州市 黄埔区" in buttons.first.inner_text()
    text = page.locator(".emap-plain ul").first.inner_text()
    assert "中国农业银行黄埔区" in text
    assert "020-8" in text


@pytest.mark.browser
def test_scripts_that_cannot_be_read_leave_the_list(browser, public, tmp_path):
    html = public.read_text(encoding="utf-8")
    assert html.count("var EMap=") == 1
    broken = tmp_path / "m.html"
    changed = unguarded(html).replace("var EMap=", "var EMap=?.", 1)
    broken.write_text(changed, encoding="utf-8")
    page, errors = plain_page(browser, broken)
    assert errors
    assert "12333" in page.locator(".emap-plain").inner_text()


@pytest.mark.browser
def test_damaged_data_are_said_to_be_unreadable(browser, public, tmp_path):
    html = public.read_text(encoding="utf-8")
    broken = tmp_path / "m.html"
    broken.write_text(
        re.sub(r'(data-block="outlets">)[^<]{60}', r"\1" + "A" * 60, html), encoding="utf-8"
    )
    page = browser.new_context().new_page()
    page.goto(broken.as_uri())
    page.locator(".emap-plain", has_text="名单也读不出来").wait_for()


# Old browsers -----------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.skipif(not PROGRAMS, reason="GDCOVERAGE_OLD_CHROMIUM names no old Chromium")
@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_old_chromiums_show_map_list_and_card(program, public, browser):
    with old_chromium(program) as old:
        old.size(390, 844)
        old.open(public)
        emap = "document.querySelector('.emap').emap"
        assert old.run("document.querySelector('.emap-count').textContent") == "共 300 个网点"
        old.run(f"{emap}.look.enter({{ items: 4 }})")
        old.run("document.querySelector('.emap-item').click()")
        assert old.run("document.querySelectorAll('.emap-links a').length") == 4
        assert old.run("document.querySelectorAll('.emap-card svg path').length") == 1
        assert old.complaints == []
        newest = opened(browser, public, 390, 844).page
        listed = "JSON.stringify(document.querySelector('.emap').emap.look.shown)"
        newest.evaluate("() => emap.look.enter({ items: 4 })")
        assert old.run(listed) == newest.evaluate(listed)
