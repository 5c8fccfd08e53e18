"""Names of banks that readers of the published map would take for one bank, or for several."""

from __future__ import annotations

import re

import pandas as pd

from gdcoverage.outlets.banks import bank_called

# Kinds of bank of which every place has its own, as `bank_called` writes them.
_KINDS = ("农商银行", "农信社", "村镇银行")


def ambiguous_banks(banks: pd.Series, county: pd.Series) -> list[tuple[str, ...]]:
    """Spellings of which it is not certain which bank they are.

    Spellings that `bank_called` makes one (工行, 中国工商银行) are certain. Not so a place's bank
    with and without its 广东, 市 or 县, which may be two; nor the name of a kind of bank without
    its place, where it would stand for the banks of several counties or beside others of its kind.

    Parameters
    ----------
    banks : as the table writes them; empty ones are of no bank.
    county : of each row.

    Returns
    -------
    Each time the spellings, in the order of the table.
    """
    spelt = banks[banks.str.strip() != ""]
    called = spelt.map(bank_called)
    place_alone = called.map(_without_rank)
    found = []
    for name, rows in spelt.groupby(place_alone, sort=True):
        several = called[rows.index].nunique() > 1
        if name in _KINDS:
            others = place_alone.str.endswith(name) & (place_alone != name)
            several = bool(others.any()) or county[rows.index].nunique() > 1
        if several:
            found.append(tuple(dict.fromkeys(rows)))
    return found


def _without_rank(bank: str) -> str:
    """A local bank's name without 广东 before its place and 市, 县 or 区 behind it."""
    for kind in _KINDS:
        if bank.endswith(kind):
            place = re.sub(r"^广东省?", "", bank.removesuffix(kind))
            return re.sub(r"(?<=..)[市县区]$", "", place) + kind
    return bank
