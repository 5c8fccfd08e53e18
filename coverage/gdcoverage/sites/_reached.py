"""Counties' parts of a question that is asked of many, and the question put together of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from gdcoverage.findings import Coverage, StreetlessCoverage
from gdcoverage.policy import Standard
from gdcoverage.sites._candidates import (
    CANDIDATE_COLUMNS,
    candidate_covers,
    candidate_lengths,
    complete_candidates,
)
from gdcoverage.sites._question import Question, question_on
from gdcoverage.sites._scenarios import SCENARIOS, Scenario, scenarios_of
from gdcoverage.sites._terms import Terms

# What of demand points a siting question rests on.
_DEMAND = (
    *("demand_id", "county", "population", "elderly", "settlement"),
    *("covered", "covering_outlets", "distance_m", "geometry"),
)
_OUTLETS = ("outlet_id", "name", "bank", "county", "counts", "geometry")


@dataclass(frozen=True, eq=False)
class Reached:
    """A county's part of a question that is asked of many: its people, and who could serve them.

    Parameters
    ----------
    candidates : frame of `complete_candidates`, those across its border that reach in included.
    reach : bool, (demand, candidates): who is within reach of whom.
    demand, outlets : of the assessment, with the columns that the question rests on.
    covers : bool, (demand, outlets): who covers whom now.
    gaps : ``gap_id`` and ``name`` of its gaps, in the order of `find_gaps`.
    scenarios : of its people and these candidates, where a robust plan is asked for.
    lengths : metres, (demand, candidates), where ``reach`` is true; where the shortest way is
        asked for.
    """

    candidates: gpd.GeoDataFrame
    reach: csr_array
    demand: gpd.GeoDataFrame
    outlets: gpd.GeoDataFrame
    covers: csr_array
    gaps: pd.DataFrame
    scenarios: tuple[Scenario, ...] = ()
    lengths: csr_array | None = None

    @classmethod
    def of(
        cls,
        coverage: Coverage,
        candidates: gpd.GeoDataFrame,
        gaps: pd.DataFrame,
        *,
        robust: bool = False,
        measured: bool = False,
    ) -> Reached:
        """What a county's assessment tells of these candidates.

        Parameters
        ----------
        candidates : with ``candidate_id`` and ``county``, which are believed.
        robust : whether the scenarios are wanted.
        measured : whether the lengths are wanted.
        """
        frame = complete_candidates(coverage, candidates)
        frame["county"] = candidates["county"].to_numpy(object)
        demand, outlets = coverage.demand, coverage.outlets
        reach = candidate_covers(coverage, frame)
        return cls(
            frame.astype({"county": "str"}),
            reach,
            demand[[name for name in _DEMAND if name in demand]].reset_index(drop=True),
            outlets[[name for name in _OUTLETS if name in outlets]].reset_index(drop=True),
            coverage.covers,
            pd.DataFrame(gaps)[["gap_id", "name"]].reset_index(drop=True),
            scenarios_of(coverage, frame, reach) if robust else (),
            candidate_lengths(coverage, frame) if measured else None,
        )

    def scenario(self, name: str) -> Scenario:
        """One of its scenarios; where it has none of the name, nothing is otherwise."""
        asis = Scenario(name, self.demand["covered"].to_numpy(bool), self.reach)
        return next((each for each in self.scenarios if each.name == name), asis)


def joined(
    parts: Sequence[Reached],
    standard: Standard,
    terms: Terms,
    generated: bool,
    counties: gpd.GeoDataFrame | None = None,
) -> Question:
    """The question of all counties, each person and each candidate once.

    Parameters
    ----------
    parts : of the counties, by adcode. A candidate near a border is in several.
    counties : these, with their names.

    Raises
    ------
    ValueError, InputError : as for `recommend_sites`.
    """
    candidates = _once([part.candidates for part in parts], "candidate_id")
    outlets = _once([part.outlets for part in parts], "outlet_id")
    demand = _stacked([part.demand for part in parts])
    reach = _of_all([part.reach for part in parts], _ids(parts), candidates["candidate_id"])
    own = [part.outlets["outlet_id"] for part in parts]
    covers = _of_all([part.covers for part in parts], own, outlets["outlet_id"])
    coverage = StreetlessCoverage(standard, demand, outlets, covers, counties)
    question = question_on(
        coverage, candidates[[*CANDIDATE_COLUMNS, "geometry"]], reach, terms, generated
    )
    lengths = [part.lengths for part in parts if part.lengths is not None]
    if len(lengths) < len(parts):
        return question
    return replace(question, measured=_of_all(lengths, _ids(parts), candidates["candidate_id"]))


def widened(parts: Sequence[Reached], more: Sequence[Reached]) -> list[Reached]:
    """The counties' parts with candidates that were found for them later, as far as reach goes.

    Parameters
    ----------
    more : the parts of the same counties, of other candidates.
    """
    return [
        replace(
            part,
            candidates=_stacked([part.candidates, new.candidates]),
            reach=csr_array(hstack([part.reach, new.reach], format="csr")),
            scenarios=(),
            lengths=None,
        )
        for part, new in zip(parts, more, strict=True)
    ]


def _ids(parts: Sequence[Reached]) -> list[pd.Series]:
    return [part.candidates["candidate_id"] for part in parts]


def _of_all(
    matrices: Sequence[csr_array], columns: Sequence[pd.Series], every: pd.Series
) -> csr_array:
    """The counties' rows one under the other, what their columns stand for in the columns of all.

    Parameters
    ----------
    columns : of each county, ids of its columns.
    every : ids of all.
    """
    number = pd.Series(np.arange(len(every)), every.to_numpy())
    places = [number[own].to_numpy() for own in columns]
    sizes = np.concatenate([[0], *(np.diff(own.indptr) for own in matrices)])
    indices = [place[own.indices] for place, own in zip(places, matrices, strict=True)]
    items = np.concatenate(indices).astype(np.int32)
    shape = (len(sizes) - 1, len(every))
    data = np.concatenate([own.data for own in matrices])
    together = csr_array((data, items, np.cumsum(sizes)), shape=shape)
    together.sort_indices()
    return together


def scenarios_of_all(parts: Sequence[Reached], candidates: gpd.GeoDataFrame) -> list[Scenario]:
    """The scenarios of all counties, for the candidates in this order."""
    there = {each.name for part in parts for each in part.scenarios}
    found = []
    for name in SCENARIOS:
        if name in there:
            each = [part.scenario(name) for part in parts]
            covered = np.concatenate([one.covered for one in each])
            reaches = [one.reach for one in each]
            reach = _of_all(reaches, _ids(parts), candidates["candidate_id"])
            found.append(Scenario(name, covered, reach))
    return found


def _once(frames: Sequence[gpd.GeoDataFrame], key: str) -> gpd.GeoDataFrame:
    """All rows, those of one key once, in order of the key."""
    together = _stacked(frames).drop_duplicates(key)
    return together.sort_values(key, ignore_index=True)


def _stacked(frames: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Frames one under the other; empty ones decide no column's type."""
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs="EPSG:4326")
