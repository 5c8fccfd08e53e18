"""A covering model as a mixed-integer program, solved exactly with a known plan as its start."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from gdcoverage.arrays import Floats, Ints
from gdcoverage.locate._effort import Effort
from gdcoverage.locate._highs import Outcome, Program, run
from gdcoverage.locate._model import CoverModel, times_covered


def solve_exactly(model: CoverModel, start: Ints, grain: float, effort: Effort) -> Outcome:
    """Solve a covering model by branch and bound; values are of sites first.

    Parameters
    ----------
    model : the model; a target must be within reach.
    start : sites of a known plan.
    grain : all worths are multiples of this; 0 not known.
    effort : when to stop; a plan within its tolerance does.
    """
    if not len(model.cost):
        return Outcome(np.empty(0), 0.0, True)
    # A floor is missed by less than a plan is worth.
    feasibility = 1e-9 if len(model.needed) else None
    return run(_program(model), _values(model, start), grain, effort, feasibility)


def _program(model: CoverModel) -> Program:
    """Columns: sites; rows as covered (none where all must be)."""
    total, targeted = model.is_total(), model.is_targeted()
    sites, rows = len(model.cost), len(model.weight)
    claims = np.arange(0 if total else rows)
    worth = model.weight[claims]
    covers = sparse.csr_array(
        (np.ones(model.entries()), model.sites.items, model.sites.start), shape=(rows, sites)
    )
    claimed = sparse.eye_array(rows, format="csc")[:, claims]
    # Sites cover each row that is claimed, and every row where all must be covered.
    conditions: list[tuple[Any, Any, Any, Any]] = [
        (covers, -claimed, np.full(rows, float(total)), np.full(rows, np.inf))
    ]
    if np.isfinite(model.budget):
        conditions.append((model.cost[None, :], None, [-np.inf], [model.budget]))
    if targeted and not total:
        conditions.append((None, worth[None, :], [model.target], [np.inf]))
    if groups := len(model.limits):
        members = (np.ones(len(model.groups.items)), model.groups.items, model.groups.start)
        members = sparse.csc_array(members, shape=(groups, sites))
        least = np.where(model.least > 0, model.least, -np.inf)
        conditions.append((members, None, least, model.limits))
    if floors := len(model.needed):
        shape = (floors, rows)
        owned = (model.weight[model.floors.owners()], model.floors.items, model.floors.start)
        held = sparse.csc_array(owned, shape=shape) / model.needed[:, None]
        conditions.append(
            (None, sparse.csr_array(held)[:, claims], np.ones(floors), np.full(floors, np.inf))
        )
    return Program(
        np.concatenate([model.cost * targeted, worth * (not targeted)]),
        sites,
        sparse.block_array([[left, right] for left, right, _, _ in conditions], format="csr"),
        np.concatenate([least for _, _, least, _ in conditions]),
        np.concatenate([most for _, _, _, most in conditions]).astype(np.float64),
        not targeted,
    )


def _values(model: CoverModel, start: Ints) -> Floats:
    """A plan's values in the program's columns."""
    taken = np.zeros(len(model.cost), np.bool_)
    taken[start] = True
    covered = times_covered(model, taken)[: 0 if model.is_total() else None] >= 1
    return np.concatenate([taken, covered]).astype(np.float64)
