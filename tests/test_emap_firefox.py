"""The same file in Firefox."""

import io

import pytest
from PIL import Image

from firefox import firefox
from gdcoverage.emap import build_public_map, write_map
from public_outlets import counties, public_outlets

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("firefox")
    emap = build_public_map(public_outlets(), counties(), title="测试", made_on="2026-06-01")
    write_map(emap, folder / "公众版.html")
    with firefox(folder) as running:
        running.open(folder / "公众版.html")
        yield running


def test_search_card_and_navigation(page):
    page.run(
        "const box = document.querySelector('#emap_query'); box.value = 'panyu';"
        "box.dispatchEvent(new Event('input'));"
    )
    wanted = int((public_outlets()["name"].str.contains("番禺")).sum())
    for _ in range(50):
        text = page.run("return document.querySelector('.emap-count').textContent")
        if text == f"共 {wanted} 个网点":
            break
    assert text == f"共 {wanted} 个网点"
    page.run("document.querySelector('.emap-item').click()")
    card = page.run("return document.querySelector('.emap-card').textContent")
    assert "番禺" in card
    assert page.run("return document.querySelectorAll('.emap-links a').length") == 4


def test_map_is_painted(page):
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    colours = {colour for _, colour in image.getcolors(1 << 24) or []}
    assert (0x0B, 0x3C, 0x7D) in colours  # outlets and title
    assert (0xFB, 0xF9, 0xF4) in colours  # land
