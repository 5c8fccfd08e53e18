"""Make the pictures of the README and the gallery: the sample's maps in headless Chromium.

python docs/make_pictures.py
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from gdcoverage.run import How, load_plan, run_plan

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "data" / "sample"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Of one day, so that the pictures change only with the map.
DATE, NOON = "2026-06-10", "2026-06-10T10:30:00+08:00"

# The map's state.
EMAP = "document.querySelector('.emap').emap"
_CLICK = "document.querySelector('{}').click()"
_ASK = (
    "const box = document.querySelector('.emap-search input'); box.value = '{}';"
    " box.dispatchEvent(new Event('input', {{ bubbles: true }}))"
)
# Name, map, window, scale, what to do first.
PICTURES = (
    ("planner", "地图.html", (1280, 800), 1, "map.setView([23.663, 114.115], 14)"),
    (
        "public-phone",
        "公众版地图.html",
        (390, 844),
        1.5,
        # A walk to the nearest outlet from a place that a reader picked.
        "look.near.set({ lat: 23.6512, lon: 114.1068, kind: 'picked' });"
        " look.open(look.shown[0], { focus: false })",
    ),
    ("leader", "地图.html", (1280, 800), 1, _CLICK.format(".emap-lead")),
    ("gaps", "地图.html", (1280, 800), 1, _CLICK.format("#tab_ranking")),
    ("search", "公众版地图.html", (1280, 800), 1, _ASK.format("失业保险 周六")),
    (
        "night",
        "公众版地图.html",
        (390, 844),
        1.5,
        _CLICK.format(".emap-dark") + "; " + _ASK.format("农行 社保卡"),
    ),
)


def main() -> None:
    """Run the sample and take the pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        sample = Path(folder) / "sample"
        shutil.copytree(SAMPLE, sample)
        text = (sample / "plan.toml").read_text(encoding="utf-8")
        (sample / "plan.toml").write_text(text.replace("../../maps/sample", "results"), "utf-8")
        run_plan(load_plan(sample / "plan.toml"), DATE, How(workers=1), print)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, file, window, scale, first in PICTURES:
            shot = _taken(browser, sample / "results" / file, window, scale, first)
            # A palette is enough for a map, and a quarter of the size.
            image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(128)
            image.save(HERE / "pictures" / f"{name}.png", optimize=True)


def _taken(
    browser: Browser, path: Path, window: tuple[int, int], scale: float, first: str
) -> bytes:
    page = browser.new_page(
        viewport={"width": window[0], "height": window[1]}, device_scale_factor=scale
    )
    page.clock.set_fixed_time(NOON)
    page.goto(path.as_uri())
    page.wait_for_function(f"() => {EMAP} && {EMAP}.ready")
    page.evaluate(f"() => {{ const {{ map, look }} = {EMAP}; {first}; }}")
    page.wait_for_timeout(800)
    return page.screenshot()


if __name__ == "__main__":
    main()
