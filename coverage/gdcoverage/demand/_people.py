"""How many people a row has: as its cell, its heading and the lines above say."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import replace

import numpy as np

from gdcoverage.arrays import Floats, Objects
from gdcoverage.demand import _headings as words
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.tables import Table, numbers, plain_heading, plain_number
from gdcoverage.tables.dates import last_period

# Nowhere live more; what stands for “no data” undeclared (3.4e38, 2147483647) is more.
MOST_PEOPLE = 1e9
# No place in China has more; who reads more has the unit wrong.
_MOST_OF_A_PLACE = 2e6


def with_people(table: Table) -> tuple[Table, list[Problem]]:
    """A table with a column of people, and what is told of the choice.

    Where only men and women are counted, their sum is taken.

    Raises
    ------
    InputError : it has none, or counts households or people of years to come.
    """
    if "population" not in table.headings:
        if not {"male", "female"} <= table.headings.keys():
            raise _lacking(
                table, "population_heading_missing", "人口列", "请增加“人口”（population）列"
            )
        return _of_both_sexes(table)
    heading = table.headings["population"]
    if words.unit_of(heading, words.UNITS) == 0:
        raise _lacking(
            table, "population_heading_missing", "人口列", f"“{heading}”是户数，请填人数"
        )
    period = last_period(heading)
    if period and period.first > dt.date.today():
        raise _lacking(
            table,
            "population_not_yet",
            "现有人口列",
            f"“{heading}”是将来的人口，请在计划里用 columns 指定现有人口的列",
        )
    told = []
    if words.REGISTERED.search(heading):
        what = f"没有常住人口，人口按“{heading}”计，户籍人口与实际居住的人口可能相差很大"
        told.append(_of_table(table, "people_registered", what, "若有常住人口，请改用"))
    others = [h for h in table.others if words.OF_PEOPLE.fullmatch(plain_heading(h))]
    if others:
        what = f"人口按“{heading}”列计，没有用“{'”“'.join(others)}”列"
        action = "若应用其他列，请在计划里用 columns 指定"
        told.append(_of_table(table, "people_columns", what, action))
    return table, told


def _of_both_sexes(table: Table) -> tuple[Table, list[Problem]]:
    names = [table.headings[sex] for sex in ("male", "female")]
    if any("岁" in name for name in names):
        raise _lacking(table, "population_heading_missing", "人口列", "请增加“人口”列")
    both = numbers(table.text("male")) + numbers(table.text("female"))
    text = np.array(["" if np.isnan(n) else f"{n:.15g}" for n in both], object)
    heading = "、".join(names)
    what = f"没有人口列，人口按“{names[0]}”“{names[1]}”两列之和计"
    sums = numbers(
        np.array(
            [t.get(sex, "") for t in table.totals.values() for sex in ("male", "female")], object
        )
    )
    totals = {
        row: texts | {"population": "" if np.isnan(n) else f"{n:.15g}"}
        for (row, texts), n in zip(table.totals.items(), sums.reshape(-1, 2).sum(1), strict=True)
    }
    table = replace(
        table,
        columns=table.columns | {"population": text},
        headings=table.headings | {"population": heading},
        totals=totals,
    )
    return table, [_of_table(table, "people_by_sex", what, "请核对")]


def people_of(table: Table) -> tuple[Floats, float, list[Problem]]:
    """People of each row, NaN where the cell holds no number of them.

    Returns
    -------
    people : of each row.
    step : in which they are counted; more than 1 where they are given in tens of thousands
        with few decimals, less where a model gives fractions.
    problems : of the rows.
    """
    text = table.columns["population"]
    above = _unit_above(table)
    inside = words.unit_of(table.headings["population"], words.UNITS)
    unit = inside or above or 1.0
    people = numbers(text)
    plain = ~np.isnan(people)
    if unit != 1:
        people = (people * unit).round(6)
    problems = []
    if above > 1 and inside is None:
        what = f"人口单位按表上方或表内的“单位：…”取，1 即 {above:,.0f} 人"
        problems.append(
            _of_table(table, "unit_above", what, "请核对，或把单位写进表头：人口（万人）")
        )
    scaled = unit > 1
    for i in np.flatnonzero(~plain & (text != "")):
        people[i], about = _written(text[i], unit)
        scaled |= "万" in text[i]
        if about:
            what = f"人口是约数，按 {people[i]:,.0f} 人计"
            problems.append(
                table.problem(
                    int(i), "population", "population_about", what, "请核对", severity="warning"
                )
            )
    bad = ~((people >= 0) & (people <= MOST_PEOPLE))
    if above > 1 and inside is None:
        bad |= people > _MOST_OF_A_PLACE
    for i in np.flatnonzero(bad):
        if text[i] == "":
            kind, what = "population_missing", "没有人口数，该行未计入"
        elif np.isnan(people[i]):
            kind, what = "population_unreadable", "人口不是数字，该行未计入"
        elif people[i] < 0:
            kind, what = "population_negative", "人口为负数，该行未计入"
        else:
            kind, what = "population_impossible", "人口大得不可能，该行未计入"
        problems.append(table.problem(int(i), "population", kind, what, "请填不小于 0 的人数"))
    people[bad] = np.nan
    return people, _step(people[~bad], bool(scaled)), problems


def totals_of(table: Table) -> dict[int, float]:
    """Row -> people, of rows that say 合计 and are none of a table's."""
    columns = {
        field: np.array([texts.get(field, "") for texts in table.totals.values()], object)
        for field in table.columns
    }
    rows = np.array(list(table.totals), np.int64)
    people, _, _ = people_of(replace(table, columns=columns, row=rows))
    return {int(row): float(n) for row, n in zip(rows, people, strict=True) if n >= 0}


def _written(cell: str, unit: float) -> tuple[float, bool]:
    """People that a cell says in words, and whether it is about so many; NaN for none."""
    match = words.NUMBER.fullmatch(plain_number(cell))
    if not match:
        return np.nan, False
    own = words.CELL_UNITS.get(match["unit"] or "", 1.0 if match["who"] else unit)
    vague = bool(match["near"] or match["more"] or match["about"])
    return round(float(match["number"]) * own, 6), vague


def _step(people: Floats, scaled: bool) -> float:
    steps = (1e4, 1e3, 100.0, 10.0) if scaled else ()
    for step in (*steps, 1.0):
        if not len(people) or (np.abs(people / step - np.round(people / step)) < 1e-6).all():
            return step
    return 0.01


def _unit_above(table: Table) -> float:
    """The unit that stands in a line above a table, or else beside it; 0 for none."""
    for lines in ((table.title,), table.notes):
        said = {
            words.UNITS[word]
            for line in lines
            for match in words.UNIT_LINE.finditer(unicodedata.normalize("NFKC", line))
            for word in re.split(r"[、/和]", match[1])
            if word in words.UNITS
        } - {0.0}
        if len(said) == 1:
            return said.pop()
    return 0.0


def elderly_of(table: Table, people: Floats) -> tuple[Floats, list[Problem]]:
    """People of 60 and over, NaN where unknown or impossible."""
    text = table.text("elderly")
    heading = table.headings.get("elderly", "")
    elderly = numbers(text) * (words.unit_of(heading, words.UNITS) or _unit_above(table) or 1.0)
    strange = (np.isnan(elderly) & (text != "")) | (elderly < 0) | (elderly > people)
    elderly[strange] = np.nan
    what, action = "60 岁以上人口不是 0 到总人口之间的数，按未知处理", "请核对"
    return elderly, [
        table.problem(int(i), "elderly", "elderly_unusable", what, action, severity="warning")
        for i in np.flatnonzero(strange)
    ]


def is_of_others(table: Table) -> Problem | None:
    """What is wrong with a table that counts something else than residents; None if nothing."""
    headings = (*table.headings.values(), *table.others)
    found = [h for h in headings if words.OF_OTHERS.fullmatch(plain_heading(h))]
    name = plain_heading(table.headings.get("name", "名称"))
    # Beside 村名 such a column says which bank or school is the village's.
    of_anything = name in words.NAME_OF_ANYTHING or words.OF_OTHERS.fullmatch(name)
    if not found or not of_anything:
        return None
    return Problem(
        "not_people",
        f"不是人口表：有“{'”“'.join(found)}”列，{len(table)} 行未计入",
        "请核对计划里网点与人口两个文件是否写反；若确是人口表，请改正这些列的表头",
        file=table.file,
        sheet=table.sheet,
    )


def _lacking(table: Table, kind: str, column: str, action: str) -> InputError:
    seen = "、".join([*table.headings.values(), *table.unused])
    return unusable(
        kind, f"没有{column}，看到的表头是：{seen}", action, file=table.file, sheet=table.sheet
    )


def _of_table(table: Table, kind: str, what: str, action: str) -> Problem:
    return Problem(kind, what, action, "warning", file=table.file, sheet=table.sheet)


def narrow(text: Objects) -> Objects:
    """Texts with full-width letters and signs made narrow, without spaces."""
    return np.array(
        [t if t.isascii() else "".join(unicodedata.normalize("NFKC", t).split()) for t in text],
        object,
    )
