"""What headings mean: a field, of which year, whatever stands around the word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gdcoverage.tables._layer import CUT

# Field -> the spellings under which tables have it, as `plain_heading` writes them.
Headings = Mapping[str, tuple[str, ...]]
# Spelling -> its field, and where it stands among the field's spellings.
Places = Mapping[str, tuple[str, int]]
# The parts of a heading, from the outermost down: 服务方式, 窗口办.
Path = tuple[str, ...]

# No heading; matching brackets in a page of text takes its time.
_LONGEST = 1_000

_YEAR = re.compile(r"((?:19|20)\d\d)年?(?:度|末|底|初)?")
_SUM = frozenset({"合计", "总计", "小计", "总数", "计", "总"})
_WHETHER = re.compile(r"是否(?:设有|设置|提供|开展|具备|有|设|能|可)?")
# What comes first may be any place (网点经度, 地点经度), but for what was once.
_FORMER = re.compile(r"^(?:原|旧|老|曾|历史|变更前|迁址前)")
_PLACED = {"经度": "lon", "纬度": "lat"}
_NEWER = re.compile(r"新|现|最新|变更后")
# A whole heading of another field that ends in such a word is no coordinate: 海拔与经度.
_LONGEST_PLACE = 8
_DEGREES = ("度", "分", "秒")


class Meaning(NamedTuple):
    """What a heading means.

    Parameters
    ----------
    field : its name; "" for none.
    place : of its spelling among the field's; the first is surest.
    year : that it is said of; 0 for none.
    part : 1, 2, 3 for degrees, minutes, seconds in a column each; else 0.
    """

    field: str = ""
    place: int = 0
    year: int = 0
    part: int = 0

    @property
    def order(self) -> tuple[int, int]:
        """The less, the better: the latest year, then the surest spelling."""
        return -self.year, self.place


_NOTHING = Meaning()


def plain_heading(text: object) -> str:
    """A heading without what varies: width, case, spaces, brackets with units, marks."""
    plain = unicodedata.normalize("NFKC", str(text)).lower()
    plain = re.sub(r"[(\[{【〔].*?[)\]}】〕]", "", plain)
    return re.sub(r"[\s_:：*#·.\-/\\°、,]+", "", plain)


def spellings_of(headings: Headings) -> dict[str, tuple[str, int]]:
    """Spelling -> its field, and where it stands among the field's spellings."""
    return {
        spelling: (name, place)
        for name, spellings in headings.items()
        for place, spelling in enumerate(spellings)
    }


def fields_of(row: Iterable[str], places: Places) -> dict[str, int]:
    """Field -> column, of a row read as a header."""
    return chosen([(cell,) if cell else () for cell in row], places)


def chosen(paths: Sequence[Path], places: Places, passed: Iterable[int] = ()) -> dict[str, int]:
    """Field -> the column that has it.

    Parameters
    ----------
    paths : of each column.
    passed : columns that are taken only where no other has the field (hidden ones).
    """
    hidden = set(passed)
    best: dict[str, tuple[tuple[object, ...], int]] = {}
    for column, path in enumerate(paths):
        found = meaning(path, places) if path else _NOTHING
        if not found.field or found.part > 1:
            continue
        older = not is_newer(path[-1])
        order = (column in hidden, *found.order, older)
        if found.field not in best or order < best[found.field][0]:
            best[found.field] = (order, column)
    return {name: column for name, (_, column) in best.items()}


def is_newer(heading: str) -> bool:
    """Whether a heading says that it is the newer of two."""
    return bool(_NEWER.search(heading))


def meaning(path: Path, places: Places) -> Meaning:
    """What a heading with all that stands above it means."""
    if len(path[-1]) > _LONGEST:
        return _NOTHING
    *above, leaf = (plain_heading(part) for part in path)
    if found := _alone(leaf, places):
        year = next(filter(None, (found.year, *(_year_of(part) for part in above))), 0)
        return found._replace(year=year)
    parent = _alone(above[-1], places) if above else None
    if parent and (leaf in _SUM or _year_of(leaf)):
        return parent._replace(year=_year_of(leaf) or parent.year)
    if parent and leaf in _DEGREES and parent.field in _PLACED.values():
        return parent._replace(part=1 + _DEGREES.index(leaf))
    return (_alone(above[-1] + leaf, places) if above else None) or _NOTHING


def _year_of(plain: str) -> int:
    match = _YEAR.fullmatch(plain)
    return int(match[1]) if match else 0


def _alone(plain: str, places: Places) -> Meaning | None:
    """What a heading means that has nothing above it; None for nothing."""
    if plain in places:
        return Meaning(*places[plain])
    if CUT in plain:
        begin = plain.partition(CUT)[0]
        meant = [places[spelling] for spelling in places if begin and spelling.startswith(begin)]
        one = len(dict(meant)) == 1
        return Meaning(*min(meant, key=lambda found: found[1])) if one else None
    if (year := _YEAR.match(plain)) and plain[year.end() :] in places:
        return Meaning(*places[plain[year.end() :]], year=int(year[1]))
    if (whether := _WHETHER.match(plain)) and plain[whether.end() :] in places:
        return Meaning(*places[plain[whether.end() :]])
    field = _PLACED.get(plain[-2:])
    if field and len(plain) <= _LONGEST_PLACE and not _FORMER.match(plain):
        # After every spelling that is known.
        return Meaning(field, 1_000) if (field, 0) in places.values() else None
    return None
