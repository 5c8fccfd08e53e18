"""What stands in an OSM file where an outlet could be: which of it, under what name, once each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from gdcoverage.outlets.premises import (
    BRANCH,
    CENTRE,
    COMMITTEE,
    MACHINE,
    OFFICE,
    POST,
    read_premises,
    without_outlets,
)
from gdcoverage.problems import InputError


def read(folder, *things):
    """The premises of a file of nodes: spot in metres, and tags."""
    nodes = {i: spot for i, (spot, _) in enumerate(things, 1)}
    tags = {i: tags for i, (_, tags) in enumerate(things, 1)}
    return read_premises(worlds.write_osm(folder / "world.osm", nodes, [], node_tags=tags))


def bank(name="", **more):
    return {"amenity": "bank"} | ({"name": name} if name else {}) | more


THINGS = [
    ((0, 0), bank("农业银行东街支行", brand="中国农业银行")),
    ((500, 0), {"amenity": "atm", "operator": "工行"}),
    ((1000, 0), {"amenity": "townhall", "name": "水口村委会"}),
    ((1500, 0), {"office": "government", "name": "示例镇人民政府"}),
    ((2000, 0), {"amenity": "post_office", "name": "中国邮政"}),
    ((2500, 0), {"amenity": "community_centre", "name": "文化站"}),
    ((3000, 0), {"amenity": "community_centre", "name": "河东社区居委会"}),
    ((3500, 0), bank(brand="建设银行", **{"addr:street": "西街", "addr:housenumber": "3号"})),
    ((4000, 0), {"shop": "bakery", "name": "面包店"}),
]


def test_each_kind_is_told_with_its_name_and_bank(tmp_path):
    frame = read(tmp_path, *THINGS).frame
    columns = ["outlet_id", "name", "bank", "kind", "address"]
    assert frame[columns].to_numpy().tolist() == [
        ["node/1", "农业银行东街支行", "中国农业银行", BRANCH, ""],
        ["node/2", "中国工商银行自助银行", "中国工商银行", MACHINE, ""],
        ["node/3", "水口村委会", "", COMMITTEE, ""],
        ["node/4", "示例镇人民政府", "", OFFICE, ""],
        ["node/5", "中国邮政", "", POST, ""],
        ["node/6", "文化站", "", CENTRE, ""],
        ["node/7", "河东社区居委会", "", COMMITTEE, ""],
        ["node/8", "中国建设银行", "中国建设银行", BRANCH, "西街3号"],
    ]


def test_what_has_no_name_or_is_gone_or_stands_there_already_is_left_out_and_told(tmp_path):
    reading = read(
        tmp_path,
        ((0, 0), {"amenity": "atm", "operator": "中国农业银行"}),
        ((0, 50), bank("农行东街支行", operator="中国农业银行")),
        ((0, 300), {"amenity": "atm", "operator": "中国农业银行"}),
        ((0, 600), {"amenity": "townhall"}),
        ((0, 900), bank("工商银行", disused="yes")),
    )
    assert reading.frame["outlet_id"].tolist() == ["node/2", "node/3"]
    told = [problem.what for problem in reading.problems]
    assert [what.split(" ")[0] for what in told] == ["1", "1", "1"]
    for why in ("已停用", "没有名称", "只取一处"):
        assert any(why in what for what in told)


@pytest.mark.parametrize(
    ("away_m", "status", "stays"),
    [(140, "active", False), (160, "active", True), (140, "unknown", False), (140, "exited", True)],
)
def test_what_is_an_outlet_already_is_no_candidate(tmp_path, away_m, status, stays):
    premises = read(tmp_path, ((0, 0), bank("农行东街支行")), ((0, 20), bank("工行东街支行")))
    outlets = worlds.outlets([(away_m, 0)], [status]).assign(bank="农业银行")
    left = without_outlets(premises, outlets)
    assert ("node/1" in set(left.frame["outlet_id"])) == stays
    assert "node/2" in set(left.frame["outlet_id"])
    assert any("已是现有网点" in p.what for p in left.problems) != stays


@settings(max_examples=15)
@given(st.permutations(range(len(THINGS))), st.integers(0, 40))
def test_nothing_depends_on_the_order_of_the_file(tmp_path_factory, order, apart):
    folder = tmp_path_factory.mktemp("premises")
    twice = [*THINGS, *(((x, apart), tags) for (x, _), tags in THINGS)]
    plain = read(folder, *twice).frame
    nodes = {i: spot for i, (spot, _) in enumerate(twice, 1)}
    tags = {i: tags for i, (_, tags) in enumerate(twice, 1)}
    mixed = {i + 1: nodes[i + 1] for i in order} | nodes
    again = read_premises(worlds.write_osm(folder / "w.osm", mixed, [], node_tags=tags)).frame
    assert again.to_csv() == plain.to_csv()
    assert len(plain) == 8


def test_a_file_without_any_says_so(tmp_path):
    reading = read(tmp_path, ((0, 0), {"shop": "bakery", "name": "面包店"}))
    assert reading.frame.empty
    assert "没有可作候选点" in reading.problems[0].what


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match="找不到"):
        read_premises(tmp_path / "none.osm")
    (tmp_path / "empty.osm").touch()
    with pytest.raises(InputError):
        read_premises(tmp_path / "empty.osm")
