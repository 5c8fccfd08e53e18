"""The covering program as it stands in textbooks, sparse, in HiGHS alone."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import highspy
import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from benchmarks.covering_questions import Asked
from gdcoverage.locate._highs import Quiet


class Found(NamedTuple):
    """The best value and the bound when HiGHS ended."""

    best: float
    bound: float


def alone(asked: Asked, cpu_seconds: float = np.inf) -> Found:
    """Solve a question until it is proven, or so many CPU seconds are spent.

    max w y,  y_i <= sum of x_j that cover i,  sum x_j <= p; or for a share of the weight
    min sum x_j,  w y >= the share, or all that can be covered.
    """
    rows, sites = asked.covers.shape
    claims = hstack([asked.covers.astype(float), -eye_array(rows)], format="csr")
    each, none = np.ones((1, sites)), np.zeros((1, rows))
    weights = np.hstack([np.zeros((1, sites)), asked.weights[None, :]])
    chosen = np.hstack([each, none])
    if asked.share is None:
        whole = vstack([claims, csr_array(chosen)], format="csr")
        least, most = np.zeros(rows + 1), np.append(np.full(rows, np.inf), asked.p)
        least[-1] = -np.inf
        cost = weights[0]
    else:
        whole = vstack([claims, csr_array(weights)], format="csr")
        most_covered = asked.weights[np.diff(asked.covers.indptr) > 0].sum()
        target = min(asked.share * asked.weights.sum(), most_covered)
        least = np.append(np.zeros(rows), target)
        most = np.full(rows + 1, np.inf)
        cost = chosen[0]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = sites + rows, rows + 1
    lp.sense_ = highspy.ObjSense.kMaximize if asked.share is None else highspy.ObjSense.kMinimize
    lp.col_cost_ = cost
    lp.col_lower_, lp.col_upper_ = np.zeros(sites + rows), np.ones(sites + rows)
    lp.row_lower_, lp.row_upper_ = least, most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = whole.indptr.astype(np.int32)
    lp.a_matrix_.index_ = whole.indices.astype(np.int32)
    lp.a_matrix_.value_ = whole.data
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger] * sites + [kinds.kContinuous] * rows
    solver = Quiet()
    for option, value in (("threads", 1), ("mip_rel_gap", 0.0)):
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    end = time.process_time() + cpu_seconds

    def look(event: Any) -> None:
        if time.process_time() > end:
            event.interrupt()

    solver.cbMipInterrupt += look
    solver.run()
    info = solver.getInfo()
    return Found(info.objective_function_value, info.mip_dual_bound)
