"""Branch and bound by HiGHS: a sparse program in, the best values and a bound out."""

from __future__ import annotations

from dataclasses import dataclass
from threading import TIMEOUT_MAX, Thread
from typing import Any, NamedTuple

import highspy
import numpy as np
from scipy import sparse

from gdcoverage.arrays import Floats
from gdcoverage.locate._effort import Effort

_PART = highspy.HighsVarType.kContinuous
_WHOLE = highspy.HighsVarType.kInteger
# HiGHS looks at its limits again and again at the same places of the same search, whatever the
# clock. What it does between two looks counts as so many units for each entry of the program, and
# before the first ones, between which it solves and cuts the root, as more.
LOOK, ROOT_LOOK, ROOT_LOOKS = 450, 4_000, 20
# Relative size of differences that are rounding only in what HiGHS proves.
ROUNDING = 1e-6


class Program(NamedTuple):
    """A program whose columns lie from 0 to 1, the first `whole` of them being 0 or 1."""

    cost: Floats
    whole: int
    rows: sparse.csr_array
    least: Floats
    most: Floats
    maximised: bool


class Outcome(NamedTuple):
    """Best values (None: no solution is known), a bound, and whether the values are proven best."""

    values: Floats | None
    bound: float
    proven: bool


def run(
    program: Program,
    first: Floats | None,
    grain: float,
    effort: Effort,
    feasibility: float | None = None,
) -> Outcome:
    """Solve a program while effort is left; what HiGHS does is the same on every machine.

    Parameters
    ----------
    program : the program.
    first : values of a known solution, if one is to start from.
    grain : all solutions are worth multiples of this (0: not known); closer is not looked.
    effort : when to stop, and within which relative gap.
    feasibility : by how much a condition may be missed; what HiGHS usually allows if None.
    """
    seconds = min(effort.meter.time_left(), TIMEOUT_MAX)
    solver = Quiet()
    options = {
        "time_limit": max(0.9 * seconds, 0.01),
        "threads": 1,
        "mip_rel_gap": max(effort.tolerance, 1e-9),
        "mip_abs_gap": max(0.99 * grain, 1e-9),
    }
    if feasibility is not None:
        options |= dict.fromkeys(
            ("mip_feasibility_tolerance", "primal_feasibility_tolerance"), feasibility
        )
    for option, value in options.items():
        solver.setOptionValue(option, value)
    solver.passModel(_model(program))
    if first is not None:
        solver.setSolution(len(first), np.arange(len(first), dtype=np.int32), first)
    worst = np.inf if program.maximised else -np.inf
    seen = _Seen(None, worst, effort, len(program.rows.data))
    solver.cbMipImprovingSolution += seen.look
    solver.cbMipInterrupt += seen.count
    # HiGHS may work for seconds between looks at the clock. Then what it has shown so far counts,
    # and its thread is left to end by itself.
    thread = Thread(target=solver.run)
    thread.start()
    try:
        thread.join(seconds)
    except KeyboardInterrupt:
        seen.is_unwanted = True
        raise
    if thread.is_alive():
        effort.meter.struck = True
        return Outcome(seen.values, seen.bound, False)
    status, info = solver.getModelStatus(), solver.getInfo()
    effort.meter.struck |= status == highspy.HighsModelStatus.kTimeLimit
    if status == highspy.HighsModelStatus.kInfeasible:
        return Outcome(None, -worst, True)
    bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else worst
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(solver.getSolution().col_value) if found else None
    if values is not None and first is not None:
        told = info.objective_function_value
        if abs(program.cost @ values - told) > ROUNDING * max(abs(told), 1.0):
            # Presolve has made a better solution of the first, and HiGHS gives the first back.
            again = run(program, None, grain, effort, feasibility)
            return Outcome(values, bound, False) if again.values is None else again
    return Outcome(values, bound, status == highspy.HighsModelStatus.kOptimal)


def _model(program: Program) -> highspy.HighsLp:
    columns = len(program.cost)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, len(program.least)
    lp.sense_ = highspy.ObjSense.kMaximize if program.maximised else highspy.ObjSense.kMinimize
    lp.col_cost_ = program.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.ones(columns)
    lp.row_lower_, lp.row_upper_ = program.least, program.most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.rows.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.rows.data
    lp.integrality_ = [_WHOLE] * program.whole + [_PART] * (columns - program.whole)
    return lp


class Quiet(highspy.Highs):
    """HiGHS without its banner, which it prints on being made."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is HiGHS's
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


@dataclass
class _Seen:
    """What a running HiGHS has shown: its best values, and its bound; when it has to stop."""

    values: Floats | None
    bound: float
    effort: Effort
    entries: int
    looks: int = 0
    is_unwanted: bool = False

    def count(self, event: Any) -> None:
        self.looks += 1
        each = ROOT_LOOK if self.looks <= ROOT_LOOKS else LOOK
        self.effort.spend(each * self.entries)
        self.look(event)
        if self.is_unwanted or self.effort.is_over():
            event.interrupt()

    def look(self, event: Any) -> None:
        if np.isfinite(event.data_out.mip_dual_bound):
            self.bound = float(event.data_out.mip_dual_bound)
        if len(values := event.data_out.mip_solution):
            self.values = np.array(values)
