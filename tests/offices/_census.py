"""What an office sends of people: villages, the columns of its table, and the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdcoverage.geo.datum import Datum
from offices._book import Row, Sheet
from offices._columns import Columns

TOWNS = ("永汉镇", "麻榨镇", "平陵街道")
_SIDES = "东西南北中"
_CODES = ("111", "220", "121", "210", "220")


@dataclass(frozen=True)
class Village:
    """A place with people, in WGS-84, its official urban-rural code, and the town it is in."""

    name: str
    town: str
    lon: float
    lat: float
    people: float
    code: str

    @property
    def key(self) -> str:
        return self.name

    def said(self, field: str, number: int, datum: Datum) -> object:
        """What an ordinary table writes in a column."""
        return {"no": number, "code": int(self.code)}.get(field, getattr(self, field, None))


ORDINARY: Columns = {
    **{"序号": "no", "村名": "name", "人口": "people", "经度": "lon", "纬度": "lat"},
    "城乡分类代码": "code",
}


@dataclass(frozen=True)
class Census:
    """A file with people that an office sends, and the truth; parameters as of `Office`."""

    name: str
    sheets: list[Sheet]
    villages: list[Village]
    plain: bool = False
    datum: Datum = "wgs84"
    encoding: str = ""
    suffix: str = ".xlsx"


def villages(count: int, town: int = 0) -> list[Village]:
    """Villages of a town within Longmen county, kilometres apart."""
    return [
        Village(
            f"{TOWNS[town][:2]}{_SIDES[i % 5]}{'' if i < 5 else '上'}村",
            TOWNS[town],
            round(114.0513 + 0.0417 * i + 0.0091 * town, 6),
            round(23.4531 + 0.1317 * town + 0.0173 * (i * 3 % 7), 6),
            float(735 + 127 * i + 311 * town),
            _CODES[(i + town) % 5],
        )
        for i in range(count)
    ]


def total(name: object, listed: list[Village], columns: Columns = ORDINARY, **cells: object) -> Row:
    """A row with the people of several villages, at their middle: of no village."""
    place = {"lon": 114.35 + len(listed) / 1000, "lat": 23.95}
    known = {"name": name, "people": sum(v.people for v in listed), "code": 121, **place, **cells}
    return Row(tuple(known.get(f if isinstance(f, str) else "", "") for f in columns.values()))


# All files of the corpus, as `_people` adds them.
CENSUSES: list[Census] = []


def census(**more: Any) -> Callable[[Callable[[], tuple[list[Sheet], list[Village]]]], None]:
    """Add a file to the corpus: a function gives sheets and villages; `more` as of `Census`."""

    def keep(make: Callable[[], tuple[list[Sheet], list[Village]]]) -> None:
        CENSUSES.append(Census(make.__name__, *make(), **more))

    return keep
