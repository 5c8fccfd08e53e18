"""Which outlets may close, and which of them, or what else, may open where."""

from __future__ import annotations

import numpy as np

from gdcoverage.arrays import Ints, Objects
from gdcoverage.geo import ellipsoid
from gdcoverage.geo.plane import lonlat
from gdcoverage.sites._apart import nearer
from gdcoverage.sites._moves import Moves, banks_of, called
from gdcoverage.sites._question import Question


def moves_of(question: Question) -> Moves:
    """The choices that the terms leave.

    Raises
    ------
    InputError : what may close, or must stay, is unknown.
    """
    closable, bank = closable_rows(question), banks_of(question.coverage)
    outlet, site, whose = _openings(question, closable, bank)
    stay = np.arange(len(closable))
    none = np.full(len(closable), -1)
    moves = Moves(
        question,
        closable,
        np.append(stay, outlet),
        np.append(none, site),
        np.append(bank[closable], whose),
    )
    return moves if question.terms.bank_apart_m is None else _without_crowded(moves)


def _openings(question: Question, closable: Ints, bank: Objects) -> tuple[Ints, Ints, Objects]:
    """Which outlet opens where, as whose: outlet or -1, candidate, bank."""
    terms = question.terms
    sites = np.flatnonzero(~(question.barred | question.excluded))
    own = question.candidates["bank"].to_numpy(object)
    lon, lat = lonlat(question.candidates.geometry.to_numpy()[sites])
    from_lon, from_lat = lonlat(question.coverage.outlets.geometry.to_numpy()[closable])

    def within(metres: float) -> tuple[Ints, Ints]:
        """Outlets and candidates that may be theirs, so near."""
        outlet, near = ellipsoid.pairs_within(from_lon, from_lat, lon, lat, metres)
        site = sites[near]
        may = (own[site] == "") | (own[site] == bank[closable[outlet]])
        return outlet[may], site[may]

    parts = []
    if terms.move_most_m is not None:
        outlet, site = within(terms.move_most_m)
        parts.append((outlet, site, bank[closable[outlet]]))
    if terms.move_most_m is None or (terms.add or 0) > terms.close:
        if terms.merge_most_m is not None:
            # A place of no bank is any bank's that could merge there, but only one's.
            outlet, site = within(terms.merge_most_m)
            pairs = set(zip(site.tolist(), bank[closable[outlet]], strict=True))
            tagged = sorted((s, name) for s, name in pairs if name != own[s])
            places = np.array([s for s, _ in tagged], np.int64)
            whose = np.array([name for _, name in tagged], object)
            parts.append((np.full(len(tagged), -1), places, whose))
        parts.append((np.full(len(sites), -1), sites, own[sites]))
    outlet, site, whose = (np.concatenate(each) for each in zip(*parts, strict=True))
    return outlet.astype(np.int64), site.astype(np.int64), whose


def _without_crowded(moves: Moves) -> Moves:
    """Without openings too near to an outlet of their bank that stays anyway."""
    outlets, metres = moves.question.coverage.outlets, moves.question.terms.bank_apart_m
    assert metres is not None
    there = outlets["counts"].to_numpy(bool).copy()
    there[moves.closable] = False
    lon, lat = lonlat(outlets.geometry.to_numpy()[there])
    column, outlet = nearer(*moves.places(), lon, lat, metres)
    bank = banks_of(moves.question.coverage)[there]
    alike = (moves.bank[column] == bank[outlet]) & (bank[outlet] != "") & (moves.site[column] >= 0)
    kept = np.ones(len(moves.site), bool)
    kept[column[alike]] = False
    return Moves(
        moves.question, moves.closable, moves.outlet[kept], moves.site[kept], moves.bank[kept]
    )


def closable_rows(question: Question) -> Ints:
    """Rows of the outlets that may close: active, in the counties asked about, as terms say."""
    outlets, terms = question.coverage.outlets, question.terms
    may = outlets["counts"].to_numpy(bool) & outlets["county"].isin(question.counties).to_numpy()
    if terms.close_of:
        may &= called(question.coverage, terms.close_of, "close_of")
    rows = np.flatnonzero(may & ~called(question.coverage, terms.keep, "keep"))
    return rows[np.argsort(outlets["outlet_id"].to_numpy(str)[rows])]
