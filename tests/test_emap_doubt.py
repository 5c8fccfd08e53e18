"""In a browser: what the planner's map says of outlets in doubt, and both maps of their dates."""

import pytest

import worlds
from browser import chromium, opened
from gdcoverage.assessment import assess
from gdcoverage.emap import build_map, build_public_map, write_map
from gdcoverage.gaps import find_gaps
from gdcoverage.places.counties import one_county

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """An outlet, one in doubt, people by both; the planner's map, the public's, one without."""
    folder = tmp_path_factory.mktemp("doubt")
    lattice = worlds.lattice(folder, 11, 11, 200.0)
    demand = worlds.demand([(100, 0), (2000, 1900)], [500, 300])
    counties = one_county("甲县", demand)
    outlets = worlds.outlets([(0, 0), (2000, 2000)], ["active", "unknown"]).assign(name="支行")
    found = assess(outlets, demand, lattice, counties=counties)
    gaps, day = find_gaps(found), "2026-01-02"
    planner = build_map(found, gaps, title="示例", made_on=day, data_date="2025-06")
    public = build_public_map(outlets, counties, title="示例", made_on=day, data_date="未知")
    bare = assess(outlets[:1], demand, lattice, counties=counties)
    sure = build_map(bare, find_gaps(bare), title="示例", data_date=HOSTILE)
    paths = {name: folder / f"{name}.html" for name in ("planner", "public", "sure")}
    for name, emap in zip(paths, (planner, public, sure), strict=True):
        write_map(emap, paths[name])
    return paths


def test_the_box_stands_above_the_headline_in_red(browser, pages):
    page = opened(browser, pages["planner"]).page
    box = page.locator(".emap-panel .emap-doubt")
    lines = box.inner_text().split("\n")
    assert lines[0] == "存疑网点影响结论"
    assert "都不计入 62.5%，全部计入 100.0%" in box.inner_text()
    assert box.evaluate("e => getComputedStyle(e).borderTopColor") == "rgb(179, 38, 30)"
    below = page.locator(".emap-panel .emap-headline").bounding_box()
    above = box.bounding_box()
    assert above and below and above["y"] + above["height"] <= below["y"]


def test_neither_the_public_nor_a_sure_answer_has_one(browser, pages):
    public = opened(browser, pages["public"]).page
    assert public.locator(".emap-doubt").count() == 0
    assert "存疑" not in public.locator("body").inner_text()
    assert not opened(browser, pages["sure"]).page.locator(".emap-doubt").is_visible()


def test_both_dates_are_told_for_what_they_are(browser, pages):
    def told(name, english=False):
        page = opened(browser, pages[name]).page
        if english:
            page.locator(".emap-language").click()
        return page.locator(".emap-date").inner_text()

    assert told("planner") == "数据截至 2025-06，生成日期 2026-01-02"
    assert told("public") == "数据截至 未知，生成日期 2026-01-02"
    assert told("public", english=True) == "Data as of unknown, made on 2026-01-02"
    assert told("sure") == f"数据截至 {HOSTILE}"


def test_the_card_of_one_in_doubt_says_so_in_both_languages(browser, pages):
    page = opened(browser, pages["planner"]).page
    page.locator("#tab_lookup").click()
    page.locator(".emap-list button").nth(1).click()
    assert "存疑" in page.locator(".emap-card").inner_text()
    page.locator(".emap-language").click()
    assert "in doubt" in page.locator(".emap-card").inner_text()
