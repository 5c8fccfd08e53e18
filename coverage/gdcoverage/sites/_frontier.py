"""The frontier: how many people so many sites can cover, and what a nested build order costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Floats, Ints
from gdcoverage.findings import Coverage
from gdcoverage.locate import CoverSolution
from gdcoverage.progress import at_work
from gdcoverage.showing import Shown, chinese_fonts, share
from gdcoverage.sites._order import build_order
from gdcoverage.sites._prefer import settled
from gdcoverage.sites._question import HAIR, PEOPLE_DIGITS, Question, ask
from gdcoverage.sites._solve import most_people, with_bound
from gdcoverage.sites._terms import Terms
from gdcoverage.tables import Rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CHINESE = {
    "best": "最优方案",
    "nested": "逐个建设",
    "bound": "理论上限",
    "sites": "新增网点数",
    "rate": "覆盖率",
}
_ENGLISH = {
    "best": "best plan",
    "nested": "build order",
    "bound": "upper bound",
    "sites": "sites added",
    "rate": "coverage rate",
}


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(Shown):
    """People covered for every number of sites, and one order to build them in.

    Parameters
    ----------
    points : one row per number of sites: ``sites`` (from the number of fixed ones to the most),
        ``population`` (people newly covered by the best plan found), ``added`` (more than with
        one site less), ``rate`` (coverage rate of the counties asked about), ``bound`` (no plan
        of so many sites covers more people), ``rate_bound`` (as a rate), ``gap`` (share by
        which the plan may fall short; 0 is proved best), ``status``
        (``optimal``, ``time_limit`` or ``clock``, as of a `SitePlan`), ``seconds``.
    plans : the plan of each row, that of `recommend_sites`: candidate_ids, sorted.
    order : GeoDataFrame, EPSG:4326, Points; the nested order, where each number of sites keeps
        those before: ``rank``, ``candidate_id``, ``name``, ``bank``, ``county``, ``population``
        (people newly covered by this step), ``total`` (with all steps so far), ``rate``,
        ``price`` (people fewer than the best plan of so many sites: what nesting costs).
    rate_before : coverage rate without any site; NaN without people.
    without_floors : whether the terms ask something at least (of counties, banks, rates), which
        does not matter here.
    """

    points: pd.DataFrame
    plans: tuple[tuple[str, ...], ...]
    order: gpd.GeoDataFrame
    rate_before: float
    without_floors: bool = False

    def _line(self) -> str:
        best = self.points.iloc[-1]
        return f"{share(self.rate_before)} to {share(best['rate'])} with {best['sites']} sites"

    def _table(self) -> pd.DataFrame:
        return self.points

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the frontier, its bound and the build order (needs matplotlib).

        Parameters
        ----------
        ax : axes to draw on; new ones if not given.
        """
        from matplotlib import pyplot as plt
        from matplotlib.ticker import MaxNLocator, PercentFormatter

        ax = ax if ax is not None else plt.subplots()[1]
        word = _words()
        points, steps = self.points, np.append(0, self.order["rank"])
        nested = np.append(self.rate_before, self.order["rate"])
        if (points["gap"] > 0).any():
            bounds = points["rate"], points["rate_bound"]
            ax.fill_between(points["sites"], *bounds, alpha=0.25, label=word["bound"])
        ax.plot(points["sites"], points["rate"], marker="o", label=word["best"])
        ax.plot(steps, nested, marker=".", linestyle="--", label=word["nested"])
        ax.set_xlabel(word["sites"])
        ax.set_ylabel(word["rate"])
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
        for text in (ax.xaxis.label, ax.yaxis.label, *ax.legend().get_texts()):
            text.set_fontfamily([*word["fonts"].split("|"), "sans-serif"])
        return ax


@at_work("计算覆盖—投入曲线")
def frontier(coverage: Coverage, candidates: Rows | None, terms: Terms) -> Frontier:
    """How many people 0 to ``terms.frontier`` sites can cover, each number solved on its own.

    What the terms ask at least (of counties, banks, rates) does not matter here. More sites never
    cover fewer people, also where the time runs out. The build order starts
    from one of the best plans, most adding first, and goes on with what adds most; of the orders
    made so from each best plan, the one with the least price in all is taken.

    Parameters
    ----------
    coverage, candidates, terms : as for `recommend_sites`; `add` and `target` do not matter.

    Raises
    ------
    InputError : as for `recommend_sites`.

    Examples
    --------
    >>> curve = gd.frontier(coverage, None, gd.Terms(frontier=3))
    >>> curve.points["sites"].tolist(), curve.points["population"].is_monotonic_increasing
    ([0, 1, 2, 3], True)
    """
    return frontier_of(ask(coverage, candidates, terms))


def frontier_of(question: Question) -> Frontier:
    """The frontier of a question; see `frontier`."""
    # What a plan must have at least would leave out the small numbers.
    floored, most = question.is_two_sided, question.terms.frontier
    question = question.without_floors()
    # With more sites fixed than may be, the first question is refused.
    numbers = range(min(int(question.fixed.sum()), most), most + 1)
    found = _solved(question, numbers)
    order, added = _nested(question, numbers, found)
    found = _never_less(question, numbers, found, order)
    return Frontier(
        _points(question, numbers, found),
        tuple(tuple(question.candidates["candidate_id"].iloc[np.sort(f.sites)]) for f in found),
        _order_frame(question, numbers, found, order, added),
        question.rate_with(0.0),
        floored,
    )


def _solved(question: Question, numbers: range) -> list[CoverSolution]:
    """The best plan of each number of sites, on its own."""
    coverable = question.people.sum() - question.uncoverable_population()
    found: list[CoverSolution] = []
    for number in numbers:
        # Once everybody is covered, more sites can do no more than put people in reach of two.
        if found and found[-1].objective >= coverable - HAIR and question.terms.then is None:
            found.append(replace(found[-1], seconds=0.0))
            continue
        plan = most_people(question, number)
        found.append(replace(plan, sites=settled(question, plan.sites, number)[0]))
    return found


def _nested(question: Question, numbers: range, found: list[CoverSolution]) -> tuple[Ints, Floats]:
    """The order with the least price in all, and what each step adds."""
    orders = [_extended(question, start.sites, numbers[-1]) for start in found]

    def in_all(one: tuple[Ints, Floats]) -> float:
        """People over all numbers of sites: who is won by a step is so with every larger number."""
        steps_left = numbers[-1] - np.arange(len(one[1]))
        return round(float(one[1] @ steps_left), PEOPLE_DIGITS)

    return max(orders, key=in_all)


def _extended(question: Question, start: Ints, most: int) -> tuple[Ints, Floats]:
    """The fixed sites, the rest of a plan, then whatever adds most within the terms."""
    fixed = np.flatnonzero(question.fixed)
    order, added = build_order(question, fixed)
    more = build_order(question, np.setdiff1d(start, fixed), order)
    order, added = np.append(order, more[0]), np.append(added, more[1])
    worth = np.where(question.times(order) == 0, question.people, 0.0)
    gains = question.gains(worth)
    while len(order) < most:
        gains[~question.is_open(order)] = -np.inf
        if not (gains > 0).any():
            break
        best = int(np.argmax(gains))
        order, added = np.append(order, best), np.append(added, gains[best])
        worth[question.by_site[[best]].indices] = 0.0
        gains = question.gains(worth)
    return order, added


def _never_less(
    question: Question, numbers: range, found: list[CoverSolution], order: Ints
) -> list[CoverSolution]:
    """Plans that time did not suffice for replaced by better ones known; bounds tightened."""
    out: list[CoverSolution] = []
    for number, plan in zip(numbers, found, strict=True):
        nested = order[:number]
        others = [out[-1].sites] if out else []
        for sites in [*others, nested]:
            population = question.population_of(sites)
            if population > plan.objective + HAIR:
                plan = replace(plan, sites=sites, objective=population)  # noqa: PLW2901
        out.append(plan)
    bounds = np.minimum.accumulate(np.array([f.bound for f in out])[::-1])[::-1]
    return [with_bound(f, max(float(b), f.objective)) for f, b in zip(out, bounds, strict=True)]


def _points(question: Question, numbers: range, found: list[CoverSolution]) -> pd.DataFrame:
    population = np.array([f.objective for f in found])
    bound = np.array([f.bound for f in found])
    return pd.DataFrame(
        {
            "sites": list(numbers),
            "population": population,
            "added": np.diff(population, prepend=0.0),
            "rate": [question.rate_with(p) for p in population],
            "bound": bound,
            "rate_bound": [question.rate_with(b) for b in bound],
            "gap": [f.gap for f in found],
            "status": [f.status for f in found],
            "seconds": [f.seconds for f in found],
        }
    )


def _order_frame(
    question: Question, numbers: range, found: list[CoverSolution], order: Ints, added: Floats
) -> gpd.GeoDataFrame:
    chosen = question.candidates.drop(columns=["kind", "address"]).iloc[order]
    chosen = chosen.reset_index(drop=True)
    total, rank = np.cumsum(added), np.arange(1, len(order) + 1)
    exact = dict(zip(numbers, (f.objective for f in found), strict=True))
    price = [exact.get(int(k), np.nan) - t for k, t in zip(rank, total, strict=True)]
    chosen.insert(0, "rank", rank)
    chosen.insert(5, "population", added)
    chosen.insert(6, "total", total)
    chosen.insert(7, "rate", [question.rate_with(t) for t in total])
    chosen.insert(8, "price", np.maximum(np.round(price, PEOPLE_DIGITS), 0.0))
    return chosen


def _words() -> dict[str, str]:
    """Labels in Chinese where a font has the characters, else in English."""
    fonts = chinese_fonts()
    if not fonts:
        return _ENGLISH | {"fonts": "DejaVu Sans"}
    return _CHINESE | {"fonts": "|".join(fonts)}
