"""The package as one installs it and imports it, also in the project's own folder."""

import os
import runpy
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import gdcoverage

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("first", "folder"),
    [("sites", ROOT), ("gaps", ROOT), ("assessment", ROOT / "tests"), ("network", ROOT / "tests")],
)
def test_public_names_mean_functions_whatever_is_imported_first(first, folder):
    code = f"import gdcoverage.{first}; from gdcoverage import assess; assert callable(assess)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=folder)


def test_every_public_name_is_there():
    for name in gdcoverage.__all__:
        assert getattr(gdcoverage, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = gdcoverage.nonsense


def test_dir_shows_the_public_names_and_no_others():
    assert dir(gdcoverage) == sorted(gdcoverage.__all__)


@pytest.mark.parametrize(
    "code",
    ["import gdcoverage", "import sys, gdcoverage.cli as c; sys.argv[1:] = ['--help']; c.app()"],
    ids=["import", "help"],
)
def test_what_is_heavy_stays_out_until_it_is_used(code):
    heavy = (
        "pandas numpy scipy geopandas shapely pyproj numba osmnx folium rasterio pyarrow pydantic"
    )
    told = f"import atexit, sys; atexit.register(lambda: print(*sys.modules, sep='\\n')); {code}"
    ran = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    loaded = set(ran.stdout.split("\n"))
    assert "gdcoverage" in loaded
    assert not loaded & set(heavy.split())


def test_numba_may_be_imported_first_in_the_projects_root():
    code = "import numba; from gdcoverage.network import reach; assert numba.njit"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_coverage_py_is_found_where_it_is_installed(tmp_path):
    (tmp_path / "coverage").mkdir()
    (tmp_path / "coverage/__init__.py").write_text("version = 'the real one'")
    code = "import coverage; assert coverage.version == 'the real one'"
    command = [sys.executable, "-c", code]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(tmp_path)})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package as a wheel holds it, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "coverage", folder / "source/coverage")
    for name in ("setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE", "data"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / "source" / name)
    words = ["pip", "wheel", "-q", ".", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([sys.executable, "-m", *words], check=True, cwd=folder / "source")
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_sample_comes_with_the_wheel_and_is_that_of_the_source_tree(wheel, tmp_path):
    command = [sys.executable, "-P", "-m", "gdcoverage.cli", "sample", "示例"]
    env = os.environ | {"PYTHONPATH": str(wheel), "PYTHONIOENCODING": "utf-8"}
    subprocess.run(command, check=True, cwd=tmp_path, env=env)
    for name in ("outlets.xlsx", "population.csv", "streets.osm.pbf"):
        there = (tmp_path / "示例" / name).read_bytes()
        assert there == (ROOT / "data/sample" / name).read_bytes()
    plan = (tmp_path / "示例/plan.toml").read_text(encoding="utf-8")
    assert 'folder = "结果"' in plan
    init = [*command[:-2], "init", "我的县"]
    subprocess.run(init, check=True, cwd=tmp_path, env=env)
    assert (tmp_path / "我的县/社保网点计划.xlsx").is_file()


def test_wheel_holds_the_package_and_no_script_of_the_sample(wheel):
    names = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    data = {name for name in names if name.startswith("gdcoverage/start/data/")}
    assert {Path(name).name for name in data} == {
        *("outlets.xlsx", "population.csv", "streets.osm.pbf", "plan.toml"),
    }
    source = {
        path.relative_to(ROOT / "coverage").as_posix()
        for path in (ROOT / "coverage/gdcoverage").rglob("*.py")
    }
    assert {name for name in names if name.endswith(".py")} == source


def test_source_distribution_holds_all_that_tests_and_documents_need(tmp_path):
    words = ["-q", "egg_info", "--egg-base", str(tmp_path), "sdist", "--dist-dir", str(tmp_path)]
    command = [sys.executable, "setup.py", *words]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    made = {"_site", "made", "__pycache__", ".ipynb_checkpoints"}
    there = {
        found.relative_to(ROOT).as_posix()
        for folder in ("coverage", "tests", "docs", "tools", "notebooks", "data/sample", ".ci")
        for found in (ROOT / folder).rglob("*")
        if found.is_file() and not made & set(found.parts) and "egg-info" not in str(found)
    }
    assert there <= held, sorted(there - held)
    assert {"requirements.lock", "Makefile", "CITATION.cff", "pyproject.toml"} <= held


@pytest.fixture(scope="module")
def floors():
    return runpy.run_path(str(ROOT / "tools/floors.py"))["floors"]


def test_every_requirement_has_one_floor(floors):
    found = floors((ROOT / "setup.cfg").read_text(encoding="utf-8"))
    assert {"pandas", "pandera", "pytest", "jupyterlab", "spopt"} <= set(found)


SETUP = """\
[options]
install_requires =
    # what a line is for
    pandera[pandas] >= 0.35
    leaflet == 1.9.4.1
[options.extras_require]
test =
    psutil >= 5.9.4
bench =
    psutil >= 5.9.4
"""


def test_floors_are_read_off_whatever_the_form_of_the_bound(floors):
    assert floors(SETUP) == {"pandera": "0.35", "leaflet": "1.9.4.1", "psutil": "5.9.4"}


@pytest.mark.parametrize("line", ["psutil", "psutil < 8", "psutil >= 5, < 8", "psutil >= 6"])
def test_a_requirement_without_a_floor_or_with_two_is_refused(floors, line):
    with pytest.raises(SystemExit, match="psutil"):
        floors(f"{SETUP}    {line}\n")
