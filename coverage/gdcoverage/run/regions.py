"""The ground on which each county's witness walks: cut from the plan's streets, and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gdcoverage.files import sha256
from gdcoverage.run.county import CountyTask
from gdcoverage.run.identity import digest, program
from gdcoverage.run.kept import Kept, packed, unpacked
from gdcoverage.run.plan import Plan
from gdcoverage.verify import Region, cut_graph, cut_regions, place_to_visit, reach_m

Results = Callable[[], list[Region]]


def begin_regions(
    plan: Plan, tasks: Sequence[CountyTask], kept: Kept, beside: Callable[..., Results]
) -> Callable[[], dict[str, Region]]:
    """Begin to cut out the ground for the witness of each county; the result when called.

    Parameters
    ----------
    kept : where regions are kept from run to run.
    beside : does work beside, see `Processes.beside`.
    """
    standard, net = plan.standard, plan.network
    wanted = {
        task.key: Region.around(
            place_to_visit(
                task.subject.outlets, task.subject.demand, task.adcode, standard, net.witness
            ),
            reach_m(standard),
        )
        for task in tasks
    }
    file = net.osm or net.graphml
    if not net.witness or file is None:
        return lambda: wanted
    content = sha256(file)
    ids = {
        key: digest("region", program(), content, region)
        for key, region in wanted.items()
        if region.place is not None
    }
    bodies = {key: kept.body(identity) for key, identity in ids.items()}
    missing = [key for key, body in bodies.items() if body is None]
    cut = cut_regions if net.osm else cut_graph
    cutting = beside(cut, file, [wanted[key] for key in missing]) if missing else None

    def regions() -> dict[str, Region]:
        found = dict(wanted)
        for key, body in bodies.items():
            if body is not None:
                found[key] = unpacked(body, kept.kinds)
        for key, region in zip(missing, cutting() if cutting else (), strict=True):
            found[key] = region
            kept.put(ids[key], packed(region))
        return found

    return regions
