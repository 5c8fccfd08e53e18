"""Small made-up covering questions, with weights like people and weights that are adverse."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdcoverage.arrays import Floats
from gdcoverage.locate import Group


def weights(random: np.random.Generator, demand: int) -> Floats:
    """Of so many rows: like people, or such that sums differ by little or weights by much."""
    return [
        random.integers(0, 10, demand).astype(float),
        random.integers(0, 5_000, demand).astype(float),
        np.round(random.lognormal(5, 2, demand), 3),
        1e6 + random.integers(0, 3, demand).astype(float),
        10.0 ** random.integers(-2, 6, demand),
    ][random.integers(5)]


def conditions(
    random: np.random.Generator, state: np.ndarray, groups: list[Group]
) -> dict[str, Any]:
    """Options of a question.

    Parameters
    ----------
    state : of each site, ``f`` where it is fixed, ``x`` where it is forbidden.
    groups : as they are.
    """
    return {
        "fixed": np.flatnonzero(state == "f"),
        "forbidden": np.flatnonzero(state == "x"),
        "groups": groups,
        "costs": [None, np.round(random.random(len(state)) * 2, 2)][random.integers(2)],
    }
