"""`SitePlan`: recommended sites, what each adds, and how good the choice is proved to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Floats, Ints
from gdcoverage.findings import Findings
from gdcoverage.gaps import gap_of_demand
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.locate import CoverSolution
from gdcoverage.showing import Shown, share
from gdcoverage.sites._limits import WHOSE
from gdcoverage.sites._order import build_order, owned_alone
from gdcoverage.sites._prefer import people_twice
from gdcoverage.sites._question import HAIR, Question
from gdcoverage.sites._whereabouts import found_at

# Columns of `SitePlan.sites`.
SITE_COLUMNS = {
    "rank": "place in the build order, from 1: each next site is the one that adds most",
    "candidate_id": "id of the candidate",
    "name": "its name; empty where not known",
    "bank": "its bank; empty where not known",
    "county": "adcode of where it lies; empty outside every county",
    "population": "people newly covered when built in this order",
    "urban": "of them urban",
    "rural": "of them rural",
    "elderly": "of them 60 and over; NaN where unknown",
    "lost_without": "people that no other site of the plan covers: lost if this one is not built",
    "gap_id": "gap of most of the people whom it covers, as in `find_gaps`; empty if nobody",
    "gap_name": "name of that gap",
    "gap_population": "people of that gap whom it covers",
    "outlet_id": "nearest active outlet; empty without any",
    "outlet_name": "its name",
    "outlet_m": "geodesic metres to it; NaN without any",
    "lon": "degrees, WGS-84",
    "lat": "degrees, WGS-84",
    "kind": "what stands there; empty where not known",
    "address": "its own; empty where not known",
    "where": "its address, or what it stands beside, in words; empty where nothing has a name",
    "gcj02_lon": "degrees, GCJ-02, as Amap takes them",
    "gcj02_lat": "degrees, GCJ-02, as Amap takes them",
}


@dataclass(frozen=True)
class TwoOutlets:
    """People in reach of two or more outlets: active ones, and with `after` the plan's sites.

    Parameters
    ----------
    before, after : people of the counties asked about; of those who lost the standard where a
        plan replaces outlets.
    bound : no plan that covers as many people at all has more of them.
    gap, status, seconds : how far from that the plan may be, as in `SitePlan`.
    """

    before: float
    after: float
    bound: float
    gap: float
    status: str
    seconds: float


@dataclass(frozen=True)
class Preferred:
    """What decided among the plans that cover as many people.

    Parameters
    ----------
    what : ``mean_walk`` or ``spread``, as in `Terms`.
    metres : mean way of all who are covered then; or least distance between outlets.
    bound : no plan that covers as many people has less, or more, of them.
    gap, status, seconds : how far from that the plan may be, as in `SitePlan`.
    """

    what: str
    metres: float
    bound: float
    gap: float
    status: str
    seconds: float


@dataclass(frozen=True, eq=False, repr=False)
class SitePlan(Shown):
    """Recommended sites, with proof.

    Parameters
    ----------
    sites : GeoDataFrame, EPSG:4326, Points, columns `SITE_COLUMNS`, in build order.
    aim : ``people`` (most people with so many sites) or ``sites`` (fewest sites for a rate).
    population : people newly covered by all sites together.
    rate_before, rate_after : coverage rate of the counties asked about; NaN without people.
    bound : no plan on these terms covers more people (aim ``people``), or needs fewer sites
        (aim ``sites``).
    gap : how far the plan may be from the best, as a share; 0 is proved best.
    status : ``optimal`` (proved), ``time_limit`` (the best found in time; see `gap`), ``clock``
        (stopped by the clock long after it: the next run may find another), or
        ``out_of_reach``: the target rate cannot be reached (with bank caps: as far as found), and
        the plan reaches the most that can be, with the fewest sites.
    seconds : spent solving.
    uncoverable_population : uncovered people of the counties whom no candidate allowed covers.
    bank_share : per bank of the active outlets in the counties asked about and of the sites:
        ``bank``, ``outlets`` (before), ``sites``, ``population`` (newly covered in build order),
        ``share_before`` and ``share_after`` (of all outlets; NaN without any); most first.
    limited_by : what keeps the plan from its target, or from any site: ``reached`` (nothing is
        left to do), ``no_candidates``, ``candidates`` (all together would not do), ``forbidden``,
        ``excluded``, ``apart``, ``bank_caps``, ``kind_caps``, ``class_caps``, ``county_caps``,
        ``city_caps``. Empty for a plan that does what is asked.
    two_outlets : people in reach of two or more outlets, where the terms ask for them.
    preferred : the mean way or least distance, where the terms ask for them.
    cost : of all sites together, where the terms have a budget.
    won : of each row of the coverage's demand, the rank of the site that wins its people when
        built in this order; 0 for those whom no site wins.
    """

    sites: gpd.GeoDataFrame
    aim: Literal["people", "sites"]
    population: float
    rate_before: float
    rate_after: float
    bound: float
    gap: float
    status: str
    seconds: float
    uncoverable_population: float
    bank_share: pd.DataFrame
    limited_by: tuple[str, ...] = ()
    two_outlets: TwoOutlets | None = None
    cost: float | None = None
    won: Ints | None = None
    preferred: Preferred | None = None

    def _line(self) -> str:
        return (
            f"{len(self.sites)} sites: {self.population:,.0f} people more, "
            f"{share(self.rate_before)} to {share(self.rate_after)}; {self.status}, "
            f"at most {100 * self.gap:.2g} % from the best"
        )

    def _table(self) -> pd.DataFrame:
        shown = ("rank", "candidate_id", "name", "bank", "population", "gap_name", "lon", "lat")
        return pd.DataFrame(self.sites)[list(shown)]


def described(
    question: Question,
    found: CoverSolution,
    sites: Ints,
    twice: CoverSolution | None,
    gaps: gpd.GeoDataFrame,
    wanted: float | None = None,
) -> SitePlan:
    """The plan of these sites with all that is said of it; proof and time as found.

    Parameters
    ----------
    twice : the sites' proof as to what the terms ask for ``then``.
    gaps : of the question's coverage.
    wanted : people to win, where fewest sites are asked for.
    """
    then = question.terms.then
    order, added = build_order(question, sites)
    population = question.population_of(order)
    out_of_reach = wanted is not None and population < wanted
    limited_by: tuple[str, ...] = ()
    if out_of_reach or not len(order):
        limited_by = _limited_by(question, population, np.inf if wanted is None else wanted)
    return SitePlan(
        sites_frame(question, order, added, gaps),
        "people" if wanted is None else "sites",
        population,
        question.rate_with(0.0),
        question.rate_with(population),
        float(found.bound),
        found.gap,
        "out_of_reach" if out_of_reach else found.status,
        found.seconds,
        question.uncoverable_population(),
        _bank_share(question, order, added),
        limited_by,
        None if twice is None or then != "two_outlets" else TwoOutlets(
            people_twice(question), twice.objective, float(twice.bound), twice.gap, twice.status,
            twice.seconds,
        ),
        float(question.costs[order].sum()) if np.isfinite(question.budget) else None,
        _won(question, order),
        None if twice is None or then == "two_outlets" else Preferred(
            str(then), twice.objective, float(twice.bound), twice.gap, twice.status, twice.seconds
        ),
    )  # fmt: skip


def _won(question: Question, order: Ints) -> Ints:
    """The rank of the site that wins each row of the demand, 0 without one."""
    rank = np.zeros(len(question.coverage.demand), np.int64)
    # The first in the build order is written last.
    for place, site in reversed(list(enumerate(order, 1))):
        rank[question.missed[question.by_site[[site]].indices]] = place
    return rank


def _limited_by(question: Question, population: float, wanted: float) -> tuple[str, ...]:
    """What keeps the plan from the people wanted, found by lifting one term after another."""
    forbidden = question.forbidden
    wanted = min(wanted, float(question.people.sum()))
    if wanted - population <= HAIR:
        return ("reached",)
    if not len(forbidden):
        return ("no_candidates",)
    every = question.within_reach(np.zeros_like(forbidden))
    allowed = question.within_reach(forbidden)
    causes = ["candidates"] if wanted - every > HAIR else []
    if min(wanted, every) - allowed > HAIR:
        barred, excluded, crowded = question.barred, question.excluded, question.crowded
        kept_out = {"forbidden": barred, "excluded": excluded, "apart": crowded}
        lifted = {
            "forbidden": excluded | crowded,
            "excluded": barred | crowded,
            "apart": barred | excluded,
        }
        one = [c for c, rest in lifted.items() if question.within_reach(rest) - allowed > HAIR]
        causes += one or [cause for cause, flags in kept_out.items() if flags.any()]
    capped = {limit.kind for limit in question.limits if np.isfinite(limit.most)}
    if min(wanted, allowed) - population > HAIR and capped:
        causes += [f"{kind}_caps" for kind in WHOSE if kind in capped]
        causes += ["apart"] if "apart" in capped and "apart" not in causes else []
    return tuple(causes)


def sites_frame(
    question: Question,
    order: Ints,
    added: Floats,
    gaps: pd.DataFrame,
    before: Findings | None = None,
) -> gpd.GeoDataFrame:
    """The rows of `SITE_COLUMNS`.

    Parameters
    ----------
    added : people whom each site adds in the order.
    gaps : of the question's coverage, or of that of `before`.
    before : the coverage before outlets closed.
    """
    chosen = question.candidates.iloc[order].reset_index(drop=True)
    urban, elderly = _newly_covered(question, order)
    lon, lat = lonlat(chosen.geometry.to_numpy())
    columns = {
        "rank": np.arange(1, len(order) + 1),
        **{name: chosen[name] for name in ("candidate_id", "name", "bank", "county")},
        "population": added,
        "urban": urban,
        "rural": (added - urban).round(6),
        "elderly": elderly,
        "lost_without": owned_alone(question, order, question.people),
        **_gaps_filled(question, order, gaps, before or question.coverage),
        **_nearest_outlets(question, lon, lat),
        "lon": lon,
        "lat": lat,
        **{name: chosen[name] for name in ("kind", "address")},
        **found_at(question.coverage, chosen),
    }
    return gpd.GeoDataFrame(columns, geometry=chosen.geometry.to_numpy(), crs="EPSG:4326")[
        [*SITE_COLUMNS, "geometry"]
    ]


def _newly_covered(question: Question, order: Ints) -> tuple[Floats, Floats]:
    """Urban people and older people that each site adds in this order."""
    demand = question.coverage.demand.iloc[question.missed]
    urban = question.people * (demand["settlement"] == "urban").to_numpy()
    elderly = (
        demand["elderly"].to_numpy(float) if "elderly" in demand else np.full(len(urban), np.nan)
    )
    known = ~np.isnan(elderly)
    done = np.zeros(len(urban), bool)
    urban_added, elderly_added = np.zeros(len(order)), np.zeros(len(order))
    for i, site in enumerate(order):
        rows = question.by_site[[site]].indices
        new = rows[~done[rows]]
        done[new] = True
        urban_added[i] = urban[new].sum()
        unknown = len(new) and not known[new].any()
        elderly_added[i] = np.nan if unknown or not known.any() else np.nansum(elderly[new])
    return urban_added, elderly_added


def _gaps_filled(
    question: Question, order: Ints, gaps: pd.DataFrame, coverage: Findings
) -> dict[str, object]:
    """The gap of most of the people whom each site covers."""
    gap = gap_of_demand(coverage)[question.missed]
    best, people = np.full(len(order), -1), np.zeros(len(order))
    for i, site in enumerate(order):
        rows = question.by_site[[site]].indices
        rows = rows[gap[rows] >= 0]
        if len(rows):
            sums = np.bincount(gap[rows], question.people[rows])
            best[i], people[i] = np.argmax(sums), sums.max()
    ids, names = (np.append(gaps[name].to_numpy(object), "") for name in ("gap_id", "name"))
    return {"gap_id": ids[best], "gap_name": names[best], "gap_population": people}


def _nearest_outlets(question: Question, lon: Floats, lat: Floats) -> dict[str, object]:
    outlets = question.coverage.outlets
    outlets = outlets[outlets["counts"].to_numpy(bool)].sort_values("outlet_id")
    metres, nearest = ellipsoid.nearest(lon, lat, *lonlat(outlets.geometry.to_numpy()))
    ids = np.append(outlets["outlet_id"].to_numpy(object), "")
    names = np.append(outlets["name"].to_numpy(object) if "name" in outlets else ids[:-1], "")
    return {
        "outlet_id": ids[nearest],
        "outlet_name": names[nearest],
        "outlet_m": np.where(np.isfinite(metres), metres.round(3), np.nan),
    }


def _bank_share(question: Question, order: Ints, added: Floats) -> pd.DataFrame:
    outlets = question.coverage.outlets
    here = outlets["counts"].to_numpy(bool) & outlets["county"].isin(question.counties).to_numpy()
    empty = pd.Series("", outlets.index, dtype="str")
    before = outlets.get("bank", empty)[here].fillna("").value_counts()
    chosen = question.candidates["bank"].iloc[order]
    table = pd.DataFrame({"outlets": before, "sites": chosen.value_counts()}).fillna(0).astype(int)
    table["population"] = pd.Series(added, chosen.to_numpy()).groupby(level=0).sum()
    table["population"] = table["population"].fillna(0.0)
    after = table["outlets"] + table["sites"]
    table["share_before"] = table["outlets"] / (table["outlets"].sum() or np.nan)
    table["share_after"] = after / (after.sum() or np.nan)
    table = table.rename_axis("bank").reset_index().assign(after=after.to_numpy())
    table = table.sort_values(["after", "bank"], ascending=[False, True], ignore_index=True)
    return table.drop(columns="after")
