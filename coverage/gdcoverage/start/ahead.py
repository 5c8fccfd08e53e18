"""Kernels compiled in a process of their own, while a first run is still joining its streets.

What a run needs last is compiled here, as long as the run compiles what it needs first; it finds
them kept. Each is called with arrays of the kinds that it is given in a run, of no consequence.
"""

from __future__ import annotations

import numpy as np
import shapely
from scipy import sparse

from gdcoverage.geo.lines import Lines
from gdcoverage.geo.outline import around
from gdcoverage.locate import maximal_covering, partial_covering


def compile_ahead() -> None:
    """Call what finds sites, then what draws lines."""
    chance = np.random.default_rng(1)
    # So many that the answer is not found at first sight.
    covers = sparse.csc_array(chance.random((200, 40)) < 0.1)
    maximal_covering(covers, weights := chance.random(200), 5)
    partial_covering(covers, weights, 0.8)
    lines = Lines.of(shapely.linestrings([[(0.0, 0.0), (5.0, 1.0), (9.0, 0.0)]]))
    around(lines.simplified(0.1), 1.0, 0.0)


if __name__ == "__main__":
    compile_ahead()
