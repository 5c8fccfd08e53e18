"""The register of outlets over time: events that are never altered, and what follows from them."""

from gdcoverage.register._correct import correction
from gdcoverage.register._directory import read_directory
from gdcoverage.register._events import Draft, Event, in_force
from gdcoverage.register._findings import (
    FORCED,
    INSPECTION_DAYS,
    NOT_ACTIVE,
    NOT_ON_MAP,
    ORDER,
    OVERDUE,
    TALKED,
    Finding,
    finding_table,
    findings,
    supervision,
)
from gdcoverage.register._frame import outlet_frame, read_register, without_persons
from gdcoverage.register._kinds import KINDS, SUPERVISION, TERMS, kind_of, told
from gdcoverage.register._match import Difference, differences
from gdcoverage.register._review import Review, read_review, write_review
from gdcoverage.register._rules import MOVED_M, distance_m
from gdcoverage.register._several import partners_of, relocation
from gdcoverage.register._standing import Book, Standing, replay
from gdcoverage.register._store import Register

__all__ = [
    "FORCED",
    "INSPECTION_DAYS",
    "KINDS",
    "MOVED_M",
    "NOT_ACTIVE",
    "NOT_ON_MAP",
    "ORDER",
    "OVERDUE",
    "SUPERVISION",
    "TALKED",
    "TERMS",
    "Book",
    "Difference",
    "Draft",
    "Event",
    "Finding",
    "Register",
    "Review",
    "Standing",
    "correction",
    "differences",
    "distance_m",
    "finding_table",
    "findings",
    "in_force",
    "kind_of",
    "outlet_frame",
    "partners_of",
    "read_directory",
    "read_register",
    "read_review",
    "relocation",
    "replay",
    "supervision",
    "told",
    "without_persons",
    "write_review",
]
