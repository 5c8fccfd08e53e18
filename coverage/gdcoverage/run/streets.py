"""The streets of a plan: one saved network for each county, known by what is in it."""

from __future__ import annotations

import io
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from gdcoverage.files import Source, sha256
from gdcoverage.network import Each, Profile, WalkNetwork, networks_of
from gdcoverage.problems import InputError, Problem, unusable
from gdcoverage.run.identity import digest, program
from gdcoverage.run.inputs import Say
from gdcoverage.run.plan import Plan
from gdcoverage.run.task import CountyTask
from gdcoverage.tables import read_layer

_NOBODY_WALKS = "no_streets"


@dataclass(frozen=True, eq=False)
class Streets:
    """A county's streets, where they are kept, and what is in them.

    Parameters
    ----------
    path : the saved network.
    content : digest of the streets and of the rules by which they are streets, whatever file they
        came from.
    source : that file.
    problems : what is wrong with it.
    refusal : why there are none.
    data : what is in the saved network, for who cannot read it.
    """

    path: Path
    content: str
    source: Source
    problems: tuple[Problem, ...] = ()
    refusal: Problem | None = None
    data: bytes | None = field(default=None, repr=False)

    def with_data(self) -> Streets:
        """The same for who cannot read the saved network."""
        return self if self.refusal else replace(self, data=self.path.read_bytes())

    def network(self, task: CountyTask) -> WalkNetwork:
        """The streets; none at all where nobody there needs to walk.

        Raises
        ------
        InputError : there are no streets, and urban people; or the saved network is out of
            this process's reach.
        """
        if self.refusal is None and self.data is not None:
            return WalkNetwork.load(io.BytesIO(self.data))
        if self.refusal is None:
            _require_in_reach(self.path)
            return WalkNetwork.load(self.path)
        demand = task.subject.demand
        urban = (demand["settlement"] == "urban") & (demand["population"] > 0)
        if urban.any() and task.adcode:
            raise InputError(self.refusal)
        return WalkNetwork.without_streets(self.source)


def _require_in_reach(path: Path) -> None:
    if not os.access(path, os.R_OK):
        raise unusable(
            "network_out_of_reach",
            f"计算进程（{platform.node()}）读不到已切分的路网",
            "请重新运行：路网没有了会重新切分，别的机器读不到会随任务送去",
            file=str(path),
        )


def streets_of(
    plan: Plan,
    areas: Mapping[str, BaseGeometry],
    folder: Path,
    say: Say,
    each: Each = map,
) -> dict[str, Streets]:
    """The streets of each area, cut and kept in a folder where they are not there yet.

    An empty area has none. Streets of an OSM file are cut in one pass; those of another source
    are one network for all areas.

    Parameters
    ----------
    each : does a piece of work for each of many things, as `map` does.
    """
    wanted = {key: area for key, area in areas.items() if not area.is_empty}
    if plan.network.osm:
        margin_m = plan.standard.margin_m
        osm, home, profile = plan.network.osm, folder / "osm", plan.network.profile
        before = set(home.rglob("*.npz"))
        paths = networks_of(osm, wanted, margin_m, home, say, each, profile=profile)
        # Where all are kept, nobody is at work who could look at them too.
        each = map if before.issuperset(paths.values()) else each
        source = Source.of(osm, "路网")
    else:
        path = plan.network.saved or _kept_whole(plan, list(wanted.values()), folder)
        paths, each = dict.fromkeys(wanted, path), map
        source = Source("路网", path.name, "")
    profile = plan.network.profile
    distinct = list(dict.fromkeys(paths.values()))
    looked_at = each(partial(_streets, source=source, profile=profile), distinct)
    known = dict(zip(distinct, looked_at, strict=True))
    nothing = _without(Path(source.name), source, _nowhere(source))
    return {key: known[paths[key]] if key in paths else nothing for key in areas}


def streets_to_show(plan: Plan, task: CountyTask, say: Say) -> WalkNetwork | None:
    """The streets of a county for a map; None, with a word why, where they cannot be had."""
    try:
        streets = streets_of(plan, {task.key: task.area}, plan.cache / "streets", say)[task.key]
        return None if streets.refusal else streets.network(task)
    except InputError as error:
        say(f"步行路网用不了（{error}），地图上只写直线距离")
        return None


def _kept_whole(plan: Plan, areas: list[BaseGeometry], folder: Path) -> Path:
    """One network for all areas, from a graph or a download."""
    net, area = plan.network, shapely.union_all(areas)
    content = sha256(net.graphml) if net.graphml else ""
    servers = [net.overpass_url, net.nominatim_url]
    said = [net.profile, net.place, *servers, net.polygon and sha256(net.polygon)]
    identity = digest(program(), content, said, plan.standard.margin_m, area)
    path = folder / "whole" / f"{identity}.npz"
    # What a server says may be different today; osmnx keeps its answers.
    if not (net.graphml and path.exists() and _is_whole(path)):
        read_network(plan, area).save(path)
    return path


def read_network(plan: Plan, area: BaseGeometry | None = None) -> WalkNetwork:
    """The plan's walk network, cut to an area with the margin that the standard's walks need."""
    net, margin_m = plan.network, plan.standard.margin_m
    if net.saved:
        return WalkNetwork.load(net.saved)
    if net.osm:
        return WalkNetwork.from_osm(net.osm, polygon=area, margin_m=margin_m, profile=net.profile)
    if net.graphml:
        file = net.graphml
        return WalkNetwork.from_graphml(file, polygon=area, margin_m=margin_m, profile=net.profile)
    how = {
        "margin_m": margin_m,
        "profile": net.profile,
        "overpass_url": net.overpass_url,
        "doh_url_template": net.doh_url_template,
        "cache_folder": net.cache_folder or plan.path.parent / "cache",
    }
    if net.place:
        return WalkNetwork.from_place(net.place, nominatim_url=net.nominatim_url, **how)  # type: ignore[arg-type]
    assert net.polygon is not None
    return WalkNetwork.from_polygon(read_layer(net.polygon).geometry.union_all(), **how)  # type: ignore[arg-type]


def _is_whole(path: Path) -> bool:
    try:
        WalkNetwork.load(path)
    except InputError:
        return False
    return True


def _streets(path: Path, source: Source, profile: Profile) -> Streets:
    """What a saved network holds, or the refusal that stands in its place."""
    try:
        network = WalkNetwork.load(path)
    except InputError as error:
        if error.problem.kind != _NOBODY_WALKS:
            raise
        return _without(path, source, error.problem)
    content, told = digest(network.arrays, network.profile), network.problems
    if network.profile != profile:
        told += (_other_rules(network, profile),)
    return Streets(path, content, network.source, told)


def _other_rules(network: WalkNetwork, profile: Profile) -> Problem:
    return Problem(
        "profile_differs",
        f"路网文件按步行规则 {network.profile} 切出，计划写的是 {profile}；以路网文件为准",
        f"请改计划的步行规则（[network] profile），或用 --profile {profile} 重新生成路网文件",
        "warning",
        file=network.source.name,
    )


def _without(path: Path, source: Source, refusal: Problem) -> Streets:
    told = (replace(refusal, severity="warning"),)
    return Streets(path, _NOBODY_WALKS, source, told, refusal)


def _nowhere(source: Source) -> Problem:
    return Problem(
        _NOBODY_WALKS,
        "所选范围内没有可步行的街道",
        "请检查路网文件是否覆盖该县区",
        file=source.name,
    )
