"""Part of a plan solved exactly while the rest stays: a large neighbourhood (Shaw 1998)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Ints
from gdcoverage.locate._effort import Effort
from gdcoverage.locate._exact import solve_exactly
from gdcoverage.locate._lagrange import scores
from gdcoverage.locate._model import CoverModel
from gdcoverage.locate._reduce import reduced


class Reworked(NamedTuple):
    """Sites of the plan that was found, and whether none is better that leaves the rest."""

    sites: Ints
    proven: bool


def near(model: CoverModel, centre: int, count: int) -> Ints:
    """So many sites at most that cover most of what `centre` covers; equals by number."""
    covered = model.rows.items[model.rows.start[centre] : model.rows.start[centre + 1]]
    price = np.zeros(len(model.weight))
    price[covered] = model.weight[covered]
    shared = scores(model.rows, price, model.groups, np.zeros(len(model.limits)))
    order = np.argsort(-shared, kind="stable")[:count]
    return order[shared[order] > 0]


def reworked(
    model: CoverModel, chosen: Bools, free: Ints, grain: float, effort: Effort
) -> Reworked | None:
    """The best plan that differs from a plan at some sites only, if effort allows.

    Parameters
    ----------
    chosen : of each site, whether the plan has it; a plan that keeps all conditions.
    free : sites that may be chosen or given up.
    grain : as for `solve_exactly`.

    Returns
    -------
    None where no plan was found.
    """
    allowed = np.zeros(len(chosen), np.bool_)
    allowed[free] = True
    rest = np.flatnonzero(chosen & ~allowed)
    small = reduced(model, allowed, rest)
    start = np.flatnonzero(chosen[small.names])
    values, _, proven = solve_exactly(small.model, start, grain, effort)
    if values is None:
        return None
    found = small.names[np.flatnonzero(values[: len(small.names)] > 0.5)]
    return Reworked(np.concatenate([small.forced, found]), proven)
