"""Cover twice as much as can be while no less is covered: an exact program with that condition."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.locate._containment import twins
from gdcoverage.locate._highs import ROUNDING as HIGHS_ROUNDING
from gdcoverage.locate._highs import Program, run
from gdcoverage.locate._model import Lists
from gdcoverage.locate._question import Question, least_of
from gdcoverage.locate._search import Answer, grain

# A share of the least weight that the condition gives away, so that rounding decides nothing.
HAIR = 1e-9


def solve_backup(question: Question, budget: float, plan: Ints) -> tuple[Answer, float]:
    """The plan with most weight twice among those that cover as much as `plan`; that much.

    A row that the fixed sites leave out is covered once where y = 1 and twice where u = 1 too; of
    one that they cover once u alone is asked; what they cover twice counts whatever is added.
    """
    weights, free = question.weights, np.flatnonzero(question.allowed)
    once, twice = _times(question, question.fixed)
    covered, _ = (float(weights[rows].sum()) for rows in _times(question, plan))
    model = _merged(question, free, once, twice)
    floored = [weights[floor.rows][once[floor.rows]].sum() for floor in question.floors]
    best, held = plan, float(weights[_times(question, plan)[1]].sum())
    always = float(weights[twice].sum())
    if not len(model.weights) or not len(free):
        return Answer(_needed(question, plan), held, held), covered
    least = covered * (1 - HAIR) - float(weights[once].sum())
    unit = grain(model.weights)
    needs = [
        least_of(floor.least, weights[floor.rows]) - there
        for floor, there in zip(question.floors, floored, strict=True)
    ]
    program = _program(question, model, free, budget, least, needs)
    bound = always + float(model.weights[model.can_be_twice].sum())
    # HiGHS may bring a start back unchanged with the worth of a better plan that presolve made of
    # it; and where more is covered than must be, a row may be claimed by halves, once and twice.
    # The bound holds then, and the plan is found without the start and with whole claims.
    for first, whole in ((_values(model, np.isin(free, plan)), 0), (None, len(model.missed))):
        program = program._replace(whole=len(free) + whole)
        outcome = run(program, first, unit, question.effort(), HAIR)
        if outcome.values is None and outcome.proven:
            break  # no plan at all, says HiGHS of a program that `plan` fulfils
        if outcome.values is not None:
            found = np.union1d(question.fixed, free[outcome.values[: len(free)] > 0.5])
            now, double = (float(weights[rows].sum()) for rows in _times(question, found))
            if now >= covered * (1 - HAIR) and double > held:
                best, held = found, double
        shown = outcome.bound
        if unit:
            shown = np.floor(shown / unit + HIGHS_ROUNDING) * unit
        bound = min(bound, always + float(shown))
        # What the hair gives away may be worth as little in the bound.
        if not outcome.proven or bound - held <= question.tolerance * bound:
            break
        if bound - held <= (unit / 2 or HIGHS_ROUNDING * max(bound, covered)):
            bound = held
            break
    return Answer(_needed(question, best), held, max(bound, held)), covered


class _Rows:
    """Rows that added sites decide on, those with the same sites merged."""

    def __init__(
        self, sites: sparse.csr_array, weights: Floats, base: Ints, floors: sparse.csr_array
    ) -> None:
        self.sites = sites
        self.floors = floors  # (row, floor)
        self.weights = weights
        self.missed = np.flatnonzero(base == 0)
        self.can_be_twice = np.flatnonzero(base + np.diff(sites.indptr) >= 2)


def _merged(question: Question, free: Ints, once: Bools, twice: Bools) -> _Rows:
    sites = sparse.csr_array(question.covers[:, free], dtype=np.float64)
    floors = _floors(question)
    open_ = ~twice & (question.weights > 0) & (np.diff(sites.indptr) > 0)
    parts = []
    for base in (0, 1):
        rows = np.flatnonzero(open_ & (once == bool(base)))
        part = sparse.csr_array(sparse.hstack([sites[rows], floors[rows]], format="csr"))
        part.sort_indices()
        lists = Lists(part.indptr.astype(np.int64), part.indices.astype(np.int32))
        kept, kind = np.unique(twins(lists, part.shape[1]), return_inverse=True)
        sums = np.bincount(kind, question.weights[rows], len(kept))
        parts.append((part[kept], sums, np.full(len(kept), base)))
    matrices, weights, bases = zip(*parts, strict=True)
    together = sparse.csr_array(sparse.vstack(matrices, format="csr"))
    return _Rows(
        together[:, : len(free)],
        np.concatenate(weights),
        np.concatenate(bases),
        together[:, len(free) :],
    )


def _floors(question: Question) -> sparse.csr_array:
    """Which rows are of which floor."""
    sizes = [len(floor.rows) for floor in question.floors]
    row = np.concatenate([np.empty(0, np.int64), *(floor.rows for floor in question.floors)])
    floor = np.repeat(np.arange(len(sizes)), sizes)
    shape = (len(question.weights), len(sizes))
    return sparse.csr_array((np.ones(len(row)), (row, floor)), shape=shape)


def _program(
    question: Question,
    model: _Rows,
    free: Ints,
    budget: float,
    least: float,
    needs: list[float],
) -> Program:
    """Columns: sites, y of rows that no fixed site covers, u of rows that can be covered twice."""
    rows, missed, second = len(model.weights), model.missed, model.can_be_twice
    identity = sparse.eye_array(rows, format="csr")
    both = np.intersect1d(missed, second)
    costs, largest = question.costs[free], float(model.weights.max())
    claims = sparse.hstack([model.sites, -identity[:, missed], -identity[:, second]])
    # Twice only where once: otherwise a plan with less than it must cover could claim more.
    order = sparse.hstack(
        [sparse.csr_array((len(both), len(free))), identity[both][:, missed],
         -identity[both][:, second]]
    )  # fmt: skip
    once = sparse.hstack(
        [sparse.csr_array((1, len(free))), sparse.csr_array(model.weights[None, missed] / largest),
         sparse.csr_array((1, len(second)))]
    )  # fmt: skip
    members = np.zeros((len(question.groups), len(free)))
    for group, row in zip(question.groups, members, strict=True):
        row[np.isin(free, group.sites)] = 1.0
    limits, most = [members], [float(group.limit) for group in question.groups]
    if np.isfinite(budget):
        limits, most = [members, costs[None, :]], [*most, budget]
    fewest = [float(group.least) if group.least else -np.inf for group in question.groups]
    fewest += [-np.inf] * (len(most) - len(fewest))
    columns = len(free) + len(missed) + len(second)
    # Floors as shares of the largest weight, as the whole is.
    lifted = sparse.csr_array(model.floors.T) * (model.weights / largest)[None, :]
    lifted = sparse.hstack(
        [sparse.csr_array((len(needs), len(free))), sparse.csr_array(lifted)[:, missed],
         sparse.csr_array((len(needs), len(second)))]
    )  # fmt: skip
    bounded = sparse.csr_array(np.concatenate(limits))
    bounded.resize((len(most), columns))
    worth = np.concatenate([np.zeros(len(free) + len(missed)), model.weights[second]])
    return Program(
        worth,
        len(free),
        sparse.vstack([claims, order, once, bounded, lifted], format="csr"),
        np.concatenate(
            [np.zeros(rows + len(both)), [least / largest], fewest, np.array(needs) / largest]
        ),
        np.concatenate([np.full(rows + len(both) + 1, np.inf), most, np.full(len(needs), np.inf)]),
        True,
    )


def _values(model: _Rows, taken: Bools) -> Floats:
    """A plan's values in the program's columns."""
    times = model.sites @ taken.astype(np.float64)
    base = np.ones(len(model.weights))
    base[model.missed] = 0.0
    twice = times + base >= 2
    return np.concatenate([taken, times[model.missed] >= 1, twice[model.can_be_twice]]).astype(
        np.float64
    )


def _times(question: Question, sites: Ints) -> tuple[Bools, Bools]:
    """Rows covered at least once, and at least twice."""
    times = np.bincount(question.covers[:, sites].indices, minlength=len(question.weights))
    return times >= 1, times >= 2


def _needed(question: Question, sites: Ints) -> Ints:
    """The plan without added sites that neither cover nor double anybody."""
    for site in np.setdiff1d(sites, question.fixed)[::-1]:
        rest = sites[sites != site]
        added = np.setdiff1d(rest, question.fixed)
        if any(np.isin(added, group.sites).sum() < group.least for group in question.groups):
            continue
        pairs = zip(_times(question, sites), _times(question, rest), strict=True)
        if all(not question.weights[had & ~has].any() for had, has in pairs):
            sites = rest
    return sites
