"""Sphinx: the documents in ``docs/``, pages made from the code among them. ``make docs``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_site"]
# Headings may be linked to.
myst_heading_anchors = 3
default_role = "py:obj"
autodoc_typehints = "none"
html_theme = "furo"
html_title = f"gdcoverage {release}"
# A folder that is opened by a double click, with no network.
html_copy_source = False
html_search_language = "zh"
# Pages on a disk cannot fetch one another.
html_show_search_summary = False
pygments_style = "default"
# Blocks that name no language are commands.
highlight_language = "none"
html_static_path = ["style"]
html_css_files = ["tables.css"]


_ENTRY = re.compile(r"(\w[\w, ]*) : (.*)")


def _as_rst(app: Sphinx, what: str, name: str, thing: object, given: Any, doc: list[str]) -> None:
    """The sections of our docstrings as Sphinx reads them; ``name : text`` as a definition."""
    told: list[str] = []
    for line, below in zip(doc, [*doc[1:], ""], strict=True):
        entry = _ENTRY.fullmatch(line)
        if below and set(below) == {"-"}:
            told += [f".. rubric:: {line}", ""]
        elif entry:
            told += [f"**{entry[1]}**", f"    {entry[2]}"]
        elif not line or set(line) != {"-"}:
            told.append(line)
    doc[:] = told


def setup(app: Sphinx) -> None:
    """Make the pages that are made, before Sphinx looks which there are."""
    app.add_search_language(Chinese)
    app.connect("autodoc-process-docstring", _as_rst)
    write_pages(HERE / "made")
