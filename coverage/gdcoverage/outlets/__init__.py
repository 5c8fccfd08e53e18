"""Outlets from the tables that banks and agencies send: read, judged row by row, normalised."""

from gdcoverage.outlets._frame import sound_outlets
from gdcoverage.outlets._from_osm import outlets_from_osm
from gdcoverage.outlets._read import OUTLETS, read_outlets, this_day, yes_or_no
from gdcoverage.outlets._write import write_outlets, write_problems

__all__ = [
    "OUTLETS",
    "outlets_from_osm",
    "read_outlets",
    "sound_outlets",
    "this_day",
    "write_outlets",
    "write_problems",
    "yes_or_no",
]
