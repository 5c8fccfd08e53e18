"""「读表说明」: what was understood of the inputs, as sections, whatever form they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from gdcoverage.files import Source
from gdcoverage.geo.datum import DATUMS
from gdcoverage.outlets.datum_fit import ENOUGH_POINTS, SEARCH_M, DatumFit
from gdcoverage.policy import OUTLET_STATUS
from gdcoverage.problems import Problem, rows_told
from gdcoverage.report._columns import UNKNOWN, measured, plain
from gdcoverage.tables import Reading
from gdcoverage.tables.account import Account, TableRead

NO_DATE = "未知"
Columns = tuple[tuple[str, str], ...]
_DOUBT = "doubt_"
# So many sheets with the same columns are named; the others are counted.
_NAMED = 5
_UNSAID = Problem("doubt_status", "状态无法判断", "请写明状态")


@dataclass(frozen=True)
class DoubtfulRow:
    """A row that does not count because it was not understood; row 0 is a whole table."""

    sheet: str
    row: int
    name: str
    reason: str
    action: str


@dataclass(frozen=True)
class FileRead:
    """What was understood of an input file.

    Parameters
    ----------
    source : the file.
    account : what its reader says.
    counts : what its rows are -> how many.
    amount : what the planner's own figure is compared with: outlets in service, or people; None
        where there is nothing to compare.
    expected : that figure, if the plan gives one.
    doubtful : its rows in doubt, by sheet and row.
    """

    source: Source
    account: Account
    counts: tuple[tuple[str, int], ...]
    amount: float | None = None
    expected: float | None = None
    doubtful: tuple[DoubtfulRow, ...] = ()

    @classmethod
    def of(cls, reading: Reading, expected: float | None = None) -> FileRead:
        """The reading of outlets, candidates or people."""
        frame, counts = reading.frame, reading.account.counts
        amount: float | None
        if "population" in frame:
            people = reading.account.people
            amount = float(frame["population"].sum()) if people is None else people
            counts = counts or (("需求点", len(frame)),)
        elif reading.source.role == "镇街":
            amount = None
        elif reading.source.role == "候选点":
            amount, counts = None, (("候选点", len(frame)),)
        else:
            found = frame["status"].value_counts()
            amount = float(found.get("active", 0))
            counts = counts or tuple(
                (term, int(found[status])) for status, term in OUTLET_STATUS.items()
                if status in found
            )  # fmt: skip
        rows = tuple(_doubtful(reading))
        return cls(reading.source, reading.account, counts, amount, expected, rows)

    @property
    def is_people(self) -> bool:
        """Whether it tells of people."""
        return self.source.role == "人口"


def _doubtful(reading: Reading) -> Iterable[DoubtfulRow]:
    """Every row in doubt with what speaks of it: of the row itself, else of its whole table, else
    whatever is wrong with the row.
    """
    told: dict[tuple[str, int], list[Problem]] = {}
    wrong: dict[tuple[str, int], Problem] = {}
    for p in reading.problems:
        if p.kind.startswith(_DOUBT):
            told.setdefault((p.sheet, p.row or 0), []).append(p)
        elif p.severity == "error" and p.row is not None:
            wrong.setdefault((p.sheet, p.row), p)
    found: list[DoubtfulRow] = []
    used = set()
    for sheet, row, name in _unknown_status(reading.frame):
        place = (sheet, row) if (sheet, row) in told else (sheet, 0)
        used.add(place)
        if place in told:
            found += [DoubtfulRow(sheet, row, name, p.what, p.action) for p in told[place]]
        else:
            p = wrong.get((sheet, row), _UNSAID)
            found.append(DoubtfulRow(sheet, row, name, p.what, p.action))
    left = {place: problems for place, problems in told.items() if place not in used}
    names = _names(reading.frame, {row for _, row in left})
    for (sheet, row), problems in left.items():
        name = names.get((sheet, row), names.get(("", row), ""))
        found += [DoubtfulRow(sheet, row, name or p.value, p.what, p.action) for p in problems]
    return sorted(found, key=lambda r: (r.sheet, r.row))


def _unknown_status(frame: pd.DataFrame) -> Iterable[tuple[str, int, str]]:
    """Sheet, row and name of each outlet in doubt."""
    if "status" not in frame:
        return []
    rows = frame.loc[frame["status"] == "unknown", ["source_sheet", "source_row", "name"]]
    return [(str(s), int(r), str(n)) for s, r, n in rows.itertuples(index=False)]


def _names(frame: pd.DataFrame, rows: set[int]) -> dict[tuple[str, int], str]:
    """Sheet and row -> name, of some rows; a frame without sheets knows rows that are one's."""
    rows = rows - {0}
    if not rows or not {"source_row", "name"} <= set(frame):
        return {}
    some = frame[frame["source_row"].isin(rows)]
    sheets = some.get("source_sheet", pd.Series("", some.index))
    some = pd.DataFrame({"sheet": sheets, "row": some["source_row"], "name": some["name"]})
    some = some.drop_duplicates(["sheet", "row"], keep=False)
    return {(str(s), int(r)): str(n) for s, r, n in some.itertuples(index=False)}


class Grid(NamedTuple):
    """A table of texts under a line that says what it shows."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Section(NamedTuple):
    """What is said of a file, or of all of them: facts by label, then tables."""

    title: str
    facts: list[tuple[str, str]]
    grids: list[Grid]


def account_sections(
    files: Sequence[FileRead], fits: Sequence[DatumFit] | None = ()
) -> list[Section]:
    """All that 「读表说明」 says, in order.

    Parameters
    ----------
    fits : how near outlets lie to the streets; None where streets were not asked for.
    """
    sections = [_of_file(file) for file in files]
    return sections if fits is None else [*sections, _of_datum(fits)]


def data_date(account: Account) -> str:
    """The date that data tell of themselves, or that none is known."""
    return account.data_date or NO_DATE


def _of_file(file: FileRead) -> Section:
    account, unit = file.account, "people" if file.is_people else "count"
    counts = "、".join(f"{plain(what)} {count:,}" for what, count in file.counts)
    facts = [("读入", counts or "0")]
    if file.is_people and file.amount is not None:
        facts.append(("人口合计", measured(file.amount, unit)))
    if file.expected is not None and file.amount is not None:
        facts.append(("您的数字", _compared(file.amount, file.expected, unit)))
    where = f"（{plain(account.date_from)}）" if account.date_from else ""
    facts.append(("数据截至", f"{plain(data_date(account))}{where}"))
    facts.append(("SHA-256", file.source.sha256 or UNKNOWN))
    grids = [_tables(account.tables), _columns(account.tables), _doubts(file.doubtful)]
    title = f"{file.source.role}：{plain(file.source.name)}"
    return Section(title, facts, [grid for grid in grids if grid.rows])


def _compared(amount: float, expected: float, unit: str) -> str:
    """What was read beside what the planner says, with the difference."""
    what = "人口" if unit == "people" else OUTLET_STATUS["active"]
    apart = amount - expected
    difference = f"{'多' if apart > 0 else '少'} {measured(abs(apart), unit)}"
    told = "一致" if abs(apart) < 0.5 else f"读入的比您的{difference}"
    return f"{what} {measured(expected, unit)}；读入 {measured(amount, unit)}，{told}"


def _tables(tables: Sequence[TableRead]) -> Grid:
    headings = ("工作表", "行", "采用", "依据", "读入条数")
    rows = [
        (
            plain(table.sheet) or UNKNOWN,
            f"{table.first_row}–{table.last_row}" if table.last_row else UNKNOWN,
            "采用" if table.used else "未采用",
            plain(table.why),
            f"{table.rows:,}" if table.used else UNKNOWN,
        )
        for table in tables
    ]
    return Grid("工作表与表格", headings, rows)


def _columns(tables: Sequence[TableRead]) -> Grid:
    """What each heading means; sheets with the same columns together."""
    alike: dict[tuple[Columns, tuple[str, ...]], list[str]] = {}
    for table in tables:
        if table.used:
            alike.setdefault((table.columns, table.unused), []).append(table.sheet)
    rows = []
    for (columns, unused), sheets in alike.items():
        named = [plain(sheet) for sheet in dict.fromkeys(sheets) if sheet]
        more = f"等 {len(named):,} 张" if len(named) > _NAMED else ""
        where = "、".join(named[:_NAMED]) + more or UNKNOWN
        rows += [(where, plain(heading), plain(means)) for heading, means in columns]
        rows += [(where, plain(heading), "未使用") for heading in unused]
    return Grid("各列的含义", ("工作表", "列", "含义"), rows)


def _doubts(doubtful: Sequence[DoubtfulRow]) -> Grid:
    """Rows in doubt, like reasons together."""
    alike: dict[tuple[str, str, str], dict[int, str]] = {}
    for one in doubtful:
        alike.setdefault((one.sheet, one.reason, one.action), {})[one.row] = one.name
    rows = [
        (
            plain(sheet) or UNKNOWN,
            rows_told(sorted(names.keys() - {0})) if names.keys() - {0} else "整表",
            "、".join(filter(None, (plain(names[row]) for row in sorted(names)))) or UNKNOWN,
            plain(reason),
            plain(action),
        )
        for (sheet, reason, action), names in alike.items()
    ]
    count = len({(one.sheet, one.row) for one in doubtful})
    title = f"{OUTLET_STATUS['unknown']}的行（共 {count:,} 行）"
    return Grid(title, ("工作表", "行", "名称", "原因", "办法"), rows)


def _of_datum(fits: Sequence[DatumFit]) -> Section:
    """How near the outlets lie to the streets under each datum."""
    how = f"网点多临街，按对的坐标系换算，到最近街道的距离最小（超过 {SEARCH_M:.0f} 米按此计）"
    whole = [fit for fit in fits if not fit.sheet]
    rows = [
        (
            DATUMS[datum],
            f"{median:.1f} 米" if np.isfinite(median) else UNKNOWN,
            "计划所写" if datum == fit.declared else "",
        )
        for fit in whole
        for datum, median in fit.medians.items()
    ]
    count = sum(fit.outlets for fit in whole)
    few = f"，不足 {ENOUGH_POINTS} 个，不足以判断" if count < ENOUGH_POINTS else ""
    title = f"所列县区内的网点到最近街道的中位距离（{count:,} 个网点{few}）"
    grids = [Grid(title, ("坐标系", "中位距离", ""), rows)] if rows else []
    return Section("坐标系的依据", [("怎样看", how)], grids)
