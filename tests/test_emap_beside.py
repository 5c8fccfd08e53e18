"""Names of each county beside the province's page: scripts that a page from a disk may read."""

from __future__ import annotations

import json
import shutil
from functools import partial

import pytest

from browser import chromium, opened, settle
from firefox import firefox
from gdcoverage.emap import Block, Ground, build_public_map, names_beside, write_map
from gdcoverage.emap import _ground as ground_module
from gdcoverage.emap._names_block import MOST_BYTES, names_block
from gdcoverage.publish.cards import unpacked
from queried import counties, names, queried_outlets

# 冼村路 lies in 天河; the page itself knows stations only.
STREET, COUNTY = "冼村路", "天河区"


def ranked():
    """The sample's names, of which streets are known least far."""
    return names().assign(rank=names()["kind"].map({"station": 1}).fillna(4).astype(int))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page with its names beside it, and the page alone."""
    folder = tmp_path_factory.mktemp("beside")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ground_module, "names_block", partial(names_block, most_bytes=3_000))
        ground = Ground(names=ranked())
        emap = build_public_map(
            queried_outlets(), counties(), title="测试", ground=ground, beside=True
        )
    (folder / "alone").mkdir()
    write_map(emap, folder / "公众版地图.html")
    shutil.copy(folder / "公众版地图.html", folder / "alone")
    for path, script in names_beside(ranked(), counties()).items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(script, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def ask(page, query):
    """What the list says of how a query was read, once nothing more is on its way."""
    page.fill("#emap_query", query)
    page.wait_for_function(
        "(query) => emap.look.conditions.query === query"
        " && ![...emap.look.beside.states.values()].includes('reading')",
        arg=query,
    )
    settle(page)
    return page.inner_text(".emap-read")


def test_every_county_has_a_script_with_all_its_names():
    scripts = names_beside(ranked(), counties())
    assert sorted(scripts) == sorted(f"地名/{code}.js" for code in counties()["adcode"])
    script = scripts["地名/440106.js"]
    assert len(script.encode()) <= MOST_BYTES
    held = json.loads(script.removeprefix("document.currentScript.emapNames=").rstrip(";\n"))
    assert held["kind"].startswith("application/")
    known = {group["kind"] for group in unpacked(Block(**held))["groups"]}
    assert {"车站", "街路", "商场"} <= known


def test_a_county_named_beside_a_street_is_read_and_searched(browser, folder):
    found = opened(browser, folder / "公众版地图.html")
    page = found.page
    assert "写上或选一个县区" in ask(page, STREET)
    assert [url for url in found.requests if url.endswith(".js")] == []
    assert f"按离“{STREET}”的远近排列" in ask(page, f"天河 {STREET}")
    (read,) = [url for url in found.requests if url.endswith(".js")]
    assert read.endswith("/440106.js")
    # What is read stays: now the street is known without its county.
    assert f"按离“{STREET}”的远近排列" in ask(page, STREET)
    assert found.complaints == []
    # Stations that the page had of the county are there once.
    twice = "(name) => emap.look.store.index.names.name.filter((other) => other === name).length"
    assert page.evaluate(twice, "体育西路") == 2  # the station and the street


@pytest.mark.parametrize(
    "look",
    [
        "look.ask({ county: emap.look.store.county.values.findIndex((c) => c.name === '天河区') })",
        "map.setView([23.125, 113.36], 12, { animate: false })",
    ],
    ids=["chosen", "looked at"],
)
def test_a_county_that_is_chosen_or_looked_at_will_do(browser, folder, look):
    page = opened(browser, folder / "公众版地图.html").page
    page.evaluate(f"() => void emap.{look}")
    settle(page)
    assert f"按离“{STREET}”的远近排列" in ask(page, STREET)


def test_the_page_alone_works_and_says_what_is_missing(browser, folder):
    page = opened(browser, folder / "alone" / "公众版地图.html").page
    said = ask(page, f"天河 {STREET}")
    assert f"读不到{COUNTY}的街道和村居：“地名”文件夹要与本页放在一起" in said
    assert "按离“岗顶”的远近排列" in ask(page, "岗顶地铁站附近 农行") or page.inner_text(
        ".emap-list"
    )


def test_in_firefox_too(folder, tmp_path):
    with firefox(tmp_path) as running:
        running.open(folder / "公众版地图.html")
        running.run(
            "const box = document.querySelector('#emap_query'); box.value = arguments[0];"
            "box.dispatchEvent(new Event('input'));",
            f"天河 {STREET}",
        )
        read = "return document.querySelector('.emap-read').textContent"
        for _ in range(30):
            if STREET in running.run(read) and "正在" not in running.run(read):
                break
            running(
                "WebDriver:ExecuteAsyncScript",
                {"script": "setTimeout(arguments[0], 100)", "args": []},
            )
        assert f"按离“{STREET}”的远近排列" in running.run(read)
