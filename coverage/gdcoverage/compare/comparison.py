"""A plan's outlets of two days assessed on the same people and streets, and what lies between."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.changes import (
    KEYS,
    PEOPLE,
    STREETS,
    beside,
    causes,
    changes,
    net_of,
    totals,
)
from gdcoverage.problems import unusable
from gdcoverage.register import SUPERVISION, TERMS, Event, Register, in_force, told
from gdcoverage.report import Report
from gdcoverage.run import How, Inputs, Plan, make_report, on_another_day, read_inputs
from gdcoverage.run.inputs import Say


@dataclass(frozen=True, eq=False)
class Comparison:
    """What changed from one day to another.

    Parameters
    ----------
    title : of the plan.
    before, after : the days.
    totals : ``county``, ``settlement``, ``population_before``, ``covered_before``,
        ``population_after``, ``covered_after``.
    changes : ``county``, ``settlement``, ``cause``, ``gained``, ``lost``, ``points``; gained
        minus lost is what ``covered`` changed by, of every county and class.
    outlets : ``outlet_id``, ``name``, ``bank``, ``county``, ``come`` and ``gone`` (causes, or
        ""), ``what`` (the events between the days), ``gained``, ``lost`` (people); Points.
    places : as of `changes`, the demand points that gained or lost it by outlets or streets.
    months : ``on``, ``outlets`` (active), ``population``, ``covered``, ``rate``: on both days and
        at the end of every month between; on the people and streets of the first.
    names : adcode -> name.
    """

    title: str
    before: dt.date
    after: dt.date
    totals: pd.DataFrame
    changes: pd.DataFrame
    outlets: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    months: pd.DataFrame
    names: dict[str, str]


def compare_plan(
    plan: Plan,
    before: dt.date,
    after: dt.date,
    later: Plan | None = None,
    *,
    monthly: bool = True,
    how: How | None = None,
    say: Say = lambda _: None,
) -> Comparison:
    """Compare a plan's outlets of two days; with a later plan, its people and streets too.

    One thing changes at a time: first the outlets, then the streets, then the people; what each
    step changes is due to it, and the steps lead from the one assessment to the other.

    Parameters
    ----------
    later : the plan as it is on the second day: its outlets, streets and people.
    monthly : whether the months between are assessed too.

    Raises
    ------
    InputError : the second day is not later, the plans differ in standard or counties, or an
        input is unusable.
    """
    if after <= before:
        what = f"止日 {after} 不晚于起日 {before}"
        raise unusable("dates_reversed", what, "请写 --from 较早、--to 较晚的日期")
    _require_comparable(plan, later)
    how = how or How()
    plan = replace(plan, sites=None, outlets=replace(plan.outlets, as_of=before))
    later_outlets = plan.outlets if later is None else later.outlets
    then = replace(plan, outlets=replace(later_outlets, as_of=after))
    inputs = read_inputs(plan, say, today=before)

    def assessed(of: Plan, given: Inputs, on: dt.date) -> Report:
        say(f"计算 {on}")
        return make_report(of, given, on.isoformat(), say, how=how)

    first = assessed(plan, inputs, before)
    changed = on_another_day(then, inputs, after)
    second = assessed(then, changed, after)
    moved = _moved(then)
    there = changed.outlets.frame
    come, gone = causes(inputs.outlets.frame, there, moved)
    demand = second.coverage.demand
    found = [changes(first.coverage.demand, demand, come, gone)]
    last = second
    if later is not None:
        later = replace(later, sites=None, outlets=then.outlets)
        if later.network != plan.network:
            last = assessed(replace(then, network=later.network), changed, after)
            found.append(changes(demand, last.coverage.demand, {}, {}).assign(cause=STREETS))
        streets_only = totals(last.coverage.demand)
        last = assessed(later, read_inputs(later, say, today=after), after)
        found.append(net_of(streets_only, totals(last.coverage.demand), PEOPLE))
    placed = [f for f in found if isinstance(f, gpd.GeoDataFrame)]
    dated = {before: first, after: second}
    if monthly:
        dated |= _between(plan, inputs, _days(before, after), first, assessed)
    return Comparison(
        plan.title,
        before,
        after,
        beside(totals(first.coverage.demand), totals(last.coverage.demand)),
        _by_cause(_stacked([pd.DataFrame(f)[_SUMMED] for f in found])),
        _changed_outlets(then, inputs.outlets.frame, there, (come, gone), found[0], before),
        gpd.GeoDataFrame(_stacked(placed), crs="EPSG:4326"),
        pd.DataFrame([_month(on, dated[on]) for on in sorted(dated)]),
        {str(code): str(name) for code, name in first.names.items()},
    )


Assess = Callable[[Plan, Inputs, dt.date], Report]


def _require_comparable(plan: Plan, later: Plan | None) -> None:
    if later is not None and later.standard != plan.standard:
        what = "两个计划的标准不同，人数的变化分不清是标准还是实际情况"
        raise unusable("plans_differ", what, "请把 [standard] 写成一样")
    if later is not None and later.counties != plan.counties:
        raise unusable("plans_differ", "两个计划的县区不同", "请把 [counties] 写成一样")


def _days(before: dt.date, after: dt.date) -> list[dt.date]:
    """The last days of all months that end between two days."""
    found, year, month = list[dt.date](), before.year, before.month
    while True:
        end = dt.date(year, month, calendar.monthrange(year, month)[1])
        if end >= after:
            return found
        if end > before:
            found.append(end)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _between(
    plan: Plan, inputs: Inputs, days: Sequence[dt.date], first: Report, assessed: Assess
) -> dict[dt.date, Report]:
    """The report of each day; where no outlet has changed, it is that of the day before."""
    report, known, found = first, _counting(inputs.outlets.frame), {}
    for on in days:
        that_day = on_another_day(plan, inputs, on)
        now = _counting(that_day.outlets.frame)
        if now != known:
            report, known = assessed(plan, that_day, on), now
        found[on] = report
    return found


def _counting(outlets: gpd.GeoDataFrame) -> set[tuple[str, str, float, float]]:
    places = outlets.geometry.x, outlets.geometry.y
    return {*zip(outlets["outlet_id"], outlets["status"], *places, strict=True)}


def _month(on: dt.date, report: Report) -> dict[str, object]:
    total = report.total
    return {
        "on": on,
        "outlets": int(total["outlets"]),
        "population": float(total["population"]),
        "covered": float(total["covered_population"]),
        "rate": float(total["rate"]),
    }


_SUMMED = [*KEYS, "cause", "gained", "lost"]


def _stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables one under the other; empty ones decide no column's type."""
    return pd.concat([t for t in tables if len(t)] or list(tables[:1]), ignore_index=True)


def _by_cause(rows: pd.DataFrame) -> pd.DataFrame:
    amounts = {"gained": ("gained", "sum"), "lost": ("lost", "sum"), "points": ("cause", "size")}
    return rows.groupby([*KEYS, "cause"], sort=True).agg(**amounts).reset_index()


def _moved(plan: Plan) -> dict[str, str]:
    """New points of a register and where they moved from."""
    if plan.outlets.register is None or plan.outlets.as_of is None:
        return {}
    book = Register(plan.outlets.register).as_of(plan.outlets.as_of, supervised=False)
    return {s.outlet_id: s.moved_from for s in book.outlets.values() if s.moved_from}


def _changed_outlets(
    plan: Plan,
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    why: tuple[dict[str, str], dict[str, str]],
    rows: pd.DataFrame,
    since: dt.date,
) -> gpd.GeoDataFrame:
    """Outlets that count and did not, or did and do not, with the people whom each brought."""
    come, gone = why
    known = pd.concat([before, after], ignore_index=True)
    known = known.drop_duplicates("outlet_id", keep="last").set_index("outlet_id")
    people = rows.groupby("outlet_id")[["gained", "lost"]].sum()
    ids = sorted(come.keys() | gone.keys())
    events = _events(plan, set(ids), since)
    table = pd.DataFrame(
        {
            "outlet_id": ids,
            **{name: known[name].reindex(ids).to_list() for name in ("name", "bank", "county")},
            "come": [come.get(i, "") for i in ids],
            "gone": [gone.get(i, "") for i in ids],
            "what": ["；".join(map(_said, events.get(i, ()))) for i in ids],
        }
    )
    amounts = people.reindex(ids).fillna(0.0).reset_index(drop=True)
    return gpd.GeoDataFrame(
        pd.concat([table, amounts.astype(np.float64)], axis=1),
        geometry=known.geometry.reindex(ids).to_numpy(),
        crs="EPSG:4326",
    )


def _events(plan: Plan, outlet_ids: set[str], since: dt.date) -> dict[str, list[Event]]:
    """What befell outlets of a register after a day, supervision left out."""
    found: dict[str, list[Event]] = {}
    until = plan.outlets.as_of
    if plan.outlets.register is not None and until is not None and outlet_ids:
        for event in in_force(Register(plan.outlets.register).events(outlet_ids)):
            if event.kind not in SUPERVISION and since < event.effective_on <= until:
                found.setdefault(event.outlet_id, []).append(event)
    return found


def _said(event: Event) -> str:
    about = "" if event.kind in _LONG else told(event.kind, event.details)
    return f"{event.effective_on} {TERMS[event.kind]}" + (f"（{about}）" if about else "")


# What these tell is what the outlet is.
_LONG = frozenset({"registered", "signed", "changed"})
