"""Write what folium's elements load as files of the package: ``python docs/make_folium_files.py``.

Needs npm; the packages are those of `folium_files.json`. A planner's map takes of the files only
what its elements use (`emap._added`).
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = ROOT / "coverage" / "gdcoverage" / "emap" / "templates" / "folium"
# Package and release -> the registry's digest of it.
LOCKED: dict[str, str] = json.loads((ROOT / "docs" / "folium_files.json").read_text("utf-8"))
_KINDS = {"png": "image/png", "svg": "image/svg+xml", "woff2": "font/woff2"}
_URL = re.compile(r"""url\(['"]?([^'")]+)['"]?\)""")
# Finer images of the same are not worth two thirds of a page's weight.
_FINER = re.compile(
    r"@media[^{]*(?:device-pixel-ratio|dppx|dpi)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}"
)
_PRECOMPILED = """
const _ = require(process.argv[1]);
const text = require("fs").readFileSync(process.argv[2], "utf8");
const made = text.replace(/_\\.template\\(("(?:[^"\\\\]|\\\\.)*")\\)/g,
  (_all, literal) => "(" + _.template(JSON.parse(literal)).source + ")");
process.stdout.write(made);
"""


def main() -> None:
    """Write every file anew."""
    FILES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        found = {name: fetched(name, Path(folder)) for name in LOCKED}
        for name, text in texts(found).items():
            (FILES / name).write_text(text.strip() + "\n", encoding="utf-8")
            print(f"{len(text.encode()):>8} {name}")


def fetched(name: str, folder: Path) -> Path:
    """A package as npm has it, unpacked; another content than the locked one is refused."""
    command = ["npm", "pack", "--json", "--pack-destination", str(folder), name]
    (told,) = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if told["integrity"] != LOCKED[name]:
        raise ValueError(f"{name} is another than the locked one: {told['integrity']}")
    target = folder / re.sub(r"\W", "-", name)
    with tarfile.open(folder / told["filename"]) as archive:
        archive.extractall(target, filter="data")
    return next(path for path in target.iterdir() if path.is_dir())


def texts(found: Mapping[str, Path]) -> dict[str, str]:
    """The files' names and texts."""
    at = {name.rpartition("@")[0]: path for name, path in found.items()}
    noted = {name.rpartition("@")[0]: note(name, path) for name, path in found.items()}

    def script(package: str, file: str) -> str:
        return noted[package] + re.sub(
            r"\n//# sourceMappingURL=.*", "", (at[package] / file).read_text(encoding="utf-8")
        )

    def style(package: str, file: str) -> str:
        text = (at[package] / file).read_text(encoding="utf-8")
        return noted[package] + inlined(_FINER.sub("", text), (at[package] / file).parent)

    awesome = at["@fortawesome/fontawesome-free"]
    return {
        "jquery.js": script("jquery", "dist/jquery.min.js"),
        "d3.js": script("d3", "d3.min.js"),
        "leaflet-heat.js": script("leaflet.heat", "dist/leaflet-heat.js"),
        "leaflet.draw.js": script("leaflet-draw", "dist/leaflet.draw.js"),
        "leaflet.draw.css": style("leaflet-draw", "dist/leaflet.draw.css"),
        "leaflet-measure.js": noted["leaflet-measure"]
        + measure(at["leaflet-measure"], at["underscore"]),
        "leaflet-measure.css": style("leaflet-measure", "dist/leaflet-measure.css"),
        "leaflet.markercluster.js": script(
            "leaflet.markercluster", "dist/leaflet.markercluster.js"
        ),
        "MarkerCluster.css": style("leaflet.markercluster", "dist/MarkerCluster.css"),
        "MarkerCluster.Default.css": style(
            "leaflet.markercluster", "dist/MarkerCluster.Default.css"
        ),
        "awesome-markers.js": script(
            "leaflet.awesome-markers", "dist/leaflet.awesome-markers.min.js"
        ),
        "awesome-markers.css": style("leaflet.awesome-markers", "dist/leaflet.awesome-markers.css"),
        "glyphicons.css": noted["bootstrap"] + glyphicons(at["bootstrap"]),
        "fontawesome.css": (awesome / "css" / "fontawesome.min.css").read_text(encoding="utf-8")
        + face("Font Awesome 6 Free", 900, awesome / "webfonts" / "fa-solid-900.woff2")
        + ".fa,.fas,.fa-solid{font-family:'Font Awesome 6 Free';font-weight:900}",
    }


def note(name: str, path: Path) -> str:
    """What a file says of where it is from."""
    about = json.loads((path / "package.json").read_text(encoding="utf-8"))
    said = about.get("license") or "BSD-2-Clause"
    # This package's file says so; its description does not.
    said = "MIT" if about["name"] == "leaflet.awesome-markers" else said
    texts = [file.read_text("utf-8") for file in sorted(path.glob("*LICEN*"))]
    whose = re.findall(r"^.*copyright.*(?:\d{4}|\(c\)).*$", "\n".join(texts), re.I | re.M)
    return f"/*! {' '.join([f'{name}, {said}.', *whose[:1]]).strip()} */\n"


def inlined(text: str, folder: Path) -> str:
    """Styles with their images inside; of two images for a place the older format only."""

    def data(match: re.Match[str]) -> str:
        path = folder / match[1].split("?")[0]
        held = base64.b64encode(path.read_bytes()).decode()
        return f"url(data:{_KINDS[path.suffix[1:]]};base64,{held})"

    return _URL.sub(data, re.sub(r"background-image:\s*linear-gradient[^;}]*[;]?", "", text))


def face(name: str, weight: int, font: Path) -> str:
    """The rule that brings a font."""
    held = base64.b64encode(font.read_bytes()).decode()
    source = f"url(data:font/woff2;base64,{held}) format('woff2')"
    return f"@font-face{{font-family:'{name}';font-weight:{weight};src:{source}}}\n"


def glyphicons(package: Path) -> str:
    """The rules of Bootstrap's styles that concern its icons."""
    text = (package / "dist" / "css" / "bootstrap.min.css").read_text(encoding="utf-8")
    font = package / "dist" / "fonts" / "glyphicons-halflings-regular.woff2"
    rules = re.findall(
        r"\.glyphicon[\w-]*(?::before)?(?:,\.glyphicon[\w-]*:before)?\{[^}]*\}", text
    )
    return face("Glyphicons Halflings", 400, font) + "".join(rules)


def measure(package: Path, underscore: Path) -> str:
    """leaflet-measure with its templates as functions, for the page lets no text become code."""
    file = package / "dist" / "leaflet-measure.js"
    command = ["node", "-e", _PRECOMPILED, str(underscore / "underscore.js"), str(file)]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # Our maps draw on a canvas, where a mark has no element of its own.
    whole = made.replace("layer._path.setAttribute(", "layer._path && layer._path.setAttribute(")
    if '_.template("' in whole or whole == made:
        raise ValueError("leaflet-measure is not as it was when this was written")
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command = [str(esbuild), "--minify", "--charset=utf8", "--target=chrome78,safari13"]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=whole).stdout


if __name__ == "__main__":
    main()
