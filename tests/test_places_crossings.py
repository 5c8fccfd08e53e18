"""Crossings of named streets: where two names meet."""

import pytest

import worlds
from gdcoverage.places.crossings import read_crossings
from gdcoverage.problems import InputError

#   5
#   |       甲路 1-2-3, 乙路 4-2-5, 丙路 from 3, which nobody named crosses
#   1-2-3-6
#     |
#     4
NODES = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, -100), 5: (100, 100), 6: (300, 0)}


def street(*nodes, name="", highway="residential", **more):
    tags = {"highway": highway} | ({"name": name} if name else {}) | more
    return list(nodes), tags


def names(folder, *ways):
    frame = read_crossings(worlds.write_osm(folder / "world.osm", NODES, ways))
    spots = [worlds.metres(p.x, p.y) for p in frame.geometry]
    return [(name, round(x), round(y)) for name, (x, y) in zip(frame["name"], spots, strict=True)]


def test_two_names_that_meet_are_a_crossing(tmp_path):
    found = names(
        tmp_path,
        street(1, 2, 3, name="甲路"),
        street(4, 2, 5, name="乙路"),
        street(3, 6, name="Third Road", **{"name:zh": "丙路"}),
        street(3, 5),
    )
    assert found == [("丙路与甲路路口", 200, 0), ("乙路与甲路路口", 100, 0)]


def test_pieces_of_one_street_and_what_one_does_not_walk_to_are_none(tmp_path):
    found = names(
        tmp_path,
        street(1, 2, name="甲路"),
        street(2, 3, name="甲路"),
        street(4, 2, name="高速", highway="motorway"),
        street(3, 6, name="丙"),
    )
    assert found == []


def test_a_file_without_names_has_none_and_one_that_is_none_is_refused(tmp_path):
    assert names(tmp_path, street(1, 2)) == []
    (tmp_path / "empty.osm").touch()
    with pytest.raises(InputError):
        read_crossings(tmp_path / "empty.osm")
