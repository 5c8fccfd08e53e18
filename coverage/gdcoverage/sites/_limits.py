"""Limits of a question: how many sites of a bank, kind, class, county, city; whose people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools
from gdcoverage.findings import Findings
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.problems import InputError, unusable
from gdcoverage.sites._apart import cliques, rivals
from gdcoverage.sites._terms import CITY_DIGITS, CLASSES, Numbers, Terms

# Kinds of limits, and whose the sites of one are.
WHOSE = {
    "bank": "所属银行",
    "kind": "所属类别",
    "class": "所在城乡类别",
    "county": "所在县区",
    "city": "所在市",
}


@dataclass(frozen=True, eq=False)
class Limit:
    """How many sites of some candidates a plan may have.

    Parameters
    ----------
    kind, name : whose they are: of a ``bank`` or ``kind``, in a ``class``, ``county`` or
        ``city``, by name or code; or ``apart``, candidates of one bank all too near to one
        another, by the first one's id.
    sites : bool per candidate.
    least, most : how many of them, fixed ones counted.
    """

    kind: str
    name: str
    sites: Bools
    least: int
    most: float


def most_key(kind: str) -> str:
    """The term that says the most of a kind of limit."""
    return {"bank": "bank_caps", "apart": "apart"}.get(kind, f"{kind}_most")


def limits_of(
    coverage: Findings, candidates: gpd.GeoDataFrame, terms: Terms, counties: frozenset[str]
) -> tuple[Limit, ...]:
    """What the terms say of banks, kinds, classes, counties and cities, as far as it is anything.

    Raises
    ------
    InputError : an unknown bank, kind, county or city; a least above its most.
    """
    bank, county = candidates["bank"], candidates["county"].astype(str)
    banks = set(bank) | set(coverage.outlets.get("bank", ()))
    for kind, known, whose in (
        ("bank", banks, "没有这家银行的候选点或网点"),
        ("kind", set(candidates["kind"]) - {""}, "没有这类候选点"),
    ):
        for key in (f"{kind}_least", most_key(kind)):
            for name in sorted(set(getattr(terms, key)) - known):
                action = f"请按候选点表里的写法填写{'银行' if kind == 'bank' else _listed(known)}"
                raise refused(f"{kind}_unknown", whose, action, name, key)
    own = sorted(counties - {""})
    cities = sorted({code[:CITY_DIGITS] for code in own})
    classes = _by_class(terms.class_least), _by_class(terms.class_most)
    of_class = _classes(coverage, candidates) if any(classes) else county
    kinds = (
        ("bank", bank, dict(terms.bank_least), dict(terms.bank_caps)),
        ("kind", candidates["kind"], dict(terms.kind_least), dict(terms.kind_most)),
        ("class", of_class, *classes),
        ("county", county, *_both(terms.county_least, terms.county_most, own, "county")),
        (
            "city",
            county.str[:CITY_DIGITS],
            *_both(terms.city_least, terms.city_most, cities, "city"),
        ),
    )
    found = []
    for kind, of, least, most in kinds:
        for name in sorted({*least, *most}):
            sites = (of == name).to_numpy()
            fewest = int(least.get(name, 0))
            # One number for all asks of none more than it has.
            if isinstance(getattr(terms, f"{kind}_least"), int | float):
                fewest = min(fewest, int(sites.sum()))
            limit = Limit(kind, name, sites, fewest, most.get(name, np.inf))
            if limit.least > limit.most:
                what = f"下限 {limit.least} 大于上限 {limit.most:.0f}"
                raise refused("limits_cross", what, "请改正其一", name, f"{kind}_least")
            if limit.least > 0 or np.isfinite(limit.most):
                found.append(limit)
    return (*found, *_apart(candidates, terms))


def people_asked(terms: Terms, counties: frozenset[str]) -> dict[str, float]:
    """Whose people must be won, and how many: by adcode, first digits of a city's, or class.

    Raises
    ------
    InputError : a county or city that is not asked about.
    """
    known = {*counties, *(code[:CITY_DIGITS] for code in counties)} - {""}
    found = {CLASSES.get(name, name): people for name, people in terms.people_least.items()}
    for code in sorted(found.keys() - known - set(CLASSES.values())):
        raise _strange(code, "people_least")
    return found


def are_of(demand: pd.DataFrame, name: str) -> Bools:
    """Which demand points a county, a city or a class of `people_asked` has."""
    if name in CLASSES.values():
        return (demand["settlement"] == name).to_numpy()
    return (demand["county"].astype(str).str[: len(name)] == name).to_numpy()


def by_code(numbers: Numbers, codes: list[str], key: str, idle: float) -> dict[str, float]:
    """Code -> number, of those that are not `idle`.

    Raises
    ------
    InputError : a code that is not asked about.
    """
    if not codes and numbers != idle:
        what, action = "没有县区，无从按县区或市限制", "请给 assess 写 counties，或去掉它"
        raise refused("county_unknown", what, action, "", key)
    if not isinstance(numbers, Mapping):
        return dict.fromkeys(codes, numbers) if numbers != idle else {}
    for code in sorted(set(numbers) - set(codes)):
        raise _strange(code, key)
    return dict(numbers)


def refused(
    kind: str, what: str, action: str, value: str, column: str = "candidate_id"
) -> InputError:
    """Why terms cannot be asked."""
    return unusable(kind, what, action, column=column, value=value)


def _strange(code: str, key: str) -> InputError:
    what = f"{key} 里的代码不在所问的县区之内"
    return refused("county_unknown", what, "请核对县区代码（市为前四位）", code, key)


def _listed(known: set[str]) -> str:
    return f"类别：{'、'.join(sorted(known))}" if known else "类别（候选点都没有写明类别）"


def _both(
    least: Numbers, most: Numbers | None, codes: list[str], kind: str
) -> tuple[dict[str, float], dict[str, float]]:
    return (
        by_code(least, codes, f"{kind}_least", 0),
        {} if most is None else by_code(most, codes, f"{kind}_most", np.inf),
    )


def _by_class(numbers: Mapping[str, int]) -> dict[str, float]:
    return {CLASSES[name]: number for name, number in numbers.items()}


def _apart(candidates: gpd.GeoDataFrame, terms: Terms) -> list[Limit]:
    """Candidates of one bank of which one at most may be in a plan, all nearer than allowed."""
    if terms.bank_apart_m is None:
        return []
    places = lonlat(candidates.geometry.to_numpy())
    pairs = rivals(candidates["bank"].to_numpy(object), *places, terms.bank_apart_m)
    found = []
    for rows in cliques(len(candidates), *pairs):
        sites = np.zeros(len(candidates), bool)
        sites[rows] = True
        found.append(Limit("apart", str(candidates["candidate_id"].iloc[rows[0]]), sites, 0, 1))
    return found


def _classes(coverage: Findings, candidates: gpd.GeoDataFrame) -> pd.Series:
    """The class of each candidate: that of the nearest demand point; empty without any."""
    demand = coverage.demand.iloc[np.argsort(coverage.demand["demand_id"].to_numpy(str))]
    _, nearest = ellipsoid.nearest(
        *lonlat(candidates.geometry.to_numpy()), *lonlat(demand.geometry.to_numpy())
    )
    return pd.Series(np.append(demand["settlement"].to_numpy(object), "")[nearest])
