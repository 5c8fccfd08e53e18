"""Who has which services in reach: every combination is a filter over who covers whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gdcoverage.arrays import Bools, Floats
from gdcoverage.outlets.offers import Offers, Service, offers_of, unsaid_of
from gdcoverage.policy import ITEMS, MODES

# So many demand points at a time, that a province needs no more memory than a county.
_AT_ONCE = 16_384


def service_table(
    demand: pd.DataFrame,
    outlets: pd.DataFrame,
    covers: csr_array,
    services: Sequence[Service],
    counties: Sequence[str],
) -> pd.DataFrame:
    """Coverage by each service, for each county.

    Where a service is asked for, only the outlets that offer it count; people, distances and the
    rest of the standard are the same. Who covers whom is not searched again.

    Parameters
    ----------
    demand, outlets, covers : as of `Findings`.
    counties : adcodes of all demand points, and whatever others are reported on.

    Returns
    -------
    DataFrame, a row for each county and service: ``county``, ``item``, ``mode``, ``when`` (keys;
    empty for any), their ``item_name``, ``mode_name``, ``when_name``, ``outlets`` (in the county,
    in service, that offer it), ``population``, ``covered_population``, ``rate`` (NaN without
    people), ``below_headline`` (the rate of all outlets minus this one, percentage points / 100),
    ``unsaid_outlets`` (in the county, of which the table leaves open whether they do),
    ``covered_with_unsaid`` and ``rate_with_unsaid`` (if these did, here and beyond the border).
    """
    active = outlets["counts"].to_numpy(bool)
    offers = offers_of(outlets, services)
    offers = Offers(offers.known & active[:, None], offers.open & active[:, None])
    places = pd.Index(counties)
    home = places.get_indexer(pd.Index(outlets["county"]))
    here = home >= 0
    counts = [_summed(home[here], len(places), part[here]) for part in offers]
    people = _people(demand, covers, offers, places)
    everyone, headline = people[:, -2:-1], people[:, -1:]
    known, may = np.split(people[:, :-2], 2, axis=1)
    with np.errstate(invalid="ignore"):
        rate, rate_may = known / everyone, may / everyone
        below = (headline - known) / everyone
    count = len(services)
    wide = {
        "outlets": counts[0].astype(int),
        "population": np.repeat(everyone, count, axis=1),
        "covered_population": known,
        "rate": rate,
        "below_headline": below,
        "unsaid_outlets": counts[1].astype(int),
        "covered_with_unsaid": may,
        "rate_with_unsaid": rate_may,
    }
    asked = pd.DataFrame(
        {
            "item": [service.item for service in services],
            "mode": [service.mode for service in services],
            "when": [service.when.key for service in services],
            "item_name": [ITEMS.get(service.item, "不限事项") for service in services],
            "mode_name": [MODES.get(service.mode, "不限方式") for service in services],
            "when_name": [service.when.label for service in services],
        }
    )
    rows = pd.concat([asked] * len(places), ignore_index=True) if len(places) else asked.head(0)
    rows.insert(0, "county", np.repeat(places.to_numpy(object), count).astype("str"))
    return rows.assign(**{name: values.ravel() for name, values in wide.items()})


def unsaid_outlets(outlets: pd.DataFrame) -> pd.DataFrame:
    """Outlets in service whose items, modes or hours are not said, with ``unsaid``: what is not."""
    active = outlets[outlets["counts"].to_numpy(bool)]
    told = active.assign(unsaid=unsaid_of(active))
    return told[told["unsaid"] != ""]


def says_anything(outlets: pd.DataFrame) -> bool:
    """Whether any outlet in service says which items it does, or how."""
    terms = [name for name in (*ITEMS, *MODES) if name in outlets]
    return bool(outlets.loc[outlets["counts"], terms].to_numpy(bool).any())


def served_by(covers: csr_array, offered: Bools) -> Bools:
    """Which demand points an outlet covers that offers each of the services.

    Parameters
    ----------
    covers : bool, (demand, outlets).
    offered : bool, (outlets, services).

    Returns
    -------
    Bools, (demand, services).
    """
    words = _as_words(offered)
    found = np.zeros((covers.shape[0], words.shape[1]), np.uint64)
    filled = np.flatnonzero(np.diff(covers.indptr))
    if len(filled):
        # A whole word holds 64 services: an outlet adds all of its own at once.
        starts = covers.indptr[:-1][filled]
        found[filled] = np.bitwise_or.reduceat(words[covers.indices], starts, axis=0)
    bits = np.unpackbits(found.view(np.uint8), axis=1, count=offered.shape[1])
    return bits.astype(bool)


def _as_words(offered: Bools) -> NDArray[np.uint64]:
    """Each row's flags as the bits of 64-bit words, in the order of `numpy.packbits`."""
    packed = np.packbits(offered, axis=1)
    size = max(8, -(-packed.shape[1] // 8) * 8)
    padded = np.zeros((len(offered), size), np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(np.uint64)


def _people(demand: pd.DataFrame, covers: csr_array, offers: Offers, places: pd.Index) -> Floats:
    """People by county: in reach of each service, of each if the unsaid offer it too, all people,
    and those in reach of any outlet.

    All columns are summed in one order, so that what is part of another is never more.
    """
    people, home = (
        demand["population"].to_numpy(float),
        places.get_indexer(pd.Index(demand["county"])),
    )
    offered = np.hstack([offers.known, offers.known | offers.open])
    sums = np.zeros((len(places), offered.shape[1] + 2))
    for first in range(0, len(demand), _AT_ONCE):
        rows = slice(first, first + _AT_ONCE)
        served = served_by(covers[rows], offered)
        covered = np.diff(covers.indptr[first : first + len(served) + 1]) > 0
        everyone = np.ones((len(served), 1), bool)
        served = np.hstack([served, everyone, covered[:, None]])
        sums += _summed(home[rows], len(places), served, people[rows])
    return sums


def _summed(
    group: NDArray[np.intp], groups: int, flags: Bools, worth: Floats | None = None
) -> Floats:
    """Sum of what the flagged rows are worth (1 each by default), by group, column by column."""
    worth = np.ones(len(flags)) if worth is None else worth
    each = csr_array((worth, (group, np.arange(len(flags)))), shape=(groups, len(flags)))
    return np.asarray(each @ flags.astype(np.float64))
