"""What a model answers: sites, what they are worth, and the proof of how good that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from gdcoverage.arrays import Bools, Ints

Status = Literal["optimal", "tolerance", "time_limit", "clock"]


class Group(NamedTuple):
    """Sites of which at most `limit` may be added, and at least `least` must be: of a bank, in a
    county, in an earlier plan.
    """

    sites: Ints
    limit: int
    least: int = 0


class Floor(NamedTuple):
    """Rows of which weight `least` must be covered, fixed sites' counted: people of a county."""

    rows: Ints
    least: float


class NoPlanError(ValueError):
    """No plan keeps the conditions, or none was found in time.

    Parameters
    ----------
    proven : whether there is none.
    """

    def __init__(self, proven: bool) -> None:
        why = "there is none" if proven else "none was found in time"
        super().__init__(f"no plan keeps all conditions: {why}")
        self.proven = proven


@dataclass(frozen=True)
class CoverSolution:
    """The best plan found, and a bound that no plan passes.

    Parameters
    ----------
    sites : columns of the plan, ascending, fixed ones included.
    objective : what the model maximises or minimises, for this plan.
    bound : no plan has more (where the model maximises) or less (where it minimises).
    gap : distance of objective and bound as a share of the larger; 0 where proven best.
    status : ``optimal`` (gap 0), ``tolerance`` (gap within what was asked for), ``time_limit``
        (the work of that time was done), ``clock`` (stopped long after it, with work undone: the
        same question may have another answer next time).
    seconds : how long it took.
    covered : of each demand row, whether a site of the plan covers it.
    covered_weight : weight of the covered rows.
    uncoverable : rows that no site covers which may be chosen; in no plan of any size.
    """

    sites: Ints
    objective: float
    bound: float
    gap: float
    status: Status
    seconds: float
    covered: Bools
    covered_weight: float
    uncoverable: Ints


def relative_gap(objective: float, bound: float) -> float:
    """Distance of objective and bound as a share of the larger; 0 if both are 0."""
    larger = max(abs(objective), abs(bound))
    return abs(bound - objective) / larger if larger else 0.0
