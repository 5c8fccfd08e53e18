"""What an assessment found, who counts for what in it, and the tables made of that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

from gdcoverage.arrays import Bools, Floats, Ints
from gdcoverage.network import Snap, WalkNetwork
from gdcoverage.numbers import NUMBERS, SPEED_COLUMNS
from gdcoverage.outlets.offers import SERVICES, Service, service_called
from gdcoverage.policy import COMPARISON_SPEEDS, SETTLEMENTS, Standard
from gdcoverage.services import service_table
from gdcoverage.showing import Shown, share

# Adcode of demand points that lie in no county.
NO_COUNTY = ""

# Columns that `assess` adds to the demand points.
RESULT_COLUMNS = {
    "covered": "whether the point is within the standard",
    "outlet_id": "nearest outlet by the point's own standard; empty where none was found",
    "distance_m": "metres to it: the walk if urban, the geodesic if rural; NaN where none",
    "walk_outlet_id": "nearest outlet on foot; empty where none within the search",
    "walk_m": "walk to it, metres; NaN where longer than `Standard.walk_search_m` or no way",
    "walk_min": "the same in minutes at the standard's speed",
    "radius_outlet_id": "nearest outlet in a straight line",
    "radius_m": "geodesic to it, metres; NaN without outlets",
    "covering_outlets": "how many outlets cover the point",
    "access_m": "from the point to where that walk joins the streets, or without one to the "
    "nearest street that can be joined, metres; NaN where none can",
    "status": "ok, island (street not linked to the main network), barred (streets are within the "
    "limit, but none can be reached), off_network",
}
# The column that it adds besides where there are outlets in doubt: whether the point would be
# covered if they counted.
WITH_DOUBTFUL = "covered_with_doubtful"
# Likewise where there are streets in doubt: whether it would be covered if nobody walked on them.
WITHOUT_DOUBTFUL_WAYS = "covered_without_doubtful_ways"
# And whether it would be if points and outlets were left for their nearest street alone.
BY_NEAREST_STREET = "covered_by_nearest_street"
SUPPOSED = frozenset({WITH_DOUBTFUL, WITHOUT_DOUBTFUL_WAYS, BY_NEAREST_STREET})
# Beside the rate stand those that would be if every point lay so much nearer, or farther.
MISPLACED_M = 10.0
# Two rates that differ by more than so many percentage points are two answers.
SAME_RATE_POINTS = 0.5
# Columns that `assess` adds to the outlets.
OUTLET_RESULT_COLUMNS = ("counts", "status_snap", "access_m")


@dataclass(frozen=True)
class Doubt:
    """What outlets in doubt could change of the answer.

    Parameters
    ----------
    outlets : how many are in doubt, within the counties reported on.
    rate, rate_with : the coverage rate if none of them counts, and if all do; NaN without people.
    counties : of several counties, names of those whose own two rates are apart.
    """

    outlets: int
    rate: float
    rate_with: float
    counties: tuple[str, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether the two rates are two answers, of all counties together or of any."""
        return _are_apart(self.rate, self.rate_with) or bool(self.counties)

    @property
    def points(self) -> float:
        """By how many percentage points the two rates differ."""
        return (self.rate_with - self.rate) * 100


def _are_apart(rate: float, rate_with: float) -> bool:
    # Half a point is half a point, whatever floating point makes of it.
    return round((rate_with - rate) * 100, 9) > SAME_RATE_POINTS


@dataclass(frozen=True)
class StreetsWalked:
    """The streets that an assessment stands on.

    Parameters
    ----------
    profile : the rules by which ways are streets, ``walk`` or ``osmnx``.
    metres, doubtful_m : of street within the counties, and of it in doubt; a street is where it
        begins.
    """

    profile: str
    metres: float
    doubtful_m: float

    @classmethod
    def of(cls, coverage: Coverage) -> StreetsWalked:
        """Those of a coverage; all of them where it has no counties."""
        network, inside = coverage.network, np.ones(coverage.network.edges, bool)
        if coverage.counties is not None:
            area = coverage.counties.geometry.union_all()
            shapely.prepare(area)
            begins = network.node_lon[network.edge_u], network.node_lat[network.edge_u]
            inside = shapely.contains_xy(area, *begins)
        doubtful = inside & network.edge_doubtful
        return cls(
            network.profile,
            float(network.edge_m[inside].sum()),
            float(network.edge_m[doubtful].sum()),
        )

    @classmethod
    def together(cls, several: Iterable[StreetsWalked]) -> StreetsWalked:
        """Those of several counties as one."""
        parts = list(several)
        return cls(
            "、".join(dict.fromkeys(part.profile for part in parts)),
            sum(part.metres for part in parts),
            sum(part.doubtful_m for part in parts),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Findings(Shown):
    """What assessments found, whether or not their streets are at hand.

    Parameters
    ----------
    standard : the standard applied.
    demand : the demand points as given, with their index and the columns `RESULT_COLUMNS`;
        `BY_NEAREST_STREET`; `WITH_DOUBTFUL` too where there are outlets in doubt, and
        `WITHOUT_DOUBTFUL_WAYS` where there are streets in doubt.
    outlets : the outlets as given, with their index and ``counts`` (only an active outlet does),
        ``status_snap`` and ``access_m``.
    covers : bool, (demand, outlets): who covers whom; rows and columns as in the two frames.
    counties : the counties reported on, or None for whatever the demand points name.
    """

    standard: Standard
    demand: gpd.GeoDataFrame
    outlets: gpd.GeoDataFrame
    covers: csr_array
    counties: gpd.GeoDataFrame | None

    def _line(self) -> str:
        people = self.demand["population"].sum()
        rate = float(self.total()["rate"]) if len(self.demand) else np.nan
        counting = int((self.outlets["status"] == "active").sum())
        return (
            f"{share(rate)} of {people:,.0f} people covered: "
            f"{len(self.demand):,} demand points, {counting:,} active outlets"
        )

    def _table(self) -> pd.DataFrame:
        shown = ("county", "county_name", "outlets", "population", "covered_population", "rate")
        return self.by_county()[list(shown)]

    def by_county(self) -> pd.DataFrame:
        """Coverage per county, sorted by adcode; demand outside every county comes last.

        Returns
        -------
        DataFrame: ``county`` (adcode, empty outside), ``county_name``, ``city``, ``outlets``
        (active, by location), ``doubtful_outlets`` (likewise; only where there are any at all),
        then the columns of `tally`.
        """
        table = tally(self.demand, ["county"], self.standard)
        name = pd.Series(dict.fromkeys(table.index, ""), dtype="str")
        city = name.copy()
        if self.counties is not None:
            known = self.counties.set_index("adcode")
            table = _with_empty_groups(table, known.index.union(table.index))
            name = known["name"].reindex(table.index, fill_value="")
            city = known["city"].reindex(table.index, fill_value="")
        table.insert(0, "county_name", name.where(table.index != NO_COUNTY, "县区外"))
        table.insert(1, "city", city)
        table.insert(2, "outlets", self._outlets_in(table.index, "active"))
        if WITH_DOUBTFUL in self.demand:
            table.insert(3, "doubtful_outlets", self._outlets_in(table.index, "unknown"))
        last = table.index == NO_COUNTY
        return pd.concat([table[~last], table[last]]).rename_axis("county").reset_index()

    def by_settlement(self) -> pd.DataFrame:
        """Coverage per county and settlement class.

        Returns
        -------
        DataFrame: ``county``, ``settlement``, ``settlement_name``, then the columns of `tally`.
        """
        table = tally(self.demand, ["county", "settlement"], self.standard).reset_index()
        table.insert(2, "settlement_name", table["settlement"].map(SETTLEMENTS))
        return table

    def by_service(self, services: Sequence[Service] = SERVICES) -> pd.DataFrame:
        """Coverage per county for each business item, service mode and kind of hours.

        Returns
        -------
        DataFrame: ``county`` and ``county_name`` in the order of `by_county`, then the columns of
        `service_table`, a row for each of the services.
        """
        own = () if self.counties is None else self.counties["adcode"]
        inside = sorted({*own, *self.demand["county"]} - {NO_COUNTY})
        outside = [NO_COUNTY] if (self.demand["county"] == NO_COUNTY).any() else []
        table = service_table(self.demand, self.outlets, self.covers, services, [*inside, *outside])
        names = {NO_COUNTY: "县区外"}
        if self.counties is not None:
            names |= dict(zip(own, self.counties["name"], strict=True))
        table.insert(1, "county_name", table["county"].map(names).fillna(""))
        return table

    def of(self, item: str = "", mode: str = "", when: str = "") -> pd.DataFrame:
        """Coverage per county by the outlets that offer one service: 失业保险, 窗口, 星期六上午.

        Parameters
        ----------
        item, mode, when : in words, see `service_called`; any where empty.

        Returns
        -------
        DataFrame, as of `by_service`, a row for each county.

        Raises
        ------
        InputError : a word is not understood.
        """
        return self.by_service([service_called(item, mode, when)])

    def total(self) -> pd.Series:
        """The columns of `tally` over all demand points; counties and classes sum to it."""
        return tally(self.demand.assign(all="all"), ["all"], self.standard).iloc[0]

    def doubt(self) -> Doubt | None:
        """What outlets in doubt could change; None where there are none that could."""
        if WITH_DOUBTFUL not in self.demand:
            return None
        counties = self.by_county()
        rates = ["rate", "rate_with_doubtful"]
        total = self.total()[rates] if len(self.demand) else pd.Series(np.nan, rates)
        apart = tuple(
            str(name or adcode)
            for adcode, name, *two in counties[["county", "county_name", *rates]].to_numpy()
            if _are_apart(*two) and len(counties) > 1
        )
        outlets = int(counties["doubtful_outlets"].sum())
        doubt = Doubt(outlets, float(total["rate"]), float(total["rate_with_doubtful"]), apart)
        # Those beyond the border are the neighbours' unless they serve somebody here.
        return doubt if outlets or doubt.rate_with > doubt.rate else None

    def _outlets_in(self, counties: pd.Index, status: str) -> pd.Series:
        """How many outlets of a status lie in each county."""
        found = self.outlets.loc[self.outlets["status"] == status, "county"].value_counts()
        return found.reindex(counties).fillna(0).astype(int)

    def in_county(self, adcode: str) -> Self:
        """The same result, reported for one county; outlets beyond the border still serve it."""
        rows = np.flatnonzero((self.demand["county"] == adcode).to_numpy())
        counties = self.counties
        if counties is not None:
            counties = counties[counties["adcode"] == adcode].reset_index(drop=True)
        return replace(self._of_rows(rows), counties=counties)

    def _of_rows(self, rows: Ints) -> Self:
        demand = self.demand.iloc[rows]
        return replace(self, demand=demand, covers=self.covers[rows])


@dataclass(frozen=True, eq=False, repr=False)
class StreetlessCoverage(Findings):
    """Counties' results put together: all numbers, and no streets to walk on or to draw."""

    @property
    def network(self) -> WalkNetwork:
        """There is none."""
        raise ValueError(_STREETLESS)

    def on(self, network: WalkNetwork, outlets_joined: Snap, demand_joined: Snap) -> Coverage:
        """The same findings with the streets that they were found on, and where they join them."""
        return Coverage(
            **{f.name: getattr(self, f.name) for f in fields(self)},
            network=network,
            outlets_joined=outlets_joined,
            demand_joined=demand_joined,
        )


@dataclass(frozen=True, eq=False, repr=False)
class Coverage(Findings):
    """What an assessment found, with the streets that it walked on.

    Parameters
    ----------
    network : the streets.
    outlets_joined, demand_joined : where outlets and demand points join them, row by row.
    """

    network: WalkNetwork
    outlets_joined: Snap
    demand_joined: Snap

    def join(self, points: gpd.GeoDataFrame) -> Snap:
        """Where other points (EPSG:4326) join the streets, within the standard's limits."""
        return joiner(self.network, self.standard)(points)

    def without_streets(self) -> StreetlessCoverage:
        """The findings alone, small enough to be kept by the hundred."""
        return StreetlessCoverage(**{f.name: getattr(self, f.name) for f in fields(Findings)})

    def _of_rows(self, rows: Ints) -> Self:
        return replace(super()._of_rows(rows), demand_joined=self.demand_joined[rows])


_STREETLESS = (
    "this coverage was put together from several counties, whose streets are not kept: "
    "ask for the report of one county"
)


def with_streets(coverage: Findings) -> Coverage:
    """The coverage, if it has streets to walk on.

    Raises
    ------
    ValueError : it was put together from several counties.
    """
    if not isinstance(coverage, Coverage):
        raise ValueError(_STREETLESS)
    return coverage


def joiner(network: WalkNetwork, standard: Standard) -> Callable[[gpd.GeoDataFrame], Snap]:
    """How points (EPSG:4326) join these streets under this standard."""
    limits = standard.snap_limit_m, standard.smallest_component_m
    return lambda points: network.snap(points, *limits)


def covered_at(
    demand: pd.DataFrame,
    standard: Standard,
    walk_limit_m: float,
    *,
    nearer_m: float = 0.0,
    towns: Literal["urban", "rural"] | None = None,
) -> Bools:
    """Which assessed demand points a walk limit and the standard's radius cover.

    Parameters
    ----------
    walk_limit_m : longest walk of urban points, metres.
    nearer_m : how much nearer every point is taken to be, metres.
    towns : judge towns by this class's rule, whatever the standard's.
    """
    urban = _is(demand, "settlement", "urban")
    if towns is not None:
        urban = np.where(demand["town"].to_numpy(bool), towns == "urban", urban)
    within_walk = demand["walk_m"].to_numpy(float) <= walk_limit_m + nearer_m
    within_radius = demand["radius_m"].to_numpy(float) <= standard.rural_radius_m + nearer_m
    return np.where(urban, within_walk, within_radius)


def lost_without(found: Findings, outlet_ids: Collection[str]) -> float:
    """People who lose the standard if outlets leave together.

    Parameters
    ----------
    outlet_ids : those that leave; others than active ones take nothing away.
    """
    leaving = np.flatnonzero(found.outlets["outlet_id"].isin(outlet_ids).to_numpy())
    held = np.diff(found.covers[:, leaving].tocsr().indptr)
    lost = (held > 0) & (held == found.demand["covering_outlets"].to_numpy())
    return float(found.demand["population"].to_numpy(float)[lost].sum())


def tally(demand: pd.DataFrame, keys: list[str], standard: Standard) -> pd.DataFrame:
    """People, points and area, covered and in all, for each value of the keys.

    Every rate is of people, over all people of the group: nobody drops out of the denominator.

    Returns
    -------
    DataFrame indexed by the keys: ``population``, ``covered_population``, ``rate`` (NaN without
    people), the rate at each comparison speed (`SPEED_COLUMNS`), ``rate_nearer`` and
    ``rate_farther`` (if every point lay `MISPLACED_M` nearer to its outlet, or farther),
    ``rate_towns_rural`` (``rate_towns_urban`` where the town rule is ``rural``),
    ``rate_by_nearest_street`` (if points and outlets were left for their nearest street alone),
    ``rate_without_doubtful_ways`` (only where streets are in doubt: the rate if nobody walked on
    them), ``rate_with_doubtful`` (only where outlets are in doubt: the rate if they counted),
    ``demand_points``, ``covered_points``, ``area_km2`` and
    ``covered_area_km2`` (of points whose area is known), ``urban_population``,
    ``urban_covered``, ``urban_rate``, ``rural_population``, ``rural_covered``, ``rural_rate``,
    ``elderly``, ``elderly_covered`` (people 60 and over, where known), ``one_outlet`` and
    ``two_outlets`` (people covered by exactly one, by two or more), ``off_network_population``,
    ``barred_population``, ``island_population``.
    """
    people, covered = demand["population"].to_numpy(float), demand["covered"].to_numpy(bool)
    urban, rural = _is(demand, "settlement", "urban"), _is(demand, "settlement", "rural")
    elderly, area = _known(demand, "elderly"), _known(demand, "area_km2")
    outlets = demand["covering_outlets"].to_numpy()
    amounts = {
        "population": people,
        "covered_population": people * covered,
        "demand_points": np.ones(len(demand)),
        "covered_points": covered,
        "area_km2": area,
        "covered_area_km2": area * covered,
        "urban_population": people * urban,
        "urban_covered": people * (urban & covered),
        "rural_population": people * rural,
        "rural_covered": people * (rural & covered),
        "elderly": elderly,
        "elderly_covered": elderly * covered,
        "one_outlet": people * (outlets == 1),
        "two_outlets": people * (outlets >= 2),
        "off_network_population": people * _is(demand, "status", "off_network"),
        "barred_population": people * _is(demand, "status", "barred"),
        "island_population": people * _is(demand, "status", "island"),
    }
    served = {
        column: covered_at(demand, standard, standard.walk_limit_at(speed.m_per_min))
        for column, speed in zip(SPEED_COLUMNS, COMPARISON_SPEEDS, strict=True)
    }
    limit_m = standard.walk_limit_m
    for column, nearer_m in (("rate_nearer", MISPLACED_M), ("rate_farther", -MISPLACED_M)):
        served[column] = covered_at(demand, standard, limit_m, nearer_m=nearer_m)
    other: Literal["urban", "rural"] = "urban" if standard.town_rule == "rural" else "rural"
    served[f"rate_towns_{other}"] = covered_at(demand, standard, limit_m, towns=other)
    if BY_NEAREST_STREET in demand:
        served["rate_by_nearest_street"] = demand[BY_NEAREST_STREET].to_numpy(bool)
    if WITHOUT_DOUBTFUL_WAYS in demand:
        served["rate_without_doubtful_ways"] = demand[WITHOUT_DOUBTFUL_WAYS].to_numpy(bool)
    if WITH_DOUBTFUL in demand:
        served["rate_with_doubtful"] = demand[WITH_DOUBTFUL].to_numpy(bool)
    columns = amounts | {column: people * mask for column, mask in served.items()}
    # One block of numbers is summed several times as fast as columns of their own.
    rows = pd.DataFrame(np.column_stack([*columns.values()]), demand.index, [*columns])
    groups = rows.groupby([demand[key] for key in keys])
    table = groups.sum()
    unknown = [name for name in amounts if NUMBERS[name].unknown]
    if rows[unknown].isna().to_numpy().any():
        table[unknown] = groups[unknown].sum(min_count=1)
    sums: dict[str, Floats] = {name: table[name].to_numpy() for name in columns}
    whole = sums["population"]
    rates = {"rate": _share(sums["covered_population"], whole)}
    rates |= {column: _share(sums[column], whole) for column in served}
    for kind in ("urban", "rural"):
        rates[f"{kind}_rate"] = _share(sums[f"{kind}_covered"], sums[f"{kind}_population"])
    counts = {name: sums[name].astype(int) for name in ("demand_points", "covered_points")}
    told = sums | rates | counts
    in_order = sorted(told, key=list(NUMBERS).index)
    return pd.DataFrame({name: told[name] for name in in_order}, table.index)


def _is(demand: pd.DataFrame, column: str, value: str) -> Bools:
    return (demand[column] == value).to_numpy(bool)


def _known(demand: pd.DataFrame, column: str) -> Floats:
    """A column of numbers, NaN where it is not known, or not there."""
    if column not in demand:
        return np.full(len(demand), np.nan)
    return demand[column].to_numpy(float, na_value=np.nan)


def _share(part: Floats, whole: Floats) -> Floats:
    """Part of the whole, NaN where there is no whole."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _with_empty_groups(table: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """The tally with rows of noughts for groups that have no demand point; rates unknown."""
    out = table.reindex(index)
    out = out.fillna({name: NUMBERS[name].empty for name in map(str, table)})
    return out.astype({"demand_points": int, "covered_points": int})
