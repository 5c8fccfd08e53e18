"""The ground on which each county's witness walks: cut from the plan's streets, and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from gdcoverage.files import sha256
from gdcoverage.network import WalkNetwork
from gdcoverage.run.identity import digest, program
from gdcoverage.run.kept import Kept, packed, unpacked
from gdcoverage.run.plan import Plan
from gdcoverage.run.streets import Streets
from gdcoverage.run.task import CountyTask
from gdcoverage.verify import (
    Region,
    cut_graph,
    cut_network,
    cut_regions,
    place_to_visit,
    reach_m,
)

Cutting = Callable[[], Sequence[Region]]
Regions = Callable[[Mapping[str, Streets]], dict[str, Region]]


def begin_regions(
    plan: Plan, tasks: Sequence[CountyTask], kept: Kept, beside: Callable[..., Cutting]
) -> Regions:
    """Begin to cut out the ground for the witness of each county.

    Parameters
    ----------
    kept : where regions are kept from run to run.
    beside : does work beside, see `Processes.beside`.

    Returns
    -------
    What gives the regions by county, when the counties' streets are there. Where these are all
    that is known of the streets (a saved network, a download), the ground is cut from them.
    """
    net = plan.network
    wanted = {task.key: _wanted(task, plan) for task in tasks}
    file = net.osm or net.graphml
    if not net.witness:
        return lambda _: wanted
    if file is None:
        return lambda streets: {key: _own(r, streets[key]) for key, r in wanted.items()}
    content = sha256(file)
    ids = {
        key: digest("region", program(), content, region)
        for key, region in wanted.items()
        if region.place is not None
    }
    bodies = {key: kept.body(identity) for key, identity in ids.items()}
    missing = [key for key, body in bodies.items() if body is None]
    cut = cut_regions if net.osm else cut_graph
    cutting = beside(cut, file, [wanted[key] for key in missing]) if missing else tuple

    def regions(_: Mapping[str, Streets]) -> dict[str, Region]:
        found = dict(wanted)
        for key, body in bodies.items():
            if body is not None:
                found[key] = unpacked(body, kept.kinds)
        try:
            for key, region in zip(missing, cutting(), strict=True):
                found[key] = region
                kept.put(ids[key], packed(region))
        except Exception as error:  # a witness that cannot come stops nothing, and is missed
            told = f"核对用的路网切不出（{type(error).__name__}：{error}）"
            found |= {key: replace(wanted[key], fault=told) for key in missing}
        return found

    return regions


def _wanted(task: CountyTask, plan: Plan) -> Region:
    found = task.subject.outlets, task.subject.demand
    place = place_to_visit(*found, task.adcode, plan.standard, plan.network.witness)
    return Region.around(place, reach_m(plan.standard))


def _own(region: Region, streets: Streets) -> Region:
    """A region of a county's own streets."""
    if region.place is None or streets.refusal is not None:
        return region
    (cut,) = cut_network(WalkNetwork.load(streets.path), [region])
    return cut
