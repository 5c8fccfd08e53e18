"""What each part of the covering solver is worth: ``python -m benchmarks.covering_parts``.

Each part is switched off alone, on families of questions that are unlike one another; and beside
them the textbook's program in HiGHS alone. CPU seconds, and the gap where one is left.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks import covering_questions as questions
from benchmarks.covering_highs import alone
from benchmarks.covering_questions import Asked
from benchmarks.timing import spent
from gdcoverage.locate import _effort, _prices, _reduce, _search
from gdcoverage.locate._search import Search
from gdcoverage.locate._solution import relative_gap

# What takes the place of a part: where it is looked up, its name, and what does nothing.
PARTS: dict[str, tuple[tuple[object, str, Any], ...]] = {
    "all": (),
    "no dominated sites dropped": (
        (_reduce, "_dominated", lambda model: np.zeros(len(model.cost), bool)),
    ),
    "no rows made one": ((_reduce, "_with_fewer_rows", lambda model, total: model),),
    "no prices": ((_search, "tightened", lambda model, start, *rest: (start, start.share)),),
    "no longer steps of plans": ((_prices, "LEAN", 1.0),),
    "no plans from prices": ((_search, "LIKELY", 2.0),),
    "no grain of worths": ((_search, "grain", lambda values: 0.0),),
    "no sites fixed by prices": (
        (_search, "decided", lambda best, slack: 2 * (np.zeros(len(best.share), bool),)),
    ),
    "no search among likely sites": ((Search, "_narrow", lambda search, *rest: None),),
    "no search at all": ((Search, "_search", lambda search, *rest: None),),
    "no part chosen anew": (
        (Search, "_rework", lambda search, place, effort: search._shake(place)),
    ),
    "no branch and bound": ((Search, "_prove", lambda search, best: None),),
}
# With more pairs than this the textbook's program is not tried.
MOST_ALONE = 5_000_000


def families() -> list[Callable[[], Asked]]:
    """Questions of every kind: towns, Chen's and Cordeau's recipes, p-medians, a province."""
    return [
        questions.clustered,
        lambda: questions.chen(1_000, 3.5, 15),
        lambda: questions.cordeau(100_000, 5.5, 10),
        lambda: questions.pmed(1),
        lambda: questions.pmed(2),
        lambda: questions.slice_of_province(20),
        lambda: questions.slice_of_province(20)._replace(share=0.9),
        lambda: questions.slice_of_province(20)._replace(share=1.0),
        lambda: questions.slice_of_province(1),
    ]


def measure(asked: Iterable[Asked], parts: Iterable[str], cpu_seconds: float) -> None:
    """Print a Markdown table: CPU seconds and gap, a row for each question and part."""
    print("| question | part | CPU s | gap |\n|---|---|--:|--:|", flush=True)
    for question in asked:
        question.answered(0.0)  # compiles the kernels
        for part in parts:
            _print_row(question, part, *_without(part, question, cpu_seconds))
        if question.covers.nnz > MOST_ALONE:
            continue
        seconds, found = spent(partial(alone, question, cpu_seconds))
        _print_row(question, "HiGHS alone", seconds, relative_gap(found.best, found.bound))


def _without(part: str, question: Asked, cpu_seconds: float) -> tuple[float, float]:
    """CPU seconds and gap with a part switched off; the clock ends nothing."""
    with ExitStack() as changed:
        for where, name, idle in (*PARTS[part], (_effort, "CLOCK_S", 86_400.0)):
            changed.enter_context(patch.object(where, name, idle))
        seconds, found = spent(lambda: question.answered(cpu_seconds))
    return seconds, found.gap


def _print_row(question: Asked, part: str, seconds: float, gap: float) -> None:
    what = f"p = {question.p}" if question.share is None else f"{100 * question.share:g} %"
    told = f"{100 * gap:.3f} %" if np.isfinite(gap) else "no plan"
    told = "0" if gap < 1e-9 else told
    print(f"| {question.name}, {what} | {part} | {seconds:.2f} | {told} |", flush=True)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--seconds", type=float, default=60.0, help="work for each, in seconds")
    given.add_argument("--only", type=int, nargs="*", help="numbers of families, from 0")
    given.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    options = given.parse_args()
    drawn = families()
    numbers = range(len(drawn)) if options.only is None else options.only
    measure((drawn[number]() for number in numbers), options.parts, options.seconds)
