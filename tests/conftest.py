"""What several test modules share: where the real data lie."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; tests that need it skip where it is absent."""
    path = Path(os.environ.get("GDCOVERAGE_SHARED", ROOT.parent / "shared"))
    if not (path / "data").is_dir():
        pytest.skip(f"real data not found in {path} (set GDCOVERAGE_SHARED)")
    return path
