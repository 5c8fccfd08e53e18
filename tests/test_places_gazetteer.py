"""Proposals for rows without coordinates, from the names of an OSM file."""

import geopandas as gpd
import osmium
import pandas as pd
import pytest
import shapely

from gdcoverage.places.gazetteer import propose_places, read_gazetteer

COUNTIES = gpd.GeoDataFrame(
    {"name": ["西县", "东县"]},
    geometry=[shapely.box(113, 23, 114, 24), shapely.box(114, 23, 115, 24)],
    crs=4326,
)


@pytest.fixture
def names(tmp_path):
    path = tmp_path / "t.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:

        def node(number, lon, lat, **tags):
            tags = {k.replace("_", ":"): v for k, v in tags.items()}
            writer.add_node(
                osmium.osm.mutable.Node(id=number, location=(lon, lat), version=1, tags=tags)
            )

        node(1, 113.2, 23.2, name="河背村", place="village")
        node(2, 114.2, 23.2, name="河背村", place="village")
        node(3, 113.3, 23.3, name="永汉镇", place="town")
        node(4, 113.31, 23.31, name="工商银行永汉支行", amenity="bank")
        for i in range(5):
            node(10 + i, 113.3 + i * 0.004, 23.3)
        node(20, 113.5, 23.5, name="Only English", name_zh="唐人街", amenity="cafe")
        for number, refs in ((1, [10, 11, 12]), (2, [12, 13, 14])):
            writer.add_way(
                osmium.osm.mutable.Way(
                    id=number,
                    nodes=refs,
                    version=1,
                    tags={"highway": "residential", "name": "中心路"},
                )
            )
    return read_gazetteer(path)


def proposed(names, name, address="", county=""):
    row = pd.DataFrame({"name": [name], "address": [address], "stated_county": [county]})
    (found,) = propose_places(row, names, COUNTIES).itertuples()
    return found


def test_things_of_a_file(names):
    told = {(row.name, row.kind): row for row in names.itertuples(index=False)}
    assert {kind for _, kind in told} == {"村居", "镇街", "地点", "道路"}
    assert ("唐人街", "地点") in told
    assert len(names) == 6  # two villages of a name; a street of two pieces is one
    street = told["中心路", "道路"]
    assert street.geometry.x == pytest.approx(113.308, abs=1e-6)
    assert street.off_m == pytest.approx(409, abs=5)


@pytest.mark.parametrize(
    ("name", "address", "county", "by"),
    [
        ("工商银行永汉支行", "永汉镇中心路1号", "", "工商银行永汉支行"),
        ("农行营业所", "永汉镇中心路1号", "", "中心路"),
        ("农行营业所", "永汉镇政府旁", "", "永汉镇"),
        ("农行营业所", "中心路1号", "", "中心路"),
        ("河背村服务点", "", "东县", "河背村"),
        ("河背村服务点", "", "", ""),
        ("某某支行", "无处", "", ""),
    ],
)
def test_the_longest_and_surest_name_that_is_alone(names, name, address, county, by):
    found = proposed(names, name, address, county)
    assert found.by == by
    assert (found.geometry is None) == (by == "")


def test_a_village_of_two_counties_is_that_of_the_county_stated(names):
    assert proposed(names, "河背村委会", county="西县").geometry.x == 113.2
    assert proposed(names, "河背村委会", county="东县").geometry.x == 114.2


def test_nothing_is_proposed_from_an_empty_file_or_for_no_rows(names):
    none = propose_places(
        pd.DataFrame({"name": [], "address": [], "stated_county": []}), names, COUNTIES
    )
    assert none.empty
    assert proposed(names.iloc[:0], "河背村").geometry is None
