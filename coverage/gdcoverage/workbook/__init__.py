"""Workbooks read in a process of their own, which a damaged file may end without harm.

`python -m gdcoverage.workbook FILE SECONDS BYTES` writes a line of JSON for each sheet. Nothing
heavy is imported, so the process starts at once.
"""
