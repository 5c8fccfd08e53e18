"""Leaflet's files from an installed package, and our own templates, as text for the page."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

# Leaflet 1.9.4 as its authors published it; another content is not embedded.
_LEAFLET = {
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
}
_IMAGE = re.compile(r"url\(images/([\w.-]+)\)")


@cache
def leaflet_js() -> str:
    """Leaflet's script, without the pointer to a source map that nobody has."""
    return re.sub(r"\n//# sourceMappingURL=.*", "", _leaflet("leaflet.js"))


@cache
def leaflet_css() -> str:
    """Leaflet's styles with their images inside."""
    return _IMAGE.sub(lambda match: f"url({leaflet_image(match[1])})", _leaflet("leaflet.css"))


def leaflet_image(name: str) -> str:
    """One of Leaflet's images as an address that holds it."""
    image = base64.b64encode((_package() / "images" / name).read_bytes()).decode()
    return f"data:image/png;base64,{image}"


@cache
def own(name: str) -> str:
    """One of our own templates, styles or scripts."""
    return (files("gdcoverage.emap") / "templates" / name).read_text(encoding="utf-8")


def _package():  # type: ignore[no-untyped-def]
    return files("js_lib_leaflet") / "static" / "js_lib_leaflet"


def _leaflet(name: str) -> str:
    content: bytes = (_package() / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != _LEAFLET[name]:
        raise RuntimeError(f"{name} of django-js-lib-leaflet is not Leaflet 1.9.4's")
    # A browser takes the ends of lines for one character, whichever they are; so do all hashes.
    return content.decode().replace("\r\n", "\n")
