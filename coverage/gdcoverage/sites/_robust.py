"""A plan that stays good in every scenario, beside the plan for one: what each loses where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import vstack

from gdcoverage import locate
from gdcoverage.arrays import Floats, Ints
from gdcoverage.showing import Shown, share
from gdcoverage.sites._plan import SitePlan, described
from gdcoverage.sites._prefer import settled
from gdcoverage.sites._question import HAIR, Question
from gdcoverage.sites._scenarios import Scenario, as_asked
from gdcoverage.sites._solve import most_people, options_of

# Shares that differ by less are the same.
_SAME = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Robust(Shown):
    """A plan of as many sites that stays good at the three speeds of every report, and however
    points join the streets (`SCENARIOS`).

    Parameters
    ----------
    aim : ``expected``: most people newly covered on average over the scenarios, each as likely;
        ``regret``: in the scenario where it falls shortest of the best plan for it, it falls
        least short, as a share (min-max relative regret).
    plan : its sites, as `SitePlan` tells them; people, rates and banks at the standard's speed,
        the proof as below.
    value : people on average; or the largest share by which it falls short.
    bound : no plan of so many sites has more people on average; or a smaller largest share.
    gap : how far the plan may be from the best, as a share of the people or of the regret's
        complement; 0 is proved best.
    status : ``optimal``, ``time_limit`` or ``clock``, as of a `SitePlan`.
    cost : people fewer than the plan for the standard's speed covers, at that speed.
    regrets : a row for each plan and scenario: ``plan`` (``planned``, ``robust``, or the name of
        the scenario that it is best for), ``scenario`` (its name), ``population`` (people newly
        covered in it), ``best`` (by the best plan known for it, which need not have what is asked
        at least), ``bound`` (no plan covers more in it), ``regret`` (share fewer than the best
        known).
    """

    aim: str
    plan: SitePlan
    value: float
    bound: float
    gap: float
    status: str
    cost: float
    regrets: pd.DataFrame

    def _line(self) -> str:
        worst = share(self.worst("robust"))
        return f"{self.aim}: {self.plan.population:,.0f} people, at most {worst} short"

    def _table(self) -> pd.DataFrame:
        return self.regrets

    def worst(self, plan: str) -> float:
        """The largest regret of a plan of the table."""
        return float(self.regrets.loc[self.regrets["plan"] == plan, "regret"].max())

    @property
    def is_planned(self) -> bool:
        """Whether the plan for the standard's speed does as well in every scenario."""
        people = self.regrets.pivot(index="scenario", columns="plan", values="population")
        return bool((people["planned"] == people["robust"]).all())


def robust_of(
    question: Question, plan: SitePlan, gaps: pd.DataFrame, supposed: Sequence[Scenario]
) -> Robust:
    """The robust plan beside a plan for the standard's speed, as `Terms.robust` asks for it.

    Who is covered before, and who would be by each candidate, is found anew for each scenario. It
    has as many sites as may be added, or as the plan has where a rate is to be reached. What the
    terms ask at least it keeps as things are, at the standard's speed, as the plan itself does;
    in other scenarios it may have less, and the best plans of these need not keep it.

    Parameters
    ----------
    question : of the terms.
    plan : its answer at the standard's speed.
    gaps : of the question's coverage.
    supposed : the scenarios, of its demand and its candidates.
    """
    aim = question.terms.robust
    assert aim is not None
    sites = question.terms.add if question.terms.add is not None else len(plan.sites)
    planned = _numbers(question, plan)
    # What is asked at least is asked as things are: in no other scenario, nor of its best plan.
    scenarios = [in_scenario(question.without_floors(), each) for each in supposed]
    found = [most_people(scenario, sites) for scenario in scenarios]
    plans = {"planned": planned}
    names = [scenario.name for scenario in supposed]
    for name, scenario, best in zip(names, scenarios, found, strict=True):
        same = scenario.population_of(planned) >= best.objective - HAIR
        plans[name] = planned if same else settled(scenario, best.sites, sites)[0]
    bounds = np.array([best.bound for best in found])
    own = names.index(as_asked(question.coverage.standard))
    solution = _expected(question, scenarios, own, sites, planned)
    if aim == "regret":
        known = [solution.sites, planned]
        solution = _least_regret(question, scenarios, own, bounds, sites, known)
    # Where it is as robust, nothing need change.
    worth = [_worth(scenarios, bounds, each, aim) for each in (planned, solution.sites)]
    chosen = planned if worth[0] >= worth[1] - _SAME else np.sort(solution.sites)
    plans = {"planned": planned, "robust": chosen} | plans
    value, bound = solution.objective, float(solution.bound)
    if aim == "regret":
        value, bound = 1 - value, 1 - bound
    told = described(question, solution, chosen, None, gaps)
    return Robust(
        aim,
        told,
        value,
        bound,
        solution.gap,
        solution.status,
        plan.population - told.population,
        _regrets(names, scenarios, plans, bounds),
    )


def in_scenario(question: Question, scenario: Scenario) -> Question:
    """The question in a scenario.

    What decides between equal plans is left out: outlets are not counted again.
    """
    demand = question.coverage.demand.assign(covered=scenario.covered)
    return replace(
        question,
        coverage=replace(question.coverage, demand=demand),
        terms=replace(question.terms, then=None),
        reach=scenario.reach,
    )


def _worth(scenarios: Sequence[Question], bounds: Floats, plan: Ints, aim: str) -> float:
    """What a plan is worth by the aim: its mean, or its least, share of what can be."""
    people = np.array([scenario.population_of(plan) for scenario in scenarios])
    if aim == "expected":
        return float(people.sum() / (bounds.sum() or 1.0))
    return float(np.divide(people, bounds, out=np.ones_like(people), where=bounds > HAIR).min())


def _numbers(question: Question, plan: SitePlan) -> Ints:
    """The candidates of a plan."""
    ids = question.candidates["candidate_id"].to_numpy(str)
    return np.flatnonzero(np.isin(ids, plan.sites["candidate_id"].to_numpy(str)))


def _expected(
    question: Question, scenarios: Sequence[Question], own: int, sites: int, start: Ints
) -> locate.CoverSolution:
    """Most people on average: every scenario's demand stands in one model, once each.

    Parameters
    ----------
    own : the scenario in which floors are asked.
    start : a plan that keeps the terms.
    """
    covers = vstack([scenario.covers for scenario in scenarios], format="csr")
    people = np.concatenate([scenario.people for scenario in scenarios])
    added = sites - int(question.fixed.sum())
    options = options_of(question, ())
    if question.is_two_sided:
        first = sum(len(scenario.people) for scenario in scenarios[:own])
        options["floors"] = [(first + rows, needed) for _, rows, needed in question.floors]
        options["start"] = start
    found = locate.maximal_covering(covers, people, added, **options)
    count = len(scenarios)
    # The fixed sites' people are among them already, in the objective and in the bound.
    return replace(found, objective=found.objective / count, bound=float(found.bound) / count)


def _least_regret(
    question: Question,
    scenarios: Sequence[Question],
    own: int,
    bounds: Floats,
    sites: int,
    known: Sequence[Ints],
) -> locate.CoverSolution:
    """The largest share of the best in the scenario where it is smallest.

    Shares are of the bounds, so no plan has more than all of one.
    """
    asked = [s for s, bound in enumerate(bounds) if bound > HAIR]
    if not asked:
        return most_people(question, sites)
    covers = vstack([scenarios[s].covers for s in asked], format="csr")
    weights = np.concatenate([scenarios[s].people / bounds[s] for s in asked])
    number = np.repeat(np.arange(len(asked)), [len(scenarios[s].people) for s in asked])
    start = max(known, key=lambda plan: _worth(scenarios, bounds, plan, "regret"))
    added = sites - int(question.fixed.sum())
    options = options_of(question, ())
    first = sum(len(scenarios[s].people) for s in asked if s < own)
    # Where nobody is to be won as things are, no floor wants anybody.
    options["floors"] = [
        (first + rows, needed / bounds[own]) for _, rows, needed in question.floors
    ]
    return locate.worst_covering(covers, weights, number, added, start, **options)


def _regrets(
    names: Sequence[str], scenarios: Sequence[Question], plans: dict[str, Ints], bounds: Floats
) -> pd.DataFrame:
    people = np.array([[s.population_of(plan) for s in scenarios] for plan in plans.values()])
    best = people.max(axis=0)
    rows = [
        {
            "plan": plan,
            "scenario": scenario,
            "population": people[i, s],
            "best": best[s],
            "bound": max(float(bounds[s]), best[s]),
            "regret": 1 - people[i, s] / best[s] if best[s] else 0.0,
        }
        for i, plan in enumerate(plans)
        for s, scenario in enumerate(names)
    ]
    return pd.DataFrame(rows)
