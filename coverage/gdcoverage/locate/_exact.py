"""Exact answers: the model handed to HiGHS as sparse arrays, with our plan as its start."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import Any, NamedTuple

import highspy
import numpy as np

from gdcoverage.locate._model import CoverModel, Floats, Ints

_PART = highspy.HighsVarType.kContinuous
_WHOLE = highspy.HighsVarType.kInteger


class Exact(NamedTuple):
    """What HiGHS found: the best plan, if any beats or equals the start, and its proven bound."""

    sites: Ints | None
    bound: float
    proven: bool


class _Quiet(highspy.Highs):
    """HiGHS without its banner, which it prints on being made."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is HiGHS's
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


class Program(NamedTuple):
    """A mixed-integer program by rows: columns, the first ``whole`` of them 0 or 1."""

    cost: Floats
    upper: Floats
    whole: int
    start: Ints
    index: Ints  # type: ignore[assignment]
    value: Floats
    least: Floats
    most: Floats
    maximise: bool


def solve_exactly(model: CoverModel, start: Ints, grain: float, seconds: float) -> Exact:
    """Solve a covering model by branch and bound within `seconds`.

    Parameters
    ----------
    model : the model; a target must be reachable.
    start : sites of a known plan.
    grain : all worths are multiples of this; 0 unknown. The search stops within it.
    seconds : time limit.
    """
    program = _covering_program(model)
    first = np.zeros(len(program.cost))
    first[start] = 1.0
    _complete(model, first)
    values, bound, proven = run(program, first, grain, seconds)
    sites = None if values is None else np.flatnonzero(values[: program.whole] > 0.5)
    return Exact(sites, bound, proven)


def run(
    program: Program, first: Floats, grain: float, seconds: float
) -> tuple[Floats | None, float, bool]:
    """Run HiGHS: the best values (None: no solution), the bound, and whether it is proven."""
    sign = highspy.ObjSense.kMaximize if program.maximise else highspy.ObjSense.kMinimize
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.least)
    lp.sense_ = sign
    lp.col_cost_ = program.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(len(program.cost)), program.upper
    lp.row_lower_, lp.row_upper_ = program.least, program.most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.start.astype(np.int32)
    lp.a_matrix_.index_ = program.index.astype(np.int32)
    lp.a_matrix_.value_ = program.value
    rest = len(program.cost) - program.whole
    lp.integrality_ = [_WHOLE] * program.whole + [_PART] * rest
    solver = _Quiet()
    for option, value in (
        ("time_limit", max(0.9 * seconds, 0.01)),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", max(0.99 * grain, 1e-9)),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    solver.setSolution(len(first), np.arange(len(first), dtype=np.int32), first)
    worst = np.inf if program.maximise else -np.inf
    seen = _Seen(None, worst)
    solver.cbMipImprovingSolution += seen.look
    solver.cbMipInterrupt += seen.look
    # HiGHS may work for seconds between looks at the clock. Then what it has shown so far counts,
    # and its thread is left to end by itself.
    thread = Thread(target=solver.run)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return seen.values, seen.bound, False
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None, -worst, True
    bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else worst
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(solver.getSolution().col_value) if found else None
    return values, bound, status == highspy.HighsModelStatus.kOptimal


@dataclass
class _Seen:
    """What a running HiGHS has shown: its best values, and its bound."""

    values: Floats | None
    bound: float

    def look(self, event: Any) -> None:
        if np.isfinite(event.data_out.mip_dual_bound):
            self.bound = float(event.data_out.mip_dual_bound)
        if len(values := event.data_out.mip_solution):
            self.values = np.array(values)


def _covering_program(model: CoverModel) -> Program:
    """Columns: sites, rows covered once, rows covered twice; rows of the program: see below."""
    sites, rows = len(model.cost), len(model.first)
    needed = model.is_total()
    twice = np.flatnonzero(model.second > 0)
    once = np.empty(0, np.int64) if needed else np.arange(rows)
    covered = np.concatenate([once, twice])
    columns = sites + np.arange(len(covered))
    # Each row: its sites, less what is claimed of it, at least nothing (or one where needed).
    parts = [
        (model.sites.owners(), model.sites.items, np.ones(model.entries())),
        (covered, columns, np.full(len(covered), -1.0)),
    ]
    least = [np.full(rows, float(needed))]
    most = [np.full(rows, np.inf)]
    at = rows
    if np.isfinite(model.budget):
        parts.append((np.full(sites, at), np.arange(sites), model.cost))
        least.append(np.array([-np.inf]))
        most.append(np.array([model.budget]))
        at += 1
    if model.is_targeted() and not needed:
        worth = np.concatenate([model.first, model.second[twice]])
        parts.append((np.full(len(covered), at), columns, worth))
        least.append(np.array([model.target]))
        most.append(np.array([np.inf]))
        at += 1
    if len(model.limits):
        grouped = model.groups
        parts.append((at + grouped.items, grouped.owners(), np.ones(len(grouped.items))))
        least.append(np.full(len(model.limits), -np.inf))
        most.append(model.limits.astype(np.float64))
        at += len(model.limits)
    row, column, value = (np.concatenate([part[k] for part in parts]) for k in range(3))
    order = np.argsort(row, kind="stable")
    start = np.zeros(at + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=at), out=start[1:])
    worth = np.concatenate([model.first[once], model.second[twice]])
    claims = np.zeros(len(covered)) if model.is_targeted() else worth
    spent = model.cost if model.is_targeted() else np.zeros(sites)
    return Program(
        np.concatenate([spent, claims]),
        np.ones(sites + len(covered)),
        sites,
        start,
        column[order],
        value[order],
        np.concatenate(least),
        np.concatenate(most),
        not model.is_targeted(),
    )


def _complete(model: CoverModel, values: Floats) -> None:
    """Fill in what a plan covers once and twice, behind its sites."""
    sites = len(model.cost)
    taken = values[:sites] > 0
    times = np.bincount(
        model.rows.items[np.repeat(taken, model.rows.sizes())], minlength=len(model.first)
    )
    claims = [] if model.is_total() else [times >= 1]
    claims.append(times[model.second > 0] >= 2)
    values[sites:] = np.concatenate(claims)
