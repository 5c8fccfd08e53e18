"""People-metres: sites from which demand is near, by prices, interchange and branch and bound."""

from __future__ import annotations

from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from gdcoverage.locate._answer import solution
from gdcoverage.locate._check import check_amount
from gdcoverage.locate._highs import Program, run
from gdcoverage.locate._interchange import (
    MedianModel,
    exchange,
    filled_up,
    savings,
    served,
    service,
)
from gdcoverage.locate._lagrange import Relaxed, decided, filled, tightened
from gdcoverage.locate._model import Bools, Floats, Ints
from gdcoverage.locate._question import amounts, positive, site_numbers
from gdcoverage.locate._search import HIGHS_ROUNDING, ROUNDING, Answer, Effort, grain
from gdcoverage.locate._solution import CoverSolution

# More pairs of site and row than this are not handed to branch and bound.
EXACT_ENTRIES = 300_000
# Rounds of search without success before a proof is tried; exchanges between looks at the clock.
PATIENCE = 20
EXCHANGES = 20


def p_median(
    distances: Any,
    weights: ArrayLike | None,
    p: int,
    *,
    beyond: float | None = None,
    fixed: ArrayLike = (),
    forbidden: ArrayLike = (),
    time_limit: float = 60.0,
    tolerance: float = 0.0,
) -> CoverSolution:
    """Add at most `p` sites so that weighted distances to the nearest site are least.

    min sum_i w_i min(beyond, distance from i to its nearest site)  (Hakimi 1964).

    Parameters
    ----------
    distances : sparse matrix, demand x site, in metres; what is stored counts, zeros too, and what
        is not stored is out of reach.
    weights : of each demand row, from 0; None for 1 each.
    beyond : metres that count for demand out of reach of every site, and at most for any other;
        default the longest distance stored.
    fixed, forbidden, time_limit, tolerance : see the package.

    Returns
    -------
    CoverSolution with the weighted distance as objective; `covered` are the rows within reach.
    """
    begun = monotonic()
    if p < 0 or p != int(p):
        raise ValueError(f"p is {p}; give a whole number from 0")
    matrix = _distances(distances)
    demand, sites = matrix.shape
    weight = amounts(weights, demand, "weights")
    chosen = site_numbers(fixed, sites, "fixed")
    barred = site_numbers(forbidden, sites, "forbidden")
    if (both := np.intersect1d(chosen, barred)).size:
        raise ValueError(f"site {both[0]} is both fixed and forbidden; leave it out of one")
    far = float(
        amounts([matrix.data.max(initial=0.0) if beyond is None else beyond], 1, "beyond")[0]
    )
    usable = np.ones(sites, np.bool_)
    usable[barred] = False
    cap = weight * np.minimum(_nearest(matrix, chosen), far)
    model, names = _model(matrix, weight, cap, np.setdiff1d(np.flatnonzero(usable), chosen), p)
    effort = Effort(begun + positive(time_limit, "time_limit"), positive(tolerance, "tolerance"))
    search = _Search(model, float(cap.sum() - model.cap.sum()), effort)
    search.run()
    plan = np.union1d(chosen, names[search.best])
    nearest = _nearest(sparse.csc_array(distances), plan)
    spent = float(weight @ np.minimum(nearest, far))
    check_amount("weighted distance", search.offset + search.worth, spent)
    reached = np.isfinite(nearest)
    answer = Answer(plan, spent, search.offset + search.bound)
    out_of_reach = np.flatnonzero(~np.isfinite(_nearest(matrix, np.flatnonzero(usable))))
    return solution(
        answer, False, begun, effort.tolerance, reached, float(weight[reached].sum()), out_of_reach
    )


def _distances(distances: Any) -> sparse.csc_array:
    if not sparse.issparse(distances) or distances.ndim != 2:
        raise ValueError("distances must be a scipy sparse matrix, demand x site")
    matrix = sparse.csc_array(distances).astype(np.float64)
    matrix.sum_duplicates()
    if matrix.nnz < distances.nnz:
        raise ValueError("distances holds a pair of demand and site more than once")
    if matrix.nnz and not (np.isfinite(matrix.data).all() and matrix.data.min() >= 0):
        raise ValueError("distances holds missing or negative numbers")
    return matrix


def _nearest(matrix: sparse.csc_array, sites: Ints) -> Floats:
    """Distance from each row to the nearest of `sites`; infinite where none is stored."""
    part = matrix[:, sites]
    nearest = np.full(matrix.shape[0], np.inf)
    np.minimum.at(nearest, part.indices, part.data)
    return nearest


def _model(
    matrix: sparse.csc_array, weight: Floats, cap: Floats, sites: Ints, p: int
) -> tuple[MedianModel, Ints]:
    """Only pairs that save something, the sites that have such pairs, and their rows."""
    part = matrix[:, sites].tocoo()
    cost = weight[part.row] * part.data
    saves = cost < cap[part.row]
    rows, row = np.unique(part.row[saves], return_inverse=True)
    names, site = np.unique(part.col[saves], return_inverse=True)
    start = np.searchsorted(site, np.arange(len(names) + 1))
    return MedianModel(start, row, cost[saves], cap[rows], int(p)), sites[names]


class _Search:
    """The best plan and bound so far, and the means to better them."""

    def __init__(self, model: MedianModel, offset: float, effort: Effort) -> None:
        self.model = model
        self.offset = offset
        self.effort = effort
        self.grain = grain(np.append(model.cost, model.cap))
        self.best: Ints = np.empty(0, np.int64)
        self.worth = float(model.cap.sum())
        self.bound = 0.0
        self.random = np.random.default_rng(0)

    def run(self) -> None:
        """Guess, bound, search, prove; then search on while there is time and a gap."""
        if not len(self.model.start) > 1 or self.model.p == 0:
            self.bound = self.worth
            return
        self._try(np.empty(0, np.int64))
        tenth = (self.effort.deadline - monotonic()) / 10
        relaxed = self._tighten(self.effort.deadline - 4 * tenth)
        self._search(self.effort.deadline - 2 * tenth, PATIENCE)
        self._prove(relaxed)
        self._search(self.effort.deadline, None)

    def is_done(self, bound: float | None = None, worth: float | None = None) -> bool:
        """Whether the gap is within the tolerance, or too small for a better plan to fit in."""
        worth = self.worth if worth is None else worth
        distance = worth - (self.bound if bound is None else bound)
        within = max(ROUNDING, self.effort.tolerance) * (worth + self.offset)
        return bool(distance < self.grain * (1 - 1e-6) or distance <= within)

    def _try(self, sites: Ints) -> bool:
        """Complete a plan and climb from it; take it if it is the best, and say whether it is."""
        chosen = filled_up(self.model, sites[: self.model.p])
        improved = True
        while improved and monotonic() < self.effort.deadline:
            improved = exchange(self.model, chosen, EXCHANGES, ROUNDING * self.worth)
        worth = float(service(self.model, chosen)[0].sum())
        if worth >= self.worth - ROUNDING * self.worth and len(self.best):
            return False
        self.best, self.worth = np.sort(chosen), worth
        return True

    def _bound_by(self, bound: float) -> None:
        if self.grain and np.isfinite(bound):
            bound = np.ceil(bound / self.grain - 1e-6) * self.grain
        self.bound = min(max(self.bound, bound), self.worth)

    def _tighten(self, deadline: float) -> Relaxed:
        model = self.model

        def relax(price: Floats, fee: Floats) -> Relaxed:
            score = savings(model, price)
            share, excess = filled(score, np.ones(len(score)), float(model.p))
            lack = 1.0 - served(model, price, share)
            return Relaxed(
                float(price.sum() - score @ share), price, fee, share, lack, np.zeros(0), excess
            )

        def worth(share: Floats) -> float:
            self._try(np.argsort(-share, kind="stable")[: min(model.p, (share > 0.2).sum())])
            return self.worth

        second = service(model, self.best)[1]
        now = relax(np.minimum(second, model.cap), np.zeros(0))
        best = tightened(relax, now, model.cap, -1.0, worth, deadline, self.is_done)
        self._bound_by(best.bound)
        return best

    def _search(self, deadline: float, patience: int | None) -> None:
        """Replace some sites by others and climb again, until time or patience ends."""
        failed, sites = 0, len(self.model.start) - 1
        while monotonic() < deadline and not self.is_done() and failed != patience:
            most = min(6, len(self.best)) + 1
            fresh = self.random.choice(sites, min(int(self.random.integers(1, most)), sites), False)
            kept = np.setdiff1d(self.best, fresh)
            keep = max(self.model.p - len(fresh), 0)
            kept = self.random.permutation(kept)[:keep]
            failed = 0 if self._try(np.concatenate([fresh, kept])) else failed + 1

    def _prove(self, relaxed: Relaxed) -> None:
        """Leave out pairs and sites that only worse plans have; branch and bound for the rest."""
        seconds = self.effort.deadline - monotonic()
        if self.is_done() or seconds <= 0:
            return
        model = self.model
        better = max(self.grain, ROUNDING * self.worth)
        slack = self.worth - relaxed.bound - better + ROUNDING * self.worth
        never, _ = decided(relaxed, slack)
        site = np.repeat(np.arange(len(model.start) - 1), np.diff(model.start))
        unlikely = np.where(relaxed.share > 0, 0.0, relaxed.excess)[site]
        keep = unlikely + np.maximum(model.cost - relaxed.price[model.rows], 0.0) <= slack
        keep &= ~never[site]
        if keep.sum() > EXACT_ENTRIES:
            return
        program, first = _program(model, site[keep], keep, self.best)
        values, bound, proven = run(program, first, self.grain, seconds)
        if values is not None:
            self._try(np.flatnonzero(values[: program.whole] > 0.5))
        if proven and bound >= self.worth * (1 - HIGHS_ROUNDING):
            bound = self.worth
        self._bound_by(bound)


def _program(model: MedianModel, site: Ints, keep: Bools, best: Ints) -> tuple[Program, Floats]:
    """Columns: sites, pairs kept, rows left as they are; and the best plan's values in them."""
    sites, pairs, rows = len(model.start) - 1, len(site), len(model.cap)
    row, cost, each = model.rows[keep], model.cost[keep], np.arange(pairs)
    serves = sparse.csr_array((np.ones(pairs), (row, each)), shape=(rows, pairs))
    needs = sparse.csr_array((np.ones(pairs), (each, site)), shape=(pairs, sites))
    # Each row is served or left; a pair needs its site; at most p sites.
    blocks = [
        [None, serves, sparse.eye_array(rows)],
        [needs, -sparse.eye_array(pairs), None],
        [np.ones((1, sites)), None, None],
    ]
    program = Program(
        np.concatenate([np.zeros(sites), cost, model.cap]),
        sites,
        sparse.block_array(blocks, format="csr"),
        np.concatenate([np.ones(rows), np.zeros(pairs), [-np.inf]]),
        np.concatenate([np.full(rows + pairs, np.inf), [float(model.p)]]),
        False,
    )
    chosen, used, left = np.zeros(sites), np.zeros(pairs), np.ones(rows)
    chosen[best] = 1.0
    within = np.flatnonzero(chosen[site] > 0)
    within = within[np.lexsort([cost[within], row[within]])]
    served, nearest = np.unique(row[within], return_index=True)
    used[within[nearest]], left[served] = 1.0, 0.0
    return program, np.concatenate([chosen, used, left])
