"""Ways taken from libosmium many at once are those that it gives one by one."""

import shutil
from types import SimpleNamespace
from typing import Any

import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osmium.osm import NODE, WAY
from osmium.osm.mutable import Node, Way

from gdcoverage.network._way_blocks import way_blocks

ids = st.integers(-(2**40), 2**40)
nodes = st.dictionaries(ids, st.tuples(st.integers(-1800000000, 1800000000), st.integers(-9, 9)))
tags = st.dictionaries(st.text("ab路:", max_size=3), st.text("xy;街 ", max_size=3), max_size=3)
ways = st.dictionaries(ids, st.tuples(st.lists(st.integers(0, 9), max_size=6), tags), max_size=9)


def located() -> osmium.NodeLocationsForWays:
    found = osmium.NodeLocationsForWays(osmium.index.create_map("sparse_mem_array"))
    found.ignore_errors()
    return found


@given(nodes, ways)
def test_ways_and_their_nodes_are_those_that_libosmium_gives(tmp_path_factory, nodes, ways):
    path = tmp_path_factory.mktemp("ways") / "some.osm.pbf"
    refs = [*nodes, *range(10)]  # some are absent
    with osmium.SimpleWriter(str(path)) as writer:
        for ref, (x, y) in sorted(nodes.items()):
            writer.add_node(Node(id=ref, location=(x / 1e7, y / 1e7)))
        for way, (at, said) in sorted(ways.items()):
            writer.add_way(Way(id=way, nodes=[refs[i] for i in at], tags=said))
    singly: Any = osmium.FileProcessor(str(path), NODE | WAY).with_filter(located())
    one_by_one = [
        (way.id, dict(way.tags), [(n.ref, n.location.x, n.location.y) for n in way.nodes])
        for way in singly
        if way.is_way()
    ]
    at_once = []
    for block in way_blocks(path, NODE | WAY, located()):
        places = list(zip(*(axis.tolist() for axis in (block.ref, block.x, block.y)), strict=True))
        for way, size, kind in zip(*(a.tolist() for a in block[:3]), strict=True):
            at_once.append((way, dict(block.tags[kind]), places[:size]))
            del places[:size]
        assert not places
    assert at_once == one_by_one


def test_a_full_disk_is_told_before_anything_is_written_to_it(tmp_path, monkeypatch):
    path = tmp_path / "some.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_way(Way(id=1, nodes=[], tags={}))
    few = SimpleNamespace(free=path.stat().st_size)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: few)
    with pytest.raises(OSError, match="No space"):
        next(way_blocks(path, NODE | WAY))
