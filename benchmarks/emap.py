"""The public map with 20,000 made-up outlets, the planner's of a county, base maps: size and speed.

Folium's own ways to show as many are built beside it. Their pages load scripts and tiles from
elsewhere, so only size and building are compared. ``python -m benchmarks.emap``.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import folium
import geopandas as gpd
import numpy as np
from folium.plugins import FastMarkerCluster, MarkerCluster

from benchmarks.data import SHARED
from benchmarks.results import beside_peers, in_figures
from benchmarks.synthetic import make_province
from benchmarks.synthetic.people import BANKS
from benchmarks.synthetic.settlements import degrees, settle
from benchmarks.timing import Figure, Row, once
from gdcoverage.emap import Ground, build_public_map, write_map
from gdcoverage.emap.basemap import read_base
from gdcoverage.places.counties import assign_counties, read_counties
from gdcoverage.policy import FLAGS, ITEMS, MODES

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None  # type: ignore[assignment]  # not installed

OUTLETS = 20_000
COUNTY = "440606"  # 顺德
_HOURS = (
    *(("周一至周五 9:00-17:00",) * 4),
    *(("周一至周五 8:30-12:00，14:00-17:30",) * 2),
    *("周一至周日 9:00-16:30", "周一至周六 9:00-17:00，节假日照常营业"),
    *("工作日 9:00-17:00", "详询网点", ""),
)
_ROADS = ("解放", "人民", "建设", "新华", "环城", "沿江", "振兴", "中山")
_QUERIES = (
    *("农业银行", "panyu", "zggsyh", "南沙农行", "解放路88号", "不存在的支行", "中行", "gh"),
    *("工商銀行", "工商银杭", "社保卡", "失业保险 天河 周六", "天河区办社保卡的银行", "支行", "z"),
    *("公商银行天和支行", "中国工商银行股份有限公司广州天河支行", "解放路 周日 晚上 农行"),
    # These match nothing.
    *("珠江新城", "月球", "xyzxyz", "生育津贴", "不存在的大街道办事处旁边的支行 月球"),
)
_FILTERS: tuple[dict[str, Any], ...] = (
    *({"bank": 2}, {"items": 3}, {"county": 40}, {"open": True}, {"modes": 1}),
)
# Budgets; times are those of the page's own thread, whatever else the machine does.
MOST_MB, MOST_READY_S, MOST_SLOW_READY_S, MOST_MS = 1.6, 0.8, 2.4, 50.0
MOST_SLOW_MS = 150.0
MOST_HEAP_MB, MOST_ELEMENTS, MOST_BUILD_S, MOST_COUNTY_MB = 40.0, 1_500, 5.0, 3.0
MOST_BASE_KB, MOST_PAGE_MB, MOST_BASE_READY_S, MOST_BASE_SLOW_S = 1_000.0, 2.5, 1.2, 3.5
MOST_PAINT_MS = 100.0
# Real places: an OSM file, and what is looked at first (latitude, longitude, zoom).
_PLACES = {
    "Nanshan": ("gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf", "22.5415,113.9520,15"),
    "Porto Alegre": ("portoalegre-r5r/poa.osm.pbf", "-30.0331,-51.2250,14"),
}
_OPENINGS = 5
_PAUSE_MS = 1_000  # before a person has typed a word

# Names the map's state, and tells when the page is ready, from the start of the navigation.
_WATCH = """
Object.defineProperty(window, "emap", {
    get: () => (document.querySelector(".emap") || {}).emap,
});
const look = () => {
    if (window.emap && emap.ready) window.readyMs = performance.now();
    else setTimeout(look, 1);
};
look();
"""


def outlets(count: int = OUTLETS) -> gpd.GeoDataFrame:
    """Made-up outlets around the towns of the made-up province, most where most people are."""
    rng = np.random.default_rng(6)
    frame = _places(count, rng)
    town, bank = frame.pop("town"), rng.choice(BANKS, count)
    road = np.char.add(rng.choice(_ROADS, count), rng.choice(["路", "大道", "街"], count))
    house, line = rng.integers(1, 900, count), rng.integers(0, 10**7, count)
    frame["outlet_id"] = [f"W{i:05d}" for i in range(count)]
    frame["name"] = [f"{b}{t}支行{i}" for i, (b, t) in enumerate(zip(bank, town, strict=True))]
    frame["bank"] = bank
    frame["address"] = [f"{t}{r}{h}号" for t, r, h in zip(town, road, house, strict=True)]
    frame["phone"] = [f"020-8{number:07d}" for number in line]
    frame["hours"] = rng.choice(_HOURS, count)
    frame["status"] = "active"
    for column in MODES | FLAGS | ITEMS:
        frame[column] = rng.random(count) < 0.7
    return frame


def _places(count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Points in the counties, with county and town."""
    counties = read_counties()
    towns = settle(counties, rng)
    weight = towns.people * towns.town
    home = rng.choice(len(towns), 2 * count, p=weight / weight.sum())
    off = rng.normal(0, 0.5, (2, len(home))) * towns.radius_m[home]
    points = gpd.points_from_xy(*degrees(towns.x[home] + off[0], towns.y[home] + off[1]))
    frame = gpd.GeoDataFrame({"town": towns.name[home]}, geometry=points, crs="EPSG:4326")
    frame["county"] = assign_counties(frame, counties)
    return frame[frame["county"] != ""].head(count).reset_index(drop=True)


def main() -> tuple[list[Row], list[Figure]]:
    """Ours beside Folium's, and our figures beside the budgets."""
    frame, counties = outlets(), read_counties()
    with tempfile.TemporaryDirectory() as folder:
        ours = Path(folder, "ours.html")

        def build() -> None:
            write_map(build_public_map(frame, counties, title="规模测试（虚构网点）"), ours)

        build()  # reads templates, boundaries
        seconds = once(build)
        rows = [
            _beside(name, make, frame, seconds, ours, Path(folder, "theirs.html"))
            for name, make in _PEERS.items()
        ]
        figures = [
            Figure("public map, 20,000 outlets: size", _mb(ours), "MB", MOST_MB),
            Figure("public map: built and written", seconds, "s", MOST_BUILD_S),
            *_in_browser(ours),
            _planner(Path(folder)),
            *_base_maps(Path(folder)),
        ]
    return rows, figures


# Folium -----------------------------------------------------------------------------------------


def _popups(frame: gpd.GeoDataFrame) -> Iterator[tuple[float, float, str]]:
    items = list(ITEMS.items())
    for outlet in frame.itertuples():
        can = "、".join(term for column, term in items if getattr(outlet, column))
        lines = (outlet.name, outlet.bank, outlet.address, outlet.phone, outlet.hours, can)
        yield outlet.geometry.y, outlet.geometry.x, "<br>".join(map(escape, lines))


def _markers(frame: gpd.GeoDataFrame) -> folium.Map:
    page = folium.Map()
    for lat, lon, text in _popups(frame):
        folium.Marker((lat, lon), popup=text).add_to(page)
    return page


def _cluster(frame: gpd.GeoDataFrame) -> folium.Map:
    page = folium.Map()
    cluster = MarkerCluster().add_to(page)
    for lat, lon, text in _popups(frame):
        folium.Marker((lat, lon), popup=text).add_to(cluster)
    return page


def _fast_cluster(frame: gpd.GeoDataFrame) -> folium.Map:
    page = folium.Map()
    show = "function (row) { return L.marker([row[0], row[1]]).bindPopup(row[2]); }"
    FastMarkerCluster([list(row) for row in _popups(frame)], callback=show).add_to(page)
    return page


_PEERS: dict[str, Callable[[gpd.GeoDataFrame], folium.Map]] = {
    "folium Marker": _markers,
    "folium MarkerCluster": _cluster,
    "folium FastMarkerCluster": _fast_cluster,
}


def _beside(
    name: str,
    make: Callable[[gpd.GeoDataFrame], folium.Map],
    frame: gpd.GeoDataFrame,
    seconds: float,
    ours: Path,
    path: Path,
) -> Row:
    """Time of building; the sizes in the remark. No ratio is wanted: theirs has no look-up."""
    theirs = once(lambda: make(frame).save(str(path)))
    remark = f"{_mb(ours):.2f} MB, theirs {_mb(path):.2f} MB"
    return Row("map of 20,000 outlets, built", name, seconds, theirs, 0, remark)


def _mb(path: Path) -> float:
    return path.stat().st_size / 1e6


# In a browser -----------------------------------------------------------------------------------


@contextmanager
def _chromium() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


def _in_browser(path: Path) -> list[Figure]:
    """Until usable, search, filter, memory and elements; nothing where there is no Chromium."""
    if sync_playwright is None or shutil.which("chromium") is None:
        print("no Playwright or no Chromium: the map is not opened", file=sys.stderr)
        return []
    with _chromium() as browser:
        ready = statistics.median(_until_ready(browser, path, 1) for _ in range(_OPENINGS))
        slow = statistics.median(_until_ready(browser, path, 4) for _ in range(_OPENINGS))
        opened = _opened(browser, path, 1)
        opened.page.wait_for_timeout(_PAUSE_MS)
        searches = [_searched(opened, text) for text in _QUERIES]
        _asked(opened, {"query": ""})
        filters = [_asked(opened, conditions) for conditions in _FILTERS]
        drawn = [_searched(opened, text, drawn=True) for text in _QUERIES]
        elements = opened.page.evaluate("() => document.querySelectorAll('*').length")
        # Last, as it throws compiled scripts away.
        opened.devtools.send("HeapProfiler.collectGarbage")
        heap = opened.devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        opened = _opened(browser, path, 4)
        opened.page.wait_for_timeout(4 * _PAUSE_MS)
        slowly = [_searched(opened, text) for text in _QUERIES]
    return [
        Figure("public map: usable, CPU", ready / 1e3, "s", MOST_READY_S, f"of {_OPENINGS}"),
        Figure("public map: usable, CPU slowed four times", slow / 1e3, "s", MOST_SLOW_READY_S),
        Figure("public map: slowest search", max(searches), "ms", MOST_MS, _list(searches)),
        Figure(
            "public map: slowest search, CPU slowed four times",
            max(slowly),
            "ms",
            MOST_SLOW_MS,
            _list(slowly),
        ),
        Figure("public map: slowest search, map drawn", max(drawn), "ms", None, _list(drawn)),
        Figure("public map: slowest filter", max(filters), "ms", MOST_MS, _list(filters)),
        Figure("public map: heap of scripts", heap, "MB", MOST_HEAP_MB),
        Figure("public map: elements in the page", elements, "", MOST_ELEMENTS),
    ]


def _until_ready(browser: Any, path: Path, slower: int, at: str = "") -> float:
    opened = _opened(browser, path, slower, at)
    opened.page.context.close()  # or it would work beside the next one
    return opened.milliseconds


class _Opened(NamedTuple):
    """A page, its developer tools, and milliseconds of its thread until it was usable."""

    page: Any
    devtools: Any
    milliseconds: float


def _opened(browser: Any, path: Path, slower: int, at: str = "") -> _Opened:
    """A page opened until it is usable.

    Parameters
    ----------
    at : latitude, longitude, zoom of what is seen first; all of it by default.
    """
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    devtools = page.context.new_cdp_session(page)
    page.add_init_script(_WATCH)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    begun = _thread_ms(devtools)
    page.goto(path.as_uri() + (f"#at={at}" if at else ""))
    page.wait_for_function("() => window.readyMs")
    return _Opened(page, devtools, _thread_ms(devtools) - begun)


def _thread_ms(devtools: Any) -> float:
    """Milliseconds that the page's own thread has worked."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return 1e3 * next(entry["value"] for entry in metrics if entry["name"] == "TaskDuration")


def _searched(opened: _Opened, text: str, drawn: bool = False) -> float:
    """Milliseconds that a search takes: the median of three, each as if it were the first."""
    taken = []
    for _ in range(3):
        _asked(opened, {"query": ""}, drawn)
        opened.page.evaluate(
            "() => { const { index } = emap.look.store;"
            " index.remembered.clear(); index.places.clear(); }"
        )
        taken.append(_asked(opened, {"query": text}, drawn))
    return statistics.median(taken)


def _asked(opened: _Opened, conditions: dict[str, Any], drawn: bool = False) -> float:
    """Milliseconds of the thread until the list stands after a question, with the page laid out
    anew; the map follows in the next frame, which is waited for if asked, and does not come else.
    """
    begun = _thread_ms(opened.devtools)
    opened.page.evaluate(
        """([asked, drawn]) => new Promise((done) => {
            const frame = window.requestAnimationFrame;
            if (!drawn) window.requestAnimationFrame = () => 0;
            emap.look.ask(asked);
            document.body.getBoundingClientRect();
            window.requestAnimationFrame = frame;
            if (drawn) frame(() => frame(() => done()));
            else done();
        })""",
        [conditions, drawn],
    )
    return _thread_ms(opened.devtools) - begun


def _list(milliseconds: list[float]) -> str:
    return "each: " + ", ".join(f"{ms:.0f}" for ms in milliseconds) + " ms"


# The planner's map ------------------------------------------------------------------------------


def _planner(folder: Path) -> Figure:
    """Size of the map that a run writes for a county of the made-up province."""
    plan = make_province(folder / "county", [COUNTY])
    words = [sys.executable, "-m", "gdcoverage.cli", "run", str(plan)]
    subprocess.run(words, check=True, capture_output=True)
    return Figure(
        "planner's map of a county", _mb(next(folder.rglob("地图.html"))), "MB", MOST_COUNTY_MB
    )


# The base map --------------------------------------------------------------------------------


def _base_maps(folder: Path) -> Iterator[Figure]:
    """Size of the base map of real places, and how soon its first picture stands."""
    for place, (osm, at) in _PLACES.items():
        path = SHARED / "data" / osm
        if not path.exists():
            print(f"no {path.name}: the base map of {place} is not measured", file=sys.stderr)
            continue
        page, drawn = folder / f"{place}.html", read_base(path)
        emap = build_public_map(outlets(100), title=place, ground=Ground(drawn=drawn))
        write_map(emap, page)
        kilobytes = len(emap.blocks["drawn"].text) / 1e3
        remark = f"{len(drawn):,} things"
        yield Figure(f"base map of {place}: size", kilobytes, "kB", MOST_BASE_KB, remark)
        yield Figure(f"base map of {place}: page", _mb(page), "MB", MOST_PAGE_MB)
        if sync_playwright is not None and shutil.which("chromium"):
            yield from _painted(place, page, at)


def _painted(place: str, path: Path, at: str) -> Iterator[Figure]:
    """Until the first picture of a place stands, and how long it takes to be painted anew."""
    with _chromium() as browser:
        for slower, budget in ((1, MOST_BASE_READY_S), (4, MOST_BASE_SLOW_S)):
            seconds = [_until_ready(browser, path, slower, at) / 1e3 for _ in range(_OPENINGS)]
            what = "first picture" + ("" if slower == 1 else ", CPU slowed four times")
            yield Figure(f"base map of {place}: {what}", statistics.median(seconds), "s", budget)
        page = _opened(browser, path, 1, at).page
        again = page.evaluate(_PAINT_AGAIN)
    yield Figure(f"base map of {place}: painted anew", again, "ms", MOST_PAINT_MS)


# Reading a pixel back waits until everything is painted.
_PAINT_AGAIN = """() => {
    const canvases = emap.layers.counties.getLayers().filter((layer) => layer.canvas);
    const started = performance.now();
    for (let i = 0; i < 5; i++) canvases.forEach((layer) => layer.redraw());
    canvases.forEach((layer) => layer.canvas.getContext("2d").getImageData(0, 0, 1, 1));
    return (performance.now() - started) / 5;
}"""


if __name__ == "__main__":
    beside, measured = main()
    print(beside_peers(beside) + "\n" + in_figures(measured))
