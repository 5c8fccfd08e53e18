"""An order of rows and sites that does not depend on how they were numbered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdcoverage.arrays import Floats, Ints
from gdcoverage.locate._model import CoverModel, Lists, transposed, with_rows, with_sites

Hashes = NDArray[np.uint64]


def canonical(model: CoverModel) -> tuple[CoverModel, Ints]:
    """Rows and sites in an order that depends on what they are, not on how they were numbered.

    Hashes of weights and costs are spread along the cover sets (Weisfeiler and Leman's colour
    refinement), so only rows or sites that are alike in every respect keep their given order.
    Returns the model and, for each of its sites, the number before.
    """
    row = _mixed(_bits(model.weight) + 5 * _sums(model.floors, _mixed(_bits(model.needed))))
    members = transposed(model.groups, len(model.limits))
    group = _mixed((model.limits + 1_000_003 * model.least).astype(np.uint64))
    site = _mixed(_bits(model.cost))
    for _ in range(3):
        site = _mixed(site + _sums(model.rows, row) + 5 * _sums(model.groups, group))
        row = _mixed(row + _sums(model.sites, site))
        group = _mixed(group + _sums(members, site))
    order = np.argsort(site, kind="stable")
    model = with_sites(model, order)
    return with_rows(model, np.argsort(row, kind="stable")), order


def set_hashes(lists: Lists, count: int) -> Hashes:
    """A hash of each list's items (of `count`) that does not depend on their order."""
    return _sums(lists, _mixed(np.arange(count, dtype=np.uint64)))


def _bits(values: Floats) -> Hashes:
    # Single precision, so that sums of the same weights in another order look the same.
    scaled = values / max(values.max(initial=0.0), 1e-300)
    return scaled.astype(np.float32).view(np.uint32).astype(np.uint64)


def _mixed(numbers: Hashes) -> Hashes:
    """Well-spread hashes of numbers (the finaliser of SplitMix64, Steele et al. 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _sums(lists: Lists, hashes: Hashes) -> Hashes:
    """Sums of each list, which run over from the largest number to nought."""
    so_far = np.zeros(len(lists.items) + 1, np.uint64)
    np.cumsum(hashes[lists.items], out=so_far[1:])
    return np.diff(so_far[lists.start])
