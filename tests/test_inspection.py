"""A day's route of inspection: walks, their order, what to look at, and the sheet."""

import datetime as dt
import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import worlds
from gdcoverage.cli import app
from gdcoverage.geo import ellipsoid
from gdcoverage.inspection.order import length_m, one_way, round_trip
from gdcoverage.inspection.page import Sheet, route_page
from gdcoverage.inspection.route import plan_route
from gdcoverage.inspection.stops import Stop, longest_uninspected, stops_of
from gdcoverage.inspection.walks import Walks
from gdcoverage.network import WalkNetwork
from gdcoverage.network.reach import distances
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.register import Register, Standing, findings
from test_run_again import from_register
from test_supervision import SECRET, supervised
from three_counties import write_plan

ON = dt.date(2026, 6, 14)


# --- walks


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Six by six streets, 100 m apart."""
    return worlds.lattice(tmp_path_factory.mktemp("inspection"))


def walks_of(network, spots):
    stops = worlds.points(spots)
    return Walks(network, stops, network.snap(stops))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-40, 540)] * 2), min_size=2, max_size=5))
def test_walks_are_those_of_the_assessment_and_their_ways_are_as_long(network, spots):
    walks = walks_of(network, spots)
    found = distances(network, walks.stops, walks.stops, np.inf)
    for point, source, metres in found.itertuples(index=False):
        if point == source:
            continue
        assert walks.metres[source, point] == pytest.approx(metres, abs=1e-6)
        line = walks.way(source, point)
        steps = ellipsoid.short_m(*line[:-1].T, *line[1:].T)
        assert steps.sum() == pytest.approx(metres, abs=0.05)


def test_a_way_follows_the_streets(network):
    # From the middle of a block's south side to the middle of its east side: round the corner.
    walks = walks_of(network, [(150.0, 100.0), (200.0, 150.0), (180.0, 100.0)])
    assert walks.metres[0, 1] == pytest.approx(100, abs=0.01)
    corner = np.array(worlds.degrees(200.0, 100.0))
    assert np.abs(walks.way(0, 1) - corner).sum(axis=1).min() < 1e-7
    # Along one street it passes no corner.
    assert np.abs(walks.way(0, 2) - corner).sum(axis=1).min() > 1e-4


def test_a_walk_tells_the_streets_that_have_names(tmp_path):
    nodes = {1: (0.0, 0.0), 2: (400.0, 0.0), 3: (400.0, 400.0)}
    tags = {"highway": "residential"}
    ways = [([1, 2], tags | {"name": "市桥路"}), ([2, 3], tags | {"name": "重阳巷"})]
    streets = WalkNetwork.from_osm(worlds.write_osm(tmp_path / "named.osm", nodes, ways))
    walks = walks_of(streets, [(10.0, 0.0), (400.0, 300.0)])
    assert walks.names(0, 1) == ["市桥路", "重阳巷"]
    assert walks.names(1, 0) == ["重阳巷", "市桥路"]


# --- order


def shortest(metres, closed):
    """By trying all."""
    rest = range(1, len(metres)) if closed else range(len(metres))
    ways = itertools.permutations(rest)
    return min(length_m(metres, [0, *w, 0] if closed else list(w)) for w in ways)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 900)] * 2), min_size=1, max_size=7))
def test_rounds_visit_all_once_and_are_near_the_shortest(spots):
    x, y = np.array(spots, float).T
    metres = np.abs(x[:, None] - x) + np.abs(y[:, None] - y)
    order = round_trip(metres)
    assert order[0] == 0
    assert sorted(order) == sorted(one_way(metres)) == list(range(len(spots)))
    assert length_m(metres, [*order, 0]) <= 1.5 * shortest(metres, True) + 1e-6
    assert round_trip(metres) == order


def test_stops_in_a_row_are_visited_in_a_row():
    x = np.array([300.0, 0, 500, 100, 400, 200, 900])
    metres = np.abs(x[:, None] - x)
    assert x[one_way(metres)].tolist() in ([0, 100, 200, 300, 400, 500, 900],
                                           [900, 500, 400, 300, 200, 100, 0])  # fmt: skip
    assert length_m(metres, [*round_trip(metres), 0]) == 1800


# --- routes


def stop(number, spot, name="", phone=""):
    lon, lat = worlds.degrees(*spot)
    name, signed = name or f"第{number}支行", dt.date(2025, 1, 1)
    standing = Standing(f"W{number}", name, phone=phone, lon=lon, lat=lat, signed_on=signed)
    return Stop(standing, ("看一看",))


def test_a_route_without_a_start_leads_from_end_to_end(network):
    stops = [stop(i, (x, 0.0)) for i, x in enumerate((300.0, 0.0, 500.0, 100.0))]
    route = plan_route(stops, network, Standard())
    ids = [s.standing.outlet_id for s in route.stops]
    assert ids in (["W1", "W3", "W0", "W2"], ["W2", "W0", "W3", "W1"])
    assert route.metres == pytest.approx(500, abs=0.1)
    assert len(route.legs) == 3


def test_a_route_with_a_start_comes_back(network):
    stops = [stop(i, (x, 0.0)) for i, x in enumerate((300.0, 500.0))]
    route = plan_route(stops, network, Standard(), worlds.degrees(0.0, 0.0))
    assert [s.standing.outlet_id for s in route.stops] == ["W0", "W1"]
    assert [round(leg.metres) for leg in route.legs] == [300, 200, 500]


def test_who_cannot_be_reached_is_told_and_the_others_are_visited(tmp_path):
    nodes = {1: (0.0, 0.0), 2: (900.0, 0.0), 3: (0.0, 5000.0), 4: (900.0, 5000.0)}
    apart = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    stops = [stop(0, (0, 0)), stop(1, (800, 0)), stop(2, (100, 5000)), stop(3, (400, 2500))]
    route = plan_route(stops, apart, Standard())
    assert {s.standing.outlet_id for s in route.stops} == {"W0", "W1"}
    told = {p.value: p.what for p in route.unreached}
    assert told == {"W2 第2支行": "走不到：只与不相连的一片街道相接",
                    "W3 第3支行": "走不到：300 米内没有街道"}  # fmt: skip
    page = route_page(route, apart, Standard(), Sheet("某县", ON, "计划", "1"))
    assert "没有排进路线的" in page
    with pytest.raises(InputError, match="300 米内没有街道"):
        plan_route(stops[3:], apart, Standard())
    with pytest.raises(InputError, match="出发地"):
        plan_route(stops, apart, Standard(), worlds.degrees(0, 2500))
    with pytest.raises(InputError, match="没有可检查的网点"):
        plan_route([], apart, Standard())


def test_one_stop_is_a_route(network):
    route = plan_route([stop(0, (0, 0))], network, Standard())
    assert (len(route.stops), route.legs, route.metres) == (1, (), 0)
    assert "1 个网点" in route_page(route, network, Standard(), Sheet("某县", ON, "计划", "1"))


def test_names_on_the_sheet_are_no_markup(network):
    stops = [stop(0, (0, 0), name="<b>甲</b>", phone="'\"><script>"), stop(1, (0, 10))]
    page = route_page(
        plan_route(stops, network, Standard()), network, Standard(), Sheet("<i>", ON, "<u>", "1")
    )
    assert "&lt;b&gt;甲" in page
    assert not re.search("<(script|b>甲|i>|u>)", page)


# --- of a plan with a register


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routed")
    path = write_plan(folder / "plan", sites=False, people=20)
    from_register(supervised)(path.parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GDCOVERAGE_CACHE", str(folder / "cache"))
        yield path


def test_the_longest_uninspected_come_first(plan):
    book = Register(plan.parent / "台账.gpkg").as_of(ON)
    # W1 was inspected in January, W9 signed in May; of equals the lower number is first.
    assert longest_uninspected(book, set(book.outlets), 9) == ["W0", "W2", "W3", "W4", "W1", "W9"]
    assert longest_uninspected(book, {"W1", "W9"}, 1) == ["W1"]
    (found,) = stops_of(book, ["W0", "W0"], findings(book))
    assert any("年度考核不合格" in check for check in found.checks)
    assert any("窗口区有标识" in check for check in found.checks)
    with pytest.raises(InputError, match="台账里没有网点 W8"):
        stops_of(book, ["W8"], [])


def test_the_command_writes_a_sheet_of_the_county(plan, tmp_path):
    sheet = tmp_path / "路线.html"
    words = ["register", "route", str(plan), "--on", f"{ON}", "--output", str(sheet)]
    done = CliRunner().invoke(app, [*words, "--county", "中县", "--start", "113.04,23.01"])
    assert done.exit_code == 0, done.output
    assert "中县：2 个网点" in done.output
    page = sheet.read_text(encoding="utf-8")
    for word in (
        "第2支行",
        "未登记支行",
        "0755-82000000",
        "回到出发地",
        "内部使用",
        "在营而未登记",
    ):
        assert word in page
    # What was said in talks and complaints stays in the register.
    assert not any(word in page for word in SECRET)
    several = CliRunner().invoke(app, words)
    assert "路线要指定一个县区" in str(several.exception)
    given_ids = [*words, "--county", "中县", "--outlet", "W2", "--outlet", "W8"]
    assert "没有网点 W8" in str(CliRunner().invoke(app, given_ids).exception)
    swapped = CliRunner().invoke(app, [*words, "--county", "中县", "--start", "23.01,113.04"])
    assert swapped.exit_code == 2


def test_a_plan_without_a_register_is_told_what_is_needed(tmp_path):
    path = write_plan(tmp_path, sites=False, people=20)
    done = CliRunner().invoke(app, ["register", "route", str(path), "--county", "中县"])
    assert "没有台账" in str(done.exception)
