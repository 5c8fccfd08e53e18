import shutil
from pathlib import Path

import geopandas as gpd
import osmnx as ox
import pandas as pd
import pytest
import shapely

from gdcoverage.network import WalkNetwork
from gdcoverage.places.counties import read_counties
from gdcoverage.policy import Standard
from gdcoverage.problems import InputError
from gdcoverage.run import (
    How,
    load_plan,
    make_report,
    read_inputs,
    read_network,
    run_plan,
    write_outputs,
)
from known import known
from overpass_server import serving

SAMPLE = Path(__file__).parent.parent / "data/sample"


@pytest.fixture
def sample(tmp_path):
    """A copy of the bundled sample whose results go beside it."""
    for name in ("outlets.xlsx", "population.csv", "streets.osm.pbf"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    text = (SAMPLE / "plan.toml").read_text(encoding="utf-8")
    text = text.replace("../../maps/sample", "results")
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    return tmp_path / "plan.toml"


def edited(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def report_of(path):
    plan = load_plan(path)
    return make_report(plan, read_inputs(plan), "2024-06-14")


def test_plan_is_read_with_paths_beside_it(sample):
    plan = load_plan(sample)
    assert plan.title.startswith("合成示例")
    assert plan.outlets.path == sample.parent / "outlets.xlsx"
    assert plan.outlets.datum == "gcj02"
    assert plan.standard == Standard()
    assert plan.outputs.folder == sample.parent / "results"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[standard]", "[standrad]", r"不认识 standrad.*standard"),
        ("minutes = 15", "minuets = 15", r"\[standard\] 里不认识 minuets.*minutes"),
        ("minutes = 15", "minutes = -1", r"minutes 应在"),
        ('datum = "gcj02"', 'datum = "mars"', "不认识的坐标系"),
        ('path = "outlets.xlsx"\n', "", r"\[outlets\] 缺少 path"),
        ('osm = "streets', 'place = "x"\nosm = "streets', "恰好写一种来源"),
        ("[demand]", "[demand", "TOML"),
        ("adcodes = [", "adcodes = 441324 # [", "应是列表"),
        ("add = 3", "add = 3\ntarget = 95", "add 与 target 中写一个"),
    ],
)
def test_wrong_plan_says_what_and_what_to_do(sample, old, new, message):
    with pytest.raises(InputError, match=message):
        load_plan(edited(sample, old, new))


def test_missing_plan_and_missing_section(tmp_path):
    with pytest.raises(InputError, match="找不到计划文件"):
        load_plan(tmp_path / "none.toml")
    (tmp_path / "bare.toml").write_text('title = "x"\n')
    with pytest.raises(InputError, match=r"\[outlets\] \[demand\] \[network\]"):
        load_plan(tmp_path / "bare.toml")


def test_environment_variables_in_paths(sample, monkeypatch):
    monkeypatch.setenv("DATA_HERE", str(sample.parent))
    plan = load_plan(edited(sample, '"streets.osm.pbf"', '"${DATA_HERE}/streets.osm.pbf"'))
    assert plan.network.osm == sample.parent / "streets.osm.pbf"


def test_run_writes_every_result_and_says_what_it_stands_on(sample):
    report = report_of(sample)
    written = write_outputs(report, sample.parent / "results")
    assert not written.failures
    assert {path.name for path in written.files} == {
        "汇总.xlsx", "汇总.csv", "汇总.json", "地图.html", "公众版地图.html", "结果图层.gpkg",
    }  # fmt: skip
    assert {path.name for path in (sample.parent / "results").iterdir()} == {
        path.name for path in written.files
    }
    assert [source.role for source in report.sources] == ["计划", "网点", "人口", "路网"]
    assert all(len(source.sha256) == 64 for source in report.sources)
    demand = gpd.read_file(sample.parent / "results/结果图层.gpkg", layer="demand")
    assert demand["covered"].sum() == report.coverage.demand["covered"].sum()


def test_same_plan_same_results(sample):
    one, other = report_of(sample), report_of(sample)
    pd.testing.assert_frame_equal(one.counties, other.counties)
    pd.testing.assert_frame_equal(one.gaps, other.gaps)


def test_osm_file_saved_network_and_graphml_give_the_same_numbers(sample):
    from_file = report_of(sample)
    folder = sample.parent
    plan = load_plan(sample)
    area = read_inputs(plan).counties.geometry.union_all()
    read_network(plan, area).save(folder / "streets.npz")
    saved = report_of(edited(sample, 'osm = "streets.osm.pbf"', 'saved = "streets.npz"'))
    pd.testing.assert_frame_equal(from_file.counties, saved.counties)

    network = WalkNetwork.from_osm(folder / "streets.osm.pbf")
    ox.save_graphml(_graph(network), folder / "streets.graphml")
    edited(sample, 'saved = "streets.npz"', 'graphml = "streets.graphml"')
    pd.testing.assert_frame_equal(from_file.counties, report_of(sample).counties)


def test_download_by_polygon_and_by_place_gives_the_same_numbers(sample):
    from_file = report_of(sample)
    folder = sample.parent
    county = read_counties(adcodes=["441324"])
    county.to_file(folder / "area.geojson")
    with serving(folder / "streets.osm.pbf", "示例县", county.geometry[0]) as url:
        here = f'overpass_url = "{url}/api"\nnominatim_url = "{url}/"\n'
        edited(sample, 'osm = "streets.osm.pbf"', f'{here}polygon = "area.geojson"')
        by_polygon = report_of(sample)
        by_place = report_of(edited(sample, 'polygon = "area.geojson"', 'place = "示例县"'))
    pd.testing.assert_frame_equal(from_file.counties, by_polygon.counties)
    pd.testing.assert_frame_equal(from_file.counties, by_place.counties)
    assert by_place.sources[-1].name == "OpenStreetMap（osmnx 下载）"


def _graph(network):
    """The network as the graph that osmnx would make of it."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node in range(network.nodes):
        graph.add_node(node, x=network.node_lon[node], y=network.node_lat[node])
    lines = network.lines()
    for edge in range(network.edges):
        u, v = int(network.edge_u[edge]), int(network.edge_v[edge])
        graph.add_edge(u, v, geometry=lines[edge], highway="residential", length=1.0, osmid=edge)
    return graph


def test_what_cannot_be_written_does_not_stop_the_rest(sample):
    folder = sample.parent / "results"
    (folder / "汇总.xlsx").mkdir(parents=True)
    written = write_outputs(report_of(sample), folder)
    assert [problem.kind for problem in written.failures] == ["output_failed"]
    assert len(written.files) == 5
    assert not [path for path in folder.iterdir() if path.name.startswith(".partial")]


def test_a_point_in_the_sea_and_an_outlet_in_another_county_are_reported(sample):
    table = pd.read_csv(sample.parent / "population.csv", dtype=str)
    table.loc[0, ["经度", "纬度"]] = ["114.9", "21.9"]
    table.to_csv(sample.parent / "population.csv", index=False, encoding="utf-8-sig")
    report = report_of(sample)
    (told,) = [p for p in report.problems if p.kind == "demand_outside"]
    assert told.row == 2
    assert report.counties["county_name"].tolist() == ["龙门县", "县区外"]
    assert report.counties["population"].sum() == table["常住人口"].astype(int).sum()


def test_wrong_datum_is_noticed(sample):
    kinds = [p.kind for p in report_of(sample).problems]
    assert "datum_doubtful" not in kinds
    told = [
        p for p in report_of(edited(sample, '"gcj02"', '"bd09"')).problems
        if p.kind == "datum_doubtful"
    ]  # fmt: skip
    assert len(told) == 1
    assert "gcj02" in told[0].action


def test_several_counties_get_a_folder_each(sample):
    plan = load_plan(edited(sample, '["441324"]', '["441324", "441322"]'))
    ran = run_plan(plan, "2024-06-14", How(workers=1))
    assert ran.failures == ()
    folder = sample.parent / "results"
    for county in ("441324_龙门县", "441322_博罗县"):
        names = {path.name for path in (folder / "县区" / county).iterdir()}
        assert {"汇总.xlsx", "汇总.json", "地图.html", "结果图层.gpkg", "需求点.parquet"} <= names
    assert {"汇总.xlsx", "地图.html", "公众版地图.html", "运行清单.json"} <= {
        path.name for path in folder.iterdir()
    }
    bare = ran.report.counties.set_index("county").loc["441322"]
    assert (bare["population"], bare["outlets"]) == (0, 0)


def test_counties_of_ones_own_and_a_single_unit(sample):
    box = shapely.box(113.5, 23.2, 114.6, 24.1)
    own = gpd.GeoDataFrame({"代码": ["156999901"], "名称": ["自定县"]}, geometry=[box], crs=4490)
    own.to_file(sample.parent / "own.geojson")
    edited(sample, 'adcodes = ["441324"]', 'path = "own.geojson"')
    report = report_of(sample)
    assert report.counties["county_name"].tolist() == ["自定县"]
    assert "县区界线" in [source.role for source in report.sources]
    edited(sample, 'path = "own.geojson"', 'single = "整体"')
    assert report_of(sample).counties["county_name"].tolist() == ["整体"]


def test_candidates_of_ones_own_with_terms(sample):
    table = pd.DataFrame(
        {
            "网点编号": ["A", "B", "C"],
            "网点名称": ["甲", "乙", "丙"],
            "所属银行": ["农商银行", "农商银行", "工商银行"],
            "经度": [114.115, 114.120, 114.205],
            "纬度": [23.6626, 23.664, 23.534],
        }
    )
    table.to_csv(sample.parent / "candidates.csv", index=False)
    terms = 'add = 2\ncandidates = "candidates.csv"\nbank_caps = { "农商银行" = 1 }\nfixed = ["C"]'
    siting = report_of(edited(sample, "add = 3 ", f"{terms} ")).siting
    assert not siting.generated
    chosen = set(siting.plan.sites["candidate_id"])
    assert "C" in chosen
    assert len(chosen & {"A", "B"}) == 1


def test_terms_stand_in_the_section_of_the_candidates(sample):
    more = 'target = 95\nwithin = 20\ndiffer = 2\nthen = "two_outlets"\n'
    terms = known(load_plan(edited(sample, "add = 3 ", more)).sites).terms
    assert (terms.target, terms.within, terms.differ) == (0.95, 0.2, 2)
    assert (terms.then, terms.frontier, terms.alternatives) == ("two_outlets", 8, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("target = 950", "百分数"),
        ("add = 3\nwithin = 101", "within"),
        ('add = "3"', "add"),
        ("add = 3\ncounty = 1", "county"),
        ('add = 3\nthen = "nearest"', "two_outlets"),
        ("add = 3\ntarget = 95", "add 与 target"),
        ("add = 3\nbank_caps = 2", "bank_caps"),
    ],
)
def test_terms_that_make_no_sense_are_explained(sample, line, said):
    with pytest.raises(InputError, match=said):
        load_plan(edited(sample, "add = 3 ", line + " "))


def test_no_site_is_generated_in_an_excluded_area(sample):
    town = shapely.box(114.09, 23.64, 114.14, 23.69)
    gpd.GeoDataFrame(geometry=[town], crs=4326).to_file(sample.parent / "no.geojson")
    free = report_of(sample).siting.plan.sites
    kept_out = report_of(edited(sample, "add = 3 ", 'add = 3\nexcluded = "no.geojson" '))
    assert free.within(town).any()
    assert not kept_out.siting.plan.sites.within(town).any()
