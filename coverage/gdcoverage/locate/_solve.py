"""The whole question: made smaller, split into parts that share nothing, and each searched."""

from __future__ import annotations

import numpy as np

from gdcoverage.arrays import Bools, Ints
from gdcoverage.locate._canonical import canonical
from gdcoverage.locate._effort import Effort
from gdcoverage.locate._model import CoverModel
from gdcoverage.locate._reduce import components, reduced, restricted
from gdcoverage.locate._search import Answer, Search, is_possible
from gdcoverage.locate._solution import NoPlanError


def solve(model: CoverModel, allowed: Bools, fixed: Ints, start: Ints, effort: Effort) -> Answer:
    """The best plan that the effort allows, with a bound that holds.

    Parameters
    ----------
    model : the model; its target must be within reach.
    allowed : of each site, whether it may be chosen.
    fixed : sites that are chosen whatever they add.
    start : sites of a known plan, one that reaches the target if there is one; may be empty.
    effort : when to stop.

    Raises
    ------
    NoPlanError : no plan keeps the conditions, or none was found in time.
    """
    if model.is_total():
        model = model.without_floors()
    small = reduced(model, allowed, fixed)
    core, order = canonical(small.model)
    names = small.names[order]
    offset = small.cost if model.is_targeted() else small.value
    sites, worth, bound = [small.forced], offset, offset
    if not is_possible(core):
        raise NoPlanError(proven=True)
    parts = [np.arange(len(names))]
    if core.is_total():
        # Who covers all that can be covered keeps every floor that can be kept.
        core = core.without_floors()
        parts = components(core)
    waiting = core.size()
    parts.sort(key=len)
    for part in parts if core.target > 0 or core.is_two_sided() else []:
        piece = restricted(core, part) if len(parts) > 1 else core
        search = Search(piece, offset, effort.part(piece.size() / max(waiting, 1)))
        waiting -= piece.size()
        search.run(np.flatnonzero(np.isin(names[part], start)))
        sites.append(names[part][search.sites()])
        worth, bound = worth + search.worth(), bound + search.bound
        if search.is_short():
            if search.is_hopeless or not (model.is_targeted() and len(start)):
                raise NoPlanError(search.is_hopeless)
            return Answer(np.union1d(fixed, start), float(model.cost[start].sum()), bound)
    return Answer(np.sort(np.concatenate(sites)), worth, bound)
