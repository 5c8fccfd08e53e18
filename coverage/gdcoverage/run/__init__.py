"""A plan carried out: inputs read, counties assessed one by one, reports and maps written."""

from gdcoverage.run.check import Checked, checked_file, checked_plan
from gdcoverage.run.conductor import Ran, make_report, run_plan
from gdcoverage.run.county import county_tasks, ground_of
from gdcoverage.run.how import How
from gdcoverage.run.inputs import (
    Inputs,
    narrowed,
    on_another_day,
    read_candidates,
    read_inputs,
)
from gdcoverage.run.outputs import Written, write_layers, write_outputs, write_report_map
from gdcoverage.run.plan import Plan, SitesInput, load_outlets_input, load_plan
from gdcoverage.run.streets import read_network, streets_to_show

__all__ = [
    "Checked",
    "How",
    "Inputs",
    "Plan",
    "Ran",
    "SitesInput",
    "Written",
    "checked_file",
    "checked_plan",
    "county_tasks",
    "ground_of",
    "load_outlets_input",
    "load_plan",
    "make_report",
    "narrowed",
    "on_another_day",
    "read_candidates",
    "read_inputs",
    "read_network",
    "run_plan",
    "streets_to_show",
    "write_layers",
    "write_outputs",
    "write_report_map",
]
