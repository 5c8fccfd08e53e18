"""What several test modules share: where the real data lie."""

import os
from pathlib import Path

import hypothesis
import pytest

# How long an example takes is the machine's affair; how many a test without a number of its own
# tries is set for a run of all tests, and may be more: HYPOTHESIS_EXAMPLES=1000.
examples = int(os.environ.get("HYPOTHESIS_EXAMPLES", "40"))
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=examples)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; tests that need it skip where it is absent."""
    path = Path(os.environ.get("GDCOVERAGE_SHARED", ROOT.parent / "shared"))
    if not (path / "data").is_dir():
        pytest.skip(f"real data not found in {path} (set GDCOVERAGE_SHARED)")
    return path


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """Nothing is taken from the user's cache, nor put there."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("GDCOVERAGE_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def pages_end_with_their_test(request):
    """What a test has opened in a browser is closed after it: a page left open goes on working."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser = request.getfixturevalue("browser")
    before = list(browser.contexts)
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()
