"""Ctrl+P: the public's list as whole numbered pages, a planner's map on one sheet."""

import re
import urllib.parse
from typing import Any

import pypdfium2
import pytest

import worlds
from browser import chromium, opened, settle
from gdcoverage.assessment import assess
from gdcoverage.emap import Ground, Release, build_map, build_public_map, write_map
from gdcoverage.emap._styles import styles
from gdcoverage.gaps import find_gaps
from gdcoverage.policy import Standard
from known import known
from public_outlets import counties, public_outlets

STYLES = styles(Standard())
URL = "https://rs.example.gov.cn/map.html"
APPROVAL = "粤S（2026）012号"
WAIVED = "本图有网点的营业时间没有读懂，照原文显示：经张三同意，理由：待网点补报"
DRAFT = "内部草稿，未经发布核对，请勿对外"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A draft; one released, with everything that may stand on it; one without an approval."""
    folder = tmp_path_factory.mktemp("paper")
    told: Any = {"title": "测试", "made_on": "2026-06-01", "data_date": "2026-05-31"}
    unapproved = "本图未附审图号：经李四同意，理由：试用"
    releases = {
        "draft": (Ground(), None),
        "released": (Ground(approval=APPROVAL), Release(URL, (WAIVED,))),
        "unapproved": (Ground(), Release("", (unapproved,), unapproved)),
    }
    for name, (ground, release) in releases.items():
        emap = build_public_map(
            public_outlets(120), counties(), **told, ground=ground, release=release
        )
        write_map(emap, folder / f"{name}.html")
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def _printed(page, path):
    """The texts of the sheets, and their size in millimetres, as Ctrl+P gives them."""
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    document = pypdfium2.PdfDocument(path)
    sizes = {tuple(round(side / 72 * 25.4) for side in sheet.get_size()) for sheet in document}
    texts = [sheet.get_textpage().get_text_range() for sheet in document]
    picture = document[0].render(scale=1).to_pil().convert("RGB")
    document.close()
    return texts, sizes, picture


def _squeezed(text):
    return re.sub(r"\s+", "", text)


def test_a_countys_poster_has_every_outlet_once_and_each_sheet_its_foot(browser, pages, tmp_path):
    page = opened(browser, pages / "released.html").page
    page.evaluate("() => emap.look.ask({ county: 1 })")
    settle(page)
    rows = page.evaluate(
        "() => emap.look.listed.map((i) => [emap.look.store.name[i], emap.look.store.phone[i]])"
    )
    texts, sizes, picture = _printed(page, tmp_path / "m.pdf")
    assert sizes == {(210, 297)}
    assert len(texts) > 1
    whole = _squeezed("".join(texts))
    for name, phone in rows:
        assert _squeezed(name) in whole
        assert _squeezed(phone) in whole
    for text in texts:
        assert "营业时间" in text
        assert "数据截至 2026-05-31" in text
        assert f"审图号：{APPROVAL}" in text
        assert _squeezed(WAIVED) in _squeezed(text)
        assert DRAFT not in text
    assert f"共 {len(rows)} 个网点" in texts[0]
    assert "广州市番禺区" in texts[0]
    assert URL in texts[0]
    # The map is drawn: the neighbours' land and numbered marks in their colours.
    seen = {colour for _, colour in picture.getcolors(1 << 24)}
    assert {(0xF2, 0xF1, 0xEE), (0x0B, 0x3C, 0x7D)} <= seen
    assert page.locator(".emap-poster").count() == 0
    assert page.locator(".emap-panel").is_visible()


@pytest.mark.parametrize("rows_on", [1, 12, 13, 40])
def test_rows_are_never_cut_by_the_end_of_a_sheet(browser, pages, tmp_path, rows_on):
    page = opened(browser, pages / "released.html").page
    page.evaluate(
        "(n) => { const { look } = emap; look.view = { contains: () => true };"
        " look.selected.shown = look.shown.slice(0, n); look.list(); }",
        rows_on,
    )
    texts, _, _ = _printed(page, tmp_path / "m.pdf")
    last = [_squeezed(text).split("序号网点营业时间电话可办业务")[-1] for text in texts]
    found = 0
    for text in last:
        _, *rows = re.split(
            r"(?=中国(?:工商|农业|建设|邮政储蓄)银行\w{2,3}[区县市]第\d+支行)", text
        )
        assert all(re.search(r"020-8\d{7}", row) for row in rows)
        found += len(rows)
    assert found == rows_on


def test_an_outlets_poster_fills_one_sheet_and_its_code_opens_its_card(browser, pages, tmp_path):
    page = opened(browser, pages / "released.html").page
    page.evaluate("() => emap.look.open(7)")
    texts, _, _ = _printed(page, tmp_path / "m.pdf")
    assert len(texts) == 1
    name, number = page.evaluate("() => [emap.look.store.name[7], emap.look.store.id[7]]")
    assert _squeezed(name) in _squeezed(texts[0])
    page.evaluate("() => emap.print.lay('A4')")
    code = page.locator(".emap-poster figure")
    assert code.get_attribute("data-url") == f"{URL}#outlet={number}"
    page.evaluate("() => emap.print.restore()")


def test_the_code_says_what_was_asked_and_without_an_address_there_is_none(browser, pages):
    page = opened(browser, pages / "released.html", fragment="county=440113&q=番禺").page
    page.evaluate("() => emap.print.lay('A4')")
    url = urllib.parse.urlsplit(
        known(page.locator(".emap-poster figure").get_attribute("data-url"))
    )
    assert urllib.parse.parse_qs(url.fragment) == {"q": ["番禺"], "county": ["440113"]}
    page = opened(browser, pages / "draft.html").page
    page.evaluate("() => emap.print.lay('A4')")
    assert page.locator(".emap-poster figure").count() == 0
    assert page.locator(".emap-poster tbody tr").count() == 120


def test_a_draft_says_so_on_screen_on_a_phone_and_on_every_sheet(browser, pages, tmp_path):
    found = opened(browser, pages / "draft.html")
    assert found.page.locator(".emap-draft").inner_text() == DRAFT
    texts, _, _ = _printed(found.page, tmp_path / "m.pdf")
    assert all(DRAFT in text for text in texts)
    assert found.complaints == []
    phone = opened(browser, pages / "draft.html", 390, 844, has_touch=True, is_mobile=True).page
    assert phone.locator(".emap-draft").is_visible()
    released = opened(browser, pages / "released.html").page
    assert released.locator(".emap-draft").count() == 0


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (320, 568)])
def test_the_approval_stands_at_the_maps_bottom_left(browser, pages, width, height):
    page = opened(browser, pages / "released.html", width, height).page
    for state in ("() => 0", "() => emap.look.open(3)"):
        page.evaluate(state)
        settle(page)
        seal = known(page.locator(".emap-seal").bounding_box())
        area = known(page.locator(".leaflet-container").bounding_box())
        assert page.locator(".emap-seal").inner_text() == f"审图号：{APPROVAL}"
        assert seal["x"] - area["x"] < 20
        assert 0 <= area["y"] + area["height"] - seal["y"] - seal["height"] < 40
        middle = [seal["x"] + seal["width"] / 2, seal["y"] + seal["height"] / 2]
        top = "([x, y]) => document.elementFromPoint(x, y).closest('.emap-seal') !== null"
        assert page.evaluate(top, middle)


def test_who_let_it_pass_without_an_approval_stands_there_instead(browser, pages):
    page = opened(browser, pages / "unapproved.html").page
    said = "本图未附审图号：经李四同意，理由：试用"
    assert page.locator(".emap-seal").inner_text() == said
    assert page.locator(".emap-waived").inner_text() == said
    assert "非标准地图" in page.locator(".leaflet-control-attribution").inner_text()


def test_credits_say_whose_the_lines_are_in_both_languages(browser, pages):
    page = opened(browser, pages / "released.html").page
    page.locator(".emap-about-open").click()
    said = page.locator(".emap-about").inner_text()
    assert "以 MIT 许可发布，但其说明写明几何数据来自高德地图" in said
    assert "Leaflet 1.9.4" in said
    # Nothing of OpenStreetMap's is on this page.
    assert "OpenStreetMap" not in page.content().split("<body>")[1].split("<script")[0]
    page.locator(".emap-about summary").click()
    assert "Redistributions in binary form must reproduce" in page.locator("pre").inner_text()
    page.locator(".emap-about button").click()
    page.locator(".emap-language").click()
    page.locator(".emap-about-open").click()
    assert (
        "its own README says that the geometry is Amap's"
        in page.locator(".emap-about").inner_text()
    )


def test_a_planners_ctrl_p_is_one_sheet_with_the_map_painted(browser, tmp_path):
    demand = worlds.demand([(400, 200), (1800, 1800)], [5000, 8000])
    result = assess(worlds.outlets([(0, 0)]), demand, worlds.lattice(tmp_path, 11, 11, 200.0))
    emap = build_map(result, find_gaps(result), title="示例", ground=Ground(approval=APPROVAL))
    write_map(emap, tmp_path / "m.html")
    page = opened(browser, tmp_path / "m.html").page
    texts, sizes, picture = _printed(page, tmp_path / "m.pdf")
    assert (len(texts), sizes) == (1, {(297, 210)})
    assert "城区步行15分钟，乡村辐射5公里" in texts[0]
    assert f"审图号：{APPROVAL}" in texts[0]
    seen = {colour for _, colour in picture.getcolors(1 << 24)}
    # Outlets, people without, and the map's ground: every canvas is there.
    for key in ("outlets", "uncovered"):
        code = STYLES[key].options["fillColor"]
        assert tuple(int(code[i : i + 2], 16) for i in (1, 3, 5)) in seen
    assert (0xF2, 0xF1, 0xEE) in seen
    assert page.locator(".emap-still").count() == 0
    assert page.locator(".emap-panel").is_visible()
    classes = known(page.locator(".emap").get_attribute("class")).split()
    assert not {"emap-paper", "emap-posted"} & set(classes)


def test_a_legend_with_much_in_doubt_is_set_smaller_and_stays_whole(browser, tmp_path):
    demand = worlds.demand([(400, 200), (1800, 1800)], [5000, 8000])
    result = assess(worlds.outlets([(0, 0)]), demand, worlds.lattice(tmp_path, 11, 11, 200.0))
    box = ["先读", *(f"第{i}处存疑，" + "说明" * 24 for i in range(12))]
    emap = build_map(result, find_gaps(result), title="示例", made_on="2026-06-01", box=box)
    write_map(emap, tmp_path / "m.html")
    page = opened(browser, tmp_path / "m.html").page
    texts, _, _ = _printed(page, tmp_path / "m.pdf")
    assert len(texts) == 1
    said = _squeezed(texts[0])
    assert all(f"第{i}处存疑" in said for i in range(12))
    assert "生成日期2026-06-01" in said
