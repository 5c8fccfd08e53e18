"""File to network, nearest outlet, cover sets: beside osmnx, pyrosm, networkx and pandana.

On Greater Porto (about 304,000 raw and 64,000 simplified nodes); the peers work on the same
simplified streets, so that ratios compare methods and not graph sizes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pandas as pd

from benchmarks.data import SHARED
from benchmarks.timing import Row, of_peer, once, seconds
from gdcoverage.network import WalkNetwork, reach

PORTO = SHARED / "data/porto-osm/porto_portugal.osm.pbf"
OUTLETS = 400
REACH_M = 1_000.0


def main() -> list[Row]:
    """All rows of the table."""
    network = WalkNetwork.from_osm(PORTO)
    graph = as_graph(network)
    return [*loading(network), nearest(network, graph), *covering(network, graph)]


def as_graph(network: WalkNetwork) -> nx.Graph:
    """The network for networkx, with the shortest of parallel edges."""
    graph = nx.Graph()
    for u, v, metres in zip(
        network.edge_u.tolist(), network.edge_v.tolist(), network.edge_m.tolist(), strict=True
    ):
        if not graph.has_edge(u, v) or graph.edges[u, v]["weight"] > metres:
            graph.add_edge(u, v, weight=metres)
    return graph


def loading(network: WalkNetwork) -> list[Row]:
    """From file to network."""
    ours = seconds(lambda: WalkNetwork.from_osm(PORTO))
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "porto.osm"
        with osmium.SimpleWriter(str(xml)) as writer:
            for thing in osmium.FileProcessor(str(PORTO)):
                writer.add(thing)
        osmnx = once(lambda: ox.graph_from_xml(xml, bidirectional=True, retain_all=True))
        saved = Path(folder) / "porto.npz"
        network.save(saved)
        loaded = seconds(lambda: WalkNetwork.load(saved))
    size = f"{network.nodes:,} nodes, {network.edges:,} edges"
    memory = (
        f"{network.nbytes / network.edges:.0f} bytes an edge; saved network loads in {loaded:.3f} s"
    )
    rows = [Row("file → network", "osmnx graph_from_xml", ours, osmnx, 10, size)]
    pyrosm = of_peer(_pyrosm)
    rows.append(Row("file → network", "pyrosm get_network", ours, pyrosm, 1, memory))
    return rows


def _pyrosm() -> float:
    import pyrosm

    def read() -> None:
        # pyrosm keeps what it has read; each run gets a fresh reader and a fresh file name.
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "porto.osm.pbf"
            copy.write_bytes(PORTO.read_bytes())
            pyrosm.OSM(str(copy)).get_network("walking", nodes=True)

    return once(read)


def nearest(network: WalkNetwork, graph: nx.Graph) -> Row:
    """The nearest of 400 outlets for all nodes."""
    at = _outlet_nodes(network)
    outlets = network.snap(_points(network, at))
    ours = seconds(lambda: reach.nearest_to_nodes(network, outlets))
    sources = set(at.tolist())
    theirs = seconds(lambda: nx.multi_source_dijkstra_path_length(graph, sources), 1)
    return Row(
        f"nearest of {OUTLETS} outlets, all nodes",
        "networkx multi-source Dijkstra",
        ours,
        theirs,
        10,
    )


def covering(network: WalkNetwork, graph: nx.Graph) -> list[Row]:
    """Cover sets at 1,000 m: the nodes within reach of each of 400 outlets."""
    at = _outlet_nodes(network)
    outlets = network.snap(_points(network, at))
    everywhere = network.snap(_points(network, np.arange(network.nodes)))
    ours = seconds(lambda: reach.cover_sets(network, outlets, everywhere, REACH_M)) / OUTLETS
    few = at[:40].tolist()
    ego = seconds(
        lambda: [nx.ego_graph(graph, node, REACH_M, distance="weight") for node in few], 1
    ) / len(few)
    remark = f"{ours * 1e6:.0f} µs a set"
    rows = [Row("cover set at 1000 m", "networkx ego_graph", ours, ego, 50, remark)]
    pandana = of_peer(lambda: _pandana(network, at))
    rows.append(Row("cover set at 1000 m", "pandana nodes_in_range", ours, pandana, 8))
    return rows


def _pandana(network: WalkNetwork, at: np.ndarray) -> float:
    import pandana

    edges = pd.DataFrame(
        {"from": network.edge_u, "to": network.edge_v, "m": network.edge_m.astype("float64")}
    )
    net = pandana.Network(
        pd.Series(network.node_lon),
        pd.Series(network.node_lat),
        edges["from"],
        edges["to"],
        edges[["m"]],
        twoway=True,
    )
    return seconds(lambda: net.nodes_in_range(at.tolist(), REACH_M)) / OUTLETS


def _outlet_nodes(network: WalkNetwork) -> np.ndarray:
    main = np.flatnonzero(network.component == 0)
    return np.random.default_rng(1).choice(main, OUTLETS, replace=False)


def _points(network: WalkNetwork, nodes: np.ndarray) -> gpd.GeoSeries:
    spots = gpd.points_from_xy(network.node_lon[nodes], network.node_lat[nodes])
    return gpd.GeoSeries(spots, crs="EPSG:4326")
