"""Walks in the page: the packed streets, and what the scripts make of them beside networkx."""

from __future__ import annotations

import base64
import gzip
import json
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import Point

import worlds
from gdcoverage.emap._walks import walks_block
from gdcoverage.network import WalkNetwork
from gdcoverage.policy import Standard
from references import walk_matrix
from test_emap_scripts import NODE, Script

pytestmark = pytest.mark.skipif(not NODE, reason="Node is not installed (make test installs it)")

STANDARD = Standard(smallest_component_m=100)
GEOD = Geod(ellps="WGS84")

WALKED = """(block, spots) => {
    const walks = openWalks(block);
    return spots.map(([lon, lat]) => [...walkedFrom(walks, lat, lon).metres]);
}"""
WAYS = """(block, spots) => {
    const walks = openWalks(block);
    return spots.map(([lon, lat]) => {
        const walked = walkedFrom(walks, lat, lon);
        return [...walked.metres].map((_, i) => wayTo(walks, walked, i));
    });
}"""


@pytest.fixture(scope="module")
def script():
    running = Script("walks.js", "joins.js")
    yield running
    running.questions.close()
    running.process.wait(timeout=10)


def unpacked(block):
    """What a block holds."""
    if block.kind == "application/json":
        return json.loads(block.text)
    return json.loads(gzip.decompress(base64.b64decode(block.text)))


def walked(script, network, outlets, spots, standard=STANDARD):
    """Metres that the page finds from spots (degrees) to outlets."""
    block = unpacked(walks_block(network, outlets, standard))
    found = script(WALKED, block, [list(spot) for spot in spots])
    return np.array([[np.nan if m is None else m for m in row] for row in found])


def by_networkx(network, outlets, spots, standard=STANDARD):
    """The same by networkx, on the streets as they are, with the joins of the package."""
    limits = standard.snap_limit_m, standard.smallest_component_m
    points = gpd.GeoSeries([Point(spot) for spot in spots], crs="EPSG:4326")
    found = walk_matrix(network, network.snap(points, *limits), network.snap(outlets, *limits))
    return np.where(np.isfinite(found), found, np.nan)


# On paper ---------------------------------------------------------------------------------------


def test_walks_that_can_be_worked_out_on_paper(script, tmp_path):
    """From 20 m south of a street to an outlet on it, one beside it, and one up a side street."""
    nodes = {1: (0, 0), 2: (300, 0), 3: (500, 0), 4: (500, 300), 5: (300, -400), 6: (300, 50)}
    network = worlds.network(tmp_path, nodes, [[1, 2, 3, 4], [5, 2, 6]])
    outlets = worlds.outlets([(120, 0), (80, 15), (510, 150), (330, -390)])
    standard = Standard(smallest_component_m=100, snap_limit_m=60)
    found = walked(script, network, outlets, [worlds.degrees(50, -20)], standard)
    assert found[0] == pytest.approx([90, 65, 630, 690], abs=1)


def test_agrees_with_networkx_on_a_lattice_with_a_hole(script, tmp_path):
    nodes = {i * 8 + j + 1: (i * 90.0, j * 120.0) for i in range(8) for j in range(8)}
    ways = [[i * 8 + j + 1 for j in range(8)] for i in range(8)]
    for j in range(8):
        row = [i * 8 + j + 1 for i in range(8)]
        ways += [row] if j in (1, 7) else [row[:4], row[4:]]
    network = worlds.network(tmp_path, nodes, ways)
    rng = np.random.default_rng(2)
    at = rng.integers(0, network.nodes, 12)
    # Outlets and readers stand on crossings, and join nothing else.
    outlets = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(network.node_lon[at], network.node_lat[at]), crs="EPSG:4326"
    )
    spots = list(zip(network.node_lon[at], network.node_lat[at], strict=True))
    found = walked(script, network, outlets, spots, Standard(snap_limit_m=2))
    graph = network.to_networkx()
    for row, source in zip(found, at, strict=True):
        lengths = nx.single_source_dijkstra_path_length(graph, source, weight="length")
        # A place of the page is within a metre of the crossing.
        assert row == pytest.approx([lengths[node] for node in at], abs=3)


def test_off_the_streets_no_walk_is_known(script, tmp_path):
    network = worlds.lattice(tmp_path)
    outlets = worlds.outlets([(0, 0), (5000, 5000)])
    found = walked(script, network, outlets, [worlds.degrees(*s) for s in [(100, 50), (9000, 0)]])
    assert np.isfinite(found).tolist() == [[True, False], [False, False]]


# Joining ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "walk"),
    [
        # From (0, 50) to an outlet at (100, 100) by either street, or over none.
        ({"highway": "residential"}, 150),
        ({"waterway": "river"}, None),
        ({"highway": "residential", "tunnel": "yes"}, 150),
    ],
)
def test_a_leg_ends_at_the_first_street_and_crosses_no_barrier(script, tmp_path, tags, walk):
    """A line between the reader and the outlet's street, which nothing else leads to."""
    path = worlds.write_osm(
        tmp_path / "w.osm",
        {1: (-500, 0), 2: (500, 0), 3: (-600, 100), 4: (600, 100), 5: (-500, 70), 6: (500, 70)},
        [
            ((3, 4), {"highway": "residential"}),
            ((5, 6), tags),
        ],
    )
    network = WalkNetwork.from_osm(path)
    outlets = worlds.outlets([(100, 100)])
    spot = [worlds.degrees(0, 50)]
    found = walked(script, network, outlets, spot)
    truth = by_networkx(network, outlets, spot)
    assert found == pytest.approx(truth, abs=1, nan_ok=True)
    assert found == pytest.approx(np.array([[walk or np.nan]]), abs=1, nan_ok=True)


def test_who_stands_in_water_comes_out_of_it(script, tmp_path):
    square = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 5: (-300, -50), 6: (500, -50)}
    path = worlds.write_osm(
        tmp_path / "w.osm",
        square,
        [((1, 2, 3, 4, 1), {"natural": "water"}), ((5, 6), {"highway": "residential"})],
    )
    network = WalkNetwork.from_osm(path)
    outlets = worlds.outlets([(300, -50)])
    spots = [worlds.degrees(*spot) for spot in [(100, 100), (100, 240)]]
    found = walked(script, network, outlets, spots)
    assert found == pytest.approx(by_networkx(network, outlets, spots), abs=1, nan_ok=True)
    assert np.isfinite(found).tolist() == [[True], [False]]


# The way ----------------------------------------------------------------------------------------


def test_a_way_is_as_long_as_the_walk_without_its_legs(script, tmp_path):
    network = worlds.lattice(tmp_path)
    rng = np.random.default_rng(4)
    outlets = worlds.outlets([tuple(spot) for spot in rng.uniform(0, 500, (8, 2))])
    spots = [worlds.degrees(*spot) for spot in rng.uniform(0, 500, (8, 2))]
    block = unpacked(walks_block(network, outlets, STANDARD))
    metres = script(WALKED, block, [list(spot) for spot in spots])
    ways = script(WAYS, block, [list(spot) for spot in spots])
    for spot, row, lines in zip(spots, metres, ways, strict=True):
        for outlet, walk, way in zip(outlets.geometry, row, lines, strict=True):
            lat, lon = zip(*way, strict=True)
            along = GEOD.line_length(lon, lat)
            legs = [
                GEOD.inv(*spot, lon[0], lat[0])[2],
                GEOD.inv(outlet.x, outlet.y, lon[-1], lat[-1])[2],
            ]
            assert along + sum(legs) == pytest.approx(walk, abs=2)
            # It goes by the streets: every step is along one of them.
            for a, b in pairwise(way):
                x, y = worlds.metres(a[1], a[0]), worlds.metres(b[1], b[0])
                assert min(abs(x[0] - y[0]), abs(x[1] - y[1])) < 1.5


# The block --------------------------------------------------------------------------------------


def test_pieces_too_small_to_join_stay_out(script, tmp_path):
    nodes = {1: (0, 0), 2: (300, 0), 3: (1000, 0), 4: (1050, 0)}
    network = worlds.network(tmp_path, nodes, [[1, 2], [3, 4]])
    outlets = worlds.outlets([(10, 5), (1010, 5)])
    block = unpacked(walks_block(network, outlets, STANDARD))
    assert len(block["u"]) == 1
    assert block["outlets"]["count"] == [1, 0]
    assert (block["speed"], block["minutes"]) == (pytest.approx(1000 / 15), 15)


def test_what_is_too_large_or_nothing_is_left_out(tmp_path):
    network = worlds.lattice(tmp_path)
    outlets = worlds.outlets([(0, 0)])
    assert walks_block(network, outlets, STANDARD, most_bytes=100) is None
    nowhere = WalkNetwork.without_streets(network.source)
    assert walks_block(nowhere, outlets, STANDARD) is None


# Nanshan ----------------------------------------------------------------------------------------


def test_of_nanshan_the_page_finds_the_walks_that_networkx_finds(script, shared):
    """200 readers and 40 outlets anywhere: what simplifying moves is metres."""
    network = WalkNetwork.from_osm(shared / "data/gd-osm-extracts/shenzhen_nanshan_2021.osm.pbf")
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(113.925, 113.968, 240), rng.uniform(22.539, 22.559, 240)
    at = gpd.points_from_xy(lon, lat)
    outlets = gpd.GeoDataFrame(geometry=at[:40], crs="EPSG:4326")
    spots = list(zip(lon[40:], lat[40:], strict=True))
    standard = Standard()
    found = walked(script, network, outlets, spots, standard)
    truth = by_networkx(network, outlets, spots, standard)
    assert np.array_equal(np.isfinite(found), np.isfinite(truth))
    off = np.abs(found - truth)[np.isfinite(truth)]
    told = np.percentile(off, [50, 95, 99, 100]).round(1)
    print(f"{len(off):,} walks, off by {told} m (50, 95, 99, 100 %)")
    assert told[0] < 1 and told[1] < 2 and told[2] < 10
