"""What an office sends: outlets, the columns of its table, and the truth that goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gdcoverage.geo.datum import Datum, from_wgs84
from gdcoverage.policy import FLAGS, ITEMS, MODES
from offices import _columns
from offices._book import Row, Sheet
from offices._columns import Columns, Writing, header

TERMS = MODES | ITEMS | FLAGS
STATUS = {"active": "在营", "planned": "筹建", "suspended": "暂停", "exited": "已退出"}
_BANKS = ("工商银行", "农业银行", "建设银行", "农商银行")
_TOWNS = (
    *("龙城", "永汉", "麻榨", "平陵", "龙江", "蓝田", "龙潭", "地派", "龙华", "沙迳"),
    *("龙田", "左潭"),
)


@dataclass(frozen=True)
class Outlet:
    """An outlet as it is, in WGS-84; its status "inactive" is any but active."""

    name: str
    bank: str
    lon: float
    lat: float
    services: frozenset[str]
    status: str = "active"

    @property
    def key(self) -> str:
        return self.bank + self.name

    def place(self, datum: Datum) -> tuple[float, float]:
        lon, lat = from_wgs84(self.lon, self.lat, datum)
        return round(float(lon), 6), round(float(lat), 6)

    def said(self, field: str, number: int, datum: Datum) -> object:
        """What an ordinary table writes in a column."""
        lon, lat = self.place(datum)
        if field in TERMS:
            return "√" if field in self.services else ""
        return {
            "no": number,
            "name": self.name,
            "bank": self.bank,
            "address": f"惠州市龙门县{self.name[:2]}镇中心路{number}号",
            "lon": lon,
            "lat": lat,
            "lonlat": f"{lon:.6f},{lat:.6f}",
            "modes": "、".join(MODES[s] for s in MODES if s in self.services),
            "items": "、".join(ITEMS[s] for s in ITEMS if s in self.services),
            "phone": f"0752-77800{number:02d}",
            "status": STATUS.get(self.status, ""),
        }[field]


PLACE: Columns = {"经度": "lon", "纬度": "lat"}
SHORT: Columns = {"序号": "no", "网点名称": "name", "所属银行": "bank", **PLACE}
FULL: Columns = {
    **{"序号": "no", "网点名称": "name", "所属银行": "bank", "网点地址": "address", **PLACE},
    **{"服务方式": "modes", "业务事项": "items", "联系电话": "phone"},
}
STATED: Columns = {**FULL, "状态": "status"}


@dataclass(frozen=True)
class Office:
    """A file that an office sends, and the truth about it.

    Parameters
    ----------
    outlets : all that there are, active or not.
    plain : whether a clerk would find the file unmistakable.
    encoding : of a text table; a workbook without.
    stem, suffix : of the file's name.
    """

    name: str
    sheets: list[Sheet]
    outlets: list[Outlet]
    plain: bool = False
    datum: Datum = "gcj02"
    encoding: str = ""
    stem: str = "网点"
    suffix: str = ".xlsx"


def some(count: int, start: int = 0, status: str = "active") -> list[Outlet]:
    """Outlets within Longmen county, kilometres apart, each with services of its own."""
    return [
        Outlet(
            f"{_TOWNS[i]}支行",
            _BANKS[i // 3],
            round(114.0512 + 0.0317 * i + 0.000737 * (i * 7 % 12), 6),
            round(23.4521 + 0.0371 * (i * 5 % 12) + 0.000653 * (i * 11 % 12), 6),
            frozenset(s for k, s in enumerate(TERMS) if (i * 7 + k * k) % 3 != 1 or k == i % 4),
            status,
        )
        for i in range(start, start + count)
    ]


def each(outlets: Iterable[Outlet], *status: str) -> list[Outlet]:
    """The outlets with these statuses, the last for the rest."""
    listed = list(outlets)
    told = [*status, *[status[-1]] * (len(listed) - len(status))]
    return [replace(o, status=s) for o, s in zip(listed, told, strict=True)]


def entries(outlets: Iterable[Outlet], columns: Columns = FULL, **look: Any) -> list[Row]:
    """A row for each outlet, without a header; `look` as of `Row`."""
    return _columns.entries(outlets, columns, "gcj02", **look)


def table(outlets: Iterable[Outlet], columns: Columns = FULL, **look: Any) -> list[Row]:
    """A header and a row for each outlet."""
    return [*header(columns), *entries(outlets, columns, **look)]


def ticks(
    services: Iterable[str], heading: str = "{}", yes: object = "√", no: object = ""
) -> dict[str, tuple[str, Writing]]:
    """A column for each service, with what it holds for yes and for no."""

    def told(service: str) -> Writing:
        return lambda outlet: yes if service in outlet.services else no

    return {heading.format(TERMS[s]): (s, told(s)) for s in services}


def turned(texts: Mapping[str, object], rest: object = "在营") -> Writing:
    """Writing by status."""
    return lambda outlet: texts.get(outlet.status, rest)


# All offices of the corpus, as their modules add them.
OFFICES: list[Office] = []


def office(**more: Any) -> Callable[[Callable[[], tuple[list[Sheet], list[Outlet]]]], None]:
    """Add a file to the corpus: a function gives sheets and outlets; `more` as of `Office`."""

    def keep(make: Callable[[], tuple[list[Sheet], list[Outlet]]]) -> None:
        OFFICES.append(Office(make.__name__, *make(), **more))

    return keep
