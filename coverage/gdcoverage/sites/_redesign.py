"""Redesign: close some outlets and open some sites so that most people are covered, with proof."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array

from gdcoverage.arrays import Ints
from gdcoverage.findings import Coverage, Findings
from gdcoverage.gaps import find_gaps
from gdcoverage.progress import at_work
from gdcoverage.showing import Shown, share
from gdcoverage.sites._changes import by_county, closed_frame
from gdcoverage.sites._moves import Moves
from gdcoverage.sites._openings import moves_of
from gdcoverage.sites._order import build_order
from gdcoverage.sites._plan import sites_frame
from gdcoverage.sites._question import Denser, Question, ask, with_candidates_for
from gdcoverage.sites._rearrange import Answer, rearranged
from gdcoverage.sites._terms import Terms
from gdcoverage.tables import Rows


@dataclass(frozen=True, eq=False, repr=False)
class Redesign(Shown):
    """Outlets that close and sites that open, with proof.

    Parameters
    ----------
    closed : GeoDataFrame, EPSG:4326, Points, by outlet_id: ``outlet_id``, ``name``, ``bank``,
        ``county``, ``population`` (people whom it covered), ``lost`` (of them those who lose the
        standard), ``change`` (``move``: it moves to a site that opens, of its bank or of none;
        ``merge``: another outlet of its bank takes its place, as near as the terms ask;
        ``close``), ``to`` (id of that site or outlet; else of the nearest outlet of its bank
        then; empty without one), ``to_name``, ``to_m`` (geodesic metres), ``to_lon``, ``to_lat``
        (degrees, WGS-84).
    opened : GeoDataFrame of the sites that open, columns `SITE_COLUMNS`; ``population`` are
        people covered who would not be without it, built in this order after what closes. A gap
        is one of today.
    counties : per county that has demand: ``county``, ``county_name``, ``outlets``, ``closed``,
        ``opened``, ``population``, ``rate_before``, ``rate_after``, ``won``, ``lost`` (people
        who live there), ``elderly_won``, ``elderly_lost`` (NaN where unknown), ``net``.
    steps : for each number of outlets that may close, with the same outlets in all: ``closings``,
        ``closed``, ``opened``, ``population`` (people covered more than now, less those who lose),
        ``bound``, ``gap``, ``status``; the first row closes none but what must close.
    won, lost : people of the counties asked about who get, who lose the standard.
    population : won less lost.
    rate_before, rate_after : coverage rate of the counties asked about; NaN without people.
    bound : no plan on these terms has a greater `population`.
    gap : how far the plan may be from the best, as a share of the people covered then.
    status : ``optimal`` or ``time_limit``, as in `SitePlan`.
    seconds : spent solving.
    closable : how many outlets may close by the terms.
    cost : of all sites together, where the terms have a budget.
    """

    closed: gpd.GeoDataFrame
    opened: gpd.GeoDataFrame
    counties: pd.DataFrame
    steps: pd.DataFrame
    won: float
    lost: float
    population: float
    rate_before: float
    rate_after: float
    bound: float
    gap: float
    status: str
    seconds: float
    closable: int
    cost: float | None = None

    def _line(self) -> str:
        return (
            f"{len(self.closed)} outlets close, {len(self.opened)} sites open: {self.won:,.0f} "
            f"people get the standard, {self.lost:,.0f} lose it, {share(self.rate_before)} to "
            f"{share(self.rate_after)}; {self.status}"
        )

    def _table(self) -> pd.DataFrame:
        return pd.DataFrame(self.closed.drop(columns="geometry"))


@at_work("计算网点调整")
def redesign(
    coverage: Coverage,
    candidates: Rows | None,
    terms: Terms,
    places: gpd.GeoDataFrame | None = None,
) -> Redesign:
    """Close at most ``close`` outlets and open at most ``add`` sites; cover most people.

    There are ``add - close`` outlets more afterwards at most: equal numbers move outlets, more
    openings add some, fewer merge some. It is the maximal covering model with a column for each
    outlet that may stay and each site that may open, so its bound comes along: at least all but
    ``close`` outlets stay, at most ``add`` sites open. With ``move_most_m`` a site is opened by
    an outlet's moving there, a column for each such pair. Of plans that cover as many people one
    with the fewest openings is sought, and no outlet closes in vain.

    Parameters
    ----------
    coverage : result of `assess`. Outlets across the border stay.
    candidates : outlet-like, as for `recommend_sites`. If None, street locations are generated as
        there (G0001, …), and more of them for people whom only outlets cover that may close
        (M0001, …).
    terms : with `add` and `close`. ``then`` does not matter.
    places : to name gaps after, as for `find_gaps`.

    Raises
    ------
    ValueError : without `add` or `close`.
    InputError : as for `recommend_sites`; what may close or must stay is unknown; no plan keeps
        the terms.

    Examples
    --------
    >>> plan = gd.redesign(coverage, None, gd.Terms(add=1, close=1))
    >>> len(plan.closed), len(plan.opened), plan.status
    (1, 1, 'optimal')
    """
    gaps = find_gaps(coverage, places, areas=False)
    return redesigned(ask(coverage, candidates, terms), gaps)


def redesigned(
    question: Question, gaps: pd.DataFrame, denser: Denser = with_candidates_for
) -> Redesign:
    """The redesign that a question's terms ask for; see `redesign`.

    Parameters
    ----------
    gaps : of the question's coverage.
    denser : gives the question with candidates for people whose outlets may close.
    """
    terms = question.terms
    if terms.add is None or not terms.close:
        raise ValueError("give add and close")
    moves = moves_of(question)
    if question.generated and len(moves.rows):
        left = np.zeros(len(question.coverage.demand), bool)
        left[moves.rows] = True
        question = denser(question, left, "M")
        moves = moves_of(question)
    answers = rearranged(moves)
    found = answers[-1]
    plan = found.plan
    coverage = question.coverage
    gone = np.ones(len(moves.closable), bool)
    gone[plan[moves.site[plan] < 0]] = False
    closed, sites = moves.closable[gone], np.unique(moves.site[plan[moves.site[plan] >= 0]])
    after = _without(coverage, closed)
    between = replace(question, coverage=after)
    order, added = build_order(between, sites)
    covered = after.demand["covered"].to_numpy(bool).copy()
    covered[question.reach[:, sites].sum(axis=1) > 0] = True
    before = coverage.demand["covered"].to_numpy(bool)
    people = coverage.demand["population"].to_numpy(float) * question.counted
    won, lost = people[covered & ~before].sum(), people[before & ~covered].sum()
    _agree(_net(moves, found.people), won - lost)
    return Redesign(
        closed_frame(moves, closed, plan, before & ~covered),
        sites_frame(between, order, added, gaps, coverage),
        by_county(question, closed, sites, covered),
        _steps(moves, answers),
        float(won),
        float(lost),
        float(won - lost),
        question.rate_with(0.0),
        question.rate_with(float(won - lost)),
        float(won - lost) if found.gap == 0 else _net(moves, found.bound),
        found.gap,
        found.status,
        sum(answer.seconds for answer in answers),
        len(moves.closable),
        float(question.costs[sites].sum()) if np.isfinite(question.budget) else None,
    )


def _without(coverage: Findings, closed: Ints) -> Findings:
    """Who is covered, and by how many, when some outlets have left; by which one is not told."""
    counts = coverage.outlets["counts"].to_numpy(bool).copy()
    counts[closed] = False
    covers = csr_array(coverage.covers @ diags_array(counts, dtype=bool))
    covers.eliminate_zeros()
    number = np.diff(covers.indptr)
    demand = coverage.demand.assign(covered=number > 0, covering_outlets=number)
    return replace(
        coverage, demand=demand, outlets=coverage.outlets.assign(counts=counts), covers=covers
    )


def _net(moves: Moves, people: float) -> float:
    """People covered more than now where so many of the rows are covered."""
    covered = moves.question.coverage.demand["covered"].to_numpy(bool)[moves.rows]
    return float(people) - float(moves.people[covered].sum())


def _agree(claimed: float, counted: float) -> None:
    """What the model says is what the cover sets say: else a fault of this program."""
    if abs(claimed - counted) > 1e-6 * max(abs(claimed), abs(counted), 1.0):
        raise AssertionError(f"the redesign wins {counted}, not {claimed}; please report this")


def _steps(moves: Moves, answers: list[Answer]) -> pd.DataFrame:
    """The rows of `Redesign.steps`."""
    opened = [int((moves.site[answer.plan] >= 0).sum()) for answer in answers]
    return pd.DataFrame(
        {
            "closings": [answer.closings for answer in answers],
            "closed": [
                len(moves.closable) - len(answer.plan) + new
                for answer, new in zip(answers, opened, strict=True)
            ],
            "opened": opened,
            "population": [_net(moves, answer.people) for answer in answers],
            "bound": [_net(moves, answer.bound) for answer in answers],
            "gap": [answer.gap for answer in answers],
            "status": [answer.status for answer in answers],
        }
    )
