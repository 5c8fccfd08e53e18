"""The page's policy: its own scripts and styles run, and no others."""

import base64
import hashlib
import re

import folium
import pytest

import worlds
from browser import chromium, opened
from firefox import firefox
from gdcoverage.assessment import assess
from gdcoverage.emap import build_map, build_public_map, write_map
from gdcoverage.gaps import find_gaps

# What an editor of the file, or a hostile text, could bring in.
FOREIGN = (
    '<script>document.title = "foreign"</script>'
    '<img src="data:," onerror="document.title = \'foreign\'">'
    '<p id="styled" style="color: rgb(1, 2, 3)">x</p><style>#styled { color: rgb(1, 2, 3) }</style>'
)


def _public(_folder=None):
    return build_public_map(worlds.outlets([(0, 0), (500, 0)], ["active"] * 2), title="示例")


def _planner(folder):
    demand = worlds.demand([(0, 100), (3000, 0)], [10, 20])
    coverage = assess(worlds.outlets([(0, 0)]), demand, worlds.lattice(folder))
    emap = build_map(coverage, find_gaps(coverage), title="示例")
    # What a planner adds is part of the page as it is written.
    folium.CircleMarker((0.01, 0.01), radius=5).add_to(emap)
    return emap


EDITIONS = pytest.mark.parametrize("make", [_public, _planner], ids=["public", "planner"])


@EDITIONS
def test_the_policy_names_every_script_and_style_and_nothing_else(make, tmp_path):
    html = make(tmp_path).get_root().render()
    assert "unsafe-inline" not in html
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    for kind in ("script", "style"):
        texts = re.findall(rf"<{kind}>(.*?)</{kind}>", html, re.S)
        wanted = {
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in texts
        }
        (named,) = re.findall(rf"{kind}-src ([^;]*)", policy)
        assert set(named.split()) == wanted
    assert not re.search(r"<[^>]*\s(?:style|on\w+)=", re.sub(r"(?s)<script.*?</script>", "", html))


@EDITIONS
def test_a_foreign_script_does_not_run(make, tmp_path):
    page = tmp_path / "m.html"
    write_map(make(tmp_path), page)
    html = page.read_text(encoding="utf-8")
    page.write_text(html.replace("<header", FOREIGN + "<header", 1), encoding="utf-8")
    with chromium() as browser:
        found = opened(browser, page)
        # The map works; what was put in does not.
        assert found.page.locator(".leaflet-container").is_visible()
        found.page.evaluate(
            "() => { const s = document.createElement('script');"
            " s.textContent = 'document.title = \"foreign\"'; document.head.append(s); }"
        )
        assert "foreign" not in found.page.title()
        colour = "() => getComputedStyle(document.querySelector('#styled')).color"
        assert found.page.evaluate(colour) != "rgb(1, 2, 3)"
        refused = [line for line in found.complaints if "Content Security Policy" in line]
        assert len(refused) == len(found.complaints) == 5


def test_in_firefox_too(tmp_path):
    page, profile = tmp_path / "m.html", tmp_path / "profile"
    profile.mkdir()
    write_map(_public(), page)
    html = page.read_text(encoding="utf-8")
    page.write_text(html.replace("<header", FOREIGN + "<header", 1), encoding="utf-8")
    with firefox(profile) as running:
        running.open(page)
        assert running.run("return document.title") == "广东社保电子地图｜示例"


def test_a_figure_that_is_not_ours_still_has_a_policy():
    figure = folium.Figure()
    figure.add_child(_public())
    assert "default-src 'none'" in figure.render()
