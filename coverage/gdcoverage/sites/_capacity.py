"""Capacity: how many people each outlet has to serve, who finds no room, which sites help most."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csc_array, hstack

from gdcoverage import locate
from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.showing import Shown
from gdcoverage.sites._order import build_order
from gdcoverage.sites._plan import SitePlan, sites_frame
from gdcoverage.sites._question import PEOPLE_DIGITS, Denser, Question, with_candidates_for
from gdcoverage.sites._solve import options_of, with_room


@dataclass(frozen=True, eq=False, repr=False)
class Capacity(Shown):
    """Whom outlets serve that have room for so many people each.

    People go to any outlet within their standard, in parts if need be, so that as many as can be
    find room. How they are divided is one way of several; how many find room, whose outlets are
    full for want of room (``full``) and who shares these (``strained``) is the same in all.

    Parameters
    ----------
    room : people whom an outlet serves at most.
    sites : GeoDataFrame of the sites with which most people are served, columns `SITE_COLUMNS`;
        as many as the recommended plan may have.
    loads : one row per active outlet and, behind, per site: ``outlet_id``, ``name``, ``bank``,
        ``county``, ``is_new``, ``reach`` (people who count within its standard), ``load_now``
        (people whom it serves now; NaN of sites), ``load`` (with the sites), ``full_now``,
        ``full``.
    counties : per county asked about: ``county``, ``population``, ``covered_now``, ``over_now``
        (covered, but without room, as divided), ``strained_now``, and ``covered``, ``over``,
        ``strained`` with the sites.
    covered_now, served_now : people covered by outlets now, and of them those who find room.
    covered_planned, served_planned : likewise with the recommended plan.
    covered, served : likewise with these sites.
    bound : no plan on the terms serves more within the room.
    gap, status, seconds : how far from that the plan may be, as in `SitePlan`.
    """

    room: float
    sites: gpd.GeoDataFrame
    loads: pd.DataFrame
    counties: pd.DataFrame
    covered_now: float
    served_now: float
    covered_planned: float
    served_planned: float
    covered: float
    served: float
    bound: float
    gap: float
    status: str
    seconds: float

    def _line(self) -> str:
        return (
            f"{self.served_now:,.0f} of {self.covered_now:,.0f} people covered find room now, "
            f"{self.served:,.0f} of {self.covered:,.0f} with {len(self.sites)} sites; {self.status}"
        )

    def _table(self) -> pd.DataFrame:
        return self.loads


class _Rooms:
    """Everybody who counts, and who serves them: active outlets first, then candidates."""

    def __init__(self, question: Question) -> None:
        coverage = question.coverage
        people = coverage.demand["population"].to_numpy(float)
        rows = np.flatnonzero(question.counted & (people > 0))
        self.question = question
        self.rows = rows[np.argsort(coverage.demand["demand_id"].to_numpy(str)[rows])]
        self.people = people[self.rows]
        outlets = np.flatnonzero(coverage.outlets["counts"])
        self.outlets = outlets[np.argsort(coverage.outlets["outlet_id"].to_numpy(str)[outlets])]
        columns = [coverage.covers[self.rows][:, self.outlets], question.reach[self.rows]]
        self.covers = csc_array(hstack(columns, format="csc"))
        self.rooms = np.full(self.covers.shape[1], float(question.terms.capacity or np.inf))

    @property
    def there(self) -> Ints:
        """Columns of the outlets that there are."""
        return np.arange(len(self.outlets))

    def with_sites(self, sites: Ints) -> Ints:
        """Columns of the outlets and some candidates."""
        return np.append(self.there, len(self.outlets) + np.sort(sites))

    def served(self, columns: Ints) -> locate.Served:
        return locate.serve(self.covers, self.people, self.rooms, columns)

    def covered(self, columns: Ints) -> Bools:
        return np.asarray(self.covers[:, columns].sum(axis=1)).ravel() > 0

    def best(self, sites: Ints, most: int, bound: float) -> locate.Loaded:
        """The plan that serves most, `sites` at the least."""
        question, shift = self.question, len(self.outlets)
        options = options_of(question, ())
        room = with_room(question, options, most)
        costs = options.get("costs")
        groups = [locate.Group(*group) for group in options["groups"]]
        return locate.capacitated_covering(
            self.covers,
            self.people,
            self.rooms,
            room,
            self.with_sites(sites),
            bound=bound,
            costs=None if costs is None else np.append(np.zeros(shift), costs),
            fixed=self.with_sites(np.flatnonzero(question.fixed)),
            forbidden=shift + np.flatnonzero(question.forbidden),
            groups=[(shift + own, most, least) for own, most, least in groups],
            time_limit=question.terms.time_limit,
        )


def capacity_of(
    question: Question, plan: SitePlan, gaps: pd.DataFrame, denser: Denser = with_candidates_for
) -> Capacity:
    """Who finds room now, with the recommended plan, and with the sites that serve most.

    Parameters
    ----------
    plan : recommended for the question.
    gaps : of the question's coverage.
    denser : gives the question with candidates for people whose outlets are full.
    """
    asked, rooms = question, _Rooms(question)
    now = rooms.served(rooms.there)
    if question.generated and now.strained.any():
        strained = np.zeros(len(question.coverage.demand), bool)
        strained[rooms.rows[now.strained]] = True
        rooms = _Rooms(denser(question, strained, "L"))
        question = rooms.question
    ids = question.candidates["candidate_id"]
    planned = np.flatnonzero(ids.isin(plan.sites["candidate_id"]))
    most = len(planned) if question.terms.add is None else question.terms.add
    # What no plan covers more than is a bound where the candidates are the same.
    known = plan.aim == "people" and question is asked
    found = rooms.best(planned, most, plan.bound + _covered_now(rooms) if known else np.inf)
    sites = _needed(rooms, found)
    order, added = build_order(question, sites)
    columns, with_plan = rooms.with_sites(order), rooms.with_sites(planned)
    then = rooms.served(columns)

    return Capacity(
        float(question.terms.capacity or np.inf),
        sites_frame(question, order, added, gaps),
        _loads(rooms, order, now, then),
        _by_county(rooms, (now, then), (rooms.there, columns)),
        _covered_now(rooms),
        float(now.rows.sum()),
        float(rooms.people[rooms.covered(with_plan)].sum()),
        float(rooms.served(with_plan).rows.sum()),
        float(rooms.people[rooms.covered(columns)].sum()),
        float(then.rows.sum()),
        float(found.bound),
        found.gap,
        found.status,
        found.seconds,
    )


def _covered_now(rooms: _Rooms) -> float:
    return float(rooms.people[rooms.covered(rooms.there)].sum())


def _needed(rooms: _Rooms, found: locate.Loaded) -> Ints:
    """The sites of the plan without those whom nobody would miss."""
    question, sites = rooms.question, found.sites[len(rooms.outlets) :] - len(rooms.outlets)
    hair = 1e-6 * max(found.objective, 1.0)
    for site in sites[~question.fixed[sites]][::-1]:
        rest = sites[sites != site]
        if float(rooms.served(rooms.with_sites(rest)).rows.sum()) < found.objective - hair:
            continue
        counts = ((int(limit.sites[rest].sum()), limit.least) for limit in question.limits)
        if all(count >= least for count, least in counts):
            sites = rest
    return sites


def _loads(rooms: _Rooms, order: Ints, now: locate.Served, then: locate.Served) -> pd.DataFrame:
    coverage, candidates = rooms.question.coverage, rooms.question.candidates.iloc[order]
    outlets, shift = coverage.outlets.iloc[rooms.outlets], len(rooms.outlets)
    columns = np.append(rooms.there, shift + order)
    empty = pd.Series("", outlets.index, dtype="str")

    def both(name: str) -> Floats:
        return np.append(outlets.get(name, empty).to_numpy(object), candidates[name])

    nothing = np.zeros(len(order))
    return pd.DataFrame(
        {
            "outlet_id": np.append(
                outlets["outlet_id"].to_numpy(object), candidates["candidate_id"]
            ),
            **{name: both(name) for name in ("name", "bank", "county")},
            "is_new": np.arange(len(columns)) >= shift,
            "reach": np.asarray(rooms.covers.T @ rooms.people)[columns],
            "load_now": np.append(now.sites[rooms.there].round(PEOPLE_DIGITS), nothing * np.nan),
            "load": then.sites[columns].round(PEOPLE_DIGITS),
            "full_now": np.append(now.full[rooms.there], nothing > 0),
            "full": then.full[columns],
        }
    )


def _by_county(
    rooms: _Rooms, served: tuple[locate.Served, ...], columns: tuple[Ints, ...]
) -> pd.DataFrame:
    home = rooms.question.coverage.demand["county"].to_numpy(object)[rooms.rows]
    amounts = {"population": rooms.people}
    for suffix, each, own in zip(("_now", ""), served, columns, strict=True):
        covered = np.where(rooms.covered(own), rooms.people, 0.0)
        amounts[f"covered{suffix}"] = covered
        amounts[f"over{suffix}"] = np.maximum(covered - each.rows, 0.0)
        amounts[f"strained{suffix}"] = np.where(each.strained, covered, 0.0)
    table = pd.DataFrame(amounts).groupby(home).sum().round(PEOPLE_DIGITS)
    return table.rename_axis("county").reset_index()
