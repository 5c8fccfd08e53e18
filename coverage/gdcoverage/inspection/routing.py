"""A plan's day of inspection: its register and streets read, the route found, the sheet written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from gdcoverage._version import __version__
from gdcoverage.files import written_whole
from gdcoverage.inspection.page import Sheet, route_page
from gdcoverage.inspection.route import Place, Route, plan_route
from gdcoverage.inspection.stops import longest_uninspected, stops_of
from gdcoverage.places.called import counties_called
from gdcoverage.problems import unusable
from gdcoverage.register import Register, findings
from gdcoverage.run import Inputs, Plan, county_tasks, read_inputs
from gdcoverage.run.inputs import Say
from gdcoverage.run.streets import streets_of


@dataclass(frozen=True)
class Routed:
    """A route and where its sheet is."""

    route: Route
    county: str
    path: Path


def write_route(
    plan: Plan,
    on: dt.date,
    *,
    county: str | None = None,
    outlet_ids: tuple[str, ...] = (),
    most: int = 8,
    start: Place | None = None,
    output: Path | None = None,
    say: Say = lambda _: None,
) -> Routed:
    """Write the route sheet of a day.

    Parameters
    ----------
    plan : with a register.
    on : the day; the register is read as of it.
    county : by name or adcode, where the plan has several.
    outlet_ids : outlets to visit; by default those without an inspection for longest.
    most : how many of these at most.
    start : see `plan_route`.
    output : the HTML file; beside the plan by default.

    Raises
    ------
    InputError : the plan has no register, or no such county; an outlet is unknown or has left;
        there are no streets.
    """
    if plan.outlets.register is None:
        action = "请在计划里写 [outlets] register = …（网点台账），见 gdcoverage register"
        what = "计划用的是网点表，没有台账，不知道哪些网点何时检查过"
        raise unusable("register_needed", what, action, file=plan.path.name)
    inputs = read_inputs(plan, say, today=on)
    code = _county(inputs, county)
    task = next(task for task in county_tasks(plan, inputs, "") if task.adcode == code)
    book = Register(plan.outlets.register).as_of(on)
    outlets = inputs.outlets.frame
    own = (
        outlets["outlet_id"]
        if plan.counties.single
        else outlets.loc[outlets["county"] == code, "outlet_id"]
    )
    wanted = outlet_ids or longest_uninspected(book, set(own), most)
    stops = stops_of(book, wanted, findings(book))
    say("读取步行路网")
    streets = streets_of(plan, {task.key: task.area}, plan.cache / "streets", say)[task.key]
    network = streets.network(task)
    say("排路线")
    route = plan_route(stops, network, plan.standard, start)
    path = output or plan.path.with_name(f"检查路线_{task.name}_{on}.html")
    sheet = Sheet(task.name, on, plan.title, __version__)
    with written_whole(path) as partial:
        page = route_page(route, network, plan.standard, sheet)
        partial.write_text(page, encoding="utf-8", errors="backslashreplace")
    return Routed(route, task.name, path)


def _county(inputs: Inputs, county: str | None) -> str:
    """The adcode of the county that is meant.

    Raises
    ------
    InputError : there are several.
    """
    counties = inputs.counties
    codes = list(counties["adcode"])
    if county is not None:
        codes = list(counties_called([county], counties))
    if len(codes) != 1:
        meant = counties[counties["adcode"].isin(codes)]
        names = "、".join(meant["name"].head(10)) + "……" * (len(codes) > 10)
        raise unusable("county_needed", "路线要指定一个县区", f"请写 --county，可选：{names}")
    return str(codes[0])
