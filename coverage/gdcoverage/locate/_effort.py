"""How much work is left, counted and not timed, so that the same question has the same answer."""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

import numpy as np

from gdcoverage.arrays import Floats
from gdcoverage.kernels import compiling_s

# A unit is a pair of site and row looked at. So many are taken for a second: what the kernels did
# on a question with 30 million pairs (docs/scaling.md).
UNITS_PER_SECOND = 450e6
# When the clock ends work that its units do not: so many times the time meant, and a little. Then
# the same question may have another answer next time.
CLOCK_TIMES, CLOCK_S = 3.0, 20.0


class Meter:
    """Work done on a question, by all who work on it, and the clock behind.

    The clock stands still while kernels are compiled: the first question after an installation has
    the answer of any other.

    Parameters
    ----------
    seconds : the time meant.
    """

    def __init__(self, seconds: float) -> None:
        self.begun = monotonic()
        self.compiled_s = compiling_s()
        self.limit = seconds * UNITS_PER_SECOND
        self.last = self.begun + CLOCK_TIMES * seconds + CLOCK_S
        self.work: Floats = np.zeros(1)  # in place, by kernels too
        self.struck = False

    def time_left(self) -> float:
        """Seconds until the clock strikes."""
        return max(self.last - self._now(), 0.0)

    def seconds(self) -> float:
        """Seconds since the question was put."""
        return monotonic() - self.begun

    def is_late(self) -> bool:
        """Whether the clock has struck, from now on remembered."""
        self.struck = self.struck or self._now() > self.last
        return self.struck

    def _now(self) -> float:
        """The clock, without what was compiled since the question was put."""
        return monotonic() - (compiling_s() - self.compiled_s)


class Effort(NamedTuple):
    """When to stop: at so much work on a meter, or within a relative gap."""

    meter: Meter
    until: float
    tolerance: float

    def left(self) -> float:
        """Units that may still be spent."""
        return max(self.until - float(self.meter.work[0]), 0.0)

    def spend(self, units: float) -> None:
        """Count work done outside the kernels."""
        self.meter.work[0] += units

    def is_over(self) -> bool:
        """Whether the work is done, or the clock has struck."""
        return not self.left() or self.meter.is_late()

    def part(self, share: float) -> Effort:
        """An effort that ends once this share of what is left is spent."""
        return self._replace(until=float(self.meter.work[0]) + share * self.left())
