"""What a planner reads as numbers: terminal text, workbook, CSV and JSON, county and province."""

from gdcoverage.report._account import FileRead, data_date
from gdcoverage.report._account_page import account_page, write_account
from gdcoverage.report._account_text import print_account
from gdcoverage.report._alternatives import alternative_lines
from gdcoverage.report._columns import SNAP_STATUS, distance_text, measured, percent
from gdcoverage.report._data import (
    csv_text,
    json_text,
    write_csv,
    write_json,
    write_services,
    write_sites,
    write_towns,
)
from gdcoverage.report._day import UNDATED, dated
from gdcoverage.report._doubt import read_first
from gdcoverage.report._joint import joint_lines, joint_site_lines
from gdcoverage.report._redesign import redesign_lines
from gdcoverage.report._report import Report
from gdcoverage.report._siting import exit_lines, service_line, siting_lines
from gdcoverage.report._text import print_report, report_text, write_text
from gdcoverage.report._workbook import write_workbook

__all__ = [
    "SNAP_STATUS",
    "UNDATED",
    "FileRead",
    "Report",
    "account_page",
    "alternative_lines",
    "csv_text",
    "data_date",
    "dated",
    "distance_text",
    "exit_lines",
    "joint_lines",
    "joint_site_lines",
    "json_text",
    "measured",
    "percent",
    "print_account",
    "print_report",
    "read_first",
    "redesign_lines",
    "report_text",
    "service_line",
    "siting_lines",
    "write_account",
    "write_csv",
    "write_json",
    "write_services",
    "write_sites",
    "write_text",
    "write_towns",
    "write_workbook",
]
