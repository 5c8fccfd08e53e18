"""What outlets offer: business items by service mode at certain hours, as far as tables say it."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from gdcoverage.arrays import Bools
from gdcoverage.outlets._headings import ITEM_WORDS, MODE_WORDS
from gdcoverage.outlets.hours import read_hours
from gdcoverage.outlets.when import ANY, WHEN, When, is_open_at, when_called
from gdcoverage.policy import ITEMS, MODES
from gdcoverage.problems import unusable


@dataclass(frozen=True)
class Service:
    """An item by a mode at certain hours.

    Parameters
    ----------
    item, mode : key of `ITEMS`, of `MODES`; empty for any.
    when : hours of the usual week.
    """

    item: str = ""
    mode: str = ""
    when: When = ANY

    @property
    def label(self) -> str:
        """Official terms: 失业保险·窗口办·星期六."""
        item = ITEMS.get(self.item, "不限事项")
        return "·".join([item, MODES.get(self.mode, "不限方式"), self.when.label])


_ITEM, _MODE = "业务事项", "服务方式"
# Every item by every mode at every kind of hours, in the order of reports.
SERVICES = tuple(Service(*each) for each in itertools.product(ITEMS, MODES, WHEN))
# What people ask for most, and reports show before all else.
ASKED_FOR = (
    *(Service(item, "window") for item in ITEMS),
    *(Service("social_card", mode, WHEN[4]) for mode in ("window", "self_service")),
)


def service_called(item: str = "", mode: str = "", when: str = "") -> Service:
    """The service that words mean; any item, mode or hours where they are empty.

    Parameters
    ----------
    item, mode : official term, another word for it (失业金, 窗口), or the column's name.
    when : as for `when_called`.

    Raises
    ------
    InputError : a word means none of them.

    Examples
    --------
    >>> gd.service_called("失业金", "窗口", "星期六").label
    '失业保险·窗口办·星期六'
    """
    return Service(
        _term("业务事项", item, ITEMS, ITEM_WORDS),
        _term("服务方式", mode, MODES, MODE_WORDS),
        when_called(when) if when.strip() else ANY,
    )


def _term(
    what: str, word: str, terms: Mapping[str, str], spellings: Mapping[str, Sequence[str]]
) -> str:
    plain = unicodedata.normalize("NFKC", word).strip()
    for key, term in terms.items():
        if plain in (key, term, *spellings[key]):
            return key
    if plain:
        action = f"可写 {'、'.join(terms.values())}"
        raise unusable("service_unknown", f"没有{what}“{word}”", action, value=word)
    return ""


class Offers(NamedTuple):
    """Which outlets offer which services.

    Parameters
    ----------
    known : bool, (outlets, services): offers it, by what the table says.
    open : likewise: what the table leaves unsaid decides whether it does.
    """

    known: Bools
    open: Bools


def offers_of(outlets: pd.DataFrame, services: Sequence[Service] = SERVICES) -> Offers:
    """What outlets offer; an item, mode or hours that are not said count for no yes and no no.

    Parameters
    ----------
    outlets : columns of `OUTLETS`; where one is missing, nothing is said of it. An outlet in
        service has at least one mode, and its agreement at least one item: where a table names
        none, it says nothing. Beside words that are not understood, what is not named is open.
    """
    items, modes = _said(outlets, _ITEM, ITEMS), _said(outlets, _MODE, MODES)
    times = _times(outlets, services)
    known, may = np.empty((2, len(outlets), len(services)), bool)
    for i, service in enumerate(services):
        parts = [times[service.when]]
        parts += [items[service.item]] if service.item else []
        parts += [modes[service.mode]] if service.mode else []
        known[:, i] = np.logical_and.reduce([part.known for part in parts])
        may[:, i] = np.logical_and.reduce([part.known | part.open for part in parts])
    return Offers(known, may & ~known)


def unsaid_of(outlets: pd.DataFrame) -> list[str]:
    """Of each outlet what its table leaves unsaid: 业务事项, 服务方式, 营业时间; "" for nothing."""
    asked = [when for when in WHEN if when.spans]
    times = _times(outlets, [Service(when=when) for when in asked])
    open_ = {
        _ITEM: _unsaid(outlets, _ITEM, ITEMS),
        _MODE: _unsaid(outlets, _MODE, MODES),
        "营业时间": np.logical_or.reduce([times[when].open for when in asked]),
    }
    rows = zip(*open_.values(), strict=True)
    return ["、".join(itertools.compress(open_, row)) for row in rows]


def _unsaid(outlets: pd.DataFrame, what: str, terms: Mapping[str, str]) -> Bools:
    """Whether an outlet's table names none of the terms, or says more than is understood."""
    stated = np.zeros(len(outlets), bool)
    for name in terms:
        if name in outlets:
            stated |= outlets[name].to_numpy(bool)
    if "unclear" in outlets:
        stated &= ~outlets["unclear"].fillna("").str.contains(what).to_numpy(bool)
    return ~stated


def _said(outlets: pd.DataFrame, what: str, terms: Mapping[str, str]) -> dict[str, Offers]:
    unsaid = _unsaid(outlets, what, terms)
    no = np.zeros(len(outlets), bool)
    return {
        name: Offers(outlets[name].to_numpy(bool) if name in outlets else no, unsaid)
        for name in terms
    }


def _times(outlets: pd.DataFrame, services: Sequence[Service]) -> dict[When, Offers]:
    """By kind of hours who is open then; the same few texts are written over and over."""
    told = outlets["hours"] if "hours" in outlets else pd.Series("", outlets.index)
    codes, texts = pd.factorize(told.fillna("").astype(str).to_numpy(object))
    read = [read_hours(text) for text in texts]
    found = {}
    for when in {service.when: None for service in services}:
        answers = [is_open_at(hours, when) for hours in read]
        known = np.array([answer is True for answer in answers], bool)
        open_ = np.array([answer is None for answer in answers], bool)
        found[when] = Offers(known[codes], open_[codes])
    return found
