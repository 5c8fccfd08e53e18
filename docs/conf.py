"""Sphinx: the documents in ``docs/``, pages made from the code among them. ``make docs``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from chinese_search import Chinese  # noqa: E402
from made_pages import write_pages  # noqa: E402

from gdcoverage import __version__  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "gdcoverage"
author = "gdcoverage contributors"
release = __version__
language = "zh_CN"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_site"]
# Headings may be linked to.
myst_heading_anchors = 3
default_role = "py:obj"
autodoc_typehints = "none"
numpydoc_show_class_members = False
html_theme = "furo"
html_title = f"gdcoverage {release}"
# A folder that is opened by a double click, with no network.
html_copy_source = False
html_search_language = "zh"
pygments_style = "default"


def setup(app: Sphinx) -> None:
    """Make the pages that are made, before Sphinx looks which there are."""
    app.add_search_language(Chinese)
    write_pages(HERE / "made")
