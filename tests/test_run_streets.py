"""The streets of a plan: cut once, known by what is in them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import shapely

from gdcoverage.network import WalkNetwork
from gdcoverage.run.plan import load_plan
from gdcoverage.run.streets import streets_of

SAMPLE = Path(__file__).parents[1] / "data" / "sample"


def test_those_who_cut_say_what_is_in_it_and_are_not_called_where_all_is_kept(tmp_path):
    plan = load_plan(SAMPLE / "plan.toml")
    network = WalkNetwork.from_osm(SAMPLE / "streets.osm.pbf")
    lon, lat = network.node_lon, network.node_lat
    west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    box = shapely.box(west, south, east, north)
    half = shapely.box(west, south, (west + east) / 2, north)
    areas = {"whole": box, "half": half, "again": half, "none": shapely.Polygon()}
    called: list[int] = []

    def each(work: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
        done = [work(thing) for thing in things]
        called.append(len(done))
        return done

    cut = streets_of(plan, areas, tmp_path, lambda _: None, each)
    assert called == [3, 3]
    kept = streets_of(plan, areas, tmp_path, lambda _: None, each)
    assert called == [3, 3]
    contents = {key: streets.content for key, streets in cut.items()}
    assert contents == {key: streets.content for key, streets in kept.items()}
    assert contents["half"] == contents["again"] != contents["whole"]
    assert cut["none"].refusal
