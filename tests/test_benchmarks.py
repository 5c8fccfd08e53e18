"""The made-up province that benchmarks run on keeps what it promises, in two small counties."""

import sys

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
from benchmarks.process import finish
from benchmarks.results import write
from benchmarks.synthetic import make_province, people
from benchmarks.synthetic.settlements import PEOPLE, VILLAGES, settle
from benchmarks.timing import Figure, Row

from gdcoverage.network import WalkNetwork
from gdcoverage.places.counties import assign_counties, read_counties
from gdcoverage.policy import RURAL_CODES, TOWN_CODES, URBAN_CODES

COUNTIES = ("440523", "440232")  # 南澳, islands; 乳源, in the hills


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("province")
    make_province(home, COUNTIES)
    return home


@pytest.fixture(scope="module")
def network(folder):
    return WalkNetwork.from_osm(folder / "streets.osm.pbf")


@pytest.fixture(scope="module")
def population(folder):
    return pd.read_csv(folder / "population.csv", dtype={"城乡分类代码": str})


def spots(table):
    points = gpd.points_from_xy(table["经度"], table["纬度"])
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def test_the_whole_province_has_its_people_and_as_many_of_everything_as_promised():
    settlements = settle(read_counties(), np.random.default_rng(1))
    shares = people.shares(settlements, np.random.default_rng(2))
    assert settlements.people.sum() == PEOPLE == 126_000_000
    assert (~settlements.town).sum() == VILLAGES
    assert set(settlements.county) == set(range(124))
    sums = {name: share.sum() for name, share in shares.items()}
    assert sums == {"points": 200_000, "outlets": 10_000, "candidates": 17_000}


def test_a_few_towns_hold_much_of_the_people():
    settlements = settle(read_counties(), np.random.default_rng(1))
    towns = np.sort(settlements.people[settlements.town])[::-1]
    assert 0.3 < towns[: len(towns) // 20].sum() / towns.sum() < 0.7


def test_the_same_every_time(folder, tmp_path):
    make_province(tmp_path, COUNTIES)
    for name in ("plan.toml", "population.csv", "outlets.csv", "candidates.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    again = WalkNetwork.from_osm(tmp_path / "streets.osm.pbf")
    assert again.source.sha256 == WalkNetwork.from_osm(folder / "streets.osm.pbf").source.sha256


def test_osm_file_lists_nodes_then_ways_by_number_and_refers_to_nothing_absent(folder, network):
    order = [
        (thing.type_str(), thing.id)
        for thing in osmium.FileProcessor(str(folder / "streets.osm.pbf"))
    ]
    assert order == sorted(order)
    assert {kind for kind, _ in order} == {"n", "w"}
    assert network.problems == ()


def test_streets_are_connected_enough_and_have_crossings_and_dead_ends(network):
    # The mainland county and the island lie apart: one component each has nearly everything.
    assert network.component_m[:2].sum() > 0.85 * network.component_m.sum()
    assert len(network.component_m) > 5
    degree = np.bincount(np.concatenate([network.edge_u, network.edge_v]))
    assert 0.1 < (degree == 1).mean() < 0.4
    assert (degree >= 3).mean() > 0.5


def test_people_live_in_their_counties_and_have_a_class(population):
    lies_in = assign_counties(spots(population), read_counties(adcodes=COUNTIES))
    people_in = population.groupby(lies_in)["常住人口"].sum()
    assert people_in[list(COUNTIES)].sum() > 0.98 * people_in.sum()
    assert (people_in[list(COUNTIES)] > 50_000).all()
    assert set(population["城乡分类代码"]) <= URBAN_CODES | TOWN_CODES | RURAL_CODES
    assert (population["60岁以上人口"] <= population["常住人口"]).all()


def test_its_plan_runs_and_leaves_people_to_be_served_in_either_county(folder):
    plan = str(folder / "plan.toml")
    done = finish([sys.executable, "-m", "gdcoverage.cli", "run", plan])
    assert done.code == 0, done.output
    assert done.peak_gib > 0.1
    table = pd.read_csv(folder / "results/汇总.csv", dtype={"区划代码": str}).set_index("区划代码")
    rates = table.loc[list(COUNTIES), "覆盖率（%）"]
    assert rates.between(40, 90).all()
    assert (table.loc[list(COUNTIES), "未达标人口（人）"] > 0).all()


def test_a_figure_above_its_limit_and_a_ratio_below_are_marked_and_absent_peers_are_said(tmp_path):
    rows = [Row("甲", "peer", 1.0, 3.0, 5.0), Row("乙", "absent", 1.0, None, 5.0)]
    text = write(tmp_path, rows, [Figure("丙", 7.0, "s", 6.0), Figure("丁", 5.0, "s", 6.0)])
    assert "| 甲 | 1.00 s | peer | 3.00 s | 3.0 ✗ | ≥ 5 |  |" in text
    assert "| 乙 | 1.00 s | absent | not installed |  | ≥ 5 |  |" in text
    assert "| 丙 | 7 s ✗ | ≤ 6 s |  |" in text
    assert "| 丁 | 5 s | ≤ 6 s |  |" in text
    assert [row.missed for row in rows] == [True, False]
