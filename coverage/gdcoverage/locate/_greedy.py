"""Good plans fast: the best site next, swaps until none helps, and shaking to get further."""

# Everything here is numba code on the named tuples of arrays that stand in their definitions.
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from typing import Any, NamedTuple

import numpy as np

from gdcoverage.arrays import Bools, Floats, Int32s, Ints
from gdcoverage.kernels import kernel
from gdcoverage.locate._model import CoverModel, Lists, transposed

# How much more a row counts for each of its floors that is not reached. A power of two, so that
# sums of whole weights stay exact.
URGENCY = 16.0
# What is lacking of conditions, as a share of one of them, that is rounding only.
HAIR = 1e-12
# Steps of `shift`. A plain 1 is a type of its own to the compiler, and so are items of lists:
# what is called with several types is compiled as often.
CHOOSE, GIVE_UP = np.int64(1), np.int64(-1)


class State(NamedTuple):
    """A plan in the making, with the value that each site would add now."""

    count: Int32s  # type: ignore[assignment]  # of each row: chosen sites that cover it
    gain: Floats  # of each site: value of choosing it, more where floors are open
    chosen: Bools  # of each site
    used: Ints  # of each group: chosen sites in it
    total: Floats  # value and cost of the plan
    restless: Bools  # of each site: near a change since it was last tried to swap
    reached: Floats  # of each floor: covered weight
    urgent: Bools  # of each floor: whether its rows count more
    within: Lists  # rows of each floor
    work: Floats  # pairs of site and row looked at, by all plans that share it


def _changing(plan: State) -> tuple[Any, ...]:
    """The arrays that change with a plan; the others are shared."""
    return tuple(plan)[: State._fields.index("within")]


def empty_plan(model: CoverModel, work: Floats) -> State:
    """No site chosen; what is done with the plan is counted in `work`."""
    work[0] += model.entries()
    sites, floors = len(model.cost), len(model.needed)
    worth = model.weight * (1.0 + URGENCY * model.floors.sizes())
    return State(
        np.zeros(len(model.weight), np.int32),
        # Of nothing, the sums are whole numbers.
        np.bincount(model.rows.owners(), worth[model.rows.items], sites).astype(np.float64),
        np.zeros(sites, np.bool_),
        np.zeros(len(model.limits), np.int64),
        np.zeros(2),
        np.ones(sites, np.bool_),
        np.zeros(floors),
        np.ones(floors, np.bool_),
        transposed(model.floors, floors),
        work,
    )


def copy_of(model: CoverModel, plan: State) -> State:
    """A plan like another, to be changed."""
    plan.work[0] += model.entries()
    return State._make([*(part.copy() for part in _changing(plan)), plan.within, plan.work])


def copy_plan(into: State, plan: State) -> None:
    """Make one plan the same as another."""
    for mine, part in zip(_changing(into), _changing(plan), strict=True):
        mine[:] = part


@kernel(inner=True)
def shift(model, plan, site, step):
    """Choose a site or give it up; only rows that change worth are followed."""
    looked = model.rows.start[site + 1] - model.rows.start[site]
    for slot in range(model.rows.start[site], model.rows.start[site + 1]):
        row = model.rows.items[slot]
        others = min(plan.count[row], plan.count[row] + step)
        plan.count[row] += step
        if others > 0 or model.weight[row] == 0.0:
            continue
        change = step * model.weight[row]
        plan.total[0] += change
        urgency = 1.0
        for place in range(model.floors.start[row], model.floors.start[row + 1]):
            floor = model.floors.items[place]
            plan.reached[floor] += change
            if plan.urgent[floor]:
                urgency += URGENCY
        change *= urgency
        looked += model.sites.start[row + 1] - model.sites.start[row]
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            plan.gain[model.sites.items[other]] -= change
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        plan.used[model.groups.items[slot]] += step
    plan.work[0] += looked
    plan.chosen[site] = step > 0
    plan.total[1] += step * model.cost[site]
    for floor in range(len(model.needed)):
        if plan.urgent[floor] != (plan.reached[floor] < model.needed[floor]):
            _turn(model, plan, floor)


@kernel(inner=True)
def _turn(model, plan, floor):
    """A floor is reached, or no more: its uncovered rows count less, or more."""
    plan.urgent[floor] = not plan.urgent[floor]
    more = URGENCY if plan.urgent[floor] else -URGENCY
    for slot in range(plan.within.start[floor], plan.within.start[floor + 1]):
        row = plan.within.items[slot]
        if plan.count[row] > 0:
            continue
        plan.work[0] += model.sites.start[row + 1] - model.sites.start[row]
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            plan.gain[model.sites.items[other]] += more * model.weight[row]


@kernel
def lack(model, plan):
    """How much a plan lacks of what groups and floors need; 0 where it keeps them."""
    lacking = 0.0
    for group in range(len(model.least)):
        lacking += max(model.least[group] - plan.used[group], 0)
    for floor in range(len(model.needed)):
        if plan.reached[floor] < model.needed[floor]:
            lacking += max(1.0 - plan.reached[floor] / model.needed[floor], 2 * HAIR)
    return lacking


@kernel(inner=True)
def _is_asked(model, plan, site):
    """Whether a group of the site has too few."""
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        group = model.groups.items[slot]
        if plan.used[group] < model.least[group]:
            return True
    return False


@kernel(inner=True)
def _is_open(model, plan, site):
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        group = model.groups.items[slot]
        if plan.used[group] >= model.limits[group]:
            return False
    return True


@kernel(inner=True)
def _next_site(model, plan, budget, noise):
    """The site of most gain for its cost that may be chosen, of those first that a group lacks;
    the first of equals; -1 for none.
    """
    best, best_rate, best_asked = np.int64(-1), 0.0, False
    lacking = False
    for group in range(len(model.least)):
        lacking = lacking or plan.used[group] < model.least[group]
    room = budget - plan.total[1] + 1e-9
    plan.work[0] += len(model.cost)
    for j in range(len(model.cost)):
        gain, cost = plan.gain[j], model.cost[j]
        if (gain <= noise and not lacking) or plan.chosen[j] or cost > room:
            continue
        asked = lacking and _is_asked(model, plan, j)
        if gain <= noise and not asked:
            continue
        rate = gain / max(cost, 1e-12)
        first = best < 0 or (asked and not best_asked)
        better = first or (asked == best_asked and rate > best_rate)
        if better and _is_open(model, plan, j):
            best, best_rate, best_asked = np.int64(j), rate, asked
    return best


@kernel
def fill(model, plan, budget, target, noise, added):
    """Choose site after site, greedily, until budget or target is reached; how many, and which."""
    size = 0
    while plan.total[0] < target - noise or lack(model, plan) > HAIR:
        site = _next_site(model, plan, budget, noise)
        if site < 0:
            break
        shift(model, plan, site, CHOOSE)
        added[size] = site
        size += 1
    return size


@kernel(inner=True)
def _disturb(model, plan, site):
    """Sites that share rows with `site` may have become worth a swap."""
    for slot in range(model.rows.start[site], model.rows.start[site + 1]):
        row = model.rows.items[slot]
        plan.work[0] += model.sites.start[row + 1] - model.sites.start[row]
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            plan.restless[model.sites.items[other]] = True


@kernel
def swap(model, plan, budget, target, noise):
    """Give up each restless site in turn and fill again; keep what gains, until none does."""
    added = np.empty(len(model.cost), np.int64)
    tried = np.empty(len(model.cost), np.int64)
    improved = True
    while improved and (plan.total[0] < target - noise or lack(model, plan) > HAIR):
        improved = False
        count = 0
        for j in range(len(model.cost)):
            if plan.chosen[j] and plan.restless[j]:
                tried[count] = j
                count += 1
        for turn in range(count):
            site = tried[turn]
            value, lacking = plan.total[0], lack(model, plan)
            plan.restless[site] = False
            shift(model, plan, site, GIVE_UP)
            size = fill(model, plan, budget, np.inf, noise, added)
            change = lack(model, plan) - lacking
            if change < -HAIR or (change <= HAIR and plan.total[0] > value + noise):
                improved = True
                _disturb(model, plan, site)
                for k in range(size):
                    _disturb(model, plan, added[k])
            elif size != 1 or added[0] != site:
                for k in range(size):
                    shift(model, plan, added[k], GIVE_UP)
                shift(model, plan, site, CHOOSE)


@kernel
def shed(model, plan, target, budget, noise):
    """Give up, least value for its cost first, what the target does not need or is over budget.

    What groups and floors need is given up last, and only for the budget.
    """
    lost = np.zeros(len(model.needed))
    while True:
        dear = plan.total[1] > budget + noise
        # A plain -1 is a type of its own, and what is called with it is compiled twice.
        worst, worst_rate = np.int64(-1), np.inf
        for site in range(len(model.cost)):
            if not plan.chosen[site]:
                continue
            loss = 0.0
            plan.work[0] += model.rows.start[site + 1] - model.rows.start[site]
            for slot in range(model.rows.start[site], model.rows.start[site + 1]):
                row = model.rows.items[slot]
                if plan.count[row] == 1:
                    loss += model.weight[row]
            rate = (loss + noise) / max(model.cost[site], 1e-12)
            if rate >= worst_rate or not (dear or plan.total[0] - loss >= target - noise):
                continue
            if _is_needed(model, plan, site, lost):
                if not dear:
                    continue
                rate += plan.total[0] + 1.0
            if rate < worst_rate and (dear or plan.total[0] - loss >= target - noise):
                worst, worst_rate = np.int64(site), rate
        if worst < 0:
            return
        shift(model, plan, worst, GIVE_UP)
        _disturb(model, plan, worst)


@kernel(inner=True)
def _is_needed(model, plan, site, lost):
    """Whether groups or floors that have enough would not without the site (`lost`: noughts)."""
    for slot in range(model.groups.start[site], model.groups.start[site + 1]):
        group = model.groups.items[slot]
        if plan.used[group] <= model.least[group]:
            return True
    needed = False
    if len(model.needed) == 0:
        return needed
    for step in (1.0, -1.0):
        for slot in range(model.rows.start[site], model.rows.start[site + 1]):
            row = model.rows.items[slot]
            if plan.count[row] != 1:
                continue
            for place in range(model.floors.start[row], model.floors.start[row + 1]):
                floor = model.floors.items[place]
                if step > 0:
                    lost[floor] += model.weight[row]
                    left = plan.reached[floor] - lost[floor]
                    needed = needed or left < model.needed[floor]
                else:
                    lost[floor] = 0.0
    return needed


@kernel
def follow(model, plan, sites, budget):
    """Choose sites in the order given, as far as budget and limits allow."""
    for site in sites:
        affordable = plan.total[1] + model.cost[site] <= budget + 1e-9
        if affordable and not plan.chosen[site] and _is_open(model, plan, site):
            shift(model, plan, site, CHOOSE)


@kernel
def shake(model, plan, centre, most):
    """Choose the site `centre` and give up (up to `most`) chosen sites that share rows with it."""
    dropped = 0
    for slot in range(model.rows.start[centre], model.rows.start[centre + 1]):
        row = model.rows.items[slot]
        for other in range(model.sites.start[row], model.sites.start[row + 1]):
            site = np.int64(model.sites.items[other])
            if plan.chosen[site] and site != centre and dropped < most:
                shift(model, plan, site, GIVE_UP)
                _disturb(model, plan, site)
                dropped += 1
    if not plan.chosen[centre] and _is_open(model, plan, centre):
        shift(model, plan, centre, CHOOSE)
    _disturb(model, plan, centre)
