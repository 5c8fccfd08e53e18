"""Asking the planner on the terminal what a table leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.text import Text

from gdcoverage.problems import rows_told
from gdcoverage.start.terminal import nearby, out

if TYPE_CHECKING:
    from gdcoverage.run import Checked
    from gdcoverage.tables.account import Question

_SKIP = "跳过"


def asked_and_kept(checked: Checked) -> bool:
    """Ask each question of the outlets' table, and keep the answers beside it.

    Returns
    -------
    Whether anything was answered.
    """
    from gdcoverage.outlets.answers import ANSWERS, write_answers

    if checked.outlets is None or not checked.questions:
        out.print("没有需要询问的存疑之处。")
        return False
    path = checked.outlets.parent / ANSWERS
    answers = []
    for number, question in enumerate(checked.questions, 1):
        meaning = _answer(question, f"{number}/{len(checked.questions)}")
        if meaning != _SKIP:
            answers.append((question.kind, question.text, meaning))
    if answers:
        write_answers(answers, path)
        out.print(Text(f"已记入：{nearby(path)}"), soft_wrap=True)
    return bool(answers)


def _answer(question: Question, number: str) -> str:
    from gdcoverage.outlets.answers import allowed_for

    where = f"工作表“{question.sheet}”" if question.sheet else ""
    out.print(
        Text(f"[{number}] {where}{rows_told(question.rows)}存疑：{question.why}"),
        soft_wrap=True,
    )
    allowed = [*allowed_for(question.kind), _SKIP]
    listed = "、".join(f"{i} {word}" for i, word in enumerate(allowed, 1))
    asked = f"{question.kind}“{question.text}”是（{listed}）"
    while True:
        said = str(typer.prompt(asked, default=_SKIP)).strip()
        if said.isdecimal() and 1 <= int(said) <= len(allowed):
            return allowed[int(said) - 1]
        if said in allowed:
            return said
        out.print(f"请填 1 到 {len(allowed)}，或其中一个词。")
