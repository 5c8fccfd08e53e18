"""The property: no table is misread in silence. What breaks it is told in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from pyproj import Geod

from gdcoverage.outlets import read_outlets
from gdcoverage.policy import ITEMS, MODES
from gdcoverage.problems import InputError, Problem
from offices._book import Row, write
from offices._office import TERMS, Office, Outlet

_GEOD = Geod(ellps="WGS84")
# Farther from the truth than this, a place is another one.
SAME_PLACE_M = 1.0
# Fields that say nothing of services: a problem with them explains no missing service.
_BESIDE = frozenset({"no", "name", "bank", "address", "lon", "lat", "lonlat", "phone", "status"})

Spot = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a reader made of a file: rows and problems, or none and why it was refused."""

    frame: gpd.GeoDataFrame | None
    problems: tuple[Problem, ...]


def read(office: Office, folder: Path) -> Answer:
    """The answer of today's reader."""
    path = write(office.sheets, folder / f"{office.stem}{office.suffix}", office.encoding)
    try:
        reading = read_outlets(path, datum=office.datum)
    except InputError as error:
        return Answer(None, error.problems)
    return Answer(reading.frame, reading.problems)


def faults(office: Office, answer: Answer) -> list[str]:
    """What is wrong with an answer that nobody is told; none if nothing.

    Every active row is an active outlet, at its place, with its services, once; every active
    outlet is an active row, or is in doubt, or an error names its row or sheet or the file; a
    service that is missing is told. Of a plain file everything is read, nothing in doubt.
    """
    if answer.frame is None:
        refused = any(o.status == "active" for o in office.outlets)
        return ["整个文件被拒收"] * (office.plain and refused)
    book = {
        ("" if office.encoding else sheet.name, number): row
        for sheet in office.sheets
        for number, row in enumerate(sheet.rows, 1)
        if row.of
    }
    found: list[str] = []
    met: dict[str, set[str]] = {outlet.key: set() for outlet in office.outlets}
    for _, row in answer.frame.iterrows():
        spot = (row["source_sheet"], int(row["source_row"]))
        outlet = _meant(office, book, spot, row["name"])
        if outlet is None:
            if row["status"] == "active" or office.plain:
                found.append(
                    f"{spot[0]}第{spot[1]}行“{row['name']}”不是网点，却按“{row['status']}”读入"
                )
            continue
        found += _row_faults(office, outlet, row, again="active" in met[outlet.key])
        if row["status"] == "active":
            found += _service_faults(office, answer, outlet, row, book)
        met[outlet.key].add(row["status"])
    for outlet in office.outlets:
        if outlet.status != "active" or met[outlet.key] & {"active", "unknown"}:
            continue
        spots = [spot for spot, line in book.items() if outlet.key in line.of]
        if met[outlet.key]:
            found.append(f"在营的“{outlet.key}”读成了“{'、'.join(met[outlet.key])}”")
        elif office.plain or not left_out(answer.problems, spots):
            found.append(f"在营的“{outlet.key}”没有读入")
    return found


def _meant(office: Office, book: dict[Spot, Row], spot: Spot, name: str) -> Outlet | None:
    """Which outlet of a row a name means; none if no row of the outlet has that name."""
    here = book.get(spot, Row()).of
    for outlet in office.outlets:
        written = {
            _plain(str(cell))
            for line in book.values()
            if outlet.key in line.of
            for cell in (line.cells if len(line.of) == 1 else (outlet.name,))
        }
        if outlet.key in here and _plain(name) in written:
            return outlet
    return None


def _row_faults(office: Office, outlet: Outlet, row, again: bool) -> list[str]:
    """What is wrong with one row of the frame; `again` if the outlet was counted before."""
    who, status = f"“{outlet.key}”", row["status"]
    if status != "active":
        wrong = status == "unknown" or outlet.status not in ("active", "inactive", status)
        return [f"{who}应为“{outlet.status}”，读成“{status}”"] * (office.plain and wrong)
    if outlet.status != "active":
        return [f"{who}已是“{outlet.status}”，却按在营计入"]
    found = [f"{who}计入了两次"] * again
    away = away_m(row["geometry"], outlet.lon, outlet.lat)
    if away > SAME_PLACE_M:
        found.append(f"{who}的位置差 {away:,.0f} 米")
    if row["bank"] not in outlet.bank and outlet.bank not in row["bank"]:
        found.append(f"{who}的银行读成“{row['bank']}”")
    return found


def _service_faults(
    office: Office, answer: Answer, outlet: Outlet, row, book: dict[Spot, Row]
) -> list[str]:
    """Services that an active row has, or lacks, otherwise than the table tells."""
    lines = {spot: line for spot, line in book.items() if outlet.key in line.of}
    told = {s: h for line in lines.values() for h, f in line.says.items() for s in _services(f)}
    found = []
    for service, term in TERMS.items():
        has = service in outlet.services and service in told
        if row[service] and not has:
            found.append(f"“{outlet.key}”没有“{term}”，却读成有")
        if has and not row[service]:
            explained = service_told(answer.problems, lines, told[service])
            if office.plain or not explained:
                found.append(f"“{outlet.key}”有“{term}”，没有读入")
    return found


def _services(field: str) -> Iterable[str]:
    return {"modes": MODES, "items": ITEMS}.get(field, (field,) if field in TERMS else ())


def away_m(point: shapely.Point, lon: float, lat: float) -> float:
    """Metres from a point to a place in degrees."""
    return float(_GEOD.inv(point.x, point.y, lon, lat)[2])


def left_out(problems: Iterable[Problem], spots: list[Spot]) -> bool:
    """Whether an error names one of the rows, or its sheet or the file as a whole."""
    return any(
        problem.severity == "error"
        and (
            (problem.row is None and problem.sheet in ("", sheet))
            or (problem.row == number and problem.sheet == sheet)
        )
        for problem in problems
        for sheet, number in spots
    )


def service_told(problems: Iterable[Problem], lines: dict[Spot, Row], heading: str) -> bool:
    """Whether a problem with a row, or one that names the column, explains a missing service."""
    parts = heading.split("|")
    return any(
        (p.row == number and p.sheet == sheet and p.column not in _beside(line))
        or (p.row is None and p.sheet in ("", sheet) and _says(p, parts))
        for p in problems
        for (sheet, number), line in lines.items()
    )


def _beside(line: Row) -> set[str]:
    return {h.rpartition("|")[2] for h, field in line.says.items() if field in _BESIDE}


def _says(problem: Problem, parts: list[str]) -> bool:
    return any(part in problem.column or part in problem.what for part in parts)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
