"""What was understood of a file, for the person who signs: nothing is read in silence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TableRead:
    """A table of a file as it was understood, or why it was passed over.

    Parameters
    ----------
    sheet : name of its sheet; empty for a text table or a layer.
    first_row, last_row : where it stands, header included, as a spreadsheet counts from 1; 0
        for a sheet that was passed over whole.
    used : whether its rows were read.
    why : what speaks for its being used or passed over, in Chinese.
    rows : entries read.
    columns : heading as the file writes it -> what it means, in Chinese.
    unused : headings that mean nothing known.
    """

    sheet: str
    first_row: int
    last_row: int
    used: bool
    why: str
    rows: int = 0
    columns: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What the planner may be asked, so that rows are no longer in doubt.

    Parameters
    ----------
    kind : of what: a sheet (or title, or part of a table), a word, an outlet; in Chinese.
    text : the sheet's name, the word, the outlet's name.
    why : they are in doubt.
    sheet, rows : where they stand.
    """

    kind: str
    text: str
    why: str
    sheet: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Account:
    """What was understood of a file.

    Parameters
    ----------
    tables : in the order of the file.
    counts : what the rows are -> how many (在营 12, 存疑 3, …), in Chinese.
    people : in all; None where the file tells of none.
    data_date : the date that the data tell of themselves, ISO 8601 as far as known (2025,
        2025-06, 2025-06-30); empty where none was found.
    date_from : where that date was found, in Chinese.
    questions : what would settle the doubts.
    """

    tables: tuple[TableRead, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    people: float | None = None
    data_date: str = ""
    date_from: str = ""
    questions: tuple[Question, ...] = ()
