"""The same property of people: nobody is lost, and nobody counted twice, in silence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gdcoverage.demand import read_demand
from gdcoverage.problems import InputError, Problem
from offices._book import write
from offices._census import Census, Village
from offices.judge import SAME_PLACE_M, Answer, Spot, away_m, left_out

SETTLEMENT = {"1": "urban", "2": "rural"}


def read(census: Census, folder: Path) -> Answer:
    """The answer of today's reader."""
    path = write(census.sheets, folder / f"人口{census.suffix}", census.encoding)
    try:
        reading = read_demand(path, datum=census.datum)
    except InputError as error:
        return Answer(None, error.problems)
    return Answer(reading.frame, reading.problems)


def faults(census: Census, answer: Answer) -> list[str]:
    """What is wrong with an answer that nobody is told; none if nothing.

    Every village is a row, at its place, with its people and class, once; and no other row has
    people; or a problem names the row, or an error its sheet or the file. Of a plain file
    everything is read.
    """
    if answer.frame is None:
        return ["整个文件被拒收"] * (census.plain and bool(census.villages))
    spots: dict[str, list[Spot]] = {v.key: [] for v in census.villages}
    for sheet in census.sheets:
        for number, row in enumerate(sheet.rows, 1):
            for key in row.of:
                spots.setdefault(key, []).append(("" if census.encoding else sheet.name, number))
    found: list[str] = []
    met: set[str] = set()
    for _, row in answer.frame.iterrows():
        village = _meant(census, row, spots)
        here = spots[village.key] if village else _anywhere(census, int(row["source_row"]))
        wrong = _wrong(village, row, again=village is not None and village.key in met)
        if wrong and (census.plain or not told(answer.problems, here)):
            found.append(wrong)
        met |= {village.key} if village else set()
    for village in census.villages:
        if village.key in met:
            continue
        if census.plain or not left_out(answer.problems, spots[village.key]):
            found.append(f"“{village.name}”（{village.people:,.0f} 人）没有读入")
    return found


def _meant(census: Census, row, spots: dict[str, list[Spot]]) -> Village | None:
    """The village that stands where the row says, in a row of its number."""
    number, point = int(row["source_row"]), row["geometry"]
    return next(
        (
            village
            for village in census.villages
            if number in {at for _, at in spots[village.key]}
            and away_m(point, village.lon, village.lat) <= SAME_PLACE_M
        ),
        None,
    )


def _wrong(village: Village | None, row, again: bool) -> str:
    if village is None:
        people, name = row["population"], row["name"]
        return f"第{row['source_row']}行“{name}”不是居民点，却计入 {people:,.0f} 人" * (people > 0)
    if again:
        return f"“{village.name}”计入了两次"
    if abs(row["population"] - village.people) > 0.01:
        return f"“{village.name}”应为 {village.people:,.1f} 人，读成 {row['population']:,.1f} 人"
    if row["settlement"] != SETTLEMENT[village.code[0]]:
        return f"“{village.name}”的城乡分类应为 {village.code}，读成 {row['settlement']}"
    return ""


def _anywhere(census: Census, number: int) -> list[Spot]:
    """A row's number on every sheet: rows of people do not say which is theirs."""
    return [("" if census.encoding else sheet.name, number) for sheet in census.sheets]


def told(problems: Iterable[Problem], spots: list[Spot]) -> bool:
    """Whether a problem names one of the rows, or an error its sheet or the file as a whole."""
    listed = list(problems)
    return left_out(listed, spots) or any((p.sheet, p.row) in spots for p in listed)
