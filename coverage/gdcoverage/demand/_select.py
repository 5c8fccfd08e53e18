"""Which tables of a file tell of people."""

from __future__ import annotations

from collections.abc import Collection

from gdcoverage.demand import _headings as words
from gdcoverage.demand._people import is_of_others
from gdcoverage.problems import InputError, Problem, Severity
from gdcoverage.tables import Found, Named, Rows, Table, tables_of

_OTHERS = {
    "name": ("网点名称", "银行网点", "支行名称", "机构名称"),
    "bank": ("所属银行", "银行", "合作银行"),
}


def tables_with_people(
    source: Rows, sheet: str | None, columns: Named | None, documented: Collection[str]
) -> Found:
    """Tables with a column of people (or men and women); the others, and what is told of them.

    Raises
    ------
    InputError : as `tables_of`; no table is of people.
    """

    def having(*needed: str) -> list[Table]:
        return tables_of(
            source, words.HEADINGS, needed, sheet=sheet, columns=columns, documented=documented
        )

    try:
        tables = having("population")
    except InputError as error:
        if error.problem.kind != "header_missing":
            raise
        try:
            tables = having("male", "female")
        except InputError:
            raise _as_outlets(source, sheet, error) from error
    problems, passed = [], []
    for table in tables:
        if problem := is_of_others(table):
            problems.append(problem)
            passed.append(table)
    if len(passed) == len(tables):
        raise InputError(*problems)
    for unread in tables[0].unread:
        severity: Severity = "error" if unread.places else "warning"
        what = f"没有人口表头，未读取（{unread.rows} 行）"
        action = "若其中有人口，请补上表头（如 村名、人口、经度、纬度）"
        problems.append(
            Problem("sheet_unused", what, action, severity, file=tables[0].file, sheet=unread.sheet)
        )
    return Found([table for table in tables if table not in passed], passed, problems)


def _as_outlets(source: Rows, sheet: str | None, error: InputError) -> InputError:
    """The error of a file without people, which says so where it is one of outlets."""
    try:
        tables = tables_of(source, _OTHERS, ("name",), sheet=sheet)
    except InputError:
        return error
    named = [p for table in tables if "bank" in table.headings and (p := is_of_others(table))]
    return InputError(*named) if named else error
