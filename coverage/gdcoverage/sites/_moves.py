"""Close, open, move and merge as a covering model: which outlets stay, which candidates open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, hstack

from gdcoverage.arrays import Bools, Floats, Ints, Objects
from gdcoverage.findings import Findings
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.problems import unusable
from gdcoverage.sites._apart import cliques, rivals
from gdcoverage.sites._question import HAIR, Question


@dataclass(frozen=True)
class Condition:
    """Columns of which a plan has at least so many and at most so many."""

    columns: Ints
    least: int
    most: int


@dataclass(frozen=True, eq=False)
class Moves:
    """The choices of a redesign: a column for each outlet that may stay, and for each opening.

    Parameters
    ----------
    question : as it is before anything closes.
    closable : rows of the coverage's outlets that may close, by outlet_id.
    outlet : of each column the outlet, as a place in `closable`, that stays, or that moves; -1
        where a site opens without an outlet's moving there.
    site : of each column the candidate that opens; -1 where an outlet stays.
    bank : of each column whose outlet it is then; empty where not known.
    """

    question: Question
    closable: Ints
    outlet: Ints
    site: Ints
    bank: Objects

    @property
    def close(self) -> int:
        """Most outlets that close."""
        return min(self.question.terms.close, len(self.closable))

    @property
    def more(self) -> int:
        """How many outlets more than now there may be; negative where there must be fewer."""
        terms = self.question.terms
        return max((terms.add or 0) - terms.close, -self.close)

    @property
    def size(self) -> int:
        """Most columns of a plan."""
        return len(self.closable) + self.more

    @cached_property
    def opens(self) -> Ints:
        """Columns that open a site."""
        return np.flatnonzero(self.site >= 0)

    @cached_property
    def rows(self) -> Ints:
        """Rows of the demand that count and that no outlet covers which stays anyway."""
        demand, covers = self.question.coverage.demand, self.question.coverage.covers
        others = np.ones(covers.shape[1], bool)
        others[self.closable] = False
        covered = np.asarray(covers[:, np.flatnonzero(others)].sum(axis=1)).ravel() > 0
        people = demand["population"].to_numpy(float) > 0
        rows = np.flatnonzero(self.question.counted & ~covered & people)
        return rows[np.argsort(demand["demand_id"].to_numpy(str)[rows])]

    @cached_property
    def people(self) -> Floats:
        """People of the rows."""
        return self.question.coverage.demand["population"].to_numpy(float)[self.rows]

    @cached_property
    def covers(self) -> csr_array:
        """Who of the rows each column covers."""
        stays = self.question.coverage.covers[self.rows][:, self.closable]
        opened = csr_array(self.question.reach)[self.rows][:, self.site[self.opens]]
        return csr_array(hstack([stays, opened], format="csr"))

    @cached_property
    def kept(self) -> float:
        """People who count and are covered whatever closes."""
        demand = self.question.coverage.demand
        covered = demand["covered"].to_numpy(bool) & self.question.counted
        covered[self.rows] = False
        return float(demand["population"].to_numpy(float)[covered].sum())

    def won(self, plan: Ints) -> float:
        """People of the rows whom a plan covers."""
        covered = np.asarray(self.covers[:, plan].sum(axis=1)).ravel() > 0
        return float(self.people[covered].sum())

    @cached_property
    def floors(self) -> list[tuple[Ints, float]]:
        """Rows of counties, and people of them that must be covered for their rates."""
        demand = self.question.coverage.demand
        people, found = demand["population"].to_numpy(float), []
        ours = np.zeros(len(demand), bool)
        ours[self.rows] = True
        covered = demand["covered"].to_numpy(bool) & ~ours
        for adcode, rate in sorted(self.question.rates.items()):
            here = (demand["county"] == adcode).to_numpy()
            needed = rate * people[here].sum() - people[here & covered].sum() - HAIR
            if needed > 0:
                found.append((np.flatnonzero(here[self.rows]), float(needed)))
        return found

    @cached_property
    def conditions(self) -> list[Condition]:
        """All that a plan must keep, but for its size, its cost and the floors."""
        stay, opens = np.arange(len(self.closable)), self.opens
        terms = self.question.terms
        found = [Condition(stay, len(stay) - self.close, len(stay))]
        found += [Condition(own, len(own) - most, len(own)) for own, most in self._closings()]
        found.append(Condition(opens, 0, min(terms.add or 0, len(opens))))
        for site in np.flatnonzero(self.question.fixed):
            own = np.flatnonzero(self.site == site)
            found.append(Condition(own, 1, max(len(own), 1)))
        for limit in self.question.limits:
            if limit.kind != "apart":
                own = opens[limit.sites[self.site[opens]]]
                most = int(min(limit.most, len(own)))
                # More asked for than there are says that there is no plan.
                found.append(Condition(own, limit.least, max(most, limit.least)))
        found += [*self._one_each(), *self._merged(), *self._apart()]
        return [c for c in found if c.least > 0 or c.most < len(c.columns)]

    def _closings(self) -> list[tuple[Ints, int]]:
        """Outlets of one name, as places in `closable`, and how many of them may close."""
        coverage, asked = self.question.coverage, self.question.terms.close_most
        if asked is None:
            return []
        if isinstance(asked, Mapping):
            each = [(called(coverage, [word], "close_most"), m) for word, m in asked.items()]
        else:
            county = coverage.outlets["county"].to_numpy(object)
            each = [(county == own, asked) for own in sorted(set(county[self.closable]))]
        places = ((np.flatnonzero(own[self.closable]), int(most)) for own, most in each)
        return [(own, min(most, len(own))) for own, most in places]

    def _one_each(self) -> list[Condition]:
        """An outlet stays, or moves to one place; a site opens once; so many without a move."""
        found = []
        if self.question.terms.move_most_m is not None:
            for place in range(len(self.closable)):
                found.append(Condition(np.flatnonzero(self.outlet == place), 0, 1))
            unmoved = np.flatnonzero((self.outlet < 0) & (self.site >= 0))
            found.append(Condition(unmoved, 0, max(self.more, 0)))
        sites, count = np.unique(self.site[self.opens], return_counts=True)
        return [
            *found,
            *(Condition(np.flatnonzero(self.site == s), 0, 1) for s in sites[count > 1]),
        ]

    def _merged(self) -> list[Condition]:
        """Near each outlet that closes another of its bank stays or opens."""
        metres, outlets = self.question.terms.merge_most_m, self.question.coverage.outlets
        if metres is None:
            return []
        bank, lon, lat = banks_of(self.question.coverage), *lonlat(outlets.geometry.to_numpy())
        there = outlets["counts"].to_numpy(bool).copy()
        there[self.closable] = False
        others = np.flatnonzero(there)
        own_lon, own_lat = lon[self.closable], lat[self.closable]
        one, other = ellipsoid.pairs_within(own_lon, own_lat, lon[others], lat[others], metres)
        safe = one[bank[self.closable][one] == bank[others][other]]
        outlet, column = ellipsoid.pairs_within(own_lon, own_lat, *self.places(), metres)
        alike = self.bank[column] == bank[self.closable][outlet]
        outlet, column = outlet[alike], column[alike]
        alone = np.setdiff1d(np.arange(len(self.closable)), safe)
        near = (np.union1d(column[outlet == place], [place]) for place in alone)
        return [Condition(own, 1, len(own)) for own in near]

    def _apart(self) -> list[Condition]:
        """No two outlets of one bank nearer than asked, but for those that stand so now."""
        metres = self.question.terms.bank_apart_m
        if metres is None:
            return []
        name = np.where(self.site < 0, -1, np.arange(len(self.site))).astype(object)
        one, other = rivals(self.bank, *self.places(), metres, name)
        return [Condition(own, 0, 1) for own in cliques(len(self.site), one, other)]

    def places(self) -> tuple[Floats, Floats]:
        """Where each column's outlet stands then."""
        lon, lat = lonlat(self.question.candidates.geometry.to_numpy())
        here = self.question.coverage.outlets.geometry.to_numpy()[self.closable]
        own_lon, own_lat = lonlat(here)
        site = self.site[self.opens]
        return np.append(own_lon, lon[site]), np.append(own_lat, lat[site])

    def keeps(self, plan: Ints) -> bool:
        """Whether a plan keeps all conditions, its size, its cost and the floors."""
        chosen = np.zeros(len(self.site), bool)
        chosen[plan] = True
        counts = ((int(chosen[c.columns].sum()), c) for c in self.conditions)
        covered = np.asarray(self.covers[:, plan].sum(axis=1)).ravel() > 0
        cost = float(self.costs[plan].sum())
        return (
            len(plan) <= self.size
            and cost <= self.question.budget + HAIR
            and all(c.least <= count <= c.most for count, c in counts)
            and all(self.people[r][covered[r]].sum() >= least for r, least in self.floors)
        )

    @cached_property
    def costs(self) -> Floats:
        """What each column costs: what stays costs nothing."""
        costs = np.zeros(len(self.site))
        costs[self.opens] = self.question.costs[self.site[self.opens]]
        return costs


def banks_of(coverage: Findings) -> Objects:
    """The bank of each outlet, empty where not known."""
    if "bank" not in coverage.outlets:
        return np.full(len(coverage.outlets), "", object)
    return coverage.outlets["bank"].fillna("").to_numpy(object)


def called(coverage: Findings, words: Collection[str], key: str) -> Bools:
    """Outlets that are meant by ids, banks, adcodes, or the first four digits of these.

    Raises
    ------
    InputError : a word means no active outlet.
    """
    outlets = coverage.outlets
    county = outlets["county"].astype(str)
    names = [outlets["outlet_id"], banks_of(coverage), county, county.str[:4]]
    meant = np.zeros(len(outlets), bool)
    for word in sorted(set(words)):
        own = np.logical_or.reduce([np.asarray(each) == word for each in names])
        if not (own & outlets["counts"].to_numpy(bool)).any():
            raise unusable(
                "outlet_unknown",
                "没有这个在营网点、银行或区划代码的在营网点",
                "请核对网点编号、银行的写法或区划代码",
                column=key,
                value=word,
            )
        meant |= own
    return meant
