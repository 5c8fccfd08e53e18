"""Causes of differences from Valhalla, on streets whose answers can be worked out on paper.

Valhalla itself is stood in for by walks on the same streets without those that it would not walk
on; that it runs is left to the benchmark.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from benchmarks.valhalla.__main__ import Compared, main, reasons, shares
from benchmarks.valhalla.causes import Explainer
from benchmarks.valhalla.engine import NoWalkError, Walk
from benchmarks.valhalla.rules import Tagged, shut_here, shut_there
from benchmarks.valhalla.streets import Router, pairs, walks_m

import worlds
from gdcoverage.geo import ellipsoid
from gdcoverage.network import WalkNetwork

# A square of 400 m with a way across from south-west to north-east, 565.69 m; round about 800 m.
CORNERS = {1: (0, 0), 2: (400, 0), 3: (400, 400), 4: (0, 400)}
ROUND = [[1, 2], [2, 3], [3, 4], [4, 1]]
STREET = {"highway": "residential"}
CYCLEWAY = {"highway": "cycleway"}


@dataclass
class StandIn:
    """Walks by a network, answered as Valhalla would."""

    network: WalkNetwork

    def walk(self, begin, end):
        route = Router(self.network).find(begin, end)
        if not route.pieces:
            raise NoWalkError
        shape = np.array([begin, *(piece.middle for piece in route.pieces), end])
        ways = tuple(dict.fromkeys(piece.way for piece in route.pieces))
        return Walk(route.metres, begin, end, ways, shape)

    def ways_at(self, places):
        router = Router(self.network)
        return [{router.way_at(place)} for place in places]


@dataclass
class Always(StandIn):
    """One walk, whatever is asked."""

    found: Walk

    def walk(self, begin, end):
        return self.found


def world(folder, across, name="world.osm"):
    ways = [(refs, STREET) for refs in ROUND] + [([1, 3], across)] * bool(across)
    return worlds.write_osm(folder / name, CORNERS, ways)


def explained(folder, ours, theirs):
    """The causes that are found where Valhalla knows the second file's streets."""
    router = Router(WalkNetwork.from_osm(ours))
    engine = StandIn(WalkNetwork.from_osm(theirs))
    begin, end = worlds.degrees(0, 0), worlds.degrees(400, 400)
    walk = engine.walk(begin, end)
    lengths = router.find(begin, end).metres, walk.metres
    return lengths, Explainer(Tagged(ours), router, engine).causes(begin, end, walk)


def test_a_cycleway_that_only_we_walk_on_explains_a_shorter_walk(tmp_path):
    ours, theirs = world(tmp_path, CYCLEWAY), world(tmp_path, None, "theirs.osm")
    lengths, causes = explained(tmp_path, ours, theirs)
    assert lengths == pytest.approx((565.69, 800), abs=0.1)
    assert causes == ("`highway=cycleway`: walked here, not by Valhalla",)


def test_a_way_shut_here_explains_a_longer_walk(tmp_path):
    ours = world(tmp_path, STREET | {"foot": "use_sidepath"})
    lengths, causes = explained(tmp_path, ours, world(tmp_path, STREET, "theirs.osm"))
    assert lengths == pytest.approx((800, 565.69), abs=0.1)
    assert causes == ("`foot=use_sidepath`: walked by Valhalla, not here",)


def test_one_way_streets_show_on_the_way_back_and_what_has_no_cause_stays_unexplained(tmp_path):
    router = Router(WalkNetwork.from_osm(world(tmp_path, STREET)))
    begin, end = worlds.degrees(0, 0), worlds.degrees(400, 400)
    engine = StandIn(router.network)
    walk = engine.walk(begin, end)
    longer = Walk(700.0, begin, end, walk.ways, walk.shape)
    explainer = Explainer(Tagged(tmp_path / "world.osm"), router, engine)
    # On the way back both are equal: only then would it be a one-way street.
    assert explainer.causes(begin, end, longer) == ("one way on foot in Valhalla, both ways here",)
    explainer = replace(explainer, engine=Always(router.network, longer))
    assert explainer.causes(begin, end, longer) == ()


def test_pairs_lie_on_certain_streets_as_far_apart_as_promised_and_walks_agree(tmp_path):
    network = worlds.lattice(tmp_path, 12, 12)
    begins, ends = pairs(network, 30, 1)
    away = ellipsoid.metres(*begins.T, *ends.T)
    assert away.min() >= 300 and away.max() <= 1_500
    again = pairs(network, 30, 1)
    assert (begins == again[0]).all() and (ends == again[1]).all()
    router = Router(network)
    found = [
        router.find(tuple(a), tuple(b)).metres
        for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    np.testing.assert_allclose(walks_m(network, begins, ends), found, atol=1e-6)


def test_the_deciding_tag_is_named_in_the_order_of_the_table():
    assert "`foot=no`" in shut_here({"highway": "motorway", "foot": "no"})
    assert "`access=private`" in shut_here({"highway": "service", "access": "private"})
    assert "`highway=bridleway`" in shut_there({"highway": "bridleway"})
    assert "square" in shut_there({"highway": "pedestrian", "area": "yes"})


def test_tables_count_pairs_and_causes():
    spot = (113.0, 23.0)
    compared = {
        "甲": [
            Compared(spot, spot, 100.0, 100.0),
            Compared(spot, spot, 100.0, 103.0),
            Compared(spot, spot, 100.0, 200.0, ("x",)),
            Compared(spot, spot, 200.0, 100.0, ("x", "y")),
        ]
    }
    assert "| 甲 | 4 | 25.0% | 50.0% | 1 | 1 | 0 |" in shares(compared)
    assert reasons(compared).splitlines()[2:] == ["| x | 2 |", "| y | 1 |"]


def test_without_real_data_it_is_skipped_and_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("benchmarks.valhalla.__main__.PLACES", {"甲": tmp_path / "absent.pbf"})
    assert main(1, 1) == 0
    assert "skipped: no real data" in capsys.readouterr().err
