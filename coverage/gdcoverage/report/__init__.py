"""What a planner reads as numbers: terminal text, workbook, CSV and JSON, county and province."""

from gdcoverage.report._columns import SNAP_STATUS, distance_text, measured, percent
from gdcoverage.report._data import csv_text, json_text, write_csv, write_json
from gdcoverage.report._report import Report
from gdcoverage.report._siting import alternative_lines, exit_lines, siting_lines
from gdcoverage.report._text import print_report, report_text, write_text
from gdcoverage.report._workbook import write_workbook

__all__ = [
    "SNAP_STATUS",
    "Report",
    "alternative_lines",
    "csv_text",
    "distance_text",
    "exit_lines",
    "json_text",
    "measured",
    "percent",
    "print_report",
    "report_text",
    "siting_lines",
    "write_csv",
    "write_json",
    "write_text",
    "write_workbook",
]
