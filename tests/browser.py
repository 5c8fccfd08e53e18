"""A headless Chromium for tests of the map, opened as a person opens a file."""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from known import known

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that is not this machine's own, so that plain http is as unsafe as elsewhere.
    "--host-resolver-rules=MAP emap.example 127.0.0.1",
)

# In a page, `emap` stands for the state of its first map.
EMAP = """
Object.defineProperty(window, "emap", {
    get: () => (document.querySelector(".emap") || {}).emap,
});
"""


@dataclass
class Opened:
    """A page, with what it asked for and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[object]:
    """A browser; the test skips where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed (make test installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def opened(
    browser,
    page_file: Path | str,
    width: int = 1440,
    height: int = 900,
    *,
    fragment: str = "",
    at: str | None = None,
    **context,
) -> Opened:
    """A map opened from disk (or from an address), once it stands.

    Parameters
    ----------
    fragment : what follows # in the address.
    at : time that the device believes it is, ISO 8601 with zone.
    context : Playwright's options of a browser context (timezone_id, geolocation, …).
    """
    page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
    page.add_init_script(EMAP)
    found = Opened(page)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    if at:
        page.clock.set_fixed_time(at)
    address = page_file if isinstance(page_file, str) else page_file.resolve().as_uri()
    page.goto(address + (f"#{fragment}" if fragment else ""))
    page.wait_for_function("() => window.emap && emap.ready")
    settle(page)
    return found


def unguarded(html: str) -> str:
    """A page that may be changed: without the policy that lets only what was written run."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)


def settle(page: Page) -> None:
    """Wait until what was asked for is drawn."""
    page.wait_for_timeout(300)


def pixel(page: Page, lat: float, lon: float) -> tuple[int, int, int]:
    """Colour of the screen at a place."""
    box = known(page.locator(".leaflet-container").bounding_box())
    at = on_screen(page, lat, lon)
    left, top = box["x"] + at[0], box["y"] + at[1]
    return _first_pixel(page.screenshot(clip={"x": left, "y": top, "width": 1, "height": 1}))


def on_screen(page: Page, lat: float, lon: float) -> list[float]:
    """Where a place is in the map's window, pixels from its top left."""
    return page.evaluate(f"(({{x, y}}) => [x, y])(emap.map.latLngToContainerPoint([{lat}, {lon}]))")


def _first_pixel(png: bytes) -> tuple[int, int, int]:
    """The first pixel of a PNG of 8-bit RGB or RGBA; its filter does not matter there."""
    data, at = b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += 12 + size
    red, green, blue = zlib.decompress(data)[1:4]
    return red, green, blue
