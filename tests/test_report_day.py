"""A document made once and dated is the document made on that day."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import worlds
from gdcoverage import assess, find_gaps
from gdcoverage.emap import Ground
from gdcoverage.files import Source
from gdcoverage.report import UNDATED, Report, dated
from gdcoverage.run.outputs import content, county_file_names, county_files, shows_date

DAY = "2026-06-15"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Of people by two streets, some of them reached."""
    streets = worlds.lattice(tmp_path_factory.mktemp("streets"), 6, 6, 200.0)
    people = worlds.demand([(200, 0), (1000, 1000)], [800, 700], ["urban", "urban"])
    coverage = assess(worlds.outlets([(0, 0)]), people, streets)
    return Report(
        title="示例县",
        coverage=coverage,
        gaps=find_gaps(coverage),
        sources=(Source("网点", "网点.xlsx", "0" * 64),),
        problems=(),
        version="0",
        made_on=DAY,
    )


def parts(name: str, document: bytes, folder: Path) -> dict[str, bytes]:
    """What a document holds: a workbook part by part."""
    if not name.endswith(".xlsx"):
        return {name: document}
    (folder / name).write_bytes(document)
    with zipfile.ZipFile(folder / name) as book:
        return {part: book.read(part) for part in book.namelist()}


def _unnamed(held: dict[str, bytes]) -> dict[str, bytes]:
    """Without the name that a page gives its map by what it holds, also in its policy."""
    name = re.compile(rb"map_[0-9a-f]{32}|'sha256-[^']+'")
    return {part: name.sub(b"", text) for part, text in held.items()}


NAMES = [name for name in county_file_names(False, False, False) if shows_date(name)]


@pytest.mark.parametrize("name", NAMES)
def test_dated_later_or_made_on_the_day(report: Report, tmp_path: Path, name: str) -> None:
    def made(on: str) -> bytes:
        known = county_files(
            replace(report, made_on=on), Ground(), lambda: report.walked, among_others=False
        )
        return content(known[name], name)

    undated = made(UNDATED)
    found, wanted = dated(name, undated, DAY), made(DAY)
    assert _unnamed(parts(name, found, tmp_path)) == _unnamed(parts(name, wanted, tmp_path))
    assert UNDATED.encode() not in b"".join(parts(name, found, tmp_path).values())
