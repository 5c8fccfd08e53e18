"""The cards of a page to be published: by their data, and opened if a browser is there."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gdcoverage.emap import Block, EMap
from gdcoverage.problems import Problem

_WEEK = 7 * 24 * 60
_GRID = 1e5
_TELEPHONE = re.compile(r"(?:\+?[0-9][0-9 -]*[0-9]|[0-9]{3,})(?:转[0-9]{1,6})?")
_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
_WINDOWS = r"Microsoft\Edge\Application\msedge.exe", r"Google\Chrome\Application\chrome.exe"
_OPEN_EACH = """() => {
  const { look } = document.querySelector(".emap").emap, { store, card } = look, faults = [];
  for (let i = 0; i < store.size; i++) {
    try {
      look.open(i, { move: false, focus: false });
      const title = card.querySelector("h2").textContent;
      const calls = card.querySelectorAll('a[href^="tel:"]').length;
      const wanted = store.phone[i] ? store.phone[i].split("、").length : 0;
      if (title !== store.name[i]) faults.push([i, "标题不是网点名称"]);
      if (calls !== wanted) faults.push([i, "电话链接与电话数不符"]);
      if (!card.querySelector("svg path").getAttribute("d")) faults.push([i, "没有二维码"]);
    } catch (error) { faults.push([i, String(error)]); }
  }
  return faults;
}"""


def card_faults(emap: EMap) -> list[Problem]:
    """What is wrong with cards, by the data that they are drawn from and the same rules.

    Names, telephone numbers, opening hours and places are looked at.
    """
    data = unpacked(emap.blocks["outlets"])
    return [_fault(data, i, what) for i in range(len(data["id"])) for what in _faults(data, i)]


def unpacked(block: Block) -> Any:
    """The data of a page's block."""
    if block.kind == "application/json":
        return json.loads(block.text)
    return json.loads(gzip.decompress(base64.b64decode(block.text)))


def _faults(data: dict[str, Any], i: int) -> Iterator[str]:
    name, lon, lat = data["name"][i], data["lon"][i] / _GRID, data["lat"][i] / _GRID
    if not name.strip():
        yield "没有名称"
    if not (109 < lon < 118 and 20 < lat < 26):
        yield f"坐标 {lon}, {lat} 不在广东"
    phones = data["phone"][i]
    for phone in phones.split("、") if phones else ():
        if not _TELEPHONE.fullmatch(phone):
            yield f"电话“{phone}”拨不了"
    schedule = data["schedules"][data["hours"]["codes"][i]]
    times = schedule["open"] if schedule else []
    pairs = list(zip(times[::2], times[1::2], strict=False))
    if len(times) % 2 or any(not 0 <= a < b <= 2 * _WEEK for a, b in pairs):
        yield "营业时间的起止不成对"


def _fault(data: dict[str, Any], i: int, what: str) -> Problem:
    action = "请在网点表里改正这个网点，再发布"
    named = f"{data['id'][i]} {data['name'][i]}"
    return Problem("publish_card", f"卡片{what}", action, value=named)


def opened_faults(page: Path, emap: EMap) -> list[Problem] | None:
    """Open every card of a written page once in a headless browser.

    Returns
    -------
    What went wrong; None where there is no browser, or nothing to drive it with.
    """
    if importlib.util.find_spec("playwright") is None:
        return None
    from playwright.sync_api import Error, sync_playwright

    told: list[str] = []
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        path = _browser() or (str(own) if own.exists() else None)
        if path is None:
            return None
        # Chromium refuses to sandbox what root starts.
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox"] if root else []
            )
        except Error:
            return None
        opened = browser.new_page()
        opened.on("pageerror", lambda error: told.append(str(error)))
        opened.on("console", lambda line: told.append(line.text) if line.type == "error" else None)
        opened.goto(page.resolve().as_uri())
        try:
            opened.wait_for_function("() => (document.querySelector('.emap').emap || {}).ready")
            faults = opened.evaluate(_OPEN_EACH)
        except Error as error:
            told.append(str(error))
            faults = []
        browser.close()
    data = unpacked(emap.blocks["outlets"])
    action = "请把这一行和网点表发给维护人员"
    return [
        *(_fault(data, i, f"打开时出错：{what}") for i, what in faults),
        *(Problem("publish_page", f"页面报错：{line}", action) for line in dict.fromkeys(told)),
    ]


def _browser() -> str | None:
    """A Chromium of the system: Debian's, Chrome, Edge."""
    for name in _BROWSERS:
        if path := shutil.which(name):
            return path
    for folder in ("ProgramFiles(x86)", "ProgramFiles"):
        for tail in _WINDOWS:
            path = os.path.join(os.environ.get(folder, ""), tail)  # noqa: PTH118
            if Path(path).is_file():
                return path
    return None
