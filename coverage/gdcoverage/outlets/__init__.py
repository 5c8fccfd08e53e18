"""Outlets from the tables that banks and agencies send: read, judged row by row, normalised."""

from gdcoverage.outlets._read import OUTLETS, read_outlets
from gdcoverage.outlets._write import write_outlets, write_problems

__all__ = ["OUTLETS", "read_outlets", "write_outlets", "write_problems"]
