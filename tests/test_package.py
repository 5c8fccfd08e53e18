"""The package as one imports it, in a fresh interpreter, also in the project's own folder."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import gdcoverage

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("first", ["sites", "gaps", "assess", "network"])
@pytest.mark.parametrize("folder", [ROOT, ROOT / "tests"], ids=["root", "elsewhere"])
def test_public_names_mean_functions_whatever_is_imported_first(first, folder):
    code = f"import gdcoverage.{first}; from gdcoverage import assess; assert callable(assess)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=folder)


def test_every_public_name_is_there():
    for name in gdcoverage.__all__:
        assert getattr(gdcoverage, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = gdcoverage.nonsense


def test_modules_import_only_what_stands_before_them():
    """The order of the table in ARCHITECTURE.md."""
    table = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("| module |")[1]
    order = []
    for line in table.splitlines()[2:]:
        if not line.startswith("|"):
            break
        names = line.split("|")[1].replace("(", ",").replace(")", "").split(",")
        order += [name.strip(" `") for name in names]
    package = ROOT / "coverage/gdcoverage"
    for rank, name in enumerate(order):
        home = package / name
        files = sorted(home.glob("*.py")) if home.is_dir() else [package / f"{name}.py"]
        for file in files:
            text = file.read_text(encoding="utf-8")
            for later in order[rank + 1 :]:
                imported = re.search(rf"from gdcoverage(\.| import ){later}\b", text)
                if name != "reach" or later != "_shortest":
                    assert not imported, f"{file.name} imports {later}"
